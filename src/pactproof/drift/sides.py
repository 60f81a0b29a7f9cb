"""A recording read for a comparison: by promised interaction, what requests and answers show, and what they break."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from pactproof.contracts import Scenario
from pactproof.drift.broken import Broken
from pactproof.drift.shape import Shape
from pactproof.interaction import Interaction, Json
from pactproof.turns import Pairing


class Provenance(Protocol):
    """What has to be known of where a recording comes from."""

    @property
    def params(self) -> Mapping[str, Json]: ...
    @property
    def requests(self) -> Sequence[Mapping[str, Json]]: ...


class Recording(Protocol):
    """A recording of one scenario; a cassette is one."""

    @property
    def interactions(self) -> Sequence[Interaction]: ...
    @property
    def provenance(self) -> Provenance: ...


@dataclass(slots=True)
class Side:
    """The requests, or the answers, of all interactions that one promise is for; `count`: how many these are."""

    count: int = 0
    shape: Shape = field(default_factory=dict)
    broken: list[Broken] = field(default_factory=list)
    whole: list[Json] = field(default_factory=list)  # JSON bodies as they are


class Reading(Protocol):
    """A recording with the promise that each interaction is for."""

    params: Mapping[str, Json]
    pairing: Pairing

    def requests(self, number: int) -> Side: ...
    def responses(self, number: int) -> Side: ...
    def shown(self, index: int) -> str: ...


def read(scenario: Scenario, recording: Recording, base_url: str) -> Reading:
    """`recording` held against `scenario`, which gets the params that it was made with."""
    there = scenario.with_params(recording.provenance.params)
    if scenario.operation.service == "aws":
        from pactproof.drift.aws_sides import AwsReading

        return AwsReading(there, recording)
    from pactproof.drift.http_sides import HttpReading

    return HttpReading(there, recording, base_url)
