"""Claims about setting up, on a machine of fake programs: scripts/setup.sh, the stamp that make looks at, .ci/run."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

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
MAKES_VENV = """#!/bin/sh
for last; do :; done
mkdir -p "$last/bin"
printf '#!/bin/sh\\n' >"$last/bin/python"
chmod +x "$last/bin/python"
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
        for name in ("scripts", ".ci"):
            (self.folder / name).mkdir(parents=True)
        for name in ("Makefile", "pyproject.toml", "constraints.txt", "scripts/setup.sh", ".ci/run"):
            shutil.copy(ROOT / name, self.folder / name)
        for name in ("python3", "python3.14", "python3.13", "python3.12", "python3.11", "python"):
            self.program(name, FAKE_PYTHON)
        self.program("uv", "#!/bin/sh\nexit 1\n")
        self.program("virtualenv", "#!/bin/sh\nexit 1\n")
        self.program("apt-get", "#!/bin/sh\nexit 1\n")  # never the real one, whatever is broken
        (folder / "os-release").write_text('NAME="Debian"\nID=debian\n', encoding="utf-8")
        self.os_release = str(folder / "os-release")

    def program(self, name: str, text: str) -> None:
        (self.programs / name).write_text(text, encoding="utf-8")
        (self.programs / name).chmod(0o755)

    def run(self, *command: str, fails: str = "", python: str = "") -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": f"{self.programs}{os.pathsep}{os.environ['PATH']}",
            "FAILS": fails,
            "PYTHON": python,
            "OS_RELEASE": self.os_release,
            "MAKEFLAGS": "",  # these tests mostly run under `make test`, whose flags are none of their business
        }
        return subprocess.run(
            command,
            cwd=self.folder,
            env=os.environ | environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def set_up(self, *, fails: str = "", python: str = "") -> tuple[int, str]:
        """Run set-up; gives the exit code and what it said."""
        done = self.run("sh", "scripts/setup.sh", fails=fails, python=python)
        return done.returncode, done.stderr

    @property
    def is_done(self) -> bool:
        return (self.venv / ".installed").exists()


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def test_a_set_up_that_succeeds_leaves_the_stamp(checkout: Checkout) -> None:
    code, said = checkout.set_up()

    assert (code, said) == (0, MAKING + INSTALLING + "setup: done\n")
    assert sorted(path.name for path in checkout.venv.iterdir()) == [".installed", "bin"]


def test_a_first_set_up_that_fails_leaves_no_environment(checkout: Checkout) -> None:
    code, said = checkout.set_up(fails="install")

    assert (code, said) == (1, MAKING + INSTALLING + PIP_FAILED)
    assert not checkout.venv.exists()


def test_a_later_set_up_that_fails_keeps_the_environment_but_not_the_stamp(checkout: Checkout) -> None:
    checkout.set_up()

    code, said = checkout.set_up(fails="install")

    assert (code, said) == (1, INSTALLING + PIP_FAILED)
    assert checkout.venv.exists()
    assert not checkout.is_done
    assert checkout.set_up() == (0, INSTALLING + "setup: done\n")


def test_an_environment_that_a_killed_set_up_left_is_made_anew(checkout: Checkout) -> None:
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
def test_without_ensurepip_the_one_mending_command_is_named(checkout: Checkout, release: str, mending: str) -> None:
    Path(checkout.os_release).write_text(release, encoding="utf-8")

    code, said = checkout.set_up(fails="ensurepip")

    assert (code, said) == (
        3,
        f"{MAKING}setup: python3 cannot make a virtual environment (no ensurepip), and neither uv nor virtualenv can\n"
        f"  fix: {mending}\n",
    )
    assert not checkout.venv.exists()


@pytest.mark.parametrize("name", ["uv", "virtualenv"])
def test_without_ensurepip_another_tool_makes_the_environment(checkout: Checkout, name: str) -> None:
    checkout.program(name, MAKES_VENV)

    code, said = checkout.set_up(fails="ensurepip")

    assert (code, said) == (0, MAKING + INSTALLING + "setup: done\n")
    assert checkout.is_done


def test_a_machine_without_a_recent_python_is_told_so(checkout: Checkout) -> None:
    code, said = checkout.set_up(fails="version")

    assert (code, said) == (
        3,
        "setup: no Python 3.11 or later found (tried python3, python3.14 to python3.11, python)\n"
        "  fix: install one, or name it: make PYTHON=/path/to/python3.11\n",
    )


def test_a_named_python_is_the_only_one_tried(checkout: Checkout) -> None:
    code, said = checkout.set_up(python="no-such-python")

    assert (code, said) == (
        3,
        "setup: PYTHON=no-such-python is not a Python 3.11 or later that runs\n"
        "  fix: install one, or name it: make PYTHON=/path/to/python3.11\n",
    )


@pytest.mark.skipif(shutil.which("make") is None, reason="asks make what it would run")
def test_nothing_is_installed_again_until_a_named_file_changes(checkout: Checkout) -> None:
    checkout.set_up()
    before = checkout.run("make", "--question", ".venv/.installed")
    stamp = checkout.venv / ".installed"
    os.utime(checkout.folder / "constraints.txt", (stamp.stat().st_mtime + 5,) * 2)

    after = checkout.run("make", "--question", ".venv/.installed")

    assert (before.returncode, after.returncode) == (0, 1)


# --- .ci/run ------------------------------------------------------------------------------------------------------

FAKE_MAKE = """#!/bin/sh
[ "$1" != --question ] || exit 1
echo "make was asked for $*"
[ "$1" != "$FAILS" ]
"""


def headlines(shown: str) -> list[str]:
    return [line.removeprefix("==> ") for line in shown.splitlines() if line.startswith("==> ")]


def test_ci_sets_up_then_runs_tests_lint_types_and_layers(checkout: Checkout) -> None:
    checkout.program("make", FAKE_MAKE)

    done = checkout.run(".ci/run")

    steps = ["sh scripts/setup.sh", "make test", "make lint", "make types", "make layers", "all of it holds"]
    assert (done.returncode, headlines(done.stdout)) == (0, steps)


def test_ci_stops_at_the_first_step_that_fails(checkout: Checkout) -> None:
    checkout.program("make", FAKE_MAKE)

    done = checkout.run(".ci/run", fails="lint")

    assert (done.returncode, headlines(done.stdout)) == (1, ["sh scripts/setup.sh", "make test", "make lint"])


def test_ci_installs_python3_venv_as_root_where_no_environment_can_be_made(checkout: Checkout) -> None:
    checkout.program("make", FAKE_MAKE)
    checkout.program("id", "#!/bin/sh\necho 0\n")
    checkout.program("mends", MAKES_VENV)
    checkout.program("apt-get", '#!/bin/sh\n[ "$1" != install ] || mv "${0%apt-get}mends" "${0%apt-get}virtualenv"\n')

    done = checkout.run(".ci/run", fails="ensurepip")

    installs = "env DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet --no-install-recommends"
    assert headlines(done.stdout)[:4] == [
        "sh scripts/setup.sh",
        "apt-get update --quiet",
        f"{installs} python3 python3-venv",
        "sh scripts/setup.sh",
    ]
    assert done.returncode == 0


def test_ci_installs_nothing_where_it_is_not_root(checkout: Checkout) -> None:
    checkout.program("make", FAKE_MAKE)
    checkout.program("id", "#!/bin/sh\necho 1000\n")
    checkout.program("apt-get", "#!/bin/sh\nexit 0\n")

    done = checkout.run(".ci/run", fails="ensurepip")

    assert (done.returncode, headlines(done.stdout)) == (1, ["sh scripts/setup.sh"])
    assert done.stderr.endswith(
        "ci: missing: python3 python3-venv; not root, or no apt-get here, so install it first\n"
    )


def test_ci_installs_nothing_where_set_up_fails_for_another_reason(checkout: Checkout) -> None:
    checkout.program("make", FAKE_MAKE)
    checkout.program("id", "#!/bin/sh\necho 0\n")

    done = checkout.run(".ci/run", fails="install")

    assert (done.returncode, headlines(done.stdout)) == (1, ["sh scripts/setup.sh"])
