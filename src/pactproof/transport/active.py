"""The one provider that answers the consumer's requests at the moment, whatever thread they come from."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Protocol
from weakref import WeakSet

from pactproof.errors import NetworkClosedError
from pactproof.interaction import Request, Response
from pactproof.transport.addresses import origin
from pactproof.transport.credential_calls import CredentialCalls
from pactproof.transport.outliving import is_left_over


@dataclass(frozen=True)
class AwsCall:
    """One call of a botocore client, before it is sent.

    operation: botocore's OperationModel; params: as the consumer gave them, {"Bucket": "logs"}
    request:   botocore's request, as it is about to be sent; None before there is one
    is_lookup: botocore asks for the service's address first, as Timestream wants it: no doing of the consumer
    """

    service: str
    operation: Any
    params: dict[str, Any]
    request: Any = None
    is_lookup: bool = False


class ActiveProvider(Protocol):
    """Answers requests in place of the network. Its errors reach the consumer as they are."""

    @property
    def answers_at_once(self) -> bool:
        """True where `handle` does no I/O of its own and may run on an event loop."""

    @property
    def credentials(self) -> CredentialCalls:
        """What becomes of calls for AWS credentials; the provider asks it first for what it handles."""

    def handle(self, request: Request) -> Response:
        """The answer to a request that any client is about to send."""

    def handle_aws(self, call: AwsCall) -> tuple[Any, dict[str, Any]] | None:
        """botocore's (http_response, parsed) for `call`; None to let it go on to the transport."""


LEFT_OVER = "it was started by a test that ran offline, and outlived it"
END_IT = "end the program's threads and tasks before its test ends"


class _Refusing:
    """Answers nobody."""

    answers_at_once = True
    credentials = CredentialCalls()

    def handle(self, request: Request) -> Response:
        raise NetworkClosedError(f"{request.method} {origin(request.url)} was refused: {LEFT_OVER}", fix=END_IT)

    def handle_aws(self, call: AwsCall) -> None:
        """Refused further down, on the wire."""


_REFUSING = _Refusing()
_active: ActiveProvider | None = None
_lock = threading.Lock()
_own = threading.local()
_own_clients: WeakSet[Any] = WeakSet()

aws_call: ContextVar[AwsCall | None] = ContextVar("aws_call", default=None)
"""The botocore call that the request on this thread belongs to."""


def current() -> ActiveProvider | None:
    """The active provider; None where there is none, and for requests that pactproof itself sends.

    For threads and tasks of a test that is over, one that refuses them: also the connections that they hold open.
    """
    if getattr(_own, "depth", 0):
        return None
    return _REFUSING if _active is None and is_left_over() else _active


@contextmanager
def activated(provider: ActiveProvider) -> Iterator[None]:
    """Answer everything from `provider` until the end of the block."""
    global _active
    with _lock:
        if _active is not None:
            raise RuntimeError("two providers cannot be active at once")
        _active = provider
    try:
        yield
    finally:
        _active = None


@contextmanager
def let_through() -> Iterator[None]:
    """In this thread, requests inside the block are pactproof's own: neither answered nor closed off."""
    _own.depth = getattr(_own, "depth", 0) + 1
    try:
        yield
    finally:
        _own.depth -= 1


def is_let_through() -> bool:
    return bool(getattr(_own, "depth", 0))


def let_client_through(client: Any) -> None:
    """The calls of this botocore client are pactproof's own, from whatever thread: s3transfer starts some."""
    _own_clients.add(client)


def is_own_client(client: Any) -> bool:
    return client in _own_clients
