from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from pactproof.aws.wire import canonical_path, normalised, operation_id, parse_body, protocol_of, serialise
from pactproof.errors import GenerationError
from pactproof.interaction import Headers, Request

FORM = Headers((("Content-Type", "application/x-www-form-urlencoded; charset=utf-8"),))


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (
            Request("POST", "https://ce.us-east-1.amazonaws.com/", Headers((
                ("X-Amz-Target", "AWSInsightsIndexService.GetCostAndUsage"),
            ))),
            "GetCostAndUsage",
        ),
        (Request("POST", "https://iam.amazonaws.com/", FORM, b"Action=ListUsers&Version=2010-05-08"), "ListUsers"),
        (Request("GET", "https://sts.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15"), "GetCallerIdentity"),
        (
            Request("POST", "https://monitoring.us-east-1.amazonaws.com/service/GraniteServiceVersion20100801/operation/DescribeAlarms"),
            "DescribeAlarms",
        ),
        (Request("GET", "https://s3.amazonaws.com/bucket?list-type=2"), ""),
        (Request("POST", "https://lambda.us-east-1.amazonaws.com/x", Headers(), b"Action=NotAForm"), ""),
    ],
    ids=["json target", "query form", "query string", "rpc path", "rest", "no form"],
)  # fmt: skip
def test_a_request_names_its_operation(request_, expected):
    assert operation_id(request_) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://s3.amazonaws.com/reports/2026/a.csv", "/reports/2026/a.csv"),
        ("https://reports.s3.amazonaws.com/2026/a.csv", "/reports/2026/a.csv"),
        ("https://reports.s3.eu-west-1.amazonaws.com/2026/a.csv", "/reports/2026/a.csv"),
        ("https://reports.s3-eu-west-1.amazonaws.com/2026/a.csv", "/reports/2026/a.csv"),
        ("https://reports.s3.dualstack.eu-west-1.amazonaws.com/a%20b", "/reports/a b"),
        ("https://my.s3.reports.s3.amazonaws.com/a", "/my.s3.reports/a"),
        ("https://reports.s3.amazonaws.com/?list-type=2", "/reports"),
        ("https://s3.us-west-2.amazonaws.com/reports/", "/reports"),
        ("https://s3.amazonaws.com/reports?list-type=2", "/reports"),
        ("https://reports.s3.amazonaws.com/folder/", "/reports/folder/"),
        ("https://s3.amazonaws.com/", "/"),
        ("https://iam.amazonaws.com/", "/"),
        ("http://127.0.0.1:5000/reports/a", "/reports/a"),
    ],
)
def test_both_styles_of_s3_have_one_path(url, expected):
    assert canonical_path(Request("GET", url)) == expected


def test_serialised_parameters_are_the_request_that_a_client_sends(operation):
    request = serialise(operation("s3", "ListObjectsV2"), {"Bucket": "reports", "Prefix": "a b"}, "eu-west-1")

    assert request.method == "GET"
    assert canonical_path(request) == "/reports"
    assert request.query == [("list-type", "2"), ("prefix", "a b"), ("encoding-type", "url")]


def test_a_query_operation_is_serialised_as_a_form(operation):
    request = serialise(operation("iam", "ListUsers"), {"PathPrefix": "/a/"})

    assert (request.method, request.url) == ("POST", "https://iam.us-east-1.amazonaws.com/")
    assert request.body == b"Action=ListUsers&Version=2010-05-08&PathPrefix=%2Fa%2F"
    assert operation_id(request) == "ListUsers"


def test_a_json_operation_is_serialised_with_its_target(operation):
    request = serialise(operation("ecr", "ListImages"), {"repositoryName": "app"})

    assert request.body == b'{"repositoryName": "app"}'
    assert operation_id(request) == "ListImages"


def test_parameters_that_botocore_refuses_are_named(operation):
    with pytest.raises(GenerationError) as refused:
        serialise(operation("ecr", "ListImages"), {})

    message = 'ecr.ListImages: Parameter validation failed:\nMissing required parameter in input: "repositoryName"'
    assert str(refused.value) == message


