"""A text that a regular expression matches, for the expressions that API documents write."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass

_CLASSES = {"d": "1", "w": "a", "s": " ", "D": "a", "W": "-", "S": "a"}
_MAX_REPEATS = 64
_ATOM = re.compile(r"\\.|\[\^?\]?(\\.|[^\]\\])*\]", re.DOTALL)  # an escape, or a set
_GROUP = re.compile(r"\((\?([:=!]|<[=!]|<\w+>))?(?P<inner>[^()]*)\)")
_ANY = "\0"  # stands for an escape, a set or a group
_VARIES = re.compile(r"[*+?]|\{\d*,")
_REPEATS = re.compile(r"[*+]|\{(\d*,|[5-9]|\d\d)")  # five times or more, or any number


def compiled(pattern: str) -> re.Pattern[str] | None:
    """The pattern, where Python and Pact's engine read it alike and try it quickly; None otherwise."""
    if "(?P" in pattern or _is_slow(pattern):
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", FutureWarning)
            return re.compile(pattern)
    except (re.error, FutureWarning, OverflowError, RecursionError):
        return None


def is_anchored(pattern: str) -> bool:
    """Whether a search with the pattern always matches the whole text: "^(a|b)$", not "^a|b$" and not "a+"."""
    is_whole = pattern.startswith("^") and pattern.endswith("$") and not pattern.endswith("\\$")
    return is_whole and not _has_choice(pattern)


def _has_choice(pattern: str) -> bool:
    """Whether `|` stands outside of groups and sets."""
    bare = _ATOM.sub("", pattern)
    while (inner := re.sub(r"\([^()]*\)", "", bare)) != bare:
        bare = inner
    return "|" in bare


def _is_slow(pattern: str) -> bool:
    """Whether a text that does not match may be tried for hours: what varies is itself repeated, as in (a+)+.

    Patterns that would be quick all the same are passed over with the others.
    """
    bare = _ATOM.sub(_ANY, pattern)
    while found := _GROUP.search(bare):
        varies = _VARIES.search(found["inner"]) is not None or _is_ambiguous(found["inner"].split("|"))
        if varies and _REPEATS.match(bare, found.end()):
            return True
        bare = bare[: found.start()] + _ANY + ("?" if varies else "") + bare[found.end() :]
    return False


def _is_ambiguous(alternatives: list[str]) -> bool:
    """Whether two of them may match the same text, as far as their first characters tell."""
    starts = [each[:1] for each in alternatives]
    is_plain = all(start.isalnum() for start in starts) and len(set(starts)) == len(starts)
    return len(alternatives) > 1 and not is_plain


def matching_text(pattern: str, min_length: int = 0) -> str | None:
    """A text that the pattern matches; None where none is found: lookarounds, back references and the like.

    The first alternative is taken, and of what repeats no more than is asked for, once at least.
    """
    if (regex := compiled(pattern)) is None:
        return None
    for repeats in (1, max(1, min(min_length, _MAX_REPEATS))):
        try:
            found = _Walk(pattern, repeats).choice()
        except (_UnknownError, IndexError, RecursionError):
            return None
        if regex.search(found) and len(found) >= min_length:
            return found
    return None


class _UnknownError(Exception):
    """A construct that is not written out here."""


@dataclass
class _Walk:
    """Reads a pattern from left to right and writes what it matches."""

    pattern: str
    repeats: int
    at: int = 0

    def choice(self) -> str:
        found = self.run()
        while self.at < len(self.pattern) and self.pattern[self.at] == "|":
            self.at += 1
            other = self.run()
            found = found or other
        return found

    def run(self) -> str:
        parts = []
        while self.at < len(self.pattern) and self.pattern[self.at] not in "|)":
            parts.append(self.repeated(self.atom()))
        return "".join(parts)

    def atom(self) -> str:
        char = self.pattern[self.at]
        self.at += 1
        if char == "(":
            return self.group()
        if char == "[":
            return self.set()
        if char == "\\":
            return self.escape()
        if char in "^$":
            return ""
        return "a" if char == "." else char

    def group(self) -> str:
        if self.pattern.startswith("?", self.at):
            if not self.pattern.startswith("?:", self.at):
                raise _UnknownError
            self.at += 2
        found = self.choice()
        self.at += 1  # the closing parenthesis
        return found

    def set(self) -> str:
        end = self.at + 1 + self.pattern.startswith("^", self.at)
        while self.pattern[end] != "]":
            end += 2 if self.pattern[end] == "\\" else 1
        members = re.compile(self.pattern[self.at - 1 : end + 1])
        self.at = end + 1
        found = next((char for char in _CANDIDATES if members.fullmatch(char)), None)
        if found is None:
            raise _UnknownError
        return found

    def escape(self) -> str:
        char = self.pattern[self.at]
        self.at += 1
        if char in _CLASSES:
            return _CLASSES[char]
        if char in "bBAZzG":
            return ""
        if char.isalnum():
            raise _UnknownError
        return char

    def repeated(self, part: str) -> str:
        counts = re.compile(r"([*+?])|\{(\d+)(,\d*)?\}").match(self.pattern, self.at)
        if counts is None:
            return part
        self.at = counts.end()
        if self.pattern[self.at : self.at + 1] in ("?", "+"):  # lazy, possessive
            self.at += 1
        if counts[1] == "?":
            return part
        if counts[1]:
            return part * self.repeats
        least = int(counts[2])
        if least > _MAX_REPEATS * 4:
            raise _UnknownError
        return part * (max(least, self.repeats) if counts[3] == "," else max(least, 1) if counts[3] != ",0" else 0)


_CANDIDATES = "aA10-_./:@ ~!#%&*+,;=?|bcdefghijklmnopqrstuvwxyzBCDEFGHIJKLMNOPQRSTUVWXYZ23456789$^()<>[]{}\\'\"`\n\t"
