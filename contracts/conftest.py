"""How devctl's own clients are built for a contract, and how a sandbox gets into the state that one asks for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from devctl.clients.github import GitHubClient
from devctl.clients.grafana import GrafanaClient
from devctl.clients.pagerduty import PagerDutyClient
from pactproof import state

if TYPE_CHECKING:
    from pactproof.pytest_plugin.user_provider import Provider
    from pactproof.sandbox import Sandbox


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
def aws(provider: Provider) -> boto3.Session:
    return boto3.Session(region_name="us-east-1")


# --- provider states: used when recording only ---------------------------------------------------------------


@state("a dashboard exists")
def a_dashboard(sandbox: Sandbox) -> Iterator[dict[str, Any]]:
    board = {"dashboard": {"title": "Checkout latency", "tags": ["checkout"]}, "overwrite": False}
    uid = sandbox.post("/api/dashboards/db", json=board).json()["uid"]
    yield {"uid": uid}
    sandbox.delete(f"/api/dashboards/uid/{uid}")


@state("an annotation may be written")
def an_annotation(sandbox: Sandbox) -> Iterator[dict[str, Any]]:
    yield {"text": "devctl 2.0.1 deployed"}


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


@state("a bucket in eu-west-1")
def a_bucket_in_ireland(sandbox: Sandbox) -> Iterator[dict[str, Any]]:
    yield {"Bucket": "devctl-backups-ireland"}


@state("a bucket with releases")
def a_bucket_with_releases(sandbox: Sandbox) -> Iterator[dict[str, Any]]:
    yield {"Bucket": "devctl-artifacts"}


@state("a repository with images")
def a_repository_with_images(sandbox: Sandbox) -> Iterator[dict[str, Any]]:
    yield {"repositoryName": "devctl/cli"}
