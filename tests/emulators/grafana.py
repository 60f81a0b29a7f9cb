"""Grafana's HTTP API as far as devctl uses it: search, dashboards, annotations, data sources."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from tests.emulators.server import Answer, Call, Emulator, Json, Route, digest, route


@dataclass(frozen=True, slots=True)
class Folder:
    id: int
    uid: str
    title: str
    slug: str

    @property
    def url(self) -> str:
        return f"/dashboards/f/{self.uid}/{self.slug}"


@dataclass(frozen=True, slots=True)
class Dashboard:
    """A stored dashboard; `model` is its own JSON without the id, uid, title, tags and version kept here."""

    id: int
    uid: str
    title: str
    tags: tuple[str, ...]
    folder: Folder | None  # None: the root folder, which search answers without any folder key
    version: int
    created: str
    created_by: str
    model: Json
    is_starred: bool = False

    @property
    def slug(self) -> str:
        return re.sub(r"[^a-z0-9]+", "-", self.title.lower()).strip("-")

    @property
    def url(self) -> str:
        return f"/d/{self.uid}/{self.slug}"


class GrafanaEmulator(Emulator):
    """Grafana 11 with one organisation. Writes are kept until the emulator is left."""

    name = "grafana"

    def __init__(self, token: str) -> None:
        super().__init__(token)
        self._dashboards = {dashboard.uid: dashboard for dashboard in _DASHBOARDS}
        self._annotations: dict[int, dict[str, Any]] = {}
        self._next_dashboard_id = max(dashboard.id for dashboard in _DASHBOARDS) + 1
        self._next_annotation_id = 1183

    def contents(self) -> Json:
        with self._lock:
            boards = {uid: [dashboard.title, dashboard.version] for uid, dashboard in self._dashboards.items()}
            return {"dashboards": boards, "annotations": list(self._annotations)}

    def routes(self) -> Sequence[Route]:
        return (
            route("GET", "/api/search", self._search),
            route("GET", "/api/dashboards/uid/{uid}", self._get_dashboard),
            route("POST", "/api/dashboards/db", self._save_dashboard),
            route("DELETE", "/api/dashboards/uid/{uid}", self._delete_dashboard),
            route("GET", "/api/annotations", self._list_annotations),
            route("POST", "/api/annotations", self._create_annotation),
            route("DELETE", "/api/annotations/{id}", self._delete_annotation),
            route("GET", "/api/datasources", self._list_datasources),
        )

    def is_authorized(self, call: Call) -> bool:
        return call.headers.get("authorization") == f"Bearer {self.token}"

    def unauthorized(self, call: Call) -> Answer:
        has_token = "authorization" in call.headers
        message, message_id = (
            ("Invalid API key", "api-key.invalid") if has_token else ("Unauthorized", "auth.unauthorized")
        )
        return Answer(
            401, {"extra": None, "message": message, "messageId": message_id, "statusCode": 401, "traceID": ""}
        )

    def not_found(self, call: Call) -> Answer:
        return Answer(404, {"message": "Not found", "traceID": ""})

    def rate_limited(self, call: Call, kind: str) -> Answer:
        body = {"message": "Too many requests", "messageId": "too-many-requests", "statusCode": 429, "traceID": ""}
        return Answer(429, body, (("Retry-After", "1"),))

    def common_headers(self, request_number: int) -> Sequence[tuple[str, str]]:
        return (
            ("Cache-Control", "no-store"),
            ("Content-Type", "application/json; charset=UTF-8"),
            ("X-Content-Type-Options", "nosniff"),
            ("X-Frame-Options", "deny"),
            ("X-Xss-Protection", "1; mode=block"),
        )

    def _search(self, call: Call) -> Answer:
        with self._lock:
            hits = [*map(_folder_hit, _FOLDERS), *map(_dashboard_hit, self._dashboards.values())]
        text, kind, tags = call.value("query").lower(), call.value("type"), set(call.values("tag"))
        uids, folder_uids = call.values("dashboardUIDs"), call.values("folderUIDs")
        hits = [
            hit
            for hit in hits
            if text in hit["title"].lower()
            and kind in ("", hit["type"])
            and tags <= set(hit["tags"])
            and (not uids or hit["uid"] in uids)
            and (not folder_uids or hit.get("folderUid") in folder_uids)
            and (call.value("starred") != "true" or hit["isStarred"])
        ]
        hits.sort(key=lambda hit: hit["title"].lower())
        limit, page = call.number("limit", 1000), call.number("page", 1)
        return Answer(200, hits[(page - 1) * limit : page * limit])

    def _get_dashboard(self, call: Call) -> Answer:
        with self._lock:
            dashboard = self._dashboards.get(call.captures["uid"])
        if dashboard is None:
            return _dashboard_not_found()
        return Answer(200, {"meta": _meta(dashboard), "dashboard": _model(dashboard)})

    def _save_dashboard(self, call: Call) -> Answer:
        command = _json_object(call)
        model = command.get("dashboard") if command else None
        if command is None or not isinstance(model, dict):
            return Answer(400, {"message": "bad request data"})
        title = str(model.get("title") or "").strip()
        if not title:
            return Answer(400, {"message": "Dashboard title cannot be empty", "status": "empty-name"})
        folder_uid = command.get("folderUid") or ""
        folder = next((folder for folder in _FOLDERS if folder.uid == folder_uid), None)
        if folder_uid and folder is None:
            return Answer(400, {"message": "folder not found"})
        with self._lock:
            stored = self._dashboards.get(model.get("uid") or "")
            if stored and not command.get("overwrite") and model.get("version") != stored.version:
                message = "The dashboard has been changed by someone else"
                return Answer(412, {"message": message, "status": "version-mismatch"})
            saved = self._stored(stored, model, title, folder)
            self._dashboards[saved.uid] = saved
        return Answer(200, _saved_body(saved))

    def _stored(self, old: Dashboard | None, model: Json, title: str, folder: Folder | None) -> Dashboard:
        """The dashboard to keep: a new version of `old`, or a new one. The caller holds the lock."""
        own = {key: value for key, value in model.items() if key not in ("id", "uid", "title", "tags", "version")}
        tags = tuple(model.get("tags") or ())
        if old is not None:
            return replace(old, title=title, tags=tags, folder=folder, version=old.version + 1, model=own)
        number, self._next_dashboard_id = self._next_dashboard_id, self._next_dashboard_id + 1
        uid = model.get("uid") or f"e{digest('grafana', number, length=13)}"
        return Dashboard(number, uid, title, tags, folder, 1, "2026-11-20T09:14:05Z", "sa-1-devctl", own)

    def _delete_dashboard(self, call: Call) -> Answer:
        with self._lock:
            dashboard = self._dashboards.pop(call.captures["uid"], None)
        if dashboard is None:
            return _dashboard_not_found()
        message = f"Dashboard {dashboard.title} deleted"
        return Answer(200, {"id": dashboard.id, "message": message, "title": dashboard.title})

    def _create_annotation(self, call: Call) -> Answer:
        command = _json_object(call)
        if command is None:
            return Answer(400, {"message": "bad request data"})
        if not command.get("text"):
            return Answer(400, {"message": "Failed to save annotation", "error": "text field should not be empty"})
        with self._lock:
            number, self._next_annotation_id = self._next_annotation_id, self._next_annotation_id + 1
            self._annotations[number] = _annotation(number, command)
        return Answer(200, {"id": number, "message": "Annotation added"})

    def _list_annotations(self, call: Call) -> Answer:
        tags, is_any = set(call.values("tags")), call.value("matchAny") == "true"
        with self._lock:
            annotations = list(self._annotations.values())
        found = [
            annotation
            for annotation in reversed(annotations)  # newest first
            if (tags & set(annotation["tags"]) if is_any and tags else tags <= set(annotation["tags"]))
            and call.value("type") in ("", "annotation")
        ]
        return Answer(200, found[: call.number("limit", 100)])

    def _delete_annotation(self, call: Call) -> Answer:
        text = call.captures["id"]
        number = int(text) if re.fullmatch(r"\d{1,15}", text) else None
        if number is None:
            return Answer(400, {"message": "annotationId is invalid"})
        with self._lock:
            if self._annotations.pop(number, None) is None:
                return Answer(404, {"message": "Annotation not found"})
        return Answer(200, {"message": "Annotation deleted"})

    def _list_datasources(self, call: Call) -> Answer:
        return Answer(200, _DATASOURCES)


def _json_object(call: Call) -> dict[str, Any] | None:
    try:
        body = call.json()
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


def _annotation(number: int, command: Json) -> dict[str, Any]:
    """As Grafana shows an annotation that is no alert's. One without a time is of when Grafana received it."""
    started = command.get("time") or _NOW_MS
    return {
        "id": number,
        "alertId": 0,
        "alertName": "",
        "dashboardId": 0,
        "dashboardUID": command.get("dashboardUID") or "",
        "panelId": command.get("panelId") or 0,
        "userId": 0,
        "newState": "",
        "prevState": "",
        "created": _NOW_MS,
        "updated": _NOW_MS,
        "time": started,
        "timeEnd": command.get("timeEnd") or started,
        "text": command["text"],
        "tags": list(command.get("tags") or ()),
        "login": "sa-1-devctl",
        "email": "sa-1-devctl",
        "avatarUrl": "/avatar/6d1f0a2b",
        "data": {},
    }


