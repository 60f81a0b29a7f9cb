"""Recording over real HTTP: every client, every answer, under the canonical host."""

from __future__ import annotations

import gzip
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import boto3
import httpx
import pytest
import requests
from botocore.config import Config
from tests.emulators.aws import moto_server
from tests.unit.lone_provider import active
from tests.unit.transport.wire import CLIENTS, Fetch

from pactproof.errors import CassetteError, ContractError, GuardRailError, NetworkClosedError
from pactproof.interaction import Headers, Request
from pactproof.recording.recorder import Recorder
from pactproof.transport import closed_network, install

BASE = "https://grafana.example.test/api"
OPT_IN = "set DEVCTL_E2E=1"
EVERY_BYTE = bytes(range(256)) * 40


@dataclass
class Place:
    """A sandbox on loopback. `routes` answers by path."""

    url: str = ""
    routes: dict[str, Callable[[BaseHTTPRequestHandler], None]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)


@pytest.fixture
def place() -> Iterator[Place]:
    here = Place()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            here.asked.append(self.path)
            path = self.path.partition("?")[0]
            here.routes.get(path, lambda handler: send(handler, json.dumps({"path": handler.path}).encode()))(self)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            here.asked.append(self.path)
            send(self, body[::-1], ("Content-Type", "application/octet-stream"))

        def log_message(self, format: str, *args: object) -> None:
            """Nothing is logged."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    here.url = f"http://127.0.0.1:{server.server_port}"
    yield here
    server.shutdown()
    server.server_close()
    thread.join()


def send(handler: BaseHTTPRequestHandler, body: bytes, *headers: tuple[str, str], status: int = 200) -> None:
    handler.send_response_only(status)
    for name, value in (*headers, ("Content-Length", str(len(body)))):
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)


def recorder_of(place: Place, base_url: str = BASE, path: str = "/api") -> Recorder:
    return Recorder(base_url, place.url + path, may_leave=False, opt_in=OPT_IN)


@contextmanager
def recording(recorder: Recorder) -> Iterator[list[NetworkClosedError]]:
    """As a record mode runs a consumer: the recorder answers, the network is closed to everything else."""
    refused: list[NetworkClosedError] = []
    install()
    with closed_network(refused.append, frozenset()), active(recorder):
        yield refused


@pytest.fixture(params=CLIENTS)
def fetch(request: pytest.FixtureRequest) -> Iterator[Fetch]:
    with CLIENTS[request.param]() as client:
        yield client


def urls(recorder: Recorder) -> list[str]:
    return [str(one.request) for one in recorder.interactions]


def test_an_answer_of_the_sandbox_is_passed_on_and_kept_under_the_canonical_host(fetch: Fetch, place: Place) -> None:
    recorder = recorder_of(place)

    with recording(recorder):
        got = fetch("GET", f"{BASE}/search?type=a%20b&limit=5&type=c")

    assert json.loads(got.body) == {"path": "/api/search?type=a%20b&limit=5&type=c"}
    assert urls(recorder) == [f"GET {BASE}/search?type=a%20b&limit=5&type=c"]
    assert recorder.interactions[0].response.body == got.body
    assert recorder.source == "emulator"


@pytest.mark.parametrize("client", CLIENTS)
def test_eight_threads_of_every_client_leave_320_of_320(client: str, place: Place) -> None:
    recorder = recorder_of(place)
    answered: list[bool] = []

    def work(number: int) -> None:
        with CLIENTS[client]() as fetch:
            for turn in range(40):
                path = f"/{number}/{turn}"
                answered.append(json.loads(fetch("GET", BASE + path).body)["path"] == "/api" + path)

    with recording(recorder) as refused:
        threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    stored = {one.request.url: json.loads(one.response.body)["path"] for one in recorder.interactions}
    assert (answered.count(True), len(recorder.interactions), len(place.asked), refused) == (320, 320, 320, [])
    assert stored == {f"{BASE}/{number}/{turn}": f"/api/{number}/{turn}" for number in range(8) for turn in range(40)}


def test_binary_bodies_are_kept_byte_for_byte(fetch: Fetch, place: Place) -> None:
    recorder = recorder_of(place)

    with recording(recorder):
        got = fetch("POST", f"{BASE}/upload", body=EVERY_BYTE)

    kept = recorder.interactions[0]
    assert (kept.request.body, kept.response.body, got.body) == (EVERY_BYTE, EVERY_BYTE[::-1], EVERY_BYTE[::-1])


def test_a_zipped_answer_is_kept_and_passed_on_plain(fetch: Fetch, place: Place) -> None:
    zipped = gzip.compress(b'{"title": "Overview"}')
    place.routes["/api/zipped"] = lambda handler: send(handler, zipped, ("Content-Encoding", "gzip"))
    recorder = recorder_of(place)

    with recording(recorder):
        got = fetch("GET", f"{BASE}/zipped")

    assert got.body == recorder.interactions[0].response.body == b'{"title": "Overview"}'
    assert "content-encoding" not in recorder.interactions[0].response.headers


def test_a_chunked_answer_is_kept_whole(fetch: Fetch, place: Place) -> None:
    def chunked(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response_only(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        handler.wfile.write(b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")

    place.routes["/api/chunked"] = chunked
    recorder = recorder_of(place)

    with recording(recorder):
        got = fetch("GET", f"{BASE}/chunked")

    assert got.body == recorder.interactions[0].response.body == b"abcde"
    assert "transfer-encoding" not in recorder.interactions[0].response.headers


def test_a_redirect_of_the_sandbox_is_kept_as_two_interactions(fetch: Fetch, place: Place) -> None:
    place.routes["/api/old"] = lambda handler: send(handler, b"", ("Location", f"{place.url}/api/new?a=1"), status=302)
    recorder = recorder_of(place)

    with recording(recorder):
        got = fetch("GET", f"{BASE}/old")

    assert json.loads(got.body) == {"path": "/api/new?a=1"}
    assert urls(recorder) == [f"GET {BASE}/old", f"GET {BASE}/new?a=1"]
    assert recorder.interactions[0].response.headers.get("location") == f"{BASE}/new?a=1"


def test_links_to_the_sandbox_lead_to_the_canonical_host(place: Place) -> None:
    port = place.url.rpartition(":")[2]
    body = {
        "next": f"{place.url}/api/search?page=2",
        "top": f"{place.url}/files/7.png",
        "escaped": "SLASHED",
        "via": f"https://sso.test/?to=http%3A%2F%2F127.0.0.1%3A{port}%2Fapi%2Fa",
        "text": f"see {place.url}/api.",
        "other port": f"{place.url}0/api",
        "other host": f"{place.url}.example.test/api",
    }
    text = json.dumps(body).replace("SLASHED", f"{place.url}/api/x".replace("/", r"\/")).encode()
    link = ("Link", f'<{place.url}/api/search?page=2>; rel="next", <{place.url}/api/search?page=9>; rel="last"')
    place.routes["/api/search"] = lambda handler: send(handler, text, link)
    recorder = recorder_of(place)

    with recording(recorder):
        answer = requests.get(f"{BASE}/search", timeout=5)
        requests.get(answer.links["next"]["url"], timeout=5)
        requests.get(answer.json()["top"], timeout=5)

    assert answer.headers["link"] == f'<{BASE}/search?page=2>; rel="next", <{BASE}/search?page=9>; rel="last"'
    assert answer.json() == {
        "next": f"{BASE}/search?page=2",
        "top": "https://grafana.example.test/files/7.png",
        "escaped": f"{BASE}/x",
        "via": "https://sso.test/?to=https%3A%2F%2Fgrafana.example.test%2Fapi%2Fa",
        "text": f"see {BASE}.",
        "other port": f"{place.url}0/api",
        "other host": f"{place.url}.example.test/api",
    }
    assert recorder.interactions[0].response.body == answer.content
    assert urls(recorder)[1:] == [f"GET {BASE}/search?page=2", "GET https://grafana.example.test/files/7.png"]
    assert place.asked == ["/api/search", "/api/search?page=2", "/files/7.png"]


def test_a_binary_body_that_holds_the_sandboxs_address_stays_as_it_is(place: Place) -> None:
    body = b"\xff\xfe" + place.url.encode() + b"/api\x00"
    place.routes["/api/raw"] = lambda handler: send(handler, body)
    recorder = recorder_of(place)

    with recording(recorder):
        answer = requests.get(f"{BASE}/raw", timeout=5)

    assert answer.content == recorder.interactions[0].response.body == body


@pytest.mark.parametrize(("base_path", "target_path"), [("/api", ""), ("", "/grafana/"), ("/api/", "/v2")])
def test_base_paths_of_both_sides_are_exchanged(base_path: str, target_path: str, place: Place) -> None:
    recorder = recorder_of(place, f"https://a.test{base_path}", target_path)

    with recording(recorder):
        requests.get(f"https://a.test{base_path.rstrip('/')}/x", timeout=5)

    assert place.asked == [f"{target_path.rstrip('/')}/x"]
    assert urls(recorder) == [f"GET https://a.test{base_path.rstrip('/')}/x"]


def test_a_consumer_that_knows_the_sandboxs_address_is_recorded_alike(place: Place) -> None:
    recorder = recorder_of(place)

    with recording(recorder):
        requests.get(f"{place.url}/api/health", timeout=5)

    assert urls(recorder) == [f"GET {BASE}/health"]


def test_an_unused_port_gives_an_error_that_names_the_host(fetch: Fetch) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        there = f"http://127.0.0.1:{bound.getsockname()[1]}"
        recorder = Recorder(BASE, there, may_leave=False, opt_in=OPT_IN)

        with recording(recorder), pytest.raises(ContractError) as caught:
            fetch("GET", f"{BASE}/a")

    assert str(caught.value) == f"no answer from {there}: [Errno 111] Connection refused\n  fix: see that {there} runs"
    assert recorder.interactions == []


def test_nothing_leaves_this_machine_without_leave(fetch: Fetch) -> None:
    recorder = Recorder(BASE, "https://sandbox.example.test", may_leave=False, opt_in=OPT_IN)

    with recording(recorder) as refused, pytest.raises(GuardRailError) as caught:
        fetch("POST", f"{BASE}/a", body=b"{}")

    assert str(caught.value) == f"POST https://sandbox.example.test was refused before it left\n  fix: {OPT_IN}"
    assert (recorder.interactions, refused) == ([], [])


def test_what_a_recorder_looks_like_in_a_traceback_says_nothing_of_the_tokens_that_it_saw(place: Place) -> None:
    recorder = recorder_of(place)
    shaped = "-".join(["seen", "by", "nobody"])

    request = Request("GET", f"{BASE}/items/7", Headers((("Authorization", shaped),)))
    recorder.handle(request)

    assert shaped in str(recorder.interactions[0].request.headers)
    assert shaped not in repr(recorder) + repr(request)


def test_another_host_is_refused(place: Place) -> None:
    recorder = recorder_of(place)

    with recording(recorder), pytest.raises(NetworkClosedError) as caught:
        httpx.get("https://other.example.test/a?key=1")

    assert str(caught.value) == (
        f"GET https://other.example.test was refused: the recording is of {BASE}\n"
        "  fix: build the client with base_url=provider.url"
    )


def test_the_source_is_the_sandbox_as_soon_as_one_request_left() -> None:
    recorder = Recorder(BASE, None, may_leave=True, opt_in="")

    recorder.targets.update({"http://127.0.0.9:1/a", "http://[::1]:1/b", "http://localhost/c"})
    before = recorder.source
    recorder.targets.add("https://sandbox.example.test/a")

    assert (before, recorder.source) == ("emulator", "sandbox")


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    with moto_server() as url:
        yield url


@pytest.fixture
def _credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "placeholder")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "placeholder")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)


def aws_recorder() -> Recorder:
    return Recorder("https://s3.amazonaws.com", None, may_leave=False, opt_in=OPT_IN)


@pytest.mark.usefixtures("_credentials")
def test_s3_is_recorded_under_awss_own_host(moto: str) -> None:
    recorder, client = aws_recorder(), boto3.client("s3", endpoint_url=moto)

    with recording(recorder):
        names = [bucket["Name"] for bucket in client.list_buckets()["Buckets"]]
        body = client.get_object(Bucket="devctl-artifacts", Key="releases/latest.txt")["Body"].read()

    assert ("devctl-artifacts" in names, body) == (True, b"2.3.1\n")
    assert urls(recorder) == [
        "GET https://s3.us-east-1.amazonaws.com/",
        "GET https://s3.us-east-1.amazonaws.com/devctl-artifacts/releases/latest.txt",
    ]
    assert recorder.requests == [
        {"operation": "ListBuckets", "params": {}},
        {"operation": "GetObject", "params": {"Bucket": "devctl-artifacts", "Key": "releases/latest.txt"}},
    ]
    assert recorder.source == "emulator"


@pytest.mark.usefixtures("_credentials")
@pytest.mark.parametrize(
    ("service", "method", "host"),
    [
        ("iam", "list_users", "iam.amazonaws.com"),
        ("ecr", "describe_repositories", "api.ecr.us-east-1.amazonaws.com"),
        ("cloudwatch", "describe_alarms", "monitoring.us-east-1.amazonaws.com"),
    ],
)
def test_every_service_has_its_own_host(moto: str, service: str, method: str, host: str) -> None:
    make: Any = boto3.client
    recorder, client = aws_recorder(), make(service, endpoint_url=moto)

    with recording(recorder):
        getattr(client, method)()

    assert [urlsplit(one.request.url).netloc for one in recorder.interactions] == [host]


@pytest.mark.usefixtures("_credentials")
def test_a_bucket_in_the_host_stays_in_the_host(place: Place) -> None:
    port = place.url.rpartition(":")[2]
    config = Config(s3={"addressing_style": "virtual"}, retries={"total_max_attempts": 1})
    client = boto3.client("s3", endpoint_url=f"http://localhost:{port}", config=config)
    recorder = aws_recorder()

    with recording(recorder), pytest.MonkeyPatch.context() as patch:
        # Not every machine's resolver knows the names below localhost.
        plain = socket.getaddrinfo
        patch.setattr(socket, "getaddrinfo", lambda host, *rest, **named: plain("127.0.0.1", *rest, **named))
        client.get_object(Bucket="logs", Key="a/b")

    assert urls(recorder) == ["GET https://logs.s3.us-east-1.amazonaws.com/a/b"]


@pytest.mark.usefixtures("_credentials")
def test_an_aws_request_does_not_leave_without_leave() -> None:
    recorder, client = aws_recorder(), boto3.client("s3", region_name="eu-west-1")

    with recording(recorder), pytest.raises(GuardRailError) as caught:
        client.get_object(Bucket="logs", Key="a")

    assert str(caught.value) == (
        f"GET https://logs.s3.eu-west-1.amazonaws.com was refused before it left\n  fix: {OPT_IN}"
    )
    assert recorder.interactions == []


@pytest.mark.usefixtures("_credentials")
def test_an_object_that_is_stored_packed_is_not_recorded_since_a_replay_would_unpack_it(place: Place) -> None:
    place.routes["/logs/day"] = lambda handler: send(handler, gzip.compress(b"one"), ("Content-Encoding", "gzip"))
    place.routes["/logs/plain"] = lambda handler: send(handler, b"one")
    config = Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1})
    recorder, client = aws_recorder(), boto3.client("s3", endpoint_url=place.url, config=config)

    with recording(recorder):
        plain = client.get_object(Bucket="logs", Key="plain")["Body"].read()
        with pytest.raises(CassetteError) as refused:
            client.get_object(Bucket="logs", Key="day")

    assert plain == b"one"
    assert [one.request.url for one in recorder.interactions] == ["https://s3.us-east-1.amazonaws.com/logs/plain"]
    assert str(refused.value) == (
        f"{place.url} answered with a body stored in gzip, which cannot be replayed as boto3 gives it\n"
        "  fix: record with an object that is stored without Content-Encoding, or waive it"
    )


@pytest.mark.usefixtures("_credentials")
def test_eight_threads_of_boto3_leave_320_of_320(moto: str) -> None:
    recorder, client = aws_recorder(), boto3.client("s3", endpoint_url=moto)

    def work() -> None:
        for _ in range(40):
            client.head_bucket(Bucket="devctl-artifacts")

    with recording(recorder) as refused:
        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert (len(recorder.interactions), len(recorder.requests), refused) == (320, 320, [])


def test_a_request_of_another_client_is_no_part_of_an_aws_recording() -> None:
    recorder = aws_recorder()

    with pytest.raises(NetworkClosedError) as caught:
        recorder.handle(Request("GET", "https://a.test/x"))

    assert caught.value.what == "GET https://a.test was refused: the recording is of https://s3.amazonaws.com"
