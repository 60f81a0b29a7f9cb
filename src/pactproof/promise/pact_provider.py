"""The promise over HTTP: one short-lived Pact mock server for each promised interaction.

One server that held them all would answer a repeated request with the first answer for ever, and slow down with
each interaction. A request goes to the first interaction that it fits and that has not been answered yet; Pact
itself decides whether it is as promised.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from pactproof.agreement import OUTSIDE, relative_path, request_mismatches
from pactproof.errors import NetworkClosedError, NoMatchError
from pactproof.expectation import Variant
from pactproof.interaction import Mismatch, Request, Response
from pactproof.promise.pact_body import is_judged_by_pact
from pactproof.promise.pact_model import PactInteraction, add_interaction, new_pact
from pactproof.promised_interaction import RequestPromise
from pactproof.transport import AwsCall, forward, origin, plain_request
from pactproof.transport.shown import shown_sent
from pactproof.turns import Account, in_turn, is_example, may_fit


@dataclass(slots=True)
class _Served:
    interaction: PactInteraction
    server: Any
    url: str
    sent: list[Request] = field(default_factory=list)


@dataclass
class PactProvider:
    """Answers with the promise's examples. `account` is of what was sent, and how often."""

    base_url: str
    served: list[_Served]
    answers_at_once: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.account = Account([served.interaction.promise for served in self.served])

    @property
    def url(self) -> str:
        return self.served[0].url

    @property
    def ports(self) -> frozenset[int]:
        return frozenset(urlsplit(served.url).port or 0 for served in self.served)

    def handle(self, request: Request) -> Response:
        request = plain_request(request)  # Pact unpacks nothing
        path = self._path(request)
        query = urlsplit(request.url).query
        local = Request(
            request.method, urlunsplit(("http", "provider", path, query, "")), request.headers, request.body
        )
        with self._lock:
            index = self._meant(local, path)
            self.account.sent[index] += 1
            served = self.served[index]
            served.sent.append(local)
        answer = forward(request, f"{served.url}{path}" + (f"?{query}" if query else ""))
        if served.interaction.promise.response.is_untyped:
            return replace(answer, headers=answer.headers.without("content-type"))
        return answer

    def handle_aws(self, call: AwsCall) -> None:
        """An AWS call of an HTTP contract's consumer is a request like any other: it is refused by its host."""

    def request_mismatches(self) -> list[Mismatch]:
        """What was sent otherwise than promised, as Pact's servers saw it."""
        found = self.account.too_often()
        for served in self.served:
            found.extend(_translated(served))
        return found

    def never_sent(self) -> list[Mismatch]:
        """The promised requests that the consumer did not send."""
        return self.account.too_seldom()

    def _path(self, request: Request) -> str:
        parts = urlsplit(request.url)
        if any(origin(request.url) == origin(served.url) for served in self.served):
            return relative_path(request.url, "")
        path = relative_path(request.url, self.base_url)
        is_there = origin(request.url) == origin(self.base_url)
        if is_there and not path.startswith(f"{OUTSIDE}/"):
            return path
        where = f"it does not go below {self.base_url}" if is_there else "it goes to another host"
        raise NetworkClosedError(
            f"{request.method} {parts.scheme}://{parts.netloc}{parts.path} was refused: {where}",
            fix=f"build the client with base_url=provider.url; {self.base_url} is served too",
        )

    def _meant(self, request: Request, path: str) -> int:
        """The index of the interaction that `request` is for."""
        sent, goes_on = self.account.sent, self.account.goes_on
        if len(self.served) == 1 and (not sent or goes_on[0]):
            return 0  # Pact says what is wrong with it, if anything is
        fitting = [index for index, served in enumerate(self.served) if may_fit(_promise(served), request, "")]
        differing = {index: request_mismatches(_promise(self.served[index]), request, "") for index in fitting}
        exact = [index for index, found in differing.items() if not found]
        # As promised but for headers and body: enough to tell which interaction a request is meant for.
        literal = [i for i, found in differing.items() if all(one.path.startswith(("$", "header")) for one in found)]
        exact.sort(key=lambda index: not is_example(_promise(self.served[index]), request, ""))
        literal.sort(key=lambda index: len(differing[index]))
        for listed in (exact, literal):
            if (index := in_turn(listed, sent, goes_on)) is not None:
                return index
            if listed:
                raise self._refusal(request, path, self.account.refuse(listed[0]))
        waiting = [index for index in range(len(self.served)) if index not in sent or goes_on[index]]
        if not waiting:
            raise self._refusal(request, path, self.account.refuse_other(shown_sent(request, "")))
        same = [index for index in waiting if str(_promise(self.served[index]).path.example) == path]
        return (same or waiting)[0]

    def _refusal(self, request: Request, path: str, told: Mismatch) -> NoMatchError:
        fix = "send it as often as it is promised, or promise it as a further entry of `sequence:`"
        return NoMatchError(f"{request.method} {path}: {told}", fix=fix)