@pytest.mark.parametrize(
    "name",
    [
        "s3.list_objects_v2", "s3.get_bucket_location", "iam.create_user", "iam.create_role", "ce.get_cost_and_usage",
        "cloudwatch.put_metric_alarm", "ecr.list_images", "ec2.terminate_instances", "sqs.get_queue_attributes",
        "dynamodb.get_item", "lambda.list_functions", "route53.create_hosted_zone", "logs.create_log_group",
    ],
)  # fmt: skip
def test_what_is_serialised_is_what_a_client_sent(recorded, name):
    sent = recorded[name].request

    request = serialise(recorded[name].operation, recorded[name].params)

    assert (request.method, canonical_path(request)) == (sent.method, canonical_path(sent))
    assert sorted(request.query) == sorted(sent.query)
    assert request.body == sent.body
    assert operation_id(request) == operation_id(sent)
    assert request.headers.get("X-Amz-Target") == sent.headers.get("X-Amz-Target")


@pytest.mark.parametrize(
    ("service", "name", "media", "expected"),
    [
        ("cloudwatch", "DescribeAlarms", "application/cbor", "smithy-rpc-v2-cbor"),
        ("cloudwatch", "DescribeAlarms", "text/xml", "query"),
        ("cloudwatch", "DescribeAlarms", "application/x-amz-json-1.0", "json"),
        ("iam", "ListUsers", "application/json", "query"),
        ("s3", "ListBuckets", "", "rest-xml"),
        ("lambda", "ListFunctions", "application/json", "rest-json"),
    ],
)
def test_an_answer_is_of_one_of_its_services_protocols(operation, service, name, media, expected):
    assert protocol_of(operation(service, name), Headers((("Content-Type", media),))) == expected


@pytest.mark.parametrize(
    ("service", "name", "body", "message"),
    [
        ("ce", "GetCostForecast", b"<!DOCTYPE html>\n<html><body>Not found</body></html>", "an HTML page"),
        ("ecr", "ListImages", b'{"imageIds": [', "no JSON (line 1, column 15: Expecting value)"),
        ("ecr", "ListImages", b"\xff\xfe", "no JSON (not UTF-8 text)"),
        ("iam", "ListUsers", b"<html>Sign in</html>", "an HTML page"),
        ("iam", "ListUsers", b"", "an empty body"),
        ("s3", "ListBuckets", b"<ListAllMyBucketsResult><Buckets>", "no XML (no element found: line 1, column 33)"),
        ("eventbridgev2", None, b"\xa1\x61", "no CBOR"),
        ("eventbridgev2", None, b"\xa0\xa0", "no CBOR (bytes after its end)"),
    ],
    ids=["html", "cut json", "no utf-8", "html that is xml", "empty", "cut xml", "cut cbor", "more than cbor"],
)
def test_a_body_of_no_protocol_is_told_in_words(operation, service, name, body, message):
    some = operation(service, name or "")

    with pytest.raises(ValueError, match=r"HTML|JSON|XML|CBOR|empty") as refused:
        parse_body(some, 200, Headers(), body)

    assert str(refused.value) == message


def test_parsed_values_become_json():
    parsed = {
        "ResponseMetadata": {"HTTPStatusCode": 200},
        "At": datetime(2026, 1, 5, 11, 0, 0, 250000, tzinfo=timezone(timedelta(hours=1))),
        "Naive": datetime(2026, 1, 5, 10, 0),  # noqa: DTZ001  # botocore gives such for ISO times without a zone
        "Blob": b"\x00\x01",
        "Number": Decimal("1.50"),
        "Floats": (float("nan"), float("inf"), float("-inf"), 1.5),
        "Stream": io.BytesIO(b"\x00\x01"),
    }

    assert normalised(parsed) == {
        "At": "2026-01-05T10:00:00.250000Z",
        "Naive": "2026-01-05T10:00:00Z",
        "Blob": "AAE=",
        "Number": "1.50",
        "Floats": ["NaN", "Infinity", "-Infinity", 1.5],
        "Stream": "AAE=",
    }


def test_a_stream_can_still_be_read_after_it_was_normalised():
    stream = io.BytesIO(b"body")

    normalised({"Body": stream})

    assert stream.read() == b"body"


def test_whole_seconds_have_no_fraction():
    assert normalised(datetime(2026, 1, 5, 10, 0, tzinfo=UTC)) == "2026-01-05T10:00:00Z"
