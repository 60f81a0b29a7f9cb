"""An answer as a person writes it, in the types that botocore's parser gives.

A contract is written with JSON's types and as a client hands an answer out (a policy document is a mapping); a stub has
to be as the parser gives it (a datetime, and the document as text, since the client's handler decodes it again).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from botocore.utils import parse_to_aware_datetime

from pactproof.aws.stub_check import POLICY_SHAPE

if TYPE_CHECKING:
    from botocore.model import OperationModel


def as_parser_gives(operation: OperationModel, response: Mapping[str, Any]) -> dict[str, Any]:
    """`response`, as a person wrote it, in the types of botocore's parser: ready for response_faults and a stub.

    Timestamps (texts, epoch seconds) become aware datetimes, texts of blobs UTF-8 bytes, policy documents JSON text.
    What fits no type stays as it is, for response_faults to name. ResponseMetadata is kept.
    """
    return dict(_mapped(operation.output_shape, dict(response)))


def decoded_json(text: str) -> Any:
    """The JSON value of `text`, percent-encoded or not; the text itself where it is none, as botocore does."""
    try:
        return json.loads(unquote(text))
    except ValueError:
        return text


def _mapped(shape: Any, value: Any) -> Any:
    """`value` with each scalar in the parser's type; what does not fit the shape is left alone."""
    kind = shape.type_name if shape is not None else None
    if kind == "structure" and isinstance(value, Mapping) and not shape.is_document_type:
        members = shape.members
        return {name: _mapped(members.get(name), inner) for name, inner in value.items()}
    if kind == "list" and isinstance(value, list | tuple):
        return [_mapped(shape.member, element) for element in value]
    if kind == "map" and isinstance(value, Mapping):
        return {key: _mapped(shape.value, inner) for key, inner in value.items()}
    return value if kind in (None, "structure", "list", "map") else _scalar(shape, value)


def _scalar(shape: Any, value: Any) -> Any:
    if shape.type_name == "timestamp" and value is not None:
        try:
            return parse_to_aware_datetime(value)
        except (TypeError, ValueError, AttributeError, OverflowError, RuntimeError):
            return value
    if shape.type_name == "blob" and isinstance(value, str):
        return value.encode()
    if shape.name == POLICY_SHAPE and isinstance(value, Mapping):
        return json.dumps(value)
    return value
