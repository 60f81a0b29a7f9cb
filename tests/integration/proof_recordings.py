"""The repository's own recordings, judged by the functions that a replay uses, and what of them is promised.

What is promised is read here from the contracts' plain YAML, not from the library's own idea of it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from pactproof.aws.calls import promised_calls
from pactproof.contracts import Scenario
from pactproof.errors import Place
from pactproof.interaction import Interaction
from pactproof.proof import recording_fault
from pactproof.proof.aws import judge_aws
from pactproof.proof.http import judge_http, pair
from pactproof.pytest_plugin.project import Project, load_project
from pactproof.recording.cassette import load_cassette
from pactproof.verdict import Fault

REPOSITORY = Path(__file__).parents[2]
Keys = tuple[str | int, ...]


@dataclass(frozen=True)
class Recording:
    """One cassette of the repository with the promise it is held against."""

    scenario: Scenario
    interactions: tuple[Interaction, ...]
    requests: tuple[Mapping[str, Any], ...]
    base_url: str
    shown_as: str

    @property
    def key(self) -> str:
        return self.scenario.key

    @property
    def is_aws(self) -> bool:
        return self.scenario.operation.service == "aws"

    @property
    def promises(self) -> list[Mapping[str, Any]]:
        """The entries of the contract file, one an interaction, as plain YAML."""
        document, path = self.scenario.source
        entry: Any = document.data
        for key in path:
            entry = entry[key]
        return list(entry.get("sequence", [entry]))

    def fault(self) -> Fault | None:
        """The verdict of `[replay]` on the recording, reached as it is there."""
        if self.is_aws:
            judged = judge_aws(promised_calls(self.scenario), self.interactions, self.requests)
        else:
            judged = judge_http(pair(self.scenario, self.interactions, self.base_url))
        return recording_fault(self.scenario, judged, self.interactions, Place(self.shown_as))

    def answered(self, number: int, **changes: Any) -> Recording:
        """The same with parts of one recorded response replaced: status, headers, body."""
        one = self.interactions[number]
        return self._with(number, replace(one, response=replace(one.response, **changes)))

    def asked(self, number: int, **changes: Any) -> Recording:
        """The same with parts of one recorded request replaced: method, url, headers, body."""
        one = self.interactions[number]
        return self._with(number, replace(one, request=replace(one.request, **changes)))

    def _with(self, number: int, interaction: Interaction) -> Recording:
        changed = (*self.interactions[:number], interaction, *self.interactions[number + 1 :])
        return replace(self, interactions=changed)


@cache
def project() -> Project:
    return load_project(REPOSITORY)


@cache
def recordings() -> dict[str, Recording]:
    """Every recording of the repository by scenario key."""
    return {found.key: found for scenario in project().contracts if (found := recording_of(scenario)) is not None}


def recording_of(scenario: Scenario) -> Recording | None:
    shown_as = str(scenario.operation.cassette(scenario.name))
    if not (REPOSITORY / shown_as).exists():
        return None
    cassette = load_cassette(REPOSITORY / shown_as, shown_as=shown_as)
    there = scenario.with_params(cassette.provenance.params)
    base_url = project().registry.providers[scenario.operation.service].base_url
    return Recording(there, cassette.interactions, cassette.provenance.requests, base_url, shown_as)


# --- what is promised ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Spot:
    """A promised part of a recorded JSON value: its keys, its value and what the contract says of it."""

    keys: Keys
    value: Any = field(repr=False)
    spec: Any = field(repr=False)
    is_optional: bool
    is_nullable: bool

    @property
    def path(self) -> str:
        return json_path(self.keys)

    @property
    def is_scalar(self) -> bool:
        return not isinstance(self.value, dict | list)


def json_path(keys: Keys) -> str:
    return "$" + "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys)


def promised(spec: Any, value: Any, keys: Keys = (), *, is_optional: bool = False) -> Iterator[Spot]:
    """Every part of `value` that `spec`, a body as a contract writes it, says something about."""
    is_nullable = isinstance(spec, dict) and "$nullable" in spec
    inner = spec["$nullable"] if is_nullable else spec
    yield Spot(keys, value, inner, is_optional, is_nullable)
    if isinstance(inner, dict) and "$min" in inner:
        inner = inner["like"]
    if isinstance(inner, dict) and isinstance(value, dict):
        if "$each_key" in inner:
            [each] = inner["$each_key"].values()
            inner = dict.fromkeys(value, each)
        for name, below in inner.items():
            plain = name.removesuffix("?")
            if plain in value:
                yield from promised(below, value[plain], (*keys, plain), is_optional=name.endswith("?"))
    elif isinstance(inner, list) and isinstance(value, list):
        for index, item in enumerate(value):
            yield from promised(inner[0], item, (*keys, index))


def read_members(reads: Sequence[str], value: Any) -> Iterator[Spot]:
    """Every part of a recorded answer that a contract's `reads` name, those above them too."""
    seen: set[Keys] = set()
    for read in reads:
        steps = [step for name in read.split(".") for step in name.replace("[]", ".[]").split(".")]
        for spot in _reached(steps, value, ()):
            if spot.keys not in seen:
                seen.add(spot.keys)
                yield spot


