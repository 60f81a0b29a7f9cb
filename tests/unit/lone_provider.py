"""A promise, a recording or a recorder made active by itself, without the plugin around it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from pactproof.interaction import Request, Response
from pactproof.transport import AwsCall, CredentialCalls, activated


@dataclass
class _Lone:
    provider: Any
    credentials: CredentialCalls = field(default_factory=CredentialCalls)

    @property
    def answers_at_once(self) -> bool:
        return bool(self.provider.answers_at_once)

    def handle(self, request: Request) -> Response:
        response: Response = self.provider.handle(request)
        return response

    def handle_aws(self, call: AwsCall) -> Any:
        return self.provider.handle_aws(call)


@contextmanager
def active(provider: Any) -> Iterator[None]:
    """provider: with `handle`, `handle_aws`, `answers_at_once`; calls for credentials are not given to it"""
    with activated(_Lone(provider)):
        yield
