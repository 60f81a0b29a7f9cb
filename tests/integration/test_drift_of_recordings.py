"""Every recording of the repository against itself with one thing changed: one drift of the right class and place.

By default one place of each recording is changed in each way; all of them in the tests that are slow.
"""

from __future__ import annotations

import difflib
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import pytest
from tests.integration.proof_recordings import (
    REPOSITORY,
    Keys,
    Recording,
    Spot,
    as_body,
    bodies,
    changed,
    every_part,
    every_spot,
    json_path,
    recordings,
    without,
)

from pactproof.drift import Drift, classify, drift, only_values
from pactproof.interaction import Interaction
from pactproof.recording.cassette import Cassette, load_cassette, write_cassette

MOST_STRANGERS = 60  # of one recording; GitHub's hold thousands
OTHER_TYPE: dict[type, Any] = {str: 7, int: "seven", float: "seven", bool: "yes", list: {"a": 1}, dict: ["a"]}
JSON_RECORDINGS = sorted(
    key
    for key, recording in recordings().items()
    if all(one.response.body.lstrip()[:1] in (b"{", b"[") for one in recording.interactions)
)

Many = TypeVar("Many")
Pick = Callable[[list[Many]], Sequence[Many]]


@dataclass(frozen=True)
class _Made:
    interactions: tuple[Interaction, ...]
    provenance: Any


