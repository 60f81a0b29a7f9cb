"""Claims about the files that frame this repository: what is pinned, packed, selected and checked elsewhere."""

from __future__ import annotations

import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
SELECTION = "not e2e and not benchmark and not memory and not slow"
PIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*==[A-Za-z0-9.!+]+")


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def run(*command: str | Path, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    # Without MAKEFLAGS: these tests mostly run under `make test`, whose flags are none of their business.
    return subprocess.run(
        command,
        cwd=cwd,
        env=os.environ | {"MAKEFLAGS": ""} | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


# --- what is pinned -----------------------------------------------------------------------------------------------


def pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pairs = (line.split("==") for line in lines if not line.startswith("#"))
    return {str(canonicalize_name(name)): version for name, version in pairs}


def test_constraints_are_names_and_versions_and_nothing_else() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()

    others = [line for line in lines if not line.startswith("# ") and not PIN.fullmatch(line)]

    assert others == []
    assert len(pins()) > 100


def test_every_package_of_the_development_install_is_pinned(project: dict[str, Any]) -> None:
    needed = closure([*project["build-system"]["requires"], "pactproof[dev]"], project)

    assert sorted(needed - set(pins())) == []


def test_the_installed_versions_are_the_pinned_ones() -> None:
    installed = {str(canonicalize_name(dist.name)): dist.version for dist in importlib.metadata.distributions()}

    others = {name: installed[name] for name, pin in pins().items() if installed.get(name, pin) != pin}

    assert others == {}


def closure(requirements: list[str], project: dict[str, Any]) -> set[str]:
    """Names of all packages that `requirements` lead to here, our own extras read from pyproject.toml."""
    found: set[str] = set()
    seen: set[tuple[str, str]] = set()
    waiting = [(Requirement(text), "") for text in requirements]
    while waiting:
        requirement, extra = waiting.pop()
        name = canonicalize_name(requirement.name)
        if requirement.marker and not requirement.marker.evaluate({"extra": extra}):
            continue
        for wanted in ("", *requirement.extras):
            if (name, wanted) in seen:
                continue
            seen.add((name, wanted))
            if name == "pactproof":
                own = project["project"]
                texts = own["optional-dependencies"][wanted] if wanted else own["dependencies"]
            else:
                found.add(name)
                texts = importlib.metadata.requires(name) or []
            waiting.extend((Requirement(text), wanted) for text in texts)
    return found


# --- what is packed -----------------------------------------------------------------------------------------------


def test_the_wheel_holds_the_library_alone(tmp_path: Path) -> None:
    built = run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", tmp_path, ROOT)
    assert built.returncode == 0, built.stdout + built.stderr

    names = zipfile.ZipFile(next(tmp_path.glob("*.whl"))).namelist()

    assert {name.partition("/")[0] for name in names} == {"pactproof", "pactproof-0.1.0.dist-info"}
    assert {"pactproof/py.typed", "pactproof-0.1.0.dist-info/licenses/LICENSE"} <= set(names)
    assert not [name for name in names if "devctl" in name]


def test_a_plain_install_is_light(project: dict[str, Any]) -> None:
    names = {Requirement(text).name for text in project["project"]["dependencies"]}

    assert names == {"PyYAML", "click", "pydantic", "pytest"}


# --- what is selected ---------------------------------------------------------------------------------------------


def test_no_marker_selection_hides_in_the_configuration(project: dict[str, Any]) -> None:
    addopts = project["tool"]["pytest"]["addopts"]

    assert [option for option in addopts if option.startswith(("-m", "-k"))] == []


@pytest.mark.skipif(shutil.which("make") is None, reason="asks make what it would run")
@pytest.mark.parametrize(
    ("target", "command"),
    [
        pytest.param("test", f'pytest tests contracts -m "{SELECTION}"', id="test"),
        pytest.param("coverage", f'coverage run -m pytest tests contracts -m "{SELECTION}"', id="coverage"),
        pytest.param("contracts", "pytest contracts --record-mode=none", id="contracts"),
        pytest.param(
            "record", "python -m tests.emulators -- pytest contracts --record-mode=rewrite --writes", id="record"
        ),
    ],
)
def test_make_runs_the_documented_command(target: str, command: str) -> None:
    shown = run("make", "--dry-run", target)

    assert shown.returncode == 0, shown.stderr
    assert [line for line in shown.stdout.splitlines() if line.endswith(command)] != []


def test_every_marker_says_what_it_means(project: dict[str, Any]) -> None:
    markers = dict(text.split(": ", 1) for text in project["tool"]["pytest"]["markers"])

    assert sorted(markers) == ["benchmark", "e2e", "e2e_free", "e2e_paid", "memory", "slow"]
    assert all(markers.values())


# --- what runs elsewhere ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("schema", "path"),
    [
        pytest.param("vendor.github-workflows", ".github/workflows/ci.yml", id="ci"),
        pytest.param("vendor.github-workflows", ".github/workflows/nightly.yml", id="nightly"),
        pytest.param("vendor.dependabot", ".github/dependabot.yml", id="dependabot"),
    ],
)
def test_github_files_fit_their_schema(schema: str, path: str) -> None:
    checked = run(sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, path)

    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "ok -- validation done\n", "")


