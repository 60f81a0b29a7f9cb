"""Whether one request or response is as promised: Pact's matcher on all parts of it at once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

from pactproof.expectation import Binary, FormPart, Member, Multipart, Object, Value
from pactproof.interaction import (
    Headers,
    Mismatch,
    Request,
    Response,
    bare_media_type,
    body_text,
    is_json,
    normal_path,
    parsed_json,
)
from pactproof.matching import mismatches, parsed_path, path_text
from pactproof.multipart import Part, parsed_parts
from pactproof.promised_interaction import FORM, RequestPromise, ResponsePromise
from pactproof.xml_matching import xml_mismatches
from pactproof.xml_tree import is_xml

SHOWN_CHARS = 80
OUTSIDE = "/.."
"""What the path of a request starts with that goes to another part of the base URL's host."""


def response_mismatches(promise: ResponsePromise, response: Response) -> list[Mismatch]:
    """How `response` breaks `promise`; extra members are fine. After a wrong status nothing else is judged."""
    if response.status != promise.status:
        shown = f"{response.status}, body {_start(response.body)}" if response.body else str(response.status)
        return [Mismatch("status", str(promise.status), shown, "another status than promised")]
    found = _header_mismatches(promise.headers, response.headers)
    if promise.body is None:
        return found
    return found + _body_mismatches(promise, response, extra_allowed=True)


def request_mismatches(promise: RequestPromise, request: Request, base_url: str) -> list[Mismatch]:
    """How `request` differs from `promise`. Query and body members that are not promised count, headers do not.

    base_url: the promised path stands below its path, so that "https://slack.com/api" + "/chat.postMessage" fits
    """
    found: list[Mismatch] = []
    if request.method != promise.method:
        found.append(Mismatch("method", promise.method, request.method, "another method than promised"))
    found += _renamed("path", mismatches(promise.path, relative_path(request.url, base_url)))
    query = _form(urlsplit(request.url).query)
    promised_query = Object(tuple(Member(name, node) for name, node in promise.query.items()))
    if query or promise.query:
        found += _renamed("query", mismatches(promised_query, query, extra_allowed=False))
    found += _header_mismatches(promise.headers, request.headers)
    if promise.body is not None:
        found += _body_mismatches(promise, request, extra_allowed=False)
    return found


def relative_path(url: str, base_url: str) -> str:
    """The path of `url` below that of `base_url`, percent-encoding normalised, starting with a slash.

    One that is not below it starts with OUTSIDE, so that no promise fits it: a client that joins URLs by their
    rules, and so drops the "/api" of a base URL, is not taken for one that keeps it.
    """
    path, prefix = urlsplit(url).path or "/", urlsplit(base_url).path.rstrip("/")
    if path != prefix and not path.startswith(f"{prefix}/"):
        return OUTSIDE + normal_path(path)
    return normal_path(path.removeprefix(prefix) or "/")


def _header_mismatches(promised: Mapping[str, Value], headers: Headers) -> list[Mismatch]:
    if not promised:
        return []
    node = Object(tuple(Member(name, value) for name, value in promised.items()))
    found = {name: _header(name, value, headers) for name, value in promised.items() if name in headers}
    return _renamed("header", mismatches(node, found))


def _header(name: str, promised: Value, headers: Headers) -> str:
    """The value as Pact compares it: a charset is no other media type, and a space behind a comma no other value."""
    value = ", ".join(headers.all(name))
    if name.lower() == "content-type" and ";" not in str(promised.example):
        return value.partition(";")[0].strip()
    is_same = promised.matcher is None and _spaced(value) == _spaced(str(promised.example))
    return str(promised.example) if is_same else value


def _spaced(value: str) -> str:
    return ", ".join(part.strip() for part in value.split(","))


