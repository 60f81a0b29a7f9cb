"""contracts/<service>.yaml: what a file promises, and every fault of an unusable one, with its place and a way out."""

from __future__ import annotations

import json
import textwrap
import time
from pathlib import Path
from typing import Any

import pytest

from pactproof.contracts import Contracts, Scenario, load_contracts
from pactproof.errors import ContractError, ContractFileError, Place
from pactproof.expectation import Member, Object, Value, example
from pactproof.promise.pact_model import pact_interactions, pact_json
from pactproof.promised_interaction import AwsError
from pactproof.pytest_plugin.project import load_project
from pactproof.registry import load_registry

SHOP = "contracts: {shop: [get_item, list_items]}\n"
AWS = "contracts: {aws: {s3: [list_buckets, get_bucket_location], iam: [list_users]}}\n"


def write(folder: Path, registry: str = SHOP, **files: str) -> Path:
    (folder / "registry.yaml").write_text(f"consumer: till\n{registry}", encoding="utf-8")
    (folder / "contracts").mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / f"contracts/{name}.yaml").write_text(textwrap.dedent(text), encoding="utf-8")
    return folder


def load(folder: Path, registry: str = SHOP, **files: str) -> Contracts:
    contracts, faults = load_contracts(load_registry(write(folder, registry, **files)))
    assert [str(fault) for fault in faults] == []
    return contracts


def load_one(folder: Path, entry: str) -> Scenario:
    return load(folder, shop=f"get_item: {entry}\n").of("shop.get_item")["ok"]


def faults_of(folder: Path, registry: str = SHOP, **files: str) -> list[str]:
    """As pytest prints them."""
    with pytest.raises(ContractFileError) as caught:
        load_project(write(folder, registry, **files))
    assert caught.value.exit_code == 2
    assert str(caught.value) == "\n".join(str(fault) for fault in caught.value.faults)
    return [str(fault) for fault in caught.value.faults]


# --- what loads --------------------------------------------------------------------------------------------------

DOCUMENTED = """\
# contracts/grafana.yaml
search_dashboards:
  given: dashboards exist
  request: {method: GET, path: /api/search, query: {type: dash-db}}
  response:
    status: 200
    body:                                      # matched by type; other keys are allowed; a list means "each like this"
      - id: 1
        uid: {$regex: '^[A-Za-z0-9_-]+$', like: nErXDvCkzz}
        title: Production overview
        folderTitle?: General                  # the key may be absent
        description: {$nullable: text}         # composes: {$nullable: {$datetime: "2026-01-05T10:00:00Z"}}
get_dashboard:
  scenarios:
    ok:
      given: a dashboard exists
      params: {uid: nErXDvCkzz}                # what the call needs; a sandbox has its own
      request: {method: GET, path: '/api/dashboards/uid/{uid}'}
      response: {status: 200, body: {dashboard: {uid: '{uid}', title: Production overview}}}
    not_found:
      params: {uid: missing}
      request: {method: GET, path: '/api/dashboards/uid/{uid}'}
      response: {status: 404, body: {message: Dashboard not found}}
"""


def test_the_documented_file_loads_as_it_stands(tmp_path):
    contracts = load(tmp_path, "contracts: {grafana: [search_dashboards, get_dashboard]}\n", grafana=DOCUMENTED)

    assert [scenario.key for scenario in contracts] == [
        "grafana.search_dashboards",
        "grafana.get_dashboard",
        "grafana.get_dashboard.not_found",
    ]
    search, found, missing = contracts
    [promise] = search.http
    assert (search.given, search.params, search.has_choices) == ("dashboards exist", {}, True)
    assert (promise.request.method, promise.request.path.example) == ("GET", "/api/search")
    assert {name: example(node) for name, node in promise.request.query.items()} == {"type": ["dash-db"]}
    assert promise.response.body is not None
    assert example(promise.response.body, "lean") == [
        {"id": 1, "uid": "nErXDvCkzz", "title": "Production overview", "description": None}
    ]
    assert found.params == {"uid": "nErXDvCkzz"}
    assert found.http[0].request.path == Value("/api/dashboards/uid/nErXDvCkzz")
    assert found.http[0].response.body is not None
    assert example(found.http[0].response.body)["dashboard"]["uid"] == "nErXDvCkzz"
    assert (missing.given, missing.http[0].response.status) == (None, 404)
    assert (missing.place, missing.http[0].place) == (
        Place("contracts/grafana.yaml", 21, 7),
        Place("contracts/grafana.yaml", 22, 16),
    )


