"""Pact's matching rules for an expectation, and Pact's own matcher run in process on a value.

One generator makes the rules for the pact file and for the check, so that the two cannot disagree. For a check
the expectation is first specialised to the answer: each optional or nullable position is decided by what is
there, list elements of one shape together wherever they stand, and only then matched.
Source: Pact specification V4; `pactffi_sync_message_match_response_contents`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from typing import Any, TypeAlias

from pactproof.errors import ContractError
from pactproof.expectation import (
    NULL,
    OMITTED,
    TYPE,
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


class Wild(Enum):
    """A part of a rule's path that stands for any index, or for any key."""

    INDEX = "[*]"
    KEY = ".*"


RulePath: TypeAlias = tuple[str | int | Wild, ...]

_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_TEXT_ONLY = frozenset({"regex", "include"})


def path_text(path: RulePath) -> str:
    """`("items", 0, "a b")` as `$.items[0]['a b']`."""
    parts = ["$"]
    for part in path:
        if isinstance(part, Wild):
            parts.append(part.value)
        elif isinstance(part, int):
            parts.append(f"[{part}]")
        elif _PLAIN_KEY.fullmatch(part):
            parts.append(f".{part}")
        else:
            parts.append("['{}']".format(re.sub(r"([\\'])", r"\\\1", part)))
    return "".join(parts)


_PATH_PART = re.compile(r"\.([A-Za-z_][A-Za-z0-9_-]*)|\[(\d+)\]|\['((?:[^'\\]|\\.)*)'\]", re.DOTALL)


def parsed_path(text: str) -> Path:
    """The parts of a JSON path as Pact writes it; `path_text` turned round."""
    parts: list[str | int] = []
    for found in _PATH_PART.finditer(text):
        name, index, quoted = found.groups()
        if index is not None:
            parts.append(int(index))
        else:
            parts.append(name or re.sub(r"\\(.)", r"\1", quoted, flags=re.DOTALL))
    return tuple(parts)


# --- rules ---------------------------------------------------------------------------------------------------


def matching_rules(node: Node) -> Rules:
    """Every rule of `node` by its JSON path, in Pact's V4 form {"$.id": {"combine": "AND", "matchers": [...]}}.

    Optional members and nullable containers have none: a pact cannot say them.
    """
    return {path_text(path): rule for path, rule in _rules(node, ())}


def _rules(node: Node, path: RulePath) -> Iterator[tuple[RulePath, dict[str, Any]]]:
    match node:
        case Value() if node.example == [] and not node.rule:
            pass  # Pact's equality takes any list for an empty one; without a rule it does not
        case Value():
            yield path, {"combine": "AND", "matchers": _matchers(node)}
        case Nullable(Value() as inner) if not is_container(inner):
            # No type beside a regex here: OR would let any text pass.
            yield path, {"combine": "OR", "matchers": [_matchers(inner)[-1], {"match": "null"}]}
        case Object(members):
            for member in members:
                if not member.is_optional:
                    yield from _rules(member.node, (*path, member.name))
        case EachLike(element, minimum) if example(node, "pact") is not OMITTED:
            yield path, _all_of({"match": "type", "min": minimum} if minimum else {"match": "type"})
            yield from _rules(element, (*path, Wild.INDEX))
        case EachKey(_, element) if example(node, "pact") is not OMITTED:
            yield path, _all_of({"match": "values"})
            yield from _rules(element, (*path, Wild.KEY))
        case Elements(elements):
            for index, element in enumerate(elements):
                yield from _rules(element, (*path, index))
        case Contains(variants):
            entries = [
                {"index": index, "rules": matching_rules(variant), "generators": {}}
                for index, variant in enumerate(variants)
            ]
            yield path, _all_of({"match": "arrayContains", "variants": entries})


def _matchers(value: Value) -> list[dict[str, Any]]:
    """Pact's regex and include look at the text of whatever they find: a number, null, even a list."""
    matcher = value.matcher or {"match": "equality"}
    return [{"match": "type"}, matcher] if matcher["match"] in _TEXT_ONLY else [matcher]


