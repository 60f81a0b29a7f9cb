"""Requests and answers made from botocore's service model alone: the smallest request, the fullest answer.

What comes back is what botocore's parser gives, before its after-call handlers: aware datetimes, bytes for blobs,
policy documents as JSON text. Source: the shapes of botocore's service-2.json.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from botocore.utils import is_json_value_header

from pactproof.aws import values
from pactproof.aws.pages import is_token, says_more, token_paths
from pactproof.aws.values import Where
from pactproof.errors import GenerationError

if TYPE_CHECKING:
    from botocore.model import OperationModel

DEEPEST = 9  # members below this depth are left out where the model lets them be
MOST_MEMBERS = 4000  # of one answer: QuickSight's definitions have tens of thousands; from here on required ones only
_COMMON_NAMES = frozenset({"name", "id", "arn", "type", "key", "value", "status", "state", "description", "path"})


def example_params(operation: OperationModel) -> dict[str, Any]:
    """The least parameters that botocore validates and serialises: required members only, ARNs where they are wanted.

    Raises GenerationError where the operation requires an event stream.
    """
    shape: Any = operation.input_shape
    if shape is None:
        return {}
    if operation.has_event_stream_input and shape.event_stream_name in shape.required_members:
        raise _no_event_streams(operation, "sends")
    maker = _Maker(operation, full=False)
    params = maker.structure(shape, (), ())
    for name, member in shape.members.items():
        if member.serialization.get("location") == "uri" and name not in params:
            params[name] = maker.value(member, Where(maker.service, shape.name, name), (), ())
    return params


def example_response(operation: OperationModel, params: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A full answer as botocore's parser gives it; names, ids and map keys of `params` are echoed.

    Every member is there but page tokens; lists and maps have one entry, unions one member. A streaming body is plain
    bytes under `streaming_member(operation)`: wrap it as `StreamingBody(BytesIO(body), len(body))` for a client.
    Raises GenerationError where the operation answers with an event stream.
    """
    shape: Any = operation.output_shape
    if shape is None:
        return {}
    if operation.has_event_stream_output:
        raise _no_event_streams(operation, "answers with")
    maker = _Maker(operation, full=True, echo=_Echo.of(operation, params or {}), tokens=token_paths(operation))
    return maker.structure(shape, (), ())


def streaming_member(operation: OperationModel) -> str | None:
    """The output member that a client hands out as a StreamingBody, `Body` of s3.GetObject; None without one."""
    shape: Any = operation.output_shape
    return str(shape.serialization["payload"]) if operation.has_streaming_output else None


def merge(example: Any, given: Any, shape: Any = None) -> Any:
    """`given` completed from `example`: its values win, what it leaves out is filled in.

    Lists of `given` replace the example's, each element completed from the example's first one. None leaves a member
    out. With `shape` (an output shape) map entries and the member of a union replace the example's as well: without it
    they cannot be told from members and stand beside them.
    """
    if isinstance(example, Mapping) and isinstance(given, Mapping):
        return _merged_mapping(example, given, shape)
    if isinstance(example, list) and isinstance(given, list | tuple):
        model = example[0] if example else None
        member = shape.member if shape is not None and shape.type_name == "list" else None
        return [merge(model, element, member) for element in given]
    return deepcopy(given)


def _merged_mapping(example: Mapping[str, Any], given: Mapping[str, Any], shape: Any) -> dict[str, Any]:
    kind = shape.type_name if shape is not None else "structure"
    if kind == "structure" and shape is not None and shape.is_document_type:
        return deepcopy(dict(given))
    if kind == "map":
        model = next(iter(example.values()), None)
        return {key: merge(example.get(key, model), value, shape.value) for key, value in given.items()}
    is_one = kind == "structure" and shape is not None and (shape.is_tagged_union or _is_attribute_value(shape))
    replaces = is_one and given
    kept = {key: value for key, value in example.items() if key not in given and not replaces}
    members = shape.members if kind == "structure" and shape is not None else {}
    chosen = {
        key: merge(example.get(key), value, members.get(key)) for key, value in given.items() if value is not None
    }
    # The example's order, so that two spellings of one promise give one file.
    merged = {**{key: chosen.get(key, kept.get(key)) for key in example if key in chosen or key in kept}, **chosen}
    return deepcopy(merged)


