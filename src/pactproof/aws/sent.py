"""A recorded AWS request against the one that botocore makes of the parameters noted beside it.

A contract is about parameters. They are noted when a call is recorded; this holds them against what went over the
wire, so that a file in which one of the two was changed is not taken for a recording of either.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from pactproof.aws.trees import grouped
from pactproof.aws.wire import ETree, canonical_path, parse_body, serialise
from pactproof.errors import GenerationError
from pactproof.interaction import Mismatch, Request
from pactproof.matching import Path, path_text
from pactproof.placeholder import PLACEHOLDER

if TYPE_CHECKING:
    from botocore.model import OperationModel

TEXT = "the request as it was sent is not what its recorded parameters make"

# What clients put in after the parameters: presigned copies between regions, signatures of version 2.
_ADDED = frozenset({"PreSignedUrl", "PresignedUrl", "DestinationRegion", "SecurityToken", "AWSAccessKeyId"})
_ADDED |= {"Signature", "SignatureMethod", "SignatureVersion", "Timestamp"}
# These change the model or the body's type, not what is sent.
_LEFT_OUT = frozenset(
    {
        "convert_body_to_file_like_object",
        "remove_accid_host_prefix_from_model",
        "remove_bucket_from_url_paths_from_model",
        "validate_bucket_name",
    }
)


def wire_mismatches(operation: OperationModel, params: Mapping[str, Any], sent: Request) -> list[Mismatch]:
    """Where `sent` differs from the request that `params` make: method, path, query and body.

    params: as a consumer gives them (see bodies.given_params)
    Not looked at: host, headers, signatures, idempotency tokens, what redaction has hidden, bodies in chunks.
    """
    try:
        made = serialise(operation, _as_clients_send(operation, params))
    except GenerationError as error:
        return [
            Mismatch("params", "parameters of the service model", error.what, "the recorded parameters fit no call")
        ]
    if _is_of_another_protocol(made, sent) or operation.service_model.service_name == "cloudsearchdomain":
        return []  # a client that prefers another one of the service's protocols, or turns a query into a form
    tokens = _token_names(operation)
    found = [*_line(operation, made, sent), *_query(made, sent, tokens)]
    if not _is_chunked(sent):
        found += _body(operation, made, sent, tokens)
    return found


def _line(operation: OperationModel, made: Request, sent: Request) -> Iterator[Mismatch]:
    if sent.method != made.method:
        yield Mismatch("method", made.method, sent.method, TEXT)
    expected, found = canonical_path(made), canonical_path(sent)
    # A bucket named by an ARN stands in the host, in many ways.
    if not _is_equal(expected, found) and ":" not in expected.split("/")[1]:
        yield Mismatch("path", expected, found, TEXT)


def _query(made: Request, sent: Request, tokens: frozenset[str]) -> Iterator[Mismatch]:
    expected, found = _grouped(made.query), _grouped(sent.query)
    for mismatch in _differences(*_kept(expected, found, tokens), ()):
        name = mismatch.path.removeprefix("$").removeprefix(".").partition("[")[0]
        yield Mismatch(f"query.{name}", mismatch.expected, mismatch.found, mismatch.text)


def _body(operation: OperationModel, made: Request, sent: Request, tokens: frozenset[str]) -> Iterator[Mismatch]:
    if made.body == sent.body:
        return
    expected, found = _parsed(made.body, made, operation), _parsed(sent.body, made, operation)
    if isinstance(expected, dict) and isinstance(found, dict):
        expected, found = _kept(expected, found, tokens)
    yield from _differences(expected, found, ())


def _parsed(body: bytes, made: Request, operation: OperationModel) -> Any:
    """The body as a value, read in the form that it ought to have; as text or bytes where it has another."""
    if made.content_type == "application/x-www-form-urlencoded":
        return {name: values[0] for name, values in _grouped(parse_qsl(body.decode(errors="replace"), True)).items()}
    try:
        if "cbor" in made.content_type:
            return parse_body(operation, 200, made.headers, body)
        if made.body[:1] in (b"{", b"["):
            return json.loads(body)
        if made.body[:1] == b"<":
            return _tree(ETree.fromstring(body))
        return body.decode()
    except (ValueError, ETree.ParseError):
        return body.decode(errors="replace")


def _tree(node: Any) -> Any:
    """An element as its text, or as its children by name."""
    if not len(node):
        return (node.text or "").strip()
    return {str(tag): [_tree(child) for child in children] for tag, children in grouped(node).items()}


def _differences(expected: Any, found: Any, path: Path) -> Iterator[Mismatch]:
    if isinstance(expected, dict) and isinstance(found, dict):
        for name in sorted(expected.keys() | found.keys()):
            if name not in found:
                yield Mismatch(path_text((*path, name)), _shown(expected[name]), "nothing", TEXT)
            elif name not in expected:
                yield Mismatch(path_text((*path, name)), "nothing", _shown(found[name]), TEXT)
            else:
                yield from _differences(expected[name], found[name], (*path, name))
    elif isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        for index, (one, other) in enumerate(zip(expected, found, strict=True)):
            yield from _differences(one, other, (*path, index))
    elif not _is_equal(expected, found):
        yield Mismatch(path_text(path), _shown(expected), _shown(found), TEXT)


def _is_equal(expected: Any, found: Any) -> bool:
    if expected == found and type(expected) is type(found):
        return True
    if any(isinstance(value, str) and PLACEHOLDER.search(value) for value in (expected, found)):
        return True
    # Bytes are noted as base64; whether a consumer gave bytes or such a text cannot be told any more.
    told = expected.decode(errors="replace") if isinstance(expected, bytes) else expected
    return isinstance(told, str) and isinstance(found, str | bytes) and told == _base64(found)


def _base64(value: str | bytes) -> str:
    return base64.b64encode(value.encode() if isinstance(value, str) else value).decode()


def _kept(
    expected: Mapping[str, Any], found: Mapping[str, Any], tokens: frozenset[str]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Both without idempotency tokens and without what clients add."""
    dropped = tokens | (_ADDED - expected.keys())
    wanted = {name: value for name, value in expected.items() if name not in dropped}
    return wanted, {name: value for name, value in found.items() if name not in dropped}


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for name, value in pairs:
        groups.setdefault(name, []).append(value)
    return groups


