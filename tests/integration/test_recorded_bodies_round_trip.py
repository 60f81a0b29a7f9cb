"""What a provider really sent comes back the same from the file: before our replay, and before plain vcrpy."""

from __future__ import annotations

import gzip
import threading
import zlib
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
import requests
import vcr  # type: ignore[import-untyped]  # it ships without type information

from pactproof import use_cassette
from pactproof.interaction import Request
from pactproof.recording import Cassette, Provenance, load_cassette, write_cassette
from pactproof.recording.recorder import Recorder

BASE = "http://shop.test"
EXACT = b'{"big":12345678901234567890123,"one":1.0,"text":"\\u00e9\\/"}'
BODIES = {
    "/plain": EXACT,
    "/gzip": EXACT,
    "/deflate": EXACT,
    "/chunked": b"one\r\ntwo" * 100,
    "/binary": bytes(range(256)),
    "/empty": b"",
    "/signed": EXACT,
}


class Provider(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        body, name = BODIES[self.path], self.path[1:]
        packed = gzip.compress(body) if name == "gzip" else zlib.compress(body) if name == "deflate" else body
        self.send_response(200)
        self.send_header("Content-Type", "application/json" if body == EXACT else "application/octet-stream")
        self.send_header("Link", "<a>; rel=x")
        self.send_header("Link", "<b>; rel=y")
        if packed != body:
            self.send_header("Content-Encoding", name)
        if name == "signed":
            self.send_header("Digest", "sha-256=whatever")
        if name == "chunked":
            self.send_header("Transfer-Encoding", "chunked")
            packed = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:9], body[9:])) + b"0\r\n\r\n"
        else:
            self.send_header("Content-Length", str(len(packed)))
        self.end_headers()
        self.wfile.write(packed)

    def log_message(self, *arguments):
        """Quiet."""


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    recorder = Recorder(BASE, f"http://127.0.0.1:{server.server_port}", may_leave=False, opt_in="")
    for name in BODIES:
        recorder.handle(Request("GET", BASE + name))
    server.shutdown()
    thread.join()
    server.server_close()
    root = tmp_path_factory.mktemp("project")
    told = Provenance("shop.get", "ok", "emulator", datetime(2026, 1, 5, tzinfo=UTC), "till", "pactproof 0.1.0")
    write_cassette(root / "cassettes/shop/get.yaml", Cassette(tuple(recorder.interactions), told), root=root)
    return root / "cassettes/shop/get.yaml"


def test_each_body_is_stored_unpacked_and_laid_out_only_where_that_is_allowed(path):
    stored = {one.request.path: one.response for one in load_cassette(path, shown_as="get.yaml").interactions}

    laid_out = b'{\n  "big": 12345678901234567890123,\n  "one": 1.0,\n  "text": "\\u00e9\\/"\n}'
    freely = ("/plain", "/gzip", "/deflate")
    assert {name: one.body for name, one in stored.items()} == {**BODIES, **dict.fromkeys(freely, laid_out)}
    assert {one.headers.get("content-encoding") for one in stored.values()} == {""}
    assert [one.headers.all("link") for one in stored.values()] == [["<a>; rel=x", "<b>; rel=y"]] * len(BODIES)


@pytest.mark.parametrize("ask", [httpx.get, requests.get], ids=["httpx", "requests"])
@pytest.mark.parametrize("recorder", ["pactproof", "vcrpy"])
def test_every_body_is_replayed_as_it_is_stored(path, ask, recorder):
    stored = [one.response.body for one in load_cassette(path, shown_as="get.yaml").interactions]

    with use_cassette(path) if recorder == "pactproof" else vcr.use_cassette(str(path), record_mode="none"):
        found = [ask(BASE + name, timeout=5) for name in BODIES]

    assert [one.content for one in found] == stored
    assert {one.headers["link"] for one in found} == {"<a>; rel=x, <b>; rel=y"}
