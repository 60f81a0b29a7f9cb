"""The cassette file, read and replaced as a whole: on any failure the old one stays. Its text: `cassette_text`."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Final

from pactproof.atomic import replace_file
from pactproof.errors import CassetteError, CassetteMissingError, Place, SecretFoundError
from pactproof.recording.bodies_apart import bodies_apart, body_file, sweep_bodies, write_bodies
from pactproof.recording.cassette_reading import read_cassette_text
from pactproof.recording.cassette_text import dump_cassette, stored, text_of
from pactproof.recording.folder_lock import NO_LOCKS, FolderLockedError, locked
from pactproof.recording.provenance import Cassette, Provenance, Source, mending, named_by
from pactproof.recording.regular_file import is_link, is_special, regular_bytes
from pactproof.recording.stored_form import as_stored
from pactproof.redaction import NO_CHOICES, Rules, scan, scan_body

__all__ = [
    "Cassette",
    "Provenance",
    "Source",
    "as_stored",
    "changed_alone",
    "dump_cassette",
    "load_cassette",
    "write_cassette",
]

_MENDS: Final = {
    errno.ENAMETOOLONG: "give it a shorter name",
    **dict.fromkeys(NO_LOCKS, "put the folder on a file system that can lock files"),
}


def load_cassette(path: Path, *, shown_as: str) -> Cassette:
    """Read what `dump_cassette` or vcrpy wrote; `shown_as` names the file in messages.

    Raises CassetteMissingError where there is no file, CassetteError with all faults where it cannot be used.
    """
    operation, scenario = named_by(shown_as)
    _refuse_links(path, shown_as, mending(operation))
    try:
        text = regular_bytes(path).decode("utf-8-sig")
    except FileNotFoundError as error:
        what = f"nothing recorded for {operation} (scenario {scenario})"
        fix = f"record it: pytest contracts --record-mode=rewrite -k {operation}"
        raise CassetteMissingError(what, at=Place(shown_as), fix=fix) from error
    except UnicodeDecodeError as error:
        what = f"not UTF-8 text: byte {error.start}"
        raise CassetteError(what, at=Place(shown_as), fix=mending(operation)) from error
    except OSError as error:
        what = f"cannot be read: {error.strerror}"
        raise CassetteError(what, at=Place(shown_as), fix="make it a readable file") from error
    return read_cassette_text(text, shown_as, lambda name: body_file(path.parent, name))


def _refuse_links(path: Path, shown_as: str, fix: str) -> None:
    """Raise CassetteError where the file is a symbolic link, or a folder of it from `cassettes` on."""
    if is_link(path):
        raise CassetteError("a symbolic link, not a file", at=Place(shown_as), fix=f"remove it; {fix}")
    names = PurePosixPath(shown_as).parts
    for folder in path.parents[: len(names) - 1] if names[:1] == ("cassettes",) else ():
        if is_link(folder):
            what = f"{folder.name} is a symbolic link"
            raise CassetteError(what, at=Place(shown_as), fix=f"put a real folder there; {fix}")


def write_cassette(
    path: Path,
    cassette: Cassette,
    *,
    root: Path | None,
    secrets: Sequence[str] = (),
    rules: Rules = NO_CHOICES,
    still: Callable[[], bool] | None = None,
    keeps_old_bodies: bool = False,
) -> None:
    """Replace the file as a whole; on any failure the old one stays as it is, byte for byte.

    root:    the project's folder; `path` has to lie below `root/cassettes`, with no symbolic link on the way. None
             where a test names the file by itself: it may lie anywhere, and be no symbolic link
    secrets: values known to be secret, looked for in the finished text beside the shapes of well-known tokens
    rules:   those that it was redacted by
    still:   whether the file is as the caller knows it; asked when no other process can write, and False refuses
    keeps_old_bodies: what the old file alone named stays beside it, so that the caller can put it back; then the next
             `changed_alone` sweeps it

    Raises CassetteError, or SecretFoundError that names rule and line and never the value.
    """
    shown_as = _refuse_strangers(path, root)
    fix = mending(cassette.provenance.operation)
    as_written = stored(cassette)
    try:
        text = text_of(as_written)
    except CassetteError as error:
        raise CassetteError(error.what, at=Place(shown_as), fix=fix) from error
    apart = bodies_apart(as_written.interactions)
    _refuse_secrets(text, apart, secrets, rules, shown_as)
    _refuse_unreadable(text, apart, as_written, shown_as)
    with _refusals_told(shown_as, fix):
        if not path.parent.is_dir():
            path.parent.mkdir(parents=True, exist_ok=True)
        with locked(path.parent):
            if still is not None and not still():
                what = "it was changed by another process while this one recorded; what is there was left alone"
                raise CassetteError(what, at=Place(shown_as), fix="record one after the other")
            _put(path, text, apart, sweeps=not keeps_old_bodies)


@contextmanager
def _refusals_told(shown_as: str, fix: str) -> Iterator[None]:
    """What the system refuses in the block is raised as CassetteError."""
    try:
        yield
    except FolderLockedError as error:
        what = f"cannot be written: {error.strerror}; what was there before is unchanged"
        raise CassetteError(what, at=Place(shown_as), fix="record one after the other") from error
    except OSError as error:
        what = f"cannot be written: {error.strerror or error}; what was there before is unchanged"
        fix = f"{_MENDS.get(error.errno or 0, 'make room, or the folder writable')}; {fix}"
        raise CassetteError(what, at=Place(shown_as), fix=fix) from error


def _put(path: Path, text: str, apart: Mapping[str, bytes], *, sweeps: bool) -> None:
    """The large bodies first, the cassette that names them next, and away with what nobody names any more."""
    is_put = False
    try:
        write_bodies(path.parent, apart)
        replace_file(path, text.encode("utf-8"))
        is_put = True
    finally:
        if sweeps or not is_put:
            sweep_bodies(path.parent)


@contextmanager
def changed_alone(folder: Path) -> Iterator[None]:
    """Hold the folder of some cassettes while one is put back; afterwards, bodies that none of them names are swept.

    Raises OSError where another process does not let go of it.
    """
    with locked(folder):
        try:
            yield
        finally:
            sweep_bodies(folder)


def _refuse_strangers(path: Path, root: Path | None) -> str:
    """The path as messages show it. Raises CassetteError for a path that leaves the folder of cassettes."""
    if root is None:
        if is_link(path):
            raise CassetteError("a symbolic link, not a file", at=Place(str(path)), fix="put a real file there")
        _refuse_special(path, str(path))
        return str(path)
    folder = root / "cassettes"
    if ".." in path.parts or not path.is_relative_to(folder) or path == folder:
        fix = "give the service and the operation plain names"
        raise CassetteError(f"the path leaves {folder.name}/", at=Place(str(path)), fix=fix)
    shown_as = path.relative_to(root).as_posix()
    for part in (path, *path.parents):
        if part == root:
            break
        if is_link(part):
            where = part.relative_to(root).as_posix()
            raise CassetteError(
                f"{where} is a symbolic link", at=Place(shown_as), fix="put a real folder or file there"
            )
    _refuse_special(path, shown_as)
    return shown_as


def _refuse_special(path: Path, shown_as: str) -> None:
    """A name that none can have, and a folder, a pipe or a device, which a file would take the place of."""
    if "\0" in str(path):
        raise CassetteError("no file can have that name", at=Place(shown_as), fix="leave the NUL out of it")
    if is_special(path):
        raise CassetteError("not a regular file", at=Place(shown_as), fix="move it away, or record somewhere else")


def _refuse_secrets(text: str, apart: Mapping[str, bytes], secrets: Sequence[str], rules: Rules, shown_as: str) -> None:
    seen = [f"  {shown_as}:{finding.line}:{finding.column}: {finding.rule}" for finding in scan(text, secrets, rules)]
    for name, body in apart.items():
        seen += [f"  {name}, line {finding.line}: {finding.rule}" for finding in scan_body(body, secrets, rules)]
    if not seen:
        return
    lines = "\n".join(seen)
    what = f"the recording would carry a secret; nothing was written. By place in the new file and rule:\n{lines}"
    fix = "let the sandbox answer without it, or the program send it in a header; then record again"
    raise SecretFoundError(what, at=Place(shown_as), fix=fix)


def _refuse_unreadable(text: str, apart: Mapping[str, bytes], stored: Cassette, shown_as: str) -> None:
    """A file that would not read back as what was recorded is never put in place of one that does."""
    found = read_cassette_text(text, shown_as, apart.__getitem__)
    if found.interactions != stored.interactions or not found.digest_fits:
        raise CassetteError(
            "the recording would not read back as it is", at=Place(shown_as), fix="report this as a bug"
        )
