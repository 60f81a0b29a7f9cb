"""The emulators answer as the vendors' documents say, and as the vendors are known to: paging, errors, limits."""

from __future__ import annotations

import json
import secrets
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from tests.emulators.argocd import ArgoCDEmulator
from tests.emulators.github import GitHubEmulator
from tests.emulators.grafana import GrafanaEmulator
from tests.emulators.pagerduty import PagerDutyEmulator
from tests.emulators.server import Emulator
from tests.emulators.slack import SlackEmulator
from tests.integration.vendor_documents import faults, response_pointer

TOKEN = secrets.token_hex(20)
REPOSITORY = "/repos/octo-labs/devctl-sandbox"
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # httpx would load the system's certificates for every client


@dataclass
class Vendor:
    """A running emulator and a consumer that is let in; `anonymous` is one that sends no token."""

    emulator: Emulator
    client: httpx.Client
    anonymous: httpx.Client

    def limit(self, **control: Any) -> httpx.Response:
        return self.anonymous.post("/__emulator__/rate-limit", json=control)


def _serve(emulator: Emulator, authorization: str) -> Iterator[Vendor]:
    def client() -> httpx.Client:
        return httpx.Client(base_url=emulator.url, trust_env=False, verify=NO_TLS)

    with emulator, client() as known, client() as anonymous:
        known.headers["Authorization"] = authorization
        yield Vendor(emulator, known, anonymous)


@pytest.fixture
def grafana() -> Iterator[Vendor]:
    yield from _serve(GrafanaEmulator(TOKEN), f"Bearer {TOKEN}")


@pytest.fixture
def github() -> Iterator[Vendor]:
    yield from _serve(GitHubEmulator(TOKEN), f"Bearer {TOKEN}")


@pytest.fixture
def pagerduty() -> Iterator[Vendor]:
    yield from _serve(PagerDutyEmulator(TOKEN), f"Token token={TOKEN}")


@pytest.fixture
def argocd() -> Iterator[Vendor]:
    yield from _serve(ArgoCDEmulator(TOKEN), f"Bearer {TOKEN}")


@pytest.fixture
def slack() -> Iterator[Vendor]:
    yield from _serve(SlackEmulator(TOKEN), f"Bearer {TOKEN}")


@pytest.fixture
def vendor(request: pytest.FixtureRequest) -> Vendor:
    running: Vendor = request.getfixturevalue(request.param)
    return running


@dataclass(frozen=True)
class Case:
    """One request, and the operation of the vendor's document that describes its answer."""

    service: str
    method: str
    path: str  # as the document spells it
    status: int
    url: str
    body: Any = None
    documented_as: str | None = None  # the document's name for the answer where that is not its status

    def __str__(self) -> str:
        told = f" as {self.documented_as}" if self.documented_as else ""
        return f"{self.service} {self.method} {self.url} {self.status}{told}"


