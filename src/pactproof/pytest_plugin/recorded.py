"""The consumer before a sandbox, or an emulator of it: an answer that upholds its promise becomes the recording.

Whatever fails, and whenever it does, what was recorded before stays as it was, byte for byte.
"""

from __future__ import annotations

import os
from abc import abstractmethod
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pactproof import __version__, binding
from pactproof.entries import is_base_url
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
from pactproof.interaction import Json, is_json
from pactproof.pytest_plugin.cases import Case
from pactproof.pytest_plugin.keeping import Keeping
from pactproof.pytest_plugin.refresh_result import Result
from pactproof.pytest_plugin.refusing_writes import why_not_written, writing_requests
from pactproof.pytest_plugin.replaying import ReplayedAws, ReplayedHttp, WithCassette
from pactproof.pytest_plugin.running import PLACEHOLDER_TOKEN, Answering, Run
from pactproof.recording.cassette import Cassette, Provenance, as_stored
from pactproof.recording.patience import Patience
from pactproof.recording.recorder import Recorder
from pactproof.recording.refusal import Promised
from pactproof.redaction import Redactor
from pactproof.registry import Provider as RegisteredProvider
from pactproof.sandbox import Sandbox
from pactproof.transport import is_loopback, let_through, origin
from pactproof.turns import NEVER_SENT, TOO_SELDOM
from pactproof.verdict import Fault

if TYPE_CHECKING:
    from pactproof.pytest_plugin.session import ContractSession

REPLAYS_WHAT_IS_THERE = frozenset({"once", "new_episodes"})
_UNPROVEN = frozenset({"stale", "missing", "auth"})


def recorded_run(session: ContractSession, case: Case) -> Run:
    """Replay in mode `none`, and in `once` and `new_episodes` where the cassette upholds the promise; else record.

    A scenario that writes, and is not to, is replayed as well: what is recorded of it is as good as before.
    """
    is_aws = case.binding.operation.startswith("aws.")
    replay = ReplayedAws(session, case) if is_aws else ReplayedHttp(session, case)
    if session.record_mode == "none":
        return replay
    if session.record_mode in REPLAYS_WHAT_IS_THERE and replay.is_usable(session.record_mode):
        return replay
    recorded = RecordedAws(session, case) if is_aws else RecordedHttp(session, case)
    if recorded.was_recorded and (why := recorded.why_not_written()) is not None:
        replay.notes.append(f"not refreshed: {why.what}; {why.fix}")
        replay.refresh = recorded.result("skipped", reason=f"{why.what}; {why.fix}")
        return replay
    return recorded


