"""One recorder for any client and any thread: 320 of 320 replayed, none on the wire, and 320 of 320 recorded."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import boto3
import httpx
import pytest
from tests.unit.transport.wire import CLIENTS, OTHER_CLIENTS, Fetch, Live, live_server

from pactproof import use_cassette
from pactproof.interaction import Headers, Interaction, Request, Response
from pactproof.recording.cassette import Cassette, Provenance, load_cassette, write_cassette

ALL_CLIENTS = {**CLIENTS, **OTHER_CLIENTS}
THREADS, EACH = 8, 40


@pytest.fixture(scope="module")
def canary() -> Iterator[Live]:
    """Where every request would end that got past the recorder."""
    with live_server() as live:
        yield live


@pytest.fixture(scope="module")
def cassette(canary: Live, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """320 interactions, each with an answer of its own."""
    paths = [f"/{number}/{turn}" for number in range(THREADS) for turn in range(EACH)]
    return written(
        tmp_path_factory.mktemp("cassettes") / "any.yaml",
        [Interaction(Request("GET", canary.url + path), Response(200, body=path.encode())) for path in paths],
    )


def written(path: Path, interactions: list[Interaction], requests: tuple[Any, ...] = ()) -> Path:
    now = datetime(2026, 1, 5, tzinfo=UTC)
    told = Provenance("", path.stem, "emulator", now, "", "pactproof 0.1.0", requests=requests)
    write_cassette(path, Cassette(tuple(interactions), told), root=None)
    return path


def in_threads(work: Callable[[int], list[bool]]) -> int:
    """How many answers were right, of those that `work` got in each of eight threads."""
    with ThreadPoolExecutor(THREADS) as pool:
        return sum(map(sum, pool.map(work, range(THREADS))))


@pytest.fixture
def refused_nothing(canary: Live) -> Iterator[None]:
    canary.hits.clear()
    yield
    assert canary.hits == []


@pytest.mark.usefixtures("refused_nothing")
@pytest.mark.parametrize("client", ALL_CLIENTS)
def test_eight_threads_replay_320_of_320(client: str, cassette: Path, canary: Live) -> None:
    def work(number: int) -> list[bool]:
        with ALL_CLIENTS[client]() as fetch:
            paths = [f"/{number}/{turn}" for turn in range(EACH)]
            return [fetch("GET", canary.url + path).body == path.encode() for path in paths]

    with use_cassette(cassette) as used:
        assert in_threads(work) == used.play_count == 320


@pytest.mark.usefixtures("refused_nothing")
def test_320_tasks_of_httpx_replay_320_of_320(cassette: Path, canary: Live) -> None:
    async def ask(client: httpx.AsyncClient, path: str) -> bool:
        return (await client.get(canary.url + path)).content == path.encode()

    async def work() -> int:
        async with httpx.AsyncClient() as client:
            return sum(await asyncio.gather(*(ask(client, path) for path in every_path())))

    with use_cassette(cassette) as used:
        assert asyncio.run(work()) == used.play_count == 320


@pytest.mark.usefixtures("refused_nothing")
def test_320_tasks_of_aiohttp_replay_320_of_320(cassette: Path, canary: Live) -> None:
    async def ask(session: aiohttp.ClientSession, path: str) -> bool:
        async with session.get(canary.url + path) as answer:
            return await answer.read() == path.encode()

    async def work() -> int:
        async with aiohttp.ClientSession() as session:
            return sum(await asyncio.gather(*(ask(session, path) for path in every_path())))

    with use_cassette(cassette) as used:
        assert asyncio.run(work()) == used.play_count == 320


def every_path() -> list[str]:
    return [f"/{number}/{turn}" for number in range(THREADS) for turn in range(EACH)]


@pytest.mark.usefixtures("refused_nothing")
def test_eight_threads_of_boto3_replay_320_of_320(tmp_path: Path, canary: Live) -> None:
    keys = [path.strip("/") for path in every_path()]
    noted = tuple({"operation": "GetObject", "params": {"Bucket": "logs", "Key": key}} for key in keys)
    url = "https://s3.us-east-1.amazonaws.com/logs"
    answers = [Response(200, Headers((("Content-Length", str(len(key))),)), key.encode()) for key in keys]
    recorded = [Interaction(Request("GET", f"{url}/{key}"), answer) for key, answer in zip(keys, answers, strict=True)]
    file = written(tmp_path / "s3.yaml", recorded, noted)

    def work(number: int) -> list[bool]:
        keys = [f"{number}/{turn}" for turn in range(EACH)]
        return [client.get_object(Bucket="logs", Key=key)["Body"].read() == key.encode() for key in keys]

    with use_cassette(file) as used:
        client = boto3.client("s3", endpoint_url=canary.url)
        assert in_threads(work) == used.play_count == 320


@pytest.mark.parametrize(
    "client",
    [
        "urllib.request",
        pytest.param("http.client", marks=pytest.mark.slow),
        pytest.param("httplib2", marks=pytest.mark.slow),
    ],
)
def test_eight_threads_record_320_of_320(client: str, tmp_path: Path, canary: Live) -> None:
    file = tmp_path / "any.yaml"

    def work(number: int) -> list[bool]:
        with OTHER_CLIENTS[client]() as fetch:
            return [fetch("GET", f"{canary.url}/{number}/{turn}").body == b"live" for turn in range(EACH)]

    with use_cassette(file, record_mode="once"):
        assert in_threads(work) == 320

    kept = [one.request.path for one in load_cassette(file, shown_as="any.yaml").interactions]
    assert sorted(kept) == sorted(every_path())


def test_a_program_that_starts_a_thread_for_each_request_replays_all(cassette: Path, canary: Live) -> None:
    canary.hits.clear()
    got: list[bytes] = []

    def ask(fetch: Fetch, path: str) -> None:
        got.append(fetch("GET", canary.url + path).body)

    with use_cassette(cassette) as used, CLIENTS["requests"]() as fetch:
        threads = [threading.Thread(target=ask, args=(fetch, path)) for path in every_path()]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert sorted(got) == sorted(path.encode() for path in every_path())
    assert (used.play_count, canary.hits) == (320, [])
