"""Bytes in parameters and answers: the body that a request or an answer is, and blobs inside a structure.

A contract says bytes as text or as `{$binary: …, like: <base64>}`; a consumer gives bytes, text or a file; a cassette
notes base64. All are compared as text: the bytes read as UTF-8 where they are such text, else their base64.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from pactproof.aws.wire import normalised
from pactproof.expectation import TYPE, Binary, EachKey, EachLike, Member, Node, Nullable, Object, Sequence, Value
from pactproof.interaction import Headers, Json

if TYPE_CHECKING:
    from botocore.model import OperationModel


def body_member(shape: Any) -> str | None:
    """The member that is the whole body as it stands, `Body` of s3.PutObject; None where the body is a structure."""
    name = shape.serialization.get("payload") if shape is not None else None
    return str(name) if name and shape.members[name].type_name in ("blob", "string") else None


def sent_params(operation: OperationModel, params: Mapping[str, Any], headers: Headers, body: bytes) -> dict[str, Any]:
    """`params` with the body's member as it went over the wire: a file that was sent cannot be read once more."""
    name = body_member(operation.input_shape)
    if name is None or not (body or name in params):
        return dict(params)
    shape: Any = operation.input_shape
    content = unchunked(headers, body)
    is_text = shape.members[name].type_name == "string"
    return {**params, name: content.decode("utf-8", "replace") if is_text else content}


def noted_params(operation: OperationModel, params: Mapping[str, Any], body: bytes) -> dict[str, Json]:
    """`params` as a cassette notes them: JSON's types, blobs as base64, without the body, which stands beside them."""
    name = body_member(operation.input_shape)
    kept = {key: value for key, value in params.items() if key != name or not body}
    return dict(normalised(_blobs(operation.input_shape, kept, lambda value: _content(value) or b"")))


def given_params(operation: OperationModel, noted: Mapping[str, Json], headers: Headers, body: bytes) -> dict[str, Any]:
    """The parameters that a cassette notes, as a consumer gives them: blobs as bytes, the body as it was recorded."""
    given = _blobs(operation.input_shape, noted, _unnoted)
    return sent_params(operation, dict(given), headers, body)


def comparable_params(operation: OperationModel, params: Mapping[str, Any]) -> Json:
    """Parameters as a consumer gives them, with JSON's types, bytes as text."""
    shown = _blobs(operation.input_shape, params, lambda value: _text(_content(value) or b""))
    return normalised(shown)


def comparable_answer(operation: OperationModel, parsed: Json) -> Json:
    """An answer that `read_answer` gives, bytes as text."""
    return normalised(_blobs(operation.output_shape, parsed, lambda value: _text(_unnoted(value))))


def comparable_node(node: Node, *, is_exact: bool) -> Node:
    """`node` for a comparison with what the two above give. is_exact: bytes have to be equal, else any will do."""
    match node:
        case Binary(_, content):
            return Value(_text(content), None if is_exact else TYPE)
        case Object(members):
            kept = (m for m in members if is_exact or not _is_left_out(m.node))
            return Object(
                tuple(Member(m.name, comparable_node(m.node, is_exact=is_exact), m.is_optional) for m in kept)
            )
        case EachLike(element, minimum):
            return EachLike(comparable_node(element, is_exact=is_exact), minimum)
        case EachKey(key, element):
            return EachKey(key, comparable_node(element, is_exact=is_exact))
        case Sequence(elements):
            return Sequence(tuple(comparable_node(element, is_exact=is_exact) for element in elements))
        case Nullable(inner):
            return Nullable(comparable_node(inner, is_exact=is_exact))
    return node


def with_matching_headers(
    operation: OperationModel, answer: Mapping[str, Any], given: Mapping[str, Any]
) -> dict[str, Any]:
    """`answer` with the members that speak of its body saying what is true of it, but for those that are `given`.

    Its length, S3's ETag of it; no checksum, encoding or range, which a synthesised one would only feign.
    """
    shape: Any = operation.output_shape
    name = body_member(shape)
    if name is None or not isinstance(body := answer.get(name), bytes):
        return dict(answer)
    told: dict[str, Any] = {"Content-Length": len(body)}
    if operation.service_model.service_name == "s3":
        told["ETag"] = f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'
    kept: dict[str, Any] = {}
    for member, value in answer.items():
        header = str(shape.members[member].serialization.get("name", "")) if member in shape.members else ""
        if member in given or not _speaks_of_body(header):
            kept[member] = value
        elif header in told:
            kept[member] = told[header]
    return kept


def unchunked(headers: Headers, body: bytes) -> bytes:
    """`body` without the chunks and the trailer of botocore's `aws-chunked` encoding."""
    if "aws-chunked" not in headers.get("content-encoding"):
        return body
    content, rest = b"", body
    while rest:
        size, _, rest = rest.partition(b"\r\n")
        try:
            length = int(size.partition(b";")[0], 16)
        except ValueError:
            return body
        if length == 0:
            break
        content, rest = content + rest[:length], rest[length + 2 :]
    return content


def _is_left_out(node: Node) -> bool:
    """True for a plain null in an answer: no protocol of AWS sends one, so that it says "not there"."""
    return isinstance(node, Value) and node.example is None


def _speaks_of_body(header: str) -> bool:
    name = header.lower()
    about = ("content-length", "etag", "content-md5", "content-range", "content-encoding")
    return name in about or name.startswith("x-amz-checksum-")


def _blobs(shape: Any, value: Any, change: Callable[[Any], Any]) -> Any:
    """`value` with each blob of `shape` changed; what does not fit the shape stays as it is."""
    kind = shape.type_name if shape is not None and value is not None else None
    if kind == "blob":
        return change(value)
    if kind == "structure" and isinstance(value, Mapping) and not shape.is_document_type:
        members = shape.members
        return {name: _blobs(members.get(name), inner, change) for name, inner in value.items()}
    if kind == "list" and isinstance(value, list | tuple):
        return [_blobs(shape.member, element, change) for element in value]
    if kind == "map" and isinstance(value, Mapping):
        return {key: _blobs(shape.value, inner, change) for key, inner in value.items()}
    return value


def _content(value: Any) -> bytes | None:
    """The bytes of a blob as a consumer gives it: bytes, text, or a file, which stays where it stands."""
    if isinstance(value, str):
        return value.encode()
    if hasattr(value, "read"):
        position = value.tell() if hasattr(value, "tell") and hasattr(value, "seek") else None
        content = _content(value.read())
        if position is not None:
            value.seek(position)
        return content
    try:
        return bytes(memoryview(value))
    except TypeError:
        return None


def _unnoted(value: Any) -> Any:
    """The bytes of a base64 text; the text where it is none, as redaction may have left it."""
    try:
        return base64.b64decode(value, validate=True) if isinstance(value, str) else value
    except (binascii.Error, ValueError):
        return value


def _text(content: Any) -> Any:
    if not isinstance(content, bytes):
        return content
    try:
        return content.decode()
    except UnicodeDecodeError:
        return base64.b64encode(content).decode()
