from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import botocore.session
import pytest
from botocore.exceptions import ParamValidationError
from botocore.stub import Stubber

from pactproof.aws.stub_check import enum_notes, member_exists, params_faults, response_faults
from pactproof.interaction import Mismatch

S3_BUCKET = "it has BucketArn, BucketRegion, CreationDate, Name"


@pytest.mark.parametrize(
    ("service", "name", "response", "expected"),
    [
        ("s3", "ListBuckets", {"Buckets": [{"Nmae": "a"}]}, [
            Mismatch(
                "$.Buckets[0].Nmae", f"a member of Bucket; nearest: Name; {S3_BUCKET}", "Nmae, which it does not have"
            ),
        ]),
        ("s3", "ListBuckets", {"Buckets": {"Name": "a"}}, [Mismatch("$.Buckets", "a list", "an object")]),
        ("s3", "ListBuckets", {"Buckets": [{"Name": 7}]}, [Mismatch("$.Buckets[0].Name", "a text", "7")]),
        ("s3", "ListBuckets", {"Owner": [1]}, [Mismatch("$.Owner", "an object", "a list")]),
        ("s3", "ListBuckets", {"Buckets": [{"CreationDate": "soon"}]}, [
            Mismatch("$.Buckets[0].CreationDate", "a date and time", '"soon"'),
        ]),
        ("s3", "ListObjectsV2", {"IsTruncated": "no", "KeyCount": "1"}, [
            Mismatch("$.IsTruncated", "true or false", '"no"'), Mismatch("$.KeyCount", "a whole number", '"1"'),
        ]),
        ("iam", "ListUsers", {"IsTruncated": False}, [
            Mismatch("$.Users", "a value: the model requires it", "nothing"),
        ]),
        ("ecr", "DescribeRepositories", {"repositories": [{"repositoryName": "a"}]}, [
            Mismatch("$.repositories[0].repositoryName", "at least 2 characters", "1 characters"),
        ]),
        ("dynamodb", "GetItem", {"Item": {"id": {"S": 5}}}, [Mismatch("$.Item.id.S", "a text", "5")]),
        ("s3", "DeleteBucket", {"Gone": True}, [Mismatch("$.Gone", "nothing: DeleteBucket has no output", "true")]),
        ("bedrock-runtime", "Converse", {"output": {}, "stopReason": "end_turn"}, [
            Mismatch("$.usage", "a value: the model requires it", "nothing"),
            Mismatch("$.metrics", "a value: the model requires it", "nothing"),
            Mismatch("$.output", "exactly one of message", "0 of them"),
        ]),
    ],
    ids=[
        "a misspelled member", "an object for a list", "a number for a text", "a list for an object", "no time",
        "several faults in one go", "a missing required member", "too short", "below a map", "no output at all",
        "an empty union",
    ],
)  # fmt: skip
def test_what_a_stub_would_refuse_is_named_with_its_place(operation, service, name, response, expected):
    faults = response_faults(operation(service, name), response)

    assert faults == expected
    assert _stubber_refuses(service, name, response)


@pytest.mark.parametrize(
    ("service", "name", "response"),
    [
        ("s3", "ListBuckets", {}),
        ("s3", "ListBuckets", {"Buckets": [], "ResponseMetadata": {"anything": 1}}),
        ("s3", "ListBuckets", {"Buckets": [{"CreationDate": datetime(2026, 1, 5, tzinfo=UTC)}]}),
        ("s3", "ListBuckets", {"Buckets": [{"CreationDate": "2026-01-05T10:00:00Z"}]}),
        ("s3", "GetObject", {"Body": b"bytes"}),
        ("s3", "ListObjectsV2", {"KeyCount": True}),
        ("s3", "GetBucketVersioning", {"Status": "no such value"}),
        ("s3", "DeleteBucket", {}),
    ],
)
def test_what_a_stub_takes_passes(operation, service, name, response):
    faults = response_faults(operation(service, name), response)

    assert faults == []
    assert not _stubber_refuses(service, name, response)


def test_a_policy_document_may_be_written_as_a_mapping(operation):
    role = {"Path": "/", "RoleName": "r", "RoleId": "0123456789abcdef", "Arn": "arn:aws:iam::123456789012:role/r"}
    written = {"Role": {**role, "CreateDate": "2026-01-05", "AssumeRolePolicyDocument": {"Version": "2012-10-17"}}}

    assert response_faults(operation("iam", "GetRole"), written) == []


