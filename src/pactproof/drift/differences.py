"""How the requests, or the answers, for one promised interaction differ between two recordings.

A change is told once: what was told of a place settles all that lies below it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from pactproof.contracts import Scenario
from pactproof.drift.broken import UNREAD, Broken
from pactproof.drift.lines import line_of
from pactproof.drift.model import Change, Drift, DriftClass
from pactproof.drift.model import Side as SideName
from pactproof.drift.shape import BODY, Found, Spot, kind
from pactproof.drift.sides import Side
from pactproof.drift.volatile import Masking
from pactproof.drift.wording import shown_change, shown_exactly, shown_found, shown_share
from pactproof.interaction import Json
from pactproof.matching import Wild

_WITH_PARTS: Final = frozenset({"a list", "an object", "an element"})
_STATUS: Final = Spot("status")
_BREAKING_TEXT: Final[dict[Change, str]] = {
    "status": "another status than promised",
    "gone": "it is promised and no longer there",
    "null": "it is promised as a value and is null",
    "type": "it is of another type than promised",
    "too few": "the list has fewer elements than promised",
    "media type": "the body is of another media type than promised",
    "rule": "it is no longer as promised",
}


class _Settled:
    """Places of which something was told. What lies below one is settled too."""

    def __init__(self, spots: Iterable[Spot] = ()) -> None:
        self._spots = set(spots)

    def add(self, spot: Spot) -> None:
        self._spots.add(spot)

    def __contains__(self, spot: Spot) -> bool:
        return spot in self._spots

    def covers(self, spot: Spot) -> bool:
        return spot in self or self.is_above(spot)

    def is_above(self, spot: Spot) -> bool:
        return any(Spot(spot.root, spot.path[:steps]) in self._spots for steps in range(len(spot.path)))


@dataclass(slots=True)
class Differences:
    """was, now: that side of the interactions which one promise is for, in the old recording and in the new one

    number: of the promise, counted from 0
    """

    scenario: Scenario
    number: int
    side: SideName
    was: Side
    now: Side
    mask_was: Masking
    mask_now: Masking
    _settled: _Settled = field(default_factory=_Settled)

    def drifts(self) -> list[Drift]:
        """All of them, the breaking ones first."""
        breaking = self._breaking()
        told = [self._broken(one) for one in breaking]
        if any(one.change in ("status", "media type") for one in (*breaking, *self.was.broken)):
            return told or self._mended()
        self._settled = _Settled(one.spot for one in breaking)
        told += [*self._additive(), *self._absent()]
        if self.was.count != self.now.count:
            return told + self._repeated()
        told += self._values()
        return told or self._recombined()

    # --- breaking ------------------------------------------------------------------------------------------------

    def _breaking(self) -> list[Broken]:
        """What is broken now and was not, once for each place, and nothing that follows from it."""
        known = {(one.spot, one.change) for one in self.was.broken}
        found: dict[Spot, Broken] = {}
        for one in self.now.broken:
            if (one.spot, one.change) not in known:
                found[one.spot] = _merged(found.get(one.spot), self._typed(one))
        if statuses := [one for one in found.values() if one.change == "status"]:
            return sorted(statuses, key=lambda one: one.path != "status")[:1]
        if others := [one for one in found.values() if one.change == "media type"]:
            return others[:1]
        settled = _Settled(found)
        return [one for spot, one in found.items() if not settled.is_above(spot)]

    def _typed(self, one: Broken) -> Broken:
        """As a change of type where it is one: matchers of AWS, and rules about texts, do not always say so."""
        before = self.was.shape.get(one.spot)
        if one.change != "rule" or one.value is None or one.value is UNREAD or before is None or not before.kinds:
            return one
        return one if kind(one.value) in before.kinds else replace(one, change="type")

    def _broken(self, one: Broken) -> Drift:
        was, now = self._shown_broken(one)
        text = _BREAKING_TEXT[one.change]
        return self._drift("breaking", one.change, one.spot, was, now, text, path=one.path, is_promised=True)

    def _shown_broken(self, one: Broken) -> tuple[str, str]:
        if one.change == "status":
            return self._statuses()
        if one.change == "media type":
            return one.expected, one.found
        was = shown_found(one.spot, self.was.shape.get(one.spot))
        if one.change in ("gone", "null"):
            return was, "nothing" if one.change == "gone" else "null"
        if one.value is not None:
            return was, shown_exactly(one.spot, one.value)
        if one.change == "type" and one.path == BODY:  # a body that cannot be read
            return was, one.found
        return was, shown_found(one.spot, self.now.shape.get(one.spot))

    def _statuses(self) -> tuple[str, str]:
        was, now = (shown_found(_STATUS, side.shape.get(_STATUS)).strip('"') for side in (self.was, self.now))
        return was, now

    def _mended(self) -> list[Drift]:
        """The old answer had another status, or media type, than is promised, and the new one has not."""
        old = next((one for one in self.was.broken if one.change in ("status", "media type")), None)
        if old is None or any(one.change == old.change for one in self.now.broken):
            return []
        was, now = self._statuses() if old.change == "status" else (old.found, old.expected)
        return [self._drift("additive", "new", old.spot, was, now, "it is as promised now", is_promised=True)]

    # --- additive ------------------------------------------------------------------------------------------------

    def _additive(self) -> Iterator[Drift]:
        for spot in _top_down(self.now.shape):
            found, before = self.now.shape[spot], self.was.shape.get(spot)
            kinds = found.kinds - {"null"} - (before.kinds if before else set())
            is_value_for_null = before is not None and before.kinds == {"null"} and not kinds & _WITH_PARTS
            if (before is not None and not kinds) or is_value_for_null or self._settled.covers(spot):
                continue
            was, now = shown_found(spot, before), shown_found(spot, found)
            text = "promised as what may be absent; it is there now" if found.is_promised else "nobody promised it"
            if before is not None and before.kinds - {"null"}:
                text = "also of another type now, which no promise forbids"
            self._settled.add(spot)
            yield self._drift("additive", "new", spot, was, now, text, is_promised=found.is_promised)

    # --- value-only ----------------------------------------------------------------------------------------------

    def _absent(self) -> Iterator[Drift]:
        """What no answer shows any more. Below a place that fewer elements have it is explained by that, told later."""
        explained = _Settled()
        for spot in _top_down(self.was.shape):
            found, after = self.was.shape[spot], self.now.shape.get(spot)
            if self._settled.covers(spot) or explained.is_above(spot):
                continue
            if after is None:
                here = spot.above if spot.path and isinstance(spot.path[-1], Wild) else spot
                if here not in self._settled:
                    yield self._less(here, found)
            elif (found.kinds - {"null"}) - after.kinds and not found.values:
                yield self._less(spot, found)
            elif self._is_shared_otherwise(spot) or found.values.count(None) != after.values.count(None):
                explained.add(spot)

    def _less(self, spot: Spot, found: Found) -> Drift:
        was, now = (shown_found(spot, side.shape.get(spot)) for side in (self.was, self.now))
        is_promised = found.is_promised
        text = "promised as what may be absent" if is_promised else "nobody promised it: this program does not need it"
        self._settled.add(spot)
        return self._drift("value-only", "absent", spot, was, now, text, is_promised=is_promised)

    def _values(self) -> Iterator[Drift]:
        for spot in _top_down(self.now.shape):
            found, before = self.now.shape[spot], self.was.shape.get(spot)
            if before is None or self._settled.covers(spot):
                continue
            is_resized = found.sizes != before.sizes and Spot(spot.root, (*spot.path, Wild.KEY)) not in self._settled
            if self._is_shared_otherwise(spot):
                was, now = (shown_share(spot, side.shape) for side in (self.was, self.now))
                text = "another number of the objects around it have it"
            elif is_resized or self._has_other_values(spot):
                was, now = shown_change(spot, before, found)
                text = _value_text(before, found, is_resized=is_resized)
            else:
                continue
            self._settled.add(spot)
            yield self._drift("value-only", "value", spot, was, now, text, is_promised=found.is_promised)

    def _is_shared_otherwise(self, spot: Spot) -> bool:
        """Whether as many objects as before have it more often, or less often: an optional key of a list's elements."""
        found, before = self.now.shape[spot], self.was.shape[spot]
        above, above_before = self.now.shape.get(spot.above), self.was.shape.get(spot.above)
        if not spot.path or isinstance(spot.path[-1], Wild) or not (above and above_before):
            return False
        is_one_of_xml = "an element" in found.kinds  # its number is a size
        return not is_one_of_xml and above.times == above_before.times and found.times != before.times

    def _has_other_values(self, spot: Spot) -> bool:
        """But for what is volatile. What is in both as it is, is no other value, whatever it may look like."""
        was, now = (Counter(_text(value) for value in side.shape[spot].values) for side in (self.was, self.now))
        if was == now:
            return False
        return self._masked(spot, self.was, self.mask_was) != self._masked(spot, self.now, self.mask_now)

    def _masked(self, spot: Spot, side: Side, masking: Masking) -> Counter[str]:
        return Counter(_text(masking.masked(spot.name, value)) for value in side.shape[spot].values)

    def _repeated(self) -> list[Drift]:
        """A repeatable request that was answered more often, or less often, as for another number of pages."""
        if self.side == "request":
            return []  # told of the answers
        was, now = (f"{side.count} answer{'' if side.count == 1 else 's'}" for side in (self.was, self.now))
        text = "the repeatable request was answered another number of times"
        return [self._drift("value-only", "value", Spot(BODY), was, now, text, is_promised=True)]

    def _recombined(self) -> list[Drift]:
        """The same values everywhere, and yet not the same rows: names swapped between two of them."""
        plain = Masking({})
        if _rows(self.was, plain) == _rows(self.now, plain):
            return []
        if len(self.was.whole) != len(self.now.whole) or _rows(self.was, self.mask_was) == _rows(
            self.now, self.mask_now
        ):
            return []
        text = "the same values, otherwise distributed over the elements of lists"
        return [self._drift("value-only", "value", Spot(BODY), "one combination", "another combination", text)]

    def _drift(
        self,
        drift_class: DriftClass,
        change: Change,
        spot: Spot,
        was: str,
        now: str,
        text: str,
        *,
        path: str = "",
        is_promised: bool = False,
    ) -> Drift:
        place = line_of(self.scenario, self.number, self.side, spot)
        operation, name = self.scenario.operation.key, self.scenario.name
        return Drift(
            drift_class, change, self.side, operation, name, self.number + 1, path or str(spot), was, now, text, place,
            is_promised,
        )  # fmt: skip


