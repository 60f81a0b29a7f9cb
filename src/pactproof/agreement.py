"""Whether one request or response is as promised: Pact's matcher on all parts of it at once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl, urlsplit

from pactproof.contracts import RequestPromise, ResponsePromise
from pactproof.expectation import Binary, Member, Node, Object, Value
from pactproof.interaction import Headers, Json, Mismatch, Request, Response, is_json, parsed_json
from pactproof.matching import mismatches, parsed_path

SHOWN_CHARS = 80


def response_mismatches(promise: ResponsePromise, response: Response) -> list[Mismatch]:
    """How `response` breaks `promise`; extra members are fine. After a wrong status nothing else is judged."""
    if response.status != promise.status:
        shown = f"{response.status}, body {_start(response.body)}" if response.body else str(response.status)
        return [Mismatch("status", str(promise.status), shown, "another status than promised")]
    found = _header_mismatches(promise.headers, response.headers)
    if promise.body is None:
        return found
    body, unreadable = _body(promise.body, promise.content_type, response.body, response.headers)
    return found + (unreadable or mismatches(promise.body, body))


def request_mismatches(promise: RequestPromise, request: Request, base_url: str) -> list[Mismatch]:
    """How `request` differs from `promise`. Query and body members that are not promised count, headers do not.

    base_url: the promised path stands below its path, so that "https://slack.com/api" + "/chat.postMessage" fits
    """
    found: list[Mismatch] = []
    if request.method != promise.method:
        found.append(Mismatch("method", promise.method, request.method, "another method than promised"))
    found += _renamed("path", mismatches(promise.path, relative_path(request.url, base_url)))
    query: dict[str, Json] = {}
    for name, value in parse_qsl(urlsplit(request.url).query, keep_blank_values=True):
        query.setdefault(name, []).append(value)
    promised_query = Object(tuple(Member(name, node) for name, node in promise.query.items()))
    if query or promise.query:
        found += _renamed("query", mismatches(promised_query, query, extra_allowed=False))
    found += _header_mismatches(promise.headers, request.headers)
    if promise.body is not None:
        body, unreadable = _body(promise.body, promise.content_type, request.body, request.headers)
        found += unreadable or mismatches(promise.body, body, extra_allowed=False)
    return found


def relative_path(url: str, base_url: str) -> str:
    """The path of `url` below that of `base_url`, percent-encoding normalised, starting with a slash."""
    prefix = urlsplit(base_url).path.rstrip("/")
    path = urlsplit(url).path or "/"
    return path.removeprefix(prefix) or "/"


def is_literally(promise: RequestPromise, request: Request, base_url: str) -> bool:
    """Whether method, path and query are as promised: enough to tell which interaction a request is meant for."""
    return request.method == promise.method and not [
        mismatch for mismatch in request_mismatches(promise, request, base_url) if not mismatch.path.startswith("$")
    ]


def _header_mismatches(promised: Mapping[str, Value], headers: Headers) -> list[Mismatch]:
    if not promised:
        return []
    node = Object(tuple(Member(name, value) for name, value in promised.items()))
    found = {name: _header(name, value, headers) for name, value in promised.items() if name in headers}
    return _renamed("header", mismatches(node, found))


def _header(name: str, promised: Value, headers: Headers) -> str:
    value = ", ".join(headers.all(name))
    if name.lower() == "content-type" and ";" not in str(promised.example):
        return value.partition(";")[0].strip()  # a charset is no other media type
    return value


def _body(node: Node, content_type: str, body: bytes, headers: Headers) -> tuple[Json, list[Mismatch]]:
    media = content_type.partition(";")[0].strip().lower()
    if isinstance(node, Binary):
        return body, []
    if is_json(media):
        try:
            return parsed_json(body), []
        except ValueError:
            sent = headers.get("content-type") or "no content type"
            return None, [Mismatch("$", "a JSON body", f"{_start(body)} ({sent})", "the body is not JSON")]
    text = body.decode("utf-8", "replace")
    if media == "application/x-www-form-urlencoded":
        return _form(text), []
    return text, []


def _form(text: str) -> dict[str, Json]:
    fields: dict[str, Json] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        fields[name] = [*fields[name], value] if isinstance(fields.get(name), list) else value
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
