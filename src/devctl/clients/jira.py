"""Jira: issues, over the REST API v3 of Jira Cloud."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, ClassVar

from pydantic import AliasPath, AwareDatetime, BeforeValidator, Field, TypeAdapter

from devctl.clients.adf import document, plain_text
from devctl.clients.atlassian import AtlassianClient
from devctl.clients.http import QueryParams, VendorModel, segment

_LISTED = ("summary", "status", "issuetype", "priority", "assignee", "created")
_DETAILED = (*_LISTED, "description", "labels")


class Issue(VendorModel):
    """One issue as a search shows it. `status`, `type` and `priority` are the names that the project gave them."""

    id: str
    key: str
    summary: str = Field(validation_alias=AliasPath("fields", "summary"))
    status: str = Field(validation_alias=AliasPath("fields", "status", "name"))
    type: str = Field(validation_alias=AliasPath("fields", "issuetype", "name"))
    created: AwareDatetime = Field(validation_alias=AliasPath("fields", "created"))
    # Null where nobody is assigned; absent from projects whose issues have no priority.
    priority: str | None = Field(default=None, validation_alias=AliasPath("fields", "priority", "name"))
    assignee: str | None = Field(default=None, validation_alias=AliasPath("fields", "assignee", "displayName"))


class IssueDetail(Issue):
    """One issue asked for by key; `description` is its text without formatting, None where there is none."""

    description: Annotated[str | None, BeforeValidator(plain_text)] = Field(
        default=None, validation_alias=AliasPath("fields", "description")
    )
    labels: tuple[str, ...] = Field(default=(), validation_alias=AliasPath("fields", "labels"))


class CreatedIssue(VendorModel):
    """What Jira tells of an issue that it has just made."""

    id: str
    key: str


class _IssuePage(VendorModel):
    issues: list[Issue]
    next_page_token: str | None = Field(default=None, validation_alias="nextPageToken")  # absent from the last page


_ISSUES = TypeAdapter(_IssuePage)
_ISSUE = TypeAdapter(IssueDetail)
_CREATED = TypeAdapter(CreatedIssue)


class JiraClient(AtlassianClient):
    """An account's view of one Jira site; `AtlassianClient` says how it signs in.

    Jira Data Center speaks an older version of this API and is not served here.
    """

    service: ClassVar[str] = "jira"

    def search_issues(self, jql: str, *, page_size: int = 50) -> list[Issue]:
        """Every issue that `jql` finds, in its order, `page_size` (at most 5000, Jira may give fewer) in one request.

        `jql` has to restrict the search: "order by created" alone is refused, as is a faulty one, with status 400.
        """
        asked: QueryParams = (("jql", jql), ("fields", ",".join(_LISTED)), ("maxResults", page_size))
        return [issue for page in self._pages(asked) for issue in page.issues]

    def get_issue(self, key: str) -> IssueDetail:
        """One issue, by its key ("OPS-24") or id; raises NotFound, also where the account may not see it."""
        return self._get(_ISSUE, f"/rest/api/3/issue/{segment(key)}", [("fields", ",".join(_DETAILED))])

    def create_issue(
        self,
        project_key: str,
        summary: str,
        *,
        issue_type: str = "Task",
        description: str = "",
        labels: Sequence[str] = (),
    ) -> CreatedIssue:
        """Open an issue. A project, a type or a field that Jira does not take is refused with status 400.

        description: plain text; an empty line starts a paragraph
        labels:      single words, Jira takes no spaces in them
        """
        fields: dict[str, Any] = {
            "project": {"key": project_key},
            "issuetype": {"name": issue_type},
            "summary": summary,
        }
        if description:
            fields["description"] = document(description)
        if labels:
            fields["labels"] = list(labels)
        return self._read(self._send("POST", "/rest/api/3/issue", body={"fields": fields}), _CREATED)

    def _pages(self, asked: QueryParams) -> Iterator[_IssuePage]:
        token, seen = None, set[str]()
        while True:
            params = asked if token is None else [*asked, ("nextPageToken", token)]
            response = self._send("GET", "/rest/api/3/search/jql", params=params)
            page = self._read(response, _ISSUES)
            yield page
            if (token := page.next_page_token) is None:
                return
            if token in seen:
                raise self._unreadable(response, "its next page is one that was read already")
            seen.add(token)

    def _vendor_message(self, body: object) -> str | None:
        """The general messages, then those about a field: "project: Specify a valid project ID or key"."""
        if not isinstance(body, dict):
            return None
        general, by_field = body.get("errorMessages"), body.get("errors")
        words = [str(text) for text in general] if isinstance(general, list) else []
        if isinstance(by_field, dict):
            words += [f"{name}: {text}" for name, text in by_field.items()]
        return "; ".join(words) or super()._vendor_message(body)
