"""Whether a request or a response is as promised: our check in process, and Pact's servers and verifier beside it.

Every case is judged twice, so that a pact never says yes where the check says no, nor the other way round.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from pact import Verifier

from pactproof.agreement import relative_path, request_mismatches, response_mismatches
from pactproof.contracts import load_contracts
from pactproof.interaction import Headers, Mismatch, Request, Response
from pactproof.promise.pact_model import PactInteraction, add_interaction, new_pact
from pactproof.promised_interaction import HttpPromise
from pactproof.registry import load_registry

BASE_URL = "https://shop.example.com"


@pytest.fixture
def promised(tmp_path, monkeypatch):
    """From the text of an entry of a contract to its promise."""
    monkeypatch.setenv("PACT_DO_NOT_TRACK", "true")
    (tmp_path / "contracts").mkdir()
    (tmp_path / "registry.yaml").write_text("consumer: till\ncontracts: {shop: [ask]}\n", encoding="utf-8")

    def load(entry: str) -> HttpPromise:
        (tmp_path / "contracts/shop.yaml").write_text(f"ask: {entry}\n", encoding="utf-8")
        contracts, faults = load_contracts(load_registry(tmp_path))
        assert [str(fault) for fault in faults] == []
        [scenario] = contracts
        return scenario.http[0]

    return load


# --- requests, beside a Pact mock server -------------------------------------------------------------------------


def pact_takes(promise: HttpPromise, request: Request) -> bool:
    """Whether a Pact mock server of the promise answers the request, sent byte for byte."""
    pact = new_pact("till", "shop")
    add_interaction(pact, PactInteraction("shop.ask", "ask", (), promise), "full")
    with pact.serve(raises=False, verbose=False) as server, httpx.Client() as client:
        target = httpx.URL(str(server.url)).copy_with(raw_path=_target(request).encode())
        headers = [*request.headers.items, ("Accept-Encoding", "identity")]
        status = client.request(request.method, target, headers=headers, content=request.body).status_code
        return bool(status != 500 and server.matched)


def _target(request: Request) -> str:
    _, question, query = request.url.partition("?")
    return relative_path(request.url, BASE_URL) + question + query


JSON = ("Content-Type", "application/json")
FORM = ("Content-Type", "application/x-www-form-urlencoded")


def sent(method: str, target: str, *headers: tuple[str, str], body: str = "") -> Request:
    return Request(method, f"{BASE_URL}{target}", Headers(headers), body.encode())


GET = "{request: {path: /items}}"
QUERY = "{request: {path: /items, query: {q: a b, n: 5, on: true, tag: [x, y], at: {$date: '2026-01-05'}, e: ''}}}"
GOOD_QUERY = "/items?q=a%20b&n=5&on=true&tag=x&tag=y&at=2027-02-03&e="
PATH = "{params: {id: 'a/b c@ü'}, request: {path: '/items/{id}/~x'}}"
PATTERN = "{request: {path: {$regex: '/items/[0-9]+', like: /items/7}}}"
HEADERS = (
    "{request: {path: /items, headers: {accept: 'application/json, text/html', X-Id: {$regex: '[0-9]+', like: '5'}}}}"
)
BODY = (
    "{request: {method: POST, path: /items, body: {name: Lamp, at: {$datetime: '2026-01-05T10:00:00Z'}, no: null,"
    " list: [1, {a: b}], none: [], some: {$min: 1, like: [x]}, map: {$each_key: {k: 1}}, maybe: {$nullable: 5}}}}"
)
GOOD_BODY: dict[str, Any] = {
    "name": "Lamp",
    "at": "2027-01-05T10:00:00Z",
    "no": None,
    "list": [1, {"a": "b"}],
    "none": [],
    "some": ["y", "z"],
    "map": {"q": 2},
    "maybe": None,
}
FORM_ENTRY = (
    "{request: {method: POST, path: /items, headers: {Content-Type: application/x-www-form-urlencoded},"
    " body: {name: a b, n: 5, tag: [x, y], day: {$date: '2026-01-05'}}}}"
)
GOOD_FORM = "tag=x&tag=y&n=5&name=a+b&day=2027-02-03"


def post(**changes: Any) -> Request:
    body = {name: value for name, value in {**GOOD_BODY, **changes}.items() if value is not ...}
    return sent("POST", "/items", JSON, body=json.dumps(body))


def form(body: str, *headers: tuple[str, str]) -> Request:
    return sent("POST", "/items", *(headers or (FORM,)), body=body)


REQUESTS: dict[str, tuple[str, Request, list[str]]] = {
    "as promised": (GET, sent("GET", "/items"), []),
    "another method": (GET, sent("POST", "/items"), ["method"]),
    "another path": (GET, sent("GET", "/item"), ["path"]),
    "a slash too many": (GET, sent("GET", "/items/"), ["path"]),
    "an unpromised query": (GET, sent("GET", "/items?a=1"), ["query.a"]),
    "unpromised headers and body": (GET, sent("GET", "/items", ("X-A", "b"), JSON, body='{"a": 1}'), []),
    "query": (QUERY, sent("GET", GOOD_QUERY), []),
    "query in another order": (QUERY, sent("GET", "/items?e=&at=2027-02-03&tag=x&on=true&tag=y&n=5&q=a+b"), []),
    "query value": (QUERY, sent("GET", GOOD_QUERY.replace("n=5", "n=6")), ["query.n"]),
    "query boolean": (QUERY, sent("GET", GOOD_QUERY.replace("true", "True")), ["query.on"]),
    "query missing": (QUERY, sent("GET", GOOD_QUERY.replace("&on=true", "")), ["query.on"]),
    "query further": (QUERY, sent("GET", f"{GOOD_QUERY}&z=1"), ["query.z"]),
    "query swapped": (QUERY, sent("GET", GOOD_QUERY.replace("tag=x&tag=y", "tag=y&tag=x")), ["query.tag", "query.tag"]),
    "query repeated less": (QUERY, sent("GET", GOOD_QUERY.replace("&tag=y", "")), ["query.tag"]),
    "query pattern": (QUERY, sent("GET", GOOD_QUERY.replace("2027-02-03", "soon")), ["query.at"]),
    "query plus": (QUERY, sent("GET", GOOD_QUERY.replace("a%20b", "a%2Bb")), ["query.q"]),
    "path encoded one way": (PATH, sent("GET", "/items/a%2Fb%20c%40%C3%BC/~x"), []),
    "path encoded another way": (PATH, sent("GET", "/items/a%2fb%20c@%c3%bc/%7Ex"), []),
    "path with a slash": (PATH, sent("GET", "/items/a/b%20c%40%C3%BC/~x"), ["path"]),
    "path pattern": (PATTERN, sent("GET", "/items/42"), []),
    "path pattern broken": (PATTERN, sent("GET", "/items/x"), ["path"]),
    "path pattern in part": (PATTERN, sent("GET", "/items/42/x"), ["path"]),
    "headers": (HEADERS, sent("GET", "/items", ("ACCEPT", "application/json,text/html"), ("x-id", "77")), []),
    "header missing": (HEADERS, sent("GET", "/items", ("X-Id", "77"), ("Accept", "*/*")), ["header.Accept"]),
    "header pattern": (
        HEADERS,
        sent("GET", "/items", ("Accept", "application/json, text/html"), ("X-Id", "a")),
        ["header.X-Id"],
    ),
    "body": (BODY, post(), []),
    "body value": (BODY, post(name="Desk"), ["$.name"]),
    "body number for text": (BODY, post(name=5), ["$.name"]),
    "body date": (BODY, post(at="now"), ["$.at"]),
    "body date as number": (BODY, post(at=5), ["$.at"]),
    "body null": (BODY, post(no=0), ["$.no"]),
    "body deep": (BODY, post(list=[1, {"a": "c"}]), ["$.list[1].a"]),
    "body list longer": (BODY, post(list=[1, {"a": "b"}, 2]), ["$.list"]),
    "body empty list": (BODY, post(none=[1]), ["$.none"]),
    "body each like": (BODY, post(some=[1]), ["$.some[0]"]),
    "body none like": (BODY, post(some=[]), ["$.some"]),
    "body map": (BODY, post(map={"a": "b"}), ["$.map.a"]),
    "body nullable": (BODY, post(maybe="x"), ["$.maybe"]),
    "body missing": (BODY, post(name=...), ["$.name"]),
    "body further": (BODY, post(more=1), ["$.more"]),
    "body further, deep": (BODY, post(list=[1, {"a": "b", "c": 1}]), ["$.list[1].c"]),
    "no body": (BODY, sent("POST", "/items", JSON), ["$"]),
    "no content type": (BODY, sent("POST", "/items", body=json.dumps(GOOD_BODY)), ["header.Content-Type"]),
    "content type": (
        BODY,
        sent("POST", "/items", ("Content-Type", "application/vnd.x+json"), body=json.dumps(GOOD_BODY)),
        ["header.Content-Type"],
    ),
    "charset": (
        BODY,
        sent("POST", "/items", ("Content-Type", "application/json; charset=utf-8"), body=json.dumps(GOOD_BODY)),
        [],
    ),
    "not JSON": (BODY, sent("POST", "/items", JSON, body="{"), ["$"]),
    "form": (FORM_ENTRY, form(GOOD_FORM), []),
    "form value": (FORM_ENTRY, form(GOOD_FORM.replace("n=5", "n=6")), ["$.n[0]"]),
    "form pattern": (FORM_ENTRY, form(GOOD_FORM.replace("2027-02-03", "soon")), ["$.day[0]"]),
    "form missing": (FORM_ENTRY, form(GOOD_FORM.replace("n=5&", "")), ["$.n"]),
    "form further": (FORM_ENTRY, form(f"{GOOD_FORM}&z=1"), ["$.z"]),
    "form swapped": (FORM_ENTRY, form(GOOD_FORM.replace("tag=x&tag=y", "tag=y&tag=x")), ["$.tag[0]", "$.tag[1]"]),
    "form as JSON": (FORM_ENTRY, form('{"n": 5}', JSON), ["header.Content-Type"]),
}


@pytest.mark.parametrize(("entry", "request_", "found"), REQUESTS.values(), ids=REQUESTS.keys())
def test_a_request_is_judged_as_pacts_mock_server_judges_it(promised, entry, request_, found):
    promise = promised(entry)

    paths = [mismatch.path for mismatch in request_mismatches(promise.request, request_, BASE_URL)]

    assert paths[: len(found)] == found
    assert bool(paths) == bool(found)
    assert pact_takes(promise, request_) is not bool(found)


def test_a_path_stands_below_the_path_of_the_base_url(promised):
    promise = promised("{request: {path: /chat.postMessage}}").request

    assert (
        request_mismatches(promise, Request("GET", "https://slack.com/api/chat.postMessage"), "https://slack.com/api")
        == []
    )
    assert relative_path("https://slack.com/api", "https://slack.com/api") == "/"


@pytest.mark.parametrize("url", ["https://slack.com/chat.postMessage", "https://slack.com/apis/chat.postMessage"])
def test_a_path_that_is_not_below_that_of_the_base_url_is_a_mismatch(promised, url):
    promise = promised("{request: {path: /chat.postMessage}}").request

    [mismatch] = request_mismatches(promise, Request("GET", url), "https://slack.com/api")

    assert mismatch.path == "path"
    assert mismatch.found == f'"/..{url.removeprefix("https://slack.com")}"'


def test_the_mismatch_of_a_query_shows_what_was_expected_and_sent(promised):
    promise = promised("{request: {path: /items, query: {n: 5}}}").request

    assert request_mismatches(promise, sent("GET", "/items?n=6"), BASE_URL) == [
        Mismatch("query.n", '"5"', '"6"', "Expected '6' (String) to be equal to '5' (String)")
    ]


# --- responses, beside Pact's verifier ---------------------------------------------------------------------------


@contextmanager
def answering(response: Response) -> Iterator[str]:
    """A server that answers everything with `response`."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(response.status)
            for name, value in response.headers.items:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(response.body)))
            self.end_headers()
            self.wfile.write(response.body)

        def log_message(self, *_: Any) -> None:
            """Says nothing: the test does."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def verifier_takes(promise: HttpPromise, response: Response, folder: Path) -> bool:
    """Whether Pact's verifier finds `response` to be as the pact of `promise` says."""
    pact = new_pact("till", "shop")
    add_interaction(pact, PactInteraction("shop.ask", "ask", (), promise), "pact")
    pact.write_file(folder, overwrite=True)
    with answering(response) as url:
        verifier = Verifier("shop", host="127.0.0.1").add_transport(url=url).set_coloured_output(enabled=False)
        try:
            verifier.add_source(str(folder / "till-shop.json")).verify()
        except RuntimeError:
            return False
        finally:
            [result] = verifier.results["interactionResults"]
            assert result["interactionKey"] == "shop.ask"
        return True