def _all_of(matcher: dict[str, Any]) -> dict[str, Any]:
    return {"combine": "AND", "matchers": [matcher]}


# --- specialising --------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Pool:
    """Elements that one shape fits, from wherever they stand in the answer, matched in one go."""

    shape: Node
    items: list[Json] = field(default_factory=list)
    paths: list[Path] = field(default_factory=list)


class _Specialiser:
    """Decides an expectation by an answer: what is optional or nullable is required, null or gone.

    Elements of lists and mappings are decided one by one and put aside into pools, so that the rest of the answer
    keeps no trace of them. Pools by shape: one by one is quadratic, and one call to Pact each.
    """

    def __init__(self) -> None:
        self.pools: dict[tuple[int, Node], _Pool] = {}
        self.too_short: list[Mismatch] = []
        self.names: dict[str, str] = {}  # of members that Pact's paths cannot spell, by what they are called instead
        self._aliases: dict[str, str] = {}
        self._is_decided: dict[int, bool] = {}

    def decided(self, node: Node, actual: Json, path: Path) -> tuple[Node, Json]:
        match node:
            case Nullable(inner):
                return (_IS_NULL, None) if actual is None else self.decided(inner, actual, path)
            case Object(members) if isinstance(actual, dict):
                return self._object(members, actual, path)
            case EachLike(element, minimum) if isinstance(actual, list) and self._has_decisions(element):
                self._set_aside(element, ((item, (*path, index)) for index, item in enumerate(actual)))
                if len(actual) < minimum:
                    self.too_short.append(_too_short(actual, minimum, path))
                return EachLike(_ANYTHING, 0), []
            case EachKey(_, element) if isinstance(actual, dict):
                self._set_aside(element, ((item, (*path, name)) for name, item in actual.items()))
                return Object(()), {}
            case Elements(elements) if isinstance(actual, list) and len(actual) == len(elements):
                pairs = [
                    self.decided(element, item, (*path, index))
                    for index, (element, item) in enumerate(zip(elements, actual, strict=True))
                ]
                return Elements(tuple(pair[0] for pair in pairs)), [pair[1] for pair in pairs]
        return self._required(node), actual

    def _object(self, members: tuple[Member, ...], actual: dict[str, Json], path: Path) -> tuple[Node, Json]:
        kept: list[Member] = []
        found: dict[str, Json] = {}
        for member in members:
            name = self._spelled(member.name)
            if member.name in actual:
                node, found[name] = self.decided(member.node, actual[member.name], (*path, member.name))
                kept.append(Member(name, node))
            elif not member.is_optional:
                kept.append(Member(name, self._required(member.node)))
        return Object(tuple(kept)), found

    def _set_aside(self, element: Node, items: Iterable[tuple[Json, Path]]) -> None:
        for item, path in items:
            shape, inner = self.decided(element, item, path)
            pool = self.pools.setdefault((id(element), shape), _Pool(shape))
            pool.items.append(inner)
            pool.paths.append(path)

    def _has_decisions(self, node: Node) -> bool:
        known = self._is_decided.get(id(node))
        if known is None:
            known = self._is_decided[id(node)] = self._looks_undecided(node)
        return known

    def _looks_undecided(self, node: Node) -> bool:
        match node:
            case Nullable() | EachKey():
                return True  # a mapping may have keys that Pact's paths cannot spell
            case Object(members):
                return any(
                    member.is_optional or not _is_spellable(member.name) or self._looks_undecided(member.node)
                    for member in members
                )
            case EachLike(element):
                return self._looks_undecided(element)
            case Elements(elements):
                return any(self._looks_undecided(element) for element in elements)
        return False

    def _required(self, node: Node) -> Node:
        """`node` where nothing is there to decide by: optional members dropped, nullables as their value."""
        match node:
            case Nullable(inner):
                return self._required(inner)
            case Object(members):
                required = (member for member in members if not member.is_optional)
                return Object(tuple(Member(self._spelled(one.name), self._required(one.node)) for one in required))
            case EachLike(element, minimum):
                return EachLike(self._required(element), minimum)
            case EachKey(key, element):
                return EachKey(key, self._required(element))
        return node

    def _spelled(self, name: str) -> str:
        """`name`, or what it is called for Pact's sake."""
        if _is_spellable(name):
            return name
        if name not in self._aliases:
            alias = f"\ue000{len(self._aliases)}\ue001"
            self._aliases[name], self.names[alias] = alias, name
        return self._aliases[name]


