"""Recordings: what a provider really answered, kept as files that vcrpy can replay too."""

from __future__ import annotations

from pactproof.recording.cassette import (
    Cassette,
    Provenance,
    Source,
    dump_cassette,
    load_cassette,
    write_cassette,
)

__all__ = ["Cassette", "Provenance", "Source", "dump_cassette", "load_cassette", "write_cassette"]
