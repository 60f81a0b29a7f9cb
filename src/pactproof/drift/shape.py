"""The shape of answers: every place in them with the types and values found there, elements of a list taken together.

A list of three rows has one place `$.rows[*].id` with three values, so that a longer list, or one in another order, has
the same shape.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from pactproof.expectation import EachKey, EachLike, Node, Nullable, Object
from pactproof.expectation import Sequence as Elements
from pactproof.interaction import Json
from pactproof.matching import Path, RulePath, Wild, path_text
from pactproof.xml_tree import XmlTree

BODY = "$"


class Spot(NamedTuple):
    """A place in a request or an answer: ("$", ("rows", Wild.INDEX, "id")), ("header", ("Link",)), ("status", ())."""

    root: str
    path: RulePath = ()

    def __str__(self) -> str:
        if self.root == BODY:
            return path_text(self.path)
        return ".".join([self.root, *(str(part) for part in self.path)])

    @property
    def name(self) -> str:
        """The nearest name, "id" of `$.rows[*].id`."""
        return next((part for part in reversed(self.path) if isinstance(part, str)), self.root)

    @property
    def above(self) -> Spot:
        return Spot(self.root, self.path[:-1])


@dataclass(slots=True)
class Found:
    """What stands at a place, in every answer looked at.

    values: scalars, null among them
    sizes:  lengths of lists, numbers of keys that are data, numbers of XML elements of one name
    times:  how often something stands there
    """

    kinds: set[str] = field(default_factory=set)
    values: list[Json] = field(default_factory=list)
    sizes: Counter[int] = field(default_factory=Counter)
    times: int = 0
    is_promised: bool = False


@dataclass(frozen=True, slots=True)
class Guide:
    """What is known of a place before it is looked at.

    node:  what the contract promises of it
    shape: what an AWS service model says of it
    reads: the steps from here to what an AWS contract reads, ("Buckets", "[]", "Name")
    """

    node: Node | None = None
    shape: Any = None
    reads: frozenset[tuple[str, ...]] = frozenset()

    @property
    def is_promised(self) -> bool:
        return self.node is not None or bool(self.reads)

    @property
    def _plain(self) -> Node | None:
        node = self.node
        while isinstance(node, Nullable):
            node = node.node
        return node

    @property
    def has_any_keys(self) -> bool:
        """Whether keys are data, as in a mapping of labels."""
        return isinstance(self._plain, EachKey) or getattr(self.shape, "type_name", "") == "map"

    def member(self, name: str) -> Guide:
        node, shape = self._plain, None
        type_name = getattr(self.shape, "type_name", "")
        if type_name == "structure":
            shape = self.shape.members.get(name)
        elif type_name == "map":
            shape = self.shape.value
        reads = self._read_below(name) | self._read_below("*")
        if isinstance(node, Object):
            return Guide(next((one.node for one in node.members if one.name == name), None), shape, reads)
        return Guide(node.element if isinstance(node, EachKey) else None, shape, reads)

    def element(self, index: int) -> Guide:
        node = self._plain
        shape = self.shape.member if getattr(self.shape, "type_name", "") == "list" else None
        reads = self._read_below("[]")
        if isinstance(node, EachLike):
            return Guide(node.element, shape, reads)
        if isinstance(node, Elements) and index < len(node.elements):
            return Guide(node.elements[index], shape, reads)
        return Guide(None, shape, reads)

    def _read_below(self, step: str) -> frozenset[tuple[str, ...]]:
        return frozenset(steps[1:] for steps in self.reads if steps[:1] == (step,))


Shape = dict[Spot, Found]


def kind(value: Json) -> str:
    """The type of a value as people name it."""
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int() | float():
            return "a number"
        case str():
            return "text"
        case list():
            return "a list"
        case dict():
            return "an object"
    return "bytes"


def add_value(shape: Shape, spot: Spot, value: Json, guide: Guide) -> None:
    """Note `value` and all below it. Recursion is bounded: what is read here is nested no deeper than JSON may be."""
    found = shape.setdefault(spot, Found())
    found.kinds.add(kind(value))
    found.times += 1
    found.is_promised = found.is_promised or guide.is_promised
    if isinstance(value, dict):
        if guide.has_any_keys:
            found.sizes[len(value)] += 1
        for name, item in value.items():
            step: str | Wild = Wild.KEY if guide.has_any_keys else name
            add_value(shape, Spot(spot.root, (*spot.path, step)), item, guide.member(name))
    elif isinstance(value, list):
        found.sizes[len(value)] += 1
        for index, item in enumerate(value):
            add_value(shape, Spot(spot.root, (*spot.path, Wild.INDEX)), item, guide.element(index))
    else:
        found.values.append(value)


def add_xml(shape: Shape, spot: Spot, tree: XmlTree, promised: XmlTree | None) -> None:
    """Note an element; its path is that of Pact's XML: names alone, `@name` for an attribute."""
    here = Spot(spot.root, (*spot.path, tree.name))
    found = shape.setdefault(here, Found())
    found.kinds.add("an element")
    found.times += 1
    found.is_promised = found.is_promised or promised is not None
    known = dict(promised.attributes) if promised else {}
    for name, value in tree.attributes:
        _add_scalar(shape, Spot(here.root, (*here.path, f"@{name}")), value, is_promised=name in known)
    if tree.text:
        is_promised = bool(promised and promised.text)
        _add_scalar(shape, Spot(here.root, (*here.path, "#text")), tree.text, is_promised=is_promised)
    for name, number in Counter(child.name for child in tree.children).items():
        shape.setdefault(Spot(here.root, (*here.path, name)), Found()).sizes[number] += 1
    for child in tree.children:
        same = [one for one in promised.children if one.name == child.name] if promised else []
        add_xml(shape, here, child, same[0] if same else None)


def _add_scalar(shape: Shape, spot: Spot, value: Json, *, is_promised: bool) -> None:
    found = shape.setdefault(spot, Found())
    found.kinds.add(kind(value))
    found.times += 1
    found.values.append(value)
    found.is_promised = found.is_promised or is_promised


def add_scalar(shape: Shape, spot: Spot, value: Json, *, is_promised: bool = True) -> None:
    """Note a value that is no part of a body: a status, a header, a query parameter."""
    _add_scalar(shape, spot, value, is_promised=is_promised)


def generalised(path: Path, guide: Guide) -> RulePath:
    """The place of an exact path: `[*]` for an index, `.*` for a key that is data."""
    steps: list[str | int | Wild] = []
    for part in path:
        if isinstance(part, int):
            steps.append(Wild.INDEX)
            guide = guide.element(part)
        else:
            steps.append(Wild.KEY if guide.has_any_keys else part)
            guide = guide.member(part)
    return tuple(steps)
