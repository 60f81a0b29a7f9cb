"""What a source proposes for one operation: the entry below its key in contracts/<service>.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pactproof.interaction import Json


@dataclass(frozen=True)
class Draft:
    """A proposed contract, not yet written.

    entry:  what stands below the operation's key, as plain data in the order it is to be written; {} for an AWS
            operation of which the service model promises enough
    source: where it comes from, in words: "specs/grafana.json, GET /search", "the catalogue"
    notes:  what a person should look at, a sentence each
    """

    entry: Mapping[str, Json]
    source: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class NoDraft:
    """Why a source proposes nothing, in a sentence, and what a person can do about it."""

    reason: str
    fix: str = ""
