"""The record modes, as vcrpy and pytest-recording name them, and the one that a command line asked for."""

from __future__ import annotations

from typing import Final, Literal, get_args

RecordMode = Literal["none", "once", "new_episodes", "all", "rewrite"]

RECORD_MODES: Final[tuple[RecordMode, ...]] = get_args(RecordMode)

_asked: list[RecordMode] = []


def asked_on_command_line() -> RecordMode | None:
    """What `--record-mode` of the pytest run around us says; None outside of pytest and where it was not given."""
    return _asked[-1] if _asked else None


def begin_run(mode: RecordMode) -> None:
    """A run whose command line names `mode` begins; runs may be nested."""
    _asked.append(mode)


def end_run() -> None:
    _asked.pop()