DASHBOARD = {
    "dashboard": {"title": "Made by a test", "tags": ["contract"], "panels": []},
    "folderUid": "bdm4x0q8zt1pcf",
}
UNVERSIONED = {"dashboard": {"title": "Checkout latency", "uid": "edk3r8h5ytq2oa"}}
PULLS, PULL = "/repos/{owner}/{repo}/pulls", "/repos/{owner}/{repo}/pulls/{pull_number}"
APPS, APP = "/api/v1/applications", "/api/v1/applications/{name}"
CHANNELS, HISTORY, POST, DELETE = "/conversations.list", "/conversations.history", "/chat.postMessage", "/chat.delete"
MADE = {
    "metadata": {"name": "made-by-a-test", "labels": {"team": "platform"}},
    "spec": {
        "project": "platform",
        "source": {"repoURL": "https://git.example.com/octo.git", "path": "made", "targetRevision": "main"},
        "destination": {"server": "https://kubernetes.default.svc", "namespace": "made"},
    },
}
JSON = {"Content-Type": "application/json; charset=utf-8"}  # Slack warns of a body without the charset
DOCUMENTED = [
    Case("grafana", "GET", "/search", 200, "/api/search"),
    Case("grafana", "GET", "/search", 200, "/api/search?type=dash-db&query=la&tag=latency"),
    Case("grafana", "GET", "/dashboards/uid/{uid}", 200, "/api/dashboards/uid/edk3r8h5ytq2oa"),
    Case("grafana", "GET", "/dashboards/uid/{uid}", 200, "/api/dashboards/uid/fdj6b2x7hqz0ig"),
    Case("grafana", "GET", "/dashboards/uid/{uid}", 404, "/api/dashboards/uid/missing"),
    Case("grafana", "POST", "/dashboards/db", 200, "/api/dashboards/db", DASHBOARD),
    Case("grafana", "POST", "/dashboards/db", 400, "/api/dashboards/db", {"dashboard": {"title": ""}}),
    Case("grafana", "POST", "/dashboards/db", 412, "/api/dashboards/db", UNVERSIONED),
    Case("grafana", "DELETE", "/dashboards/uid/{uid}", 200, "/api/dashboards/uid/ddp9s1c6nwv4ue"),
    Case("grafana", "DELETE", "/dashboards/uid/{uid}", 404, "/api/dashboards/uid/missing"),
    Case("grafana", "POST", "/annotations", 200, "/api/annotations", {"text": "deployed 2.3.1", "tags": ["deploy"]}),
    Case("grafana", "POST", "/annotations", 400, "/api/annotations", {"tags": ["deploy"]}),
    Case("grafana", "GET", "/annotations", 200, "/api/annotations?tags=deploy&type=annotation"),
    Case("grafana", "GET", "/datasources", 200, "/api/datasources"),
    Case("github", "GET", PULLS, 200, f"{REPOSITORY}/pulls?state=all"),
    Case("github", "GET", PULLS, 422, f"{REPOSITORY}/pulls?state=merged"),
    *(Case("github", "GET", PULL, 200, f"{REPOSITORY}/pulls/{number}") for number in (57, 56, 55, 54, 51, 49, 12)),
    Case("github", "GET", PULL, 404, f"{REPOSITORY}/pulls/9000"),
    Case("github", "GET", PULL, 404, "/repos/octo-labs/unknown/pulls/57"),
    Case("github", "GET", "/repos/{owner}/{repo}/actions/workflows", 200, f"{REPOSITORY}/actions/workflows"),
    Case("pagerduty", "GET", "/incidents", 200, "/incidents"),
    Case("pagerduty", "GET", "/incidents", 200, "/incidents?statuses[]=resolved&limit=1&total=true"),
    Case("pagerduty", "GET", "/incidents", 400, "/incidents?statuses[]=open"),
    *(
        Case("pagerduty", "GET", "/incidents/{id}", 200, f"/incidents/{number}")
        for number in (2071, 2069, 2064, 2060, 2058)
    ),
    Case("pagerduty", "GET", "/incidents/{id}", 404, "/incidents/Q000MISSING"),
    Case("pagerduty", "GET", "/services", 200, "/services"),
    Case("argocd", "GET", APPS, 200, APPS),
    Case("argocd", "GET", APPS, 200, f"{APPS}?projects=payments&selector=tier=web"),
    Case("argocd", "POST", APPS, 200, APPS, MADE),
    *(Case("argocd", "GET", APP, 200, f"{APPS}/{name}") for name in ("checkout-web", "ledger", "scratch-mei")),
    Case("argocd", "GET", APP, 403, f"{APPS}/missing", documented_as="default"),
    Case("argocd", "GET", APP, 404, f"{APPS}/missing?project=default", documented_as="default"),
    Case("argocd", "DELETE", APP, 200, f"{APPS}/checkout-web"),
    Case("argocd", "DELETE", APP, 403, f"{APPS}/missing", documented_as="default"),
    Case("argocd", "POST", f"{APP}/sync", 200, f"{APPS}/checkout-web/sync", {"revision": "v2.3.1", "prune": True}),
    Case("argocd", "POST", f"{APP}/sync", 400, f"{APPS}/ledger/sync", {"revision": "v1"}, documented_as="default"),
    Case("argocd", "DELETE", f"{APP}/operation", 400, f"{APPS}/ledger/operation", documented_as="default"),
    Case("slack", "GET", CHANNELS, 200, CHANNELS),
    Case("slack", "GET", CHANNELS, 200, f"{CHANNELS}?types=public_channel,private_channel&limit=2&exclude_archived=1"),
    Case("slack", "GET", HISTORY, 200, f"{HISTORY}?channel=C04RDEPLOYS"),
    Case("slack", "GET", HISTORY, 200, f"{HISTORY}?channel=C0NOTHERE", documented_as="default"),
    Case("slack", "POST", POST, 200, POST, {"channel": "C04RDEPLOYS", "text": "devctl 2.3.1 is out"}),
    Case("slack", "POST", POST, 200, POST, {"channel": "C0NOTHERE", "text": "lost"}, documented_as="default"),
    Case("slack", "POST", DELETE, 200, DELETE, {"channel": "C04RDEPLOYS", "ts": "1795161605.000729"}),
    Case("slack", "POST", DELETE, 200, DELETE, {"channel": "C04RDEPLOYS", "ts": "1.0"}, documented_as="default"),
]


