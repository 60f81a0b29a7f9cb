"""httpx, sync and async: streams, uploads, auth flows and a program's own transports."""

from __future__ import annotations

import asyncio
from collections.abc import Generator, Iterator
from pathlib import Path

import httpx
import pytest
from tests.unit.transport.wire import URL, Answers, Live, answering, chunks, in_turn

from pactproof.interaction import Headers, Request, Response
from pactproof.transport import activated


def test_a_sync_stream_is_read_in_pieces() -> None:
    with activated(answering(200, body=b"one\ntwo\n")), httpx.stream("GET", URL) as answer:
        assert list(answer.iter_bytes(3)) == [b"one", b"\ntw", b"o\n"]


def test_an_async_stream_is_read_in_lines() -> None:
    async def lines() -> list[str]:
        async with httpx.AsyncClient() as client, client.stream("GET", URL) as answer:
            return [line async for line in answer.aiter_lines()]

    with activated(answering(200, body=b"one\ntwo\n")):
        assert asyncio.run(lines()) == ["one", "two"]


def test_sync_uploads_arrive_whole(tmp_path: Path) -> None:
    provider, file = answering(), tmp_path / "note.bin"
    file.write_bytes(b"\x00file")

    def generated() -> Iterator[bytes]:
        yield b"from "
        yield b"a generator"

    with activated(provider), httpx.Client() as client, file.open("rb") as opened:
        client.post(URL, content=generated())
        client.post(URL, content=opened)
        client.post(URL, files={"upload": ("a.bin", b"\x00\xff")})

    assert [seen.body for seen in provider.seen[:2]] == [b"from a generator", b"\x00file"]
    assert provider.seen[2].content_type == "multipart/form-data"
    assert b"\r\n\r\n\x00\xff\r\n" in provider.seen[2].body


@pytest.mark.parametrize("answers_at_once", [True, False], ids=["at once", "in a thread"])
def test_async_uploads_arrive_whole(answers_at_once: bool) -> None:
    provider = answering()
    provider.answers_at_once = answers_at_once

    async def upload() -> None:
        async with httpx.AsyncClient() as client:
            await client.post(URL, content=chunks(b"from ", b"an async generator"))
            await client.post(URL, files={"upload": ("a.bin", b"\x00\xff")})

    with activated(provider):
        asyncio.run(upload())

    assert provider.seen[0].body == b"from an async generator"
    assert b"\r\n\r\n\x00\xff\r\n" in provider.seen[1].body


def test_an_auth_flow_asks_twice() -> None:
    class Renewing(httpx.Auth):
        def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
            answer = yield request
            if answer.status_code == 401:
                request.headers["X-Key"] = answer.headers["X-Next"]
                yield request

    provider = in_turn(Response(401, Headers((("X-Next", "two"),))), Response(200))

    with activated(provider), httpx.Client(auth=Renewing()) as client:
        answer = client.get(URL)

    assert answer.status_code == 200
    assert [seen.headers.get("x-key") for seen in provider.seen] == ["", "two"]


def test_user_and_password_of_a_url_become_a_header() -> None:
    provider = answering()

    with activated(provider):
        httpx.get("https://me:word@api.example.test/")

    assert provider.seen[0].headers.get("authorization") == "Basic bWU6d29yZA=="


def test_transport_retries_and_timeouts_and_event_hooks_may_be_given() -> None:
    told: list[int] = []
    hooks = {"response": [lambda answer: told.append(answer.status_code)]}
    transport = httpx.HTTPTransport(retries=3)

    with activated(Answers()), httpx.Client(transport=transport, timeout=0.5, event_hooks=hooks) as client:
        answer = client.get(URL)

    assert (answer.content, told, answer.http_version) == (b"answer", [200], "HTTP/1.1")
    assert answer.elapsed.total_seconds() < 5


def test_a_transport_that_the_program_brings_itself_is_left_alone() -> None:
    provider, own = Answers(), httpx.MockTransport(lambda request: httpx.Response(200, content=b"own"))

    with activated(provider), httpx.Client(transport=own) as client:
        answer = client.get(URL)

    assert (answer.content, provider.seen) == (b"own", [])


def test_a_proxy_given_by_hand_is_not_asked(live: Live) -> None:
    provider = Answers()

    with activated(provider), httpx.Client(proxy=live.url) as client:
        answer = client.get(f"{URL}/a")

    assert (answer.content, live.hits) == (b"answer", [])
    assert [seen.url for seen in provider.seen] == [f"{URL}/a"]


def test_tasks_that_the_consumer_starts_itself_are_answered(live: Live) -> None:
    provider = Answers(lambda request: Response(200, body=request.url.encode()), answers_at_once=False)

    async def ask_all() -> list[bytes]:
        async with httpx.AsyncClient() as client:
            answers = await asyncio.gather(*(client.get(f"{live.url}/{number}") for number in range(320)))
            return [answer.content for answer in answers]

    with activated(provider):
        got = asyncio.run(ask_all())

    assert got == [f"{live.url}/{number}".encode() for number in range(320)]
    assert live.hits == []


def test_a_providers_answer_is_in_time_for_a_thread_bound_provider() -> None:
    def slow(request: Request) -> Response:
        return Response(200, body=b"slow")

    async def ask() -> bytes:
        async with asyncio.timeout(5), httpx.AsyncClient() as client:
            return (await client.get(URL)).content

    with activated(Answers(slow, answers_at_once=False)):
        assert asyncio.run(ask()) == b"slow"
