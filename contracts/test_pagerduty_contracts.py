"""How devctl calls PagerDuty."""

from __future__ import annotations

import pytest

from devctl.errors import NotFound, RateLimited
from pactproof import contract


@contract("pagerduty.list_incidents")
def test_list_incidents(pagerduty):
    incidents = pagerduty.list_incidents()

    assert incidents
    assert all(incident.status in ("triggered", "acknowledged") for incident in incidents)
    return incidents


@contract("pagerduty.get_incident")
def test_get_incident(pagerduty, provider):
    incident = pagerduty.get_incident(provider.params["id"])

    assert incident.id == provider.params["id"]
    assert incident.title
    return incident


@contract("pagerduty.get_incident", scenario="not_found")
def test_get_incident_not_found(pagerduty, provider):
    with pytest.raises(NotFound):
        pagerduty.get_incident(provider.params["id"])


@contract("pagerduty.list_services")
def test_list_services(pagerduty):
    services = pagerduty.list_services()

    assert services
    assert all(service.name for service in services)
    return services


@contract("pagerduty.list_services", scenario="rate_limited")
def test_list_services_rate_limited(pagerduty):
    with pytest.raises(RateLimited) as refused:
        pagerduty.list_services()

    assert refused.value.status == 429
