"""The stubbed provider answers every botocore client by operation and parameters."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ParamValidationError
from tests.unit.lone_provider import active

from pactproof.aws.calls import contract_notes, promised_calls
from pactproof.aws.synthesis import example_params
from pactproof.errors import ContractError, NetworkClosedError, NoMatchError
from pactproof.interaction import Request
from pactproof.promise.stub import StubProvider
from pactproof.transport import install
from pactproof.turns import TOO_OFTEN

BUCKET_OF_A = """
s3.list_objects_v2:
  params: {Bucket: a, Prefix: {$regex: '^r.*$', like: releases/}}
  reads: ['Contents[].Key']
"""


@pytest.fixture(autouse=True)
def _offline(monkeypatch):
    install()
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "placeholder")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.fixture(scope="module")
def session():
    return boto3.Session("placeholder", "placeholder", region_name="us-east-1")


@contextmanager
def stubbed(project: Any, operation: str, scenario: str = "ok") -> Iterator[StubProvider]:
    provider = StubProvider(promised_calls(project.contracts.of(f"aws.{operation}")[scenario]))
    with active(provider):
        yield provider


def test_a_call_is_answered_with_the_contract_over_a_whole_of_the_service_model(written, session):
    project = written("aws: {s3: [list_buckets]}", aws="s3.list_buckets: {response: {Buckets: [{Name: mine}]}}")

    with stubbed(project, "s3.list_buckets") as provider:
        answer = session.client("s3").list_buckets()

    [bucket] = answer["Buckets"]
    assert bucket["Name"] == "mine"
    assert bucket["CreationDate"].tzinfo is not None
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert (provider.request_mismatches(), provider.never_sent()) == ([], [])


def test_clients_and_resources_made_before_are_answered_too(written, session):
    project = written("aws: {s3: [list_buckets]}", aws="s3.list_buckets: {response: {Buckets: [{Name: mine}]}}")
    client, resource = session.client("s3"), session.resource("s3")

    with stubbed(project, "s3.list_buckets"):
        from_client = client.list_buckets()["Buckets"][0]["Name"]
    with stubbed(project, "s3.list_buckets"):
        from_resource = [bucket.name for bucket in resource.buckets.all()]

    assert (from_client, from_resource) == ("mine", ["mine"])


@pytest.mark.parametrize(
    ("params", "told"),
    [
        ({"Buket": "a"}, 'Unknown parameter in input: "Buket"'),
        ({"Bucket": "a", "MaxKeys": "ten"}, "Invalid type for parameter MaxKeys"),
        ({}, 'Missing required parameter in input: "Bucket"'),
    ],
    ids=["unknown", "type", "missing"],
)
def test_botocore_validates_the_parameters_before_anything_is_answered(written, session, params, told):
    project = written("aws: {s3: [list_objects_v2]}", aws=BUCKET_OF_A)

    with stubbed(project, "s3.list_objects_v2") as provider, pytest.raises(ParamValidationError, match=told):
        session.client("s3").list_objects_v2(**params)

    assert [str(each) for each in provider.never_sent()] == [
        "request: expected s3.ListObjectsV2(Bucket=a, Prefix=releases/), found nothing"
    ]


@pytest.mark.parametrize(
    ("params", "path"),
    [
        ({"Bucket": "b", "Prefix": "releases/"}, "$.Bucket"),
        ({"Bucket": "a", "Prefix": "other/"}, "$.Prefix"),
        ({"Bucket": "a"}, "$.Prefix"),
        ({"Bucket": "a", "Prefix": "r", "MaxKeys": 5}, "$.MaxKeys"),
    ],
    ids=["value", "pattern", "missing", "more"],
)
def test_other_parameters_than_promised_are_told_with_their_path(written, session, params, path):
    project = written("aws: {s3: [list_objects_v2]}", aws=BUCKET_OF_A)

    with stubbed(project, "s3.list_objects_v2") as provider, pytest.raises(NoMatchError) as refused:
        session.client("s3").list_objects_v2(**params)

    assert [mismatch.path for mismatch in provider.request_mismatches()] == [path]
    assert refused.value.what.startswith(f"s3.ListObjectsV2 was called otherwise than promised: {path}: expected ")


def test_another_operation_than_promised_is_refused(written, session):
    project = written("aws: {s3: [list_buckets]}", aws="s3.list_buckets:")

    with stubbed(project, "s3.list_buckets") as provider, pytest.raises(NoMatchError) as refused:
        session.client("iam").list_users()

    what = "iam.ListUsers was called otherwise than promised: operation: expected ListBuckets, found ListUsers"
    assert str(refused.value) == f"{what}\n  fix: see the fault of this test"
    assert [str(each) for each in provider.request_mismatches()] == ["operation: expected ListBuckets, found ListUsers"]


def test_what_is_promised_once_and_called_twice_is_refused(written, session):
    project = written("aws: {s3: [list_buckets]}", aws="s3.list_buckets:")
    client = session.client("s3")

    with stubbed(project, "s3.list_buckets") as provider:
        client.list_buckets()
        with pytest.raises(NoMatchError):
            client.list_buckets()

    [mismatch] = provider.request_mismatches()
    assert str(mismatch) == "request: expected s3.ListBuckets, once, found 2 times"
    assert mismatch.text == TOO_OFTEN


SEQUENCE = """
sqs.get_queue_url:
  sequence:
    - {params: {QueueName: a}, response: {QueueUrl: 'https://queue.example.com/a'}}
    - {params: {QueueName: b}, response: {QueueUrl: 'https://queue.example.com/b'}}
    - {params: {QueueName: b}, response: {QueueUrl: 'https://queue.example.com/b/again'}}
    - {params: {QueueName: c}, error: {code: AWS.SimpleQueueService.NonExistentQueue, status: 400}}
