"""`pactproof generate`: contracts and test functions for what the registry names and nobody has written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING

import click

from pactproof.cli.asked import check_names, is_asked_for

if TYPE_CHECKING:
    from pactproof.contracts import Contracts
    from pactproof.errors import ContractError
    from pactproof.generate.plan import Plan
    from pactproof.registry import Operation, Registry

_WIDTH = 100
_REQUEST = re.compile(r"(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) (/\S*)", re.IGNORECASE)

_EPILOG = """\b
Examples:
  pactproof generate                              everything that the registry names
  pactproof generate grafana aws.s3               two services
  pactproof generate grafana.get_dashboard --dry-run
  pactproof generate grafana.search --from "GET /api/search"

\b
Exit codes: 0 everything is written or was there; 1 something could not be done;
2 registry, contracts or arguments cannot be used, or a file cannot be written.
"""


@click.command(epilog=_EPILOG)
@click.argument("names", metavar="[SERVICE[.OPERATION]]...", nargs=-1)
@click.option("--dry-run", is_flag=True, help="Write nothing; show what would change, as a diff.")
@click.option(
    "--from",
    "request",
    metavar='"METHOD /path"',
    help="Which request of the vendor's document the one operation named is.",
)
@click.pass_context
def generate(context: click.Context, names: tuple[str, ...], dry_run: bool, request: str | None) -> None:
    """Write what registry.yaml names and nobody has written yet.

    That is the contract of each operation, in contracts/<service>.yaml: from the vendor's OpenAPI document where
    providers.<service>.openapi names one, else from the catalogue that ships with pactproof, else from a recording,
    for AWS from botocore's service models. And a test function for each scenario, with the fixture of its client; it
    holds a placeholder, unbound("..."), until you write your program's call.

    What you wrote is never changed: files are added to at their end.
    """
    from pactproof.cli.drafts import drafts_for
    from pactproof.generate.files import read_files, unified_diff, write_files
    from pactproof.generate.plan import make_plan
    from pactproof.registry import find_root, load_registry
    from pactproof.schemas import shipped

    registry = load_registry(find_root(Path.cwd()))
    asked = _named(registry, names)
    hint = _hint(request, asked, names)
    contracts, written = _loaded(registry)
    if request and asked[0].key in written:
        raise click.UsageError(f"--from: {asked[0].key} has a contract, in contracts/{asked[0].service}.yaml")
    drafts = drafts_for(registry, [operation for operation in asked if operation.key not in written], hint)
    plan = make_plan(asked, contracts, drafts, read_files(registry.root), shipped())
    if dry_run:
        for line in unified_diff(file for file in plan.files if file.is_source):
            click.echo(line)
    else:
        write_files(registry.root, plan.files)
    for line in _report(plan, is_dry_run=dry_run):
        click.echo(line)
    context.exit(1 if plan.not_done else 0)


def _named(registry: Registry, names: Iterable[str]) -> list[Operation]:
    """The operations that `names` stand for, in the registry's order; all of them where there are no names."""
    names = [name.rstrip(".") for name in names]
    check_names(names, [*registry.operations, *registry.providers])
    return [one for one in registry.operations.values() if is_asked_for(one.key, names)]


def _hint(request: str | None, asked: list[Operation], names: tuple[str, ...]) -> tuple[str, str] | None:
    if request is None:
        return None
    if len(names) != 1 or len(asked) != 1 or asked[0].key != names[0] or asked[0].aws:
        raise click.UsageError('--from is for one operation of an HTTP service: name it, as in "grafana.get_dashboard"')
    found = _REQUEST.fullmatch(request.strip())
    if found is None:
        raise click.UsageError(f'--from: {request!r} is not a request, as in "GET /api/search"')
    return found[1].upper(), found[2]


def _loaded(registry: Registry) -> tuple[Contracts, set[str]]:
    """The contracts, and the keys of the operations that have an entry in a file. Raises ContractFileError."""
    from pactproof.contracts import FOLDER, load_contracts
    from pactproof.document import load_document
    from pactproof.errors import ContractFileError, in_file_order

    contracts, faults = load_contracts(registry)
    faults += list(_aws_faults(contracts))
    written: set[str] = set()
    empty: set[str] = set()
    for service in registry.providers:
        path = registry.root / FOLDER / f"{service}.yaml"
        if not path.exists():
            continue
        document, unreadable = load_document(path, shown_as=f"{FOLDER}/{path.name}")
        if document.data is None and not unreadable:
            empty.add(document.path)  # a fault for pytest, a beginning here
        elif isinstance(document.data, dict):
            written |= {f"{service}.{name}" for name in document.data}
    faults = [fault for fault in faults if fault.at is None or fault.at.path not in empty]
    if faults:
        raise ContractFileError(faults=sorted(faults, key=in_file_order))
    return contracts, written


def _aws_faults(contracts: Contracts) -> Iterable[ContractError]:
    """What the contracts of AWS get wrong; those that nobody wrote are none of this command's business."""
    written = [scenario for scenario in contracts if scenario.aws and scenario.source[1]]
    if not written:
        return ()
    from pactproof.aws.calls import contract_faults

    return contract_faults(written)


# --- what is printed ---------------------------------------------------------------------------------------------


def _report(plan: Plan, *, is_dry_run: bool) -> Iterator[str]:
    if not is_dry_run:
        for file in plan.files:
            yield from _of_file(file.path, file.added)
    if plan.notes:
        yield "look at"
        yield from (_wrapped(note) for note in plan.notes)
    if plan.not_done:
        yield "not done"
        for one in plan.not_done:
            yield _wrapped(f"{one.key}: {one.reason}")
            if one.fix:
                yield _wrapped(f"fix: {one.fix}", indent=4)
    yield _summary(plan, is_dry_run=is_dry_run)
    if any(file.path.endswith(".py") for file in plan.files) and not is_dry_run:
        yield "then write your program's own calls in place of unbound(...); `pytest contracts` names those left"


def _of_file(path: str, added: tuple[str, ...]) -> Iterator[str]:
    yield path
    if path.endswith(".yaml"):
        yield from (f"  {entry}" for entry in added)
    elif added:
        yield _wrapped(", ".join(added))


def _wrapped(text: str, indent: int = 2) -> str:
    margin = " " * indent
    return fill(
        text,
        _WIDTH,
        initial_indent=margin,
        subsequent_indent=f"{margin}  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _summary(plan: Plan, *, is_dry_run: bool) -> str:
    from pactproof.generate.plan import counts

    parts = [_counted(number, noun) for number, noun in counts(plan) if number]
    would = "would write" if is_dry_run else "wrote"
    if parts:
        text = f"{would} {', '.join(parts)} in {_counted(len(plan.files), 'file')}"
    else:
        text = f"{would} {_counted(len(plan.files), 'schema')}" if plan.files else "nothing to write"
    kept = f"; kept {_counted(len(plan.kept), 'contract')}" if plan.kept else ""
    return text + kept + (f"; {len(plan.not_done)} not done" if plan.not_done else "")


def _counted(number: int, noun: str) -> str:
    first, *rest = noun.split(" of ")
    return " of ".join([f"{number} {first}{'' if number == 1 else 's'}", *rest])
