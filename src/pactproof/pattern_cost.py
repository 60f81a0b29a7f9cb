"""Regular expressions that may take time without end: told from how they are built, before they meet a text."""

from __future__ import annotations

import re._constants as ops  # type: ignore[import-not-found]  # Python has no public name for its parsed patterns
import re._parser as parser  # type: ignore[import-not-found]  # as above
from collections.abc import Iterable, Iterator
from typing import Any, Final

_MANY: Final = 16  # a repeat of fewer takes time that nobody notices
_REPEATS: Final = (ops.MAX_REPEAT, ops.MIN_REPEAT)
_PROBES: Final = tuple(chr(code) for code in range(256))


def why_too_costly(pattern: str) -> tuple[str, str] | None:
    """What in `pattern` may make a search take time beyond the square of a line's length, and a way out."""
    tree = parser.parse(pattern)
    if (first := _first(tree)) is not None and _is_open(first) and not _looks_behind(tree):
        what = "it starts with a part of any length, which is tried anew at every character"
        return what, r"bound it, as in \w{1,64}, or let it start with what the secret always starts with"
    for outer in _repeats(tree):
        body = outer[1][2]
        if outer[1][1] <= _MANY:
            continue
        if any(_is_ambiguous(branches) for branches in _branches(body)):
            what = "a repeated part has alternatives that start alike, so that one text can be read in too many ways"
            return what, "let each alternative start with another character"
        if any(_varies(inner) and not _is_delimited(body, inner) for inner in _repeats(body)):
            what = "a repeated part repeats a part of its own, so that one text can be read in too many ways"
            return what, r"repeat one of them, or put a character between that neither can be, as in (\w+-)+"
    return None


def _first(tree: Iterable[Any]) -> Any:
    """The first part that takes characters, out of its groups; None where that is one of several."""
    for op, value in tree:
        if op in (ops.AT, ops.ASSERT, ops.ASSERT_NOT):
            continue
        if op is ops.SUBPATTERN:
            return _first(value[3])
        return op, value
    return None


def _looks_behind(tree: Iterable[Any]) -> bool:
    return any((op in (ops.ASSERT, ops.ASSERT_NOT) and value[0] < 0) or op is ops.AT for op, value in tree)


def _is_open(part: Any) -> bool:
    return part[0] in _REPEATS and part[1][1] is parser.MAXREPEAT


def _varies(repeat: Any) -> bool:
    low, high, _ = repeat[1]
    return bool(high != low)


def _repeats(tree: Any) -> Iterator[Any]:
    """Every repeat that can give back what it took, at any depth."""
    for op, value in tree:
        if op in _REPEATS:
            yield op, value
            yield from _repeats(value[2])
        elif op is ops.SUBPATTERN:
            yield from _repeats(value[3])
        elif op is ops.BRANCH:
            for branch in value[1]:
                yield from _repeats(branch)
        elif op in (ops.ASSERT, ops.ASSERT_NOT):
            yield from _repeats(value[1])


def _branches(tree: Any) -> Iterator[list[Any]]:
    """The alternatives, wherever there are some."""
    for op, value in tree:
        if op is ops.BRANCH:
            yield value[1]
        inner = value[1] if op is ops.BRANCH else [value[3]] if op is ops.SUBPATTERN else []
        for part in [*inner, *([value[2]] if op in _REPEATS else [])]:
            yield from _branches(part)


def _is_ambiguous(branches: Iterable[Any]) -> bool:
    """Whether two alternatives may start with the same character, or one of them takes none."""
    seen: set[str] = set()
    for branch in branches:
        first = _first(branch)
        while first is not None and first[0] in _REPEATS and first[1][0]:
            first = _first(first[1][2])
        starts = _characters([first]) if first is not None and first[0] not in _REPEATS else None
        if starts is None or starts & seen:
            return True
        seen |= starts
    return False


def _is_delimited(body: Any, inner: Any) -> bool:
    """Whether each round of `body` has a character of its own that `inner` cannot be."""
    taken = _characters(inner[1][2])
    parts = list(body)
    while len(parts) == 1 and parts[0][0] is ops.SUBPATTERN:
        parts = list(parts[0][1][3])
    alone = [_characters([part]) for part in parts if part[0] in (ops.LITERAL, ops.IN)]
    return taken is not None and any(one is not None and not one & taken for one in alone)


def _characters(tree: Any) -> set[str] | None:
    """Those of the first 256 that a part of one character can be; None for a longer part."""
    parts = list(tree)
    while len(parts) == 1 and parts[0][0] is ops.SUBPATTERN:
        parts = list(parts[0][1][3])
    if len(parts) != 1:
        return None
    op, value = parts[0]
    if op is ops.ANY:
        return set(_PROBES)
    if op is ops.LITERAL:
        return {chr(value)}
    if op is ops.NOT_LITERAL:
        return set(_PROBES) - {chr(value)}
    return {char for char in _PROBES if _is_in(char, value)} if op is ops.IN else None


def _is_in(char: str, items: Iterable[Any]) -> bool:
    is_negated = found = False
    for op, value in items:
        if op is ops.NEGATE:
            is_negated = True
        elif op is ops.LITERAL:
            found |= ord(char) == value
        elif op is ops.RANGE:
            found |= value[0] <= ord(char) <= value[1]
        elif op is ops.CATEGORY:
            found |= _is_of(char, value)
    return found is not is_negated


def _is_of(char: str, category: Any) -> bool:
    name = str(category).removeprefix("CATEGORY_")
    is_not, kind = name.startswith("NOT_"), name.removeprefix("NOT_")
    is_so = {"DIGIT": char.isdigit(), "SPACE": char.isspace(), "WORD": char.isalnum() or char == "_"}.get(kind, True)
    return is_so is not is_not
