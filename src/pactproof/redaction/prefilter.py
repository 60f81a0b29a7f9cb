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
from pactproof.redaction.names import STEMS, meaning_of
from pactproof.redaction.options import Rules
from pactproof.redaction.token_rules import TokenRule

MIN_BASE64_CHARS: Final = 20
MAX_REMEMBERED: Final = 100_000
_PIECE_BYTES: Final = 1 << 18
_WORD_CHARS: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.+/~%-"
_APART: Final = bytes(code if code in _WORD_CHARS or code >= 0x80 else 0x20 for code in range(256))
_PIECES: Final = re.compile(r"[/+~%]")
_SPACED: Final = frozenset({"key", "token", "code", "secret"})
_LETTERS: Final = frozenset(b"abcdefghijklmnopqrstuvwxyz0123456789_.+/~%-")


@dataclass(slots=True)
class Look:
    """What a text may hold.

    names:     words that are, or end in, a secret's name
    rules:     token rules whose beginning it holds
    is_packed: base64 that says something
    has_keys:  runs that may be keys without a name
    """

    names: set[bytes] = field(default_factory=set)
    rules: set[str] = field(default_factory=set)
    is_packed: bool = False
    has_keys: bool = False


class Prefilter:
    """Looks at texts for a set of rules."""

    def __init__(self, rules: tuple[TokenRule, ...], unnamed_key: TokenRule) -> None:
        self._unnamed_key = unnamed_key
        self._always = frozenset(rule.id for rule in rules if "" in rule.hints)
        self._outer: list[tuple[bytes, str]] = []
        self._by_hint: dict[bytes, list[TokenRule]] = {}
        for rule in rules:
            for hint in rule.hints:
                raw = hint.encode()
                if raw and set(raw) <= _LETTERS:
                    self._by_hint.setdefault(raw, []).append(rule)
                elif raw:
                    self._outer.append((raw, rule.id))
        # What starts with less is long, and long words are looked at anyway.
        hints = sorted(
            {hint for hint in (*self._by_hint, *STEMS) if len(hint) > 2}, key=lambda hint: (-len(hint), hint)
        )
        self._any = re.compile(b"|".join(re.escape(hint) for hint in hints))
        self._harmless: set[bytes] = set()
        self._seen: dict[bytes, Look] = {}

    def look(self, flat: bytes, low: bytes) -> Look:
        """`flat` is the text with a byte for each character, `low` the same in lower case."""
        found = Look(rules=set(self._always))
        for hint, rule in self._outer:
            if hint in low:
                found.rules.add(rule)
        words = _distinct_words(flat) - self._harmless
        if words:
            self._add(found, words)
        return found

    def _add(self, found: Look, words: set[bytes]) -> None:
        fresh = words - self._seen.keys()
        if len(self._harmless) + len(self._seen) > MAX_REMEMBERED:
            self._harmless.clear()
            self._seen.clear()
            fresh = words
        suspects = self._suspects(fresh)
        self._harmless |= fresh - suspects
        for word in suspects:
            look = self._of_word(word)
            if look is None:
                self._harmless.add(word)
            else:
                self._seen[word] = look
        for word in words & self._seen.keys():
            look = self._seen[word]
            found.names |= look.names
            found.rules |= look.rules
            found.is_packed |= look.is_packed
            found.has_keys |= look.has_keys

    def _suspects(self, fresh: set[bytes]) -> set[bytes]:
        """The words that hold a stem or a hint, and the long ones."""
        suspects = {word for word in fresh if len(word) >= MIN_BASE64_CHARS}
        ordered = [word for word in fresh if 2 < len(word) < MIN_BASE64_CHARS]
        joined = b"\n".join(ordered).lower()
        at = 0
        while (hit := self._any.search(joined, at)) is not None:
            start = joined.rfind(b"\n", 0, hit.start()) + 1
            end = joined.find(b"\n", hit.end())
            end = len(joined) if end < 0 else end
            suspects.add(joined[start:end])
            at = end
        spelled = {word.lower() for word in suspects}
        return {word for word in fresh if word in suspects or word.lower() in spelled}

    def _of_word(self, word: bytes) -> Look | None:
        text, low = word.decode("latin-1"), word.lower()
        look = Look()
        for hit in set(self._any.findall(low)):
            for rule in self._by_hint.get(hit, ()):
                if rule.spans_words or rule.pattern.search(text):
                    look.rules.add(rule.id)
        for hint, rules in self._by_hint.items():  # one may lie in another
            if hint in low:
                look.rules |= {rule.id for rule in rules if rule.spans_words or rule.pattern.search(text)}
        if _is_name(text):
            look.names.add(word)
        if len(word) >= MIN_BASE64_CHARS:
            look.is_packed = _says_something(text)
            look.has_keys = len(word) >= 40 and self._unnamed_key.pattern.search(text) is not None
        return look if look.names or look.rules or look.is_packed or look.has_keys else None


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
        for piece in (part, part.rstrip(".-"))
    )


def _says_something(word: str) -> bool:
    return any(
        plain_base64(part) is not None
        for run in re.findall(r"[A-Za-z0-9+/_-]{20,}", word)
        for part in (run, *(piece for piece in run.split("/") if len(piece) >= 12))
    )


@lru_cache(maxsize=16)
def prefilter(rules: Rules) -> Prefilter:
    """One for each set of rules, with what it remembers."""
    return Prefilter(rules.token_rules, rules.unnamed_key)
