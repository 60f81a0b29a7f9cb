"""One request with its response, sent or recorded: plain frozen values with no opinion about matching."""

from __future__ import annotations

import codecs
import json
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from urllib.parse import parse_qsl, quote, unquote, unquote_to_bytes, urlsplit

Json: TypeAlias = Any  # what json.loads gives: None, bool, int, float, str, list, dict
HeaderItems: TypeAlias = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Headers:
    """HTTP headers in wire order; names keep their spelling and are looked up without regard to case."""

    items: HeaderItems = ()

    @classmethod
    def of(cls, pairs: Iterable[tuple[str | bytes, str | bytes]]) -> Headers:
        return cls(tuple((_text(name), _text(value)) for name, value in pairs))

    def get(self, name: str, default: str = "") -> str:
        """The first value of `name`."""
        return next(iter(self.all(name)), default)

    def all(self, name: str) -> list[str]:
        wanted = name.lower()
        return [value for key, value in self.items if key.lower() == wanted]

    def without(self, *names: str) -> Headers:
        dropped = {name.lower() for name in names}
        return Headers(tuple(item for item in self.items if item[0].lower() not in dropped))

    def __contains__(self, name: str) -> bool:
        return bool(self.all(name))


@dataclass(frozen=True, slots=True)
class Request:
    """A request as a consumer sent it. `url` is absolute; `body` is the bytes on the wire, b"" for none.

    Its repr is without headers: they carry credentials, and pytest shows the repr of what an assert looked at.
    """

    method: str
    url: str
    headers: Headers = field(default=Headers(), repr=False)
    body: bytes = b""

    @property
    def path(self) -> str:
        """Path without query, percent-decoded."""
        return unquote(urlsplit(self.url).path) or "/"

    @property
    def query(self) -> list[tuple[str, str]]:
        return parse_qsl(urlsplit(self.url).query, keep_blank_values=True)

    @property
    def content_type(self) -> str:
        return media_type(self.headers)

    def __str__(self) -> str:
        return f"{self.method} {self.url}"


@dataclass(frozen=True, slots=True)
class Response:
    """An answer as it came or was recorded. `body` has its transfer and content encodings removed."""

    status: int
    headers: Headers = Headers()
    body: bytes = b""
    reason: str = ""

    @property
    def content_type(self) -> str:
        return media_type(self.headers)


@dataclass(frozen=True, slots=True)
class Interaction:
    request: Request
    response: Response


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One part that is not as promised. A result, never raised.

    path: JSON path into the part, "$.items[0].id", or "status", "method", "path", "query.type", "header.Accept"
    """

    path: str
    expected: str
    found: str
    text: str = ""

    def __str__(self) -> str:
        return f"{self.path}: expected {self.expected}, found {self.found}"


def normal_path(path: str) -> str:
    """`path` with each character percent-encoded where it has to be and only there, so that equal paths are equal text.

    Clients differ in what they encode: "/a@b" and "/a%40b" are the same path, "/a/b" and "/a%2Fb" are not.
    """
    return "/".join(quote(unquote_to_bytes(part), safe="-._~!$&'()*+,;=:@") for part in path.split("/"))


def media_type(headers: Headers) -> str:
    """The bare media type that the headers say, "application/json"; "" where they say none."""
    return bare_media_type(headers.get("content-type"))


def bare_media_type(content_type: str) -> str:
    """A content type in lower case and without its parameters."""
    return content_type.partition(";")[0].strip().lower()


def is_json(media: str) -> bool:
    return media.endswith(("/json", "+json")) or media.startswith("application/x-amz-json")


def parsed_json(body: bytes) -> Json:
    """The JSON value of `body`. Raises ValueError where it is none, or is nested deeper than Python can follow.

    Python's own reading takes NaN for JSON, and a number beyond its floats for infinity; a byte order mark is allowed.
    """
    try:
        return json.loads(body, parse_float=_finite, parse_constant=_refused)
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def _finite(text: str) -> float:
    return max(-_LARGEST, min(float(text), _LARGEST))


def _refused(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


_LARGEST = sys.float_info.max


def body_text(body: bytes, content_type: str) -> str:
    """`body` in the charset that `content_type` names, UTF-8 where it names none or one that nobody knows.

    Raises ValueError where it is not text in that charset.
    """
    return body.decode(charset_of(content_type))


def text_bytes(text: str, content_type: str) -> bytes:
    """`text` in the charset that `content_type` names. Raises ValueError where it cannot be written in that."""
    return text.encode(charset_of(content_type))


def charset_of(content_type: str) -> str:
    """The name of the codec for the charset that `content_type` names, `utf-8` where it names none that is known."""
    found = _CHARSET.search(content_type)
    try:
        return codecs.lookup(found[1]).name if found else "utf-8"
    except LookupError:
        return "utf-8"


_CHARSET = re.compile(r';\s*charset="?([\w.:-]+)', re.IGNORECASE)


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value
