"""How devctl calls Grafana."""

from __future__ import annotations

import pytest

from devctl.errors import NotFound, Unauthorized
from pactproof import contract


@contract("grafana.search_dashboards")
def test_search_dashboards(grafana):
    hits = grafana.search_dashboards()

    assert hits
    assert all(hit.uid and hit.title and hit.url.startswith("/") for hit in hits)
    return hits


@contract("grafana.get_dashboard")
def test_get_dashboard(grafana, provider):
    dashboard = grafana.get_dashboard(provider.params["uid"])

    assert dashboard.uid
    assert dashboard.title
    assert dashboard.meta.updated.tzinfo is not None
    return dashboard


@contract("grafana.get_dashboard", scenario="not_found")
def test_get_dashboard_not_found(grafana, provider):
    with pytest.raises(NotFound, match="Dashboard not found"):
        grafana.get_dashboard(provider.params["uid"])


@contract("grafana.create_annotation")
def test_create_annotation(grafana, provider):
    annotation_id = grafana.create_annotation(provider.params["text"], tags=["deploy", "devctl"])

    assert annotation_id > 0
    return annotation_id


@contract("grafana.list_datasources")
def test_list_datasources(grafana):
    datasources = grafana.list_datasources()

    assert datasources
    assert all(datasource.type for datasource in datasources)
    return datasources


@contract("grafana.list_datasources", scenario="unauthorized")
def test_list_datasources_unauthorized(grafana):
    with pytest.raises(Unauthorized) as refused:
        grafana.list_datasources()

    assert refused.value.status == 401
