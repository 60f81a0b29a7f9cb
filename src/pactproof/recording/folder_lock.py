"""One writer at a time in a folder of cassettes, across processes and threads."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

LOCK_NAME: Final = ".pactproof-lock"  # a name that no other program gives to a file of its own
WAIT_S: Final = 30.0  # a write takes milliseconds: who waits longer waits for a process that hangs
_POLL_S: Final = 0.01
NO_LOCKS: Final = frozenset({errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP})
"""What a file system says that has no locks: nothing is written there, since nobody could be kept from losing it."""
_IS_HELD: Final = frozenset({errno.EAGAIN, errno.EACCES, errno.EWOULDBLOCK})


class FolderLockedError(OSError):
    """Another process writes in the folder, and goes on doing so."""


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold `folder` for this writer alone. The system lets go of what a killed process held; no file is left behind.

    Raises FolderLockedError when nobody let go within WAIT_S seconds, OSError where no lock file can be made.
    """
    path = folder / LOCK_NAME
    handle = _held(path, time.monotonic() + WAIT_S)
    try:
        yield
    finally:
        with suppress(OSError):
            path.unlink()  # while it is held: who waits for this file sees that it is gone, and takes the next
        with suppress(OSError):
            os.close(handle)


def _held(path: Path, until: float) -> int:
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
        try:
            _lock(handle, path, until)
            if _is_still(handle, path):
                return handle
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)


def _lock(handle: int, path: Path, until: float) -> None:
    try:
        import fcntl
    except ImportError as error:
        raise OSError(errno.ENOSYS, "this system cannot lock files") from error
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in _IS_HELD:
                raise
            if time.monotonic() > until:
                raise FolderLockedError(errno.EBUSY, "another process is writing in this folder", str(path)) from error
            time.sleep(_POLL_S)
        else:
            return


def _is_still(handle: int, path: Path) -> bool:
    """Whether the locked file is the one that others find by its name."""
    try:
        return os.path.samestat(os.fstat(handle), path.stat(follow_symlinks=False))
    except FileNotFoundError:
        return False
