from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.unit.devctl.vendor import Vendor

from devctl.clients import ConfluenceClient, JiraClient
from devctl.clients.jira import CreatedIssue, Issue, IssueDetail
from devctl.errors import ApiError, NotFound, Unauthorized, UnreadableAnswerError, UnusableTokenError

USER = "ada@example.com"
FIELDS = "summary%2Cstatus%2Cissuetype%2Cpriority%2Cassignee%2Ccreated"
SEARCH = f"/rest/api/3/search/jql?jql=project+%3D+OPS&fields={FIELDS}&maxResults=50"
ISSUE = f"/rest/api/3/issue/OPS-24?fields={FIELDS}%2Cdescription%2Clabels"


def issue(number: int, **fields: Any) -> dict[str, Any]:
    common = {
        "summary": "Nightly backup failed",
        "status": {"id": "3", "name": "In Progress"},
        "issuetype": {"id": "10002", "name": "Task", "subtask": False},
        "priority": {"id": "2", "name": "High"},
        "assignee": {"accountId": "5b10a2844c20165700ede21g", "displayName": "Ada Byron"},
        "created": "2026-01-05T11:00:00.000+0100",
    }
    return {"id": str(10000 + number), "key": f"OPS-{number}", "expand": "", "fields": common | fields}


@pytest.fixture
def jira(vendor: Vendor, token: str) -> Iterator[JiraClient]:
    with JiraClient(base_url=vendor.url, user=USER, token=token) as client:
        yield client


def test_issues_are_read_with_what_is_used_of_them(vendor: Vendor, jira: JiraClient) -> None:
    vendor.answers("GET", SEARCH, {"issues": [issue(24)], "isLast": True})

    assert jira.search_issues("project = OPS") == [
        Issue(
            id="10024",
            key="OPS-24",
            summary="Nightly backup failed",
            status="In Progress",
            type="Task",
            priority="High",
            assignee="Ada Byron",
            created=datetime(2026, 1, 5, 10, tzinfo=UTC),
        )
    ]


def test_an_issue_may_have_neither_assignee_nor_priority(vendor: Vendor, jira: JiraClient) -> None:
    bare = issue(24, assignee=None)
    del bare["fields"]["priority"]
    vendor.answers("GET", SEARCH, {"issues": [bare]})

    [found] = jira.search_issues("project = OPS")

    assert (found.assignee, found.priority) == (None, None)


def test_pages_are_asked_for_by_token_until_there_is_none(vendor: Vendor, jira: JiraClient) -> None:
    first = SEARCH.replace("maxResults=50", "maxResults=1")
    vendor.answers("GET", first, {"issues": [issue(3)], "nextPageToken": "b/2"})
    vendor.answers("GET", f"{first}&nextPageToken=b%2F2", {"issues": [issue(2)], "nextPageToken": "c"})
    vendor.answers("GET", f"{first}&nextPageToken=c", {"issues": [issue(1)], "nextPageToken": None, "isLast": True})

    found = jira.search_issues("project = OPS", page_size=1)

    assert [one.key for one in found] == ["OPS-3", "OPS-2", "OPS-1"]


def test_a_token_that_comes_back_ends_in_an_error_rather_than_never(vendor: Vendor, jira: JiraClient) -> None:
    vendor.answers("GET", SEARCH, {"issues": [], "nextPageToken": "b"})
    vendor.answers("GET", f"{SEARCH}&nextPageToken=b", {"issues": [], "nextPageToken": "b"})

    with pytest.raises(UnreadableAnswerError) as caught:
        jira.search_issues("project = OPS")

    assert str(caught.value) == "jira answered 200: its next page is one that was read already"


def test_an_issue_comes_with_its_text_and_its_labels(vendor: Vendor, jira: JiraClient) -> None:
    words = {
        "type": "doc",
        "version": 1,
        "content": [{"type": "paragraph", "content": [{"type": "text", "text": "Why"}]}],
    }
    vendor.answers("GET", ISSUE, issue(24, description=words, labels=["backup", "night"]))

    found = jira.get_issue("OPS-24")

    assert isinstance(found, IssueDetail)
    assert (found.key, found.description, found.labels) == ("OPS-24", "Why", ("backup", "night"))


def test_an_issue_may_have_no_description(vendor: Vendor, jira: JiraClient) -> None:
    vendor.answers("GET", ISSUE, issue(24, description=None, labels=[]))

    found = jira.get_issue("OPS-24")

    assert (found.description, found.labels) == (None, ())


def test_a_key_stays_one_segment_of_the_path(vendor: Vendor, jira: JiraClient) -> None:
    with pytest.raises(ApiError):
        jira.get_issue("../myself?x")

    assert [target.partition("?")[0] for target in vendor.targets] == ["/rest/api/3/issue/..%2Fmyself%3Fx"]


