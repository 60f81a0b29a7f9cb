"""Which promise each recorded HTTP interaction is for, and how it differs from that."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TypeVar

from pactproof.agreement import request_mismatches, response_mismatches
from pactproof.answered_params import answered_params, answering
from pactproof.contracts import Scenario
from pactproof.interaction import Headers, Interaction, Json, Mismatch, Request, Response
from pactproof.promised_interaction import RequestPromise, ResponsePromise
from pactproof.redaction import is_unstorable_request_header, is_unstorable_response_header
from pactproof.turns import Pairing, may_fit, pair_up

Promise = TypeVar("Promise", RequestPromise, ResponsePromise)


@dataclass(frozen=True)
class Paired:
    """Recorded interactions with the promise that each is for.

    scenario: with the params of the recording, those among them that its own answers gave
    """

    scenario: Scenario
    recorded: tuple[Interaction, ...]
    pairing: Pairing
    base_url: str

    @property
    def in_order(self) -> tuple[Interaction, ...]:
        """What is worth keeping, by promise: of a repeated request with the same answer, the first.

        What is too many stays, at the end, so that it is told.
        """
        kept: list[Interaction] = []
        for number, promise in enumerate(self.scenario.http):
            meant = [self.recorded[index] for index in self.pairing.of(number)]
            kept += [
                one for before, one in pairwise([None, *meant]) if one and not _is_again(before, one, promise.response)
            ]
        return (*kept, *(one for one, meant in zip(self.recorded, self.pairing.meant, strict=True) if meant is None))


def pair(scenario: Scenario, recorded: Sequence[Interaction], base_url: str) -> Paired:
    """Find out which promise each recorded interaction is for. `scenario` has the params of the recording.

    An id that an answer gave shows which request comes next, and that one's answer may give another one.
    """
    learned: dict[str, Json] = {}
    names, now = answering(scenario), scenario
    for _ in range(len(names) + 1):
        pairing = _pairing(now, recorded, base_url)
        answers = {n: recorded[meant[-1]].response for n in range(len(now.promises)) if (meant := pairing.of(n))}
        found = answered_params(scenario, answers, recorded)
        if found == learned:
            break
        learned, now = found, scenario.with_params({**scenario.params, **found})
    return Paired(now, tuple(recorded), pairing, base_url)


def _pairing(scenario: Scenario, recorded: Sequence[Interaction], base_url: str) -> Pairing:
    def fits(promise: int, index: int) -> bool:
        wanted, request = scenario.http[promise].request, recorded[index].request
        return may_fit(wanted, request, base_url) and not recorded_request_mismatches(wanted, request, base_url)

    def upholds(promise: int, index: int) -> bool:
        return not recorded_response_mismatches(scenario.http[promise].response, recorded[index].response)

    return pair_up(scenario.http, len(recorded), fits, upholds)


def recorded_request_mismatches(promise: RequestPromise, request: Request, base_url: str) -> list[Mismatch]:
    """How a recorded request differs from the promised one, but for headers that no recording may hold."""
    return request_mismatches(_storable(promise, request.headers, is_unstorable_request_header), request, base_url)


def recorded_response_mismatches(promise: ResponsePromise, response: Response) -> list[Mismatch]:
    """How a recorded answer breaks its promise, but for headers that no recording may hold."""
    return response_mismatches(_storable(promise, response.headers, is_unstorable_response_header), response)


def _is_again(before: Interaction | None, one: Interaction, promise: ResponsePromise) -> bool:
    """Whether the same was asked and answered once more; dates and counters in headers that nobody promised aside."""
    if before is None:
        return False
    asked, again = before.request, one.request
    answered, then = before.response, one.response
    return (
        (asked.method, asked.url, asked.body) == (again.method, again.url, again.body)
        and (answered.status, answered.body) == (then.status, then.body)
        and all(answered.headers.all(name) == then.headers.all(name) for name in promise.headers)
    )


def _storable(promise: Promise, recorded: Headers, is_unstorable: Callable[[str], bool]) -> Promise:
    """The promise without the headers that were left out when it was recorded."""
    kept = {name: value for name, value in promise.headers.items() if name in recorded or not is_unstorable(name)}
    return replace(promise, headers=kept)