def _dashboard_not_found() -> Answer:
    return Answer(404, {"message": "Dashboard not found", "status": "not-found"})


def _hit(item: Folder | Dashboard, kind: str, tags: Sequence[str], is_starred: bool) -> dict[str, Any]:
    return {
        "id": item.id,
        "uid": item.uid,
        "orgId": 1,
        "title": item.title,
        "uri": f"db/{item.slug}",
        "url": item.url,
        "slug": "",  # deprecated by Grafana, and always empty
        "type": kind,
        "tags": list(tags),
        "isStarred": is_starred,
        "sortMeta": 0,
        "isDeleted": False,
    }


def _folder_hit(folder: Folder) -> dict[str, Any]:
    return _hit(folder, "dash-folder", (), False)


def _dashboard_hit(dashboard: Dashboard) -> dict[str, Any]:
    hit = _hit(dashboard, "dash-db", dashboard.tags, dashboard.is_starred)
    folder = dashboard.folder
    if folder is None:
        return hit
    placed = {
        "folderId": folder.id,
        "folderUid": folder.uid,
        "folderTitle": folder.title,
        "folderUrl": folder.url,
    }
    return hit | placed


def _meta(dashboard: Dashboard) -> dict[str, Any]:
    folder = dashboard.folder
    can_annotate = {"canAdd": True, "canEdit": True, "canDelete": True}
    return {
        "type": "db",
        "canSave": True,
        "canEdit": True,
        "canAdmin": False,
        "canStar": True,
        "canDelete": True,
        "slug": dashboard.slug,
        "url": dashboard.url,
        "expires": "0001-01-01T00:00:00Z",  # Go's zero time: never
        "created": dashboard.created,
        "updated": "2026-11-18T16:42:31Z",
        "updatedBy": "ines.halvorsen",
        "createdBy": dashboard.created_by,
        "version": dashboard.version,
        "hasAcl": False,
        "isFolder": False,
        "folderId": folder.id if folder else 0,
        "folderUid": folder.uid if folder else "",
        "folderTitle": folder.title if folder else "Dashboards",
        "folderUrl": folder.url if folder else "",
        "provisioned": False,
        "provisionedExternalId": "",
        "annotationsPermissions": {"dashboard": can_annotate, "organization": can_annotate},
    }


