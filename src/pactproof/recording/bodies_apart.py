"""Large bodies, kept in files of their own beside the cassette, each under the digest of its content.

    cassettes/shop/.bodies/2cf24dba….bin

A cassette names them where the body would stand: `body_files: {response: .bodies/2cf24dba….bin}`, beside `request` and
`response`, where vcrpy does not look. Equal bodies share a file; a file that no cassette beside it names is an orphan.
"""

from __future__ import annotations

import errno
import hashlib
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from pactproof.atomic import replace_file, sweep_leftovers
from pactproof.interaction import Interaction
from pactproof.recording.regular_file import regular_bytes

MAX_INLINE_BYTES: Final = 1024 * 1024
"""YAML reads some 3 MB a second and needs many times the text in memory; nobody reviews a megabyte line by line."""
FOLDER: Final = ".bodies"

_NAME: Final = re.compile(rf"{re.escape(FOLDER)}/[0-9a-f]{{64}}\.bin")


def is_apart(body: bytes) -> bool:
    return len(body) > MAX_INLINE_BYTES


def name_of(body: bytes) -> str:
    """Where the file stands, told from the cassette's folder."""
    return f"{FOLDER}/{hashlib.sha256(body).hexdigest()}.bin"


def is_name(name: str) -> bool:
    """Whether a cassette may name this file: it leads nowhere but into the folder beside it."""
    return _NAME.fullmatch(name) is not None


def bodies_apart(interactions: Iterable[Interaction]) -> dict[str, bytes]:
    """The files that a cassette of these interactions has beside it, by name."""
    bodies = (body for one in interactions for body in (one.request.body, one.response.body))
    return {name_of(body): body for body in bodies if is_apart(body)}


def body_file(folder: Path, name: str) -> bytes:
    """The body that a cassette in `folder` names. Raises OSError, also for a symbolic link."""
    if (folder / FOLDER).is_symlink():
        raise OSError(errno.ELOOP, "a symbolic link, not a file")
    return regular_bytes(folder / name)


def write_bodies(folder: Path, bodies: Mapping[str, bytes]) -> None:
    """Write what is not there yet, before the cassette that names it is put in place. Raises OSError."""
    if (folder / FOLDER).is_symlink():
        raise OSError(errno.ELOOP, f"{FOLDER} is a symbolic link, not a folder")
    for name, body in bodies.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        if not _holds(path, name):
            replace_file(path, body)


def _holds(path: Path, name: str) -> bool:
    """Whether the file is there, with the content that its name tells; read piece by piece."""
    if path.is_symlink() or not path.is_file():
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() in name


def orphaned_bodies(folder: Path) -> list[Path]:
    """The files in `folder`/.bodies that no cassette in `folder` names, by name. Raises OSError where one is unread."""
    kept = folder / FOLDER
    if not kept.is_dir() or kept.is_symlink():
        return []
    found = sorted(path for path in kept.iterdir() if is_name(f"{FOLDER}/{path.name}"))
    named: set[str] = set()
    # Of any name: who opens a cassette by itself may call it as they like.
    for cassette in filter(Path.is_file, folder.iterdir() if found else ()):
        named.update(_NAME.findall(cassette.read_bytes().decode("utf-8", "replace")))
    return [path for path in found if f"{FOLDER}/{path.name}" not in named]


def sweep_bodies(folder: Path) -> None:
    """Remove orphans and what killed runs left. Only for who holds the folder: others may be about to name one."""
    with suppress(OSError):
        for path in orphaned_bodies(folder):
            path.unlink()
        if (folder / FOLDER).is_dir() and not (folder / FOLDER).is_symlink():
            sweep_leftovers(folder / FOLDER)
            (folder / FOLDER).rmdir()  # where it is empty