RESPONSE = (
    "{request: {path: /items}, response: {status: 200, headers: {X-Id: {$regex: '[0-9]+', like: '5'}}, body: {id: 1,"
    " name: Lamp, uid: {$regex: '[a-z0-9]+', like: a1}, price: {$decimal: 1.5}, count: {$integer: 3}, state: {$one_of:"
    " [on, off]}, when: {$nullable: {$datetime: '2026-01-05T10:00:00Z'}}, size: {$nullable: 5}, note: {$contains: low},"
    " tags: [a], rows: {$min: 0, like: [{v: 1}]}, map: {$each_key: {k: {v: 1}}}, kind: {$exactly: item},"
    " fixed: {$exactly: {a: [1]}}, parts: {$contains: [{n: 1}]}, void: {$exactly: []}, nothing: null}}}"
)
GOOD: dict[str, Any] = {
    "id": 2,
    "name": "Desk",
    "uid": "7",
    "price": 2.25,
    "count": 4,
    "state": "off",
    "when": None,
    "size": None,
    "note": "slow",
    "tags": ["b", "c"],
    "rows": [],
    "map": {"x": {"v": 2}},
    "kind": "item",
    "fixed": {"a": [1]},
    "parts": [{"n": 2}, {"n": 1, "m": 1}],
    "void": [],
    "nothing": None,
    "more": {"not": "promised"},
}

