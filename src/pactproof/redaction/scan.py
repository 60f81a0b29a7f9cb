"""A second look at the finished file, by other means than the redactor's, that says rule and place, never the value.

The redactor follows the structure of what it rewrites. Here the text is read as it lies in the file, line by line, and
each line that is encoded is decoded as a whole and read again. What a secret looks like and what it is called, each of
the two says by tables and code of its own: what one forgets, the other may know.
"""

from __future__ import annotations

import base64
import html
import json
import re
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final
from urllib.parse import quote, quote_plus, unquote

from pactproof.redaction.decoders import base64_fragments, unpacked
from pactproof.redaction.hits import is_hidden
from pactproof.redaction.options import NO_CHOICES, Rules
from pactproof.redaction.scan_names import values_of
from pactproof.redaction.scan_words import NAME_PART, RUN, WordBook, Words, places_of, said_by, word_book
from pactproof.redaction.windows import windows

_MAX_ROUNDS: Final = 4
_MIN_CHARS: Final = 4


@dataclass(frozen=True, slots=True)
class Finding:
    """A secret seen in a text: by which rule and where, counted from 1. Never the value.

    column: 1 where the line had to be decoded first
    """

    rule: str
    line: int
    column: int = 1


@dataclass(frozen=True)
class _View:
    """Lines of the file as one text, with the number of each in the file; `starts` is where each begins in the text.

    words: what the words of the text may be
    """

    text: str
    words: Words
    starts: Sequence[int]
    numbers: Sequence[int]

    def place(self, offset: int) -> tuple[int, int]:
        return self.numbers[bisect_right(self.starts, offset) - 1], 1

    def is_binary(self, offset: int) -> bool:
        """Whether base64 of bytes stands there: it looks like anything, and is read once it is decoded."""
        return False


@dataclass(frozen=True)
class _WholeFile(_View):
    """The file as it is: its lines are numbered when a finding asks for its place."""

    @cached_property
    def _lines(self) -> _Lines:
        return _Lines(self.text)

    @cached_property
    def _blocks(self) -> list[tuple[int, int]]:
        return [block.span() for block in _BINARY.finditer(self.text)]

    def place(self, offset: int) -> tuple[int, int]:
        return self._lines.place(offset)

    def is_binary(self, offset: int) -> bool:
        return any(start <= offset < end for start, end in self._blocks)


class _Lines:
    """Counts the lines up to an offset, from the one asked for before: they are asked for nearly in order."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at, self._line, self._start = 0, 1, 0

    def place(self, offset: int) -> tuple[int, int]:
        if offset < self._at:
            self._at, self._line, self._start = 0, 1, 0
        last = self._text.rfind("\n", self._at, offset)
        if last >= 0:
            self._line += self._text.count("\n", self._at, last) + 1
            self._start = last + 1
        self._at = offset
        return self._line, offset - self._start + 1


def scan(text: str, secrets: Sequence[str] = (), rules: Rules = NO_CHOICES) -> list[Finding]:
    """What a finished file still carries, in file order: known secrets, token shapes, values under secrets' names."""
    needles = [needle for secret in secrets if len(secret) >= _MIN_CHARS for needle in _needles(secret)]
    findings: dict[tuple[str, int], Finding] = {}
    for view in _views(text, rules):
        for rule, offset in _seen(view, needles, rules):
            if rule != "known-secret" and view.is_binary(offset):
                continue
            line, column = view.place(offset)
            findings.setdefault((rule, line), Finding(rule, line, column))
    return sorted(findings.values(), key=lambda finding: (finding.line, finding.rule))


def scan_body(body: bytes, secrets: Sequence[str] = (), rules: Rules = NO_CHOICES) -> list[Finding]:
    """The same for a body in a file of its own, without columns; read in windows, so that it may be large."""
    found: set[tuple[int, str]] = set()
    lines = done = 0
    for start, end in windows(body):
        lines += body.count(b"\n", done, start)
        done = start
        seen = scan(body[start:end].decode("utf-8", "replace"), secrets, rules)
        found.update((lines + one.line, one.rule) for one in seen)
    return [Finding(rule, line) for line, rule in sorted(found)]


def _seen(view: _View, needles: Sequence[str], rules: Rules) -> Iterator[tuple[str, int]]:
    text = view.text
    for needle in needles:
        at = text.find(needle)
        while at >= 0:
            yield "known-secret", at
            at = text.find(needle, at + 1)
    for rule in view.words.rules.values():
        for found in rule.pattern.finditer(text):
            secret = found["secret"] if "secret" in rule.pattern.groupindex else found.group()
            if rule.holds(secret) and not is_hidden(secret):
                yield rule.id, found.start()
    if "secret-name" not in rules.off:
        yield from _named(text, view.words.names)
    if rules.own_names is not None:
        yield from rules.own_names.left_in(text)


