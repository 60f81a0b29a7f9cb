"""How AWS's protocols look on the wire: which operation a request names, what a body holds."""

from __future__ import annotations

import base64
import io
import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from botocore import compat
from botocore.exceptions import ParamValidationError
from botocore.parsers import ResponseParserError, create_parser
from botocore.serialize import create_serializer

from pactproof.errors import GenerationError
from pactproof.interaction import Headers, Json, Request, media_type

if TYPE_CHECKING:
    from botocore.model import OperationModel

ETree: Any = vars(compat)["ETree"]  # the XML parser that botocore itself uses; its stubs do not list it
RawTree: TypeAlias = (
    Any  # JSON and CBOR: Python values (CBOR's times are datetimes, its blobs bytes); XML: the root Element
)
XML_PROTOCOLS = ("query", "ec2", "rest-xml")
_TARGET = re.compile(r"[^.]+\.(?P<operation>\w+)$")
_RPC_PATH = re.compile(r"/service/[^/]+/operation/(?P<operation>\w+)$")
_BUCKET_HOST = re.compile(r"^(?P<bucket>.+)\.s3(?:express)?(?:-[a-z0-9-]+)?\.(?=.)", re.IGNORECASE)


def protocol_of(operation: OperationModel, headers: Headers) -> str:
    """The protocol an answer is written in: the one botocore resolves, or another of the service's own.

    A service with several (cloudwatch: CBOR, JSON, query) may have been recorded by a client that prefers another.
    """
    model = operation.service_model
    known = [str(name) for name in model.metadata.get("protocols", [])]
    resolved = str(model.resolved_protocol)
    media = media_type(headers)
    if "cbor" in media:
        wanted = [name for name in known if name == "smithy-rpc-v2-cbor"]
    elif "json" in media:
        wanted = [name for name in known if name.endswith("json")]
    elif "xml" in media:
        wanted = [name for name in known if name in XML_PROTOCOLS]
    else:
        wanted = []
    return resolved if resolved in wanted or not wanted else wanted[0]


def parse_body(operation: OperationModel, status: int, headers: Headers, body: bytes) -> RawTree:
    """The raw tree of an answer's body: {} for an empty one, an Element for XML.

    Raises ValueError, in words for a report ("HTML", "truncated JSON"), where the body is not of the protocol.
    """
    protocol = protocol_of(operation, headers)
    if not body.strip():
        if protocol in ("query", "ec2") and status < 300:
            raise ValueError("an empty body")
        return ETree.Element("") if protocol in XML_PROTOCOLS else {}
    if _is_html(headers, body):
        raise ValueError("an HTML page")
    if protocol in XML_PROTOCOLS:
        return _xml(body)
    return _cbor(body) if protocol == "smithy-rpc-v2-cbor" else _json(body)


def serialise(operation: OperationModel, params: Mapping[str, Any], region: str = "us-east-1") -> Request:
    """The request that botocore's serializer makes of `params`, to compare with one that was sent or recorded.

    Not in it: what clients add afterwards (signature, checksums, generated idempotency tokens). S3 is path-style, and
    its lists carry the encoding-type that every client asks for. The host only names service and region.
    Raises GenerationError where botocore's validation refuses the parameters.
    """
    model = operation.service_model
    given = dict(params)
    if model.service_name == "s3" and operation.name in ("ListObjects", "ListObjectsV2", "ListObjectVersions"):
        given.setdefault("EncodingType", "url")
    serializer: Any = create_serializer(
        str(model.resolved_protocol), include_validation=operation.input_shape is not None
    )
    try:
        made = serializer.serialize_to_request(given, operation)
    except ParamValidationError as error:
        raise GenerationError(f"{model.service_name}.{operation.name}: {error}") from error
    host = f"{made.get('host_prefix', '')}{model.endpoint_prefix}.{region}.amazonaws.com"
    path, query = _path(operation, made["url_path"], given), _query(made["query_string"])
    joint = "&" if "?" in path else "?"
    url = f"https://{host}{path}" + (f"{joint}{query}" if query else "")
    headers = Headers.of((name, str(value)) for name, value in made["headers"].items())
    return Request(str(made["method"]), url, headers, _body_bytes(made["body"]))


