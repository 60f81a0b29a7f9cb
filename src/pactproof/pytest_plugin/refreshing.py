"""What `pactproof refresh` adds to its pytest: the recordings of some operations alone, and a line of JSON for each.

Loaded with `-p pactproof.pytest_plugin.refreshing`, on xdist's workers too. The report is written as it comes, so that
who started pytest can show how far it is, and what was done when it was interrupted.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from pactproof.pytest_plugin import EVIDENCE, SESSION
from pactproof.pytest_plugin.cases import case_of
from pactproof.pytest_plugin.failure import ContractFailure, raised_at
from pactproof.pytest_plugin.refresh_result import RefreshResult, Result
from pactproof.pytest_plugin.verdict_item import VerdictItem

_RESULT = "pactproof_refresh"
_FAILED = pytest.StashKey[str]()
_SKIPPED = pytest.StashKey[str]()
_DONE = frozenset({"refreshed", "verified", "unchanged", "skipped"})


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("pactproof")
    group.addoption("--refresh-report", metavar="FILE", help=argparse.SUPPRESS)
    group.addoption("--refresh-only", action="append", default=[], metavar="NAME", help=argparse.SUPPRESS)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    names = config.getoption("refresh_only")
    kept = [item for item in items if (about := _scenario(item)) and _is_asked_for(".".join(about), names)]
    if dropped := [item for item in items if item not in set(kept)]:
        config.hook.pytest_deselected(items=dropped)
    items[:] = kept


def pytest_collection_finish(session: pytest.Session) -> None:
    _write(session.config, {"selected": len(session.items)})


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed:
        why = _why(report, call.excinfo.value if call.excinfo is not None else None)
        item.stash.setdefault(_FAILED, why)  # what comes after it may come of it
    elif report.skipped and isinstance(report.longrepr, tuple):
        item.stash[_SKIPPED] = report.longrepr[2].removeprefix("Skipped: ")
    if call.when == "teardown":
        vars(report)[_RESULT] = _result(item, report)
    return report


def _result(item: pytest.Item, report: pytest.TestReport) -> dict[str, Any]:
    """What became of the scenario. A run that was never begun, and one that failed later on, are no success."""
    told: dict[str, Any] | None = (getattr(report, EVIDENCE, None) or {}).get("refresh")
    failed, skipped = item.stash.get(_FAILED, ""), item.stash.get(_SKIPPED, "")
    if told is None:
        told = _never_begun(item, failed, skipped)
    elif failed and told["result"] in _DONE:
        told = {**told, "result": "stale", "reason": failed}
    elif failed and (told["reason"] in failed or not told["reason"].startswith("fault: ")):
        told = {**told, "reason": failed}  # it says where as well
    elif skipped:
        told = {**told, "result": "skipped", "reason": skipped}
    return told


def _never_begun(item: pytest.Item, failed: str, skipped: str) -> dict[str, Any]:
    """Of a scenario that something else than its own run ended: nothing was asked."""
    operation, scenario = _scenario(item) or ("", "")
    project = item.config.stash[SESSION].project
    found = project.registry.operations.get(operation)
    cassette = str(found.cassette(scenario)) if found is not None else ""
    is_recorded = bool(cassette) and (project.root / cassette).exists()
    result: Result = "skipped" if not failed else "stale" if is_recorded else "missing"
    return dict(RefreshResult(operation, scenario, result, cassette, reason=failed or skipped).as_json())


def _why(report: pytest.TestReport, error: BaseException | None) -> str:
    """What a phase failed with, and where in the program that was."""
    if isinstance(error, ContractFailure):
        return str(error)
    if error is None:
        return report.longreprtext
    notes = getattr(error, "__notes__", None)  # the last one is the fault, where the scenario's own run has told it
    what = notes[-1].strip() if notes else f"{type(error).__name__}: {error}"
    place = raised_at(error)
    return f"{what}\nraised at {place}" if place else what


class _Controller:
    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._started_by = os.getppid()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if (told := getattr(report, _RESULT, None)) is not None:
            _write(self._config, told)
            if os.getppid() != self._started_by:  # it was killed: nobody would see what else is asked
                pytest.exit("pactproof refresh is gone", returncode=2)


def pytest_configure(config: pytest.Config) -> None:
    is_worker = hasattr(config, "workerinput")
    if not is_worker and signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # so says a shell, in the background
        signal.signal(signal.SIGINT, signal.default_int_handler)
    config.pluginmanager.register(_Controller(config), "pactproof-refreshing-controller")


def _write(config: pytest.Config, told: dict[str, Any]) -> None:
    path = config.getoption("refresh_report")
    if path and not hasattr(config, "workerinput"):
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(json.dumps(told, ensure_ascii=False) + "\n")


def _scenario(item: pytest.Item) -> tuple[str, str] | None:
    """Operation and scenario where the item is about a recording; None for everything else."""
    if isinstance(item, VerdictItem):
        return item.fault.operation, item.fault.scenario
    case = case_of(item)
    return (case.binding.operation, case.binding.scenario) if case is not None and case.kind == "replay" else None


def _is_asked_for(key: str, names: list[str]) -> bool:
    """names: of services, operations or scenarios, "grafana", "aws.s3", "grafana.get_dashboard.ok"; none for all"""
    return not names or any(key == name or key.startswith(f"{name}.") for name in names)
