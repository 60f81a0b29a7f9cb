"""How a contract that is not upheld looks in pytest's output: the fault, and the program's own lines that led to it.

pytest would show frames of pactproof, of pluggy and of the HTTP client around it, none of which anybody has to mend.
"""

from __future__ import annotations

import linecache
import sysconfig
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

from _pytest._code.code import ReprEntryNative, ReprExceptionInfo, ReprFileLocation, ReprTracebackNative

from pactproof.verdict import Fault

_OWN_FOLDER = Path(__file__).parents[1]
_LIBRARIES = tuple(Path(sysconfig.get_path(name)) for name in ("purelib", "platlib", "stdlib"))


class ContractFailure(Exception):  # noqa: N818  # a verdict on the contract, not a bug
    """A contract is not upheld; its text is the fault's."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault = fault

    def __str__(self) -> str:
        return str(self.fault)


def representation(failure: ContractFailure) -> ReprExceptionInfo:
    """What pytest prints for `failure`; it survives the way from an xdist worker, unlike classes of our own."""
    fault = failure.fault
    lines = [str(fault)]
    if called_from := list(_program_lines(failure.__cause__)):
        lines += ["", "called from:", *called_from]
    place = fault.file
    crash = ReprFileLocation(place.path if place else "registry.yaml", place.line if place else 0, _in_short(fault))
    text = ReprTracebackNative([])
    text.reprentries = [ReprEntryNative(["\n".join(lines) + "\n"])]
    return ReprExceptionInfo(reprcrash=crash, reprtraceback=text)


def _in_short(fault: Fault) -> str:
    """One line for pytest's summary."""
    found = str(fault.mismatches[0]) if fault.mismatches else fault.what.partition("\n")[0]
    return f"fault: {fault.name}: {found}"


def raised_at(error: BaseException) -> str:
    """The program's own line that `error` came from, "contracts/test_shop.py:14"; "" where it was none of them."""
    places = [f"{_shown(Path(frame.f_code.co_filename))}:{line}" for frame, line in _program_frames(error)]
    return places[-1] if places else ""


def _program_lines(error: BaseException | None) -> Iterator[str]:
    """Where the program and its test were when `error` was raised, outermost first."""
    for frame, line in _program_frames(error) if error is not None else ():
        code = frame.f_code
        source = linecache.getline(code.co_filename, line).strip()
        yield f"  {_shown(Path(code.co_filename))}:{line} in {code.co_qualname}"
        yield f"    {source}"


def _program_frames(error: BaseException) -> Iterator[tuple[FrameType, int]]:
    return ((frame, line) for frame, line in traceback.walk_tb(error.__traceback__) if not _is_of_a_library(frame))


def _shown(path: Path) -> Path:
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _is_of_a_library(frame: FrameType) -> bool:
    path = Path(frame.f_code.co_filename)
    if not path.is_absolute():
        return True  # "<frozen importlib._bootstrap>"
    return path.is_relative_to(_OWN_FOLDER) or any(path.is_relative_to(folder) for folder in _LIBRARIES)
