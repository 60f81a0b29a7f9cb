"""The emulators of Jira and Confluence answer as Atlassian's documents say, and as Atlassian is known to."""

from __future__ import annotations

import base64
import secrets
import ssl
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from tests.emulators.atlassian import ACCOUNT
from tests.emulators.confluence import ConfluenceEmulator
from tests.emulators.jira import JiraEmulator
from tests.emulators.server import Emulator
from tests.integration.vendor_documents import faults, response_pointer

TOKEN = secrets.token_hex(20)
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # httpx would load the system's certificates for every client
JQL, ISSUE = "/rest/api/3/search/jql", "/rest/api/3/issue"
CQL, PAGES = "/wiki/rest/api/content/search", "/wiki/api/v2/pages"
ERRORS = "/components/schemas/ErrorCollection"


def consumer(emulator: Emulator) -> httpx.Client:
    return httpx.Client(base_url=emulator.url, auth=(ACCOUNT, TOKEN), trust_env=False, verify=NO_TLS)


@pytest.fixture
def jira() -> Iterator[httpx.Client]:
    with JiraEmulator(TOKEN) as emulator, consumer(emulator) as client:
        yield client


@pytest.fixture
def confluence() -> Iterator[httpx.Client]:
    with ConfluenceEmulator(TOKEN) as emulator, consumer(emulator) as client:
        yield client


@pytest.fixture
def client(request: pytest.FixtureRequest) -> httpx.Client:
    found: httpx.Client = request.getfixturevalue(request.param)
    return found


def new_issue(**fields: Any) -> dict[str, Any]:
    common = {"project": {"key": "SBX"}, "issuetype": {"name": "Task"}, "summary": "Made by a test"}
    return {"fields": common | fields}


def new_page(**members: Any) -> dict[str, Any]:
    body = {"representation": "storage", "value": "<p>Text</p>"}
    return {"spaceId": "1310724", "status": "current", "title": "Made by a test", "body": body} | members


# What the documents say


@pytest.mark.parametrize(
    ("client", "document", "method", "path", "status", "url", "body"),
    [
        ("jira", "jira.json", "GET", JQL, 200, f"{JQL}?jql=project=SBX&fields=*all", None),
        ("jira", "jira.json", "GET", JQL, 200, f"{JQL}?jql=project=SBX&fields=summary,status&maxResults=1", None),
        ("jira", "jira.json", "GET", JQL, 200, f"{JQL}?jql=project=SBX", None),
        *(
            ("jira", "jira.json", "GET", f"{ISSUE}/{{issueIdOrKey}}", 200, f"{ISSUE}/SBX-{number}", None)
            for number in (9, 17, 21, 22)
        ),
        ("jira", "jira.json", "POST", ISSUE, 201, ISSUE, new_issue()),
        ("jira", "jira.json", "POST", ISSUE, 400, ISSUE, new_issue(project={"key": "NOSUCH"})),
        ("confluence", "confluence.json", "GET", CQL, 200, f"{CQL}?cql=space=SBX", None),
        ("confluence", "confluence.json", "GET", CQL, 200, f"{CQL}?cql=space=SBX&expand=space,version&limit=2", None),
        ("confluence", "confluence-v2.json", "GET", "/pages", 200, f"{PAGES}?space-id=1310724", None),
        *(
            (
                "confluence",
                "confluence-v2.json",
                "GET",
                "/pages/{id}",
                200,
                f"{PAGES}/{number}?body-format=storage",
                None,
            )
            for number in (1310731, 1310802, 1311129, 1736716)
        ),
        ("confluence", "confluence-v2.json", "GET", "/pages/{id}", 200, f"{PAGES}/1310802", None),
        ("confluence", "confluence-v2.json", "POST", "/pages", 200, PAGES, new_page()),
    ],
    indirect=["client"],
)
def test_every_answer_is_what_the_vendors_document_says(
    client: httpx.Client, document: str, method: str, path: str, status: int, url: str, body: Any
) -> None:
    pointer = response_pointer(document, method, path, status)
    assert pointer, f"{method} {path} {status} is not documented"

    response = client.request(method, url, json=body)

    assert response.status_code == status
    assert faults(document, pointer, response.json()) == []


