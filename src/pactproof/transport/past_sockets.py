"""Clients that bring sockets of their own, which Python's audit events do not tell of: refused by name while offline.

They are not answered. pycurl is asked before a transfer (tornado's curl client uses it), gRPC at each call of a stub,
uvloop at each connection and each name that it looks up. Objects of pycurl that were imported or made before the hooks
were installed are reached as far as they are given to a `CurlMulti` made later.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

from pactproof.transport.addresses import port_of
from pactproof.transport.network import check_looked_up, check_reached


def install(module: ModuleType) -> None:
    _INSTALLS[module.__name__](module)


# --- pycurl ------------------------------------------------------------------------------------------------------


def _install_pycurl(module: Any) -> None:
    real = module.__dict__  # of the module itself also where pytest-recording has put an object in its place
    curl: Any = real["Curl"]
    curl_multi: Any = real["CurlMulti"]

    class Curl(curl):  # type: ignore[misc]  # pycurl has no types
        def perform(self) -> Any:
            _check_transfer(module, self)
            return super().perform()

        def perform_rb(self) -> Any:
            _check_transfer(module, self)
            return super().perform_rb()

        def perform_rs(self) -> Any:
            _check_transfer(module, self)
            return super().perform_rs()

    class CurlMulti(curl_multi):  # type: ignore[misc]  # pycurl has no types
        def add_handle(self, handle: Any) -> Any:
            _check_transfer(module, handle)
            return super().add_handle(handle)

    real["Curl"], real["CurlMulti"] = Curl, CurlMulti
    if module.Curl is not Curl:
        _ask_in_stand_in(module, module.Curl)


def _ask_in_stand_in(module: Any, curl: Any) -> None:
    """pytest-recording's own Curl passes all on to a handle that was made by pycurl as it was before."""
    original = curl.__getattribute__

    def asking(self: Any, name: str) -> Any:
        if name.startswith("perform"):
            _check_transfer(module, original(self, "handle"))
        return original(self, name)

    curl.__getattribute__ = asking


def _check_transfer(module: Any, handle: Any) -> None:
    url = handle.getinfo(module.EFFECTIVE_URL)
    if not url:
        return  # tornado adds such a handle, which goes nowhere
    url = url if "://" in url else f"http://{url}"  # curl takes "example.test/a" as well
    check_reached(urlsplit(url).hostname or "", port_of(url), by="pycurl")


# --- gRPC --------------------------------------------------------------------------------------------------------


def _install_grpc(module: ModuleType) -> None:
    """Of both modules with channels, the sync and the async one: each kind of call that a stub is made of."""
    calls = [one for name, one in vars(module).items() if isinstance(one, type) and name.endswith("MultiCallable")]
    for one in calls:
        for name in {"__call__", "with_call", "future"}.intersection(vars(one)):
            setattr(one, name, _checking_target(vars(one)[name]))


def _checking_target(original: Callable[..., Any]) -> Callable[..., Any]:
    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        target = self._target if hasattr(self, "_target") else self._channel.target
        named = target.decode() if isinstance(target, bytes) else str(target)
        if not named.startswith("unix"):
            host, _, port = _RESOLVER.sub("", named).rpartition(":")
            check_reached(host, int(port) if port.isdigit() else None, by="gRPC")
        return original(self, *args, **kwargs)

    return call


_RESOLVER = re.compile(r"^(dns:(//[^/]*/)?|ipv[46]:)")


# --- uvloop ------------------------------------------------------------------------------------------------------


def _install_uvloop(module: Any) -> None:
    base = module.Loop
    connect, lookup, datagrams = base.create_connection, base.getaddrinfo, base.create_datagram_endpoint

    async def create_connection(self: Any, factory: Any, host: Any = None, port: Any = None, **kwargs: Any) -> Any:
        if host is not None:
            check_reached(host, port, by="uvloop")
        return await connect(self, factory, host, port, **kwargs)

    async def getaddrinfo(self: Any, host: Any, port: Any, **kwargs: Any) -> Any:
        check_looked_up(host, port, by="uvloop")
        return await lookup(self, host, port, **kwargs)

    async def create_datagram_endpoint(
        self: Any, factory: Any, local_addr: Any = None, remote_addr: Any = None, **kwargs: Any
    ) -> Any:
        if isinstance(remote_addr, tuple):
            check_reached(*remote_addr[:2], by="uvloop")
        return await datagrams(self, factory, local_addr, remote_addr, **kwargs)

    base.create_connection, base.getaddrinfo = create_connection, getaddrinfo
    base.create_datagram_endpoint = create_datagram_endpoint


_INSTALLS: dict[str, Callable[[Any], None]] = {
    "pycurl": _install_pycurl,
    "grpc._channel": _install_grpc,
    "grpc.aio._channel": _install_grpc,
    "uvloop": _install_uvloop,
}
