"""The Argo CD emulator behaves as Argo CD does: what is hidden, what a sync does, and what takes it back."""

from __future__ import annotations

import secrets
import ssl
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from tests.emulators.argocd import ArgoCDEmulator
from tests.emulators.argocd_data import COMMITS

TOKEN = secrets.token_hex(20)
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # httpx would load the system's certificates for every client
APPS = "/api/v1/applications"
MADE = {
    "metadata": {"name": "made-by-a-test"},
    "spec": {
        "project": "platform",
        "source": {"repoURL": "https://git.example.com/octo.git", "path": "made", "targetRevision": "main"},
        "destination": {"server": "https://kubernetes.default.svc", "namespace": "made"},
    },
}


@pytest.fixture
def emulator() -> Iterator[ArgoCDEmulator]:
    with ArgoCDEmulator(TOKEN) as running:
        yield running


@pytest.fixture
def argocd(emulator: ArgoCDEmulator) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with httpx.Client(base_url=emulator.url, headers=headers, trust_env=False, verify=NO_TLS) as client:
        yield client


def refusal(response: httpx.Response) -> tuple[int, int, str]:
    body = response.json()
    assert body["error"] == body["message"]
    return response.status_code, body["code"], body["message"]


def test_applications_narrow_by_project_and_by_label(argocd: httpx.Client) -> None:
    def names(query: str) -> list[str]:
        return [app["metadata"]["name"] for app in argocd.get(f"{APPS}?{query}").json()["items"]]

    assert names("") == ["checkout-web", "ledger", "metrics-stack", "scratch-mei"]
    assert names("projects=payments") == ["checkout-web", "ledger"]
    assert names("projects=payments&projects=platform&selector=team") == ["checkout-web", "ledger", "metrics-stack"]
    assert names("selector=team=payments,tier!=web") == ["ledger"]
    assert names("selector=tier==web") == ["checkout-web"]


def test_a_list_of_no_application_is_null(argocd: httpx.Client) -> None:
    assert argocd.get(f"{APPS}?projects=none").json()["items"] is None


def test_applications_differ_in_what_is_absent(argocd: httpx.Client) -> None:
    apps = argocd.get(APPS).json()["items"]

    assert {("source" in app["spec"], "sources" in app["spec"]) for app in apps} == {(True, False), (False, True)}
    assert {"revision" in app["status"]["sync"] for app in apps} == {True, False}
    assert {"status" in app["status"]["health"] for app in apps} == {True, False}
    assert {"labels" in app["metadata"] for app in apps} == {True, False}


def test_a_missing_application_is_hidden_from_who_does_not_say_its_project(argocd: httpx.Client) -> None:
    hidden = argocd.get(f"{APPS}/missing")
    missing = argocd.get(f"{APPS}/missing?project=platform")
    elsewhere = argocd.get(f"{APPS}/ledger?project=platform")

    assert refusal(hidden) == (403, 7, "permission denied")
    assert refusal(missing) == (404, 5, 'applications.argoproj.io "missing" not found')
    assert refusal(elsewhere) == (404, 5, 'applications.argoproj.io "ledger" not found')


def test_a_sync_runs_beside_the_api_and_ends_in_the_history(argocd: httpx.Client) -> None:
    url = f"{APPS}/checkout-web"
    started = argocd.post(f"{url}/sync", json={"revision": "v2.3.0", "prune": True, "dryRun": False}).json()
    running = argocd.get(url).json()
    ended = argocd.get(url).json()

    assert started["operation"]["sync"] == {"revision": COMMITS["v2.3.0"], "prune": True}
    assert "operationState" not in started["status"]
    assert running["status"]["operationState"]["phase"] == "Running"
    assert "operation" not in ended
    assert ended["status"]["operationState"]["phase"] == "Succeeded"
    assert [entry["id"] for entry in ended["status"]["history"]] == [21, 22, 23]
    assert ended["status"]["history"][-1]["revision"] == COMMITS["v2.3.0"]
    assert ended["status"]["sync"]["status"] == "OutOfSync"


def test_a_dry_run_leaves_no_trace_in_the_history(argocd: httpx.Client, emulator: ArgoCDEmulator) -> None:
    before = emulator.contents()["checkout-web"]["status"]["history"]

    argocd.post(f"{APPS}/checkout-web/sync", json={"dryRun": True})
    for _ in range(2):
        argocd.get(f"{APPS}/checkout-web")

    assert emulator.contents()["checkout-web"]["status"]["history"] == before


@pytest.mark.parametrize(
    ("name", "body", "found"),
    [
        ("missing", {}, (403, 7, "permission denied")),
        ("missing", {"project": "default"}, (404, 5, 'applications.argoproj.io "missing" not found')),
        ("checkout-web", {"revision": "v0"}, (400, 9, "unable to resolve 'v0' to a commit SHA")),
        ("ledger", {"revision": "v2.3.0"}, (400, 9, "Cannot sync to v2.3.0: auto-sync currently set to HEAD")),
    ],
    ids=["hidden", "missing", "unknown revision", "automated"],
)
def test_a_sync_that_cannot_be_is_refused(
    argocd: httpx.Client, name: str, body: dict[str, Any], found: tuple[int, int, str]
) -> None:
    assert refusal(argocd.post(f"{APPS}/{name}/sync", json=body)) == found


def test_one_operation_at_a_time_until_it_is_terminated(argocd: httpx.Client) -> None:
    url = f"{APPS}/checkout-web"
    argocd.post(f"{url}/sync", json={})

    second = argocd.post(f"{url}/sync", json={})
    terminated = argocd.delete(f"{url}/operation")
    again = argocd.delete(f"{url}/operation")

    assert refusal(second) == (400, 9, "another operation is already in progress")
    assert (terminated.status_code, terminated.json()) == (200, {})
    assert refusal(again) == (400, 3, "Unable to terminate operation. No operation is in progress")
    assert argocd.get(url).json()["status"]["operationState"]["phase"] == "Failed"


def test_a_made_application_is_compared_when_it_is_read_and_goes_without_a_trace(
    argocd: httpx.Client, emulator: ArgoCDEmulator
) -> None:
    before = emulator.contents()

    made = argocd.post(APPS, json=MADE).json()
    second = argocd.post(APPS, json=MADE)
    compared = argocd.get(f"{APPS}/made-by-a-test").json()
    deleted = argocd.delete(f"{APPS}/made-by-a-test?cascade=true&project=platform")

    assert made["status"]["sync"]["status"] == ""
    assert refusal(second) == (400, 3, "existing application spec is different; use upsert flag to force update")
    assert (compared["status"]["sync"]["status"], compared["status"]["health"]) == ("OutOfSync", {"status": "Missing"})
    assert (deleted.status_code, deleted.json()) == (200, {})
    assert emulator.contents() == before
