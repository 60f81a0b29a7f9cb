"""Who recorded, with which versions, and what the provider says of its own: kept beside a recording, never compared."""

from __future__ import annotations

import platform
import sys
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Final

from pactproof.interaction import Request, Response

_BELOW: Final[Mapping[str, tuple[str, ...]]] = {
    "aiohttp": (),
    "boto3": ("botocore", "urllib3"),
    "botocore": ("urllib3",),
    "httplib2": (),
    "httpx": (),
    "requests": ("urllib3",),
    "urllib3": (),
}
"""Client libraries, by the name of their module and distribution, with those that they send their requests through."""

VERSION_HEADERS: Final = (
    "X-GitHub-Enterprise-Version",
    "X-GitHub-Api-Version-Selected",
    "X-Grafana-Version",
    "X-Jenkins",
    "X-Gitea-Version",
    "X-Influxdb-Version",
    "X-Shopify-API-Version",
    "X-Zendesk-API-Version",
    "Stripe-Version",
    "Docker-Distribution-Api-Version",
    "X-Api-Version",
    "Api-Version",
    "X-Service-Version",
    "X-App-Version",
    "X-Version",
)
"""Headers in which providers say their version, most telling first. Not `Server`: mostly a proxy speaks there."""


def versions(root: Path, requests: Iterable[Request], consumer: str = "") -> dict[str, str]:
    """Of Python, of the libraries that sent `requests`, of Pact's matcher, and of the consumer where it says one.

    root:     the project's folder; nothing is imported to find out
    consumer: its name, "" where nobody named one
    """
    names = _clients(requests) | ({"pact-python-ffi"} if "pact_ffi" in sys.modules else set())
    found = {"python": platform.python_version(), **{name: _version(name) for name in names}}
    if consumer:
        found[consumer] = _of_consumer(root, consumer)
    return {name: version for name, version in sorted(found.items()) if version}


def _clients(requests: Iterable[Request]) -> set[str]:
    """The libraries that name themselves in `User-Agent`; where none does, all that this process has loaded."""
    agents = {request.headers.get("user-agent").lower() for request in requests}
    named = {name for name in _BELOW if any(f"{name}/" in agent for agent in agents)}
    found = named or {name for name in _BELOW if name in sys.modules}
    return found.union(*(_BELOW[name] for name in found))


def provider_version(answers: Iterable[Response], own_header: str = "") -> str:
    """What the first of `answers` with one of VERSION_HEADERS says there, "" for none.

    own_header: the one to look at instead, as the registry names it
    """
    names = (own_header,) if own_header else VERSION_HEADERS
    return next((value for answer in answers for name in names if (value := answer.headers.get(name).strip())), "")


@cache
def _version(distribution: str) -> str:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return ""


@cache
def _of_consumer(root: Path, consumer: str) -> str:
    """Of the project's own pyproject.toml where that is the consumer's, else of the installed distribution."""
    try:
        project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8")).get("project", {})
    except (OSError, ValueError):
        project = {}
    if project.get("name") == consumer and isinstance(project.get("version"), str):
        return str(project["version"])
    return _version(consumer)