@pytest.mark.parametrize(
    ("vendor", "case"), [pytest.param(case.service, case, id=str(case)) for case in DOCUMENTED], indirect=["vendor"]
)
def test_every_answer_is_what_the_vendors_document_says(vendor: Vendor, case: Case) -> None:
    pointer = response_pointer(f"{case.service}.json", case.method, case.path, case.documented_as or case.status)
    assert pointer, f"{case} is not documented"

    response = vendor.client.request(case.method, case.url, json=case.body, headers=JSON if case.body else None)

    assert response.status_code == case.status
    assert faults(f"{case.service}.json", pointer, response.json()) == []


UNAUTHORIZED = [
    pytest.param(
        "grafana",
        "/api/search",
        "Bearer another",
        {"extra": None, "message": "Invalid API key", "messageId": "api-key.invalid", "statusCode": 401, "traceID": ""},
        "/responses/unauthorisedError/schema",
        id="grafana",
    ),
    pytest.param(
        "github",
        f"{REPOSITORY}/pulls",
        "Bearer another",
        {"message": "Bad credentials", "documentation_url": "https://docs.github.com/rest", "status": "401"},
        "/components/schemas/basic-error",
        id="github",
    ),
    pytest.param(
        "pagerduty",
        "/incidents",
        "Token token=another",
        {
            "error": {
                "message": "You must be authenticated to make this request",
                "code": 2006,
                "errors": ["Invalid or missing API token"],
            }
        },
        "/components/responses/Unauthorized/content/application~1json/schema",
        id="pagerduty",
    ),
    pytest.param(
        "argocd",
        "/api/v1/applications",
        "Bearer another",
        {
            "error": "invalid session: failed to verify the token",
            "code": 16,
            "message": "invalid session: failed to verify the token",
        },
        "/definitions/runtimeError",
        id="argocd",
    ),
]


@pytest.mark.parametrize(("vendor", "path", "authorization", "body", "pointer"), UNAUTHORIZED, indirect=["vendor"])
def test_a_wrong_token_is_refused_in_the_vendors_own_words(
    vendor: Vendor, path: str, authorization: str, body: Any, pointer: str
) -> None:
    response = vendor.anonymous.get(path, headers={"Authorization": authorization})

    assert (response.status_code, response.json()) == (401, body)
    assert faults(f"{vendor.emulator.name}.json", pointer, response.json()) == []


@pytest.mark.parametrize("vendor", ["grafana", "github", "pagerduty", "argocd"], indirect=True)
def test_no_token_is_refused_before_a_path_is_looked_at(vendor: Vendor) -> None:
    assert vendor.anonymous.get("/nowhere").status_code == 401


@pytest.mark.parametrize(
    ("vendor", "body", "pointer"),
    [
        ("grafana", {"message": "Not found", "traceID": ""}, "/definitions/ErrorResponseBody"),
        (
            "github",
            {"message": "Not Found", "documentation_url": "https://docs.github.com/rest", "status": "404"},
            "/components/schemas/basic-error",
        ),
        (
            "pagerduty",
            {"error": {"message": "Not Found", "code": 2100}},
            "/components/responses/NotFound/content/application~1json/schema",
        ),
        ("argocd", {"error": "Not Found", "code": 5, "message": "Not Found"}, "/definitions/runtimeError"),
    ],
    indirect=["vendor"],
    ids=["grafana", "github", "pagerduty", "argocd"],
)
def test_a_path_that_is_not_there_is_answered_in_the_vendors_own_words(vendor: Vendor, body: Any, pointer: str) -> None:
    response = vendor.client.get("/api/nowhere")

    assert (response.status_code, response.json()) == (404, body)
    assert faults(f"{vendor.emulator.name}.json", pointer, response.json()) == []


