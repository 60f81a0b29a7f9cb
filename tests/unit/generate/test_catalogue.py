from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from pactproof.contracts import Contracts, Scenario, load_contracts
from pactproof.errors import ContractError, Place
from pactproof.expectation import example
from pactproof.generate.catalogue import (
    catalogue_draft,
    catalogue_service,
    known_operations,
    known_request,
    known_services,
)
from pactproof.generate.draft import Draft, NoDraft
from pactproof.matching import mismatches
from pactproof.registry import Operation, load_registry

SERVICES = ("argocd", "confluence", "github", "grafana", "jira", "pagerduty", "slack")
NAMED = {  # what the seven services are relied on for in the issue and in the architecture
    "argocd": {"list_applications", "get_application", "sync_application"},
    "confluence": {"get_page", "search_content", "create_page"},
    "github": {"list_pull_requests", "get_pull_request", "list_workflows"},
    "grafana": {"search_dashboards", "get_dashboard", "create_annotation", "list_datasources"},
    "jira": {"search_issues", "get_issue", "create_issue"},
    "pagerduty": {"list_incidents", "get_incident", "list_services"},
    "slack": {"post_message", "list_channels"},
}


def operation(service: str, name: str) -> Operation:
    return Operation(f"{service}.{name}", service, name, Place("registry.yaml"))


def draft(service: str, name: str, base_url: str = "") -> Draft:
    found = catalogue_draft(operation(service, name), base_url=base_url)
    assert isinstance(found, Draft)
    return found


@cache
def catalogue_files() -> dict[str, dict[str, Any]]:
    """What is drafted for every operation, by service."""
    return {
        service: {name: dict(draft(service, name).entry) for name in known_operations(service)} for service in SERVICES
    }


@pytest.fixture(scope="module")
def loaded(tmp_path_factory) -> tuple[Contracts, list[ContractError]]:
    """The whole catalogue as the contracts of one project."""
    folder: Path = tmp_path_factory.mktemp("catalogue")
    (folder / "contracts").mkdir()
    listed = {service: list(entries) for service, entries in catalogue_files().items()}
    (folder / "registry.yaml").write_text(json.dumps({"consumer": "till", "contracts": listed}))
    for service, entries in catalogue_files().items():
        (folder / "contracts" / f"{service}.yaml").write_text(json.dumps(entries))
    return load_contracts(load_registry(folder))


def test_every_entry_loads_as_a_contract(loaded):
    contracts, faults = loaded

    assert [str(fault) for fault in faults] == []
    assert len(list(contracts)) >= sum(len(entries) for entries in catalogue_files().values())


def test_the_seven_services_have_what_they_are_used_for():
    missing = {service: NAMED[service] - set(known_operations(service)) for service in SERVICES}
    sizes = {service: len(known_operations(service)) for service in SERVICES}

    assert known_services() == SERVICES
    assert not any(missing.values()), missing
    assert all(8 <= size <= 15 for size in sizes.values()), sizes


@pytest.mark.parametrize("variant", ["full", "lean"])
def test_every_example_satisfies_its_matchers(loaded, variant):
    broken = []
    for scenario in loaded[0]:
        for promise in scenario.http:
            for node in (promise.response.body, promise.request.body):
                if node is not None:
                    broken += [(scenario.key, str(one)) for one in mismatches(node, example(node, variant))]

    assert broken == []


def test_every_operation_that_writes_has_a_provider_state(loaded):
    reading = {"GET", "HEAD"}
    stateless = {"slack.test_auth"}  # it asks by POST
    without = [one.key for one in loaded[0] if not one.given and not {p.request.method for p in one.http} <= reading]

    assert set(without) == stateless


def test_scenarios_beside_ok_are_few(loaded):
    beside: dict[str, list[str]] = {service: [] for service in SERVICES}
    for scenario in loaded[0]:
        if scenario.name != "ok":
            beside[scenario.operation.service].append(scenario.key)

    assert {service: len(keys) for service, keys in beside.items() if len(keys) > 2} == {}


