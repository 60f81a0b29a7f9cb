"""boto3 on answers of a provider: retries, streams, uploads, paginators and clients that exist already."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import ClientError
from tests.unit.transport.wire import Answers, Live, answering, in_turn

from pactproof.errors import NoMatchError
from pactproof.interaction import Headers, Request, Response
from pactproof.transport import AwsCall, activated, aws_call, let_client_through

XML = ("Content-Type", "application/xml")
BUCKETS = b"<ListAllMyBucketsResult><Buckets><Bucket><Name>logs</Name></Bucket></Buckets></ListAllMyBucketsResult>"


@pytest.fixture(autouse=True)
def _dummy_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "placeholder")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "placeholder")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.delenv("AWS_PROFILE", raising=False)


@pytest.fixture(scope="module")
def s3() -> Iterator[Any]:
    """Made before any provider is active."""
    dummy = {f"aws_{name}": "placeholder" for name in ("access_key_id", "secret_access_key")}
    make: Any = boto3.Session(region_name="us-east-1").client
    client = make("s3", **dummy)
    yield client
    client.close()


def s3_with(**config: Any) -> Any:
    return boto3.client("s3", config=Config(**config))


def test_a_client_from_before_is_answered_on_the_wire(s3: Any) -> None:
    provider = answering(200, XML, body=BUCKETS)

    with activated(provider):
        answer = s3.list_buckets()

    assert [bucket["Name"] for bucket in answer["Buckets"]] == ["logs"]
    assert str(provider.seen[0]) == "GET https://s3.amazonaws.com/"


def test_a_client_made_at_import_time_without_credentials_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    client = boto3.Session(region_name="us-east-1").client("s3")

    with activated(answering(200, XML, body=BUCKETS)):
        answer = client.list_buckets()

    assert [bucket["Name"] for bucket in answer["Buckets"]] == ["logs"]


def test_the_provider_is_told_the_call_with_the_consumers_own_parameters(s3: Any) -> None:
    calls: list[AwsCall | None] = []

    def told(request: Request) -> Response:
        calls.append(aws_call.get())
        return Response(200, Headers((XML,)), b"<ListBucketResult/>")

    with activated(Answers(told)):
        s3.list_objects_v2(Bucket="logs", Prefix="a/")

    call = calls[0]
    assert call is not None
    assert (call.service, call.operation.name, call.params) == (
        "s3",
        "ListObjectsV2",
        {"Bucket": "logs", "Prefix": "a/"},
    )
    assert aws_call.get() is None


@pytest.mark.parametrize("mode", ["legacy", "standard", "adaptive"])
def test_botocore_retries_a_503_by_its_own_rules(mode: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    provider = in_turn(Response(503), Response(200, Headers((XML,)), BUCKETS))

    with activated(provider):
        answer = s3_with(retries={"mode": mode}).list_buckets()

    assert (answer["ResponseMetadata"]["RetryAttempts"], len(provider.seen)) == (1, 2)


@pytest.mark.parametrize("mode", ["legacy", "standard", "adaptive"])
def test_a_refusal_comes_through_unwrapped_and_is_not_sent_again(mode: Any) -> None:
    def refuse(request: Request) -> Response:
        raise NoMatchError("refused")

    provider = Answers(refuse)

    with activated(provider), pytest.raises(NoMatchError, match=r"^refused$"):
        s3_with(retries={"mode": mode}).list_buckets()

    assert len(provider.seen) == 1


def test_an_error_answer_is_a_client_error(s3: Any) -> None:
    body = b"<Error><Code>NoSuchBucket</Code><Message>gone</Message></Error>"

    with activated(answering(404, XML, body=body)), pytest.raises(ClientError, match="NoSuchBucket"):
        s3.list_objects_v2(Bucket="logs")


def test_a_streaming_body_is_read_piece_by_piece(s3: Any) -> None:
    with activated(answering(200, ("Content-Length", "8"), body=b"\x00bcdefg\xff")):
        body = s3.get_object(Bucket="logs", Key="a")["Body"]
        assert [body.read(3), *body.iter_chunks(4)] == [b"\x00bc", b"defg", b"\xff"]


def test_an_upload_arrives_from_bytes_and_from_a_file(s3: Any) -> None:
    provider = answering(200)

    with activated(provider):
        s3.put_object(Bucket="logs", Key="a", Body=b"from bytes", ChecksumAlgorithm="SHA256")
        s3.put_object(Bucket="logs", Key="b", Body=io.BytesIO(b"from a file"))

    # Over TLS botocore sends aws-chunked bodies, with the checksum after the content.
    assert [seen.headers.get("x-amz-decoded-content-length") for seen in provider.seen] == ["10", "11"]
    assert provider.seen[0].body.startswith(b"a\r\nfrom bytes\r\n0\r\nx-amz-checksum-sha256:")
    assert provider.seen[1].body.startswith(b"b\r\nfrom a file\r\n0\r\nx-amz-checksum-")


def test_threads_that_s3transfer_starts_are_answered(s3: Any) -> None:
    provider = answering(200, ("ETag", '"abc"'), XML, body=b"<R><UploadId>u</UploadId></R>")
    parts = TransferConfig(multipart_threshold=5 * 1024**2, multipart_chunksize=5 * 1024**2, max_concurrency=4)

    with activated(provider):
        s3.upload_fileobj(io.BytesIO(b"x" * 11 * 1024**2), "logs", "big", Config=parts)

    assert sorted(seen.method for seen in provider.seen) == ["POST", "POST", "PUT", "PUT", "PUT"]


def test_a_paginator_asks_page_after_page(s3: Any) -> None:
    first = b"<R><IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken></R>"
    provider = in_turn(Response(200, Headers((XML,)), first), Response(200, Headers((XML,)), b"<R/>"))

    with activated(provider):
        pages = list(s3.get_paginator("list_objects_v2").paginate(Bucket="logs"))

    assert len(pages) == 2
    assert "continuation-token=t" in provider.seen[1].url


def test_eight_threads_get_320_of_320_answers_and_the_wire_none(live: Live) -> None:
    provider = answering(200, XML, body=BUCKETS)
    client = boto3.client("s3", endpoint_url=live.url)
    answered: list[str] = []

    def work() -> None:
        for _ in range(40):
            answered.append(client.list_buckets()["Buckets"][0]["Name"])

    with activated(provider):
        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert (answered, len(provider.seen), live.hits) == (["logs"] * 320, 320, [])


def test_proxies_in_the_environment_do_not_matter(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", live.url)
    monkeypatch.setenv("no_proxy", "")
    provider = answering(200, XML, body=BUCKETS)

    with activated(provider):
        boto3.client("s3").list_buckets()

    assert ([str(seen) for seen in provider.seen], live.hits) == (["GET https://s3.amazonaws.com/"], [])


def test_a_client_of_our_own_reaches_the_server_in_every_thread(live: Live) -> None:
    provider, client = Answers(), boto3.client("s3", endpoint_url=live.url)
    let_client_through(client)
    work = threading.Thread(target=lambda: client.get_object(Bucket="logs", Key="a"))

    with activated(provider):
        work.start()
        work.join()

    assert (provider.seen, live.hits) == ([], ["/logs/a"])
