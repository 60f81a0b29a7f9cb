"""The promise over HTTP: one short-lived Pact mock server for each promised interaction.

One server that held them all would answer a repeated request with the first answer for ever, and slow down with
each interaction. A request goes to the first interaction that it fits and that has not been answered yet; Pact
itself decides whether it is as promised.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from pactproof.agreement import OUTSIDE, is_literally, relative_path, request_mismatches
from pactproof.errors import NetworkClosedError, NoMatchError
from pactproof.expectation import Variant
from pactproof.interaction import Mismatch, Request, Response
from pactproof.promise.pact_model import PactInteraction, add_interaction, new_pact
from pactproof.transport import AwsCall, forward, origin


@dataclass(slots=True)
class _Served:
    interaction: PactInteraction
    server: Any
    url: str
    sent: list[Request] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        return not self.sent or self.interaction.promise.is_repeatable


@dataclass
class PactProvider:
    """Answers with the promise's examples. `unpromised` collects what was sent beyond the promise."""

    base_url: str
    served: list[_Served]
    unpromised: list[Mismatch] = field(default_factory=list)
    answers_at_once: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        return self.served[0].url

    @property
    def ports(self) -> frozenset[int]:
        return frozenset(urlsplit(served.url).port or 0 for served in self.served)

    def handle(self, request: Request) -> Response:
        path = self._path(request)
        query = urlsplit(request.url).query
        local = Request(
            request.method, urlunsplit(("http", "provider", path, query, "")), request.headers, request.body
        )
        with self._lock:
            served = self._meant(local, path)
            served.sent.append(local)
        return forward(request, f"{served.url}{path}" + (f"?{query}" if query else ""))

    def handle_aws(self, call: AwsCall) -> None:
        """An AWS call of an HTTP contract's consumer is a request like any other: it is refused by its host."""

    def request_mismatches(self) -> list[Mismatch]:
        """What was sent otherwise than promised, as Pact's servers saw it."""
        found = list(self.unpromised)
        for served in self.served:
            found.extend(_translated(served))
        return found

    def never_sent(self) -> list[Mismatch]:
        """The promised requests that the consumer did not send."""
        missing = [served.interaction.promise.request for served in self.served if not served.sent]
        texts = [f"{request.method} {request.path.example}" for request in missing]
        return [Mismatch("request", text, "nothing", "the consumer never sent it") for text in texts]

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

    def _meant(self, request: Request, path: str) -> _Served:
        """The interaction that `request` is for."""
        waiting = [served for served in self.served if served.is_open]
        if len(waiting) == len(self.served) == 1:
            return waiting[0]  # Pact says what is wrong with it, if anything is
        exact = [served for served in self.served if not _differences(served, request)]
        literal = [served for served in self.served if is_literally(served.interaction.promise.request, request, "")]
        for fitting in (exact, literal):
            if open_ones := [served for served in fitting if served.is_open]:
                return min(open_ones, key=lambda served: len(_differences(served, request)))
            if fitting:
                again = "it is promised as often as it stands in the contract"
                self._refuse(request, path, "the request once more", again)
        if not waiting:
            self._refuse(request, path, "a further request", "every promised request has been answered already")
        same = [served for served in waiting if str(served.interaction.promise.request.path.example) == path]
        return (same or waiting)[0]

    def _refuse(self, request: Request, path: str, found: str, text: str) -> None:
        what = f"{request.method} {path}"
        self.unpromised.append(Mismatch("request", "nothing more", f"{what}, {found}", text))
        raise NoMatchError(f"{what}: {text}", fix="send it once, or promise it as a further entry of `sequence:`")


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
    """What Pact has against the requests that `served` got, part by part."""
    for mismatch in served.server.mismatches:
        kind = type(mismatch).__name__
        if kind == "RequestMismatch":
            yield from (_part(part) for part in mismatch.mismatches)
        elif kind != "MissingRequest":  # that one is told of by `never_sent`
            yield from _not_found(served, str(mismatch))


def _not_found(served: _Served, text: str) -> list[Mismatch]:
    """Pact does not say why no interaction fits; with one interaction a server, we can."""
    promise = served.interaction.promise.request
    found = [mismatch for sent in served.sent for mismatch in request_mismatches(promise, sent, "")]
    return found or [Mismatch("request", f"{promise.method} {promise.path.example}", "another request", text)]


def _part(part: Any) -> Mismatch:
    expected, actual = str(part.expected) or "nothing", str(part.actual) or "nothing"
    text = str(getattr(part, "mismatch", ""))
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


def _differences(served: _Served, request: Request) -> list[Mismatch]:
    return request_mismatches(served.interaction.promise.request, request, "")
