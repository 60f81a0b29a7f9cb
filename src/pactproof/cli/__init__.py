"""`pactproof`: the command line. Contracts themselves are run by pytest.

Commands import what they need when they are called, so that `pactproof --help` is quick.
"""

from __future__ import annotations

from typing import Any

import click

from pactproof.cli.check import check
from pactproof.cli.drift import drift
from pactproof.cli.export import export
from pactproof.cli.generate import generate
from pactproof.cli.refresh import refresh
from pactproof.cli.schema import schema
from pactproof.errors import ContractError, FaultsError


class _Commands(click.Group):
    """Prints our errors and turns them into exit codes; everything else that escapes is a bug."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except ContractError as error:
            faults = error.faults if isinstance(error, FaultsError) and error.faults else (error,)
            for fault in faults:
                click.echo(str(fault), err=True)
            ctx.exit(error.exit_code)


def _print_version(context: click.Context, _: click.Parameter, is_asked: bool) -> None:
    if is_asked:
        from pactproof import __version__

        click.echo(f"pactproof {__version__}")
        context.exit()


@click.group(
    cls=_Commands,
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


main.add_command(check)
main.add_command(drift)
main.add_command(export)
main.add_command(generate)
main.add_command(refresh)
main.add_command(schema)
