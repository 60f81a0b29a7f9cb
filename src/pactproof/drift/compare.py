"""Two recordings of a scenario compared: what breaks its promise, what is new, and what has only another value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from pactproof.contracts import Scenario
from pactproof.drift.differences import Differences
from pactproof.drift.lines import line_of
from pactproof.drift.model import CLASSES, Drift, DriftClass
from pactproof.drift.shape import Spot
from pactproof.drift.sides import Reading, Recording, read
from pactproof.drift.volatile import Masking, differing

__all__ = ["Recording", "drift"]


def drift(scenario: Scenario, old: Recording, new: Recording, *, base_url: str = "") -> tuple[Drift, ...]:
    """Every change from `old` to `new`, the gravest first, then by interaction and path; nothing for equal recordings.

    base_url: the service's canonical one, as the registry has it; not needed for AWS

    What breaks the promise in both recordings did not change, and is not told. After another status the answers are
    not compared. Raises ContractError where pact-python, or botocore, is not installed.
    """
    before, after = read(scenario, old, base_url), read(scenario, new, base_url)
    found = list(_changed(scenario, before, after))
    found += _asked_otherwise(scenario, before, after, is_broken=_is_breaking(found))
    return tuple(sorted(found, key=lambda one: (CLASSES.index(one.drift_class), one.interaction, one.side, one.path)))


def _changed(scenario: Scenario, before: Reading, after: Reading) -> Iterator[Drift]:
    """What changed in the requests and answers that are in both."""
    others = differing(before.params, after.params)
    was, now = (Masking({name: one.params[name] for name in others}) for one in (before, after))
    is_broken = False
    for number in range(len(scenario.promises)):
        if not (before.pairing.of(number) and after.pairing.of(number)):
            continue
        asked = Differences(scenario, number, "request", before.requests(number), after.requests(number), was, now)
        answered = Differences(
            scenario, number, "response", before.responses(number), after.responses(number), was, now
        )
        if not is_broken:  # else the request carries what a broken answer gave, such as the next page's cursor
            yield from asked.drifts()
        found = answered.drifts()
        is_broken = is_broken or _is_breaking(found)
        yield from found


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


def _is_breaking(found: list[Drift]) -> bool:
    return any(one.drift_class == "breaking" for one in found)
