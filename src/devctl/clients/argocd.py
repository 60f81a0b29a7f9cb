"""Argo CD: applications and their syncs, over the REST side of its API server."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from pydantic import AliasPath, Field, TypeAdapter

from devctl.clients.http import JsonClient, VendorModel, segment


class Source(VendorModel):
    """Where an application's manifests come from: a path in a Git repository, or a chart in a Helm repository."""

    repo_url: str = Field(validation_alias="repoURL")
    path: str | None = None
    chart: str | None = None
    target_revision: str | None = Field(default=None, validation_alias="targetRevision")  # absent: HEAD


class Application(VendorModel):
    """One application. It has one `source`, or several `sources`; its revisions are told the same way.

    sync_status:        "Synced", "OutOfSync" or "Unknown"; empty until Argo CD has looked at it for the first time
    health_status:      "Healthy", "Progressing", "Degraded", "Suspended", "Missing" or "Unknown"; None until then
    revision(s):        what the cluster was last compared with
    syncing_to:         the revision of the operation that runs or waits to, None where there is none
    """

    name: str = Field(validation_alias=AliasPath("metadata", "name"))
    project: str = Field(validation_alias=AliasPath("spec", "project"))
    source: Source | None = Field(default=None, validation_alias=AliasPath("spec", "source"))
    sources: tuple[Source, ...] | None = Field(default=None, validation_alias=AliasPath("spec", "sources"))
    sync_status: str = Field(validation_alias=AliasPath("status", "sync", "status"))
    revision: str | None = Field(default=None, validation_alias=AliasPath("status", "sync", "revision"))
    revisions: tuple[str, ...] | None = Field(default=None, validation_alias=AliasPath("status", "sync", "revisions"))
    health_status: str | None = Field(default=None, validation_alias=AliasPath("status", "health", "status"))
    syncing_to: str | None = Field(default=None, validation_alias=AliasPath("operation", "sync", "revision"))


class _ApplicationList(VendorModel):
    items: list[Application] | None  # Go's empty list is null


_APPLICATIONS = TypeAdapter(_ApplicationList)
_APPLICATION = TypeAdapter(Application)


class ArgoCDClient(JsonClient):
    """An account's view of one Argo CD; `JsonClient` says what may be raised."""

    service: ClassVar[str] = "argocd"

    def list_applications(self, *, projects: Sequence[str] = (), selector: str | None = None) -> list[Application]:
        """Every application the account may see.

        projects: only those of one of these projects
        selector: only those whose labels match, "tier=web,team!=payments"
        """
        params = [("projects", project) for project in projects]
        if selector is not None:
            params.append(("selector", selector))
        return self._get(_APPLICATIONS, "/api/v1/applications", params).items or []

    def get_application(self, name: str, *, project: str | None = None) -> Application:
        """One application, by its name.

        An application that is not there raises Forbidden, lest names be guessed; NotFound where `project` is said and
        the account may see all of it. https://argo-cd.readthedocs.io/en/stable/developer-guide/api-docs/
        """
        params = [] if project is None else [("project", project)]
        return self._get(_APPLICATION, f"/api/v1/applications/{segment(name)}", params)

    def sync_application(
        self, name: str, *, revision: str | None = None, prune: bool = False, dry_run: bool = False
    ) -> Application:
        """Start to bring the cluster to what the repository says, and return the application as the sync starts.

        revision: a commit, branch or tag; None is the application's own target revision
        prune:    also delete what the repository no longer has
        dry_run:  work out what would be done, and do nothing

        Raises ApiError with status 400 while another operation of the application runs.
        """
        body: dict[str, Any] = {"prune": prune, "dryRun": dry_run}
        if revision is not None:
            body["revision"] = revision
        url = f"/api/v1/applications/{segment(name)}/sync"
        return self._read(self._send("POST", url, body=body), _APPLICATION)
