"""Pact's matching rules for an expectation, and Pact's own matcher run in process on a value.

One generator makes the rules for the pact file and for the check, so that the two cannot disagree. For a check
the expectation is first specialised to the answer: each optional or nullable position is decided by what is
there, list elements of one shape together, and only then matched.
Source: Pact specification V4; `pactffi_sync_message_match_response_contents`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from pactproof.errors import ContractError
from pactproof.expectation import (
    NULL,
    OMITTED,
    Binary,
    Contains,
    EachKey,
    EachLike,
    Member,
    Node,
    Nullable,
    Object,
    Value,
    example,
    is_container,
)
from pactproof.expectation import Sequence as Elements
from pactproof.interaction import Json, Mismatch

Rules: TypeAlias = dict[str, dict[str, Any]]
Path: TypeAlias = tuple[str | int, ...]

_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


def path_text(path: Path) -> str:
    """`("items", 0, "a b")` as `$.items[0]['a b']`; the star stands for any index or key."""
    parts = ["$"]
    for part in path:
        if isinstance(part, int):
            parts.append(f"[{part}]")
        elif part == "[*]":
            parts.append("[*]")
        elif part == "*" or _PLAIN_KEY.fullmatch(part):
            parts.append(f".{part}")
        else:
            parts.append("['{}']".format(part.replace("'", "\\'")))
    return "".join(parts)


def matching_rules(node: Node) -> Rules:
    """Every rule of `node` by its JSON path, in Pact's V4 form {"$.id": {"combine": "AND", "matchers": [...]}}.

    Optional members and nullable containers have none: a pact cannot say them.
    """
    return {path_text(path): rule for path, rule in _rules(node, ())}


def _rules(node: Node, path: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    match node:
        case Value() if node.matcher:
            yield path, _all_of(*_matchers(node.matcher))
        case Value():
            yield path, _all_of({"match": "equality"})
        case Nullable(Value() as inner) if not is_container(inner):
            yield path, {"combine": "OR", "matchers": [inner.matcher or {"match": "equality"}, {"match": "null"}]}
        case Object(members):
            for member in members:
                if not member.is_optional:
                    yield from _rules(member.node, (*path, member.name))
        case EachLike(element, minimum) if example(node, "pact") is not OMITTED:
            yield path, _all_of({"match": "type", "min": minimum} if minimum else {"match": "type"})
            yield from _rules(element, (*path, "[*]"))
        case EachKey(_, element) if example(node, "pact") is not OMITTED:
            yield path, _all_of({"match": "values"})
            yield from _rules(element, (*path, "*"))
        case Elements(elements):
            for index, element in enumerate(elements):
                yield from _rules(element, (*path, index))
        case Contains(variants):
            entries = [
                {"index": index, "rules": matching_rules(variant), "generators": {}}
                for index, variant in enumerate(variants)
            ]
            yield path, _all_of({"match": "arrayContains", "variants": entries})
        case Binary(media_type):
            yield path, _all_of({"match": "contentType", "value": media_type})


def _matchers(matcher: dict[str, Any]) -> list[dict[str, Any]]:
    """Pact's regex and include look at a value as if it were text: they let 7, true and null pass for some."""
    return [{"match": "type"}, matcher] if matcher["match"] in ("regex", "include") else [matcher]


def _all_of(*matchers: dict[str, Any]) -> dict[str, Any]:
    return {"combine": "AND", "matchers": list(matchers)}


# --- specialising --------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Regrouped:
    """An answer whose lists of mixed shapes were split into one list a shape, and how to find the way back."""

    indices: dict[Path, list[int]] = field(default_factory=dict)

    def graft(self, below: _Regrouped, path: Path) -> None:
        """Take over what was regrouped in the value at `path`."""
        for inner, indices in below.indices.items():
            self.indices[(*path, *inner)] = indices

    def original(self, path: Path) -> Path:
        """The path in the answer as it came, for a path in the regrouped one."""
        result: list[str | int] = []
        seen: list[str | int] = []
        for part in path:
            seen.append(part)
            if isinstance(part, int) and (indices := self.indices.get(tuple(seen[:-1]))) is not None:
                result[-1] = indices[part]  # in place of the group's name
            else:
                result.append(part)
        return tuple(result)


