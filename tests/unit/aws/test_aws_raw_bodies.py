from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from pactproof.aws.raw import Answer, ErrorAnswer, read_answer
from pactproof.errors import GenerationError
from pactproof.interaction import Headers, Mismatch

JSON = Headers((("Content-Type", "application/x-amz-json-1.1"),))
XML = Headers((("Content-Type", "application/xml"),))
CBOR = Headers((("Content-Type", "application/cbor"), ("smithy-protocol", "rpc-v2-cbor")))
USERS = (
    "<ListUsersResponse><ListUsersResult><Users><member><UserName>a</UserName>"
    "<CreateDate>{date}</CreateDate>{more}</member></Users><IsTruncated>{flag}</IsTruncated></ListUsersResult>"
    "<ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></ListUsersResponse>"
)


def users(date: str = "2026-01-05T10:00:00Z", more: str = "", flag: str = "false") -> bytes:
    return USERS.format(date=date, more=more, flag=flag).encode()


def test_a_garbled_scalar_keeps_its_raw_text_and_the_rest(operation):
    answer = read_answer(operation("iam", "ListUsers"), 200, XML, users(date="soon", flag="no"))

    assert answer == Answer(
        {"Users": [{"UserName": "a", "CreateDate": "soon"}], "IsTruncated": "no"},
        (
            Mismatch("$.Users[0].CreateDate", "a time in ISO 8601", '"soon"'),
            Mismatch("$.IsTruncated", "true or false", '"no"'),
        ),
    )


def test_members_that_the_model_does_not_know_are_listed(operation):
    body = users(more="<Mood>fine</Mood><Tags><member><Key>k</Key><Value>v</Value><Hue>r</Hue></member></Tags>")

    answer = read_answer(operation("iam", "ListUsers"), 200, XML, body)

    assert answer.unknown == ("$.Users[0].Tags[0].Hue", "$.Users[0].Mood")
    assert answer.problems == ()


def test_unknown_json_members_are_listed_at_any_depth(operation):
    body = json.dumps({"imageIds": [{"imageTag": "v1", "hue": 1}], "next": None, "__type": "x"}).encode()

    answer = read_answer(operation("ecr", "ListImages"), 200, JSON, body)

    assert answer == Answer({"imageIds": [{"imageTag": "v1"}]}, (), ("$.imageIds[0].hue", "$.next"))


@pytest.mark.parametrize(
    ("service", "name", "body", "problem"),
    [
        ("ecr", "ListImages", {"imageIds": {"imageTag": "v1"}}, Mismatch("$.imageIds", "a list", "an object")),
        ("ecr", "ListImages", {"imageIds": ["v1"]}, Mismatch("$.imageIds[0]", "an object", '"v1"')),
        ("ecr", "ListImages", ["v1"], Mismatch("$", "an object", "a list")),
        ("ecr", "DescribeRepositories", {"repositories": [{"createdAt": "2026-01-05T10:00:00Z"}]},
         Mismatch("$.repositories[0].createdAt", "a time in epoch seconds", '"2026-01-05T10:00:00Z"')),
        ("ecr", "DescribeRepositories", {"repositories": [{"imageScanningConfiguration": {"scanOnPush": "true"}}]},
         Mismatch("$.repositories[0].imageScanningConfiguration.scanOnPush", "true or false", '"true"')),
        ("dynamodb", "DescribeTable", {"Table": {"ItemCount": "3"}},
         Mismatch("$.Table.ItemCount", "a whole number", '"3"')),
        ("dynamodb", "DescribeTable", {"Table": {"ItemCount": 3.5}},
         Mismatch("$.Table.ItemCount", "a whole number", "3.5")),
        ("dynamodb", "DescribeTable", {"Table": {"ItemCount": True}},
         Mismatch("$.Table.ItemCount", "a whole number", "true")),
        ("dynamodb", "GetItem", {"Item": {"a": {"B": "no base64!"}}},
         Mismatch("$.Item.a.B", "base64 text", '"no base64!"')),
        ("dynamodb", "GetItem", {"Item": {"a": {"S": 5}}}, Mismatch("$.Item.a.S", "a text", "5")),
        ("cloudwatch", "DescribeAlarms", {"MetricAlarms": [{"Threshold": "high"}]},
         Mismatch("$.MetricAlarms[0].Threshold", "a number", '"high"')),
        ("lambda", "ListFunctions", {"Functions": [{"CodeSize": "12"}]},
         Mismatch("$.Functions[0].CodeSize", "a whole number", '"12"')),
    ],
)  # fmt: skip
def test_json_types_are_held_to(operation, service, name, body, problem):
    answer = read_answer(operation(service, name), 200, JSON, json.dumps(body).encode())

    assert answer.problems == (problem,)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", 3, 1.5])
