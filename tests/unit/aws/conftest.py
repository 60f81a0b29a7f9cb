"""Real answers of an emulator on loopback, as bytes and as botocore parsed them."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.request import Request, urlopen

import botocore.session
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from pactproof.interaction import Headers
from pactproof.interaction import Request as SentRequest

TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
    }
)


@dataclass
class Recorded:
    """One answer: what went over the wire both ways, and what a client made of it."""

    operation: Any
    status: int
    headers: Headers
    body: bytes
    request: SentRequest
    params: dict[str, Any] = field(default_factory=dict)
    parsed: Any = None


@dataclass
class Recorder:
    url: str
    answers: dict[str, Recorded] = field(default_factory=dict)
    clients: dict[str, Any] = field(default_factory=dict)
    last: Recorded | None = None
    sent: SentRequest = field(default_factory=lambda: SentRequest("GET", "http://127.0.0.1/"))

    def client(self, service: str) -> Any:
        if service not in self.clients:
            session = botocore.session.Session()
            session.set_credentials("testing", "testing")
            made = session.create_client(
                service,
                region_name="us-east-1",
                endpoint_url=self.url,
                config=Config(retries={"total_max_attempts": 1}),
            )
            made.meta.events.register("before-send.*.*", self._note_request)
            made.meta.events.register("before-parse.*.*", self._note)
            self.clients[service] = made
        return self.clients[service]

    def call(self, name: str, **params: Any) -> Any:
        """`name`: "s3.list_buckets"; its answer is kept under this name."""
        service, method = name.split(".")
        try:
            parsed = getattr(self.client(service), method)(**params)
        except ClientError as error:
            parsed = error.response
        assert self.last is not None
        self.last.parsed, self.last.params = parsed, params
        self.answers[name] = self.last
        return parsed

    def _note_request(self, request: Any, **_: Any) -> None:
        body = request.body or b""
        content = (
            body.encode() if isinstance(body, str) else bytes(body) if isinstance(body, bytes | bytearray) else b""
        )
        self.sent = SentRequest(request.method, request.url, Headers.of(request.headers.items()), content)

    def _note(self, operation_model: Any, response_dict: Any, **_: Any) -> None:
        body = response_dict["body"]
        self.last = Recorded(
            operation_model,
            response_dict["status_code"],
            Headers.of(response_dict["headers"].items()),
            body if isinstance(body, bytes) else b"",
            self.sent,
        )


def model(service: str, operation: str = "") -> Any:
    found = botocore.session.Session().get_service_model(service)
    return found.operation_model(operation or found.operation_names[0])


@pytest.fixture(scope="session")
def operation() -> Any:
    """`operation("s3", "ListBuckets")`: botocore's model of one operation."""
    return model


@pytest.fixture(scope="session")
def recorded() -> Iterator[dict[str, Recorded]]:
    moto_server = pytest.importorskip("moto.server", reason="the emulator comes with the extra test-e2e")
    server = moto_server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    recorder = Recorder(f"http://{host}:{port}")
    try:
        _record(recorder)
        yield recorder.answers
    finally:
        for client in recorder.clients.values():
            client.close()
        server.stop()


