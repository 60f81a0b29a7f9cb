"""Files that are read only where they are files: no link is followed, and no pipe waited for."""

from __future__ import annotations

import errno
import stat
from pathlib import Path


def regular_bytes(path: Path) -> bytes:
    """What the file holds. Raises OSError, also for a symbolic link, a pipe, a device, and a name no file can have."""
    try:
        kind = path.lstat().st_mode
    except ValueError as error:
        raise OSError(errno.EINVAL, "no file can have that name") from error
    if stat.S_ISLNK(kind):
        raise OSError(errno.ELOOP, "a symbolic link, not a file")
    if not stat.S_ISREG(kind):
        raise OSError(errno.EINVAL, "not a regular file")
    return path.read_bytes()


def is_link(path: Path) -> bool:
    """Whether it is a symbolic link; what cannot be looked at is told by the reading or writing that follows."""
    return stat.S_ISLNK(_kind(path))


def is_special(path: Path) -> bool:
    """Whether there is something that is neither a file nor a link; what cannot be looked at, as above."""
    return (kind := _kind(path)) != 0 and not stat.S_ISREG(kind) and not stat.S_ISLNK(kind)


def _kind(path: Path) -> int:
    try:
        return path.lstat().st_mode
    except (OSError, ValueError):
        return 0