@pytest.mark.parametrize(
    ("extras", "sent"),
    [
        pytest.param({}, {"issuetype": {"name": "Task"}}, id="summary-alone"),
        pytest.param(
            {"issue_type": "Bug", "description": "It failed.", "labels": ("night",)},
            {
                "issuetype": {"name": "Bug"},
                "description": {
                    "type": "doc",
                    "version": 1,
                    "content": [{"type": "paragraph", "content": [{"type": "text", "text": "It failed."}]}],
                },
                "labels": ["night"],
            },
            id="everything",
        ),
    ],
)
def test_a_new_issue_sends_what_it_was_given_and_returns_its_key(
    vendor: Vendor, jira: JiraClient, extras: dict[str, Any], sent: dict[str, Any]
) -> None:
    vendor.answers("POST", "/rest/api/3/issue", {"id": "10024", "key": "OPS-24", "self": "…"}, status=201)

    created = jira.create_issue("OPS", "Nightly backup failed", **extras)

    assert created == CreatedIssue(id="10024", key="OPS-24")
    [asked] = vendor.asked
    assert json.loads(asked.body) == {"fields": {"project": {"key": "OPS"}, "summary": "Nightly backup failed", **sent}}


@pytest.mark.parametrize(
    ("status", "body", "kind", "told"),
    [
        pytest.param(
            400,
            {"errorMessages": ["The value 'X' does not exist for the field 'project'.", "And more."]},
            ApiError,
            "jira answered 400: The value 'X' does not exist for the field 'project'.; And more.",
            id="general",
        ),
        pytest.param(
            400,
            {"errorMessages": [], "errors": {"summary": "You must specify a summary.", "labels": "No spaces."}},
            ApiError,
            "jira answered 400: summary: You must specify a summary.; labels: No spaces.",
            id="by-field",
        ),
        pytest.param(
            404,
            {"errorMessages": ["Issue does not exist or you do not have permission to see it."], "errors": {}},
            NotFound,
            "jira answered 404: Issue does not exist or you do not have permission to see it.",
            id="not-found-or-hidden",
        ),
        pytest.param(
            401, {"message": "Log in", "status-code": 401}, Unauthorized, "jira answered 401: Log in", id="401"
        ),
        pytest.param(400, {"errorMessages": [], "errors": {}}, ApiError, "jira answered 400: Bad Request", id="silent"),
        pytest.param(400, ["odd"], ApiError, "jira answered 400: Bad Request", id="another-shape"),
    ],
)
def test_a_refusal_is_told_in_jiras_words(
    vendor: Vendor, jira: JiraClient, status: int, body: object, kind: type[ApiError], told: str
) -> None:
    vendor.answers("GET", SEARCH, body, status=status)

    with pytest.raises(ApiError) as caught:
        jira.search_issues("project = OPS")

    assert type(caught.value) is kind
    assert str(caught.value) == told


# Signing in, for Confluence too


@pytest.mark.parametrize("client", [JiraClient, ConfluenceClient])
def test_a_user_signs_in_with_the_token_as_the_password(
    vendor: Vendor, token: str, client: type[JiraClient | ConfluenceClient]
) -> None:
    with client(base_url=vendor.url, user=USER, token=token) as atlassian, pytest.raises(ApiError):
        atlassian._send("GET", "/anything")

    assert vendor.asked[0].headers["Authorization"] == f"Basic {b64encode(f'{USER}:{token}'.encode()).decode()}"


def test_without_a_user_the_token_is_a_bearer(vendor: Vendor, token: str) -> None:
    vendor.answers("GET", SEARCH, {"issues": []})

    with JiraClient(base_url=vendor.url, token=token) as jira:
        jira.search_issues("project = OPS")

    assert vendor.asked[0].headers["Authorization"] == f"Bearer {token}"


def test_neither_token_nor_credentials_are_shown(vendor: Vendor, jira: JiraClient, token: str) -> None:
    credentials = b64encode(f"{USER}:{token}".encode()).decode()
    vendor.answers("GET", SEARCH, {"errorMessages": [f"Basic {credentials} is {token}"]}, status=401)

    with pytest.raises(Unauthorized) as caught:
        jira.search_issues("project = OPS")

    assert str(caught.value) == "jira answered 401: Basic [token] is [token]"
    assert USER not in repr(jira)
    assert token not in repr(jira)


@pytest.mark.parametrize(
    "user", ["", "ada:byron@example.com", "ada@example.com\n"], ids=["empty", "colon", "line-break"]
)
@pytest.mark.parametrize("client", [JiraClient, ConfluenceClient])
def test_a_user_that_basic_authentication_cannot_hold_is_refused(
    token: str, user: str, client: type[JiraClient | ConfluenceClient]
) -> None:
    with pytest.raises(UnusableTokenError) as caught:
        client(base_url="http://127.0.0.1:9", user=user, token=token)

    assert str(caught.value) == f"{client.service}: the user of the token is empty, or holds a colon or a line break"
