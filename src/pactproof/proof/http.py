"""Recorded HTTP interactions against the promise."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from pactproof.agreement import request_mismatches, response_mismatches
from pactproof.contracts import Scenario
from pactproof.interaction import Headers, Interaction, Mismatch, Request
from pactproof.promised_interaction import RequestPromise, ResponsePromise
from pactproof.proof import Judged
from pactproof.redaction import is_unstorable_request_header, is_unstorable_response_header
from pactproof.transport import origin

Promise = TypeVar("Promise", RequestPromise, ResponsePromise)


def judge_http(scenario: Scenario, recorded: Sequence[Interaction], base_url: str) -> list[Judged]:
    """One judgement a recorded interaction, in order. `scenario` has the params of the recording.

    Headers that no recording may hold, such as Authorization, are judged where they are sent: in [pact] and at replay.
    """
    return [
        Judged(
            tuple(
                _host_mismatches(interaction.request, base_url)
                + request_mismatches(
                    _storable(promise.request, interaction.request.headers, is_unstorable_request_header),
                    interaction.request,
                    base_url,
                )
            ),
            tuple(
                response_mismatches(
                    _storable(promise.response, interaction.response.headers, is_unstorable_response_header),
                    interaction.response,
                )
            ),
        )
        for promise, interaction in zip(scenario.http, recorded, strict=False)
    ]


def _host_mismatches(request: Request, base_url: str) -> list[Mismatch]:
    """What another host answered says nothing about this one."""
    wanted, found = origin(base_url), origin(request.url)
    return [] if found == wanted else [Mismatch("host", wanted, found, "another host than the registry names")]


def _storable(promise: Promise, recorded: Headers, is_unstorable: Callable[[str], bool]) -> Promise:
    """The promise without the headers that were left out when it was recorded."""
    kept = {name: value for name, value in promise.headers.items() if name in recorded or not is_unstorable(name)}
    return replace(promise, headers=kept)
