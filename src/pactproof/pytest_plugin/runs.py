"""Which run a case needs: before the promise, or before a recording."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pactproof.pytest_plugin.cases import Case
from pactproof.pytest_plugin.recorded import recorded_run
from pactproof.pytest_plugin.running import BlockedRun, PactRun, Run, StubRun

if TYPE_CHECKING:
    from pactproof.pytest_plugin.session import ContractSession


def run_of(session: ContractSession, case: Case) -> Run:
    """The run for `case`, not yet begun."""
    if case.scenario is None:
        return BlockedRun(session, case)
    if case.kind == "replay":
        return recorded_run(session, case)
    return StubRun(session, case) if case.kind == "stub" else PactRun(session, case)
