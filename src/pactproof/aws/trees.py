"""A raw tree walked along a shape: what it says in the model's words, and every place where it says something else.

botocore's parser drops members it does not know and coerces what it can; these walks note both, each with its path in
parsed terms. A part that cannot be read keeps its raw text, so that one garbled scalar does not lose the rest.
Source: the parsers of botocore/parsers.py, whose names and quirks (flattened lists, wrappers) are followed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from pactproof.aws import scalars
from pactproof.aws.scalars import Misread
from pactproof.aws.stub_check import shown
from pactproof.interaction import Mismatch

BOUND_ELSEWHERE = ("header", "headers", "statusCode")  # members that do not stand in the body


@dataclass(slots=True)
class Findings:
    """What a walk notes on its way. `unknown`: paths of members that the model does not know."""

    problems: list[Mismatch] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)

    def problem(self, path: str, expected: str, found: str) -> None:
        self.problems.append(Mismatch(path, expected, found))

    def stranger(self, path: str, name: str) -> None:
        self.unknown.append(f"{path}.{name}")

    def scalar(self, path: str, raw: Any, read: Callable[[], Any]) -> Any:
        """What `read` gives; `raw` itself, with a problem, where it raises Misread."""
        try:
            return read()
        except Misread as misread:
            self.problem(path, str(misread), shown(raw))
            return raw


class JsonWalk:
    """Over what json.loads or a CBOR parser gave. `read`: of_json or of_cbor."""

    def __init__(self, findings: Findings, read: Callable[[Any, Any], Any] = scalars.of_json) -> None:
        self.findings, self.read = findings, read

    def walk(self, shape: Any, raw: Any, path: str) -> Any:
        if raw is None:
            return None
        kind = shape.type_name
        if kind == "structure":
            return raw if shape.is_document_type else self._structure(shape, raw, path)
        if kind == "list":
            return self._list(shape, raw, path)
        if kind == "map":
            return self._map(shape, raw, path)
        return self.findings.scalar(path, raw, lambda: self.read(shape, raw))

    def _structure(self, shape: Any, raw: Any, path: str) -> Any:
        if not isinstance(raw, dict):
            self.findings.problem(path, "an object", shown(raw))
            return raw
        names = {member.serialization.get("name", name): name for name, member in in_body(shape)}
        given = {key: value for key, value in raw.items() if value is not None and key != "__type"}
        if shape.is_tagged_union and len(given) != 1:
            self.findings.problem(path, f"exactly one of {', '.join(shape.members)}", f"{len(given)} of them")
        parsed = {
            name: self.walk(shape.members[name], given[key], f"{path}.{name}")
            for key, name in names.items()
            if key in given
        }
        strangers = [str(key) for key in raw if key not in names and key != "__type"]
        for key in strangers:
            self.findings.stranger(path, key)
        if shape.is_tagged_union and strangers and not parsed:
            return {"SDK_UNKNOWN_MEMBER": {"name": strangers[0]}}  # what a client gives for a newer service's member
        return parsed

    def _list(self, shape: Any, raw: Any, path: str) -> Any:
        if not isinstance(raw, list):
            self.findings.problem(path, "a list", shown(raw))
            return raw
        return [self.walk(shape.member, element, f"{path}[{index}]") for index, element in enumerate(raw)]

    def _map(self, shape: Any, raw: Any, path: str) -> Any:
        if not isinstance(raw, dict):
            self.findings.problem(path, "an object", shown(raw))
            return raw
        return {key: self.walk(shape.value, value, f"{path}.{key}") for key, value in raw.items()}


class XmlWalk:
    """Over an ElementTree. A member's `nodes` are all children of its name, one for most."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings

    def structure(self, shape: Any, node: Any, path: str, *, ignored: frozenset[str] = frozenset()) -> Any:
        """`ignored`: children that are no members yet none the worse, `ResponseMetadata`."""
        if not list(node) and (node.text or "").strip():
            self.findings.problem(path, "members", shown(node.text))
            return node.text
        groups = grouped(node)
        members = dict(in_body(shape))
        names = {_xml_name(member, name): name for name, member in members.items()}
        if shape.is_tagged_union and len(groups) != 1:
            self.findings.problem(path, f"exactly one of {', '.join(shape.members)}", f"{len(groups)} of them")
        parsed: dict[str, Any] = {}
        for name, member in members.items():
            nodes = groups.get(_xml_name(member, name))
            if nodes:
                parsed[name] = self._member(member, nodes, f"{path}.{name}")
            elif member.serialization.get("xmlAttribute"):
                parsed.update(self._attribute(name, member, node))
        for tag in groups:
            if tag not in names and tag not in ignored:
                self.findings.stranger(path, tag)
        return parsed

    def _member(self, shape: Any, nodes: list[Any], path: str) -> Any:
        flattened = shape.serialization.get("flattened")
        if shape.type_name == "list":
            return self._list(shape, nodes if flattened else self._items(shape, nodes, path), path)
        if shape.type_name == "map":
            return self._map(shape, nodes if flattened else self._items(shape, nodes, path), path)
        if len(nodes) > 1:
            self.findings.problem(path, f"one {tag_of(nodes[0])}", f"{len(nodes)} of them")
        return self._value(shape, nodes[0], path)

    def _value(self, shape: Any, node: Any, path: str) -> Any:
        kind = shape.type_name
        if kind == "structure":
            return self.structure(shape, node, path)
        if kind in ("list", "map"):
            return self._member(shape, [node], path)
        text = node.text or ""
        if list(node):
            self.findings.problem(path, "a single value", f"members: {', '.join(grouped(node))}")
            return text
        return self.findings.scalar(path, text, lambda: scalars.of_text(shape, text))

    def _items(self, shape: Any, nodes: list[Any], path: str) -> list[Any] | None:
        """The elements inside a list's wrapper; None, with a problem, where there is text instead."""
        if len(nodes) > 1:
            self.findings.problem(path, f"one {tag_of(nodes[0])}", f"{len(nodes)} of them")
        wrapper = nodes[0]
        if not list(wrapper) and (wrapper.text or "").strip():
            self.findings.problem(path, f"a {shape.type_name}", shown(wrapper.text))
            return None
        return list(wrapper)

    def _list(self, shape: Any, nodes: list[Any] | None, path: str) -> Any:
        if nodes is None:
            return []
        return [self._value(shape.member, node, f"{path}[{index}]") for index, node in enumerate(nodes)]

    def _map(self, shape: Any, nodes: list[Any] | None, path: str) -> Any:
        key_name = shape.key.serialization.get("name") or "key"
        value_name = shape.value.serialization.get("name") or "value"
        parsed: dict[str, Any] = {}
        for index, entry in enumerate(nodes or []):
            groups = grouped(entry)
            if set(groups) != {key_name, value_name}:
                self.findings.problem(
                    f"{path}[{index}]", f"{key_name} and {value_name}", ", ".join(groups) or "nothing"
                )
                continue
            key = groups[key_name][0].text or ""
            parsed[key] = self._value(shape.value, groups[value_name][0], f"{path}.{key}")
        return parsed

    def _attribute(self, name: str, shape: Any, node: Any) -> Iterator[tuple[str, str]]:
        wanted = shape.serialization["name"].split(":")[-1]
        for key, value in node.attrib.items():
            if key.split("}")[-1] == wanted:
                yield name, value


def in_body(shape: Any) -> Iterator[tuple[str, Any]]:
    """The members of a structure that stand in the body."""
    for name, member in shape.members.items():
        if member.serialization.get("location") not in BOUND_ELSEWHERE and not member.serialization.get("eventheader"):
            yield name, member


def grouped(node: Any) -> dict[str, list[Any]]:
    """The children of an element by name, namespaces left out, in the order they first come."""
    groups: dict[str, list[Any]] = {}
    for child in node:
        groups.setdefault(tag_of(child), []).append(child)
    return groups


def tag_of(node: Any) -> str:
    return str(node.tag).rpartition("}")[2]


def _xml_name(shape: Any, name: str) -> str:
    """The element's name; a flattened list is called as its member is (BaseXMLResponseParser._member_key_name)."""
    if shape.type_name == "list" and shape.serialization.get("flattened"):
        inner = shape.member.serialization.get("name")
        if inner is not None:
            return str(inner)
    return str(shape.serialization.get("name", name))
