"""requests and bare urllib3: what each can do beyond a plain request works on a provider's answers too."""

from __future__ import annotations

import io
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from tests.unit.transport.wire import URL, Answers, Live, answering, in_turn
from urllib3.util import SKIP_HEADER, Retry

from pactproof.errors import ContractError, NoMatchError
from pactproof.interaction import Headers, Request, Response
from pactproof.transport import activated

BUSY = Response(503, Headers((("Retry-After", "0"),)), b"busy")


def retrying() -> Retry:
    return Retry(3, status_forcelist=[503], backoff_factor=0)


def test_urllib3_retries_a_503_and_gets_the_200() -> None:
    provider = in_turn(BUSY, BUSY, Response(200, body=b"at last"))

    with urllib3.PoolManager(retries=retrying()) as pool, activated(provider):
        answer = pool.request("GET", URL)

    assert (answer.status, answer.data, len(provider.seen)) == (200, b"at last", 3)
    assert answer.retries is not None
    assert [step.status for step in answer.retries.history] == [503, 503]


def test_requests_retries_as_its_adapter_says() -> None:
    provider = in_turn(BUSY, Response(200, body=b"at last"))

    with requests.Session() as session, activated(provider):
        session.mount("https://", HTTPAdapter(max_retries=retrying()))
        answer = session.get(URL, timeout=5)

    assert (answer.content, len(provider.seen)) == (b"at last", 2)


def test_a_retry_policy_neither_swallows_nor_repeats_a_refusal() -> None:
    def refuse(request: Request) -> Response:
        raise NoMatchError("refused")

    provider = Answers(refuse)

    with requests.Session() as session, activated(provider):
        session.mount("https://", HTTPAdapter(max_retries=retrying()))
        with pytest.raises(NoMatchError, match=r"^refused$"):
            session.get(URL, timeout=5)

    assert len(provider.seen) == 1


def test_a_redirect_back_and_forth_ends_as_it_does_on_the_wire() -> None:
    provider = answering(302, ("Location", "/again"))

    with activated(provider), pytest.raises(requests.TooManyRedirects):
        requests.get(URL, timeout=5)


def test_requests_streams_in_chunks_and_lines() -> None:
    provider = answering(200, body=b"one\ntwo\nthree")

    with requests.Session() as session, activated(provider):
        with session.get(URL, stream=True, timeout=5) as streamed:
            parts = list(streamed.iter_content(5))
        with session.get(URL, stream=True, timeout=5) as streamed:
            lines = list(streamed.iter_lines())

    assert parts == [b"one\nt", b"wo\nth", b"ree"]
    assert lines == [b"one", b"two", b"three"]


def test_urllib3_reads_piece_by_piece_without_preloading() -> None:
    with urllib3.PoolManager() as pool, activated(answering(200, body=b"abcdefgh")):
        answer = pool.request("GET", URL, preload_content=False)
        parts = [answer.read(3), *answer.stream(4)]
        answer.release_conn()

    assert parts == [b"abc", b"defg", b"h"]


def test_uploads_arrive_whole(tmp_path: Path) -> None:
    provider, file = answering(), tmp_path / "note.txt"
    file.write_bytes(b"from a file")

    def generated() -> Iterator[bytes]:
        yield b"from "
        yield b"a generator"

    with activated(provider), file.open("rb") as binary, file.open() as text:
        requests.post(URL, data=generated(), timeout=5)
        requests.post(URL, data=binary, timeout=5)
        urllib3.request("POST", URL, body=text)
        urllib3.PoolManager().urlopen("POST", URL, body=bytearray(b"from an array"))
        requests.post(URL, data={"a": "1 2", "b": "é"}, timeout=5)

    assert [seen.body for seen in provider.seen] == [
        b"from a generator",
        b"from a file",
        b"from a file",
        b"from an array",
        b"a=1+2&b=%C3%A9",
    ]


def test_a_multipart_body_arrives_with_its_boundary() -> None:
    provider = answering()

    with activated(provider):
        requests.post(URL, files={"upload": ("a.bin", io.BytesIO(b"\x00\xff"), "image/png")}, timeout=5)

    seen = provider.seen[0]
    boundary = seen.headers.get("content-type").partition("boundary=")[2].encode()
    assert seen.content_type == "multipart/form-data"
    assert seen.body.startswith(b"--" + boundary)
    assert b"\r\n\r\n\x00\xff\r\n" in seen.body


