"""The program under test: every style of paging, retrying and polling, before requests, httpx and aiohttp.

A test copies this file into its project, as shop.py: it imports nothing of the tests.
"""

from __future__ import annotations

import asyncio
import re
import ssl
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urljoin

import aiohttp
import httpx
import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

Answer = tuple[int, dict[str, str], Any]
"""status, headers in lower case, JSON"""
NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # trusts nobody: reading those of the world takes 22 ms


class Requests:
    """requests, with urllib3's own retries."""

    def __init__(self) -> None:
        self._session = requests.Session()
        retry = Retry(3, status_forcelist=[429, 503], backoff_factor=0, allowed_methods=None)
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, HTTPAdapter(max_retries=retry))

    def send(self, method: str, url: str, **options: Any) -> Answer:
        answer = self._session.request(method, url, **options)
        return answer.status_code, _lower(answer.headers), answer.json() if answer.content else None

    def many(self, urls: list[str]) -> list[Answer]:
        with ThreadPoolExecutor(4) as pool:
            return list(pool.map(lambda url: self.send("GET", url), urls))

    def close(self) -> None:
        self._session.close()


class Httpx:
    """httpx, with retries written by hand."""

    def __init__(self) -> None:
        self._client = httpx.Client(verify=NO_CERTIFICATES)

    def send(self, method: str, url: str, **options: Any) -> Answer:
        while True:
            answer = self._client.request(method, url, **options)
            if answer.status_code not in (429, 503):
                return answer.status_code, _lower(answer.headers), answer.json() if answer.content else None
            time.sleep(int(answer.headers.get("Retry-After", "0")))

    def many(self, urls: list[str]) -> list[Answer]:
        with ThreadPoolExecutor(4) as pool:
            return list(pool.map(lambda url: self.send("GET", url), urls))

    def close(self) -> None:
        self._client.close()


class _OnALoop(ABC):
    """An asynchronous client, called one by one or, in `many`, all at once."""

    def __init__(self) -> None:
        self._runner = asyncio.Runner()
        self._client = self._runner.run(self._made())

    @abstractmethod
    async def _made(self) -> Any: ...

    @abstractmethod
    async def _sent(self, method: str, url: str, options: dict[str, Any]) -> Answer: ...

    @abstractmethod
    async def _closed(self) -> None: ...

    async def _retried(self, method: str, url: str, options: dict[str, Any]) -> Answer:
        while True:
            answer = await self._sent(method, url, options)
            if answer[0] not in (429, 503):
                return answer
            time.sleep(int(answer[1].get("retry-after", "0")))  # the test watches it

    def send(self, method: str, url: str, **options: Any) -> Answer:
        return self._runner.run(self._retried(method, url, options))

    def many(self, urls: list[str]) -> list[Answer]:
        async def gathered() -> list[Answer]:
            asked: list[Coroutine[Any, Any, Answer]] = [self._retried("GET", url, {}) for url in urls]
            return list(await asyncio.gather(*asked))

        return self._runner.run(gathered())

    def close(self) -> None:
        self._runner.run(self._closed())
        self._runner.close()


class AsyncHttpx(_OnALoop):
    async def _made(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(verify=NO_CERTIFICATES)

    async def _sent(self, method: str, url: str, options: dict[str, Any]) -> Answer:
        answer = await self._client.request(method, url, **options)
        return answer.status_code, _lower(answer.headers), answer.json() if answer.content else None

    async def _closed(self) -> None:
        await self._client.aclose()


class Aiohttp(_OnALoop):
    async def _made(self) -> aiohttp.ClientSession:
        return aiohttp.ClientSession()

    async def _sent(self, method: str, url: str, options: dict[str, Any]) -> Answer:
        async with self._client.request(method, url, **options) as answer:
            content = await answer.read()
            return answer.status, _lower(answer.headers), await answer.json(content_type=None) if content else None

    async def _closed(self) -> None:
        await self._client.close()


Client = Requests | Httpx | AsyncHttpx | Aiohttp
CLIENTS: dict[str, Callable[[], Client]] = {
    "requests": Requests,
    "httpx": Httpx,
    "httpx_async": AsyncHttpx,
    "aiohttp": Aiohttp,
}


def _lower(headers: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


# --- pages ---------------------------------------------------------------------------------------------------------


def by_link_header(url: str, client: Client, path: str) -> list[Any]:
    """Until no answer names a next page; links may be absolute or relative."""
    names: list[Any] = []
    following: str | None = f"{url}{path}"
    while following:
        _, headers, body = client.send("GET", following)
        names += body
        found = re.search(r'<([^>]*)>; rel="next"', headers.get("link", ""))
        following = urljoin(following, found[1]) if found else None
    return names


def by_next_url(url: str, client: Client, path: str) -> list[Any]:
    names: list[Any] = []
    following: str | None = f"{url}{path}"
    while following:
        _, _, body = client.send("GET", following)
        names += body["items"]
        following = body["next"]
    return names


def by_cursor(url: str, client: Client, path: str, name: str = "cursor") -> list[Any]:
    """Until an answer has no cursor: absent, null or empty."""
    names: list[Any] = []
    params: dict[str, str] = {"limit": "2"}
    while True:
        _, _, body = client.send("GET", f"{url}{path}", params=params)
        names += body["items"]
        if not body.get(f"next_{name}"):
            return names
        params = {"limit": "2", name: body[f"next_{name}"]}


def by_offset(url: str, client: Client, path: str) -> list[Any]:
    """Until a page is shorter than the limit."""
    names: list[Any] = []
    while True:
        _, _, body = client.send("GET", f"{url}{path}", params={"offset": str(len(names)), "limit": "2"})
        names += body
        if len(body) < 2:
            return names


def by_more(url: str, client: Client, path: str) -> list[Any]:
    names: list[Any] = []
    for number in _from_one():
        _, _, body = client.send("GET", f"{url}{path}", params=[("page", str(number)), ("tag", "b"), ("tag", "a")])
        names += body["items"]
        if not body["more"]:
            return names
    return names


def until_empty(url: str, client: Client, path: str) -> list[Any]:
    names: list[Any] = []
    for number in _from_one():
        _, _, body = client.send("GET", f"{url}{path}", params={"page": str(number)})
        if not body["items"]:
            return names
        names += body["items"]
    return names


def _from_one() -> Iterator[int]:
    number = 0
    while True:
        number += 1
        yield number


# --- retries, polls, parallel requests ----------------------------------------------------------------------------


def once(url: str, client: Client, path: str) -> Any:
    return client.send("GET", f"{url}{path}")[2]


def headed(url: str, client: Client, path: str) -> Any:
    status, _, _ = client.send("HEAD", f"{url}{path}")
    return client.send("GET", f"{url}{path}")[2] if status == 200 else None


def polled(url: str, client: Client, path: str) -> Any:
    while True:
        _, _, body = client.send("GET", f"{url}{path}")
        if body["state"] == "done":
            return body


def at_once(url: str, client: Client, paths: list[str]) -> list[Any]:
    return [body for _, _, body in client.many([f"{url}{path}" for path in paths])]


def created(url: str, client: Client, path: str) -> Any:
    """What was made, fetched by the id in the answer, then by the link in its header."""
    _, headers, body = client.send("POST", f"{url}{path}", json={"name": "Lamp"})
    _, _, fetched = client.send("GET", f"{url}{path}/{body['id']}")
    _, _, linked = client.send("GET", urljoin(f"{url}{path}", headers["location"]) + "/log")
    return fetched, linked