def test_a_float_may_be_any_number_or_one_of_three_words(operation, number):
    body = json.dumps({"MetricAlarms": [{"Threshold": number}]}).encode()

    answer = read_answer(operation("cloudwatch", "DescribeAlarms"), 200, JSON, body)

    assert answer == Answer({"MetricAlarms": [{"Threshold": number}]})


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ("<Tags>none</Tags>", Mismatch("$.Users[0].Tags", "a list", '"none"')),
        ("<Tags><member>one</member></Tags>", Mismatch("$.Users[0].Tags[0]", "members", '"one"')),
        ("<Path><a/></Path>", Mismatch("$.Users[0].Path", "a single value", "members: a")),
        ("<Path>/a</Path><Path>/b</Path>", Mismatch("$.Users[0].Path", "one Path", "2 of them")),
    ],
    ids=["text for a list", "text for a structure", "a structure for text", "twice"],
)
def test_xml_structure_is_held_to(operation, more, problem):
    answer = read_answer(operation("iam", "ListUsers"), 200, XML, users(more=more))

    assert answer.problems == (problem,)


def test_an_xml_answer_without_its_result_is_one_problem(operation):
    answer = read_answer(operation("iam", "ListUsers"), 200, XML, b"<ListRolesResponse/>")

    found = "an element ListRolesResponse without one"
    assert answer == Answer({}, (Mismatch("$", "an element ListUsersResult", found),))


@pytest.mark.parametrize(
    ("service", "name", "status", "body", "expected", "found"),
    [
        ("ce", "GetCostForecast", 200, b"<!DOCTYPE html><html>hi</html>", "a body of protocol json", "an HTML page"),
        ("s3", "ListBuckets", 200, b"<a><b>", "a body of protocol rest-xml",
         "no XML (no element found: line 1, column 6)"),
        ("ecr", "ListImages", 200, b'{"a"', "a body of protocol json",
         "no JSON (line 1, column 5: Expecting ':' delimiter)"),
    ],
)  # fmt: skip
def test_a_body_that_is_none_is_one_problem(operation, service, name, status, body, expected, found):
    answer = read_answer(operation(service, name), status, Headers(), body)

    assert answer == Answer({}, (Mismatch("$", expected, found),))


def test_an_html_error_has_a_problem_and_the_status_as_code(operation):
    page = b"<!doctype html>\n<html lang=en><title>404 Not Found</title></html>"

    answer = read_answer(operation("iam", "ListUsers"), 404, Headers((("Content-Type", "text/html"),)), page)

    assert answer.problems == (Mismatch("$", "a body of protocol query", "an HTML page"),)
    assert answer.error == ErrorAnswer("404", "Not Found")


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("s3.get_object_tagging", "NoSuchBucket"),
        ("iam.get_role", "NoSuchEntity"),
        ("ecr.describe_images", "RepositoryNotFoundException"),
        ("ec2.terminate_instances", "InvalidInstanceID.NotFound"),
    ],
)
def test_an_error_is_read_as_a_client_reads_it(recorded, name, code):
    answer = recorded[name]

    read = read_answer(answer.operation, answer.status, answer.headers, answer.body)

    raised = answer.parsed["Error"]
    assert read.error == ErrorAnswer(raised["Code"], raised["Message"])
    assert read.error.code == code
    assert read.problems == ()


def test_an_error_without_a_body_has_the_status_as_code(operation):
    answer = read_answer(operation("s3", "HeadObject"), 404, Headers(), b"")

    assert answer == Answer({}, error=ErrorAnswer("404", "Not Found"))


def test_an_error_that_s3_sends_with_200_is_an_error(operation):
    body = b"<Error><Code>InternalError</Code><Message>Please try again</Message></Error>"

    answer = read_answer(operation("s3", "CopyObject"), 200, XML, body)

    assert answer.error == ErrorAnswer("InternalError", "Please try again")


def test_the_members_of_a_modelled_error_are_checked_too(operation):
    body = json.dumps({"__type": "x#TransactionCanceledException", "CancellationReasons": "many"}).encode()

    answer = read_answer(operation("dynamodb", "TransactWriteItems"), 400, JSON, body)

    assert answer.error == ErrorAnswer("TransactionCanceledException", "Bad Request")
    assert answer.problems == (Mismatch("$.CancellationReasons", "a list", '"many"'),)


