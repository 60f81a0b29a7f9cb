"""Recorded HTTP interactions against the promise."""

from __future__ import annotations

from pactproof.interaction import Mismatch, Request
from pactproof.pairing import Paired, pair, recorded_request_mismatches, recorded_response_mismatches
from pactproof.promised_interaction import HttpPromise
from pactproof.proof import Judged
from pactproof.transport import origin
from pactproof.transport.shown import shown_sent
from pactproof.turns import Account

__all__ = ["Paired", "judge_http", "pair"]


def judge_http(paired: Paired) -> list[Judged]:
    """One judgement a promised interaction, in order, and one more where requests were sent too often or too seldom.

    Headers that no recording may hold, such as Authorization, are judged where they are sent: in [pact] and at replay.
    """
    judged = [_judged(paired, number, promise) for number, promise in enumerate(paired.scenario.http)]
    account = Account(paired.scenario.http)
    account.sent.update(meant for meant in paired.pairing.meant if meant is not None)
    account.refused.update(paired.pairing.spare.values())
    for index, (one, meant) in enumerate(zip(paired.recorded, paired.pairing.meant, strict=True)):
        if meant is None and index not in paired.pairing.spare:
            account.others[shown_sent(one.request, paired.base_url)] += 1
    often = (*account.too_often(), *account.too_seldom())
    return [*judged, Judged(often=often)] if often else judged


def _judged(paired: Paired, number: int, promise: HttpPromise) -> Judged:
    """The first of the interactions for one promise that something is wrong with."""
    judged = Judged()
    for index in paired.pairing.of(number):
        one = paired.recorded[index]
        request = [
            *_host_mismatches(one.request, paired.base_url),
            *recorded_request_mismatches(promise.request, one.request, paired.base_url),
        ]
        judged = Judged(tuple(request), tuple(recorded_response_mismatches(promise.response, one.response)))
        if judged.request or judged.response:
            return judged
    return judged


def _host_mismatches(request: Request, base_url: str) -> list[Mismatch]:
    """What another host answered says nothing about this one."""
    wanted, found = origin(base_url), origin(request.url)
    return [] if found == wanted else [Mismatch("host", wanted, found, "another host than the registry names")]
