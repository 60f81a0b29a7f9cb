"""A file that is replaced whole or not at all."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path


def replace_file(path: Path, content: bytes) -> None:
    """Write `content` beside `path`, make it durable, then move it into place.

    Killed or failing at any moment, it leaves the old file as it was. Raises OSError; the temporary file is gone then.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    try:
        try:
            _write_all(handle, content)
            os.fsync(handle)
        finally:
            os.close(handle)
        temporary = Path(name)
        temporary.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)  # mkstemp gives 0600
        os.replace(name, path)  # noqa: PTH105 - the system call by its name, as tests make it fail
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise
    _make_durable(path.parent)


def _write_all(handle: int, content: bytes) -> None:
    left = memoryview(content)
    while left:
        left = left[os.write(handle, left) :]


def _make_durable(folder: Path) -> None:
    """The move itself survives a power cut once the folder is synced; not every system can, and none has to."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
