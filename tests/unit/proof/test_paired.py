"""Recorded interactions with their promises: whose id it is, and what of many repeats is worth keeping."""

from __future__ import annotations

from typing import Any

import pytest

from pactproof.interaction import Headers, Interaction, Request, Response
from pactproof.proof.http import Paired, judge_http, pair

BASE = "https://shop.example.com/base"
POLL = """
get_item:
  sequence:
    - {request: {path: /job}, response: {body: {state: {$exactly: pending}}}, repeatable: true}
    - {request: {path: /job}, response: {body: {state: {$exactly: done}}}}
"""
CREATED = """
get_item:
  params: {id: order-7, line: '1'}
  sequence:
    - {request: {method: POST, path: /orders}, response: {body: {id: '{id}'}}}
    - {request: {path: '/orders/{id}'}, response: {body: {id: '{id}', line: '{line}'}}}
    - {request: {path: '/orders/{id}/log'}, response: {body: {log: text}}}
    - {request: {path: '/orders/{id}/{line}'}, response: {body: {line: '{line}'}}}
"""


def recorded(written: Any, contract: str, *exchanges: tuple[str, str], **headers: str) -> Paired:
    """`exchanges`: "GET /job" with the JSON that was answered."""
    [scenario] = written("shop: [get_item]", shop=contract).contracts
    media = (("Content-Type", "application/json"), *((name.replace("_", "-"), text) for name, text in headers.items()))
    interactions = []
    for asked, answer in exchanges:
        method, _, path = asked.partition(" ")
        interactions.append(Interaction(Request(method, BASE + path), Response(200, Headers(media), answer.encode())))
    return pair(scenario, interactions, BASE)


def kept(paired: Paired) -> list[str]:
    return [one.response.body.decode() for one in paired.in_order]


def test_of_repeats_with_equal_answers_the_first_is_kept(written):
    waiting, done = ("GET /job", '{"state": "pending"}'), ("GET /job", '{"state": "done"}')

    paired = recorded(written, POLL, waiting, waiting, waiting, done)

    assert kept(paired) == ['{"state": "pending"}', '{"state": "done"}']
    assert not any(one.request or one.response or one.often for one in judge_http(paired))


def test_repeats_with_other_answers_are_all_kept(written):
    answers = ['{"state": "pending", "done": %d}' % number for number in (10, 10, 90)]  # noqa: UP031  # braces

    paired = recorded(written, POLL, *(("GET /job", answer) for answer in answers), ("GET /job", '{"state": "done"}'))

    assert kept(paired) == [answers[0], answers[2], '{"state": "done"}']


def test_an_id_is_followed_through_a_sequence_recorded_in_any_order(written):
    paired = recorded(
        written,
        CREATED,
        ("POST /orders", '{"id": "made-1"}'),
        ("GET /orders/made-1/log", '{"log": "none"}'),
        ("GET /orders/made-1", '{"id": "made-1", "line": "x4"}'),
        ("GET /orders/made-1/x4", '{"line": "x4"}'),
    )

    assert paired.pairing.meant == (0, 2, 1, 3)
    assert paired.scenario.params == {"id": "made-1", "line": "x4"}
    assert not any(one.request or one.response or one.often for one in judge_http(paired))


def test_an_id_that_no_answer_gave_is_another_request(written):
    paired = recorded(
        written,
        CREATED,
        ("POST /orders", '{"id": "made-1"}'),
        ("GET /orders/made-2", '{"id": "made-2", "line": "x4"}'),
        ("GET /orders/made-1/log", '{"log": "none"}'),
        ("GET /orders/made-1/x4", '{"line": "x4"}'),
    )

    [_, second, *_] = judge_http(paired)

    assert [str(one) for one in second.request] == [
        'path: expected "/orders/made-1", found "/orders/made-2"',
    ]


TURNED = """
get_item:
  params: {{cursor: {cursor}}}
  sequence:
    - {{request: {{path: /items}}, response: {{body: {{next: {promised}}}}}}}
    - {{request: {{path: /items, query: {{from: '{{cursor}}'}}}}, response: {{body: {{n: 1}}}}}}
"""


@pytest.mark.parametrize(
    ("cursor", "promised", "answered", "path"),
    [
        ("abc", "'{cursor}'", "17", ["$.next"]),
        ("abc", "{$nullable: '{cursor}'}", "17", ["$.next"]),
        ("abc", "{$exactly: '{cursor}'}", "17", ["$.next"]),
        ("abc", "{$regex: '[a-z]+', like: '{cursor}'}", '"Z9"', ["$.next"]),
        ("abc", "'{cursor}'", '"17"', []),
        ("7", "'{cursor}'", '"17"', ["$.next"]),
        ("7", "{$integer: '{cursor}'}", '"17"', ["$.next"]),
        ("7", "{$integer: '{cursor}'}", "17", []),
        ("7", "'{cursor}'", "17", []),
    ],
)
def test_a_cursor_that_turns_into_another_kind_of_value_is_the_providers_fault(
    written, cursor, promised, answered, path
):
    contract = TURNED.format(cursor=cursor, promised=promised)
    sent = answered.strip('"')

    first, second = judge_http(
        recorded(written, contract, ("GET /items", f'{{"next": {answered}}}'), (f"GET /items?from={sent}", '{"n": 1}'))
    )

    assert [mismatch.path for mismatch in first.response] == path
    assert (first.request, second.request, second.response) == ((), (), ())


def test_an_answer_is_of_the_promised_kind_whatever_the_params_of_the_recording_are(written):
    contract = "get_item: {params: {id: '7'}, request: {path: '/items/{id}'}, response: {body: {id: '{id}'}}}"
    [scenario] = written("shop: [get_item]", shop=contract).contracts
    media = Headers((("Content-Type", "application/json"),))
    one = Interaction(Request("GET", f"{BASE}/items/42"), Response(200, media, b'{"id": 42}'))

    [judged] = judge_http(pair(scenario.with_params({"id": 42}), [one], BASE))

    assert judged.request == ()
    assert [str(mismatch) for mismatch in judged.response] == ['$.id: expected "7", found 42']


def test_rules_that_overlap_are_dealt_so_that_each_promise_has_its_recording(written):
    contract = """
    get_item:
      sequence:
        - {request: {path: {$regex: '/items/[0-9]+', like: /items/1}}, response: {body: {n: 1}}}
        - {request: {path: /items/7}, response: {body: {n: 1}}}
    """

    paired = recorded(written, contract, ("GET /items/7", '{"n": 7}'), ("GET /items/8", '{"n": 8}'))

    assert paired.pairing.meant == (1, 0)
    assert not any(one.request or one.response or one.often for one in judge_http(paired))
