"""Two recordings of a scenario compared: what breaks its promise, what is new, and what has only another value."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from pactproof.contracts import Scenario
from pactproof.drift.lines import line_of
from pactproof.drift.model import CLASSES, Change, Drift, DriftClass
from pactproof.drift.model import Side as SideName
from pactproof.drift.shape import BODY, Found, Spot
from pactproof.drift.sides import Broken, Reading, Recording, Side, read
from pactproof.drift.volatile import Masking, differing
from pactproof.drift.wording import shown_change, shown_exactly, shown_found
from pactproof.interaction import Json
from pactproof.matching import Wild

__all__ = ["Recording", "drift"]

_WITH_PARTS: Final = frozenset({"a list", "an object", "an element"})
_BREAKING_TEXT: Final[dict[Change, str]] = {
    "status": "another status than promised",
    "gone": "it is promised and no longer there",
    "null": "it is promised as a value and is null",
    "type": "it is of another type than promised",
    "too few": "the list has fewer elements than promised",
    "media type": "the body is of another media type than promised",
    "rule": "it is no longer as promised",
}


def drift(scenario: Scenario, old: Recording, new: Recording, *, base_url: str = "") -> tuple[Drift, ...]:
    """Every change from `old` to `new`, the gravest first, then by interaction and path; nothing for equal recordings.

    base_url: the service's canonical one, as the registry has it; not needed for AWS

    What breaks the promise in both recordings did not change, and is not told. After another status the answers are
    not compared. Raises ContractError where pact-python, or botocore, is not installed.
    """
    before, after = read(scenario, old, base_url), read(scenario, new, base_url)
    others = differing(before.params, after.params)
    masks = tuple(Masking({name: one.params[name] for name in others}) for one in (before, after))
    found: list[Drift] = []
    for number in range(len(scenario.promises)):
        if not (before.pairing.of(number) and after.pairing.of(number)):
            continue
        for side, was, now in (
            ("request", before.requests(number), after.requests(number)),
            ("response", before.responses(number), after.responses(number)),
        ):
            found += _Comparison(scenario, number, side, was, now, masks[0], masks[1]).drifts()  # type: ignore[arg-type]  # a tuple of literals
    is_broken = any(one.drift_class == "breaking" for one in found)
    found += _asked_otherwise(scenario, before, after, is_broken=is_broken)
    return tuple(sorted(found, key=lambda one: (CLASSES.index(one.drift_class), one.interaction, one.side, one.path)))


def _asked_otherwise(scenario: Scenario, before: Reading, after: Reading, *, is_broken: bool) -> Iterator[Drift]:
    """Requests that are sent no more, or for the first time. What follows from a broken answer is not told again."""
    for number in range(len(scenario.promises)):
        was, now = before.pairing.of(number), after.pairing.of(number)
        if was and not now and not is_broken:
            text = "the promised request is not sent any more"
            yield _asked(scenario, number, before.shown(was[0]), "nothing", text, "breaking")
        elif now and not was:
            text = "the promised request is sent now"
            yield _asked(scenario, number, "nothing", after.shown(now[0]), text, "additive")
    surplus = Counter(_unpromised(after)) - Counter(_unpromised(before))
    for shown in sorted(surplus):
        yield _asked(scenario, -1, "nothing", shown, "a request that nobody promised", "breaking")


def _unpromised(reading: Reading) -> Iterator[str]:
    return (reading.shown(index) for index, meant in enumerate(reading.pairing.meant) if meant is None)


def _asked(scenario: Scenario, number: int, was: str, now: str, text: str, drift_class: DriftClass) -> Drift:
    place = line_of(scenario, max(number, 0), "request", Spot("request"))
    return Drift(
        drift_class, "asked", "request", scenario.operation.key, scenario.name, number + 1, "request", was, now, text,
        place, is_promised=number >= 0,
    )  # fmt: skip


@dataclass(slots=True)
class _Comparison:
    """One side of the interactions that one promise is for, in both recordings."""

    scenario: Scenario
    number: int
    side: SideName
    was: Side
    now: Side
    mask_was: Masking
    mask_now: Masking

    def drifts(self) -> list[Drift]:
        breaking = self._breaking()
        settled = [one.spot for one in breaking]
        told = [self._broken(one) for one in breaking]
        if any(one.change in ("status", "media type") for one in (*breaking, *self.was.broken)):
            return told or self._mended()
        for make in (self._additive, self._absent, self._values):
            for spot, drift_ in make(settled):
                settled.append(spot)
                told.append(drift_)
        return told or self._recombined(settled)

    # --- breaking ------------------------------------------------------------------------------------------------

    def _breaking(self) -> list[Broken]:
        """What is broken now and was not, once for each place, and nothing that follows from it."""
        known = {(one.spot, one.change) for one in self.was.broken}
        found: dict[Spot, Broken] = {}
        for one in self.now.broken:
            if (one.spot, one.change) not in known:
                found[one.spot] = _merged(found.get(one.spot), one)
        statuses = [one for one in found.values() if one.change == "status"]
        if statuses:
            return sorted(statuses, key=lambda one: one.path != "status")[:1]
        if other := [one for one in found.values() if one.change == "media type"]:
            return other[:1]
        return [one for spot, one in found.items() if not any(_is_below(spot, top) for top in found)]

    def _broken(self, one: Broken) -> Drift:
        found = self.now.shape.get(one.spot)
        was = shown_found(one.spot, self.was.shape.get(one.spot)) if one.change != "media type" else one.expected
        if one.change == "status":
            status = Spot("status")
            was, now = (shown_found(status, side.shape.get(status)) for side in (self.was, self.now))
            was, now = was.strip('"'), now.strip('"')
        elif one.change in ("gone", "null"):
            now = "nothing" if one.change == "gone" else "null"
        elif one.change == "media type" or (one.change == "type" and one.path == BODY and one.value is None):
            now = one.found
        else:
            now = shown_exactly(one.spot, one.value) if one.value is not None else shown_found(one.spot, found)
        text = _BREAKING_TEXT[one.change]
        return self._drift("breaking", one.change, one.spot, was, now, text, path=one.path, is_promised=True)

    def _mended(self) -> list[Drift]:
        """The old answer had another status, or media type, than is promised, and the new one has not."""
        old = next((one for one in self.was.broken if one.change in ("status", "media type")), None)
        if old is None or any(one.change == old.change for one in self.now.broken):
            return []
        spot = Spot("status")
        was, now = (shown_found(spot, side.shape.get(spot)).strip('"') for side in (self.was, self.now))
        if old.change == "media type":
            was, now = old.found, old.expected
        return [self._drift("additive", "new", old.spot, was, now, "it is as promised now", is_promised=True)]

    # --- additive ------------------------------------------------------------------------------------------------

    def _additive(self, settled: list[Spot]) -> Iterator[tuple[Spot, Drift]]:
        for spot in _top_down(self.now.shape):
            found, before = self.now.shape[spot], self.was.shape.get(spot)
            kinds = found.kinds - {"null"} - (before.kinds if before else set())
            is_value_for_null = before is not None and before.kinds == {"null"} and not kinds & _WITH_PARTS
            if (before is not None and not kinds) or is_value_for_null or _is_settled(spot, settled):
                continue
            was = shown_found(spot, before)
            now = shown_found(spot, found)
            text = "promised as what may be absent; it is there now" if found.is_promised else "nobody promised it"
            if before is not None and before.kinds - {"null"}:
                text = "also of another type now, which no promise forbids"
            yield spot, self._drift("additive", "new", spot, was, now, text, is_promised=found.is_promised)

    # --- value-only ----------------------------------------------------------------------------------------------

    def _absent(self, settled: list[Spot]) -> Iterator[tuple[Spot, Drift]]:
        for spot in _top_down(self.was.shape):
            found, after = self.was.shape[spot], self.now.shape.get(spot)
            if _is_settled(spot, settled) or spot in settled:
                continue
            if after is None:
                here = spot.above if spot.path and isinstance(spot.path[-1], Wild) else spot
                if here in settled:
                    continue
                was, now = (shown_found(here, side.shape.get(here)) for side in (self.was, self.now))
                yield here, self._less(here, was, now, is_promised=found.is_promised)
            elif (found.kinds - {"null"}) - after.kinds and not found.values:
                was, now = shown_found(spot, found), shown_found(spot, after)
                yield spot, self._less(spot, was, now, is_promised=found.is_promised)

    def _less(self, spot: Spot, was: str, now: str, *, is_promised: bool) -> Drift:
        text = "promised as what may be absent" if is_promised else "nobody promised it: this program does not need it"
        return self._drift("value-only", "absent", spot, was, now, text, is_promised=is_promised)

    def _values(self, settled: list[Spot]) -> Iterator[tuple[Spot, Drift]]:
        for spot in _top_down(self.now.shape):
            found, before = self.now.shape[spot], self.was.shape.get(spot)
            if before is None or _is_settled(spot, settled) or spot in settled:
                continue
            is_longer = found.sizes != before.sizes
            if is_longer or _masked(spot, before, self.mask_was) != _masked(spot, found, self.mask_now):
                was, now = shown_change(spot, before, found)
                text = "another number of elements of the same shape" if is_longer else "another value of the same type"
                if found.kinds != before.kinds:
                    text = "null comes and goes" + (
                        ", as promised" if found.is_promised else ", and nobody promised it"
                    )
                yield spot, self._drift("value-only", "value", spot, was, now, text, is_promised=found.is_promised)

    def _recombined(self, settled: list[Spot]) -> list[Drift]:
        """The same values everywhere, and yet not the same rows: names swapped between two of them."""
        was = sorted(_canonical("", value, self.mask_was) for value in self.was.whole)
        now = sorted(_canonical("", value, self.mask_now) for value in self.now.whole)
        if settled or was == now or len(was) != len(now):
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


def _merged(one: Broken | None, other: Broken) -> Broken:
    """Of one place only its general path is told where it is broken at several exact ones."""
    if one is None:
        return other
    path = one.path if one.path == other.path else str(one.spot)
    return replace(one, path=path, value=None)


def _top_down(spots: Iterable[Spot]) -> list[Spot]:
    return sorted(spots, key=lambda spot: len(spot.path))


def _is_below(spot: Spot, top: Spot) -> bool:
    return spot != top and spot.is_within(top)


def _is_settled(spot: Spot, settled: Iterable[Spot]) -> bool:
    return any(spot.is_within(one) for one in settled)


def _masked(spot: Spot, found: Found, masking: Masking) -> Counter[str]:
    return Counter(_text(spot.name, value, masking) for value in found.values)


def _text(name: str, value: Json, masking: Masking) -> str:
    return repr(value) if isinstance(value, bytes) else json.dumps(masking.masked(name, value), ensure_ascii=False)


def _canonical(name: str, value: Json, masking: Masking) -> str:
    """A JSON value as text, masked, its lists without order."""
    if isinstance(value, dict):
        members = sorted(f"{json.dumps(key)}:{_canonical(key, item, masking)}" for key, item in value.items())
        return f"{{{','.join(members)}}}"
    if isinstance(value, list):
        return f"[{','.join(sorted(_canonical(name, item, masking) for item in value))}]"
    return _text(name, value, masking)
