"""Contracts from whole documents of vendors: every operation of every document, and the names of the example registry.

The documents are no part of this repository; where they are not at hand, these tests skip by name.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import urlencode

import pytest
import yaml
from tests.integration.vendor_documents import SPECS

from pactproof.agreement import request_mismatches, response_mismatches
from pactproof.contracts import Scenario, load_contracts
from pactproof.expectation import Variant, example
from pactproof.generate.api_document import ApiDocument, load_api_document
from pactproof.generate.api_operation import ApiOperation
from pactproof.generate.draft import Draft, NoDraft
from pactproof.generate.find import find_operation
from pactproof.generate.from_document import document_draft
from pactproof.generate.minimum import MAX_LEVELS, MAX_MEMBERS
from pactproof.interaction import Headers, Json, Request, Response
from pactproof.promise.pact_body import pact_body
from pactproof.promised_interaction import HttpPromise, RequestPromise, ResponsePromise
from pactproof.registry import load_registry

# How many operations each document has, and of how many of them it describes no answer of success.
DOCUMENTS = {
    "argocd.json": (106, 0),
    "confluence-v2.json": (188, 0),
    "confluence.json": (155, 0),
    "github.json": (1222, 0),
    "grafana.json": (295, 2),
    "jira.json": (590, 0),
    "pagerduty.json": (465, 1),
    "slack.json": (174, 0),
}
BASE_URLS = {"slack.json": "https://slack.com/api"}

# What each name of the example registry finds; candidates where the document leaves it open.
NAMES = {
    ("grafana.json", "search_dashboards"): ["GET /api/search (search)", "…", "…"],
    ("grafana.json", "get_dashboard"): "GET /api/dashboards/uid/{uid} (getDashboardByUID)",
    ("grafana.json", "create_annotation"): "POST /api/annotations (postAnnotation)",
    ("grafana.json", "list_datasources"): "GET /api/datasources (getDataSources)",
    ("github.json", "list_pull_requests"): "GET /repos/{owner}/{repo}/pulls (pulls/list)",
    ("github.json", "get_pull_request"): "GET /repos/{owner}/{repo}/pulls/{pull_number} (pulls/get)",
    ("github.json", "list_workflows"): "GET /repos/{owner}/{repo}/actions/workflows (actions/list-repo-workflows)",
    ("pagerduty.json", "list_incidents"): "GET /incidents (listIncidents)",
    ("pagerduty.json", "get_incident"): "GET /incidents/{id} (getIncident)",
    ("pagerduty.json", "list_services"): "GET /services (listServices)",
    ("jira.json", "search_issues"): ["…", "…", "…"],
    ("jira.json", "get_issue"): "GET /rest/api/3/issue/{issueIdOrKey} (getIssue)",
    ("jira.json", "create_issue"): "POST /rest/api/3/issue (createIssue)",
    ("argocd.json", "list_applications"): "GET /api/v1/applications (ApplicationService_List)",
    ("argocd.json", "get_application"): "GET /api/v1/applications/{name} (ApplicationService_Get)",
    ("argocd.json", "sync_application"): "POST /api/v1/applications/{name}/sync (ApplicationService_Sync)",
    ("slack.json", "post_message"): "POST /api/chat.postMessage (chat_postMessage)",
    ("slack.json", "list_channels"): ["…", "…", "…"],
    ("confluence.json", "get_page"): ["…", "…", "…"],
    ("confluence.json", "search_content"): [
        "GET /wiki/rest/api/content/search (searchContentByCQL)",
        "GET /wiki/rest/api/search (searchByCQL)",
    ],
    ("confluence.json", "create_page"): ["…", "…", "…"],
    ("confluence-v2.json", "get_page"): "GET /wiki/api/v2/pages/{id} (getPageById)",
    ("confluence-v2.json", "create_page"): "POST /wiki/api/v2/pages (createPage)",
}


@cache
def loaded(file: str) -> ApiDocument:
    if not (SPECS / file).is_file():
        pytest.skip(f"{file} is not in {SPECS}; PACTPROOF_SPECS names the folder of the vendors' documents")
    return load_api_document(SPECS / file, f"specs/{file}")


def tell(capsys: pytest.CaptureFixture[str], line: str) -> None:
    """Print a line of the table, seen in every run."""
    with capsys.disabled():
        print(f"\n{line}", end="")  # noqa: T201  # the table is what the tests are for


# --- every operation ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Table:
    """What came of one document: the operations by the name their contract has here."""

    operations: dict[str, ApiOperation]
    drafts: dict[str, Draft]
    skipped: dict[str, NoDraft]


def generated(listed: Sequence[ApiOperation], base_url: str) -> Table:
    operations = {f"operation_{number}": each for number, each in enumerate(listed)}
    results = {name: document_draft(each, base_url=base_url) for name, each in operations.items()}
    drafts = {name: each for name, each in results.items() if isinstance(each, Draft)}
    return Table(operations, drafts, {name: each for name, each in results.items() if isinstance(each, NoDraft)})


def scenarios_of(drafts: dict[str, Draft], base_url: str, folder: Path) -> list[Scenario]:
    """The drafts as contracts, written to a folder and read back; each has to be without fault."""
    (folder / "contracts").mkdir(parents=True)
    registry = {"consumer": "till", "contracts": {"shop": list(drafts)}, "providers": {"shop": {"base_url": base_url}}}
    (folder / "registry.yaml").write_text(json.dumps(registry), encoding="utf-8")
    entries = {name: draft.entry for name, draft in drafts.items()}
    text = json.dumps(entries, ensure_ascii=False)  # JSON is YAML whose texts cannot be taken for anything else
    (folder / "contracts/shop.yaml").write_text(text, encoding="utf-8")
    contracts, faults = load_contracts(load_registry(folder))
    assert [str(fault) for fault in faults] == []
    return list(contracts)


def own_mismatches(promise: HttpPromise, base_url: str) -> list[str]:
    """How the examples of a promise break the promise itself, full and lean."""
    found = [
        str(each) for each in request_mismatches(promise.request, example_request(promise.request, base_url), base_url)
    ]
    variants: tuple[Variant, ...] = ("full", "lean")
    for variant in variants:
        found += [
            str(each) for each in response_mismatches(promise.response, example_response(promise.response, variant))
        ]
    return found


def example_request(promise: RequestPromise, base_url: str) -> Request:
    pairs = [(name, value) for name, node in promise.query.items() for value in example(node)]
    query = f"?{urlencode(pairs)}" if pairs else ""
    headers, body = _sent(promise, "full")
    return Request(promise.method, f"{base_url}{promise.path.example}{query}", headers, body)


def example_response(promise: ResponsePromise, variant: Variant) -> Response:
    return Response(promise.status, *_sent(promise, variant))


def _sent(promise: RequestPromise | ResponsePromise, variant: Variant) -> tuple[Headers, bytes]:
    """Headers and body of the example, as Pact would send them."""
    headers = {name: str(value.example) for name, value in promise.headers.items()}
    if promise.body is None:
        return Headers(tuple(headers.items())), b""
    sent = pact_body(promise, variant)
    content = sent.content if isinstance(sent.content, bytes) else sent.content.encode()
    return Headers(tuple({**headers, "Content-Type": sent.content_type}.items())), content


def members(body: Json, level: int = 1) -> tuple[int, int]:
    """The most members an object of a promised body has, and how many objects lie in one another."""
    if isinstance(body, list):
        return max((members(each, level) for each in body), default=(0, 0))
    if not isinstance(body, dict):
        return 0, level - 1
    operator = next((key for key in body if key.startswith("$") and not key.startswith("$$")), None)
    if operator == "$nullable":
        return members(body[operator], level)
    if operator == "$min":
        return members(body["like"], level)
    if operator == "$each_key":
        return members(next(iter(body[operator].values())), level + 1)
    if operator:
        return 0, level - 1
    inner = [members(each, level + 1) for each in body.values()]
    return max([len(body), *(count for count, _ in inner)]), max([level, *(depth for _, depth in inner)])


@pytest.mark.parametrize("file", DOCUMENTS)
def test_every_operation_of_a_vendors_document_becomes_a_contract_that_loads_and_holds(file, tmp_path, capsys):
    base_url = BASE_URLS.get(file, "https://shop.example.com")
    started = time.monotonic()
    document = loaded(file)

    table = generated(document.operations, base_url)
    scenarios = scenarios_of(table.drafts, base_url, tmp_path)

    broken = {table.operations[each.operation.name]: own_mismatches(each.http[0], base_url) for each in scenarios}
    too_much = [
        str(table.operations[name])
        for name, draft in table.drafts.items()
        for most, depth in [members(draft.entry["response"].get("body"))]
        if most > MAX_MEMBERS or depth > MAX_LEVELS
    ]
    reasons = Counter(_reason(each, table.operations[name]) for name, each in table.skipped.items())
    bodies = sum("body" in draft.entry["response"] for draft in table.drafts.values())
    took_s = time.monotonic() - started
    made = f"{len(table.operations)} operations, {len(table.drafts)} contracts, {bodies} of them with a body"
    tell(capsys, f"{file}: {made}; skipped {len(table.skipped)}: {dict(reasons)}; {took_s:.1f} s")
    assert {str(operation): found for operation, found in broken.items() if found} == {}
    assert too_much == []
    operations, without_success = DOCUMENTS[file]
    assert len(document.operations) == operations
    assert len(scenarios) + len(table.skipped) == len(table.operations)
    assert set(reasons) <= {"no answer of success"}
    assert reasons.total() == without_success


def _reason(skipped: NoDraft, operation: ApiOperation) -> str:
    start = f"{operation.document} names no answer of success for {operation}"
    return "no answer of success" if skipped.reason.startswith(start) else skipped.reason


@pytest.mark.parametrize("file", DOCUMENTS)
def test_the_drafts_of_a_document_are_the_same_each_time(file):
    operations = loaded(file).operations[::25]

    drafts = [document_draft(each, base_url="https://shop.example.com") for each in operations]
    again = [document_draft(each, base_url="https://shop.example.com") for each in reversed(operations)]

    shown = [json.dumps(each.entry) for each in drafts if isinstance(each, Draft)]
    assert shown == [json.dumps(each.entry) for each in reversed(again) if isinstance(each, Draft)]


# --- names -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("file", "name"), NAMES, ids=[f"{file}-{name}" for file, name in NAMES])
def test_a_name_of_the_registry_finds_the_operation_it_means_or_asks(file, name, capsys):
    key = f"{Path(file).stem}.{name}"

    found = find_operation([loaded(file)], key)

    tell(capsys, f"{key}: {found if isinstance(found, ApiOperation) else found.reason}")
    expected = NAMES[file, name]
    if isinstance(expected, str):
        assert isinstance(found, ApiOperation)
        assert str(found) == expected
        return
    assert isinstance(found, NoDraft)
    candidates = found.reason.partition("; nearest: ")[2].split("), ")
    assert len(candidates) == len(expected)
    assert all(
        given == "…" or given.removesuffix(")") == near.removesuffix(")")
        for given, near in zip(expected, candidates, strict=True)
    )
    first = candidates[0].partition(" (")[0]
    assert found.fix == f'say which it is: pactproof generate {key} --from "{first}"'


@pytest.mark.parametrize(
    ("file", "hint", "expected"),
    [
        ("grafana.json", ("GET", "/api/search"), "GET /api/search (search)"),
        ("grafana.json", ("get", "/search"), "GET /api/search (search)"),
        (
            "jira.json",
            ("GET", "/rest/api/3/search/jql"),
            "GET /rest/api/3/search/jql (searchAndReconsileIssuesUsingJql)",
        ),
        ("jira.json", ("GET", "/rest/api/3/issue/{key}"), "GET /rest/api/3/issue/{issueIdOrKey} (getIssue)"),
        ("slack.json", ("GET", "/conversations.list"), "GET /api/conversations.list (conversations_list)"),
        ("confluence.json", ("GET", "/wiki/rest/api/content/{id}"), "GET /wiki/rest/api/content/{id} (getContentById)"),
    ],
)
def test_a_hint_finds_its_operation_whatever_the_name(file, hint, expected):
    found = find_operation([loaded(file)], "shop.whatever", hint)

    assert str(found) == expected


def test_an_operation_is_found_by_its_own_id_and_never_another_one():
    others = []
    for file in ("argocd.json", "pagerduty.json", "confluence-v2.json"):
        document = loaded(file)
        for operation in document.operations[::10]:
            found = find_operation([document], f"shop.{operation.operation_id}")
            others += [] if found is operation else [(operation.operation_id, found)]

    assert others == []


# --- YAML --------------------------------------------------------------------------------------------------------


def test_a_document_in_yaml_gives_the_same_drafts_as_in_json(tmp_path):
    loaded("slack.json")
    whole = json.loads((SPECS / "slack.json").read_bytes())
    part = whole | {"paths": dict(list(whole["paths"].items())[::12])}
    (tmp_path / "slack.json").write_text(json.dumps(part), encoding="utf-8")
    (tmp_path / "slack.yaml").write_text(yaml.safe_dump(part, sort_keys=False), encoding="utf-8")

    documents = [load_api_document(tmp_path / name, "specs/slack") for name in ("slack.json", "slack.yaml")]

    from_json, from_yaml = (
        [document_draft(each, base_url="https://slack.com/api") for each in document.operations]
        for document in documents
    )
    assert from_yaml == from_json
    assert len(from_json) == 15
