"""How devctl calls Jira."""

from __future__ import annotations

import pytest

from devctl.errors import ApiError, NotFound
from pactproof import contract


@contract("jira.search_issues")
def test_search_issues(jira, provider):
    issues = jira.search_issues(provider.params["jql"])

    assert issues
    assert all(issue.summary and issue.status and issue.type for issue in issues)
    assert all(issue.created.tzinfo is not None for issue in issues)
    return issues


@contract("jira.search_issues", scenario="two_pages")
def test_search_issues_of_two_pages(jira, provider):
    issues = jira.search_issues(provider.params["jql"], page_size=2)

    assert len(issues) > 1
    return issues


@contract("jira.search_issues", scenario="invalid_jql")
def test_search_issues_by_an_invalid_jql(jira, provider):
    with pytest.raises(ApiError, match="does not exist for the field 'project'") as refused:
        jira.search_issues(provider.params["jql"])

    assert refused.value.status == 400


@contract("jira.get_issue")
def test_get_issue(jira, provider):
    issue = jira.get_issue(provider.params["key"])

    assert issue.key == provider.params["key"]
    assert issue.summary
    return issue


@contract("jira.get_issue", scenario="not_found")
def test_get_issue_not_found(jira, provider):
    with pytest.raises(NotFound, match="does not exist or you do not have permission"):
        jira.get_issue(provider.params["key"])


def create_issue(jira, params):
    return jira.create_issue(
        params["project_key"], params["summary"], description="Opened by devctl.", labels=[params["label"]]
    )


@contract("jira.create_issue")
def test_create_issue(jira, provider):
    created = create_issue(jira, provider.params)

    assert created.key.partition("-")[2].isdecimal()
    return created


@contract("jira.create_issue", scenario="unknown_project")
def test_create_issue_in_an_unknown_project(jira, provider):
    with pytest.raises(ApiError, match="project: Specify a valid project ID or key") as refused:
        create_issue(jira, provider.params)

    assert refused.value.status == 400
