"""The line of a contract that speaks of a place in an answer or a request."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pactproof.contracts import Scenario
from pactproof.document import KeyPath
from pactproof.drift.model import Side
from pactproof.drift.shape import BODY, Spot
from pactproof.errors import Place
from pactproof.expectation_reading import unescaped
from pactproof.matching import Wild

_WITHIN = ("like", "$nullable", "$exactly")  # operators whose value is what the contract says of the place


def line_of(scenario: Scenario, number: int, side: Side, spot: Spot) -> Place:
    """Where the contract says it, or says most nearly something of it; of an AWS operation without an entry its name.

    number: of the promised interaction, counted from 0
    """
    document, path = scenario.source
    if not document.places:
        return scenario.place
    data: Any = document.data
    for part in path:
        data = data[part]
    data = data or {}
    if isinstance(data, dict) and "sequence" in data:
        number = min(number, len(data["sequence"]) - 1)
        data, path = data["sequence"][number], (*path, "sequence", number)
    for start, rest in _starts(data, side, spot):
        found = _followed(data, start)
        if found is not None:
            return document.key_place(*path, *start, *_steps(found, rest))
    return document.key_place(*path)


def _starts(data: Any, side: Side, spot: Spot) -> list[tuple[KeyPath, Sequence[str | int | Wild]]]:
    """Where to begin, best first, and the steps from there."""
    is_http = isinstance(data, dict) and "request" in data
    if not is_http:
        if side == "request":
            return [(("params",), spot.path)]
        read = _read_of(data, spot) if isinstance(data, dict) else None
        reads: list[tuple[KeyPath, Sequence[str | int | Wild]]] = [(("reads", read), ())] if read is not None else []
        return [*reads, (("error",), ()), (("response",), spot.path)]
    part = {BODY: "body", "header": "headers"}.get(spot.root, spot.root)
    return [((side, part), spot.path), ((side,), ())]


def _read_of(data: dict[str, Any], spot: Spot) -> int | None:
    """The entry of `reads` that names the place or something below it."""
    names = [part for part in spot.path if isinstance(part, str)]
    for index, read in enumerate(data.get("reads", [])):
        steps = str(read).removeprefix("$.").replace("[]", "").split(".")
        if names and steps[: len(names)] == names:
            return index
    return None


def _followed(data: Any, keys: KeyPath) -> Any:
    for key in keys:
        try:
            data = data[key]
        except (LookupError, TypeError):
            return None
    return data


def _steps(data: Any, wanted: Sequence[str | int | Wild]) -> list[str | int]:
    """The keys of the file that lead to `wanted`, as far as the contract goes."""
    keys: list[str | int] = []
    for part in wanted:
        data = _unwrapped(data, keys)
        if isinstance(data, list) and data:
            if part is Wild.INDEX:
                keys.append(0)
                data = data[0]
                continue
            break
        if not isinstance(data, dict):
            break
        if "$each_key" in data:
            each = data["$each_key"]
            key = next(iter(each), None) if isinstance(each, dict) else None
            if key is None:
                break
            keys += ["$each_key", key]
            data = each[key]
            continue
        name = next((key for key in data if isinstance(part, str) and _same(key, part)), None)
        if name is None:
            break
        keys.append(name)
        data = data[name]
    return keys


def _same(key: str, name: str) -> bool:
    return unescaped(key)[0].lower() == name.lower()


def _unwrapped(data: Any, keys: list[str | int]) -> Any:
    while isinstance(data, dict) and (operator := next((key for key in _WITHIN if key in data), None)):
        keys.append(operator)
        data = data[operator]
    return data
