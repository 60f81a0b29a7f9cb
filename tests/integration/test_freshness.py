"""Freshness in pytest: a note for an aging recording, a fault for one too old, and no request for either."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from tests.integration.plugin_project import PluginProject, get, project

from pactproof import freshness

__all__ = ["project"]
pytest_plugins = "pytester"

LIMITS = "  shop: {base_url: https://shop.example.com, freshness: {warn: 30d, fail: 90d}}\n"


@pytest.fixture
def shop(project: PluginProject) -> PluginProject:
    """Recorded on 2026-11-20 at 09:00 UTC; the registry has limits."""
    project.write("registry.yaml", f"consumer: till\nproviders:\n{LIMITS}contracts:\n  shop: [get_item]\n")
    return project


def at(monkeypatch: pytest.MonkeyPatch, year: int, month: int, day: int, hour: int = 9, second: int = 0) -> None:
    monkeypatch.setattr(freshness, "now", lambda: datetime(year, month, day, hour, 0, second, tzinfo=UTC))


def test_a_recording_older_than_warn_is_noted_and_the_contract_upheld(
    shop: PluginProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    cassette = shop.path / "cassettes/shop/get_item.yaml"
    before = (cassette.read_bytes(), cassette.stat().st_mtime_ns)
    at(monkeypatch, 2026, 12, 20)
    in_time = shop.run("-k", "replay")
    at(monkeypatch, 2026, 12, 20, second=1)
    late = shop.run("-k", "replay")

    assert (in_time.code, late.code) == (0, 0)
    assert "last verified" not in in_time.text
    told = "cassettes/shop/get_item.yaml: last verified on 2026-11-20, 30 days ago; "
    assert f"{told}providers.shop.freshness.warn is 30 days\n  fix: pactproof refresh shop.get_item" in late.text
    assert (cassette.read_bytes(), cassette.stat().st_mtime_ns) == before


def test_a_recording_older_than_fail_is_stale(shop: PluginProject, monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, 2027, 3, 1)

    run = shop.run()

    assert run.code == 1
    assert run.faults == {"test_get_item[replay]": "stale"}
    assert run.fault("test_get_item[replay]") == [
        "fault: stale",
        "operation: shop.get_item",
        "scenario: ok",
        "last verified on 2026-11-20, 101 days ago; providers.shop.freshness.fail is 90 days",
        "file: cassettes/shop/get_item.yaml",
        "fix: pactproof refresh shop.get_item",
    ]


def test_what_else_is_wrong_is_told_before_the_age(shop: PluginProject, monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, 2027, 3, 1)
    shop.tests(
        """
        @contract("shop.get_item")
        def test_get_item(provider):
            assert shop.get_item(provider.url, provider.params["id"])["name"] == "Desk"
        """
    )
    consumers = shop.run("-k", "replay")
    shop.cassette("shop.get_item", (get("/items/42?currency=EUR"), {"name": "Lamp"}), params={"id": "42"})
    providers = shop.run("-k", "replay")

    assert "fault: consumer" in consumers.text
    assert providers.faults == {"test_get_item[replay]": "provider"}


def test_a_date_in_the_future_is_invalid_beyond_what_clocks_differ(
    shop: PluginProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(freshness, "now", lambda: datetime(2026, 11, 20, 8, 55, tzinfo=UTC))
    near = shop.run("-k", "replay")
    monkeypatch.setattr(freshness, "now", lambda: datetime(2026, 11, 20, 8, 54, 59, tzinfo=UTC))
    ahead = shop.run("-k", "replay")

    assert near.code == 0
    assert ahead.faults == {"test_get_item[replay]": "stale"}
    assert "verified_at is 2026-11-20T09:00:00Z, which is in the future" in ahead.text


def test_what_is_waived_stays_waived_until_the_waiver_ends(
    shop: PluginProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = shop.read("registry.yaml")
    waiver = "waived:\n  shop.get_item: {what: recording, until: %s, reason: the sandbox is being moved}\n"
    at(monkeypatch, 2027, 3, 1)
    shop.write_exactly("registry.yaml", text + waiver % "2999-12-31")
    waived = shop.run("-k", "replay")
    shop.write_exactly("registry.yaml", text + waiver % "2026-01-01")
    ended = shop.run("-k", "replay")

    assert waived.code == 0
    assert "waived until 2999-12-31: no recording of shop.get_item, the sandbox is being moved" in waived.text
    assert ended.faults == {"test_get_item[replay]": "stale"}
    assert "the waiver of shop.get_item ended on 2026-01-01" in ended.text


def test_aws_has_one_limit_for_all_its_services(project: PluginProject, monkeypatch: pytest.MonkeyPatch) -> None:
    project.with_s3(
        """
        @contract("aws.s3.list_buckets")
        def test_list_buckets(provider):
            assert boto3.client("s3", region_name="us-east-1").list_buckets(MaxBuckets=5)["Buckets"]
        """,
        contracts="s3.list_buckets: {params: {MaxBuckets: 5}}\n",
    )
    project.write(
        "registry.yaml",
        "consumer: till\nproviders: {aws: {freshness: {fail: 2w}}}\ncontracts:\n  aws:\n    s3: [list_buckets]\n",
    )
    at(monkeypatch, 2026, 12, 24)

    run = project.run("-k", "replay")

    assert run.faults == {"test_list_buckets[replay]": "stale"}
    assert "34 days ago; providers.aws.freshness.fail is 14 days" in run.text
    assert "fix: pactproof refresh aws.s3.list_buckets" in run.text
