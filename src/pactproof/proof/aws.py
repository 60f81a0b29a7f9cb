"""Recorded AWS answers against contract and service model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pactproof.aws.calls import PromisedCall
from pactproof.aws.recorded import (
    given_beside,
    noted_beside,
    pair_calls,
    recorded_notes,
    response_mismatches,
    said_mismatches,
)
from pactproof.aws.wire import operation_id
from pactproof.interaction import Interaction, Json, Mismatch
from pactproof.proof import Judged
from pactproof.proof.aws_wire import wire_mismatches
from pactproof.turns import Account

__all__ = ["judge_aws", "pair_calls", "recorded_notes"]


def judge_aws(
    calls: Sequence[PromisedCall], recorded: Sequence[Interaction], requests: Sequence[Mapping[str, Json]]
) -> list[Judged]:
    """One judgement a promised call, in order, and one more where calls were made too often or too seldom.

    requests: what the calls were, [{"operation": "ListBuckets", "params": {…}}], as the recorder noted them
    """
    pairing, noted = pair_calls(calls, recorded, requests), list(noted_beside(recorded, requests))
    judged = [_judged(call, [noted[index] for index in pairing.of(number)]) for number, call in enumerate(calls)]
    account = Account(calls)
    account.sent.update(meant for meant in pairing.meant if meant is not None)
    account.refused.update(pairing.spare.values())
    for index, (interaction, said) in enumerate(noted):
        if pairing.meant[index] is None and index not in pairing.spare:
            request = interaction.request
            account.others[str(said.get("operation") or f"{request.method} {request.path}")] += 1
    often = (*account.too_often(), *account.too_seldom())
    return [*judged, Judged(often=often)] if often else judged


def _judged(call: PromisedCall, recorded: Sequence[tuple[Interaction, Mapping[str, Json]]]) -> Judged:
    """The first of the interactions for one call that something is wrong with."""
    for interaction, said in recorded:
        judged = Judged(tuple(_request(call, interaction, said)), tuple(response_mismatches(call, interaction)))
        if judged.request or judged.response:
            return judged
    return Judged()


def _request(call: PromisedCall, interaction: Interaction, said: Mapping[str, Any]) -> Iterator[Mismatch]:
    on_the_wire = operation_id(interaction.request)
    if on_the_wire and on_the_wire != call.operation.name:
        yield Mismatch("operation", call.operation.name, on_the_wire, "another operation than promised")
    elif said:
        found = said_mismatches(call, interaction, said)
        params = given_beside(call, interaction, said)
        yield from found or wire_mismatches(call.operation, params, interaction.request)
