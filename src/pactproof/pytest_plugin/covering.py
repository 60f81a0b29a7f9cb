"""An end-to-end test that covers operations: `@pytest.mark.covers("aws.s3.list_buckets", "shop.get_item.not_found")`.

With a record mode its body runs live, and what it does for the covered scenarios becomes their recordings, all of them
or none. With `--record-mode=none` their recordings answer it. Without the option nothing here is in force.

Requests that belong to no covered scenario are sent on and not kept; in a replay they are refused, but for those to
servers on this machine. What fixtures send, before the body and after it, is left alone.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from pactproof.errors import ContractError, SecretFoundError
from pactproof.pytest_plugin.cases import Case
from pactproof.pytest_plugin.covered_answers import Playing, Sending
from pactproof.pytest_plugin.failure import ContractFailure
from pactproof.pytest_plugin.recorded import Recorded
from pactproof.pytest_plugin.replaying import Replayed, WithCassette
from pactproof.pytest_plugin.runs import REPLAYS_WHAT_IS_THERE, recorded_for, replayed_for
from pactproof.recording.cassette import Cassette
from pactproof.transport import ActiveProvider, activated, closed_network, install
from pactproof.transport.surroundings import NO_PROXY, environment, offline_aws
from pactproof.verdict import Fault

if TYPE_CHECKING:
    from pactproof.pytest_plugin.session import ContractSession

HOW_TO_COVER = 'name its operation in @pytest.mark.covers("…"), or leave it out of a test that is replayed'


def covering(session: ContractSession, cases: Sequence[Case]) -> Covering:
    """Replay in mode `none`, in `once` and `new_episodes` where all recordings can be used, and where one of them may
    not be refreshed since it writes; else record."""
    replayed = [replayed_for(session, case) for case in cases]
    if session.record_mode == "none":
        return CoveringReplay(session, replayed)
    if session.record_mode in REPLAYS_WHAT_IS_THERE and all(one.is_usable(session.record_mode) for one in replayed):
        return CoveringReplay(session, replayed)
    recorded = [recorded_for(session, case) for case in cases]
    refused = [why for one in recorded if (why := one.why_not_written())]
    if refused and all(one.was_recorded for one in recorded):
        return CoveringReplay(session, replayed, [f"not refreshed: {why.what}; {why.fix}" for why in refused])
    return CoveringRecord(session, recorded)


class Covering(ABC):
    """The body of one test. The plugin's hooks call it as they call the run of a contract."""

    blocked: Fault | None = None  # the fixtures are set up whatever the contracts say; the body then fails
    tells_at_the_end = True

    def __init__(self, session: ContractSession, runs: Sequence[WithCassette], notes: Sequence[str] = ()) -> None:
        self.session = session
        self._all_runs, self._notes = runs, list(notes)

    @abstractmethod
    def opened(self, stack: ExitStack) -> ActiveProvider:
        """Who answers. Raises ContractFailure where nothing can be asked; `stack` ends with the body."""

    @abstractmethod
    def settle(self, error: BaseException | None) -> None:
        """Decide what the body showed. Raises ContractFailure; returns where the test's own error says it all."""

    def settle_setup(self, error: BaseException) -> None:
        """A fixture failed, which is the test's own affair."""
        del error

    def take_back(self, why: str) -> None:
        for run in self._all_runs:
            run.take_back(why)

    def conclude(self) -> None:
        for run in self._all_runs:
            run.conclude()

    @contextmanager
    def calling(self, item: pytest.Function) -> Iterator[None]:
        """While the body runs; `item` is not touched."""
        __tracebackhide__ = True
        install()
        with ExitStack() as stack:
            stack.enter_context(activated(self.opened(stack)))
            yield

    def evidence(self, passed: bool) -> dict[str, Any] | None:
        notes = [*self._notes, *(note for run in self._all_runs for note in run.notes)]
        return {"passed": passed, "notes": notes} if notes else None


