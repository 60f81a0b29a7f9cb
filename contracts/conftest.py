"""How devctl's own clients are built for a contract, and how a sandbox gets into the state that one asks for."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import boto3
import botocore.session
import pytest
from botocore.loaders import Loader, create_loader

from devctl.clients.argocd import ArgoCDClient
from devctl.clients.atlassian import basic_credentials
from devctl.clients.confluence import ConfluenceClient
from devctl.clients.github import GitHubClient
from devctl.clients.grafana import GrafanaClient
from devctl.clients.jira import JiraClient
from devctl.clients.pagerduty import PagerDutyClient
from devctl.clients.slack import SlackClient
from pactproof import state

if TYPE_CHECKING:
    from pactproof.pytest_plugin.user_provider import Provider
    from pactproof.sandbox import Sandbox, SandboxResponse


@pytest.fixture
def grafana(provider: Provider) -> Iterator[GrafanaClient]:
    token = str(provider.params.get("token", provider.token))
    with GrafanaClient(base_url=provider.url, token=token) as client:
        yield client


@pytest.fixture
def github(provider: Provider) -> Iterator[GitHubClient]:
    with GitHubClient(base_url=provider.url, token=provider.token) as client:
        yield client


@pytest.fixture
def pagerduty(provider: Provider) -> Iterator[PagerDutyClient]:
    with PagerDutyClient(base_url=provider.url, token=provider.token) as client:
        yield client


@pytest.fixture
def argocd(provider: Provider) -> Iterator[ArgoCDClient]:
    token = str(provider.params.get("token", provider.token))
    with ArgoCDClient(base_url=provider.url, token=token) as client:
        yield client


@pytest.fixture
def slack(provider: Provider) -> Iterator[SlackClient]:
    token = str(provider.params.get("token", provider.token))
    with SlackClient(base_url=provider.url, token=token) as client:
        yield client


# Whose API tokens they are: that of Jira and that of Confluence belong to one Atlassian account.
ATLASSIAN_USER = os.environ.get("ATLASSIAN_SANDBOX_USER") or "devctl@example.com"


@pytest.fixture
def jira(provider: Provider) -> Iterator[JiraClient]:
    with JiraClient(base_url=provider.url, user=ATLASSIAN_USER, token=provider.token) as client:
        yield client


@pytest.fixture
def confluence(provider: Provider) -> Iterator[ConfluenceClient]:
    with ConfluenceClient(base_url=provider.url, user=ATLASSIAN_USER, token=provider.token) as client:
        yield client


@pytest.fixture(scope="session")
def aws_models() -> Loader:
    """botocore's files, read once: each session would read them anew, which takes 0.1 s a client."""
    return create_loader()


@pytest.fixture
def aws(provider: Provider, aws_models: Loader) -> boto3.Session:
    session = botocore.session.get_session()
    session.register_component("data_loader", aws_models)
    return boto3.Session(botocore_session=session, region_name="us-east-1")


# --- provider states: used when recording only ---------------------------------------------------------------


@state("a dashboard exists")
def a_dashboard(sandbox: Sandbox) -> Iterator[dict[str, Any]]:
    board = {"dashboard": {"title": "Checkout latency", "tags": ["checkout"]}, "overwrite": False}
    uid = sandbox.post("/api/dashboards/db", json=board).json()["uid"]
    yield {"uid": uid}
    sandbox.delete(f"/api/dashboards/uid/{uid}")


@state("an annotation may be written")
def an_annotation(sandbox: Sandbox) -> Iterator[dict[str, Any]]:
    text = "devctl 2.0.1 deployed"
    before = _annotation_ids(sandbox, text)
    yield {"text": text}
    for number in _annotation_ids(sandbox, text) - before:
        sandbox.delete(f"/api/annotations/{number}").raise_for_status()


def _annotation_ids(sandbox: Sandbox, text: str) -> set[int]:
    wanted = {"tags": ["deploy", "devctl"], "type": "annotation", "limit": 1000}
    found = sandbox.get("/api/annotations", params=wanted).raise_for_status().json()
    return {annotation["id"] for annotation in found if annotation["text"] == text}


@state("a repository with open pull requests")
def a_repository_with_pull_requests(sandbox: Sandbox) -> Iterator[dict[str, Any]]:
    yield {"owner": "octo-labs", "repo": "devctl-sandbox", "number": 57}


@state("a repository without that pull request")
def a_repository_without_that_pull_request(sandbox: Sandbox) -> Iterator[dict[str, Any]]:
    yield {"owner": "octo-labs", "repo": "devctl-sandbox"}


@state("a repository with more pull requests than fit on one page")
def a_repository_with_two_pages(sandbox: Sandbox) -> Iterator[dict[str, Any]]:
    yield {"owner": "octo-labs", "repo": "devctl-sandbox"}