ANSWERS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "as promised": ({}, []),
    "values": ({"when": "2027-01-05T10:00:00Z", "size": 6, "rows": [{"v": 1, "w": 2}], "map": {}}, []),
    "float for a number": ({"id": 1.5}, []),
    "text for a number": ({"id": "2"}, ["$.id"]),
    "null for a number": ({"id": None}, ["$.id"]),
    "missing": ({"id": ...}, ["$.id"]),
    "number for text": ({"name": 5}, ["$.name"]),
    "number for a pattern that takes its digits": ({"uid": 7}, ["$.uid"]),
    "null for a pattern": ({"uid": None}, ["$.uid"]),
    "pattern": ({"uid": "A"}, ["$.uid"]),
    "pattern in part": ({"uid": "a1!"}, ["$.uid"]),
    "integer for a decimal": ({"price": 2}, ["$.price"]),
    "decimal for an integer": ({"count": 4.0}, ["$.count"]),
    "another choice": ({"state": "broken"}, ["$.state"]),
    "nullable text of another form": ({"when": "today"}, ["$.when"]),
    "nullable missing": ({"when": ...}, ["$.when"]),
    "nullable of another type": ({"size": "x"}, ["$.size"]),
    "not contained": ({"note": "high"}, ["$.note"]),
    "empty list": ({"tags": []}, ["$.tags"]),
    "null for a list": ({"tags": None}, ["$.tags"]),
    "mapping for a list": ({"tags": {}}, ["$.tags"]),
    "element": ({"tags": ["a", 5, "c"]}, ["$.tags[1]"]),
    "element lacks a key": ({"rows": [{"v": 1}, {}]}, ["$.rows[1].v"]),
    "value of a map": ({"map": {"x y": {"v": "q"}}}, ["$.map['x y'].v"]),
    "not exactly": ({"kind": "thing"}, ["$.kind"]),
    "not exactly, deep": ({"fixed": {"a": [2]}}, ["$.fixed"]),
    "exactly and more": ({"fixed": {"a": [1], "b": 1}}, ["$.fixed"]),
    "element not there": ({"parts": [{"n": 2}]}, ["$.parts"]),
    "not an empty list": ({"void": [1]}, ["$.void"]),
    "something for null": ({"nothing": 0}, ["$.nothing"]),
}


