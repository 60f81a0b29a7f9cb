"""Beside pytest-recording: its option is ours to read, its marks and blocks are not for contracts."""

from __future__ import annotations

import pytest
from tests.integration.plugin_project import TEST_GET_ITEM, PluginProject, project

__all__ = ["project"]
pytest_plugins = "pytester"

VCR_TEST = """
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"hi")

    def log_message(self, *args):
        pass

@pytest.fixture
def server(request):
    with ThreadingHTTPServer(("127.0.0.1", int(os.environ["SERVER_PORT"])), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()

@pytest.mark.vcr
def test_with_a_cassette_of_its_own(request):
    if os.environ["RECORDS"] == "yes":
        request.getfixturevalue("server")
    assert requests.get(f"http://127.0.0.1:{os.environ['SERVER_PORT']}/").text == "hi"

@pytest.mark.block_network
def test_blocked():
    with socket.socket() as client, pytest.raises(RuntimeError):
        client.connect(("127.0.0.1", 9))
"""

LEAKING = (
    TEST_GET_ITEM
    + """
    try:
        socket.create_connection(("192.0.2.1", 80), timeout=1)
    except Exception:
        pass
"""
)


@pytest.mark.parametrize(
    ("mark", "cure"),
    [
        ("vcr", "remove the mark: the contract has a recording of its own, chosen by --record-mode"),
        ("block_network", "remove the mark: in a contract the network is closed already"),
    ],
)
@pytest.mark.parametrize("where", ["function", "module"])
def test_a_mark_of_pytest_recording_on_a_contract_ends_with_exit_code_2(
    project: PluginProject, mark: str, cure: str, where: str
):
    on_function, on_module = (
        (f"@pytest.mark.{mark}", "") if where == "function" else ("", f"pytestmark = pytest.mark.{mark}")
    )
    project.tests(f"""
        {on_module}

        {on_function}
        @contract("shop.get_item")
        def test_get_item(provider):
            assert provider
    """)

    run = project.run()

    assert run.code == 2
    assert f": the mark `{mark}` on test_get_item\n  fix: {cure}" in run.text + run.errors
    assert (run.text + run.errors).count(f"the mark `{mark}`") == 1


def test_disabled_recording_ends_with_exit_code_2(project: PluginProject):
    run = project.run_apart("--disable-recording")

    assert run.code == 2
    assert (
        "--disable-recording would leave contracts without their recordings\n"
        "  fix: leave it out; to record anew use --record-mode=rewrite"
    ) in run.text + run.errors


@pytest.mark.parametrize("args", [["--block-network"], ["--block-network", "-n", "2"]], ids=["alone", "xdist"])
def test_contracts_run_with_the_network_blocked(project: PluginProject, args: list[str]):
    run = project.run(*args)

    assert run.code == 0, run.text
    assert run.counts == {"passed": 2}


@pytest.mark.parametrize("args", [[], ["--block-network"]], ids=["open", "blocked"])
def test_its_own_tests_record_and_replay_and_our_guard_outlives_its_unblocking(
    project: PluginProject, monkeypatch: pytest.MonkeyPatch, args: list[str], free_port: int
):
    monkeypatch.setenv("SERVER_PORT", str(free_port))
    project.tests(VCR_TEST, name="contracts/test_aa_other.py")
    project.tests(LEAKING)

    monkeypatch.setenv("RECORDS", "yes")
    recording = project.run("--record-mode=once", *args)
    monkeypatch.setenv("RECORDS", "no")
    replaying = project.run("--record-mode=none", *args)

    cassette = project.path / "contracts/cassettes/test_aa_other/test_with_a_cassette_of_its_own.yaml"
    assert cassette.exists(), recording.text
    for run in (recording, replaying):
        assert run.counts == {"passed": 2, "failed": 2}, run.text
        assert run.faults == {"test_get_item[pact]": "request", "test_get_item[replay]": "request"}
        assert "a connection to 192.0.2.1:80 was refused: contracts run offline" in run.text


@pytest.fixture
def free_port() -> int:
    import socket

    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
