"""A scenario as Pact knows it: one interaction for each promised request, its example and its matching rules.

pact: which part of a promise a pact file can say (optional keys and nullable containers are left out);
full, lean: what the mock server answers with, optional keys present or absent.
"""

from __future__ import annotations

import json
import logging
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pactproof.contracts import Scenario
from pactproof.errors import ContractError
from pactproof.expectation import OMITTED, Variant, example
from pactproof.promise.pact_body import is_sayable, pact_body, repeated_rule
from pactproof.promised_interaction import HttpPromise, RequestPromise, ResponsePromise, request_identity

logging.getLogger("pact.ffi").setLevel(logging.WARNING)  # the level is fixed when the first pact is made


@dataclass(frozen=True)
class PactInteraction:
    """One promised interaction with the words that a pact file has for it.

    key: unique in the pact, "grafana.get_dashboard", with "#2" for the second of a sequence
    states: provider states as (name, params)
    """

    key: str
    description: str
    states: tuple[tuple[str, Mapping[str, str]], ...]
    promise: HttpPromise


def pact_interactions(scenarios: Iterable[Scenario]) -> dict[str, tuple[PactInteraction, ...]]:
    """The interactions of every HTTP scenario of one service, by scenario key.

    Interactions with equal requests carry a provider state with their key, so that a provider that replays
    can tell them apart. Whether two are equal depends on the contracts alone.
    """
    listed = [(scenario, number, promise) for scenario in scenarios for number, promise in enumerate(scenario.http, 1)]
    seen = Counter(request_identity(promise.request) for _, _, promise in listed)
    result: dict[str, tuple[PactInteraction, ...]] = {}
    for scenario, number, promise in listed:
        key = scenario.key if number == 1 else f"{scenario.key}#{number}"
        is_shared = seen[request_identity(promise.request)] > 1
        interaction = PactInteraction(key, _description(scenario, number), _states(scenario, key, is_shared), promise)
        result[scenario.key] = (*result.get(scenario.key, ()), interaction)
    return result


def _description(scenario: Scenario, number: int) -> str:
    parts = [scenario.operation.name]
    if scenario.name != "ok":
        parts.append(scenario.name)
    if len(scenario.promises) > 1:
        parts.append(f"request {number}")
    return ": ".join([parts[0], ", ".join(parts[1:])]) if len(parts) > 1 else parts[0]


def _states(scenario: Scenario, key: str, is_shared: bool) -> tuple[tuple[str, Mapping[str, str]], ...]:
    if is_shared:
        return ((scenario.given or key, {"key": key}),)
    return ((scenario.given, {}),) if scenario.given else ()


def new_pact(consumer: str, provider: str) -> Any:
    """pact-python's Pact in version V4 of the specification."""
    try:
        from pact import Pact
    except ImportError as error:
        raise ContractError("pact-python is not installed", fix='pip install "pactproof[pact]"') from error
    return Pact(consumer, provider).with_specification("V4")


def add_interaction(pact: Any, interaction: PactInteraction, variant: Variant) -> None:
    """Add `interaction` to `pact`, answering with the example of `variant`."""
    request, response = interaction.promise.request, interaction.promise.response
    upon = pact.upon_receiving(interaction.description)
    for name, params in interaction.states:
        upon.given(name, dict(params)) if params else upon.given(name)
    upon.set_key(interaction.key)
    upon.with_request(request.method, str(request.path.example))
    rules: dict[str, Any] = {}
    if request.path.matcher:
        rules["path"] = {"combine": "AND", "matchers": [request.path.matcher]}
    for name, node in sorted(request.query.items()):
        for value in example(node, variant):
            upon.with_query_parameter(name, value)
        if rule := repeated_rule(node):
            rules.setdefault("query", {})[name] = rule
    _add_part(upon, request, variant, rules)
    upon.will_respond_with(response.status)
    _add_part(upon, response, variant, {})


def _add_part(upon: Any, promise: RequestPromise | ResponsePromise, variant: Variant, rules: dict[str, Any]) -> None:
    """Headers and body of `promise`, with its rules beside the `rules` there are."""
    is_request = isinstance(promise, RequestPromise)
    part = "Request" if is_request else "Response"
    body = promise.body
    # A mock server gives out what its pact could not hold.
    is_said = is_sayable(promise) or (not is_request and variant != "pact")
    for name, value in sorted(promise.headers.items()):
        if name != "Content-Type" or body is None or not is_said:  # else it is written with the body
            upon.with_header(name, str(value.example), part)
        if value.matcher:
            rules.setdefault("header", {})[name] = {"combine": "AND", "matchers": [value.matcher]}
    if body is not None and is_said and example(body, variant) is not OMITTED:
        said = pact_body(promise, variant)
        add = upon.with_binary_body if isinstance(said.content, bytes) else upon.with_body
        add(said.content, said.content_type, part)
        for kind, found in said.rules.items():
            rules.setdefault(kind, {}).update(found)
    if rules:
        upon.with_matching_rules(rules, part)


def pact_json(consumer: str, provider: str, interactions: Iterable[PactInteraction]) -> list[dict[str, Any]]:
    """The interactions as pact-python writes them into a pact file."""
    pact = new_pact(consumer, provider)
    for interaction in interactions:
        add_interaction(pact, interaction, "pact")
    with tempfile.TemporaryDirectory() as folder:
        pact.write_file(folder, overwrite=True)
        [path] = Path(folder).glob("*.json")
        written: list[dict[str, Any]] = json.loads(path.read_bytes())["interactions"]
    return written