def _token_names(operation: OperationModel) -> frozenset[str]:
    """Idempotency tokens as they may be spelled on the wire; EC2 starts names with a capital."""
    shape: Any = operation.input_shape
    names: list[str] = operation.idempotent_members
    spelled = {str(shape.members[name].serialization.get("name", name)) for name in names}
    return frozenset({*names, *spelled, *(name[:1].upper() + name[1:] for name in spelled)})


def _is_of_another_protocol(made: Request, sent: Request) -> bool:
    return bool(sent.body and made.body) and _family(made.content_type) != _family(
        sent.content_type or made.content_type
    )


def _family(media: str) -> str:
    return next((family for family in ("json", "cbor", "xml", "form") if family in media), "")


def _is_chunked(sent: Request) -> bool:
    return "aws-chunked" in sent.headers.get("content-encoding") or "x-amz-trailer" in sent.headers


def _as_clients_send(operation: OperationModel, params: Mapping[str, Any]) -> dict[str, Any]:
    """`params` after botocore's own handlers: identifiers without their prefix, user data in base64, tokens."""
    given = dict(params)
    event = f"before-parameter-build.{operation.service_model.service_id.hyphenize()}.{operation.name}"
    context = {"client_region": "us-east-1", "auth_options": None, "input_params": dict(params)}
    _emitter().emit(event, params=given, model=operation, context=context)
    return given


@cache
def _emitter() -> Any:
    from botocore.handlers import BUILTIN_HANDLERS
    from botocore.hooks import EventAliaser, HierarchicalEmitter

    emitter = EventAliaser(HierarchicalEmitter())  # as sessions have it: route53 is route-53 too
    for event, handler, *_ in BUILTIN_HANDLERS:
        if event.startswith("before-parameter-build") and handler.__name__ not in _LEFT_OUT:
            emitter.register(event, handler)
    return emitter


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=repr)
    return text if len(text) <= 60 else f"{text[:57]}..."