class CoveringRecord(Covering):
    """What the body does at the providers becomes the recordings."""

    def __init__(self, session: ContractSession, runs: Sequence[Recorded]) -> None:
        super().__init__(session, runs)
        self._runs = runs

    def opened(self, stack: ExitStack) -> ActiveProvider:
        __tracebackhide__ = True
        stack.enter_context(environment(NO_PROXY))
        for run in self._runs:
            stack.enter_context(run.undone())
            run.begin(with_state=bool(run.writes))  # a test that reads has fixtures of its own
            if run.blocked is not None:
                raise ContractFailure(run.blocked)
        self._answering = Sending(self._runs)
        return self._answering

    def settle(self, error: BaseException | None) -> None:
        __tracebackhide__ = True
        for run, covered in zip(self._runs, self._answering.covered, strict=True):
            run.learn(covered.shown)
        if self._answering.refused:
            refused, run = self._answering.refused[0]
            raise ContractFailure(run.told(run.refusal_fault(refused))) from error
        if error is None:
            self._keep_all()
        else:
            self._blame(error)

    def _keep_all(self) -> None:
        """Every recording is judged before the first is kept."""
        __tracebackhide__ = True
        recordings = [_recording(run) for run in self._runs]
        for run, recording in zip(self._runs, recordings, strict=True):
            if (fault := run.broken(recording) if recording.interactions else _never_sent(run)) is not None:
                raise ContractFailure(run.told(fault))
        for run, recording in zip(self._runs, recordings, strict=True):
            if (fault := run.keep(recording)) is not None:
                raise ContractFailure(run.told(fault))  # the failed report takes the others back

    def _blame(self, error: BaseException) -> None:
        """The test failed by an answer that nobody promised, or for a reason of its own; or it was skipped."""
        __tracebackhide__ = True
        named = ", ".join(run.scenario.key for run in self._runs)
        if isinstance(error, pytest.skip.Exception | pytest.xfail.Exception):
            self._notes.append(f"not refreshed: {named}, since the test was skipped or expected to fail")
            return
        for run in self._runs:
            if (fault := run.answered_wrongly()) is not None:
                raise ContractFailure(run.told(fault)) from error
        error.add_note(f"nothing was recorded for {named}, since the test failed; what was there is unchanged")


class CoveringReplay(Covering):
    """The recordings answer the body, offline."""

    def __init__(self, session: ContractSession, runs: Sequence[Replayed], notes: Sequence[str] = ()) -> None:
        super().__init__(session, runs, notes)
        self._runs = runs
        self._refused: list[ContractError] = []

    def opened(self, stack: ExitStack) -> ActiveProvider:
        __tracebackhide__ = True
        stack.enter_context(environment({**NO_PROXY, **offline_aws()}))
        for run in self._runs:
            run.answering = run.open()
            if run.blocked is not None:
                raise ContractFailure(run.blocked)
        why = "the test is replayed"
        stack.enter_context(closed_network(self._refused.append, frozenset(), why=why, fix=HOW_TO_COVER))
        self._playing = Playing(self._runs, self._refused.append, HOW_TO_COVER)
        return self._playing

    def settle(self, error: BaseException | None) -> None:
        __tracebackhide__ = True
        for run in self._runs:
            if run.answering is not None and (found := run.answering.request_mismatches()):
                raise ContractFailure(run.request_fault("the test sent something else than recorded", found)) from error
        if self._refused:
            refused = self._refused[0]
            raise ContractFailure(self._runs[0].request_fault(refused.what, [], refused.fix)) from error
        if error is not None:
            return
        for run in self._runs:
            if run.answering is not None and (missing := run.answering.never_sent()):
                raise ContractFailure(run.request_fault("the test did not send all requests", missing))
            if (fault := run.upheld()) is not None:
                raise ContractFailure(fault)


def _recording(run: Recorded) -> Cassette:
    __tracebackhide__ = True
    try:
        return run.recording()
    except SecretFoundError as error:
        raise ContractFailure(run.told(run.held_back(error))) from error


def _never_sent(run: Recorded) -> Fault:
    promises = ", ".join(promise.shown for promise in run.scenario_there.http) or run.scenario.operation.name
    fix = f"have the test send it to {run.access.url}, or take {run.scenario.key} out of its mark `covers`"
    return run.request_fault(f"the test covers {run.scenario.key}, and never sent {promises}", [], fix)
