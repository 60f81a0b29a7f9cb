"""Plain data as YAML text: the same bytes for the same data, and texts of several lines as literal blocks.

PyYAML's emitters fall back to one long quoted line for emoji, a space before a newline and more, and the two of them
differ. What is written here reads back equal in PyYAML's C loader and in its Python loader.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import yaml

from pactproof.interaction import Json

# What both loaders read back raw, inside a line. Not in it: control characters, DEL, C1 with U+0085, U+2028, U+2029,
# lone surrogates, the byte order mark, U+FFFE and U+FFFF.
_RAW: Final = " -~\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff"
_LINE: Final = re.compile(f"[{_RAW}]*")
_BLOCK: Final = re.compile(f"[\n\t{_RAW}]*")
_NOT_RAW: Final = re.compile(f'["\\\\]|[^{_RAW}]')
_PLAIN: Final = re.compile(r"[A-Za-z0-9_/.][A-Za-z0-9_/.+()*;=-]*(?: [A-Za-z0-9_/.+()*;=-]+)*|https?://[!-~]*[!-9;-~]")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_SHORT: Final = {"\n": "\\n", "\t": "\\t", "\r": "\\r", '"': '\\"', "\\": "\\\\"}
_TEXT_TAG: Final = "tag:yaml.org,2002:str"
_BASE64_WIDTH: Final = 100
_KEY_CHARS: Final = 500  # readers look no further than 1024 characters, or bytes, for the colon of a key without "?"
_resolver: Final[Any] = yaml.resolver.Resolver()  # knows what YAML 1.1 takes for a number, a date, a boolean


def yaml_text(data: Mapping[str, Json]) -> str:
    """`data` in block style, keys in the order given.

    Values are JSON's and bytes, which are written as `!!binary`. Raises ValueError for a lone surrogate: no YAML
    file can carry one.
    """
    return "\n".join(_mapping(data, 0)) + "\n"


def _mapping(data: Mapping[str, Json], indent: int) -> Iterator[str]:
    for key, value in data.items():
        name = _one_line(key)
        if len(name) > _KEY_CHARS:
            yield f"{' ' * indent}? {name}"
            name = ""
        yield from _under(f"{' ' * indent}{name}:", value, indent)


def _under(head: str, value: Json, indent: int) -> Iterator[str]:
    """A key with its value: on the line where that is short, below it otherwise."""
    if isinstance(value, Mapping) and value:
        yield head
        yield from _mapping(value, indent + 2)
    elif _is_list(value) and value:
        yield head
        yield from _sequence(value, indent)  # a list stands at its key's column, as PyYAML writes it
    else:
        yield from _leaf(head, value, indent + 2)


def _sequence(items: Sequence[Json], indent: int) -> Iterator[str]:
    dash = " " * indent + "-"
    for item in items:
        if (isinstance(item, Mapping) or _is_list(item)) and item:
            lines = _mapping(item, indent + 2) if isinstance(item, Mapping) else _sequence(item, indent + 2)
            first = next(lines)
            yield f"{dash} {first[indent + 2 :]}"
            yield from lines
        else:
            yield from _leaf(dash, item, indent + 2)


def _leaf(head: str, value: Json, indent: int) -> Iterator[str]:
    if isinstance(value, bytes):
        yield f"{head} !!binary |"
        encoded = base64.b64encode(value).decode("ascii")
        for start in range(0, len(encoded), _BASE64_WIDTH):
            yield " " * indent + encoded[start : start + _BASE64_WIDTH]
    elif isinstance(value, str) and "\n" in value and _fits_a_block(value):
        yield f"{head} {_block_mark(value)}"
        margin = " " * indent
        body = value.removesuffix("\n")
        yield from (margin + line if line else "" for line in body.split("\n"))
    else:
        yield f"{head} {_scalar(value)}"


def _fits_a_block(text: str) -> bool:
    # A line that starts with a tab reads as indentation, and a text of blanks alone as no text.
    return bool(_BLOCK.fullmatch(text)) and not text.isspace() and not text.startswith("\t") and "\n\t" not in text


def _block_mark(text: str) -> str:
    # A leading blank would be taken for indentation: say how deep the block stands.
    depth = "2" if text[0] in " \n" else ""
    if not text.endswith("\n"):
        return f"|{depth}-"
    return f"|{depth}+" if text.endswith("\n\n") else f"|{depth}"


def _scalar(value: Json) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, str):
        return _one_line(value)
    return "{}" if isinstance(value, Mapping) else "[]"


def _number(value: float) -> str:
    text = repr(value)
    if value != value or value in (float("inf"), float("-inf")):
        return {"nan": ".nan", "inf": ".inf", "-inf": "-.inf"}[text]
    # YAML 1.1 takes 1e+16 for text: it wants the point.
    return text if "." in text or "e" not in text else text.replace("e", ".0e")


def _one_line(text: str) -> str:
    if _SURROGATE.search(text):
        raise ValueError("a lone surrogate, which no file in UTF-8 can carry")
    if _PLAIN.fullmatch(text) and _resolver.resolve(yaml.ScalarNode, text, (True, False)) == _TEXT_TAG:
        return text
    if _LINE.fullmatch(text):
        return "'" + text.replace("'", "''") + "'"
    return '"' + _NOT_RAW.sub(_escaped, text) + '"'


def _escaped(found: re.Match[str]) -> str:
    char = found.group()
    code = ord(char)
    if char in _SHORT:
        return _SHORT[char]
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def _is_list(value: Json) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, (str, bytes))