def test_a_sequence_shares_the_scenarios_params(tmp_path):
    scenario = load_one(
        tmp_path,
        """
          given: two pages
          params: {size: 3}
          sequence:
            - request: {path: /items, query: {size: '{size}'}}
              response: {body: [1]}
            - request: {path: /items, query: {size: '{size}', page: 2}}
              response: {body: [1]}
              repeatable: true
        """,
    )

    assert [{name: example(node) for name, node in one.request.query.items()} for one in scenario.http] == [
        {"size": ["3"]},
        {"size": ["3"], "page": ["2"]},
    ]
    assert [one.is_repeatable for one in scenario.http] == [False, True]


def test_yaml_anchors_are_fine(tmp_path):
    contracts = load(
        tmp_path,
        shop="""
        get_item: &entry
          request: {path: /items}
          response: {body: &body {id: 1}}
        list_items:
          request: {path: /items}
          response: {body: [*body]}
        """,
    )

    assert [example(one.http[0].response.body) for one in contracts if one.http[0].response.body] == [
        {"id": 1},
        [{"id": 1}],
    ]


def test_what_is_left_out_is_get_with_any_body_and_status_200_with_any_body(tmp_path):
    [promise] = load_one(tmp_path, "{request: {path: /}}").http

    assert (promise.request.method, promise.request.body, promise.request.headers) == ("GET", None, {})
    assert (promise.response.status, promise.response.body, promise.is_repeatable) == (200, None, False)


@pytest.mark.parametrize(
    "entry", ["{request: {method: HEAD, path: /}}", "{request: {path: /}, response: {status: 204}}"]
)
def test_answers_without_a_body_promise_none(tmp_path, entry):
    [promise] = load_one(tmp_path, entry).http

    assert (promise.response.body, promise.response.content_type) == (None, "")


def test_header_names_are_canonical_and_values_text(tmp_path):
    entry = "{request: {path: /, headers: {x-api-version: 3, ACCEPT: '*/*', x-flag: true}}}"

    [promise] = load_one(tmp_path, entry).http

    assert promise.request.headers == {"X-Api-Version": Value("3"), "Accept": Value("*/*"), "X-Flag": Value("true")}


@pytest.mark.parametrize(
    ("body", "headers", "media"),
    [
        ("{a: 1}", "{}", "application/json"),
        ("[1]", "{content-type: application/vnd.x+json}", "application/vnd.x+json"),
        ("text", "{}", "text/plain"),
        ("text", "{Content-Type: text/csv; charset=utf-8}", "text/csv; charset=utf-8"),
        ("{a: 1}", "{Content-Type: {$one_of: [application/json, text/json]}}", "application/json"),
        ("{$binary: image/png, like: iVBORw==}", "{}", "image/png"),
        ("null", "{Content-Type: text/html}", ""),
    ],
)
def test_the_media_type_is_what_the_headers_say_else_by_the_body(tmp_path, body, headers, media):
    scenario = load_one(tmp_path, f"{{request: {{path: /}}, response: {{headers: {headers}, body: {body}}}}}")

    assert scenario.http[0].response.content_type == media


def test_params_are_inserted_with_their_types_into_bodies_and_encoded_into_paths(tmp_path):
    scenario = load_one(
        tmp_path,
        """
          params: {id: 7, name: 'a/b ü@c', on: true}
          request: {method: POST, path: '/items/{name}/{id}', query: {q: 'is {on}'}, body: {id: '{id}', on: '{on}'}}
          response: {body: {id: '{id}', url: 'https://x/{name}{?page}'}}
        """,
    )

    [promise] = scenario.http
    assert promise.request.path.example == "/items/a%2Fb%20%C3%BC@c/7"
    assert example(promise.request.query["q"]) == ["is true"]
    assert promise.request.body is not None
    assert promise.response.body is not None
    assert example(promise.request.body) == {"id": 7, "on": True}
    assert example(promise.response.body) == {"id": 7, "url": "https://x/a/b ü@c{?page}"}


