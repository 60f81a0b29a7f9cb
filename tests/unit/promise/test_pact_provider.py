"""One Pact mock server for each promised interaction: requests are routed, judged, and the servers really stopped."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest

from pactproof.errors import NetworkClosedError, NoMatchError
from pactproof.interaction import Headers, Mismatch, Request, Response
from pactproof.promise.pact_provider import PactProvider, pact_provider

JSON = Headers((("Content-Type", "application/json"),))

RETRY = """
get_item:
  sequence:
    - request: {method: GET, path: /items/7}
      response: {status: 429, headers: {Retry-After: '0'}, body: {message: slow down}}
    - request: {method: GET, path: /items/7}
      response: {status: 200, body: {name: Lamp}}
"""

ITEMS = """
get_item:
  sequence:
    - {request: {path: /items/1}, response: {body: {name: one}}}
    - {request: {path: /items/2}, response: {body: {name: two}}}
    - {request: {path: /items, query: {page: 1}}, response: {body: {name: page one}}}
    - {request: {path: /items, query: {page: 2}}, response: {body: {name: page two}}}
"""

POSTS = """
get_item:
  sequence:
    - {request: {method: POST, path: /items, body: {kind: a, tags: [x]}}, response: {body: {name: a}}}
    - {request: {method: POST, path: /items, body: {kind: b, tags: [x]}}, response: {body: {name: b}}}
    - {request: {method: POST, path: /items, body: {kind: c, tags: [x]}}, response: {body: {name: c}}}
"""

ONE = """
get_item:
  params: {id: '7'}
  request:
    method: POST
    path: /items/{id}
    query: {currency: EUR}
    headers: {Accept: application/json}
    body: {count: 1}
  response: {status: 200, body: {name: Lamp, note?: fragile, price: {$nullable: 9.5}}}
"""


@contextmanager
def served(written: Any, contract: str, variant: Any = "full") -> Iterator[PactProvider]:
    project = written("shop: [get_item]", shop=contract)
    [interactions] = project.pacts["shop"].values()
    with pact_provider("till", "shop", "https://shop.example.com/base", interactions, variant) as provider:
        yield provider


def send(provider: PactProvider, method: str, target: str, body: Any = None, **headers: str) -> Response:
    content = json.dumps(body).encode() if body is not None else b""
    pairs = [*headers.items(), *(JSON.items if body is not None else ())]
    return provider.handle(Request(method, provider.url + target, Headers(tuple(pairs)), content))


def name(response: Response) -> Any:
    return json.loads(response.body)["name"]


def is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_the_same_request_is_answered_differently_in_turn(written):
    with served(written, RETRY) as provider:
        first, second = send(provider, "GET", "/items/7"), send(provider, "GET", "/items/7")
        found = provider.request_mismatches(), provider.never_sent()

    assert (first.status, first.headers.get("retry-after")) == (429, "0")
    assert (second.status, name(second)) == (200, "Lamp")
    assert found == ([], [])


def test_a_request_sent_more_often_than_promised_is_a_fault(written):
    with served(written, RETRY) as provider:
        send(provider, "GET", "/items/7")
        send(provider, "GET", "/items/7")
        with pytest.raises(NoMatchError) as refused:
            send(provider, "GET", "/items/7")
        [mismatch] = provider.request_mismatches()

    assert str(refused.value) == (
        "GET /items/7: request: expected GET /items/7, 2 times, found 3 times\n"
        "  fix: send it as often as it is promised, or promise it as a further entry of `sequence:`"
    )
    assert mismatch == Mismatch(
        "request",
        "GET /items/7, 2 times",
        "3 times",
        "the consumer sent it more often than it is promised; `repeatable: true` would allow any number",
    )


def test_a_repeatable_request_may_be_sent_again(written):
    contract = "get_item: {request: {path: /items/7}, repeatable: true, response: {body: {name: Lamp}}}"

    with served(written, contract) as provider:
        names = [name(send(provider, "GET", "/items/7")) for _ in range(3)]
        found = provider.request_mismatches(), provider.never_sent()

    assert (names, found) == (["Lamp"] * 3, ([], []))


POLL = """
get_item:
  sequence:
    - {request: {path: /jobs/7}, response: {body: {name: waiting}}, repeatable: true}
    - {request: {path: /other}, response: {body: {name: other}}}
    - {request: {path: /jobs/7}, response: {body: {name: done}}}
"""
ATTEMPTS = """
get_item:
  sequence:
    - {request: {path: /items/7, headers: {X-Attempt: '1'}}, response: {status: 503}}
    - {request: {path: /items/7, headers: {X-Attempt: '2'}}, response: {body: {name: Lamp}}}
"""
ANY_AND_ONE = """
get_item:
  sequence:
    - {request: {path: {$regex: '/items/[a-z]+', like: /items/a}}, response: {body: {name: any}}}
    - {request: {path: /items/special}, response: {body: {name: special}}}
