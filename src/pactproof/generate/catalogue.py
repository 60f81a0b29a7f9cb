"""The catalogue that ships with the package: a sensible minimum of the operations that programs use most often.

One contract file a service, catalogue/<service>.yaml, in the format of contracts/<service>.yaml itself. Paths are told
from the default base URL (`registry.DEFAULT_BASE_URLS`; Slack's ends in /api).
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from pactproof.document import parse_document
from pactproof.errors import GenerationError
from pactproof.generate.draft import Draft, NoDraft
from pactproof.interaction import Json
from pactproof.registry import DEFAULT_BASE_URLS, Operation
from pactproof.spelling import did_you_mean

FOLDER = "catalogue"
_OTHER_NAMES: Mapping[str, str] = {"argo": "argocd", "gh": "github", "pd": "pagerduty"}
_TAILS = re.compile(r"(cloud|api|rest|web)+$")  # jira_cloud, slack-web-api


def catalogue_draft(operation: Operation, *, base_url: str = "") -> Draft | NoDraft:
    """The catalogue's entry for `operation`.

    base_url: the provider's, whose path is taken off the front of the entry's paths; "" stands for the default one
    """
    service = catalogue_service(operation.service)
    if service is None:
        known = ", ".join(known_services())
        reason = f"the catalogue has no service {operation.service} (it has {known})"
        return NoDraft(reason, "name the vendor's OpenAPI document in `providers:`, or write the contract by hand")
    entries = _entries(service)
    if operation.name not in entries:
        near = did_you_mean(operation.name, entries)
        reason = f"the catalogue has no {service}.{operation.name}{near}; it has {', '.join(entries)}"
        return NoDraft(reason, "name the vendor's OpenAPI document in `providers:`, or write the contract by hand")
    entry = copy.deepcopy(dict(entries[operation.name]))
    for interaction in _interactions(entry):
        path = interaction["request"]["path"]
        interaction["request"]["path"] = _below(_from_root(service, path), base_url) if base_url else path
    return Draft(entry, f"the catalogue, {service}.{operation.name}")


def known_request(service: str, name: str) -> tuple[str, str] | None:
    """Method and path template of an operation's first request, ("GET", "/api/chat.postMessage"); None if not known.

    The path is told from the host, as a vendor's document with its base path in front has it.
    """
    spelled = catalogue_service(service)
    entry = _entries(spelled).get(name) if spelled else None
    if entry is None or spelled is None:
        return None
    request = _interactions(entry)[0]["request"]
    return request.get("method", "GET"), _from_root(spelled, request["path"])


def known_operations(service: str) -> tuple[str, ...]:
    """The operations of a service that the catalogue has, in its order; () for a service it does not have."""
    spelled = catalogue_service(service)
    return tuple(_entries(spelled)) if spelled else ()


@cache
def known_services() -> tuple[str, ...]:
    """The services that the catalogue has, sorted."""
    names = (file.name for file in files(__package__).joinpath(FOLDER).iterdir())
    return tuple(sorted(name.removesuffix(".yaml") for name in names if name.endswith(".yaml")))


def catalogue_service(service: str) -> str | None:
    """How the catalogue spells a service: "argocd" for argo_cd, argo-cd and ArgoCD; None for one it does not have."""
    bare = re.sub(r"[-_. ]", "", service).lower()
    for name in (bare, _TAILS.sub("", bare)):
        spelled = _OTHER_NAMES.get(name, name)
        if spelled in known_services():
            return spelled
    return None


@cache
def _entries(service: str) -> Mapping[str, Mapping[str, Json]]:
    """The entries of a service by operation, read once; nobody may change them."""
    text = files(__package__).joinpath(FOLDER, f"{service}.yaml").read_text("utf-8")
    document, faults = parse_document(text, f"{FOLDER}/{service}.yaml")
    if faults:
        raise GenerationError(faults=faults)
    return MappingProxyType(document.data)


def _interactions(entry: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every interaction of an entry, scenario by scenario."""
    scenarios = entry["scenarios"].values() if "scenarios" in entry else [entry]
    return [one for scenario in scenarios for one in scenario.get("sequence", [scenario])]


def _from_root(service: str, path: str) -> str:
    return urlsplit(DEFAULT_BASE_URLS.get(service, "")).path.rstrip("/") + path


def _below(path: str, base_url: str) -> str:
    """`path`, told from the host, as told from `base_url`; one that only a proxy has is behind it as it is."""
    prefix = urlsplit(base_url).path.rstrip("/")
    return path.removeprefix(prefix) if path.startswith(f"{prefix}/") else path
