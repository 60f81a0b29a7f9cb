"""A body of 100 MB takes at most four times its size in memory: to record, to write, to read, to replay."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

MEGABYTE = 1024 * 1024
BODY_BYTES = 100 * MEGABYTE

CHILD = """
import json, resource, sys, threading, tracemalloc
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from pactproof.interaction import Headers, Interaction, Request
from pactproof.recording import Cassette, Provenance, load_cassette, write_cassette
from pactproof.recording.cassette import as_stored
from pactproof.recording.recorder import Recorder
from pactproof.recording.used_cassette import UsedCassette
from pactproof import use_cassette
from pactproof.redaction import Redactor

root, kind, size = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
PIECES = {
    "json": b'{"id": 1, "name": "\\xc3\\xa9t\\xc3\\xa9", "tags": [1, 2, 3]},\\n' * 20000,
    "binary": bytes(range(256)) * 4096,
    "text": "a line of prose, no more than that \\u20ac\\n".encode() * 30000,
}
MEDIA = {"json": "application/json", "binary": "image/png", "text": "text/plain; charset=utf-8"}
piece = PIECES[kind]

class Provider(BaseHTTPRequestHandler):
    def do_GET(self):
        start, end = (b"[", b"0]") if kind == "json" else (b"", b"")
        count = size // len(piece)
        self.send_response(200)
        self.send_header("Content-Type", MEDIA[kind])
        self.send_header("Content-Length", str(len(start) + count * len(piece) + len(end)))
        self.end_headers()
        self.wfile.write(start)
        for _ in range(count):
            self.wfile.write(piece)
        self.wfile.write(end)

    def log_message(self, *given):
        pass

server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}"
told = Provenance("shop.get", "ok", "sandbox", datetime(2026, 1, 5, tzinfo=UTC), "till", "pactproof")
path = root / "cassettes/shop/get.yaml"
peaks = {}

def step(name, act):
    tracemalloc.reset_peak()
    found = act()
    peaks[name] = tracemalloc.get_traced_memory()[1]
    return found

tracemalloc.start()
recorder = Recorder("http://shop.test", url, False, "")
step("record", lambda: recorder.handle(Request("GET", "http://shop.test/big")))
kept = step("redact", lambda: tuple(as_stored(Redactor().redact(one)) for one in recorder.interactions))
recorder.interactions.clear()
step("write", lambda: write_cassette(path, Cassette(kept, told), root=root))
length = len(kept[0].response.body)
del kept
read = step("read", lambda: load_cassette(path, shown_as="cassettes/shop/get.yaml"))
assert read.digest_fits and len(read.interactions[0].response.body) == length
del read

def replay():
    import requests
    with use_cassette(path):
        assert len(requests.get("http://shop.test/big").content) == length

step("replay", replay)
print(json.dumps({"length": length, "peaks": peaks, "rss": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}))
"""


@pytest.mark.memory
@pytest.mark.timeout(600)
@pytest.mark.parametrize("kind", ["json", "binary", "text"])
def test_a_body_of_100_mb_takes_at_most_four_times_its_size(tmp_path, kind, capsys):
    command = [sys.executable, "-c", CHILD, str(tmp_path), kind, str(BODY_BYTES)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}

    told = subprocess.run(command, capture_output=True, text=True, env=environment)

    assert told.returncode == 0, told.stderr
    found = json.loads(told.stdout)
    shown = {name: round(peak / found["length"], 2) for name, peak in found["peaks"].items()}
    with capsys.disabled():
        print(f"\n{kind}: {found['length'] / MEGABYTE:.0f} MB, peaks in sizes of the body: {shown}")
    assert {name: times for name, times in shown.items() if times > 4} == {}