def operation_id(request: Request) -> str:
    """The operation that a request names, "DescribeAlarms"; "" for REST protocols, where method and path say it."""
    target = _TARGET.search(request.headers.get("x-amz-target"))
    if target:
        return target["operation"]
    path = _RPC_PATH.search(request.path)
    if path:
        return path["operation"]
    form = request.body if request.content_type == "application/x-www-form-urlencoded" else b""
    pairs = [*request.query, *parse_qsl(form.decode("utf-8", "replace"))]
    return next((value for name, value in pairs if name == "Action"), "")


def canonical_path(request: Request) -> str:
    """The path, S3's two spellings alike: "/bucket/key" for virtual-host style too, "/bucket" for the bucket itself."""
    host = urlsplit(request.url).hostname or ""
    bucket = _BUCKET_HOST.match(host)
    path = f"/{bucket['bucket']}{request.path}" if bucket else request.path
    is_s3 = bucket is not None or host.startswith(("s3.", "s3-"))
    return path.rstrip("/") if is_s3 and path.count("/") == 2 and path.endswith("/") and path != "/" else path


def normalised(value: Any) -> Json:
    """A parsed value with JSON's types: times as ISO-8601 with Z, bytes as base64 text, Decimal as text.

    Numbers that JSON has no word for become "NaN", "Infinity", "-Infinity". ResponseMetadata of a mapping is dropped.
    A streaming body is read, and set back to its start where it can be.
    """
    if isinstance(value, Mapping):
        return {str(key): normalised(inner) for key, inner in value.items() if key != "ResponseMetadata"}
    if isinstance(value, list | tuple):
        return [normalised(element) for element in value]
    if isinstance(value, datetime):
        return _instant(value)
    if isinstance(value, bytes | bytearray):
        return base64.b64encode(value).decode()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if hasattr(value, "read"):
        return normalised(_read(value))
    return value


def _instant(value: datetime) -> str:
    moment = value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)  # botocore's naive times are UTC
    return moment.replace(tzinfo=None).isoformat() + "Z"


def _read(stream: Any) -> bytes:
    content = stream.read()
    if hasattr(stream, "seek"):
        stream.seek(0)
    return content.encode() if isinstance(content, str) else bytes(content)


def _is_html(headers: Headers, body: bytes) -> bool:
    start = body.lstrip()[:100].lower()
    return start.startswith((b"<!doctype html", b"<html")) or (
        media_type(headers) == "text/html" and start.startswith(b"<")
    )


def _xml(body: bytes) -> Any:
    # botocore's own parser settings: no entities are fetched, and expat bounds their expansion.
    parser = ETree.XMLParser(target=ETree.TreeBuilder(), encoding="utf-8")
    try:
        parser.feed(body)
        return parser.close()
    except ETree.ParseError as error:
        raise ValueError(f"no XML ({error})") from error


def _json(body: bytes) -> Any:
    try:
        return json.loads(body.decode())
    except json.JSONDecodeError as error:
        raise ValueError(f"no JSON (line {error.lineno}, column {error.colno}: {error.msg})") from error
    except (UnicodeDecodeError, RecursionError) as error:
        raise ValueError("no JSON (not UTF-8 text)") from error


def _cbor(body: bytes) -> Any:
    parser: Any = create_parser("smithy-rpc-v2-cbor")
    stream = io.BufferedReader(io.BytesIO(body))
    try:
        tree = parser.parse_data_item(stream)
    except (ResponseParserError, ValueError, TypeError, RecursionError, MemoryError, OverflowError) as error:
        raise ValueError("no CBOR") from error
    if stream.read(1):
        raise ValueError("no CBOR (bytes after its end)")
    return tree


def _path(operation: OperationModel, path: str, params: Mapping[str, Any]) -> str:
    """The path with S3's bucket in it: the model of a living client has lost it to the host (its endpoint rules)."""
    is_lost = operation.service_model.service_name == "s3" and "{Bucket}" not in operation.http["requestUri"]
    if not is_lost or "Bucket" not in params:
        return path
    bucket = f"/{quote(str(params['Bucket']), safe='')}"
    return bucket + path.removeprefix("/") if path.startswith("/?") else bucket + ("" if path == "/" else path)


def _body_bytes(body: Any) -> bytes:
    if isinstance(body, Mapping):
        return urlencode(body, doseq=True).encode()  # as botocore's AWSRequestPreparer does: blanks become +
    if hasattr(body, "read"):
        return _read(body)
    return body.encode() if isinstance(body, str) else bytes(body)


def _query(query: Any) -> str:
    if not query:
        return ""
    return query if isinstance(query, str) else urlencode(query, doseq=True, quote_via=quote, safe="-._~")
