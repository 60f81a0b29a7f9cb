"""The network, closed at socket level: an audit hook that no other plugin can undo.

It is asked at every connect, at every datagram sent to an address, and at every name that is looked up; addresses and
the names of this machine are looked up freely, since that asks nobody. Nothing is installed before the network is
closed for the first time, and an audit hook cannot be removed: while the network is open it stops only what a test that
ran offline left behind, its threads and its tasks.

Libraries that go past Python's socket module ask here by themselves, as far as `past_sockets` knows them. What stays
open, since Python tells nobody of it: other such libraries (libpq), sockets connected before (the hooks answer the HTTP
clients above their pools, so that their kept-alive connections lie idle; a raw socket can still send), and child
processes (`git` and the like are not refused).
Sockets of the AF_UNIX family never leave the machine and are not asked about.

Source: the audit events table of the Python documentation; `socket.connect` is raised by `connect_ex` as well.
"""

from __future__ import annotations

import _socket
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

from pactproof.errors import NetworkClosedError
from pactproof.transport.active import END_IT, LEFT_OVER, is_let_through
from pactproof.transport.addresses import address, is_loopback_host
from pactproof.transport.outliving import install as watch_threads
from pactproof.transport.outliving import is_left_over, offline

_REACHING = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
_LOOKING_UP = frozenset({"socket.getaddrinfo", "socket.gethostbyname"})


@dataclass(frozen=True, slots=True)
class _Closed:
    note: Callable[[NetworkClosedError], None]
    open_ports: frozenset[int]
    why: str
    fix: str


_ASKED = _REACHING | _LOOKING_UP
_LEFT_OVER = _Closed(lambda error: None, frozenset(), LEFT_OVER, END_IT)
_closed: _Closed | None = None
_is_installed = False


@contextmanager
def closed_network(
    note: Callable[[NetworkClosedError], None],
    open_ports: frozenset[int],
    *,
    why: str = "contracts run offline",
    fix: str = "send the request to provider.url with an HTTP client of Python, or record it",
) -> Iterator[None]:
    """Refuse every connection to anywhere, in all threads, but to `open_ports` of this machine.

    note:     is told of each refusal, so that a consumer that swallows the error cannot hide it
    why, fix: for the message
    """
    global _closed
    _install()
    before, _closed = _closed, _Closed(note, open_ports, why, fix)
    try:
        with _this_guard_alone(), offline():
            yield
    finally:
        _closed = before


def _install() -> None:
    global _is_installed
    if not _is_installed:
        sys.addaudithook(_audit)
        watch_threads()
        _is_installed = True


def _audit(event: str, args: tuple[Any, ...]) -> None:
    if event not in _ASKED:
        return
    closed = _in_force()
    if closed is None:
        return
    target = _reached(args, closed.open_ports) if event in _REACHING else _looked_up(args)
    if target and not is_let_through():
        error = NetworkClosedError(f"a connection to {target} was refused: {closed.why}", fix=closed.fix)
        closed.note(error)
        if event == "socket.connect":
            args[0].close()  # clients do so for an OSError alone, and a leaked socket warns in a later test
        raise error


def check_reached(host: Any, port: Any, *, by: str) -> None:
    """For a library that Python tells nothing of. Raises NetworkClosedError where a connection may not be made.

    by: its name, for the message
    """
    closed = _in_force()
    if closed is not None and not (port in closed.open_ports and is_loopback_host(_text(host))):
        _refuse(address(_text(host), port), by, closed)


def check_looked_up(host: Any, port: Any, *, by: str) -> None:
    """For a library that Python tells nothing of. Raises NetworkClosedError where a name server would be asked."""
    closed, name = _in_force(), _looked_up((host, port))
    if closed is not None and name:
        _refuse(name, by, closed)


def _refuse(target: str, by: str, closed: _Closed) -> None:
    if is_let_through():
        return
    what = f"a connection to {target} by {by} was refused: {closed.why}"
    error = NetworkClosedError(what, fix=f"{by} cannot be answered: leave it out, or use an HTTP client of Python")
    closed.note(error)
    raise error


def _in_force() -> _Closed | None:
    return _closed or (_LEFT_OVER if is_left_over() else None)


def _reached(args: tuple[Any, ...], open_ports: frozenset[int]) -> str:
    """The address that a socket reaches for, as people write it; "" where that is allowed."""
    connection, target = args[0], args[1]
    if connection.family not in (socket.AF_INET, socket.AF_INET6):
        return ""
    if not isinstance(target, tuple) or len(target) < 2:
        return ""  # connected before, or no address at all: Python refuses that itself
    host, port = _text(target[0]), target[1]
    return "" if port in open_ports and is_loopback_host(host) else address(host, port)


def _looked_up(args: tuple[Any, ...]) -> str:
    """The name that is looked up; "" where no name server has to be asked."""
    host = _text(args[0])
    if not host or is_loopback_host(host) or _is_address(host):
        return ""
    port = args[1] if len(args) > 1 else None
    return f"{host}:{_text(port)}" if port else host


def _text(value: Any) -> str:
    return bytes(value).decode("latin-1") if isinstance(value, bytes | bytearray) else str(value or "")


def _is_address(host: str) -> bool:
    try:
        ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


@contextmanager
def _this_guard_alone() -> Iterator[None]:
    """In place of plugins that block `socket.socket.connect`, such as pytest-recording.

    They refuse this machine's own ports too, and what they refuse first would never be noted here.
    """
    names = [name for name in ("connect", "connect_ex") if getattr(socket.socket, name) is not _PLAIN[name]]
    blocked = {name: getattr(socket.socket, name) for name in names}
    for name in names:
        setattr(socket.socket, name, _PLAIN[name])
    try:
        yield
    finally:
        for name in names:
            if getattr(socket.socket, name) is _PLAIN[name]:
                setattr(socket.socket, name, blocked[name])


_PLAIN: dict[str, Any] = {"connect": _socket.socket.connect, "connect_ex": _socket.socket.connect_ex}
