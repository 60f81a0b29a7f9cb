"""A provider that refuses the credentials is not asked again in the same run, by no worker of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.integration.faulty_provider import Answer, Faulty, Provider, provider
from tests.integration.plugin_project import LAMP, PluginProject, project

from pactproof.pytest_plugin.stopped import StoppedServices

__all__ = ["project"]
pytest_plugins = "pytester"

AWS = """
consumer: till
contracts:
  aws:
    s3: [list_buckets, list_directory_buckets]
    iam: [list_users]
    dynamodb: [list_tables]
"""
TESTS = """
import boto3, os

def client(service):
    return boto3.client(service, region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b")

@contract("aws.s3.list_buckets")
def test_s3(provider):
    client("s3").list_buckets()

@contract("aws.s3.list_directory_buckets")
def test_s3_again(provider):
    client("s3").list_directory_buckets()

@contract("aws.iam.list_users")
def test_iam(provider):
    client("iam").list_users()

@contract("aws.dynamodb.list_tables")
def test_dynamodb(provider):
    client("dynamodb").list_tables()
"""


@pytest.fixture
def aws(project: PluginProject, monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    project.with_s3(TESTS)
    project.write("registry.yaml", AWS)
    with provider() as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
        yield server


def refusing(service: str, status: int, code: str) -> Answer:
    """Answers of a service that refuses with `code`; every other one answers that there is nothing to list."""

    def answer(handler: Faulty) -> None:
        signed = handler.headers["Authorization"].partition("us-east-1/")[2].partition("/")[0]
        signed = signed.replace("s3express", "s3")
        xml = {"Content-Type": "text/xml"}
        if signed == "dynamodb" == service:
            kind = {"__type": f"com.amazon.coral.service#{code}", "message": "no"}
            handler.send(status, kind, {"Content-Type": "application/x-amz-json-1.0"})
        elif signed == "dynamodb":
            handler.send(body={"TableNames": []}, headers={"Content-Type": "application/x-amz-json-1.0"})
        elif signed == service:
            handler.send(status, f"<Error><Code>{code}</Code><Message>no</Message></Error>".encode(), xml)
        elif signed == "iam":
            users = "<ListUsersResult><IsTruncated>false</IsTruncated><Users/></ListUsersResult>"
            handler.send(body=f"<ListUsersResponse>{users}</ListUsersResponse>".encode(), headers=xml)
        else:
            handler.send(body=b"<ListAllMyBucketsResult><Buckets/></ListAllMyBucketsResult>", headers=xml)

    return answer


def test_what_one_service_of_aws_does_not_allow_stops_that_service_alone(project: PluginProject, aws: Provider):
    aws.answer = refusing("s3", 403, "AccessDenied")

    run = project.run("--record-mode=rewrite", "-k", "replay")

    assert run.faults == {"test_s3[replay]": "auth", "test_s3_again[replay]": "auth"}, run.text
    assert "s3.ListBuckets was refused: " in run.text
    assert "answered 403, AccessDenied" in run.text
    assert "not asked, since the provider refused the credentials before: s3.ListBuckets was refused" in run.text
    assert len(aws.seen) == 3
    assert "then run: pytest contracts --record-mode=rewrite -k aws.s3." in run.text


def test_credentials_that_are_no_good_stop_all_of_aws_since_they_are_the_accounts(
    project: PluginProject, aws: Provider
):
    aws.answer = refusing("s3", 400, "ExpiredToken")

    run = project.run("--record-mode=rewrite", "-k", "replay")

    assert set(run.faults.values()) == {"auth"}
    assert run.counts["failed"] == 4
    assert len(aws.seen) == 1


def test_a_refusal_in_json_with_status_400_is_one(project: PluginProject, aws: Provider):
    aws.answer = refusing("dynamodb", 400, "UnrecognizedClientException")

    run = project.run("--record-mode=rewrite", "-k", "replay and dynamodb")

    assert run.faults == {"test_dynamodb[replay]": "auth"}
    assert "dynamodb.ListTables was refused: " in run.text


def test_a_throttled_call_is_sent_again_though_its_status_is_400(
    project: PluginProject, aws: Provider, monkeypatch: pytest.MonkeyPatch
):
    waited: list[float] = []
    monkeypatch.setattr("pactproof.recording.patience._sleep", waited.append)
    throttled, answers = refusing("dynamodb", 400, "ThrottlingException"), refusing("", 200, "")

    def answer(handler: Faulty) -> None:
        (throttled if len(aws.seen) == 1 else answers)(handler)

    aws.answer = answer

    run = project.run("--record-mode=rewrite", "-k", "replay and dynamodb")

    assert run.code == 0, run.text
    assert waited == [0.5]
    assert project.read("cassettes/aws/dynamodb/list_tables.yaml").count("- request:") == 1


# --- workers ----------------------------------------------------------------------------------------------------


def test_the_workers_of_a_run_tell_each_other(tmp_path: Path):
    one, other, apart = StoppedServices(tmp_path), StoppedServices(tmp_path), StoppedServices()

    before = other.why("shop")
    one.stop("shop", "answered 401")
    one.stop("shop", "answered 403")
    one.stop("aws", "the token has expired")

    assert before == ""
    assert other.why("shop") == "answered 401"
    assert other.why("aws.ec2") == "the token has expired"
    assert other.why("depot") == ""
    assert apart.why("shop") == ""


@pytest.mark.slow
def test_a_service_that_refuses_is_not_asked_by_the_other_worker_either(
    project: PluginProject, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    names = [f"item_{number}" for number in range(8)]
    project.register("get_item", *names)
    contract = project.read("contracts/shop.yaml")
    project.write("contracts/shop.yaml", contract + "".join(contract.replace("get_item:", f"{one}:") for one in names))
    project.tests(
        "".join(
            f"@contract('shop.{one}')\ndef test_{one}(provider):\n    shop.get_item(provider.url, '7')\n\n"
            for one in names
        )
    )

    def answer(handler: Faulty) -> None:
        if len(handler.server.seen) > 1:
            handler.send(body=LAMP)
        else:
            handler.send(401, {"message": "who are you?"})

    with provider(answer) as server:
        monkeypatch.setenv("SHOP_URL", server.url)
        options = ("--record-mode=rewrite", "-k", "replay and item_", "-n", "2", "-p", "xdist")
        run = project.run_apart(*options, TMPDIR=str(tmp_path))

    assert run.code == 1
    # The other worker may have sent one request while the first was refused.
    assert len(server.seen) <= 3, run.text
    assert run.counts["failed"] >= 6
    assert not list(tmp_path.glob("pactproof-run-*"))
