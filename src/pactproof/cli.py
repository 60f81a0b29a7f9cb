"""`pactproof`: the command line. Contracts themselves are run by pytest."""

from __future__ import annotations

import click


def _version() -> str:
    from importlib.metadata import version

    return version("pactproof")


@click.group(
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Contracts are run by pytest: pytest contracts --record-mode=none",
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=lambda context, _, asked: _print_version(context) if asked else None,
    help="Show the version and exit.",
)
def main() -> None:
    """Contract tests for programs that consume APIs they do not own."""


def _print_version(context: click.Context) -> None:
    click.echo(f"pactproof {_version()}")
    context.exit()
