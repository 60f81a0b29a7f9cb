"""When a request is the recorded one, for recordings that no contract describes.

The parts that are compared have vcrpy's names. What a client is free in makes no difference: the order of query and
form, the spelling of a path, the layout of JSON, the boundary of a multipart body, a packed body. Secrets are compared
as what they were stored as, and the number of a placeholder makes no difference.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Mapping, Sequence
from operator import itemgetter
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from pactproof.errors import ContractError
from pactproof.interaction import Interaction, Request, Response, is_json, normal_path, parsed_json
from pactproof.multipart import FORM_DATA, parsed_parts
from pactproof.placeholder import without_numbers
from pactproof.redaction import Redactor
from pactproof.spelling import nearest
from pactproof.transport import origin, plain_request

MATCH_ON: Final = ("method", "scheme", "host", "port", "path", "query", "body")
FORM: Final = "application/x-www-form-urlencoded"


def check_match_on(match_on: Sequence[str]) -> None:
    """Raises ContractError for a name that is no part of a request."""
    for name in match_on:
        if name not in MATCH_ON:
            near = nearest(name, MATCH_ON)
            fix = f"write {near}" if near else f"use some of {', '.join(MATCH_ON)}"
            raise ContractError(f"match_on names {name!r}, which cannot be compared", fix=fix)


def request_key(request: Request, match_on: Sequence[str] = MATCH_ON) -> Hashable:
    """Equal for requests that are the same in the parts that `match_on` names."""
    return tuple(_PARTS[name](request) for name in match_on)


def redacted(request: Request, redactor: Redactor | None = None) -> Request:
    """`request` with its secrets hidden, as it would be stored; headers that are not stored are gone."""
    return (redactor or Redactor()).redact(Interaction(request, Response(200))).request


def body_value(request: Request) -> Any:
    """What the body says: a JSON value, the fields of a form, the parts of a multipart body; else its bytes."""
    body, media = plain_request(request).body, request.content_type
    if not body:
        return None
    try:
        if is_json(media) or not media:
            return parsed_json(body)
        if media == FORM:
            return _fields(body.decode())
        if media == FORM_DATA:
            parts = parsed_parts(body, request.headers.get("content-type"))
            return [(part.name, part.file_name, part.content_type, part.body) for part in parts]
    except ValueError:
        pass  # not what it says it is: compared byte by byte
    return body


def query_fields(request: Request) -> list[tuple[str, str]]:
    return _fields(urlsplit(request.url).query)


def _fields(text: str) -> list[tuple[str, str]]:
    """By name; the values of one name in their order."""
    fields = parse_qsl(without_numbers(text), keep_blank_values=True)
    return sorted(fields, key=itemgetter(0))


def _body_key(request: Request) -> Hashable:
    value = body_value(request)
    if isinstance(value, bytes):
        return without_numbers(value.decode("latin-1"))
    return without_numbers(json.dumps(value, sort_keys=True, default=lambda part: part.decode("latin-1")))


def _path(request: Request) -> str:
    return without_numbers(normal_path(urlsplit(request.url).path or "/"))


def _origin_part(index: int) -> Callable[[Request], Hashable]:
    def part(request: Request) -> Hashable:
        parts = urlsplit(origin(request.url))
        return (parts.scheme, parts.hostname, parts.port)[index]

    return part


_PARTS: Final[Mapping[str, Callable[[Request], Hashable]]] = {
    "method": lambda request: request.method,
    "scheme": _origin_part(0),
    "host": _origin_part(1),
    "port": _origin_part(2),
    "path": _path,
    "query": lambda request: tuple(query_fields(request)),
    "body": _body_key,
}
