"""The distinct words of a text for the scan, and what each may be: a token, a secret's name, base64 of something.

What has been found out about a word is remembered: recordings of one service repeat most of theirs.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from pactproof.redaction.hint_pattern import Hints, may_match
from pactproof.redaction.options import Rules
from pactproof.redaction.rule import TokenRule
from pactproof.redaction.scan_names import is_telling
from pactproof.redaction.scan_shapes import SHAPES

_MAX_KNOWN: Final = 100_000
_MAX_KNOWN_BYTES: Final = 200
_MIN_BASE64: Final = 24
_MAX_WHOLE: Final = 32 * 1024  # of base64: what is longer may be cut
_PIECE_CHARS: Final = 1 << 18
_KEPT: Final = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-./_~%")
_APART: Final = bytes(code if code in _KEPT or code > 127 else 0x20 for code in range(256))
RUN: Final = re.compile(r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{24,}={0,2}")
_NO_START: Final = frozenset("ghijklmnopqrstuv")  # of base64: the first byte would be no text's
_STEMS: Final = b"""
    pass pwd secret token key auth csrf xsrf jwt credential cookie sess sid code answer saml psk kennwort _pw plaintext
    crumb assertion verifier seed art-api art_api artapi connectionstring
"""
_MAY_BE_NAME: Final = frozenset(_STEMS.split())
NAME_PART: Final = re.compile(r"[A-Za-z0-9._\x80-\xff-]+")
_MANY: Final = 32
_PARTS: Final = re.compile(r"[/+~%]")


@dataclass(slots=True)
class Words:
    """What a text may hold.

    rules:    those that it may fall under, by pattern
    names:    of secrets
    runs:     base64 that says something
    going_on: beginnings of tokens that it may hold beyond the end of a word
    """

    rules: dict[re.Pattern[str], TokenRule] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    runs: set[str] = field(default_factory=set)
    going_on: set[bytes] = field(default_factory=set)


class WordBook:
    """What is known of words, by one set of rules. Only words that are no secret by any rule are remembered."""

    def __init__(self, rules: Rules) -> None:
        wanted = [*(shape for shape in SHAPES if shape.id not in rules.off), *rules.asked]
        self._always = {rule.pattern: rule for rule in wanted if "" in rule.hints}
        self._hints = Hints(wanted, _KEPT, _MAY_BE_NAME)
        self._harmless: set[bytes] = set()
        self._telling: dict[bytes, tuple[list[str], list[bytes]]] = {}  # names, and words that a token may follow

    def of(self, text: str) -> Words:
        """What the distinct words of `text` may be."""
        words: set[bytes] = set()
        found = Words(rules=dict(self._always))
        for start, end in _pieces(text):
            words.update(_flat(text, start, end).translate(_APART).split())
        words = words - self._harmless
        for word in words & self._telling.keys():
            names, going_on = self._telling[word]
            found.names.update(names)
            found.going_on.update(going_on)
            words.remove(word)
        if words:
            self._look_up(words, found)
        for start, end in _pieces(text):
            low = _flat(text, start, end).lower()
            found.rules.update((rule.pattern, rule) for rule in self._hints.rules_in(low, found.going_on))
        return found

    def _look_up(self, words: set[bytes], found: Words) -> None:
        """Add what the words may be to `found`; those that are nothing are remembered."""
        worth = {word for word, hints in self._hints.held_by(words).items() if self._is_worth(word, hints, found)}
        for word in words:
            if len(word) >= _MIN_BASE64 and (runs := [run for run in _runs(word) if said_by(run) is not None]):
                found.runs.update(runs)
                worth.add(word)
        if len(self._harmless) >= _MAX_KNOWN:
            self._harmless.clear()
        self._harmless.update(word for word in words - worth if len(word) <= _MAX_KNOWN_BYTES)

    def _is_worth(self, word: bytes, hints: set[bytes], found: Words) -> bool:
        text, going_on = word.decode("latin-1"), self._hints.going_on(word, hints)
        rules = [rule for hint in hints for rule in self._hints.by_hint.get(hint, ()) if may_match(rule, text)]
        names = [] if hints.isdisjoint(_MAY_BE_NAME) else list(_names_in(text))
        found.rules.update((rule.pattern, rule) for rule in rules)
        found.names.update(names)
        found.going_on.update(going_on)
        if (names or going_on) and not rules and len(word) < _MIN_BASE64 and len(self._telling) < _MAX_KNOWN:
            self._telling[word] = names, going_on
        return bool(rules or names or going_on)


def _flat(text: str, start: int, end: int) -> bytes:
    """A byte for each character."""
    return text[start:end].encode("latin-1", "replace")


def _names_in(word: str) -> Iterator[str]:
    for part in _PARTS.split(word):
        if part and len(part) < 80 and is_telling(part):
            yield part


def _runs(word: bytes) -> list[str]:
    return [run for run in RUN.findall(word.decode("latin-1")) if run[0] not in _NO_START]


def said_by(run: str) -> bytes | None:
    """What a run of base64 says; None where that is neither text nor gzip."""
    bare = run.rstrip("=").replace("-", "+").replace("_", "/")
    bare = bare[: len(bare) - 1] if len(bare) % 4 == 1 else bare
    try:
        raw = binascii.a2b_base64(bare + "=" * (-len(bare) % 4))
        raw = raw if len(run) < _MAX_WHOLE else _without_halves(raw)
        is_text = raw.startswith(b"\x1f\x8b") or raw.decode("utf-8").replace("\n", " ").isprintable()
    except ValueError:
        return None
    return raw if is_text else None


def _without_halves(raw: bytes) -> bytes:
    """Without the parts of characters at both ends: a large body is read in windows, whose edges may cut base64."""
    start = next((at for at in range(min(4, len(raw))) if raw[at] & 0xC0 != 0x80), 0)
    end = next((len(raw) - back for back in range(1, min(4, len(raw))) if raw[-back] >= 0xC0), len(raw))
    return raw[start:end]


def places_of(wanted: set[str], text: str, pattern: re.Pattern[str]) -> Iterator[tuple[str, int]]:
    """Where these parts of words stand. `pattern` matches any such part: a text with many is gone through once."""
    if len(wanted) > _MANY:
        for found in pattern.finditer(text):
            if found.group() in wanted:
                yield found.group(), found.start()
        return
    for part in wanted:
        at = text.find(part)
        while at >= 0:
            yield part, at
            at = text.find(part, at + len(part))


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    """Where a large text is cut, so that it is not held once more as a list of all its words."""
    start = 0
    while start < len(text):
        end = text.find("\n", start + _PIECE_CHARS)
        end = len(text) if end < 0 else end
        yield start, end
        start = end


@lru_cache(maxsize=16)
def word_book(rules: Rules) -> WordBook:
    """One for each set of rules, with what it remembers."""
    return WordBook(rules)