def _model(dashboard: Dashboard) -> dict[str, Any]:
    own = {
        "id": dashboard.id,
        "uid": dashboard.uid,
        "title": dashboard.title,
        "tags": list(dashboard.tags),
        "version": dashboard.version,
    }
    return {**dashboard.model, **own}


def _saved_body(dashboard: Dashboard) -> dict[str, Any]:
    return {
        "folderUid": dashboard.folder.uid if dashboard.folder else "",
        "id": dashboard.id,
        "slug": dashboard.slug,
        "status": "success",
        "title": dashboard.title,
        "uid": dashboard.uid,
        "url": dashboard.url,
        "version": dashboard.version,
    }


def _panel(number: int, title: str, kind: str, datasource: Json, expression: str) -> dict[str, Any]:
    steps = [{"color": "green", "value": None}, {"color": "red", "value": 80}]
    return {
        "id": number,
        "title": title,
        "type": kind,
        "datasource": datasource,
        "gridPos": {"h": 8, "w": 12, "x": 12 * ((number + 1) % 2), "y": 8 * ((number - 1) // 2)},
        "fieldConfig": {
            "defaults": {"unit": "short", "thresholds": {"mode": "absolute", "steps": steps}},
            "overrides": [],
        },
        "options": {"legend": {"displayMode": "list", "placement": "bottom", "showLegend": True}},
        "targets": [{"refId": "A", "expr": expression, "editorMode": "code", "range": True}],
    }


def _dashboard_model(panels: Sequence[Json], refresh: Json, description: str | None = None) -> dict[str, Any]:
    model: dict[str, Any] = {
        "annotations": {"list": []},
        "editable": True,
        "fiscalYearStartMonth": 0,
        "graphTooltip": 1,
        "gnetId": None,
        "links": [],
        "panels": list(panels),
        "refresh": refresh,
        "schemaVersion": 39,
        "templating": {"list": []},
        "time": {"from": "now-6h", "to": "now"},
        "timepicker": {},
        "timezone": "browser",
        "weekStart": "",
    }
    return model if description is None else {**model, "description": description}


_NOW_MS = 1795176845000  # of what is written here: answers then change only when the data does
_PROMETHEUS = {"type": "prometheus", "uid": "adq7k2m9xw3ls8"}
_FOLDERS = (
    Folder(11, "bdm4x0q8zt1pcf", "Platform", "platform"),
    Folder(12, "cdn7w5v2jr6ykb", "Payments", "payments"),
)
_DASHBOARDS = (
    Dashboard(
        id=41,
        uid="edk3r8h5ytq2oa",
        title="Checkout latency",
        tags=("latency", "payments"),
        folder=_FOLDERS[1],
        version=17,
        created="2026-03-02T08:15:40Z",
        created_by="ines.halvorsen",
        is_starred=True,
        model=_dashboard_model(
            [
                _panel(1, "p95 by route", "timeseries", _PROMETHEUS, "histogram_quantile(0.95, checkout_seconds)"),
                _panel(2, "Error budget left", "gauge", None, "slo_error_budget_ratio"),
            ],
            "30s",
            "Time from basket to receipt, by route.",
        ),
    ),
    Dashboard(
        id=42,
        uid="ddp9s1c6nwv4ue",
        title="Cluster capacity",
        tags=("capacity",),
        folder=_FOLDERS[0],
        version=4,
        created="2026-05-19T13:02:11Z",
        created_by="tomas.okafor",
        model=_dashboard_model(
            [_panel(1, "Requested CPU", "timeseries", _PROMETHEUS, "sum(cpu_requests)")], "1m", "Nodes and requests."
        ),
    ),
    Dashboard(
        id=43,
        uid="fdj6b2x7hqz0ig",
        title="On-call scratchpad",
        tags=(),
        folder=None,
        version=1,
        created="2026-10-27T21:48:56Z",
        created_by="mei.lindqvist",
        model=_dashboard_model([_panel(1, "Alerts firing", "stat", _PROMETHEUS, "count(ALERTS)")], ""),
    ),
)


def _datasource(number: int, uid: str, name: str, kind: str, type_name: str, url: str, **more: Json) -> dict[str, Any]:
    common = {
        "id": number,
        "uid": uid,
        "orgId": 1,
        "name": name,
        "type": kind,
        "typeName": type_name,
        "typeLogoUrl": f"public/app/plugins/datasource/{kind}/img/{kind}_logo.svg",
        "access": "proxy",
        "url": url,
        "user": "",
        "database": "",
        "basicAuth": False,
        "isDefault": False,
        "readOnly": False,
    }
    return {**common, **more}


# Grafana leaves jsonData out of a data source that has no settings: the second one.
_DATASOURCES = [
    _datasource(
        3,
        "adq7k2m9xw3ls8",
        "Metrics",
        "prometheus",
        "Prometheus",
        "http://prometheus.monitoring.svc:9090",
        isDefault=True,
        jsonData={"httpMethod": "POST", "prometheusType": "Prometheus", "timeInterval": "15s"},
    ),
    _datasource(4, "bdr5n8f1ve6tjc", "Logs", "loki", "Loki", "http://loki-gateway.logging.svc", readOnly=True),
    _datasource(
        7,
        "cdw2h9y4mk7qzb",
        "Orders replica",
        "grafana-postgresql-datasource",
        "PostgreSQL",
        "orders-replica.internal:5432",
        typeLogoUrl="public/app/plugins/datasource/grafana-postgresql-datasource/img/postgresql_logo.svg",
        user="grafana_reader",
        jsonData={"database": "orders", "postgresVersion": 1500, "sslmode": "require"},
    ),
]
