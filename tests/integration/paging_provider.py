"""The provider that the consumer of `paging_consumer` is recorded from: every style, on this machine."""

from __future__ import annotations

import base64
import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

ITEMS = ["Lamp", "Desk", "Chair", "Sofa", "Shelf"]
CANONICAL = "https://shop.example.com"
Made = tuple[int, dict[str, str], Any]
"""status, headers, JSON; None for no body"""


class PagingProvider(ThreadingHTTPServer):
    """Pages of two out of five items; `asked` counts the requests of each path since the last reset."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: Counter[str] = Counter()
        self.resets = 0
        self.lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def answer(self, method: str, target: str, body: bytes) -> Made:
        path, query = urlsplit(target).path, parse_qs(urlsplit(target).query)
        with self.lock:
            if path == "/reset":
                self.asked.clear()
                self.resets += 1
                return 204, {}, None
            self.asked[path] += 1
            number = self.asked[path]
        style = path.split("/")[1]
        make: Any = getattr(self, f"_{style.replace('-', '_')}", None)
        return make(path, query, number) if make else (404, {}, {"message": f"nothing at {path}"})

    # --- pages -----------------------------------------------------------------------------------------------------

    def _linked(self, path: str, query: dict[str, list[str]], base: str) -> Made:
        page = int(query.get("page", ["1"])[0])
        link = f'<{base}{path}?page={page + 1}>; rel="next", <{base}{path}?page=3>; rel="last"'
        return 200, {"Link": link} if page < 3 else {}, _page(page)

    def _sandbox_links(self, path: str, query: dict[str, list[str]], number: int) -> Made:
        return self._linked(path, query, self.url)

    def _canonical_links(self, path: str, query: dict[str, list[str]], number: int) -> Made:
        return self._linked(path, query, CANONICAL)

    def _relative_links(self, path: str, query: dict[str, list[str]], number: int) -> Made:
        return self._linked(path, query, "")

    def _next_url(self, path: str, query: dict[str, list[str]], number: int) -> Made:
        after = query.get("after", [""])[0]
        page = {"": 1, self._cursor(2): 2, self._cursor(3): 3}[after]
        following = f"{self.url}{path}?after={quote(self._cursor(page + 1), safe='')}&limit=2"
        return 200, {}, {"items": _page(page), "next": following if page < 3 else None}

    def _cursors(self, path: str, query: dict[str, list[str]], number: int, name: str = "cursor") -> Made:
        page = {"": 1, self._cursor(2): 2, self._cursor(3): 3}[query.get(name, [""])[0]]
        following = {f"next_{name}": self._cursor(page + 1) if page < 3 else ""}
        return 200, {}, {"items": _page(page), **following}

    def _page_tokens(self, path: str, query: dict[str, list[str]], number: int) -> Made:
        return self._cursors(path, query, number, "page_token")

    def _offsets(self, path: str, query: dict[str, list[str]], number: int) -> Made:
        return 200, {}, _page(int(query["offset"][0]) // 2 + 1)

    def _more(self, path: str, query: dict[str, list[str]], number: int) -> Made:
        page = int(query["page"][0])
        return 200, {}, {"items": _page(page), "more": page < 3}

    def _until_empty(self, path: str, query: dict[str, list[str]], number: int) -> Made:
        return 200, {}, {"items": _page(int(query["page"][0]))}

    def _twenty(self, path: str, query: dict[str, list[str]], number: int) -> Made:
        page = int(query["page"][0])
        return 200, {}, {"items": ["Lamp"] if page < 20 else []}

    def _cursor(self, page: int) -> str:
        """Another one after each reset, with all that has to be encoded in a URL."""
        return base64.b64encode(f"~~~>>>??? page {page} of {self.resets} ++".encode()).decode() + "+/="

    # --- retries, polls, parallel requests -------------------------------------------------------------------------

    def _busy(self, path: str, query: dict[str, list[str]], number: int) -> Made:
        return (429, {"Retry-After": "7"}, {"message": "slow down"}) if number == 1 else (200, {}, {"name": "Lamp"})

    def _down(self, path: str, query: dict[str, list[str]], number: int) -> Made:
        return (503, {}, {"message": "later"}) if number < 3 else (200, {}, {"name": "Lamp"})

    def _poll(self, path: str, query: dict[str, list[str]], number: int) -> Made:
        return 200, {}, {"state": "pending" if number < 3 else "done", "tries": number}

    def _long_poll(self, path: str, query: dict[str, list[str]], number: int) -> Made:
        return 200, {}, {"state": "pending" if number < 6 else "done"}

    def _parts(self, path: str, query: dict[str, list[str]], number: int) -> Made:
        return 200, {}, {"path": path}

    def _equal(self, path: str, query: dict[str, list[str]], number: int) -> Made:
        return 200, {}, {"name": "Lamp"}

    def _headed(self, path: str, query: dict[str, list[str]], number: int) -> Made:
        return 200, {}, {"name": "Lamp"}

    def _orders(self, path: str, query: dict[str, list[str]], number: int) -> Made:
        made = f"made {self.resets}"
        if path == "/orders":
            return 201, {"Location": f"{self.url}/orders/{quote(made)}"}, {"id": made, "name": "Lamp"}
        return (200, {}, {"id": made}) if f"/{quote(made)}" in path else (404, {}, {"message": "no such order"})


def _page(page: int) -> list[str]:
    return ITEMS[2 * page - 2 : 2 * page]


class _Handler(BaseHTTPRequestHandler):
    server: PagingProvider
    protocol_version = "HTTP/1.1"

    def _answer(self) -> None:
        sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        status, headers, value = self.server.answer(self.command, self.path, sent)
        body = b"" if value is None else json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        for name, text in headers.items():
            self.send_header(name, text)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_HEAD = do_POST = _answer  # noqa: N815  # http.server's names

    def log_message(self, *args: object) -> None:
        """Quiet."""


@contextmanager
def paging_provider() -> Iterator[PagingProvider]:
    with PagingProvider() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
