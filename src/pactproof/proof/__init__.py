"""Whether a recording upholds the promise: the recorded request is the promised one, the answer keeps it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pactproof.contracts import Scenario
from pactproof.errors import Place
from pactproof.interaction import Interaction, Mismatch
from pactproof.verdict import Fault, FaultName


@dataclass(frozen=True)
class Judged:
    """What is wrong with one recorded interaction: with its request, with its response, with how often it was sent."""

    request: tuple[Mismatch, ...] = ()
    response: tuple[Mismatch, ...] = ()
    often: tuple[Mismatch, ...] = ()


def recording_fault(
    scenario: Scenario, judged: Sequence[Judged], recorded: Sequence[Interaction], file: Place
) -> Fault | None:
    """The one fault of a recording; None where it upholds the promise.

    A broken answer to the promised request comes first: it is what the provider did. A request that is not the
    promised one makes the recording stale: whatever was answered says nothing about today's promise.
    """
    promised = len(scenario.promises)
    often = tuple(mismatch for one in judged for mismatch in one.often)
    if often and not any(one.response for one in judged):
        counted = f"{len(recorded)} interaction is" if len(recorded) == 1 else f"{len(recorded)} interactions are"
        what = f"{counted} recorded, {promised} promised"
        return _fault("stale", scenario, what, often, file)
    for number, one in enumerate(judged, 1):
        which = f" (interaction {number} of {promised})" if promised > 1 else ""
        if one.response and not one.request:
            found = (*one.response, *often)
            return _fault("provider", scenario, f"the recorded answer breaks the promise{which}", found, file)
    for number, one in enumerate(judged, 1):
        which = f" (interaction {number} of {promised})" if promised > 1 else ""
        if one.request:
            return _fault("stale", scenario, f"recorded for another request than promised{which}", one.request, file)
    return None


def _fault(name: FaultName, scenario: Scenario, what: str, mismatches: Sequence[Mismatch], file: Place) -> Fault:
    fix = f"pytest contracts --record-mode=rewrite -k {scenario.key}"
    if name == "provider":
        fix = f"correct {scenario.place} if the promise asks for too much, or record again: {fix}"
    return Fault(name, scenario.operation.key, scenario.name, what, tuple(mismatches), file, fix)