def test_parameters_are_checked_alike(operation):
    faults = params_faults(operation("s3", "ListObjectsV2"), {"Buckt": "a", "MaxKeys": "1"})

    assert [(fault.path, fault.found) for fault in faults] == [
        ("$.Bucket", "nothing"),
        ("$.Buckt", "Buckt, which it does not have"),
        ("$.MaxKeys", '"1"'),
    ]
    assert "nearest: Bucket;" in faults[1].expected


def test_parameters_for_an_operation_without_any_are_named(operation):
    faults = params_faults(operation("s3", "WriteGetObjectResponse"), {})

    assert [fault.path for fault in faults] == ["$.RequestRoute", "$.RequestToken"]


def test_a_value_that_an_enum_does_not_list_is_a_note(operation):
    versioning = operation("s3", "GetBucketVersioning")

    notes = enum_notes(versioning, {"Status": "On", "MFADelete": "Enabled"})

    assert notes == [Mismatch("$.Status", "one of Enabled, Suspended", "On")]


def test_enums_inside_lists_and_map_keys_are_noted(operation):
    assert [note.path for note in enum_notes(operation("ec2", "DescribeInstances"), {
        "Reservations": [{"Instances": [{"State": {"Name": "sleeping"}}, {"State": {"Name": "running"}}]}]
    })] == ["$.Reservations[0].Instances[0].State.Name"]  # fmt: skip
    assert [
        note.path for note in enum_notes(operation("sqs", "GetQueueAttributes"), {"Attributes": {"Colour": "1"}})
    ] == ["$.Attributes.Colour"]


@pytest.mark.parametrize(
    ("service", "name", "read"),
    [
        ("s3", "ListBuckets", "Buckets"),
        ("s3", "ListBuckets", "Buckets[].Name"),
        ("s3", "ListBuckets", "$.Buckets[0].Name"),
        ("ce", "GetCostAndUsage", "ResultsByTime[].Total.UnblendedCost.Amount"),
        ("ce", "GetCostAndUsage", "ResultsByTime[].Total.*.Amount"),
        ("ce", "GetCostAndUsage", "ResultsByTime[].Groups[].Keys[]"),
        ("iam", "GetRole", "Role.AssumeRolePolicyDocument.Statement[].Effect"),
    ],
)
def test_a_read_that_exists_is_fine(operation, service, name, read):
    assert member_exists(operation(service, name), read) is None


@pytest.mark.parametrize(
    ("service", "name", "read", "message"),
    [
        ("s3", "ListBuckets", "Buckets[].Nmae",
         f"Buckets[].Nmae: Buckets[] has no member Nmae; nearest: Name; {S3_BUCKET}"),
        ("s3", "ListBuckets", "Buckets.Name", "Buckets.Name: Buckets is a list: write Buckets[].Name"),
        ("s3", "ListBuckets", "Owner[].ID", "Owner[].ID: Owner is a structure, not a list: leave out the []"),
        ("s3", "ListBuckets", "Prefix.Length", "Prefix.Length: Prefix is a string, it has no members"),
        ("s3", "ListBuckets", "Zzz",
         "Zzz: ListBucketsOutput has no member Zzz; it has Buckets, ContinuationToken, Owner, Prefix"),
        ("ce", "GetCostAndUsage", "ResultsByTime[].Total.UnblendedCost.Amonut",
         "ResultsByTime[].Total.UnblendedCost.Amonut: ResultsByTime[].Total.UnblendedCost has no member Amonut; "
         "nearest: Amount; it has Amount, Unit"),
        ("s3", "ListBuckets", "Buckets[].", "Buckets[].: '' is no step; write a member's name, with [] after a list's"),
        ("s3", "DeleteBucket", "Gone", "Gone: DeleteBucket has no output"),
    ],
)  # fmt: skip
def test_a_read_that_does_not_exist_is_told_with_what_does(operation, service, name, read, message):
    assert member_exists(operation(service, name), read) == message


def _stubber_refuses(service: str, name: str, response: dict[str, Any]) -> bool:
    session = botocore.session.Session()
    session.set_credentials("testing", "testing")
    client = session.create_client(service, region_name="us-east-1")
    method = next(method for method, each in client.meta.method_to_api_mapping.items() if each == name)
    try:
        Stubber(client).add_response(method, response)
    except ParamValidationError:
        return True
    return False
