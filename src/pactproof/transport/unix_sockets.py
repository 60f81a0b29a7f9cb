"""Connections to a socket on this machine's disk, such as Docker's: they never leave it, and are left alone.

Their requests name a host all the same, "http://localhost/", which is not who answers them.
"""

from __future__ import annotations

from typing import Any


def connects_by_path(connection_class: type[Any]) -> bool:
    """Whether a class of http.client connections opens a unix socket: `connect` of it, or of a parent, says AF_UNIX.

    There is no common name or attribute: docker, requests-unixsocket and supervisor each bring a class of their own.
    """
    codes = (getattr(vars(one).get("connect"), "__code__", None) for one in connection_class.__mro__)
    return any(code is not None and "AF_UNIX" in code.co_names for code in codes)
