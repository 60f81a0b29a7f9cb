"""A copy of this repository's contracts and recordings, with a `pytest` of its own."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

# Plugins that have no say in a contract's run, and take a process 0.3 s to import.
WITHOUT_BYSTANDERS = tuple(f"-pno:{name}" for name in ("hypothesispytest", "benchmark", "pytest_cov", "memray"))
REPOSITORY = Path(__file__).parents[2]


@dataclass(frozen=True)
class ProjectCopy:
    root: Path

    @classmethod
    def made_in(cls, folder: Path) -> ProjectCopy:
        for name in ("contracts", "cassettes"):
            shutil.copytree(REPOSITORY / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("registry.yaml", "pyproject.toml"):
            shutil.copy(REPOSITORY / name, folder / name)
        return cls(folder)

    def pytest(self, *options: str) -> subprocess.CompletedProcess[str]:
        environment = {name: value for name, value in os.environ.items() if name not in ("CI", "PYTEST_ADDOPTS")}
        command = [sys.executable, "-m", "pytest", "contracts", "-p", "no:cacheprovider", *WITHOUT_BYSTANDERS]
        command += ["--color=no", *options]
        return subprocess.run(
            command, cwd=self.root, env=environment, capture_output=True, text=True, timeout=120, check=False
        )

    def pacts(self) -> dict[str, bytes]:
        return pact_bytes(self.root)

    def replace(self, path: str, old: str, new: str) -> None:
        """Replace the one place in a file where `old` stands."""
        text = (self.root / path).read_text(encoding="utf-8")
        assert text.count(old) == 1
        (self.root / path).write_text(text.replace(old, new), encoding="utf-8")


def pact_bytes(root: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((root / "contracts" / "pacts").iterdir())}


def failed(output: str) -> list[str]:
    """The tests that the summary of a run lists as failed, `test_get_dashboard[replay]`."""
    return sorted(re.findall(r"^FAILED \S+::(\S+)", output, re.MULTILINE))
