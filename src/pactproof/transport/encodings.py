"""Content encodings, taken off: gzip, deflate, and brotli and zstd where a library for it is installed."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from typing import Any

from pactproof.interaction import Headers, Request, Response


def decoded(response: Response) -> Response:
    """`response` without its content encodings. One that is not known here stays, with the header that names it.

    Raises ValueError where the body is not what the header says.
    """
    if not response.body:
        return response  # of a HEAD answer the headers are all there is
    body, encodings = _plain(response.body, response.headers)
    if body is response.body:
        return response
    headers = response.headers.without("content-encoding", "content-length")
    if encodings:
        headers = Headers((*headers.items, ("Content-Encoding", ", ".join(encodings))))
    return Response(response.status, headers, body, response.reason)


def plain_request(request: Request) -> Request:
    """`request` with its body unpacked, as it is promised and recorded. Headers stay, as does an unknown packing."""
    try:
        body, _ = _plain(request.body, request.headers)
    except ValueError:
        return request
    return request if body is request.body else replace(request, body=body)


def _plain(body: bytes, headers: Headers) -> tuple[bytes, list[str]]:
    """The unpacked body, and the encodings that are still to be taken off."""
    encodings = [name.strip().lower() for name in ",".join(headers.all("content-encoding")).split(",")]
    while body and encodings:
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
    return body, encodings


def _decoder(encoding: str) -> Callable[[bytes], bytes] | None:
    if encoding in ("gzip", "x-gzip"):
        return gzip.decompress
    if encoding == "deflate":
        return _inflated
    names, error = _LIBRARIES.get(encoding, ((), ""))
    return _of_library(names, error)


_LIBRARIES = {
    "br": (("brotli", "brotlicffi"), "error"),
    "zstd": (("compression.zstd", "backports.zstd"), "ZstdError"),
}
"""The libraries whose `decompress` takes an encoding off, and what they call their error."""


def _inflated(body: bytes) -> bytes:
    """Deflate as the standard means it, with zlib's header, and as some servers send it, without."""
    try:
        return zlib.decompress(body)
    except zlib.error:
        return zlib.decompress(body, -zlib.MAX_WBITS)


def _of_library(names: tuple[str, ...], error_name: str) -> Callable[[bytes], bytes] | None:
    for name in names:
        try:
            module: Any = import_module(name)
        except ImportError:
            continue

        def decode(body: bytes, module: Any = module) -> bytes:
            try:
                return bytes(module.decompress(body))
            except getattr(module, error_name) as error:
                raise OSError(str(error)) from error

        return decode
    return None
