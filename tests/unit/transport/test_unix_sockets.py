"""Requests to a unix socket go to whoever listens there: neither answered, nor recorded, nor refused."""

from __future__ import annotations

import asyncio
import http.client
import socket
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import aiohttp
import httpx
import pytest
import urllib3
from tests.unit.transport.wire import Answers

from pactproof.transport import activated, closed_network

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there are no unix sockets")


@pytest.fixture(scope="module")
def path() -> Iterator[str]:
    """The socket of a server that answers "unix"."""
    from socketserver import ThreadingUnixStreamServer

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.send_response_only(200)
            self.send_header("Content-Length", "4")
            self.end_headers()
            self.wfile.write(b"unix")

        def log_message(self, format: str, *args: object) -> None:
            """Nothing is logged."""

    with tempfile.TemporaryDirectory() as folder:  # pytest's own may be too long for the address of a socket
        place = str(Path(folder) / "s")
        with ThreadingUnixStreamServer(place, Handler) as server:
            server.daemon_threads = True
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
            thread.start()
            yield place
            server.shutdown()
            thread.join()


def connecting_to(path: str, base: Any) -> Any:
    """A connection as docker's client and others write it."""

    class Connection(base):  # type: ignore[misc]  # any class of connections
        def connect(self) -> None:
            self.sock = socket.socket(socket.AF_UNIX)
            self.sock.connect(path)

    return Connection


def by_http_client(path: str) -> bytes:
    connection = connecting_to(path, http.client.HTTPConnection)("localhost")
    connection.request("GET", "/")
    body: bytes = connection.getresponse().read()
    connection.close()
    return body


def by_urllib3(path: str) -> bytes:
    with urllib3.HTTPConnectionPool("localhost") as pool:
        setattr(pool, "ConnectionCls", connecting_to(path, urllib3.connection.HTTPConnection))  # noqa: B010 - its type
        return pool.request("GET", "/", retries=False).data


def by_httpx(path: str) -> bytes:
    with httpx.Client(transport=httpx.HTTPTransport(uds=path)) as client:
        return client.get("http://localhost/").content


def by_httpx_async(path: str) -> bytes:
    async def ask() -> bytes:
        async with httpx.AsyncClient(transport=httpx.AsyncHTTPTransport(uds=path)) as client:
            return (await client.get("http://localhost/")).content

    return asyncio.run(ask())


def by_aiohttp(path: str) -> bytes:
    async def ask() -> bytes:
        async with (
            aiohttp.ClientSession(connector=aiohttp.UnixConnector(path)) as session,
            session.get("http://localhost/") as answer,
        ):
            return await answer.read()

    return asyncio.run(ask())


@pytest.mark.parametrize("ask", [by_http_client, by_urllib3, by_httpx, by_httpx_async, by_aiohttp])
def test_a_unix_socket_is_left_alone(ask: Callable[[str], bytes], path: str) -> None:
    refused: list[Any] = []

    with activated(provider := Answers()), closed_network(refused.append, frozenset()):
        assert ask(path) == b"unix"

    assert (provider.seen, refused) == ([], [])
