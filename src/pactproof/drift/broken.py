"""How a promise is broken: the place and the kind of change that a mismatch of the matchers tells."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from pactproof.drift.model import Change
from pactproof.drift.shape import BODY, Guide, Spot, generalised
from pactproof.interaction import Json, Mismatch
from pactproof.matching import parsed_path


@dataclass(frozen=True, slots=True)
class Broken:
    """One way in which a promise is broken.

    path:  the very place, "$.items[1].id"; that of `spot` where there are several
    value: what stands there, UNREAD for a body that cannot be read
    """

    spot: Spot
    change: Change
    path: str
    expected: str
    found: str
    value: Json = None


UNREAD: Final = object()
"""The value of a body that is not there, or cannot be read as what it is promised to be."""


def broken_by(mismatch: Mismatch, body: Json, guide: Guide) -> Iterator[Broken]:
    """`mismatch` with the place and the kind of change that it tells. `body`: the JSON value, or UNREAD."""
    if not mismatch.path.startswith(BODY):
        root, _, name = mismatch.path.partition(".")
        spot = Spot(root, (name,) if name else ())
        yield Broken(spot, _of_part(mismatch), mismatch.path, mismatch.expected, mismatch.found)
        return
    path = parsed_path(mismatch.path)
    if body is UNREAD and path:
        yield from _in_xml(mismatch, tuple(str(part) for part in path))
        return
    spot = Spot(BODY, generalised(path, guide))
    if body is UNREAD:
        yield Broken(spot, "rule", BODY, mismatch.expected, mismatch.found, UNREAD)
        return
    change, value = _in_json(mismatch, body)
    yield Broken(spot, change, mismatch.path, mismatch.expected, mismatch.found, value)


def _of_part(mismatch: Mismatch) -> Change:
    if mismatch.path in ("status", "error", "error.code"):
        return "status"
    if "media type" in mismatch.text:
        return "media type"
    return "gone" if mismatch.found == "nothing" or "is missing" in mismatch.text else "rule"


def _in_json(mismatch: Mismatch, body: Json) -> tuple[Change, Json]:
    if mismatch.found == "nothing":
        return "gone", None
    value = body
    for part in parsed_path(mismatch.path):
        try:
            value = value[part]
        except (LookupError, TypeError):
            return "gone", None
    if value is None:
        return "null", None
    if isinstance(value, list) and "minimum size" in mismatch.text:
        return "too few", value
    is_of_type = "same type" not in mismatch.text and "Type mismatch" not in mismatch.text
    return ("rule" if is_of_type else "type"), value


def _in_xml(mismatch: Mismatch, names: tuple[str, ...]) -> Iterator[Broken]:
    """Pact names what is missing at the element that should have it: its children, or all of its attributes."""
    wanted, there = mismatch.expected, mismatch.found
    if wanted.startswith("{") and there.startswith("{"):
        missing = [f"@{name}" for name in _keys(wanted) - _keys(there)]
    elif wanted and "{" not in wanted and '"' not in wanted:
        left = Counter(there.split(", "))
        missing = [name for name in wanted.split(", ") if not left[name]]
    else:
        missing = []
    if names[-1].startswith("@") or wanted == names[-1]:
        change: Change = "gone" if there in ("nothing", "null") else "rule"
        yield Broken(Spot(BODY, names), change, mismatch.path, wanted, there)
        return
    for name in sorted(missing):
        spot = Spot(BODY, (*names, name))
        yield Broken(spot, "gone", str(spot), name, "nothing")
    if not missing:
        yield Broken(Spot(BODY, names), "rule", mismatch.path, wanted, there)


def _keys(text: str) -> set[str]:
    try:
        return set(json.loads(text))
    except ValueError:
        return set()
