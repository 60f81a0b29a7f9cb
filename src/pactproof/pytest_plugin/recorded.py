"""The consumer before a recording: replayed offline, or made anew from the sandbox when the record mode asks for it."""

from __future__ import annotations

import os
from abc import abstractmethod
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from pactproof import __version__, binding
from pactproof.contracts import Scenario
from pactproof.entries import is_base_url
from pactproof.errors import (
    CassetteError,
    CassetteMissingError,
    ContractError,
    GuardRailError,
    NetworkClosedError,
    NoMatchError,
    Place,
)
from pactproof.interaction import Interaction, Json
from pactproof.proof import Judged, recording_fault
from pactproof.pytest_plugin.cases import Case
from pactproof.pytest_plugin.running import PLACEHOLDER_TOKEN, Answering, AwsRun, Run
from pactproof.recording.cassette import Cassette, Provenance, as_stored, load_cassette, write_cassette
from pactproof.recording.recorder import Recorder
from pactproof.recording.replay import AwsReplay, HttpReplay
from pactproof.redaction import Redactor
from pactproof.registry import Provider as RegisteredProvider
from pactproof.sandbox import Sandbox
from pactproof.transport import is_loopback, let_through, origin
from pactproof.turns import NEVER_SENT, TOO_SELDOM
from pactproof.verdict import Fault, FaultName

if TYPE_CHECKING:
    from pactproof.proof.http import Paired
    from pactproof.pytest_plugin.session import ContractSession

REPLAYS_WHAT_IS_THERE = frozenset({"once", "new_episodes"})


def recorded_run(session: ContractSession, case: Case) -> Run:
    """Replay in mode `none`, and in `once` and `new_episodes` where the cassette upholds the promise; else record."""
    is_aws = case.binding.operation.startswith("aws.")
    replay: Replayed = ReplayedAws(session, case) if is_aws else ReplayedHttp(session, case)
    if session.record_mode == "none":
        return replay
    if session.record_mode in REPLAYS_WHAT_IS_THERE and replay.is_usable(session.record_mode):
        return replay
    return RecordedAws(session, case) if is_aws else RecordedHttp(session, case)


class _WithCassette(Run):
    _paired: tuple[Scenario, tuple[Interaction, ...], Paired] | None = None

    @property
    def shown_as(self) -> str:
        return str(self.scenario.operation.cassette(self.scenario.name))

    @property
    def base_url(self) -> str:
        return self.project.registry.providers[self.scenario.operation.service].base_url

    def skip_if_waived(self) -> str:
        """Skip while a waiver holds. Returns what to say of one that has ended, "" where there is none."""
        operation = self.scenario.operation.key
        waiver = self.project.registry.waiver_for(operation, self.scenario.name)
        if waiver is None:
            return ""
        if waiver.holds_on(datetime.now(UTC).date()):
            pytest.skip(f"waived until {waiver.until}: no recording of {self.scenario.key}, {waiver.reason}")
        return f"the waiver of {waiver.key} ended on {waiver.until} ({waiver.place}): {waiver.reason}"

    def unproven(self, error: ContractError, beside: str = "") -> Fault:
        """`missing` where nothing is recorded, `stale` where what is recorded cannot speak for today."""
        name: FaultName = "stale" if (self.project.root / self.shown_as).exists() else "missing"
        what = f"{error.what}\n{beside}" if beside else error.what
        operation, file = self.scenario.operation.key, error.at or Place(self.shown_as)
        return Fault(name, operation, self.scenario.name, what, file=file, fix=error.fix)

    def judge(self, scenario: Scenario, recorded: tuple[Interaction, ...], requests: Any) -> list[Judged]:
        if scenario.operation.service == "aws":
            from pactproof.aws.calls import promised_calls
            from pactproof.proof.aws import judge_aws

            return judge_aws(promised_calls(scenario), recorded, requests)
        from pactproof.proof.http import judge_http

        return judge_http(self.paired(scenario, recorded))

    def paired(self, scenario: Scenario, recorded: tuple[Interaction, ...]) -> Paired:
        """The recorded interactions with their promises; of the same ones as before, not looked for again."""
        from pactproof.proof.http import pair

        if self._paired is None or self._paired[0] is not scenario or self._paired[1] is not recorded:
            self._paired = (scenario, recorded, pair(scenario, recorded, self.base_url))
        return self._paired[2]

    def recorded_fault(self, scenario: Scenario, cassette: Cassette) -> Fault | None:
        judged = self.judge(scenario, cassette.interactions, cassette.provenance.requests)
        return recording_fault(scenario, judged, cassette.interactions, Place(self.shown_as))


