"""Claims about the files that frame this repository: what is pinned, packed, selected and set up."""

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
    return subprocess.run(
        command, cwd=cwd, env=os.environ | environment, capture_output=True, text=True, timeout=120, check=False
    )


# --- what is pinned -----------------------------------------------------------------------------------------------


def pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pairs = (line.split("==") for line in lines if not line.startswith("#"))
    return {canonicalize_name(name): version for name, version in pairs}


def test_constraints_are_names_and_versions_and_nothing_else():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()

    others = [line for line in lines if not line.startswith("# ") and not PIN.fullmatch(line)]

    assert others == []
    assert len(pins()) > 100


def test_every_package_of_the_development_install_is_pinned(project):
    needed = closure([*project["build-system"]["requires"], "pactproof[dev]"], project)

    assert sorted(needed - set(pins())) == []


def test_the_installed_versions_are_the_pinned_ones():
    installed = {canonicalize_name(dist.name): dist.version for dist in importlib.metadata.distributions()}

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


def test_the_wheel_holds_the_library_alone(tmp_path):
    built = run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", tmp_path, ROOT)
    assert built.returncode == 0, built.stdout + built.stderr

    names = zipfile.ZipFile(next(tmp_path.glob("*.whl"))).namelist()

    assert {name.partition("/")[0] for name in names} == {"pactproof", "pactproof-0.1.0.dist-info"}
    assert {"pactproof/py.typed", "pactproof-0.1.0.dist-info/licenses/LICENSE"} <= set(names)
    assert not [name for name in names if "devctl" in name]


def test_a_plain_install_is_light(project):
    names = {Requirement(text).name for text in project["project"]["dependencies"]}

    assert names == {"PyYAML", "click", "pydantic", "pytest"}


# --- what is selected ---------------------------------------------------------------------------------------------


def test_no_marker_selection_hides_in_the_configuration(project):
    addopts = project["tool"]["pytest"]["addopts"]

    assert [option for option in addopts if option.startswith("-m") or option.startswith("-k")] == []


@pytest.mark.skipif(shutil.which("make") is None, reason="asks make what it would run")
@pytest.mark.parametrize(
    ("target", "command"),
    [
        pytest.param("test", f'coverage run -m pytest tests contracts -m "{SELECTION}"', id="test"),
        pytest.param("contracts", "pytest contracts --record-mode=none", id="contracts"),
        pytest.param("record", "python -m tests.emulators -- pytest contracts --record-mode=rewrite", id="record"),
    ],
)
def test_make_runs_the_documented_command(target, command):
    shown = run("make", "--dry-run", target)

    assert shown.returncode == 0, shown.stderr
    assert [line for line in shown.stdout.splitlines() if line.endswith(command)] != []


def test_every_marker_says_what_it_means(project):
    markers = dict(text.split(": ", 1) for text in project["tool"]["pytest"]["markers"])

    assert sorted(markers) == ["benchmark", "e2e", "e2e_free", "e2e_paid", "memory", "slow"]
    assert all(markers.values())


# --- what runs elsewhere ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("schema", "path"),
    [
        pytest.param("vendor.github-workflows", ".github/workflows/ci.yml", id="workflow"),
        pytest.param("vendor.dependabot", ".github/dependabot.yml", id="dependabot"),
    ],
)
def test_github_files_fit_their_schema(schema, path):
    checked = run(sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, path)

    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "ok -- validation done\n", "")


def test_the_hooks_are_a_valid_pre_commit_configuration():
    checked = run(sys.executable, "-m", "pre_commit", "validate-config", ".pre-commit-config.yaml")

    assert checked.returncode == 0, checked.stdout


def test_zizmor_finds_nothing_in_the_workflows():
    checked = run(sys.executable, "-m", "zizmor", "--offline", "--no-progress", "--quiet", ".github")

    assert checked.returncode == 0, checked.stdout


def test_the_workflow_tries_every_python_that_the_package_claims(project):
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))
    prefix = "Programming Language :: Python :: 3."

    claimed = [f"3.{text.removeprefix(prefix)}" for text in project["project"]["classifiers"] if prefix in text]

    assert workflow["jobs"]["test"]["strategy"]["matrix"]["python"] == claimed


def test_no_file_of_the_repository_names_a_machine_or_an_index():
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


# --- how it is set up ---------------------------------------------------------------------------------------------

# Stands for every Python in these tests. FAILS names the step that fails: "ensurepip", "version" or "install".
FAKE_PYTHON = """#!/bin/sh
case "$*" in
    *version_info*) [ "$FAILS" != version ] ;;
    --version) echo "Python 3.11.2" ;;
    "-m venv "*) mkdir -p "$3/bin" && cp "$0" "$3/bin/python" && [ "$FAILS" != ensurepip ] ;;
    "-m pip --version") [ "$FAILS" != ensurepip ] ;;
    "-m pip install "*--editable*) [ "$FAILS" != install ] ;;
esac
"""
PIP_FAILED = "setup: pip install failed (its message is above); run the same command again once that is mended\n"
INSTALLING = "setup: installing what builds the project\nsetup: installing the project with its development tools\n"
MAKING = "setup: making .venv with Python 3.11.2 (python3)\n"