@state("a repository with workflows")
def a_repository_with_workflows(sandbox: Sandbox) -> Iterator[dict[str, Any]]:
    yield {"owner": "octo-labs", "repo": "devctl-sandbox"}


@state("the rate limit is used up")
def no_requests_left(sandbox: Sandbox) -> Iterator[dict[str, Any]]:
    # Only an emulator can be put into this state on demand.
    sandbox.post("/__emulator__/rate-limit", json={"remaining_requests": 1})
    yield {}
    sandbox.post("/__emulator__/rate-limit", json={"remaining_requests": 0})


@state("an incident exists")
def an_incident(sandbox: Sandbox) -> Iterator[dict[str, Any]]:
    yield {"id": "Q1RZ8NCVB5T0LM"}


@state("an application exists")
def an_application(sandbox: Sandbox) -> Iterator[dict[str, Any]]:
    yield {"name": "checkout-web"}


@state("an application with several sources exists")
def an_application_with_several_sources(sandbox: Sandbox) -> Iterator[dict[str, Any]]:
    yield {"name": "ledger"}


@state("applications of several projects exist")
def applications_of_several_projects(sandbox: Sandbox) -> Iterator[dict[str, Any]]:
    yield {"project": "payments", "selector": "tier=web"}


@state("an application may be synced")
def an_application_to_sync(sandbox: Sandbox) -> Iterator[dict[str, Any]]:
    with _own_application(sandbox) as (name, revision):
        yield {"name": name, "revision": revision}


@state("an application that is being synced")
def an_application_in_a_sync(sandbox: Sandbox) -> Iterator[dict[str, Any]]:
    with _own_application(sandbox) as (name, revision):
        # Argo CD takes seconds for a sync, and starts no other before it is over.
        sandbox.post(f"{_APPLICATIONS}/{name}/sync", json={"revision": revision}).raise_for_status()
        yield {"name": name, "revision": revision}


_APPLICATIONS = "/api/v1/applications"
_OWN_APPLICATION = {
    "metadata": {"name": "devctl-contract"},
    "spec": {
        "project": "default",
        "source": {
            "repoURL": "https://github.com/octo-labs/deployments.git",
            "path": "apps/devctl-contract",
            "targetRevision": "main",
        },
        "destination": {"server": "https://kubernetes.default.svc", "namespace": "devctl-contract"},
    },
}


@contextmanager
def _own_application(sandbox: Sandbox) -> Iterator[tuple[str, str]]:
    """An application that is there for one scenario, as its name and its target revision's commit.

    A rollback would be one more sync, and stand in the history beside the one it takes back; with the application
    goes all that was done to it, in the cluster too.
    """
    sandbox.post(_APPLICATIONS, json=_OWN_APPLICATION).raise_for_status()
    url, project = f"{_APPLICATIONS}/devctl-contract", {"project": "default"}
    try:
        _wait(lambda: sandbox.get(url, params=project).json()["status"]["sync"].get("revision"), "compared")
        found = sandbox.get(url, params=project).raise_for_status().json()
        yield found["metadata"]["name"], found["status"]["sync"]["revision"]
    finally:
        sandbox.delete(f"{url}/operation", params=project)  # refused where none runs, which is as good
        sandbox.delete(url, params={**project, "cascade": "true"}).raise_for_status()
        _wait(lambda: sandbox.get(url, params=project).status_code in (403, 404), "gone")


def _wait(is_done: Callable[[], Any], what: str, timeout_s: float = 60) -> None:
    until = time.monotonic() + timeout_s
    while not is_done():
        assert time.monotonic() < until, f"after {timeout_s:g} s the application is not {what}"
        time.sleep(1)


@state("a channel that devctl may write to")
def a_channel_to_write_to(sandbox: Sandbox) -> Iterator[dict[str, Any]]:
    channel, text = "C04RDEPLOYS", "devctl 2.3.1 deployed to production"
    newest = _messages(sandbox, channel, limit=1)
    yield {"channel": channel, "text": text}
    for message in _messages(sandbox, channel, oldest=newest[0]["ts"] if newest else None):
        if message["text"] == text and "bot_id" in message:
            written = {"channel": channel, "ts": message["ts"]}
            _slack_answer(sandbox.post("/chat.delete", json=written, headers=_WITH_CHARSET))


_WITH_CHARSET = {"Content-Type": "application/json; charset=utf-8"}


def _messages(sandbox: Sandbox, channel: str, **more: Any) -> list[Any]:
    """The channel's messages, newest first."""
    answer = _slack_answer(sandbox.get("/conversations.history", params={"channel": channel, **more}))
    return list(answer["messages"])


def _slack_answer(response: SandboxResponse) -> dict[str, Any]:
    answer = dict(response.raise_for_status().json())
    assert answer["ok"], f"{response}: {answer['error']}"  # a refusal of Slack's has status 200
    return answer


