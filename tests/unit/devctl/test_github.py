from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from tests.unit.devctl.vendor import Vendor

from devctl.clients import GitHubClient
from devctl.clients.github import Account, Branch, PullRequest, PullRequestDetail, Workflow
from devctl.errors import UnreadableAnswerError

PULLS = "/repos/octo/app/pulls?state=open&per_page=100"
WORKFLOWS = "/repos/octo/app/actions/workflows?per_page=100"


def pull_request(number: int) -> dict[str, object]:
    return {
        "number": number,
        "title": "Add a thing",
        "state": "open",
        "draft": True,
        "user": {"login": "octocat", "id": 1},
        "head": {"ref": "add-a-thing", "sha": "6dcb09b"},
        "base": {"ref": "main", "sha": "c3d0be4"},
        "created_at": "2026-01-05T10:00:00Z",
        "html_url": f"https://github.com/octo/app/pull/{number}",
    }


def link_to(url: str) -> dict[str, str]:
    return {"Link": f'<{url}>; rel="next", <{url}&last>; rel="last"'}


@pytest.fixture
def github(vendor: Vendor, token: str) -> Iterator[GitHubClient]:
    with GitHubClient(base_url=vendor.url, token=token) as client:
        yield client


def test_pull_requests_are_read_with_what_is_used_of_them(vendor: Vendor, github: GitHubClient) -> None:
    vendor.answers("GET", PULLS, [pull_request(7)])

    assert github.list_pull_requests("octo", "app") == [
        PullRequest(
            number=7,
            title="Add a thing",
            state="open",
            draft=True,
            user=Account(login="octocat"),
            head=Branch(ref="add-a-thing"),
            base=Branch(ref="main"),
            created_at=datetime(2026, 1, 5, 10, tzinfo=UTC),
            html_url="https://github.com/octo/app/pull/7",
        )
    ]


def test_pages_are_followed_by_their_absolute_links_to_the_last(vendor: Vendor, github: GitHubClient) -> None:
    second, third = (f"/repositories/1/pulls?state=closed&per_page=1&page={page}" for page in (2, 3))
    vendor.answers(
        "GET", "/repos/octo/app/pulls?state=closed&per_page=1", [pull_request(3)], headers=link_to(vendor.url + second)
    )
    vendor.answers("GET", second, [pull_request(2)], headers=link_to(vendor.url + third))
    vendor.answers("GET", third, [pull_request(1)], headers={"Link": f'<{vendor.url}{second}>; rel="prev"'})

    found = github.list_pull_requests("octo", "app", state="closed", page_size=1)

    assert [one.number for one in found] == [3, 2, 1]


def test_every_page_is_asked_for_with_the_same_headers(vendor: Vendor, github: GitHubClient, token: str) -> None:
    second = "/repositories/1/pulls?page=2"
    vendor.answers("GET", PULLS, [], headers=link_to(vendor.url + second))
    vendor.answers("GET", second, [])

    github.list_pull_requests("octo", "app")

    assert [
        (asked.headers["Authorization"], asked.headers["Accept"], asked.headers["X-GitHub-Api-Version"])
        for asked in vendor.asked
    ] == [(f"Bearer {token}", "application/vnd.github+json", "2022-11-28")] * 2


def test_a_link_to_another_host_is_not_followed_with_the_token(vendor: Vendor, github: GitHubClient) -> None:
    vendor.answers("GET", PULLS, [], headers=link_to("https://elsewhere.test/pulls?page=2"))

    with pytest.raises(UnreadableAnswerError) as caught:
        github.list_pull_requests("octo", "app")

    assert str(caught.value) == "github answered 200: its next page is on another host, elsewhere.test"


def test_a_link_that_leads_back_ends_in_an_error_rather_than_never(vendor: Vendor, github: GitHubClient) -> None:
    vendor.answers("GET", PULLS, [], headers=link_to(vendor.url + PULLS))

    with pytest.raises(UnreadableAnswerError) as caught:
        github.list_pull_requests("octo", "app")

    assert str(caught.value) == "github answered 200: its next page is one that was read already"


def test_a_pull_request_may_have_lost_its_author_and_know_no_drafts(vendor: Vendor, github: GitHubClient) -> None:
    orphan = {**pull_request(7), "user": None}
    del orphan["draft"]
    vendor.answers("GET", PULLS, [orphan])

    [found] = github.list_pull_requests("octo", "app")

    assert (found.user, found.draft) == (None, False)


@pytest.mark.parametrize("mergeable", [True, False, None])
def test_a_single_pull_request_tells_its_size_and_whether_it_merges(
    vendor: Vendor, github: GitHubClient, mergeable: bool | None
) -> None:
    detail = {"merged": False, "mergeable": mergeable, "additions": 10, "deletions": 3, "changed_files": 2}
    vendor.answers("GET", "/repos/octo/app/pulls/7", pull_request(7) | detail)

    found = github.get_pull_request("octo", "app", 7)

    assert isinstance(found, PullRequestDetail)
    assert (found.number, found.merged, found.mergeable) == (7, False, mergeable)
    assert (found.additions, found.deletions, found.changed_files) == (10, 3, 2)


def test_workflows_of_every_page_are_listed(vendor: Vendor, github: GitHubClient) -> None:
    first = {"id": 1, "name": "CI", "path": ".github/workflows/ci.yml", "state": "active", "node_id": "W_1"}
    second = {**first, "id": 2, "state": "disabled_manually"}
    more = "/repositories/1/actions/workflows?per_page=100&page=2"
    vendor.answers("GET", WORKFLOWS, {"total_count": 2, "workflows": [first]}, headers=link_to(vendor.url + more))
    vendor.answers("GET", more, {"total_count": 2, "workflows": [second]})

    assert github.list_workflows("octo", "app") == [
        Workflow(id=1, name="CI", path=".github/workflows/ci.yml", state="active"),
        Workflow(id=2, name="CI", path=".github/workflows/ci.yml", state="disabled_manually"),
    ]


def test_the_address_of_github_itself_is_the_default(token: str) -> None:
    with GitHubClient(token=token) as client:
        assert repr(client) == "GitHubClient(base_url='https://api.github.com')"
