"""Headers that a contract promises are recorded and judged; those that open something are judged without being kept."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from tests.integration.plugin_project import PluginProject, project

__all__ = ["project"]
pytest_plugins = "pytester"

CONTRACT = """
get_item:
  params: {id: '7'}
  request:
    method: GET
    path: '/items/{id}'
    query: {currency: EUR}
    headers: {X-Team: core, Authorization: {$regex: '^Bearer .+', like: Bearer x}}
  response:
    status: 200
    headers: {X-Request-Id: {$regex: '^r-[0-9]+$', like: r-1}}
    body: {name: Lamp, price: {$decimal: 9.5}}
"""
CASSETTE = "cassettes/shop/get_item.yaml"


class Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        for name, value in {"Content-Type": "application/json", "X-Request-Id": "r-77", "Via": "1.1 x"}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(b'{"name": "Brass lamp", "price": 12.25}')

    def log_message(self, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def recorded(project: PluginProject, monkeypatch: pytest.MonkeyPatch) -> PluginProject:
    """The project, its recording made anew from a server of this test."""
    project.write("contracts/shop.yaml", CONTRACT)
    project.write("shop.py", project.read("shop.py").replace('"Bearer t"}', '"Bearer t0psecret1", "X-Team": "core"}'))
    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        monkeypatch.setenv("SHOP_URL", f"http://127.0.0.1:{server.server_port}")
        run = project.run("--record-mode=rewrite")
        server.shutdown()
        thread.join()
    assert run.code == 0, run.text
    return project


def test_promised_headers_are_recorded_and_credentials_are_not(recorded: PluginProject):
    text = recorded.read(CASSETTE)

    assert "      X-Team:\n      - core\n" in text
    assert "      X-Request-Id:\n      - r-77\n" in text
    assert "Authorization" not in text
    assert "t0psecret1" not in text
    assert "Via" not in text
    assert recorded.run("--record-mode=none").code == 0


@pytest.mark.parametrize(("sent", "instead"), [(', "X-Team": "core"', ""), ("Bearer", "Basic")])
def test_a_promised_header_that_is_not_sent_is_a_request_fault_at_replay_too(
    recorded: PluginProject, sent: str, instead: str
):
    recorded.write("shop.py", recorded.read("shop.py").replace(sent, instead))

    run = recorded.run_apart("--record-mode=none")

    assert run.code == 1
    assert run.faults == {"test_get_item[pact]": "request", "test_get_item[replay]": "request"}


@pytest.mark.parametrize(
    ("name", "value", "fault"), [("X-Team", "core", "stale"), ("X-Request-Id", "r-77", "provider")]
)
def test_a_promised_header_altered_in_the_recording_is_found(
    recorded: PluginProject, name: str, value: str, fault: str
):
    text = recorded.read(CASSETTE)
    recorded.write_exactly(CASSETTE, text.replace(f"{name}:\n      - {value}", f"{name}:\n      - other"))

    run = recorded.run("--record-mode=none")

    assert run.faults == {"test_get_item[replay]": fault}


def test_a_recording_of_another_host_says_nothing_about_this_one(project: PluginProject):
    text = project.read(CASSETTE)
    project.write_exactly(CASSETTE, text.replace("https://shop.example.com", "https://other.example.com"))

    run = project.run("--record-mode=none")

    assert run.code == 1
    assert run.fault("test_get_item[replay]")[:5] == [
        "fault: stale",
        "operation: shop.get_item",
        "scenario: ok",
        "recorded for another request than promised",
        "  host: expected https://shop.example.com, found https://other.example.com",
    ]