def answer(body: bytes | str, *headers: tuple[str, str], status: int = 200) -> Response:
    return Response(status, Headers((("X-Id", "7"), *headers)), body.encode() if isinstance(body, str) else body)


@pytest.mark.parametrize(("changes", "found"), ANSWERS.values(), ids=ANSWERS.keys())
def test_an_answer_is_judged_as_pacts_verifier_judges_it(promised, tmp_path, changes, found):
    promise = promised(RESPONSE)
    body = {name: value for name, value in {**GOOD, **changes}.items() if value is not ...}
    response = answer(json.dumps(body), JSON)

    paths = [mismatch.path for mismatch in response_mismatches(promise.response, response)]

    assert paths[: len(found)] == found
    assert bool(paths) == bool(found)
    assert verifier_takes(promise, response, tmp_path) is not bool(found)


TEXT = "{request: {path: /}, response: {body: hello}}"
VERSION = (
    "{request: {path: /}, response: {body: {$regex: '[0-9.]+', like: '1.2'}, headers: {Content-Type: text/plain}}}"
)
PNG = "{request: {path: /}, response: {body: {$binary: image/png, like: iVBORw0KGgo=}}}"
LINK = (
    "{request: {path: /}, response: {headers: {Link: {$regex: '.*<[^>]+>; rel=\"next\".*', like: '<http://a/?p=2>;"
    " rel=\"next\"'}, Retry-After: 60, X-Many: 'a, b'}}}"
)
LINKS = (("Link", '<http://a/?p=1>; rel="prev", <http://a/?p=3>; rel="next"'), ("Retry-After", "60"), ("X-Many", "a,b"))
PARTS: dict[str, tuple[str, Response, list[str]]] = {
    "status": (TEXT, answer("hello", ("Content-Type", "text/plain"), status=404), ["status"]),
    "text": (TEXT, answer("bye", ("Content-Type", "text/plain; charset=utf-8")), []),
    "no text": (TEXT, answer("", ("Content-Type", "text/plain")), ["$"]),
    "HTML for text": (TEXT, answer("<p>", ("Content-Type", "text/html")), ["header.Content-Type"]),
    "text as JSON": (TEXT, answer('"bye"', JSON), ["header.Content-Type"]),
    "text pattern": (VERSION, answer("3.4.5", ("Content-Type", "text/plain")), []),
    "text pattern broken": (VERSION, answer("v3", ("Content-Type", "text/plain")), ["$"]),
    "bytes": (PNG, answer(b"\x89PNG\r\n\x1a\nother", ("Content-Type", "image/png")), []),
    "bytes of another type": (PNG, answer(b"GIF89a", ("Content-Type", "image/gif")), ["header.Content-Type"]),
    "headers": (LINK, answer("", *LINKS), []),
    "header pattern": (LINK, answer("", ("Link", "<http://a>"), *LINKS[1:]), ["header.Link"]),
    "header value": (LINK, answer("", LINKS[0], ("Retry-After", "61"), LINKS[2]), ["header.Retry-After"]),
    "header missing": (LINK, answer("", *LINKS[:2]), ["header.X-Many"]),
    "no JSON promised": ("{request: {path: /}}", answer("anything", ("Content-Type", "text/css")), []),
    "JSON as another JSON": (
        RESPONSE,
        answer(json.dumps(GOOD), ("Content-Type", "text/json")),
        ["header.Content-Type"],
    ),
    "JSON without a type": (RESPONSE, answer(json.dumps(GOOD)), ["header.Content-Type"]),
    "a login page": (RESPONSE, answer("<html>", ("Content-Type", "text/html")), ["$"]),
}


