"""One promised interaction: an HTTP request with its response, or an AWS call, and how a contract says it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias
from urllib.parse import parse_qsl, quote

from pactproof.document import KeyPath
from pactproof.errors import Place
from pactproof.expectation import (
    TYPE,
    Binary,
    FormPart,
    Member,
    Multipart,
    Node,
    Object,
    Value,
    example,
    is_sendable,
)
from pactproof.expectation import Sequence as Elements
from pactproof.expectation_reading import OPERATORS, Reader, as_text, params_in, unescaped
from pactproof.interaction import Json, bare_media_type, is_json, normal_path, text_bytes
from pactproof.multipart import FORM_DATA, boundary_of
from pactproof.spelling import did_you_mean
from pactproof.telling import shown
from pactproof.xml_tree import is_xml, parsed_xml

FORM = "application/x-www-form-urlencoded"
_BODILESS = frozenset({204, 205, 304, *range(100, 200)})
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")


@dataclass(frozen=True)
class RequestPromise:
    """`query` holds a list of values for each name, as it may be repeated; `body` None means "not promised".

    is_untyped: the body comes without a Content-Type header
    """

    method: str
    path: Value
    query: Mapping[str, Node]
    headers: Mapping[str, Value]
    body: Node | None
    content_type: str
    is_untyped: bool = False


@dataclass(frozen=True)
class ResponsePromise:
    status: int
    headers: Mapping[str, Value]
    body: Node | None
    content_type: str
    is_untyped: bool = False


@dataclass(frozen=True)
class HttpPromise:
    request: RequestPromise
    response: ResponsePromise
    is_repeatable: bool
    place: Place

    @property
    def identity(self) -> str:
        return request_identity(self.request)

    @property
    def shown(self) -> str:
        return shown_request(self.request)


@dataclass(frozen=True)
class AwsError:
    code: str
    status: int
    message: str


@dataclass(frozen=True)
class AwsPromise:
    """One AWS call. `params` None means "as the service model demands"; `given` is the response as written.

    operation: "upload_part" or "sts.get_caller_identity", of a call in a sequence; None for the entry's own
    """

    params: Node | None
    response: Node | None
    given: Mapping[str, Json]
    reads: tuple[str, ...]
    error: AwsError | None
    place: Place
    operation: str | None = None
    is_repeatable: bool = False


Promise: TypeAlias = HttpPromise | AwsPromise


def request_identity(request: RequestPromise) -> str:
    """Equal for two requests that no provider could tell apart. Headers do not tell requests apart."""
    query = {name: example(node) for name, node in request.query.items()}
    body = example(request.body) if request.body is not None else None
    return json.dumps([request.method, request.path.example, query, body], sort_keys=True, default=repr)


def shown_request(request: RequestPromise) -> str:
    """A promised request as messages name it: "GET /items?page=2"."""
    pairs = [(name, str(value)) for name, node in request.query.items() for value in example(node)]
    query = "&".join(f"{quote(name, safe='[]')}={quote(value, safe='/:,+= ')}" for name, value in pairs)
    return f"{request.method} {request.path.example}" + (f"?{query}" if query else "")


def http_promise(reader: Reader, data: Mapping[str, Any], path: KeyPath) -> HttpPromise:
    """The HTTP interaction that stands at `path`; what is wrong with it, the reader keeps."""
    request = _request(reader, data["request"], (*path, "request"))
    response = _response(reader, data.get("response", {}), (*path, "response"), is_head=request.method == "HEAD")
    if response.body is not None and (request.method == "HEAD" or response.status in _BODILESS):
        what = "an answer to HEAD has no body" if request.method == "HEAD" else f"status {response.status} has no body"
        reader.fault(what, (*path, "response", "body"), "remove `body:`", at_key=True)
    place = reader.document.place(*path, "request")
    return HttpPromise(request, response, bool(data.get("repeatable", False)), place)


def _request(reader: Reader, data: Mapping[str, Any], at: KeyPath) -> RequestPromise:
    headers, is_untyped = _headers(reader, data.get("headers", {}), (*at, "headers"))
    query = {
        unescaped(name)[0]: _values(reader, item, (*at, "query", name))
        for name, item in _always_sent(reader, data.get("query", {}), (*at, "query"))
    }
    content_type = _content_type(data, headers)
    body = _body(reader, data.get("body"), (*at, "body"), content_type, is_request=True)
    path = _path(reader, data["path"], (*at, "path"))
    return RequestPromise(data.get("method", "GET"), path, query, headers, body, content_type, is_untyped)


def _response(reader: Reader, data: Mapping[str, Any], at: KeyPath, *, is_head: bool) -> ResponsePromise:
    headers, is_untyped = _headers(reader, data.get("headers", {}), (*at, "headers"))
    for written in data.get("headers", {}):
        if (fix := _NOT_AS_PROMISED.get(written.lower())) and not is_head:
            what = f"the header {written.title()}, which says how a body is sent and not what it is"
            reader.fault(what, (*at, "headers", written), fix, at_key=True)
    content_type = _content_type(data, headers)
    body = _body(reader, data.get("body"), (*at, "body"), content_type, is_request=False)
    return ResponsePromise(data.get("status", 200), headers, body, content_type, is_untyped)


_NOT_AS_PROMISED = {
    "content-encoding": "leave it out; bodies are promised and recorded unpacked",
    "transfer-encoding": "leave it out; bodies are promised and recorded whole",
    "content-length": "leave it out; it is that of the body, and can be promised of an answer to HEAD alone",
}


def _body(reader: Reader, data: Json, path: KeyPath, content_type: str, *, is_request: bool) -> Node | None:
    if data is None:
        return None
    media = bare_media_type(content_type)
    is_bytes = isinstance(data, dict) and "$binary" in data
    if not is_json(media) and not isinstance(data, dict | list):
        data = as_text(data)
    if media == FORM and isinstance(data, dict | str) and data and not is_bytes:
        return _form(reader, data, path)
    if media == FORM_DATA and not is_bytes:
        return _multipart(reader, data, path, content_type, is_request=is_request)
    node = reader.exactly(data, path) if is_request else reader.by_type(data, path)
    if is_request and not is_sendable(node):
        what = "a request with keys that may be absent, or with nullable lists or mappings"
        reader.fault(what, path, "promise what the program sends, and every other form of it as a scenario")
    if not is_json(media) and not isinstance(node, Binary):
        _check_text(reader, node, path, content_type)
    return node


def _form(reader: Reader, data: Mapping[str, Json] | str, path: KeyPath) -> Object:
    """A form by its fields, also where it is written as it is sent: names in any order, as Pact reads forms."""
    if isinstance(data, str):
        sent: dict[str, list[str]] = {}
        for name, text in parse_qsl(data, keep_blank_values=True):
            sent.setdefault(name, []).append(text)
        if not sent:
            reader.fault(f"found {shown(data)}, which is no field", path, "write a mapping of fields")
        return Object(tuple(Member(name, _values(reader, texts, path)) for name, texts in sent.items()))
    if operator := next((name for name in data if name in OPERATORS), None):
        fix = f"write a mapping of fields, or $${operator[1:]} for a field of that name"
        reader.fault(f"{operator} as the body of {FORM}", (*path, operator), fix, at_key=True)
    items = _always_sent(reader, data, path)
    return Object(tuple(Member(unescaped(name)[0], _values(reader, item, (*path, name))) for name, item in items))


def _check_text(reader: Reader, node: Node, path: KeyPath, content_type: str) -> None:
    """What is promised of a text has to be text, in its charset, and XML where it is to be XML."""
    if not isinstance(node, Value) or isinstance(node.example, dict | list):
        fix = f"write text, or leave the header to application/json or {FORM}"
        reader.fault(f"a mapping or a list as the body of {content_type}", path, fix)
        return
    text = node.example
    if not isinstance(text, str):
        fix = "write the text as it is sent, or {$regex: …, like: …}"
        reader.fault(f"an operator for {shown(text)} as the body of {content_type}, which is text", path, fix)
        return
    if not text:
        reader.fault("an empty body", path, "leave `body:` out")
        return
    try:
        text_bytes(text, content_type)
    except ValueError:
        reader.fault(f"the body cannot be written as {content_type}", path, "leave the charset to utf-8")
    if is_xml(bare_media_type(content_type)):
        _check_xml(reader, node, path)


def _check_xml(reader: Reader, node: Value, path: KeyPath) -> None:
    if node.rule not in (None, TYPE):
        fix = "write the document as text; its texts and attributes are matched by type"
        reader.fault("an operator as the body of XML, which Pact compares element by element", path, fix)
        return
    try:
        if "<!DOCTYPE" in str(node.example):
            raise ValueError("Pact reads no DOCTYPE")
        parsed_xml(str(node.example))
    except ValueError as error:
        reader.fault(f"the body is no XML that can be promised: {error}", path, "write one element with all inside it")


def _multipart(reader: Reader, data: Json, path: KeyPath, content_type: str, *, is_request: bool) -> Node:
    """A form of parts, of which each is text or a file of bytes."""
    if not is_request or not isinstance(data, dict):
        what = f"found {shown(data)} as the body of {FORM_DATA}" if is_request else f"an answer of {FORM_DATA}"
        reader.fault(what, path, "write a mapping of parts: text, or {$binary: …, like: …}, in a request")
        return Value("")
    if boundary_of(content_type):
        reader.fault("a boundary, which is another one each time", path, f"write Content-Type: {FORM_DATA}")
    parts = [
        _form_part(reader, unescaped(name)[0], part, (*path, name, index) if isinstance(item, list) else (*path, name))
        for name, item in _always_sent(reader, data, path)
        for index, part in enumerate(item if isinstance(item, list) else [item])
    ]
    return Multipart(tuple(parts))


def _form_part(reader: Reader, name: str, data: Json, path: KeyPath) -> FormPart:
    _refuse_unknown_params(reader, data, path)
    if not isinstance(data, dict) or "$binary" not in data:
        return FormPart(name, _text(reader, data, path))
    file_name = data.get("filename")
    if file_name is not None and not (isinstance(file_name, str) and file_name):
        reader.fault(f"found {shown(file_name)}", (*path, "filename"), "give the name of the file as text")
    node = reader.exactly({key: item for key, item in data.items() if key != "filename"}, path)
    if not isinstance(node, Binary):  # the reader has said what is wrong
        node = Binary("application/octet-stream", b"")
    inserted = reader.inserted(file_name) if isinstance(file_name, str) else None
    return FormPart(name, node, None if inserted is None else as_text(inserted))


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


def _headers(reader: Reader, data: Mapping[str, Json], path: KeyPath) -> tuple[dict[str, Value], bool]:
    """The promised headers, and whether `Content-Type: null` says that there is none."""
    result: dict[str, Value] = {}
    is_untyped = False
    for written, item in _always_sent(reader, data, path):
        name = unescaped(written)[0].title()
        if name == "Content-Type" and item is None:
            is_untyped = True
            continue
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
    return result, is_untyped


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
        data.get("operation"),
        bool(data.get("repeatable", False)),
    )