def _record(recorder: Recorder) -> None:
    call = recorder.call
    call("s3.create_bucket", Bucket="reports", CreateBucketConfiguration={"LocationConstraint": "us-west-2"})
    recorder.client("s3").put_object(Bucket="reports", Key="a folder/fünf+1.txt", Body=b"five")
    for name in ("get_bucket_location", "list_objects_v2"):
        call(f"s3.{name}", Bucket="reports")
    call("s3.list_buckets")
    call("s3.head_object", Bucket="reports", Key="a folder/fünf+1.txt")
    call("s3.get_object_tagging", Bucket="missing", Key="x")
    call("iam.create_user", UserName="ada", Tags=[{"Key": "team", "Value": "core"}])
    call("iam.create_role", RoleName="deploy", AssumeRolePolicyDocument=TRUST)
    call("iam.list_users")
    call("iam.list_roles")
    call("iam.get_role", RoleName="nobody")
    _record_costs(recorder)
    call(
        "cloudwatch.put_metric_alarm",
        AlarmName="cpu", MetricName="CPUUtilization", Namespace="AWS/EC2", Statistic="Average", Period=60,
        EvaluationPeriods=1, Threshold=80.5, ComparisonOperator="GreaterThanThreshold",
    )  # fmt: skip
    call("cloudwatch.describe_alarms")
    call("ecr.create_repository", repositoryName="app")
    media = "application/vnd.docker.distribution.manifest.v2+json"
    recorder.client("ecr").put_image(
        repositoryName="app", imageTag="v1", imageManifestMediaType=media,
        imageManifest=json.dumps({"schemaVersion": 2, "config": {"digest": "sha256:" + "0" * 64}, "layers": []}),
    )  # fmt: skip
    call("ecr.describe_repositories")
    call("ecr.list_images", repositoryName="app")
    call("ecr.describe_images", repositoryName="nowhere")
    image = recorder.client("ec2").describe_images()["Images"][0]["ImageId"]
    call("ec2.run_instances", ImageId=image, MinCount=2, MaxCount=2, InstanceType="t3.micro")
    call("ec2.describe_instances")
    call("ec2.terminate_instances", InstanceIds=["i-0000000000000000f"])
    queue = call("sqs.create_queue", QueueName="jobs")["QueueUrl"]
    recorder.client("sqs").send_message(QueueUrl=queue, MessageBody="hello")
    call("sqs.get_queue_attributes", QueueUrl=queue, AttributeNames=["All"])
    call("sqs.receive_message", QueueUrl=queue)
    call(
        "dynamodb.create_table",
        TableName="things", BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )  # fmt: skip
    item = {"id": {"S": "1"}, "blob": {"B": b"\x00\x01"}, "many": {"L": [{"N": "1"}, {"BOOL": True}]}}
    recorder.client("dynamodb").put_item(TableName="things", Item=item)
    call("dynamodb.describe_table", TableName="things")
    call("dynamodb.get_item", TableName="things", Key={"id": {"S": "1"}})
    role = recorder.client("iam").get_role(RoleName="deploy")["Role"]["Arn"]
    recorder.client("lambda").create_function(
        FunctionName="hello", Runtime="python3.12", Role=role, Handler="app.handler", Code={"ZipFile": _zip()},
        Environment={"Variables": {"STAGE": "test"}},
    )  # fmt: skip
    call("lambda.list_functions")
    call("route53.create_hosted_zone", Name="example.com", CallerReference="one")
    call("route53.list_hosted_zones")
    call("sts.get_caller_identity")
    call("logs.create_log_group", logGroupName="app")
    call("logs.describe_log_groups")


def _record_costs(recorder: Recorder) -> None:
    period = {"Start": "2026-01-01", "End": "2026-02-01"}
    costs = {
        "ResultsByTime": [
            {
                "TimePeriod": period,
                "Total": {"UnblendedCost": {"Amount": "12.5", "Unit": "USD"}},
                "Groups": [{"Keys": ["AmazonS3"], "Metrics": {"UnblendedCost": {"Amount": "1.5", "Unit": "USD"}}}],
                "Estimated": False,
            }
        ]
    }
    body = json.dumps({"results": [costs]}).encode()
    wanted = Request(  # noqa: S310  # the emulator's own door on loopback
        f"{recorder.url}/moto-api/static/ce/cost-and-usage-results", body, {"Content-Type": "application/json"}
    )
    with urlopen(wanted) as answer:  # noqa: S310  # as above
        assert answer.status == 201
    recorder.call("ce.get_cost_and_usage", TimePeriod=period, Granularity="MONTHLY", Metrics=["UnblendedCost"])


def _zip() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("app.py", f"# {datetime(2026, 1, 5, tzinfo=UTC):%Y}\n")
    return packed.getvalue()
