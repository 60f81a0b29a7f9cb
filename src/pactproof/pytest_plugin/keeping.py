"""Putting a recording that upholds the promise in the place of the old one, and taking that back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from pactproof.atomic import replace_file
from pactproof.errors import ContractError, SecretFoundError
from pactproof.pytest_plugin.refresh_result import RefreshResult, Result
from pactproof.recording.bodies_apart import bodies_apart, write_bodies
from pactproof.recording.cassette import Cassette, changed_alone, write_cassette

if TYPE_CHECKING:
    from pactproof.pytest_plugin.recorded import Recorded


class Keeping:
    """secrets: values that must not stand in the file; takes_values: new values are worth a new recording"""

    def __init__(self, run: Recorded, new: Cassette, secrets: Sequence[str], *, takes_values: bool) -> None:
        self._run, self._new, self._secrets, self._takes_values = run, new, secrets, takes_values
        self._root, self._path = run.project.root, run.project.root / run.shown_as
        self._before: bytes | None = None
        self._after = b""
        self._old_bodies: Mapping[str, bytes] = {}

    def keep(self) -> tuple[RefreshResult, str]:
        """Write the file. Returns what became of it, and a line that says so.

        Raises CassetteError, SecretFoundError among them; the old file is as it was then.
        """
        self._before = self._path.read_bytes() if self._run.was_recorded else None
        drift, old = self._drift()
        if old is not None and not self._takes_values:
            result: Result = "verified" if drift else "unchanged"
            verified = replace(old.provenance, verified_at=self._new.provenance.recorded_at)
            with suppress(SecretFoundError):  # by a rule that is newer than the old recording: it has to go
                self._write(replace(old, provenance=verified))
                how = "values differ, nothing else" if drift else "nothing differs"
                note = f"verified {self._run.shown_as} ({old.provenance.source}): {how}"
                return self._run.result(result, drift=drift), note
        self._write(self._new)
        note = f"recorded {self._run.shown_as} ({self._new.provenance.source})"
        return self._run.result("refreshed", drift=drift), note

    def undo(self) -> None:
        """Put the old file back, byte for byte, with the bodies beside it. Raises OSError that says why it cannot be.

        What another process has written there since stays.
        """
        with changed_alone(self._path.parent):
            if self._path.read_bytes() != self._after:
                return
            if self._before is None:
                self._path.unlink()
            else:
                write_bodies(self._path.parent, self._old_bodies)  # where another worker's recording swept them
                replace_file(self._path, self._before)

    def conclude(self) -> None:
        """Nothing is undone any more: the bodies that only the old file named may go."""
        with suppress(OSError), changed_alone(self._path.parent):
            pass  # they are swept at the end of it; where another process holds the folder, it sweeps

    def _write(self, cassette: Cassette) -> None:
        write_cassette(
            self._path,
            cassette,
            root=self._root,
            secrets=self._secrets,
            rules=self._run.project.redaction_rules,
            keeps_old_bodies=True,
        )
        self._after = self._path.read_bytes()

    def _drift(self) -> tuple[str, Cassette | None]:
        """The class of the drift since the old recording, and that one where it says as much as the new one."""
        try:
            old = self._run.load()
        except ContractError:
            return "", None  # there is none, or none that can be read
        self._old_bodies = bodies_apart(old.interactions)
        return self._run.drift_since(old, self._new)