"""


def test_calls_are_answered_by_their_parameters_in_any_order_and_the_same_call_in_turn(written, session):
    project = written("aws: {sqs: [get_queue_url]}", aws=SEQUENCE)
    client = session.client("sqs")

    with stubbed(project, "sqs.get_queue_url") as provider:
        with pytest.raises(ClientError):
            client.get_queue_url(QueueName="c")
        urls = [client.get_queue_url(QueueName=name)["QueueUrl"] for name in ("b", "a", "b")]
        missing = provider.never_sent()

    assert [url.removeprefix("https://queue.example.com/") for url in urls] == ["b", "a", "b/again"]
    assert missing == []


def test_what_was_never_called_is_told(written, session):
    project = written("aws: {sqs: [get_queue_url]}", aws=SEQUENCE)

    with stubbed(project, "sqs.get_queue_url") as provider:
        session.client("sqs").get_queue_url(QueueName="a")

    assert [str(each) for each in provider.never_sent()] == [
        "request: expected sqs.GetQueueUrl(QueueName=b), 2 times, found nothing",
        "request: expected sqs.GetQueueUrl(QueueName=c), found nothing",
    ]


def test_threads_get_each_their_own_answer(written, session):
    names = [f"queue-{number}" for number in range(40)]
    entries = "".join(
        f"    - {{params: {{QueueName: {name}}}, response: {{QueueUrl: 'https://queue.example.com/{name}'}}}}\n"
        for name in names
    )
    project = written("aws: {sqs: [get_queue_url]}", aws=f"sqs.get_queue_url:\n  sequence:\n{entries}")
    client = session.client("sqs")

    with stubbed(project, "sqs.get_queue_url") as provider, ThreadPoolExecutor(8) as pool:
        urls = list(pool.map(lambda name: client.get_queue_url(QueueName=name)["QueueUrl"], names[::-1]))

    assert urls == [f"https://queue.example.com/{name}" for name in names[::-1]]
    assert (provider.request_mismatches(), provider.never_sent()) == ([], [])


@pytest.mark.parametrize(
    ("service", "operation"),
    [
        ("s3", "list_objects_v2"),
        ("iam", "list_users"),
        ("ec2", "describe_instances"),
        ("dynamodb", "scan"),
        ("logs", "filter_log_events"),
        ("cloudwatch", "describe_alarms"),
        ("ecr", "list_images"),
        ("ce", "get_cost_and_usage_comparisons"),
        ("lambda", "list_functions"),
        ("route53", "list_hosted_zones"),
    ],
)
def test_a_paginator_ends_after_the_one_page_that_is_promised(written, session, service, operation):
    project = written(f"aws: {{{service}: [{operation}]}}", aws=f"{service}.{operation}:")
    client = session.client(service)
    [call] = promised_calls(project.contracts.of(f"aws.{service}.{operation}")["ok"])

    with stubbed(project, f"{service}.{operation}") as provider:
        pages = list(client.get_paginator(operation).paginate(**example_params(call.operation)))

    assert len(pages) == 1
    assert provider.request_mismatches() == []


PAGES = """
iam.list_users:
  sequence:
    - {params: {}, response: {Users: [{UserName: ada}], IsTruncated: true, Marker: m1}}
    - {params: {Marker: m1}, response: {Users: [{UserName: ben}], IsTruncated: false}}
