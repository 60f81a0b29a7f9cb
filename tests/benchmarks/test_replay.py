"""What one replayed request costs over the same request answered in process, and opening the cassette for it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import botocore.session
import httpx
import pytest

from pactproof.interaction import Headers, Interaction, Request, Response
from pactproof.recording.cassette import load_cassette
from pactproof.recording.playback import Playback
from pactproof.transport import AwsCall, CredentialCalls, activated, install

pytestmark = pytest.mark.benchmark

CASSETTES = Path(__file__).parents[2] / "cassettes"
BODY = b'{"title": "Checkout latency"}'


class Constant:
    """Answers everything alike: the floor under every way to answer."""

    answers_at_once = True
    credentials = CredentialCalls()

    def handle(self, request: Request) -> Response:
        return Response(200, Headers((("Content-Type", "application/json"),)), BODY)

    def handle_aws(self, call: AwsCall) -> None:
        return None


def floor() -> Callable[[], object]:
    answer = httpx.Response(200, json={"title": "Checkout latency"})
    client = httpx.Client(transport=httpx.MockTransport(lambda request: answer))
    return lambda: client.get("https://api.test/x").json()


def hooked() -> Callable[[], object]:
    install()
    client = httpx.Client()
    return lambda: client.get("https://api.test/x").json()


def test_a_request_answered_by_a_mock_transport(benchmark):
    assert benchmark(floor()) == {"title": "Checkout latency"}


def test_a_request_answered_through_the_hook(benchmark):
    with activated(Constant()):
        assert benchmark(hooked()) == {"title": "Checkout latency"}


@pytest.mark.parametrize("name", ["grafana/list_datasources.yaml", "github/list_pull_requests.yaml"])
def test_opening_a_cassette(benchmark, name):
    cassette = benchmark(load_cassette, CASSETTES / name, shown_as=f"cassettes/{name}")

    assert cassette.interactions


@pytest.mark.parametrize("name", ["grafana/list_datasources.yaml", "github/list_pull_requests.yaml"])
def test_reading_its_bytes(benchmark, name):
    assert benchmark((CASSETTES / name).read_bytes)


def test_one_aws_call_among_2000(benchmark):
    url, keys = "https://s3.us-east-1.amazonaws.com/logs", [str(number) for number in range(2000)]
    recorded = [Interaction(Request("GET", f"{url}/{key}"), Response(200, body=key.encode())) for key in keys]
    noted = [{"operation": "GetObject", "params": {"Bucket": "logs", "Key": key}} for key in keys]
    playback = Playback(recorded, noted, repeats=True)
    model = botocore.session.Session().get_service_model("s3")
    call = AwsCall("s3", model.operation_model("GetObject"), {"Bucket": "logs", "Key": "1999"})

    answer = benchmark(playback.play, Request("GET", f"{url}/1999"), call)

    assert answer.body == b"1999"
