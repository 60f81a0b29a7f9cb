"""YAML with JSON's types only, and the place of every key and value.

`NO`, `on` and `2027-03-01` are text; the only tags are JSON's; duplicate keys, unknown tags, alias bombs
and endless nesting are faults. All faults of a file are reported together.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, TypeAlias, TypeVar

import yaml

from pactproof.errors import ContractError, Place, in_file_order

KeyPath: TypeAlias = tuple[str | int, ...]
Part = TypeVar("Part")

MAX_DEPTH = 100
MAX_INT_DIGITS = 4000  # Python refuses to parse longer ones
MAX_VALUES = 1_000_000  # aliases count as often as they are used, so a bomb is seen before it is unpacked

_NULL = re.compile(r"~|null|Null|NULL|")
_BOOL = re.compile(r"true|True|TRUE|false|False|FALSE")
_INT = re.compile(r"-?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_CORE = "tag:yaml.org,2002:"


class _Loader(getattr(yaml, "CLoader", yaml.Loader)):  # type: ignore[misc]  # the C loader where PyYAML has it
    """Only composes: it resolves no plain scalar, so that a tag seen on one was written in the file."""

    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {}


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed file: its plain data and where each part of it stands."""

    path: str
    data: Any
    places: dict[KeyPath, Place] = field(repr=False)
    key_places: dict[KeyPath, Place] = field(repr=False)

    def place(self, *keys: str | int) -> Place:
        """Where the value at `keys` stands. A value that is not there stands where the nearest part above it does."""
        for end in range(len(keys), -1, -1):
            if (place := self.places.get(keys[:end])) is not None:
                return place
        return Place(self.path)

    def key_place(self, *keys: str | int) -> Place:
        """Where the key itself stands; list items and absent keys stand as `place` says."""
        return self.key_places.get(keys) or self.place(*keys)


class DocumentError(ContractError):
    """One fault of a YAML file."""


def load_document(path: Path, *, shown_as: str = "") -> tuple[Document, list[DocumentError]]:
    """Read `path`. Faults come back beside what could be read, so that the caller reports all kinds together.

    shown_as: how messages name the file; the path as given by default
    """
    name = shown_as or str(path)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        fault = DocumentError("no such file", at=Place(name), fix=f"create {name}, or start in the project's folder")
    except UnicodeDecodeError as error:
        fault = DocumentError(f"not UTF-8 text: byte {error.start}", at=Place(name), fix="save the file as UTF-8")
    except OSError as error:
        fault = DocumentError(f"cannot be read: {error.strerror}", at=Place(name), fix="make the file readable")
    else:
        return parse_document(text, name)
    return Document(name, None, {}, {}), [fault]


def parse_document(text: str, name: str) -> tuple[Document, list[DocumentError]]:
    """Parse `text`; `name` stands for the file in messages."""
    try:
        if (place := too_deep(text, name)) is not None:
            return _refused(name, f"nested deeper than {MAX_DEPTH} levels", place, "flatten the file")
        root = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        place = place_of(error.problem_mark or error.context_mark, name)
        what = f"not valid YAML: {error.problem or error.context}"
        return _refused(name, what, place, "correct the syntax at this place")
    except yaml.YAMLError as error:
        what = f"not valid YAML: {' '.join(str(error).split())}"
        return _refused(name, what, Place(name), "remove what YAML cannot hold")
    reader = _Reader(name)
    data = reader.read(root) if root is not None else None
    return Document(name, data, reader.places, reader.key_places), sorted(reader.faults, key=in_file_order)


def _refused(name: str, what: str, place: Place, fix: str) -> tuple[Document, list[DocumentError]]:
    return Document(name, None, {}, {}), [DocumentError(what, at=place, fix=fix)]


def place_of(mark: Any, name: str) -> Place:
    """Where a mark of PyYAML's (of its C or its Python parser, or None) stands: it counts from 0, editors from 1."""
    return Place(name, mark.line + 1, mark.column + 1) if mark else Place(name)