def test_the_same_promise_can_be_had_for_other_params(tmp_path):
    scenario = load_one(tmp_path, "{params: {id: 7, a: b}, request: {path: '/items/{id}'}}")

    other = scenario.with_params({"id": "x y"})

    assert (other.params, other.http[0].request.path.example) == ({"id": "x y", "a": "b"}, "/items/x%20y")
    assert (other.key, other.place) == (scenario.key, scenario.place)
    assert scenario.with_params({"id": 7, "a": "b"}) is scenario


def test_a_path_is_written_as_it_travels(tmp_path):
    scenario = load_one(tmp_path, "{request: {path: '/größe/a b/%7e'}}")

    assert scenario.http[0].request.path.example == "/gr%C3%B6%C3%9Fe/a%20b/~"


def test_names_in_queries_and_forms_may_be_escaped(tmp_path):
    scenario = load_one(
        tmp_path,
        r"""
          request:
            method: POST
            path: /
            query: {$filter: a, $$top: 5, 'really\?': b}
            headers: {Content-Type: application/x-www-form-urlencoded}
            body: {$$x: 1, many: [a, b]}
        """,
    )

    [promise] = scenario.http
    assert list(promise.request.query) == ["$filter", "$top", "really?"]
    assert promise.request.body is not None
    assert example(promise.request.body) == {"$x": ["1"], "many": ["a", "b"]}


def test_a_form_travels_as_a_form_in_the_pact(tmp_path):
    entry = """
      request:
        method: POST
        path: /
        headers: {Content-Type: application/x-www-form-urlencoded}
        body: {name: a b, tag: [x, y], day: {$date: '2026-01-05'}}
    """

    interactions = pact_interactions([load_one(tmp_path, entry)])["shop.get_item"]

    [written] = pact_json("till", "shop", interactions)
    assert written["request"]["body"]["content"] == "name=a+b&tag=x&tag=y&day=2026-01-05"
    assert list(written["request"]["matchingRules"]["body"]) == ["$.day"]


def test_faulty_scenarios_are_no_part_of_what_was_loaded(tmp_path):
    registry = load_registry(write(tmp_path, shop="get_item: {request: {path: x}}\nlist_items: {request: {path: /}}\n"))

    contracts, faults = load_contracts(registry)

    assert [scenario.key for scenario in contracts] == ["shop.list_items"]
    assert len(faults) == 1


def test_a_service_without_a_file_is_no_fault(tmp_path):
    assert list(load(tmp_path)) == []


# --- AWS ---------------------------------------------------------------------------------------------------------


def test_an_aws_operation_needs_no_entry_and_an_entry_may_be_empty(tmp_path):
    contracts = load(tmp_path, AWS, aws="s3.list_buckets:\niam.list_users: {}\n")

    assert [scenario.key for scenario in contracts] == [
        "aws.s3.list_buckets",
        "aws.s3.get_bucket_location",
        "aws.iam.list_users",
    ]
    assert [scenario.aws[0].params for scenario in contracts] == [None, None, None]


def test_an_aws_entry_refines_params_response_and_reads(tmp_path):
    contracts = load(
        tmp_path,
        AWS,
        aws="""
        s3.get_bucket_location:
          scenarios:
            ok:
              given: a bucket
              params: {Bucket: logs}
              response: {LocationConstraint: eu-west-1}
              reads: [LocationConstraint]
            not_found:
              params: {Bucket: other}
              error: {code: NoSuchBucket, status: 404}
            denied:
              error: {code: AccessDenied}
            two:
              sequence: [{params: {Bucket: a}}, {params: {Bucket: b}}]
        """,
    )

    ok, not_found, denied, two = contracts.of("aws.s3.get_bucket_location").values()
    assert (ok.given, ok.params, ok.aws[0].given) == (
        "a bucket",
        {"Bucket": "logs"},
        {"LocationConstraint": "eu-west-1"},
    )
    assert ok.aws[0].params == Object((Member("Bucket", Value("logs")),))
    assert ok.aws[0].reads == ("LocationConstraint",)
    assert not_found.aws[0].error == AwsError("NoSuchBucket", 404, "")
    assert denied.aws[0].error == AwsError("AccessDenied", 400, "")
    assert [example(one.params) for one in two.aws if one.params] == [{"Bucket": "a"}, {"Bucket": "b"}]
    assert ok.with_params({"Bucket": "mine"}).aws[0].params == Object((Member("Bucket", Value("mine")),))