@pytest.mark.parametrize(("entry", "response", "found"), PARTS.values(), ids=PARTS.keys())
def test_status_headers_and_other_bodies_are_judged_as_pacts_verifier_judges_them(
    promised, tmp_path, entry, response, found
):
    promise = promised(entry)

    paths = [mismatch.path for mismatch in response_mismatches(promise.response, response)]

    assert paths == found
    assert verifier_takes(promise, response, tmp_path) is not bool(found)


def test_a_wrong_status_shows_the_start_of_the_answer_and_nothing_else_is_judged(promised):
    promise = promised("{request: {path: /}, response: {body: {a: 1}}}").response

    assert response_mismatches(promise, answer("x" * 200, status=503)) == [
        Mismatch("status", "200", f'503, body "{"x" * 80}"…', "another status than promised")
    ]


def test_a_login_page_is_told_as_such(promised):
    promise = promised("{request: {path: /}, response: {body: {a: 1}}}").response

    assert response_mismatches(promise, answer("<html>", ("Content-Type", "text/html; charset=utf-8"))) == [
        Mismatch("$", "a JSON body", '"<html>" (text/html)', "the body is not JSON")
    ]


def test_optional_and_nullable_parts_that_a_pact_leaves_out_are_judged_in_process(promised, tmp_path):
    promise = promised("{request: {path: /}, response: {body: {a?: 1, b: {$nullable: {c: 1}}}}}")

    for body, found in (
        ({"b": None}, []),
        ({"a": 2, "b": {"c": 2}}, []),
        ({"a": "x", "b": {"c": "x"}}, ["$.a", "$.b.c"]),
        ({}, ["$.b"]),
    ):
        response = answer(json.dumps(body), JSON)
        assert [one.path for one in response_mismatches(promise.response, response)] == found
        assert verifier_takes(promise, response, tmp_path)  # the pact says less, and nothing else
