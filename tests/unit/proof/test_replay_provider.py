"""The recording as a provider: each recorded answer once, for the request that was promised for it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import pytest
from tests.unit.lone_provider import active

from pactproof.aws.calls import promised_calls
from pactproof.errors import NetworkClosedError, NoMatchError, Place
from pactproof.interaction import Headers, Interaction, Request, Response
from pactproof.proof.http import pair
from pactproof.recording.replay import AwsReplay, HttpReplay
from pactproof.transport import install

BASE = "https://shop.example.com/base"
FILE = Place("cassettes/shop/get_item.yaml")
FIX = "record it again with --record-mode=rewrite and review the diff, if the request is meant to be so"


def replay(written: Any, contract: str, *recorded: tuple[str, str]) -> HttpReplay:
    """`recorded`: targets with the bodies that were answered."""
    [scenario] = written("shop: [get_item]", shop=contract).contracts
    interactions = [
        Interaction(Request("GET", BASE + target), Response(200, Headers(), body.encode())) for target, body in recorded
    ]
    meant = [index for index in pair(scenario, interactions, BASE).pairing.meant if index is not None]
    return HttpReplay(interactions, FILE, promises=scenario.http, meant=meant, base_url=BASE)


def items(number: int) -> str:
    entries = "".join(f"    - {{request: {{path: /items/{one}}}, response: {{}}}}\n" for one in range(number))
    return f"get_item:\n  sequence:\n{entries}"


def ask(provider: HttpReplay, target: str) -> bytes:
    return provider.handle(Request("GET", BASE + target)).body


def test_hosts_are_the_same_in_any_case_and_with_the_port_that_the_scheme_has(written):
    provider = replay(written, "get_item: {request: {path: /a}, response: {}}", ("/a", "first"))
    provider.base_url = "https://Shop.Example.com:443/base"

    assert ask(provider, "/a") == b"first"


def test_a_client_that_drops_the_path_of_the_base_url_gets_no_answer(written):
    provider = replay(written, "get_item: {request: {path: /a}, response: {}}", ("/a", "first"))

    with pytest.raises(NoMatchError) as refused:
        provider.handle(Request("GET", "https://shop.example.com/a"))

    assert refused.value.what == (
        'nothing recorded for GET https://shop.example.com/a: path: expected "/a", found "/../a"'
    )


def test_threads_get_each_recorded_answer_once(written):
    targets = [f"/items/{number}" for number in range(40)]
    provider = replay(written, items(40), *((target, target) for target in targets))

    with ThreadPoolExecutor(8) as pool:
        bodies = list(pool.map(lambda target: ask(provider, target), targets[::-1]))

    assert bodies == [target.encode() for target in targets[::-1]]
    assert (provider.request_mismatches(), provider.never_sent()) == ([], [])


def test_the_same_request_is_answered_as_it_was_recorded_in_turn(written):
    contract = "get_item: {sequence: [{request: {path: /a}, response: {}}, {request: {path: /a}, response: {}}]}"
    provider = replay(written, contract, ("/a", "first"), ("/a", "second"))

    assert [ask(provider, "/a"), ask(provider, "/a")] == [b"first", b"second"]
    with pytest.raises(NoMatchError) as refused:
        ask(provider, "/a")
    assert str(refused.value) == (
        f"{FILE}: nothing recorded for GET {BASE}/a: request: expected GET /a, 2 times, found 3 times\n  fix: {FIX}"
    )


def test_a_repeatable_request_is_answered_again(written):
    provider = replay(written, "get_item: {request: {path: /a}, repeatable: true, response: {}}", ("/a", "same"))

    assert [ask(provider, "/a") for _ in range(3)] == [b"same"] * 3


JOBS = """
get_item:
  sequence:
    - {request: {path: {$regex: '/jobs/[a-z]+', like: /jobs/x}}, response: {}}
    - {request: {path: {$regex: '/jobs/[a-z]+', like: /jobs/y}}, response: {}}
"""
POLL = """
get_item:
  sequence:
    - {request: {path: /job}, repeatable: true}
    - {request: {path: /job}}