class Replayed(_WithCassette):
    """Offline: the recording has to uphold the promise before the consumer is run on it."""

    def is_usable(self, record_mode: str) -> bool:
        """Whether there is a cassette to replay; in `new_episodes` it has to hold all that is promised."""
        try:
            cassette = self._load()
        except ContractError:
            return (self.project.root / self.shown_as).exists()  # the replay says what is wrong with it
        scenario = self.scenario.with_params(cassette.provenance.params)
        return record_mode == "once" or self.recorded_fault(scenario, cassette) is None

    def open(self) -> Answering | None:
        try:
            cassette = self._load()
        except CassetteMissingError as error:
            self.blocked = self.unproven(error, self.skip_if_waived())
            return None
        except CassetteError as error:
            self.blocked = self.unproven(error)
            return None
        scenario = self.scenario.with_params(cassette.provenance.params)
        self.blocked = self.recorded_fault(scenario, cassette)
        return self.replaying(scenario, cassette) if self.blocked is None else None

    @abstractmethod
    def replaying(self, scenario: Scenario, cassette: Cassette) -> Answering:
        """The provider that answers from `cassette`, with `provider` set to what the program sees."""

    def _load(self) -> Cassette:
        cassette = load_cassette(self.project.root / self.shown_as, shown_as=self.shown_as)
        told = cassette.provenance
        if (told.operation, told.scenario) != (self.scenario.operation.key, self.scenario.name):
            what = f"it says that it was recorded for {told.operation} (scenario {told.scenario})"
            fix = f"pytest contracts --record-mode=rewrite -k {self.scenario.key}"
            raise CassetteError(what, at=Place(self.shown_as), fix=fix)
        return cassette


class ReplayedHttp(Replayed):
    def replaying(self, scenario: Scenario, cassette: Cassette) -> Answering:
        self.provider = self._seen(self.base_url, scenario.params)
        paired = self.paired(scenario, cassette.interactions)
        promises, meant = paired.scenario.http, [index for index in paired.pairing.meant if index is not None]
        file = Place(self.shown_as)
        return HttpReplay(cassette.interactions, file, promises=promises, meant=meant, base_url=self.base_url)


class ReplayedAws(Replayed, AwsRun):
    def replaying(self, scenario: Scenario, cassette: Cassette) -> Answering:
        from pactproof.aws.calls import promised_calls
        from pactproof.proof.aws import pair_calls, recorded_notes

        self.provider = self.aws_provider(scenario)
        calls, requests = promised_calls(scenario), cassette.provenance.requests
        pairing = pair_calls(calls, cassette.interactions, requests)
        meant = [index for index in pairing.meant if index is not None]
        notes = recorded_notes([calls[index] for index in meant], cassette.interactions)
        self.notes += [f"{self.shown_as}: {note}, as far as botocore knows" for note in notes]
        return AwsReplay(cassette.interactions, Place(self.shown_as), calls=calls, meant=meant, requests=requests)


class Recorded(_WithCassette):
    """Record modes: what a sandbox, or an emulator of it, answers to the consumer becomes the cassette."""

    def open(self) -> Answering | None:
        if ended := self.skip_if_waived():
            self.notes.append(ended)
        if (refused := self._refused_address()) is not None:
            self.blocked = self.unproven(refused)
            return None
        try:
            self._params = self._set_up_state()
        except ContractError as error:
            self.blocked = self.unproven(error, f"so that the state could not be set up: {self.scenario.given}")
            return None
        self.scenario_there = self.scenario.with_params({**self._contract_params(), **self._params})
        self.recorder = Recorder(self.base_url, self.replaced_by, self.may_leave, self._how_to_opt_in())
        self.provider = self.seen_there()
        return self.recorder

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

    def refusal_fault(self, refused: ContractError) -> Fault:
        if isinstance(refused, NetworkClosedError | NoMatchError):
            return super().refusal_fault(refused)
        if isinstance(refused, GuardRailError | CassetteError):
            return self.unproven(refused)
        fix = f"see to it that {origin(self.target_url)} answers, or correct {self._address_variable}"
        return self.unproven(ContractError(refused.what, fix=fix))

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

    @abstractmethod
    def seen_there(self) -> Any:
        """What the program sees of the sandbox."""

    @property
    def registered(self) -> RegisteredProvider:
        return self.project.registry.providers[self.scenario.operation.service]

    @property
    def may_leave(self) -> bool:
        opt_in = self.registered.sandbox.opt_in_env
        return bool(opt_in and os.environ.get(opt_in))

    @property
    def token(self) -> str:
        return os.environ.get(self.registered.sandbox.token_env) or PLACEHOLDER_TOKEN

    def upheld(self) -> Fault | None:
        """Keep the recording if it upholds the promise; whatever was recorded before stays otherwise."""
        cassette = self._cassette()
        fault = self.recorded_fault(self.scenario_there, cassette)
        if fault is not None and fault.name == "stale":
            return self._sent_otherwise(fault)
        if fault is None:
            secrets = [self.token] if self.token != PLACEHOLDER_TOKEN else []
            path = self.project.root / self.shown_as
            try:
                write_cassette(path, cassette, root=self.project.root, secrets=secrets)
            except CassetteError as error:
                return self.unproven(error)
            self.notes.append(f"recorded {self.shown_as} ({cassette.provenance.source})")
        return fault

    def _cassette(self) -> Cassette:
        redactor = Redactor(
            [self.token] if self.token != PLACEHOLDER_TOKEN else [],
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
            recorded_at=datetime.now(UTC),
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

    @property
    @abstractmethod
    def _address_variable(self) -> str:
        """The environment variable that `target_url` was read from, for messages."""

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
