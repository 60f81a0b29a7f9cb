"""What a pact says of a scenario: key, description, states, examples and rules, as Pact's own library writes it."""

from __future__ import annotations

from typing import Any

import pytest

from pactproof.promise.pact_model import pact_json

ALL_PARTS = """
get_item:
  given: an item exists
  request:
    method: POST
    path: {$regex: '^/items/[0-9]+$', like: /items/7}
    query: {tag: [a, b], since: {$date: '2026-01-05'}, 'ids[]': {$regex: '^[0-9]+$', like: '3'}}
    headers: {accept: application/json, X-Trace: {$uuid: 3f2504e0-4f89-41d3-9a0c-0305e82c3301}}
    body: {count: {$integer: 2}}
  response:
    status: 201
    headers: {content-type: application/vnd.shop+json, X-Left: {$regex: '^[0-9]+$', like: '9'}}
    body:
      name: Lamp
      note?: fragile
      price: {$nullable: {$decimal: 9.5}}
      owner: {$nullable: {name: ada}}
"""


def shown(written: Any, contract: str, registry: str = "shop: [get_item]") -> dict[str, Any]:
    """Each interaction of the contract's pact by key, as pact-python writes it."""
    project = written(registry, shop=contract)
    interactions = [one for listed in project.pacts["shop"].values() for one in listed]
    return {one["key"]: one for one in pact_json("till", "shop", interactions)}


def rule(*matchers: dict[str, Any], combine: str = "AND") -> dict[str, Any]:
    return {"combine": combine, "matchers": list(matchers)}


def test_method_path_query_and_headers_carry_example_and_rule(written):
    request = shown(written, ALL_PARTS)["shop.get_item"]["request"]
    rules = request["matchingRules"]

    assert (request["method"], request["path"]) == ("POST", "/items/7")
    assert request["query"] == {"tag": ["a", "b"], "since": ["2026-01-05"], "ids[]": ["3"]}
    assert request["headers"] == {
        "Accept": ["application/json"],
        "Content-Type": ["application/json"],
        "X-Trace": ["3f2504e0-4f89-41d3-9a0c-0305e82c3301"],
    }
    assert rules["path"]["matchers"] == [{"match": "regex", "regex": "^/items/[0-9]+$"}]
    assert sorted(rules["query"]) == ["ids[]", "since"]
    assert sorted(rules["header"]) == ["X-Trace"]
    assert rules["body"]["$.count"] == rule({"match": "integer"})


def test_status_headers_and_body_of_the_answer_carry_example_and_rule(written):
    response = shown(written, ALL_PARTS)["shop.get_item"]["response"]

    assert response["status"] == 201
    assert response["headers"] == {"Content-Type": ["application/vnd.shop+json"], "X-Left": ["9"]}
    assert response["matchingRules"]["header"] == {"X-Left": rule({"match": "regex", "regex": "^[0-9]+$"})}
    assert response["body"]["contentType"] == "application/vnd.shop+json"


def test_what_a_pact_cannot_say_is_left_out(written):
    response = shown(written, ALL_PARTS)["shop.get_item"]["response"]

    assert response["body"]["content"] == {"name": "Lamp", "price": 9.5}
    assert response["matchingRules"]["body"] == {
        "$.name": rule({"match": "type"}),
        "$.price": rule({"match": "decimal"}, {"match": "null"}, combine="OR"),
    }


def test_a_state_is_named_and_has_no_params_where_it_needs_none(written):
    found = shown(written, ALL_PARTS)["shop.get_item"]

    assert (found["description"], found["providerStates"]) == ("get_item", [{"name": "an item exists"}])


TWO = """
get_item:
  scenarios:
    ok: {request: {path: /items/7}, response: {body: {name: Lamp}}}
    gone: {given: it is gone, request: {path: /items/7}, response: {status: 410}}
    other: {request: {path: /items/8}, response: {status: 404}}
"""


def test_equal_requests_carry_a_state_with_their_key_and_others_do_not(written):
    found = shown(written, TWO)

    assert {key: one.get("providerStates", []) for key, one in found.items()} == {
        "shop.get_item": [{"name": "shop.get_item", "params": {"key": "shop.get_item"}}],
        "shop.get_item.gone": [{"name": "it is gone", "params": {"key": "shop.get_item.gone"}}],
        "shop.get_item.other": [],
    }


def test_a_sequence_has_a_key_and_a_description_for_each_of_its_requests(written):
    contract = """
    get_item:
      sequence:
        - {request: {path: /items/7}, response: {status: 429}}
        - {request: {path: /items/7}, response: {status: 200}}
    """

    found = shown(written, contract)

    assert {key: (one["description"], one["response"]["status"]) for key, one in found.items()} == {
        "shop.get_item": ("get_item: request 1", 429),
        "shop.get_item#2": ("get_item: request 2", 200),
    }
    assert found["shop.get_item#2"]["providerStates"] == [
        {"name": "shop.get_item#2", "params": {"key": "shop.get_item#2"}}
    ]


@pytest.mark.parametrize(
    ("first", "second", "is_shared"),
    [
        ("path: /a, query: {x: 1, y: 2}", "path: /a, query: {y: 2, x: 1}", True),
        ("path: /a, query: {x: 1}", "path: /a, query: {x: 2}", False),
        ("path: /a, method: POST, body: {x: 1}", "path: /a, method: POST, body: {x: 1}", True),
        ("path: /a, method: POST, body: {x: 1}", "path: /a, method: POST, body: {x: 2}", False),
        ("path: /a, headers: {Accept: a/b}", "path: /a, headers: {Accept: c/d}", True),
        ("path: /a, method: PUT", "path: /a, method: POST", False),
    ],
)
def test_requests_are_equal_where_no_provider_could_tell_them_apart(written, first, second, is_shared):
    contract = (
        "get_item:\n  scenarios:\n"
        f"    ok: {{request: {{{first}}}, response: {{status: 200}}}}\n"
        f"    other: {{request: {{{second}}}, response: {{status: 404}}}}\n"
    )

    found = shown(written, contract)

    assert all(("providerStates" in one and one["providerStates"] != []) == is_shared for one in found.values())


def test_the_same_contract_gives_the_same_interactions(written):
    assert shown(written, ALL_PARTS) == shown(written, ALL_PARTS)
