"""The JSON Schemas are what the models give, hold for every file that loads, and refuse what the loader refuses."""

from __future__ import annotations

import json
import re
from pathlib import Path
from textwrap import dedent
from typing import Any

import jsonschema_rs
import pytest
from tests.unit.written_contracts import Written, written

from pactproof.document import parse_document
from pactproof.errors import ContractError
from pactproof.expectation_reading import OPERATORS
from pactproof.registry import load_registry
from pactproof.schemas import KINDS, shipped
from pactproof.schemas.build import built

__all__ = ["written"]

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
ARCHITECTURE = ROOT.parent / "shared" / "design" / "architecture.md"
CATALOGUE = ROOT / "src/pactproof/generate/catalogue"
VALIDATORS = {kind: jsonschema_rs.validator_for(json.loads(text)) for kind, text in shipped().items()}
SHOP = "shop: [get_x]"
S3 = "aws:\n  s3: [list_buckets]"


def faults(kind: str, text: str) -> list[str]:
    """Where the schema of this kind finds fault with the YAML text."""
    document, unreadable = parse_document(dedent(text), "x.yaml")
    assert unreadable == []
    return [f"/{'/'.join(map(str, error.instance_path))}" for error in VALIDATORS[kind].iter_errors(document.data)]


@pytest.mark.parametrize("kind", KINDS)
def test_the_shipped_schemas_are_what_the_models_give(kind: str) -> None:
    assert shipped()[kind] == built()[kind], "run: python -m pactproof.schemas"


