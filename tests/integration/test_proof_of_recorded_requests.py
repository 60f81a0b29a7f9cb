"""A recording of another request than the promised one proves nothing about today's promise: it is stale."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import pytest
from tests.integration.proof_recordings import Recording, project, recording_of, recordings

from pactproof.interaction import Headers

HTTP = sorted(key for key in recordings() if not key.startswith("aws."))
AWS = sorted(key for key in recordings() if key.startswith("aws."))
WITH_HEADER = ["github.list_pull_requests", "pagerduty.list_incidents"]
STALE = "recorded for another request than promised"


@pytest.mark.parametrize("key", HTTP)
def test_another_method_or_path_is_stale(key):
    recording = recordings()[key]
    sent = recording.interactions[-1].request
    last = len(recording.interactions) - 1
    method = "POST" if sent.method == "GET" else "GET"

    verdicts = [
        _told(recording.asked(last, method=method).fault()),
        _told(recording.asked(last, url=_url(sent.url, path="/other")).fault()),
        _told(recording.asked(last, url=_url(sent.url, path=urlsplit(sent.url).path + "/")).fault()),
    ]

    assert verdicts == [("stale", ["method"]), ("stale", ["path"]), ("stale", ["path"])]


@pytest.mark.parametrize("key", [key for key in HTTP if recordings()[key].interactions[0].request.query])
def test_another_query_is_stale(key):
    recording = recordings()[key]
    asked = [sorted(one.request.query) for one in recording.interactions]
    verdicts, again = {}, set()
    for number, one in enumerate(recording.interactions):
        url, query = one.request.url, one.request.query
        for index, (name, value) in enumerate(query):
            other = [*query[:index], (name, f"{value}x"), *query[index + 1 :]]
            verdicts[number, "other", name, value] = recording.asked(number, url=_url(url, other)).fault()
            fewer = [*query[:index], *query[index + 1 :]]
            verdicts[number, "fewer", name, value] = recording.asked(number, url=_url(url, fewer)).fault()
            if sorted(fewer) in asked:  # without its page, it is the first request once more
                again.add((number, "fewer", name, value))
        more = [*query, ("more", "1")]
        verdicts[number, "more", "more", "1"] = recording.asked(number, url=_url(url, more)).fault()

    told = {change: (fault.name, {m.path for m in fault.mismatches}) for change, fault in verdicts.items() if fault}
    paths = {change: "request" if change in again else f"query.{change[2]}" for change in verdicts}
    assert told == {change: ("stale", {path}) for change, path in paths.items()}


def test_the_order_of_a_query_and_other_headers_make_no_difference():
    recording = recordings()["github.list_pull_requests"]
    request = recording.interactions[0].request
    turned = _url(request.url, request.query[::-1])

    other = recording.asked(0, url=turned, headers=Headers((*request.headers.items, ("User-Agent", "else"))))

    assert other.fault() is None


@pytest.mark.parametrize("key", WITH_HEADER)
def test_another_promised_header_or_none_is_stale(key):
    recording = recordings()[key]
    rest = recording.interactions[0].request.headers.without("accept")

    other = recording.asked(0, headers=Headers((*rest.items, ("accept", "text/html")))).fault()
    none = recording.asked(0, headers=rest).fault()

    assert [_told(other), _told(none)] == [("stale", ["header.Accept"])] * 2


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (b'{"text": "other", "tags": ["deploy", "devctl"]}', "$.text"),
        (b'{"text": 7, "tags": ["deploy", "devctl"]}', "$.text"),
        (b'{"text": "devctl 2.0.1 deployed", "tags": ["deploy", "other"]}', "$.tags[1]"),
        (b'{"text": "devctl 2.0.1 deployed", "tags": ["deploy"]}', "$.tags"),
        (b'{"text": "devctl 2.0.1 deployed"}', "$.tags"),
        (b'{"text": "devctl 2.0.1 deployed", "tags": ["deploy", "devctl"], "more": 1}', "$.more"),
        (b"text=other", "$"),
        (b"", "$"),
    ],
    ids=["value", "type", "element", "shorter", "missing", "more", "form", "empty"],
)
def test_another_body_is_stale(body, path):
    recording = recordings()["grafana.create_annotation"]

    fault = recording.asked(0, body=body).fault()

    assert fault is not None
    assert (fault.name, fault.what) == ("stale", STALE)
    assert path in [mismatch.path for mismatch in fault.mismatches]


def test_a_recording_made_with_other_params_than_its_request_shows_is_stale():
    scenario = project().contracts.of("grafana.get_dashboard")["ok"].with_params({"uid": "another"})
    recording = replace(recordings()["grafana.get_dashboard"], scenario=scenario)

    fault = recording.fault()

    assert str(fault) == "\n".join(
        [
            "fault: stale",
            "operation: grafana.get_dashboard",
            "scenario: ok",
            "recorded for another request than promised",
            '  path: expected "/api/dashboards/uid/another", found "/api/dashboards/uid/eac9ba80cee569"',
            "    Expected '/api/dashboards/uid/eac9ba80cee569' (String) to be equal to '/api/dashboards/uid/another' "
            "(String)",
            "file: cassettes/grafana/get_dashboard.yaml",
            "fix: pytest contracts --record-mode=rewrite -k grafana.get_dashboard",
        ]
    )


def test_a_broken_answer_to_another_request_is_stale_and_not_the_providers_fault():
    recording = recordings()["grafana.get_dashboard"]
    url = "https://grafana.example.com/api/other"

    fault = recording.asked(0, url=url).answered(0, status=404, body=b"{}").fault()

    assert _told(fault) == ("stale", ["path"])


# --- AWS -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", AWS)
def test_another_operation_is_stale(key):
    recording = recordings()[key]

    noted = replace(recording, requests=({"operation": "DeleteEverything", "params": {}},)).fault()
    sent = recording.asked(0, **_another_operation(recording)).fault()

    assert _told(noted) == ("stale", ["operation"])
    assert sent is not None
    assert (sent.name, sent.mismatches[0].path) in [("stale", "operation"), ("stale", "method")]


@pytest.mark.parametrize(
    ("key", "params", "path"),
    [
        ("aws.s3.list_objects_v2", {"Bucket": "devctl-artifacts", "Prefix": "other/"}, "$.Prefix"),
        ("aws.s3.list_objects_v2", {"Bucket": "other", "Prefix": "releases/"}, "$.Bucket"),
        ("aws.s3.list_objects_v2", {"Bucket": "devctl-artifacts"}, "$.Prefix"),
        ("aws.s3.get_bucket_location", {"Bucket": "devctl-backups-ireland", "More": "1"}, "$.More"),
        ("aws.ecr.list_images", {"repositoryName": "other"}, "$.repositoryName"),
        ("aws.ecr.describe_repositories", {"maxResults": 5}, "$.maxResults"),
        ("aws.iam.list_users", {"PathPrefix": "/people/"}, "$.PathPrefix"),
        ("aws.iam.list_users", {"Nonsense": "1"}, "params"),
        ("aws.cost_explorer.get_cost_and_usage", {"Granularity": "DAILY"}, "$.Granularity"),
        ("aws.cost_explorer.get_cost_and_usage", {"Metrics": ["BlendedCost"]}, "$.Metrics[0]"),
        ("aws.cost_explorer.get_cost_and_usage", {"TimePeriod": {"Start": "2026-09-01"}}, "$.TimePeriod.End"),
    ],
)
def test_other_recorded_parameters_are_stale(key, params, path):
    recording = recordings()[key]
    noted = recording.requests[0]
    whole = {**noted["params"], **params} if "cost" in key else params

    fault = replace(recording, requests=({**noted, "params": whole},)).fault()

    assert _told(fault) == ("stale", [path])


@pytest.mark.parametrize(
    ("key", "old", "new", "path"),
    [
        ("aws.s3.list_objects_v2", "devctl-artifacts", "other", "path"),
        ("aws.s3.list_objects_v2", "releases%2F", "other%2F", "query.prefix"),
        ("aws.s3.list_objects_v2", "list-type=2", "list-type=1", "query.list-type"),
        ("aws.s3.list_objects_v2", "list-type=2", "list-type=2&max-keys=1", "query.max-keys"),
        ("aws.s3.get_bucket_location", "location", "acl", "query.acl"),
        ("aws.s3.list_buckets", "amazonaws.com/", "amazonaws.com/a-bucket", "path"),
    ],
)
def test_another_address_on_the_wire_is_stale(key, old, new, path):
    recording = recordings()[key]
    url = recording.interactions[0].request.url
    assert old in url

    fault = recording.asked(0, url=url.replace(old, new)).fault()

    assert fault is not None
    assert fault.name == "stale"
    assert path in [mismatch.path for mismatch in fault.mismatches]


@pytest.mark.parametrize(
    ("key", "old", "new", "path"),
    [
        ("aws.iam.list_users", b"2010-05-08", b"2009-01-01", "$.Version"),
        ("aws.iam.list_users", b"Version=", b"PathPrefix=%2F&Version=", "$.PathPrefix"),
        ("aws.ecr.list_images", b"devctl/cli", b"devctl/other", "$.repositoryName"),
        ("aws.ecr.describe_repositories", b"{}", b'{"maxResults": 5}', "$.maxResults"),
        ("aws.ecr.describe_repositories", b"{}", b"", "$"),
        ("aws.cloudwatch.describe_alarms", b"{}", b'{"AlarmNames": ["one"]}', "$.AlarmNames"),
        ("aws.cost_explorer.get_cost_and_usage", b"UnblendedCost", b"BlendedCost", "$.Metrics[0]"),
        ("aws.cost_explorer.get_cost_and_usage", b"}, ", b"}, , ", "$"),
    ],
)
def test_another_body_on_the_wire_is_stale(key, old, new, path):
    recording = recordings()[key]
    body = recording.interactions[0].request.body
    assert old in body

    fault = recording.asked(0, body=body.replace(old, new)).fault()

    assert _told(fault) == ("stale", [path])


def test_what_signs_or_places_a_call_makes_no_difference():
    recording = recordings()["aws.s3.list_objects_v2"]
    request = recording.interactions[0].request
    query = urlsplit(request.url).query
    virtual = f"https://devctl-artifacts.s3.eu-west-1.amazonaws.com/?{query}"

    other = recording.asked(0, url=virtual, headers=Headers((("X-Amz-Date", "20260105T100000Z"),)))

    assert other.fault() is None


def test_a_recording_without_noted_parameters_is_judged_by_its_operation_alone():
    recording = replace(recordings()["aws.ecr.list_images"], requests=())

    assert recording.fault() is None


@pytest.mark.parametrize("key", ["aws.s3.list_buckets", "aws.s3.get_bucket_location", "aws.s3.list_objects_v2"])
def test_where_nothing_names_the_operation_the_promised_parameters_say_what_was_asked(key):
    recording = replace(recordings()[key], requests=())

    other = recording.asked(0, url="https://s3.us-east-1.amazonaws.com/other/key")

    assert recording.fault() is None
    fault = other.fault()
    assert fault is not None
    assert (fault.name, fault.mismatches[0].path) == ("stale", "path")


# --- how many are recorded -----------------------------------------------------------------------------------


@pytest.mark.parametrize("key", sorted(recordings()))
def test_too_few_and_too_many_interactions_are_stale(key):
    recording = recordings()[key]
    promised = len(recording.interactions)
    fewer = replace(recording, interactions=recording.interactions[:-1], requests=recording.requests[:-1])
    more = replace(recording, interactions=(*recording.interactions, recording.interactions[-1]))

    few, many = fewer.fault(), more.fault()

    assert few is not None
    assert many is not None
    assert [(few.name, few.what), (many.name, many.what)] == [
        ("stale", _counted(promised - 1, promised)),
        ("stale", _counted(promised + 1, promised)),
    ]


def test_the_broken_one_of_several_interactions_is_named():
    recording = recordings()["github.list_pull_requests.two_pages"]

    second = recording.answered(1, body=b"{}").fault()
    first = recording.asked(0, method="POST").fault()

    assert second is not None
    assert first is not None
    assert second.what == "the recorded answer breaks the promise (interaction 2 of 2)"
    assert first.what == "recorded for another request than promised (interaction 1 of 2)"


def test_a_scenario_without_a_recording_has_none():
    assert recording_of(project().contracts.of("aws.cost_explorer.get_cost_forecast")["ok"]) is None


def _counted(recorded: int, promised: int) -> str:
    is_one = recorded == 1
    return f"{recorded} interaction{'' if is_one else 's'} {'is' if is_one else 'are'} recorded, {promised} promised"


def _another_operation(recording: Recording) -> Mapping[str, Any]:
    request = recording.interactions[0].request
    if "x-amz-target" in request.headers:
        rest = request.headers.without("x-amz-target")
        return {"headers": Headers((*rest.items, ("X-Amz-Target", "Service_1.DeleteEverything")))}
    if request.body:
        form = dict(parse_qsl(request.body.decode()))
        return {"body": urlencode({**form, "Action": "DeleteEverything"}).encode()}
    return {"method": "DELETE"}


def _url(url: str, query: list[tuple[str, str]] | None = None, path: str = "") -> str:
    parts = urlsplit(url)
    encoded = parts.query if query is None else urlencode(query)
    return urlunsplit((parts.scheme, parts.netloc, path or parts.path, encoded, ""))


def _told(fault: Any) -> Any:
    return (fault.name, [mismatch.path for mismatch in fault.mismatches]) if fault else None


def test_bodies_of_promised_requests_are_read_as_json_and_compared_by_value():
    recording = recordings()["grafana.create_annotation"]
    sent = json.loads(recording.interactions[0].request.body)
    turned = json.dumps(dict(reversed(sent.items())), indent=4).encode()

    assert recording.asked(0, body=turned).fault() is None
