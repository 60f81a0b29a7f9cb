"""Where cassettes are read from for a comparison: a folder, or a commit of the project's git repository."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Protocol

from pactproof.errors import CassetteError, ContractError, Place
from pactproof.recording.cassette import Cassette, load_cassette
from pactproof.recording.cassette_reading import read_cassette_text
from pactproof.recording.provenance import mending, named_by

_FOLDER = "cassettes"


class CassetteFiles(Protocol):
    """One state of a project's cassettes. `name` is what messages call it."""

    @property
    def name(self) -> str: ...

    def read(self, path: PurePosixPath) -> Cassette | None:
        """The cassette at `path`, "cassettes/grafana/get_dashboard.yaml"; None where there is none.

        Raises CassetteError where it cannot be used.
        """


@dataclass(frozen=True)
class InFolder:
    """`folder`: a project's folder that holds `cassettes/`, or such a folder of cassettes itself."""

    folder: Path
    name: str

    def read(self, path: PurePosixPath) -> Cassette | None:
        inside = path if (self.folder / _FOLDER).is_dir() else path.relative_to(_FOLDER)
        file = self.folder / inside
        if not file.exists() and not file.is_symlink():
            return None
        return load_cassette(file, shown_as=str(path))


@dataclass(frozen=True)
class InCommit:
    """The cassettes of one commit, read without touching the working tree.

    root:   the project's folder, inside a working tree of git
    commit: its full name, as `resolved` gives it
    """

    root: Path
    commit: str
    name: str
    _listed: frozenset[str] = field(default_factory=frozenset, repr=False)

    @classmethod
    def resolved(cls, root: Path, revision: str) -> InCommit:
        """`revision` is any name that git has for a commit: HEAD~1, main, v1.2. Raises ContractError for no such."""
        return cls._listing(root, _commit(root, revision), revision)

    @classmethod
    def left(cls, root: Path, branch: str) -> InCommit:
        """The last commit that HEAD and `branch` share: what was recorded on `branch` since is no drift of HEAD's.

        Raises ContractError where there is none, or no such branch.
        """
        theirs, ours = _commit(root, branch), _commit(root, "HEAD")
        found = _git(root, "merge-base", theirs, ours)
        if found.returncode:
            raise ContractError(f"git knows no commit that HEAD and {branch} share", fix=_fix(root))
        return cls._listing(root, found.stdout.decode().strip(), f"the commit shared with {branch}")

    @classmethod
    def _listing(cls, root: Path, commit: str, name: str) -> InCommit:
        found = _git(root, "ls-tree", "-r", "-z", "--name-only", commit, "--", f"{_FOLDER}/")
        if found.returncode:
            raise ContractError(f"git cannot list the files of {name}: {_said(found)}", fix=_fix(root))
        return cls(root, commit, name, frozenset(found.stdout.decode("utf-8", "surrogateescape").split("\0")))

    def read(self, path: PurePosixPath) -> Cassette | None:
        if str(path) not in self._listed:
            return None
        try:
            text = self._bytes(path).decode("utf-8-sig")
            return read_cassette_text(text, str(path), lambda name: self._bytes(path.parent / name))
        except UnicodeDecodeError as error:
            what = f"not UTF-8 text: byte {error.start}"
            raise CassetteError(what, at=Place(str(path)), fix=mending(named_by(str(path))[0])) from error
        except OSError as error:
            raise CassetteError(str(error), at=Place(str(path)), fix=_fix(self.root)) from error

    def _bytes(self, path: PurePosixPath) -> bytes:
        """The file as it is stored: without filters, which would run commands. Raises OSError where it is not there."""
        found = _git(self.root, "cat-file", "blob", f"{self.commit}:./{path}")
        if found.returncode:
            raise FileNotFoundError(f"git cannot read {path}: {_said(found)}")
        return found.stdout


def _commit(root: Path, revision: str) -> str:
    """The full name of a commit."""
    found = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if found.returncode:
        inside = _git(root, "rev-parse", "--git-dir")
        if not inside.returncode:
            raise ContractError(f"git has no commit {revision!r}", fix=_fix(root))
        is_none = "not a git repository" in _said(inside)
        what = f"no git repository holds {root}" if is_none else f"git cannot use the repository: {_said(inside)}"
        raise ContractError(what, fix=_FIX)
    return found.stdout.decode().strip()


_FIX = "name a commit, branch or tag that is here, or compare folders: pactproof drift --old FOLDER"


def _fix(root: Path) -> str:
    is_shallow = _git(root, "rev-parse", "--is-shallow-repository").stdout.strip() == b"true"
    return "the clone is shallow: git fetch --unshallow (actions/checkout: fetch-depth: 0)" if is_shallow else _FIX


def _said(found: subprocess.CompletedProcess[bytes]) -> str:
    """The first line of what git has to say."""
    return next(iter(found.stderr.decode("utf-8", "replace").splitlines()), f"exit code {found.returncode}")


def _git(root: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    git = shutil.which("git")
    if git is None:
        fix = "install it, or compare folders: pactproof drift --old FOLDER"
        raise ContractError("git is not there, and a commit's cassettes are read by it", fix=fix)
    return subprocess.run(  # noqa: S603  # git, without a shell
        [git, *arguments], cwd=root, env=_environment(), capture_output=True, check=False
    )


def _environment() -> dict[str, str]:
    """In English; and without the GIT_DIR that git sets for hooks, by which `root` would be the top of the tree."""
    told = {**os.environ, "LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0"}
    if "GIT_WORK_TREE" not in told:
        told.pop("GIT_DIR", None)
    return told