def _too_short(actual: list[Json], minimum: int, path: Path) -> Mismatch:
    shown = json.dumps(actual, ensure_ascii=False)
    text = f"Expected {shown} (size {len(actual)}) to have minimum size of {minimum}"
    return Mismatch(path_text(path), f"at least {minimum} elements", shown, text)


_IS_NULL = Value(None, NULL)
_ANYTHING = Value(0, TYPE)


def _is_spellable(name: str) -> bool:
    """Whether a path of Pact's can name a member so, and not mean an index or any key by it."""
    return bool(name) and not name.isdigit() and re.search(r"^[*\[]|['\\\x00-\x1f\ue000]", name) is None


# --- matching ------------------------------------------------------------------------------------------------


def mismatches(node: Node, actual: Json, *, extra_allowed: bool = True) -> list[Mismatch]:
    """Where `actual` is not as `node` says, sorted by path; an empty list where it is.

    extra_allowed: members that `node` does not name are fine, as in a response; in a request they are not
    Raises ContractError where pact-python is not installed.
    """
    work = _Specialiser()
    decided, rest = work.decided(node, actual, ())
    found = [(parsed_path(one.path), one) for one in _matched(decided, rest)]
    for pool in work.pools.values():
        for one in _matched(EachLike(pool.shape, 0), pool.items):
            index, *inner = parsed_path(one.path)
            found.append(((*pool.paths[int(index)], *inner), one))
    told = [_told(work, actual, path, one) for path, one in found]
    told.extend(work.too_short)
    told.extend(_not_empty(node, actual, ()))
    if not extra_allowed:
        told.extend(_unexpected(node, actual, ()))
    # A value of another type breaks several rules at once; the first of them, its type, says it best.
    unique = {(mismatch.path, mismatch.expected, mismatch.found): mismatch for mismatch in reversed(told)}
    return sorted(unique.values(), key=lambda mismatch: _sort_key(parsed_path(mismatch.path)))


def _sort_key(path: Path) -> list[tuple[int, str]]:
    return [(part, "") if isinstance(part, int) else (-1, part) for part in path]


def _matched(node: Node, actual: Json) -> list[Mismatch]:
    return [mismatch for raw in _pact_matches(node, actual) for mismatch in _one_by_one(raw)]


def _pact_matches(node: Node, actual: Json) -> list[dict[str, Any]]:
    return pact_mismatches(json.dumps(example(node, "pact")), matching_rules(node), _readable(actual), _JSON)


def _readable(value: Json) -> str:
    """`value` as JSON that Pact reads: half a surrogate pair it does not."""
    return _HALF_A_PAIR.sub("\ufffd", json.dumps(value, ensure_ascii=False))


_HALF_A_PAIR = re.compile("[\ud800-\udfff]")  # whole pairs are one character by now


def pact_mismatches(expected: str, rules: Rules, actual: str, content_type: str) -> list[dict[str, Any]]:
    """What Pact's matcher has against the body `actual`, each as {path, expected, actual, mismatch}.

    Raises ContractError where pact-python is not installed.
    """
    _ffi()
    ask = _found_by_pact if len(actual) <= _KEPT_CHARS else _found_by_pact.__wrapped__
    return list(ask(expected, json.dumps({"body": rules}), actual, content_type))


_KEPT_CHARS = 64 * 1024


