"""A file that is replaced whole or not at all, whatever fails or is killed while it is written."""

from __future__ import annotations

import errno
import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

LEFTOVER_SUFFIX: Final = ".pactproof-tmp"

_NAME_CHARS: Final = 40
_HAS_FOLDERS: Final = hasattr(os, "O_DIRECTORY")  # a system whose folders can be opened and synced
_CANNOT_SYNC: Final = frozenset({errno.EINVAL, errno.ENOTSUP, errno.ENOSYS, errno.EBADF, errno.EOPNOTSUPP})


def replace_file(path: Path, content: bytes) -> None:
    """Write `content` beside `path`, make it durable, then move it into place.

    Killed or failing at any moment, it leaves the old file as it was. Raises OSError; the temporary file is gone then.
    """
    stage_file(path, content).promote()


@dataclass(frozen=True, slots=True)
class StagedFile:
    """The new content of `path`, durable in a file beside it; all that is left to do is to move it.

    handle: of the temporary file, open and locked until the end, so that nobody takes it for a leftover
    """

    path: Path
    temporary: Path
    handle: int

    def promote(self) -> None:
        """Move it into place. Raises OSError; the old file is as it was then, and the temporary one gone."""
        try:
            _move(self.temporary, self.path)
        except BaseException:
            self.discard()
            raise
        self._close()

    def discard(self) -> None:
        with suppress(OSError):
            self.temporary.unlink()
        self._close()

    def _close(self) -> None:
        with suppress(OSError):
            os.close(self.handle)


def stage_file(path: Path, content: bytes) -> StagedFile:
    """Write `content` beside `path` and make it durable. Raises OSError; the temporary file is gone then.

    What killed runs left in the folder is swept.
    """
    sweep_leftovers(path.parent)
    staged = _temporary(path)
    try:
        _write_all(staged.handle, content)
        _keep_mode(staged, path)
        os.fsync(staged.handle)
    except BaseException:
        staged.discard()
        raise
    return staged


def sweep_leftovers(folder: Path) -> None:
    """Remove what killed runs left in `folder`; files still being written are locked, and stay."""
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(".") and entry.name.endswith(LEFTOVER_SUFFIX):
                _sweep(entry.path)


def _sweep(name: str) -> None:
    with suppress(OSError):
        # Not to wait for the other end of what may be a pipe.
        handle = os.open(name, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
        try:
            if _locked(handle, is_patient=False):
                os.unlink(name)  # noqa: PTH108 - a name, as scandir gives it
        finally:
            os.close(handle)


def _temporary(path: Path) -> StagedFile:
    """A new empty file beside `path`, with the permissions that the process gives new files."""
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
    while True:
        # Part of the name is enough to know it by; all of it could be too long with what stands around it.
        temporary = path.with_name(f".{path.name[:_NAME_CHARS]}.{secrets.token_hex(4)}{LEFTOVER_SUFFIX}")
        try:
            handle = os.open(temporary, flags, 0o666)
        except FileExistsError:
            continue
        staged = StagedFile(path, temporary, handle)
        _locked(handle, is_patient=True)
        try:
            if os.fstat(handle).st_nlink:
                return staged
        except OSError:
            staged.discard()
            raise
        os.close(handle)  # it was swept before it was locked


def _keep_mode(staged: StagedFile, path: Path) -> None:
    """A file that is replaced keeps its permissions."""
    with suppress(FileNotFoundError):
        mode = path.stat().st_mode & 0o777
        if mode != os.fstat(staged.handle).st_mode & 0o777:
            staged.temporary.chmod(mode)


def _locked(handle: int, *, is_patient: bool) -> bool:
    """Lock the file for this handle alone. False where another one holds it, or the system has no such locks."""
    try:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | (0 if is_patient else fcntl.LOCK_NB))
    except (ImportError, OSError):
        return False
    return True


def _write_all(handle: int, content: bytes) -> None:
    left = memoryview(content)
    while left:
        left = left[os.write(handle, left) :]


def _move(temporary: Path, path: Path) -> None:
    """Move the finished file into place, and make that last beyond a power cut; undone where the disk refuses it."""
    if not _HAS_FOLDERS:
        os.replace(temporary, path)  # noqa: PTH105 - the system call by its name, as tests make it fail
        return
    folder = os.open(path.parent, os.O_RDONLY)
    old = temporary.with_name(f"{temporary.name.removesuffix(LEFTOVER_SUFFIX)}.old{LEFTOVER_SUFFIX}")
    try:
        was_there, can_undo = _link(path, old)
        os.replace(temporary, path)  # noqa: PTH105 - as above
        try:
            os.fsync(folder)
        except OSError as error:
            if error.errno in _CANNOT_SYNC or not can_undo:
                return
            try:
                if was_there:
                    os.replace(old, path)  # noqa: PTH105 - as above
                else:
                    path.unlink()
            except OSError:
                return  # the new file is there, and whole
            raise
    finally:
        with suppress(OSError):
            old.unlink()
        with suppress(OSError):
            os.close(folder)


def _link(path: Path, old: Path) -> tuple[bool, bool]:
    """Whether there was an old file, and whether it can be put back; not every file system has hard links."""
    try:
        os.link(path, old, follow_symlinks=False)
    except FileNotFoundError:
        return False, True
    except (OSError, NotImplementedError):
        return True, False
    return True, True
