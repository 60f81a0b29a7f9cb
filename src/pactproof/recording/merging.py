"""What a file of `use_cassette` holds after a recording: what was in it and stays, then what was recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from pactproof import __version__
from pactproof.interaction import Interaction, Json, Request
from pactproof.recording.plain_recorder import PlainRecorder
from pactproof.recording.provenance import SOURCES, Cassette, Provenance
from pactproof.recording.renumbering import highest_number, renumbered, renumbered_value
from pactproof.recording.request_key import redacted, request_key
from pactproof.recording.stored_form import as_stored
from pactproof.recording.versions import provider_version, versions
from pactproof.redaction import Redactor

_Noted = tuple[Interaction, Mapping[str, Json]]
"""With the operation and the parameters of an AWS call, empty for other requests."""


def merged(
    before: Cassette | None,
    recorder: PlainRecorder,
    redactor: Redactor,
    path: Path,
    asked_again_by: Sequence[str] | None,
) -> Cassette:
    """The whole new file, its secrets hidden.

    before:         what the file holds so far
    path:           of the file; it names the recording, and its folder belongs to the program whose versions are noted
    asked_again_by: the parts of a request by which an old interaction gives way to one that was recorded for the same
                    request; None, and every old one stays
    """
    old = _kept(before, recorder, redactor, asked_again_by)
    taken = highest_number(one for one, _ in old)
    new = [as_stored(renumbered(redactor.redact(one), taken)) for one in recorder.interactions]
    noted = [
        *(note for _, note in old),
        *(renumbered_value(redactor.redact_value(note), taken) for note in recorder.noted),
    ]
    told = Provenance(
        operation="",
        scenario=path.stem,
        source=recorder.source,
        recorded_at=datetime.now(UTC),
        consumer="",
        recorded_with=f"pactproof {__version__}",
        requests=tuple(noted) if any(noted) else (),
        versions=versions(path.parent, [one.request for one in recorder.interactions]),
        provider_version=provider_version(one.response for one in recorder.interactions),
    )
    if old and before is not None:
        told = _no_better_than(told, before.provenance)
    return Cassette((*(one for one, _ in old), *new), told)


def _kept(
    before: Cassette | None, recorder: PlainRecorder, redactor: Redactor, asked_again_by: Sequence[str] | None
) -> list[_Noted]:
    if before is None:
        return []
    notes = before.provenance.requests or ({},) * len(before.interactions)
    old = list(zip(before.interactions, notes, strict=True))
    if asked_again_by is None:
        return old
    asked = {
        _key(redacted(one.request, redactor), redactor.redact_value(note), asked_again_by)
        for one, note in zip(recorder.interactions, recorder.noted, strict=True)
    }
    return [(one, note) for one, note in old if _key(one.request, note, asked_again_by) not in asked]


def _key(request: Request, note: Mapping[str, Json], asked_again_by: Sequence[str]) -> object:
    return repr(note) if note else request_key(request, asked_again_by)


def _no_better_than(told: Provenance, before: Provenance) -> Provenance:
    """A file is as old as its oldest part, and says no more of where it comes from than is true of all of it."""
    return replace(
        told,
        source=max(told.source, before.source, key=SOURCES.index),
        recorded_at=min(told.recorded_at, before.recorded_at),
        verified_at=min(told.verified_at, before.verified_at),
    )
