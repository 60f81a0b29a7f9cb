"""`pactproof drift`: how the cassettes differ from those of a commit, or of another folder, by what is promised."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pactproof.cli.cassette_files import CassetteFiles
    from pactproof.contracts import Scenario
    from pactproof.drift import Report
    from pactproof.registry import Registry

_EPILOG = """\b
Examples:
  pactproof drift                              what a refresh changed since the last commit
  pactproof drift grafana aws.s3               of two services
  pactproof drift --against origin/main        what this branch changed
  pactproof drift --old before --new after     two folders of cassettes
  pactproof drift --markdown drift.md          for a pull request; --json drift.json for a program

\b
Exit codes: 0 no promise is broken, 1 there is breaking drift, 2 it could not be compared.
"""


@click.command(epilog=_EPILOG)
@click.argument("names", metavar="[SERVICE[.OPERATION[.SCENARIO]]]...", nargs=-1)
@click.option("--against", metavar="REVISION", help="The commit that has the old cassettes.  [default: HEAD]")
@click.option("--old", metavar="FOLDER", type=click.Path(path_type=Path), help="The old cassettes, not a commit's.")
@click.option("--new", metavar="FOLDER", type=click.Path(path_type=Path), help="The new cassettes, not the project's.")
@click.option("--json", "json_to", metavar="FILE", type=click.Path(path_type=Path), help="Write JSON.")
@click.option("--markdown", "markdown_to", metavar="FILE", type=click.Path(path_type=Path), help="Write Markdown.")
@click.pass_context
def drift(
    context: click.Context,
    names: tuple[str, ...],
    against: str | None,
    old: Path | None,
    new: Path | None,
    json_to: Path | None,
    markdown_to: Path | None,
) -> None:
    """Compare recordings with older ones, by what the contracts promise.

    breaking: something promised is gone, null, of another type, below its minimum, or came with another status.
    additive: the new answer shows more than the old one. value-only: other values, or less of what may be absent.
    """
    from pactproof.drift import as_json, as_markdown
    from pactproof.registry import find_root, load_registry

    if against is not None and old is not None:
        raise click.UsageError("--against and --old both say where the old cassettes are: give one of them")
    registry = load_registry(find_root(Path.cwd()))
    before, after = _states(registry.root, against or "HEAD", old, new)
    report = _compared(registry, _asked(registry, names), before, after)
    for path, text in ((json_to, as_json), (markdown_to, as_markdown)):
        if path is not None:
            _write(path, text(report))
    _show(report)
    context.exit(1 if report.is_breaking else 0)


def _states(root: Path, against: str, old: Path | None, new: Path | None) -> tuple[CassetteFiles, CassetteFiles]:
    from pactproof.cli.cassette_files import InCommit, InFolder
    from pactproof.errors import ContractError

    for folder in (old, new):
        if folder is not None and not folder.is_dir():
            raise ContractError(f"{folder} is not a folder", fix="name a folder of cassettes, as in cassettes/")
    before = InFolder(old, str(old)) if old is not None else InCommit.resolved(root, against)
    return before, InFolder(new, str(new)) if new is not None else InFolder(root, "the working tree")


def _asked(registry: Registry, names: Iterable[str]) -> list[Scenario]:
    """The scenarios that `names` stand for; all without names. Raises all faults of the contracts."""
    from pactproof.contracts import load_contracts
    from pactproof.errors import ContractFileError, RegistryError, in_file_order
    from pactproof.spelling import did_you_mean

    contracts, faults = load_contracts(registry)
    scenarios = list(contracts)
    if any(scenario.aws for scenario in scenarios):
        from pactproof.aws.calls import contract_faults

        faults += contract_faults(scenarios)
    if faults:
        raise ContractFileError(faults=sorted(faults, key=in_file_order))
    parts = [scenario.key.split(".") for scenario in scenarios] + [key.split(".") for key in registry.operations]
    known = {".".join(each[:count]): None for each in parts for count in range(1, len(each) + 1)}
    unknown = [
        RegistryError(f"{name} is not in registry.yaml{did_you_mean(name, known)}", fix="name it as registry.yaml does")
        for name in names
        if name not in known
    ]
    if unknown:
        raise RegistryError(faults=unknown)
    wanted = [f"{name}." for name in names]
    return [one for one in scenarios if not wanted or any(f"{one.key}.".startswith(name) for name in wanted)]


def _compared(registry: Registry, scenarios: Iterable[Scenario], before: CassetteFiles, after: CassetteFiles) -> Report:
    """Every cassette that is on both sides. Raises ContractError naming each that cannot be read."""
    from pactproof.drift import Drift, Report, drift
    from pactproof.errors import ContractError, FaultsError

    found: list[Drift] = []
    notes: list[str] = []
    faults: list[ContractError] = []
    compared = 0
    for scenario in scenarios:
        path = scenario.operation.cassette(scenario.name)
        sides = []
        for state in (before, after):
            try:
                sides.append(state.read(path))
            except ContractError as error:
                faults.append(ContractError(f"in {state.name}: {error.what}", at=error.at, fix=error.fix))
        if len(sides) < len((before, after)) or faults:
            continue
        was, now = sides
        if was is None or now is None:
            notes += _one_sided(scenario.key, is_old=was is not None, is_new=now is not None, where=(before, after))
            continue
        compared += 1
        if was.interactions != now.interactions or was.provenance != now.provenance:
            base_url = registry.providers[scenario.operation.service].base_url
            found += drift(scenario, was, now, base_url=base_url)
    if faults:
        raise FaultsError(faults=faults)
    return Report(before.name, after.name, compared, tuple(found), tuple(notes))


def _one_sided(key: str, *, is_old: bool, is_new: bool, where: tuple[CassetteFiles, CassetteFiles]) -> list[str]:
    if is_new:
        return [f"{key}: recorded for the first time, nothing to compare it with"]
    return [f"{key}: recorded in {where[0].name} and not in {where[1].name}"] if is_old else []


def _write(path: Path, text: str) -> None:
    from pactproof.errors import ContractError

    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        fix = "name a file in a folder that is there and can be written to"
        raise ContractError(f"{path} cannot be written: {error.strerror or error}", fix=fix) from error


def _show(report: Report) -> None:
    from pactproof.drift import as_text

    if sys.stdout.isatty():
        try:
            _show_tables(report)
        except ImportError:  # rich is an extra
            click.echo(as_text(report), nl=False)
        return
    click.echo(as_text(report), nl=False)


def _show_tables(report: Report) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from pactproof.drift.model import CLASSES
    from pactproof.drift.report import MEANING, place_in

    console = Console(highlight=False)
    colours = {"breaking": "red", "additive": "cyan", "value-only": "dim"}
    for drift_class in CLASSES:
        if not (found := report.of(drift_class)):
            continue
        table = Table("scenario", "where", "was", "is", "why", "contract", title_justify="left")
        table.title = Text(f"{drift_class}: {MEANING[drift_class]}", style=colours[drift_class])
        for one in found:
            cells = (one.key, place_in(one), one.was, one.now, one.text, str(one.place))
            table.add_row(*(Text(cell, overflow="fold") for cell in cells))
        console.print(table)
    for line in (*report.notes, report.summary):
        console.print(Text(line))
