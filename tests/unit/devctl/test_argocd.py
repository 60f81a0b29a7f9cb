from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from tests.unit.devctl.vendor import Vendor

from devctl.clients import ArgoCDClient
from devctl.clients.argocd import Application, Source
from devctl.errors import ApiError, Forbidden, NotFound, UnreadableAnswerError

COMMIT = "53e28ff20cc530b9ada2173fbbd64d48338583ba"
REPOSITORY = "https://github.com/octo-org/manifests.git"
GUESTBOOK = {
    "metadata": {"name": "guestbook", "namespace": "argocd"},
    "spec": {"project": "default", "source": {"repoURL": REPOSITORY, "path": "guestbook", "targetRevision": "HEAD"}},
    "status": {"sync": {"status": "Synced", "revision": COMMIT}, "health": {"status": "Healthy"}},
}


@pytest.fixture
def argocd(vendor: Vendor, token: str) -> Iterator[ArgoCDClient]:
    with ArgoCDClient(base_url=vendor.url, token=token) as client:
        yield client


def test_an_application_of_one_source_is_read_with_what_is_used_of_it(vendor: Vendor, argocd: ArgoCDClient) -> None:
    vendor.answers("GET", "/api/v1/applications/guestbook", GUESTBOOK)

    assert argocd.get_application("guestbook") == Application(
        name="guestbook",
        project="default",
        source=Source(repo_url=REPOSITORY, path="guestbook", target_revision="HEAD"),
        sync_status="Synced",
        revision=COMMIT,
        health_status="Healthy",
    )


def test_an_application_of_several_sources_has_several_revisions(vendor: Vendor, argocd: ArgoCDClient) -> None:
    sources = [{"repoURL": "https://charts.example.com", "chart": "ledger"}, {"repoURL": REPOSITORY, "ref": "values"}]
    ledger = {
        "metadata": {"name": "ledger"},
        "spec": {"project": "default", "sources": sources},
        "status": {"sync": {"status": "OutOfSync", "revisions": ["1.8.0", COMMIT]}, "health": {"status": "Degraded"}},
    }
    vendor.answers("GET", "/api/v1/applications/ledger", ledger)

    application = argocd.get_application("ledger")

    assert application.source is None
    assert application.sources == (
        Source(repo_url="https://charts.example.com", chart="ledger"),
        Source(repo_url=REPOSITORY),
    )
    assert (application.revision, application.revisions) == (None, ("1.8.0", COMMIT))


def test_an_application_that_was_never_looked_at_has_neither_health_nor_revision(
    vendor: Vendor, argocd: ArgoCDClient
) -> None:
    vendor.answers("GET", "/api/v1/applications/new", {**GUESTBOOK, "status": {"sync": {"status": ""}, "health": {}}})

    application = argocd.get_application("new")

    assert (application.sync_status, application.health_status, application.revision) == ("", None, None)


def test_applications_are_asked_for_by_project_and_label(vendor: Vendor, argocd: ArgoCDClient) -> None:
    vendor.answers(
        "GET", "/api/v1/applications?projects=a&projects=b&selector=tier%3Dweb", {"metadata": {}, "items": [GUESTBOOK]}
    )

    found = argocd.list_applications(projects=["a", "b"], selector="tier=web")

    assert [application.name for application in found] == ["guestbook"]


@pytest.mark.parametrize("items", [None, []], ids=["null", "empty"])
def test_no_application_is_an_empty_list(vendor: Vendor, argocd: ArgoCDClient, items: object) -> None:
    vendor.answers("GET", "/api/v1/applications", {"metadata": {}, "items": items})

    assert argocd.list_applications() == []


def test_a_name_and_a_project_are_quoted(vendor: Vendor, argocd: ArgoCDClient) -> None:
    vendor.answers("GET", "/api/v1/applications/a%2Fb?project=c%26d", GUESTBOOK)

    argocd.get_application("a/b", project="c&d")

    assert vendor.targets == ["/api/v1/applications/a%2Fb?project=c%26d"]


@pytest.mark.parametrize(
    ("target", "status", "message", "kind"),
    [
        ("missing", 403, "permission denied", Forbidden),
        ("missing?project=default", 404, 'applications.argoproj.io "missing" not found', NotFound),
    ],
    ids=["project not said", "project said"],
)
def test_a_missing_application_is_told_as_argo_cd_tells_it(
    vendor: Vendor, argocd: ArgoCDClient, target: str, status: int, message: str, kind: type[ApiError]
) -> None:
    refusal = {"error": message, "code": 7 if status == 403 else 5, "message": message}
    vendor.answers("GET", f"/api/v1/applications/{target}", refusal, status=status)

    with pytest.raises(ApiError) as caught:
        argocd.get_application("missing", project="default" if "project" in target else None)

    assert type(caught.value) is kind
    assert str(caught.value) == f"argocd answered {status}: {message}"


def test_a_sync_sends_its_revision_and_returns_the_application_as_it_starts(
    vendor: Vendor, argocd: ArgoCDClient, token: str
) -> None:
    started = {**GUESTBOOK, "operation": {"sync": {"revision": COMMIT}, "initiatedBy": {"username": "devctl"}}}
    vendor.answers("POST", "/api/v1/applications/guestbook/sync", started)

    application = argocd.sync_application("guestbook", revision="v1.4.0", prune=True)

    [asked] = vendor.asked
    assert json.loads(asked.body) == {"prune": True, "dryRun": False, "revision": "v1.4.0"}
    assert asked.headers["Authorization"] == f"Bearer {token}"
    assert application.syncing_to == COMMIT


def test_a_sync_without_a_revision_leaves_the_choice_to_the_application(vendor: Vendor, argocd: ArgoCDClient) -> None:
    vendor.answers("POST", "/api/v1/applications/guestbook/sync", GUESTBOOK)

    application = argocd.sync_application("guestbook", dry_run=True)

    assert json.loads(vendor.asked[0].body) == {"prune": False, "dryRun": True}
    assert application.syncing_to is None


def test_a_second_sync_is_refused_while_one_runs(vendor: Vendor, argocd: ArgoCDClient) -> None:
    message = "another operation is already in progress"
    refusal = {"error": message, "code": 9, "message": message}
    vendor.answers("POST", "/api/v1/applications/guestbook/sync", refusal, status=400)

    with pytest.raises(ApiError) as caught:
        argocd.sync_application("guestbook")

    assert type(caught.value) is ApiError
    assert str(caught.value) == "argocd answered 400: another operation is already in progress"


def test_an_application_without_a_project_is_not_as_documented(vendor: Vendor, argocd: ArgoCDClient) -> None:
    vendor.answers("GET", "/api/v1/applications/guestbook", {**GUESTBOOK, "spec": {}})

    with pytest.raises(UnreadableAnswerError) as caught:
        argocd.get_application("guestbook")

    assert str(caught.value) == "argocd answered 200: not as documented: spec.project: Field required"
