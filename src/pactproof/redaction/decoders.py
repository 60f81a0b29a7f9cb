"""Readings of a text: percent-encoding, the escapes of JSON, HTML's entities and base64 taken off, with the way back.

A reading puts the encoded parts of a text together and knows where each character came from, so that what is found in
it is replaced in the text alone, and everything around it stays as it is spelled.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import gzip
import html
import json
import re
import zlib
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final
from urllib.parse import quote, quote_plus

MAX_PLAIN_BYTES: Final = 100 * 1024 * 1024  # of a packed body once it is unpacked
BREAK: Final = "\x00\n"
"""Stands between two parts of a reading, so that nothing is found across them."""


Regions = Callable[[str], Iterator[tuple[int, int]]]


@dataclass(frozen=True, slots=True)
class Encoding:
    """One way to spell characters.

    regions: where the parts of a text stand that are spelled so, whole
    unit:    one or more encoded characters
    read:    what a unit stands for
    encode:  spells a text so
    """

    regions: Regions
    unit: re.Pattern[str]
    read: Callable[[str], str]
    encode: Callable[[str], str]

    def decoded(self, text: str) -> str:
        return self.unit.sub(lambda found: self.read(found.group()), text)

    def places(self, text: str) -> array[int]:
        """For each character of `decoded(text)` where it starts in `text`, and where the text ends."""
        places, done = array("L"), 0
        for found in self.unit.finditer(text):
            places.extend(range(done, found.start()))
            places.extend(self._inside(found))
            done = found.end()
        places.extend(range(done, len(text) + 1))
        return places

    def _inside(self, found: re.Match[str]) -> Iterator[int]:
        plain, at = self.read(found.group()), found.start()
        if len(plain) == 1 or found.group()[0] != "%":
            yield from [at] * len(plain)
            return
        is_utf8 = 3 * len(plain.encode("utf-8", "surrogatepass")) == found.end() - at
        for char in plain:
            yield at
            at += 3 * (len(char.encode("utf-8", "surrogatepass")) if is_utf8 else 1)


@dataclass(slots=True)
class Reading:
    """The encoded parts of a text, decoded and put together.

    starts:  where each part starts in `text`
    regions: where it stands in `source`
    """

    text: str
    encoding: Encoding
    source: str
    starts: list[int]
    regions: list[tuple[int, int]]
    _at_hand: int = -1  # the region that `_places` is of: hits come in order
    _places: array[int] = field(default_factory=lambda: array("L"))

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """Where `text[start:end]` stands in the source."""
        index = bisect_right(self.starts, start) - 1
        low, high = self.regions[index]
        if index != self._at_hand:
            self._at_hand, self._places = index, self.encoding.places(self.source[low:high])
        offset = self.starts[index]
        last = min(end - offset, len(self._places) - 1)
        return low + self._places[start - offset], low + self._places[last]


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
_PERCENTS: Final = re.compile(r"(?:%[0-9a-fA-F]{2})+")
_FORM_UNIT: Final = re.compile(r"(?:%[0-9a-fA-F]{2})+|\+")
_REST_OF_STRING: Final = re.compile(r'[^"\\]*(?:\\.[^"\\]*)*', re.DOTALL)


def _json_strings(text: str) -> Iterator[tuple[int, int]]:
    """The strings of a JSON text that hold a backslash; the first may lack its beginning, the last its end."""
    done = 0
    while (at := text.find("\\", done)) >= 0:
        start = max(text.rfind('"', done, at) + 1, done)
        found = _REST_OF_STRING.match(text, start)
        end = found.end() if found else len(text)
        yield start, end
        done = end + 1


def _between(edges: str, unit: re.Pattern[str], mark: str, text: str) -> Iterator[tuple[int, int]]:
    """The parts between two of the edges that hold a unit; each unit begins with the mark."""
    edge, done = re.compile(f"[{re.escape(edges)}]"), 0
    at = text.find(mark)
    while at >= 0:
        if unit.match(text, at) is None:
            at = text.find(mark, at + 1)
            continue
        start = max(text.rfind(char, done, at) for char in edges) + 1
        found = edge.search(text, at)
        end = found.start() if found else len(text)
        yield max(start, done), end
        at, done = text.find(mark, end), end


def _form_regions(text: str) -> Iterator[tuple[int, int]]:
    """A plus sign is a blank in a form: each word with one; a long one only with an equals or percent sign too."""
    done = 0
    while (at := text.find("+", done)) >= 0:
        start = max(text.rfind(char, done, at) for char in _EDGES_OF_WORDS) + 1
        found = _WORD.match(text, max(start, done))
        done = found.end() if found else at + 1
        if found and (len(found.group()) < _SHORT_WORD or _OF_FORM.search(found.group())):
            yield found.span()


_SHORT_WORD: Final = 400  # a longer one with a plus sign may be base64
_OF_FORM: Final = re.compile(r"%[0-9a-fA-F]{2}|=[^=&]")
_WORD: Final = re.compile(r"[^\s\"'<>\\]+")
_EDGES_OF_WORDS: Final = " \t\n\r\v\f\"'<>\\"
_JSON: Final = Encoding(_json_strings, _ESCAPES, _escape, lambda text: json.dumps(text)[1:-1])
_LINES: Final = replace(_JSON, regions=partial(_between, "\n", _ESCAPES, "\\"))
_PERCENT: Final = Encoding(
    partial(_between, _EDGES_OF_WORDS, _PERCENTS, "%"), _PERCENTS, _percent, partial(quote, safe="")
)
_HTML: Final = Encoding(partial(_between, "<>\n", _ENTITY, "&"), _ENTITY, html.unescape, html.escape)
FORM: Final = Encoding(_form_regions, _FORM_UNIT, lambda run: " " if run == "+" else _percent(run), quote_plus)


_SPELLED_OUT: Final = re.compile(r"(?<!\\)\\u00(?:2[0bdefBDEF]|3[0-9]|4[1-9a-fA-F]|5[0-9aAfF]|6[1-9a-fA-F]|7[0-9aA])")
_LATIN_NAME: Final = re.compile(r"(?<!\\)\\u00[c-fC-F][0-9a-fA-F][^\"\\\s]{0,40}\\?\"\s*:")
_LATIN: Final = re.compile(_SPELLED_OUT.pattern + r"|(?<!\\)\\u00[c-fC-F][0-9a-fA-F]")
_LETTERS: Final = replace(_JSON, regions=lambda text: iter([(0, len(text))]), unit=_LATIN)
"""Letters and digits as escapes, anywhere: names and values stay together."""


def readings(text: str, *, with_blanks: bool = False) -> Iterator[Reading]:
    """Each way in which a part of the text can be read once more."""
    if "\\" in text:
        yield from _reading(text, _JSON if text.lstrip()[:1] in ("{", "[", '"') else _LINES)
        if "\\u00" in text and (_SPELLED_OUT.search(text) or _LATIN_NAME.search(text)):
            yield from _reading(text, _LETTERS)
    if "%" in text:
        yield from _reading(text, _PERCENT)
    if "&" in text:
        yield from _reading(text, _HTML)
    if with_blanks and "+" in text:
        yield from _reading(text, FORM)


def _reading(text: str, encoding: Encoding) -> Iterator[Reading]:
    pieces: list[str] = []
    starts: list[int] = []
    regions: list[tuple[int, int]] = []
    length = 0
    for start, end in encoding.regions(text):
        region = text[start:end]
        plain = encoding.decoded(region)
        if plain == region:
            continue
        starts.append(length)
        regions.append((start, end))
        pieces.append(plain)
        length += len(plain) + len(BREAK)
    if pieces:
        yield Reading(BREAK.join(pieces), encoding, text, starts, regions)


# ---- base64

_OF_BASE64: Final = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_-")
_RUNS: Final = bytes(0x61 if code in _OF_BASE64 else 0x20 for code in range(256))
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
        rf"(?<![A-Za-z0-9+/_\\-])[A-Za-z0-9+/_-]{{{min_chars},}}+(?:\r?\n[A-Za-z0-9+/]{{4,}}+(?![_:=-]*:))*+={{0,2}}+"
        r"(?!\\[nr\"/])"  # else it goes on, or is read where the escapes are off
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


def cut_base64(text: str, min_chars: int, *, at_start: bool, at_end: bool) -> Iterator[str | None]:
    """What base64 says that is cut off where the text starts or ends; None where it is packed, and cannot be told.

    The cut is at a multiple of four characters, and may lie within a character of what is said.
    """
    bits = text.encode("latin-1", "replace").translate(_RUNS)
    first, last = bits.find(b" "), bits.rfind(b" ") + 1
    runs = {(0, len(text) if first < 0 else first)} if at_start else set()
    runs |= {(last, len(text))} if at_end else set()
    for start, end in runs:
        if end - start < min_chars:
            continue
        raw = decoded_base64(text[start:end])
        if raw.startswith(b"\x1f\x8b"):
            yield None
        elif (said := _said_in_part(raw)) is not None:
            yield said


def _said_in_part(raw: bytes) -> str | None:
    raw = raw[next((at for at in range(3) if raw[at : at + 1] and raw[at] & 0xC0 != 0x80), 3) :]
    try:
        said = codecs.getincrementaldecoder("utf-8")().decode(raw)
    except UnicodeDecodeError:
        return None
    return None if _CONTROL.search(said) else said


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
