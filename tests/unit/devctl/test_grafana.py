from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from tests.unit.devctl.vendor import Vendor

from devctl.clients import GrafanaClient
from devctl.clients.grafana import Dashboard, DashboardHit, DashboardMeta, Datasource

HIT = {"id": 1, "uid": "nErXDvCkzz", "title": "Overview", "url": "/d/nErXDvCkzz/overview", "tags": ["prod"]}


@pytest.fixture
def grafana(vendor: Vendor, token: str) -> Iterator[GrafanaClient]:
    with GrafanaClient(base_url=vendor.url, token=token) as client:
        yield client


def test_a_search_reads_what_it_uses_and_ignores_the_rest(vendor: Vendor, grafana: GrafanaClient) -> None:
    vendor.answers("GET", "/api/search?type=dash-db", [{**HIT, "folderTitle": "Team A", "isStarred": True}])

    hits = grafana.search_dashboards()

    assert hits == [
        DashboardHit(
            id=1,
            uid="nErXDvCkzz",
            title="Overview",
            url="/d/nErXDvCkzz/overview",
            tags=("prod",),
            folder_title="Team A",
        )
    ]


def test_a_dashboard_outside_every_folder_has_no_folder_title(vendor: Vendor, grafana: GrafanaClient) -> None:
    vendor.answers("GET", "/api/search?type=dash-db", [HIT])

    [hit] = grafana.search_dashboards()

    assert hit.folder_title is None


def test_a_search_may_be_narrowed(vendor: Vendor, grafana: GrafanaClient) -> None:
    vendor.answers("GET", "/api/search?type=dash-db&query=cpu+%26+memory&tag=prod", [])

    assert grafana.search_dashboards("cpu & memory", "prod") == []


def test_a_dashboard_comes_with_what_grafana_knows_about_it(vendor: Vendor, grafana: GrafanaClient) -> None:
    vendor.answers(
        "GET",
        "/api/dashboards/uid/nErXDvCkzz",
        {
            "dashboard": {
                "uid": "nErXDvCkzz",
                "title": "Overview",
                "version": 3,
                "schemaVersion": 41,
                "tags": ["prod"],
            },
            "meta": {
                "slug": "overview",
                "url": "/d/nErXDvCkzz/overview",
                "updated": "2026-01-05T10:00:00Z",
                "folderTitle": "Team A",
            },
        },
    )

    dashboard = grafana.get_dashboard("nErXDvCkzz")

    assert dashboard == Dashboard(
        uid="nErXDvCkzz",
        title="Overview",
        version=3,
        schema_version=41,
        tags=("prod",),
        meta=DashboardMeta(
            slug="overview",
            url="/d/nErXDvCkzz/overview",
            updated=datetime(2026, 1, 5, 10, tzinfo=UTC),
            folder_title="Team A",
        ),
    )


def test_a_dashboard_may_lack_what_its_author_left_out(vendor: Vendor, grafana: GrafanaClient) -> None:
    meta = {"slug": "o", "url": "/d/u/o", "updated": "2026-01-05T10:00:00+01:00"}
    vendor.answers(
        "GET", "/api/dashboards/uid/u", {"dashboard": {"uid": "u", "title": "O", "version": 1}, "meta": meta}
    )

    dashboard = grafana.get_dashboard("u")

    assert (dashboard.schema_version, dashboard.tags, dashboard.meta.folder_title) == (None, (), None)


def test_a_uid_stays_one_segment_of_the_path(vendor: Vendor, grafana: GrafanaClient) -> None:
    meta = {"slug": "o", "url": "/d/u/o", "updated": "2026-01-05T10:00:00Z"}
    answer = {"dashboard": {"uid": "u", "title": "O", "version": 1}, "meta": meta}
    vendor.answers("GET", "/api/dashboards/uid/..%2F..%2Fadmin%3Fx", answer)

    grafana.get_dashboard("../../admin?x")

    assert vendor.targets == ["/api/dashboards/uid/..%2F..%2Fadmin%3Fx"]


@pytest.mark.parametrize(
    ("extras", "sent"),
    [
        pytest.param({}, {"text": "deployed"}, id="text-alone"),
        pytest.param(
            {"tags": ("deploy",), "dashboard_uid": "nErXDvCkzz", "time_ms": 0},
            {"text": "deployed", "tags": ["deploy"], "dashboardUID": "nErXDvCkzz", "time": 0},
            id="everything",
        ),
    ],
)
def test_an_annotation_sends_what_it_was_given_and_returns_its_id(
    vendor: Vendor, grafana: GrafanaClient, token: str, extras: dict[str, object], sent: dict[str, object]
) -> None:
    vendor.answers("POST", "/api/annotations", {"id": 7, "message": "Annotation added"})

    created = grafana.create_annotation("deployed", **extras)  # type: ignore[arg-type]  # one row of the table

    assert created == 7
    [asked] = vendor.asked
    assert json.loads(asked.body) == sent
    assert asked.headers["Authorization"] == f"Bearer {token}"
    assert asked.headers["Content-Type"] == "application/json"


def test_data_sources_are_listed(vendor: Vendor, grafana: GrafanaClient) -> None:
    vendor.answers(
        "GET",
        "/api/datasources",
        [{"id": 1, "uid": "PBFA", "name": "Prom", "type": "prometheus", "url": "http://prom:9090", "isDefault": True}],
    )

    assert grafana.list_datasources() == [
        Datasource(id=1, uid="PBFA", name="Prom", type="prometheus", url="http://prom:9090", is_default=True)
    ]


def test_a_grafana_below_a_path_is_asked_there(vendor: Vendor, token: str) -> None:
    vendor.answers("GET", "/grafana/api/datasources", [])

    with GrafanaClient(base_url=f"{vendor.url}/grafana", token=token) as grafana:
        assert grafana.list_datasources() == []
