"""The part all emulators share: a loopback HTTP/1.1 server with routes, a token and a rate limit that can be set."""

from __future__ import annotations

import hashlib
import json
import re
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar, Self, TypeAlias
from urllib.parse import parse_qsl, unquote, urlsplit

Json: TypeAlias = Any  # what json.loads gives
CONTROL_PREFIX = "/__emulator__/"


@dataclass(frozen=True, slots=True)
class Call:
    """One request as a route sees it. `captures` holds the named groups of the route's pattern, unquoted."""

    method: str
    path: str  # as sent, still quoted, without the query
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]  # names in lower case
    body: bytes
    captures: Mapping[str, str] = field(default_factory=dict)

    @property
    def base_url(self) -> str:
        """The address the consumer used, from its Host header: page links have to lead back to this server."""
        return f"http://{self.headers.get('host', '')}"

    def values(self, name: str) -> list[str]:
        return [value for key, value in self.query if key == name]

    def value(self, name: str, default: str = "") -> str:
        return next(reversed(self.values(name)), default)

    def number(self, name: str, default: int, *, low: int = 1, high: int = 5000) -> int:
        """A whole number from the query, kept between `low` and `high`; text that is no number counts as absent."""
        text = self.value(name)
        return min(max(int(text), low), high) if re.fullmatch(r"-?\d{1,9}", text) else default

    def json(self) -> Json:
        """The body as JSON. Raises ValueError where it is none."""
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Answer:
    """One response: `body` is sent as JSON, and none with status 204. Headers given here win over the common ones."""

    status: int
    body: Json
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Route:
    """A method and a path pattern, matched whole against the path as sent."""

    method: str
    pattern: re.Pattern[str]
    handler: Callable[[Call], Answer]


def route(method: str, template: str, handler: Callable[[Call], Answer]) -> Route:
    """A route from a template: `/users/{id}` matches one segment and hands it over as `captures["id"]`."""
    pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(template))
    return Route(method, re.compile(pattern), handler)


class Emulator(ABC):
    """One vendor on 127.0.0.1, on a free port: `with GitHubEmulator(token) as emulator: ... emulator.url`.

    A subclass gives the routes and the vendor's own form of its errors and headers. `POST /__emulator__/rate-limit`
    with {"remaining_requests": N} makes the next N authorised requests answer as the vendor does at its limit;
    it needs no token. An emulator object serves once: after it has been left it cannot be entered again.
    """

    name: ClassVar[str]
    server_header: ClassVar[str] = ""

    def __init__(self, token: str) -> None:
        self.token = token
        self.url = ""
        self._lock = threading.Lock()
        self._limited: dict[str, Any] = {"remaining_requests": 0, "kind": ""}
        self._answered = 0
        self._routes = tuple(self.routes())
        self._server: ThreadingHTTPServer | None = None

    @abstractmethod
    def routes(self) -> Sequence[Route]: ...

    @abstractmethod
    def is_authorized(self, call: Call) -> bool: ...

    @abstractmethod
    def unauthorized(self, call: Call) -> Answer: ...

    @abstractmethod
    def not_found(self, call: Call) -> Answer: ...

    @abstractmethod
    def rate_limited(self, call: Call, kind: str) -> Answer: ...

    @abstractmethod
    def common_headers(self, request_number: int) -> Sequence[tuple[str, str]]: ...

    def contents(self) -> Json:
        """What writes change, for a comparison of before and after; None where nothing can be written."""
        return None

    def __enter__(self) -> Self:
        self._server = _Server(self)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        # A short poll keeps shutdown() from waiting half a second in every test.
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_exc: object) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def answer(self, call: Call) -> Answer:
        """What this vendor answers to `call`, with every header but the ones that the connection needs."""
        if call.path.startswith(CONTROL_PREFIX):
            return self._control(call)
        answer = self._api_answer(call)
        with self._lock:
            self._answered += 1
            common = self.common_headers(self._answered)
        own = {name.lower() for name, _ in answer.headers}
        headers = (*((name, value) for name, value in common if name.lower() not in own), *answer.headers)
        return Answer(answer.status, answer.body, headers)

    def _api_answer(self, call: Call) -> Answer:
        if not self.is_authorized(call):
            return self.unauthorized(call)
        kind = self._take_limit()
        if kind is not None:
            return self.rate_limited(call, kind)
        for candidate in self._routes:
            found = candidate.pattern.fullmatch(call.path)
            if found and candidate.method == call.method:
                captures = {name: unquote(text) for name, text in found.groupdict().items()}
                return candidate.handler(
                    Call(call.method, call.path, call.query, call.headers, call.body, captures),
                )
        return self.not_found(call)

    def _take_limit(self) -> str | None:
        with self._lock:
            if not self._limited["remaining_requests"]:
                return None
            self._limited["remaining_requests"] -= 1
            return str(self._limited["kind"])

    def _control(self, call: Call) -> Answer:
        if (call.method, call.path) != ("POST", f"{CONTROL_PREFIX}rate-limit"):
            return Answer(
                404, {"error": f"no control {call.method} {call.path}; there is POST rate-limit"}, _PLAIN_JSON
            )
        try:
            wanted = call.json()
            limit = {"remaining_requests": wanted["remaining_requests"], "kind": wanted.get("kind", "primary")}
        except (ValueError, TypeError, KeyError, AttributeError):
            limit = {}
        count = limit.get("remaining_requests")
        if isinstance(count, bool) or not isinstance(count, int) or count < 0:
            return Answer(400, {"error": 'send {"remaining_requests": N} with N a whole number from 0'}, _PLAIN_JSON)
        with self._lock:
            self._limited = limit
        return Answer(200, dict(limit), _PLAIN_JSON)


@contextmanager
def serving(emulators: Sequence[Emulator]) -> Iterator[dict[str, Emulator]]:
    """All of `emulators` at once, by name; the ones already started are stopped when a later one fails."""
    started: list[Emulator] = []
    try:
        for emulator in emulators:
            started.append(emulator.__enter__())
        yield {emulator.name: emulator for emulator in started}
    finally:
        for emulator in reversed(started):
            emulator.__exit__(None, None, None)


def digest(*parts: object, length: int = 40) -> str:
    """Hex text that looks random and is the same in every run: recordings then change only when the data does."""
    return hashlib.sha256("/".join(map(str, parts)).encode()).hexdigest()[:length]


_PLAIN_JSON = (("Content-Type", "application/json"),)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False  # a consumer that holds a keep-alive connection must not hold the test up

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # keep-alive
    disable_nagle_algorithm = True  # head and body leave in two writes; with Nagle the second waits 40 ms
    timeout = 30
    server: _Server

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        query = tuple(parse_qsl(parts.query, keep_blank_values=True))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self._send(self.server.emulator.answer(Call(self.command, parts.path, query, headers, body)))

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815  names that http.server looks up

    def _send(self, answer: Answer) -> None:
        has_body = answer.status != 204  # an answer that has no content has no length of it either
        content = json.dumps(answer.body, separators=(",", ":"), ensure_ascii=False).encode() if has_body else b""
        self.send_response_only(answer.status)
        if self.server.emulator.server_header:
            self.send_header("Server", self.server.emulator.server_header)
        self.send_header("Date", formatdate(usegmt=True))
        for name, value in answer.headers:
            self.send_header(name, value)
        if has_body:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the tests' output belongs to the tests."""