@pytest.mark.parametrize(
    ("document", "method", "path", "body", "found"),
    [
        ("jira.json", "GET", JQL, {"issues": [{"id": 10}]}, "/issues/0/id"),
        ("confluence.json", "GET", CQL, {"results": [], "_links": {}}, "/"),
        ("confluence-v2.json", "GET", "/pages/{id}", {"createdAt": "today"}, "/createdAt"),
    ],
)
def test_the_check_against_the_documents_can_fail(document: str, method: str, path: str, body: Any, found: str) -> None:
    pointer = response_pointer(document, method, path, 200)

    assert pointer
    assert [fault.split(": ")[0] for fault in faults(document, pointer, body)] == [found]


JIRA_REFUSALS: list[tuple[str, str, Any, int, str]] = [
    ("GET", f"{ISSUE}/SBX-999", None, 404, "Issue does not exist or you do not have permission to see it."),
    ("DELETE", f"{ISSUE}/SBX-999", None, 404, "Issue does not exist or you do not have permission to see it."),
    ("GET", "/rest/api/3/nowhere", None, 404, "The requested resource does not exist."),
    ("GET", f"{JQL}?jql=project=NOSUCH", None, 400, "The value 'NOSUCH' does not exist for the field 'project'."),
    (
        "GET",
        f"{JQL}?jql=colour=red",
        None,
        400,
        "Field 'colour' does not exist or you do not have permission to view it.",
    ),
    (
        "GET",
        f"{JQL}?jql=project=SBX or",
        None,
        400,
        "Expecting an operator or a field name but got 'or'. (line 1, character 13)",
    ),
    (
        "GET",
        f"{JQL}?jql=order by created",
        None,
        400,
        "Unbounded JQL queries are not allowed here. Please add a search restriction to your query.",
    ),
    (
        "GET",
        f"{JQL}?jql=project=SBX&maxResults=5001",
        None,
        400,
        "The value of 'maxResults' must be between 1 and 5000.",
    ),
    (
        "GET",
        f"{JQL}?jql=project=SBX&nextPageToken=bogus",
        None,
        400,
        "The provided next page token 'bogus' is invalid or expired.",
    ),
    (
        "GET",
        "/rest/api/3/search?jql=project=SBX",
        None,
        410,
        "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API. "
        "A full migration guideline is available at https://developer.atlassian.com/changelog/#CHANGE-2046",
    ),
    ("POST", ISSUE, [], 400, "The request body is not an issue: an object with `fields` is expected."),
]


@pytest.mark.parametrize(("method", "url", "body", "status", "message"), JIRA_REFUSALS)
def test_jira_refuses_in_one_form(
    jira: httpx.Client, method: str, url: str, body: Any, status: int, message: str
) -> None:
    response = jira.request(method, url, json=body)

    assert (response.status_code, response.json()) == (status, {"errorMessages": [message], "errors": {}})
    assert faults("jira.json", ERRORS, response.json()) == []


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"summary": " "}, {"summary": "You must specify a summary of the issue."}),
        ({"issuetype": {"name": "Saga"}}, {"issuetype": "Specify a valid issue type"}),
        (
            {"description": "plain"},
            {"description": "Operation value must be an Atlassian Document (see the Atlassian Document Format)"},
        ),
        ({"labels": ["two words"]}, {"labels": "The label 'two words' contains spaces which is invalid."}),
        (
            {"colour": "red"},
            {"colour": "Field 'colour' cannot be set. It is not on the appropriate screen, or unknown."},
        ),
    ],
)
def test_an_issue_that_jira_does_not_take_is_refused_by_field(
    jira: httpx.Client, fields: dict[str, Any], errors: dict[str, str]
) -> None:
    response = jira.post(ISSUE, json=new_issue(**fields))

    assert (response.status_code, response.json()) == (400, {"errorMessages": [], "errors": errors})


@pytest.mark.parametrize(
    ("method", "url", "body", "status", "code", "title"),
    [
        ("GET", f"{PAGES}/7", None, 404, "NOT_FOUND", "Not Found"),
        ("GET", f"{PAGES}/1311474", None, 404, "NOT_FOUND", "Not Found"),  # a blog post
        ("DELETE", f"{PAGES}/7", None, 404, "NOT_FOUND", "Not Found"),
        ("POST", PAGES, new_page(spaceId="7"), 404, "NOT_FOUND", "Not Found"),
        (
            "POST",
            PAGES,
            new_page(title="When a deploy fails"),
            400,
            "BAD_REQUEST",
            "A page with this title already exists: A page already exists with the same TITLE in this space",
        ),
        (
            "POST",
            PAGES,
            new_page(title=""),
            400,
            "INVALID_MESSAGE",
            "A page with a spaceId, a title and a storage body is expected",
        ),
    ],
)
def test_version_2_of_confluence_refuses_by_a_list_of_errors(
    confluence: httpx.Client, method: str, url: str, body: Any, status: int, code: str, title: str
) -> None:
    response = confluence.request(method, url, json=body)

    error = {"status": status, "code": code, "title": title, "detail": None}
    assert (response.status_code, response.json()) == (status, {"errors": [error]})


