"""What `pactproof refresh` adds to its pytest: the recordings of some operations alone, and a line of JSON for each.

Loaded with `-p pactproof.pytest_plugin.refreshing`, on xdist's workers too. The report is written as it comes, so that
who started pytest can show how far it is, and what was done when it was interrupted.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from pactproof.pytest_plugin import EVIDENCE
from pactproof.pytest_plugin.cases import Case
from pactproof.pytest_plugin.failure import ContractFailure
from pactproof.pytest_plugin.refresh_result import RefreshResult
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
    kept = [item for item in items if (key := _key(item)) and _is_asked_for(key, config.getoption("refresh_only"))]
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
        error = call.excinfo.value if call.excinfo is not None else None
        told = getattr(error, "__notes__", None) or [str(error)]
        item.stash[_FAILED] = str(error) if isinstance(error, ContractFailure) else told[-1].strip()
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
        operation, scenario = _named(item)
        told = dict(RefreshResult(operation, scenario, "missing" if failed else "skipped", "").as_json())
        told["reason"] = failed or skipped
    elif failed and told["result"] in _DONE:
        told = {**told, "result": "stale", "reason": failed}
    elif skipped:
        told = {**told, "result": "skipped", "reason": skipped}
    return told


class _Controller:
    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if (told := getattr(report, _RESULT, None)) is not None:
            _write(self._config, told)


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(_Controller(config), "pactproof-refreshing-controller")


def _write(config: pytest.Config, told: dict[str, Any]) -> None:
    path = config.getoption("refresh_report")
    if path and not hasattr(config, "workerinput"):
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(json.dumps(told, ensure_ascii=False) + "\n")


def _key(item: pytest.Item) -> str:
    """The scenario's key where the item is about its recording; "" for everything else."""
    if isinstance(item, VerdictItem):
        return _joined(item.fault.operation, item.fault.scenario)
    case = (
        item.callspec.params.get("provider") if isinstance(item, pytest.Function) and hasattr(item, "callspec") else 0
    )
    return _joined(case.binding.operation, case.binding.scenario) if isinstance(case, Case) and _is_replay(case) else ""


def _is_replay(case: Case) -> bool:
    return case.kind == "replay"


def _named(item: pytest.Item) -> tuple[str, str]:
    if isinstance(item, VerdictItem):
        return item.fault.operation, item.fault.scenario
    binding = item.callspec.params["provider"].binding  # type: ignore[attr-defined]  # `_key` let it through
    return binding.operation, binding.scenario


def _joined(operation: str, scenario: str) -> str:
    return f"{operation}.{scenario}"


def _is_asked_for(key: str, names: list[str]) -> bool:
    """names: of services, operations or scenarios, "grafana", "aws.s3", "grafana.get_dashboard.ok"; none for all"""
    return not names or any(key == name or key.startswith(f"{name}.") for name in names)
