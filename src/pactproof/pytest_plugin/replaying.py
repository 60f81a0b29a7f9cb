"""The consumer before a recording, offline."""

from __future__ import annotations

from abc import abstractmethod
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from pactproof import freshness
from pactproof.contracts import Scenario
from pactproof.errors import CassetteError, CassetteMissingError, ContractError, Place
from pactproof.freshness import Age, age_of
from pactproof.interaction import Interaction
from pactproof.proof import Judged, recording_fault
from pactproof.pytest_plugin.refresh_result import RefreshResult, Result
from pactproof.pytest_plugin.running import AwsRun, Run
from pactproof.pytest_plugin.watched import Answering
from pactproof.recording.cassette import Cassette, load_cassette
from pactproof.recording.provenance import unfit
from pactproof.recording.replay import AwsReplay, HttpReplay
from pactproof.registry import Freshness
from pactproof.registry import Provider as RegisteredProvider
from pactproof.verdict import Fault, FaultName

if TYPE_CHECKING:
    from pactproof.proof.http import Paired


class WithCassette(Run):
    """What runs on a recording, or makes one.

    refresh:        what became of the recording where a record mode asks for a new one, None where none does
    scenario_there: with the params of the recording
    """

    refresh: RefreshResult | None = None
    scenario_there: Scenario
    _paired: tuple[Scenario, tuple[Interaction, ...], Paired] | None = None

    @property
    def shown_as(self) -> str:
        return str(self.scenario.operation.cassette(self.scenario.name))

    @property
    def registered(self) -> RegisteredProvider:
        return self.project.registry.providers[self.scenario.operation.service]

    @property
    def base_url(self) -> str:
        return self.registered.base_url

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

    def load(self) -> Cassette:
        cassette = load_cassette(self.project.root / self.shown_as, shown_as=self.shown_as)
        told = cassette.provenance
        if (told.operation, told.scenario) != (self.scenario.operation.key, self.scenario.name):
            what = f"it says that it was recorded for {told.operation} (scenario {told.scenario})"
            fix = f"pytest contracts --record-mode=rewrite -k {self.scenario.key}"
            raise CassetteError(what, at=Place(self.shown_as), fix=fix)
        return cassette

    def age(self, cassette: Cassette, limits: Freshness) -> Age:
        return age_of(cassette.provenance.verified(self.shown_as), limits, freshness.now())

    def result(self, result: Result, drift: str = "", reason: str = "") -> RefreshResult:
        operation, name = self.scenario.operation.key, self.scenario.name
        return RefreshResult(operation, name, result, self.shown_as, drift, reason)

    @property
    def tells_at_the_end(self) -> bool:
        return self.refresh is not None

    def evidence(self, passed: bool) -> dict[str, Any] | None:
        """With what became of the recording, where one was to be made."""
        told = super().evidence(passed)
        if self.refresh is None:
            return told
        return {"passed": passed, **(told or {}), "refresh": self.refresh.as_json()}

    def drift_since(self, old: Cassette, new: Cassette) -> tuple[str, Cassette | None]:
        """The class of the drift, "" for none; and `old` itself where it still shows all that `new` does."""
        from pactproof.drift import classify, drift, only_values

        then = self.scenario.with_params(old.provenance.params)
        if self.recorded_fault(then, old) is not None or not old.digest_fits:
            return "", None
        found = drift(self.scenario, old, new, base_url=self.base_url)
        is_kept = only_values(found) and old.provenance.source == new.provenance.source
        return classify(found) or "", old if is_kept else None


class Replayed(WithCassette):
    """Offline: the recording has to uphold the promise before the consumer is run on it."""

    _age: Age | None = None

    def is_usable(self, record_mode: str) -> bool:
        """Whether there is a cassette to replay; in `new_episodes` it has to hold all that is promised."""
        try:
            cassette = self.load()
        except ContractError:
            return (self.project.root / self.shown_as).exists()  # the replay says what is wrong with it
        scenario = self.scenario.with_params(cassette.provenance.params)
        return record_mode == "once" or (cassette.digest_fits and self.recorded_fault(scenario, cassette) is None)

    def open(self) -> Answering | None:
        try:
            cassette = self.load()
        except CassetteMissingError as error:
            self.blocked = self.unproven(error, self.skip_if_waived())
            return None
        except CassetteError as error:
            self.blocked = self.unproven(error)
            return None
        self.scenario_there = scenario = self.scenario.with_params(cassette.provenance.params)
        self.blocked = self.recorded_fault(scenario, cassette)
        if self.blocked is None and not cassette.digest_fits:
            # Only now, so that what a change to the file breaks is told first.
            self.blocked = self.unproven(unfit(self.shown_as, self.scenario.key, cassette))
        if self.blocked is not None:
            return None
        self._age = self._told_age(cassette)
        return self.replaying(scenario, cassette)

    def _told_age(self, cassette: Cassette) -> Age:
        """How old the recording is: noted where it is to be refreshed soon, a skip where it is too old and waived."""
        age = self.age(cassette, self.registered.freshness)
        if age.state == "aging":
            self.notes.append(f"{self.shown_as}: {age.text}\n  fix: {age.fix}")
        elif age.state == "stale" and (ended := self.skip_if_waived()):
            self.notes.append(ended)
        return age

    def upheld(self) -> Fault | None:
        """Only now is a recording refused for its age, so that what else is wrong has been told."""
        if self._age is None or self._age.state not in ("stale", "invalid"):
            return super().upheld()
        return self.unproven(CassetteError(self._age.text, at=Place(self.shown_as), fix=self._age.fix))

    @abstractmethod
    def replaying(self, scenario: Scenario, cassette: Cassette) -> Answering:
        """The provider that answers from `cassette`, with `provider` set to what the program sees."""


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
        from pactproof.aws.recorded import pair_calls, recorded_notes

        self.provider = self.aws_provider(scenario)
        calls, requests = promised_calls(scenario), cassette.provenance.requests
        pairing = pair_calls(calls, cassette.interactions, requests)
        meant = [index for index in pairing.meant if index is not None]
        notes = recorded_notes([calls[index] for index in meant], cassette.interactions)
        self.notes += [f"{self.shown_as}: {note}, as far as botocore knows" for note in notes]
        return AwsReplay(cassette.interactions, Place(self.shown_as), calls=calls, meant=meant, requests=requests)
