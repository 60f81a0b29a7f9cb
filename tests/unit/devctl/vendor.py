"""A vendor on loopback: answers what it was told to, remembers what it was asked."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


@dataclass(frozen=True)
class Asked:
    """One request that arrived. `target` is path and query as sent."""

    method: str
    target: str
    headers: Message
    body: bytes


@dataclass(frozen=True)
class Answer:
    """What to answer with. Text goes out as HTML, anything else as JSON."""

    status: int
    body: object
    headers: Mapping[str, str]


class Vendor:
    """Answers by method and target; 599 to whatever nobody announced, so that a wrong request cannot pass.

    Several answers for one target are given in turn, the last one for good.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.asked: list[Asked] = []
        self._answers: defaultdict[tuple[str, str], list[Answer]] = defaultdict(list)

    def answers(
        self, method: str, target: str, body: object, *, status: int = 200, headers: Mapping[str, str] | None = None
    ) -> None:
        self._answers[method, target].append(Answer(status, body, headers or {}))

    def answer_to(self, asked: Asked) -> Answer:
        self.asked.append(asked)
        announced = self._answers.get((asked.method, asked.target))
        if not announced:
            return Answer(599, {"message": f"nobody announced {asked.method} {asked.target}"}, {})
        return announced.pop(0) if len(announced) > 1 else announced[0]

    @property
    def targets(self) -> list[str]:
        return [asked.target for asked in self.asked]


class _Handler(BaseHTTPRequestHandler):
    vendor: Vendor

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        answer = self.vendor.answer_to(Asked(self.command, self.path, self.headers, body))
        is_text = isinstance(answer.body, str)
        payload = (str(answer.body) if is_text else json.dumps(answer.body)).encode()
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", "text/html" if is_text else "application/json")
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    do_POST = do_GET  # noqa: N815 - the name http.server calls

    def send_response(self, code: int, message: str | None = None) -> None:
        self.send_response_only(code, message)  # no clock: a test that needs a Date header announces one

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def running_vendor() -> Iterator[Vendor]:
    """A vendor that listens for the length of the block."""
    handler: type[_Handler] = type("Handler", (_Handler,), {})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        handler.vendor = Vendor(f"http://127.0.0.1:{server.server_port}")
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield handler.vendor
        finally:
            server.shutdown()
            thread.join()
