"""Argo CD's REST API as far as devctl uses it: applications and syncs, and what takes a sync back.

The application controller, which works beside the API server, takes one step whenever an application is read.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence
from typing import Any

from tests.emulators.argocd_data import COMMITS, applications, deployed, metadata
from tests.emulators.server import Answer, Call, Emulator, Json, Route, route

_INVALID_ARGUMENT, _NOT_FOUND, _PERMISSION_DENIED = 3, 5, 7
_RESOURCE_EXHAUSTED, _FAILED_PRECONDITION, _UNAUTHENTICATED = 8, 9, 16  # gRPC's codes, beside HTTP's


class ArgoCDEmulator(Emulator):
    """Argo CD 3 for one account that may do everything. Writes are kept until the emulator is left."""

    name = "argocd"

    def __init__(self, token: str) -> None:
        super().__init__(token)
        self._applications = applications()
        self._made = 0

    def contents(self) -> Json:
        """Every application by its name: what a write has changed, and an undo has brought back."""
        with self._lock:
            return copy.deepcopy(self._applications)

    def routes(self) -> Sequence[Route]:
        one = "/api/v1/applications/{name}"
        return (
            route("GET", "/api/v1/applications", self._list),
            route("POST", "/api/v1/applications", self._create),
            route("GET", one, self._get),
            route("DELETE", one, self._delete),
            route("POST", f"{one}/sync", self._sync),
            route("DELETE", f"{one}/operation", self._terminate),
        )

    def is_authorized(self, call: Call) -> bool:
        return call.headers.get("authorization") == f"Bearer {self.token}"

    def unauthorized(self, call: Call) -> Answer:
        has_token = "authorization" in call.headers
        message = "invalid session: failed to verify the token" if has_token else "no session information"
        return _error(401, _UNAUTHENTICATED, message)

    def not_found(self, call: Call) -> Answer:
        return _error(404, _NOT_FOUND, "Not Found")

    def rate_limited(self, call: Call, kind: str) -> Answer:
        # Argo CD itself counts no requests; what stands in front of it may.
        error = _error(429, _RESOURCE_EXHAUSTED, "too many requests")
        return Answer(error.status, error.body, (("Retry-After", "1"),))

    def common_headers(self, request_number: int) -> Sequence[tuple[str, str]]:
        return (
            ("Content-Type", "application/json"),
            ("Content-Security-Policy", "frame-ancestors 'self';"),
            ("Grpc-Metadata-Content-Type", "application/grpc"),
            ("X-Frame-Options", "sameorigin"),
            ("X-Xss-Protection", "1"),
        )

    def _list(self, call: Call) -> Answer:
        projects, terms = {*call.values("projects"), *call.values("project")}, call.value("selector").split(",")
        with self._lock:
            found = [
                copy.deepcopy(app)
                for _, app in sorted(self._applications.items())
                if (not projects or app["spec"]["project"] in projects)
                and all(_selects(term, app["metadata"].get("labels", {})) for term in terms if term)
            ]
        # An empty list has gone through gRPC as nothing, and comes out as null.
        return Answer(200, {"metadata": {"resourceVersion": "48219977"}, "items": found or None})

    def _get(self, call: Call) -> Answer:
        with self._lock:
            app = self._applications.get(call.captures["name"])
            if app is None or not _is_in(app, call.value("project")):
                return _missing(call.captures["name"], call.value("project"))
            _controller_step(app)
            return Answer(200, copy.deepcopy(app))

    def _create(self, call: Call) -> Answer:
        wanted = call.json()
        name, spec = wanted["metadata"]["name"], wanted["spec"]
        with self._lock:
            if name in self._applications:
                message = "existing application spec is different; use upsert flag to force update"
                return _error(400, _INVALID_ARGUMENT, message)
            self._made += 1
            compared = {key: spec[key] for key in ("source", "destination")}
            app = {
                "metadata": metadata(name, self._made, "2026-11-20T12:00:02Z", **_labels(wanted)),
                "spec": spec,
                "status": {"sync": {"status": "", "comparedTo": compared}, "health": {}, "summary": {}},
            }
            self._applications[name] = app
            return Answer(200, copy.deepcopy(app))

    def _delete(self, call: Call) -> Answer:
        name, project = call.captures["name"], call.value("project")
        with self._lock:
            app = self._applications.get(name)
            if app is None or not _is_in(app, project):
                return _missing(name, project)
            del self._applications[name]
        return Answer(200, {})

    def _sync(self, call: Call) -> Answer:
        wanted, name = call.json(), call.captures["name"]
        with self._lock:
            app = self._applications.get(name)
            if app is None or not _is_in(app, wanted.get("project", "")):
                return _missing(name, wanted.get("project", ""))
            target = app["spec"].get("source", {}).get("targetRevision", "HEAD")
            revision = wanted.get("revision") or target
            if revision != target and "automated" in app["spec"].get("syncPolicy", {}):
                message = f"Cannot sync to {revision}: auto-sync currently set to {target}"
                return _error(400, _FAILED_PRECONDITION, message)
            commit = _commit(revision)
            if commit is None:
                return _error(400, _FAILED_PRECONDITION, f"unable to resolve '{revision}' to a commit SHA")
            if "operation" in app:
                return _error(400, _FAILED_PRECONDITION, "another operation is already in progress")
            app["operation"] = _operation(wanted, commit)
            app["status"].pop("operationState", None)
            return Answer(200, copy.deepcopy(app))

    def _terminate(self, call: Call) -> Answer:
        name, project = call.captures["name"], call.value("project")
        with self._lock:
            app = self._applications.get(name)
            if app is None or not _is_in(app, project):
                return _missing(name, project)
            if "operation" not in app:
                message = "Unable to terminate operation. No operation is in progress"
                return _error(400, _INVALID_ARGUMENT, message)
            operation = app.pop("operation")
            app["status"]["operationState"] = _state(operation, "Failed", "Operation terminated", is_over=True)
        return Answer(200, {})


def _error(status: int, code: int, message: str) -> Answer:
    return Answer(status, {"error": message, "code": code, "message": message})


def _missing(name: str, project: str) -> Answer:
    """404 to who says the project as well; 403 to who does not, as for an application that is hidden from them."""
    if project:
        return _error(404, _NOT_FOUND, f'applications.argoproj.io "{name}" not found')
    return _error(403, _PERMISSION_DENIED, "permission denied")


def _is_in(app: Json, project: str) -> bool:
    return project in ("", app["spec"]["project"])


def _labels(app: Json) -> dict[str, Any]:
    return {"labels": app["metadata"]["labels"]} if "labels" in app["metadata"] else {}


def _selects(term: str, labels: Json) -> bool:
    key, operator, value = re.fullmatch(r"([^!=]+)(!=|==?|)(.*)", term).groups()  # type: ignore[union-attr]  # matches all
    if not operator:
        return key in labels
    return (labels.get(key) == value) is (operator != "!=")


def _commit(revision: str) -> str | None:
    return revision if re.fullmatch(r"[0-9a-f]{40}", revision) else COMMITS.get(revision)


def _operation(wanted: Json, commit: str) -> dict[str, Any]:
    # What is false is left out, as everything that Go calls empty.
    flags = {name: True for name in ("prune", "dryRun") if wanted.get(name)}
    return {"sync": {"revision": commit, **flags}, "initiatedBy": {"username": "devctl"}, "retry": {}}


def _state(operation: Json, phase: str, message: str, *, is_over: bool) -> dict[str, Any]:
    state = {"operation": operation, "phase": phase, "message": message, "startedAt": "2026-11-20T12:00:05Z"}
    return {**state, "finishedAt": "2026-11-20T12:00:11Z"} if is_over else state


def _controller_step(app: Json) -> None:
    """Compare a new application with its repository, or bring its operation one phase further."""
    status, spec = app["status"], app["spec"]
    operation, running = app.get("operation"), status.get("operationState")
    if operation is None:
        if status["sync"]["status"] == "":
            status["sync"] |= {"status": "OutOfSync", "revision": _commit(spec["source"]["targetRevision"])}
            status["health"] = {"status": "Missing"}
        return
    if running is None:
        status["operationState"] = _state(operation, "Running", "waiting for completion", is_over=False)
        return
    del app["operation"]
    status["operationState"] = _state(operation, "Succeeded", "successfully synced (all tasks run)", is_over=True)
    sync = operation["sync"]
    if "dryRun" in sync:
        return
    history = status.setdefault("history", [])
    number = history[-1]["id"] + 1 if history else 0
    entry = deployed(number, "2026-11-20T12:00:05Z", sync["revision"], spec["source"], operation["initiatedBy"])
    history.append(entry)
    is_current = sync["revision"] == _commit(spec["source"]["targetRevision"])
    status["sync"] |= {"status": "Synced" if is_current else "OutOfSync"}
    status["health"] = {"status": "Healthy"}
