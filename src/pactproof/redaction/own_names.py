"""The names under which a project's own rules hide values, in any spelling: `customer_number`, `customerNumber`.

Whatever stands there is hidden, be it a word or a number: unlike with the names that everybody's secrets have, nobody
has to guess whether it is one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from pactproof.redaction.hits import Hit, is_hidden
from pactproof.redaction.pairs import plain_value

_WORDS: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_MEMBER: Final = re.compile(r"[\"']\s*:\s*(?=\S)")
_ELEMENT: Final = re.compile(r"(?:\s[^<>]{0,400})?(?<!/)>(?:\s*<!\[CDATA\[)?(?P<value>[^<>\]]*)(?:\]\]>\s*)?</")
_FIELD: Final = re.compile(r"=(?:(?P<quote>[\"'])(?P<quoted>[^\"'\n]*)(?P=quote)|(?P<value>[^&#\s\"'<>\\;]+))")
_LINE: Final = re.compile(r":[ \t]+(?P<value>[^\n\r]+)")
_LINE_START: Final = re.compile(r"(?:\A|[\n\r])[ \t-]*\Z")
_WORD: Final = re.compile(r":[ \t]+(?P<value>[^\s,;]+)")
_NUMBER: Final = re.compile(r"-?[0-9][0-9.eE+-]*")
_TOKEN: Final = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|[{}\[\]]|[^\s\"'{}\[\]:,]+", re.DOTALL)
_NOTHING: Final = frozenset({"", "null", "none", "nil", "~", "0"})


class OwnNames:
    """rule_of: the id of the rule by each of its names, as written"""

    def __init__(self, rule_of: Mapping[str, str]) -> None:
        self._rule_of = {_bare(name): rule for name, rule in rule_of.items()}
        spelled = "|".join(sorted({_spelled(name) for name in rule_of}, key=len, reverse=True))
        self._name = re.compile(rf"(?i)(?<![A-Za-z0-9_-])(?:{spelled})(?![A-Za-z0-9_-])")
        self._left = re.compile(
            rf"(?i)(?<![A-Za-z0-9_-])(?P<name>{spelled})(?:"
            r"\\*\"\s*:\s*(?:\\*\"(?P<text>[^\"\\]+)|(?P<number>-?[0-9][0-9.eE+-]*))"
            r"|=(?P<field>[^&#\s\"'<>\\;]+)"
            r"|(?:\s[^<>]{0,400})?>(?P<element>[^<>]+)</"
            r"|[\"']?:\n +- (?P<header>[^\n]+))"
        )

    def hides(self, name: str, value: str) -> bool:
        """Whether `value` is something, and stands under one of the names."""
        return _bare(name) in self._rule_of and not _is_nothing(value)

    def hits(self, text: str) -> Iterator[Hit]:
        """Every value under one of the names, in JSON, forms, queries, XML, headers, YAML and logs."""
        done = 0  # what lies in an object under one of the names is hidden already
        for found in self._name.finditer(text):
            if found.start() < done:
                continue
            rule = self._rule_of[_bare(found.group())]
            values, done = _values(text, found.start(), found.end())
            for start, end in values:
                value = text[start:end]
                if text[start - 1] not in "\"'" and _NUMBER.fullmatch(value) and _MEMBER.match(text, found.end()):
                    if value != "0":
                        yield Hit(start, end, rule, "", literal="0")  # a number stays one
                elif not _is_nothing(value):
                    yield Hit(start, end, rule, plain_value(value))

    def left_in(self, text: str) -> Iterator[tuple[str, int]]:
        """For the scan: ids of rules and where a value stands that should be hidden, in JSON, forms, XML, headers."""
        for found in self._left.finditer(text):
            group = next(kind for kind in ("text", "number", "field", "element", "header") if found[kind])
            if not _is_nothing(found[group].strip("'\"")):
                yield self._rule_of[_bare(found["name"])], found.start(group)


def _values(text: str, first: int, end: int) -> tuple[list[tuple[int, int]], int]:
    """Where the values stand that the name at `text[first:end]` has, and where all of that ends."""
    if member := _MEMBER.match(text, end):
        return _of_json(text, member.end())
    if element := _ELEMENT.match(text, end):
        return [element.span("value")], element.end("value")
    if field := _FIELD.match(text, end):
        span = field.span("value" if field["quote"] is None else "quoted")
        return [span], span[1]
    is_line = _LINE_START.search(text, max(0, first - 80), first)
    if line := (_LINE if is_line else _WORD).match(text, end):
        start = line.start("value")
        return [(start, start + len(line["value"].rstrip()))], line.end()
    return [], end


def _of_json(text: str, start: int) -> tuple[list[tuple[int, int]], int]:
    """The text or number that starts here; of an object or a list all that are in it."""
    depth, found = 0, []
    for token in _TOKEN.finditer(text, start):
        mark = token.group()
        if mark in ("{", "["):
            depth += 1
        elif mark in ("}", "]"):
            depth -= 1
        elif mark[0] in "\"'":
            if not (depth and re.compile(r"\s*:").match(text, token.end())):  # else a name
                found.append((token.start() + 1, token.end() - 1))
        elif _NUMBER.fullmatch(mark):
            found.append(token.span())
        if depth <= 0:
            return found, token.end()
    return found, len(text)


def _is_nothing(value: str) -> bool:
    value = value.strip()
    return value.lower() in _NOTHING or is_hidden(value)


def _bare(name: str) -> str:
    return "".join(filter(str.isalnum, name)).lower()


def _spelled(name: str) -> str:
    return "[ _.-]?".join(map(re.escape, _WORDS.findall(name)))