def _no_event_streams(operation: OperationModel, verb: str) -> GenerationError:
    name = f"{operation.service_model.service_name}.{operation.name}"
    return GenerationError(f"{name} {verb} an event stream, which cannot be synthesised")


@dataclass(frozen=True, slots=True)
class _Echo:
    """What an answer repeats of its request."""

    texts: Mapping[str, Any] = field(default_factory=dict)  # by lower-case member name: scalars, a list's first element
    shapes: Mapping[str, Any] = field(default_factory=dict)  # by shape name: whole structures
    keys: Mapping[str, list[str]] = field(default_factory=dict)  # by shape name: the names asked for, become map keys

    @classmethod
    def of(cls, operation: OperationModel, params: Mapping[str, Any]) -> _Echo:
        texts: dict[str, Any] = {}
        shapes: dict[str, Any] = {}
        keys: dict[str, list[str]] = {}
        members: Mapping[str, Any] = operation.input_shape.members if operation.input_shape else {}
        for name, value in params.items():
            shape = members.get(name)
            if shape is None:
                continue
            if shape.type_name == "structure" and isinstance(value, Mapping):
                shapes[shape.name] = value
            elif shape.type_name == "map" and isinstance(value, Mapping):
                keys[shape.key.name] = [str(key) for key in value]
            elif shape.type_name == "list" and value and shape.member.type_name == "string":
                keys[shape.member.name] = [str(key) for key in value]
                texts.setdefault(_singular(name), value[0])
            elif isinstance(value, str | int | float):
                texts[name.lower()] = value
        if operation.service_model.service_name == "s3" and "bucket" in texts:
            texts.setdefault("name", texts["bucket"])  # what S3's lists call the bucket
        return cls(texts, shapes, keys)


def _singular(name: str) -> str:
    bare = name.lower()
    if bare.endswith("ies"):
        return bare[:-3] + "y"
    return bare.removesuffix("s")