"""


def test_a_paginator_follows_the_pages_that_are_promised(written, session):
    project = written("aws: {iam: [list_users]}", aws=PAGES)

    with stubbed(project, "iam.list_users") as provider:
        pages = list(session.client("iam").get_paginator("list_users").paginate())

    assert [user["UserName"] for page in pages for user in page["Users"]] == ["ada", "ben"]
    assert (provider.request_mismatches(), provider.never_sent()) == ([], [])


def test_an_error_scenario_raises_what_botocore_would(written, session):
    project = written(
        "aws: {iam: [get_user]}",
        aws="""
        iam.get_user:
          scenarios:
            not_found:
              params: {UserName: nobody}
              error: {code: NoSuchEntity, status: 404, message: The user nobody cannot be found}
        """,
    )
    client = session.client("iam")

    with stubbed(project, "iam.get_user", "not_found"), pytest.raises(client.exceptions.NoSuchEntityException) as told:
        client.get_user(UserName="nobody")

    assert told.value.response["Error"] == {"Code": "NoSuchEntity", "Message": "The user nobody cannot be found"}
    assert told.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404


def test_a_streaming_body_is_read_as_botocores_own(written, session):
    project = written(
        "aws: {s3: [get_object]}", aws="s3.get_object: {params: {Bucket: a, Key: k}, response: {Body: content}}"
    )

    with stubbed(project, "s3.get_object"):
        answer = session.client("s3").get_object(Bucket="a", Key="k")
        content = answer["Body"].read()

    assert content == b"content"
    assert answer["Body"].read() == b""


def test_a_policy_document_is_a_mapping_as_a_client_hands_it_out(written, session):
    document = "{Version: '2012-10-17', Statement: [{Effect: Allow}]}"
    project = written(
        "aws: {iam: [list_roles]}",
        aws=f"iam.list_roles: {{response: {{Roles: [{{AssumeRolePolicyDocument: {document}}}]}}}}",
    )

    with stubbed(project, "iam.list_roles"):
        [role] = session.client("iam").list_roles()["Roles"]

    assert role["AssumeRolePolicyDocument"] == {"Version": "2012-10-17", "Statement": [{"Effect": "Allow"}]}


def test_requests_that_no_botocore_client_makes_are_refused(written):
    project = written("aws: {s3: [list_buckets]}", aws="s3.list_buckets:")

    with stubbed(project, "s3.list_buckets") as provider, pytest.raises(NetworkClosedError) as refused:
        provider.handle(Request("GET", "https://mine.s3.amazonaws.com/key?X-Amz-Signature=1"))

    assert str(refused.value) == (
        "GET https://mine.s3.amazonaws.com/key was refused: an AWS contract answers calls of botocore alone\n"
        "  fix: make the call through a boto3 client"
    )


def test_a_value_that_an_enum_does_not_list_is_a_note_and_is_answered(written, session):
    project = written(
        "aws: {cloudwatch: [describe_alarms]}",
        aws="cloudwatch.describe_alarms: {response: {MetricAlarms: [{AlarmName: a, StateValue: PAUSED}]}}",
    )

    notes = contract_notes(project.contracts.of("aws.cloudwatch.describe_alarms")["ok"])
    with stubbed(project, "cloudwatch.describe_alarms"):
        [alarm] = session.client("cloudwatch").describe_alarms()["MetricAlarms"]

    assert alarm["StateValue"] == "PAUSED"
    assert [str(note) for note in notes] == [
        "$.MetricAlarms[0].StateValue: expected one of OK, ALARM, INSUFFICIENT_DATA, found PAUSED"
    ]


THROTTLED = """
dynamodb.describe_table:
  sequence:
    - {params: {TableName: a}, error: {code: ThrottlingException, status: 400}}
    - {params: {TableName: a}, error: {code: InternalServerError, status: 500}}
    - {params: {TableName: a}, response: {Table: {TableStatus: ACTIVE}}}
