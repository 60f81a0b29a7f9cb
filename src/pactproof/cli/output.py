"""Reports for programs: a command writes them to a file, or to stdout."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

STDOUT: Final = "-"
_FIX: Final = "name a file in a folder that is there and can be written to"


def check_folder(target: str) -> None:
    """Raises ContractError where it is clear before all the work that the report could not be written."""
    from pactproof.errors import ContractError

    path = Path(target)
    if target != STDOUT and (path.is_dir() or not path.parent.is_dir()):
        why = "it is a folder" if path.is_dir() else "no such folder"
        raise ContractError(f"{target} cannot be written: {why}", fix=_FIX)


def write_report(target: str, text: str) -> None:
    """target: a file's path, or "-" for stdout. Raises ContractError where it cannot be written."""
    from pactproof.errors import ContractError

    if target == STDOUT:
        click.echo(text, nl=False)
        return
    try:
        Path(target).write_text(text, encoding="utf-8")
    except OSError as error:
        raise ContractError(f"{target} cannot be written: {error.strerror or error}", fix=_FIX) from error
