"""A recorded request as a contract promises it: as it was sent, with the params of the recording put back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, get_args
from urllib.parse import parse_qsl, quote, urlsplit

from pactproof.agreement import OUTSIDE, relative_path
from pactproof.contract_entries import Method
from pactproof.expectation_reading import as_text, params_in
from pactproof.generate.member_key import escaped
from pactproof.generate.recorded_body import (
    UnpromisableError,
    binary,
    is_text,
    recorded_text,
    spelled_media,
    strict_json,
)
from pactproof.generate.recorded_value import PARAM_NAME, UNSAYABLE_KEY, is_storable
from pactproof.interaction import Json, Request, bare_media_type, is_json, normal_path
from pactproof.multipart import FORM_DATA, parsed_parts
from pactproof.placeholder import PLACEHOLDER
from pactproof.promised_interaction import FORM
from pactproof.xml_tree import is_xml

_LEAST_PARAM_CHARS: Final = 3  # a shorter value means a param only under the param's own name
_COMMON = frozenset({"true", "false", "null", "none"})
_TAKEN_FOR_GRANTED = frozenset({"*/*", "application/json", "text/plain", "text/html"})


class UnsayableError(Exception):
    """A contract has no words for a part of what was recorded; the message says for which."""


@dataclass
class RecordedRequests:
    """Writes requests in the language of contracts. `notes`: what had to be left out, a sentence each."""

    params: Mapping[str, Json]
    base_url: str
    notes: list[str] = field(default_factory=list)

    def promise(self, request: Request) -> dict[str, Json]:
        """The `request:` of an interaction. Raises UnsayableError where a contract cannot promise it."""
        if request.method not in get_args(Method):
            raise UnsayableError(f"the method {request.method}")
        headers = self._accept(request)
        written: dict[str, Json] = {"method": request.method, "path": self._path(request)}
        if query := self._fields(urlsplit(request.url).query, "the query"):
            written["query"] = query
        body = self._body(request, headers) if request.body else None
        if headers:
            written["headers"] = headers
        return written if body is None else {**written, "body": body}

    def _path(self, request: Request) -> Json:
        path = relative_path(request.url, self.base_url)
        if path.startswith(OUTSIDE):
            raise UnsayableError(f"the path {urlsplit(request.url).path}, which is not below {self.base_url}")
        segments = path.split("/")[1:]
        named = self._segment_params(segments)
        if any(PLACEHOLDER.search(part) for index, part in enumerate(segments) if index not in named):
            is_open = [index in named or bool(PLACEHOLDER.search(part)) for index, part in enumerate(segments)]
            parts = ("[^/]+" if is_any else re.escape(part) for part, is_any in zip(segments, is_open, strict=True))
            return {"$regex": "/" + "/".join(parts), "like": path}
        return "/" + "/".join(f"{{{named[index]}}}" if index in named else part for index, part in enumerate(segments))

    def _segment_params(self, segments: list[str]) -> dict[int, str]:
        """The param that each segment came from, by position.

        Of several segments with a param's value the last ones are meant: in /repos/repos, the owner is the second.
        """
        by_value: dict[str, list[str]] = {}
        for name, param in self.params.items():
            if PARAM_NAME.fullmatch(name) and type(param) in (str, int) and param != "":
                by_value.setdefault(normal_path(quote(as_text(param), safe="")), []).append(name)
        named: dict[int, str] = {}
        for value, names in by_value.items():
            positions = [index for index, part in enumerate(segments) if part == value][-len(names) :]
            named |= dict(zip(positions, names, strict=False))
        return named

    def _fields(self, text: str, where: str) -> dict[str, Json]:
        """A query or a form: each name with its value, or with its values in order."""
        fields: dict[str, list[str]] = {}
        for name, value in parse_qsl(text, keep_blank_values=True):
            fields.setdefault(name, []).append(value)
        written: dict[str, Json] = {}
        for name, values in fields.items():
            if not name or UNSAYABLE_KEY.search(name):
                raise UnsayableError(f"the name {name!r} in {where}")
            items = [self._sent_text(name, value, where) for value in values]
            if len(items) > 1 and any(isinstance(item, dict) for item in items):
                raise UnsayableError(f"one of several values of {name} in {where} that was redacted or has braces")
            written[escaped(name)] = items[0] if len(items) == 1 else items
        return written

    def _sent_text(self, name: str, value: str, where: str) -> Json:
        """A value that travels as text, so that a param of any type may be behind it."""
        if param := self._param_behind(name, value, as_sent=True):
            return param
        if PLACEHOLDER.search(value):
            return _any_text(value)
        asked = list(params_in(value))
        if any(one in self.params for one in asked):
            raise UnsayableError(f"the text {value!r} in {where}, which reads as a param")
        if asked:
            return {"$regex": re.escape(value), "like": value}
        return int(value) if re.fullmatch("0|[1-9][0-9]{0,8}", value) else value

    def _param_behind(self, name: str, value: Json, *, as_sent: bool = False) -> str:
        """`{uid}` for a value that is a param's: under the param's name, or too telling to be so by chance."""
        fitting = [
            key
            for key, param in self.params.items()
            if PARAM_NAME.fullmatch(key)
            and type(param) in (str, int, float)
            and (as_text(param) == value if as_sent else type(param) is type(value) and param == value)
        ]
        text = as_text(value)
        is_telling = len(text) >= _LEAST_PARAM_CHARS and text.lower() not in _COMMON
        if name in fitting:
            return f"{{{name}}}"
        return f"{{{fitting[0]}}}" if fitting and is_telling else ""

    def _accept(self, request: Request) -> dict[str, Json]:
        """What the program asked for where it is more than JSON or anything: a vendor's media type, a version."""
        value = ", ".join(request.headers.all("accept"))
        types = {part.strip().lower() for part in value.split(",") if part.strip()}
        is_plain = (
            not re.search(r"[\x00-\x1f\x7f{]", value) and value == value.strip() and not PLACEHOLDER.search(value)
        )
        return {"Accept": value} if is_plain and types - _TAKEN_FOR_GRANTED else {}

    def _body(self, request: Request, headers: dict[str, Json]) -> Json:
        """The promise of the body, None where none can be made; adds the header that its media type needs."""
        try:
            body, content_type = self._body_with_type(request)
        except UnpromisableError as error:
            self.notes.append(f"{request.method} has a body that is not promised: {error}")
            return None
        if content_type:
            headers["Content-Type"] = content_type
        return body

    def _body_with_type(self, request: Request) -> tuple[Json, str]:
        """What the body is, and the Content-Type that has to be promised beside it, "" where it follows from the body.

        Raises UnpromisableError for a body that is left out, UnsayableError for one that spoils the whole request.
        """
        media, header = request.content_type, request.headers.get("content-type")
        if not media:
            raise UnpromisableError("it has no media type")
        if is_json(media):
            value = self._exactly("", strict_json(recorded_text(request.body, media)))
            if value is None:
                raise UnpromisableError("it is null")
            is_usual = media == "application/json" and not isinstance(value, str)
            return value, "" if is_usual else spelled_media(header)
        if media == FORM:
            return self._fields(recorded_text(request.body, header), "the form"), FORM
        if media == FORM_DATA:
            return self._parts(request.body, header), FORM_DATA
        if not is_text(media):
            return binary(media, request.body, self.notes), ""
        written = self._exactly("", recorded_text(request.body, header))
        if is_xml(media) and isinstance(written, dict):
            raise UnpromisableError("it is XML that was redacted")
        return written, "" if media == "text/plain" and spelled_media(header) == media else spelled_media(header)

    def _parts(self, body: bytes, header: str) -> dict[str, Json]:
        """A form of parts: each name with its text or file, or with several in order."""
        try:
            parts = parsed_parts(body, header)
        except ValueError as error:
            raise UnpromisableError(str(error)) from error
        written: dict[str, list[Json]] = {}
        for part in parts:
            if not part.name or UNSAYABLE_KEY.search(part.name):
                raise UnsayableError(f"the name {part.name!r} in the form")
            if part.file_name is None and not part.content_type.startswith("application/octet-stream"):
                item = self._sent_text(part.name, recorded_text(part.body, part.content_type), "the form")
            else:
                item = binary(bare_media_type(part.content_type) or "application/octet-stream", part.body, self.notes)
                item |= {"filename": part.file_name} if part.file_name and not list(params_in(part.file_name)) else {}
            written.setdefault(escaped(part.name), []).append(item)
        if not written:
            raise UnpromisableError("it has no parts")
        return {name: items[0] if len(items) == 1 else items for name, items in written.items()}

    def _exactly(self, name: str, value: Json) -> Json:
        """A JSON value as a request promises it: as it was sent."""
        if isinstance(value, dict):
            for key in value:
                if not key or UNSAYABLE_KEY.search(key) or not is_storable(key):
                    raise UnsayableError(f"the key {key!r} in the body of the request")
            return {escaped(key): self._exactly(key, item) for key, item in value.items()}
        if isinstance(value, list):
            return [self._exactly(name, item) for item in value]
        if param := self._param_behind(name, value):
            return param
        if not isinstance(value, str):
            return value
        if PLACEHOLDER.search(value):
            return _any_text(value)
        if not is_storable(value) or any(one in self.params for one in params_in(value)):
            raise UnsayableError("a text in the body of the request that reads as a param, or is no Unicode text")
        return value


def _any_text(value: str) -> dict[str, Json]:
    """Any text: what was redacted is no pattern for what is sent."""
    return {"$regex": r"[\s\S]+" if "\n" in value else ".+", "like": value}
