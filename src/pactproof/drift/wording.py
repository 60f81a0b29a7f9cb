"""Drift in words: what was there and what is there now, short, and never a secret."""

from __future__ import annotations

import json
from collections import Counter
from typing import Final

from pactproof.drift.shape import Found, Shape, Spot, kind
from pactproof.interaction import Json
from pactproof.redaction import is_secret_name, scan

SHOWN_CHARS: Final = 40


def shown_found(spot: Spot, found: Found | None) -> str:
    """What stands at a place: a short value as it is, else its kinds, "text of 300 characters", "a list of 3"."""
    if found is None or not found.kinds:
        return "nothing"
    if found.kinds == {"a list"}:
        return " or ".join(f"a list of {number}" if number else "an empty list" for number in sorted(found.sizes))
    if found.kinds == {"an object"} and found.sizes:
        return " or ".join(
            f"an object of {number} key{'' if number == 1 else 's'}" if number else "an empty object"
            for number in sorted(found.sizes)
        )
    distinct = {json.dumps(value, default=repr): value for value in found.values}
    if len(distinct) == 1 and len(found.kinds) == 1:
        return shown_value(spot.name, next(iter(distinct.values())))
    return " or ".join(sorted(found.kinds))


def shown_change(spot: Spot, was: Found, now: Found) -> tuple[str, str]:
    """What stood at a place and what does now; the one value that another took the place of, where that is all."""
    gone, new = _left(was.values, now.values), _left(now.values, was.values)
    if len(gone) == len(new) == 1 and was.sizes == now.sizes:
        old, other = shown_value(spot.name, gone[0]), shown_value(spot.name, new[0])
    else:
        old, other = shown_found(spot, was), shown_found(spot, now)
    return old, f"{other}, another one" if old == other else other


def shown_share(spot: Spot, shape: Shape) -> str:
    """How many of the objects that may have it do: "in 2 of 3"."""
    return f"in {shape[spot].times} of {shape[spot.above].times}"


def _left(values: list[Json], others: list[Json]) -> list[Json]:
    """Those of `values` that `others` do not have, each as often as it is there more."""
    counted = Counter(json.dumps(value, default=repr) for value in others)
    left = []
    for value in values:
        text = json.dumps(value, default=repr)
        if counted[text]:
            counted[text] -= 1
        else:
            left.append(value)
    return left


def shown_exactly(spot: Spot, value: Json) -> str:
    """The value that stands at one place."""
    if isinstance(value, list):
        return f"a list of {len(value)}" if value else "an empty list"
    return kind(value) if isinstance(value, dict) else shown_value(spot.name, value)


def shown_value(name: str, value: Json) -> str:
    """A scalar below the member `name`, as it is where that is short and tells no secret."""
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if is_secret_name(name) or scan(str(value)):
        return f"{kind(value)} that is not shown"
    if not isinstance(value, str):
        return json.dumps(value)
    if len(value) > SHOWN_CHARS:
        return f"text of {len(value)} characters"
    return json.dumps(value, ensure_ascii=not value.isprintable())
