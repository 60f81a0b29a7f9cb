"""`pactproof drift`: how the cassettes differ from those of a commit, or of another folder, by what is promised."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, TextIO

import click

from pactproof.cli.asked import check_names, is_asked_for, scenario_keys
from pactproof.cli.output import STDOUT, write_report

if TYPE_CHECKING:
    from pactproof.cli.cassette_files import CassetteFiles
    from pactproof.contracts import Scenario
    from pactproof.drift import Report
    from pactproof.errors import ContractError
    from pactproof.recording.cassette import Cassette
    from pactproof.registry import Registry

_EPILOG = """\b
Examples:
  pactproof drift                              what a refresh changed since the last commit
  pactproof drift grafana aws.s3               of two services
  pactproof drift --base origin/main           what this branch changed since it left main
  pactproof drift --against v1.2               since another commit
  pactproof drift --old before --new after     two folders of cassettes
  pactproof drift --markdown drift.md          for a pull request; --json drift.json for a program

\b
Exit codes: 0 no promise is broken, 1 there is breaking drift, 2 it could not be compared.
"""


@click.command(epilog=_EPILOG, short_help="Compare recordings with older ones.")
@click.argument("names", metavar="[SERVICE[.OPERATION[.SCENARIO]]]...", nargs=-1)
@click.option("--against", metavar="REVISION", help="The commit that has the old cassettes.  [default: HEAD]")
@click.option("--base", metavar="BRANCH", help="The old cassettes are of the last commit shared with this branch.")
@click.option("--old", metavar="FOLDER", type=click.Path(path_type=Path), help="The old cassettes, not a commit's.")
@click.option("--new", metavar="FOLDER", type=click.Path(path_type=Path), help="The new cassettes, not the project's.")
@click.option("--json", "json_to", metavar="FILE", help="Write JSON to FILE, or to - for stdout.")
@click.option("--markdown", "markdown_to", metavar="FILE", help="Write Markdown to FILE, or to - for stdout.")
@click.pass_context
def drift(
    context: click.Context,
    names: tuple[str, ...],
    against: str | None,
    base: str | None,
    old: Path | None,
    new: Path | None,
    json_to: str | None,
    markdown_to: str | None,
) -> None:
    """Compare recordings with older ones, by what the contracts promise.

    breaking: something promised is gone, null, of another type, below its minimum, or came with another status.
    additive: the new answer shows more than the old one. value-only: other values, or less of what may be absent.
    """
    from pactproof.drift import as_json, as_markdown
    from pactproof.registry import find_root, load_registry

    if sum(given is not None for given in (against, base, old)) > 1:
        raise click.UsageError("--against, --base and --old all say where the old cassettes are: give one of them")
    registry = load_registry(find_root(Path.cwd()))
    before, after = _before(registry.root, against, base, old), _after(registry.root, new)
    report = _compared(registry, _asked(registry, names), before, after)
    for target, text in ((json_to, as_json), (markdown_to, as_markdown)):
        if target is not None:
            write_report(target, text(report))
    _show(report, sys.stderr if STDOUT in (json_to, markdown_to) else sys.stdout)
    context.exit(1 if report.is_breaking else 0)


def _before(root: Path, against: str | None, base: str | None, old: Path | None) -> CassetteFiles:
    from pactproof.cli.cassette_files import InCommit

    if old is not None:
        return _in_folder(old)
    if base is not None:
        return InCommit.left(root, base)
    return InCommit.resolved(root, "HEAD" if against is None else against)


def _after(root: Path, new: Path | None) -> CassetteFiles:
    from pactproof.cli.cassette_files import InFolder

    return InFolder(root, "the working tree") if new is None else _in_folder(new)


def _in_folder(folder: Path) -> CassetteFiles:
    from pactproof.cli.cassette_files import InFolder
    from pactproof.errors import ContractError

    if not folder.is_dir():
        raise ContractError(f"{folder} is not a folder", fix="name a folder of cassettes, as in cassettes/")
    return InFolder(folder, str(folder))


def _asked(registry: Registry, names: Sequence[str]) -> list[Scenario]:
    """The scenarios that `names` stand for; all without names. Raises all faults of the contracts."""
    from pactproof.usable_contracts import usable_contracts

    contracts = usable_contracts(registry)
    check_names(names, scenario_keys(registry, contracts))
    return [one for one in contracts if is_asked_for(f"{one.operation.key}.{one.name}", names)]


def _compared(registry: Registry, scenarios: Iterable[Scenario], before: CassetteFiles, after: CassetteFiles) -> Report:
    """Every cassette that is on both sides. Raises ContractError naming each that cannot be read."""
    from pactproof.drift import Drift, Report, drift
    from pactproof.errors import FaultsError

    found: list[Drift] = []
    notes: list[str] = []
    faults: list[ContractError] = []
    compared = 0
    for scenario in scenarios:
        path = scenario.operation.cassette(scenario.name)
        was, now = (_read(state, path, faults) for state in (before, after))
        if faults:
            continue  # nothing is told but what cannot be read
        notes += _notes(scenario.key, (before, was), (after, now))
        if was is None or now is None:
            continue
        compared += 1
        if was.interactions != now.interactions or was.provenance != now.provenance:
            base_url = registry.providers[scenario.operation.service].base_url
            found += drift(scenario, was, now, base_url=base_url)
    if faults:
        raise FaultsError(faults=faults)
    return Report(before.name, after.name, compared, tuple(found), tuple(notes))


def _read(state: CassetteFiles, path: PurePosixPath, faults: list[ContractError]) -> Cassette | None:
    from pactproof.errors import ContractError

    try:
        return state.read(path)
    except ContractError as error:
        faults.append(ContractError(f"in {state.name}: {error.what}", at=error.at, fix=error.fix))
        return None


def _notes(
    key: str, old: tuple[CassetteFiles, Cassette | None], new: tuple[CassetteFiles, Cassette | None]
) -> Iterator[str]:
    """What to say of a recording beside its drift: that it is on one side alone, or that somebody changed the file."""
    (before, was), (after, now) = old, new
    if was is None and now is not None:
        yield f"{key}: recorded for the first time, nothing to compare it with"
    if was is not None and now is None:
        yield f"{key}: recorded in {before.name} and not in {after.name}"
    for state, cassette in (old, new):
        if cassette is not None and not cassette.digest_fits:
            yield f"{key}: the digest in {state.name} does not fit, so that nobody recorded it like that"


def _show(report: Report, to: TextIO) -> None:
    """For people; beside the report for a program where that takes stdout."""
    from pactproof.drift import as_text

    if to.isatty():
        with suppress(ImportError):  # rich is an extra
            return _show_tables(report, to)
    return click.echo(as_text(report), file=to, nl=False)


def _show_tables(report: Report, to: TextIO) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from pactproof.drift.model import CLASSES
    from pactproof.drift.report import MEANING, MOST_SHOWN, left_out, place_in, printable

    console = Console(file=to, highlight=False)
    colours = {"breaking": "red", "additive": "cyan", "value-only": "dim"}
    for drift_class in CLASSES:
        if not (found := report.of(drift_class)):
            continue
        table = Table("scenario", "where", "was", "is", "why", "contract", title_justify="left")
        table.title = Text(f"{drift_class}: {MEANING[drift_class]}", style=colours[drift_class])
        for one in found[:MOST_SHOWN]:
            cells = (one.key, place_in(one), printable(one.was), printable(one.now), one.text, str(one.place))
            table.add_row(*(Text(cell, overflow="fold") for cell in cells))
        console.print(table)
        for line in left_out(found):
            console.print(Text(printable(line)))
    for line in (*report.notes, report.summary):
        console.print(Text(printable(line)))
