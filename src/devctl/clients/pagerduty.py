"""PagerDuty: incidents and services, over its REST API v2."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar, Literal, TypeVar

from pydantic import AwareDatetime, PositiveInt, TypeAdapter

from devctl.clients.http import JsonClient, QueryParams, VendorModel, segment, text_at

PAGERDUTY_API = "https://api.pagerduty.com"

Status = Literal["triggered", "acknowledged", "resolved"]


class ServiceReference(VendorModel):
    """The service an incident belongs to, as incidents name it."""

    id: str
    summary: str | None = None


class Incident(VendorModel):
    """One incident. `incident_number` is what people call it by, `id` what the API does."""

    id: str
    incident_number: int
    title: str
    status: str
    urgency: str
    created_at: AwareDatetime
    service: ServiceReference | None = None
    html_url: str | None = None


class Service(VendorModel):
    """One service that incidents can be opened on."""

    id: str
    name: str
    status: str
    description: str | None = None


class _Page(VendorModel):
    limit: PositiveInt | None = None
    more: bool = False


class _IncidentPage(_Page):
    incidents: list[Incident]


class _ServicePage(_Page):
    services: list[Service]


class _IncidentAnswer(VendorModel):
    incident: Incident


PageT = TypeVar("PageT", bound=_Page)

_INCIDENTS = TypeAdapter(_IncidentPage)
_INCIDENT = TypeAdapter(_IncidentAnswer)
_SERVICES = TypeAdapter(_ServicePage)


class PagerDutyClient(JsonClient):
    """An API key's view of one PagerDuty account; `JsonClient` says what may be raised."""

    service: ClassVar[str] = "pagerduty"
    authorization: ClassVar[str] = "Token token={token}"
    headers: ClassVar[Mapping[str, str]] = {"Accept": "application/vnd.pagerduty+json;version=2"}

    def __init__(self, *, token: str, base_url: str = PAGERDUTY_API, timeout_s: float = 10.0) -> None:
        super().__init__(base_url=base_url, token=token, timeout_s=timeout_s)

    def list_incidents(
        self, statuses: Sequence[Status] = ("triggered", "acknowledged"), *, page_size: int = 100
    ) -> list[Incident]:
        """Every incident in one of these statuses, `page_size` (at most 100) in one request."""
        wanted = [("statuses[]", status) for status in statuses]
        return [
            incident for page in self._pages(_INCIDENTS, "/incidents", wanted, page_size) for incident in page.incidents
        ]

    def get_incident(self, id: str) -> Incident:
        """One incident, by its id ("PT4KHLK") or its number; raises NotFound."""
        return self._get(_INCIDENT, f"/incidents/{segment(id)}").incident

    def list_services(self, *, page_size: int = 100) -> list[Service]:
        """Every service of the account."""
        return [service for page in self._pages(_SERVICES, "/services", (), page_size) for service in page.services]

    def _pages(self, model: TypeAdapter[PageT], path: str, params: QueryParams, page_size: int) -> Iterator[PageT]:
        offset, more = 0, True
        while more:
            page = self._get(model, path, [*params, ("limit", page_size), ("offset", offset)])
            yield page
            # PagerDuty caps the limit and says what it used: stepping by what was asked would skip the rest.
            offset, more = offset + (page.limit or page_size), page.more

    def _vendor_message(self, body: object) -> str | None:
        return text_at(body, "error", "message")
