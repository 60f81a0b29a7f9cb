"""What a contract may say of a body, and what is refused with a way out; and the section "Bodies" of the documents."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from tests.unit.written_contracts import written

from pactproof.errors import ContractFileError

__all__ = ["written"]

SHOP = "shop: [send]"
DOCUMENT = Path(__file__).parents[2] / "docs/contracts.md"
FAULTS = {
    "a boundary": (
        "request: {path: /, headers: {Content-Type: multipart/form-data; boundary=x}, body: {a: b}}",
        "a boundary, which is another one each time",
        "write Content-Type: multipart/form-data",
    ),
    "multipart as text": (
        "request: {path: /, headers: {Content-Type: multipart/form-data}, body: text}",
        "found 'text' as the body of multipart/form-data",
        "write a mapping of parts: text, or {$binary: …, like: …}, in a request",
    ),
    "multipart answered": (
        "request: {path: /}, response: {headers: {Content-Type: multipart/form-data}, body: {a: b}}",
        "an answer of multipart/form-data",
        "write a mapping of parts: text, or {$binary: …, like: …}, in a request",
    ),
    "a file without a name": (
        "request: {path: /, headers: {Content-Type: multipart/form-data},"
        " body: {a: {$binary: image/png, like: UEs=, filename: 7}}}",
        "found 7",
        "give the name of the file as text",
    ),
    "an optional part": (
        "request: {path: /, headers: {Content-Type: multipart/form-data}, body: {'a?': b}}",
        "a? says that it may be absent",
        "remove the question mark, or write a\\? for a name that ends in one",
    ),
    "XML that is none": (
        "request: {path: /}, response: {headers: {Content-Type: application/xml}, body: '<a><b></a>'}",
        "the body is no XML that can be promised: not XML: mismatched tag: line 1, column 8",
        "write one element with all inside it",
    ),
    "XML with a DOCTYPE": (
        "request: {path: /}, response: {headers: {Content-Type: application/xml}, body: '<!DOCTYPE a><a/>'}",
        "the body is no XML that can be promised: Pact reads no DOCTYPE",
        "write one element with all inside it",
    ),
    "XML by an operator": (
        "request: {path: /}, response: {headers: {Content-Type: application/xml}, body: {$regex: '<.*', like: <a/>}}",
        "an operator as the body of XML, which Pact compares element by element",
        "write the document as text; its texts and attributes are matched by type",
    ),
    "another charset": (
        "request: {path: /}, response: {headers: {Content-Type: text/plain; charset=ascii}, body: Größe}",
        "the body cannot be written as text/plain; charset=ascii",
        "leave the charset to utf-8",
    ),
    "nothing": ("request: {path: /, method: POST, body: ''}", "an empty body", "leave `body:` out"),
    "a number as text": (
        "request: {path: /}, response: {headers: {Content-Type: text/plain}, body: {$integer: 7}}",
        "an operator for 7 as the body of text/plain, which is text",
        "write the text as it is sent, or {$regex: …, like: …}",
    ),
    "a form by an operator": (
        "request: {path: /, headers: {Content-Type: application/x-www-form-urlencoded},"
        " body: {$regex: 'a=.', like: a=1}}",
        "$regex as the body of application/x-www-form-urlencoded",
        "write a mapping of fields, or $$regex for a field of that name",
    ),
    "a form without fields": (
        "request: {path: /, headers: {Content-Type: application/x-www-form-urlencoded}, body: '&'}",
        "found '&', which is no field",
        "write a mapping of fields",
    ),
    "a packed answer": (
        "request: {path: /}, response: {headers: {content-encoding: gzip}, body: {a: 1}}",
        "the header Content-Encoding, which says how a body is sent and not what it is",
        "leave it out; bodies are promised and recorded unpacked",
    ),
    "a length": (
        "request: {path: /}, response: {headers: {Content-Length: 7}, body: {a: 1}}",
        "the header Content-Length, which says how a body is sent and not what it is",
        "leave it out; it is that of the body, and can be promised of an answer to HEAD alone",
    ),
}


@pytest.mark.parametrize(("entry", "what", "fix"), FAULTS.values(), ids=FAULTS)
def test_a_body_that_cannot_be_promised_is_refused_with_a_way_out(written, entry, what, fix):
    with pytest.raises(ContractFileError) as caught:
        written(SHOP, shop=f"send: {{{entry}}}\n")

    [fault] = caught.value.faults
    assert (fault.what, fault.fix) == (what, fix)


def test_a_null_body_says_nothing_and_exactly_null_says_null(written):
    left_out, null = (
        written(SHOP, shop=f"send: {{request: {{path: /, method: POST, body: {body}}}}}\n")
        .contracts.of("shop.send")["ok"]
        .http[0]
        .request.body
        for body in ("null", "{$exactly: null}")
    )

    assert left_out is None
    assert null is not None
    assert null.example is None


def _documented() -> dict[str, str]:
    """The examples in the table of the section "Bodies", by kind."""
    section = DOCUMENT.read_text(encoding="utf-8").partition("## Bodies\n")[2].partition("\n## ")[0]
    rows = [line.strip("|").split(" | ") for line in section.splitlines() if line.startswith("| ")][1:]
    return {kind.strip(): re.findall("`([^`]+)`", example)[-1] for kind, *_, example in rows if "`" in example}


@pytest.mark.parametrize(("kind", "example"), _documented().items())
def test_each_example_of_the_documents_loads(written, kind, example):
    part = yaml.safe_dump(yaml.safe_load(example), default_flow_style=True, width=10_000, allow_unicode=True).strip()
    own = part if example.startswith("{request:") else f"{{request: {{path: /}}, response: {part}}}"

    project = written(SHOP, shop=f"send: {own}\n")

    assert project.pacts["shop"]["shop.send"], kind


def test_the_documents_show_every_kind():
    assert len(_documented()) >= 12
