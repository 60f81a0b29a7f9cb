"""The recording as a provider: each recorded interaction answers the request that it was recorded for, in turn."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any
from urllib.parse import urlsplit

from pactproof.agreement import request_mismatches
from pactproof.aws.bodies import comparable_params, given_params, sent_params
from pactproof.aws.calls import PromisedCall
from pactproof.errors import NetworkClosedError, NoMatchError, Place
from pactproof.interaction import Interaction, Json, Mismatch, Request, Response
from pactproof.promised_interaction import HttpPromise, RequestPromise
from pactproof.transport import AwsCall, aws_call, origin, plain_request
from pactproof.transport.shown import shown_sent
from pactproof.turns import Account, in_turn, may_fit

MENDING = "record it again with --record-mode=rewrite and review the diff, if the request is meant to be so"


@dataclass
class Replay:
    """What HTTP and AWS recordings share: the answers, and an account of what was not played."""

    interactions: Sequence[Interaction]
    file: Place
    unpromised: list[Mismatch] = field(default_factory=list)
    answers_at_once: bool = True
    played: set[int] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def request_mismatches(self) -> list[Mismatch]:
        return list(self.unpromised)

    def never_sent(self) -> list[Mismatch]:
        """The recorded requests that the consumer did not send."""
        missing = [one.request for index, one in enumerate(self.interactions) if index not in self.played]
        return [
            Mismatch("request", f"{request.method} {request.url}", "nothing", "the consumer never sent it")
            for request in missing
        ]


@dataclass
class HttpReplay(Replay):
    """Answers requests below the canonical base URL.

    promises: those of the scenario, in its order, with the params of the recording
    meant:    by interaction, the index of the promise that it was recorded for; several may be for a repeatable one
    """

    promises: Sequence[HttpPromise] = ()
    meant: Sequence[int] = ()
    base_url: str = ""

    def __post_init__(self) -> None:
        recorded = [self.meant.count(index) for index in range(len(self.promises))]
        self.account = Account(self.promises, recorded)
        self._goes_on = [self.account.goes_on[promise] for promise in self.meant]

    def handle(self, request: Request) -> Response:
        request = plain_request(request)
        shown = f"{request.method} {origin(request.url)}{urlsplit(request.url).path}"
        if origin(request.url) != origin(self.base_url):
            raise NetworkClosedError(
                f"{shown} was refused: the recording is of {self.base_url}",
                fix="build the client with base_url=provider.url",
            )
        with self._lock:
            index = self._chosen(shown, request)
            self.played.add(index)
            self.account.sent[self.meant[index]] += 1
        return self.interactions[index].response

    def handle_aws(self, call: AwsCall) -> None:
        """An AWS call of an HTTP contract's consumer is a request like any other: it is refused by its host."""

    def request_mismatches(self) -> list[Mismatch]:
        return [*self.unpromised, *self.account.too_often()]

    def never_sent(self) -> list[Mismatch]:
        return self.account.too_seldom()

    def _chosen(self, shown: str, request: Request) -> int:
        """The interaction that answers: one recorded for just this request first, then one that is promised like it."""
        same = [index for index in range(len(self.interactions)) if self._is_same(index, request)]
        if (index := in_turn(same, self.played, self._goes_on)) is not None:
            return index
        fitting = {number for number, one in enumerate(self.promises) if self._fits(one.request, request)}
        alike = [index for index, promise in enumerate(self.meant) if promise in fitting]
        if (index := in_turn(alike, self.played, self._goes_on)) is not None:
            return index
        if same or alike:
            found = [self.account.refuse(self.meant[(same or alike)[0]])]
        elif len(self.played) == len(self.interactions):
            found = [self.account.refuse_other(shown_sent(request, self.base_url))]
        else:
            found = self._closest(request)
            self.unpromised.extend(found)
        raise NoMatchError(f"nothing recorded for {shown}: {found[0]}", at=self.file, fix=MENDING)

    def _is_same(self, index: int, request: Request) -> bool:
        promise = self.promises[self.meant[index]].request
        is_same = _is_same(self.interactions[index].request, request)
        return is_same and (not promise.headers or self._fits(promise, request))

    def _fits(self, promise: RequestPromise, request: Request) -> bool:
        return may_fit(promise, request, self.base_url) and not request_mismatches(promise, request, self.base_url)

    def _closest(self, request: Request) -> list[Mismatch]:
        """How `request` differs from what it is most like of what is still to be sent."""
        waiting = [one for number, one in enumerate(self.promises) if not self.account.sent[number]] or self.promises
        differing = [request_mismatches(promise.request, request, self.base_url) for promise in waiting]
        closest = min(differing, key=lambda found: len(found))
        return sorted(closest, key=lambda mismatch: not mismatch.path.startswith(("method", "path")))


