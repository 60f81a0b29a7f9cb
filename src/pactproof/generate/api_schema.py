"""Schemas of API documents, read with their faults: what a value can be, all references and combinations resolved.

`allOf` is merged; of `oneOf` and `anyOf` only what all branches have in common is kept, because only that can be
promised. Swagger 2, OpenAPI 3.0 (`nullable`) and 3.1 (`type: [string, "null"]`, `const`) read alike.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import reduce

from pactproof.generate.references import Raw, listing, mapping, pointed_at, text
from pactproof.interaction import Json

_KINDS = {
    "string": "string",
    "str": "string",
    "file": "string",
    "date": "string",
    "datetime": "string",
    "uuid": "string",
    "integer": "integer",
    "int": "integer",
    "long": "integer",
    "number": "number",
    "float": "number",
    "double": "number",
    "boolean": "boolean",
    "bool": "boolean",
    "object": "object",
    "array": "array",
    "list": "array",
}
_MAX_NESTING = 40  # of combinations within combinations
_MAX_PARTS = 2_000  # that one schema is combined of; the vendors' own have 137 at most


@dataclass(frozen=True)
class Schema:
    """What is known of a value.

    kinds:      JSON types it can have beside null; none means that nothing is known
    properties: the schemas of members as they stand in the document, in its order
    has_required: whether the document lists required members at all; many never do
    additional: the schema of members with any name, None where none is given
    enum:       the values it can have, null left out; () where any
    examples:   values that the document gives for it, the best first; they may contradict the rest
    """

    kinds: frozenset[str] = frozenset()
    is_nullable: bool = False
    properties: Mapping[str, Raw] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    has_required: bool = False
    items: Raw = None
    additional: Raw = None
    enum: tuple[Json, ...] = ()
    format: str = ""
    patterns: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    min_length: int = 0
    max_length: int | None = None
    examples: tuple[Json, ...] = ()
    is_read_only: bool = False
    is_write_only: bool = False

    @property
    def kind(self) -> str:
        """The one type that the value has; "" where it may have several, or nothing is known."""
        if self.kinds == {"integer", "number"}:
            return "number"
        return next(iter(self.kinds)) if len(self.kinds) == 1 else ""


ANYTHING = Schema()


class Schemas:
    """Reads the schemas of one document. Each part is read once."""

    def __init__(self, root: Raw) -> None:
        self.root = root
        self._read: dict[int, tuple[Raw, Schema]] = {}  # by identity; holding the part keeps its identity its own
        self._parts_left = 0

    def of(self, part: Raw) -> Schema:
        """What the schema `part` says."""
        known = self._read.get(id(part))
        if known is None:
            self._parts_left = _MAX_PARTS
            known = self._read[id(part)] = part, self._schema(part, frozenset(), 0)
        return known[1]

    def _schema(self, part: Raw, open_refs: frozenset[str], nesting: int) -> Schema:
        """open_refs: references that are being read; a schema that is made of itself says nothing more"""
        self._parts_left -= 1
        if not isinstance(part, dict) or nesting > _MAX_NESTING or self._parts_left < 0:
            return ANYTHING
        read = [_own(part)]
        if isinstance(pointer := part.get("$ref"), str) and pointer not in open_refs:
            target = pointed_at(self.root, pointer)
            read.append(self._schema(target, open_refs | {pointer}, nesting + 1))
        read += [self._schema(each, open_refs, nesting + 1) for each in listing(part.get("allOf"))]
        for listed in _alternatives(part).values():
            branches = [self._schema(each, open_refs, nesting + 1) for each in listed]
            if branches:
                read.append(_common(branches))
        return reduce(_both, read)


def branches_of(part: Raw) -> list[Raw]:
    """The alternatives of a schema, each with what stands beside them; the schema itself where it has none."""
    for key, branches in _alternatives(part).items():
        beside = {name: value for name, value in part.items() if name != key}
        return [{"allOf": [branch, beside]} for branch in branches]
    return [part]


def _alternatives(part: Raw) -> dict[str, list[Raw]]:
    """The lists of schemas of which one holds, by their keyword.

    A list under `items` of what is no array is such a list, too: Slack's document describes its objects so.
    """
    if not isinstance(part, dict):
        return {}
    keys = ["oneOf", "anyOf", *(["items"] if "type" not in part and isinstance(part.get("items"), list) else [])]
    return {key: listed for key in keys if (listed := listing(part.get(key)))}


def _own(part: dict[str, Raw]) -> Schema:
    """What a schema says without its references and combinations."""
    names = _type_names(part)
    enum, null_in_enum = _enum(part)
    properties = mapping(part.get("properties"))
    required = part.get("required")
    listed = [each for each in listing(required) if isinstance(each, str)] if not isinstance(required, dict) else []
    # Older drafts mark the member itself: {"properties": {"id": {"required": true}}}.
    marked = [name for name, each in properties.items() if isinstance(each, dict) and each.get("required") is True]
    kinds = frozenset(_KINDS[name] for name in names if name in _KINDS) or _told_kinds(part, enum)
    enum = tuple(value for value in enum if not kinds or _kind_of(value) in kinds)
    items = None if "items" in _alternatives(part) else part.get("items")
    additional = part.get("additionalProperties")
    return Schema(
        kinds=kinds,
        is_nullable=part.get("nullable") is True or part.get("x-nullable") is True or "null" in names or null_in_enum,
        properties=properties,
        required=frozenset([*listed, *marked]),
        has_required=bool(listed or marked),
        items={"anyOf": items} if isinstance(items, list) and items else items if isinstance(items, dict) else None,
        additional=additional if isinstance(additional, dict) else None,
        enum=enum,
        format=_format(part),
        patterns=(part["pattern"],) if text(part.get("pattern")) else (),
        minimum=_limit(part, "minimum", "exclusiveMinimum", math.inf),
        maximum=_limit(part, "maximum", "exclusiveMaximum", -math.inf),
        min_length=int(_number(part.get("minLength")) or 0),
        max_length=None if (longest := _number(part.get("maxLength"))) is None else int(longest),
        examples=tuple(examples_of(part)),
        is_read_only=part.get("readOnly") is True,
        is_write_only=part.get("writeOnly") is True,
    )


def examples_of(part: Raw) -> Iterable[Json]:
    """The values that a schema, a parameter or a body gives as examples; its default is the last of them."""
    if not isinstance(part, dict):
        return
    for key in ("example", "x-example"):
        if key in part:
            yield part[key]
    if isinstance(several := part.get("examples"), list):
        yield from several
    elif isinstance(several, dict):
        yield from (each["value"] for each in several.values() if isinstance(each, dict) and "value" in each)
    if part.get("default") is not None:
        yield part["default"]


def _type_names(part: dict[str, Raw]) -> list[str]:
    found = part.get("type")
    return [each.lower() for each in (found if isinstance(found, list) else [found]) if isinstance(each, str)]


def _told_kinds(part: dict[str, Raw], enum: tuple[Json, ...]) -> frozenset[str]:
    """The types that follow from what else a schema without a type says."""
    if part.get("properties") or part.get("additionalProperties") or isinstance(part.get("required"), list):
        return frozenset({"object"})
    if part.get("items") and "items" not in _alternatives(part):
        return frozenset({"array"})
    if enum:
        return frozenset(_kind_of(value) for value in enum)
    is_textual = text(part.get("format")) in _TEXT_FORMATS or text(part.get("pattern"))
    return frozenset({"string"}) if is_textual and not _type_names(part) else frozenset()


_TEXT_FORMATS = frozenset({"date-time", "date", "uuid", "uri", "url", "email", "byte", "binary"})


def _format(part: dict[str, Raw]) -> str:
    # Swagger 2 has a type for files, and people write formats as types.
    as_type = {"file": "binary", "datetime": "date-time", "date": "date", "uuid": "uuid"}
    return text(part.get("format")) or next((as_type[name] for name in _type_names(part) if name in as_type), "")


def _enum(part: dict[str, Raw]) -> tuple[tuple[Json, ...], bool]:
    """The scalar values of an enum, and whether null is one of them."""
    found = [part["const"]] if "const" in part else part.get("enum")
    if isinstance(found, str):
        found = [found]
    if not isinstance(found, list):
        return (), False
    if len(found) == 1 and isinstance(found[0], str):
        found = _parted(found[0])
    if any(isinstance(value, dict | list) for value in found):
        return (), None in found
    values: list[Json] = []
    for value in found:
        if value is not None and not any(value == one and type(value) is type(one) for one in values):
            values.append(value)
    return tuple(values), None in found


def _parted(value: str) -> list[str]:
    """Several values that were given as one text, "all, any" or "open|closed"; other texts stay whole."""
    parts = re.split(r"\s*[,|]\s*", value.strip())
    return parts if all(re.fullmatch(r"[\w-]+", part) for part in parts) else [value]


def _kind_of(value: Json) -> str:
    if isinstance(value, bool):
        return "boolean"
    kinds = {str: "string", int: "integer", float: "number", dict: "object", list: "array"}
    return kinds.get(type(value), "")


def _limit(part: dict[str, Raw], key: str, exclusive_key: str, inward: float) -> float | None:
    """The limit that numbers may reach. Exclusive ones are a flag beside it (3.0), or a number of their own (3.1)."""
    limit, exclusive = _number(part.get(key)), part.get(exclusive_key)
    if exclusive is True and limit is not None:
        return math.nextafter(limit, inward)
    if (outer := _number(exclusive)) is not None:
        return math.nextafter(outer, inward)
    return limit


def _number(value: Json) -> float | None:
    try:
        number = float(value) if not isinstance(value, bool) else math.inf
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _both(one: Schema, other: Schema) -> Schema:
    """What holds where both schemas do."""
    if one is ANYTHING or other is ANYTHING:
        return one if other is ANYTHING else other
    lows = [each for each in (one.minimum, other.minimum) if each is not None]
    highs = [each for each in (one.maximum, other.maximum) if each is not None]
    longest = [each for each in (one.max_length, other.max_length) if each is not None]
    shared = tuple(value for value in one.enum if value in other.enum)
    return Schema(
        kinds=_narrowed(one.kinds, other.kinds),
        is_nullable=one.is_nullable or other.is_nullable,  # `allOf: [$ref]` beside `nullable: true` is meant so
        properties=_joined(one.properties, other.properties, "allOf"),
        required=one.required | other.required,
        has_required=one.has_required or other.has_required,
        items=_joined_part(one.items, other.items, "allOf"),
        additional=_joined_part(one.additional, other.additional, "allOf"),
        enum=shared or one.enum or other.enum,
        format=one.format or other.format,
        patterns=tuple(dict.fromkeys([*one.patterns, *other.patterns])),
        minimum=max(lows, default=None),
        maximum=min(highs, default=None),
        min_length=max(one.min_length, other.min_length),
        max_length=min(longest, default=None),
        examples=(*one.examples, *other.examples),
        is_read_only=one.is_read_only or other.is_read_only,
        is_write_only=one.is_write_only or other.is_write_only,
    )


def _narrowed(one: frozenset[str], other: frozenset[str]) -> frozenset[str]:
    if not one or not other:
        return one or other
    shared = one & other
    if not shared and one | other == {"integer", "number"}:
        return frozenset({"integer"})
    return shared or one  # a contradiction in the document


def _common(branches: list[Schema]) -> Schema:
    """What holds whichever of the branches does. A branch that is only null makes the rest nullable."""
    several = [branch for branch in branches if branch != _ONLY_NULL]
    if not several:
        return _ONLY_NULL
    is_nullable = any(branch.is_nullable for branch in branches)
    if len(several) == 1:
        return replace(several[0], is_nullable=is_nullable)
    knows_kinds = all(branch.kinds for branch in several)
    names = [name for name in several[0].properties if all(name in each.properties for each in several)]
    items = [branch.items for branch in several]
    has_enums = all(branch.enum for branch in several)
    return Schema(
        kinds=frozenset().union(*(branch.kinds for branch in several)) if knows_kinds else frozenset(),
        is_nullable=is_nullable,
        properties={name: {"anyOf": [branch.properties[name] for branch in several]} for name in names},
        required=frozenset.intersection(*(branch.required for branch in several)),
        has_required=any(branch.has_required for branch in several),
        items={"anyOf": items} if all(items) else None,
        enum=tuple(dict.fromkeys(value for each in several for value in each.enum)) if has_enums else (),
        format=_same([branch.format for branch in several]) or "",
        patterns=_same([branch.patterns for branch in several]) or (),
        min_length=min(branch.min_length for branch in several),
        examples=tuple(value for branch in several for value in branch.examples),
    )


_ONLY_NULL = Schema(is_nullable=True)


def _same(values: list[Json]) -> Json:
    return values[0] if all(value == values[0] for value in values) else None


def _joined(one: Mapping[str, Raw], other: Mapping[str, Raw], how: str) -> dict[str, Raw]:
    names = dict.fromkeys([*one, *other])
    return {name: _joined_part(one.get(name), other.get(name), how) for name in names}


def _joined_part(one: Raw, other: Raw, how: str) -> Raw:
    if one is None or other is None or one is other:
        return other if one is None else one
    return {how: [one, other]}
