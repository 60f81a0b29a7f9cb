"""One promised interaction: an HTTP request with its response, or an AWS call, and how a contract says it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias
from urllib.parse import quote

from pactproof.document import KeyPath
from pactproof.entries import shown
from pactproof.errors import Place
from pactproof.expectation import Binary, Member, Node, Object, Value, example, is_sendable
from pactproof.expectation import Sequence as Elements
from pactproof.expectation_reading import Reader, as_text, params_in, unescaped
from pactproof.interaction import Json, bare_media_type, is_json, normal_path
from pactproof.spelling import did_you_mean

FORM = "application/x-www-form-urlencoded"
_BODILESS = frozenset({204, 205, 304, *range(100, 200)})
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")


@dataclass(frozen=True)
class RequestPromise:
    """`query` holds a list of values for each name, as it may be repeated; `body` None means "not promised"."""

    method: str
    path: Value
    query: Mapping[str, Node]
    headers: Mapping[str, Value]
    body: Node | None
    content_type: str


@dataclass(frozen=True)
class ResponsePromise:
    status: int
    headers: Mapping[str, Value]
    body: Node | None
    content_type: str


@dataclass(frozen=True)
class HttpPromise:
    request: RequestPromise
    response: ResponsePromise
    is_repeatable: bool
    place: Place


@dataclass(frozen=True)
class AwsError:
    code: str
    status: int
    message: str


@dataclass(frozen=True)
class AwsPromise:
    """One AWS call. `params` None means "as the service model demands"; `given` is the response as written."""

    params: Node | None
    response: Node | None
    given: Mapping[str, Json]
    reads: tuple[str, ...]
    error: AwsError | None
    place: Place


Promise: TypeAlias = HttpPromise | AwsPromise


def http_promise(reader: Reader, data: Mapping[str, Any], path: KeyPath) -> HttpPromise:
    """The HTTP interaction that stands at `path`; what is wrong with it, the reader keeps."""
    request = _request(reader, data["request"], (*path, "request"))
    response = _response(reader, data.get("response", {}), (*path, "response"))
    if response.body is not None and (request.method == "HEAD" or response.status in _BODILESS):
        what = "an answer to HEAD has no body" if request.method == "HEAD" else f"status {response.status} has no body"
        reader.fault(what, (*path, "response", "body"), "remove `body:`", at_key=True)
    place = reader.document.place(*path, "request")
    return HttpPromise(request, response, bool(data.get("repeatable", False)), place)


def _request(reader: Reader, data: Mapping[str, Any], at: KeyPath) -> RequestPromise:
    headers = _headers(reader, data.get("headers", {}), (*at, "headers"))
    query = {
        unescaped(name)[0]: _values(reader, item, (*at, "query", name))
        for name, item in _always_sent(reader, data.get("query", {}), (*at, "query"))
    }
    content_type = _content_type(data, headers)
    body = _body(reader, data.get("body"), (*at, "body"), content_type, is_request=True)
    path = _path(reader, data["path"], (*at, "path"))
    return RequestPromise(data.get("method", "GET"), path, query, headers, body, content_type)


def _response(reader: Reader, data: Mapping[str, Any], at: KeyPath) -> ResponsePromise:
    headers = _headers(reader, data.get("headers", {}), (*at, "headers"))
    content_type = _content_type(data, headers)
    body = _body(reader, data.get("body"), (*at, "body"), content_type, is_request=False)
    return ResponsePromise(data.get("status", 200), headers, body, content_type)


def _body(reader: Reader, data: Json, path: KeyPath, content_type: str, *, is_request: bool) -> Node | None:
    if data is None:
        return None
    media = bare_media_type(content_type)
    if media == FORM and isinstance(data, dict) and "$binary" not in data:
        items = _always_sent(reader, data, path)
        return Object(tuple(Member(unescaped(name)[0], _values(reader, item, (*path, name))) for name, item in items))
    node = reader.exactly(data, path) if is_request else reader.by_type(data, path)
    if is_request and not is_sendable(node):
        what = "a request with keys that may be absent, or with nullable lists or mappings"
        reader.fault(what, path, "promise what the program sends, and every other form of it as a scenario")
    if not is_json(media) and isinstance(data, dict | list) and not isinstance(node, Binary | Value):
        what = f"a mapping or a list as the body of {content_type}"
        reader.fault(what, path, f"write text, or leave the header to application/json or {FORM}")
    return node


def _always_sent(reader: Reader, data: Mapping[str, Json], path: KeyPath) -> Iterator[tuple[str, Json]]:
    """The entries of a query, a form or headers, which Pact takes for sent whenever they are promised."""
    for name, item in data.items():
        if unescaped(name)[1]:
            fix = f"remove the question mark, or write {name[:-1]}\\? for a name that ends in one"
            reader.fault(f"{name} says that it may be absent", (*path, name), fix, at_key=True)
        yield name, item


def _path(reader: Reader, data: Json, path: KeyPath) -> Value:
    if isinstance(data, dict):
        node = reader.exactly(data, path)
        if isinstance(node, Value) and isinstance(node.example, str) and node.example.startswith("/"):
            return node
        reader.fault(f"found {shown(data)}", path, "write the path as text, or as {$regex: …, like: /…}")
        return Value("/")
    if not isinstance(data, str):
        reader.fault(f"found {shown(data)}", path, "write the path as text, or as {$regex: …, like: /…}")
        return Value("/")
    if not data.startswith("/"):
        reader.fault(f"the path {data!r} does not start with a slash", path, f"write /{data}")
    if "?" in data:
        reader.fault("a query inside the path", path, "move what follows the question mark to `query:`")
    if re.search(r"[#\x00-\x1f\x7f]", data):
        reader.fault("a fragment or a control character in the path", path, "write what the program sends")
    _refuse_unknown_params(reader, data, path)
    quoted = {name: quote(as_text(item), safe="") for name, item in reader.params.items()}
    return Value(normal_path(str(Reader(reader.document, reader.faults, quoted).inserted(data))))


def _refuse_unknown_params(reader: Reader, data: Json, path: KeyPath) -> None:
    for name in params_in(data) if isinstance(data, str) else ():
        if name not in reader.params:
            known = ", ".join(reader.params) or "none"
            fix = f"add {name} to `params:`{did_you_mean(name, reader.params)}"
            reader.fault(f"no param {name} (params: {known})", path, fix)


def _values(reader: Reader, data: Json, path: KeyPath) -> Elements:
    items = data if isinstance(data, list) else [data]
    if len(items) > 1 and any(isinstance(item, dict) for item in items):
        fix = "write the values as they are sent"
        reader.fault("an operator in a list, where Pact has one rule for all values of a name", path, fix)
    for item in items:
        _refuse_unknown_params(reader, item, path)
    return Elements(tuple(_text(reader, item, path) for item in items))


def _text(reader: Reader, data: Json, path: KeyPath) -> Value:
    """A value that travels as text: true and 3 become "true" and "3"."""
    before = len(reader.faults)
    node = reader.exactly(data, path)
    if isinstance(node, Value) and isinstance(node.example, str | bool | int | float) and node.matcher is None:
        return Value(as_text(node.example))
    if isinstance(node, Value) and isinstance(node.example, str):
        return node
    if len(reader.faults) == before:
        fix = "give text, a number or a boolean, or an operator for text"
        reader.fault(f"found {shown(data)}", path, fix)
    return Value("")


def _headers(reader: Reader, data: Mapping[str, Json], path: KeyPath) -> dict[str, Value]:
    result: dict[str, Value] = {}
    for written, item in _always_sent(reader, data, path):
        name = unescaped(written)[0].title()
        if not _HEADER_NAME.fullmatch(name):
            fix = "use letters, digits and dashes"
            reader.fault(f"{written!r} is not the name of a header", (*path, written), fix, at_key=True)
        if name in result:
            reader.fault(f"the header {name} stands twice", (*path, written), "keep one of the two", at_key=True)
        _refuse_unknown_params(reader, item, (*path, written))
        result[name] = _text(reader, item, (*path, written))
        value = str(result[name].example)
        if re.search(r"[\x00-\x08\x0a-\x1f\x7f]", value) or value != value.strip():
            fix = "write the value in one line, without spaces around it"
            reader.fault(f"the header {name} holds what a header cannot", (*path, written), fix)
    return result


def _content_type(data: Mapping[str, Any], headers: Mapping[str, Value]) -> str:
    """The media type of the body: as the headers say, else by what the body is; "" without a body."""
    body = data.get("body")
    if body is None:
        return ""
    if "Content-Type" in headers:
        return str(headers["Content-Type"].example)
    if isinstance(body, dict) and isinstance(body.get("$binary"), str):
        return str(body["$binary"])
    return "text/plain" if isinstance(body, str) else "application/json"


def aws_promise(reader: Reader, data: Mapping[str, Any], path: KeyPath) -> AwsPromise:
    """The AWS call that stands at `path`; what is wrong with it, the reader keeps."""
    params, response, error = data.get("params"), data.get("response"), data.get("error")
    if params is not None:  # a sandbox has its own bucket names and the like
        params = {name: reader.params.get(name, value) for name, value in params.items()}
    if error is not None and (response is not None or data.get("reads")):
        reader.fault("an answer beside an error", (*path, "error"), "promise either `error` or `response` and `reads`")
    response_node = reader.by_type(response, (*path, "response")) if response is not None else None
    return AwsPromise(
        reader.exactly(params, (*path, "params")) if params is not None else None,
        response_node,
        example(response_node) if response_node is not None else {},
        tuple(data.get("reads", ())),
        AwsError(error["code"], error.get("status", 400), error.get("message", "")) if error else None,
        reader.document.place(*path),
    )
