"""`pactproof check`: registry, contracts and cassettes as they lie there. No code of the project is imported."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from pactproof.freshness import Age
    from pactproof.recording.checking import CassetteFault

_EPILOG = """\b
Exit codes:
  0  nothing is wrong
  1  a cassette is missing, belongs to nothing, or cannot be trusted
  2  registry.yaml or contracts/*.yaml cannot be used as they stand

\b
What a recording proves is judged by: pytest contracts --record-mode=none
"""


@click.command(epilog=_EPILOG, short_help="Find cassettes that cannot be trusted.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of text.")
@click.pass_context
def check(context: click.Context, as_json: bool) -> None:
    """Find cassettes that are missing, left over, unreadable, changed by hand, or hold a secret."""
    from pactproof import freshness
    from pactproof.recording.checking import ages, cassette_faults, holding_waiver, read_folder
    from pactproof.redaction import Rules
    from pactproof.registry import find_root, load_registry
    from pactproof.usable_contracts import usable_contracts

    registry = load_registry(find_root(Path.cwd()))
    contracts = usable_contracts(registry)
    found, now = read_folder(registry.root, Rules.of(registry.redact)), freshness.now()
    faults = cassette_faults(found, list(contracts), registry, now)
    aging = [age for age in ages(found, registry, now) if age.state == "aging"]
    waived = [one.key for one in contracts if holding_waiver(registry, one, now.date())]
    cassettes = sum(file.cassette is not None for file in found)
    if as_json:
        click.echo(json.dumps(_tree(cassettes, waived, faults, aging), indent=2))
    else:
        click.echo(_text(cassettes, waived, faults, aging))
    context.exit(1 if faults else 0)


def _text(cassettes: int, waived: list[str], faults: list[CassetteFault], aging: list[Age]) -> str:
    counts = Counter(fault.kind for fault in faults)
    told = ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items())) or "nothing is wrong"
    beside = f", {len(waived)} waived" if waived else ""
    warnings = [f"{age.verified.cassette}: warning: {age.text}\n  fix: {age.fix}" for age in aging]
    return "\n".join([*warnings, *map(str, faults), f"{cassettes} cassettes{beside}: {told}"])


def _tree(cassettes: int, waived: list[str], faults: list[CassetteFault], aging: list[Age]) -> dict[str, Any]:
    listed = [
        {
            "kind": fault.kind,
            "path": fault.place.path,
            "line": fault.place.line,
            "column": fault.place.column,
            "what": fault.what,
            "fix": fault.fix,
        }
        for fault in faults
    ]
    warned = [{"path": age.verified.cassette, "what": age.text, "fix": age.fix} for age in aging]
    return {"holds": not faults, "cassettes": cassettes, "waived": waived, "aging": warned, "faults": listed}
