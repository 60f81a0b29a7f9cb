"""Which covered scenario a request of an end-to-end test is for: such a test knows nothing of contracts.

A request is a scenario's by method, path and query, an AWS call by operation and parameters. Params in a path or a
query are read off the first request that shows them, since a test at a sandbox has ids of its own; from then on they
are the scenario's. Where several scenarios could have a request, one that promises it to the letter comes first, then
the one that was named first; each takes as many as it promises.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final
from urllib.parse import unquote

from pactproof.agreement import relative_path
from pactproof.contracts import Scenario, written_at
from pactproof.expectation_reading import params_in
from pactproof.interaction import Json, Request
from pactproof.recording.recorder import moved
from pactproof.transport import AwsCall, origin
from pactproof.turns import may_fit

_PARAM: Final = re.compile(r"\\\{(\w+)\\\}")  # as re.escape leaves it


@dataclass
class Covered:
    """One covered scenario, and what was seen of it.

    scenario:   with the params that its requests showed so far
    base_url:   as the registry has it
    target_url: that of the sandbox, where the test's client may be led by itself
    """

    scenario: Scenario
    base_url: str
    target_url: str
    shown: dict[str, Json] = field(default_factory=dict)
    taken: int = 0

    @property
    def is_complete(self) -> bool:
        return self.taken >= len(self.scenario.promises)

    def is_of_service(self, request: Request, call: AwsCall | None) -> bool:
        """Whether the request goes to the scenario's service at all."""
        is_aws = self.scenario.operation.service == "aws"
        if call is not None or is_aws:
            return call is not None and is_aws
        return origin(request.url) in (origin(self.base_url), origin(self.target_url))

    def at_home(self, request: Request, call: AwsCall | None) -> Request:
        """The request with the canonical host, as it is recorded."""
        if call is not None or origin(request.url) == origin(self.base_url):
            return request
        return replace(request, url=moved(request.url, self.target_url, self.base_url))

    def has(self, request: Request, call: AwsCall | None) -> bool:
        """Whether the request is promised with the params that are known."""
        return _is_promised(self.scenario, self.base_url, self.at_home(request, call), call)

    def could_have(self, request: Request, call: AwsCall | None) -> Mapping[str, Json] | None:
        """The further params with which the request would be promised; None where there are none."""
        request = self.at_home(request, call)
        for found in _shown_params(self.scenario, self.base_url, request, call):
            new = {name: value for name, value in found.items() if name not in self.shown}
            if not new:
                continue
            there = self.scenario.with_params({**self.scenario.params, **new})
            if _is_promised(there, self.base_url, request, call):
                return new
        return None

    def take(self, new: Mapping[str, Json]) -> None:
        self.taken += 1
        if new:
            self.shown |= new
            self.scenario = self.scenario.with_params({**self.scenario.params, **new})


def choose(among: list[Covered], request: Request, call: AwsCall | None) -> tuple[Covered, Mapping[str, Json]] | None:
    """The scenario that the request is for, with the params that it shows; None where it belongs to none."""
    promising = [one for one in among if one.has(request, call)]
    for one in promising:
        if not one.is_complete:
            return one, {}
    for one in among:
        if not one.is_complete and (new := one.could_have(request, call)) is not None:
            return one, new
    return (promising[0], {}) if promising else None


def _is_promised(scenario: Scenario, base_url: str, request: Request, call: AwsCall | None) -> bool:
    if call is None:
        return any(may_fit(promise.request, request, base_url) for promise in scenario.http)
    if not scenario.aws:
        return False
    from pactproof.aws.bodies import sent_params
    from pactproof.aws.calls import promised_calls

    params = sent_params(call.operation, call.params, request.headers, request.body)
    return any(
        one.operation.service_model.service_name == call.service and not one.mismatches(call.operation.name, params)
        for one in promised_calls(scenario)
    )


def _shown_params(
    scenario: Scenario, base_url: str, request: Request, call: AwsCall | None
) -> Iterator[Mapping[str, Json]]:
    """Params that the request shows, by each interaction that it may be for."""
    if call is not None:
        names = scenario.params.keys() & call.params.keys()
        yield {name: call.params[name] for name in names if _is_other_text(scenario.params[name], call.params[name])}
        return
    for written in _written_requests(scenario):
        pattern = _PARAM.sub(r"(?P<\1>[^/]+)", re.escape(str(written.get("path", ""))))
        try:
            found = re.fullmatch(pattern, relative_path(request.url, base_url))
        except re.error:  # a param stands twice in one path
            continue
        if found and request.method == written.get("method", "GET"):
            in_path = {name: unquote(value) for name, value in found.groupdict().items()}
            yield {**_in_query(written.get("query", {}), request), **in_path}


def _is_other_text(known: Json, sent: Any) -> bool:
    return isinstance(known, str) and isinstance(sent, str) and known != sent


def _written_requests(scenario: Scenario) -> list[Mapping[str, Any]]:
    if not scenario.http:
        return []
    written = written_at(*scenario.source)
    return [entry["request"] for entry in written.get("sequence", [written])]


def _in_query(promised: Mapping[str, Any], request: Request) -> dict[str, Json]:
    """The params that are the whole of a value in the query."""
    sent = dict(request.query)
    shown: dict[str, Json] = {}
    for name, value in promised.items():
        names = list(params_in(value)) if isinstance(value, str) and name in sent else []
        if names and value == f"{{{names[0]}}}":
            shown[names[0]] = sent[name]
    return shown
