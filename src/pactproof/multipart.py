"""multipart/form-data as bytes: its parts with where they stand, and a body made of parts.

Names are written as browsers write them: a quote as %22, line breaks as %0D and %0A, all else as UTF-8.
Source: RFC 7578; "multipart/form-data encoding algorithm" of the HTML standard.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote, unquote_to_bytes

FORM_DATA = "multipart/form-data"

_BOUNDARY = re.compile(r';\s*boundary=(?:"([^"]+)"|([^\s;"]+))', re.IGNORECASE)
_PARAMETER = re.compile(r';\s*([A-Za-z]+\*?)=(?:"([^"]*)"|([^\s;]*))')
_ESCAPES = {'"': "%22", "\r": "%0D", "\n": "%0A"}


@dataclass(frozen=True, slots=True)
class Part:
    """One field or file of a form.

    file_name:    None for a field that is no file
    content_type: as its own header says, "" where there is none
    start:        where its bytes start in the body it was read from
    """

    name: str
    body: bytes
    file_name: str | None = None
    content_type: str = ""
    start: int = 0


def boundary_of(content_type: str) -> str:
    """The boundary that a content type names; "" where it names none."""
    found = _BOUNDARY.search(content_type)
    return (found[1] or found[2]) if found else ""


def parsed_parts(body: bytes, content_type: str) -> tuple[Part, ...]:
    """The parts of `body` in their order. Raises ValueError that says why it cannot be taken apart."""
    boundary = boundary_of(content_type)
    if not boundary:
        raise ValueError("its content type names no boundary")
    marks = list(re.finditer(rb"(?:\A|\r\n)--%b(--)?[ \t]*(?=\r\n|\Z)" % re.escape(boundary.encode()), body))
    closing = next((index for index, mark in enumerate(marks) if mark[1]), None)
    if closing is None:
        raise ValueError("it does not end with its boundary")
    return tuple(_part(body, marks[index].end(), marks[index + 1].start()) for index in range(closing))


def _part(body: bytes, start: int, end: int) -> Part:
    """The part between two boundaries: its headers, an empty line, its bytes."""
    blank = body.find(b"\r\n\r\n", start)
    if blank < 0 or blank + 4 > end:
        raise ValueError("a part has no empty line behind its headers")
    headers: dict[str, str] = {}
    for line in body[start:blank].decode("utf-8", "replace").split("\r\n"):
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    told = _parameters(headers.get("content-disposition", ""))
    if "name" not in told:
        raise ValueError("a part has no name")
    content_type = headers.get("content-type", "")
    return Part(told["name"], body[blank + 4 : end], told.get("filename"), content_type, blank + 4)


def _parameters(disposition: str) -> dict[str, str]:
    """The parameters of a Content-Disposition; `filename*=utf-8''…` (RFC 5987) stands for `filename`."""
    told: dict[str, str] = {}
    for name, quoted, bare in _PARAMETER.findall(disposition):
        value = quoted or bare
        if name.endswith("*"):
            charset, _, encoded = value.partition("'")
            told[name[:-1].lower()] = _extended(encoded.partition("'")[2], charset)
        else:
            told.setdefault(name.lower(), re.sub("%(22|0D|0A)", lambda found: unquote(found[0]), value))
    return told


def _extended(encoded: str, charset: str) -> str:
    try:
        return unquote_to_bytes(encoded).decode(charset or "utf-8", "replace")
    except LookupError:
        return unquote(encoded)


def multipart_bytes(parts: Iterable[Part], boundary: str) -> bytes:
    """A body of these parts."""
    mark = b"--" + boundary.encode()
    made = []
    for part in parts:
        head = f'Content-Disposition: form-data; name="{_escaped(part.name)}"'
        if part.file_name is not None:
            head += f'; filename="{_escaped(part.file_name)}"'
        if part.content_type:
            head += f"\r\nContent-Type: {part.content_type}"
        made.append(b"\r\n".join([mark, head.encode(), b"", part.body, b""]))
    return b"".join([*made, mark, b"--\r\n"])


def _escaped(name: str) -> str:
    return "".join(_ESCAPES.get(char, char) for char in name)
