"""Every promised field of every JSON recording is changed in turn: the proof sees it there, and sees nothing else.

Of a list, the first element and the last are changed; all of them in the tests that are slow.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.integration.proof_recordings import (
    Recording,
    Spot,
    as_body,
    changed,
    every_part,
    promised,
    read_members,
    recordings,
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
    return _spots if request.param == "every" else _spots_at_the_ends


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
            is_right = fault is not None if _is_asked_with(recording, number, spot) else _is_at(fault, spot)
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
        for value in [] if _is_asked_with(recording, number, spot) else _allowed(recording, spot):
            fault = recording.answered(number, body=as_body(changed(body, spot.keys, value))).fault()
            if fault is not None:
                wrong.append((spot.path, value, _told(fault)))

    assert wrong == []


def test_an_unpromised_field_may_change_or_go(recording):
    wrong = []
    known = {spot.keys for _, _, spot in _spots(recording)}
    for number, body in _bodies(recording):
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
    counts = {key: len(list(_spots_at_the_ends(recordings()[key]))) for key in JSON_RECORDINGS}

    assert len(counts) == 51
    assert sum(counts.values()) >= 350


def _bodies(recording: Recording) -> Iterator[tuple[int, Any]]:
    for number, one in enumerate(recording.interactions):
        yield number, json.loads(one.response.body)


def _spots(recording: Recording) -> Iterator[tuple[int, Any, Spot]]:
    """Number of the interaction, its body, and a promised part of it."""
    for (number, body), promise in zip(_bodies(recording), recording.promises, strict=True):
        if not recording.is_aws:
            yield from ((number, body, spot) for spot in promised(promise["response"]["body"], body))
            continue
        by_spec = {spot.keys: spot for spot in promised(promise.get("response", {}), body) if spot.keys}
        by_read = {spot.keys: spot for spot in read_members(promise.get("reads", ()), body)}
        yield from ((number, body, spot) for spot in {**by_read, **by_spec}.values())


def _spots_at_the_ends(recording: Recording) -> Iterator[tuple[int, Any, Spot]]:
    """Those that stand in the first or the last element of each list that they are in."""
    for number, body, spot in _spots(recording):
        value, is_at_the_ends = body, True
        for key in spot.keys:
            is_at_the_ends &= not isinstance(key, int) or key in (0, len(value) - 1)
            value = value[key]
        if is_at_the_ends:
            yield number, body, spot


def _is_asked_with(recording: Recording, number: int, spot: Spot) -> bool:
    """Whether a later request carries what stands at `spot`, such as the next page's cursor: it is bound to that."""
    later = json.dumps([promise.get("request") for promise in recording.promises[number + 1 :]])
    text = _example(spot.spec)
    return isinstance(text, str) and any(name in later for name in re.findall(r"{\w+}", text))


def _other_types(recording: Recording, spot: Spot) -> Iterator[Any]:
    for value in OTHER_TYPES:
        is_same = type(value) is type(spot.value) or (spot.value is None and value is None)
        is_time = recording.is_aws and isinstance(spot.value, float) and type(value) is int
        is_null = value is None and spot.is_nullable
        is_the_nullable_value = spot.value is None and type(value) is type(_example(spot.spec))
        if not (is_same or is_time or is_null or is_the_nullable_value):
            yield value


def _example(spec: Any) -> Any:
    if isinstance(spec, dict) and "like" in spec:
        return spec["like"]
    return spec


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