def _value_text(before: Found, found: Found, *, is_resized: bool) -> str:
    if is_resized:
        return f"another number of {'keys' if 'an object' in found.kinds else 'elements'} of the same shape"
    if found.kinds != before.kinds:
        return f"null comes and goes, {'as promised' if found.is_promised else 'and nobody promised it'}"
    return "another value of the same type"


def _merged(one: Broken | None, other: Broken) -> Broken:
    """Of one place only its general path is told where it is broken at several exact ones."""
    if one is None:
        return other
    path = one.path if one.path == other.path else str(one.spot)
    return replace(one, path=path, value=None)


def _top_down(spots: Iterable[Spot]) -> list[Spot]:
    return sorted(spots, key=lambda spot: len(spot.path))


def _rows(side: Side, masking: Masking) -> list[str]:
    return sorted(_canonical("", value, masking) for value in side.whole)


def _canonical(name: str, value: Json, masking: Masking) -> str:
    """A JSON value as text, masked, its lists without order."""
    if isinstance(value, dict):
        members = sorted(f"{json.dumps(key)}:{_canonical(key, item, masking)}" for key, item in value.items())
        return f"{{{','.join(members)}}}"
    if isinstance(value, list):
        return f"[{','.join(sorted(_canonical(name, item, masking) for item in value))}]"
    return _text(masking.masked(name, value))


def _text(value: Json) -> str:
    return repr(value) if isinstance(value, bytes) else json.dumps(value, ensure_ascii=False)
