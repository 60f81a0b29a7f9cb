"""http.client at its connections: serves urllib.request, xmlrpc and whatever else is built on Python's own client.

`HTTPConnection.putrequest` gives a connection a socket that leads nowhere, for one request: what is written to it is
kept, and the answer is read from it as from any other. So a kept-alive connection from before lies idle, in every
thread, and redirects, cookies and decoding stay those of the client. Only public parts of http.client are used, but for
the host behind a tunnel, `_tunnel_host`; a test holds them against Python as it is installed.

vcrpy replaces the connection classes while a cassette is open instead, and puts them back from each connection that is
made: of 8 threads some reached the wire. Nothing is replaced here once it is installed.
"""

from __future__ import annotations

import io
import socket
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from pactproof.interaction import Headers, Request
from pactproof.transport.active import ActiveProvider, current
from pactproof.transport.addresses import absolute_url
from pactproof.transport.answer_bytes import answer_bytes
from pactproof.transport.unix_sockets import connects_by_path


def install(module: ModuleType) -> None:
    connect_to_memory(module.HTTPConnection)
    if hasattr(module, "HTTPSConnection"):  # a Python without ssl has none
        connect_to_memory(module.HTTPSConnection)
    _begin_in_memory(module.HTTPConnection)


def connect_to_memory(connection_class: Any) -> None:
    """Let `connect` of a class of connections open nothing while a provider is active."""
    original = connection_class.connect

    def connect(self: Any) -> None:
        provider = current()
        if provider is None:
            original(self)
        else:
            self.sock = _Memory(provider, self)

    connection_class.connect = connect


def _begin_in_memory(connection_class: Any) -> None:
    original = connection_class.putrequest

    def putrequest(self: Any, *args: Any, **kwargs: Any) -> None:
        provider, before = None if _is_unix(self) else current(), self.sock
        if provider is not None:
            if before is not None:
                before.close()
            self.sock = _Memory(provider, self)
        elif provider is None and isinstance(before, _Memory):
            self.close()  # the next request connects anew
        original(self, *args, **kwargs)

    connection_class.putrequest = putrequest


def _is_unix(connection: Any) -> bool:
    family = getattr(connection.sock, "family", None)
    return family == getattr(socket, "AF_UNIX", -1) or connects_by_path(type(connection))


class _Memory:
    """As much of a socket as http.client needs, for one request: what is sent is kept, and read is the answer."""

    def __init__(self, provider: ActiveProvider, connection: Any) -> None:
        self._provider, self._connection = provider, connection
        self._sent = bytearray()

    def sendall(self, data: Any) -> None:
        self._sent += data

    def makefile(self, *args: Any, **kwargs: Any) -> io.BufferedIOBase:
        """The answer. Errors of the provider reach the program as they are."""
        request = _request(bytes(self._sent), self._connection)
        return io.BytesIO(answer_bytes(self._provider.handle(request), request.method))

    def setsockopt(self, *args: Any) -> None:
        """There is no connection to tune."""

    def settimeout(self, value: float | None) -> None:
        """Nobody waits for an answer from memory."""

    def gettimeout(self) -> None:
        """None: nobody waits for an answer from memory."""

    def shutdown(self, how: int) -> None:
        """There is no connection to shut down."""

    def close(self) -> None:
        """There is no connection to close."""


def _request(sent: bytes, connection: Any) -> Request:
    """The request that was written to `connection`, under the URL that it would have gone to."""
    head, _, body = sent.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target = first.split(" ")[:2]
    headers = Headers(tuple((name, value.strip()) for name, _, value in (line.partition(":") for line in lines)))
    if "chunked" in headers.get("transfer-encoding").lower():
        body = b"".join(_chunks(body))
    return Request(method.upper(), _url(connection, target), headers, body)


def _url(connection: Any, target: str) -> str:
    if target.lower().startswith(("http://", "https://")):
        return target  # a proxy was asked to fetch it
    scheme = "https" if _is_https(connection) else "http"
    host, port = connection.host, connection.port
    if getattr(connection, "_tunnel_host", None):
        host, port = connection._tunnel_host, connection._tunnel_port
    return absolute_url(scheme, host, port, target)


def _is_https(connection: Any) -> bool:
    """By its class's default port, which its port need not be."""
    return bool(getattr(connection, "default_port", 80) == 443)


def _chunks(body: bytes) -> Iterator[bytes]:
    """The chunks that http.client wrote: it gives them neither extensions nor trailers."""
    at = 0
    while size := int(body[at : (end := body.index(b"\r\n", at))], 16):
        yield body[end + 2 : end + 2 + size]
        at = end + 2 + size + 2