# --- what does not load ------------------------------------------------------------------------------------------

KEYS = "given, params, request, response, repeatable, sequence, scenarios"
METHODS = "one of 'GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE' or 'OPTIONS'"
NAMES = "a name of letters, digits, _ and -"
ENTRY = "write an entry for each operation of the registry, as in `get_user: {request: …, response: …}`"
INTERACTION = "add `request: {method: GET, path: /…}` and `response: {status: 200}`, or a `sequence` of them"
AS_PATH = "write the path as text, or as {$regex: …, like: /…}"
AS_TEXT = "give text, a number or a boolean, or an operator for text"
NOT_ABSENT = "remove the question mark, or write a\\? for a name that ends in one"
AS_SENT = "promise what the program sends, and every other form of it as a scenario"
NO_ALIASES = "write the values out, without aliases and with less nesting"
LIMIT = "a whole number from 100 to 599"

FAULTS: dict[str, tuple[str, str, str, str]] = {
    "unknown key": (
        "{requst: 1, request: {path: /}}",
        "12",
        "unknown key 'requst' in get_item",
        f"use one of {KEYS} (did you mean request?)",
    ),
    "unknown key, deep": (
        "{request: {path: /, methd: GET}}",
        "31",
        "unknown key 'methd' in get_item.request",
        "use one of method, path, query, headers, body (did you mean method?)",
    ),
    "unknown key in a scenario named as a key": (
        "{scenarios: {request: {request: {path: /, hdrs: 1}}}}",
        "53",
        "unknown key 'hdrs' in get_item.scenarios.request.request",
        "use one of method, path, query, headers, body (did you mean headers?)",
    ),
    "no mapping": ("5", "11", "get_item is 5, not a mapping", "use a mapping"),
    "nothing": ("", "10", "get_item is empty, not a mapping", "use a mapping"),
    "no request": ("{given: a}", "1", "no request is promised", INTERACTION),
    "empty request": ("{request: }", "21", "get_item.request is empty, not a mapping", "use a mapping"),
    "empty response": (
        "{request: {path: /}, response: }",
        "42",
        "get_item.response is empty, not a mapping",
        "use a mapping",
    ),
    "empty sequence": (
        "{sequence: []}",
        "22",
        "get_item.sequence is an empty list, not at least one entry",
        "use at least one entry",
    ),
    "no sequence": ("{sequence: }", "22", "get_item.sequence is empty, not a list", "use a list"),
    "no scenarios": (
        "{scenarios: {}}",
        "23",
        "get_item.scenarios is an empty mapping, not at least one entry",
        "use at least one entry",
    ),
    "no path": ("{request: {method: GET}}", "12", "get_item.request has no path", "add `path:`"),
    "request in a sequence": (
        "{sequence: [{response: {}}]}",
        "23",
        "get_item.sequence.0 has no request",
        "add `request:`",
    ),
    "method": (
        "{request: {path: /, method: get}}",
        "39",
        f"get_item.request.method is 'get', not {METHODS}",
        f"use {METHODS}",
    ),
    "status": (
        "{request: {path: /}, response: {status: 2000}}",
        "51",
        f"get_item.response.status is 2000, not {LIMIT}",
        f"use {LIMIT}",
    ),
    "status as text": (
        "{request: {path: /}, response: {status: '200'}}",
        "51",
        "get_item.response.status is '200', not a whole number",
        "use a whole number",
    ),
    "given": ("{given: 5, request: {path: /}}", "19", "get_item.given is 5, not text", "use text"),
    "params": (
        "{params: [a], request: {path: '/{a}'}}",
        "20",
        "get_item.params is a list, not a mapping",
        "use a mapping",
    ),
    "repeatable": (
        "{request: {path: /}, repeatable: sure}",
        "44",
        "get_item.repeatable is 'sure', not true or false",
        "use true or false",
    ),
    "path without a slash": (
        "{request: {path: items}}",
        "28",
        "the path 'items' does not start with a slash",
        "write /items",
    ),
    "query in the path": (
        "{request: {path: '/a?b=1'}}",
        "28",
        "a query inside the path",
        "move what follows the question mark to `query:`",
    ),
    "fragment": (
        "{request: {path: '/a#b'}}",
        "28",
        "a fragment or a control character in the path",
        "write what the program sends",
    ),
    "newline in the path": (
        '{request: {path: "/a\\nb"}}',
        "28",
        "a fragment or a control character in the path",
        "write what the program sends",
    ),
    "path of a number": ("{request: {path: 5}}", "28", "found 5", AS_PATH),
    "path of an operator": ("{request: {path: {$integer: 5}}}", "28", "found a mapping", AS_PATH),
    "unknown param": (
        "{params: {uid: 1}, request: {path: '/{id}'}}",
        "46",
        "no param id (params: uid)",
        "add id to `params:` (did you mean uid?)",
    ),
    "unknown param in a query": (
        "{request: {path: /, query: {a: '{b}'}}}",
        "42",
        "no param b (params: none)",
        "add b to `params:`",
    ),
    "query of a mapping": ("{request: {path: /, query: {a: {b: 1}}}}", "42", "found a mapping", AS_TEXT),
    "query of null": ("{request: {path: /, query: {a: }}}", "42", "found empty", AS_TEXT),
    "optional query": ("{request: {path: /, query: {a?: 1}}}", "39", "a? says that it may be absent", NOT_ABSENT),
    "rules in a list": (
        "{request: {path: /, query: {a: [b, {$date: '2026-01-05'}]}}}",
        "42",
        "an operator in a list, where Pact has one rule for all values of a name",
        "write the values as they are sent",
    ),
    "header twice": (
        "{request: {path: /, headers: {A: 1, a: 2}}}",
        "47",
        "the header A stands twice",
        "keep one of the two",
    ),
    "header name": (
        "{request: {path: /, headers: {a b: 1}}}",
        "41",
        "'a b' is not the name of a header",
        "use letters, digits and dashes",
    ),
    "header value": (
        '{request: {path: /, headers: {A: "b\\r\\nC: d"}}}',
        "44",
        "the header A holds what a header cannot",
        "write the value in one line, without spaces around it",
    ),
    "header of a list": ("{request: {path: /, headers: {A: [b]}}}", "44", "found a list", AS_TEXT),
    "open request": (
        "{request: {path: /, body: {a?: 1}}}",
        "37",
        "a request with keys that may be absent, or with nullable lists or mappings",
        AS_SENT,
    ),
    "mapping as text": (
        "{request: {path: /}, response: {headers: {Content-Type: text/html}, body: {a: 1}}}",
        "85",
        "a mapping or a list as the body of text/html",
        "write text, or leave the header to application/json or application/x-www-form-urlencoded",
    ),
    "body of 204": (
        "{request: {path: /}, response: {status: 204, body: x}}",
        "56",
        "status 204 has no body",
        "remove `body:`",
    ),
    "body of HEAD": (
        "{request: {path: /, method: HEAD}, response: {body: x}}",
        "57",
        "an answer to HEAD has no body",
        "remove `body:`",
    ),
    "request beside scenarios": (
        "{request: {path: /}, scenarios: {ok: {request: {path: /}}}}",
        "12",
        "request beside scenarios",
        "move request into the scenario it belongs to, or remove `scenarios`",
    ),
    "request beside a sequence": (
        "{request: {path: /}, sequence: [{request: {path: /}}]}",
        "12",
        "request beside sequence",
        "move request into the sequence, or remove `sequence`",
    ),
    "scenario outside of the folder": (
        "{scenarios: {../evil: {request: {path: /}}}}",
        "24",
        f"get_item.scenarios has the key '../evil', not {NAMES}",
        f"use {NAMES}",
    ),
    "duplicate key": (
        "{request: {path: /}, request: {path: /}}",
        "32",
        "duplicate key 'request', first in line 1",
        "keep one of the two",
    ),
    "unsafe tag": (
        "{request: {path: !!python/name:os.system /x}}",
        "28",
        "tag !!python/name:os.system is not allowed",
        "write plain YAML without tags",
    ),
    "alias of itself": (
        "{request: {path: /}, response: {body: &a [*a]}}",
        "49",
        "an alias that contains itself",
        NO_ALIASES,
    ),
    "operator": (
        "{request: {path: /}, response: {body: {$integer: x}}}",
        "60",
        "$integer: found 'x'",
        "give an example such as 42",
    ),
}


