"""One scalar of an answer, read strictly as its shape says: the value, or what was expected there.

botocore's parser is lenient (a text passes for a number, `True` for false); a recording is judged by the protocol.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from botocore.utils import is_json_value_header, parse_timestamp

from pactproof.aws.parser_view import decoded_json
from pactproof.aws.stub_check import POLICY_SHAPE

_INTEGER = re.compile(r"\s*[+-]?\d+\s*")
_FLOAT = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*")
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}([Tt ]\d{2}:\d{2}(:\d{2}([.,]\d+)?)?([Zz]|[+-]\d{2}:?\d{2})?)?")
_NOT_FINITE = ("NaN", "Infinity", "-Infinity")
_WORDS = {
    "string": "a text", "character": "a text", "integer": "a whole number", "long": "a whole number",
    "float": "a number", "double": "a number", "boolean": "true or false", "blob": "base64 text",
}  # fmt: skip
_TIME_WORDS = {
    "unixtimestamp": "a time in epoch seconds",
    "iso8601": "a time in ISO 8601",
    "rfc822": "a time as HTTP writes it",
}


class Misread(ValueError):  # noqa: N818  # not an error that anybody is shown: it carries what was expected
    """A scalar that its shape does not allow; the text says what was expected."""


def of_json(shape: Any, raw: Any) -> Any:
    """The value of a JSON scalar; JSON's own types are held to. Raises Misread."""
    kind = shape.type_name
    if kind == "timestamp":
        return _json_time(shape, raw)
    if kind == "blob":
        return _blob(raw)
    fits = {
        "string": isinstance(raw, str),
        "character": isinstance(raw, str),
        "boolean": isinstance(raw, bool),
        "integer": _is_whole(raw),
        "long": _is_whole(raw),
        "float": _is_number(raw) or raw in _NOT_FINITE,
        "double": _is_number(raw) or raw in _NOT_FINITE,
    }
    if not fits[kind]:
        raise Misread(_WORDS[kind])
    return _policy(raw) if shape.name == POLICY_SHAPE else raw


def of_cbor(shape: Any, raw: Any) -> Any:
    """The value of a CBOR scalar: times are tagged, blobs are bytes. Raises Misread."""
    kind = shape.type_name
    if kind == "timestamp":
        if not isinstance(raw, datetime):
            raise Misread("a tagged time")
        return raw
    if kind == "blob":
        if not isinstance(raw, bytes):
            raise Misread("bytes")
        return raw
    if kind in ("float", "double") and isinstance(raw, str):
        raise Misread(_WORDS[kind])
    return of_json(shape, raw)


def of_text(shape: Any, text: str, *, default_format: str = "iso8601") -> Any:
    """The value of a scalar that is written as text: in XML, in a header. Raises Misread."""
    kind = shape.type_name
    if is_json_value_header(shape):
        return _json_header(text)
    if kind in ("integer", "long"):
        if not _INTEGER.fullmatch(text):
            raise Misread(_WORDS[kind])
        return int(text)
    if kind in ("float", "double"):
        if not _FLOAT.fullmatch(text) and text not in _NOT_FINITE:
            raise Misread(_WORDS[kind])
        return float(text)
    if kind == "boolean":
        if text not in ("true", "false"):
            raise Misread(_WORDS[kind])
        return text == "true"
    if kind == "timestamp":
        return _text_time(text, (shape.serialization.get("timestampFormat") or default_format).lower())
    if kind == "blob":
        return _blob(text)
    return _policy(text) if shape.name == POLICY_SHAPE else text


def _is_whole(raw: Any) -> bool:
    return not isinstance(raw, bool) and (isinstance(raw, int) or (isinstance(raw, float) and raw.is_integer()))


def _is_number(raw: Any) -> bool:
    return isinstance(raw, int | float) and not isinstance(raw, bool)


def _policy(text: str) -> Any:
    """IAM's policy documents are JSON in a text; a client hands out the mapping."""
    value = decoded_json(text)
    if not isinstance(value, dict):
        raise Misread("a policy document")
    return value


def _json_header(text: str) -> Any:
    try:
        return json.loads(base64.b64decode(text, validate=True))
    except (binascii.Error, ValueError) as error:
        raise Misread("base64 of JSON") from error


def _blob(raw: Any) -> bytes:
    if not isinstance(raw, str):
        raise Misread(_WORDS["blob"])
    try:
        return base64.b64decode("".join(raw.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Misread(_WORDS["blob"]) from error


def _json_time(shape: Any, raw: Any) -> datetime:
    wanted = (shape.serialization.get("timestampFormat") or "unixTimestamp").lower()
    if wanted != "unixtimestamp":
        if not isinstance(raw, str):
            raise Misread(_TIME_WORDS[wanted])
        return _text_time(raw, wanted)
    if not _is_number(raw):
        raise Misread(_TIME_WORDS[wanted])
    return _moment(raw, wanted)


def _text_time(text: str, wanted: str) -> datetime:
    """A time in the wanted format. ISO 8601 and HTTP's are told apart by themselves, so either passes for the other."""
    if wanted == "unixtimestamp":
        if not _FLOAT.fullmatch(text):
            raise Misread(_TIME_WORDS[wanted])
        return _moment(text, wanted)
    if not _ISO.fullmatch(text.strip()) and not _is_http_date(text):
        raise Misread(_TIME_WORDS[wanted])
    return _moment(text, wanted)


def _is_http_date(text: str) -> bool:
    try:
        parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError):
        return False
    return True


def _moment(raw: Any, wanted: str) -> datetime:
    try:
        moment = parse_timestamp(raw)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (TypeError, ValueError, AttributeError, OverflowError, RuntimeError) as error:
        raise Misread(_TIME_WORDS[wanted]) from error