def _body_mismatches(
    promise: RequestPromise | ResponsePromise, sent: Request | Response, *, extra_allowed: bool
) -> list[Mismatch]:
    """How the body differs. Like Pact, it has to be there and of the promised media type, whatever it holds."""
    assert promise.body is not None  # noqa: S101  # the caller looked
    wanted, media = bare_media_type(promise.content_type), sent.content_type
    if not sent.body:
        return [Mismatch("$", f"a body of {wanted}", "nothing", "the body is empty")]
    found: list[Mismatch] = []
    is_told = media or not promise.is_untyped
    if media != wanted and is_told and "Content-Type" not in promise.headers:
        text = "the body is of another media type than promised"
        found.append(Mismatch("header.Content-Type", wanted, media or "nothing", text))
    match promise.body:
        case Binary():
            return found
        case Multipart():
            return found + _part_mismatches(promise.body, sent)
    if is_json(wanted):
        try:
            body = parsed_json(sent.body)
        except ValueError:
            return [_unreadable("a JSON body", sent, "the body is not JSON")]
        return found + mismatches(promise.body, body, extra_allowed=extra_allowed)
    if is_xml(wanted) and isinstance(promise.body, Value):
        return found + xml_mismatches(promise.body, sent.body, extra_allowed=extra_allowed)
    try:
        text = body_text(sent.body, sent.headers.get("content-type"))
    except ValueError as error:
        return [*found, _unreadable("text", sent, f"the body is no text in its charset: {error}")]
    return found + mismatches(promise.body, _form(text) if wanted == FORM else text, extra_allowed=extra_allowed)


def _unreadable(expected: str, sent: Request | Response, text: str) -> Mismatch:
    shown = f"{_start(sent.body)} ({sent.content_type or 'no content type'})"
    return Mismatch("$", expected, shown, text)


def _part_mismatches(promise: Multipart, sent: Request | Response) -> list[Mismatch]:
    """Parts of one name in turn, names in any order; Pact takes further parts and any file name, a promise does not."""
    try:
        parts = parsed_parts(sent.body, sent.headers.get("content-type"))
    except ValueError as error:
        return [_unreadable("a multipart body", sent, f"the body is no multipart form: {error}")]
    found: list[Mismatch] = []
    for name in dict.fromkeys([*(part.name for part in promise.parts), *(part.name for part in parts)]):
        wanted = [part for part in promise.parts if part.name == name]
        there = [part for part in parts if part.name == name]
        path = path_text((name,))
        if len(wanted) != len(there):
            text = f"{name!r} is not promised" if not wanted else f"{name!r} is there {len(there)} times"
            found.append(Mismatch(path, f"{len(wanted)} parts", f"{len(there)} parts", text))
            continue
        for promised, part in zip(wanted, there, strict=True):
            found += [replace(one, path=path) for one in _one_part(promised, part)]
    return found


def _one_part(promised: FormPart, part: Part) -> list[Mismatch]:
    found: list[Mismatch] = []
    if promised.file_name not in (None, part.file_name):
        found.append(Mismatch("$", promised.file_name or "", part.file_name or "nothing", "another file name"))
    if isinstance(promised.node, Binary):
        wanted, media = promised.node.media_type, bare_media_type(part.content_type)
        if media not in ("", bare_media_type(wanted)):
            found.append(Mismatch("$", wanted, media, "the part is of another media type than promised"))
        return found
    if part.file_name is not None:
        found.append(Mismatch("$", "a field", f"the file {part.file_name}", "a file where a field is promised"))
    try:
        text = body_text(part.body, part.content_type)
    except ValueError as error:
        return [*found, Mismatch("$", "text", _start(part.body), f"the part is no text in its charset: {error}")]
    return found + mismatches(promised.node, text)


def _form(text: str) -> dict[str, list[str]]:
    """The fields of a form, or of a query: each name with its values, in order."""
    fields: dict[str, list[str]] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        fields.setdefault(name, []).append(value)
    return fields


def _renamed(part: str, found: Iterable[Mismatch]) -> list[Mismatch]:
    """Paths as people say them: "query.type" for "$.type[0]", "path" for "$"."""
    result = []
    for mismatch in found:
        names = [str(step) for step in parsed_path(mismatch.path) if not isinstance(step, int)]
        result.append(Mismatch(".".join([part, *names]), mismatch.expected, mismatch.found, mismatch.text))
    return result


def _start(body: bytes) -> str:
    text = body[: SHOWN_CHARS * 4].decode("utf-8", "replace")
    return json.dumps(text[:SHOWN_CHARS], ensure_ascii=False) + ("…" if len(text) > SHOWN_CHARS else "")
