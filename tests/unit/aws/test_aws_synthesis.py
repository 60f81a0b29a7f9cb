from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import botocore.session
import pytest
from botocore.stub import Stubber

from pactproof.aws.synthesis import example_params, example_response, merge, streaming_member
from pactproof.errors import GenerationError

WHEN = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)


def test_the_least_parameters_are_the_required_ones(operation):
    params = example_params(operation("s3", "ListObjectsV2"))

    assert params == {"Bucket": "example-bucket"}


def test_an_answer_has_every_member_but_the_page_token(operation):
    response = example_response(operation("s3", "ListBuckets"))

    assert response == {
        "Buckets": [
            {
                "Name": "example-bucket",
                "CreationDate": WHEN,
                "BucketRegion": "us-east-1",
                "BucketArn": "arn:aws:s3:::example-bucket",
            }
        ],
        "Owner": {"DisplayName": "example", "ID": "01234567-89ab-cdef-0123-456789abcdef"},
        "Prefix": "example",
    }


def test_costs_are_numbers_in_texts_under_the_metrics_asked_for(operation):
    period = {"Start": "2026-01-01", "End": "2026-02-01"}
    params = {"TimePeriod": period, "Granularity": "MONTHLY", "Metrics": ["UnblendedCost", "UsageQuantity"]}

    result = example_response(operation("ce", "GetCostAndUsage"), params)["ResultsByTime"][0]

    cost = {"Amount": "12.5", "Unit": "USD"}
    assert result["TimePeriod"] == period
    assert result["Total"] == {"UnblendedCost": cost, "UsageQuantity": cost}
    assert result["Groups"][0]["Metrics"] == {"UnblendedCost": cost, "UsageQuantity": cost}


def test_a_period_ends_after_it_starts(operation):
    params = example_params(operation("ce", "GetCostForecast"))

    assert params["TimePeriod"] == {"Start": "2026-01-05", "End": "2026-01-06"}


def test_names_asked_for_come_back(operation):
    response = example_response(operation("ecr", "DescribeRepositories"), {"repositoryNames": ["app"]})

    repository = response["repositories"][0]
    assert repository["repositoryName"] == "app"
    assert repository["registryId"] == "123456789012"
    assert repository["repositoryArn"] == "arn:aws:ecr:us-east-1:123456789012:repository/example"


def test_a_policy_document_is_json_text_as_the_parser_gives_it(operation):
    role = example_response(operation("iam", "GetRole"), {"RoleName": "deploy"})["Role"]

    assert role["RoleName"] == "deploy"
    assert role["Arn"] == "arn:aws:iam::123456789012:role/example"
    assert json.loads(role["AssumeRolePolicyDocument"])["Version"] == "2012-10-17"


def test_a_typed_value_of_dynamodb_has_one_type(operation):
    get_item = operation("dynamodb", "GetItem")

    params = example_params(get_item)

    assert params == {"TableName": "example", "Key": {"example": {"S": "example"}}}
    assert example_response(get_item, params)["Item"] == {"example": {"S": "example"}}


def test_a_typed_value_of_dynamodb_is_replaced_as_a_whole(operation):
    shape = operation("dynamodb", "Query").output_shape

    merged = merge({"Items": [{"id": {"S": "example"}}]}, {"Items": [{"lamps": {"N": "2"}}]}, shape)

    assert merged == {"Items": [{"lamps": {"N": "2"}}]}


def test_a_union_has_one_member(operation):
    configuration = operation("bedrock-runtime", "Converse")

    output = example_response(configuration)["output"]["message"]["content"][0]

    assert output == {"text": "example"}


def test_a_truncation_flag_says_that_no_page_follows(operation):
    response = example_response(operation("cloudfront", "ListDistributions"))

    assert response["DistributionList"]["IsTruncated"] is False
    assert "NextMarker" not in response["DistributionList"]


def test_a_streaming_body_is_plain_bytes_under_its_member(operation):
    get_object = operation("s3", "GetObject")

    response = example_response(get_object)

    assert streaming_member(get_object) == "Body"
    assert response["Body"] == b"example"
    assert streaming_member(operation("s3", "ListBuckets")) is None


