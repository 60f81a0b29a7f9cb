"""aiohttp: everything above its connections stays its own."""

from __future__ import annotations

import asyncio
import threading
import time
import zlib
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from tests.unit.transport.wire import URL, Answers, Live, answering, chunks, in_turn

from pactproof.errors import NoMatchError
from pactproof.interaction import Headers, Request, Response
from pactproof.transport import activated

Work = Callable[[aiohttp.ClientSession], Awaitable[Any]]


def run(provider: Answers, work: Work, **options: Any) -> Any:
    """What `work` makes of a session before `provider`; the loop reports whatever it leaves behind."""
    left: list[Any] = []

    async def main() -> Any:
        asyncio.get_running_loop().set_exception_handler(lambda loop, context: left.append(context))
        async with aiohttp.ClientSession(**options) as session:
            return await work(session)

    with activated(provider):
        result = asyncio.run(main(), debug=True)
    assert left == []
    return result


def test_an_answer_is_streamed_in_chunks_and_lines() -> None:
    async def work(session: aiohttp.ClientSession) -> Any:
        async with session.get(URL) as answer:
            parts = [part async for part in answer.content.iter_chunked(3)]
        async with session.get(URL) as answer:
            return parts, [line async for line in answer.content]

    parts, lines = run(answering(200, body=b"one\ntwo\n"), work)

    assert parts == [b"one", b"\ntw", b"o\n"]
    assert lines == [b"one\n", b"two\n"]


def test_json_and_raise_for_status_are_its_own() -> None:
    provider = in_turn(
        Response(200, Headers((("Content-Type", "application/json"),)), b'{"a": [1]}'),
        Response(404, reason="Gone Away"),
    )

    async def work(session: aiohttp.ClientSession) -> Any:
        async with session.get(URL) as answer:
            told = await answer.json()
        with pytest.raises(aiohttp.ClientResponseError) as caught:
            async with session.get(f"{URL}/x", raise_for_status=True):
                pass
        return told, caught.value.status, caught.value.message

    assert run(provider, work) == ({"a": [1]}, 404, "Gone Away")


def test_uploads_arrive_whole(tmp_path: Path) -> None:
    provider, file = answering(), tmp_path / "note.bin"
    file.write_bytes(b"\x00file" * 100_000)

    async def work(session: aiohttp.ClientSession) -> None:
        await session.post(URL, data=chunks(b"from ", b"a generator"))
        with file.open("rb") as opened:
            await session.post(URL, data=opened)
        await session.post(URL, json={"a": 1})
        form = aiohttp.FormData()
        form.add_field("upload", b"\x00\xff", filename="a.bin")
        await session.post(URL, data=form)
        await session.post(URL, data=b"small" * 1000, compress=True)
        await session.post(URL, data=b"carefully", expect100=True)

    run(provider, work)

    assert [seen.body for seen in provider.seen[:3]] == [b"from a generator", b"\x00file" * 100_000, b'{"a": 1}']
    assert provider.seen[3].content_type == "multipart/form-data"
    assert b"\r\n\r\n\x00\xff\r\n" in provider.seen[3].body
    assert zlib.decompress(provider.seen[4].body) == b"small" * 1000
    assert provider.seen[5].body == b"carefully"


def test_a_body_that_fails_is_the_clients_own_error_and_asks_nobody() -> None:
    async def broken() -> Any:
        yield b"half"
        raise ValueError("no more")

    async def work(session: aiohttp.ClientSession) -> None:
        with pytest.raises(aiohttp.ClientConnectionError):
            await session.post(URL, data=broken())

    provider = answering()
    run(provider, work)

    assert provider.seen == []


def test_the_length_of_an_answer_is_told_as_a_server_would() -> None:
    provider = in_turn(
        Response(200, Headers((("Content-Length", "4"),)), b"told"),
        Response(200, Headers((("Content-Length", "99"),)), b"decoded since"),
        Response(200, body=b"never told"),
    )

    async def work(session: aiohttp.ClientSession) -> Any:
        return [(await answer.read(), answer.headers.get("Content-Length")) for answer in await asked(session)]

    async def asked(session: aiohttp.ClientSession) -> list[aiohttp.ClientResponse]:
        return [await session.get(f"{URL}/{number}") for number in range(3)]

    assert run(provider, work) == [(b"told", "4"), (b"decoded since", None), (b"never told", None)]


