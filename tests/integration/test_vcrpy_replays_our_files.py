"""Plain vcrpy, as any project has it, replays what we write; and we read what it writes."""

from __future__ import annotations

import gzip
import json
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
import requests
import urllib3
import vcr  # type: ignore[import-untyped]  # it ships without type information

from pactproof.interaction import Headers, Interaction, Request, Response
from pactproof.recording import Cassette, Provenance, load_cassette, write_cassette

BASE = "http://grafana.test"
VALUE = {
    "id": 1,
    "big": 12345678901234567890123,
    "title": "Überblick 😀 \u2028 \x7f",
    "tags": [],
    "nested": {"a": [1.5]},
}
BINARY = bytes(range(256)) * 3
CSV = "name\tvalue \r\nä\t1\n\n"


def answer(path: str, media: str, body: bytes, status: int = 200) -> Interaction:
    headers = Headers((("Content-Type", media), ("Content-Length", str(len(body))), ("X-Two", "a"), ("X-Two", "b")))
    return Interaction(Request("GET", f"{BASE}{path}"), Response(status, headers, body, "OK"))


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "cassettes/grafana/everything.yaml"
    told = Provenance(
        "grafana.everything",
        "ok",
        "sandbox",
        datetime(2026, 1, 5, tzinfo=UTC),
        "devctl",
        "pactproof 0.1.0",
        params={"uid": "abc", "deep": [{"a": None}]},
    )
    posted = Interaction(
        Request("POST", f"{BASE}/json", Headers((("Content-Type", "application/json"),)), b'{"a":[1,2],"b":"c"}'),
        Response(201, Headers(), b"", "Created"),
    )
    interactions = (
        answer("/json", "application/json", json.dumps(VALUE, ensure_ascii=False).encode()),
        answer("/binary", "application/octet-stream", BINARY),
        answer("/csv", "text/csv", CSV.encode()),
        answer("/empty", "text/plain", b""),
        posted,
    )
    write_cassette(path, Cassette(interactions, told), root=tmp_path)
    return path


def with_httpx(method, url, **more):
    answer = httpx.request(method, url, **more)
    return answer.status_code, answer.content, answer.headers


def with_requests(method, url, **more):
    answer = requests.request(method, url, timeout=5, **more)
    return answer.status_code, answer.content, answer.headers


def with_urllib3(method, url, **more):
    answer = urllib3.PoolManager().request(method, url, retries=False, **more)
    return answer.status, answer.data, answer.headers


CLIENTS = pytest.mark.parametrize(
    "ask", [with_httpx, with_requests, with_urllib3], ids=["httpx", "requests", "urllib3"]
)


@CLIENTS
def test_every_kind_of_body_is_replayed_equal(path, ask):
    before = path.read_bytes()

    with vcr.use_cassette(str(path), record_mode="none") as tape:
        found = {name: ask("GET", f"{BASE}/{name}") for name in ("json", "binary", "csv", "empty")}
        created = ask("POST", f"{BASE}/json", json={})

    assert json.loads(found["json"][1]) == VALUE
    assert (found["binary"][1], found["csv"][1], found["empty"][1]) == (BINARY, CSV.encode(), b"")
    assert found["json"][2]["x-two"] == "a, b"
    assert int(found["json"][2]["content-length"]) == len(found["json"][1])
    assert (created[0], created[1]) == (201, b"")
    assert tape.all_played
    assert path.read_bytes() == before


@CLIENTS
def test_vcrpy_still_compares_a_laid_out_request_body_as_json(path, ask):
    with vcr.use_cassette(str(path), record_mode="none", match_on=["method", "uri", "body"]):
        created = ask("POST", f"{BASE}/json", json={"b": "c", "a": [1, 2]})
        with pytest.raises(Exception, match="body differs"):
            ask("POST", f"{BASE}/json", json={"b": "c", "a": [2, 1]})

    assert (created[0], created[1]) == (201, b"")


class Provider(BaseHTTPRequestHandler):
    def do_GET(self):
        body = {"/json": json.dumps(VALUE).encode(), "/binary": BINARY}[self.path]
        self.send_response(200)
        self.send_header("Content-Type", "application/json" if self.path == "/json" else "image/png")
        self.send_header("Content-Encoding", "gzip")
        packed = gzip.compress(body)
        self.send_header("Content-Length", str(len(packed)))
        self.end_headers()
        self.wfile.write(packed)

    def log_message(self, *arguments):
        """Quiet."""


@pytest.fixture
def provider():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@CLIENTS
def test_what_vcrpy_records_is_read(provider, tmp_path, ask):
    path = tmp_path / "tape.yaml"
    with vcr.use_cassette(str(path), record_mode="once"):
        ask("GET", f"{provider}/json")
        ask("GET", f"{provider}/binary")

    cassette = load_cassette(path, shown_as="cassettes/images/get.yaml")

    first, second = (one.response for one in cassette.interactions)
    assert json.loads(first.body) == VALUE
    assert second.body == BINARY
    assert "content-encoding" not in first.headers
    assert first.headers.get("content-length") == str(len(first.body))
    assert (cassette.provenance.operation, cassette.provenance.source) == ("images.get", "imported")
    assert cassette.provenance.recorded_at.year > 2000
