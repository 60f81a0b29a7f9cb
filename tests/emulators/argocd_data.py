"""What the Argo CD emulator starts with: four applications that differ in everything that may differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tests.emulators.server import Json, digest

DEPLOYMENTS = "https://github.com/octo-labs/deployments.git"
CHARTS = "https://charts.octo-labs.example"
CLUSTER = "https://kubernetes.default.svc"

# What names in the repository lead to. Argo CD answers with commits, whatever was asked for.
COMMITS: Mapping[str, str] = {
    "main": digest("argocd", "main"),
    "HEAD": digest("argocd", "main"),
    "v2.3.0": digest("argocd", "v2.3.0"),
    "v2.3.1": digest("argocd", "v2.3.1"),
}


def git(path: str, target: str = "main") -> dict[str, Any]:
    return {"repoURL": DEPLOYMENTS, "path": path, "targetRevision": target}


def _chart(name: str, version: str, **more: Json) -> dict[str, Any]:
    return {"repoURL": CHARTS, "chart": name, "targetRevision": version, **more}


def metadata(name: str, number: int, created: str, **more: Json) -> dict[str, Any]:
    """An application's metadata; `number` makes its ids."""
    text = digest("application", name, number, length=32)
    return {
        "name": name,
        "namespace": "argocd",
        "uid": f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:]}",
        "resourceVersion": str(48210000 + 37 * number),
        "generation": number,
        "creationTimestamp": created,
        **more,
    }


def deployed(number: int, at: str, revision: Json, source: Json, who: Json) -> dict[str, Any]:
    """One entry of an application's history; `revision` and `source` as the application has them, one or several."""
    several = isinstance(source, list)
    return {
        "id": number,
        "deployStartedAt": at,
        "deployedAt": at.replace("05Z", "11Z"),
        "revisions" if several else "revision": revision,
        "sources" if several else "source": source,
        "initiatedBy": who,
    }


def _resource(kind: str, name: str, status: str = "Synced", group: str = "apps", **more: Json) -> dict[str, Any]:
    return {"group": group, "version": "v1", "kind": kind, "namespace": "shop", "name": name, "status": status, **more}


_AUTOMATED, _INES = {"automated": True}, {"username": "ines.halvorsen"}
_WEB, _SCRATCH = git("apps/checkout-web"), git("scratch/mei", "mei/try-gateway")
_LEDGER = [
    _chart("ledger", "1.8.0", helm={"valueFiles": ["$values/apps/ledger/values.yaml"]}),
    {"repoURL": DEPLOYMENTS, "targetRevision": "main", "ref": "values"},
]
_METRICS = _chart("metrics-stack", "65.3.1", helm={"releaseName": "metrics"})


def _spec(project: str, namespace: str, **more: Json) -> dict[str, Any]:
    return {"project": project, "destination": {"server": CLUSTER, "namespace": namespace}, **more}


def _compared(spec: Json) -> dict[str, Any]:
    return {name: spec[name] for name in ("source", "sources", "destination") if name in spec}


def _finished(revision: str, source: Json, at: str) -> dict[str, Any]:
    return {
        "operation": {"sync": {"revision": revision, "prune": True}, "initiatedBy": _INES, "retry": {}},
        "phase": "Succeeded",
        "message": "successfully synced (all tasks run)",
        "syncResult": {"revision": revision, "source": source},
        "startedAt": at,
        "finishedAt": at.replace("05Z", "11Z"),
    }


