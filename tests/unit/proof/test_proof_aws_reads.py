"""What a contract's `reads` demand of a recorded AWS answer, and what is only worth a note."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pactproof.aws.calls import promised_calls
from pactproof.aws.recorded import recorded_notes
from pactproof.interaction import Headers, Interaction, Request, Response
from pactproof.proof.aws import judge_aws

USAGE = "aws: {cost_explorer: [get_cost_and_usage]}"
ALARMS = "aws: {cloudwatch: [describe_alarms]}"
JSON = Headers((("Content-Type", "application/x-amz-json-1.1"),))


def recorded(body: Any, status: int = 200) -> Interaction:
    return Interaction(Request("POST", "https://x.amazonaws.com/"), Response(status, JSON, json.dumps(body).encode()))


def paths(project: Any, operation: str, body: Any) -> list[str]:
    calls = promised_calls(project.contracts.of(f"aws.{operation}")["ok"])
    [judged] = judge_aws(calls, [recorded(body)], ())
    return [mismatch.path for mismatch in judged.response]


def usage(total: Any) -> Any:
    return {"ResultsByTime": [{"Total": total}, {"Total": total}]}


@pytest.mark.parametrize("key", ["UnblendedCost", "*"])
def test_a_read_goes_through_a_map_by_a_key_or_by_all_of_them(written, key):
    read = f"cost_explorer.get_cost_and_usage: {{reads: ['ResultsByTime[].Total.{key}.Amount']}}"
    project = written(USAGE, aws=read)
    judged = [
        paths(project, "cost_explorer.get_cost_and_usage", usage(total))
        for total in ({"UnblendedCost": {"Amount": "1"}}, {"UnblendedCost": {"Unit": "USD"}})
    ]

    missing = [f"$.ResultsByTime[{index}].Total.UnblendedCost.Amount" for index in (0, 1)]
    assert judged == [[], missing]


def test_a_key_of_a_map_that_is_read_has_to_be_there(written):
    read = "cost_explorer.get_cost_and_usage: {reads: ['ResultsByTime[].Total.UnblendedCost.Amount']}"
    project = written(USAGE, aws=read)

    found = paths(project, "cost_explorer.get_cost_and_usage", usage({"BlendedCost": {"Amount": "1"}}))

    assert found == ["$.ResultsByTime[0].Total.UnblendedCost", "$.ResultsByTime[1].Total.UnblendedCost"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"ResultsByTime": []}, []),
        ({"ResultsByTime": [{"Total": {}}]}, []),
        ({}, ["$.ResultsByTime"]),
        ({"ResultsByTime": None}, ["$.ResultsByTime"]),
        ({"ResultsByTime": [{}]}, ["$.ResultsByTime[0].Total"]),
        ({"ResultsByTime": "garbled"}, ["$.ResultsByTime"]),
    ],
    ids=["empty list", "empty map", "no list", "null", "no map", "garbled"],
)
def test_an_empty_list_or_map_has_nothing_to_miss(written, body, expected):
    project = written(USAGE, aws="cost_explorer.get_cost_and_usage: {reads: ['ResultsByTime[].Total.*.Amount']}")

    assert paths(project, "cost_explorer.get_cost_and_usage", body) == expected


def test_without_reads_or_response_all_that_the_service_model_says_is_promised(written):
    project = written(ALARMS, aws="cloudwatch.describe_alarms:")

    found = paths(project, "cloudwatch.describe_alarms", {"MetricAlarms": [{"Period": "x", "Threshold": "y"}], "N": 1})

    assert found == ["$.MetricAlarms[0].Period", "$.MetricAlarms[0].Threshold"]


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("{reads: ['MetricAlarms[].StateValue']}", ["$.MetricAlarms[0].StateValue"]),
        ("{reads: ['MetricAlarms[].AlarmName']}", []),
        ("", ["$.MetricAlarms[0].StateValue"]),
    ],
    ids=["read", "not read", "all"],
)
def test_a_recorded_value_that_an_enum_does_not_list_is_a_note_and_no_fault(written, entry, expected):
    project = written(ALARMS, aws=f"cloudwatch.describe_alarms: {entry}")
    calls = promised_calls(project.contracts.of("aws.cloudwatch.describe_alarms")["ok"])
    body = {"MetricAlarms": [{"AlarmName": "a", "StateValue": "PAUSED"}]}

    notes = recorded_notes(calls, [recorded(body)])

    assert paths(project, "cloudwatch.describe_alarms", body) == []
    assert [note.path for note in notes] == expected


def test_a_recorded_error_has_no_notes(written):
    project = written(ALARMS, aws="cloudwatch.describe_alarms:")
    calls = promised_calls(project.contracts.of("aws.cloudwatch.describe_alarms")["ok"])

    assert recorded_notes(calls, [recorded({"__type": "AccessDenied"}, 403)]) == []
