"""How devctl calls GitHub."""

from __future__ import annotations

import pytest

from devctl.errors import NotFound, RateLimited
from pactproof import contract


@contract("github.list_pull_requests")
def test_list_pull_requests(github, provider):
    pulls = github.list_pull_requests(provider.params["owner"], provider.params["repo"])

    assert pulls
    assert all(pull.state == "open" and pull.head.ref for pull in pulls)
    return pulls


@contract("github.list_pull_requests", scenario="two_pages")
def test_list_pull_requests_of_two_pages(github, provider):
    pulls = github.list_pull_requests(provider.params["owner"], provider.params["repo"], page_size=3)

    assert len(pulls) > 1
    return pulls


@contract("github.get_pull_request")
def test_get_pull_request(github, provider):
    pull = github.get_pull_request(provider.params["owner"], provider.params["repo"], provider.params["number"])

    assert pull.number == provider.params["number"]
    assert pull.changed_files >= 0
    return pull


@contract("github.get_pull_request", scenario="not_found")
def test_get_pull_request_not_found(github, provider):
    with pytest.raises(NotFound):
        github.get_pull_request(provider.params["owner"], provider.params["repo"], provider.params["number"])


@contract("github.list_workflows")
def test_list_workflows(github, provider):
    workflows = github.list_workflows(provider.params["owner"], provider.params["repo"])

    assert workflows
    assert all(workflow.path.startswith(".github/workflows/") for workflow in workflows)
    return workflows


@contract("github.list_workflows", scenario="rate_limited")
def test_list_workflows_rate_limited(github, provider):
    with pytest.raises(RateLimited, match="API rate limit exceeded"):
        github.list_workflows(provider.params["owner"], provider.params["repo"])
