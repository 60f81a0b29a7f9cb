"""Contracts with other plugins absent, and pytest without contracts: what we import and what we leave alone."""

from __future__ import annotations

import json
import sys

import pytest
from tests.integration.plugin_project import TEST_GET_ITEM, PluginProject, project

__all__ = ["project"]
pytest_plugins = "pytester"

HEAVY = ("boto3", "botocore", "vcr", "pact", "pact_ffi", "pydantic", "httpx", "requests", "yaml")
OTHERS = ("pytest_recording", "xdist", "pytest_asyncio", "pytest_timeout", "anyio.pytest_plugin", "pact.pytest_plugin")
SEE_IMPORTS = f"""
import json, sys
import pytest

code = pytest.main(["-q", "-p", "pactproof.pytest_plugin", "-p", "no:cacheprovider"])
print(json.dumps([int(code), [name for name in {HEAVY!r} if name in sys.modules]]))
"""
ALONE = f"""
import importlib.abc, sys
import pytest

class Absent(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name.startswith({OTHERS!r}):
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Absent())
sys.exit(pytest.main(["contracts", "-q", "-p", "pactproof.pytest_plugin", "-p", "no:cacheprovider"]))
"""


@pytest.fixture
def without_autoload(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")


@pytest.mark.usefixtures("without_autoload")
def test_in_an_empty_folder_nothing_heavy_is_imported_because_of_us(pytester: pytest.Pytester):
    result = pytester.run(sys.executable, "-c", SEE_IMPORTS)

    code, imported = json.loads(result.stdout.lines[-1])
    assert code == 5
    assert imported == []


@pytest.mark.usefixtures("without_autoload")
def test_contracts_replay_where_no_other_plugin_is_installed(project: PluginProject):
    project.tests(
        TEST_GET_ITEM.replace("def ", "async def ")
        + """
        assert provider.kind in ("pact", "replay")
        """.replace("        assert", "    assert")
    )
    project.write("pytest.ini", "[pytest]\npythonpath = .\n")

    result = project.pytester.run(sys.executable, "-c", ALONE)

    result.assert_outcomes(passed=2)
    assert result.ret == 0
    result.stdout.no_fnmatch_line("*recording-*")


@pytest.mark.parametrize("plugin", ["recording", "timeout", "xdist", "asyncio", "anyio", "pact-python"])
def test_contracts_run_without_any_one_of_the_plugins(project: PluginProject, plugin: str):
    run = project.run("-p", f"no:{plugin}")

    assert run.code == 0, run.text
    assert run.counts == {"passed": 2}
    if plugin == "recording":
        assert "pactproof: record mode none; pact files: write (CI is not set)" in run.text


def test_help_lists_our_options(pytester: pytest.Pytester):
    result = pytester.runpytest_inprocess("--help", "-p", "no:asyncio")

    result.stdout.fnmatch_lines(["contracts with APIs that are not ours (pactproof):", "*--pact-file={write,check}*"])
