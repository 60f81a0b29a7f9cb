"""Recorded AWS answers against contract and service model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pactproof.aws.calls import PromisedCall
from pactproof.aws.recorded import noted_beside, pair_calls, request_mismatches, response_mismatches
from pactproof.interaction import Interaction, Json
from pactproof.proof import Judged
from pactproof.turns import Account


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
        judged = Judged(
            tuple(request_mismatches(call, interaction, said)), tuple(response_mismatches(call, interaction))
        )
        if judged.request or judged.response:
            return judged
    return Judged()
