"""How old a recording may grow: the limits at their boundaries, the oldest of an operation, dates that cannot be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from pactproof.freshness import Verified, age_of, operation_ages
from pactproof.registry import Freshness, Registry, load_registry

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
LIMITS = Freshness(warn=30 * DAY, fail=90 * DAY)


def verified(age: timedelta, operation: str = "shop.get_item", scenario: str = "ok") -> Verified:
    return Verified(operation, scenario, NOW - age, f"cassettes/{operation.replace('.', '/')}.yaml")


@pytest.mark.parametrize(
    ("age", "state"),
    [
        (timedelta(), "fresh"),
        (30 * DAY - SECOND, "fresh"),
        (30 * DAY, "fresh"),
        (30 * DAY + SECOND, "aging"),
        (90 * DAY - SECOND, "aging"),
        (90 * DAY, "aging"),
        (90 * DAY + SECOND, "stale"),
        (20_000 * DAY, "stale"),
        (-SECOND, "fresh"),
        (-timedelta(minutes=5), "fresh"),
        (-timedelta(minutes=5) - SECOND, "invalid"),
        (-400 * DAY, "invalid"),
    ],
    ids=str,
)
def test_an_age_is_held_against_the_limits(age: timedelta, state: str) -> None:
    assert age_of(verified(age), LIMITS, NOW).state == state


@pytest.mark.parametrize(
    ("limits", "age", "state"),
    [
        (Freshness(), 9_000 * DAY, "fresh"),
        (Freshness(warn=DAY), 9_000 * DAY, "aging"),
        (Freshness(fail=DAY), 2 * DAY, "stale"),
        (Freshness(fail=DAY), DAY, "fresh"),
        (Freshness(), -DAY, "invalid"),
    ],
)
def test_either_limit_may_be_left_out_and_a_future_date_needs_none(
    limits: Freshness, age: timedelta, state: str
) -> None:
    assert age_of(verified(age), limits, NOW).state == state


def test_ages_are_counted_in_utc_so_that_no_change_of_clocks_adds_or_takes_an_hour() -> None:
    summer, winter = timezone(timedelta(hours=2)), timezone(timedelta(hours=1))
    made = Verified("shop.get_item", "ok", datetime(2026, 10, 1, 14, 0, tzinfo=summer), "x")

    exactly = age_of(made, LIMITS, datetime(2026, 10, 31, 13, 0, tzinfo=winter))
    later = age_of(made, LIMITS, datetime(2026, 10, 31, 13, 0, 1, tzinfo=winter))

    assert (exactly.state, later.state) == ("fresh", "aging")


def test_an_age_is_told_with_the_limit_it_passed_and_the_command_that_renews_it() -> None:
    aging = age_of(verified(52 * DAY), LIMITS, NOW)
    stale = age_of(verified(120 * DAY), LIMITS, NOW)
    hours = age_of(verified(timedelta(hours=47, minutes=59)), Freshness(warn=timedelta(hours=12)), NOW)
    future = age_of(verified(-DAY), LIMITS, NOW)
    unknown = age_of(Verified("shop.get_item", "ok", datetime(1970, 1, 1, tzinfo=UTC), "x"), LIMITS, NOW)

    assert aging.text == "last verified on 2026-10-01, 52 days ago; providers.shop.freshness.warn is 30 days"
    assert stale.text == "last verified on 2026-07-25, 120 days ago; providers.shop.freshness.fail is 90 days"
    assert hours.text == "last verified on 2026-11-20, 47 hours ago; providers.shop.freshness.warn is 12 hours"
    assert future.text == "verified_at is 2026-11-23T12:00:00Z, which is in the future"
    assert unknown.text == "nobody knows when it was last verified; providers.shop.freshness.fail is 90 days"
    assert stale.fix == "pactproof refresh shop.get_item"


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    (tmp_path / "registry.yaml").write_text(
        "consumer: till\n"
        "providers:\n"
        "  shop: {freshness: {warn: 30d, fail: 90d}}\n"
        "  aws: {freshness: {fail: 2w}}\n"
        "contracts:\n"
        "  shop: [get_item, list_items]\n"
        "  aws: {s3: [list_buckets]}\n"
        "  bank: [pay]\n"
    )
    return load_registry(tmp_path)


def test_an_operation_is_as_fresh_as_its_least_recently_verified_cassette(registry: Registry) -> None:
    found = operation_ages(
        registry,
        [
            verified(DAY, "shop.get_item"),
            verified(40 * DAY, "shop.get_item", "not_found"),
            verified(15 * DAY, "aws.s3.list_buckets"),
            verified(900 * DAY, "bank.pay"),
            verified(DAY, "shop.gone"),
        ],
        NOW,
    )

    told = [(one.verified.operation, one.verified.scenario, one.state) for one in found]
    assert told == [
        ("shop.get_item", "not_found", "aging"),
        ("aws.s3.list_buckets", "ok", "stale"),
        ("bank.pay", "ok", "fresh"),
    ]


def test_one_invalid_date_makes_the_whole_operation_invalid(registry: Registry) -> None:
    ages = operation_ages(registry, [verified(400 * DAY), verified(-DAY, scenario="not_found")], NOW)

    assert [(one.state, one.verified.scenario) for one in ages] == [("invalid", "not_found")]


def test_a_stale_cassette_is_left_out_while_its_waiver_holds(tmp_path: Path) -> None:
    (tmp_path / "registry.yaml").write_text(
        "consumer: till\n"
        "providers: {shop: {freshness: {warn: 30d, fail: 90d}}}\n"
        "contracts: {shop: [get_item, list_items]}\n"
        "waived:\n"
        "  shop.get_item.not_found: {what: recording, until: 2026-11-22, reason: the sandbox is being moved}\n"
        "  shop.list_items: {what: recording, until: 2026-11-21, reason: the sandbox is being moved}\n"
    )
    found = [
        verified(40 * DAY),
        verified(100 * DAY, scenario="not_found"),
        verified(100 * DAY, "shop.list_items"),
    ]

    ages = operation_ages(load_registry(tmp_path), found, NOW)

    assert [(one.verified.operation, one.verified.scenario, one.state) for one in ages] == [
        ("shop.get_item", "ok", "aging"),
        ("shop.list_items", "ok", "stale"),
    ]
