"""Local references of an API document: what `{"$ref": "#/components/..."}` stands for."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

Raw = Any
"""A part of a vendor's document as it stands: usually a mapping, in faulty documents anything that JSON has."""


def pointed_at(root: Raw, pointer: str) -> Raw:
    """The part of `root` at a JSON pointer such as "#/paths/~1users/get", also into lists; None where it leads nowhere.

    Nothing outside of the document is ever opened: "other.yaml#/x" and "https://..." lead nowhere.
    """
    if not pointer.startswith("#"):
        return None
    here = root
    for part in unquote(pointer[1:]).split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(here, dict):
            here = here.get(key)
        elif isinstance(here, list) and key.isdecimal() and int(key) < len(here):
            here = here[int(key)]
        else:
            return None
    return here


def followed(root: Raw, part: Raw) -> Raw:
    """`part`, or what its chain of references ends at; None for references that lead nowhere or round in a circle."""
    seen: set[str] = set()
    while isinstance(part, dict) and isinstance(pointer := part.get("$ref"), str):
        if pointer in seen:
            return None
        seen.add(pointer)
        part = pointed_at(root, pointer)
    return part


def mapping(part: Raw) -> dict[str, Raw]:
    """`part` where it is a mapping, else an empty one; statuses written as numbers become text."""
    return {str(key): value for key, value in part.items()} if isinstance(part, dict) else {}


def listing(part: Raw) -> list[Raw]:
    """`part` where it is a list, the values of a mapping, else nothing."""
    if isinstance(part, dict):
        return list(part.values())
    return part if isinstance(part, list) else []


def text(part: Raw) -> str:
    """`part` where it is text, else ""."""
    return part if isinstance(part, str) else ""


def line(part: Raw) -> str:
    """`part` as text in one line: what cannot be printed, such as half a surrogate pair, becomes a space."""
    return "".join(char if char.isprintable() else " " for char in text(part)).strip()