def _specialised(node: Node, actual: Json, path: Path, groups: _Regrouped) -> tuple[Node, Json]:
    match node:
        case Nullable(inner):
            return (Value(None, NULL), None) if actual is None else _specialised(inner, actual, path, groups)
        case Object(members) if isinstance(actual, dict):
            return _specialised_object(members, actual, path, groups)
        case EachLike(element, minimum) if isinstance(actual, list):
            return _specialised_list(element, minimum, actual, path, groups)
        case EachKey(key, element) if isinstance(actual, dict):
            return _specialised_map(key, element, actual, path, groups)
        case Elements(elements) if isinstance(actual, list) and len(actual) == len(elements):
            pairs = [
                _specialised(element, item, (*path, index), groups)
                for index, (element, item) in enumerate(zip(elements, actual, strict=True))
            ]
            return Elements(tuple(pair[0] for pair in pairs)), [pair[1] for pair in pairs]
    return _required(node), actual


def _specialised_object(
    members: tuple[Member, ...], actual: dict[str, Json], path: Path, groups: _Regrouped
) -> tuple[Node, Json]:
    kept: list[Member] = []
    found = dict(actual)
    for member in members:
        if member.name in actual:
            node, found[member.name] = _specialised(member.node, actual[member.name], (*path, member.name), groups)
            kept.append(Member(member.name, node))
        elif not member.is_optional:
            kept.append(Member(member.name, _required(member.node)))
    return Object(tuple(kept)), found


def _specialised_list(
    element: Node, minimum: int, actual: list[Json], path: Path, groups: _Regrouped
) -> tuple[Node, Json]:
    if not _has_decisions(element) or not actual:
        return EachLike(_required(element), minimum), actual
    by_shape: dict[Node, list[tuple[int, Json, _Regrouped]]] = {}
    for index, item in enumerate(actual):
        below = _Regrouped()
        shape, inner = _specialised(element, item, (), below)
        by_shape.setdefault(shape, []).append((index, inner, below))
    if len(by_shape) == 1:
        [(shape, entries)] = by_shape.items()
        for index, _, below in entries:
            groups.graft(below, (*path, index))
        return EachLike(shape, minimum), [inner for _, inner, _ in entries]
    members: list[Member] = []
    regrouped: dict[str, Json] = {}
    for number, (shape, entries) in enumerate(by_shape.items()):
        name = f"shape {number}"
        groups.indices[(*path, name)] = [index for index, _, _ in entries]
        for position, (_, _, below) in enumerate(entries):
            groups.graft(below, (*path, name, position))
        regrouped[name] = [inner for _, inner, _ in entries]
        members.append(Member(name, EachLike(shape, 1)))
    return Object(tuple(members)), regrouped


def _specialised_map(
    key: str, element: Node, actual: dict[str, Json], path: Path, groups: _Regrouped
) -> tuple[Node, Json]:
    if not _has_decisions(element):
        return EachKey(key, element), actual
    pairs = {name: _specialised(element, item, (*path, name), groups) for name, item in actual.items()}
    return Object(tuple(Member(name, node) for name, (node, _) in pairs.items())), {
        name: item for name, (_, item) in pairs.items()
    }


def _has_decisions(node: Node) -> bool:
    match node:
        case Nullable():
            return True
        case Object(members):
            return any(member.is_optional or _has_decisions(member.node) for member in members)
        case EachLike(element) | EachKey(_, element):
            return _has_decisions(element)
        case Elements(elements):
            return any(_has_decisions(element) for element in elements)
    return False


def _required(node: Node) -> Node:
    """`node` where nothing is there to decide by: optional members dropped, nullables as their value."""
    match node:
        case Nullable(inner):
            return _required(inner)
        case Object(members):
            return Object(tuple(Member(m.name, _required(m.node)) for m in members if not m.is_optional))
        case EachLike(element, minimum):
            return EachLike(_required(element), minimum)
        case EachKey(key, element):
            return EachKey(key, _required(element))
    return node


# --- matching ------------------------------------------------------------------------------------------------


def mismatches(node: Node, actual: Json, *, extra_allowed: bool = True) -> list[Mismatch]:
    """Where `actual` is not as `node` says, sorted by path; an empty list where it is.

    extra_allowed: members that `node` does not name are fine, as in a response; in a request they are not
    Raises ContractError where pact-python is not installed.
    """
    groups = _Regrouped()
    specialised, regrouped = _specialised(node, actual, (), groups)
    found = [
        _translated(mismatch, groups) for raw in _pact_matches(specialised, regrouped) for mismatch in _one_by_one(raw)
    ]
    if not extra_allowed:
        found.extend(_unexpected(node, actual, ()))
    unique = {(mismatch.path, mismatch.text): mismatch for mismatch in found}
    return sorted(unique.values(), key=lambda mismatch: _sort_key(parsed_path(mismatch.path)))


def _sort_key(path: Path) -> list[tuple[int, str]]:
    return [(part, "") if isinstance(part, int) else (-1, part) for part in path]


