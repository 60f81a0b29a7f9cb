"""The distinct words of a text for the scan, and what each may be: a token, a secret's name, base64 of something.

What has been found out about a word is remembered: recordings of one service repeat most of theirs.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from pactproof.redaction.names import meaning_of
from pactproof.redaction.options import Rules
from pactproof.redaction.token_rules import TokenRule

_MAX_KNOWN: Final = 100_000
_MIN_BASE64: Final = 24
_PIECE_CHARS: Final = 1 << 18
_KEPT: Final = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-./_~%$:@=")
_APART: Final = bytes(code if code in _KEPT or code > 127 else 0x20 for code in range(256))
_RUN: Final = re.compile(r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{24,}={0,2}")
_MAY_BE_NAME: Final = b"pass|pwd|secret|token|key|auth|csrf|jwt|credential"
_PARTS: Final = re.compile(r"[/+~%$:@=]")


@dataclass(frozen=True, slots=True)
class Word:
    """rules: ids of token rules that it may fall under. names: of secrets. runs: base64 that says something."""

    rules: frozenset[str]
    names: tuple[str, ...]
    runs: tuple[str, ...]


class WordBook:
    """What is known of words, by one set of rules."""

    def __init__(self, rules: Rules) -> None:
        self._hinted = [(hint.strip(), rule) for rule in rules.token_rules for hint in rule.hints if hint.strip()]
        hints = sorted(re.escape(hint.encode()) for hint, _ in self._hinted)
        self._any = re.compile(b"|".join([*hints, _MAY_BE_NAME]))
        self._harmless: set[bytes] = set()
        self._worth: dict[bytes, Word] = {}

    def of(self, text: str) -> list[Word]:
        """The distinct words of `text` that are worth a look."""
        words: set[bytes] = set()
        for start, end in _pieces(text):
            words.update(text[start:end].encode("latin-1", "replace").translate(_APART).split())
        words -= self._harmless
        if len(self._harmless) + len(self._worth) > _MAX_KNOWN:
            self._harmless.clear()
            self._worth.clear()
        for word in words - self._worth.keys():
            looked_up = self._looked_up(word)
            if looked_up is None:
                self._harmless.add(word)
            else:
                self._worth[word] = looked_up
        return [self._worth[word] for word in words if word in self._worth]

    def _looked_up(self, word: bytes) -> Word | None:
        text, low = word.decode("latin-1"), word.lower()
        runs = tuple(run for run in _runs(text) if said_by(run) is not None) if len(word) >= _MIN_BASE64 else ()
        if not self._any.search(low):
            return Word(frozenset(), (), runs) if runs else None
        lower = low.decode("latin-1")
        rules = frozenset(rule.id for hint, rule in self._hinted if hint in lower and _may_match(rule, text))
        names = tuple(_names_in(text))
        return Word(rules, names, runs) if rules or names or runs else None


def _may_match(rule: TokenRule, word: str) -> bool:
    return rule.spans_words or rule.pattern.search(word) is not None


def _names_in(word: str) -> Iterator[str]:
    for part in _PARTS.split(word):
        if part and len(part) < 80 and meaning_of(part.strip(".-_")) == "secret":
            yield part


def _runs(word: str) -> Iterator[str]:
    return (found.group() for found in _RUN.finditer(word))


def said_by(run: str) -> bytes | None:
    """What a run of base64 says; None where that is neither text nor gzip."""
    bare = run.rstrip("=").replace("-", "+").replace("_", "/")
    bare = bare[: len(bare) - 1] if len(bare) % 4 == 1 else bare
    try:
        raw = binascii.a2b_base64(bare + "=" * (-len(bare) % 4))
        is_text = raw.startswith(b"\x1f\x8b") or raw.decode("utf-8").replace("\n", " ").isprintable()
    except ValueError:
        return None
    return raw if is_text else None


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
