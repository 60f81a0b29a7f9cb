"""A consumer that sends by Python's own client is served by promise, recording and recorder as any other."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from tests.integration.plugin_project import LAMP, PluginProject, project

__all__ = ["project"]
pytest_plugins = "pytester"

TESTS = """
import json
import urllib.request


@contract("shop.get_item")
def test_get_item(provider):
    url = f"https://shop.example.com/items/{provider.params['id']}?currency=EUR"
    with urllib.request.urlopen(url) as answer:  # a hard-coded host
        item = json.load(answer)
    assert item["name"]
"""


class _Shop(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = json.dumps({**LAMP, "name": "Live lamp"}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is logged."""


def test_urllib_is_served_in_pact_and_replay_and_recorded(project: PluginProject, monkeypatch: pytest.MonkeyPatch):
    project.tests(TESTS)

    offline = project.run("--record-mode=none")
    with ThreadingHTTPServer(("127.0.0.1", 0), _Shop) as shop:
        thread = threading.Thread(target=shop.serve_forever, args=(0.01,))
        thread.start()
        monkeypatch.setenv("SHOP_URL", f"http://127.0.0.1:{shop.server_port}")
        recorded = project.run("--record-mode=rewrite", "--take-values", "-k", "replay")
        shop.shutdown()
        thread.join()

    assert (offline.code, offline.counts) == (0, {"passed": 2}), offline.text
    assert (recorded.code, recorded.counts) == (0, {"passed": 1, "deselected": 1}), recorded.text
    assert "Live lamp" in project.read("cassettes/shop/get_item.yaml")
