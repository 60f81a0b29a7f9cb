"""Pact files over a whole session: written by the controlling process, or checked in each test."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from pactproof.atomic import replace_file
from pactproof.contracts import Scenario
from pactproof.errors import ContractError, Place
from pactproof.promise.pact_file import FOLDER, difference, merged, pact_path, pact_text, read_interactions
from pactproof.promise.pact_model import pact_json
from pactproof.pytest_plugin.project import Project
from pactproof.verdict import Fault


@dataclass(frozen=True)
class PactMode:
    """Whether pact files are written or checked, and why."""

    name: Literal["write", "check"]
    why: str

    @classmethod
    def chosen(cls, asked: Literal["write", "check"] | None, ci: str, *, is_recording: bool) -> PactMode:
        if asked:
            return cls(asked, f"--pact-file={asked}")
        is_ci = ci.lower() not in ("", "0", "false")
        if is_ci and is_recording:
            return cls("write", "CI is set, but this run records")
        return cls("check", "CI is set") if is_ci else cls("write", "CI is not set")

    @property
    def text(self) -> str:
        return f"{self.name} ({self.why})"


@dataclass
class PactFiles:
    """The pacts of one project in one session. Workers make interactions and check them; the controller writes."""

    project: Project
    mode: PactMode
    _shown: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    _failed: set[str] = field(default_factory=set)
    _committed: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)

    def interactions(self, scenario: Scenario) -> list[dict[str, Any]]:
        """The scenario's interactions as its pact file holds them."""
        service = scenario.operation.service
        return pact_json(self.project.registry.consumer, service, self.project.pacts[service][scenario.key])

    def fault(self, scenario: Scenario, shown: list[dict[str, Any]]) -> Fault | None:
        """In check mode: why the committed file is not what this run shows."""
        if self.mode.name == "write":
            return None
        path = self._path(scenario.operation.service)
        if path not in self._committed:
            self._committed[path] = read_interactions(self.project.root / path, path)
        committed = self._committed[path]
        diffs = [difference(one["key"], committed.get(one["key"]), one, path) for one in shown]
        if not any(diffs):
            return None
        what = "the pact file is not what the contract says\n" + "\n".join(diff for diff in diffs if diff)
        fix = f"pytest contracts --pact-file=write -k {scenario.key}"
        return Fault("stale", scenario.operation.key, scenario.name, what, file=Place(path), fix=fix)

    def take(self, evidence: dict[str, Any]) -> None:
        """One test's interactions; those of a test that failed are not written."""
        if not evidence.get("service"):
            return
        if evidence["passed"]:
            self._shown[evidence["service"]].extend(evidence["interactions"])
        else:
            self._failed.update(evidence["keys"])

    def write(self) -> list[str]:
        """Write the files of the services that were tested. Returns a line for each that changed.

        Raises ContractError that names the file which cannot be read or written.
        """
        if self.mode.name == "check":
            return []
        listed = {service: self._kept(service) for service in sorted(self._shown)}
        return [line for service, kept in listed.items() if kept and (line := self._written(service, kept))]

    def _kept(self, service: str) -> dict[str, dict[str, Any]]:
        """All interactions of the service's file: this run's, and the committed ones of what was not tested."""
        path = self._path(service)
        registered = {one.key for listed in self.project.pacts[service].values() for one in listed}
        fresh = [one for one in self._shown[service] if one["key"] not in self._failed]
        return merged(read_interactions(self.project.root / path, path), fresh, registered)

    def _written(self, service: str, kept: dict[str, dict[str, Any]]) -> str:
        path = self._path(service)
        try:
            is_new = _replace(self.project.root / path, pact_text(self.project.registry.consumer, service, kept))
        except OSError as error:
            fix = f"make {FOLDER} a folder that can be written, or run with --pact-file=check"
            raise ContractError(f"cannot be written: {error.strerror}", at=Place(path), fix=fix) from error
        return f"wrote {path} ({len(kept)} interaction{'s' if len(kept) != 1 else ''})" if is_new else ""

    def leftovers(self) -> list[str]:
        """In check mode: a line for each committed interaction that no contract promises any more."""
        if self.mode.name == "write":
            return []
        lines = []
        for service, listed in self.project.pacts.items():
            path = self._path(service)
            registered = {one.key for interactions in listed.values() for one in interactions}
            gone = sorted(read_interactions(self.project.root / path, path).keys() - registered)
            lines += [f"{path}: {key} is no longer promised\n  fix: pytest contracts --pact-file=write" for key in gone]
        return lines

    def _path(self, service: str) -> str:
        return pact_path(self.project.registry.consumer, service)


def _replace(path: Path, text: str) -> bool:
    """Write `text` as a whole. False where the file says so already, and is then not touched."""
    data = text.encode()
    if path.exists() and path.read_bytes() == data:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, data)
    return True
