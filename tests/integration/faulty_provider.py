"""A provider on this machine that fails on demand: in each way that a real one is known to."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

JSON = {"Content-Type": "application/json"}
SIGN_IN = b"<!DOCTYPE html><html><body><form action='/login'>Sign in</form></body></html>"
GOOD = {"items": ["Lamp", "Desk"], "price": 9.5}

Answer = Callable[["Faulty"], None]


class Provider(ThreadingHTTPServer):
    """answer: what to do with a request; seen: "GET /path?query" of each, in order"""

    request_queue_size = 64
    daemon_threads = True

    def __init__(self, answer: Answer) -> None:
        super().__init__(("127.0.0.1", 0), Faulty)
        self.answer = answer
        self.seen: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request: object, client_address: object) -> None:
        """The client is told; nobody else has to be."""


class Faulty(BaseHTTPRequestHandler):
    server: Provider

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.seen.append(f"{self.command} {self.path}")
        self.server.answer(self)

    do_HEAD = do_OPTIONS = do_PATCH = do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815  # as http.server calls them

    def send(self, status: int = 200, body: object = GOOD, headers: Mapping[str, str] = JSON, length: int = 0) -> None:
        """Answer with `body`, bytes or what is to be written as JSON; `length` bytes are announced if it is not 0."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Length": str(length or len(data)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)
        self.wfile.flush()

    def log_message(self, *args: object) -> None:
        """Quiet."""


@contextmanager
def provider(answer: Answer = Faulty.send) -> Iterator[Provider]:
    with Provider(answer) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def _wait_too_long(handler: Faulty) -> None:
    time.sleep(0.3)
    handler.send()


def _speak_otherwise(handler: Faulty) -> None:
    handler.wfile.write(b"SSH-2.0-OpenSSH_9.6\r\n")


def _sends(**options: object) -> Answer:
    return lambda handler: handler.send(**options)  # type: ignore[arg-type]  # each by its name


FAULTS: Mapping[str, Answer] = {
    "closed without an answer": lambda handler: handler.connection.close(),
    "reset in the body": _sends(length=4000),
    "time-out": _wait_too_long,
    "not HTTP": _speak_otherwise,
    "429 for ever": _sends(status=429, body={"message": "slow down"}, headers={"Retry-After": "1"}),
    "429 for an hour": _sends(status=429, body={"message": "slow down"}, headers={"Retry-After": "3600"}),
    "500": _sends(status=500, body={"message": "boom"}),
    "502": _sends(status=502, body=b"<html>bad gateway</html>", headers={"Content-Type": "text/html"}),
    "503": _sends(status=503, body=b""),
    "504": _sends(status=504, body=b""),
    "401": _sends(status=401, body={"message": "who are you?"}),
    "403": _sends(status=403, body={"message": "not yours"}),
    "page to sign in": _sends(body=SIGN_IN, headers={"Content-Type": "text/html; charset=utf-8"}),
    "page to sign in as JSON": _sends(body=SIGN_IN),
    "sent on to sign in": _sends(
        status=302, body=b"", headers={"Location": "https://login.example.com/oauth2/authorize"}
    ),
    "404": _sends(status=404, body={"message": "no such page"}),
    "400": _sends(status=400, body={"message": "bad request"}),
    "another success": _sends(status=202),
    "cut JSON": _sends(body=b'{"items": ["Lamp", "De'),
    "empty body": _sends(body=b""),
    "other type": _sends(body={**GOOD, "price": "9.50 EUR"}),
    "missing member": _sends(body={"items": ["Lamp"]}),
    "null": _sends(body={**GOOD, "price": None}),
    "empty list": _sends(body={**GOOD, "items": []}),
    "plain text": _sends(body=b"Service is being updated", headers={"Content-Type": "text/plain"}),
}
AUTH = ("401", "403", "page to sign in", "page to sign in as JSON", "sent on to sign in")
