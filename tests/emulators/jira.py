"""Jira Cloud's REST API v3 as far as devctl uses it: searching by JQL, reading, creating and deleting issues.

The data lies in jira_data.py; this file is the protocol: routes, paging, errors and headers.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from tests.emulators.atlassian import Clause, Query, QueryError, edge_headers, is_signed_in, parsed_query, too_many
from tests.emulators.jira_data import (
    DEPLOY_BOT,
    ISSUE_TYPES,
    ISSUES,
    PROJECT_ID,
    PROJECT_KEY,
    PROJECT_NAME,
    Issue,
    category_name,
)
from tests.emulators.server import Answer, Call, Emulator, Json, Route, digest, route

_MOVED = "https://developer.atlassian.com/changelog/#CHANGE-2046"
_NOW = "2026-11-22T12:00:00.000+0100"  # of what is created here: recordings then change only when the data does


class JiraEmulator(Emulator):
    """One site with one project, for the API token of one account. Writes are kept until the emulator is left."""

    name = "jira"
    server_header = "AtlassianEdge"

    def __init__(self, token: str) -> None:
        super().__init__(token)
        self._issues = {issue.key: issue for issue in ISSUES}
        self._next_number = max(issue.number for issue in ISSUES) + 1

    def contents(self) -> Json:
        with self._lock:
            return {key: issue.summary for key, issue in self._issues.items()}

    def routes(self) -> Sequence[Route]:
        return (
            route("GET", "/rest/api/3/search/jql", self._search),
            route("GET", "/rest/api/3/search", self._removed_search),
            route("POST", "/rest/api/3/issue", self._create),
            route("GET", "/rest/api/3/issue/{key}", self._get),
            route("DELETE", "/rest/api/3/issue/{key}", self._delete),
        )

    def is_authorized(self, call: Call) -> bool:
        return is_signed_in(call, self.token)

    def unauthorized(self, call: Call) -> Answer:
        failed = (("X-Seraph-Loginreason", "AUTHENTICATED_FAILED"),) if "authorization" in call.headers else ()
        body = _errors("Client must be authenticated to access this resource.")
        return Answer(401, body, (("Www-Authenticate", 'OAuth realm="https%3A%2F%2Fjira.example.com"'), *failed))

    def not_found(self, call: Call) -> Answer:
        return Answer(404, _errors("The requested resource does not exist."))

    def rate_limited(self, call: Call, kind: str) -> Answer:
        return too_many(_errors("Rate limit exceeded."))

    def common_headers(self, request_number: int) -> Sequence[tuple[str, str]]:
        return (
            ("Content-Type", "application/json;charset=UTF-8"),
            ("X-Arequestid", digest("jira request", request_number, length=32)),
            ("X-Aaccountid", quote(DEPLOY_BOT.account_id)),
            *edge_headers("jira", request_number),
        )

    def _search(self, call: Call) -> Answer:
        try:
            found = self._found(call.value("jql"))
            size = _page_size(call.value("maxResults", "50"))
            start = _offset(call.value("nextPageToken"), call.value("jql"))
        except QueryError as error:
            return Answer(400, _errors(str(error)))
        wanted = _names(call.values("fields") or ["id"])
        body: dict[str, Any] = {"issues": [_bean(call, issue, wanted) for issue in found[start : start + size]]}
        is_last = start + size >= len(found)
        if not is_last:
            body["nextPageToken"] = _token(start + size, call.value("jql"))
        return Answer(200, {**body, "isLast": is_last})

    def _found(self, jql: str) -> list[Issue]:
        query = parsed_query(jql)
        if not query.clauses:
            message = "Unbounded JQL queries are not allowed here. Please add a search restriction to your query."
            raise QueryError(message)
        _check(query)
        with self._lock:
            issues = list(self._issues.values())
        found = [issue for issue in issues if all(_holds(clause, issue) for clause in query.clauses)]
        order = _ORDERS[query.order_by or "created"]
        return sorted(found, key=order, reverse=query.is_descending or not query.order_by)

    def _removed_search(self, call: Call) -> Answer:
        message = "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API."
        return Answer(410, _errors(f"{message} A full migration guideline is available at {_MOVED}"))

    def _get(self, call: Call) -> Answer:
        issue = self._issue(call.captures["key"])
        return (
            _no_issue() if issue is None else Answer(200, _bean(call, issue, _names(call.values("fields") or ["*all"])))
        )

    def _create(self, call: Call) -> Answer:
        try:
            fields = call.json()["fields"]
        except (ValueError, TypeError, KeyError):
            fields = None
        if not isinstance(fields, dict):
            return Answer(400, _errors("The request body is not an issue: an object with `fields` is expected."))
        faults = _faults(fields)
        if faults:
            return Answer(400, {"errorMessages": [], "errors": faults})
        with self._lock:
            number, self._next_number = self._next_number, self._next_number + 1
            issue = Issue(
                number,
                fields["summary"],
                fields["issuetype"]["name"],
                "To Do",
                _NOW,
                _NOW,
                DEPLOY_BOT,
                priority="Medium",
                labels=tuple(fields.get("labels", ())),
                description=fields.get("description"),
            )
            self._issues[issue.key] = issue
        return Answer(201, {"id": issue.id, "key": issue.key, "self": _self(call, issue)})

    def _delete(self, call: Call) -> Answer:
        issue = self._issue(call.captures["key"])
        if issue is None:
            return _no_issue()
        with self._lock:
            self._issues.pop(issue.key, None)
        return Answer(204, None)

    def _issue(self, key: str) -> Issue | None:
        with self._lock:
            issues = list(self._issues.values())
        return next((issue for issue in issues if key.upper() == issue.key or key == issue.id), None)


def _errors(message: str) -> dict[str, Any]:
    return {"errorMessages": [message], "errors": {}}


def _no_issue() -> Answer:
    return Answer(404, _errors("Issue does not exist or you do not have permission to see it."))


def _self(call: Call, issue: Issue) -> str:
    return f"{call.base_url}/rest/api/3/issue/{issue.id}"


def _bean(call: Call, issue: Issue, wanted: Sequence[str]) -> dict[str, Any]:
    """The issue with the fields that were asked for; with `id` alone, nothing else comes."""
    if list(wanted) == ["id"]:
        return {"id": issue.id}
    fields = issue.fields(call.base_url)
    is_all = bool({"*all", "*navigable"} & set(wanted))
    kept = {name: value for name, value in fields.items() if (is_all or name in wanted) and f"-{name}" not in wanted}
    return {"expand": "", "id": issue.id, "self": _self(call, issue), "key": issue.key, "fields": kept}


def _names(values: Sequence[str]) -> list[str]:
    return [name.strip() for value in values for name in value.split(",")]


def _page_size(text: str) -> int:
    if re.fullmatch(r"[1-9]\d{0,3}", text) and int(text) <= 5000:
        return int(text)
    raise QueryError("The value of 'maxResults' must be between 1 and 5000.")


def _token(offset: int, jql: str) -> str:
    return base64.urlsafe_b64encode(f"{offset}/{digest('jql', jql, length=12)}".encode()).decode().rstrip("=")


def _offset(token: str, jql: str) -> int:
    """Where the page of `token` starts. Raises QueryError for a token that is not of this query."""
    if not token:
        return 0
    try:
        text = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError):
        text = ""
    offset = text.partition("/")[0]
    if offset.isdecimal() and _token(int(offset), jql) == token:
        return int(offset)
    raise QueryError(f"The provided next page token '{token}' is invalid or expired.")


def _faults(fields: Mapping[str, Any]) -> dict[str, str]:
    """What Jira would not take, by the field it says so of."""
    faults = {
        name: f"Field '{name}' cannot be set. It is not on the appropriate screen, or unknown."
        for name in fields.keys() - {"project", "issuetype", "summary", "description", "labels"}
    }
    project, kind = fields.get("project"), fields.get("issuetype")
    if not isinstance(project, dict) or (project.get("key") != PROJECT_KEY and project.get("id") != PROJECT_ID):
        faults["project"] = "Specify a valid project ID or key"
    elif not isinstance(kind, dict) or kind.get("name") not in ISSUE_TYPES:
        faults["issuetype"] = "Specify a valid issue type"
    if not str(fields.get("summary") or "").strip():
        faults["summary"] = "You must specify a summary of the issue."
    description = fields.get("description")
    if description is not None and not (isinstance(description, dict) and description.get("type") == "doc"):
        faults["description"] = "Operation value must be an Atlassian Document (see the Atlassian Document Format)"
    for label in fields.get("labels", ()):
        if " " in label:
            faults["labels"] = f"The label '{label}' contains spaces which is invalid."
    return faults


_READ: Mapping[str, Callable[[Issue], str | Sequence[str] | None]] = {
    "project": lambda issue: (PROJECT_KEY, PROJECT_ID, PROJECT_NAME),
    "key": lambda issue: issue.key,
    "issuekey": lambda issue: issue.key,
    "status": lambda issue: issue.status,
    "statuscategory": lambda issue: category_name(issue.status),
    "type": lambda issue: issue.type,
    "issuetype": lambda issue: issue.type,
    "priority": lambda issue: issue.priority,
    "assignee": lambda issue: issue.assignee.name if issue.assignee else None,
    "labels": lambda issue: issue.labels,
    "summary": lambda issue: issue.summary,
}
_ORDERS: Mapping[str, Callable[[Issue], Any]] = {
    "created": lambda issue: issue.created,
    "updated": lambda issue: issue.updated,
    "key": lambda issue: issue.number,
}


def _holds(clause: Clause, issue: Issue) -> bool:
    return clause.holds(_READ[clause.field](issue))


def _check(query: Query) -> None:
    """Raise QueryError for a field that there is not, or a project that the account does not see."""
    for name in [clause.field for clause in query.clauses] + ([query.order_by] if query.order_by else []):
        if name not in _READ and name not in _ORDERS:
            raise QueryError(f"Field '{name}' does not exist or you do not have permission to view it.")
    for clause in query.clauses:
        if clause.field not in _READ:
            raise QueryError(f"The field '{clause.field}' cannot be searched for here.")
        known = {name.lower() for name in (PROJECT_KEY, PROJECT_ID, PROJECT_NAME)}
        for value in clause.values if clause.field == "project" else ():
            if value.lower() not in known:
                raise QueryError(f"The value '{value}' does not exist for the field 'project'.")
    if query.order_by and query.order_by not in _ORDERS:
        raise QueryError(f"Issues cannot be put in order by '{query.order_by}' here.")