"""


def test_a_repeatable_request_gives_way_to_the_next_turn_of_an_equal_one(written):
    with served(written, POLL) as provider:
        names = [name(send(provider, "GET", target)) for target in ("/jobs/7", "/jobs/7", "/other")]
        with pytest.raises(NoMatchError):
            send(provider, "GET", "/jobs/7")
        [mismatch] = provider.request_mismatches()

    assert names == ["waiting", "done", "other"]
    assert str(mismatch) == "request: expected GET /jobs/7, at least 2 times, found 3 times"


def test_a_repeatable_request_that_is_never_sent_is_told(written):
    with served(written, "get_item: {request: {path: /items/7}, repeatable: true}") as provider:
        [mismatch] = provider.never_sent()

    assert str(mismatch) == "request: expected GET /items/7, at least once, found nothing"


@pytest.mark.parametrize("attempts", ["12", "21"])
def test_attempts_are_told_apart_by_their_promised_headers(written, attempts):
    with served(written, ATTEMPTS) as provider:
        statuses = [send(provider, "GET", "/items/7", **{"X-Attempt": one}).status for one in attempts]
        found = provider.request_mismatches(), provider.never_sent()

    assert statuses == [{"1": 503, "2": 200}[one] for one in attempts]
    assert found == ([], [])


def test_an_attempt_without_its_header_is_told_by_the_header(written):
    with served(written, ATTEMPTS) as provider:
        for number in "13":
            send(provider, "GET", "/items/7", **{"X-Attempt": number})
        found = [(one.path, one.expected) for one in provider.request_mismatches()]

    assert found == [("header.X-Attempt", "2")]


def test_a_page_without_its_header_is_told_by_the_header_and_not_by_another_page(written):
    pages = "".join(
        f"    - {{request: {{path: /items, query: {{page: {page}}}, headers: {{X-Key: a}}}}}}\n" for page in (1, 2)
    )
    with served(written, f"get_item:\n  sequence:\n{pages}") as provider:
        send(provider, "GET", "/items?page=2")
        found = [one.path for one in provider.request_mismatches()]

    assert found == ["header.X-Key"]


def test_a_request_goes_to_the_promise_of_just_its_path_before_one_with_a_rule(written):
    with served(written, ANY_AND_ONE) as provider:
        names = [name(send(provider, "GET", f"/items/{item}")) for item in ("special", "b")]

    assert names == ["special", "any"]


def test_a_further_request_is_told_without_the_secret_in_it(written):
    secret = "-".join(["shop", "token", "5f2d"])

    with served(written, RETRY) as provider:
        send(provider, "GET", "/items/7")
        send(provider, "GET", "/items/7")
        with pytest.raises(NoMatchError) as refused:
            send(provider, "GET", f"/items/7?api_key={secret}&page=2")
        [mismatch] = provider.request_mismatches()

    assert mismatch.found.startswith("GET /items/7?api_key=")
    assert mismatch.found.endswith("&page=2")
    assert secret not in f"{mismatch} {refused.value}"


@pytest.mark.parametrize("turned", [False, True], ids=["in order", "turned round"])
def test_threads_get_each_the_answer_to_their_own_request(written, turned):
    targets = {"/items/1": "one", "/items/2": "two", "/items?page=1": "page one", "/items?page=2": "page two"}
    order = sorted(targets, reverse=turned)

    with served(written, ITEMS) as provider, ThreadPoolExecutor(4) as pool:
        names = list(pool.map(lambda target: name(send(provider, "GET", target)), order))
        found = provider.request_mismatches(), provider.never_sent()

    assert names == [targets[target] for target in order]
    assert found == ([], [])


def test_posts_to_one_path_are_told_apart_by_their_bodies(written):
    with served(written, POSTS) as provider:
        names = [name(send(provider, "POST", "/items", {"tags": ["x"], "kind": kind})) for kind in "cab"]
        found = provider.request_mismatches(), provider.never_sent()

    assert (names, found) == (["c", "a", "b"], ([], []))


def test_a_post_that_was_answered_already_is_not_taken_for_another_one(written):
    with served(written, POSTS) as provider:
        send(provider, "POST", "/items", {"kind": "a", "tags": ["x"]})
        with pytest.raises(NoMatchError):
            send(provider, "POST", "/items", {"kind": "a", "tags": ["x"]})
        [mismatch] = provider.request_mismatches()

    assert str(mismatch) == "request: expected POST /items, once, found 2 times"


def test_a_post_that_nobody_promised_is_told_with_the_part_of_its_body(written):
    with served(written, POSTS) as provider:
        answer = send(provider, "POST", "/items", {"kind": "z", "tags": ["x"]})
        found = [mismatch.path for mismatch in provider.request_mismatches()]

    assert (answer.status, found) == (500, ["$.kind"])


def test_a_value_with_a_rule_is_promised_as_often_as_it_stands(written):
    contract = "get_item: {request: {path: /items, query: {tag: {$regex: '[a-z]+', like: new}}}}"

    with served(written, contract) as provider:
        send(provider, "GET", "/items?tag=old&tag=odd")
        told = [str(one) for one in provider.request_mismatches()]

    assert told == ['query.tag: expected ["new"], found ["old","odd"]']


def test_a_post_goes_to_the_promise_of_just_its_body_before_one_with_a_rule(written):
    contract = """
    get_item:
      sequence:
        - {request: {method: POST, path: /items, body: {kind: {$regex: '.+', like: x}}}, response: {body: {name: any}}}
        - {request: {method: POST, path: /items, body: {kind: a}}, response: {body: {name: a}}}
    """

    with served(written, contract) as provider:
        names = [name(send(provider, "POST", "/items", {"kind": kind})) for kind in "az"]

        assert names == ["a", "any"]
        assert (provider.request_mismatches(), provider.never_sent()) == ([], [])


def test_what_was_never_sent_is_told(written):
    with served(written, ITEMS) as provider:
        send(provider, "GET", "/items/2")
        send(provider, "GET", "/items/1")
        missing = [mismatch.expected for mismatch in provider.never_sent()]

    assert missing == ["GET /items?page=1", "GET /items?page=2"]


def test_the_canonical_address_is_served_too_below_its_path(written):
    with served(written, ITEMS) as provider:
        answer = provider.handle(Request("GET", "https://shop.example.com/base/items/1"))

    assert name(answer) == "one"


def test_another_part_of_the_canonical_host_is_refused(written):
    with served(written, RETRY) as provider, pytest.raises(NetworkClosedError) as refused:
        provider.handle(Request("GET", "https://shop.example.com/basement/items/7"))

    assert refused.value.what == (
        "GET https://shop.example.com/basement/items/7 was refused: it does not go below https://shop.example.com/base"
    )


def test_another_host_is_refused(written):
    with served(written, ITEMS) as provider, pytest.raises(NetworkClosedError) as refused:
        provider.handle(Request("GET", "https://other.example.com/items/1"))

    assert str(refused.value) == (
        "GET https://other.example.com/items/1 was refused: it goes to another host\n"
        "  fix: build the client with base_url=provider.url; https://shop.example.com/base is served too"
    )


@pytest.mark.parametrize(
    ("method", "target", "body", "accept", "paths"),
    [
        ("PUT", "/items/7?currency=EUR", {"count": 1}, "application/json", ["method"]),
        ("POST", "/items/8?currency=EUR", {"count": 1}, "application/json", ["path"]),
        ("POST", "/items/7?currency=USD", {"count": 1}, "application/json", ["query.currency"]),
        ("POST", "/items/7", {"count": 1}, "application/json", ["query.currency"]),
        ("POST", "/items/7?currency=EUR&more=1", {"count": 1}, "application/json", ["query.more"]),
        ("POST", "/items/7?currency=EUR", {"count": 1}, "text/html", ["header.Accept"]),
        ("POST", "/items/7?currency=EUR", {"count": 2}, "application/json", ["$.count"]),
        ("POST", "/items/7?currency=EUR", {"count": "1"}, "application/json", ["$.count"]),
    ],
    ids=["method", "path", "query", "no query", "more query", "header", "body", "type"],
)
def test_a_request_otherwise_than_promised_is_told_part_by_part(written, method, target, body, accept, paths):
    with served(written, ONE) as provider:
        answer = send(provider, method, target, body, Accept=accept)
        found = provider.request_mismatches()

    assert answer.status == 500
    assert [mismatch.path for mismatch in found] == paths
    assert all(mismatch.expected != mismatch.found for mismatch in found)


def test_the_lean_answer_leaves_out_what_may_be_absent(written):
    with served(written, ONE) as full:
        whole = json.loads(send(full, "POST", "/items/7?currency=EUR", {"count": 1}, Accept="application/json").body)
    with served(written, ONE, "lean") as lean:
        least = json.loads(send(lean, "POST", "/items/7?currency=EUR", {"count": 1}, Accept="application/json").body)

    assert whole == {"name": "Lamp", "note": "fragile", "price": 9.5}
    assert least == {"name": "Lamp", "price": None}


def test_the_servers_are_stopped_at_the_end(written):
    with served(written, ITEMS) as provider:
        ports = provider.ports
        while_open = [is_open(port) for port in ports]

    assert while_open == [True] * 4
    assert [is_open(port) for port in ports] == [False] * 4


def test_the_servers_are_stopped_when_the_test_failed_and_its_traceback_is_kept(written):
    kept: list[BaseException] = []
    try:
        with served(written, ITEMS) as provider:
            ports = provider.ports
            held = provider.served[0].server
            raise RuntimeError("the consumer failed")  # as a test does
    except RuntimeError as error:
        kept.append(error)

    assert kept[0].__traceback__ is not None
    assert held is not None
    assert [is_open(port) for port in ports] == [False] * 4


def test_each_interaction_has_a_server_of_its_own_on_this_machine(written):
    with served(written, ITEMS) as provider:
        hosts = {urlsplit(served.url).hostname for served in provider.served}
        ports = len(provider.ports)

    assert (hosts, ports) == ({"127.0.0.1"}, 4)
