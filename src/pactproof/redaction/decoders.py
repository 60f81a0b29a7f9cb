"""Readings of a text: percent-encoding, the escapes of JSON, HTML's entities and base64 taken off, with the way back.

A reading puts the encoded parts of a text together and knows where each character came from, so that what is found in
it is replaced in the text alone, and everything around it stays as it is spelled.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import html
import json
import re
import zlib
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Final
from urllib.parse import quote, quote_plus

MAX_PLAIN_BYTES: Final = 100 * 1024 * 1024  # of a packed body once it is unpacked
BREAK: Final = "\x00\n"
"""Stands between two parts of a reading, so that nothing is found across them."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """One way to spell characters.

    mark:   what every text spelled so holds
    region: a part of a text that is spelled so, whole
    unit:   one or more encoded characters
    read:   what a unit stands for
    encode: spells a text so
    """

    mark: str
    region: re.Pattern[str]
    unit: re.Pattern[str]
    read: Callable[[str], str]
    encode: Callable[[str], str]

    def decoded(self, text: str) -> str:
        return self.unit.sub(lambda found: self.read(found.group()), text)

    def places(self, text: str) -> list[int]:
        """For each character of `decoded(text)` where it starts in `text`, and where the text ends."""
        places: list[int] = []
        done = 0
        for found in self.unit.finditer(text):
            places += range(done, found.start())
            places += self._inside(found)
            done = found.end()
        return [*places, *range(done, len(text) + 1)]

    def _inside(self, found: re.Match[str]) -> Iterator[int]:
        plain, at = self.read(found.group()), found.start()
        if len(plain) == 1 or found.group()[0] != "%":
            yield from [at] * len(plain)
            return
        is_utf8 = 3 * len(plain.encode("utf-8", "surrogatepass")) == found.end() - at
        for char in plain:
            yield at
            at += 3 * (len(char.encode("utf-8", "surrogatepass")) if is_utf8 else 1)


@dataclass(frozen=True, slots=True)
class Reading:
    """The encoded parts of a text, decoded and put together."""

    text: str
    encoding: Encoding
    source: str
    starts: list[int]  # where each part starts in `text`
    regions: list[tuple[int, int]]  # where it stands in `source`

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """Where `text[start:end]` stands in the source."""
        index = bisect_right(self.starts, start) - 1
        low, high = self.regions[index]
        places = self.encoding.places(self.source[low:high])
        offset = self.starts[index]
        last = min(end - offset, len(places) - 1)
        return low + places[start - offset], low + places[last]


def _percent(run: str) -> str:
    raw = bytes.fromhex(run.replace("%", ""))
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


_SHORT: Final = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}


def _escape(run: str) -> str:
    if run[1] != "u" or len(run) < 6:
        return _SHORT.get(run[1], run[1]) if run[1] != "x" else chr(int(run[2:], 16))
    units = "".join(run[at : at + 4] for at in range(2, len(run), 6))
    return bytes.fromhex(units).decode("utf-16-be", "surrogatepass")


_ESCAPES: Final = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\(?:u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|[\"'\\/bfnrt])"
)
_ENTITY: Final = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,8});")
_PERCENT_RUN: Final = r"(?<![^\s\"'<>\\])[^\s\"'<>\\%]*%[0-9a-fA-F]{2}[^\s\"'<>\\]*"

_JSON: Final = Encoding(
    "\\",
    re.compile(r'(?<=")(?=[^"\\]*\\)[^"\\]*(?:\\.[^"\\]*)*(?=")', re.DOTALL),
    _ESCAPES,
    _escape,
    lambda text: json.dumps(text)[1:-1],
)
_LINES: Final = replace(_JSON, region=re.compile(r"(?<![^\n])[^\n\\]*\\[^\n]*"))
_PERCENT: Final = Encoding(
    "%", re.compile(_PERCENT_RUN), re.compile(r"(?:%[0-9a-fA-F]{2})+"), _percent, partial(quote, safe="")
)
_HTML: Final = Encoding(
    "&", re.compile(r"(?<![^<>\n])[^<>\n&]*&(?:#|[A-Za-z])[^<>\n]*"), _ENTITY, html.unescape, html.escape
)
_FORM: Final = Encoding(
    "%",
    re.compile(r"(?<![^\s\"'<>\\])[^\s\"'<>\\%+]*(?:%[0-9a-fA-F]{2}|\+)[^\s\"'<>\\]*"),
    re.compile(r"(?:%[0-9a-fA-F]{2})+|\+"),
    lambda run: " " if run == "+" else _percent(run),
    quote_plus,
)


def readings(text: str, *, with_blanks: bool = False) -> Iterator[Reading]:
    """Each way in which a part of the text can be read once more."""
    if "\\" in text and _ESCAPES.search(text):
        yield from _reading(text, _JSON if text.lstrip()[:1] in ("{", "[", '"') else _LINES)
    if "%" in text:
        yield from _reading(text, _PERCENT)
    if "&" in text and _ENTITY.search(text):
        yield from _reading(text, _HTML)
    if with_blanks and "+" in text:
        yield from _reading(text, _FORM)


def _reading(text: str, encoding: Encoding) -> Iterator[Reading]:
    pieces: list[str] = []
    starts: list[int] = []
    regions: list[tuple[int, int]] = []
    length = 0
    for found in encoding.region.finditer(text):
        plain = encoding.decoded(found.group())
        if plain == found.group():
            continue
        starts.append(length)
        regions.append(found.span())
        pieces.append(plain)
        length += len(plain) + len(BREAK)
    if pieces:
        yield Reading(BREAK.join(pieces), encoding, text, starts, regions)


# ---- base64

_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Base64:
    """A run of base64 that says something. `pack` spells another text as this one is spelled."""

    start: int
    end: int
    text: str
    run: str
    is_gzip: bool = False

    def pack(self, text: str) -> str:
        raw = text.encode("utf-8", "surrogateescape")
        raw = gzip.compress(raw, mtime=0) if self.is_gzip else raw
        encoded = base64.b64encode(raw).decode("ascii")
        if "-" in self.run or "_" in self.run:
            encoded = encoded.replace("+", "-").replace("/", "_")
        bare = self.run.rstrip("=")
        if bare == self.run and len("".join(bare.split())) % 4:
            encoded = encoded.rstrip("=")
        lines = self.run.splitlines()
        if len(lines) == 1:
            return encoded
        width, end = len(lines[0]), "\r\n" if "\r\n" in self.run else "\n"
        return end.join(encoded[at : at + width] for at in range(0, len(encoded), width))


def base64_runs(text: str, min_chars: int) -> Iterator[Base64]:
    """The runs of base64 in a text that decode to text."""
    run = re.compile(
        rf"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{{{min_chars},}}(?:\r?\n[A-Za-z0-9+/]{{4,}}(?![A-Za-z0-9+/_:=-]*[:]))*={{0,2}}"
    )
    for found in run.finditer(text):
        yield from _of_run(found.group(), found.start())


def _of_run(run: str, start: int) -> Iterator[Base64]:
    if (plain := plain_base64(run)) is not None:
        yield Base64(start, start + len(run), plain[0], run, plain[1])
        return
    if "/" in run:  # a path: each segment by itself
        for part in re.finditer(r"[^/\n]{12,}", run):
            if (plain := plain_base64(part.group())) is not None:
                yield Base64(start + part.start(), start + part.end(), plain[0], part.group(), plain[1])


def plain_base64(run: str) -> tuple[str, bool] | None:
    """What base64 says, and whether it was packed; None where it says nothing that is text."""
    raw = decoded_base64(run)
    is_gzip = raw.startswith(b"\x1f\x8b")
    if is_gzip:
        raw = unpacked(raw, "gzip")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return None if _CONTROL.search(text) or len(text) < 3 else (text, is_gzip)


def decoded_base64(run: str) -> bytes:
    bare = "".join(run.split()).rstrip("=").replace("-", "+").replace("_", "/")
    bare = bare[: len(bare) - 1] if len(bare) % 4 == 1 else bare
    try:
        return binascii.a2b_base64(bare + "=" * (-len(bare) % 4))
    except binascii.Error:
        return b""


def base64_fragments(secret: str) -> set[str]:
    """What base64 shows of the secret at each of the three ways it can fall on groups of three bytes."""
    raw = secret.encode("utf-8", "surrogatepass")
    found = set()
    for offset in range(3):
        # The characters that mix with the neighbours' bits are left off at both ends.
        encoded = base64.b64encode(b"\0" * offset + raw).decode("ascii").rstrip("=")
        inner = encoded[(0, 2, 3)[offset] : len(encoded) - (1 if (offset + len(raw)) % 3 else 0)]
        found |= {inner, inner.replace("+", "-").replace("/", "_")}
    return {fragment for fragment in found if len(fragment) >= 4}


def unpacked(body: bytes, encoding: str) -> bytes:
    """`body` without its content encoding, where that is gzip or deflate and holds; else as it is."""
    window = {"gzip": 31, "x-gzip": 31, "deflate": 15}.get(encoding.strip().lower())
    if window is None or not body:
        return body
    for bits in (window, -15):  # some servers send "deflate" without the zlib wrapper
        unpacker = zlib.decompressobj(bits)
        try:
            plain = unpacker.decompress(body, MAX_PLAIN_BYTES)
        except zlib.error:
            continue
        if unpacker.eof:
            return plain
    return body