@pytest.mark.parametrize(("entry", "column", "what", "fix"), FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_is_told_with_its_place_and_a_way_out(tmp_path, entry, column, what, fix):
    found = faults_of(tmp_path, shop=f"get_item: {entry}\n")

    assert found == [f"contracts/shop.yaml:1:{column}: {what}\n  fix: {fix}"]


def test_all_faults_of_all_files_come_in_one_go_in_file_order(tmp_path):
    found = faults_of(
        tmp_path,
        "contracts: {shop: [get_item, list_items], aws: {s3: [list_buckets]}, depot: [get_item]}\n",
        shop="""
        get_item: {requst: 1, request: {path: items, body: {$regexp: a}}, response: {status: 2000, body: [1, 2]}}
        list_itms: {request: {path: /}}
        list_items:
          sequence:
            - {request: {path: '/{id}'}, response: {stat: 1}}
            - {response: {body: {$date: x}}}
        """,
        aws="s3.list_buckets: {reads: ['Buckets[].Nam', 5], respnse: {}}\n",
        depot="[]\n",
        stop="a: 1\n",
    )

    assert [fault.splitlines()[0] for fault in found] == [
        "contracts/aws.yaml:1:44: s3.list_buckets.reads.1 is 5, not text",
        "contracts/aws.yaml:1:48: unknown key 'respnse' in s3.list_buckets",
        "contracts/depot.yaml:1:1: the file is an empty list, not a mapping of operations",
        "contracts/shop.yaml:2:12: unknown key 'requst' in get_item",
        "contracts/shop.yaml:2:39: the path 'items' does not start with a slash",
        "contracts/shop.yaml:2:53: unknown operator $regexp",
        "contracts/shop.yaml:2:86: get_item.response.status is 2000, not a whole number from 100 to 599",
        "contracts/shop.yaml:2:98: a list of 2 elements says nothing about what each element is like",
        "contracts/shop.yaml:3:1: shop.list_itms is not an operation of the registry",
        "contracts/shop.yaml:6:24: no param id (params: none)",
        "contracts/shop.yaml:6:45: unknown key 'stat' in list_items.sequence.0.response",
        "contracts/shop.yaml:7:7: list_items.sequence.1 has no request",
        "contracts/shop.yaml:7:33: $date: found 'x'",
        "contracts/stop.yaml:1:1: stop is not a service of the registry",
    ]


def test_members_that_a_service_model_lacks_are_told_beside_all_else(tmp_path):
    found = faults_of(
        tmp_path,
        AWS.replace("aws", "shop: [get_item], aws"),
        aws="""
        s3.list_buckets:
          sequence:
            - reads: ['Bukets[].Name']
        s3.get_bucket_location: {params: {Bucket: a, Regin: b}, response: {LocationConstrant: eu-west-1}}
        iam.list_users: {error: {code: X}, response: {Users: [{UserName: a}]}}
        """,
        shop="get_item: {request: {path: x}}\n",
    )

    assert [fault.splitlines()[0] for fault in found] == [
        "contracts/aws.yaml:4:15: Bukets[].Name: ListBucketsOutput has no member Bukets; nearest: Buckets; it has "
        "Buckets, ContinuationToken, Owner, Prefix",
        "contracts/aws.yaml:5:53: params $.Regin: found Regin, which it does not have, allowed is a member of "
        "GetBucketLocationRequest; it has Bucket, ExpectedBucketOwner",
        "contracts/aws.yaml:5:87: response $.LocationConstrant: found LocationConstrant, which it does not have, "
        "allowed is a member of GetBucketLocationOutput; nearest: LocationConstraint; it has LocationConstraint",
        "contracts/aws.yaml:6:25: an answer beside an error",
        "contracts/shop.yaml:1:28: the path 'x' does not start with a slash",
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", "empty"),
        ("# nothing yet\n", "empty"),
        ("- get_item\n", "a list"),
        ("get_item\n", "'get_item'"),
        ("{}", "an empty mapping"),
    ],
)
def test_a_file_has_to_be_a_mapping_of_operations(tmp_path, text, found):
    place = "2:1" if text.startswith("#") and found != "empty" else "1:1"

    assert faults_of(tmp_path, shop=text) == [
        f"contracts/shop.yaml:{place}: the file is {found}, not a mapping of operations\n  fix: {ENTRY}"
    ]


