"""One entry of contracts/<service>.yaml as text, in the style that people write contracts in.

Mappings stand in blocks; those with little in them, and requests without a body, in one line. What YAML 1.1 or 1.2
could take for something else than text is quoted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import yaml

from pactproof.interaction import Json

_WIDTH: Final = 100
_FEW: Final = 2  # members of a body's mapping that may share a line
_ORDER: Final = ("scenarios", "given", "params", "request", "response", "reads", "error", "repeatable", "sequence")
_ON_ONE_LINE: Final = frozenset({"params", "query", "headers", "error", "reads"})  # where they fit, whatever they hold
_PLAIN: Final = re.compile(
    r"[A-Za-z_/$][A-Za-z0-9_/$.+()*;=?~^-]*(?: [A-Za-z0-9_/$.+()*;=~-]+)*|https?://[A-Za-z0-9_/.+()*;=?&%~:-]*[A-Za-z0-9_/=-]"
)
_OTHERS_TAKE_FOR_BOOLEANS: Final = frozenset("yYnN")
_SHORT: Final = {"\n": "\\n", "\t": "\\t", "\r": "\\r", '"': '\\"', "\\": "\\\\"}
_resolver: Final[Any] = yaml.resolver.Resolver()  # knows what YAML 1.1 takes for a number, a date, a boolean


def entry_text(name: str, entry: Mapping[str, Json]) -> str:
    """`name:` and what stands below it, lines ended by a newline. Raises ValueError for what no YAML file can carry."""
    return "\n".join(_member(name, entry, 0, is_scenario=True)) + "\n"


def _member(key: str, value: Json, indent: int, *, is_scenario: bool = False) -> Iterator[str]:
    head = f"{' ' * indent}{scalar(key)}:"
    if isinstance(value, Mapping) and is_scenario:
        value = _ordered(value)
    if not isinstance(value, Mapping | list) or not value or (not is_scenario and _fits(key, value, len(head) + 1)):
        yield f"{head} {_in_line(value)}"
        return
    yield head
    if isinstance(value, Mapping):
        for inner, item in value.items():
            yield from _member(inner, item, indent + 2, is_scenario=key == "scenarios")
    else:
        yield from _elements(value, indent + 2)


def _elements(items: Sequence[Json], indent: int) -> Iterator[str]:
    dash = f"{' ' * indent}- "
    for item in items:
        if not isinstance(item, Mapping | list) or not item or _fits("", item, len(dash)):
            yield f"{dash}{_in_line(item)}"
            continue
        inner = _elements(item, indent + 2) if isinstance(item, list) else _members(item, indent + 2)
        yield dash + next(inner)[indent + 2 :]
        yield from inner


def _members(item: Mapping[str, Json], indent: int) -> Iterator[str]:
    for key, value in item.items():
        yield from _member(key, value, indent)


def _ordered(entry: Mapping[str, Json]) -> dict[str, Json]:
    known = {key: entry[key] for key in _ORDER if key in entry}
    return {**known, **{key: value for key, value in entry.items() if key not in known}}


def _fits(key: str, value: Mapping[str, Json] | list[Json], column: int) -> bool:
    """Whether `value` reads well on the line of its key."""
    if column + len(_in_line(value)) > _WIDTH or key in ("scenarios", "sequence"):
        return False
    if key in _ON_ONE_LINE or _is_operator(value):
        return True
    if key == "request" and isinstance(value, Mapping):
        return "body" not in value
    if isinstance(value, list):
        return not any(isinstance(item, Mapping | list) for item in value)
    few = len(value) <= _FEW and not (key == "response" and "body" in value)
    return few and all(not isinstance(item, Mapping | list) or _is_small(item) for item in value.values())


def _is_operator(value: Json) -> bool:
    return isinstance(value, Mapping) and any(key.startswith("$") for key in value)


def _is_small(value: Mapping[str, Json] | list[Json]) -> bool:
    parts = list(value.values()) if isinstance(value, Mapping) else value
    return _is_operator(value) or (
        isinstance(value, list) and not any(isinstance(part, Mapping | list) for part in parts)
    )


def _in_line(value: Json) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(key)}: {_in_line(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_in_line(item) for item in value) + "]"
    return scalar(value)


def scalar(value: Json) -> str:
    """A text, a number, a boolean or null, read back as the same by YAML 1.1 and 1.2, inside braces too."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        text = repr(value)  # YAML 1.1 takes 1e+16 for text: it wants the point
        return text if "." in text or "e" not in text else text.replace("e", ".0e")
    return _text(str(value))


def _text(text: str) -> str:
    is_text = _resolver.resolve(yaml.ScalarNode, text, (True, False)) == "tag:yaml.org,2002:str"
    if is_text and _PLAIN.fullmatch(text) and text not in _OTHERS_TAKE_FOR_BOOLEANS:
        return text
    if any("\ud800" <= char <= "\udfff" for char in text):
        raise ValueError("a lone surrogate, which no file in UTF-8 can carry")
    if text.isprintable():
        return "'" + text.replace("'", "''") + "'"
    return '"' + "".join(_SHORT.get(char) or _escaped(char) for char in text) + '"'


def _escaped(char: str) -> str:
    return char if char.isprintable() else f"\\U{ord(char):08x}"