class Recorded(WithCassette):
    """Record modes: what a sandbox, or an emulator of it, answers to the consumer becomes the cassette."""

    def __init__(self, session: ContractSession, case: Case) -> None:
        super().__init__(session, case)
        self.was_recorded = (self.project.root / self.shown_as).exists()
        self._writes = writing_requests(self.scenario)
        self._keeping: Keeping | None = None

    def open(self) -> Answering | None:
        self.refresh = self.result("skipped", reason="waived")
        if ended := self.skip_if_waived():
            self.notes.append(ended)
        self.refresh = self.result("stale", reason="it came to no end")
        if (refused := self._refused_beforehand()) is not None:
            self.blocked = self.told(refused)
            return None
        try:
            self._params = self._set_up_state()
        except ContractError as error:
            beside = f"so that the state could not be set up: {self.scenario.given}"
            is_auth = isinstance(error, AuthRefusedError)
            self.blocked = self.told(self._auth_fault(error, beside) if is_auth else self.unproven(error, beside))
            return None
        self.scenario_there = self.scenario.with_params({**self._contract_params(), **self._params})
        self.recorder = Recorder(
            self.base_url,
            self.replaced_by,
            self.may_leave,
            self._how_to_opt_in(),
            promised=self.promised,
            may_write=bool(self._writes),
            patience=Patience(tries=1) if self._service in self.session.unanswering else Patience(),
        )
        self.provider = self.seen_there()
        return self.recorder

    def _refused_beforehand(self) -> Fault | None:
        """Why nothing is sent at all."""
        if (why := self.why_not_written()) is not None:
            return self.unproven(why)
        if (refused := self._refused_address()) is not None:
            return self.unproven(refused)
        if before := self.session.refused_services.get(self._service):
            what = f"not asked, since the provider refused the credentials before: {before}"
            return self._auth(what)
        return None

    def why_not_written(self) -> ContractError | None:
        """Why the scenario is not recorded although a record mode asks for it: it writes."""
        if not self._writes:
            return None
        what, fix = why_not_written(self.scenario, self._writes, is_asked_for=self.session.may_write)
        return ContractError(what, fix=fix) if what else None

    def _refused_address(self) -> ContractError | None:
        """Why nothing may be sent to `target_url`. What the variable holds is not shown: it may be a secret."""
        if not is_base_url(self.target_url):
            what = f"{self._address_variable} holds no http or https URL without credentials, query and fragment"
            return ContractError(what, fix="set it to the address of the sandbox, as in http://127.0.0.1:3000")
        if not self.may_leave and not is_loopback(self.target_url):
            what = f"requests to {origin(self.target_url)} were refused before one left"
            return GuardRailError(what, fix=self._how_to_opt_in())
        return None

    @property
    @abstractmethod
    def target_url(self) -> str:
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

    @property
    @abstractmethod
    def _address_variable(self) -> str:
        """The environment variable that `target_url` was read from, for messages."""

    # --- what went wrong -----------------------------------------------------------------------------------------

    def told(self, fault: Fault) -> Fault:
        """The fault as a refresh has it: what was recorded before is stale from now on, whatever went wrong."""
        shown = fault
        if self.was_recorded and fault.name not in _UNPROVEN:
            what = f"its refresh failed, and the old recording is as it was (fault: {fault.name}): {fault.what}"
            shown = Fault("stale", fault.operation, fault.scenario, what, fault.mismatches, fault.file, fault.fix)
        result: Result = "auth" if fault.name == "auth" else "stale" if self.was_recorded else "missing"
        is_held_back = self.refresh is not None and self.refresh.result == "held-back"
        self.refresh = self.result("held-back" if is_held_back else result, reason=str(shown))
        return shown

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
        self.session.unanswering.add(self._service)
        fix = f"see to it that {origin(self.target_url)} answers, or correct {self._address_variable}"
        return self.unproven(ContractError(refused.what, fix=fix))

    def _auth_fault(self, refused: ContractError, beside: str = "") -> Fault:
        """The provider refuses the credentials: nothing else is asked of this service in this run."""
        self.session.refused_services.setdefault(self._service, refused.what)
        what = f"{refused.what}\n{beside}" if beside else refused.what
        return self._auth(what)

    def _auth(self, what: str) -> Fault:
        operation, fix = self.scenario.operation.key, self._how_to_authorize()
        return Fault("auth", operation, self.scenario.name, what, file=Place(self.shown_as), fix=fix)

    def _how_to_authorize(self) -> str:
        again = f"pytest contracts --record-mode={self.session.record_mode} -k {self._service}."
        what = "the AWS credentials" if self._service == "aws" else "the token"
        variable = self.registered.sandbox.token_env
        held = f" in {variable}" if variable and self._service != "aws" else ""
        return f"renew {what}{held}, or give it the right to do this; then run: {again}"

    def answered_wrongly(self) -> Fault | None:
        """Why a consumer failed: on an answer that nobody promised, or because it asked for something else."""
        if not self.recorder.interactions:
            return None
        fault = self.recorded_fault(self.scenario_there, self._cassette())
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
        cassette = self._cassette()
        fault = self.recorded_fault(self.scenario_there, cassette)
        if fault is not None and fault.name == "stale":
            return self._sent_otherwise(fault)
        if fault is not None:
            return fault
        keeping = Keeping(self, cassette, self._secrets, takes_values=self.session.takes_values)
        try:
            self.refresh, note = keeping.keep()
        except SecretFoundError as error:
            self.refresh = self.result("held-back")
            return self.unproven(error)
        except CassetteError as error:
            return self.unproven(error)
        self._keeping = keeping
        self.notes.append(note)
        return None

    def take_back(self, why: str) -> None:
        """Something failed after the recording was kept: put back what was there before."""
        if self._keeping is not None:
            self._keeping.undo()
            self._keeping = None
            self.notes = [note for note in self.notes if not note.startswith(("recorded ", "verified "))]
            self.refresh = self.result("stale" if self.was_recorded else "missing", reason=why)

    def _cassette(self) -> Cassette:
        redactor = Redactor(
            self._secrets,
            keep_request_headers={name for promise in self.scenario.http for name in promise.request.headers},
            keep_response_headers={name for promise in self.scenario.http for name in promise.response.headers},
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
            params=redactor.redact_value(self._told_params()),
            requests=tuple(redactor.redact_value(request) for request in self.recorder.requests),
        )
        return Cassette(kept, told)

    def _told_params(self) -> dict[str, Json]:
        return {**self._contract_params(), **self._params}

    def _contract_params(self) -> Mapping[str, Json]:
        return {} if self.scenario.operation.service == "aws" else self.scenario.params

    # --- the sandbox ---------------------------------------------------------------------------------------------

    @property
    def registered(self) -> RegisteredProvider:
        return self.project.registry.providers[self.scenario.operation.service]

    @property
    def _service(self) -> str:
        return self.scenario.operation.service

    @property
    def may_leave(self) -> bool:
        opt_in = self.registered.sandbox.opt_in_env
        return bool(opt_in and os.environ.get(opt_in))

    @property
    def token(self) -> str:
        return os.environ.get(self.registered.sandbox.token_env) or PLACEHOLDER_TOKEN

    @property
    def _secrets(self) -> list[str]:
        return [self.token] if self.token != PLACEHOLDER_TOKEN else []

    def _set_up_state(self) -> dict[str, Json]:
        """Run the team's function for the provider state, if there is one; it is undone when the test is over."""
        function = binding.states.get(self.scenario.given or "")
        if function is None:
            return {}
        sandbox = Sandbox(self.target_url, self.token, may_leave=self.may_leave, opt_in=self._how_to_opt_in())
        steps = function(sandbox)
        with let_through():
            params = next(steps, None)
        self._stack.callback(_finish, steps)
        return dict(params or {})

    def _how_to_opt_in(self) -> str:
        opt_in = self.registered.sandbox.opt_in_env
        emulator = f"point {self._address_variable} at an emulator on this machine"
        if opt_in:
            return f"{emulator}, or set {opt_in}=1 if requests may leave it"
        place = f"providers.{self.registered.name}.sandbox.opt_in_env"
        return f"{emulator}, or name a variable in {place} of registry.yaml and set it if requests may leave it"