@pytest.mark.parametrize("path", ["pulls", "pulls/57", "actions/workflows"])
def test_an_unknown_repository_is_not_found(github: Vendor, path: str) -> None:
    response = github.client.get(f"/repos/octo-labs/unknown/{path}")

    assert (response.status_code, response.json()["message"]) == (404, "Not Found")
    assert response.json()["documentation_url"].startswith("https://docs.github.com/rest/")


GRAFANA_ERROR, GITHUB_ERROR = "/definitions/ErrorResponseBody", "/components/schemas/basic-error"
PAGERDUTY_LIMIT = "/components/responses/TooManyRequests/content/application~1json/schema"
SOON = {"ratelimit-remaining": "0", "ratelimit-reset": "1"}
LIMITED = [
    ("grafana", "/api/datasources", "primary", 429, {"retry-after": "1"}, GRAFANA_ERROR),
    ("github", f"{REPOSITORY}/pulls", "primary", 403, {"x-ratelimit-remaining": "0"}, GITHUB_ERROR),
    ("github", f"{REPOSITORY}/pulls", "secondary", 429, {"retry-after": "1"}, GITHUB_ERROR),
    ("pagerduty", "/incidents", "primary", 429, SOON, PAGERDUTY_LIMIT),
    ("argocd", APPS, "primary", 429, {"retry-after": "1"}, "/definitions/runtimeError"),
]


@pytest.mark.parametrize(
    ("vendor", "path", "kind", "status", "headers", "pointer"),
    LIMITED,
    indirect=["vendor"],
    ids=["grafana", "github primary", "github secondary", "pagerduty", "argocd"],
)
def test_the_next_n_requests_meet_the_rate_limit_and_the_one_after_does_not(
    vendor: Vendor, path: str, kind: str, status: int, headers: dict[str, str], pointer: str
) -> None:
    vendor.limit(remaining_requests=2, kind=kind)

    refused_token = vendor.anonymous.get(path)  # spends nothing
    responses = [vendor.client.get(path) for _ in range(3)]

    assert refused_token.status_code == 401
    assert [response.status_code for response in responses] == [status, status, 200]
    assert headers.items() <= dict(responses[0].headers).items()
    assert faults(f"{vendor.emulator.name}.json", pointer, responses[0].json()) == []


def test_github_says_at_its_limit_when_it_ends(github: Vendor) -> None:
    github.limit(remaining_requests=1)

    response = github.client.get(f"{REPOSITORY}/pulls")

    assert response.json()["message"].startswith("API rate limit exceeded ")
    assert response.headers["x-ratelimit-reset"].isdecimal()
    assert response.headers["x-ratelimit-limit"] == "5000"


@pytest.mark.parametrize("body", ["", "{", "[]", "{}", '{"remaining_requests": -1}', '{"remaining_requests": "two"}'])
def test_a_control_that_says_nothing_useful_is_refused(grafana: Vendor, body: str) -> None:
    response = grafana.anonymous.post("/__emulator__/rate-limit", content=body)

    assert response.status_code == 400
    assert response.json() == {"error": 'send {"remaining_requests": N} with N a whole number from 0'}
    assert grafana.client.get("/api/search").status_code == 200


@pytest.mark.parametrize(
    ("vendor", "path", "content_type"),
    [
        ("grafana", "/api/search", "application/json; charset=UTF-8"),
        ("github", f"{REPOSITORY}/pulls", "application/json; charset=utf-8"),
        ("pagerduty", "/services", "application/json; charset=utf-8"),
        ("argocd", APPS, "application/json"),
        ("slack", CHANNELS, "application/json; charset=utf-8"),
    ],
    indirect=["vendor"],
    ids=["grafana", "github", "pagerduty", "argocd", "slack"],
)
def test_the_content_type_is_spelled_as_the_vendor_spells_it(vendor: Vendor, path: str, content_type: str) -> None:
    assert vendor.client.get(path).headers["content-type"] == content_type


def test_a_connection_is_kept_for_the_next_request(grafana: Vendor) -> None:
    connections = {
        id(grafana.client.get("/api/search").extensions["network_stream"].get_extra_info("socket")) for _ in range(3)
    }

    assert len(connections) == 1


# Grafana


