"""A recorded AWS answer judged on its raw bytes, since botocore's parser hides what does not fit its model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus

from botocore.awsrequest import HeadersDict
from botocore.parsers import ResponseParserError, create_parser

from pactproof.aws import scalars
from pactproof.aws.parser_view import decoded_json
from pactproof.aws.trees import Findings, JsonWalk, XmlWalk, grouped, tag_of
from pactproof.aws.wire import XML_PROTOCOLS, normalised, parse_body, protocol_of
from pactproof.errors import GenerationError
from pactproof.interaction import Headers, Json, Mismatch

if TYPE_CHECKING:
    from botocore.model import OperationModel

# What every answer of a protocol may carry beside its members.
_ENVELOPE = frozenset({"ResponseMetadata", "requestId", "RequestId"})
# S3's lists come percent-encoded where the client asks for it, and every botocore client does: decode_list_object.
_ENCODED = {
    "ListObjects": (("Delimiter", "Marker", "NextMarker"), (("Contents", "Key"), ("CommonPrefixes", "Prefix"))),
    "ListObjectsV2": (("Delimiter", "Prefix", "StartAfter"), (("Contents", "Key"), ("CommonPrefixes", "Prefix"))),
    "ListObjectVersions": (
        ("KeyMarker", "NextKeyMarker", "Prefix", "Delimiter"),
        (("Versions", "Key"), ("DeleteMarkers", "Key"), ("CommonPrefixes", "Prefix")),
    ),
}


@dataclass(frozen=True, slots=True)
class ErrorAnswer:
    """The error a client would raise as ClientError. `code`: "NoSuchBucket", the status as text where none is said.

    modelled_code: the exception's name in the service model where a service that spoke the query protocol before
                   still answers with the old code, as SQS does; "" elsewhere
    """

    code: str
    message: str
    modelled_code: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What an answer says.

    parsed:   as a client hands it out, with JSON's types (see wire.normalised); a garbled part keeps its raw text.
              Of an error: the members that its shape has.
    problems: every part that cannot be read as its shape says, "$.Users[1].CreateDate"; "$" for a body that is none
    unknown:  paths of members in the body that the model does not know
    """

    parsed: Json
    problems: tuple[Mismatch, ...] = ()
    unknown: tuple[str, ...] = ()
    error: ErrorAnswer | None = None


def read_answer(operation: OperationModel, status: int, headers: Headers, body: bytes) -> Answer:
    """Read a recorded answer strictly by the service model. `body`: with its content encoding removed.

    Raises GenerationError where the operation answers with an event stream.
    """
    if operation.has_event_stream_output and status < 300:
        name = f"{operation.service_model.service_name}.{operation.name}"
        raise GenerationError(f"{name} answers with an event stream, which cannot be read")
    try:
        tree = None if _is_payload(operation) and status < 300 else parse_body(operation, status, headers, body)
    except ValueError as error:
        wanted = f"a body of protocol {protocol_of(operation, headers)}"
        failed = _error(operation, status, headers, body) if status >= 300 else None
        return Answer({}, (Mismatch("$", wanted, str(error)),), (), failed)
    if status >= 300 or _is_error_with_200(operation, tree):
        return _error_answer(operation, max(status, 300), headers, body, tree)
    findings = Findings()
    parsed = _handled(operation, _parsed(operation, status, headers, body, tree, findings))
    return Answer(normalised(parsed), tuple(findings.problems), tuple(findings.unknown))


def _parsed(
    operation: OperationModel, status: int, headers: Headers, body: bytes, tree: Any, findings: Findings
) -> dict[str, Any]:
    shape: Any = operation.output_shape
    if shape is None:
        return {}
    if (operation.service_model.service_name, operation.name) == ("s3", "GetBucketLocation"):
        # The region is the root's own text, which no shape can say; none at all is us-east-1.
        if tag_of(tree) != "LocationConstraint":
            findings.problem("$", "an element LocationConstraint", f"an element {tag_of(tree)}")
        return {"LocationConstraint": tree.text}
    return _Reading(operation, status, headers, body, tree, findings).members(shape)


