"""Recorded HTTP interactions against the promise."""

from __future__ import annotations

from collections.abc import Sequence

from pactproof.agreement import request_mismatches, response_mismatches
from pactproof.contracts import Scenario
from pactproof.interaction import Interaction
from pactproof.proof import Judged


def judge_http(scenario: Scenario, recorded: Sequence[Interaction], base_url: str) -> list[Judged]:
    """One judgement a recorded interaction, in order. `scenario` has the params of the recording."""
    return [
        Judged(
            tuple(request_mismatches(promise.request, interaction.request, base_url)),
            tuple(response_mismatches(promise.response, interaction.response)),
        )
        for promise, interaction in zip(scenario.http, recorded, strict=False)
    ]
