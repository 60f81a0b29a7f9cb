"""A cassette as values: what was recorded, and where it comes from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Final, Literal

from pactproof.errors import CassetteError, Place
from pactproof.freshness import Verified
from pactproof.interaction import Interaction, Json
from pactproof.transport import is_loopback

Source = Literal["sandbox", "emulator", "imported"]

SOURCES: Final[tuple[Source, ...]] = ("sandbox", "emulator", "imported")
AT_AN_UNKNOWN_TIME: Final = datetime(1970, 1, 1, tzinfo=UTC)  # so old that it counts as stale


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a recording comes from.

    operation:        as the registry names it, "grafana.get_dashboard", "aws.s3.list_buckets"
    source:           "sandbox", the real API; "emulator"; "imported", a file that another recorder wrote
    recorded_at:      when the stored answers were received; with a time zone; kept in UTC, to the second
    recorded_with:    "pactproof 0.1.0"
    params:           what the consumer's calls were given in that scenario
    requests:         AWS only: one {"operation": "ListBuckets", "params": {...}} an interaction
    verified_at:      when live answers last agreed with the stored ones; when they were recorded, by default
    versions:         by name, those of consumer, python and client libraries as far as they are known
    provider_version: what the provider says of itself in a version header, "" where it says nothing
    """

    operation: str
    scenario: str
    source: Source
    recorded_at: datetime
    consumer: str
    recorded_with: str
    params: Mapping[str, Json] = field(default_factory=dict)
    requests: tuple[Mapping[str, Json], ...] = ()
    verified_at: datetime = AT_AN_UNKNOWN_TIME
    versions: Mapping[str, str] = field(default_factory=dict)
    provider_version: str = ""

    def __post_init__(self) -> None:
        if self.verified_at == AT_AN_UNKNOWN_TIME:
            object.__setattr__(self, "verified_at", self.recorded_at)
        for name in ("recorded_at", "verified_at"):
            time: datetime = getattr(self, name)
            if time.tzinfo is None:
                raise ValueError(f"{name} needs a time zone")
            object.__setattr__(self, name, time.astimezone(UTC).replace(microsecond=0))

    def verified(self, shown_as: str) -> Verified:
        """As its age is told. shown_as: the cassette's path in the project"""
        return Verified(self.operation, self.scenario, self.verified_at, shown_as)


@dataclass(frozen=True, slots=True)
class Cassette:
    """A recording of one scenario.

    digest_fits:    whether the file still says what was written to it; True for what comes from no file of ours
    changed_bodies: the bodies kept apart, by name, that are not what their name says any more
    """

    interactions: tuple[Interaction, ...]
    provenance: Provenance
    digest_fits: bool = True
    changed_bodies: tuple[str, ...] = ()

    @property
    def why_unfit(self) -> str:
        """What is to be said where the digest does not fit."""
        if self.changed_bodies:
            return f"not the body that was recorded: {', '.join(self.changed_bodies)}"
        return "the file is not as it was written: its digest does not fit"


def source_at(urls: Iterable[str]) -> Source:
    """What has answered at these URLs: nobody's sandbox is on this machine."""
    return "emulator" if all(map(is_loopback, urls)) else "sandbox"


def named_by(shown_as: str) -> tuple[str, str]:
    """Operation and scenario that a file's path speaks of: `cassettes/aws/s3/list_buckets.empty.yaml`."""
    path = PurePosixPath(shown_as.replace("\\", "/"))
    folders = path.parent.parts
    if "cassettes" in folders:
        folders = folders[folders.index("cassettes") + 1 :]
    operation, _, scenario = path.name.removesuffix(".yaml").partition(".")
    return ".".join((*folders, operation)), scenario or "ok"


def mending(operation: str) -> str:
    """What to do about a file that cannot be used. `operation` is "" for one that no contract records."""
    return "record it again" + (f": pytest contracts --record-mode=rewrite -k {operation}" if operation else "")


def unfit(shown_as: str, key: str, cassette: Cassette) -> CassetteError:
    """What to say of a file whose digest does not fit what it holds. key: of what is to be recorded again"""
    return CassetteError(cassette.why_unfit, at=Place(shown_as), fix=mending(key))
