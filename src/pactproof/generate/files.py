"""The files that `generate` looks at, those it is about to write, and writing them whole or not at all."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pactproof.atomic import replace_file
from pactproof.contracts import FOLDER
from pactproof.errors import GenerationError, Place

CONFTEST = f"{FOLDER}/conftest.py"


@dataclass(frozen=True)
class GeneratedFile:
    """A file as it is and as it will be.

    path:   told from the project's folder, "contracts/grafana.yaml"
    before: its bytes; None where there is no such file
    added:  what is new in it, in words: names of operations, functions, fixtures
    source: whether people read and edit it; else it is made anew whenever that is needed
    """

    path: str
    before: bytes | None
    after: bytes
    added: tuple[str, ...] = ()
    is_source: bool = True


def read_files(root: Path) -> dict[str, bytes]:
    """What `generate` may add to or has to know: YAML, Python and schemas below contracts/, and the outer conftest.py.

    Raises GenerationError where one cannot be read.
    """
    folder = root / FOLDER
    paths = [*folder.glob("*.yaml"), *folder.rglob("*.py"), *folder.glob(".schemas/*.json"), root / "conftest.py"]
    files = {}
    for path in sorted(paths):
        name = path.relative_to(root).as_posix()
        try:
            if path.is_file():
                files[name] = path.read_bytes()
        except OSError as error:
            raise GenerationError(
                f"cannot be read: {error.strerror}", at=Place(name), fix="make it readable"
            ) from error
    return files


def write_files(root: Path, files: Iterable[GeneratedFile]) -> None:
    """Write every file as a whole, in order.

    Raises GenerationError at the first one that cannot be written; it is as it was, and those before it are complete.
    """
    for file in files:
        path = (root / file.path).resolve()  # a link stays a link
        if not path.is_relative_to(root.resolve()):
            fix = "put a file in the place of the link, or run pactproof generate where the files are"
            raise GenerationError("a link that leads out of the project", at=Place(file.path), fix=fix)
        try:
            if (path.read_bytes() if path.is_file() else None) != file.before:
                fix = "run pactproof generate again"
                raise GenerationError("changed while pactproof was at work", at=Place(file.path), fix=fix)
            path.parent.mkdir(parents=True, exist_ok=True)
            replace_file(path, file.after)
        except OSError as error:
            what = f"cannot be written: {error.strerror or error}; what was there before is unchanged"
            fix = "make the file and its folder writable, and run pactproof generate again"
            raise GenerationError(what, at=Place(file.path), fix=fix) from error


def unified_diff(files: Iterable[GeneratedFile]) -> Iterator[str]:
    """The lines of a diff that `patch -p1` understands, without their newlines."""
    for file in files:
        old, new = (_lines(content) for content in (file.before or b"", file.after))
        old_name = "/dev/null" if file.before is None else f"a/{file.path}"
        for line in difflib.unified_diff(old, new, old_name, f"b/{file.path}"):
            yield line.removesuffix("\n")
            if not line.endswith("\n"):
                yield "\\ No newline at end of file"


def _lines(content: bytes) -> list[str]:
    """By newlines alone, as `patch` counts them: a form feed or a line separator ends no line."""
    return re.findall(r"[^\n]*\n|[^\n]+", content.decode("utf-8", errors="replace"))


def text_of(files: Mapping[str, bytes], path: str) -> str:
    return files.get(path, b"").decode("utf-8", errors="replace")