def test_an_answer_that_nobody_reads_leaves_nothing_behind() -> None:
    async def work(session: aiohttp.ClientSession) -> int:
        answer = await session.get(URL)
        answer.release()
        return answer.status

    assert run(answering(200, body=b"x" * 1_000_000), work) == 200


def test_middlewares_traces_and_connector_limits_work() -> None:
    told: list[int] = []
    trace = aiohttp.TraceConfig()

    async def ended(session: Any, context: Any, params: aiohttp.TraceRequestEndParams) -> None:
        told.append(params.response.status)

    async def team(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
        request.headers["X-Team"] = "blue"
        return await handler(request)

    async def work(session: aiohttp.ClientSession) -> None:
        async with aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=1), middlewares=(team,), trace_configs=[trace]
        ) as narrow:
            await asyncio.gather(*(narrow.get(URL) for _ in range(20)))

    trace.on_request_end.append(ended)
    provider = answering()
    run(provider, work)

    assert told == [200] * 20
    assert {seen.headers.get("x-team") for seen in provider.seen} == {"blue"}


def test_its_timeout_ends_a_request_that_the_provider_keeps_waiting() -> None:
    go_on = threading.Event()

    def slow(request: Request) -> Response:
        go_on.wait(5)
        return Response(200)

    async def work(session: aiohttp.ClientSession) -> float:
        began = time.monotonic()
        with pytest.raises(TimeoutError):
            await session.get(URL, timeout=aiohttp.ClientTimeout(total=0.1))
        go_on.set()
        return time.monotonic() - began

    assert run(Answers(slow, answers_at_once=False), work) < 3


def test_a_refusal_leaves_nothing_behind() -> None:
    def refuse(request: Request) -> Response:
        raise NoMatchError("refused")

    async def work(session: aiohttp.ClientSession) -> None:
        with pytest.raises(NoMatchError, match=r"^refused$"):
            await session.post(URL, data=chunks(b"a", b"b"))

    run(Answers(refuse), work)


def test_320_tasks_are_answered_and_the_wire_gets_none(live: Live) -> None:
    provider = Answers(lambda request: Response(200, body=request.url.encode()), answers_at_once=False)

    async def work(session: aiohttp.ClientSession) -> Any:
        async def ask(number: int) -> bytes:
            async with session.get(f"{live.url}/{number}") as answer:
                return await answer.read()

        return await asyncio.gather(*(ask(number) for number in range(320)))

    assert run(provider, work) == [f"{live.url}/{number}".encode() for number in range(320)]
    assert live.hits == []


def test_a_proxy_given_by_hand_is_not_asked(live: Live) -> None:
    async def work(session: aiohttp.ClientSession) -> list[bytes]:
        urls = (f"{URL}/s", "http://api.example.test/p")
        return [await (await session.get(url, proxy=live.url)).read() for url in urls]

    provider = Answers()

    assert run(provider, work) == [b"answer", b"answer"]
    assert live.hits == []
    assert [seen.url for seen in provider.seen] == [f"{URL}/s", "http://api.example.test/p"]


@contextmanager
def _session_from_before(live: Live) -> Iterator[tuple[asyncio.Runner, aiohttp.ClientSession]]:
    async def opened() -> aiohttp.ClientSession:
        session = aiohttp.ClientSession()
        await (await session.get(f"{live.url}/before")).read()
        return session

    with asyncio.Runner() as runner:
        session = runner.run(opened())
        yield runner, session
        runner.run(session.close())


def test_connections_of_the_provider_do_not_enter_the_pool(live: Live) -> None:
    async def ask(session: aiohttp.ClientSession, path: str) -> bytes:
        return await (await session.get(f"{live.url}{path}")).read()

    with _session_from_before(live) as (runner, session):
        with activated(Answers()):
            during = runner.run(ask(session, "/during"))
        after = runner.run(ask(session, "/after"))

    assert (during, after, live.hits) == (b"answer", b"live", ["/before", "/after"])
