"""The whole way on a copy of this project: record every contract from emulators, then replay with them stopped."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COPIED = ("contracts", "cassettes", "registry.yaml", "pyproject.toml", "tests/emulators")

pytestmark = [pytest.mark.e2e, pytest.mark.e2e_free]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    for name in COPIED:
        source = ROOT / name
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(source, folder / name) if source.is_dir() else shutil.copy(source, folder / name)
    shutil.rmtree(folder / "cassettes")
    return folder


def run(project: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != "CI"}
    return subprocess.run(
        [sys.executable, *command],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_what_is_recorded_from_emulators_replays_without_them(project):
    pytest_there = (sys.executable, "-m", "pytest", "contracts", "-q", "--record-mode=rewrite", "--writes")

    recorded = run(project, "-m", "tests.emulators", "--", *pytest_there)
    replayed = run(project, "-m", "pytest", "contracts", "-q", "--record-mode=none")

    assert recorded.returncode == 0, recorded.stdout
    assert recorded.stdout.count("(emulator)") == 57
    assert replayed.returncode == 0, replayed.stdout
    assert "134 passed, 1 skipped" in replayed.stdout


def test_a_recording_from_emulators_never_claims_to_be_of_a_sandbox(project):
    sources = [path.read_text() for path in (project / "cassettes").rglob("*.yaml")]

    assert sources
    assert all("source: emulator" in text and "source: sandbox" not in text for text in sources)
