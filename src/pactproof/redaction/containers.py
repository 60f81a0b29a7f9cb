"""Objects and lists of JSON in the middle of any text: what one holds under a secret's name, what stands beside it."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Final

from pactproof.redaction.hits import Hit
from pactproof.redaction.judging import RULE, SCHEME, plain_value
from pactproof.redaction.names import HARMLESS, Meaning, is_no_secret, looks_random, meaning_of

NUMBER: Final = re.compile(r"-?[0-9][0-9.eE+-]*(?![\w.])")
_TOKEN: Final = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\]:,]|[^\s"{}\[\]:,]+', re.DOTALL)
_COLON: Final = re.compile(r"\s*:")
_VALUE_NAMES: Final = """
    value values current previous plaintext plain raw data text content string stringvalue secret s default token
    password key
"""
_VALUES: Final = frozenset(_VALUE_NAMES.split())
_MAX_TOKENS: Final = 400
_MAX_BACK: Final = 4000


def in_container(
    text: str, start: int, rule: str = RULE, meaning: Meaning = "secret", *, take_all: bool = False
) -> Generator[Hit, None, int]:
    """The texts and numbers in the object or list that starts here, but for members that only tell about the secret.

    Returns where it ends. `{"value": "hunter2", "expires": "2026-01-05"}`: the value, not the time.
    """
    keys: list[str] = []
    key = waiting = ""
    for found in _TOKEN.finditer(text, start):
        mark = found.group()
        if mark in "{[":
            keys.append(key)
            if mark == "{":
                key = ""
        elif mark in "}]":
            key = keys.pop()
            if not keys:
                return found.end()
        elif mark == ":":
            key = waiting
        elif mark == ",":
            continue
        elif mark[0] == '"':
            waiting = mark[1:-1]
            if _COLON.match(text, found.end()) or is_no_secret(waiting):
                continue
            scheme = SCHEME.match(waiting)
            value = waiting[scheme.end() :] if scheme else waiting
            if take_all or _is_told(key, value, "secret" if scheme and len(value) >= 12 else meaning):
                yield Hit(found.end() - 1 - len(value), found.end() - 1, rule, plain_value(value))
        elif NUMBER.fullmatch(mark) and mark != "0" and (take_all or _is_told(key, mark, meaning)):
            yield Hit(found.start(), found.end(), rule, "", literal="0")
    return len(text)


def _is_value(key: str) -> bool:
    return not key or "".join(filter(str.isalnum, key)).lower() in _VALUES


def _is_told(key: str, value: str, meaning: Meaning) -> bool:
    """Whether a member holds the secret itself."""
    bare = "".join(filter(str.isalnum, key)).lower()
    if meaning == "perhaps":
        return bare not in HARMLESS and looks_random(value)
    if _is_value(key):
        return True
    if bare not in HARMLESS or meaning_of(key):
        return True
    return bare in ("id", "name") and looks_random(value) and len(value) >= 24


@dataclass(frozen=True, slots=True)
class Member:
    """One member of an object: its name and where that ends; where its value stands, without the quotes of a text."""

    name: str
    named: int
    start: int
    end: int
    is_text: bool


def members_around(text: str, at: int) -> Iterator[Member]:
    """The members of the innermost object around `at`, whole ones; nothing where no object is found near."""
    low = max(0, at - _MAX_BACK)
    opening = text.rfind("{", low, at)
    for _ in range(24):
        if opening < 0:
            return
        members, end = _members(text, opening)
        if end > at and any(member.named - len(member.name) - 2 <= at <= member.end for member in members):
            yield from members
            return
        opening = text.rfind("{", low, opening)


def _members(text: str, opening: int) -> tuple[list[Member], int]:
    """The members of the object that starts here, and where it ends; what is cut off ends with the text."""
    members: list[Member] = []
    depth, name, named, start, previous = 0, "", 0, -1, ""
    last = opening
    for count, found in enumerate(_TOKEN.finditer(text, opening)):
        mark = found.group()
        if depth == 1 and mark in ",}" and start >= 0:
            quote = text[start] == '"'
            members.append(Member(name, named, start + quote, last - quote, quote))
            name, start = "", -1
        elif depth == 1 and previous == ":" and name and start < 0:
            start = found.start()
        elif depth == 1 and mark == ":" and start < 0:
            name, named = previous.strip('"'), last
        depth += (mark in "{[") - (mark in "}]")
        if not depth:
            return members, found.end()
        if count > _MAX_TOKENS:
            break
        previous, last = mark, found.end()
    return members, len(text)
