"""What the transport tests share: a live server that counts, a provider that answers, and one face for all clients."""

from __future__ import annotations

import asyncio
import http.client
import threading
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import httplib2  # type: ignore[import-untyped]  # it brings none
import httpx
import requests
import urllib3

from pactproof.interaction import Headers, Request, Response
from pactproof.transport import AwsCall, CredentialCalls

URL = "https://api.example.test"


@dataclass
class Answers:
    """An active provider: `answer` makes the response; what it was asked stays in `seen`."""

    answer: Callable[[Request], Response] = lambda request: Response(200, Headers((("X-From", "provider"),)), b"answer")
    answers_at_once: bool = True
    seen: list[Request] = field(default_factory=list)
    credentials: CredentialCalls = field(default_factory=CredentialCalls)
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


@contextmanager
def urllib_client() -> Iterator[Fetch]:
    """Python's own client, which decodes nothing and raises what is no success."""
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())

    def fetch(method: str, url: str, headers: dict[str, str] | None = None, body: Any = None) -> Got:
        request = urllib.request.Request(url, data=body, headers=headers or {}, method=method)  # noqa: S310
        try:
            answer = opener.open(request, timeout=5)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            return Got(answer.status, answer.reason, answer.headers.items(), answer.read())

    yield fetch


@contextmanager
def http_client() -> Iterator[Fetch]:
    """One http.client connection, kept open for its host."""
    with ExitStack() as stack:
        kept: dict[str, http.client.HTTPConnection] = {}

        def fetch(method: str, url: str, headers: dict[str, str] | None = None, body: Any = None) -> Got:
            parts = urlsplit(url)
            make = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
            if parts.netloc not in kept:
                kept[parts.netloc] = make(parts.netloc, timeout=5)
                stack.callback(kept[parts.netloc].close)
            kept[parts.netloc].request(method, url.partition(parts.netloc)[2] or "/", body, headers or {})
            answer = kept[parts.netloc].getresponse()
            return Got(answer.status, answer.reason, answer.getheaders(), answer.read())

        yield fetch


@contextmanager
def httplib2_client() -> Iterator[Fetch]:
    client = httplib2.Http(timeout=5)

    def fetch(method: str, url: str, headers: dict[str, str] | None = None, body: Any = None) -> Got:
        answer, content = client.request(url, method, body=body, headers=headers)
        return Got(answer.status, answer.reason, list(answer.items()), content)

    yield fetch
    client.close()


OTHER_CLIENTS: dict[str, Any] = {
    "urllib.request": urllib_client,
    "http.client": http_client,
    "httplib2": httplib2_client,
}
"""Those built on http.client, which are served below what they do with an answer."""

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