def test_an_empty_file_for_aws_is_a_fault_where_no_file_is_none(tmp_path):
    assert faults_of(tmp_path, AWS, aws="") == [
        "contracts/aws.yaml:1:1: the file is empty, not a mapping of operations\n"
        "  fix: write an entry, as in `s3.list_buckets:`, or remove the file: the service models promise enough"
    ]


def test_unknown_operations_and_services_offer_the_nearest_spelling(tmp_path):
    found = faults_of(tmp_path, shop="get_itm: {request: {path: /}}\n", shopp="get_item: {}\n")

    assert found == [
        "contracts/shop.yaml:1:1: shop.get_itm is not an operation of the registry\n"
        "  fix: add it to registry.yaml, or remove it (did you mean get_item?)",
        "contracts/shopp.yaml:1:1: shopp is not a service of the registry\n"
        "  fix: add shopp to registry.yaml, or remove the file (did you mean shop?)",
    ]


def test_a_contract_with_the_other_ending_is_not_passed_over(tmp_path):
    write(tmp_path)
    (tmp_path / "contracts/shop.yml").write_text("get_item: {request: {path: /}}\n", encoding="utf-8")

    assert faults_of(tmp_path) == [
        "contracts/shop.yml:1:1: a contract is not read from shop.yml\n  fix: name it shop.yaml"
    ]