"""


@pytest.mark.parametrize("mode", ["legacy", "standard"])
def test_botocores_retries_see_each_answer_and_wait_for_none(written, session, mode, monkeypatch):
    monkeypatch.setattr("time.sleep", lambda seconds: pytest.fail(f"slept {seconds} s"))
    project = written("aws: {dynamodb: [describe_table]}", aws=THROTTLED)
    client = session.client("dynamodb", config=Config(retries={"mode": mode, "total_max_attempts": 4}))

    with stubbed(project, "dynamodb.describe_table") as provider:
        answer = client.describe_table(TableName="a")

    assert answer["Table"]["TableStatus"] == "ACTIVE"
    assert answer["ResponseMetadata"]["RetryAttempts"] == 2
    assert (provider.request_mismatches(), provider.never_sent()) == ([], [])


def test_a_waiter_polls_a_repeatable_answer_and_then_the_next_without_waiting(written, session, monkeypatch):
    monkeypatch.setattr("time.sleep", lambda seconds: pytest.fail(f"slept {seconds} s"))
    project = written(
        "aws: {dynamodb: [describe_table]}",
        aws="""
        dynamodb.describe_table:
          sequence:
            - {params: {TableName: a}, response: {Table: {TableStatus: CREATING}}, repeatable: true}
            - {params: {TableName: a}, response: {Table: {TableStatus: ACTIVE}}}
        """,
    )

    with stubbed(project, "dynamodb.describe_table") as provider:
        session.client("dynamodb").get_waiter("table_exists").wait(TableName="a")

    assert (provider.request_mismatches(), provider.never_sent()) == ([], [])


def test_what_is_repeatable_is_called_once_or_more(written, session):
    project = written("aws: {s3: [list_buckets]}", aws="s3.list_buckets: {repeatable: true}")
    client = session.client("s3")

    with stubbed(project, "s3.list_buckets") as provider:
        before = [str(each) for each in provider.never_sent()]
        answers = [client.list_buckets() for _ in range(3)]

    assert before == ["request: expected s3.ListBuckets, at least once, found nothing"]
    assert len(answers) == 3
    assert (provider.request_mismatches(), provider.never_sent()) == ([], [])


def test_a_sequence_may_hold_calls_of_other_operations_and_services(written, session):
    project = written(
        "aws: {s3: [put_object]}",
        aws="""
        s3.put_object:
          sequence:
            - operation: sts.get_caller_identity
              response: {Account: '111122223333'}
            - params: {Bucket: a, Key: k, Body: {$binary: image/png, like: iVBORw==}}
            - operation: head_object
        """,
    )

    with stubbed(project, "s3.put_object") as provider:
        account = session.client("sts").get_caller_identity()["Account"]
        session.client("s3").put_object(Bucket="a", Key="k", Body=bytes([0x89, 0x50, 0x4E, 0x47]))
        session.client("s3").head_object(Bucket="a", Key="k")

    assert account == "111122223333"
    assert (provider.request_mismatches(), provider.never_sent()) == ([], [])


def test_an_operation_that_botocore_does_not_have_is_told_with_its_place(written):
    with pytest.raises(ContractError) as refused:
        written("aws: {s3: [put_object]}", aws="s3.put_object: {sequence: [{}, {operation: head_objekt}]}")

    assert str(refused.value) == (
        "contracts/aws.yaml:1:16: AWS s3 has no operation 'head_objekt'\n  fix: write head_object or head_bucket"
    )


@pytest.mark.parametrize(
    ("registry", "told"),
    [
        ("aws: {kinesis: [subscribe_to_shard]}", "3:19: kinesis.SubscribeToShard answers with"),
        ("aws: {lexv2-runtime: [start_conversation]}", "3:25: lexv2-runtime.StartConversation sends"),
    ],
    ids=["answer", "request"],
)
def test_an_event_stream_is_no_promise(written, registry, told):
    with pytest.raises(ContractError) as refused:
        written(registry)

    name = "aws." + registry.removeprefix("aws: {").removesuffix("]}").replace(": [", ".")
    assert str(refused.value) == (
        f"registry.yaml:{told} an event stream, which cannot be synthesised\n"
        f"  fix: take {name} out of registry.yaml, and test it without a contract"
    )


def test_what_speaks_of_a_body_agrees_with_it(written, session):
    project = written(
        "aws: {s3: [get_object]}", aws="s3.get_object: {params: {Bucket: a, Key: k}, response: {Body: content}}"
    )

    with stubbed(project, "s3.get_object"):
        answer = session.client("s3").get_object(Bucket="a", Key="k")

    assert (answer["ContentLength"], answer["ETag"]) == (7, '"9a0364b9e99bb480dd25e1f0284c8555"')
    assert [name for name in answer if name.startswith("Checksum") or name == "ContentRange"] == []
    assert answer["ResponseMetadata"]["HTTPHeaders"]["content-length"] == "7"


def test_a_file_is_read_from_where_it_stands_as_a_client_sends_it(written, session, tmp_path):
    (tmp_path / "note.txt").write_bytes(b"a line\ntwo lamps")
    project = written("aws: {s3: [put_object]}", aws="s3.put_object: {params: {Bucket: a, Key: k, Body: two lamps}}")

    with stubbed(project, "s3.put_object") as provider, (tmp_path / "note.txt").open("rb") as file:
        file.readline()
        session.client("s3").put_object(Bucket="a", Key="k", Body=file)

    assert (provider.request_mismatches(), provider.never_sent()) == ([], [])


def test_a_presigned_url_is_signed_and_calls_nothing(written, session):
    project = written("aws: {s3: [get_object]}", aws="s3.get_object: {params: {Bucket: a, Key: k}}")
    client = session.client("s3", config=Config(signature_version="s3v4"))

    with stubbed(project, "s3.get_object") as provider:
        url = client.generate_presigned_url("get_object", {"Bucket": "a", "Key": "k"})

    assert "X-Amz-Signature=" in url
    assert provider.request_mismatches() == []
    assert [str(each) for each in provider.never_sent()] == [
        "request: expected s3.GetObject(Bucket=a, Key=k), found nothing"
    ]


def test_the_address_that_timestream_looks_up_is_no_call_of_the_program(written, session):
    project = written("aws: {timestream-query: [cancel_query]}", aws="timestream-query.cancel_query:")
    client = session.client("timestream-query")
    [call] = promised_calls(project.contracts.of("aws.timestream-query.cancel_query")["ok"])

    with stubbed(project, "timestream-query.cancel_query") as provider:
        client.cancel_query(**example_params(call.operation))

    assert (provider.request_mismatches(), provider.never_sent()) == ([], [])
