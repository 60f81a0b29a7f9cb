"""Grafana: dashboards, annotations and data sources, over its HTTP API."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from pydantic import AwareDatetime, Field, TypeAdapter

from devctl.clients.http import JsonClient, VendorModel, segment


class DashboardHit(VendorModel):
    """One dashboard that a search found. `url` is a path below Grafana's own address."""

    id: int
    uid: str
    title: str
    url: str
    tags: tuple[str, ...]
    folder_title: str | None = Field(default=None, validation_alias="folderTitle")  # absent in the General folder


class DashboardMeta(VendorModel):
    """What Grafana knows about a dashboard beside its own JSON."""

    slug: str
    url: str
    updated: AwareDatetime
    folder_title: str | None = Field(default=None, validation_alias="folderTitle")


class _SavedDashboard(VendorModel):
    uid: str
    title: str
    version: int
    schema_version: int | None = Field(default=None, validation_alias="schemaVersion")
    tags: tuple[str, ...] = ()


class Dashboard(_SavedDashboard):
    """One dashboard. Its JSON is whatever was saved, so only what Grafana itself sets is sure to be there."""

    meta: DashboardMeta


class Datasource(VendorModel):
    """One data source. `type` is the plugin's id, "prometheus"."""

    id: int
    uid: str
    name: str
    type: str
    url: str
    is_default: bool = Field(validation_alias="isDefault")


class _DashboardAnswer(VendorModel):
    dashboard: _SavedDashboard
    meta: DashboardMeta


class _AnnotationCreated(VendorModel):
    id: int


_HITS = TypeAdapter(list[DashboardHit])
_DASHBOARD = TypeAdapter(_DashboardAnswer)
_ANNOTATION = TypeAdapter(_AnnotationCreated)
_DATASOURCES = TypeAdapter(list[Datasource])


class GrafanaClient(JsonClient):
    """A service account's view of one Grafana; `JsonClient` says what may be raised."""

    service: ClassVar[str] = "grafana"

    def search_dashboards(self, query: str | None = None, tag: str | None = None) -> list[DashboardHit]:
        """Dashboards whose title holds `query` and that carry `tag`; at most 1000, Grafana's own limit."""
        params = [("type", "dash-db")]
        if query is not None:
            params.append(("query", query))
        if tag is not None:
            params.append(("tag", tag))
        return self._get(_HITS, "/api/search", params)

    def get_dashboard(self, uid: str) -> Dashboard:
        """The dashboard with this uid, as last saved; raises NotFound."""
        answer = self._get(_DASHBOARD, f"/api/dashboards/uid/{segment(uid)}")
        return Dashboard(**dict(answer.dashboard), meta=answer.meta)

    def create_annotation(
        self, text: str, *, tags: Sequence[str] = (), dashboard_uid: str | None = None, time_ms: int | None = None
    ) -> int:
        """Mark a moment, and return the annotation's id.

        dashboard_uid: where to show it; None is every dashboard that asks for the organization's annotations
        time_ms:       milliseconds since the epoch; None is when Grafana receives it
        """
        body: dict[str, Any] = {"text": text}
        if tags:
            body["tags"] = list(tags)
        if dashboard_uid is not None:
            body["dashboardUID"] = dashboard_uid
        if time_ms is not None:
            body["time"] = time_ms
        return self._read(self._send("POST", "/api/annotations", body=body), _ANNOTATION).id

    def list_datasources(self) -> list[Datasource]:
        """Every data source of the token's organization."""
        return self._get(_DATASOURCES, "/api/datasources")
