"""One pytest session with contracts in it: what is collected, what each test showed, what is written at the end."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from fnmatch import fnmatch
from functools import cached_property
from typing import TYPE_CHECKING, Any
from unittest import TestCase

import pytest

from pactproof import binding as bindings
from pactproof.binding import Binding
from pactproof.errors import BindingError, ContractError, FaultsError
from pactproof.pytest_plugin.cases import (
    Case,
    binding_fault,
    case_of,
    cases,
    duplicate_faults,
    lost_faults,
    marker_faults,
    missing_verdicts,
    told_from,
    without_provider,
)
from pactproof.pytest_plugin.covers_mark import covered_cases, covers
from pactproof.pytest_plugin.failure import ContractFailure
from pactproof.pytest_plugin.pacts import PactFiles, PactMode
from pactproof.pytest_plugin.placeholders import placeholders
from pactproof.pytest_plugin.project import Project, load_project
from pactproof.pytest_plugin.stopped import stopped_services
from pactproof.pytest_plugin.verdict_item import unbound_item, verdict_item
from pactproof.registry import find_root

if TYPE_CHECKING:
    from pactproof.pytest_plugin.user_provider import Provider

OFFLINE = "none"


class ContractSession:
    """made_before: how many bindings this process had when the session began; sessions may follow one another"""

    def __init__(self, config: pytest.Config, *, is_worker: bool, made_before: int = 0) -> None:
        self.config = config
        self.asked: tuple[str, ...] = tuple(config.args)
        self.is_worker = is_worker
        self._made_before = made_before
        self.faults: list[str] = []
        self.notes: list[str] = []
        self._refused: list[ContractError] = []
        self.stopped = stopped_services(config)
        self.unanswering: set[str] = set()  # services that nobody answers for: one try each is enough from then on

    # --- what is asked -------------------------------------------------------------------------------------------

    @property
    def record_mode(self) -> str:
        """pytest-recording's own option and nothing else: fixtures and markers do not reach contracts."""
        return self.config.getoption("record_mode", None) or OFFLINE

    @property
    def may_write(self) -> bool:
        return bool(self.config.getoption("writes"))

    @property
    def takes_values(self) -> bool:
        return bool(self.config.getoption("take_values"))

    @cached_property
    def pact_mode(self) -> PactMode:
        asked = self.config.getoption("pact_file")
        return PactMode.chosen(asked, os.environ.get("CI", ""), is_recording=self.record_mode != OFFLINE)

    @property
    def project(self) -> Project:
        """The project under contract. Raises what was wrong with it, which is looked for once."""
        if isinstance(self._loaded, ContractError):
            raise self._loaded
        return self._loaded

    @cached_property
    def _loaded(self) -> Project | ContractError:
        start = self.config.invocation_params.dir
        first = next(iter(self.asked), "")
        path = (start / first.partition("::")[0]).absolute()
        try:
            return load_project(find_root(path if path.is_dir() else path.parent))
        except ContractError as error:
            return error

    @cached_property
    def pact_files(self) -> PactFiles:
        return PactFiles(self.project, self.pact_mode)

    def refuse_bad_input(self) -> None:
        """End the whole run with exit code 2 where registry, contracts or options cannot be used."""
        try:
            _ = self.project
            self._refuse_options()
        except ContractError as error:
            pytest.exit(_listed(error), returncode=error.exit_code)

    def _refuse_options(self) -> None:
        if self.config.getoption("disable_recording", False):
            raise BindingError(
                "--disable-recording would leave contracts without their recordings",
                fix="leave it out; to record anew use --record-mode=rewrite",
            )

    def header(self) -> str:
        return f"pactproof: record mode {self.record_mode}; pact files: {self.pact_mode.text}"

    # --- collection ----------------------------------------------------------------------------------------------

    def parametrize(self, metafunc: pytest.Metafunc) -> None:
        binding = bindings.binding_of(metafunc.function)
        assert binding is not None  # noqa: S101  # the caller looked
        try:
            fault = binding_fault(self.project, binding)
        except ContractError as error:
            fault = error
        if fault is None and "provider" not in metafunc.fixturenames:
            fault = without_provider(binding)
        if fault is not None:
            self._refused.append(fault)
            return
        made = cases(self.project, binding, placeholders(metafunc))
        metafunc.parametrize("provider", made, ids=[case.kind for case in made], indirect=True, scope="function")

    def complete(self, session: pytest.Session, items: list[pytest.Item]) -> None:
        """Check the collected contracts as a whole, name them for `-k`, and add the verdicts that have no test."""
        bound = {item: found for item in items if (found := bindings.binding_of(getattr(item, "function", None)))}
        faults: list[ContractError] = [*self._refused, *duplicate_faults(bound.values())]
        faults += lost_faults(bindings.made[self._made_before :], bound.values())
        for item, binding in bound.items():
            faults += marker_faults(item, binding)
            if issubclass(getattr(item, "cls", None) or object, TestCase):  # pytest never parametrises those
                faults.append(without_provider(binding, is_unittest=True))
            item.extra_keyword_matches.update({binding.key, binding.operation})
            item.add_marker("contract")  # a name without "pact" in it, so that `-k pact` means [pact]
        faults += self._cover([item for item in items if covers(item)])
        if faults:
            items.clear()
            self._refuse(faults)
            return
        items[:] = [self._without_run(item, bound.get(item)) for item in items]
        if self._is_whole() and not self._is_cut_short(session):
            keys = {binding.key for binding in bound.values()}
            for key, fault in missing_verdicts(self.project, keys):
                items.append(verdict_item(session, self.project.root, key, fault))

    def _cover(self, items: Sequence[pytest.Item]) -> list[ContractError]:
        """Give the end-to-end tests that cover scenarios their runs, where a record mode is asked for."""
        faults: list[ContractError] = []
        for item in items:
            try:
                found, wrong = covered_cases(self.project, item)
            except ContractError as error:
                return [error]
            faults += wrong
            if not wrong and self.config.getoption("record_mode", None):
                from pactproof.pytest_plugin import RUN
                from pactproof.pytest_plugin.covering import covering

                item.stash[RUN] = covering(self, found)
        return faults

    def _without_run(self, item: pytest.Item, binding: Binding | None) -> pytest.Item:
        """The item, or a verdict in its place where it is a contract function with placeholders in it."""
        if binding is None or not isinstance(item, pytest.Function):
            return item
        case = case_of(item)
        if case is None or not case.placeholders:
            return item
        return unbound_item(item, binding, case.placeholders, self.project.root)

    def _refuse(self, faults: Sequence[ContractError]) -> None:
        root = self.project.root if self.project_is_usable else self.config.rootpath
        told = {str(told_from(fault, root)): fault for fault in faults}
        ordered = sorted(told, key=lambda text: (told[text].at is not None, told[text].at))
        if self.is_worker:
            self.config.workeroutput["pactproof_faults"] = ordered  # type: ignore[attr-defined]  # xdist's
        else:
            self.take_faults(ordered)

    @property
    def project_is_usable(self) -> bool:
        return isinstance(self._loaded, Project)

    def _is_whole(self) -> bool:
        """Whether everything under contracts/ was collected, so that what is missing there is missing."""
        if not self.project_is_usable:
            return False
        contracts = self.project.root / "contracts"
        start = self.config.invocation_params.dir
        asked = [(start / text).absolute() for text in self.asked if "::" not in text]
        return any(path == contracts or path in contracts.parents for path in asked)

    def _is_cut_short(self, session: pytest.Session) -> bool:
        """Whether files under contracts/ were left out, so that what they hold is not known."""
        contracts = self.project.root / "contracts"
        start = self.config.invocation_params.dir
        ignored = [(start / str(text)).absolute() for text in self.config.getoption("ignore") or ()]
        globs = self.config.getoption("ignore_glob") or ()
        last_failed = self.config.pluginmanager.get_plugin("lfplugin")
        return bool(
            session.testsfailed  # a file could not be imported
            or getattr(last_failed, "_skipped_files", 0)
            or any(contracts in path.parents for path in ignored)
            or any(fnmatch(str(path), str(start / glob)) for glob in globs for path in contracts.rglob("*.py"))
        )

    # --- running -------------------------------------------------------------------------------------------------

    def provided(self, request: pytest.FixtureRequest) -> Iterator[Provider]:
        from pactproof.pytest_plugin import RUN
        from pactproof.pytest_plugin.runs import run_of

        case: Case = request.param
        run = run_of(self, case)
        request.node.stash[RUN] = run
        with run:
            if run.blocked is not None:
                raise ContractFailure(run.blocked)  # before a fixture of the program sends anything
            yield run.provider
            run.settle_late()

    # --- the end -------------------------------------------------------------------------------------------------

    def take(self, evidence: dict[str, Any]) -> None:
        """What one test showed, as it came with its report."""
        self.pact_files.take(evidence)
        self.notes.extend(evidence.get("notes", ()))

    def take_faults(self, faults: Sequence[str]) -> None:
        self.faults = list(dict.fromkeys([*self.faults, *faults]))  # each worker tells the same

    def finish(self, session: pytest.Session) -> None:
        if self.is_worker:
            return
        if self.faults:
            session.exitstatus = pytest.ExitCode(2)
        if self.faults or session.config.option.collectonly:
            return
        try:
            self.notes.extend(self.pact_files.write())
            leftovers = self.pact_files.leftovers() if self._is_whole() else []
        except (ContractError, OSError) as error:
            self.faults.append(str(error))
            session.exitstatus = pytest.ExitCode(2)
            return
        self.notes.extend(leftovers)
        if leftovers and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def summarise(self, reporter: pytest.TerminalReporter) -> None:
        if self.is_worker or not (self.faults or self.notes):
            return
        reporter.section("pactproof")
        for text in (*self.faults, *dict.fromkeys(self.notes)):
            reporter.line(text)


def _listed(error: ContractError) -> str:
    faults = error.faults if isinstance(error, FaultsError) and error.faults else (error,)
    return "\n" + "\n".join(str(fault) for fault in faults)