@pytest.mark.parametrize("cql", ["", "space", "colour = red", "space = SBX order by colour"])
def test_version_1_of_confluence_refuses_by_a_message(confluence: httpx.Client, cql: str) -> None:
    response = confluence.get(CQL, params={"cql": cql})

    java = "com.atlassian.confluence.api.service.exceptions.api.BadRequestException"
    assert response.status_code == 400
    assert response.json() == {
        "statusCode": 400,
        "data": {"authorized": True, "valid": True, "errors": [], "successful": True},
        "message": f"{java}: Could not parse cql : {cql}",
    }


# Signing in, and limits


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "Basic",
        "Basic ????",
        f"Basic {base64.b64encode(f'another@example.com:{TOKEN}'.encode()).decode()}",
        f"Basic {base64.b64encode(f'{ACCOUNT}:another'.encode()).decode()}",
        "Bearer another",
    ],
    ids=["nothing", "no credentials", "no base64", "another account", "another token", "another bearer"],
)
@pytest.mark.parametrize(
    ("client", "path"), [("jira", JQL), ("confluence", PAGES), ("confluence", CQL)], indirect=["client"]
)
def test_whoever_does_not_sign_in_rightly_is_refused(
    client: httpx.Client, path: str, authorization: str | None
) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}

    response = httpx.get(f"{client.base_url}{path}", headers=headers, trust_env=False, verify=NO_TLS)

    assert response.status_code == 401


@pytest.mark.parametrize(("client", "path"), [("jira", f"{ISSUE}/SBX-9"), ("confluence", PAGES)], indirect=["client"])
def test_a_bearer_is_let_in_too(client: httpx.Client, path: str) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}"}

    response = httpx.get(f"{client.base_url}{path}", headers=headers, trust_env=False, verify=NO_TLS)

    assert response.status_code == 200


@pytest.mark.parametrize(("client", "path"), [("jira", f"{ISSUE}/SBX-9"), ("confluence", PAGES)], indirect=["client"])
def test_the_next_request_meets_the_rate_limit_and_the_one_after_does_not(client: httpx.Client, path: str) -> None:
    client.post("/__emulator__/rate-limit", json={"remaining_requests": 1})

    limited, let_in = client.get(path), client.get(path)

    assert (limited.status_code, limited.headers["retry-after"], let_in.status_code) == (429, "1", 200)


# Searching and paging


def test_fields_come_only_if_they_are_asked_for(jira: httpx.Client) -> None:
    def first(fields: str) -> dict[str, Any]:
        found: dict[str, Any] = jira.get(JQL, params={"jql": "key = SBX-21", "fields": fields}).json()["issues"][0]
        return found

    assert jira.get(JQL, params={"jql": "key = SBX-21"}).json()["issues"] == [{"id": "10347"}]
    assert first("summary,assignee")["fields"] == {"summary": "Rotate the registry's signing key", "assignee": None}
    assert first("*all,-description")["fields"].keys() >= {"summary", "reporter", "labels"}
    assert "description" not in first("*all,-description")["fields"]


def test_issues_are_paged_by_a_token_that_the_last_page_lacks(jira: httpx.Client) -> None:
    asked = {"jql": "project = SBX ORDER BY key ASC", "fields": "summary", "maxResults": "3"}

    first = jira.get(JQL, params=asked).json()
    last = jira.get(JQL, params={**asked, "nextPageToken": first["nextPageToken"]}).json()

    assert [issue["key"] for issue in first["issues"]] == ["SBX-9", "SBX-17", "SBX-21"]
    assert [issue["key"] for issue in last["issues"]] == ["SBX-22"]
    assert (first["isLast"], last["isLast"], "nextPageToken" in last) == (False, True, False)


