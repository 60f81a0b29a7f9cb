"""What the rules' tokens begin with, looked for all at once: a text is gone through once, not once for each rule."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import takewhile
from typing import Final

from pactproof.redaction.rule import TokenRule

MIN_HINT_BYTES: Final = 3
MIN_TOKEN_BYTES: Final = 18


class HintPattern:
    """Finds which of many short texts a word holds, also where they overlap. No hint and no word holds a line break."""

    def __init__(self, hints: Iterable[bytes]) -> None:
        wanted = {hint for hint in hints if hint}
        self._beginning = {hint: frozenset(other for other in wanted if hint.startswith(other)) for hint in wanted}
        self._pattern = re.compile(b"(?=(" + alternation(wanted) + b"))") if wanted else re.compile(rb"(?!)")

    def held_by(self, words: Iterable[bytes]) -> dict[bytes, set[bytes]]:
        """Those of the words that hold any, whatever their case, with what they hold."""
        ordered = list(words)
        joined = b"\n".join(ordered).lower()
        found: dict[bytes, set[bytes]] = {}
        index = done = 0
        for hit in self._pattern.finditer(joined):
            index += joined.count(b"\n", done, hit.start())
            done = hit.start()
            found.setdefault(ordered[index], set()).update(self._beginning[hit[1]])
        return found


def alternation(texts: Iterable[bytes]) -> bytes:
    """A pattern for the longest of these that begins here; equal beginnings are compared once."""
    by_first: dict[bytes, list[bytes]] = {}
    for text in sorted(set(texts)):
        by_first.setdefault(text[:1], []).append(text[1:])
    can_end = by_first.pop(b"", None) is not None
    branches = [re.escape(first) + alternation(rest) for first, rest in by_first.items()]
    if not branches:
        return b""
    together = branches[0] if len(branches) == 1 and not can_end else b"(?:" + b"|".join(branches) + b")"
    return together + b"?" if can_end else together


class Hints:
    """What the rules' tokens begin with, by how it is looked for.

    letters: what the words of a text are made of; the rest parts them

    by_hint: the rules of each
    endings: hints that go on beyond the word they start in, by the part in the word
    across:  those that start with no word, by their first character
    """

    def __init__(self, rules: Iterable[TokenRule], letters: frozenset[int], names: Iterable[bytes]) -> None:
        self.by_hint: dict[bytes, list[TokenRule]] = {}
        self.endings: dict[bytes, list[bytes]] = {}
        self.across: dict[bytes, list[bytes]] = {}
        inside: list[bytes] = []
        for rule in rules:
            for hint in (hint.encode() for hint in rule.hints if hint):
                self.by_hint.setdefault(hint, []).append(rule)
                part = bytes(takewhile(letters.__contains__, hint))
                if part == hint:
                    inside.append(hint)
                elif len(part) >= MIN_HINT_BYTES:
                    self.endings.setdefault(part, []).append(hint)
                else:
                    self.across.setdefault(hint[:1], []).append(hint)
        self._short = tuple({hint for hint in inside if len(hint) < MIN_HINT_BYTES})
        wanted = (*inside, *self.endings, *names)
        self._pattern = HintPattern(hint for hint in wanted if len(hint) >= MIN_HINT_BYTES)

    def held_by(self, words: set[bytes]) -> dict[bytes, set[bytes]]:
        """Those of the words that hold any, with what they hold."""
        found = self._pattern.held_by(words)
        for word in words:
            if len(word) >= MIN_TOKEN_BYTES:  # what begins with less than MIN_HINT_BYTES is long
                low = word.lower()
                short = [hint for hint in self._short if hint in low]
                if short:
                    found.setdefault(word, set()).update(short)
        return found

    def going_on(self, word: bytes, hints: set[bytes]) -> list[bytes]:
        """What the text may hold whose beginning ends this word."""
        if self.endings.keys().isdisjoint(hints):
            return []
        low = word.lower()
        return [whole for hint in hints if hint in self.endings and low.endswith(hint) for whole in self.endings[hint]]

    def rules_in(self, low: bytes, going_on: Iterable[bytes]) -> Iterator[TokenRule]:
        """The rules whose beginnings are more than a word, as far as a text in lower case holds them."""
        wanted = [hint for first, hints in self.across.items() if first in low for hint in hints]
        for hint in (*wanted, *going_on):
            if hint in low:
                yield from self.by_hint[hint]


_LOOKS: Final = re.compile(r"\(\?(?:<[!=]|[!=])(?:[^()\[\]\\]|\\.|\[(?:[^\]\\]|\\.)*\])*\)")
_PADDING: Final = re.compile(r"=(?:\{0,2\}|\*|\?)")
_SYNTAX: Final = re.compile(r"\(\?(?:P<\w+>|:)|\{[0-9,]+\}|\\[.+/~%-]")
_CLASS: Final = re.compile(r"\[([^\]\\]*(?:\\.[^\]\\]*)*)\]")
_BEYOND_CLASS: Final = re.compile(r"\\[sSWDB]|[^\w.+/~%\\-]")
_BEYOND: Final = re.compile(r"\\[sSWDB|]|\(\?|[^\w()+/~%?*|\\-]")


@lru_cache(maxsize=1024)
def fits_in_a_word(pattern: str) -> bool:
    """Whether all that a pattern matches, but for padding at its end, is made of letters, digits and _.+/~%-.

    A pattern that is hard to tell is taken for one that matches more.
    """
    bare = _SYNTAX.sub("", _PADDING.sub("", _LOOKS.sub("", pattern)))
    return not (any(map(_BEYOND_CLASS.search, _CLASS.findall(bare))) or _BEYOND.search(_CLASS.sub("", bare)))


def may_match(rule: TokenRule, word: str) -> bool:
    """Whether a text with this word, which holds a beginning of the rule's, has to be held against the rule."""
    spans_words = rule.spans_words and not fits_in_a_word(rule.pattern.pattern)
    return spans_words or rule.pattern.search(word) is not None
