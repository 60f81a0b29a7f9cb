"""The command that runs the emulators, and the AWS account that moto is seeded with."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.emulators.aws import moto_server

TOKEN = secrets.token_hex(20)
ROOT = Path(__file__).parents[2]


def _emulators_command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "tests.emulators", *arguments]


def test_the_command_finds_the_emulators_in_its_environment_and_its_exit_code_is_kept() -> None:
    names = (
        "import os, sys; print(sorted(n for n in os.environ if n.startswith(('GITHUB_S', 'GRAFANA_S', 'AWS_'))));"
        "sys.exit(7)"
    )
    outer = {**os.environ, "AWS_PROFILE": "production"}

    run = subprocess.run(
        _emulators_command("--service", "github", "--service", "aws", "--", sys.executable, "-c", names),
        cwd=ROOT,
        env=outer,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert run.returncode == 7, run.stderr
    assert run.stdout.strip() == str(
        [
            "AWS_ACCESS_KEY_ID",
            "AWS_CONFIG_FILE",
            "AWS_DEFAULT_REGION",
            "AWS_EC2_METADATA_DISABLED",
            "AWS_ENDPOINT_URL",
            "AWS_SECRET_ACCESS_KEY",
            "AWS_SHARED_CREDENTIALS_FILE",
            "GITHUB_SANDBOX_TOKEN",
            "GITHUB_SANDBOX_URL",
        ]
    )


def test_a_command_that_is_not_there_is_named() -> None:
    run = subprocess.run(
        _emulators_command("--service", "grafana", "--", "no-such-command"),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (run.returncode, run.stderr) == (127, "no-such-command: No such file or directory\n")


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM], ids=lambda ending: ending.name)
def test_without_a_command_it_serves_until_it_is_told_to_stop(ending: signal.Signals) -> None:
    with subprocess.Popen(
        _emulators_command("--service", "pagerduty"), cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        exports = [process.stdout.readline().strip().removeprefix("export ").partition("=") for _ in range(2)]
        url, token = (value for _, _, value in exports)
        served = httpx.get(f"{url}/services", headers={"Authorization": f"Token token={token}"}, trust_env=False)
        process.send_signal(ending)
        code = process.wait(timeout=20)

    assert [name for name, _, _ in exports] == ["PAGERDUTY_SANDBOX_URL", "PAGERDUTY_SANDBOX_TOKEN"]
    assert served.status_code == 200
    assert code == 130
    with pytest.raises(httpx.ConnectError):
        httpx.get(url, trust_env=False)


@pytest.fixture(scope="module")
def moto_url() -> Iterator[str]:
    with moto_server() as url:
        yield url


def _client(service: Any, url: str) -> Any:
    import boto3

    return boto3.client(
        service,
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id="emulator",
        aws_secret_access_key=TOKEN,
    )


def test_the_aws_account_has_buckets_in_two_regions_and_releases(moto_url: str) -> None:
    s3 = _client("s3", moto_url)

    buckets = [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]
    regions = [s3.get_bucket_location(Bucket=name)["LocationConstraint"] for name in buckets]
    releases = [item["Key"] for item in s3.list_objects_v2(Bucket="devctl-artifacts", Prefix="releases/")["Contents"]]

    assert buckets == ["devctl-artifacts", "devctl-audit-logs", "devctl-backups-ireland"]
    assert regions == [None, None, "eu-west-1"]
    assert releases == [
        "releases/2.2.0/devctl.whl",
        "releases/2.3.0/devctl.whl",
        "releases/2.3.1/devctl.whl",
        "releases/latest.txt",
    ]


def test_the_aws_account_has_users_roles_and_alarms(moto_url: str) -> None:
    iam, cloudwatch = _client("iam", moto_url), _client("cloudwatch", moto_url)

    roles = {role["RoleName"]: role["AssumeRolePolicyDocument"] for role in iam.list_roles()["Roles"]}
    alarms = {alarm["AlarmName"]: alarm["StateValue"] for alarm in cloudwatch.describe_alarms()["MetricAlarms"]}

    assert {user["UserName"] for user in iam.list_users()["Users"]} == {"ines.halvorsen", "deploy-bot"}
    assert roles["deploy-from-ci"]["Statement"][0]["Principal"] == {"Service": "codebuild.amazonaws.com"}
    assert roles.keys() == {"deploy-from-ci", "read-only-audit"}
    assert alarms["checkout-5xx"] == "ALARM"
    assert len(alarms) == 2


def test_the_aws_account_has_tagged_and_untagged_images(moto_url: str) -> None:
    ecr = _client("ecr", moto_url)

    repositories = [repository["repositoryName"] for repository in ecr.describe_repositories()["repositories"]]
    tags = {
        name: [sorted(image.get("imageTags", [])) for image in ecr.describe_images(repositoryName=name)["imageDetails"]]
        for name in repositories
    }

    assert tags == {"devctl/cli": [["2.3.1"], []], "devctl/worker": [["1.8.0", "stable"]]}


def test_cost_explorer_answers_two_months_to_every_different_request(moto_url: str) -> None:
    cost_explorer = _client("ce", moto_url)

    answers = [
        cost_explorer.get_cost_and_usage(
            TimePeriod={"Start": start, "End": "2026-11-01"}, Granularity="MONTHLY", Metrics=["UnblendedCost"]
        )["ResultsByTime"]
        for start in ("2026-09-01", "2026-08-01")
    ]

    assert answers[0] == answers[1]
    assert [month["TimePeriod"]["Start"] for month in answers[0]] == ["2026-09-01", "2026-10-01"]
    assert answers[0][0]["Total"] == {"UnblendedCost": {"Amount": "1843.2907315584", "Unit": "USD"}}


def test_a_second_aws_server_starts_from_the_same_account_and_the_first_is_gone() -> None:
    def user_ids(url: str) -> list[str]:
        return [user["UserId"] for user in _client("iam", url).list_users()["Users"]]

    with moto_server() as url:
        _client("s3", url).create_bucket(Bucket="made-by-a-test")
        first = user_ids(url)
    with moto_server() as second_url:
        names = [bucket["Name"] for bucket in _client("s3", second_url).list_buckets()["Buckets"]]
        second = user_ids(second_url)

    assert "made-by-a-test" not in names
    assert first == second
    with pytest.raises(OSError, match="refused"):
        urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=5)
