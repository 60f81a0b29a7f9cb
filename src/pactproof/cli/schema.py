"""`pactproof schema`: the JSON Schemas of what people write, for editors and other checkers."""

from __future__ import annotations

import click

_EPILOG = """\b
Examples:
  pactproof schema registry > registry.schema.json
  check-jsonschema --schemafile registry.schema.json registry.yaml

\b
Editors that speak yaml-language-server read the schema that a file's first line names:
  # yaml-language-server: $schema=contracts/.schemas/registry.schema.json
`pactproof generate` keeps copies in contracts/.schemas.
"""


@click.command(epilog=_EPILOG, short_help="Print the JSON Schema of a file that you write.")
@click.argument("kind", type=click.Choice(["registry", "contracts", "aws"]))
def schema(kind: str) -> None:
    """Print the JSON Schema (2020-12) of registry.yaml, of contracts/<service>.yaml, or of contracts/aws.yaml."""
    from pactproof.schemas import shipped

    click.echo(shipped()[kind], nl=False)