"""


@pytest.mark.parametrize("sent", [1, 3, 5], ids=["less often", "as often", "more often"])
def test_a_repeatable_request_is_sent_as_often_as_the_program_likes(written, sent):
    contract = "get_item: {request: {path: /a}, repeatable: true, response: {}}"
    provider = replay(written, contract, ("/a", "first"), ("/a", "second"), ("/a", "third"))

    bodies = [ask(provider, "/a") for _ in range(sent)]

    assert bodies == [b"first", b"second", b"third", b"third", b"third"][:sent]
    assert (provider.request_mismatches(), provider.never_sent()) == ([], [])


def test_a_repeatable_request_that_is_never_sent_is_told(written):
    provider = replay(written, "get_item: {request: {path: /a}, repeatable: true, response: {}}", ("/a", "same"))

    assert [str(one) for one in provider.never_sent()] == ["request: expected GET /a, at least once, found nothing"]


def test_a_program_that_gives_up_polling_is_told_how_often_the_recording_was_asked(written):
    provider = replay(written, POLL, ("/job", "10 %"), ("/job", "90 %"), ("/job", "done"))

    bodies = [ask(provider, "/job"), ask(provider, "/job")]

    assert bodies == [b"10 %", b"90 %"]
    assert [str(one) for one in provider.never_sent()] == [
        "request: expected GET /job, at least 3 times, found 2 times"
    ]


def test_a_request_is_answered_as_it_was_recorded_before_one_that_is_promised_like_it(written):
    provider = replay(written, JOBS, ("/jobs/a", "a"), ("/jobs/b", "b"))

    assert [ask(provider, "/jobs/b"), ask(provider, "/jobs/a")] == [b"b", b"a"]


def test_the_values_of_a_repeated_name_keep_their_order(written):
    contract = "get_item: {request: {path: /a, query: {tag: [b, a], page: 1}}, response: {}}"
    provider = replay(written, contract, ("/a?tag=b&tag=a&page=1", "tags"))

    with pytest.raises(NoMatchError):
        ask(provider, "/a?page=1&tag=a&tag=b")
    assert ask(provider, "/a?page=1&tag=b&tag=a") == b"tags"


def test_another_value_that_the_promised_rule_allows_is_answered(written):
    contract = "get_item: {request: {path: /a, query: {at: {$date: '2026-01-05'}}}, response: {}}"
    provider = replay(written, contract, ("/a?at=2026-02-01", "then"))

    assert ask(provider, "/a?at=2026-11-22") == b"then"


def test_another_request_is_told_part_by_part(written):
    provider = replay(written, "get_item: {request: {path: /a, query: {x: 1}}, response: {}}", ("/a?x=1", "one"))

    with pytest.raises(NoMatchError):
        ask(provider, "/a?x=2&y=3")

    assert [mismatch.path for mismatch in provider.request_mismatches()] == ["query.x", "query.y"]
    assert [str(m) for m in provider.never_sent()] == ["request: expected GET /a?x=1, found nothing"]


def test_another_host_is_refused(written):
    provider = replay(written, items(1), ("/items/0", "zero"))

    with pytest.raises(NetworkClosedError) as refused:
        provider.handle(Request("GET", "https://other.example.com/items/0?with=query"))

    assert str(refused.value) == (
        f"GET https://other.example.com/items/0 was refused: the recording is of {BASE}\n"
        "  fix: build the client with base_url=provider.url"
    )


def test_aws_calls_are_told_apart_by_their_parameters_and_answered_on_the_wire(written):
    install()
    contract = """
    sqs.get_queue_url:
      sequence:
        - {params: {QueueName: a}}
        - {params: {QueueName: b}}
    """
    [scenario] = written("aws: {sqs: [get_queue_url]}", aws=contract).contracts
    media = Headers((("Content-Type", "application/x-amz-json-1.0"),))
    recorded = [
        Interaction(Request("POST", "https://sqs.us-east-1.amazonaws.com/"), Response(200, media, body))
        for body in (
            b'{"QueueUrl": "https://queue.example.com/a", "New": 1}',
            b'{"QueueUrl": "https://queue.example.com/b"}',
        )
    ]
    provider = AwsReplay(recorded, FILE, calls=promised_calls(scenario))
    client = boto3.Session("placeholder", "placeholder", region_name="us-east-1").client("sqs")

    with active(provider):
        urls = [client.get_queue_url(QueueName=name)["QueueUrl"] for name in ("b", "a")]
        with pytest.raises(NoMatchError):
            client.get_queue_url(QueueName="c")
    with pytest.raises(NetworkClosedError) as refused:
        provider.handle(Request("GET", "https://bucket.s3.amazonaws.com/key"))

    assert urls == ["https://queue.example.com/b", "https://queue.example.com/a"]
    assert [mismatch.path for mismatch in provider.request_mismatches()] == ["$.QueueName"]
    assert refused.value.what == (
        "GET to bucket.s3.amazonaws.com was refused: an AWS recording answers calls of botocore alone"
    )