def test_the_hooks_are_a_valid_pre_commit_configuration() -> None:
    checked = run(sys.executable, "-m", "pre_commit", "validate-config", ".pre-commit-config.yaml")

    assert checked.returncode == 0, checked.stdout


def test_zizmor_finds_nothing_in_the_workflows() -> None:
    zizmor = Path(sys.executable).with_name("zizmor")

    checked = run(zizmor, "--offline", "--no-progress", "--quiet", "--persona", "pedantic", ".github")

    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize("name", ["ci.yml", "nightly.yml"])
def test_a_workflow_reads_and_nothing_more(name: str) -> None:
    workflow = yaml.safe_load((ROOT / ".github/workflows" / name).read_text(encoding="utf-8"))
    steps = [step for job in workflow["jobs"].values() for step in job["steps"] if "uses" in step]
    checkouts = [step["with"] for step in steps if step["uses"].startswith("actions/checkout@")]

    assert workflow["permissions"] == {"contents": "read"}
    assert [name for name, job in workflow["jobs"].items() if "permissions" in job] == []
    assert checkouts == [{"persist-credentials": False}] * len(workflow["jobs"])
    assert [step["uses"] for step in steps if not re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", step["uses"])] == []


def test_the_workflow_tries_every_python_that_the_package_claims(project: dict[str, Any]) -> None:
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))
    prefix = "Programming Language :: Python :: 3."

    claimed = [f"3.{text.removeprefix(prefix)}" for text in project["project"]["classifiers"] if prefix in text]

    assert workflow["jobs"]["test"]["strategy"]["matrix"]["python"] == claimed


def test_no_file_of_the_repository_names_a_machine_or_an_index() -> None:
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("asks git for the repository's files")
    listed = run("git", "-c", f"safe.directory={ROOT}", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    assert listed.returncode == 0, listed.stderr
    files = [ROOT / name for name in listed.stdout.split("\0") if name]

    named = [
        f"{path.relative_to(ROOT)}: {found.group()}"
        for path in files
        if path.is_file() and (found := MACHINE.search(path.read_text(encoding="utf-8", errors="replace")))
    ]

    assert files != []
    assert named == []


# Written in pieces, so that this file is not one of those it looks for.
_OWN_PLACES = [re.escape(str(place)) for place in (ROOT, Path.home()) if len(place.parts) > 2]
MACHINE = re.compile(
    "|".join(
        [
            r"/(?:root|home/\w+|Users/\w+)" + r"/[\w.]",
            r"file:///(?:opt|srv|mnt|root|home)" + r"/",
            r"\b(?:extra-)?index" + r"-url\b",
            r"\bfind" + r"-links\b",
            *_OWN_PLACES,
        ]
    )
)
