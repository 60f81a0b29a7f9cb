"""What a contract says about a value: a tree of frozen nodes, and its examples.

`expectation_reading` makes the tree of plain YAML, `matching` judges a value by it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from pactproof.interaction import Json
from pactproof.multipart import Part, multipart_bytes

Variant = Literal["full", "lean", "pact"]
"""full: optional keys present; lean: absent, and nullables null; pact: what a pact file can say."""


@dataclass(frozen=True, slots=True)
class Value:
    """A value with an example and a Pact matching rule; no rule means "equal to the example", at any depth."""

    example: Json = field(hash=False)  # may be a list or a mapping
    rule: tuple[tuple[str, Any], ...] | None = None

    @property
    def matcher(self) -> dict[str, Any] | None:
        return dict(self.rule) if self.rule is not None else None


@dataclass(frozen=True, slots=True)
class Member:
    name: str
    node: Node
    is_optional: bool = False


@dataclass(frozen=True, slots=True)
class Object:
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class EachLike:
    """A list of at least `minimum` elements, each like `element`."""

    element: Node
    minimum: int = 1


@dataclass(frozen=True, slots=True)
class EachKey:
    """A mapping whose keys may be any; each value like `element`."""

    key: str
    element: Node


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list of exactly these elements, as requests have them."""

    elements: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Contains:
    """A list that has, anywhere, an element for each of `variants`."""

    variants: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Nullable:
    node: Node


@dataclass(frozen=True, slots=True)
class Binary:
    """A body of bytes; matched by media type."""

    media_type: str
    example: bytes


@dataclass(frozen=True, slots=True)
class FormPart:
    """One field, or one file, of a multipart form; `file_name` None says nothing about the name of a file."""

    name: str
    node: Value | Binary
    file_name: str | None = None


@dataclass(frozen=True, slots=True)
class Multipart:
    """A body of multipart/form-data: these parts in any order, those of one name in this one."""

    parts: tuple[FormPart, ...]


Node: TypeAlias = Value | Object | EachLike | EachKey | Sequence | Contains | Nullable | Binary | Multipart

TYPE = (("match", "type"),)
NULL = (("match", "null"),)
BOUNDARY = "pactproof"
"""Of examples; a program's own boundary is another one each time."""


class _Omitted:
    """The example of a node that a variant leaves out."""


OMITTED = _Omitted()


def example(node: Node, variant: Variant = "full") -> Any:
    """The example value of `node`; OMITTED where `variant` leaves it out. Lists have as many elements as they need."""
    match node:
        case Value():
            return node.example
        case Binary():
            return node.example
        case Multipart(parts):
            return multipart_bytes((_part(part) for part in parts), BOUNDARY)
        case Nullable(inner):
            if variant == "lean":
                return None
            return OMITTED if variant == "pact" and is_container(inner) else example(inner, variant)
        case Object(members):
            kept = {member.name: example(member.node, variant) for member in members if _is_kept(member, variant)}
            return {name: value for name, value in kept.items() if value is not OMITTED}
        case EachLike(element, minimum):
            value = example(element, variant)
            return OMITTED if value is OMITTED else [value] * max(minimum, 1)
        case EachKey(key, element):
            value = example(element, variant)
            return OMITTED if value is OMITTED else {key: value}
        case Sequence(elements) | Contains(elements):
            return [value for element in elements if (value := example(element, variant)) is not OMITTED]


def _part(part: FormPart) -> Part:
    if isinstance(part.node, Binary):
        return Part(part.name, part.node.example, part.file_name or part.name, part.node.media_type)
    return Part(part.name, str(part.node.example).encode())


def has_choices(node: Node) -> bool:
    """Whether the full and the lean example differ."""
    match node:
        case Nullable():
            return True
        case Object(members):
            return any(member.is_optional or has_choices(member.node) for member in members)
        case EachLike(element) | EachKey(_, element):
            return has_choices(element)
        case Sequence(elements) | Contains(elements):
            return any(has_choices(element) for element in elements)
    return False


def is_sendable(node: Node) -> bool:
    """Whether a pact can promise `node` in a request: it has no way to say that a key may be left out."""
    match node:
        case Nullable(inner):
            return not is_container(inner) and is_sendable(inner)
        case Object(members):
            return all(not member.is_optional and is_sendable(member.node) for member in members)
        case EachLike(element) | EachKey(_, element):
            return is_sendable(element)
        case Sequence(elements) | Contains(elements):
            return all(is_sendable(element) for element in elements)
    return True


def is_container(node: Node) -> bool:
    return not isinstance(node, Value) or isinstance(node.example, dict | list)


def _is_kept(member: Member, variant: Variant) -> bool:
    return variant == "full" or not member.is_optional


def literal(value: Json) -> Node:
    """Exactly `value`, with the structure kept so that a mismatch names its path."""
    if isinstance(value, dict):
        return Object(tuple(Member(name, literal(item)) for name, item in value.items()))
    if isinstance(value, list):
        return Sequence(tuple(literal(item) for item in value))
    return Value(value)