def test_a_body_is_sent_again_on_a_307() -> None:
    provider = in_turn(Response(307, Headers((("Location", "/there"),))), Response(200))

    with activated(provider):
        requests.post(URL, data=io.BytesIO(b"kept"), timeout=5)

    assert [(seen.method, seen.body) for seen in provider.seen] == [("POST", b"kept"), ("POST", b"kept")]


def test_authentication_answers_the_providers_challenge() -> None:
    challenge = Headers((("WWW-Authenticate", 'Digest realm="r", nonce="n", qop="auth"'),))
    provider = in_turn(Response(401, challenge), Response(200))

    with activated(provider):
        answer = requests.get(URL, auth=requests.auth.HTTPDigestAuth("me", "word"), timeout=5)

    assert answer.status_code == 200
    assert provider.seen[1].headers.get("authorization").startswith('Digest username="me", realm="r"')


def test_an_auth_object_and_a_prepared_request_are_seen_as_sent() -> None:
    class Team(AuthBase):
        def __call__(self, r: requests.PreparedRequest) -> requests.PreparedRequest:
            r.headers["X-Team"] = "blue"
            return r

    provider = answering()
    with requests.Session() as session, activated(provider):
        session.send(session.prepare_request(requests.Request("GET", URL, auth=Team())), timeout=(1, 2))

    assert provider.seen[0].headers.get("x-team") == "blue"


def test_headers_marked_to_be_skipped_are_not_seen() -> None:
    provider = answering()

    with activated(provider):
        urllib3.request("GET", URL, headers={"User-Agent": SKIP_HEADER, "X-Team": "blue"})
        urllib3.request("GET", URL)

    assert provider.seen[0].headers == Headers((("X-Team", "blue"),))
    assert provider.seen[1].headers.get("user-agent") == f"python-urllib3/{version('urllib3')}"


def test_raise_for_status_and_json_errors_are_the_clients_own() -> None:
    with activated(answering(500, body=b"<html>", reason="Broken")):
        answer = requests.get(URL, timeout=5)

    with pytest.raises(requests.HTTPError, match=f"^500 Server Error: Broken for url: {URL}/$"):
        answer.raise_for_status()
    with pytest.raises(requests.JSONDecodeError):
        answer.json()


def test_no_tunnel_is_opened_through_a_proxy_given_by_hand(live: Live) -> None:
    provider = Answers()

    with urllib3.ProxyManager(live.url) as pool, activated(provider):
        secure, plain = pool.request("GET", f"{URL}/s"), pool.request("GET", "http://api.example.test/p")

    assert (secure.data, plain.data, live.hits) == (b"answer", b"answer", [])
    assert [seen.url for seen in provider.seen] == [f"{URL}/s", "http://api.example.test/p"]


def test_a_small_blocking_pool_is_not_used_up() -> None:
    with urllib3.PoolManager(maxsize=1, block=True) as pool, activated(Answers()):
        answers = [pool.request("GET", URL, pool_timeout=0.5).data for _ in range(20)]

    assert answers == [b"answer"] * 20


def test_an_urllib3_that_works_otherwise_is_refused_with_the_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("urllib3._version.__version__", "1.26.20")

    with activated(Answers()), pytest.raises(ContractError) as caught:
        requests.get(URL, timeout=5)

    assert str(caught.value) == "urllib3 1.26.20 cannot be answered from a contract\n  fix: install urllib3>=2"


def test_an_answer_is_made_as_urllib3_took_it_before_2_2(monkeypatch: pytest.MonkeyPatch) -> None:
    class Before(urllib3.response.HTTPResponse):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            if "version_string" in kwargs:
                raise TypeError("unexpected keyword argument 'version_string'")
            super().__init__(*args, **kwargs)

    monkeypatch.setattr("urllib3.response.HTTPResponse", Before)

    with activated(Answers()):
        answer = urllib3.request("GET", URL)

    assert (answer.data, answer.version_string) == (b"answer", "HTTP/1.1")


def test_url_and_an_empty_reason_are_told_as_on_the_wire() -> None:
    with activated(answering(299)):
        answer = urllib3.request("GET", f"{URL}/a?b=1")

    assert (answer.geturl(), answer.reason) == ("/a?b=1", "")
