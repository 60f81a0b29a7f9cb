from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from tests.unit.devctl.vendor import Vendor

from devctl.clients import PagerDutyClient
from devctl.clients.pagerduty import Incident, Service, ServiceReference

OPEN = "/incidents?statuses%5B%5D=triggered&statuses%5B%5D=acknowledged"
INCIDENT = {
    "id": "PT4KHLK",
    "incident_number": 1234,
    "title": "The server is on fire",
    "status": "triggered",
    "urgency": "high",
    "created_at": "2026-01-05T10:00:00Z",
    "service": {"id": "PIJ90N7", "type": "service_reference", "summary": "Web"},
    "html_url": "https://acme.pagerduty.com/incidents/PT4KHLK",
}
SERVICE = {"id": "PIJ90N7", "name": "Web", "status": "active", "description": "The site", "teams": []}


@pytest.fixture
def pagerduty(vendor: Vendor, token: str) -> Iterator[PagerDutyClient]:
    with PagerDutyClient(base_url=vendor.url, token=token) as client:
        yield client


def test_open_incidents_are_read_with_what_is_used_of_them(vendor: Vendor, pagerduty: PagerDutyClient) -> None:
    vendor.answers("GET", f"{OPEN}&limit=100&offset=0", {"incidents": [INCIDENT], "limit": 100, "more": False})

    assert pagerduty.list_incidents() == [
        Incident(
            id="PT4KHLK",
            incident_number=1234,
            title="The server is on fire",
            status="triggered",
            urgency="high",
            created_at=datetime(2026, 1, 5, 10, tzinfo=UTC),
            service=ServiceReference(id="PIJ90N7", summary="Web"),
            html_url="https://acme.pagerduty.com/incidents/PT4KHLK",
        )
    ]


def test_the_key_and_the_version_go_as_pagerduty_wants_them(
    vendor: Vendor, pagerduty: PagerDutyClient, token: str
) -> None:
    vendor.answers("GET", "/incidents/PT4KHLK", {"incident": INCIDENT})

    pagerduty.get_incident("PT4KHLK")

    [asked] = vendor.asked
    assert asked.headers["Authorization"] == f"Token token={token}"
    assert asked.headers["Accept"] == "application/vnd.pagerduty+json;version=2"


def test_more_pages_are_asked_for_by_offset(vendor: Vendor, pagerduty: PagerDutyClient) -> None:
    for offset, more in ((0, True), (1, True), (2, False)):
        page = {"incidents": [{**INCIDENT, "incident_number": offset}], "limit": 1, "offset": offset, "more": more}
        vendor.answers("GET", f"/incidents?statuses%5B%5D=resolved&limit=1&offset={offset}", page)

    found = pagerduty.list_incidents(["resolved"], page_size=1)

    assert [incident.incident_number for incident in found] == [0, 1, 2]


def test_a_limit_that_pagerduty_capped_skips_nothing(vendor: Vendor, pagerduty: PagerDutyClient) -> None:
    vendor.answers("GET", "/services?limit=500&offset=0", {"services": [SERVICE], "limit": 100, "more": True})
    vendor.answers("GET", "/services?limit=500&offset=100", {"services": [SERVICE], "limit": 100, "more": False})

    pagerduty.list_services(page_size=500)

    assert vendor.targets == ["/services?limit=500&offset=0", "/services?limit=500&offset=100"]


def test_an_answer_without_paging_is_the_only_page(vendor: Vendor, pagerduty: PagerDutyClient) -> None:
    vendor.answers("GET", "/services?limit=100&offset=0", {"services": [SERVICE]})

    assert pagerduty.list_services() == [
        Service(id="PIJ90N7", name="Web", status="active", description="The site"),
    ]


def test_an_incident_may_have_neither_service_nor_page(vendor: Vendor, pagerduty: PagerDutyClient) -> None:
    vendor.answers("GET", "/incidents/1234", {"incident": {**INCIDENT, "service": None, "html_url": None}})

    incident = pagerduty.get_incident("1234")

    assert (incident.service, incident.html_url) == (None, None)


def test_a_service_may_have_no_summary_and_no_description(vendor: Vendor, pagerduty: PagerDutyClient) -> None:
    nameless = {**INCIDENT, "service": {"id": "PIJ90N7", "summary": None}}
    vendor.answers("GET", "/incidents/PT4KHLK", {"incident": nameless})
    vendor.answers("GET", "/services?limit=100&offset=0", {"services": [{**SERVICE, "description": None}]})

    assert pagerduty.get_incident("PT4KHLK").service == ServiceReference(id="PIJ90N7", summary=None)
    assert [service.description for service in pagerduty.list_services()] == [None]


def test_the_address_of_pagerduty_itself_is_the_default(token: str) -> None:
    with PagerDutyClient(token=token) as client:
        assert repr(client) == "PagerDutyClient(base_url='https://api.pagerduty.com')"
