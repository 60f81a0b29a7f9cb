"""What holds for every HTTP client alike: its answers are the provider's, and nothing reaches the wire."""

from __future__ import annotations

import gzip
import threading

import pytest
from tests.unit.transport.wire import CLIENTS, URL, Answers, Fetch, Live, answering, in_turn

from pactproof.errors import NoMatchError
from pactproof.interaction import Headers, Request, Response
from pactproof.transport import activated


def test_status_reason_headers_and_body_arrive(fetch: Fetch) -> None:
    headers = (("Content-Type", "text/plain"), ("X-Page", "1"), ("X-Page", "2"))

    with activated(answering(418, *headers, body=b"short and stout", reason="I Am A Teapot")):
        got = fetch("GET", f"{URL}/pot")

    assert (got.status, got.reason, got.body) == (418, "I Am A Teapot", b"short and stout")
    assert (got.header("content-type"), got.header("x-page")) == (["text/plain"], ["1", "2"])


def test_the_provider_sees_method_url_headers_and_body(fetch: Fetch) -> None:
    provider = answering()

    with activated(provider):
        fetch("POST", f"{URL}/notes?draft=1", headers={"X-Team": "blue"}, body=b'{"a":1}')

    seen = provider.seen[0]
    assert (seen.method, seen.url, seen.body) == ("POST", f"{URL}/notes?draft=1", b'{"a":1}')
    assert seen.headers.get("x-team") == "blue"
    assert seen.headers.get("user-agent")


@pytest.mark.parametrize("client", [name for name in CLIENTS if name != "urllib3"])
def test_several_cookies_land_in_the_clients_jar(client: str) -> None:
    provider = answering(200, ("Set-Cookie", "a=1; Path=/"), ("Set-Cookie", "b=2; Path=/; HttpOnly"))

    with CLIENTS[client]() as fetch, activated(provider):
        got = fetch("GET", URL)
        fetch("GET", f"{URL}/again")

    assert got.header("set-cookie") == ["a=1; Path=/", "b=2; Path=/; HttpOnly"]
    assert "cookie" not in provider.seen[0].headers
    assert sorted(provider.seen[1].headers.get("cookie").split("; ")) == ["a=1", "b=2"]


def test_redirects_are_followed_through_the_provider(fetch: Fetch) -> None:
    there = Response(303, Headers((("Location", "/orders/7"),)), b"see other")
    elsewhere = Response(302, Headers((("Location", "https://files.example.test/7"),)))
    provider = in_turn(there, elsewhere, Response(200, body=b"order 7"))

    with activated(provider):
        got = fetch("POST", f"{URL}/orders", body=b"new")

    assert got.body == b"order 7"
    assert [str(seen) for seen in provider.seen] == [
        f"POST {URL}/orders",
        f"GET {URL}/orders/7",
        "GET https://files.example.test/7",
    ]


def test_a_gzip_answer_is_decoded_by_the_client(fetch: Fetch) -> None:
    zipped = gzip.compress(b"told in few words")

    with activated(answering(200, ("Content-Encoding", "gzip"), body=zipped)):
        got = fetch("GET", URL)

    assert got.body == b"told in few words"


def test_a_large_answer_arrives_whole_zipped_and_plain(fetch: Fetch) -> None:
    large = bytes(range(256)) * 20_000
    zipped = Response(200, Headers((("Content-Encoding", "gzip"),)), gzip.compress(large, 1))

    with activated(in_turn(zipped, Response(200, body=large))):
        got = [fetch("GET", URL).body, fetch("GET", URL).body]

    assert [len(body) for body in got] == [5_120_000, 5_120_000]
    assert got == [large, large]


def test_a_binary_body_arrives_byte_for_byte_both_ways(fetch: Fetch) -> None:
    every_byte = bytes(range(256)) * 300
    provider = answering(200, ("Content-Type", "application/octet-stream"), body=every_byte)

    with activated(provider):
        got = fetch("PUT", URL, body=every_byte[::-1])

    assert got.body == every_byte
    assert provider.seen[0].body == every_byte[::-1]


