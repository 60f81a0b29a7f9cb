"""Recorded bodies as text, JSON or bytes, and which of them a contract can promise."""

from __future__ import annotations

import base64
import json
import re
from typing import Final

from pactproof.interaction import Json, bare_media_type, body_text
from pactproof.xml_tree import is_xml, parsed_xml

MAX_BINARY_BYTES: Final = 2048
MAX_XML_CHARS: Final = 4000
_TEXT = re.compile(r"text/.*|.*[/+](xml|yaml|x-yaml|javascript|graphql|csv|x-ndjson|sql)")
_CHARSET = re.compile(r";\s*charset=\"?([\w.:-]+)", re.IGNORECASE)
_UTF_8 = frozenset({"utf-8", "utf8", "us-ascii", "ascii"})


class UnpromisableError(Exception):
    """A body that a contract leaves out; the message says why."""


def is_text(media: str) -> bool:
    """Whether bodies of this bare media type are read as text; others are bytes."""
    return _TEXT.fullmatch(media) is not None


def strict_json(text: str) -> Json:
    """The JSON value of `text`. Raises UnpromisableError where it is none: NaN is Python's own."""
    try:
        return json.loads(text, parse_constant=_refused)
    except (ValueError, RecursionError) as error:
        raise UnpromisableError("it says that it is JSON, and is not") from error


def _refused(constant: str) -> Json:
    raise ValueError(constant)


def recorded_text(body: bytes, content_type: str) -> str:
    """The text of `body`. Raises UnpromisableError where it is none, or XML that Pact cannot compare."""
    try:
        text = body_text(body, content_type)
        text.encode()  # lone surrogates, as UTF-7 and others let through, cannot stand in a file
    except ValueError as error:
        raise UnpromisableError("it is no text in its charset") from error
    if is_xml(bare_media_type(content_type)):
        _check_xml(text)
    return text


def _check_xml(text: str) -> None:
    if len(text) > MAX_XML_CHARS:
        raise UnpromisableError(f"it is XML of {len(text)} characters; promise the elements that your program reads")
    try:
        parsed_xml(text)
    except ValueError as error:
        raise UnpromisableError(f"it is no XML: {error}") from error
    if "<!DOCTYPE" in text:
        raise UnpromisableError("it is XML with a DOCTYPE")


def spelled_media(content_type: str) -> str:
    """A content type as it is promised: spelled as the header has it, with its charset only where that matters."""
    charset = _CHARSET.search(content_type)
    if charset is not None and charset[1].lower() not in _UTF_8:
        return content_type.strip()
    return content_type.partition(";")[0].strip()


def binary(media: str, body: bytes, notes: list[str]) -> dict[str, Json]:
    """A body of bytes, promised by its media type; the example is the recorded one, cut where it is long."""
    if len(body) > MAX_BINARY_BYTES:
        notes.append(f"the example of {media} is the first {MAX_BINARY_BYTES} of {len(body)} recorded bytes")
    return {"$binary": media, "like": base64.b64encode(body[:MAX_BINARY_BYTES]).decode("ascii")}
