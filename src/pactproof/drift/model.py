"""What drifted, as values: one frozen Drift a change, and the class of many."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any, Final, Literal

from pactproof.errors import Place

DriftClass = Literal["breaking", "additive", "value-only"]
Side = Literal["request", "response"]
Change = Literal["status", "gone", "null", "type", "too few", "media type", "rule", "new", "absent", "value", "asked"]
"""status: another one; gone, null, type, too few, media type, rule: how a promise is broken; new: shown for the first
time; absent: no longer shown, which no promise forbids; value: another value; asked: a request more or less."""

CLASSES: Final[tuple[DriftClass, ...]] = ("breaking", "additive", "value-only")


@dataclass(frozen=True, slots=True)
class Drift:
    """One change between two recordings of a scenario. A result, never raised.

    side:        "response" is what the provider changed, "request" what the program changed
    operation:   "grafana.get_dashboard", "aws.s3.list_buckets"
    interaction: the promised interaction, counted from 1; 0 for a request that nothing promises
    path:        JSON path into the part, "$.dashboard.title", "$.items[*].id" for several elements of a list;
                 or "status", "header.Link", "query.page"
    was, now:    the old and the new as people read them: short values as they are, else their kind; never a secret
    text:        why it is of its class, in a sentence
    place:       the line of the contract that speaks of it
    is_promised: whether the contract names this part, be it optional or nullable
    """

    drift_class: DriftClass
    change: Change
    side: Side
    operation: str
    scenario: str
    interaction: int
    path: str
    was: str
    now: str
    text: str
    place: Place
    is_promised: bool = False

    @property
    def key(self) -> str:
        """The scenario's key, "grafana.get_dashboard", "grafana.get_dashboard.not_found"."""
        return self.operation if self.scenario == "ok" else f"{self.operation}.{self.scenario}"

    def __str__(self) -> str:
        return f"{self.drift_class}: {self.key} {self.path}: was {self.was}, is {self.now}"

    def as_json(self) -> dict[str, Any]:
        """With JSON's types, as `pactproof drift --json` writes it."""
        renamed = {"drift_class": "class", "now": "is"}
        told = {renamed.get(each.name, each.name): getattr(self, each.name) for each in fields(self)}
        return {**told, "place": str(self.place)}


def classify(drifts: Iterable[Drift]) -> DriftClass | None:
    """The gravest class among `drifts`; None where nothing drifted."""
    found = {one.drift_class for one in drifts}
    return next((one for one in CLASSES if one in found), None)


def only_values(drifts: Iterable[Drift]) -> bool:
    """Whether the old recording still shows all that the new one does, so that its bodies may stay as they are.

    True for no drift at all, for other values, and where a promised optional key or a nullable is absent this time.
    False where a part that nobody promised is gone: the old body would go on showing what the provider dropped.
    """
    return all(
        one.side == "response" and (one.change == "value" or (one.change == "absent" and one.is_promised))
        for one in drifts
    )
