"""Answers and parameters held against a service model, as botocore's Stubber and its validator would, with JSON paths.

botocore reports one text for everything; here each fault has its place and the nearest spelling. `member_exists`
answers the same question for the `reads` of a contract.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from botocore.utils import is_json_value_header, parse_to_aware_datetime

from pactproof.interaction import Mismatch
from pactproof.spelling import nearest

if TYPE_CHECKING:
    from botocore.model import OperationModel

_SCALARS: dict[str, tuple[tuple[type, ...], str]] = {
    "string": ((str,), "a text"),
    "character": ((str,), "a text"),
    "boolean": ((bool,), "true or false"),
    "integer": ((int,), "a whole number"),
    "long": ((int,), "a whole number"),
    "float": ((float, int, Decimal), "a number"),
    "double": ((float, int, Decimal), "a number"),
}
_STEP = re.compile(r"(?P<name>[^.\[\]]+|\*)?(?P<lists>(\[\d*\])*)$")
POLICY_SHAPE = "policyDocumentType"  # IAM's JSON texts: a client hands them out as mappings, and both are accepted


def response_faults(operation: OperationModel, response: Mapping[str, Any]) -> list[Mismatch]:
    """What botocore's Stubber would refuse in an answer, in the answer's order; [] when it takes it.

    ResponseMetadata is left alone. Enum values, patterns and maxima are not judged (see enum_notes).
    """
    given = {name: value for name, value in response.items() if name != "ResponseMetadata"}
    if operation.output_shape is None:
        nothing = f"nothing: {operation.name} has no output"
        return [Mismatch(f"$.{name}", nothing, shown(value)) for name, value in given.items()]
    return list(_faults(operation.output_shape, given, "$"))


def params_faults(operation: OperationModel, params: Mapping[str, Any]) -> list[Mismatch]:
    """What botocore's validator would refuse in request parameters: unknown names, types, missing required ones."""
    if operation.input_shape is None:
        nothing = f"nothing: {operation.name} takes no parameters"
        return [Mismatch(f"$.{name}", nothing, shown(value)) for name, value in params.items()]
    return list(_faults(operation.input_shape, params, "$"))


def has_types_of_model(operation: OperationModel, params: Mapping[str, Any]) -> bool:
    """Whether each of `params` has the type of its member. A higher layer of boto3 may take others, and translate."""
    members: Mapping[str, Any] = operation.input_shape.members if operation.input_shape is not None else {}
    return not any(
        True for name, value in params.items() if name in members for _ in _faults(members[name], value, f"$.{name}")
    )


def enum_notes(operation: OperationModel, response: Mapping[str, Any]) -> list[Mismatch]:
    """Values that the model's enums do not list. Warnings: emulators and newer services send such values."""
    shape = operation.output_shape
    return list(_enums(shape, response, "$")) if shape is not None else []


def member_exists(operation: OperationModel, read: str) -> str | None:
    """None where the output has what `read` names, else one sentence that says what there is instead.

    read: "Buckets[].Name"; below a map any key or `*` will do, "ResultsByTime[].Total.UnblendedCost.Amount".
    """
    shape: Any = operation.output_shape
    if shape is None:
        return f"{read}: {operation.name} has no output"
    walked = ""
    for text in read.removeprefix("$.").split("."):
        step = _STEP.match(text)
        if step is None or not text:
            return f"{read}: {text!r} is no step; write a member's name, with [] after a list's"
        shape, trouble = _stepped(shape, step["name"] or "", step["lists"], walked)
        if trouble:
            return f"{read}: {trouble}"
        if shape is None:
            return None  # a document: anything may stand below
        walked = f"{walked}.{text}" if walked else text
    return None


def _stepped(shape: Any, name: str, lists: str, walked: str) -> tuple[Any, str]:
    """The shape one step on (None below a document), and what is wrong."""
    here = walked or shape.name
    if _is_open(shape):
        return None, ""
    if name:
        if shape.type_name == "list":
            return shape, f"{here} is a list: write {here}[].{name}"
        if shape.type_name == "map":
            shape = shape.value
        elif shape.type_name != "structure":
            return shape, f"{here} is a {shape.type_name}, it has no members"
        elif name not in shape.members:
            return shape, f"{here} has no member {name}; {_choices(name, list(shape.members))}"
        else:
            shape = shape.members[name]
        here = f"{walked}.{name}" if walked else name
    for _ in range(lists.count("[")):
        if _is_open(shape):
            return None, ""
        if shape.type_name != "list":
            return shape, f"{here} is a {shape.type_name}, not a list: leave out the []"
        shape, here = shape.member, f"{here}[]"
    return shape, ""


def _is_open(shape: Any) -> bool:
    """True for what the model does not look into: documents, and texts that a client decodes."""
    return bool(
        (shape.type_name == "structure" and shape.is_document_type)
        or shape.name == POLICY_SHAPE
        or is_json_value_header(shape)
    )


