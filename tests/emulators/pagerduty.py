"""PagerDuty's REST API v2 as far as devctl uses it: incidents and services.

Where PagerDuty is known to send null against its own document, the emulator follows the document's examples.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.emulators.server import Answer, Call, Emulator, Json, Route, digest, route

_API, _WEB = "https://api.pagerduty.com", "https://octo-labs.pagerduty.com"


class PagerDutyEmulator(Emulator):
    """api.pagerduty.com for one account and one REST API key (`Authorization: Token token=...`)."""

    name = "pagerduty"
    server_header = "nginx"

    def routes(self) -> Sequence[Route]:
        return (
            route("GET", "/incidents", self._list_incidents),
            route("GET", "/incidents/{id}", self._get_incident),
            route("GET", "/services", self._list_services),
        )

    def is_authorized(self, call: Call) -> bool:
        return call.headers.get("authorization") == f"Token token={self.token}"

    def unauthorized(self, call: Call) -> Answer:
        return _error(401, 2006, "You must be authenticated to make this request", ["Invalid or missing API token"])

    def not_found(self, call: Call) -> Answer:
        return _error(404, 2100, "Not Found")

    def rate_limited(self, call: Call, kind: str) -> Answer:
        # ratelimit-reset counts seconds from now, unlike GitHub's point in time.
        return _error(
            429, 2020, "Rate Limit Exceeded", headers=(("Ratelimit-Remaining", "0"), ("Ratelimit-Reset", "1"))
        )

    def common_headers(self, request_number: int) -> Sequence[tuple[str, str]]:
        request_id = digest("pagerduty", request_number, length=32)
        return (
            ("Content-Type", "application/json; charset=utf-8"),
            ("Cache-Control", "max-age=0, private, must-revalidate"),
            ("Access-Control-Allow-Origin", "*"),
            ("X-Request-Id", request_id),
            ("Ratelimit-Limit", "960"),
            ("Ratelimit-Remaining", str(max(960 - request_number, 1))),
            ("Ratelimit-Reset", "30"),
            ("Strict-Transport-Security", "max-age=63072000; includeSubDomains"),
            ("X-Content-Type-Options", "nosniff"),
        )

    def _list_incidents(self, call: Call) -> Answer:
        statuses, urgencies, services = (
            call.values("statuses[]"),
            call.values("urgencies[]"),
            call.values("service_ids[]"),
        )
        unknown = set(statuses) - {"triggered", "acknowledged", "resolved"}
        if unknown:
            return _error(400, 2001, "Invalid Input Provided", [f"Statuses {', '.join(sorted(unknown))} is not valid"])
        found = [
            incident
            for incident in _INCIDENTS
            if (not statuses or incident["status"] in statuses)
            and (not urgencies or incident["urgency"] in urgencies)
            and (not services or incident["service"]["id"] in services)
        ]
        sort_key, _, direction = call.value("sort_by", "incident_number:asc").partition(":")
        if sort_key in ("incident_number", "created_at", "resolved_at", "urgency"):
            found.sort(key=lambda incident: incident[sort_key] or "", reverse=direction == "desc")
        return _page(call, "incidents", found)

    def _get_incident(self, call: Call) -> Answer:
        wanted = call.captures["id"]
        for incident in _INCIDENTS:
            if wanted in (incident["id"], str(incident["incident_number"])):
                return Answer(200, {"incident": incident})
        return self.not_found(call)

    def _list_services(self, call: Call) -> Answer:
        text = call.value("query").lower()
        found = [service for service in _SERVICES if text in service["name"].lower()]
        return _page(call, "services", sorted(found, key=lambda service: service["name"].lower()))


def _error(
    status: int,
    code: int,
    message: str,
    errors: Sequence[str] = (),
    headers: tuple[tuple[str, str], ...] = (),
) -> Answer:
    error: dict[str, Any] = {"message": message, "code": code}
    return Answer(status, {"error": error | {"errors": list(errors)} if errors else error}, headers)


def _page(call: Call, name: str, items: Sequence[Json]) -> Answer:
    limit, offset = call.number("limit", 25, high=100), call.number("offset", 0, low=0, high=9900)
    body = {
        name: items[offset : offset + limit],
        "limit": limit,
        "offset": offset,
        # PagerDuty counts only when asked to.
        "total": len(items) if call.value("total") == "true" else None,
        "more": offset + limit < len(items),
    }
    return Answer(200, body)


def _reference(number: str, kind: str, summary: str, path: str, web: str | None) -> dict[str, Any]:
    return {
        "id": number,
        "type": f"{kind}_reference",
        "summary": summary,
        "self": f"{_API}/{path}/{number}",
        "html_url": f"{_WEB}/{web}/{number}" if web else None,
    }


_CHECKOUT = _reference("PZ4QX71", "service", "Checkout API", "services", "service-directory")
_LEDGER = _reference("PLD83KV", "service", "Ledger jobs", "services", "service-directory")
_POLICY = _reference(
    "P9GRT2E", "escalation_policy", "Payments first line", "escalation_policies", "escalation_policies"
)
_NIGHT_POLICY = _reference("PKT60WN", "escalation_policy", "Night watch", "escalation_policies", "escalation_policies")
_TEAM = _reference("PUB58MH", "team", "Payments", "teams", "teams")
_INES = _reference("PH2V6AJ", "user", "Ines Halvorsen", "users", "users")
_TOMAS = _reference("PW71DQS", "user", "Tomas Okafor", "users", "users")
_HIGHEST = {
    "id": "P3KXD9B",
    "type": "priority",
    "summary": "P1",
    "self": f"{_API}/priorities/P3KXD9B",
    "html_url": None,
    "account_id": "PAC40LE",
    "color": "a8171c",
    "created_at": "2024-05-13T09:30:00Z",
    "updated_at": "2024-05-13T09:30:00Z",
    "name": "P1",
    "description": "Customers cannot pay",
    "order": 167772160,
    "schema_version": 0,
}


def _incident(
    number: int,
    incident_id: str,
    title: str,
    status: str,
    service: Json,
    created_at: str,
    changed_at: str,
    **more: Json,
) -> dict[str, Any]:
    web = f"{_WEB}/incidents/{incident_id}"
    entry_id = f"R{digest('log', number, length=13).upper()}"
    is_resolved = status == "resolved"
    common = {
        "incident_number": number,
        "title": title,
        "description": title,
        "created_at": created_at,
        "updated_at": changed_at,
        "status": status,
        "incident_key": digest("key", number, length=32),
        "service": service,
        "assignments": [],
        "assigned_via": "escalation_policy",
        "last_status_change_at": changed_at,
        "resolved_at": changed_at if is_resolved else None,
        "first_trigger_log_entry": {
            "id": entry_id,
            "type": "trigger_log_entry_reference",
            "summary": "Triggered through the API.",
            "self": f"{_API}/log_entries/{entry_id}",
            "html_url": f"{web}/log_entries/{entry_id}",
        },
        "alert_counts": {"all": 1, "triggered": 0 if is_resolved else 1, "resolved": 1 if is_resolved else 0},
        "is_mergeable": True,
        "incident_type": {"name": "incident_default"},
        "escalation_policy": _POLICY,
        "teams": [_TEAM],
        "impacted_services": [service],
        "pending_actions": [],
        "acknowledgements": [],
        "basic_alert_grouping": None,
        "last_status_change_by": service,
        "resolve_reason": None,
        "incidents_responders": [],
        "responder_requests": [],
        "subscriber_requests": [],
        "urgency": "high",
        "id": incident_id,
        "type": "incident",
        "summary": f"[#{number}] {title}",
        "self": f"{_API}/incidents/{incident_id}",
        "html_url": web,
    }
    return {**common, **more}


# Only the first has a conference bridge; the third and fourth have no priority, the fourth no alert grouping.
_INCIDENTS = (
    _incident(
        2071,
        "Q1RZ8NCVB5T0LM",
        "Card payments are refused",
        "triggered",
        _CHECKOUT,
        "2026-11-19T22:04:17Z",
        "2026-11-19T22:04:17Z",
        assignments=[{"at": "2026-11-19T22:04:17Z", "assignee": _INES}],
        pending_actions=[
            {"type": "escalate", "at": "2026-11-19T22:34:17Z"},
            {"type": "resolve", "at": "2026-11-20T02:04:17Z"},
        ],
        alert_counts={"all": 3, "triggered": 2, "resolved": 1},
        alert_grouping={
            "grouping_type": "advanced",
            "started_at": "2026-11-19T22:04:17Z",
            "ended_at": None,
            "alert_grouping_active": True,
        },
        priority=_HIGHEST,
        conference_bridge={
            "conference_number": "+47-555-0142,,4410#",
            "conference_url": "https://meet.example.com/incident-2071",
        },
    ),
    _incident(
        2069,
        "Q0XK2WJDH7A9SE",
        "Queue of settlements grows",
        "acknowledged",
        _LEDGER,
        "2026-11-18T05:51:40Z",
        "2026-11-18T05:58:02Z",
        assignments=[{"at": "2026-11-18T05:51:40Z", "assignee": _TOMAS}],
        pending_actions=[{"type": "unacknowledge", "at": "2026-11-18T06:28:02Z"}],
        acknowledgements=[{"at": "2026-11-18T05:58:02Z", "acknowledger": _TOMAS}],
        alert_grouping={
            "grouping_type": "basic",
            "started_at": "2026-11-18T05:51:40Z",
            "ended_at": "2026-11-18T06:51:40Z",
            "alert_grouping_active": False,
        },
        priority=_HIGHEST,
        last_status_change_by=_TOMAS,
    ),
    _incident(
        2064,
        "Q3VTC60PLY1GRB",
        "Certificate ends in 14 days",
        "triggered",
        _CHECKOUT,
        "2026-11-15T09:00:05Z",
        "2026-11-15T09:00:05Z",
        assigned_via="direct_assignment",
        assignments=[
            {"at": "2026-11-15T09:00:05Z", "assignee": _INES},
            {"at": "2026-11-15T09:00:05Z", "assignee": _TOMAS},
        ],
        alert_grouping={
            "grouping_type": "rules",
            "started_at": "2026-11-15T09:00:05Z",
            "ended_at": None,
            "alert_grouping_active": True,
        },
        teams=[],
        urgency="low",
    ),
    _incident(
        2060,
        "Q2MHF9ZUOI4DXK",
        "Nightly export failed",
        "resolved",
        _LEDGER,
        "2026-11-12T01:30:44Z",
        "2026-11-12T02:11:09Z",
        escalation_policy=_NIGHT_POLICY,
        last_status_change_by=_TOMAS,
        urgency="low",
    ),
    _incident(
        2058,
        "Q1GYB4EQSN8WTJ",
        "Payments time out in one region",
        "resolved",
        _CHECKOUT,
        "2026-11-09T14:20:31Z",
        "2026-11-09T14:26:50Z",
        last_status_change_by=_INES,
        alert_grouping={
            "grouping_type": "advanced",
            "started_at": "2026-11-09T14:20:31Z",
            "ended_at": "2026-11-09T14:26:50Z",
            "alert_grouping_active": False,
        },
        priority=_HIGHEST,
        resolve_reason={
            "type": "merge_resolve_reason",
            "incident": {
                "id": "Q0DLN3ARFV6KUC",
                "type": "incident_reference",
                "summary": "[#2057] Payments time out",
                "self": f"{_API}/incidents/Q0DLN3ARFV6KUC",
                "html_url": f"{_WEB}/incidents/Q0DLN3ARFV6KUC",
            },
        },
    ),
)


def _service(reference: Json, status: str, policy: Json, **more: Json) -> dict[str, Any]:
    common = {
        "id": reference["id"],
        "name": reference["summary"],
        "created_at": "2024-06-03T10:45:20+02:00",
        "updated_at": "2026-10-01T08:12:37+02:00",
        "status": status,
        "teams": [_TEAM],
        "alert_creation": "create_alerts_and_incidents",
        "addons": [],
        "scheduled_actions": [],
        "escalation_policy": policy,
        "integrations": [],
        "incident_urgency_rule": {"type": "constant", "urgency": "high"},
        "response_play": None,
        "alert_grouping_parameters": {"type": None},
        "auto_pause_notifications_parameters": {"enabled": False},
        "type": "service",
        "summary": reference["summary"],
        "self": reference["self"],
        "html_url": reference["html_url"],
    }
    return {**common, **more}


_WEBSITE = _reference("PCM17RY", "service", "Website", "services", None)
_SERVICES = (
    _service(
        _CHECKOUT,
        "critical",
        _POLICY,
        description="Takes card payments.",
        auto_resolve_timeout=14400,
        acknowledgement_timeout=1800,
        last_incident_timestamp="2026-11-19T23:04:17+01:00",
        integrations=[
            {
                "id": "PJ05BQE",
                "type": "events_api_v2_inbound_integration_reference",
                "summary": "Events API V2",
                "self": f"{_API}/services/PZ4QX71/integrations/PJ05BQE",
                "html_url": f"{_WEB}/services/PZ4QX71/integrations/PJ05BQE",
            }
        ],
        auto_pause_notifications_parameters={"enabled": True, "timeout": 300},
    ),
    _service(
        _LEDGER,
        "warning",
        _NIGHT_POLICY,
        description="Settles and exports at night.",
        auto_resolve_timeout=3600,
        last_incident_timestamp="2026-11-18T06:51:40+01:00",
        incident_urgency_rule={
            "type": "use_support_hours",
            "during_support_hours": {"type": "constant", "urgency": "high"},
            "outside_support_hours": {"type": "constant", "urgency": "low"},
        },
        support_hours={
            "type": "fixed_time_per_day",
            "time_zone": "Europe/Oslo",
            "start_time": "08:00:00",
            "end_time": "18:00:00",
            "days_of_week": [1, 2, 3, 4, 5],
        },
        scheduled_actions=[
            {
                "type": "urgency_change",
                "at": {"type": "named_time", "name": "support_hours_start"},
                "to_urgency": "high",
            }
        ],
    ),
    # Never had an incident, times nothing out, and nobody has described it or put it in the directory.
    _service(_WEBSITE, "active", _POLICY, teams=[]),
)