def test_an_empty_204_and_a_head_answer_have_no_body(fetch: Fetch) -> None:
    provider = in_turn(Response(204), Response(200, Headers((("Content-Length", "1234"),)), b""))

    with activated(provider):
        deleted, head = fetch("DELETE", URL), fetch("HEAD", URL)

    assert (deleted.status, deleted.body) == (204, b"")
    assert (head.status, head.body, head.header("content-length")) == (200, b"", ["1234"])


URL_FORMS = {
    "IPv6 host": ("http://[::1]:8080/a", "http://[::1]:8080/a"),
    "explicit port": ("https://api.example.test:8443/a", "https://api.example.test:8443/a"),
    "default port": ("https://api.example.test:443/a", "https://api.example.test/a"),
    "no path": ("https://api.example.test", "https://api.example.test/"),
    "percent-encoding is kept": ("https://a.test/a%2Fb%20c?q=%26%3D", "https://a.test/a%2Fb%20c?q=%26%3D"),
    "query order": ("https://a.test/?b=2&a=1&b=1", "https://a.test/?b=2&a=1&b=1"),
    "fragment": ("https://a.test/a?b=1#part", "https://a.test/a?b=1"),
    "a URL within the path": ("https://a.test/fetch/http://b.test/", "https://a.test/fetch/http://b.test/"),
    "user and password": ("https://me:word@a.test/x", "https://a.test/x"),
}


@pytest.mark.parametrize(("given", "expected"), URL_FORMS.values(), ids=URL_FORMS)
def test_a_url_is_seen_as_it_goes_over_the_wire(fetch: Fetch, given: str, expected: str) -> None:
    provider = answering()

    with activated(provider):
        fetch("GET", given)

    assert [seen.url for seen in provider.seen] == [expected]


def test_a_connection_kept_alive_from_before_is_not_used(fetch: Fetch, live: Live) -> None:
    before = fetch("GET", f"{live.url}/before")
    provider = Answers()

    with activated(provider):
        during = fetch("GET", f"{live.url}/during")
    after = fetch("GET", f"{live.url}/after")

    assert (before.body, during.body, after.body) == (b"live", b"answer", b"live")
    assert live.hits == ["/before", "/after"]


@pytest.mark.parametrize("client", ["httpx-async", "aiohttp"])
def test_a_provider_that_takes_its_time_gives_eight_threads_320_of_320_and_the_wire_none(
    client: str, live: Live
) -> None:
    """As when recording. What answers at once is shown with a cassette, by tests/integration/test_any_client.py."""
    provider = Answers(lambda request: Response(200, body=request.url.encode()), answers_at_once=False)
    answered: list[bool] = []

    def work(number: int) -> None:
        with CLIENTS[client]() as fetch:
            for turn in range(40):
                url = f"{live.url}/{number}/{turn}"
                answered.append(fetch("GET", url).body == url.encode())

    with activated(provider):
        threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert (answered.count(True), len(provider.seen), live.hits) == (320, 320, [])


def test_a_refusal_reaches_the_consumer_as_it_is_and_is_not_sent_again(fetch: Fetch) -> None:
    def refuse(request: Request) -> Response:
        raise NoMatchError("nothing recorded for GET /a", fix="record it")

    provider = Answers(refuse, answers_at_once=False)

    with activated(provider), pytest.raises(NoMatchError) as caught:
        fetch("GET", f"{URL}/a")

    assert str(caught.value) == "nothing recorded for GET /a\n  fix: record it"
    assert len(provider.seen) == 1


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_proxies_in_the_environment_do_not_matter(
    client: str, scheme: str, live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, live.url)
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    provider = Answers()

    with CLIENTS[client]() as fetch, activated(provider):
        got = fetch("GET", f"{scheme}://api.example.test/a")

    assert (got.body, live.hits) == (b"answer", [])
    assert [seen.url for seen in provider.seen] == [f"{scheme}://api.example.test/a"]
