"""Headers that bind a body byte for byte: those that anybody can compute, and those that take a key."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable
from functools import cache
from typing import Final

from pactproof.interaction import Headers

CHECKSUM_HEADERS: Final = re.compile(
    r"content-md5|digest|content-digest|repr-digest|x-amz-checksum-(?!type|algorithm|mode).+|x-amz-crc32"
    r"|x-amz-content-sha256|x-goog-hash|x-hub-signature.*|.+-signature(?:-.*)?|signature|x-.*-hmac(?:-.*)?"
)
_KEYED: Final = re.compile(r"x-hub-signature.*|.+-signature(?:-.*)?|signature|x-.*-hmac(?:-.*)?")


def has_checksum(headers: Headers) -> bool:
    """Does a header bind the body byte for byte?"""
    return any(CHECKSUM_HEADERS.fullmatch(name.lower()) for name, _ in headers.items)


def keyed_checksum(headers: Headers) -> str | None:
    """The name of a header that signs the body with a key which is not ours."""
    return next((name for name, _ in headers.items if _KEYED.fullmatch(name.lower())), None)


def with_new_checksums(headers: Headers, body: bytes) -> Headers:
    """The headers with each checksum computed anew over `body`; one that cannot be computed is left out."""
    kept = []
    for name, value in headers.items:
        if CHECKSUM_HEADERS.fullmatch(name.lower()):
            computed = _computed(name.lower(), value, body)
            if computed is None:
                continue
            value = computed
        kept.append((name, value))
    return Headers(tuple(kept))


def _computed(name: str, value: str, body: bytes) -> str | None:
    if name == "content-md5":
        return _base64(_hash("md5", body))
    if name == "x-amz-content-sha256":
        return hashlib.sha256(body).hexdigest() if re.fullmatch("[0-9a-f]{64}", value) else value
    if name == "x-amz-crc32":
        return str(binascii.crc32(body))
    if name == "digest":
        return _each(value, r"(?P<name>[A-Za-z0-9-]+)=(?P<value>[A-Za-z0-9+/=]+)", body, "{}={}")
    if name in ("content-digest", "repr-digest"):
        return _each(value, r"(?P<name>[A-Za-z0-9-]+)=:(?P<value>[A-Za-z0-9+/=]+):", body, "{}=:{}:")
    if name == "x-goog-hash":
        return _each(value, r"(?P<name>[a-z0-9]+)=(?P<value>[A-Za-z0-9+/=]+)", body, "{}={}")
    if re.search(r"-[0-9]+\Z", value):
        return None  # made of the parts of an upload
    compute = ALGORITHMS.get(name.removeprefix("x-amz-checksum-"))
    return _base64(compute(body)) if compute else None


def _each(value: str, pattern: str, body: bytes, form: str) -> str | None:
    made = []
    for found in re.finditer(pattern, value):
        compute = ALGORITHMS.get(found["name"].lower())
        if compute is not None:
            made.append(form.format(found["name"], _base64(compute(body))))
    return ", ".join(made) or None


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


def _hash(name: str, body: bytes) -> bytes:
    return hashlib.new(name, body, usedforsecurity=False).digest()


@cache
def _table(polynomial: int) -> tuple[int, ...]:
    table = []
    for value in range(256):
        for _ in range(8):
            value = value >> 1 ^ polynomial if value & 1 else value >> 1
        table.append(value)
    return tuple(table)


def _crc(polynomial: int, bits: int, body: bytes) -> bytes:
    """A reflected CRC with all bits set at its start and turned at its end."""
    table, mask = _table(polynomial), (1 << bits) - 1
    value = mask
    for byte in body:
        value = table[(value ^ byte) & 0xFF] ^ value >> 8
    return (value ^ mask).to_bytes(bits // 8, "big")


ALGORITHMS: Final[dict[str, Callable[[bytes], bytes]]] = {
    "md5": lambda body: _hash("md5", body),
    "sha": lambda body: _hash("sha1", body),
    "sha1": lambda body: _hash("sha1", body),
    "sha-256": lambda body: _hash("sha256", body),
    "sha256": lambda body: _hash("sha256", body),
    "sha-512": lambda body: _hash("sha512", body),
    "crc32": lambda body: binascii.crc32(body).to_bytes(4, "big"),
    "crc32c": lambda body: _crc(0x82F63B78, 32, body),
    "crc64nvme": lambda body: _crc(0x9A6C9329AC4BC9B5, 64, body),
}
"""Unkeyed checksums by the names that headers give them. Sources: RFC 3230, RFC 9530, S3 on object integrity."""
