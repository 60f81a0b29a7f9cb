"""The consumer before a sandbox, or an emulator of it: an answer that upholds its promise becomes the recording.

Whatever fails, and whenever it does, what was recorded before stays as it was, byte for byte.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pactproof import __version__, binding
from pactproof.errors import (
    AuthRefusedError,
    CassetteError,
    ContractError,
    GuardRailError,
    NetworkClosedError,
    NoMatchError,
    Place,
    ProviderBusyError,
    SecretFoundError,
)
from pactproof.interaction import Json
from pactproof.pytest_plugin.cases import Case
from pactproof.pytest_plugin.keeping import Keeping
from pactproof.pytest_plugin.refresh_result import Result
from pactproof.pytest_plugin.refusing_writes import why_not_written, writing_requests
from pactproof.pytest_plugin.replaying import WithCassette
from pactproof.pytest_plugin.running import PLACEHOLDER_TOKEN
from pactproof.pytest_plugin.sandbox_access import SandboxAccess
from pactproof.pytest_plugin.watched import Answering
from pactproof.recording.cassette import Cassette, Provenance, as_stored
from pactproof.recording.patience import Patience
from pactproof.recording.recorder import Recorder
from pactproof.recording.refusal import Promised
from pactproof.recording.versions import provider_version, versions
from pactproof.redaction import Redactor
from pactproof.registry import Freshness
from pactproof.sandbox import Sandbox
from pactproof.transport import CredentialCalls, let_through, origin
from pactproof.turns import NEVER_SENT, TOO_SELDOM
from pactproof.verdict import Fault, FaultName

if TYPE_CHECKING:
    from pactproof.pytest_plugin.session import ContractSession

_UNPROVEN = frozenset({"stale", "missing", "auth"})
_NOT_ASKED = "not asked, since the provider refused the credentials before: "


class Recorded(WithCassette):
    """Record modes: what a sandbox, or an emulator of it, answers to the consumer becomes the cassette."""

    def __init__(self, session: ContractSession, case: Case) -> None:
        super().__init__(session, case)
        self.was_recorded = (self.project.root / self.shown_as).exists()
        self.writes = writing_requests(self.scenario)
        self._keeping: Keeping | None = None
        self._params: dict[str, Json] = {} if self.scenario.operation.service == "aws" else dict(self.scenario.params)

    def open(self) -> Answering | None:
        self.refresh = self.result("skipped", reason="waived")
        if ended := self.skip_if_waived():
            self.notes.append(ended)
        return self.begin()

    def begin(self, *, with_state: bool = True) -> Recorder | None:
        """The recorder, where requests may be sent; `blocked` says why not. with_state: set the provider state up"""
        self.refresh = self.result("stale" if self.was_recorded else "missing", reason="it came to no end")
        if (refused := self._refused_beforehand()) is not None:
            self.blocked = self.told(refused)
            return None
        try:
            self.learn(self._set_up_state() if with_state else {})
        except ContractError as error:
            self.blocked = self.told(self._state_fault(error))
            return None
        may_leave, opt_in = self.access.may_leave, self.access.how_to_opt_in()
        self.recorder = Recorder(
            self.base_url,
            self.replaced_by,
            may_leave,
            opt_in,
            promised=self.promised,
            may_write=bool(self.writes),
            patience=Patience(tries=1) if self.asked_service in self.session.unanswering else Patience(),
            refused_before=self._refused_before,
        )
        self.credentials = CredentialCalls(True, may_leave, opt_in, self.promises_call, note=self._refused_once)
        self.provider = self.seen_there()
        return self.recorder

    def learn(self, params: Mapping[str, Json]) -> None:
        """The scenario's params there, as its requests showed them."""
        self._params = {**self._params, **params}
        self.scenario_there = self.scenario.with_params(self._params)

    def _refused_beforehand(self) -> Fault | None:
        """Why nothing is sent at all."""
        if (why := self.why_not_written()) is not None:
            return self.unproven(why)
        if (refused := self.access.refused()) is not None:
            return self.unproven(refused)
        return self._auth(before) if (before := self._refused_before()) else None

    def _refused_before(self) -> str:
        before = self.session.stopped.why(self.asked_service)
        return f"{_NOT_ASKED}{before}" if before else ""

    def why_not_written(self) -> ContractError | None:
        """Why the scenario is not recorded although a record mode asks for it: it writes."""
        if not self.writes:
            return None
        what, fix = why_not_written(self.scenario, self.writes, is_asked_for=self.session.may_write)
        return ContractError(what, fix=fix) if what else None

    @property
    @abstractmethod
    def access(self) -> SandboxAccess:
        """Where requests go: the sandbox, or an emulator of it."""

    @property
    @abstractmethod
    def replaced_by(self) -> str | None:
        """The address that takes the canonical one's place; None where clients find theirs by themselves."""

    @property
    @abstractmethod
    def promised(self) -> Promised:
        """What is promised of the answers, as far as a refusal is told from an answer by it."""

    @abstractmethod
    def seen_there(self) -> Any:
        """What the program sees of the sandbox."""

    # --- what went wrong -----------------------------------------------------------------------------------------

    def told(self, fault: Fault) -> Fault:
        """The fault as a refresh has it: what was recorded before is stale from now on, whatever went wrong."""
        shown = fault
        if self.was_recorded:
            name: FaultName = fault.name if fault.name in _UNPROVEN else "stale"
            shown = replace(fault, name=name, still=self._old_recording(fault.name))
        result: Result = "auth" if fault.name == "auth" else "stale" if self.was_recorded else "missing"
        is_held_back = self.refresh is not None and self.refresh.result == "held-back"
        self.refresh = self.result("held-back" if is_held_back else result, reason=str(shown))
        return shown

    def _old_recording(self, fault: str) -> str:
        """What there still is, after the reason why it is not refreshed."""
        which = f" (fault: {fault})" if fault not in _UNPROVEN else ""
        try:
            age = self.age(self.load(), Freshness())
        except ContractError:
            return f"not refreshed{which}; the old recording is unchanged, and cannot be used as it is"
        return f"not refreshed{which}; the old recording, {age.text}, is unchanged"

    def refusal_fault(self, refused: ContractError) -> Fault:
        if isinstance(refused, NetworkClosedError | NoMatchError):
            return super().refusal_fault(refused)
        if isinstance(refused, GuardRailError | CassetteError):
            return self.unproven(refused)
        if isinstance(refused, AuthRefusedError):
            return self._auth_fault(refused)
        if isinstance(refused, ProviderBusyError) and self.recorder.is_answered:
            again = f"try again later: pytest contracts --record-mode={self.session.record_mode} -k {self.scenario.key}"
            return self.unproven(ContractError(refused.what, fix=again))
        self.session.unanswering.add(self.asked_service)
        fix = f"see to it that {origin(self.access.url)} answers, or correct {self.access.variable}"
        return self.unproven(ContractError(refused.what, fix=fix))

    def _state_fault(self, error: ContractError) -> Fault:
        beside = f"so that the state could not be set up: {self.scenario.given}"
        return self._auth_fault(error, beside) if isinstance(error, AuthRefusedError) else self.unproven(error, beside)

    def _auth_fault(self, refused: AuthRefusedError, beside: str = "") -> Fault:
        """The provider refuses the credentials: nothing else is asked of this service in this run."""
        if not refused.what.startswith(_NOT_ASKED):
            self.session.stopped.stop(self._service if refused.is_of_account else self.asked_service, refused.what)
        what = f"{refused.what}\n{beside}" if beside else refused.what
        return self._auth(what)

    def _auth(self, what: str) -> Fault:
        operation, fix = self.scenario.operation.key, self._how_to_authorize()
        return Fault("auth", operation, self.scenario.name, what, file=Place(self.shown_as), fix=fix)

    def _how_to_authorize(self) -> str:
        again = f"pytest contracts --record-mode={self.session.record_mode} -k {self.asked_service}."
        what = "the AWS credentials" if self._service == "aws" else "the token"
        variable = self.registered.sandbox.token_env
        held = f" in {variable}" if variable and self._service != "aws" else ""
        return f"renew {what}{held}, or give it the right to do this; then run: {again}"

    def answered_wrongly(self) -> Fault | None:
        """Why a consumer failed: on an answer that nobody promised, or because it asked for something else."""
        if not self.recorder.interactions:
            return None
        try:
            fault = self.recorded_fault(self.scenario_there, self.recording())
        except SecretFoundError:
            return None  # it would not be kept anyway
        if fault is None or fault.name == "provider":
            return fault
        return self._sent_otherwise(fault) if not _are_too_few(fault) else None

    def _sent_otherwise(self, stale: Fault) -> Fault:
        """What makes a recording stale, when it has just been made, this program has sent."""
        if _are_too_few(stale):
            return self._fault("request", "the consumer did not send all requests", list(stale.mismatches))
        return self._fault("request", "the consumer sent something else than promised", list(stale.mismatches))

    # --- what is kept --------------------------------------------------------------------------------------------

    def upheld(self) -> Fault | None:
        """Keep the recording if it upholds the promise; whatever was recorded before stays otherwise."""
        try:
            cassette = self.recording()
        except SecretFoundError as error:
            return self.held_back(error)
        return self.broken(cassette) or self.keep(cassette)

    def held_back(self, error: SecretFoundError) -> Fault:
        """The recording would carry a secret: by which rule and where is said, and nothing is written."""
        self.refresh = self.result("held-back")
        return self.unproven(error)

    def broken(self, cassette: Cassette) -> Fault | None:
        """What the recording, or the program that sent its requests, does not hold of the promise."""
        fault = self.recorded_fault(self.scenario_there, cassette)
        return self._sent_otherwise(fault) if fault is not None and fault.name == "stale" else fault

    def keep(self, cassette: Cassette) -> Fault | None:
        """Put the recording in the place of the old one; the fault says why that cannot be."""
        keeping = Keeping(self, cassette, self._secrets, takes_values=self.session.takes_values)
        try:
            self.refresh, note = keeping.keep()
        except SecretFoundError as error:
            return self.held_back(error)
        except CassetteError as error:
            return self.unproven(error)
        self._keeping = keeping
        self.notes.append(note)
        return None

    def conclude(self) -> None:
        if self._keeping is not None:
            self._keeping.conclude()
            self._keeping = None

    def take_back(self, why: str) -> None:
        """Something failed after the recording was kept: put back what was there before."""
        if self._keeping is not None:
            self._keeping.undo()
            self._keeping = None
            self.notes = [note for note in self.notes if not note.startswith(("recorded ", "verified "))]
            self.refresh = self.result("stale" if self.was_recorded else "missing", reason=why)

    def recording(self) -> Cassette:
        """What was recorded, redacted, in the order of the promises."""
        redactor = Redactor(
            self._secrets,
            keep_request_headers={name for promise in self.scenario.http for name in promise.request.headers},
            keep_response_headers={name for promise in self.scenario.http for name in promise.response.headers},
            rules=self.project.redaction_rules,
        )
        kept = tuple(as_stored(redactor.redact(one)) for one in self.recorder.interactions)
        if self.scenario.http:
            kept = self.paired(self.scenario_there, kept).in_order
        told = Provenance(
            operation=self.scenario.operation.key,
            scenario=self.scenario.name,
            source=self.recorder.source,
            recorded_at=self.recorder.received_at or datetime.now(UTC),
            consumer=self.project.registry.consumer,
            recorded_with=f"pactproof {__version__}",
            params=redactor.redact_value(self._params),
            requests=tuple(redactor.redact_value(request) for request in self.recorder.requests),
            versions=versions(
                self.project.root, [one.request for one in self.recorder.interactions], self.project.registry.consumer
            ),
            provider_version=provider_version(
                (one.response for one in self.recorder.interactions), self.registered.version_header
            ),
        )
        return Cassette(kept, told)

    # --- the sandbox ---------------------------------------------------------------------------------------------

    @property
    def _service(self) -> str:
        return self.scenario.operation.service

    @property
    def asked_service(self) -> str:
        """Who is asked: "shop"; of AWS, one service with its own policies, "aws.s3"."""
        return self._service

    @property
    def _secrets(self) -> list[str]:
        """What opens the sandbox: its token, and the credentials that AWS gave."""
        token = {self.access.token} - {PLACEHOLDER_TOKEN}
        return sorted(token | self.credentials.secrets)

    def _set_up_state(self) -> dict[str, Json]:
        """Run the team's function for the provider state, if there is one; it is undone when the test is over."""
        function = binding.states.get(self.scenario.given or "")
        if function is None:
            return {}
        there = self.access
        sandbox = Sandbox(there.url, there.token, may_leave=there.may_leave, opt_in=there.how_to_opt_in())
        steps = function(sandbox)
        with let_through():
            params = next(steps, None)
        self._stack.callback(_finish, steps)
        return dict(params or {})


def _are_too_few(fault: Fault) -> bool:
    """Whether nothing is wrong but that requests are missing."""
    return bool(fault.mismatches) and all(one.text in (NEVER_SENT, TOO_SELDOM) for one in fault.mismatches)


def _finish(steps: Iterator[Any]) -> None:
    with let_through():
        next(steps, None)
