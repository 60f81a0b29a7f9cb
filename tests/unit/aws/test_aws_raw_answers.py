from __future__ import annotations

import pytest

from pactproof.aws.raw import read_answer
from pactproof.aws.wire import normalised

ANSWERS = (
    "s3.create_bucket", "s3.list_buckets", "s3.get_bucket_location", "s3.list_objects_v2", "s3.head_object",
    "iam.create_user", "iam.create_role", "iam.list_users", "iam.list_roles", "ce.get_cost_and_usage",
    "cloudwatch.put_metric_alarm", "cloudwatch.describe_alarms", "ecr.create_repository", "ecr.describe_repositories",
    "ecr.list_images", "ec2.run_instances", "ec2.describe_instances", "sqs.create_queue", "sqs.get_queue_attributes",
    "sqs.receive_message", "dynamodb.create_table", "dynamodb.describe_table", "dynamodb.get_item",
    "lambda.list_functions", "route53.create_hosted_zone", "route53.list_hosted_zones", "sts.get_caller_identity",
    "logs.create_log_group", "logs.describe_log_groups",
)  # fmt: skip


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_reads_as_a_client_reads_it(recorded, name):
    answer = recorded[name]

    read = read_answer(answer.operation, answer.status, answer.headers, answer.body)

    assert read.parsed == normalised(answer.parsed)
    assert read.problems == ()
    assert read.error is None