class RecordedHttp(Recorded):
    @property
    def target_url(self) -> str:
        return os.environ.get(self.registered.sandbox.url_env) or self.registered.base_url

    @property
    def replaced_by(self) -> str:
        return self.target_url

    @property
    def promised(self) -> Promised:
        answers = [promise.response for promise in self.scenario.http]
        media = [answer.content_type.partition(";")[0].lower() for answer in answers if answer.body is not None]
        has_json, has_page = any(map(is_json, media)), any("html" in one for one in media)
        return Promised(frozenset(answer.status for answer in answers), is_json=has_json and not has_page)

    @property
    def _address_variable(self) -> str:
        url_env = self.registered.sandbox.url_env
        return url_env or f"the variable that providers.{self.registered.name}.sandbox.url_env names"

    def seen_there(self) -> Any:
        return self._seen(self.base_url, self.scenario_there.params, self.token)


class RecordedAws(Recorded):
    """Requests go where botocore sends them; the recorder looks at each address again before it leaves."""

    @property
    def target_url(self) -> str:
        from pactproof.aws.calls import operation_model

        own = f"AWS_ENDPOINT_URL_{operation_model(self.scenario).service_model.service_id.hyphenize()}"
        return (
            os.environ.get(own.upper().replace("-", "_"))
            or os.environ.get(self._address_variable)
            or f"https://{self.scenario.operation.key.split('.')[1]}.amazonaws.com"
        )

    @property
    def replaced_by(self) -> None:
        return None

    @property
    def promised(self) -> Promised:
        """Which status a promised error comes with is botocore's business; without one it is a success."""
        if any(promise.error is not None for promise in self.scenario.aws):
            return Promised()
        return Promised(frozenset(range(200, 300)))

    @property
    def _address_variable(self) -> str:
        return "AWS_ENDPOINT_URL"

    def seen_there(self) -> Any:
        from pactproof.aws.calls import needed_params

        return self._seen(self.target_url, needed_params(self.scenario_there), self.token)


def _are_too_few(fault: Fault) -> bool:
    """Whether nothing is wrong but that requests are missing."""
    return bool(fault.mismatches) and all(one.text in (NEVER_SENT, TOO_SELDOM) for one in fault.mismatches)


def _finish(steps: Iterator[Any]) -> None:
    with let_through():
        next(steps, None)
