from __future__ import annotations

from datetime import UTC, datetime

from pactproof.aws.parser_view import as_parser_gives
from pactproof.aws.stub_check import response_faults

POLICY = {"Version": "2012-10-17", "Statement": []}


def test_what_a_person_writes_becomes_what_the_parser_gives(operation):
    list_buckets = operation("s3", "ListBuckets")

    given = as_parser_gives(list_buckets, {"Buckets": [{"Name": "a", "CreationDate": "2026-01-05T10:00:00Z"}]})

    assert given == {"Buckets": [{"Name": "a", "CreationDate": datetime(2026, 1, 5, 10, 0, tzinfo=UTC)}]}


def test_texts_of_blobs_become_bytes(operation):
    given = as_parser_gives(operation("dynamodb", "GetItem"), {"Item": {"a": {"B": "raw"}, "b": {"S": "text"}}})

    assert given == {"Item": {"a": {"B": b"raw"}, "b": {"S": "text"}}}


def test_policy_documents_become_text(operation):
    get_role = operation("iam", "GetRole")

    given = as_parser_gives(get_role, {"Role": {"AssumeRolePolicyDocument": POLICY}})

    assert given == {"Role": {"AssumeRolePolicyDocument": '{"Version": "2012-10-17", "Statement": []}'}}


def test_what_fits_no_type_is_left_for_the_check_to_name(operation):
    list_buckets = operation("s3", "ListBuckets")

    given = as_parser_gives(list_buckets, {"Buckets": [{"CreationDate": "soon"}], "Owner": 3, "Other": 1})

    assert given == {"Buckets": [{"CreationDate": "soon"}], "Owner": 3, "Other": 1}
    assert [fault.path for fault in response_faults(list_buckets, given)] == [
        "$.Buckets[0].CreationDate",
        "$.Owner",
        "$.Other",
    ]


def test_an_operation_without_output_has_nothing_to_convert(operation):
    assert as_parser_gives(operation("s3", "DeleteBucket"), {}) == {}