def test_a_search_narrows_by_type_text_tag_and_page(grafana: Vendor) -> None:
    def titles(query: str) -> list[str]:
        return [hit["title"] for hit in grafana.client.get(f"/api/search?{query}").json()]

    assert titles("") == ["Checkout latency", "Cluster capacity", "On-call scratchpad", "Payments", "Platform"]
    assert titles("type=dash-folder") == ["Payments", "Platform"]
    assert titles("type=dash-db&query=LATENCY") == ["Checkout latency"]
    assert titles("tag=latency&tag=payments") == ["Checkout latency"]
    assert titles("tag=latency&tag=capacity") == []
    assert titles("type=dash-db&limit=2&page=2") == ["On-call scratchpad"]


def test_a_dashboard_outside_every_folder_has_no_folder_keys(grafana: Vendor) -> None:
    hits = {hit["title"]: hit for hit in grafana.client.get("/api/search?type=dash-db").json()}

    folder_keys = {"folderId", "folderUid", "folderTitle", "folderUrl"}
    assert folder_keys <= hits["Checkout latency"].keys()
    assert folder_keys.isdisjoint(hits["On-call scratchpad"])


def test_a_saved_dashboard_is_found_until_it_is_deleted(grafana: Vendor) -> None:
    uid = grafana.client.post("/api/dashboards/db", json=DASHBOARD).json()["uid"]

    found = grafana.client.get(f"/api/dashboards/uid/{uid}").json()
    deleted = grafana.client.delete(f"/api/dashboards/uid/{uid}").json()
    gone = grafana.client.get(f"/api/dashboards/uid/{uid}")

    assert (found["dashboard"]["title"], found["meta"]["folderTitle"]) == ("Made by a test", "Platform")
    assert deleted["message"] == "Dashboard Made by a test deleted"
    assert (gone.status_code, gone.json()) == (404, {"message": "Dashboard not found", "status": "not-found"})


def test_annotations_are_found_by_all_of_their_tags_newest_first(grafana: Vendor) -> None:
    texts = {"first": ["deploy", "devctl"], "second": ["deploy"], "third": ["deploy", "devctl", "eu"]}
    for text, tags in texts.items():
        grafana.client.post("/api/annotations", json={"text": text, "tags": tags})

    def found(query: str) -> list[str]:
        answer = grafana.client.get(f"/api/annotations?{query}").json()
        assert faults("grafana.json", "/responses/getAnnotationsResponse/schema", answer) == []
        return [annotation["text"] for annotation in answer]

    assert found("tags=deploy&tags=devctl") == ["third", "first"]
    assert found("tags=eu&tags=devctl&matchAny=true") == ["third", "first"]
    assert found("limit=2") == ["third", "second"]
    assert found("type=alert") == []


def test_an_annotation_can_be_deleted_once(grafana: Vendor) -> None:
    number = grafana.client.post("/api/annotations", json={"text": "deployed"}).json()["id"]

    first, second = (grafana.client.delete(f"/api/annotations/{number}") for _ in range(2))

    assert (first.status_code, first.json()) == (200, {"message": "Annotation deleted"})
    assert (second.status_code, second.json()) == (404, {"message": "Annotation not found"})


# GitHub


def test_pages_of_pull_requests_are_linked_to_the_address_that_was_asked(github: Vendor) -> None:
    base = f"{github.emulator.url.replace('127.0.0.1', 'localhost')}{REPOSITORY}/pulls?per_page=2"
    url, numbers, rels = f"{REPOSITORY}/pulls?per_page=2", [], []

    while url:
        response = github.client.get(url, headers={"Host": urlsplit(base).netloc})
        numbers.append([pull["number"] for pull in response.json()])
        rels.append({rel: link["url"] for rel, link in response.links.items()})
        url = rels[-1].get("next", "").replace("localhost", "127.0.0.1")

    assert numbers == [[57, 56], [54, 49], [12]]
    assert rels == [
        {"next": f"{base}&page=2", "last": f"{base}&page=3"},
        {"prev": f"{base}&page=1", "next": f"{base}&page=3", "last": f"{base}&page=3", "first": f"{base}&page=1"},
        {"prev": f"{base}&page=2", "first": f"{base}&page=1"},
    ]


def test_one_page_has_no_link_header(github: Vendor) -> None:
    assert "link" not in github.client.get(f"{REPOSITORY}/pulls").headers


