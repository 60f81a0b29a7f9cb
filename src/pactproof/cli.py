"""`pactproof`: the command line. Contracts themselves are run by pytest."""

from __future__ import annotations

import click


def _print_version(context: click.Context, _: click.Parameter, is_asked: bool) -> None:
    if is_asked:
        from pactproof import __version__

        click.echo(f"pactproof {__version__}")
        context.exit()


@click.group(
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Contracts are run by pytest: pytest contracts --record-mode=none",
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Show the version and exit.",
)
def main() -> None:
    """Contract tests for programs that consume APIs they do not own."""
