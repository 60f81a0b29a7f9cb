"""Where a request goes: one spelling for every client, and whether it stays on this machine."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from pactproof.errors import GuardRailError

DEFAULT_PORTS = {"http": 80, "https": 443}


def absolute_url(scheme: str, host: str, port: int | None, target: str) -> str:
    """The URL of `target`, "/search?q=a%20b" as it would go over the wire: IPv6 in brackets, no default port."""
    return f"{scheme}://{address(host, port if port != DEFAULT_PORTS.get(scheme) else None)}{target}"


def address(host: str, port: int | None) -> str:
    """Host and port as people write them: "db.test:5432", "[fd00::1]:80"."""
    shown = f"[{host}]" if ":" in host and not host.startswith("[") else host
    return f"{shown}:{port}" if port else shown


def port_of(url: str) -> int | None:
    """The port that a request to `url` goes to, be it said or not."""
    parts = urlsplit(url)
    return parts.port or DEFAULT_PORTS.get(parts.scheme.lower())


def origin(url: str) -> str:
    """Scheme, host and port of `url`, lower case, without user, password or a default port."""
    parts = urlsplit(url)
    return absolute_url(parts.scheme.lower(), (parts.hostname or "").lower(), parts.port, "")


def is_loopback_host(host: str) -> bool:
    """Whether `host` is this machine by its name alone: 127.0.0.0/8, ::1, localhost and the names below it."""
    name = host.strip("[]").rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def is_loopback(url: str) -> bool:
    return is_loopback_host(urlsplit(url).hostname or "")


def check_may_leave(method: str, url: str, may_leave: bool, opt_in: str) -> None:
    """Called before a request goes out. Raises GuardRailError where it would leave this machine without leave.

    opt_in: how to allow it
    """
    if not may_leave and not is_loopback(url):
        raise GuardRailError(f"{method} {origin(url)} was refused before it left", fix=opt_in)