class _Reader:
    """Builds plain data from composed nodes, noting places and faults on the way."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.places: dict[KeyPath, Place] = {}
        self.key_places: dict[KeyPath, Place] = {}
        self.faults: list[DocumentError] = []

    def read(self, root: yaml.Node) -> Any:
        if (found := unreadable_part(root, _children)) is not None:
            node, what = found
            self._fault(node, what, "write the values out, without aliases and with less nesting")
            self.places[()] = self._place(root)
            return None
        return self._value(root, ())

    def _value(self, node: yaml.Node, path: KeyPath) -> Any:
        self.places[path] = self._place(node)
        if isinstance(node, yaml.MappingNode):
            self._check_tag(node, "map")
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            self._check_tag(node, "seq")
            return [self._value(item, (*path, index)) for index, item in enumerate(node.value)]
        assert isinstance(node, yaml.ScalarNode)  # noqa: S101  # YAML has three kinds of nodes
        return self._scalar(node)

    def _mapping(self, node: yaml.MappingNode, path: KeyPath) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self._fault(key_node, "a key that is itself a list or a mapping", "use text as the key")
                continue
            self._check_tag(key_node, "str")
            key = key_node.value
            if key in result:
                first = self.key_places[(*path, key)]
                self._fault(key_node, f"duplicate key {key!r}, first in line {first.line}", "keep one of the two")
                continue
            self.key_places[(*path, key)] = self._place(key_node)
            result[key] = self._value(value_node, (*path, key))
        return result

    def _scalar(self, node: yaml.ScalarNode) -> Any:
        text: str = node.value
        self._check_tag(node, "str")
        if node.style:  # quoted or a block
            return text
        if _NULL.fullmatch(text):
            return None
        if _BOOL.fullmatch(text):
            return text.lower() == "true"
        if _INT.fullmatch(text) and len(text) < MAX_INT_DIGITS:
            return int(text)
        if not _FLOAT.fullmatch(text):
            return text
        if math.isinf(number := float(text)):
            self._fault(node, "a number too large to be told from infinity", "quote it where it is text")
        return number

    def _check_tag(self, node: yaml.Node, kind: str) -> None:
        if node.tag != f"{_CORE}{kind}":
            tag = node.tag.replace(_CORE, "!!")
            self._fault(node, f"tag {tag} is not allowed", "write plain YAML without tags")

    def _fault(self, node: yaml.Node, what: str, fix: str) -> None:
        self.faults.append(DocumentError(what, at=self._place(node), fix=fix))

    def _place(self, node: yaml.Node) -> Place:
        return place_of(node.start_mark, self.name)


def too_deep(text: str, name: str) -> Place | None:
    """Where `text` is nested deeper than MAX_DEPTH levels; None where it is not.

    Measured on the parser's events: composing recurses in C, and 40,000 levels end the process, not the call.
    Raises yaml.YAMLError where `text` cannot be parsed.
    """
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            return place_of(event.start_mark, name)
    return None


def unreadable_part(root: Part, children_of: Callable[[Part], list[Part]]) -> tuple[Part, str] | None:
    """A part that is too large, too deep or endless once its aliases are unpacked, and what is wrong with it.

    Nothing is unpacked for it. children_of: the parts inside a part, none for a scalar; an alias is the same object.
    """
    sizes: dict[int, int] = {}
    depths: dict[int, int] = {}
    stack: list[tuple[Part, bool]] = [(root, False)]
    open_parts: set[int] = set()
    while stack:
        part, is_left = stack.pop()
        if id(part) in sizes:
            continue
        children = children_of(part)
        if is_left:
            open_parts.discard(id(part))
            sizes[id(part)] = 1 + sum(sizes[id(child)] for child in children)
            depths[id(part)] = max((depths[id(child)] for child in children), default=-1) + 1
            if depths[id(part)] > MAX_DEPTH:
                return part, f"nested deeper than {MAX_DEPTH} levels once its aliases are unpacked"
            if sizes[id(part)] > MAX_VALUES:
                return part, f"more than {MAX_VALUES} values once its aliases are unpacked"
            continue
        if id(part) in open_parts:
            return part, "an alias that contains itself"
        open_parts.add(id(part))
        stack.append((part, True))
        stack.extend((child, False) for child in reversed(children))
    return None


def _children(node: yaml.Node) -> list[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        return [part for pair in node.value for part in pair]
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []
