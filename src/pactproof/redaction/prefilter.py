"""Which rules a text needs to be held against: most texts hold nothing that any rule begins with.

A text is taken apart into its distinct words. A word that has been looked at once and is harmless is remembered, so
that the names and values that all recordings repeat cost one look-up.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from pactproof.redaction.decoders import plain_base64
from pactproof.redaction.hint_pattern import Hints, may_match
from pactproof.redaction.names import STEMS, meaning_of
from pactproof.redaction.options import Rules
from pactproof.redaction.token_rules import TokenRule

MIN_BASE64_CHARS: Final = 20
MARKS_OF_FORMS: Final = frozenset((b"begin+", b"ssws+", b"geniekey+", b"bearer+", b"basic+", b"+private+key"))
"""Secrets of several words, as forms spell them."""
MARKS_OF_STRUCTURES: Final = frozenset((b"securestring", b"kty", b"secretlist", b"/secrets/", b"accessor", b"role_id"))
"""What names an object that holds secrets under names which mean none."""
MAX_REMEMBERED: Final = 100_000
_MAX_REMEMBERED_BYTES: Final = 200
_PIECE_BYTES: Final = 1 << 18
_WORD_CHARS: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.+/~%-"
_APART: Final = bytes(code if code in _WORD_CHARS or code >= 0x80 else 0x20 for code in range(256))
_ASCII: Final = re.compile(r"[\x00-\x7f]+")
_PIECES: Final = re.compile(r"[/+~%]")
_SPACED: Final = frozenset({"key", "token", "code", "secret"})
_LETTERS: Final = frozenset(b"abcdefghijklmnopqrstuvwxyz0123456789_.+/~%-")
_DIGITS: Final = frozenset(b"0123456789")
_STEMS: Final = frozenset(STEMS)
_MARKS: Final = MARKS_OF_FORMS | MARKS_OF_STRUCTURES
_RUN: Final = re.compile(rb"[A-Za-z0-9+/_-]{20,}")
_KEY_CHARS: Final = 40
_NO_START: Final = frozenset(b"ghijklmnopqrstuv")  # of base64: the first byte would be no text's


@dataclass(slots=True)
class Look:
    """What a text may hold.

    names:     words that are, or end in, a secret's name
    rules:     token rules whose beginning it holds, by id
    marks:     of MARKS_OF_FORMS and MARKS_OF_STRUCTURES those that it holds
    going_on:  beginnings of tokens that it may hold beyond the end of a word
    is_packed: base64 that says something
    has_keys:  runs that may be keys without a name
    """

    names: set[bytes] = field(default_factory=set)
    rules: dict[str, TokenRule] = field(default_factory=dict)
    marks: set[bytes] = field(default_factory=set)
    going_on: set[bytes] = field(default_factory=set)
    is_packed: bool = False
    has_keys: bool = False


class Prefilter:
    """Looks at texts for a set of rules."""

    def __init__(self, rules: tuple[TokenRule, ...], unnamed_key: TokenRule) -> None:
        self._unnamed_key = unnamed_key
        self._always = {rule.id: rule for rule in rules if "" in rule.hints}
        self._hints = Hints(rules, _LETTERS, (*STEMS, *_MARKS))
        self._harmless: set[bytes] = set()
        self._telling: dict[bytes, tuple[bool, list[bytes]]] = {}  # names, and words that a token may follow

    def look(self, flat: bytes, low: bytes) -> Look:
        """`flat` is the text with a byte for each character, `low` the same in lower case."""
        found = Look(rules=dict(self._always))
        words = _distinct_words(flat) - self._harmless
        for word in words & self._telling.keys():
            self._tell(found, word, *self._telling[word])
            words.remove(word)
        if words:
            self._look_up(words, found)
        found.rules.update((rule.id, rule) for rule in self._hints.rules_in(low, found.going_on))
        return found

    def _look_up(self, words: set[bytes], found: Look) -> None:
        """Add what the words may be to `found`; those that are nothing are remembered."""
        worth = {word for word, hints in self._hints.held_by(words).items() if self._is_worth(word, hints, found)}
        packed = _saying_something([word for word in words if len(word) >= MIN_BASE64_CHARS])
        keys = {word for word in words if len(word) >= _KEY_CHARS and self._may_be_key(word)}
        found.is_packed |= bool(packed)
        found.has_keys |= bool(keys)
        if len(self._harmless) >= MAX_REMEMBERED:
            self._harmless.clear()
        harmless = words.difference(worth, packed, keys)
        self._harmless.update(word for word in harmless if len(word) <= _MAX_REMEMBERED_BYTES)

    def _is_worth(self, word: bytes, hints: set[bytes], found: Look) -> bool:
        text, marks, going_on = word.decode("latin-1"), hints & _MARKS, self._hints.going_on(word, hints)
        rules = [rule for hint in hints for rule in self._hints.by_hint.get(hint, ()) if may_match(rule, text)]
        is_name = not _STEMS.isdisjoint(hints) and _is_name(text)
        found.marks |= marks
        found.rules.update((rule.id, rule) for rule in rules)
        self._tell(found, word, is_name, going_on)
        is_telling = is_name or bool(going_on)
        if is_telling and not (marks or rules) and len(word) < MIN_BASE64_CHARS and len(self._telling) < MAX_REMEMBERED:
            self._telling[word] = is_name, going_on
        return is_telling or bool(marks or rules)

    @staticmethod
    def _tell(found: Look, word: bytes, is_name: bool, going_on: list[bytes]) -> None:
        if is_name:
            found.names.add(word)
        found.going_on.update(going_on)

    def _may_be_key(self, word: bytes) -> bool:
        is_mixed = word != word.lower() and word != word.upper() and not _DIGITS.isdisjoint(word)
        return is_mixed and self._unnamed_key.pattern.search(word.decode("latin-1")) is not None


def _distinct_words(flat: bytes) -> set[bytes]:
    """Piece by piece, so that a large text is not held once more as a list of all its words."""
    words: set[bytes] = set()
    start = 0
    while start < len(flat):
        end = flat.find(b" ", start + _PIECE_BYTES)
        end = len(flat) if end < 0 else end
        words.update(flat[start:end].translate(_APART).split())
        start = end
    return words


def _is_name(word: str) -> bool:
    if len(word) > 200:
        return False
    return any(
        meaning_of(piece) or meaning_of(piece.lstrip("_-.")) or piece.strip("_-.").lower() in _SPACED
        for part in _PIECES.split(word)
        for piece in (part, part.rstrip(".-"), *(() if part.isascii() else _ASCII.findall(part)))
    )


def _saying_something(words: list[bytes]) -> list[bytes]:
    """Those of the words that hold base64 of something. Nearly always there is none, so all are tried at once."""
    if not any(map(_is_said, _runs(b"\n".join(words)))):
        return []
    return [word for word in words if any(map(_is_said, _runs(word)))]


def _runs(text: bytes) -> set[bytes]:
    """What may be base64, and what stands between slashes there, as in a path; each once."""
    whole = set(_RUN.findall(text))
    parts = {part for run in whole if b"/" in run for part in run.split(b"/") if len(part) >= 12}
    return {run for run in whole | parts if run[0] not in _NO_START}


def _is_said(run: bytes) -> bool:
    return plain_base64(run.decode("latin-1")) is not None


@lru_cache(maxsize=16)
def prefilter(rules: Rules) -> Prefilter:
    """One for each set of rules, with what it remembers."""
    return Prefilter(rules.token_rules, rules.unnamed_key)