def _named(text: str, names: set[str]) -> Iterator[tuple[str, int]]:
    for name, at in places_of(names, text, NAME_PART):
        for value in values_of(text, name, at):
            yield "secret-name", value


def _needles(secret: str) -> set[str]:
    """The spellings that are looked for: whole encodings, unlike the redactor's character by character."""
    raw = secret.encode("utf-8", "surrogatepass")
    found = {secret, json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1], html.escape(secret)}
    found |= {quote(raw, safe=""), quote(raw), quote_plus(raw), raw.hex(), raw.hex().upper(), secret.replace("'", "''")}
    return {needle for needle in found | base64_fragments(secret) if len(needle) >= _MIN_CHARS}


_BINARY: Final = re.compile(r"!!binary \|\n((?: +[A-Za-z0-9+/=]+\n)+)")
_ESCAPE: Final = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|([\"\\/])|([nrt]))")


def _views(text: str, rules: Rules) -> Iterator[_View]:
    """The file as it is, then its encoded lines decoded, again and again, then what its base64 says."""
    book = word_book(rules)
    whole = _WholeFile(text, book.of(text), (), ())
    yield whole
    rounds: list[_View] = [whole]
    for _ in range(_MAX_ROUNDS):
        decoded: list[_View] = []
        for view in rounds:
            for mark, decode in _DECODED_BY.items():
                decoded += _decoded(view, mark, decode, book)
            decoded += _said(view, book)
        yield from decoded
        if not (rounds := decoded):
            return


def _decoded(view: _View, mark: str, decode: Callable[[str], str], book: WordBook) -> Iterator[_View]:
    lines = []
    for line, offset in _lines_with(view.text, mark):
        plain = decode(line)
        if plain != line:
            lines.append((plain, offset))
    return _view_of(lines, view, book)


def _view_of(lines: Sequence[tuple[str, int]], source: _View, book: WordBook) -> Iterator[_View]:
    """Lines with where each came from in the source, as one text."""
    if lines:
        starts, length = array("L"), 0
        for line, _ in lines:
            starts.append(length)
            length += len(line) + 1
        text = "\n".join(line.replace("\n", " ") for line, _ in lines)
        yield _View(text, book.of(text), starts, array("L", (source.place(offset)[0] for _, offset in lines)))


def _lines_with(text: str, mark: str) -> Iterator[tuple[str, int]]:
    at = text.find(mark)
    while at >= 0:
        start = text.rfind("\n", 0, at) + 1
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        yield text[start:end], start
        at = text.find(mark, end)


def _said(view: _View, book: WordBook) -> Iterator[_View]:
    """What base64 in the text says, where it is text."""
    lines = []
    for raw, offset in sorted(_base64_of(view), key=lambda pair: pair[1]):
        plain = unpacked(raw, "gzip" if raw.startswith(b"\x1f\x8b") else "deflate")
        lines.append((_read(plain), offset))
    return _view_of(lines, view, book)


def _read(raw: bytes) -> str:
    """Bytes as text; UTF-16 is known by its mark, or by the zeros between the letters."""
    is_wide = raw.startswith((b"\xff\xfe", b"\xfe\xff")) or (raw[:40].count(0) > len(raw[:40]) // 3)
    return raw.replace(b"\0", b"").decode("latin-1") if is_wide else raw.decode("utf-8", "replace")


def _base64_of(view: _View) -> Iterator[tuple[bytes, int]]:
    blocks = list(_BINARY.finditer(view.text)) if isinstance(view, _WholeFile) else []
    for block in blocks:
        yield base64.b64decode("".join(block[1].split())), block.start()
    if blocks:
        return
    left = set(view.words.runs)
    for run, offset in places_of(view.words.runs, view.text, RUN):
        goes_on = view.text.startswith("\\", offset + len(run))  # then it is read where the lines are put together
        if run in left and not goes_on and (raw := said_by(run)) is not None:
            left.remove(run)
            yield raw, offset


_WRAPPED: Final = re.compile(r"(?<=[A-Za-z0-9+/]{56})\\+n(?=[A-Za-z0-9+/=])")


def _unescaped(line: str) -> str:
    line = _WRAPPED.sub("", line)  # one run of base64, in lines

    def read(found: re.Match[str]) -> str:
        if found[4]:
            return " "
        return found[3] or chr(int(found[1] or found[2], 16))

    return _ESCAPE.sub(read, line)


_DECODED_BY: Final[dict[str, Callable[[str], str]]] = {"\\": _unescaped, "%": unquote, "&": html.unescape}
"""How a line that holds this character may be encoded."""
