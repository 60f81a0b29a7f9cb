"""What is wrong with a folder of cassettes as it lies there: nothing is run, and nothing is judged by its promise.

Reading and deciding are apart: `read_folder` looks at each file once, `cassette_faults` says what does not fit.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final, Literal

from pactproof.atomic import LEFTOVER_SUFFIX
from pactproof.contracts import Scenario
from pactproof.errors import CassetteError, Place
from pactproof.freshness import Age, operation_ages
from pactproof.recording import bodies_apart, folder_lock
from pactproof.recording.cassette import load_cassette
from pactproof.recording.provenance import Cassette, Provenance
from pactproof.redaction import NO_CHOICES, Finding, Rules, scan
from pactproof.registry import Operation, Registry, Waiver

FaultKind = Literal["missing", "orphan", "leftover", "link", "unreadable", "changed", "foreign", "secret", "stale"]
FOLDER: Final = "cassettes"

_KEPT_BY_GIT: Final = frozenset({".gitkeep", ".gitignore", ".gitattributes"})


@dataclass(frozen=True, slots=True)
class CassetteFault:
    """kind: what is wrong, in a word; the rest as messages tell it"""

    kind: FaultKind
    place: Place
    what: str
    fix: str

    def __str__(self) -> str:
        return f"{self.place}: {self.what}\n  fix: {self.fix}"


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file below cassettes/, by its path from the project's folder.

    cassette: what it holds; for a file that is none, or cannot be used, what is wrong with it stands in `fault`
    secrets:  what in it looks like one
    """

    shown_as: str
    cassette: Cassette | None = None
    fault: CassetteFault | None = None
    secrets: tuple[Finding, ...] = ()


def read_folder(root: Path, rules: Rules = NO_CHOICES) -> list[FoundFile]:
    """Every file below root/cassettes, by name; links are not followed. What is missing altogether is empty.

    rules: by which a text looks like a secret
    """
    folder = root / FOLDER
    if folder.is_symlink():
        return [FoundFile(FOLDER, fault=_link(FOLDER))]
    found: list[FoundFile] = []
    for place, folders, files in os.walk(folder):
        here = Path(place)
        found += [_of_link(here / name, root) for name in folders if (here / name).is_symlink()]
        if here.name == bodies_apart.FOLDER:
            found += _bodies(here, files, root, rules)
            continue
        found += [_read(here / name, root, rules) for name in files if name not in _KEPT_BY_GIT]
    return sorted(found, key=lambda file: file.shown_as)


def cassette_faults(
    found: Sequence[FoundFile], scenarios: Iterable[Scenario], registry: Registry, now: datetime
) -> list[CassetteFault]:
    """Everything that is wrong, in the order of the files: what is there and fits nothing, then what is not there."""
    expected = {str(one.operation.cassette(one.name)): one for one in scenarios}
    faults: list[CassetteFault] = []
    for file in found:
        faults += _file_faults(file, expected.get(file.shown_as))
    there = {file.shown_as for file in found}
    for shown_as, scenario in expected.items():
        if shown_as not in there and not holding_waiver(registry, scenario, now.date()):
            faults.append(_missing(shown_as, scenario, registry))
    faults += [_stale(age) for age in ages(found, registry, now) if age.state in ("stale", "invalid")]
    promised = {scenario.operation.key for scenario in expected.values()}
    faults += [_unpromised(one) for one in registry.operations.values() if one.key not in promised]
    return sorted(faults, key=lambda fault: fault.place)


def ages(found: Iterable[FoundFile], registry: Registry, now: datetime) -> list[Age]:
    """How old each registered operation is that has a cassette."""
    verified = [file.cassette.provenance.verified(file.shown_as) for file in found if file.cassette is not None]
    return operation_ages(registry, verified, now)


def holding_waiver(registry: Registry, scenario: Scenario, today: date) -> Waiver | None:
    """The waiver of a scenario's recording, while it holds."""
    waiver = registry.waiver_for(scenario.operation.key, scenario.name)
    return waiver if waiver is not None and waiver.holds_on(today) else None


def _file_faults(file: FoundFile, scenario: Scenario | None) -> Iterator[CassetteFault]:
    for finding in file.secrets:
        yield _secret(file.shown_as, finding)
    if file.fault is not None:
        yield file.fault
    if file.cassette is None:
        return
    told = file.cassette.provenance
    if scenario is None and not _is_of_use_cassette(told):
        what = "no scenario of the registry has this recording"
        fix = f"add {told.operation} to registry.yaml and its scenario to the contract, or: git rm {file.shown_as}"
        yield CassetteFault("orphan", Place(file.shown_as), what, fix)
    elif scenario is not None and (told.operation, told.scenario) != (scenario.operation.key, scenario.name):
        what = f"it says that it was recorded for {told.operation or 'a plain test'} (scenario {told.scenario})"
        yield CassetteFault("foreign", Place(file.shown_as), what, _record(scenario.key))
    if not file.cassette.digest_fits:
        fix = f"git checkout {file.shown_as}, or {_record(scenario.key if scenario else told.operation)}"
        yield CassetteFault("changed", Place(file.shown_as), file.cassette.why_unfit, fix)