@pytest.mark.parametrize("kind", KINDS)
def test_the_schemas_are_valid_in_their_own_dialect(kind: str) -> None:
    schema = json.loads(shipped()[kind])

    jsonschema_rs.meta.validate(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize("kind", KINDS)
def test_every_key_that_an_editor_completes_says_what_it_is(kind: str) -> None:
    silent = list(_silent(json.loads(shipped()[kind])))

    # What these are, their definitions say, or their values.
    assert set(silent) <= {"request", "response", "contracts", "sandbox", "freshness", *_PLAIN}


_PLAIN = {"method", "status", "code", "message", "what"}


def _silent(schema: Any) -> Any:
    if isinstance(schema, dict):
        for name, part in schema.get("properties", {}).items():
            if isinstance(part, dict) and "description" not in part and part and "type" not in part.get("then", {}):
                yield name
        for key, part in schema.items():
            if key not in ("if", "then", "else", "dependentSchemas"):
                yield from _silent(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from _silent(part)


def test_the_schemas_name_every_operator_of_the_contract_language() -> None:
    known = json.loads(shipped()["contracts"])["$defs"]

    assert {*known["answered"]["properties"], *known["answered_body"]["properties"]} == set(OPERATORS)


def examples() -> dict[str, tuple[str, str]]:
    """Every registry and contract of this repository and of its documents: kind and text."""
    files = {"registry.yaml": ("registry", (ROOT / "registry.yaml").read_text())}
    for path in (*(ROOT / "contracts").glob("*.yaml"), *CATALOGUE.glob("*.yaml")):
        files[str(path.relative_to(ROOT))] = ("aws" if path.stem == "aws" else "contracts", path.read_text())
    documents = [README, *(ROOT / "docs").glob("*.md"), *([ARCHITECTURE] if ARCHITECTURE.exists() else [])]
    for document in documents:
        for number, block in enumerate(re.findall(r"^```yaml\n(.*?)^```", document.read_text(), re.M | re.S)):
            if not re.search(r"^interactions:", block, re.M):  # a cassette: no one writes these
                files[f"{document.name} {number}"] = (_kind(block), block)
    return files


def _kind(block: str) -> str:
    if re.search(r"^(contracts|providers|waived|redact|consumer):", block, re.M):
        return "registry"
    return "aws" if re.search(r"^s3\.", block, re.M) else "contracts"


EXAMPLES = examples()


@pytest.mark.parametrize("name", EXAMPLES)
def test_what_this_repository_shows_and_uses_is_allowed(name: str) -> None:
    kind, text = EXAMPLES[name]
    if kind == "registry" and "contracts:" not in text:
        text += "contracts: {grafana: [get_dashboard]}\n"  # a block may show a part

    assert faults(kind, text) == []


WRONG = {
    "a registry without contracts": ("registry", "consumer: till"),
    "a registry with an unknown key": ("registry", "contracts: {shop: [a]}\nprovidors: {}"),
    "a service without operations": ("registry", "contracts: {shop: []}"),
    "a service that is text": ("registry", "contracts: {shop: get_x}"),
    "an operation that is listed twice": ("registry", "contracts: {shop: [a, a]}"),
    "an operation with a dot": ("registry", "contracts: {shop: [a.b]}"),
    "AWS without services": ("registry", "contracts: {aws: [list_buckets]}"),
    "no contracts at all": ("registry", "contracts: {}"),
    "a consumer that cannot name files": ("registry", "consumer: a/b\ncontracts: {shop: [a]}"),
    "a variable with a dash": ("registry", "contracts: {shop: [a]}\nproviders: {shop: {sandbox: {url_env: A-B}}}"),
    "a duration in minutes": ("registry", "contracts: {shop: [a]}\nproviders: {shop: {freshness: {warn: 5m}}}"),
    "documents that are a mapping": ("registry", "contracts: {shop: [a]}\nproviders: {shop: {openapi: {a: b}}}"),
    "a waiver without a reason": (
        "registry",
        "contracts: {shop: [a]}\nwaived: {shop.a: {what: recording, until: 2027-03-01}}",
    ),
    "a waiver of something else": (
        "registry",
        "contracts: {shop: [a]}\nwaived: {shop.a: {what: pact, until: 2027-03-01, reason: x}}",
    ),
    "a rule that is off without a reason": ("registry", "contracts: {shop: [a]}\nredact: {off: [{rule: jwt}]}"),
    "a rule that is off and unknown": (
        "registry",
        "contracts: {shop: [a]}\nredact: {off: [{rule: jwtt, reason: none is sent}]}",
    ),
    "a rule that finds nothing": ("registry", "contracts: {shop: [a]}\nredact: {rules: [{id: mine}]}"),
    "a rule of two kinds": (
        "registry",
        "contracts: {shop: [a]}\nredact: {rules: [{id: mine, names: [ref], path: '/a/{secret}'}]}",
    ),
    "a path without its secret": ("registry", "contracts: {shop: [a]}\nredact: {rules: [{id: mine, path: /a/b}]}"),
    "e-mail addresses as yes": ("registry", "contracts: {shop: [a]}\nredact: {emails: true}"),
    "no request": ("contracts", "get_x: {response: {status: 200}}"),
    "an empty entry": ("contracts", "get_x:"),
    "an unknown key": ("contracts", "get_x: {request: {path: /x}, respons: {}}"),
    "an unknown key in a request": ("contracts", "get_x: {request: {path: /x, querry: {}}}"),
    "a method in small letters": ("contracts", "get_x: {request: {path: /x, method: get}}"),
    "a path without a slash": ("contracts", "get_x: {request: {path: x}}"),
    "a query inside the path": ("contracts", "get_x: {request: {path: /x?y=1}}"),
    "a status that is none": ("contracts", "get_x: {request: {path: /x}, response: {status: 2000}}"),
    "a status that is text": ("contracts", "get_x: {request: {path: /x}, response: {status: '200'}}"),
    "a request beside scenarios": (
        "contracts",
        "get_x: {request: {path: /x}, scenarios: {ok: {request: {path: /x}}}}",
    ),
    "no scenarios": ("contracts", "get_x: {scenarios: {}}"),
    "a scenario without a request": ("contracts", "get_x: {scenarios: {ok: {}}}"),
    "a scenario with a dot in its name": ("contracts", "get_x: {scenarios: {a.b: {request: {path: /x}}}}"),
    "a request beside a sequence": (
        "contracts",
        "get_x: {request: {path: /x}, sequence: [{request: {path: /x}}]}",
    ),
    "an empty sequence": ("contracts", "get_x: {sequence: []}"),
    "an unknown operator": ("contracts", "get_x: {request: {path: /x}, response: {body: {a: {$regx: a}}}}"),
    "an unknown operator deep in a body": (
        "contracts",
        "get_x: {request: {path: /x}, response: {body: [{a: [{b: {$int: 1}}]}]}}",
    ),
    "a regex without an example": ("contracts", "get_x: {request: {path: /x}, response: {body: {a: {$regex: a}}}}"),
    "something beside an operator": (
        "contracts",
        "get_x: {request: {path: /x}, response: {body: {a: {$integer: 1, like: 2}}}}",
    ),
    "an integer that is text": ("contracts", "get_x: {request: {path: /x}, response: {body: {a: {$integer: one}}}}"),
    "a date that is none": ("contracts", "get_x: {request: {path: /x}, response: {body: {a: {$date: today}}}}"),
    "choices that are no list": ("contracts", "get_x: {request: {path: /x}, response: {body: {a: {$one_of: a}}}}"),
    "two example elements": (
        "contracts",
        "get_x: {request: {path: /x}, response: {body: {a: {$min: 0, like: [1, 2]}}}}",
    ),
    "two examples in each_key": (
        "contracts",
        "get_x: {request: {path: /x}, response: {body: {$each_key: {a: 1, b: 2}}}}",
    ),
    "a nullable null": ("contracts", "get_x: {request: {path: /x}, response: {body: {a: {$nullable: null}}}}"),
    "bytes inside a body": (
        "contracts",
        "get_x: {request: {path: /x}, response: {body: {a: {$binary: image/png, like: aGk=}}}}",
    ),
    "bytes without an example": ("contracts", "get_x: {request: {path: /x}, response: {body: {$binary: image/png}}}"),
    "a list of two in an answer": ("contracts", "get_x: {request: {path: /x}, response: {body: {a: [1, 2]}}}"),
    "an empty list in an answer": ("contracts", "get_x: {request: {path: /x}, response: {body: {a: []}}}"),
    "an optional key in a request": ("contracts", "get_x: {request: {path: /x, method: POST, body: {a?: 1}}}"),
    "a query value that is null": ("contracts", "get_x: {request: {path: /x, query: {a: null}}}"),
    "a header that is a list": ("contracts", "get_x: {request: {path: /x, headers: {A: [b]}}}"),
    "an unknown key in AWS": ("aws", "s3.list_buckets: {request: {}}"),
    "params that are a list": ("aws", "s3.list_buckets: {params: [a]}"),
    "an error without a code": ("aws", "s3.list_buckets: {error: {status: 404}}"),
    "an error beside a response": ("aws", "s3.list_buckets: {error: {code: No}, response: {Buckets: [{Name: a}]}}"),
    "an error beside reads": ("aws", "s3.list_buckets: {error: {code: No}, reads: ['Buckets[].Name']}"),
    "params beside a sequence": ("aws", "s3.list_buckets: {params: {}, sequence: [{params: {}}]}"),
    "an unknown operator in AWS": ("aws", "s3.list_buckets: {response: {Owner: {$txt: a}}}"),
}


def load(written: Written, kind: str, text: str) -> None:
    if kind == "registry":
        (written.folder / "registry.yaml").write_text(text)
        load_registry(written.folder)
    elif kind == "aws":
        written(S3, aws=text)
    else:
        written(SHOP, shop=text)


@pytest.mark.parametrize(("kind", "text"), WRONG.values(), ids=WRONG)
def test_what_the_loader_refuses_the_schema_refuses_too(written: Written, kind: str, text: str) -> None:
    with pytest.raises(ContractError):
        load(written, kind, text)

    assert faults(kind, text) != []


RIGHT = {
    "every operator": """
        get_x:
          params: {id: 7, day: '2026-01-05'}
          request: {path: {$regex: '/x/.*', like: /x/7}, query: {a: [1, 2], b: true, c: {$one_of: [x, y]}}}
          response:
            headers: {Link: {$contains: next, like: 'a next b'}}
            body:
              a: {$regex: '^a+$', like: aa}
              b: {$datetime: "2026-01-05T10:00:00Z"}
              c: {$date: '{day}'}
              d: {$uuid: 3f2504e0-4f89-41d3-9a0c-0305e82c3301}
              e: {$integer: '{id}'}
              f: {$decimal: 12.5}
              g: {$exactly: {$x: [1, 2]}}
              h: {$each_key: {any: {$nullable: {$integer: 1}}}}
              i: {$contains: [1, {a: 2}]}
              j: {$min: 0, like: [{k?: text}]}
              $$ref: text
              like: text
              'odd\\?': text
        """,
    "bytes as a body": "get_x: {request: {path: /x}, response: {body: {$binary: image/png, like: aGk=}}}",
    "parts of an upload": """
        get_x:
          request:
            method: POST
            path: /x
            headers: {Content-Type: multipart/form-data}
            body: {title: Notes, logo: {$binary: image/png, like: iVBORw0KGgo=, filename: logo.png}}
        """,
    "a body without a media type": (
        "get_x: {request: {path: /x}, response: {headers: {Content-Type: null}, body: hello}}"
    ),
    "text as a body": "get_x: {request: {path: /x}, response: {body: hello}}",
    "lists in a request": "get_x: {request: {path: /x, method: POST, body: {a: [1, 2, {b: []}]}}}",
}


@pytest.mark.parametrize("text", RIGHT.values(), ids=RIGHT)
def test_what_the_loader_allows_the_schema_allows(written: Written, text: str) -> None:
    written(SHOP, shop=text)

    assert faults("contracts", text) == []
