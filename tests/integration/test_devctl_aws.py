"""Every AWS function of devctl against moto's server on loopback, reached as a person would: AWS_ENDPOINT_URL."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import boto3
import httpx
import pytest
from moto.server import ThreadedMotoServer
from tests.unit.devctl.vendor import Vendor, running_vendor

from devctl.aws import cloudwatch, cost, ecr, iam, s3
from devctl.errors import NotFound

ACCOUNT = "123456789012"  # moto's own
ALARM: dict[str, Any] = {"EvaluationPeriods": 1, "ComparisonOperator": "GreaterThanThreshold", "Threshold": 80.0}


@pytest.fixture(scope="module")
def moto_url() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(autouse=True)
def _nobodys_account(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def session(moto_url: str, monkeypatch: pytest.MonkeyPatch) -> boto3.Session:
    httpx.post(f"{moto_url}/moto-api/reset").raise_for_status()
    monkeypatch.setenv("AWS_ENDPOINT_URL", moto_url)
    return boto3.Session()


@pytest.fixture
def cost_explorer(monkeypatch: pytest.MonkeyPatch) -> Iterator[Vendor]:
    """Cost Explorer on loopback, for what moto does not answer."""
    with running_vendor() as vendor:
        monkeypatch.setenv("AWS_ENDPOINT_URL", vendor.url)
        yield vendor


def seeding(session: boto3.Session, service: str) -> Any:
    return session.client(service)  # type: ignore[call-overload]  # boto3-stubs wants a literal name


def is_recent(moment: datetime) -> bool:
    return abs(datetime.now(UTC) - moment) < timedelta(minutes=5)


def test_buckets_are_listed(session: boto3.Session) -> None:
    client = seeding(session, "s3")
    for name in ("backups", "logs"):
        client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})

    buckets = s3.list_buckets(session)

    assert [bucket.name for bucket in buckets] == ["backups", "logs"]
    assert all(is_recent(bucket.created_at) for bucket in buckets)


def test_a_bucket_tells_its_region(session: boto3.Session) -> None:
    location = {"LocationConstraint": "eu-central-1"}
    seeding(session, "s3").create_bucket(Bucket="logs", CreateBucketConfiguration=location)

    assert s3.bucket_region(session, "logs") == "eu-central-1"


def test_a_bucket_without_a_location_is_in_us_east_1(session: boto3.Session) -> None:
    boto3.client("s3", region_name="us-east-1").create_bucket(Bucket="classic")

    assert s3.bucket_region(session, "classic") == "us-east-1"


def test_a_missing_bucket_is_not_found(session: boto3.Session) -> None:
    with pytest.raises(NotFound) as caught:
        s3.list_objects(session, "nobodys")

    assert str(caught.value) == "s3 answered 404: NoSuchBucket: The specified bucket does not exist"


def test_objects_of_every_page_are_listed(session: boto3.Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTO_S3_DEFAULT_MAX_KEYS", "2")  # a page; S3's own is a thousand
    client = seeding(session, "s3")
    client.create_bucket(Bucket="logs", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    for number in range(5):
        client.put_object(Bucket="logs", Key=f"{number}.txt", Body=b"twelve bytes")

    objects = s3.list_objects(session, "logs")

    assert [(found.key, found.size_bytes) for found in objects] == [(f"{n}.txt", 12) for n in range(5)]
    assert is_recent(objects[0].last_modified)


def test_objects_may_be_narrowed_to_a_prefix(session: boto3.Session) -> None:
    client = seeding(session, "s3")
    client.create_bucket(Bucket="logs", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    for key in ("2025/a b+c.txt", "2026/é.txt"):
        client.put_object(Bucket="logs", Key=key, Body=b"")

    assert [found.key for found in s3.list_objects(session, "logs", "2025/")] == ["2025/a b+c.txt"]
    assert [found.key for found in s3.list_objects(session, "logs", "2026/")] == ["2026/é.txt"]
    assert s3.list_objects(session, "logs", "2027/") == []


def test_users_are_listed(session: boto3.Session) -> None:
    seeding(session, "iam").create_user(UserName="ada")

    [user] = iam.list_users(session)

    assert (user.name, user.arn) == ("ada", f"arn:aws:iam::{ACCOUNT}:user/ada")
    assert is_recent(user.created_at)


def test_roles_are_listed_with_the_services_they_trust(session: boto3.Session) -> None:
    def allow(principal: object) -> dict[str, object]:
        return {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}

    trust = [
        allow({"Service": ["lambda.amazonaws.com", "ec2.amazonaws.com"]}),
        allow({"Service": "ec2.amazonaws.com", "AWS": f"arn:aws:iam::{ACCOUNT}:root"}),
        {**allow({"Service": "batch.amazonaws.com"}), "Effect": "Deny"},
    ]
    document = json.dumps({"Version": "2012-10-17", "Statement": trust})
    seeding(session, "iam").create_role(RoleName="deploy", AssumeRolePolicyDocument=document)

    [role] = iam.list_roles(session)

    assert (role.name, role.arn) == ("deploy", f"arn:aws:iam::{ACCOUNT}:role/deploy")
    assert role.trusted_services == ("ec2.amazonaws.com", "lambda.amazonaws.com")
    assert is_recent(role.created_at)


def test_what_was_spent_is_told_by_the_month(session: boto3.Session, moto_url: str) -> None:
    january = {"Start": "2026-01-01", "End": "2026-02-01"}
    spent = {"TimePeriod": january, "Total": {"UnblendedCost": {"Amount": "12.3400000001", "Unit": "USD"}}}
    answer = {"ResultsByTime": [spent], "DimensionValueAttributes": []}
    seeded = {"account_id": ACCOUNT, "results": [answer]}
    httpx.post(f"{moto_url}/moto-api/static/ce/cost-and-usage-results", json=seeded).raise_for_status()

    periods = cost.usage(session, date(2026, 1, 1), date(2026, 2, 1))

    assert periods == [cost.CostPeriod(date(2026, 1, 1), date(2026, 2, 1), Decimal("12.3400000001"), "USD")]


def test_what_will_be_spent_is_a_total(cost_explorer: Vendor) -> None:
    cost_explorer.answers("POST", "/", {"Total": {"Amount": "120.50", "Unit": "USD"}, "ForecastResultsByTime": []})

    expected = cost.forecast(boto3.Session(), date(2026, 12, 1), date(2027, 1, 1))

    assert expected == cost.Forecast(Decimal("120.50"), "USD")
    [asked] = cost_explorer.asked
    assert asked.headers["X-Amz-Target"] == "AWSInsightsIndexService.GetCostForecast"
    assert json.loads(asked.body) == {
        "TimePeriod": {"Start": "2026-12-01", "End": "2027-01-01"},
        "Metric": "UNBLENDED_COST",
        "Granularity": "MONTHLY",
    }


def test_alarms_are_listed_in_their_state(session: boto3.Session) -> None:
    client = seeding(session, "cloudwatch")
    client.put_metric_alarm(AlarmName="cpu", MetricName="CPUUtilization", Namespace="AWS/EC2", Period=60, **ALARM)
    client.set_alarm_state(AlarmName="cpu", StateValue="ALARM", StateReason="tried out")
    rate = {"Id": "rate", "Expression": "100 * errors / calls", "ReturnData": True}
    client.put_metric_alarm(AlarmName="rate", Metrics=[rate], ActionsEnabled=False, **ALARM)

    assert cloudwatch.alarms(session) == [
        cloudwatch.Alarm("cpu", "ALARM", "CPUUtilization", actions_enabled=True),
        cloudwatch.Alarm("rate", "OK", None, actions_enabled=False),
    ]


def test_repositories_are_listed(session: boto3.Session) -> None:
    seeding(session, "ecr").create_repository(repositoryName="app")

    [repository] = ecr.repositories(session)

    assert repository.name == "app"
    assert repository.arn == f"arn:aws:ecr:eu-central-1:{ACCOUNT}:repository/app"
    assert repository.uri == f"{ACCOUNT}.dkr.ecr.eu-central-1.amazonaws.com/app"
    assert is_recent(repository.created_at)


def test_images_are_listed_once_a_tag_and_untagged_ones_too(session: boto3.Session) -> None:
    client = seeding(session, "ecr")
    client.create_repository(repositoryName="app")
    manifest = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", "layers": []}
    for number, tag in enumerate(({"imageTag": "latest"}, {})):
        config = {"digest": f"sha256:{number:064}", "size": number, "mediaType": "application/json"}
        client.put_image(repositoryName="app", imageManifest=json.dumps({**manifest, "config": config}), **tag)

    images = ecr.images(session, "app")

    assert sorted(image.tag or "" for image in images) == ["", "latest"]
    assert all(image.digest.startswith("sha256:") for image in images)


def test_a_missing_repository_is_not_found(session: boto3.Session) -> None:
    with pytest.raises(NotFound) as caught:
        ecr.images(session, "nobodys")

    assert str(caught.value) == (
        "ecr answered 400: RepositoryNotFoundException: The repository with name 'nobodys' "
        f"does not exist in the registry with id '{ACCOUNT}'"
    )