def test_headers_and_status_are_members_of_rest_answers(operation):
    headers = Headers(
        (
            ("content-length", "5"),
            ("ETag", '"abc"'),
            ("Last-Modified", "Mon, 05 Jan 2026 10:00:00 GMT"),
            ("x-amz-meta-team", "core"),
            ("x-amz-delete-marker", "perhaps"),
        )
    )

    answer = read_answer(operation("s3", "GetObject"), 200, headers, b"bytes")

    assert answer == Answer(
        {
            "Body": base64.b64encode(b"bytes").decode(),
            "ContentLength": 5,
            "ETag": '"abc"',
            "LastModified": "2026-01-05T10:00:00Z",
            "Metadata": {"team": "core"},
            "DeleteMarker": "perhaps",
        },
        (Mismatch("$.DeleteMarker", "true or false", '"perhaps"'),),
    )


def test_the_status_is_a_member_where_the_model_says_so(operation):
    answer = read_answer(operation("lambda", "Invoke"), 202, Headers(), b"")

    assert answer.parsed == {"StatusCode": 202, "Payload": ""}


def test_a_bucket_in_the_first_region_has_no_location(operation):
    body = b'<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/"/>'

    answer = read_answer(operation("s3", "GetBucketLocation"), 200, XML, body)

    assert answer == Answer({"LocationConstraint": None})


def test_a_policy_that_is_no_json_is_a_problem(operation):
    body = (
        b"<GetRoleResponse><GetRoleResult><Role><AssumeRolePolicyDocument>none</AssumeRolePolicyDocument>"
        b"</Role></GetRoleResult></GetRoleResponse>"
    )

    answer = read_answer(operation("iam", "GetRole"), 200, XML, body)

    assert answer.problems == (Mismatch("$.Role.AssumeRolePolicyDocument", "a policy document", '"none"'),)


def test_a_union_member_of_a_newer_model_is_unknown_not_a_problem(operation):
    body = json.dumps({"output": {"hologram": {}}}).encode()

    answer = read_answer(operation("bedrock-runtime", "Converse"), 200, Headers(), body)

    assert answer == Answer({"output": {"SDK_UNKNOWN_MEMBER": {"name": "hologram"}}}, (), ("$.output.hologram",))


def test_an_event_stream_is_refused_by_name(operation):
    with pytest.raises(GenerationError) as refused:
        read_answer(operation("s3", "SelectObjectContent"), 200, Headers(), b"")

    assert str(refused.value) == "s3.SelectObjectContent answers with an event stream, which cannot be read"


def cbor_text(text: str) -> bytes:
    return bytes([0x60 + len(text)]) + text.encode() if len(text) < 24 else b"\x78" + bytes([len(text)]) + text.encode()


def alarm(value: bytes, member: str) -> bytes:
    return b"\xa1" + cbor_text("MetricAlarms") + b"\x81\xa1" + cbor_text(member) + value


@pytest.mark.parametrize(
    ("member", "value", "parsed", "problem"),
    [
        ("AlarmName", cbor_text("cpu"), "cpu", None),
        ("AlarmName", b"\x05", 5, ("a text", "5")),
        ("Threshold", b"\xfb\x40\x54\x20\x00\x00\x00\x00\x00", 80.5, None),
        ("Threshold", cbor_text("NaN"), "NaN", ("a number", '"NaN"')),
        ("ActionsEnabled", b"\xf5", True, None),
        ("Period", b"\x18\x3c", 60, None),
        ("Period", cbor_text("60"), "60", ("a whole number", '"60"')),
        ("StateUpdatedTimestamp", b"\xc1\x1a\x69\x5b\x8b\xa0", "2026-01-05T10:00:00Z", None),
        ("StateUpdatedTimestamp", b"\x1a\x69\x5b\x8b\xa0", 1767607200, ("a tagged time", "1767607200")),
    ],
)
def test_cbor_types_are_held_to(operation, member, value, parsed, problem):
    answer: Any = read_answer(operation("cloudwatch", "DescribeAlarms"), 200, CBOR, alarm(value, member))

    problems = (Mismatch(f"$.MetricAlarms[0].{member}", *problem),) if problem else ()
    assert answer == Answer({"MetricAlarms": [{member: parsed}]}, problems)
