"""Texts in binary messages, such as MessagePack and protobuf, which write the length of a text before it.

Read one character a byte, a length may look like a letter that belongs to the text behind it, and parts a name from
its value by no sign that any text has. `in_lines` gives the same number of characters, with signs that texts have.
"""

from __future__ import annotations

import re
from typing import Final

_LENGTH: Final = re.compile(r"(?P<short>[\xa0-\xbf])|[\xd9\xc4](?P<byte>[\x00-\xff])|\xda(?P<two>[\x00-\xff]{2})")
"""What MessagePack writes before a text. Source: its specification, str and bin formats."""
_SAID: Final = re.compile(r"[\x20-\x7e]+")
_RUN: Final = re.compile(r"(?<![\x20-\x7e])[\x20-\x7e]{12,}")
_WORD: Final = re.compile(r"\w", re.ASCII)
_MIN_CHARS: Final = 4


def in_lines(text: str) -> str:
    """Bytes as characters, a blank where a length stood, `name=value` in a line where a text followed a text."""
    chars = list(text)
    _part_names(text, chars)
    for run in _RUN.finditer(text):
        if _MIN_CHARS <= ord(run.group()[0]) < len(run.group()):
            chars[run.start()] = " "  # protobuf: a length below 128 is one byte
    return "".join(chars)


def _part_names(text: str, chars: list[str]) -> None:
    done, value_ends = 0, -1
    while found := _LENGTH.search(text, done):
        done = found.start() + 1
        count = _count(found)
        said = _SAID.match(text, found.end())
        if said is None or (count < _MIN_CHARS and not _is_name_before(text, found.start())):
            continue
        if len(said.group()) < count:
            continue
        done = found.end() + count
        is_value = found.start() != value_ends and _is_name_before(text, found.start())
        mark = "=" if is_value else "\n"
        chars[found.start() : found.end()] = mark + " " * (found.end() - found.start() - 1)
        if is_value:
            value_ends = done
            chars[done : done + 1] = "\n" if done < len(text) else ""


def _count(found: re.Match[str]) -> int:
    if found["short"]:
        return ord(found["short"]) & 0x1F
    return int.from_bytes((found["byte"] or found["two"]).encode("latin-1"), "big")


def _is_name_before(text: str, at: int) -> bool:
    return at > 0 and _WORD.match(text[at - 1]) is not None
