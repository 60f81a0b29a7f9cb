"""`pactproof refresh`: record again what is recorded, in a pytest of its own, and say what became of it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

import click

from pactproof.cli.asked import check_names, scenario_keys
from pactproof.cli.output import STDOUT, check_folder, write_report

_EPILOG = """\b
Examples:
  pactproof refresh                            every service
  pactproof refresh grafana aws.s3             two of them
  pactproof refresh grafana.get_dashboard      one operation, in all its scenarios
  pactproof refresh slack --writes             with the operations that write
  pactproof refresh --json refresh.json        with a JSON list of what became of each scenario

\b
Exit codes: 0 everything asked for is as promised today, 1 something is not or was refused,
2 it could not be asked, 130 it was interrupted (143 by SIGTERM, 129 by SIGHUP).
Whatever fails, the old recordings stay as they were.
"""
_MODES = ("rewrite", "all", "new_episodes", "once")
_FAILED = frozenset({"stale", "missing", "auth", "held-back"})
_POLL_S = 0.1
_ENDED_BY = 128  # and the signal's number: as shells say it of a command that a signal ended
_ENDINGS = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))
_END_S = 30.0  # what a run that is interrupted may take to undo its provider states


@click.command(epilog=_EPILOG, short_help="Record again from the sandboxes.")
@click.argument("names", nargs=-1, metavar="[SERVICE[.OPERATION[.SCENARIO]]]...")
@click.option("--mode", type=click.Choice(_MODES), default="rewrite", show_default=True, help="The record mode.")
@click.option("--writes", is_flag=True, help="Record operations that write too, where a state undoes what they did.")
@click.option("--take-values", is_flag=True, help="Take new recordings that differ from the old ones in values alone.")
@click.option("--json", "json_to", metavar="FILE", help="Write a JSON list to FILE, or to - for stdout.")
@click.pass_context
def refresh(
    ctx: click.Context, names: tuple[str, ...], mode: str, writes: bool, take_values: bool, json_to: str | None
) -> None:
    """Record again from the sandboxes, and keep what upholds its promise."""
    root = _checked_root(names)
    if json_to is not None:
        check_folder(json_to)
    options = [f"--record-mode={mode}", *(f"--refresh-only={name}" for name in names)]
    options += ["--writes"] * writes + ["--take-values"] * take_values
    results: list[dict[str, Any]] = []
    text = sys.stderr if json_to == STDOUT else sys.stdout
    with tempfile.TemporaryDirectory(prefix="pactproof-refresh-") as folder, _shown(text) as shown:
        try:
            code = _run(root, options, Path(folder), results, shown)
        finally:
            shown.summary(results)
            if json_to is not None:
                write_report(json_to, json.dumps(results, indent=2, ensure_ascii=False) + "\n")
    ctx.exit(code)


def _checked_root(names: Sequence[str]) -> Path:
    """The project's folder. Raises RegistryError for a name that means nothing there."""
    from pactproof.contracts import load_contracts
    from pactproof.registry import find_root, load_registry

    registry = load_registry(find_root(Path.cwd()))
    contracts, _ = load_contracts(registry)  # their faults are told by pytest
    check_names(names, scenario_keys(registry, contracts))
    return registry.root


def _run(root: Path, options: Sequence[str], folder: Path, results: list[dict[str, Any]], shown: _Shown) -> int:
    """Run pytest on the contracts; `results` is filled as they come. Returns the exit code of the command."""
    report, output = folder / "report.jsonl", folder / "output.txt"
    report.touch()
    command = [sys.executable, "-m", "pytest", "contracts", "-p", "pactproof.pytest_plugin.refreshing"]
    with output.open("wb") as to, report.open(encoding="utf-8") as lines:
        child = subprocess.Popen(  # noqa: S603  # our own arguments, checked against the registry
            [*command, f"--refresh-report={report}", *options],
            cwd=root,
            stdin=subprocess.DEVNULL,
            stdout=to,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # so that Ctrl-C reaches it once, through us
        )
        ended_by = _watched(child, lambda: _take(lines, results, shown))
    if ended_by:
        shown.line("interrupted: what is not listed above is as it was")
        return _ENDED_BY + ended_by
    code = child.returncode
    if code in (0, 1):
        return 1 if any(one["result"] in _FAILED for one in results) else code
    shown.line(output.read_text(encoding="utf-8", errors="replace").rstrip())
    return 2


