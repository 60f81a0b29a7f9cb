"""A second look at the finished file, by other means than the redactor's, that says rule and place, never the value.

The redactor follows the structure of what it rewrites. Here the text is read as it lies in the file, line by line, and
each line that is encoded is decoded as a whole and read again. The two share tables of what a secret looks like and
what it is called, and no code that finds one.
"""

from __future__ import annotations

import base64
import html
import json
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, quote_plus, unquote

from pactproof.redaction.decoders import base64_fragments, unpacked
from pactproof.redaction.hits import is_hidden
from pactproof.redaction.names import is_no_secret, looks_random, meaning_of
from pactproof.redaction.options import NO_CHOICES, Rules
from pactproof.redaction.scan_words import said_by, word_book

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
    """Lines of the file as one text, with the number of each in the file; `starts` is where each begins in the text."""

    text: str
    starts: Sequence[int]
    numbers: Sequence[int]
    is_file: bool = False

    def place(self, offset: int) -> tuple[int, int]:
        if self.is_file:
            start = self.text.rfind("\n", 0, offset) + 1
            return self.text.count("\n", 0, offset) + 1, offset - start + 1
        return self.numbers[bisect_right(self.starts, offset) - 1], 1


def scan(text: str, secrets: Sequence[str] = (), rules: Rules = NO_CHOICES) -> list[Finding]:
    """What a finished file still carries, in file order: known secrets, token shapes, values under secrets' names."""
    needles = [needle for secret in secrets if len(secret) >= _MIN_CHARS for needle in _needles(secret)]
    findings: dict[tuple[str, int], Finding] = {}
    for view in _views(text, rules):
        for rule, offset in _seen(view, needles, rules):
            line, column = view.place(offset)
            findings.setdefault((rule, line), Finding(rule, line, column))
    return sorted(findings.values(), key=lambda finding: (finding.line, finding.rule))


def _seen(view: _View, needles: Sequence[str], rules: Rules) -> Iterator[tuple[str, int]]:
    text = view.text
    for needle in needles:
        at = text.find(needle)
        while at >= 0:
            yield "known-secret", at
            at = text.find(needle, at + 1)
    words = word_book(rules).of(text)
    wanted = {rule for word in words for rule in word.rules}
    for rule in rules.token_rules:
        if rule.id not in wanted and "" not in rule.hints:
            continue
        for found in rule.pattern.finditer(text):
            secret = found["secret"] if "secret" in rule.pattern.groupindex else found.group()
            if rule.holds(secret) and not is_hidden(secret):
                yield rule.id, found.start()
    if "secret-name" not in rules.off:
        yield from _named(text, {name for word in words for name in word.names})


_NAMED: Final = re.compile(
    r"[\w.-]{0,30}\\*[\"']{0,2}(?:\s{0,3}(?:=|:)\s{0,3}|(?:\s[^<>]{0,100})?>\s*)\\*[\"']{0,2}(?P<value>[^\s\"'<>&,;\\{}\[\]()|]{8,})"
)


def _named(text: str, names: set[str]) -> Iterator[tuple[str, int]]:
    for name in names:
        at = text.find(name)
        while at >= 0:
            found = _NAMED.match(text, at)
            if found and _is_told(text, at, found):
                yield "secret-name", found.start("value")
            at = text.find(name, at + len(name))


def _is_told(text: str, at: int, found: re.Match[str]) -> bool:
    value = found["value"]
    if is_no_secret(value) or "REDACTED-" in value or not looks_random(value):
        return False
    head = re.search(r"[\w.-]{0,40}\Z", text[max(0, at - 40) : at])
    tail = re.match(r"[\w.-]+", text[at : found.start("value")])
    return meaning_of((head.group() if head else "") + (tail.group() if tail else "")) == "secret"


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
    whole = _View(text, (), (), is_file=True)
    yield whole
    rounds = [whole]
    for _ in range(_MAX_ROUNDS):
        decoded = []
        for view in rounds:
            decoded += [*_decoded(view, "\\", _unescaped), *_decoded(view, "%", unquote)]
            decoded += [*_decoded(view, "&", html.unescape), *_said(view, rules)]
        yield from decoded
        if not (rounds := decoded):
            return


def _decoded(view: _View, mark: str, decode: object) -> Iterator[_View]:
    pieces, starts, numbers = [], [], []
    length = 0
    for line, offset in _lines_with(view.text, mark):
        plain = decode(line)  # type: ignore[operator]
        if plain != line:
            plain = plain.replace("\n", " ")
            pieces.append(plain)
            starts.append(length)
            numbers.append(offset)
            length += len(plain) + 1
    if pieces:
        yield _View("\n".join(pieces), starts, _numbers(view, numbers))


def _numbers(view: _View, offsets: list[int]) -> list[int]:
    """The file's line for each offset; they are in order."""
    if not view.is_file:
        return [view.place(offset)[0] for offset in offsets]
    numbers, line, done = [], 1, 0
    for offset in offsets:
        line += view.text.count("\n", done, offset)
        done = offset
        numbers.append(line)
    return numbers


def _lines_with(text: str, mark: str) -> Iterator[tuple[str, int]]:
    at = text.find(mark)
    while at >= 0:
        start = text.rfind("\n", 0, at) + 1
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        yield text[start:end], start
        at = text.find(mark, end)


def _said(view: _View, rules: Rules) -> Iterator[_View]:
    """What base64 in the text says, where it is text."""
    pieces, starts, offsets, length = [], [], [], 0
    for raw, offset in sorted(_base64_of(view, rules), key=lambda pair: pair[1]):
        if raw.startswith(b"\x1f\x8b"):
            raw = unpacked(raw, "gzip")
            plain = raw.decode("utf-8", "replace")
        else:
            plain = raw.decode("utf-8", "replace")
        plain = plain.replace("\n", " ")
        pieces.append(plain)
        starts.append(length)
        offsets.append(offset)
        length += len(plain) + 1
    if pieces:
        yield _View("\n".join(pieces), starts, _numbers(view, offsets))


def _base64_of(view: _View, rules: Rules) -> Iterator[tuple[bytes, int]]:
    blocks = list(_BINARY.finditer(view.text)) if view.is_file else []
    for block in blocks:
        yield base64.b64decode("".join(block[1].split())), block.start()
    if blocks:
        return
    for run in {run for word in word_book(rules).of(view.text) for run in word.runs}:
        if (raw := said_by(run)) is not None:
            yield raw, view.text.find(run)


def _unescaped(line: str) -> str:
    def read(found: re.Match[str]) -> str:
        if found[4]:
            return " "
        return found[3] or chr(int(found[1] or found[2], 16))

    return _ESCAPE.sub(read, line)