def test_pull_requests_narrow_by_state(github: Vendor) -> None:
    def numbers(state: str) -> list[int]:
        return [pull["number"] for pull in github.client.get(f"{REPOSITORY}/pulls", params={"state": state}).json()]

    assert numbers("open") == [57, 56, 54, 49, 12]
    assert numbers("closed") == [55, 51]
    assert numbers("all") == [57, 56, 55, 54, 51, 49, 12]


def test_a_deleted_author_is_null_in_the_list_and_a_ghost_alone(github: Vendor) -> None:
    listed = github.client.get(f"{REPOSITORY}/pulls").json()[-1]
    alone = github.client.get(f"{REPOSITORY}/pulls/12").json()

    assert (listed["number"], listed["user"]) == (12, None)
    assert alone["user"]["login"] == "ghost"
    assert "draft" not in listed


def test_the_classic_token_scheme_is_let_in(github: Vendor) -> None:
    response = github.anonymous.get(f"{REPOSITORY}/pulls", headers={"Authorization": f"token {TOKEN}"})

    assert response.status_code == 200


# PagerDuty


def test_incidents_narrow_by_repeated_statuses_and_page_by_offset(pagerduty: Vendor) -> None:
    query = "statuses[]=triggered&statuses[]=acknowledged&limit=2"
    first = pagerduty.client.get(f"/incidents?{query}").json()
    second = pagerduty.client.get(f"/incidents?{query}&offset=2&total=true").json()

    assert [incident["incident_number"] for incident in first["incidents"]] == [2064, 2069]
    assert (first["limit"], first["offset"], first["more"], first["total"]) == (2, 0, True, None)
    assert [incident["incident_number"] for incident in second["incidents"]] == [2071]
    assert (second["limit"], second["offset"], second["more"], second["total"]) == (2, 2, False, 3)


def test_incidents_differ_in_what_is_null_or_absent(pagerduty: Vendor) -> None:
    incidents = pagerduty.client.get("/incidents").json()["incidents"]

    assert {incident["resolved_at"] is None for incident in incidents} == {True, False}
    assert {incident["resolve_reason"] is None for incident in incidents} == {True, False}
    assert {"priority" in incident for incident in incidents} == {True, False}


# The emulated data, and the tests themselves


def test_nothing_recorded_here_can_be_taken_for_the_contracts_examples(
    grafana: Vendor, github: Vendor, pagerduty: Vendor, argocd: Vendor, slack: Vendor
) -> None:
    vendors = {"grafana": grafana, "github": github, "pagerduty": pagerduty, "argocd": argocd, "slack": slack}
    cases = [case for case in DOCUMENTED if case.method == "GET"]

    answers = [vendors[case.service].client.get(case.url).json() for case in cases]

    strings = {text for answer in answers for text in _strings(answer)}
    assert strings.isdisjoint({"Production overview", "nErXDvCkzz", "General", "guestbook", "C012AB3CDEF", "general"})
    assert "Checkout latency" in strings


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for child in value.values() if isinstance(value, dict) else value:
            yield from _strings(child)


@pytest.mark.parametrize(
    ("file", "method", "path", "body", "found"),
    [
        ("grafana.json", "GET", "/search", [{"id": "41"}], "/0/id"),
        ("github.json", "GET", "/repos/{owner}/{repo}/actions/workflows", {"total_count": 1}, "/"),
        ("pagerduty.json", "GET", "/incidents/{id}", {"incident": {"created_at": "today"}}, "/incident/created_at"),
        ("pagerduty.json", "GET", "/incidents/{id}", {"incident": {"title": None}}, "/incident/title"),
        ("slack.json", "GET", "/conversations.list", {"ok": True, "channels": [{"id": "C0A1"}]}, "/channels/0"),
    ],
    ids=["wrong type", "required key", "date", "null", "one of several"],
)
def test_the_check_against_the_documents_can_fail(file: str, method: str, path: str, body: Any, found: str) -> None:
    pointer = response_pointer(file, method, path, 200)

    assert pointer
    assert [fault.split(": ")[0] for fault in faults(file, pointer, body)] == [found]


def test_json_bodies_are_compact_utf_8(grafana: Vendor) -> None:
    response = grafana.client.get("/api/search?type=dash-folder")

    assert response.content == json.dumps(response.json(), separators=(",", ":"), ensure_ascii=False).encode()
