"""What became of one scenario in a run that records: a line of `pactproof refresh`, and of its JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

Result = Literal["refreshed", "verified", "unchanged", "stale", "missing", "auth", "held-back", "skipped"]
"""refreshed: a new recording took the place of the old one, or is the first; verified: only values differ, so that the
old one stays, verified today; unchanged: not even they; stale: the refresh failed, the old recording is as it was;
missing: it failed and nothing was recorded before; auth: the provider refused the credentials, or its service was
stopped since it did so before; held-back: something in the answer looks like a secret; skipped: it was not tried."""


@dataclass(frozen=True)
class RefreshResult:
    """scenario: its name, "ok"; drift: the class of the gravest drift, "" where there is none or none was looked for;
    cassette: the file's path, told from the project's folder; reason: why it is so, "" where nothing needs saying"""

    operation: str
    scenario: str
    result: Result
    cassette: str
    drift: str = ""
    reason: str = ""

    def as_json(self) -> Mapping[str, Any]:
        return asdict(self)
