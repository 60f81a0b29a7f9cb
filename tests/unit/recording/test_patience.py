"""How long a recording waits for a provider that is busy."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from pactproof.interaction import Headers
from pactproof.recording.patience import Patience, retry_after_s

NOW = datetime(2026, 11, 20, 9, 0, 0, tzinfo=UTC)


@dataclass
class Clock:
    """Time that passes where somebody sleeps, and nowhere else."""

    seconds: float = 0.0
    slept: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds

    def patience(self, **options: float) -> Patience:
        return Patience(sleep=self.sleep, clock=lambda: self.seconds, now=lambda: NOW, **options)  # type: ignore[arg-type]  # numbers by their names


def after(value: str) -> Headers:
    return Headers((("Retry-After", value),))


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7.0),
        (" 0 ", 0.0),
        ("Fri, 20 Nov 2026 09:00:12 GMT", 12.0),
        ("Fri, 20 Nov 2026 08:59:50 GMT", -10.0),
        ("", None),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("²", None),
    ],
)
def test_a_retry_after_is_a_number_of_seconds_or_a_date(value: str, seconds: float | None):
    assert retry_after_s(value, NOW) == seconds


def test_without_a_retry_after_each_wait_is_twice_as_long_as_the_one_before():
    clock = Clock()
    patience = clock.patience()

    told = [patience.wait(tried, clock.seconds, Headers()) for tried in range(1, 7)]

    assert clock.slept == [0.5, 1, 2, 4, 8]
    assert told == ["", "", "", "", "", "it was sent 6 times"]


def test_what_asks_for_more_than_is_left_is_not_waited_for():
    clock = Clock()
    patience = clock.patience()

    told = [patience.wait(1, clock.seconds, after("40")), patience.wait(1, clock.seconds, after("21"))]

    assert clock.slept == [40]
    assert told == ["", "another try in 21 s would take more than the 60 s of a scenario"]


def test_a_try_that_took_its_time_is_counted_as_well():
    clock = Clock()
    patience = clock.patience()
    clock.seconds = 60.0

    told = patience.wait(1, 0.0, None)

    assert clock.slept == []
    assert told == "another try in 0.5 s would take more than the 60 s of a scenario"


def test_a_date_that_is_over_asks_for_no_wait():
    clock = Clock()

    clock.patience().wait(1, 0.0, after("Fri, 20 Nov 2026 08:59:50 GMT"))

    assert clock.slept == [0]


def test_where_nobody_listens_one_more_try_is_enough():
    clock = Clock()
    patience = clock.patience()

    told = [patience.wait(tried, clock.seconds, None, is_nobody_there=True) for tried in (1, 2)]

    assert clock.slept == [0.5]
    assert told == ["", "it was sent 2 times"]