@dataclass(slots=True)
class _Maker:
    """One walk over a shape. `stack`: names of the shapes around; `path`: names of the members around."""

    operation: OperationModel
    full: bool
    echo: _Echo = field(default_factory=_Echo)
    tokens: frozenset[str] = frozenset()
    made: int = 0

    @property
    def service(self) -> str:
        """The word that ARNs of this service carry."""
        metadata = self.operation.service_model.metadata
        name = str(metadata.get("signingName") or metadata.get("endpointPrefix"))
        return {"monitoring": "cloudwatch", "email": "ses", "cloudfront-keyvaluestore": "cloudfront"}.get(name, name)

    def value(self, shape: Any, where: Where, stack: tuple[str, ...], path: tuple[str, ...]) -> Any:
        self.made += 1
        if is_json_value_header(shape):
            return {"example": "example"}
        kind = shape.type_name
        if kind == "structure":
            return self.structure(shape, stack, path)
        if kind == "list":
            return self.list(shape, where, stack, path)
        if kind == "map":
            return self.map(shape, where, stack, path)
        return self.scalar(shape, where, path)

    def structure(self, shape: Any, stack: tuple[str, ...], path: tuple[str, ...]) -> dict[str, Any]:
        if shape.is_document_type:
            return {"example": "example"} if self.full else {}
        inner = (*stack, shape.name)
        members = self._chosen(shape, inner, path)
        made = {
            name: self.value(member, Where(self.service, shape.name, name), inner, (*path, name))
            for name, member in members.items()
        }
        echoed = self.echo.shapes.get(shape.name)
        return dict(merge(made, echoed, shape)) if echoed is not None else made

    def _chosen(self, shape: Any, stack: tuple[str, ...], path: tuple[str, ...]) -> dict[str, Any]:
        """The members that the example has."""
        required = set(shape.required_members)
        if shape.is_tagged_union or _is_attribute_value(shape):
            # The first of those that end soonest: a shape that is being built already might not end at all.
            order = sorted(shape.members.items(), key=lambda item: _depth(item[1], frozenset(stack)))
            return dict(order[:1])
        small = not self.full or len(stack) > DEEPEST or self.made > MOST_MEMBERS
        return {
            name: member
            for name, member in shape.members.items()
            if name in required or not (small or _recurs(member, stack) or is_token(name, path, self.tokens))
        }

    def list(self, shape: Any, where: Where, stack: tuple[str, ...], path: tuple[str, ...]) -> list[Any]:
        least = int(shape.metadata.get("min", 0))
        if least == 0 and _recurs(shape.member, stack):
            return []  # the end of a shape that contains itself
        asked = self.echo.keys.get(shape.member.name) if shape.member.type_name == "string" else None
        if asked and self.full and least <= len(asked):
            return list(asked)
        element = self.value(shape.member, where, stack, path)
        return [deepcopy(element) for _ in range(max(1, least))]

    def map(self, shape: Any, where: Where, stack: tuple[str, ...], path: tuple[str, ...]) -> dict[str, Any]:
        if _recurs(shape.value, stack) and not shape.metadata.get("min"):
            return {}
        asked = [key for key in self.echo.keys.get(shape.key.name, []) if key.lower() not in ("all", "*")]
        keys = asked or [values.text_example(shape.key, Where(where.service, shape.name, shape.key.name))]
        # Where the key says what the value is (Attributes: QueueArn), the value follows it.
        named = bool(asked or shape.key.metadata.get("enum"))
        made = {
            key: self.value(shape.value, Where(where.service, shape.name, key if named else where.name), stack, path)
            for key in keys
        }
        entry = made[keys[0]]
        for number in range(len(made), int(shape.metadata.get("min", 0))):
            made[f"{keys[0]}{number}"] = deepcopy(entry)
        return made

    def scalar(self, shape: Any, where: Where, path: tuple[str, ...]) -> Any:
        kind = shape.type_name
        if self.full and is_token(where.name, path[:-1], self.tokens) and kind == "string":
            return "".ljust(int(shape.metadata.get("min", 0)), "e")  # required, though no page follows
        echoed = self._echoed(shape, where, path)
        if echoed is not None:
            return echoed
        if kind == "boolean":
            return not says_more(where.name)
        if kind in ("integer", "long"):
            return values.integer_example(shape, where)
        if kind in ("float", "double"):
            return values.number_example(shape)
        if kind == "timestamp":
            return values.LATER if where.name.lower().startswith("end") else values.WHEN
        if kind == "blob":
            return values.blob_example(shape)
        return values.text_example(shape, where)

    def _echoed(self, shape: Any, where: Where, path: tuple[str, ...]) -> Any:
        """The request's own value; a name as common as `Name` only near the top, where it means the same thing."""
        echoed = self.echo.texts.get(where.name.lower())
        if echoed is None or (where.name.lower() in _COMMON_NAMES and len(path) > 2):
            return None
        # type(), not isinstance(): True is an int as well.
        types = {"string": str, "integer": int, "long": int, "boolean": bool, "float": float, "double": float}
        if type(echoed) is not types.get(shape.type_name):
            return None
        if not isinstance(echoed, str):
            return echoed
        listed = shape.metadata.get("enum")
        return echoed if values.fits(echoed, shape.metadata) and (not listed or echoed in listed) else None


def _recurs(shape: Any, stack: tuple[str, ...]) -> bool:
    """True where `shape`, or what a list or map of it holds, is being built already."""
    while shape.type_name in ("list", "map"):
        shape = shape.member if shape.type_name == "list" else shape.value
    return shape.type_name == "structure" and shape.name in stack


def _is_attribute_value(shape: Any) -> bool:
    """True for DynamoDB's typed values: one member is ever set, though the model does not call them a union."""
    return {"S", "N", "B"} <= set(shape.members)


def _depth(shape: Any, around: frozenset[str]) -> float:
    """How many structures deep the least value of `shape` is: 0 for a scalar, infinite where it contains itself."""
    if shape.type_name in ("list", "map"):
        inner = shape.member if shape.type_name == "list" else shape.value
        deep = _depth(inner, around)
        return 1 + deep if deep < float("inf") or shape.metadata.get("min") else 1
    if shape.type_name != "structure" or shape.is_document_type:
        return 0
    if shape.name in around:
        return float("inf")
    inside = around | {shape.name}
    if shape.is_tagged_union:
        return 1 + min((_depth(member, inside) for member in shape.members.values()), default=0)
    return 1 + max((_depth(shape.members[name], inside) for name in shape.required_members), default=0)
