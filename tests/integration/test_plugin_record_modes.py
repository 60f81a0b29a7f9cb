"""Record modes against a server on this machine: what is recorded, what is kept, and what never leaves."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from tests.integration.plugin_project import CLOSED, KEPT, LAMP, TEST_GET_ITEM, PluginProject, project

from pactproof.recording import patience

__all__ = ["project"]
pytest_plugins = "pytester"

CASSETTE = "cassettes/shop/get_item.yaml"
TOKEN = "-".join(["shop", "token", "5f2d"])
STATE = """
@state("an item exists")
def an_item(sandbox):
    item_id = sandbox.post("/items", json={"name": "Lamp"}).json()["id"]
    yield {"id": item_id}
    sandbox.delete(f"/items/{item_id}")
"""


class Shop(ThreadingHTTPServer):
    """An emulator of the shop: `answer` is what an item looks like, `seen` what was asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer: object = LAMP
        self.seen: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Shop

    def do_GET(self) -> None:
        self._answer(self.server.answer)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer({"id": "made-1"})

    def do_DELETE(self) -> None:
        self._answer({})

    def _answer(self, value: object) -> None:
        self.server.seen.append(f"{self.command} {self.path}")
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def shop(project: PluginProject, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    with Shop() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        monkeypatch.setenv("SHOP_URL", server.url)
        monkeypatch.setenv("SHOP_TOKEN", TOKEN)
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Where connections were asked for; none is made."""
    asked: list[str] = []

    def connect(self: http.client.HTTPConnection) -> None:
        asked.append(self.host)
        raise OSError("no route")

    monkeypatch.setattr(http.client.HTTPConnection, "connect", connect)
    return asked


# --- which mode records ------------------------------------------------------------------------------------------


def test_what_is_missing_is_recorded_once_and_then_replayed_offline(project: PluginProject, shop: Shop):
    (project.path / CASSETTE).unlink()

    first = project.run("--record-mode=once")
    recorded = project.read(CASSETTE)
    shop.seen.clear()
    again = [project.run("--record-mode=once"), project.run("--record-mode=none")]

    assert first.code == 0, first.text
    assert f"recorded {CASSETTE} (emulator)" in first.text
    assert [run.code for run in again] == [0, 0]
    assert shop.seen == []
    assert project.read(CASSETTE) == recorded
    assert "uri: https://shop.example.com/items/7?currency=EUR" in recorded
    assert "source: emulator" in recorded
    assert "Brass lamp" in recorded


@pytest.mark.parametrize(
    ("mode", "is_asked"), [("none", False), ("once", False), ("new_episodes", False), ("all", True), ("rewrite", True)]
)
def test_a_recording_that_holds_is_made_anew_in_all_and_rewrite_alone(
    project: PluginProject, shop: Shop, mode: str, is_asked: bool
):
    before = project.read(CASSETTE)
    shop.answer = {"name": "Newer lamp", "price": 2.5}

    run = project.run(f"--record-mode={mode}", "--take-values")

    assert run.code == 0, run.text
    assert bool(shop.seen) == is_asked
    assert ("Newer lamp" in project.read(CASSETTE)) == is_asked
    assert (project.read(CASSETTE) == before) != is_asked


@pytest.mark.parametrize(("mode", "is_asked"), [("none", False), ("once", False), ("new_episodes", True)])
def test_a_recording_that_no_longer_holds_is_made_anew_in_new_episodes(
    project: PluginProject, shop: Shop, mode: str, is_asked: bool
):
    project.write("contracts/shop.yaml", project.read("contracts/shop.yaml").replace("9.5}", "9.5}, stock: 3"))
    shop.answer = {**LAMP, "stock": 8}

    run = project.run(f"--record-mode={mode}")

    assert run.code == (0 if is_asked else 1)
    assert run.faults == ({} if is_asked else {"test_get_item[replay]": "provider"})
    assert bool(shop.seen) == is_asked


def test_none_is_the_default_and_the_command_line_is_final(project: PluginProject, shop: Shop):
    before = project.read(CASSETTE)
    project.tests(f"""
        @pytest.fixture(scope="session")
        def vcr_config():
            return {{"record_mode": "rewrite"}}

        @pytest.fixture(scope="session")
        def record_mode():
            return "all"
        {TEST_GET_ITEM.replace(chr(10), chr(10) + "        ")}
    """)

    runs = [project.run(), project.run("--record-mode=none")]

    assert [run.code for run in runs] == [0, 0], runs[0].text
    assert shop.seen == []
    assert project.read(CASSETTE) == before


def test_a_token_never_reaches_the_recording_nor_the_output(project: PluginProject, shop: Shop):
    project.tests("""
        @contract("shop.get_item")
        def test_get_item(provider):
            url = f"{provider.url}/items/{provider.params['id']}?currency=EUR"
            assert httpx.get(url, headers={"Authorization": f"Bearer {provider.token}"}).json()["name"]
            assert provider.kind == "pact" or os.environ["SHOP_TOKEN"] == provider.token
    """)
    shop.answer = {**LAMP, "link": f"https://shop.example.com/?key={TOKEN}"}

    run = project.run("--record-mode=rewrite")

    assert run.code == 0, run.text
    assert TOKEN not in project.read(CASSETTE)
    assert TOKEN not in run.text


# --- what a failed refresh leaves behind -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "source", "fault", "headline"),
    [
        ({"name": 7, "price": 12.25}, TEST_GET_ITEM, "provider", "stale"),
        ({"message": "try later"}, TEST_GET_ITEM, "provider", "stale"),
        (LAMP, TEST_GET_ITEM.replace('item["name"]', 'item["colour"]'), "consumer", "KeyError"),
        (LAMP, TEST_GET_ITEM.replace("item[", "httpx.get('https://other.example.com') and item["), "request", "stale"),
    ],
    ids=["type", "absent", "consumer", "host"],
)
def test_a_refresh_that_fails_leaves_the_old_recording_byte_identical(
    project: PluginProject, shop: Shop, answer: object, source: str, fault: str, headline: str
):
    before = (project.path / CASSETTE).read_bytes()
    project.tests(source)
    shop.answer = answer

    run = project.run("--record-mode=rewrite", "-k", "replay")

    assert run.code == 1
    assert run.faults == {"test_get_item[replay]": headline}, run.text
    told = KEPT.replace("refreshed", f"refreshed (fault: {fault})").partition(", N days")
    assert told[0] in run.text
    assert told[2].removeprefix(" ago") in run.text
    assert (project.path / CASSETTE).read_bytes() == before


def test_an_emulator_that_does_not_answer_leaves_the_recording_and_says_which(
    project: PluginProject, monkeypatch: pytest.MonkeyPatch
):
    before = (project.path / CASSETTE).read_bytes()
    monkeypatch.setenv("SHOP_URL", "http://127.0.0.1:9")

    run = project.run("--record-mode=rewrite", "-k", "replay")

    assert run.faults == {"test_get_item[replay]": "stale"}
    shown = run.fault("test_get_item[replay]")
    assert shown[3].startswith("no answer from http://127.0.0.1:9")
    assert shown[4:7] == [
        KEPT,
        f"file: {CASSETTE}",
        "fix: see to it that http://127.0.0.1:9 answers, or correct SHOP_URL",
    ]
    assert (project.path / CASSETTE).read_bytes() == before


@pytest.mark.parametrize("address", ["shop.test:3000", f"http://ada:{TOKEN}@127.0.0.1:3000", "http://127.0.0.1:99999"])
def test_an_address_that_is_no_base_url_is_refused_and_not_shown(
    project: PluginProject, monkeypatch: pytest.MonkeyPatch, sent: list[str], address: str
):
    monkeypatch.setenv("SHOP_URL", address)

    run = project.run("--record-mode=rewrite", "-k", "replay")

    assert run.fault("test_get_item[replay]")[3:] == [
        "SHOP_URL holds no http or https URL without credentials, query and fragment",
        KEPT,
        f"file: {CASSETTE}",
        "fix: set it to the address of the sandbox, as in http://127.0.0.1:3000",
    ]
    assert sent == []
    assert address not in run.text


# --- provider states ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("holds", [True, False], ids=["passing", "failing"])
def test_a_provider_state_is_set_up_and_undone_and_its_params_are_replayed(
    project: PluginProject, shop: Shop, holds: bool
):
    source = STATE + TEST_GET_ITEM.replace(
        'item["name"]', 'provider.kind == "pact" or provider.params["id"] == "made-1"'
    )
    project.tests(source if holds else source + "    assert provider.kind == 'pact'\n")

    run = project.run("--record-mode=rewrite", "--take-values", "-k", "replay")
    replayed = project.run("-k", "replay") if holds else None

    assert run.code == (0 if holds else 1), run.text
    assert shop.seen == ["POST /items", "GET /items/made-1?currency=EUR", "DELETE /items/made-1"]
    if replayed:
        assert replayed.code == 0, replayed.text
        assert "    id: made-1" in project.read(CASSETTE)


def test_a_state_that_cannot_be_set_up_is_told_with_the_reason(project: PluginProject, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SHOP_URL", "http://127.0.0.1:9")
    project.tests(STATE + TEST_GET_ITEM)

    run = project.run("--record-mode=rewrite", "-k", "replay")

    assert run.faults == {"test_get_item[replay]": "stale"}
    shown = run.fault("test_get_item[replay]")
    assert shown[3].startswith("no answer from http://127.0.0.1:9")
    assert shown[4] == "so that the state could not be set up: an item exists"


# --- leaving this machine ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_recorded", [True, False], ids=["recorded before", "never recorded"])
def test_nothing_leaves_without_the_opt_in_not_even_to_set_a_state_up(
    project: PluginProject, monkeypatch: pytest.MonkeyPatch, sent: list[str], is_recorded: bool
):
    monkeypatch.setenv("SHOP_URL", f"http://{CLOSED}")
    project.tests(STATE + TEST_GET_ITEM)
    if not is_recorded:
        (project.path / CASSETTE).unlink()

    run = project.run("--record-mode=rewrite", "-k", "replay")

    name = "stale" if is_recorded else "missing"
    assert run.code == 1
    assert sent == []
    assert run.fault("test_get_item[replay]") == [
        f"fault: {name}",
        "operation: shop.get_item",
        "scenario: ok",
        f"requests to http://{CLOSED} were refused before one left",
        *([KEPT] if is_recorded else []),
        f"file: {CASSETTE}",
        "fix: point SHOP_URL at an emulator on this machine, or set SHOP_E2E=1 if requests may leave it",
    ]
    assert (project.path / CASSETTE).exists() == is_recorded


def test_the_canonical_host_is_not_asked_without_the_opt_in_either(project: PluginProject, sent: list[str]):
    run = project.run("--record-mode=rewrite", "-k", "replay")

    assert run.faults == {"test_get_item[replay]": "stale"}
    assert sent == []


def test_with_the_opt_in_requests_go_to_the_sandbox(
    project: PluginProject, monkeypatch: pytest.MonkeyPatch, sent: list[str]
):
    monkeypatch.setattr(patience, "_sleep", lambda seconds: None)
    monkeypatch.setenv("SHOP_URL", f"http://{CLOSED}")
    monkeypatch.setenv("SHOP_E2E", "1")

    run = project.run("--record-mode=rewrite", "-k", "replay")

    assert sent == [CLOSED] * 6
    shown = run.fault("test_get_item[replay]")[3]
    assert shown == f"no answer from http://{CLOSED}: no route; GET /items/7 is not sent again: it was sent 6 times"


def test_aws_is_not_asked_without_the_opt_in(project: PluginProject, sent: list[str]):
    project.with_s3("""
        @contract("aws.s3.list_buckets")
        def test_list_buckets(provider):
            assert boto3.client("s3", region_name="us-east-1").list_buckets(MaxBuckets=5)["Buckets"]
    """)

    run = project.run("--record-mode=rewrite", "-k", "replay")

    assert run.faults == {"test_list_buckets[replay]": "stale"}
    assert sent == []
    assert run.fault("test_list_buckets[replay]")[3:] == [
        "requests to https://s3.amazonaws.com were refused before one left",
        KEPT,
        "file: cassettes/aws/s3/list_buckets.yaml",
        "fix: point AWS_ENDPOINT_URL at an emulator on this machine, or name a variable in "
        "providers.aws.sandbox.opt_in_env of registry.yaml and set it if requests may leave it",
    ]


def test_a_waived_recording_is_not_asked_for(project: PluginProject, shop: Shop):
    project.register(
        "get_item", extra="waived: {shop.get_item: {what: recording, until: 2126-03-01, reason: no sandbox}}"
    )

    run = project.run("--record-mode=rewrite")

    assert run.counts == {"passed": 1, "skipped": 1}
    assert shop.seen == []
