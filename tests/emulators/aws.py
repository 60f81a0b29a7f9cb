"""AWS as moto emulates it: a server on loopback with an account that has something in every service devctl reads."""

from __future__ import annotations

import hashlib
import json
import logging
import secrets
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import boto3

REGION = "us-east-1"
ECR_MANIFEST_TYPE = "application/vnd.docker.distribution.manifest.v2+json"
# moto hands out one queued result for every different request to Cost Explorer; this many differ before it runs dry.
_COST_REQUESTS = 50


@contextmanager
def moto_server() -> Iterator[str]:
    """The address of a moto server on 127.0.0.1, seeded; it stops at the end.

    moto keeps its state in the process, so one server at a time; what an earlier one held is cleared first.
    It also reads the process's own AWS settings: an AWS_PROFILE that does not exist makes it answer 500.
    """
    from moto.server import ThreadedMotoServer  # heavy, and in the development install only

    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # one line a request otherwise
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        url = f"http://{host}:{port}"
        _post(f"{url}/moto-api/reset", {})
        _post(f"{url}/moto-api/seed?a=20261122", {})  # the same ids in every run: fewer differences between recordings
        seed(url)
        yield url
    finally:
        server.stop()


def seed(url: str) -> None:
    """Fill the empty account behind `url`: buckets, users, roles, alarms, images and two months of costs."""
    import boto3

    session = boto3.Session(
        aws_access_key_id="emulator", aws_secret_access_key=secrets.token_hex(20), region_name=REGION
    )
    _seed_s3(session, url)
    _seed_iam(session, url)
    _seed_cloudwatch(session, url)
    _seed_ecr(session, url)
    results = [_costs_of_two_months()] * _COST_REQUESTS
    _post(f"{url}/moto-api/static/ce/cost-and-usage-results", {"results": results})