@contextmanager
def pact_provider(
    consumer: str, service: str, base_url: str, interactions: Sequence[PactInteraction], variant: Variant
) -> Iterator[PactProvider]:
    """Serve `interactions` on this machine's loopback address for the length of the block."""
    with ExitStack() as stack:
        served: list[_Served] = []
        for interaction in interactions:
            pact = new_pact(consumer, service)
            add_interaction(pact, interaction, variant)
            server = stack.enter_context(_serving(pact))
            served.append(_Served(interaction, server, str(server.url).rstrip("/")))
        try:
            yield PactProvider(base_url, served)
        finally:
            served.clear()


@contextmanager
def _serving(pact: Any) -> Iterator[Any]:
    server = pact.serve(addr="127.0.0.1", raises=False, verbose=False)
    with server:
        try:
            yield server
        finally:
            server._handle = None  # else it stays up until it is collected, which a kept traceback delays


def _translated(served: _Served) -> Iterator[Mismatch]:
    """What Pact has against the requests that `served` got, part by part; else what we have, as a replay would.

    Pact cannot see all of some bodies, and takes a value with a rule for promised however often it is sent.
    """
    found = list(_seen_by_pact(served)) if is_judged_by_pact(_promise(served)) else []
    yield from found or (one for sent in served.sent for one in request_mismatches(_promise(served), sent, ""))


def _seen_by_pact(served: _Served) -> Iterator[Mismatch]:
    for mismatch in served.server.mismatches:
        kind = type(mismatch).__name__
        if kind == "RequestMismatch":
            yield from (_part(part) for part in mismatch.mismatches)
        elif kind != "MissingRequest":  # that one is told of by `never_sent`
            yield from _not_found(served, str(mismatch))


def _not_found(served: _Served, text: str) -> list[Mismatch]:
    """Pact does not say why no interaction fits; with one interaction a server, we can."""
    promise = _promise(served)
    found = [mismatch for sent in served.sent for mismatch in request_mismatches(promise, sent, "")]
    return found or [Mismatch("request", f"{promise.method} {promise.path.example}", "another request", text)]


def _part(part: Any) -> Mismatch:
    expected, actual = str(part.expected) or "nothing", str(part.actual) or "nothing"
    text = str(getattr(part, "mismatch", "")).partition("\n\nStack backtrace:")[0]  # of what Pact could not parse
    match type(part).__name__:
        case "QueryMismatch":
            return Mismatch(f"query.{part.parameter}", expected, actual, text)
        case "HeaderMismatch":
            return Mismatch(f"header.{part.key}", expected, actual, text)
        case "BodyTypeMismatch":
            return Mismatch("header.Content-Type", expected, actual, text)
        case "BodyMismatch":
            return Mismatch(part.path, expected, actual, text)
        case name:
            return Mismatch(name.removesuffix("Mismatch").lower(), expected, actual, text)


def _promise(served: _Served) -> RequestPromise:
    return served.interaction.promise.request
