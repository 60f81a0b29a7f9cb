"""The committed pacts are what the contracts say, and the same whoever writes them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from tests.integration.project_copy import REPOSITORY, ProjectCopy, pact_bytes
from tests.integration.proof_recordings import project

from pactproof.promise.pact_file import pact_text
from pactproof.promise.pact_model import pact_json

SERVICES = ("argocd", "confluence", "github", "grafana", "jira", "pagerduty", "slack")


@pytest.fixture(params=SERVICES)
def committed(request):
    return json.loads((REPOSITORY / "contracts/pacts" / f"devctl-{request.param}.json").read_bytes())


def test_runs_that_start_without_pacts_leave_the_committed_files_with_workers_or_without(tmp_path):
    copy = ProjectCopy.made_in(tmp_path)
    written = []
    for options in ((), ("-n", "2")):
        shutil.rmtree(tmp_path / "contracts/pacts")
        run = copy.pytest("-k", "pact and not replay and not aws", "--pact-file=write", *options)
        written.append((run.returncode, copy.pacts()))
    again = copy.pytest("-k", "github", "--pact-file=write")

    committed = pact_bytes(REPOSITORY)
    assert written == [(0, committed), (0, committed)]
    assert (again.returncode, copy.pacts()) == (0, committed)
    assert "wrote" not in again.stdout


@pytest.mark.parametrize("service", SERVICES)
def test_the_committed_pact_says_what_the_contracts_say(service):
    interactions = [one for listed in project().pacts[service].values() for one in listed]

    shown = {one["key"]: one for one in pact_json("devctl", service, interactions)}

    file = REPOSITORY / "contracts/pacts" / f"devctl-{service}.json"
    assert file.read_text(encoding="utf-8") == pact_text("devctl", service, shown)


def test_a_pact_is_sorted_and_names_no_version_of_a_tool(committed):
    keys = [one["key"] for one in committed["interactions"]]

    assert keys == sorted(set(keys))
    assert committed["metadata"] == {"pactSpecification": {"version": "4.0"}}
    assert list(committed) == sorted(committed)


def test_every_registered_scenario_over_http_is_in_a_pact():
    found = {
        key
        for service in SERVICES
        for key in (
            one["key"]
            for one in json.loads((REPOSITORY / f"contracts/pacts/devctl-{service}.json").read_bytes())["interactions"]
        )
    }

    promised = {scenario.key for scenario in project().contracts if scenario.http}
    paged = ("confluence.search_content", "github.list_pull_requests", "jira.search_issues", "slack.list_channels")
    assert found == promised | {f"{operation}.two_pages#2" for operation in paged}


def test_equal_requests_carry_a_state_with_their_key():
    pact = json.loads((REPOSITORY / "contracts/pacts/devctl-github.json").read_bytes())
    states = {one["key"]: one["providerStates"] for one in pact["interactions"] if "list_workflows" in one["key"]}

    assert states == {
        "github.list_workflows": [{"name": "a repository with workflows", "params": {"key": "github.list_workflows"}}],
        "github.list_workflows.rate_limited": [
            {"name": "the rate limit is used up", "params": {"key": "github.list_workflows.rate_limited"}}
        ],
    }


def test_no_two_interactions_of_a_pact_are_alike_to_a_provider(committed):
    def told(one: dict[str, Any]) -> str:
        request = {name: one["request"].get(name) for name in ("method", "path", "query", "body")}
        keys = [state["params"] for state in one.get("providerStates", ()) if "params" in state]
        return json.dumps([request, keys], sort_keys=True)

    requests = [told(one) for one in committed["interactions"]]

    assert len(set(requests)) == len(requests)


def test_optional_keys_are_left_out_and_nullable_scalars_may_be_null():
    pact = json.loads((REPOSITORY / "contracts/pacts/devctl-github.json").read_bytes())
    [pull] = [one for one in pact["interactions"] if one["key"] == "github.get_pull_request"]
    rules = pull["response"]["matchingRules"]["body"]

    assert "draft" not in pull["response"]["body"]["content"]
    assert "$.draft" not in rules
    assert rules["$.mergeable"] == {"combine": "OR", "matchers": [{"match": "type"}, {"match": "null"}]}


def test_every_rule_leads_to_something_in_the_example(committed):
    lost = []
    for one in committed["interactions"]:
        for part in (one["request"], one["response"]):
            for path in part.get("matchingRules", {}).get("body", {}):
                if not list(_reached(part["body"]["content"], path)):
                    lost.append((one["key"], path))

    assert lost == []


def _reached(value: Any, path: str) -> Iterator[Any]:
    """What a JSON path of plain names and stars leads to."""
    values = [value]
    for step in path.removeprefix("$").replace("[*]", ".[*]").split(".")[1:]:
        values = [
            inner
            for each in values
            for inner in (each if step == "[*]" else list(each.values()) if step == "*" else [each[step]])
        ]
    yield from values
