"""Where cassettes are read from for a comparison: a folder, or a commit of the project's git repository."""

from __future__ import annotations

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
        fix = "name a commit, branch or tag that is here, or compare folders: pactproof drift --old FOLDER"
        found = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        if found.returncode:
            inside = _git(root, "rev-parse", "--is-inside-work-tree")
            what = f"git has no commit {revision!r}" if not inside.returncode else f"no git repository holds {root}"
            raise ContractError(what, fix=fix)
        commit = found.stdout.decode().strip()
        listed = _git(root, "ls-tree", "-r", "-z", "--name-only", commit, "--", f"{_FOLDER}/")
        return cls(root, commit, revision, frozenset(listed.stdout.decode("utf-8", "surrogateescape").split("\0")))

    def read(self, path: PurePosixPath) -> Cassette | None:
        if str(path) not in self._listed:
            return None
        try:
            text = self._bytes(path).decode("utf-8-sig")
            return read_cassette_text(text, str(path), lambda name: self._bytes(path.parent / name))
        except UnicodeDecodeError as error:
            what = f"not UTF-8 text: byte {error.start}"
            raise CassetteError(what, at=Place(str(path)), fix=mending(named_by(str(path))[0])) from error

    def _bytes(self, path: PurePosixPath) -> bytes:
        """The file as it is stored: without filters, which would run commands. Raises OSError where it is not there."""
        found = _git(self.root, "cat-file", "blob", f"{self.commit}:./{path}")
        if found.returncode:
            raise FileNotFoundError(f"{path} in {self.name}")
        return found.stdout


def _git(root: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    git = shutil.which("git")
    if git is None:
        fix = "install it, or compare folders: pactproof drift --old FOLDER"
        raise ContractError("git is not there, and a commit's cassettes are read by it", fix=fix)
    return subprocess.run([git, *arguments], cwd=root, capture_output=True, check=False)  # noqa: S603  # git, no shell
