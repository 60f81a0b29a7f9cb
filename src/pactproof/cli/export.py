"""`pactproof export`: cassettes as files that plain vcrpy replays whole."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import click

_EPILOG = """\b
Examples:
  pactproof export --vcr --to ../other/cassettes                   every cassette
  pactproof export --vcr cassettes/grafana --to /tmp/vcr           those of a service
  pactproof export --vcr cassettes/grafana/get_dashboard.yaml --to /tmp/vcr

\b
Exit codes: 0 all are written; 2 a cassette cannot be read, or a file cannot be written.
"""


@click.command(epilog=_EPILOG, short_help="Copy cassettes for plain vcrpy.")
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=click.Path(path_type=Path))
@click.option("--vcr", "is_vcr", is_flag=True, help="As vcrpy's YAML, version 1: the one format there is.")
@click.option(
    "--to", "target", required=True, metavar="FOLDER", type=click.Path(path_type=Path), help="Where the files go."
)
def export(paths: tuple[Path, ...], is_vcr: bool, target: Path) -> None:
    """Copy cassettes, with the bodies that are kept in files beside them put back in.

    Cassettes are vcrpy's own format as they are, but for bodies of more than a megabyte. PATH is a cassette or a
    folder of them; by default cassettes/ of the project. A path below cassettes/ keeps its place in FOLDER.
    """
    from pactproof.errors import CassetteError, FaultsError

    if not is_vcr:
        raise click.UsageError("say in which format: --vcr")
    written, faults = 0, []
    for name, path in _by_name(_cassettes(paths, target)).items():
        try:
            _write(path, target / name)
        except CassetteError as error:
            faults.append(error)
        else:
            written += 1
    click.echo(f"{written} cassette{'' if written == 1 else 's'} written to {target}")
    if faults:
        raise FaultsError(faults=faults)


def _by_name(found: Iterator[tuple[Path, Path]]) -> dict[Path, Path]:
    """The cassette of each name in the target folder, which only one can have."""
    by_name: dict[Path, Path] = {}
    for path, name in found:
        if by_name.setdefault(name, path) != path:
            raise click.UsageError(f"{by_name[name]} and {path} would both be {name}: export them one after the other")
    return by_name


def _cassettes(paths: tuple[Path, ...], target: Path) -> Iterator[tuple[Path, Path]]:
    """Each cassette with its place in the target folder."""
    from pactproof.registry import find_root

    for given in paths or (find_root(Path.cwd()) / "cassettes",):
        path = Path(os.path.abspath(given))  # noqa: PTH100 - without "..", and with links as they stand
        if not path.exists():
            raise click.UsageError(f"no such file or folder: {given}")
        folder = _cassettes_folder(path)
        if Path(os.path.abspath(target)).is_relative_to(folder):  # noqa: PTH100 - as above
            raise click.UsageError(f"--to {target} lies in {folder}, where the cassettes are")
        found = sorted(path.rglob("*.yaml")) if path.is_dir() else [path]
        yield from ((one, one.relative_to(folder)) for one in found)


def _cassettes_folder(path: Path) -> Path:
    """The folder that names are told from: `cassettes`, or where there is none above, the folder given."""
    above = [folder for folder in (path, *path.parents) if folder.name == "cassettes"]
    return above[0] if above else path if path.is_dir() else path.parent


def _write(path: Path, target: Path) -> None:
    from pactproof.atomic import replace_file
    from pactproof.errors import CassetteError, Place
    from pactproof.recording.cassette import dump_cassette, load_cassette
    from pactproof.recording.provenance import unfit

    shown_as = _shown(path)
    cassette = load_cassette(path, shown_as=shown_as)
    if not cassette.digest_fits:
        raise unfit(shown_as, cassette.provenance.operation, cassette)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        replace_file(target, dump_cassette(cassette, is_whole=True).encode("utf-8"))
    except OSError as error:
        what = f"cannot be written: {error.strerror or error}"
        raise CassetteError(what, at=Place(str(target)), fix="choose another folder, or make it writable") from error


def _shown(path: Path) -> str:
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
