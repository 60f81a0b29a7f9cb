"""What the transport tests share: a live server that counts, a provider that answers, and one face for all clients."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import aiohttp
import httpx
import requests
import urllib3

from pactproof.interaction import Headers, Request, Response
from pactproof.transport import AwsCall

URL = "https://api.example.test"


@dataclass
class Answers:
    """An active provider: `answer` makes the response; what it was asked stays in `seen`."""

    answer: Callable[[Request], Response] = lambda request: Response(200, Headers((("X-From", "provider"),)), b"answer")
    answers_at_once: bool = True
    seen: list[Request] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def handle(self, request: Request) -> Response:
        with self._lock:
            self.seen.append(request)
        return self.answer(request)

    def handle_aws(self, call: AwsCall) -> None:
        """Answered on the wire."""


def answering(status: int = 200, *headers: tuple[str, str], body: bytes = b"", reason: str = "") -> Answers:
    return Answers(lambda request: Response(status, Headers(headers), body, reason))


def in_turn(*responses: Response) -> Answers:
    """Each response once, in order."""
    waiting = iter(responses)
    return Answers(lambda request: next(waiting))


@dataclass
class Live:
    """A server that must not be asked, or is asked in a test's arrangement: `hits` counts its requests."""

    url: str
    hits: list[str] = field(default_factory=list)

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])


@contextmanager
def live_server() -> Iterator[Live]:
    live = Live("")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            live.hits.append(self.path)
            self.send_response(200)
            self.send_header("Content-Length", "4")
            self.end_headers()
            self.wfile.write(b"live")

        def log_message(self, format: str, *args: object) -> None:
            """Nothing is logged."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    live.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield live
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass(frozen=True)
class Got:
    """An answer as a client tells it. `headers` in wire order."""

    status: int
    reason: str
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name.lower()]


Fetch = Callable[..., Got]
"""fetch(method, url, headers={...}, body=bytes): one request of one client."""


@contextmanager
def requests_client() -> Iterator[Fetch]:
    with requests.Session() as session:

        def fetch(method: str, url: str, headers: dict[str, str] | None = None, body: Any = None) -> Got:
            answer = session.request(method, url, headers=headers, data=body, timeout=5)
            return Got(answer.status_code, answer.reason, list(answer.raw.headers.items()), answer.content)

        yield fetch


@contextmanager
def urllib3_client() -> Iterator[Fetch]:
    with urllib3.PoolManager() as pool:

        def fetch(method: str, url: str, headers: dict[str, str] | None = None, body: Any = None) -> Got:
            answer = pool.request(method, url, headers=headers, body=body, timeout=5)
            return Got(answer.status, answer.reason or "", list(answer.headers.items()), answer.data)

        yield fetch


@contextmanager
def httpx_client() -> Iterator[Fetch]:
    with httpx.Client(follow_redirects=True, timeout=5) as client:

        def fetch(method: str, url: str, headers: dict[str, str] | None = None, body: Any = None) -> Got:
            return _of_httpx(client.request(method, url, headers=headers, content=body))

        yield fetch


def _of_httpx(answer: httpx.Response) -> Got:
    return Got(answer.status_code, answer.reason_phrase, answer.headers.multi_items(), answer.content)


class Loop:
    """An event loop in the calling thread, for the async clients' sync face."""

    def __init__(self) -> None:
        self._runner = asyncio.Runner()

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self._runner.run(work)

    def close(self) -> None:
        self._runner.close()


@contextmanager
def loop() -> Iterator[Loop]:
    running = Loop()
    try:
        yield running
    finally:
        running.close()


@contextmanager
def async_httpx_client() -> Iterator[Fetch]:
    with loop() as running:
        client = httpx.AsyncClient(follow_redirects=True, timeout=5)

        def fetch(method: str, url: str, headers: dict[str, str] | None = None, body: Any = None) -> Got:
            return _of_httpx(running.run(client.request(method, url, headers=headers, content=body)))

        yield fetch
        running.run(client.aclose())


@contextmanager
def aiohttp_client() -> Iterator[Fetch]:
    with loop() as running:

        async def session() -> aiohttp.ClientSession:
            return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(5), trust_env=True)

        client = running.run(session())

        async def ask(method: str, url: str, headers: dict[str, str] | None, body: Any) -> Got:
            async with client.request(method, url, headers=headers, data=body) as answer:
                pairs = [(name.decode(), value.decode()) for name, value in answer.raw_headers]
                return Got(answer.status, answer.reason or "", pairs, await answer.read())

        def fetch(method: str, url: str, headers: dict[str, str] | None = None, body: Any = None) -> Got:
            got: Got = running.run(ask(method, url, headers, body))
            return got

        yield fetch
        running.run(client.close())


CLIENTS: dict[str, Any] = {
    "requests": requests_client,
    "urllib3": urllib3_client,
    "httpx": httpx_client,
    "httpx-async": async_httpx_client,
    "aiohttp": aiohttp_client,
}


async def chunks(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part
