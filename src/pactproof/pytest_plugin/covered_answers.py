"""Who answers the body of a test that covers scenarios: the providers themselves, or their recordings."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from pactproof.errors import ContractError, NetworkClosedError, NoMatchError
from pactproof.interaction import Request, Response
from pactproof.pytest_plugin.covered_requests import Covered, choose
from pactproof.pytest_plugin.recorded import Recorded
from pactproof.pytest_plugin.recorded_services import sandbox_url
from pactproof.pytest_plugin.replaying import Replayed, WithCassette
from pactproof.recording.aws_calls import sent_on
from pactproof.recording.recorder import Recorder
from pactproof.transport import AwsCall, CredentialCalls, aws_call, forward, is_loopback, origin, plain_request

RunT = TypeVar("RunT", bound=WithCassette)


class _Routing(ABC, Generic[RunT]):
    """Gives each request to the scenario that it is for, from any thread."""

    def __init__(self, runs: Sequence[RunT]) -> None:
        self.covered = [Covered(run.scenario_there, run.base_url, sandbox_url(run.registered)) for run in runs]
        self._run_of = {id(one): run for one, run in zip(self.covered, runs, strict=True)}
        self._lock = threading.Lock()
        self.credentials = CredentialCalls(promises=lambda call: any(run.promises_call(call) for run in runs))

    def handle(self, request: Request) -> Response:
        call = aws_call.get()
        if (answer := self.credentials.answer(request, call)) is not None:
            return answer
        request = plain_request(request)
        among = [one for one in self.covered if one.is_of_service(request, call)]
        if not among:
            return self.elsewhere(request, call)
        with self._lock:
            found = choose(among, request, call)
            if found is not None:
                found[0].take(found[1])
        if found is None:
            return self.beside([self._run_of[id(one)] for one in among], request, call)
        return self.answer(self._run_of[id(found[0])], found[0].at_home(request, call))

    def handle_aws(self, call: AwsCall) -> tuple[Any, dict[str, Any]] | None:
        """Answered further down, on the wire, but for dummy credentials."""
        return self.credentials.answer_aws(call)

    @abstractmethod
    def answer(self, run: RunT, request: Request) -> Response:
        """The answer to a request of a covered scenario."""

    @abstractmethod
    def beside(self, runs: Sequence[RunT], request: Request, call: AwsCall | None) -> Response:
        """The answer to a request of a covered service that belongs to none of its scenarios, `runs`."""

    @abstractmethod
    def elsewhere(self, request: Request, call: AwsCall | None) -> Response:
        """The answer to a request to anybody else."""


class Sending(_Routing[Recorded]):
    """refused: why covered requests were not answered, with the run that sent them"""

    answers_at_once = False

    def __init__(self, runs: Sequence[Recorded]) -> None:
        super().__init__(runs)
        self.refused: list[tuple[ContractError, Recorded]] = []
        self.credentials.is_live = self.credentials.may_leave = True  # as the test's other requests
        for run in runs:
            run.credentials = self.credentials

    def answer(self, run: Recorded, request: Request) -> Response:
        try:
            return run.recorder.handle(request)
        except ContractError as error:
            self.refused.append((error, run))
            raise

    def beside(self, runs: Sequence[Recorded], request: Request, call: AwsCall | None) -> Response:
        run = runs[0]
        recorder = Recorder(run.base_url, run.replaced_by, run.access.may_leave, run.access.how_to_opt_in())
        try:
            return recorder.handle(request)
        except ContractError as error:
            self.refused.append((error, run))
            raise

    def elsewhere(self, request: Request, call: AwsCall | None) -> Response:
        return sent_on(request, request.url, call)


class Playing(_Routing[Replayed]):
    """note: is told of each refusal, so that a test that swallows the error cannot hide it; fix: for the message"""

    def __init__(self, runs: Sequence[Replayed], note: Callable[[ContractError], None], fix: str) -> None:
        super().__init__(runs)
        self._note, self._fix = note, fix

    @property
    def answers_at_once(self) -> bool:
        """botocore signs nothing and does not wait; another request may be for a server of the test."""
        return aws_call.get() is not None

    def answer(self, run: Replayed, request: Request) -> Response:
        assert run.answering is not None  # noqa: S101  # else the body was not begun
        return run.answering.handle(request)

    def beside(self, runs: Sequence[Replayed], request: Request, call: AwsCall | None) -> Response:
        shown = f"{call.service}.{call.operation.name}" if call else f"{request.method} {request.path}"
        listed = ", ".join(run.scenario.key for run in runs)
        raise self._noted(NoMatchError(f"{shown} was refused: the test is replayed, and covers {listed} alone"))

    def elsewhere(self, request: Request, call: AwsCall | None) -> Response:
        if call is None and is_loopback(request.url):
            return forward(request, request.url)
        raise self._noted(NetworkClosedError(f"{request.method} {origin(request.url)} was refused: it is replayed"))

    def _noted(self, error: ContractError) -> ContractError:
        error.fix = self._fix
        self._note(error)
        return error
