"""How long ago live answers last agreed with what is recorded, and whether the registry calls that too old.

An operation is as fresh as its least recently verified cassette. Only recording anew moves that date: replaying and
reading never do, and nothing here asks anybody.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

from pactproof.registry import Freshness, Registry

CLOCK_TOLERANCE: Final = timedelta(minutes=5)
"""How far ahead the clock may be of the machine that recorded. Beyond it a date is wrong, and would never grow old."""

State = Literal["fresh", "aging", "stale", "invalid"]
"""aging: older than `warn`; stale: older than `fail`; invalid: in the future. An age equal to a limit is within it."""

_GRAVEST: Final[tuple[State, ...]] = ("invalid", "stale", "aging", "fresh")
_UNKNOWN_YEAR: Final = 1970  # of recordings that say no date


@dataclass(frozen=True, slots=True)
class Verified:
    """When a live answer last agreed with the cassette of one scenario. `cassette`: its path in the project."""

    operation: str
    scenario: str
    verified_at: datetime
    cassette: str


@dataclass(frozen=True, slots=True)
class Age:
    """How old one cassette is, by the limits of its service. A result, never raised."""

    state: State
    verified: Verified
    age: timedelta
    limits: Freshness

    @property
    def text(self) -> str:
        """In a sentence, without the cassette's name: "last verified on 2026-10-01, 52 days ago; …"."""
        day = self.verified.verified_at.astimezone(UTC).strftime("%Y-%m-%d")
        if self.state == "invalid":
            time = self.verified.verified_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            return f"verified_at is {time}, which is in the future"
        told = f"last verified on {day}, {_shown(self.age)} ago"
        if self.verified.verified_at.year <= _UNKNOWN_YEAR:
            told = "nobody knows when it was last verified"
        name, limit = ("fail", self.limits.fail) if self.state == "stale" else ("warn", self.limits.warn)
        if self.state == "fresh" or limit is None:
            return told
        service = self.verified.operation.partition(".")[0]
        return f"{told}; providers.{service}.freshness.{name} is {_shown(limit)}"

    @property
    def fix(self) -> str:
        return f"pactproof refresh {self.verified.operation}"


def age_of(verified: Verified, limits: Freshness, now: datetime) -> Age:
    """How old a cassette is at `now`, which has a time zone."""
    age = now - verified.verified_at
    state: State = "fresh"
    if age < -CLOCK_TOLERANCE:
        state = "invalid"
    elif limits.fail is not None and age > limits.fail:
        state = "stale"
    elif limits.warn is not None and age > limits.warn:
        state = "aging"
    return Age(state, verified, age, limits)


def operation_ages(registry: Registry, verified: Iterable[Verified], now: datetime) -> list[Age]:
    """One age for each operation that has a cassette, in the registry's order: that of its oldest.

    An invalid date comes before any age: what it says of the operation is not known. Left out are cassettes of
    operations that the registry does not name, and those too old whose waiver holds.
    """
    by_operation: dict[str, list[Age]] = {}
    for one in verified:
        operation = registry.operations.get(one.operation)
        if operation is not None:
            age = age_of(one, registry.providers[operation.service].freshness, now)
            if age.state != "stale" or not _is_waived(one, registry, now):
                by_operation.setdefault(one.operation, []).append(age)
    return [_oldest(by_operation[key]) for key in registry.operations if key in by_operation]


def now() -> datetime:
    """The clock; the one place to replace it in a test."""
    return datetime.now(UTC)


def _is_waived(one: Verified, registry: Registry, now: datetime) -> bool:
    waiver = registry.waiver_for(one.operation, one.scenario)
    return waiver is not None and waiver.holds_on(now.astimezone(UTC).date())


def _oldest(ages: list[Age]) -> Age:
    return min(ages, key=lambda one: (_GRAVEST.index(one.state), one.verified.verified_at, one.verified.scenario))


def _shown(length: timedelta) -> str:
    """In days, or in hours where it is less than two days; never rounded up."""
    hours = max(length, timedelta()) // timedelta(hours=1)
    number, unit = (hours // 24, "day") if hours >= 48 else (hours, "hour")
    return f"{number} {unit}{'' if number == 1 else 's'}"
