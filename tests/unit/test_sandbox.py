"""The sandbox that state functions get: plain requests, apart from every contract."""

from __future__ import annotations

import io
import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from boto3.s3.transfer import TransferConfig
from tests.emulators.aws import moto_server

from pactproof.errors import ContractError, GuardRailError, NetworkClosedError
from pactproof.interaction import Request, Response
from pactproof.sandbox import Sandbox
from pactproof.transport import CredentialCalls, activated, closed_network, install

TOKEN = "-".join(["not", "secret"])


@dataclass
class Grafana:
    url: str = ""
    answer: tuple[int, bytes] = (200, b'{"uid": "a1"}')
    asked: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def grafana() -> Iterator[Grafana]:
    here = Grafana()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            here.asked.append((self.command, self.path, dict(self.headers), body))
            self.send_response(here.answer[0])
            self.send_header("X-Id", "7")
            self.end_headers()
            self.wfile.write(here.answer[1])

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer  # noqa: N815  as http.server calls them

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


class Refusing:
    """A provider that answers nobody."""

    answers_at_once = True
    credentials = CredentialCalls()

    def handle(self, request: Request) -> Response:
        raise AssertionError(f"{request} was answered")

    def handle_aws(self, call: object) -> None:
        raise AssertionError(f"{call} was answered")


def test_json_goes_out_with_the_token_and_comes_back(grafana: Grafana) -> None:
    answer = Sandbox(grafana.url, TOKEN).post("/api/dashboards/db", json={"title": "é"})

    method, path, headers, body = grafana.asked[0]
    assert (method, path, json.loads(body)) == ("POST", "/api/dashboards/db", {"title": "é"})
    assert (headers["Authorization"], headers["Content-Type"]) == (f"Bearer {TOKEN}", "application/json")
    assert (answer.status_code, answer.json(), answer.text) == (200, {"uid": "a1"}, '{"uid": "a1"}')
    assert (answer.content, answer.headers.get("x-id")) == (b'{"uid": "a1"}', "7")


def test_every_method_goes_below_the_base_path(grafana: Grafana) -> None:
    sandbox = Sandbox(f"{grafana.url}/api/", TOKEN)

    for send in (sandbox.get, sandbox.post, sandbox.put, sandbox.patch, sandbox.delete):
        send("/things")
    sandbox.request("GET", "without-a-slash")

    assert [f"{method} {path}" for method, path, *_ in grafana.asked] == [
        "GET /api/things",
        "POST /api/things",
        "PUT /api/things",
        "PATCH /api/things",
        "DELETE /api/things",
        "GET /api/without-a-slash",
    ]


def test_params_join_the_query(grafana: Grafana) -> None:
    sandbox = Sandbox(grafana.url, TOKEN)

    sandbox.get("/search", params={"tag": ["a b", "c&d"], "limit": 5, "after": None})
    sandbox.get("/search?type=x", params={"limit": 5})
    sandbox.get("/search", params={"after": None})

    assert [path for _, path, *_ in grafana.asked] == [
        "/search?tag=a+b&tag=c%26d&limit=5",
        "/search?type=x&limit=5",
        "/search",
    ]


def test_headers_of_a_request_win_over_the_sandboxs_whatever_their_case(grafana: Grafana) -> None:
    sandbox = Sandbox(grafana.url, TOKEN, headers={"Authorization": f"Token token={TOKEN}", "From": "me@a.test"})

    sandbox.get("/x", headers={"authorization": "none"})
    sandbox.get("/y")

    sent = [{name.lower(): value for name, value in headers.items()} for _, _, headers, _ in grafana.asked]
    assert [one["authorization"] for one in sent] == ["none", f"Token token={TOKEN}"]
    assert [one["from"] for one in sent] == ["me@a.test", "me@a.test"]


def test_an_error_status_is_for_the_caller_to_look_at_or_to_raise(grafana: Grafana) -> None:
    grafana.answer = (401, b'{"message": "invalid API key"}')

    answer = Sandbox(grafana.url, TOKEN).get("/api/org?key=1")

    assert answer.status_code == 401
    with pytest.raises(ContractError) as caught:
        answer.raise_for_status()
    assert str(caught.value) == f'GET {grafana.url}/api/org answered 401: {{"message": "invalid API key"}}'


