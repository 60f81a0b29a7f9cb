"""Clients built on Python's own http.client: answered at their connections, with nothing on the wire."""

from __future__ import annotations

import http.client
import io
import urllib.request
import xmlrpc.client
from collections.abc import Iterator
from typing import Any

import pytest
from tests.unit.transport.wire import OTHER_CLIENTS, URL, Answers, Fetch, Live, answering, in_turn, urllib_client

from pactproof.errors import NoMatchError
from pactproof.interaction import Headers, Request, Response
from pactproof.transport import activated


@pytest.fixture(params=OTHER_CLIENTS)
def fetch(request: pytest.FixtureRequest) -> Iterator[Fetch]:
    with OTHER_CLIENTS[request.param]() as client:
        yield client


def test_status_reason_headers_and_body_arrive(fetch: Fetch) -> None:
    every_byte = bytes(range(256)) * 300

    with activated(answering(418, ("Content-Type", "text/plain"), body=every_byte, reason="I Am A Teapot")):
        got = fetch("GET", f"{URL}/pot")

    assert (got.status, got.reason, got.body) == (418, "I Am A Teapot", every_byte)
    assert got.header("content-type") == ["text/plain"]


def test_the_provider_sees_method_url_headers_and_body(fetch: Fetch) -> None:
    provider = answering()

    with activated(provider):
        fetch("POST", f"{URL}/notes%20/?draft=1&b=%26", headers={"X-Team": "blue"}, body=b'{"a":1}')

    seen = provider.seen[0]
    assert (seen.method, seen.url, seen.body) == ("POST", f"{URL}/notes%20/?draft=1&b=%26", b'{"a":1}')
    assert seen.headers.get("x-team") == "blue"


def test_an_empty_204_and_a_head_answer_have_no_body(fetch: Fetch) -> None:
    provider = in_turn(Response(204), Response(200, Headers((("Content-Length", "1234"),)), b""))

    with activated(provider):
        deleted, head = fetch("DELETE", URL), fetch("HEAD", URL)

    assert (deleted.status, deleted.body) == (204, b"")
    assert (head.status, head.body, head.header("content-length")) == (200, b"", ["1234"])


def test_a_connection_kept_alive_from_before_is_not_used(fetch: Fetch, live: Live) -> None:
    before = fetch("GET", f"{live.url}/before")

    with activated(Answers()):
        during = fetch("GET", f"{live.url}/during")
    after = fetch("GET", f"{live.url}/after")

    assert (before.body, during.body, after.body) == (b"live", b"answer", b"live")
    assert live.hits == ["/before", "/after"]


def test_a_refusal_reaches_the_consumer_as_it_is_and_is_not_sent_again(fetch: Fetch) -> None:
    def refuse(request: Request) -> Response:
        raise NoMatchError("nothing recorded for GET /a", fix="record it")

    provider = Answers(refuse)

    with activated(provider), pytest.raises(NoMatchError) as caught:
        fetch("GET", f"{URL}/a")

    assert str(caught.value) == "nothing recorded for GET /a\n  fix: record it"
    assert len(provider.seen) == 1


def test_urllib_follows_redirects_and_keeps_cookies() -> None:
    there = Response(302, Headers((("Location", "/orders/7"), ("Set-Cookie", "a=1"))))
    provider = in_turn(there, Response(200, body=b"order 7"))

    with urllib_client() as fetch, activated(provider):
        got = fetch("POST", f"{URL}/orders", body=b"new")

    assert got.body == b"order 7"
    assert [str(seen) for seen in provider.seen] == [f"POST {URL}/orders", f"GET {URL}/orders/7"]
    assert provider.seen[1].headers.get("cookie") == "a=1"


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_is_not_asked(scheme: str, live: Live) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({scheme: live.url}))
    provider = Answers()

    with activated(provider):
        got = opener.open(f"{scheme}://api.example.test/a").read()

    assert (got, [seen.url for seen in provider.seen], live.hits) == (b"answer", [f"{scheme}://api.example.test/a"], [])


@pytest.mark.parametrize("body", [iter([b"ab", b"cd"]), io.BytesIO(b"abcd")], ids=["in chunks", "of a file"])
def test_a_body_of_unknown_length_is_seen_whole(body: Any) -> None:
    provider = answering()
    connection = http.client.HTTPConnection("api.example.test", 8080)

    with activated(provider):
        connection.connect()
        connection.request("PUT", "/", body, encode_chunked=True)
        connection.getresponse().read()

    assert (provider.seen[0].url, provider.seen[0].body) == ("http://api.example.test:8080/", b"abcd")


def test_xmlrpc_is_served_too() -> None:
    answer = xmlrpc.client.dumps((7,), methodresponse=True).encode()

    provider = answering(200, ("Content-Type", "text/xml"), body=answer)
    with activated(provider), xmlrpc.client.ServerProxy(f"{URL}/rpc") as server:
        found = server.items.count()

    assert found == 7
