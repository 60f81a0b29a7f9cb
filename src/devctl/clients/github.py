"""GitHub: pull requests and Actions workflows, over its REST API."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar, Literal

import httpx
from pydantic import AwareDatetime, TypeAdapter

from devctl.clients.http import JsonClient, QueryParams, T, VendorModel, segment

GITHUB_API = "https://api.github.com"


class Account(VendorModel):
    """Who opened a pull request."""

    login: str


class Branch(VendorModel):
    """One end of a pull request. `ref` is the branch's name, "main"."""

    ref: str


class PullRequest(VendorModel):
    """One pull request as lists show it."""

    number: int
    title: str
    state: str
    draft: bool = False  # absent from servers that know no drafts
    user: Account | None  # null where the account is gone
    head: Branch
    base: Branch
    created_at: AwareDatetime
    html_url: str


class PullRequestDetail(PullRequest):
    """One pull request asked for by number."""

    merged: bool
    mergeable: bool | None  # null while GitHub is still working it out
    additions: int
    deletions: int
    changed_files: int


class Workflow(VendorModel):
    """One Actions workflow. `path` is its file in the repository, `state` "active" or a way of being disabled."""

    id: int
    name: str
    path: str
    state: str


class _WorkflowPage(VendorModel):
    workflows: list[Workflow]


_PULL_REQUESTS = TypeAdapter(list[PullRequest])
_PULL_REQUEST = TypeAdapter(PullRequestDetail)
_WORKFLOWS = TypeAdapter(_WorkflowPage)


class GitHubClient(JsonClient):
    """A token's view of GitHub, or of a GitHub Enterprise Server; `JsonClient` says what may be raised."""

    service: ClassVar[str] = "github"
    headers: ClassVar[Mapping[str, str]] = {
        "Accept": "application/vnd.github+json",
        "X-GitHub-Api-Version": "2022-11-28",
    }

    def __init__(self, *, token: str, base_url: str = GITHUB_API, timeout_s: float = 10.0) -> None:
        super().__init__(base_url=base_url, token=token, timeout_s=timeout_s)

    def list_pull_requests(
        self, owner: str, repo: str, *, state: Literal["open", "closed", "all"] = "open", page_size: int = 100
    ) -> list[PullRequest]:
        """Every pull request in this state, newest first, `page_size` (at most 100) in one request."""
        pages = self._pages(
            _PULL_REQUESTS, f"{_repository(owner, repo)}/pulls", [("state", state), ("per_page", page_size)]
        )
        return [pull_request for page in pages for pull_request in page]

    def get_pull_request(self, owner: str, repo: str, number: int) -> PullRequestDetail:
        """One pull request; raises NotFound."""
        return self._get(_PULL_REQUEST, f"{_repository(owner, repo)}/pulls/{segment(number)}")

    def list_workflows(self, owner: str, repo: str) -> list[Workflow]:
        """Every Actions workflow of the repository, disabled ones too."""
        pages = self._pages(_WORKFLOWS, f"{_repository(owner, repo)}/actions/workflows", [("per_page", 100)])
        return [workflow for page in pages for workflow in page.workflows]

    def _pages(self, model: TypeAdapter[T], path: str, params: QueryParams) -> Iterator[T]:
        response = self._send("GET", path, params=params)
        seen = {str(response.url)}
        yield self._read(response, model)
        while (link := self._next_page(response)) is not None:
            if link in seen:
                raise self._unreadable(response, "its next page is one that was read already")
            seen.add(link)
            response = self._send("GET", link)
            yield self._read(response, model)

    def _next_page(self, response: httpx.Response) -> str | None:
        link = response.links.get("next", {}).get("url")
        if link is None:
            return None
        url = response.url.join(link)
        # Every request carries the token, so a link is followed to GitHub's own hosts only.
        if _origin(url) not in (_origin(self._http.base_url), _origin(httpx.URL(GITHUB_API))):
            raise self._unreadable(response, f"its next page is on another host, {url.host}")
        return str(url)


def _repository(owner: str, repo: str) -> str:
    return f"/repos/{segment(owner)}/{segment(repo)}"


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port
