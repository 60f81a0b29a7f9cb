"""JSON Schemas (2020-12) of registry.yaml and of the contract files, as they ship with the package.

They are made from the models that the loaders use: `python -m pactproof.schemas` writes them again.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

KINDS: Final = ("registry", "contracts", "aws")
MARK: Final = "Made by pactproof"
"""How `$comment` starts in a schema of ours."""


def shipped() -> dict[str, bytes]:
    """The text of each schema: "registry", "contracts" (of an HTTP service) and "aws"."""
    return {kind: path_of(kind).read_bytes() for kind in KINDS}


def path_of(kind: str) -> Path:
    return Path(__file__).with_name(f"{kind}.schema.json")
