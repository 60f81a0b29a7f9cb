"""One contract test: a scenario before one provider, from its fixture to the verdict on what happened."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from pactproof import binding
from pactproof.contracts import Scenario
from pactproof.errors import ContractError, Place, UnboundError
from pactproof.interaction import Mismatch
from pactproof.pytest_plugin.cases import Case, placeholder_fault
from pactproof.pytest_plugin.failure import ContractFailure
from pactproof.pytest_plugin.placeholders import Placeholder
from pactproof.pytest_plugin.returned import keeping_result
from pactproof.pytest_plugin.user_provider import Provider
from pactproof.pytest_plugin.watched import Answering, Watched
from pactproof.redaction import is_secret_name
from pactproof.transport import AwsCall, CredentialCalls, activated, closed_network, install
from pactproof.transport.surroundings import NO_PROXY, environment, offline_aws, thread_errors
from pactproof.verdict import Fault, FaultName

if TYPE_CHECKING:
    from pactproof.pytest_plugin.session import ContractSession

PLACEHOLDER_TOKEN = "placeholder"  # noqa: S105  # stands where a token would: it opens nothing


class Run(ABC):
    """One test. `provider` is what the program sees; `blocked` says why the test need not be run at all."""

    def __init__(self, session: ContractSession, case: Case) -> None:
        self.session, self.case = session, case
        self.project = session.project
        self.blocked: Fault | None = None
        self.answering: Answering | None = None
        self.refused: list[ContractError] = []
        self.crashed: list[BaseException] = []
        self.returned: Any = None
        self.notes: list[str] = []
        self._is_request_fault_told = False
        self._crashed_told = 0
        self._watched: Watched | None = None
        self._stack = ExitStack()
        self.credentials = CredentialCalls(promises=self.promises_call)
        self.provider = self._seen("", {})

    # --- what each kind of test adds -----------------------------------------------------------------------------

    @abstractmethod
    def open(self) -> Answering | None:
        """Start the provider and set `provider`; None where `blocked` or a skip says that there is none."""

    def upheld(self) -> Fault | None:
        """Called when nothing else was wrong: a last look at what the test showed."""
        return None

    def told(self, fault: Fault) -> Fault:
        """The fault as this kind of run tells it."""
        return fault

    def take_back(self, why: str) -> None:
        """Something failed when the verdict was out already: undo what it led to, which is nothing as a rule."""
        del why

    def conclude(self) -> None:
        """Called when nothing can be taken back any more: the test and its fixtures are over."""
        return

    def answered_wrongly(self) -> Fault | None:
        """Called when the consumer failed: why the answer that it was given is to blame."""
        return None

    @property
    def tells_at_the_end(self) -> bool:
        """Whether `evidence` is complete when the fixtures are closed, and no earlier."""
        return False

    def evidence(self, passed: bool) -> dict[str, Any] | None:
        """What the test's report carries to the controlling process: plain JSON."""
        return {"passed": passed, "notes": self.notes} if self.notes else None

    @property
    def open_ports(self) -> frozenset[int]:
        return frozenset()

    # --- the course of a test ------------------------------------------------------------------------------------

    def __enter__(self) -> Run:
        install()
        binding.reached.clear()
        with self._stack:
            self._stack.enter_context(environment(self.environment))
            answering = self.open()
            if answering is not None:
                self.answering = answering
                self._stack.enter_context(thread_errors(self.crashed))
                self._stack.enter_context(closed_network(self.refused.append, self.open_ports))
                self._watched = Watched(answering, self._refused_once, self.credentials)
                self._stack.enter_context(activated(self._watched))
            self._stack = self._stack.pop_all()
        return self

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        try:
            self._stack.close()
        except BaseException as failed:
            self.take_back(f"{type(failed).__name__}: {failed}")
            raise
        if error is not None:
            self.take_back(str(error))
        # pytest keeps every item, and with it this object, until the session ends.
        self.answering = self._watched = self.returned = None
        self.refused.clear()
        self.crashed.clear()

    @property
    def environment(self) -> Mapping[str, str | None]:
        """Variables to set, or with None to remove, while the test runs."""
        return NO_PROXY

    @contextmanager
    def calling(self, item: pytest.Function) -> Iterator[None]:
        """Fail at once where nothing can be run; else let async functions work, and keep what is returned."""
        __tracebackhide__ = True
        if self.blocked is not None:
            raise ContractFailure(self.blocked)
        function = item.obj
        item.obj = keeping_result(function, self._keep, runs_async="anyio_backend" not in item.fixturenames)
        try:
            yield
        finally:
            item.obj = function  # pytest cuts tracebacks at it

    def _keep(self, returned: Any) -> None:
        self.returned = returned

    def settle(self, error: BaseException | None) -> None:
        """Decide whose fault it was. Returns where the scenario is upheld or the consumer's own error says it all."""
        __tracebackhide__ = True
        if placeholder := error if isinstance(error, UnboundError) else next(iter(binding.reached), None):
            binding.reached.clear()
            raise ContractFailure(self.told(self._unbound_fault(placeholder)))
        self._raise_request_fault(error)
        if error is not None and _is_no_verdict(error):
            return  # a skip, or an expected failure that the test declares by itself
        cause = error or next(iter(self.crashed), None)
        if cause is not None:
            if (fault := self.answered_wrongly()) is not None:
                raise ContractFailure(self.told(fault)) from cause
            cause.add_note(f"\n{self.told(self._consumer_fault(cause))}")
            self._crashed_told = len(self.crashed)
            if error is None:
                raise cause
            return
        assert self.answering is not None  # noqa: S101  # a blocked run has failed before
        if missing := self.answering.never_sent():
            fault = self._fault("request", "the consumer did not send all requests", missing)
            raise ContractFailure(self.told(fault))
        if (fault := self.upheld()) is not None:
            raise ContractFailure(self.told(fault))

    def settle_setup(self, error: BaseException) -> None:
        """A fixture failed. Without a request before it the contract has no part in that."""
        __tracebackhide__ = True
        is_asked = self._watched is not None and self._watched.is_asked
        if isinstance(error, UnboundError) or binding.reached or self.refused or is_asked:
            self.settle(error)

    def settle_late(self) -> None:
        """What happened since: the program's fixtures send requests, and its threads die, when they are closed."""
        __tracebackhide__ = True
        if not self._is_request_fault_told:
            self._raise_request_fault(None)
        for cause in self.crashed[self._crashed_told :]:
            cause.add_note(f"\n{self.told(self._consumer_fault(cause))}")
            raise cause

    # --- parts ---------------------------------------------------------------------------------------------------

    @property
    def scenario(self) -> Scenario:
        assert self.case.scenario is not None  # noqa: S101  # a run without a scenario is blocked
        return self.case.scenario

    @property
    def place(self) -> Place:
        return self.scenario.place

    def promises_call(self, call: AwsCall) -> bool:
        """Whether the scenario is about calls of this operation."""
        if self.case.scenario is None or not self.scenario.aws:
            return False
        from pactproof.aws.calls import promised_calls

        return any(
            one.operation.service_model.service_name == call.service and one.operation.name == call.operation.name
            for one in promised_calls(self.scenario)
        )

    def _raise_request_fault(self, error: BaseException | None) -> None:
        __tracebackhide__ = True
        found = self.answering.request_mismatches() if self.answering else []
        fault = None
        if found:
            fault = self._fault("request", "the consumer sent something else than promised", found)
        elif self.refused:
            fault = self.refusal_fault(self.refused[0])
        if fault is not None:
            self._is_request_fault_told = True
            raise ContractFailure(self.told(fault)) from error or next(iter(self.crashed), None)

    def refusal_fault(self, refused: ContractError) -> Fault:
        """Whose fault it is that a request was refused an answer."""
        return self._fault("request", refused.what, [], fix=refused.fix)

    def request_fault(self, what: str, mismatches: list[Mismatch], fix: str = "") -> Fault:
        return self._fault("request", what, mismatches, fix)

    @contextmanager
    def undone(self) -> Iterator[None]:
        """At the end of the block, what was set up for the scenario is undone."""
        try:
            yield
        finally:
            self._stack.close()

    def _consumer_fault(self, cause: BaseException) -> Fault:
        what = f"the answer was right, the consumer's code failed on it: {type(cause).__name__}"
        return self._fault("consumer", what, [], fix="mend the program, or correct what the contract promises")

    def _unbound_fault(self, error: UnboundError) -> Fault:
        """A placeholder that the function reaches only through others, so that its code did not show it."""
        found = Placeholder(error.at or self.case.binding.place, error.line)
        return placeholder_fault(self.case.binding, [found], self.project.root)

    def _fault(self, name: FaultName, what: str, mismatches: list[Mismatch], fix: str = "") -> Fault:
        fix = fix or f"mend the program, or change {self.place} and run: pytest contracts -k {self.scenario.key}"
        operation = self.scenario.operation.key
        shown = tuple(_without_secret(mismatch) for mismatch in mismatches)
        return Fault(name, operation, self.scenario.name, what, shown, self.place, fix)

    def _refused_once(self, error: ContractError) -> None:
        if error not in self.refused:
            self.refused.append(error)

    def _seen(self, url: str, params: Mapping[str, Any], token: str = PLACEHOLDER_TOKEN) -> Provider:
        bound = self.case.binding
        service = bound.operation.partition(".")[0]
        return Provider(url, token, dict(params), service, bound.operation, bound.scenario, self.case.kind)


class AwsRun(Run):
    """What stub and replay of AWS have in common: dummy credentials, and no way to look up real ones."""

    @property
    def environment(self) -> Mapping[str, str | None]:
        return {**super().environment, **offline_aws()}

    def aws_provider(self, scenario: Scenario) -> Provider:
        from pactproof.aws.calls import needed_params, operation_model

        prefix = operation_model(scenario).service_model.endpoint_prefix
        return self._seen(f"https://{prefix}.amazonaws.com", needed_params(scenario))


def _without_secret(mismatch: Mismatch) -> Mismatch:
    """What the program sent under a name that means a secret may be one, read from its environment."""
    names = _NAME.findall(mismatch.path)
    if not names or mismatch.found == "nothing" or not (is_secret_name(names[-1]) or names[-1] in _CREDENTIAL_HEADERS):
        return mismatch
    return Mismatch(mismatch.path, mismatch.expected, "a value that is not shown")


_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_CREDENTIAL_HEADERS = frozenset({"Authorization", "Cookie", "Proxy-Authorization"})


def _is_no_verdict(error: BaseException) -> bool:
    return isinstance(error, pytest.skip.Exception | pytest.xfail.Exception)