@dataclass(frozen=True, slots=True)
class _Reading:
    """One answer on its way through the output shape."""

    operation: OperationModel
    status: int
    headers: Headers
    body: bytes
    tree: Any
    findings: Findings

    def members(self, shape: Any) -> dict[str, Any]:
        protocol = protocol_of(self.operation, self.headers)
        if not protocol.startswith("rest"):
            return self._as_object(self._rpc(shape, protocol))
        parsed = dict(self._bound(shape))
        payload = shape.serialization.get("payload")
        if payload is None:
            parsed.update(self._as_object(self._tree(shape, self.tree, "$")))
        else:
            parsed.update(self._payload(payload, shape.members[payload]))
        return parsed

    def _as_object(self, value: Any) -> dict[str, Any]:
        return value if isinstance(value, dict) else {}

    def _rpc(self, shape: Any, protocol: str) -> Any:
        if protocol not in XML_PROTOCOLS:
            return self._tree(shape, self.tree, "$")
        wrapper = shape.serialization.get("resultWrapper")
        if wrapper is None:
            return XmlWalk(self.findings).structure(shape, self.tree, "$", ignored=_ENVELOPE)
        inner = grouped(self.tree).get(wrapper)
        if not inner:
            self.findings.problem("$", f"an element {wrapper}", f"an element {tag_of(self.tree)} without one")
            return {}
        return XmlWalk(self.findings).structure(shape, inner[0], "$")

    def _tree(self, shape: Any, tree: Any, path: str) -> Any:
        protocol = protocol_of(self.operation, self.headers)
        if protocol in XML_PROTOCOLS:
            return XmlWalk(self.findings).structure(shape, tree, path)
        read = scalars.of_cbor if protocol == "smithy-rpc-v2-cbor" else scalars.of_json
        return JsonWalk(self.findings, read).walk(shape, tree, path)

    def _payload(self, name: str, shape: Any) -> Iterator[tuple[str, Any]]:
        if shape.type_name == "blob":
            yield name, self.body
        elif shape.type_name == "string":
            yield name, self.body.decode("utf-8", "replace")
        else:
            yield name, self._tree(shape, self.tree, f"$.{name}")

    def _bound(self, shape: Any) -> Iterator[tuple[str, Any]]:
        """The members that stand in the status and the headers."""
        for name, member in shape.members.items():
            location, spelled = member.serialization.get("location"), member.serialization.get("name", name)
            if location == "statusCode":
                yield name, self.status
            elif location == "headers":
                yield (
                    name,
                    {
                        key[len(spelled) :]: value
                        for key, value in self.headers.items
                        if key.lower().startswith(spelled.lower())
                    },
                )
            elif location == "header" and spelled in self.headers:
                yield name, self._header(member, self.headers.get(spelled), f"$.{name}")

    def _header(self, shape: Any, text: str, path: str) -> Any:
        if shape.type_name == "list":
            parts = [part.strip() for part in text.split(",")]
            return [self._header(shape.member, part, f"{path}[{index}]") for index, part in enumerate(parts)]
        return self.findings.scalar(path, text, lambda: scalars.of_text(shape, text, default_format="rfc822"))


def _is_payload(operation: OperationModel) -> bool:
    """True where the body is one member as it stands: a stream, a text."""
    shape: Any = operation.output_shape
    payload = shape.serialization.get("payload") if shape is not None else None
    return payload is not None and shape.members[payload].type_name in ("blob", "string")


def _is_error_with_200(operation: OperationModel, tree: Any) -> bool:
    """S3 may find out after it has sent its 200: the body is an Error then (botocore's _handle_200_error)."""
    return operation.service_model.service_name == "s3" and tree is not None and tag_of(tree) == "Error"


def _error_answer(operation: OperationModel, status: int, headers: Headers, body: bytes, tree: Any) -> Answer:
    error = _error(operation, status, headers, body)
    model: Any = operation.service_model  # its stub takes the code for a number
    shape = model.shape_for_error_code(error.code)
    findings = Findings()
    parsed: Any = {}
    if shape is not None:
        root = _error_root(tree) if protocol_of(operation, headers) in XML_PROTOCOLS else tree
        parsed = _Reading(operation, status, headers, body, root, findings).members(_Plain(shape))
    return Answer(normalised(parsed), tuple(findings.problems), (), error)


class _Plain:
    """An error shape without the wrapper that only results have."""

    def __init__(self, shape: Any) -> None:
        self._shape = shape
        self.serialization = {key: value for key, value in shape.serialization.items() if key != "resultWrapper"}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._shape, name)


def _error_root(tree: Any) -> Any:
    """The Error element, wherever the protocol puts it: ErrorResponse/Error, Response/Errors/Error, the root."""
    return next((node for node in tree.iter() if tag_of(node) == "Error"), tree)


def _error(operation: OperationModel, status: int, headers: Headers, body: bytes) -> ErrorAnswer:
    """Code and message as botocore's parser finds them; the status where it cannot."""
    parser: Any = create_parser(protocol_of(operation, headers))
    # From 301 on botocore reads an error.
    response = {
        "status_code": max(status, 301),
        "headers": HeadersDict(dict(headers.items)),
        "body": body,
        "context": {"operation_name": operation.name},
    }
    try:
        error = parser.parse(response, operation.output_shape).get("Error", {})
    except (ResponseParserError, KeyError, AttributeError, TypeError, ValueError):
        error = {}
    known = {status.value: status.phrase for status in HTTPStatus}
    code = error.get("Code") or str(status)
    message = str(error.get("Message") or error.get("message") or known.get(status, ""))
    return ErrorAnswer(str(code), message, str(error.get("QueryErrorCode", "")))


def _handled(operation: OperationModel, parsed: dict[str, Any]) -> dict[str, Any]:
    """What botocore's after-call handlers make of an answer (policy documents were decoded on the way)."""
    which = (operation.service_model.service_name, operation.name)
    if which == ("cloudformation", "GetTemplate") and isinstance(parsed.get("TemplateBody"), str):
        return {**parsed, "TemplateBody": decoded_json(parsed["TemplateBody"])}
    if which[0] == "s3" and which[1] in _ENCODED and parsed.get("EncodingType") == "url":
        return _unquoted(parsed, *_ENCODED[which[1]])
    return parsed


def _unquoted(parsed: dict[str, Any], top: tuple[str, ...], nested: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    def plain(mapping: dict[str, Any], keys: tuple[str, ...]) -> dict[str, Any]:
        return {
            key: unquote_plus(text) if key in keys and isinstance(text, str) else text for key, text in mapping.items()
        }

    decoded = plain(parsed, top)
    for key, inner in nested:
        elements = decoded.get(key)
        if isinstance(elements, list):
            decoded[key] = [plain(each, (inner,)) if isinstance(each, dict) else each for each in elements]
    return decoded