def test_a_page_where_json_was_wanted_is_shown(grafana: Grafana) -> None:
    grafana.answer = (200, b"<html>log in</html>")

    answer = Sandbox(grafana.url, TOKEN).get("/api/org").raise_for_status()

    with pytest.raises(ContractError) as caught:
        answer.json()
    assert str(caught.value) == (
        f"GET {grafana.url}/api/org answered 200 with something else than JSON: <html>log in</html>"
    )


def test_nobody_there_is_an_error_that_names_the_host() -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{bound.getsockname()[1]}"

        with pytest.raises(ContractError) as caught:
            Sandbox(url, TOKEN).get("/a")

    assert str(caught.value) == f"no answer from {url}: [Errno 111] Connection refused\n  fix: see that {url} runs"


def test_a_sandbox_without_a_url_says_so() -> None:
    with pytest.raises(ContractError) as caught:
        Sandbox("", TOKEN).get("/a")

    assert str(caught.value) == (
        "this sandbox has no URL to send /a to\n  fix: use sandbox.client(...) for AWS operations"
    )


def test_nothing_leaves_this_machine_without_leave(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    sandbox = Sandbox("https://grafana.example.test", TOKEN, may_leave=False, opt_in="set E2E=1")

    with pytest.raises(GuardRailError) as over_http:
        sandbox.delete("/api/org")
    with pytest.raises(GuardRailError) as over_aws:
        sandbox.client("s3", region_name="us-east-1")

    assert str(over_http.value) == ("DELETE https://grafana.example.test was refused before it left\n  fix: set E2E=1")
    assert str(over_aws.value) == "s3 https://s3.amazonaws.com was refused before it left\n  fix: set E2E=1"


def test_no_token_is_shown() -> None:
    assert TOKEN not in repr(Sandbox("http://127.0.0.1:1", TOKEN))


def test_no_token_and_no_credentials_of_the_url_are_shown_by_what_comes_back(grafana: Grafana) -> None:
    grafana.answer = (500, b"no")
    sandbox = Sandbox(grafana.url.replace("//", f"//someone:{TOKEN}@"), TOKEN)

    answered = sandbox.get("/api/search?token=" + TOKEN)

    with pytest.raises(ContractError) as caught:
        answered.raise_for_status()
    assert str(caught.value) == f"GET {grafana.url}/api/search answered 500: no"
    assert TOKEN not in repr(sandbox) + repr(answered)


def test_its_requests_are_neither_answered_nor_blocked_while_a_provider_is_active(grafana: Grafana) -> None:
    refused: list[NetworkClosedError] = []
    install()

    with closed_network(refused.append, frozenset()), activated(Refusing()):
        answer = Sandbox(grafana.url, TOKEN).get("/api/org")

    assert (answer.status_code, refused) == (200, [])


@pytest.fixture
def s3_options(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    with moto_server() as url:
        yield {
            "endpoint_url": url,
            "region_name": "us-east-1",
            "aws_access_key_id": "placeholder",
            "aws_secret_access_key": TOKEN,
        }


def test_its_boto3_client_is_neither_answered_nor_blocked_in_any_thread(s3_options: dict[str, Any]) -> None:
    refused: list[NetworkClosedError] = []
    client = Sandbox("", TOKEN, may_leave=False).client("s3", **s3_options)
    parts = TransferConfig(multipart_threshold=1024, max_concurrency=4)
    install()

    with closed_network(refused.append, frozenset()), activated(Refusing()):
        client.create_bucket(Bucket="made-here")
        client.upload_fileobj(io.BytesIO(b"x" * 2000), "made-here", "big", Config=parts)
        pages = list(client.get_paginator("list_objects_v2").paginate(Bucket="made-here"))

    assert [(one["Key"], one["Size"]) for page in pages for one in page["Contents"]] == [("big", 2000)]
    assert refused == []