def _watched(child: subprocess.Popen[bytes], take: Callable[[], None]) -> int:
    """Take what the child tells until it ends. Returns the signal that ended it, 0 for none.

    The child is interrupted then: it undoes its provider states, and leaves every cassette whole.
    """
    ended_by = 0
    with _endings_interrupt() as signals:
        try:
            while child.poll() is None:
                take()
                time.sleep(_POLL_S)
        except KeyboardInterrupt:
            ended_by = next(iter(signals), signal.SIGINT)
            with suppress(KeyboardInterrupt, subprocess.TimeoutExpired):  # twice: no longer waited for
                _interrupt(child)
                child.wait(_END_S)
        finally:
            if child.poll() is None:
                child.kill()
                child.wait()
    take()
    return ended_by


@contextmanager
def _endings_interrupt() -> Iterator[list[int]]:
    """In the block, a cancelled job and a closed terminal do what Ctrl-C does; else the child would go on, unseen.

    Yields the signals that came. One that is ignored, as under nohup, stays ignored.
    """
    came: list[int] = []

    def interrupt(number: int, _: object) -> None:
        came.append(number)
        raise KeyboardInterrupt

    caught = [one for one in _ENDINGS if signal.getsignal(one) is signal.SIG_DFL]
    for one in caught:
        signal.signal(one, interrupt)
    try:
        yield came
    finally:
        for one in caught:
            signal.signal(one, signal.SIG_DFL)


def _interrupt(child: subprocess.Popen[bytes]) -> None:
    """As Ctrl-C does: the child, and the workers that it may have started."""
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGINT)
    else:
        child.terminate()


def _take(lines: TextIO, results: list[dict[str, Any]], shown: _Shown) -> None:
    for told in _whole_lines(lines):
        if "selected" in told:
            shown.begin(told["selected"])
        else:
            results.append(told)
            shown.result(told)


def _whole_lines(lines: TextIO) -> Iterator[dict[str, Any]]:
    while True:
        start = lines.tell()
        line = lines.readline()
        if not line.endswith("\n"):
            lines.seek(start)  # the other half is still to come
            return
        yield json.loads(line)


class _Shown(AbstractContextManager["_Shown"]):
    """The results as lines, for people who read a log."""

    def __init__(self, to: TextIO) -> None:
        self._to = to

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        """There is nothing to end."""

    def begin(self, count: int) -> None:
        """Told how many scenarios there are, before the first result."""

    def line(self, text: str) -> None:
        click.echo(text, file=self._to)

    def result(self, told: dict[str, Any]) -> None:
        drift = f" ({told['drift']})" if told["drift"] else ""
        name = told["operation"] if told["scenario"] == "ok" else f"{told['operation']}.{told['scenario']}"
        self.line(f"{told['result']:<10} {name}{drift}")
        for line in told["reason"].splitlines():
            self.line(f"  {line}")

    def summary(self, results: Sequence[dict[str, Any]]) -> None:
        counts = Counter(str(one["result"]) for one in results)
        self.line(", ".join(f"{count} {name}" for name, count in sorted(counts.items())) or "nothing was recorded")


class _ShownOnTerminal(_Shown):
    """The same lines, above a bar that says how far it is."""

    def __init__(self, to: TextIO) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        super().__init__(to)
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self._progress = Progress(*columns, console=Console(file=to), transient=True)
        self._task = self._progress.add_task("recording", total=None)

    def __enter__(self) -> _ShownOnTerminal:
        self._progress.start()
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        self._progress.stop()

    def begin(self, count: int) -> None:
        self._progress.update(self._task, total=count)

    def line(self, text: str) -> None:
        self._progress.console.print(text, markup=False, highlight=False, soft_wrap=True)

    def result(self, told: dict[str, Any]) -> None:
        super().result(told)
        self._progress.advance(self._task)


def _shown(to: TextIO) -> _Shown:
    """On a terminal with a bar, where rich is installed."""
    if to.isatty():
        try:
            return _ShownOnTerminal(to)
        except ImportError:
            pass
    return _Shown(to)
