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
from urllib.parse import urlencode

from pactproof.contracts import Scenario
from pactproof.errors import ContractError
from pactproof.expectation import OMITTED, Node, Object, Sequence, Value, Variant, example
from pactproof.interaction import bare_media_type
from pactproof.matching import matching_rules, path_text
from pactproof.promised_interaction import FORM, HttpPromise, RequestPromise

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
    seen = Counter(_request_identity(promise.request) for _, _, promise in listed)
    result: dict[str, tuple[PactInteraction, ...]] = {}
    for scenario, number, promise in listed:
        key = scenario.key if number == 1 else f"{scenario.key}#{number}"
        is_shared = seen[_request_identity(promise.request)] > 1
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


def _request_identity(request: RequestPromise) -> str:
    """Equal for two requests that no provider could tell apart. Headers do not tell requests apart."""
    query = {name: example(node) for name, node in request.query.items()}
    body = example(request.body) if request.body is not None else None
    return json.dumps([request.method, request.path.example, query, body], sort_keys=True, default=repr)


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
        rules |= _part_rules("query", rules, name, node)
    _add_part(upon, request.headers, request.body, request.content_type, variant, rules, is_request=True)
    upon.will_respond_with(response.status)
    _add_part(upon, response.headers, response.body, response.content_type, variant, {}, is_request=False)


def _add_part(
    upon: Any,
    headers: Mapping[str, Value],
    body: Node | None,
    content_type: str,
    variant: Variant,
    rules: dict[str, Any],
    *,
    is_request: bool,
) -> None:
    part = "Request" if is_request else "Response"
    for name, value in sorted(headers.items()):
        if name != "Content-Type" or body is None:  # with_body writes it
            upon.with_header(name, str(value.example), part)
        if value.matcher:
            rules.setdefault("header", {})[name] = {"combine": "AND", "matchers": [value.matcher]}
    sample: Any = example(body, variant) if body is not None else OMITTED
    if body is not None and sample is not OMITTED:
        media = bare_media_type(content_type)
        if isinstance(sample, bytes):
            upon.with_binary_body(sample, content_type, part)
            # Without a rule the bytes have to be equal; "contentType" guesses, and takes few bytes for text.
            rules["body"] = {"$": {"combine": "AND", "matchers": [{"match": "type"}]}}
        elif media == FORM and isinstance(body, Object):
            upon.with_body(urlencode(sample, doseq=True), content_type, part)
            for member in body.members:
                rules |= _part_rules("body", rules, path_text((member.name,)), member.node)
        else:
            text = sample if isinstance(sample, str) and "json" not in content_type else json.dumps(sample)
            upon.with_body(text, content_type, part)
            if not is_request or _has_rules(body):
                rules["body"] = matching_rules(body)
    if rules:
        upon.with_matching_rules(rules, part)


def _part_rules(part: str, rules: Mapping[str, Any], name: str, node: Node) -> dict[str, Any]:
    """Rules for a repeated text value: those of its first element hold for all of them."""
    found = [value.matcher for value in node.elements if isinstance(value, Value)] if isinstance(node, Sequence) else []
    matchers = [matcher for matcher in found if matcher][:1]
    if not matchers:
        return {}
    return {part: {**rules.get(part, {}), name: {"combine": "AND", "matchers": matchers}}}


def _has_rules(node: Node) -> bool:
    return any(rule["matchers"] != [{"match": "equality"}] for rule in matching_rules(node).values())


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
