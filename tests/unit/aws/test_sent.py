"""Recorded parameters against the recorded wire, over what real botocore clients send for operations of every kind."""

from __future__ import annotations

import io
import random
from typing import Any

import botocore.session
import pytest
from botocore.exceptions import BotoCoreError

from pactproof.aws.sent import wire_mismatches
from pactproof.aws.synthesis import example_params
from pactproof.aws.wire import normalised
from pactproof.interaction import Headers, Request
from pactproof.service_model import service_model

ENDPOINT_DISCOVERY = {"timestream-query", "timestream-write"}  # these ask for their address first


class Sent(Exception):  # noqa: N818  # no error: the request, before it leaves
    def __init__(self, request: Request) -> None:
        super().__init__("sent")
        self.request = request


@pytest.fixture(scope="module")
def session():
    made = botocore.session.Session()
    made.set_credentials("placeholder", "placeholder")
    return made


def sent(session: Any, service: str, operation: str, params: dict[str, Any]) -> Request:
    """What a client of `service` would send."""
    client = session.create_client(service, region_name="us-east-1")
    client.meta.events.register("before-send.*.*", _caught)
    with pytest.raises(Sent) as caught:
        client._make_api_call(operation, params)
    return caught.value.request


def _caught(request: Any, **_: Any) -> None:
    body = request.body or b""
    body = body.read() if hasattr(body, "read") else body
    content = body.encode() if isinstance(body, str) else bytes(body)
    raise Sent(Request(request.method, request.url, Headers.of(request.headers.items()), content))


def test_what_clients_send_is_what_their_parameters_make(session):
    picked = random.Random(7).sample(session.get_available_services(), 60)  # noqa: S311  # a sample
    wrong = []
    compared = 0
    for service in picked:
        model = service_model(service)
        operation = model.operation_model(random.Random(service).choice(model.operation_names))  # noqa: S311
        if operation.has_event_stream_input or service in ENDPOINT_DISCOVERY:
            continue
        params = example_params(operation)
        try:
            request = sent(session, service, operation.name, params)
        except BotoCoreError:
            continue  # a signature that needs more than credentials
        compared += 1
        wrong += [(service, operation.name, str(m)) for m in wire_mismatches(operation, normalised(params), request)]

    assert wrong == []
    assert compared >= 50


@pytest.mark.parametrize(
    ("service", "operation", "params"),
    [
        ("s3", "PutObject", {"Bucket": "a", "Key": "k ö/x", "Body": b"\x00\xff", "Metadata": {"a": "b"}}),
        ("s3", "PutObject", {"Bucket": "a", "Key": "k", "Body": "text"}),
        ("s3", "CopyObject", {"Bucket": "a", "Key": "k", "CopySource": {"Bucket": "b", "Key": "k ö"}}),
        ("s3", "DeleteObjects", {"Bucket": "a", "Delete": {"Objects": [{"Key": "k&1"}]}}),
        ("s3", "ListObjectsV2", {"Bucket": "a.b", "Prefix": "x y", "MaxKeys": 3}),
        ("kinesis", "PutRecord", {"StreamName": "a", "Data": b"\x00\xff", "PartitionKey": "k"}),
        ("lambda", "Invoke", {"FunctionName": "f", "Payload": b'{"a": 1}'}),
        ("ec2", "RunInstances", {"MinCount": 1, "MaxCount": 1, "UserData": "#!/bin/sh"}),
        ("route53", "GetHostedZone", {"Id": "/hostedzone/Z1"}),
        ("sns", "Publish", {"TopicArn": "arn:aws:sns:us-east-1:123456789012:t", "Message": "ö & = +"}),
        ("dynamodb", "PutItem", {"TableName": "t", "Item": {"a": {"B": b"\x00"}, "n": {"N": "1"}}}),
        ("glacier", "ListVaults", {}),
        ("ec2", "CreateVolume", {"AvailabilityZone": "us-east-1a", "Size": 1}),
    ],
)
def test_bytes_tokens_and_rewritten_identifiers_are_no_difference(session, service, operation, params):
    request = sent(session, service, operation, dict(params))

    found = wire_mismatches(service_model(service).operation_model(operation), normalised(params), request)

    assert found == []


def test_a_stream_is_compared_by_its_bytes(session):
    params = {"Bucket": "a", "Key": "k", "Body": io.BytesIO(b"content")}
    request = sent(session, "s3", "PutObject", dict(params))
    operation = service_model("s3").operation_model("PutObject")
    other = Request(request.method, request.url, Headers(), b"other")

    found = wire_mismatches(operation, {"Bucket": "a", "Key": "k", "Body": "Y29udGVudA=="}, other)

    assert [mismatch.path for mismatch in found] == ["$"]


def test_what_redaction_has_hidden_is_not_compared():
    operation = service_model("iam").operation_model("CreateLoginProfile")
    request = Request(
        "POST",
        "https://iam.amazonaws.com/",
        Headers((("Content-Type", "application/x-www-form-urlencoded"),)),
        b"UserName=ada&Password=REDACTED-1&Action=CreateLoginProfile&Version=2010-05-08",
    )

    assert wire_mismatches(operation, {"UserName": "ada", "Password": "REDACTED-2"}, request) == []
    assert [m.path for m in wire_mismatches(operation, {"UserName": "ben", "Password": "REDACTED-2"}, request)] == [
        "$.UserName"
    ]