def _pact_matches(node: Node, actual: Json) -> list[dict[str, Any]]:
    ffi = _ffi()
    sample = example(node, "pact")
    if sample is OMITTED:
        return []
    pact = ffi.new_pact("consumer", "provider")
    ffi.with_specification(pact, ffi.PactSpecification.V4)
    interaction = ffi.new_sync_message_interaction(pact, "expectation")
    ffi.with_body(interaction, ffi.InteractionPart.RESPONSE, _JSON, json.dumps(sample))
    rules = json.dumps({"body": matching_rules(node)})
    ffi.with_matching_rules(interaction, ffi.InteractionPart.RESPONSE, rules)
    found: list[dict[str, Any]] = ffi.sync_message_match_response_contents(interaction, 0, _JSON, json.dumps(actual))
    return found


_JSON = "application/json"


def _ffi() -> Any:
    try:
        import pact_ffi
    except ImportError as error:
        fix = 'pip install "pactproof[pact]"'
        raise ContractError("Pact's matcher is not installed", fix=fix) from error
    return pact_ffi


def _one_by_one(raw: Mapping[str, Any]) -> Iterator[Mismatch]:
    """One mismatch for each missing key; Pact names them together at the mapping that should have them."""
    path, text = str(raw.get("path", "$")), str(raw.get("mismatch", ""))
    if text.startswith("Actual map is missing the following keys"):
        expected, actual = _keys(raw.get("expected")), _keys(raw.get("actual"))
        if expected is not None and actual is not None:
            for key in sorted(expected - actual):
                yield Mismatch(path_text((*parsed_path(path), key)), "a value", "nothing", f"{key!r} is missing")
            return
    yield Mismatch(path, str(raw.get("expected", "")), str(raw.get("actual", "")), text)


def _keys(text: Any) -> set[str] | None:
    try:
        keys = json.loads(text)
    except (TypeError, ValueError):
        return None
    return set(keys) if isinstance(keys, list) else None


def _translated(mismatch: Mismatch, groups: _Regrouped) -> Mismatch:
    path = path_text(groups.original(parsed_path(mismatch.path)))
    return Mismatch(path, mismatch.expected, mismatch.found, mismatch.text)


_PATH_PART = re.compile(r"\.([A-Za-z_][A-Za-z0-9_-]*|\*)|\[(\d+)\]|\[(\*)\]|\['((?:[^'\\]|\\.)*)'\]")


def parsed_path(text: str) -> Path:
    """The parts of a JSON path as Pact writes it; `path_text` turned round."""
    parts: list[str | int] = []
    for found in _PATH_PART.finditer(text):
        name, index, star, quoted = found.groups()
        if index is not None:
            parts.append(int(index))
        else:
            parts.append(name or (star and "[*]") or quoted.replace("\\'", "'"))
    return tuple(parts)


def _unexpected(node: Node, actual: Json, path: Path) -> Iterator[Mismatch]:
    match node:
        case Nullable(inner) if actual is not None:
            yield from _unexpected(inner, actual, path)
        case Object(members) if isinstance(actual, dict):
            known = {member.name: member.node for member in members}
            for name, item in actual.items():
                if name in known:
                    yield from _unexpected(known[name], item, (*path, name))
                else:
                    shown = json.dumps(item, ensure_ascii=False)
                    yield Mismatch(path_text((*path, name)), "nothing", shown, f"{name!r} is not promised")
        case EachLike(element) if isinstance(actual, list):
            for index, item in enumerate(actual):
                yield from _unexpected(element, item, (*path, index))
        case EachKey(_, element) if isinstance(actual, dict):
            for name, item in actual.items():
                yield from _unexpected(element, item, (*path, name))
        case Elements(elements) if isinstance(actual, list):
            for index, (element, item) in enumerate(zip(elements, actual, strict=False)):
                yield from _unexpected(element, item, (*path, index))


def promised_paths(node: Node, actual: Json, path: Path = ()) -> Iterator[Path]:
    """The path of every scalar of `actual` that `node` says something about."""
    match node:
        case Nullable(inner):
            yield from promised_paths(inner, actual, path)
        case Object(members) if isinstance(actual, dict):
            for member in members:
                if member.name in actual:
                    yield from promised_paths(member.node, actual[member.name], (*path, member.name))
        case EachLike(element) if isinstance(actual, list):
            for index, item in enumerate(actual):
                yield from promised_paths(element, item, (*path, index))
        case EachKey(_, element) if isinstance(actual, dict):
            for name, item in actual.items():
                yield from promised_paths(element, item, (*path, name))
        case Elements(elements) if isinstance(actual, Sequence):
            for index, (element, item) in enumerate(zip(elements, actual, strict=False)):
                yield from promised_paths(element, item, (*path, index))
        case Value():
            yield path