def test_an_alias_bomb_is_refused_within_a_second(tmp_path):
    rows = "\n".join(f"  x{n}: &x{n} [{', '.join([f'*x{n - 1}'] * 9)}]" for n in range(1, 12))
    start = time.perf_counter()

    found = faults_of(tmp_path, shop=f"get_item:\n  x0: &x0 [a]\n{rows}\n")

    assert time.perf_counter() - start < 1
    assert [fault.partition(": ")[2] for fault in found] == [
        f"more than 1000000 values once its aliases are unpacked\n  fix: {NO_ALIASES}"
    ]


def test_endless_nesting_is_refused(tmp_path):
    found = faults_of(tmp_path, shop=f"get_item: {'[' * 40_000}{']' * 40_000}\n")

    assert found == ["contracts/shop.yaml:1:110: nested deeper than 100 levels\n  fix: flatten the file"]


def test_no_message_holds_a_value_of_the_environment(tmp_path, monkeypatch):
    secret = "-".join(["sekret", "0123456789"])
    monkeypatch.setenv("SHOP_SANDBOX_TOKEN", secret)

    found = faults_of(
        tmp_path, shop="get_item: {params: {t: '{SHOP_SANDBOX_TOKEN}'}, request: {path: '$SHOP_SANDBOX_TOKEN'}}\n"
    )

    assert secret not in json.dumps(found)


def test_faults_survive_being_carried_between_processes(tmp_path):
    import pickle

    with pytest.raises(ContractFileError) as caught:
        load_project(write(tmp_path, shop="[]"))

    carried: Any = pickle.loads(pickle.dumps(caught.value))  # noqa: S301  # our own, and xdist does the same
    assert str(carried) == str(caught.value)
    assert isinstance(carried, ContractError)