@pytest.mark.parametrize(
    ("jql", "keys"),
    [
        ("project = sbx", ["SBX-22", "SBX-21", "SBX-17", "SBX-9"]),
        ("project = SBX AND statusCategory != Done ORDER BY created", ["SBX-17", "SBX-21", "SBX-22"]),
        ("labels in (uploads, security) order by key desc", ["SBX-21", "SBX-17"]),
        ("labels not in (uploads, security) AND summary ~ runner", ["SBX-9"]),
        ('summary ~ "signing key"', ["SBX-21"]),
        ("status = 'In Progress' AND type = Bug", ["SBX-17"]),
    ],
)
def test_issues_narrow_by_jql(jira: httpx.Client, jql: str, keys: list[str]) -> None:
    found = jira.get(JQL, params={"jql": jql, "fields": "summary"}).json()["issues"]

    assert [issue["key"] for issue in found] == keys


def test_issues_differ_in_what_is_null_or_absent(jira: httpx.Client) -> None:
    found = jira.get(JQL, params={"jql": "project = SBX", "fields": "*all"}).json()["issues"]
    fields = [issue["fields"] for issue in found]

    assert {one["assignee"] is None for one in fields} == {True, False}
    assert {one["description"] is None for one in fields} == {True, False}
    assert {"priority" in one for one in fields} == {True, False}
    assert {"emailAddress" in one["reporter"] for one in fields} == {True, False}


def test_content_is_paged_by_a_link_below_the_context(confluence: httpx.Client) -> None:
    first = confluence.get(CQL, params={"cql": "space = SBX order by title", "limit": "3"}).json()
    last = confluence.get(f"{first['_links']['context']}{first['_links']['next']}").json()

    assert [one["title"] for one in first["results"]] == [
        "Deploying with devctl",
        "devctl 2.4 is out",
        "Platform sandbox",
    ]
    assert [one["title"] for one in last["results"]] == ["When a deploy fails"]
    assert (first["size"], last["start"], last["size"], "next" in last["_links"]) == (3, 3, 1, False)


def test_a_cursor_of_another_search_is_refused(confluence: httpx.Client) -> None:
    link = confluence.get(CQL, params={"cql": "space = SBX", "limit": "1"}).json()["_links"]["next"]

    assert confluence.get(f"/wiki{link.replace('SBX', 'HND')}").status_code == 400


def test_spaces_and_versions_come_only_if_they_are_asked_for(confluence: httpx.Client) -> None:
    [bare] = confluence.get(CQL, params={"cql": "type = blogpost"}).json()["results"]
    [full] = confluence.get(CQL, params={"cql": "type = blogpost", "expand": "space,version"}).json()["results"]

    assert {"space", "version"} <= bare["_expandable"].keys() - bare.keys()
    assert (full["space"]["key"], full["version"]["number"]) == ("SBX", 1)


# Writing, and taking it back


def test_an_issue_is_found_until_it_is_deleted(jira: httpx.Client) -> None:
    made = jira.post(ISSUE, json=new_issue(labels=["by-a-test"])).json()
    by_label = {"jql": "labels = by-a-test", "fields": "summary"}

    found = jira.get(JQL, params=by_label).json()["issues"]
    deleted = jira.delete(f"{ISSUE}/{made['key']}")

    assert [issue["key"] for issue in found] == [made["key"]] == ["SBX-23"]
    assert (deleted.status_code, deleted.content, "content-length" in deleted.headers) == (204, b"", False)
    assert jira.get(f"{ISSUE}/{made['id']}").status_code == 404
    assert jira.get(JQL, params=by_label).json()["issues"] == []


def test_a_deleted_page_is_in_the_trash_until_it_is_purged(confluence: httpx.Client) -> None:
    number = confluence.post(PAGES, json=new_page()).json()["id"]

    purged_too_early = confluence.delete(f"{PAGES}/{number}?purge=true")
    deleted = confluence.delete(f"{PAGES}/{number}")
    found = confluence.get(PAGES, params={"title": "Made by a test"}).json()["results"]
    again = confluence.post(PAGES, json=new_page())
    purged = confluence.delete(f"{PAGES}/{number}?purge=true")

    assert (purged_too_early.status_code, deleted.status_code, found) == (404, 204, [])
    assert (again.status_code, purged.status_code) == (200, 204)
    assert confluence.delete(f"{PAGES}/{number}?purge=true").status_code == 404


def test_a_page_without_a_parent_is_put_below_the_front_page(confluence: httpx.Client) -> None:
    page = confluence.post(PAGES, json=new_page()).json()

    assert (page["parentId"], page["parentType"], page["version"]["number"]) == ("1310731", "page", 1)