@state("no such channel")
def no_such_channel(sandbox: Sandbox) -> Iterator[dict[str, Any]]:
    yield {}  # nothing is written where nobody can write to


@state("open issues exist")
def open_issues(sandbox: Sandbox) -> Iterator[dict[str, Any]]:
    yield {"jql": "project = SBX AND statusCategory != Done ORDER BY created DESC"}


@state("more open issues exist than fit on one page")
def two_pages_of_open_issues(sandbox: Sandbox) -> Iterator[dict[str, Any]]:
    yield {"jql": "project = SBX AND statusCategory != Done ORDER BY created DESC"}


@state("an issue exists")
def an_issue(sandbox: Sandbox) -> Iterator[dict[str, Any]]:
    yield {"key": "SBX-17"}


@state("issues may be created in a project")
def a_project_for_issues(sandbox: Sandbox) -> Iterator[dict[str, Any]]:
    _sign_in(sandbox)
    _delete_marked_issues(sandbox)  # what a run that was killed left behind
    yield {"project_key": "SBX", "summary": "Release 2.3.1 waits for an approval", "label": _MARK}
    # Jira finds a new issue some seconds after it was made; nothing tells when.
    for _ in range(3):
        if _delete_marked_issues(sandbox):
            break
        time.sleep(1)


@state("no such project")
def no_such_project(sandbox: Sandbox) -> Iterator[dict[str, Any]]:
    yield {}


_MARK = "devctl-contract"


def _sign_in(sandbox: Sandbox) -> None:
    sandbox.headers["Authorization"] = f"Basic {basic_credentials(ATLASSIAN_USER, sandbox.token)}"


def _delete_marked_issues(sandbox: Sandbox) -> int:
    """Delete what carries the label that contract runs alone use. Returns how many issues there were."""
    asked = {"jql": f"project = SBX AND labels = {_MARK}", "fields": "id"}
    issues = sandbox.get("/rest/api/3/search/jql", params=asked).raise_for_status().json()["issues"]
    for issue in issues:
        sandbox.delete(f"/rest/api/3/issue/{issue['id']}").raise_for_status()
    return len(issues)


@state("pages exist")
def pages(sandbox: Sandbox) -> Iterator[dict[str, Any]]:
    yield {"cql": "space = SBX and type = page order by title"}


@state("more content exists than fits on one page")
def two_pages_of_content(sandbox: Sandbox) -> Iterator[dict[str, Any]]:
    yield {"cql": "space = SBX order by created desc"}


@state("a page exists")
def a_page(sandbox: Sandbox) -> Iterator[dict[str, Any]]:
    yield {"id": "1310802"}


@state("a page may be created in a space")
def a_space_for_pages(sandbox: Sandbox) -> Iterator[dict[str, Any]]:
    _sign_in(sandbox)
    _delete_pages(sandbox, _OWN_TITLE)  # what a run that was killed left behind
    yield {"space_id": _SPACE_ID, "title": _OWN_TITLE}
    _delete_pages(sandbox, _OWN_TITLE)


@state("a page of that title exists")
def a_page_of_that_title(sandbox: Sandbox) -> Iterator[dict[str, Any]]:
    _sign_in(sandbox)
    _delete_pages(sandbox, _OWN_TITLE)
    text = {"representation": "storage", "value": "<p>Was here first.</p>"}
    page = {"spaceId": _SPACE_ID, "status": "current", "title": _OWN_TITLE, "body": text}
    sandbox.post(_PAGES, json=page).raise_for_status()
    yield {"space_id": _SPACE_ID, "title": _OWN_TITLE}
    _delete_pages(sandbox, _OWN_TITLE)


_PAGES, _SPACE_ID = "/wiki/api/v2/pages", "1310724"
_OWN_TITLE = "devctl contract: deploy of 2.3.1"


def _delete_pages(sandbox: Sandbox, title: str) -> None:
    """Delete the space's page of this title, and out of the trash as well: what is there stays found by its id."""
    asked = {"space-id": _SPACE_ID, "title": title}
    for page in sandbox.get(_PAGES, params=asked).raise_for_status().json()["results"]:
        sandbox.delete(f"{_PAGES}/{page['id']}").raise_for_status()
        sandbox.delete(f"{_PAGES}/{page['id']}", params={"purge": "true"}).raise_for_status()


@state("a bucket in eu-west-1")
def a_bucket_in_ireland(sandbox: Sandbox) -> Iterator[dict[str, Any]]:
    yield {"Bucket": "devctl-backups-ireland"}


@state("a bucket with releases")
def a_bucket_with_releases(sandbox: Sandbox) -> Iterator[dict[str, Any]]:
    yield {"Bucket": "devctl-artifacts"}


@state("a repository with images")
def a_repository_with_images(sandbox: Sandbox) -> Iterator[dict[str, Any]]:
    yield {"repositoryName": "devctl/cli"}