def _checkout_web() -> dict[str, Any]:
    spec, revision = _spec("payments", "shop", source=_WEB), COMMITS["v2.3.1"]
    return {
        "metadata": metadata("checkout-web", 14, "2026-02-11T09:20:47Z", labels={"team": "payments", "tier": "web"}),
        "spec": {**spec, "revisionHistoryLimit": 5},
        "status": {
            "resources": [
                _resource("Deployment", "checkout-web", health={"status": "Healthy"}),
                _resource("ConfigMap", "checkout-web-settings", group=""),
            ],
            "sync": {"status": "Synced", "comparedTo": _compared(spec), "revision": revision},
            "health": {"status": "Healthy", "lastTransitionTime": "2026-11-18T16:40:52Z"},
            "history": [
                deployed(21, "2026-11-03T10:02:05Z", COMMITS["v2.3.0"], _WEB, _INES),
                deployed(22, "2026-11-18T16:40:05Z", revision, _WEB, _INES),
            ],
            "reconciledAt": "2026-11-20T11:58:31Z",
            "operationState": _finished(revision, _WEB, "2026-11-18T16:40:05Z"),
            "sourceType": "Kustomize",
            "summary": {
                "externalURLs": ["https://shop.octo-labs.example"],
                "images": ["registry.octo-labs.example/checkout-web:2.3.1"],
            },
            "controllerNamespace": "argocd",
        },
    }


def _ledger() -> dict[str, Any]:
    spec, revisions = _spec("payments", "ledger", sources=_LEDGER), ["1.8.0", COMMITS["main"]]
    return {
        "metadata": metadata(
            "ledger",
            9,
            "2025-12-01T13:05:00Z",
            labels={"team": "payments"},
            annotations={"notifications.argoproj.io/subscribe.on-sync-failed.slack": "on-call"},
            finalizers=["resources-finalizer.argocd.argoproj.io"],
        ),
        "spec": {
            **spec,
            "syncPolicy": {"automated": {"prune": True, "selfHeal": True}, "syncOptions": ["Validate=true"]},
        },
        "status": {
            "resources": [
                _resource("CronJob", "ledger-settle", "OutOfSync", "batch", health={"status": "Degraded"}),
            ],
            "sync": {"status": "OutOfSync", "comparedTo": _compared(spec), "revisions": revisions},
            "health": {"status": "Degraded", "message": "the last run of ledger-settle failed"},
            "history": [deployed(3, "2026-10-30T01:15:05Z", revisions, _LEDGER, _AUTOMATED)],
            "reconciledAt": "2026-11-20T11:59:04Z",
            "sourceTypes": ["Helm", "Directory"],
            "summary": {"images": ["registry.octo-labs.example/ledger:1.8.0"]},
        },
    }


def _metrics_stack() -> dict[str, Any]:
    spec = _spec("platform", "monitoring", source=_METRICS)
    return {
        "metadata": metadata("metrics-stack", 61, "2024-08-19T07:44:12Z", labels={"team": "platform"}),
        "spec": {**spec, "syncPolicy": {"syncOptions": ["ServerSideApply=true"]}},
        "status": {
            "sync": {"status": "Synced", "comparedTo": _compared(spec), "revision": "65.3.1"},
            "health": {"status": "Progressing"},
            "history": [deployed(58, "2026-11-20T11:55:05Z", "65.3.1", _METRICS, {"username": "tomas.okafor"})],
            "reconciledAt": "2026-11-20T11:55:20Z",
            "sourceType": "Helm",
            "summary": {},
        },
    }


def _scratch() -> dict[str, Any]:
    spec = _spec("platform", "scratch-mei", source=_SCRATCH)
    trouble = "failed to load target state: app path scratch/mei does not exist"
    return {
        "metadata": metadata("scratch-mei", 1, "2026-11-20T11:41:36Z"),
        "spec": spec,
        "status": {
            # Compared with nothing yet: no revision, no health, no history.
            "sync": {"status": "Unknown", "comparedTo": _compared(spec)},
            "health": {},
            "conditions": [
                {"type": "ComparisonError", "message": trouble, "lastTransitionTime": "2026-11-20T11:41:37Z"}
            ],
            "reconciledAt": "2026-11-20T11:41:37Z",
            "summary": {},
        },
    }


def applications() -> dict[str, dict[str, Any]]:
    """The applications by name, made anew."""
    made: Sequence[dict[str, Any]] = (_checkout_web(), _ledger(), _metrics_stack(), _scratch())
    return {app["metadata"]["name"]: app for app in made}