def _reached(steps: Sequence[str], value: Any, keys: Keys) -> Iterator[Spot]:
    if keys:
        yield Spot(keys, value, None, is_optional=False, is_nullable=False)
    if not steps:
        return
    if steps[0] == "[]":
        for index, item in enumerate(value):
            yield from _reached(steps[1:], item, (*keys, index))
    else:
        yield from _reached(steps[1:], value[steps[0]], (*keys, steps[0]))


def every_part(value: Any, keys: Keys = ()) -> Iterator[tuple[Keys, Any]]:
    """All members of objects at any depth."""
    if isinstance(value, dict):
        for name, below in value.items():
            yield (*keys, name), below
            yield from every_part(below, (*keys, name))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from every_part(item, (*keys, index))


def bodies(recording: Recording) -> Iterator[tuple[int, Any]]:
    for number, one in enumerate(recording.interactions):
        yield number, json.loads(one.response.body)


def every_spot(recording: Recording) -> Iterator[tuple[int, Any, Spot]]:
    """Number of the interaction, its body, and a promised part of it."""
    for (number, body), promise in zip(bodies(recording), recording.promises, strict=True):
        if not recording.is_aws:
            yield from ((number, body, spot) for spot in promised(promise["response"]["body"], body))
            continue
        by_spec = {spot.keys: spot for spot in promised(promise.get("response", {}), body) if spot.keys}
        by_read = {spot.keys: spot for spot in read_members(promise.get("reads", ()), body)}
        yield from ((number, body, spot) for spot in {**by_read, **by_spec}.values())


def spots_at_the_ends(recording: Recording) -> Iterator[tuple[int, Any, Spot]]:
    """Those that stand in the first or the last element of each list that they are in."""
    for number, body, spot in every_spot(recording):
        value, is_at_the_ends = body, True
        for key in spot.keys:
            is_at_the_ends &= not isinstance(key, int) or key in (0, len(value) - 1)
            value = value[key]
        if is_at_the_ends:
            yield number, body, spot


def is_asked_with(recording: Recording, number: int, spot: Spot) -> bool:
    """Whether a later request carries what stands at `spot`, such as the next page's cursor: it is bound to that."""
    later = json.dumps([promise.get("request") for promise in recording.promises[number + 1 :]])
    text = example_of(spot.spec)
    return isinstance(text, str) and any(name in later for name in re.findall(r"{\w+}", text))


def example_of(spec: Any) -> Any:
    if isinstance(spec, dict) and "like" in spec:
        return spec["like"]
    return spec


# --- changing one part ---------------------------------------------------------------------------------------


def changed(value: Any, keys: Keys, new: Any) -> Any:
    """A copy of `value` with `new` at `keys`."""
    if not keys:
        return new
    copied = value.copy()  # what lies beside the keys is shared: a whole copy takes longer than the proof
    copied[keys[0]] = changed(value[keys[0]], keys[1:], new)
    return copied


def without(value: Any, keys: Keys) -> Any:
    """A copy of `value` without what stands at `keys`."""
    copied = value.copy()
    if len(keys) == 1:
        del copied[keys[0]]
    else:
        copied[keys[0]] = without(value[keys[0]], keys[1:])
    return copied


def as_body(value: Any) -> bytes:
    return json.dumps(value).encode()
