"""How devctl calls Argo CD."""

from __future__ import annotations

import pytest

from devctl.errors import ApiError, Forbidden, NotFound, Unauthorized
from pactproof import contract


@contract("argocd.list_applications")
def test_list_applications(argocd):
    applications = argocd.list_applications()

    assert applications
    assert all(application.name and application.sync_status for application in applications)
    return applications


@contract("argocd.list_applications", scenario="selected")
def test_list_applications_of_a_project_by_label(argocd, provider):
    project = provider.params["project"]
    applications = argocd.list_applications(projects=[project], selector=provider.params["selector"])

    assert {application.project for application in applications} == {project}
    return applications


@contract("argocd.list_applications", scenario="nothing_found")
def test_list_applications_nothing_found(argocd):
    assert argocd.list_applications(selector="tier=none") == []


@contract("argocd.list_applications", scenario="unauthorized")
def test_list_applications_unauthorized(argocd):
    with pytest.raises(Unauthorized, match="invalid session"):
        argocd.list_applications()


@contract("argocd.get_application")
def test_get_application(argocd, provider):
    application = argocd.get_application(provider.params["name"])

    assert application.name == provider.params["name"]
    assert application.source is not None
    assert application.revision
    return application


@contract("argocd.get_application", scenario="several_sources")
def test_get_application_with_several_sources(argocd, provider):
    application = argocd.get_application(provider.params["name"])

    assert application.source is None
    assert application.sources
    assert application.revisions
    return application


@contract("argocd.get_application", scenario="not_found")
def test_get_application_not_found(argocd, provider):
    with pytest.raises(NotFound, match="not found"):
        argocd.get_application(provider.params["name"], project=provider.params["project"])


@contract("argocd.get_application", scenario="permission_denied")
def test_get_application_permission_denied(argocd, provider):
    with pytest.raises(Forbidden, match="permission denied"):
        argocd.get_application(provider.params["name"])


@contract("argocd.sync_application")
def test_sync_application(argocd, provider):
    application = argocd.sync_application(provider.params["name"], revision=provider.params["revision"])

    assert application.name == provider.params["name"]
    assert application.syncing_to == provider.params["revision"]
    return application


@contract("argocd.sync_application", scenario="in_progress")
def test_sync_application_in_progress(argocd, provider):
    with pytest.raises(ApiError, match="another operation is already in progress") as refused:
        argocd.sync_application(provider.params["name"], revision=provider.params["revision"])

    assert refused.value.status == 400
