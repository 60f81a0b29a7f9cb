"""Confluence Cloud's REST API as far as devctl uses it: searching by CQL (v1); reading, creating, deleting pages (v2).

The data lies in confluence_data.py; this file is the protocol: routes, paging, errors and headers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from tests.emulators.atlassian import Clause, QueryError, edge_headers, is_signed_in, parsed_query, too_many
from tests.emulators.confluence_data import CONTENT, SPACES, Content
from tests.emulators.server import Answer, Call, Emulator, Json, Route, digest, route

_V1, _V2 = "/wiki/rest/api", "/wiki/api/v2"
_JAVA = "com.atlassian.confluence.api.service.exceptions.api.BadRequestException"
_NOW = "2026-11-22T11:00:00.000Z"  # of what is created here: recordings then change only when the data does
_FIRST_NEW_ID = 1966081


class ConfluenceEmulator(Emulator):
    """One site with two spaces, for the API token of one account. Writes are kept until the emulator is left."""

    name = "confluence"
    server_header = "AtlassianEdge"

    def __init__(self, token: str) -> None:
        super().__init__(token)
        self._content = {content.id: content for content in CONTENT}
        self._next_id = _FIRST_NEW_ID

    def contents(self) -> Json:
        with self._lock:
            return {content.id: [content.title, content.status] for content in self._content.values()}

    def routes(self) -> Sequence[Route]:
        return (
            route("GET", f"{_V1}/content/search", self._search),
            route("GET", f"{_V2}/pages", self._list_pages),
            route("POST", f"{_V2}/pages", self._create_page),
            route("GET", f"{_V2}/pages/{{id}}", self._get_page),
            route("DELETE", f"{_V2}/pages/{{id}}", self._delete_page),
        )

    def is_authorized(self, call: Call) -> bool:
        return is_signed_in(call, self.token)

    def unauthorized(self, call: Call) -> Answer:
        return _refused(call, 401, "UNAUTHORIZED", "Unauthorized")

    def not_found(self, call: Call) -> Answer:
        return _refused(call, 404, "NOT_FOUND", "Not Found")

    def rate_limited(self, call: Call, kind: str) -> Answer:
        return too_many(_refused(call, 429, "RATE_LIMIT_EXCEEDED", "Too Many Requests").body)

    def common_headers(self, request_number: int) -> Sequence[tuple[str, str]]:
        return (
            ("Content-Type", "application/json"),
            ("X-Confluence-Request-Time", "1795345200000"),
            *edge_headers("confluence", request_number),
        )

    def _search(self, call: Call) -> Answer:
        cql = call.value("cql")
        try:
            found = self._found(cql)
        except QueryError:
            return _refused(call, 400, "", f"{_JAVA}: Could not parse cql : {cql}")
        limit, start = call.number("limit", 25, high=250), _offset(call.value("cursor"), cql)
        if start is None:
            return _refused(call, 400, "", f"{_JAVA}: The cursor is not of this search.")
        expand = [name for value in call.values("expand") for name in value.split(",")]
        page = [content.v1(call.base_url, expand) for content in found[start : start + limit]]
        links = {
            "base": f"{call.base_url}/wiki",
            "context": "/wiki",
            "self": f"{call.base_url}{call.path}?{_query(call)}",
        }
        if start + limit < len(found):
            links["next"] = f"/rest/api/content/search?{_query(call, cursor=_cursor(start + limit, cql))}"
        return Answer(200, {"results": page, "start": start, "limit": limit, "size": len(page), "_links": links})

    def _found(self, cql: str) -> list[Content]:
        query = parsed_query(cql)
        names = {clause.field for clause in query.clauses}
        if not query.clauses or names - _READ.keys() or query.order_by not in _ORDERS:
            raise QueryError("a field that there is not")
        found = [one for one in self._current() if all(_holds(clause, one) for clause in query.clauses)]
        return sorted(found, key=_ORDERS[query.order_by], reverse=query.is_descending or not query.order_by)

    def _list_pages(self, call: Call) -> Answer:
        spaces, title = call.values("space-id"), call.value("title")
        found = [
            content
            for content in self._current("page")
            if (not spaces or str(content.space.id) in spaces) and title in ("", content.title)
        ]
        limit = call.number("limit", 25, high=250)
        formats = call.values("body-format")
        results = [content.v2(call.base_url, formats) for content in found[:limit]]
        return Answer(200, {"results": results, "_links": {"base": f"{call.base_url}/wiki"}})

    def _get_page(self, call: Call) -> Answer:
        with self._lock:
            content = self._content.get(call.captures["id"])
        if content is None or (content.type, content.status) != ("page", "current"):
            return self.not_found(call)
        return Answer(200, content.v2(call.base_url, call.values("body-format")))

    def _create_page(self, call: Call) -> Answer:
        page = _page_object(call)
        if page is None:
            return _refused(
                call, 400, "INVALID_MESSAGE", "A page with a spaceId, a title and a storage body is expected"
            )
        space = SPACES.get(str(page["spaceId"]))
        parent_id = page.get("parentId") or (space.front_page if space else "")
        with self._lock:
            if space is None or parent_id not in self._content:
                return self.not_found(call)
            if any((one.title, one.space, one.status) == (page["title"], space, "current") for one in self._all()):
                words = "A page with this title already exists: A page already exists with the same TITLE in this space"
                return _refused(call, 400, "BAD_REQUEST", words)
            number, self._next_id = str(self._next_id), self._next_id + 33
            created = Content(
                number, page["title"], space, page["body"]["value"], _NOW, _NOW, "Deploy bot", parent_id=parent_id
            )
            self._content[number] = created
        return Answer(200, created.v2(call.base_url, ["storage"]))

    def _delete_page(self, call: Call) -> Answer:
        """To the trash; with `purge`, out of it. A title in the trash can be given to another page."""
        is_purge = call.value("purge") == "true"
        with self._lock:
            content = self._content.get(call.captures["id"])
            if content is None or content.status != ("trashed" if is_purge else "current"):
                return self.not_found(call)
            if is_purge:
                del self._content[content.id]
            else:
                self._content[content.id] = replace(content, status="trashed")
        return Answer(204, None)

    def _current(self, kind: str = "") -> list[Content]:
        with self._lock:
            return [one for one in self._all() if one.status == "current" and kind in ("", one.type)]

    def _all(self) -> list[Content]:
        return list(self._content.values())


def _refused(call: Call, status: int, code: str, words: str) -> Answer:
    """A refusal as the version of the API that was asked words it."""
    if call.path.startswith(_V1):
        data = {"authorized": status != 401, "valid": True, "errors": [], "successful": status != 404}
        return Answer(status, {"statusCode": status, "data": data, "message": words})
    return Answer(status, {"errors": [{"status": status, "code": code, "title": words, "detail": None}]})


def _page_object(call: Call) -> dict[str, Any] | None:
    try:
        page = call.json()
    except ValueError:
        return None
    if not isinstance(page, dict) or not page.get("spaceId") or not str(page.get("title") or "").strip():
        return None
    body = page.get("body")
    is_stored = isinstance(body, dict) and body.get("representation") == "storage" and "value" in body
    return page if is_stored else None


def _query(call: Call, **more: str) -> str:
    return urlencode([(name, value) for name, value in call.query if name not in more] + list(more.items()))


def _cursor(offset: int, cql: str) -> str:
    return f"_sa_{offset}_{digest('cql', cql, offset, length=24)}"


def _offset(cursor: str, cql: str) -> int | None:
    """Where the page of `cursor` starts; None for a cursor that is not of this search."""
    if not cursor:
        return 0
    offset = cursor.removeprefix("_sa_").partition("_")[0]
    return int(offset) if offset.isdecimal() and _cursor(int(offset), cql) == cursor else None


_READ: Mapping[str, Callable[[Content], str | Sequence[str]]] = {
    "id": lambda content: content.id,
    "type": lambda content: content.type,
    "title": lambda content: content.title,
    "text": lambda content: (content.title, content.body),
    "space": lambda content: content.space.key,
    "space.key": lambda content: content.space.key,
    "label": lambda content: content.labels,
}
_ORDERS: Mapping[str, Callable[[Content], Any]] = {
    "": lambda content: content.updated,
    "lastmodified": lambda content: content.updated,
    "created": lambda content: content.created,
    "title": lambda content: content.title.lower(),
}


def _holds(clause: Clause, content: Content) -> bool:
    return clause.holds(_READ[clause.field](content))