def test_two_runs_agree(operation):
    describe = operation("ec2", "DescribeInstances")

    assert repr(example_response(describe)) == repr(example_response(describe))


def test_an_answer_that_is_an_event_stream_is_refused_by_name(operation):
    with pytest.raises(GenerationError) as refused:
        example_response(operation("s3", "SelectObjectContent"))

    assert str(refused.value) == "s3.SelectObjectContent answers with an event stream, which cannot be synthesised"


def test_a_request_that_is_an_event_stream_is_refused_by_name(operation):
    with pytest.raises(GenerationError) as refused:
        example_params(operation("lexv2-runtime", "StartConversation"))

    message = "lexv2-runtime.StartConversation sends an event stream, which cannot be synthesised"
    assert str(refused.value) == message


@pytest.mark.parametrize(
    ("service", "method"),
    [
        ("s3", "list_objects_v2"), ("iam", "list_roles"), ("cloudfront", "list_distributions"),
        ("dynamodb", "list_tables"), ("logs", "describe_log_groups"), ("route53", "list_resource_record_sets"),
        ("apigateway", "get_rest_apis"), ("ecr", "describe_repositories"),
    ],
)  # fmt: skip
def test_a_paginator_ends_after_the_example(service, method):
    client = _client(service)
    operation = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[method])
    params = example_params(operation)
    with Stubber(client) as stubber:
        stubber.add_response(method, example_response(operation, params))

        pages = list(client.get_paginator(method).paginate(**params))

    assert len(pages) == 1


def test_a_client_decodes_the_example_of_a_policy():
    client = _client("iam")
    operation = client.meta.service_model.operation_model("GetRole")
    with Stubber(client) as stubber:
        stubber.add_response("get_role", example_response(operation, {"RoleName": "deploy"}))

        role = client.get_role(RoleName="deploy")["Role"]

    assert role["AssumeRolePolicyDocument"]["Version"] == "2012-10-17"


def test_a_partial_response_is_completed():
    example = {"Buckets": [{"Name": "example", "BucketRegion": "us-east-1"}], "Owner": {"ID": "1"}}

    merged = merge(example, {"Buckets": [{"Name": "one"}, {"Name": "two", "BucketRegion": "eu-west-1"}]})

    assert merged == {
        "Buckets": [{"Name": "one", "BucketRegion": "us-east-1"}, {"Name": "two", "BucketRegion": "eu-west-1"}],
        "Owner": {"ID": "1"},
    }


def test_an_empty_list_and_a_null_are_taken_at_their_word():
    merged = merge({"Buckets": [{"Name": "example"}], "Prefix": "example"}, {"Buckets": [], "Prefix": None})

    assert merged == {"Buckets": []}


def test_with_the_shape_map_entries_replace_the_example_and_are_completed(operation):
    shape = operation("ce", "GetCostAndUsage").output_shape
    example = {"ResultsByTime": [{"Total": {"UnblendedCost": {"Amount": "12.5", "Unit": "USD"}}, "Estimated": True}]}

    merged = merge(example, {"ResultsByTime": [{"Total": {"AmortizedCost": {"Amount": "3"}}}]}, shape)

    assert merged == {
        "ResultsByTime": [{"Total": {"AmortizedCost": {"Amount": "3", "Unit": "USD"}}, "Estimated": True}]
    }


def test_with_the_shape_the_member_of_a_union_replaces_the_example(operation):
    shape = operation("bedrock-runtime", "Converse").output_shape.members["output"].members["message"]
    example = {"role": "user", "content": [{"text": "example"}]}

    merged = merge(example, {"content": [{"image": {"format": "png"}}]}, shape)

    assert merged == {"role": "user", "content": [{"image": {"format": "png"}}]}


def test_merging_leaves_both_sides_alone():
    example, given = {"Tags": [{"Key": "a"}]}, {"Tags": [{"Value": "b"}]}

    merge(example, given)["Tags"][0]["Key"] = "changed"

    assert (example, given) == ({"Tags": [{"Key": "a"}]}, {"Tags": [{"Value": "b"}]})


def _client(service: str) -> Any:
    session = botocore.session.Session()
    session.set_credentials("testing", "testing")
    return session.create_client(service, region_name="us-east-1")
