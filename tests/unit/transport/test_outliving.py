"""What a test that ran offline left behind stays offline: its threads, what they start, its tasks."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
import requests
from tests.unit.transport.wire import Answers, Live

from pactproof.errors import NetworkClosedError
from pactproof.transport import activated, closed_network

OUTLIVED = "it was started by a test that ran offline, and outlived it"


@contextmanager
def offline() -> Iterator[None]:
    with closed_network(lambda error: None, frozenset()), activated(Answers()):
        yield


@contextmanager
def left_over() -> Iterator[Callable[..., object]]:
    """`run(work)` in a thread that was started offline, after the network was opened again."""
    with ThreadPoolExecutor(1) as pool:
        with offline():
            pool.submit(threading.get_ident).result()
        yield lambda work: pool.submit(work).result()


def test_its_requests_and_its_sockets_are_refused(live: Live) -> None:
    with left_over() as run:
        with pytest.raises(NetworkClosedError) as asked:
            run(lambda: requests.get(live.url, timeout=1))
        with pytest.raises(NetworkClosedError) as connected:
            run(lambda: socket.create_connection(("127.0.0.1", live.port), 1))

    fix = "end the program's threads and tasks before its test ends"
    assert str(asked.value) == f"GET {live.url} was refused: {OUTLIVED}\n  fix: {fix}"
    assert str(connected.value) == f"a connection to 127.0.0.1:{live.port} was refused: {OUTLIVED}\n  fix: {fix}"
    assert live.hits == []


def test_a_connection_that_it_kept_open_is_not_used(live: Live) -> None:
    with requests.Session() as session:
        session.get(live.url, timeout=1)
        with left_over() as run, pytest.raises(NetworkClosedError):
            run(lambda: session.get(live.url, timeout=1))

    assert live.hits == ["/"]


def test_what_it_starts_is_refused_too(live: Live) -> None:
    refused: list[BaseException] = []

    def ask() -> None:
        try:
            requests.get(live.url, timeout=1)
        except NetworkClosedError as error:
            refused.append(error)

    def start() -> None:
        thread = threading.Thread(target=ask)
        thread.start()
        thread.join()

    with left_over() as run:
        run(start)

    assert (len(refused), live.hits) == (1, [])


def test_a_later_provider_answers_it_as_all_others(live: Live) -> None:
    with left_over() as run, offline():
        answer = run(lambda: requests.get(live.url, timeout=1).content)

    assert (answer, live.hits) == (b"answer", [])


def test_threads_from_before_and_from_after_are_free(live: Live) -> None:
    with ThreadPoolExecutor(1) as before:
        before.submit(threading.get_ident).result()
        with left_over():
            got = before.submit(lambda: requests.get(live.url, timeout=1).content).result()
            with ThreadPoolExecutor(1) as after:
                also = after.submit(lambda: requests.get(live.url, timeout=1).content).result()

    assert (got, also, requests.get(live.url, timeout=1).content) == (b"live", b"live", b"live")


def test_a_task_that_goes_on_is_refused(live: Live) -> None:
    async def connect(opened: asyncio.Event) -> None:
        await opened.wait()
        socket.create_connection(("127.0.0.1", live.port), 1).close()

    async def work() -> None:
        opened = asyncio.Event()
        with offline():
            task = asyncio.create_task(connect(opened))
            await asyncio.sleep(0)
        opened.set()
        with pytest.raises(NetworkClosedError):
            await task
        await asyncio.create_task(connect(opened))

    asyncio.run(work())