class Checkout:
    """A copy of what set-up needs, on a machine where every Python is the fake one."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.programs = folder / "checkout", folder / "bin"
        self.venv = self.folder / ".venv"
        self.programs.mkdir()
        (self.folder / "scripts").mkdir(parents=True)
        for name in ("Makefile", "pyproject.toml", "constraints.txt", "scripts/setup.sh"):
            shutil.copy(ROOT / name, self.folder / name)
        for name in ("python3", "python3.14", "python3.13", "python3.12", "python3.11", "python"):
            self.program(name, FAKE_PYTHON)
        self.program("uv", "#!/bin/sh\nexit 1\n")
        self.program("virtualenv", "#!/bin/sh\nexit 1\n")
        (folder / "os-release").write_text('NAME="Debian"\nID=debian\n', encoding="utf-8")
        self.os_release = str(folder / "os-release")

    def program(self, name: str, text: str) -> None:
        (self.programs / name).write_text(text, encoding="utf-8")
        (self.programs / name).chmod(0o755)

    def set_up(self, *, fails: str = "", python: str = "") -> tuple[int, str]:
        """Run set-up; gives the exit code and what it said."""
        path = f"{self.programs}{os.pathsep}{os.environ['PATH']}"
        done = run(
            "sh", "scripts/setup.sh", cwd=self.folder, PATH=path, FAILS=fails, PYTHON=python, OS_RELEASE=self.os_release
        )
        return done.returncode, done.stderr

    @property
    def is_done(self) -> bool:
        return (self.venv / ".installed").exists()


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def test_a_set_up_that_succeeds_leaves_the_stamp(checkout):
    code, said = checkout.set_up()

    assert (code, said) == (0, MAKING + INSTALLING + "setup: done\n")
    assert sorted(path.name for path in checkout.venv.iterdir()) == [".installed", "bin"]


def test_a_first_set_up_that_fails_leaves_no_environment(checkout):
    code, said = checkout.set_up(fails="install")

    assert (code, said) == (1, MAKING + INSTALLING + PIP_FAILED)
    assert not checkout.venv.exists()


def test_a_later_set_up_that_fails_keeps_the_environment_but_not_the_stamp(checkout):
    checkout.set_up()

    code, said = checkout.set_up(fails="install")

    assert (code, said) == (1, INSTALLING + PIP_FAILED)
    assert checkout.venv.exists()
    assert not checkout.is_done
    assert checkout.set_up() == (0, INSTALLING + "setup: done\n")


def test_an_environment_that_a_killed_set_up_left_is_made_anew(checkout):
    checkout.set_up()
    (checkout.venv / ".half-made").touch()
    (checkout.venv / "from-before").touch()

    code, said = checkout.set_up()

    head = "setup: removing .venv, an earlier set-up did not finish\n"
    assert (code, said) == (0, head + MAKING + INSTALLING + "setup: done\n")
    assert not (checkout.venv / "from-before").exists()


@pytest.mark.parametrize(
    ("release", "mending"),
    [
        pytest.param("ID=debian\n", "apt-get install python3-venv", id="debian"),
        pytest.param('ID=linuxmint\nID_LIKE="ubuntu debian"\n', "apt-get install python3-venv", id="like debian"),
        pytest.param('ID="rocky"\nID_LIKE="rhel centos fedora"\n', "dnf install python3-virtualenv", id="like fedora"),
        pytest.param("ID=alpine\n", "apk add py3-virtualenv", id="alpine"),
        pytest.param("", "python3 -m pip install --user virtualenv", id="unknown"),
    ],
)
def test_without_ensurepip_the_one_mending_command_is_named(checkout, release, mending):
    Path(checkout.os_release).write_text(release, encoding="utf-8")

    code, said = checkout.set_up(fails="ensurepip")

    assert (code, said) == (
        3,
        f"{MAKING}setup: python3 cannot make a virtual environment (no ensurepip), and neither uv nor virtualenv can\n"
        f"  fix: {mending}\n",
    )
    assert not checkout.venv.exists()


@pytest.mark.parametrize("name", ["uv", "virtualenv"])
def test_without_ensurepip_another_tool_makes_the_environment(checkout, name):
    makes = 'for last; do :; done\nmkdir -p "$last/bin"\nprintf "#!/bin/sh\\n" >"$last/bin/python"\n'
    checkout.program(name, f'#!/bin/sh\n{makes}chmod +x "$last/bin/python"\n')

    code, said = checkout.set_up(fails="ensurepip")

    assert (code, said) == (0, MAKING + INSTALLING + "setup: done\n")
    assert checkout.is_done


def test_a_machine_without_a_recent_python_is_told_so(checkout):
    code, said = checkout.set_up(fails="version")

    assert (code, said) == (
        3,
        "setup: no Python 3.11 or later found (tried python3, python3.14 to python3.11, python)\n"
        "  fix: install one, or name it: make PYTHON=/path/to/python3.11\n",
    )


def test_a_named_python_is_the_only_one_tried(checkout):
    code, said = checkout.set_up(python="no-such-python")

    assert (code, said) == (
        3,
        "setup: PYTHON=no-such-python is not a Python 3.11 or later that runs\n"
        "  fix: install one, or name it: make PYTHON=/path/to/python3.11\n",
    )


@pytest.mark.skipif(shutil.which("make") is None, reason="asks make what it would run")
def test_nothing_is_installed_again_until_a_named_file_changes(checkout):
    checkout.set_up()
    before = run("make", "--question", ".venv/.installed", cwd=checkout.folder)
    stamp = checkout.venv / ".installed"
    os.utime(checkout.folder / "constraints.txt", (stamp.stat().st_mtime + 5,) * 2)

    after = run("make", "--question", ".venv/.installed", cwd=checkout.folder)

    assert (before.returncode, after.returncode) == (0, 1)
