"""Which run a case needs: before the promise, or before a recording."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pactproof.pytest_plugin.cases import Case
from pactproof.pytest_plugin.promised import BlockedRun, PactRun, StubRun
from pactproof.pytest_plugin.recorded import Recorded
from pactproof.pytest_plugin.recorded_services import RecordedAws, RecordedHttp
from pactproof.pytest_plugin.replaying import Replayed, ReplayedAws, ReplayedHttp
from pactproof.pytest_plugin.running import Run

if TYPE_CHECKING:
    from pactproof.pytest_plugin.session import ContractSession


REPLAYS_WHAT_IS_THERE = frozenset({"once", "new_episodes"})


def run_of(session: ContractSession, case: Case) -> Run:
    """The run for `case`, not yet begun."""
    if case.scenario is None:
        return BlockedRun(session, case)
    if case.kind == "replay":
        return recorded_run(session, case)
    return StubRun(session, case) if case.kind == "stub" else PactRun(session, case)


def recorded_run(session: ContractSession, case: Case) -> Run:
    """Replay in mode `none`, and in `once` and `new_episodes` where the cassette upholds the promise; else record.

    A scenario that writes, and is not to, is replayed as well: what is recorded of it is as good as before.
    """
    replay = replayed_for(session, case)
    if session.record_mode == "none":
        return replay
    if session.record_mode in REPLAYS_WHAT_IS_THERE and replay.is_usable(session.record_mode):
        return replay
    recorded = recorded_for(session, case)
    if recorded.was_recorded and (why := recorded.why_not_written()) is not None:
        replay.notes.append(f"not refreshed: {why.what}; {why.fix}")
        replay.refresh = recorded.result("skipped", reason=f"{why.what}; {why.fix}")
        return replay
    return recorded


def replayed_for(session: ContractSession, case: Case) -> Replayed:
    is_aws = case.binding.operation.startswith("aws.")
    return ReplayedAws(session, case) if is_aws else ReplayedHttp(session, case)


def recorded_for(session: ContractSession, case: Case) -> Recorded:
    is_aws = case.binding.operation.startswith("aws.")
    return RecordedAws(session, case) if is_aws else RecordedHttp(session, case)
