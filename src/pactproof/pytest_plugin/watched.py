"""What answers a contract test's consumer, watched: a refusal that the consumer swallows is noted all the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from pactproof.errors import ContractError
from pactproof.interaction import Mismatch, Request, Response
from pactproof.transport import AwsCall, CredentialCalls, aws_call


class Answering(Protocol):
    """What the promise, a recording and a recorder have in common once they are active."""

    answers_at_once: bool

    def handle(self, request: Request) -> Response: ...
    def handle_aws(self, call: AwsCall) -> Any: ...
    def request_mismatches(self) -> list[Mismatch]: ...
    def never_sent(self) -> list[Mismatch]: ...


class Watched:
    """An active provider that notes its refusals, so that a consumer that swallows them hides nothing."""

    def __init__(
        self, answering: Answering, note: Callable[[ContractError], None], credentials: CredentialCalls
    ) -> None:
        self._answering, self._note, self.credentials = answering, note, credentials
        self.is_asked = False

    @property
    def answers_at_once(self) -> bool:
        return self._answering.answers_at_once

    def handle(self, request: Request) -> Response:
        call = aws_call.get()
        if (answer := self.credentials.answer(request, call)) is not None:
            return answer
        self.is_asked = True
        try:
            response = self._answering.handle(request)
            self.credentials.hear(call, response)
            return response
        except ContractError as error:
            self._note(error)
            raise

    def handle_aws(self, call: AwsCall) -> Any:
        if (answer := self.credentials.answer_aws(call)) is not None:
            return answer
        self.is_asked = True
        try:
            return self._answering.handle_aws(call)
        except ContractError as error:
            self._note(error)
            raise
