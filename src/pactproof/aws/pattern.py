"""A text that a model's `pattern` accepts, for the simple patterns that service models use."""

from __future__ import annotations

import importlib
import re
from functools import lru_cache
from typing import Any

LONGEST_REPEAT = 512  # a model that asks for more is answered with a text that does not fit, rather than with megabytes


@lru_cache(maxsize=8192)
def compiled(pattern: str) -> re.Pattern[str] | None:
    r"""`pattern` as Python understands it; None where it does not (Java's `\p{L}` and the like)."""
    try:
        return re.compile(pattern)
    except (re.error, OverflowError, RecursionError):
        return None


def accepts(pattern: str, text: str) -> bool:
    """True where the whole of `text` matches, or where the pattern is not one Python can judge."""
    expression = compiled(pattern)
    return expression is None or expression.fullmatch(text) is not None


@lru_cache(maxsize=8192)
def sample(pattern: str) -> str | None:
    """The shortest plain text made from `pattern`; None where looking around or back makes that uncertain."""
    if compiled(pattern) is None:
        return None
    # The standard library's own reading of the pattern. It is private: whatever it gives is checked against the
    # pattern below, and a Python that moved it only costs us a prettier example.
    try:
        parts = importlib.import_module("re._parser").parse(pattern)
        texts = (_text(parts, optional=True), _text(parts, optional=False))
    except (ImportError, AttributeError, KeyError, TypeError, ValueError, StopIteration):
        return None
    return next((text for text in texts if accepts(pattern, text)), None)


def _text(parts: Any, *, optional: bool) -> str:
    return "".join(_one(str(kind), argument, optional) for kind, argument in parts)


def _one(kind: str, argument: Any, optional: bool) -> str:
    if kind == "LITERAL":
        return chr(argument)
    if kind in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        least, most, inner = argument
        # `(aws)?` is better said than left out; `(-x)*` is not.
        times = 1 if optional and int(most) == 1 else min(int(least), LONGEST_REPEAT)
        return _text(inner, optional=optional) * times
    if kind == "SUBPATTERN":
        return _text(argument[3], optional=optional)
    if kind == "BRANCH":
        return _text(argument[1][0], optional=optional)
    if kind == "IN":
        return _character(argument)
    if kind == "ANY":
        return "a"
    if kind in ("AT", "ASSERT", "ASSERT_NOT"):
        return ""
    raise ValueError(kind)


def _character(choices: Any) -> str:
    """One character of a class: a letter or digit where there is one."""
    expression = [(str(kind), argument) for kind, argument in choices]
    if expression and expression[0][0] == "NEGATE":
        return next(char for char in "a1-_ " if not _within(char, expression[1:]))
    for char in "ea1A0-_. /":
        if _within(char, expression):
            return char
    kind, argument = expression[0]
    return chr(argument if kind == "LITERAL" else argument[0])


def _within(char: str, choices: list[tuple[str, Any]]) -> bool:
    return any(
        (kind == "LITERAL" and ord(char) == argument)
        or (kind == "RANGE" and argument[0] <= ord(char) <= argument[1])
        or (kind == "CATEGORY" and _in_category(char, str(argument)))
        for kind, argument in choices
    )


def _in_category(char: str, category: str) -> bool:
    belongs = {"DIGIT": char.isdigit(), "SPACE": char.isspace(), "WORD": char.isalnum() or char == "_"}
    name = category.removeprefix("CATEGORY_")
    return not belongs[name.removeprefix("NOT_")] if name.startswith("NOT_") else belongs[name]