def _choices(name: str, names: list[str]) -> str:
    close = nearest(name, names)
    listed = ", ".join(sorted(names)[:30]) + (", …" if len(names) > 30 else "")
    return f"nearest: {close}; it has {listed}" if close else f"it has {listed or 'none'}"


def _faults(shape: Any, value: Any, path: str) -> Iterator[Mismatch]:
    if is_json_value_header(shape):
        yield from _json_value(value, path)
    elif shape.type_name == "structure":
        yield from _document(value, path) if shape.is_document_type else _structure(shape, value, path)
    elif shape.type_name == "list":
        yield from _list(shape, value, path)
    elif shape.type_name == "map":
        yield from _map(shape, value, path)
    else:
        yield from _scalar(shape, value, path)


def _structure(shape: Any, value: Any, path: str) -> Iterator[Mismatch]:
    if not isinstance(value, dict):
        yield Mismatch(path, "an object", shown(value))
        return
    if shape.is_tagged_union and len(value) != 1:
        yield Mismatch(path, f"exactly one of {', '.join(shape.members)}", f"{len(value)} of them")
    for name in shape.required_members:
        if name not in value:
            yield Mismatch(f"{path}.{name}", "a value: the model requires it", "nothing")
    for name, inner in value.items():
        if name in shape.members:
            yield from _faults(shape.members[name], inner, f"{path}.{name}")
        else:
            expected = f"a member of {shape.name}; {_choices(str(name), list(shape.members))}"
            yield Mismatch(f"{path}.{name}", expected, f"{name}, which it does not have")


def _list(shape: Any, value: Any, path: str) -> Iterator[Mismatch]:
    if not isinstance(value, list | tuple):
        yield Mismatch(path, "a list", shown(value))
        return
    yield from _at_least(shape, len(value), "elements", path)
    for index, element in enumerate(value):
        yield from _faults(shape.member, element, f"{path}[{index}]")


def _map(shape: Any, value: Any, path: str) -> Iterator[Mismatch]:
    if not isinstance(value, dict):
        yield Mismatch(path, "an object", shown(value))
        return
    for key, inner in value.items():
        yield from _faults(shape.key, key, f"{path}.{key}")
        yield from _faults(shape.value, inner, f"{path}.{key}")


def _scalar(shape: Any, value: Any, path: str) -> Iterator[Mismatch]:
    kind = shape.type_name
    if kind == "blob":
        if not isinstance(value, bytes | bytearray | str) and not hasattr(value, "read"):
            yield Mismatch(path, "bytes", shown(value))
        return
    if kind == "timestamp":
        if not _is_time(value):
            yield Mismatch(path, "a date and time", shown(value))
        return
    if shape.name == POLICY_SHAPE and isinstance(value, dict):
        return
    types, spelled = _SCALARS[kind]
    fits: bool = isinstance(value, types)  # True passes for 1, as it does in botocore
    if not fits:
        yield Mismatch(path, spelled, shown(value))
    elif kind == "string":
        yield from _at_least(shape, len(value), "characters", path)
    elif kind != "boolean":
        yield from _at_least(shape, value, "", path)


def _at_least(shape: Any, size: Any, unit: str, path: str) -> Iterator[Mismatch]:
    least = shape.metadata.get("min", 1 if shape.serialization.get("hostLabel") else None)
    if least is not None and size < least:
        yield Mismatch(path, f"at least {least} {unit}".rstrip(), f"{size} {unit}".rstrip())


def _document(value: Any, path: str) -> Iterator[Mismatch]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _document(inner, f"{path}.{key}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _document(inner, f"{path}[{index}]")
    elif value is not None and not isinstance(value, str | int | float):
        yield Mismatch(path, "a JSON value", shown(value))


def _json_value(value: Any, path: str) -> Iterator[Mismatch]:
    try:
        json.dumps(value)
    except (TypeError, ValueError):
        yield Mismatch(path, "a JSON value", shown(value))


def _is_time(value: Any) -> bool:
    try:
        parse_to_aware_datetime(value)
    except (TypeError, ValueError, AttributeError, OverflowError, RuntimeError):
        return False
    return True


def _enums(shape: Any, value: Any, path: str) -> Iterator[Mismatch]:
    if shape.type_name == "structure" and isinstance(value, Mapping) and not shape.is_document_type:
        for name, inner in value.items():
            if name in shape.members:
                yield from _enums(shape.members[name], inner, f"{path}.{name}")
    elif shape.type_name == "list" and isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            yield from _enums(shape.member, inner, f"{path}[{index}]")
    elif shape.type_name == "map" and isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _enums(shape.key, key, f"{path}.{key}")
            yield from _enums(shape.value, inner, f"{path}.{key}")
    elif shape.metadata.get("enum") and isinstance(value, str) and value not in shape.metadata["enum"]:
        listed = shape.metadata["enum"]
        allowed = ", ".join(listed[:12]) + (", …" if len(listed) > 12 else "")
        yield Mismatch(path, f"one of {allowed}", value)


def shown(value: Any) -> str:
    """`value` for a message: its kind, or its text as JSON where it is short."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    text = json.dumps(value, default=str, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:57]}..."
