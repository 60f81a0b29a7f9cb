"""The recording as a provider: each recorded interaction answers the request that was promised for it, once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from pactproof.agreement import request_mismatches
from pactproof.aws.calls import PromisedCall
from pactproof.errors import NetworkClosedError, NoMatchError, Place
from pactproof.interaction import Interaction, Mismatch, Request, Response
from pactproof.promised_interaction import HttpPromise
from pactproof.transport import AwsCall, aws_call, origin

MENDING = "record it again with --record-mode=rewrite and review the diff, if the request is meant to be so"


@dataclass
class Replay:
    """What HTTP and AWS recordings share: n-th answers, and an account of what was not played."""

    interactions: Sequence[Interaction]
    file: Place
    repeatable: Sequence[bool] = ()
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

    def _play(self, shown: str, judge: Callable[[int], list[Mismatch]]) -> Response:
        """The answer to the first interaction that `judge` finds nothing against and that is still to be played."""
        with self._lock:
            index = self._chosen(shown, judge)
            self.played.add(index)
        return self.interactions[index].response

    def _chosen(self, shown: str, judge: Callable[[int], list[Mismatch]]) -> int:
        judged: dict[int, list[Mismatch]] = {}
        is_again = False
        for index in range(len(self.interactions)):
            judged[index] = judge(index)
            if not judged[index]:
                if index not in self.played or (self.repeatable and self.repeatable[index]):
                    return index
                is_again = True
        if is_again or not judged:
            again = "it is recorded as often as it stands in the cassette"
            found = [Mismatch("request", "nothing more", f"{shown}, the request once more", again)]
        else:
            waiting = {index: found for index, found in judged.items() if index not in self.played} or judged
            found = min(waiting.values(), key=len)
        self.unpromised.extend(found)
        raise NoMatchError(f"nothing recorded for {shown}: {found[0]}", at=self.file, fix=MENDING)


@dataclass
class HttpReplay(Replay):
    """Answers requests below the canonical base URL; `promises` are those of the scenario, in its order."""

    promises: Sequence[HttpPromise] = ()
    base_url: str = ""

    def handle(self, request: Request) -> Response:
        shown = f"{request.method} {origin(request.url)}{urlsplit(request.url).path}"
        if origin(request.url) != origin(self.base_url):
            raise NetworkClosedError(
                f"{shown} was refused: the recording is of {self.base_url}",
                fix="build the client with base_url=provider.url",
            )
        return self._play(shown, lambda index: self._judged(index, request))

    def handle_aws(self, call: AwsCall) -> None:
        """An AWS call of an HTTP contract's consumer is a request like any other: it is refused by its host."""

    def _judged(self, index: int, request: Request) -> list[Mismatch]:
        promise = self.promises[index].request
        if not promise.headers and _is_same(self.interactions[index].request, request):
            return []
        found = request_mismatches(promise, request, self.base_url)
        return sorted(found, key=lambda mismatch: not mismatch.path.startswith(("method", "path")))


@dataclass
class AwsReplay(Replay):
    """Answers botocore's requests on the wire, told apart by operation and parameters, never by host or signature."""

    calls: Sequence[PromisedCall] = ()

    def handle(self, request: Request) -> Response:
        call = aws_call.get()
        if call is None:
            host = urlsplit(request.url).hostname
            raise NetworkClosedError(
                f"{request.method} to {host} was refused: an AWS recording answers calls of botocore alone",
                fix="make the call through a boto3 client",
            )
        shown = f"{call.service}.{call.operation.name}"
        return self._play(shown, lambda index: self.calls[index].mismatches(call.operation.name, call.params))

    def handle_aws(self, call: AwsCall) -> None:
        """Answered further down, on the wire, so that botocore parses what was recorded."""


def _is_same(recorded: Request, sent: Request) -> bool:
    """The same to the letter, query in any order: no rule has to be asked."""
    return (
        recorded.method == sent.method
        and recorded.path == sent.path
        and sorted(recorded.query) == sorted(sent.query)
        and recorded.body == sent.body
    )