# Which promise a request is for, and whether it upholds it, are the same question. Each takes 0.1 ms, and 1 ms once a
# mock server has been started in the process, however small the body.
@lru_cache(maxsize=128)
def _found_by_pact(expected: str, rules: str, actual: str, content_type: str) -> tuple[dict[str, Any], ...]:
    ffi = _ffi()
    pact = ffi.new_pact("consumer", "provider")
    ffi.with_specification(pact, ffi.PactSpecification.V4)
    interaction = ffi.new_sync_message_interaction(pact, "expectation")
    ffi.with_body(interaction, ffi.InteractionPart.RESPONSE, content_type, expected)
    ffi.with_matching_rules(interaction, ffi.InteractionPart.RESPONSE, rules)
    return tuple(ffi.sync_message_match_response_contents(interaction, 0, content_type, actual))


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
                yield Mismatch(path_text((*parsed_path(path), key)), "a value", "nothing", f"'{key}' is missing")
            return
    yield Mismatch(path, str(raw.get("expected", "")), str(raw.get("actual") or "null"), text)


def _keys(text: Any) -> set[str] | None:
    try:
        keys = json.loads(text)
    except (TypeError, ValueError):
        return None
    return set(keys) if isinstance(keys, list) else None


def _told(work: _Specialiser, actual: Json, path: Path, mismatch: Mismatch) -> Mismatch:
    """The mismatch in the words of the answer: its own path, and names as they are."""
    parts: list[str | int] = []
    here = actual
    for part in path:
        name = work.names.get(part, part) if isinstance(part, str) else part
        if isinstance(here, dict) and isinstance(name, int):
            name = str(name)  # Pact writes a key of digits as an index
        parts.append(name)
        try:
            here = here[name]
        except (TypeError, LookupError):
            here = None
    expected, found, text = mismatch.expected, mismatch.found, mismatch.text
    for alias, name in work.names.items():
        expected, found, text = (one.replace(alias, name) for one in (expected, found, text))
    return Mismatch(path_text(tuple(parts)), expected, found, text)


def _not_empty(node: Node, actual: Json, path: Path) -> Iterator[Mismatch]:
    """Lists that have to be empty and are not; below other rules Pact takes any list for an empty one."""
    for place, inner, item in _pairs(node, actual, path):
        is_empty = inner.elements == () if isinstance(inner, Elements) else inner == Value([])
        if is_empty and isinstance(item, list) and item:
            shown = json.dumps(item, ensure_ascii=False, separators=(",", ":"))
            yield Mismatch(path_text(place), "[]", shown, f"Expected an empty List but received {shown}")


def _unexpected(node: Node, actual: Json, path: Path) -> Iterator[Mismatch]:
    """Members of the answer that no object of the expectation names."""
    for place, inner, item in _pairs(node, actual, path):
        if isinstance(inner, Object) and isinstance(item, dict):
            for name in item.keys() - {member.name for member in inner.members}:
                shown = json.dumps(item[name], ensure_ascii=False)
                yield Mismatch(path_text((*place, name)), "nothing", shown, f"{name!r} is not promised")


def promised_paths(node: Node, actual: Json, path: Path = ()) -> Iterator[Path]:
    """The path of every scalar of `actual` that `node` says something about."""
    return (place for place, inner, _ in _pairs(node, actual, path) if isinstance(inner, Value))


def _pairs(node: Node, actual: Json, path: Path) -> Iterator[tuple[Path, Node, Json]]:
    """Every part of `actual` with its path and what `node` says about it, from the top down."""
    yield path, node, actual
    match node:
        case Nullable(inner):
            yield from _pairs(inner, actual, path)
        case Object(members) if isinstance(actual, dict):
            for member in members:
                if member.name in actual:
                    yield from _pairs(member.node, actual[member.name], (*path, member.name))
        case EachLike(element) if isinstance(actual, list):
            for index, item in enumerate(actual):
                yield from _pairs(element, item, (*path, index))
        case EachKey(_, element) if isinstance(actual, dict):
            for name, item in actual.items():
                yield from _pairs(element, item, (*path, name))
        case Elements(elements) if isinstance(actual, Sequence) and not isinstance(actual, str):
            for index, (element, item) in enumerate(zip(elements, actual, strict=False)):
                yield from _pairs(element, item, (*path, index))