def _stale(age: Age) -> CassetteFault:
    return CassetteFault("stale", Place(age.verified.cassette), age.text, age.fix)


def _unpromised(operation: Operation) -> CassetteFault:
    what = f"nothing is promised of {operation.key}, so that nothing can be recorded"
    fix = f"describe {operation.name} in contracts/{operation.service}.yaml, or run: pactproof generate {operation.key}"
    return CassetteFault("missing", operation.place, what, fix)


def _missing(shown_as: str, scenario: Scenario, registry: Registry) -> CassetteFault:
    waiver = registry.waiver_for(scenario.operation.key, scenario.name)
    what = f"nothing recorded for {scenario.operation.key} (scenario {scenario.name})"
    if waiver is not None:
        what += f"; its waiver ended on {waiver.until} ({waiver.place})"
    return CassetteFault("missing", Place(shown_as), what, _record(scenario.key))


def _secret(shown_as: str, finding: Finding) -> CassetteFault:
    what = f"something that looks like a secret, by rule {finding.rule}"
    fix = "revoke it, since it may be in the history too; then record again"
    return CassetteFault("secret", Place(shown_as, finding.line), what, fix)


def _is_of_use_cassette(told: Provenance) -> bool:
    return not told.operation


def _read(path: Path, root: Path, rules: Rules) -> FoundFile:
    shown_as = path.relative_to(root).as_posix()
    if path.is_symlink() or not stat.S_ISREG(path.lstat().st_mode):
        return _of_link(path, root)
    if path.name.endswith(LEFTOVER_SUFFIX) or path.name == folder_lock.LOCK_NAME:
        what = "left behind by a recording that was killed, or that is going on"
        return FoundFile(shown_as, fault=CassetteFault("leftover", Place(shown_as), what, f"rm {shown_as}"))
    if path.suffix != ".yaml":
        what = "neither a cassette nor anything that belongs to one"
        return FoundFile(shown_as, fault=CassetteFault("orphan", Place(shown_as), what, f"git rm {shown_as}"))
    secrets = _scanned(path, rules)
    try:
        return FoundFile(shown_as, load_cassette(path, shown_as=shown_as), None, secrets)
    except CassetteError as error:
        fault = CassetteFault("unreadable", error.at or Place(shown_as), error.what, error.fix)
        return FoundFile(shown_as, None, fault, secrets)


def _bodies(folder: Path, names: Iterable[str], root: Path, rules: Rules) -> list[FoundFile]:
    """The bodies kept apart: those that no cassette beside them names, and whatever else lies there."""
    unnamed = _unnamed(folder.parent)
    found = []
    for path in sorted(folder / name for name in names):
        shown_as = path.relative_to(root).as_posix()
        if path.is_symlink() or path.suffix != ".bin":
            found.append(_read(path, root, rules))
        elif path in unnamed:
            what = "no cassette names this body"
            found.append(
                FoundFile(shown_as, fault=CassetteFault("orphan", Place(shown_as), what, f"git rm {shown_as}"))
            )
        else:
            found.append(FoundFile(shown_as, secrets=_scanned(path, rules)))
    return found


def _unnamed(folder: Path) -> set[Path]:
    try:
        return set(bodies_apart.orphaned_bodies(folder))
    except OSError:
        return set()  # a cassette that cannot be read, which is told by itself, may name any of them


def _scanned(path: Path, rules: Rules) -> tuple[Finding, ...]:
    try:
        text = path.read_bytes().decode("utf-8", "replace")
    except OSError:
        return ()  # told where the file is loaded
    return tuple(scan(text, rules=rules))


def _of_link(path: Path, root: Path) -> FoundFile:
    shown_as = path.relative_to(root).as_posix()
    return FoundFile(shown_as, fault=_link(shown_as))


def _link(shown_as: str) -> CassetteFault:
    what = "a symbolic link, or no plain file: what it leads to is not read"
    return CassetteFault("link", Place(shown_as), what, "put a real file or folder there")


def _record(key: str) -> str:
    return f"record it: pytest contracts --record-mode=rewrite -k {key}" if key else "record it again"
