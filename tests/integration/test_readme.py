"""What the README shows is what comes out."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from pactproof.pytest_plugin.project import load_project

README = (Path(__file__).parents[2] / "README.md").read_text()
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)


def blocks(language: str) -> list[str]:
    return [text for kind, text in BLOCKS if kind == language]


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> subprocess.CompletedProcess[str]:
    """The first example, run as it stands in a new folder."""
    folder = tmp_path_factory.mktemp("newcomer") / "demo"
    folder.mkdir()
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {"PATH": path, "HOME": str(folder), "COLUMNS": "80", "PYTEST_ADDOPTS": "-p no:cacheprovider"}
    script = blocks("sh")[0]
    return subprocess.run(
        ["/bin/sh", "-c", script], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_the_first_example_has_ten_lines_and_a_verdict(example):
    assert len(blocks("sh")[0].splitlines()) <= 10
    assert example.returncode == 1, example.stdout + example.stderr


def test_the_output_that_is_shown_is_the_output(example):
    shown = blocks("text")[0].splitlines()

    printed = example.stdout.splitlines()

    assert [line for line in shown if line not in printed] == []


def test_the_registry_that_is_shown_loads(tmp_path):
    text = next(text for text in blocks("yaml") if "contracts:" in text)
    (tmp_path / "registry.yaml").write_text(text)

    project = load_project(tmp_path)

    assert "aws.cost_explorer.get_cost_and_usage" in project.registry.operations


def test_the_links_lead_somewhere():
    linked = re.findall(r"\]\(([^)#]+)[^)]*\)", README)

    assert linked
    assert [link for link in linked if not (Path(__file__).parents[2] / link).exists()] == []
