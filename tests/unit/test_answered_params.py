"""A value that an answer gives, and a later request needs: in a recording it is the recording's own."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.unit.written_contracts import written

from pactproof.answered_params import answered_params, answering
from pactproof.interaction import Headers, Interaction, Request, Response

__all__ = ["written"]
SEQUENCE = """
get_item:
  params: {{id: order-7}}
  sequence:
    - request: {{method: POST, path: /orders}}
      response: {{headers: {headers}, body: {body}}}
    - request: {{path: '/orders/{{id}}'}}
"""


def learned(written: Any, promised: str, answer: Any, asked: str = "/other", headers: str = "{}") -> dict[str, Any]:
    """What the first answer of a recording says of `id`, where its second request asked for the path `asked`."""
    [scenario] = written("shop: [get_item]", shop=SEQUENCE.format(body=promised, headers=headers)).contracts
    base = "https://shop.example.com/base"
    response = Response(200, Headers((("Location", str(answer)),)), json.dumps(answer).encode())
    recorded = [Interaction(Request("POST", f"{base}/orders"), response), *_asked(f"{base}{asked}")]
    return answered_params(scenario, {0: response}, recorded)


def _asked(url: str) -> list[Interaction]:
    return [Interaction(Request("GET", url), Response(200))]


@pytest.mark.parametrize(
    ("promised", "answer", "value"),
    [
        ("{id: '{id}'}", {"id": "made-1"}, "made-1"),
        ("{id: '{id}'}", {"id": 42}, 42),
        ("{order: {id: '{id}'}}", {"order": {"id": "made-1"}}, "made-1"),
        ("{'id?': '{id}'}", {"id": "made-1"}, "made-1"),
        ("{id: {$nullable: '{id}'}}", {"id": "made-1"}, "made-1"),
        ("{id: {$regex: '.+', like: '{id}'}}", {"id": "made-1"}, "made-1"),
        ("[{id: '{id}'}]", [{"id": "made-1"}, {"id": "made-2"}], "made-1"),
        ("'{id}'", "made-1", "made-1"),
        ("{next: '/orders?after={id}'}", {"next": "/orders?after=made%2B1"}, "made+1"),
        ("{next: '/orders?limit=2&after={id}'}", {"next": "https://a.test/x?after=made+1&limit=9"}, "made 1"),
        ("{self: 'https://a.test/orders/{id}'}", {"self": "https://b.test/v2/orders/made%201?x=1"}, "made 1"),
        ("{self: 'https://a.test/orders/{id}/log'}", {"self": "https://b.test/orders/made-1/log"}, "made-1"),
        ("{urn: 'urn:order:{id}'}", {"urn": "urn:order:made-1"}, "made-1"),
        ("{$each_key: {eu: {id: '{id}'}}}", {"us": {"id": "made-1"}}, "made-1"),
        ("{ids: {$contains: [{id: '{id}'}]}}", {"ids": [{"n": 1}, {"id": "made-1"}]}, "made-1"),
    ],
    ids=[
        *("text", "number", "deep", "optional", "nullable", "pattern", "list", "whole", "query", "order of query"),
        *("path", "inside a path", "text around", "any key", "contained"),
    ],
)
def test_the_value_is_found_where_the_promise_has_its_name(written, promised, answer, value):
    assert learned(written, promised, answer) == {"id": value}


def test_a_header_gives_it_too(written):
    header = "{Location: {$regex: '.*/orders/.+', like: 'https://shop.example.com/orders/{id}'}}"

    assert learned(written, "'text'", "https://shop.example.com/orders/made%201", headers=header) == {"id": "made 1"}


XML = "<o:order xmlns:o='urn:o' no='{id}'><total>7</total></o:order>"
FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("media", "promised", "answer"),
    [
        ("application/xml", XML, "<q:order at='x' xmlns:q='urn:o' no='made-1'>\n <total>9</total></q:order>"),
        ("text/xml", "<order><id>{id}</id></order>", "<order><n>1</n><id> made-1 </id></order>"),
        (FORM, "{token: '{id}', kind: x}", "kind=x&token=made-1"),
        (FORM, "kind=x&token={id}", "token=made-1&kind=x"),
    ],
    ids=["attribute", "element", "form", "form as text"],
)
def test_an_answer_of_another_media_type_gives_it_too(written, media, promised, answer):
    body = promised if promised.startswith("{") else json.dumps(promised)
    contract = SEQUENCE.format(body=body, headers=f"{{Content-Type: {media}}}")
    [scenario] = written("shop: [get_item]", shop=contract).contracts
    response = Response(200, Headers((("Content-Type", media),)), answer.encode())

    assert answered_params(scenario, {0: response}, []) == {"id": "made-1"}


@pytest.mark.parametrize(
    ("answer", "asked", "value"),
    [
        ([{"id": "7"}, {"id": "71"}], "/orders/71", "71"),
        ([{"id": "7"}, {"id": "71"}], "/orders/7", "7"),
        ([{"id": "7"}, {"id": "order-7"}], "/orders/order-7", "order-7"),
        ([{"id": "7"}, {"id": "71"}], "/orders/9", "7"),
    ],
    ids=["last", "first", "as promised", "none"],
)
def test_of_several_elements_it_is_the_one_that_was_asked_for(written, answer, asked, value):
    assert learned(written, "[{id: '{id}'}]", answer, asked) == {"id": value}


@pytest.mark.parametrize(
    "answer",
    [{"id": None}, {"id": True}, {"id": ["a"]}, {}, [], "text"],
    ids=["null", "bool", "list", "", "[]", "text"],
)
def test_an_answer_without_it_says_nothing(written, answer):
    assert learned(written, "{id: '{id}'}", answer) == {}


@pytest.mark.parametrize(
    "contract",
    [
        "{params: {id: '7'}, request: {path: '/items/{id}'}, response: {body: {id: '{id}'}}}",
        """
        {params: {id: '7'}, sequence: [
          {request: {path: '/items/{id}'}, response: {body: {id: '{id}'}}}, {request: {path: '/items/{id}/log'}}]}
        """,
        """
        {params: {id: '7'}, sequence: [{request: {path: /a}, response: {body: {id: '{id}'}}}, {request: {path: /b}}]}
        """,
    ],
    ids=["one interaction", "asked for before", "never asked for"],
)
def test_a_param_that_the_consumer_brings_is_none_that_an_answer_gives(written, contract):
    [scenario] = written("shop: [get_item]", shop=f"get_item: {contract.strip()}").contracts

    assert answering(scenario) == {}
