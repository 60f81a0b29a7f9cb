"""Content encodings of an answer, taken off: gzip, deflate, and brotli where a library for it is installed."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable
from importlib import import_module
from typing import Any

from pactproof.interaction import Headers, Response


def decoded(response: Response) -> Response:
    """`response` without its content encodings. One that is not known here stays, with the header that names it.

    Raises ValueError where the body is not what the header says.
    """
    encodings = [name.strip().lower() for name in ",".join(response.headers.all("content-encoding")).split(",")]
    body = response.body
    if not body or not any(encodings):
        return response  # of a HEAD answer the headers are all there is
    while encodings:
        if encodings[-1] in ("", "identity"):
            encodings.pop()
            continue
        decode = _decoder(encodings[-1])
        if decode is None:
            break
        try:
            body = decode(body)
        except (OSError, EOFError, zlib.error) as error:
            raise ValueError(f"its body is no {encodings[-1]}: {error}") from error
        encodings.pop()
    if body is response.body:
        return response
    headers = response.headers.without("content-encoding", "content-length")
    if encodings:
        headers = Headers((*headers.items, ("Content-Encoding", ", ".join(encodings))))
    return Response(response.status, headers, body, response.reason)


def _decoder(encoding: str) -> Callable[[bytes], bytes] | None:
    if encoding in ("gzip", "x-gzip"):
        return gzip.decompress
    if encoding == "deflate":
        return _inflated
    return _brotli() if encoding == "br" else None


def _inflated(body: bytes) -> bytes:
    """Deflate as the standard means it, with zlib's header, and as some servers send it, without."""
    try:
        return zlib.decompress(body)
    except zlib.error:
        return zlib.decompress(body, -zlib.MAX_WBITS)


def _brotli() -> Callable[[bytes], bytes] | None:
    for name in ("brotli", "brotlicffi"):
        try:
            module: Any = import_module(name)
        except ImportError:
            continue

        def decode(body: bytes, module: Any = module) -> bytes:
            try:
                return bytes(module.decompress(body))
            except module.error as error:
                raise OSError(str(error)) from error

        return decode
    return None
