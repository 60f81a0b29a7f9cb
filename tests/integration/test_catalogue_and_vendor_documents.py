"""The catalogue against the vendors' own documents: its requests are there, its answers are what the schemas say."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from tests.integration.vendor_documents import documented_path, faults, required_parameters, response_pointer

from pactproof.contracts import Scenario, load_contracts
from pactproof.expectation import Variant, example
from pactproof.generate.catalogue import catalogue_draft, known_operations, known_request, known_services
from pactproof.generate.draft import Draft
from pactproof.promised_interaction import HttpPromise
from pactproof.registry import Operation, load_registry

DOCUMENTS = {  # service -> its documents, each with the base path that its own paths are told from
    "argocd": {"argocd.json": ""},
    "confluence": {"confluence-v2.json": "/wiki/api/v2", "confluence.json": ""},
    "github": {"github.json": ""},
    "grafana": {"grafana.json": "/api"},
    "jira": {"jira.json": ""},
    "pagerduty": {"pagerduty.json": ""},
    "slack": {"slack.json": "/api"},
}
# Known from the vendors' manuals; the documents at hand leave them out or are older.
UNDOCUMENTED = {
    "grafana.get_health",
    "slack.complete_upload",
    "slack.get_upload_url",
    "slack.test_auth",  # the document has it as GET
}
NOT_PROMISED = {("header", "Content-Type"), ("header", "token"), ("query", "token")}
"""Required parameters that no contract names: credentials, and a media type where no body is sent."""

OPERATIONS = [(service, name) for service in known_services() for name in known_operations(service)]


@cache
def scenarios(folder: Path) -> Mapping[str, Mapping[str, Scenario]]:
    (folder / "contracts").mkdir()
    listed = {service: list(known_operations(service)) for service in known_services()}
    (folder / "registry.yaml").write_text(json.dumps({"consumer": "till", "contracts": listed}))
    registry = load_registry(folder)
    for service in known_services():
        entries = {one.name: entry(one) for one in registry.operations.values() if one.service == service}
        (folder / "contracts" / f"{service}.yaml").write_text(json.dumps(entries))
    return load_contracts(registry)[0].scenarios


def entry(operation: Operation) -> Any:
    draft = catalogue_draft(operation)
    assert isinstance(draft, Draft)
    return draft.entry


@pytest.fixture(scope="module")
def contracts(tmp_path_factory) -> Mapping[str, Mapping[str, Scenario]]:
    return scenarios(tmp_path_factory.mktemp("catalogue"))


def documented(service: str, name: str) -> tuple[str, str, str] | None:
    """The document, method and path that an operation of the catalogue has there. Skips where the file is absent."""
    request = known_request(service, name)
    assert request is not None
    method, path = request
    for file, base in DOCUMENTS[service].items():
        below = path.removeprefix(base) if path.startswith(f"{base}/") else None
        if below is not None and (spelled := documented_path(file, method, below)) is not None:
            return file, method, spelled
    return None


@pytest.mark.parametrize(("service", "name"), OPERATIONS, ids=[".".join(one) for one in OPERATIONS])
def test_an_operation_is_as_its_vendor_documents_it(contracts, service, name):
    found = documented(service, name)

    if found is None:
        assert f"{service}.{name}" in UNDOCUMENTED
        return
    file, method, path = found
    assert f"{service}.{name}" not in UNDOCUMENTED
    required = required_parameters(file, method, path) - NOT_PROMISED
    promises = [promise for one in contracts[f"{service}.{name}"].values() for promise in one.http]
    assert [required - sent(promise) for promise in promises] == [set()] * len(promises)
    assert [fault for promise in promises for fault in answer_faults(file, method, path, promise)] == []


def sent(promise: HttpPromise) -> set[tuple[str, str]]:
    """What a request names, as `required_parameters` does."""
    request = promise.request
    body = example(request.body) if request.body is not None else {}
    members = set(body) if isinstance(body, dict) else set()
    return (
        {("query", one) for one in request.query}
        | {("header", one) for one in request.headers}
        | {("body", one) for one in members}
    )


def answer_faults(file: str, method: str, path: str, promise: HttpPromise) -> list[str]:
    """How the examples of an answer break the schema, and a status that the document does not have."""
    response = promise.response
    if file == "slack.json" and response.body is not None and example(response.body)["ok"] is False:
        return []  # the document has errors under `default`
    if response.status >= 400 and response.body is None:
        return []
    pointer = response_pointer(file, method, path, response.status)
    if pointer is None:
        return [] if response.status >= 400 or response.body is None else [f"no body for {response.status} in {file}"]
    if response.body is None:
        return []
    variants: tuple[Variant, ...] = ("full", "lean")
    return [
        fault
        for variant in variants
        for fault in faults(file, pointer, example(response.body, variant), is_partial=True)
    ]