def test_what_went_wrong_at_slack_has_status_200(loaded):
    scenario: Scenario = loaded[0].scenarios["slack.post_message"]["channel_not_found"]
    [promise] = scenario.http

    assert promise.response.status == 200
    assert promise.response.body is not None
    assert example(promise.response.body) == {"ok": False, "error": "channel_not_found"}
    assert mismatches(promise.response.body, {"ok": True, "error": "channel_not_found"}) != []


def test_a_draft_names_its_entry_and_may_be_changed_without_harm():
    first = draft("github", "get_repository")
    first.entry["request"]["path"] = "/changed"

    again = draft("github", "get_repository")

    assert again.source == "the catalogue, github.get_repository"
    assert again.entry["request"]["path"] == "/repos/{owner}/{repo}"


@pytest.mark.parametrize(
    ("service", "spelled"),
    [
        ("argo_cd", "argocd"), ("argo-cd", "argocd"), ("ArgoCD", "argocd"), ("pager_duty", "pagerduty"),
        ("jira_cloud", "jira"), ("slack-web-api", "slack"), ("gh", "github"), ("gitlab", None), ("api", None),
    ],
)  # fmt: skip
def test_services_are_known_under_their_other_names(service, spelled):
    assert catalogue_service(service) == spelled


def test_an_operation_that_is_not_there_is_told_with_the_nearest_one():
    found = catalogue_draft(operation("argo_cd", "list_aplications"))

    fix = "name the vendor's OpenAPI document in `providers:`, or write the contract by hand"
    assert found == NoDraft(
        "the catalogue has no argocd.list_aplications (did you mean list_applications?); it has "
        f"{', '.join(known_operations('argocd'))}",
        fix,
    )


def test_a_service_that_is_not_there_is_told_with_those_that_are():
    found = catalogue_draft(operation("gitlab", "list_projects"))

    fix = "name the vendor's OpenAPI document in `providers:`, or write the contract by hand"
    assert found == NoDraft(f"the catalogue has no service gitlab (it has {', '.join(SERVICES)})", fix)


@pytest.mark.parametrize(
    ("service", "name", "base_url", "path"),
    [
        ("slack", "test_auth", "", "/auth.test"),
        ("slack", "test_auth", "https://slack.com/api", "/auth.test"),
        ("slack", "test_auth", "https://slack.com", "/api/auth.test"),
        ("confluence", "list_spaces", "https://acme.example.com/wiki", "/api/v2/spaces"),
        ("confluence", "list_spaces", "https://acme.example.com", "/wiki/api/v2/spaces"),
        ("grafana", "get_health", "https://example.com/grafana", "/api/health"),
        ("grafana", "get_health", "https://example.com/api/", "/health"),
        ("github", "get_repository", "https://ghe.example.com/api/v3", "/repos/{owner}/{repo}"),
    ],
)
def test_paths_are_told_from_the_base_url_of_the_provider(service, name, base_url, path):
    assert draft(service, name, base_url).entry["request"]["path"] == path


def test_requests_are_known_with_the_base_path_in_front():
    assert known_request("slack", "post_message") == ("POST", "/api/chat.postMessage")
    assert known_request("argo_cd", "get_application") == ("GET", "/api/v1/applications/{name}")
    assert known_request("slack", "post_mesage") is None
    assert known_request("gitlab", "list_projects") is None
    assert known_operations("gitlab") == ()


def test_the_files_are_plain_yaml_without_anything_that_looks_like_a_secret():
    from pactproof.redaction import scan

    folder = Path(__file__).parents[3] / "src" / "pactproof" / "generate" / "catalogue"
    texts = {path.stem: path.read_text("utf-8") for path in sorted(folder.glob("*.yaml"))}

    assert tuple(texts) == SERVICES
    assert {service: scan(text) for service, text in texts.items() if scan(text)} == {}
    for service, text in texts.items():
        assert list(yaml.safe_load(text)) == list(known_operations(service))