def _seed_s3(session: boto3.Session, url: str) -> None:
    s3 = session.client("s3", endpoint_url=url)
    s3.create_bucket(Bucket="devctl-artifacts")
    s3.create_bucket(Bucket="devctl-audit-logs")
    s3.create_bucket(Bucket="devctl-backups-ireland", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    objects = {
        "devctl-artifacts": {
            "releases/2.2.0/devctl.whl": b"wheel of 2.2.0",
            "releases/2.3.0/devctl.whl": b"wheel of 2.3.0, a little longer",
            "releases/2.3.1/devctl.whl": b"wheel of 2.3.1",
            "releases/latest.txt": b"2.3.1\n",
            "nightly/2026-11-19/devctl.whl": b"wheel of a night",
        },
        "devctl-audit-logs": {"2026/11/19/audit.jsonl": b'{"event":"login"}\n'},
        "devctl-backups-ireland": {"registry/2026-11-18.tar.gz": b"not really an archive"},
    }
    for bucket, contents in objects.items():
        for key, content in contents.items():
            s3.put_object(Bucket=bucket, Key=key, Body=content)


def _seed_iam(session: boto3.Session, url: str) -> None:
    iam = session.client("iam", endpoint_url=url)
    iam.create_user(UserName="ines.halvorsen", Path="/people/")
    iam.create_user(UserName="deploy-bot", Tags=[{"Key": "owner", "Value": "platform"}])
    trust = {
        "deploy-from-ci": {"Service": "codebuild.amazonaws.com"},
        "read-only-audit": {"AWS": "arn:aws:iam::210987654321:root"},
    }
    for name, principal in trust.items():
        statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
        document = {"Version": "2012-10-17", "Statement": [statement]}
        iam.create_role(
            RoleName=name, AssumeRolePolicyDocument=json.dumps(document), MaxSessionDuration=3600, Path="/devctl/"
        )
    iam.update_role(RoleName="deploy-from-ci", Description="Assumed by the build that ships devctl")


def _seed_cloudwatch(session: boto3.Session, url: str) -> None:
    cloudwatch = session.client("cloudwatch", endpoint_url=url)
    topic = f"arn:aws:sns:{REGION}:123456789012:on-call"
    cloudwatch.put_metric_alarm(
        AlarmName="checkout-5xx",
        AlarmDescription="More than ten server errors in five minutes",
        ActionsEnabled=True,
        AlarmActions=[topic],
        MetricName="HTTPCode_Target_5XX_Count",
        Namespace="AWS/ApplicationELB",
        Statistic="Sum",
        Dimensions=[{"Name": "LoadBalancer", "Value": "app/checkout/50dc6c495c0c9188"}],
        Period=300,
        EvaluationPeriods=1,
        Threshold=10.0,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="notBreaching",
    )
    cloudwatch.put_metric_alarm(
        AlarmName="ledger-queue-age",
        MetricName="ApproximateAgeOfOldestMessage",
        Namespace="AWS/SQS",
        Statistic="Maximum",
        Dimensions=[{"Name": "QueueName", "Value": "ledger"}],
        Period=60,
        EvaluationPeriods=3,
        Threshold=900.0,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
    )
    cloudwatch.set_alarm_state(
        AlarmName="checkout-5xx", StateValue="ALARM", StateReason="Threshold Crossed: 1 datapoint [14.0] was greater."
    )


def _seed_ecr(session: boto3.Session, url: str) -> None:
    """Two repositories: one with a tagged and an untagged image, one whose image carries two tags."""
    ecr = session.client("ecr", endpoint_url=url)
    ecr.create_repository(repositoryName="devctl/cli", imageScanningConfiguration={"scanOnPush": True})
    ecr.create_repository(repositoryName="devctl/worker", imageTagMutability="IMMUTABLE")
    images = [
        ("devctl/cli", "cli 2.3.1", "2.3.1"),
        ("devctl/cli", "cli before 2.3.1", None),
        ("devctl/worker", "worker 1.8", "1.8.0"),
        ("devctl/worker", "worker 1.8", "stable"),
    ]
    for repository, content, tag in images:
        image: dict[str, Any] = {"imageManifest": _manifest(content), "imageManifestMediaType": ECR_MANIFEST_TYPE}
        if tag:
            image["imageTag"] = tag
        else:
            image["imageDigest"] = f"sha256:{hashlib.sha256(image['imageManifest'].encode()).hexdigest()}"
        ecr.put_image(repositoryName=repository, **image)


def _manifest(content: str) -> str:
    """A Docker v2 manifest of one layer, with digests made from `content`."""
    config, layer = (
        f"sha256:{hashlib.sha256(f'{part} {content}'.encode()).hexdigest()}" for part in ("config", "layer")
    )
    manifest = {
        "schemaVersion": 2,
        "mediaType": ECR_MANIFEST_TYPE,
        "config": {"mediaType": "application/vnd.docker.container.image.v1+json", "size": 1469, "digest": config},
        "layers": [
            {"mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip", "size": 3_158_272, "digest": layer}
        ],
    }
    return json.dumps(manifest, sort_keys=True)


def _costs_of_two_months() -> dict[str, Any]:
    """What Cost Explorer answers for September and October 2026, MONTHLY, UnblendedCost, without groups."""
    months = [
        ("2026-09-01", "2026-10-01", "1843.2907315584", False),
        ("2026-10-01", "2026-11-01", "1917.0648820031", True),
    ]
    return {
        "ResultsByTime": [
            {
                "TimePeriod": {"Start": start, "End": end},
                "Total": {"UnblendedCost": {"Amount": amount, "Unit": "USD"}},
                "Groups": [],
                "Estimated": is_estimated,
            }
            for start, end, amount, is_estimated in months
        ],
        "DimensionValueAttributes": [],
    }


def _post(url: str, body: Any) -> None:
    """POST `body` to moto's own control API, past any proxy that the environment names."""
    request = urllib.request.Request(  # noqa: S310  the address is our own server's
        url, json.dumps(body).encode(), {"Content-Type": "application/json"}, method="POST"
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=30) as response:
        response.read()
