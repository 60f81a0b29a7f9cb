"""The values of a contract and their operators, as JSON Schema definitions. docs/contracts.md has the same in words."""

from __future__ import annotations

from typing import Any, Final, TypeAlias

from pactproof.expectation_reading import COMPANIONS, DATE, DATETIME, OPERATORS, UUID

Schema: TypeAlias = dict[str, Any]

_PARAM: Final = r"\{[A-Za-z_][A-Za-z0-9_]*\}"
_OPTIONAL: Final = r"(^|[^\\])\?$"
_FOR_TEXT: Final = ("$contains", "$date", "$datetime", "$exactly", "$one_of", "$regex", "$uuid")
_LIKE_REQUIRED: Final = frozenset({"$regex", "$min", "$binary"})

TEXT_VALUE: Final[Schema] = {
    "anyOf": [{"type": ["string", "number", "boolean"]}, {"$ref": "#/$defs/operator"}],
    "description": 'travels as text: true and 3 become "true" and "3"',
}


def definitions(*, is_aws: bool = False) -> dict[str, Schema]:
    """answered: a value in a response, matched by type; sent: one in a request, exactly as it stands; element: exact as
    well, where keys may be absent; ..._body: the whole of a body; operator: for values that travel as text.

    is_aws: bytes may be the value of any member
    """
    return {
        "answered": _value("answered", "matched by type; a list says what each element is like", has_bytes=is_aws),
        "answered_body": _body("answered"),
        "sent": _value("sent", "as the program sends it", has_bytes=True),
        "sent_body": _body("sent"),
        "element": _value("element", "as it stands", has_bytes=is_aws),
        "operator": {
            "type": "object",
            "minProperties": 1,
            "propertyNames": {"enum": [*_FOR_TEXT, "like"]},
            "$ref": "#/$defs/element",
        },
    }


def _value(kind: str, description: str, *, has_bytes: bool) -> Schema:
    """has_bytes: of what is sent, the parts of an upload are"""
    names = [name for name in OPERATORS if has_bytes or name != "$binary"]
    own = {"$ref": f"#/$defs/{kind}"}
    schema: Schema = {
        "description": description,
        "properties": {name: _operator(name, own) for name in names},
        "propertyNames": _keys(names, is_sent=kind == "sent"),
        "additionalProperties": own,
        "items": own,
        "dependentSchemas": {name: _beside(name) for name in names},
    }
    if kind == "answered":
        several = {"minItems": 1, "maxItems": 1}  # two would say nothing about what each is like
        schema |= {"if": {"type": "array"}, "then": several}
    return schema


def _body(kind: str) -> Schema:
    """The whole of a body, which may be bytes."""
    own = {"$ref": f"#/$defs/{kind}"}
    return {
        "properties": {"$binary": _operator("$binary", own)},
        "if": {"type": "object", "required": ["$binary"]},
        "then": _beside("$binary"),
        "else": own,
    }


def _keys(operators: list[str], *, is_sent: bool) -> Schema:
    """A key that starts with one dollar is an operator. A request cannot promise that a key may be absent."""
    known = "|".join(sorted(name[1:] for name in operators))
    keys = {"pattern": rf"^(\$({known})$|\$\$|[^$]|$)"}
    return {"allOf": [keys, {"not": {"pattern": _OPTIONAL}}]} if is_sent else keys


def _beside(name: str) -> Schema:
    """What may stand beside an operator: `like`, an example, or nothing."""
    allowed = [name, *(["like"] if name in COMPANIONS else []), *(["filename"] if name == "$binary" else [])]
    required = {"required": ["like"]} if name in _LIKE_REQUIRED else {}
    like = _LIKES.get(name)
    return {"propertyNames": {"enum": allowed}, **required, **({"properties": {"like": like}} if like else {})}


_ANSWERED: Final[Schema] = {"$ref": "#/$defs/answered"}
_LIKES: Final[dict[str, Schema]] = {
    "$regex": {"type": "string"},
    "$one_of": {"type": "string"},
    "$contains": {"type": "string"},
    "$min": {"type": "array", "minItems": 1, "maxItems": 1, "items": _ANSWERED},
    "$binary": {"type": "string", "contentEncoding": "base64"},
}


def _text_like(pattern: str) -> Schema:
    return {"type": "string", "anyOf": [{"pattern": pattern}, {"pattern": _PARAM}]}


def _number(kind: str) -> Schema:
    return {"anyOf": [{"type": kind}, {"type": "string", "pattern": f"^{_PARAM}$"}]}


def _operator(name: str, own: Schema) -> Schema:
    """The schema of an operator's value, with what the operator says. `own`: a value of the kind it stands in."""
    match name:
        case "$regex":
            said = "text that the pattern matches as a whole; takes `like:` with an example"
            return {"description": said, "type": "string", "format": "regex"}
        case "$datetime":
            return {"description": "ISO 8601 with a zone, 2026-01-05T10:00:00Z", **_text_like(DATETIME)}
        case "$date":
            return {"description": "a day, 2026-01-05", **_text_like(f"^{DATE}$")}
        case "$uuid":
            return {"description": "a UUID", **_text_like(UUID)}
        case "$integer":
            return {"description": "a whole number", **_number("integer")}
        case "$decimal":
            return {"description": "a number with a fraction", **_number("number")}
        case "$exactly":
            return {"description": "equal, at any depth"}
        case "$one_of":
            said = "one of these texts; the first, or `like:`, is the example"
            return {"description": said, "type": "array", "minItems": 1, "items": {"type": "string"}}
        case "$each_key":
            said = "a mapping with any keys, each value like this one"
            each: Schema = {"minProperties": 1, "maxProperties": 1, "additionalProperties": _ANSWERED}
            return {"description": said, "type": "object", **each}
        case "$contains":
            said = "a text that contains this one; a list that has these elements"
            listed = {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/element"}}
            return {"description": said, "anyOf": [{"type": "string", "minLength": 1}, listed]}
        case "$min":
            said = "a list of at least so many elements; takes `like: [element]`"
            return {"description": said, "type": "integer", "minimum": 0}
        case "$nullable":
            return {"description": "like this, or null", "not": {"type": "null"}, **own}
        case _:
            said = "bytes of this media type; takes `like:` with the bytes in base64, and `filename:` in an upload"
            return {"description": said, "type": "string", "pattern": "/"}
