"""The network, closed at socket level: an audit hook that no other plugin can undo.

Source: the audit events table of the Python documentation; `socket.connect` is raised by every way to connect.
"""

from __future__ import annotations

import _socket
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from pactproof.errors import NetworkClosedError
from pactproof.transport.active import is_let_through

_WATCHED = frozenset(
    {"socket.connect", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo", "socket.gethostbyname"}
)

_refused: Callable[[NetworkClosedError], None] | None = None
_open_ports: frozenset[int] = frozenset()
_is_installed = False


@contextmanager
def closed_network(note: Callable[[NetworkClosedError], None], open_ports: frozenset[int]) -> Iterator[None]:
    """Refuse every connection to anywhere, in all threads, but to `open_ports` of this machine.

    note: is told of each refusal, so that a consumer that swallows the error cannot hide it
    """
    global _refused, _open_ports
    _install()
    _refused, _open_ports = note, open_ports
    try:
        with _own_ports_reachable(open_ports):
            yield
    finally:
        _refused, _open_ports = None, frozenset()


def _install() -> None:
    global _is_installed
    if not _is_installed:
        sys.addaudithook(_audit)
        _is_installed = True


def _audit(event: str, args: tuple[Any, ...]) -> None:
    if _refused is None or event not in _WATCHED or is_let_through():
        return
    where = _address(event, args)
    if where is None or _is_open(where):
        return
    host, port = where
    target = f"{host}:{port}" if port else str(host)
    error = NetworkClosedError(
        f"a connection to {target} was refused: contracts run offline",
        fix="send the request to provider.url with requests, httpx, urllib3 or boto3, or record it",
    )
    _refused(error)
    raise error


def _address(event: str, args: tuple[Any, ...]) -> tuple[Any, Any] | None:
    """Host and port that `event` reaches for; None for sockets that cannot leave the machine."""
    if event.startswith("socket.get"):
        return (args[0], args[1] if len(args) > 1 else None)
    connection, address = args[0], args[1]
    if connection.family not in (socket.AF_INET, socket.AF_INET6) or not isinstance(address, tuple):
        return None
    return address[0], address[1]


def _is_open(where: tuple[Any, Any]) -> bool:
    host, port = where
    if host is None:
        return True  # a server asks for an address to bind
    name = host.decode() if isinstance(host, bytes) else str(host)
    if name not in ("127.0.0.1", "localhost", "::1"):
        return False
    return port in _open_ports or str(port) in {str(open_port) for open_port in _open_ports}


@contextmanager
def _own_ports_reachable(ports: frozenset[int]) -> Iterator[None]:
    """Past plugins that block `socket.socket.connect` for this machine too, such as pytest-recording."""
    blocked = socket.socket.connect
    plain = _socket.socket.connect
    if blocked is plain:
        yield
        return

    def connect(self: socket.socket, address: Any) -> None:
        is_own = isinstance(address, tuple) and address[0] == "127.0.0.1" and address[1] in ports
        return plain(self, address) if is_own or is_let_through() else blocked(self, address)

    socket.socket.connect = connect  # type: ignore[method-assign,assignment]  # put back below
    try:
        yield
    finally:
        if socket.socket.connect is connect:
            socket.socket.connect = blocked  # type: ignore[method-assign]  # as it was found
