"""Every promised field of every JSON recording is changed in turn: the proof sees it there, and sees nothing else.

Of a list, the first element and the last are changed; all of them in the tests that are slow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.integration.proof_recordings import (
    Recording,
    Spot,
    as_body,
    bodies,
    changed,
    every_part,
    every_spot,
    example_of,
    is_asked_with,
    recordings,
    spots_at_the_ends,
    without,
)

OTHER_TYPES = (7, "garbled", True, None, ["garbled"], {"garbled": "garbled"})


def _is_json(recording: Recording) -> bool:
    return all(one.response.body.lstrip()[:1] in (b"{", b"[") for one in recording.interactions)


MOST_STRANGERS = 40  # of one recording; GitHub's hold thousands
JSON_RECORDINGS = sorted(key for key, recording in recordings().items() if _is_json(recording))
HTTP_RECORDINGS = [key for key in JSON_RECORDINGS if not key.startswith("aws.")]


@pytest.fixture(params=JSON_RECORDINGS)
def recording(request):
    return recordings()[request.param]


Spots = Callable[[Recording], Iterator[tuple[int, Any, Spot]]]


@pytest.fixture(params=["ends", pytest.param("every", marks=pytest.mark.slow)])
def spots(request) -> Spots:
    return every_spot if request.param == "every" else spots_at_the_ends


def test_every_recording_of_the_repository_upholds_its_promise():
    verdicts = {key: recording.fault() for key, recording in recordings().items()}

    assert verdicts == dict.fromkeys(recordings())
    assert len(verdicts) == 57
    assert len({recording.shown_as for recording in recordings().values()}) == 57


def test_a_promised_field_of_another_type_is_the_providers_fault_at_its_path(recording, spots):
    wrong = []
    count = 0
    for number, body, spot in spots(recording):
        for value in _other_types(recording, spot):
            count += 1
            fault = recording.answered(number, body=as_body(changed(body, spot.keys, value))).fault()
            is_right = fault is not None if is_asked_with(recording, number, spot) else _is_at(fault, spot)
            if not is_right:
                wrong.append((spot.path, value, _told(fault)))

    assert wrong == []
    assert count >= 2


def test_a_promised_field_that_is_missing_is_the_providers_fault_at_its_path_unless_it_is_optional(recording, spots):
    wrong = []
    for number, body, spot in spots(recording):
        if not spot.keys or isinstance(spot.keys[-1], int):
            continue
        fault = recording.answered(number, body=as_body(without(body, spot.keys))).fault()
        is_right = fault is None if spot.is_optional else _is_exactly_at(fault, spot)
        if not is_right:
            wrong.append((spot.path, _told(fault)))

    assert wrong == []


def test_another_value_that_the_rule_allows_is_no_fault(recording, spots):
    wrong = []
    for number, body, spot in spots(recording):
        for value in [] if is_asked_with(recording, number, spot) else _allowed(recording, spot):
            fault = recording.answered(number, body=as_body(changed(body, spot.keys, value))).fault()
            if fault is not None:
                wrong.append((spot.path, value, _told(fault)))

    assert wrong == []


def test_an_unpromised_field_may_change_or_go(recording):
    wrong = []
    known = {spot.keys for _, _, spot in every_spot(recording)}
    for number, body in bodies(recording):
        strangers = [(keys, value) for keys, value in every_part(body) if keys not in known]
        for keys, value in strangers[:: len(strangers) // MOST_STRANGERS + 1]:
            other = "garbled" if not isinstance(value, str) else 7
            for kind, mutant in (("changed", changed(body, keys, other)), ("gone", without(body, keys))):
                fault = recording.answered(number, body=as_body(mutant)).fault()
                if fault is not None:
                    wrong.append((kind, keys, _told(fault)))

    assert wrong == []


@pytest.mark.parametrize("key", HTTP_RECORDINGS)
def test_another_status_is_the_providers_fault(key):
    recording = recordings()[key]

    faults = [recording.answered(number, status=500).fault() for number, _ in enumerate(recording.interactions)]

    assert [(fault.name, [m.path for m in fault.mismatches]) for fault in faults if fault] == [
        ("provider", ["status"]) for _ in recording.interactions
    ]


@pytest.mark.parametrize(
    ("key", "header", "value"),
    [
        ("github.list_workflows.rate_limited", "X-Ratelimit-Remaining", "1"),
        ("github.list_pull_requests.two_pages", "Link", '<https://api.github.com/x?page=3>; rel="last"'),
    ],
)
def test_a_promised_header_that_is_gone_or_other_is_the_providers_fault(key, header, value):
    recording = recordings()[key]
    kept = recording.interactions[0].response.headers.without(header)

    gone = recording.answered(0, headers=kept).fault()
    other = recording.answered(0, headers=type(kept)((*kept.items, (header.lower(), value)))).fault()

    assert [_told(gone)[:2], _told(other)[:2]] == [("provider", [f"header.{header}"])] * 2


def test_how_many_fields_the_tests_above_have_changed():
    counts = {key: len(list(spots_at_the_ends(recordings()[key]))) for key in JSON_RECORDINGS}

    assert len(counts) == 51
    assert sum(counts.values()) >= 350


def _other_types(recording: Recording, spot: Spot) -> Iterator[Any]:
    for value in OTHER_TYPES:
        is_same = type(value) is type(spot.value) or (spot.value is None and value is None)
        is_time = recording.is_aws and isinstance(spot.value, float) and type(value) is int
        is_null = value is None and spot.is_nullable
        is_the_nullable_value = spot.value is None and type(value) is type(example_of(spot.spec))
        if not (is_same or is_time or is_null or is_the_nullable_value):
            yield value


def _allowed(recording: Recording, spot: Spot) -> list[Any]:
    """Other values that the contract allows at `spot`."""
    spec, value = spot.spec, spot.value
    if isinstance(spec, dict):
        if "$one_of" in spec:
            return list(spec["$one_of"])
        if "$integer" in spec:
            return [0, -3, 10**15]
        if "$datetime" in spec:
            return ["2031-02-28T23:59:59+02:00", "1999-12-31T00:00:00.123456Z"]
        if "$regex" in spec or "$date" in spec:
            return [next(iter(spec.values())) if "$date" in spec else spec["like"]]
        if "$contains" in spec:
            return [f"before, {spec['$contains']}, after"]
        if "$min" in spec:
            return [[], spec["like"] * 3] if spec["$min"] == 0 else []
        if "$exactly" in spec:
            return []
    null = [None] if spot.is_nullable else []
    if isinstance(value, bool):
        return [not value, *null]
    if isinstance(value, str):
        return ["", "änother 😀 text", "7", *null]
    if isinstance(value, float) or (isinstance(value, int) and recording.is_aws):
        return [1700000000, 1700000000.25, *null]
    if isinstance(value, int):
        return [0, -1, 2**40, *null]
    if isinstance(value, list) and value:
        return [value[:1], value * 2, *null] + ([[]] if spec is None else [])
    return null


def _is_at(fault: Any, spot: Spot) -> bool:
    """Whether the provider is blamed at the path of `spot`, and nowhere but at or below it."""
    return (
        fault is not None
        and fault.name == "provider"
        and spot.path in [mismatch.path for mismatch in fault.mismatches]
        and all(mismatch.path.startswith(spot.path) for mismatch in fault.mismatches)
        and (not spot.is_scalar or len({mismatch.path for mismatch in fault.mismatches}) == 1)
    )


def _is_exactly_at(fault: Any, spot: Spot) -> bool:
    return fault is not None and _told(fault)[:2] == ("provider", [spot.path])


def _told(fault: Any) -> tuple[Any, ...]:
    return (fault.name, [m.path for m in fault.mismatches], [m.text for m in fault.mismatches]) if fault else (None,)
