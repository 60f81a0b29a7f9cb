"""Recordings of a made-up shop, and the drift between two of them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pactproof.contracts import Scenario
from pactproof.drift import Drift, drift
from pactproof.interaction import Headers, Interaction, Request, Response
from pactproof.pytest_plugin.project import Project

BASE_URL = "https://shop.example.com/base"
JSON = "application/json"


@dataclass(frozen=True)
class Told:
    params: Mapping[str, Any] = field(default_factory=dict)
    requests: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True)
class Recorded:
    """What a cassette is to drift: interactions, and the params they were made with."""

    interactions: Sequence[Interaction]
    provenance: Told = field(default_factory=Told)


def answer(body: Any, status: int = 200, media: str = JSON, **headers: str) -> Response:
    """`body` is bytes as they are, or JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Response(status, Headers((("Content-Type", media), *named)), content, "OK")


def recorded(*answers: Response, path: str = "/rows", **params: Any) -> Recorded:
    """One GET for each answer."""
    request = Request("GET", BASE_URL + path.format(**params))
    return Recorded([Interaction(request, each) for each in answers], Told(params))


def scenario_of(project: Project, operation: str = "shop.list_rows") -> Scenario:
    return project.contracts.of(operation)["ok"]


def changes(project: Project, old: Any, new: Any, operation: str = "shop.list_rows") -> list[Drift]:
    """The drift between two recordings; JSON values stand for answers of 200."""
    sides = [one if isinstance(one, Recorded) else recorded(_answered(one)) for one in (old, new)]
    return list(drift(scenario_of(project, operation), *sides, base_url=BASE_URL))


def _answered(value: Any) -> Response:
    return value if isinstance(value, Response) else answer(value)


def told(drifts: Sequence[Drift]) -> list[tuple[str, str, str]]:
    """Class, change and path of each."""
    return [(one.drift_class, one.change, one.path) for one in drifts]