@pytest.fixture(params=["one", pytest.param("every", marks=pytest.mark.slow)])
def pick(request: pytest.FixtureRequest) -> Pick[Any]:
    """All of a list, or one of it, another one of each length."""

    def one(listed: list[Any]) -> Sequence[Any]:
        return listed[len(listed) * 2 // 3 :][:1]

    return one if request.param == "one" else list


@pytest.fixture(params=JSON_RECORDINGS)
def recording(request: pytest.FixtureRequest) -> Recording:
    return recordings()[request.param]


@pytest.mark.parametrize("key", sorted(recordings()))
def test_another_status_is_exactly_one_breaking_drift(key: str) -> None:
    recording = recordings()[key]

    found = [_since(recording, number, status=500) for number in range(len(recording.interactions))]

    assert [_told(one) for one in found] == [[("breaking", "status", "status")]] * len(found)


def test_a_promised_part_that_is_gone_is_exactly_one_breaking_drift(recording: Recording, pick: Pick[Any]) -> None:
    named = [each for each in every_spot(recording) if each[2].keys and isinstance(each[2].keys[-1], str)]
    needed = [each for each in named if not each[2].is_optional]

    for number, body, spot in pick(needed):
        found = _since(recording, number, body=as_body(without(body, spot.keys)))

        assert _breaking(found) == [("gone", spot.path)]
        assert [one for one in found if one.drift_class == "additive"] == []


def test_an_optional_part_that_is_gone_is_exactly_one_value_only_drift(recording: Recording, pick: Pick[Any]) -> None:
    for number, body, spot in pick([each for each in every_spot(recording) if each[2].is_optional]):
        found = _since(recording, number, body=as_body(without(body, spot.keys)))

        assert [(one.drift_class, one.path) for one in found] == [("value-only", _general(spot.keys))]
        assert only_values(found)


def test_null_is_exactly_one_breaking_drift_unless_it_is_promised(recording: Recording, pick: Pick[Any]) -> None:
    for number, body, spot in pick([each for each in every_spot(recording) if each[2].value is not None]):
        found = _since(recording, number, body=as_body(changed(body, spot.keys, None)))

        changes = ("gone", "null") if recording.is_aws else ("null",)  # to most protocols of AWS null is "not there"
        assert [path for _, path in _breaking(found)] == ([] if spot.is_nullable else [spot.path])
        assert all(change in changes for change, _ in _breaking(found))
        assert [one for one in found if one.drift_class == "additive"] == []


def test_another_type_is_exactly_one_breaking_drift(recording: Recording, pick: Pick[Any]) -> None:
    for number, body, spot in pick([each for each in every_spot(recording) if each[2].value is not None]):
        found = _since(recording, number, body=as_body(changed(body, spot.keys, OTHER_TYPE[type(spot.value)])))

        # a time of AWS comes as a number and is read as text, which no time is written in
        is_time = recording.is_aws and isinstance(spot.value, float)
        assert _told(found) == [("breaking", "rule" if is_time else "type", spot.path)]


def test_a_list_below_its_minimum_is_exactly_one_breaking_drift(recording: Recording, pick: Pick[Any]) -> None:
    lists = [each for each in every_spot(recording) if isinstance(each[2].value, list) and _minimum(each[2])]

    for number, body, spot in pick(lists):
        short = spot.value[: _minimum(spot) - 1]
        found = _since(recording, number, body=as_body(changed(body, spot.keys, short)))

        assert _told(found) == [("breaking", "too few", spot.path)]


def test_a_member_added_at_any_level_is_exactly_one_additive_drift(recording: Recording, pick: Pick[Any]) -> None:
    objects = [
        (number, body, keys, value)
        for number, body in bodies(recording)
        for keys, value in [((), body), *every_part(body)]
        # keys of a map are data: another one is another value
        if isinstance(value, dict) and not (recording.key.startswith("aws.cost") and keys[-1:] == ("Total",))
    ]

    for number, body, keys, value in pick(objects):
        added = {**value, "quite_new": {"one": [1, {"two": 2}]}}
        found = _since(recording, number, body=as_body(changed(body, keys, added)))

        assert [(one.drift_class, one.change) for one in found] == [("additive", "new")]
        assert found[0].path.endswith(".quite_new")


def test_what_nobody_promised_never_breaks(recording: Recording, pick: Pick[Any]) -> None:
    known = {(number, spot.keys) for number, _, spot in every_spot(recording)}
    strangers = [
        (body, number, keys, value)
        for number, body in bodies(recording)
        for keys, value in every_part(body)
        if (number, keys) not in known
    ]

    for body, number, keys, value in pick(strangers[:: len(strangers) // MOST_STRANGERS + 1]):
        gone = _since(recording, number, body=as_body(without(body, keys)))
        null = _since(recording, number, body=as_body(changed(body, keys, None)))
        other = _since(recording, number, body=as_body(changed(body, keys, OTHER_TYPE.get(type(value), 7))))

        assert [one.drift_class for one in gone] == ["value-only"]
        assert [one.drift_class for one in null] == (["value-only"] if value is not None else [])
        assert len(other) == 1
        assert other[0].drift_class != "breaking"


def test_other_values_everywhere_are_value_only_and_leave_the_body(recording: Recording) -> None:
    kept = {(number, spot.keys) for number, _, spot in every_spot(recording) if not _is_free(spot)}

    for number, body in bodies(recording):
        new = body
        for keys, value in every_part(body):
            if not isinstance(value, dict | list) and (number, keys) not in kept and value is not None:
                new = changed(new, keys, _other(value))
        found = _since(recording, number, body=as_body(new))

        assert classify(found) in (None, "value-only")
        assert only_values(found)


# --- XML ---------------------------------------------------------------------------------------------------------

XML_RECORDINGS = {
    "aws.s3.list_buckets": ("$.Buckets[0].Name", "Bucket", "Name"),
    "aws.s3.list_objects_v2": ("$.Contents[0].Key", "Contents", "Key"),
    "aws.iam.list_users": ("$.Users[0].UserName", "member", "UserName"),
    "aws.iam.list_roles": ("$.Roles[0].RoleName", "member", "RoleName"),
}


@pytest.mark.parametrize("key", XML_RECORDINGS)
def test_an_xml_answer_of_aws_is_compared_by_what_a_client_reads_of_it(key: str) -> None:
    recording = recordings()[key]
    path, holder_name, name = XML_RECORDINGS[key]

    def after(change: Callable[[ET.Element, ET.Element], Any]) -> list[tuple[str, str, str]]:
        root = ET.fromstring(recording.interactions[0].response.body)  # noqa: S314  # a file of this repository
        holder = next(one for one in root.iter() if one.tag.endswith(f"}}{holder_name}"))
        change(holder, next(one for one in holder if one.tag.endswith(f"}}{name}")))
        return _told(_since(recording, 0, body=ET.tostring(root)))

    general = path.replace("[0]", "[*]")
    assert after(lambda holder, node: holder.remove(node)) == [("breaking", "gone", path)]
    assert after(lambda holder, node: setattr(node, "text", "another")) == [("value-only", "value", general)]
    assert after(lambda holder, node: ET.SubElement(holder, "QuiteNew")) == [
        ("additive", "new", general.replace(name, "QuiteNew"))
    ]


# --- what a value-only refresh writes ----------------------------------------------------------------------------


def test_where_only_values_changed_two_lines_of_a_cassette_do(tmp_path: Path) -> None:
    lines = {key: _changed_lines(recording, tmp_path) for key, recording in recordings().items()}

    assert lines == {key: {"verified_at", "digest"} for key in recordings()}


def _changed_lines(recording: Recording, folder: Path) -> set[str]:
    """The keys of the lines that differ once a recording was verified a day later."""
    path = folder / recording.shown_as
    path.parent.mkdir(parents=True, exist_ok=True)
    cassette = _cassette(recording.shown_as)
    later = cassette.provenance.verified_at + timedelta(days=1)

    write_cassette(path, replace(cassette, provenance=replace(cassette.provenance, verified_at=later)), root=folder)

    old = (REPOSITORY / recording.shown_as).read_text(encoding="utf-8").splitlines()
    new = path.read_text(encoding="utf-8").splitlines()
    differing = [line for line in difflib.ndiff(old, new) if line[:1] in "+-"]
    assert len(differing) == 4
    return {line[1:].strip().partition(":")[0] for line in differing}


# --- helpers -----------------------------------------------------------------------------------------------------


@cache
def _cassette(shown_as: str) -> Cassette:
    return load_cassette(REPOSITORY / shown_as, shown_as=shown_as)


def _since(recording: Recording, number: int, **changes: Any) -> Sequence[Drift]:
    """The drift to the same recording with parts of one answer replaced."""
    old = _cassette(recording.shown_as)
    new = _Made(recording.answered(number, **changes).interactions, old.provenance)
    return drift(recording.scenario, old, new, base_url=recording.base_url)


def _told(found: Sequence[Drift]) -> list[tuple[str, str, str]]:
    return [(one.drift_class, one.change, one.path) for one in found]


def _breaking(found: Sequence[Drift]) -> list[tuple[str, str]]:
    return [(one.change, one.path) for one in found if one.drift_class == "breaking"]


def _general(keys: Keys) -> str:
    return re.sub(r"\[\d+\]", "[*]", json_path(keys))


def _minimum(spot: Spot) -> int:
    if spot.spec is None:
        return 0  # what an AWS contract reads of a list that may be empty
    return int(spot.spec.get("$min", 1)) if isinstance(spot.spec, dict) else 1


def _is_free(spot: Spot) -> bool:
    """Whether any value of its type is fine."""
    return isinstance(spot.spec, str | int | float) and "{" not in str(spot.spec)


def _other(value: Any) -> Any:
    match value:
        case bool():
            return not value
        case int() | float():
            return value + 1
    return f"{value} x"