@dataclass
class AwsReplay(Replay):
    """Answers botocore's requests on the wire, told apart by operation and parameters, never by host or signature.

    calls:    those of the scenario, in its order, with the params of the recording
    meant:    by interaction, the index of the call that it was recorded for; in the order of the calls by default
    requests: by interaction, the operation and the parameters that were noted
    """

    calls: Sequence[PromisedCall] = ()
    meant: Sequence[int] = ()
    requests: Sequence[Mapping[str, Json]] = ()

    def __post_init__(self) -> None:
        self.meant = self.meant or range(len(self.interactions))
        recorded = [list(self.meant).count(index) for index in range(len(self.calls))]
        self.account = Account(self.calls, recorded)
        self._goes_on = [self.account.goes_on[call] for call in self.meant]

    def handle(self, request: Request) -> Response:
        call = aws_call.get()
        if call is None:
            host = urlsplit(request.url).hostname
            raise NetworkClosedError(
                f"{request.method} to {host} was refused: an AWS recording answers calls of botocore alone",
                fix="make the call through a boto3 client",
            )
        params = sent_params(call.operation, call.params, request.headers, request.body)
        with self._lock:
            index = self._chosen(call, params)
            self.played.add(index)
            self.account.sent[self.meant[index]] += 1
        return self.interactions[index].response

    def handle_aws(self, call: AwsCall) -> None:
        """Answered further down, on the wire, so that botocore parses what was recorded."""

    def request_mismatches(self) -> list[Mismatch]:
        return [*self.unpromised, *self.account.too_often()]

    def never_sent(self) -> list[Mismatch]:
        return self.account.too_seldom()

    def _chosen(self, call: AwsCall, params: Mapping[str, Any]) -> int:
        """The interaction that answers: one recorded for just this call first, then one that is promised like it."""
        judged = [promised.mismatches(call.operation.name, params) for promised in self.calls]
        alike = [index for index, meant in enumerate(self.meant) if not judged[meant]]
        same = [index for index in alike if self._is_noted(index, call, params)] if len(alike) > 1 else alike
        for listed in (same, alike):
            if (index := in_turn(listed, self.played, self._goes_on)) is not None:
                return index
        if alike:
            found = [self.account.refuse(self.meant[(same or alike)[0]])]
        else:
            waiting = [found for number, found in enumerate(judged) if not self.account.sent[number]] or judged
            found = min(waiting, key=len)
            self.unpromised.extend(found)
        shown = f"{call.service}.{call.operation.name}"
        raise NoMatchError(f"nothing recorded for {shown}: {found[0]}", at=self.file, fix=MENDING)

    def _is_noted(self, index: int, call: AwsCall, params: Mapping[str, Any]) -> bool:
        """Whether the call is the recorded one to the letter."""
        if index >= len(self.requests):
            return False
        request, noted = self.interactions[index].request, self.requests[index].get("params", {})
        given = given_params(call.operation, noted, request.headers, request.body)
        is_same: bool = comparable_params(call.operation, given) == comparable_params(call.operation, params)
        return is_same


def _is_same(recorded: Request, sent: Request) -> bool:
    """The same to the letter, names of the query in any order: no rule has to be asked."""
    return (
        recorded.method == sent.method
        and recorded.path == sent.path
        and sorted(recorded.query, key=itemgetter(0)) == sorted(sent.query, key=itemgetter(0))
        and recorded.body == sent.body
    )
