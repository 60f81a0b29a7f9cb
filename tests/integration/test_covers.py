"""End-to-end tests that cover operations: in a record mode they record them, with `none` the recordings answer them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from tests.integration.faulty_provider import Faulty, Provider, provider
from tests.integration.plugin_project import LAMP, PAGES, PluginProject, Run, project

from pactproof.errors import CassetteError
from pactproof.pytest_plugin import keeping
from pactproof.recording.cassette import load_cassette, write_cassette

__all__ = ["project"]
pytest_plugins = "pytester"

CASSETTE = "cassettes/shop/get_item.yaml"
NOT_FOUND = """
get_item:
  scenarios:
    ok:
      params: {id: '7'}
      request: {method: GET, path: '/items/{id}', query: {currency: EUR}}
      response: {status: 200, body: {name: Lamp, price: {$decimal: 9.5}}}
    not_found:
      params: {id: missing}
      request: {method: GET, path: '/items/{id}', query: {currency: EUR}}
      response: {status: 404, body: {message: none}}
"""
HEAD = """
import os, pytest, httpx, requests, shop
URL = os.environ.get("SHOP_URL", "https://shop.example.com")
"""
ONE = """
@pytest.mark.covers("shop.get_item")
def test_buying():
    assert requests.get(f"{URL}/health").status_code == 200
    assert shop.get_item(URL, "e2e-1")["name"]
"""


def answer(handler: Faulty) -> None:
    """A shop with every item but one, and its health."""
    path = handler.path.partition("?")[0]
    if path == "/health":
        handler.send(body={"up": True})
    elif path == "/items/missing":
        handler.send(404, {"message": "no such item"})
    else:
        handler.send(body={**LAMP, "stock": 3})


@pytest.fixture
def shop(project: PluginProject, monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    with provider(answer) as server:
        monkeypatch.setenv("SHOP_URL", server.url)
        yield server


def e2e(project: PluginProject, tests: str) -> None:
    project.write("tests/e2e/test_shop.py", HEAD + dedent(tests))


def run(project: PluginProject, *options: str) -> Run:
    return project.run("tests/e2e", *options)


# --- recording and replaying ------------------------------------------------------------------------------------


def test_what_the_test_does_becomes_the_recording_and_answers_it_with_the_provider_stopped(
    project: PluginProject, shop: Provider, monkeypatch: pytest.MonkeyPatch
):
    e2e(project, ONE.replace('    assert requests.get(f"{URL}/health").status_code == 200\n', ""))

    recorded = run(project, "--record-mode=rewrite")
    stored = load_cassette(project.path / CASSETTE, shown_as=CASSETTE)
    asked = list(shop.seen)
    monkeypatch.setenv("SHOP_URL", "http://127.0.0.1:1")
    replayed = run(project, "--record-mode=none")
    without = project.run("contracts", "--record-mode=none", "-k", "replay")

    assert recorded.code == 0, recorded.text
    assert f"recorded {CASSETTE} (emulator)" in recorded.text
    assert asked == ["GET /items/e2e-1?currency=EUR"]
    assert [one.request.url for one in stored.interactions] == ["https://shop.example.com/items/e2e-1?currency=EUR"]
    assert stored.provenance.params == {"id": "e2e-1"}
    assert replayed.code == 0, replayed.text
    assert without.code == 0, without.text  # the contract function replays the same recording
    assert shop.seen == asked


def test_without_the_option_the_test_is_live_and_nothing_is_recorded(project: PluginProject, shop: Provider):
    e2e(project, ONE)
    before = project.read(CASSETTE)

    ended = run(project)

    assert ended.code == 0, ended.text
    assert shop.seen == ["GET /health", "GET /items/e2e-1?currency=EUR"]
    assert project.read(CASSETTE) == before


def test_requests_of_no_covered_operation_are_sent_and_not_kept_and_refused_in_a_replay(
    project: PluginProject, shop: Provider
):
    e2e(project, ONE)

    recorded = run(project, "--record-mode=rewrite")
    replayed = run(project, "--record-mode=none")

    assert recorded.code == 0, recorded.text
    assert "health" not in project.read(CASSETTE)
    assert replayed.fault("test_buying")[:5] == [
        "fault: request",
        "operation: shop.get_item",
        "scenario: ok",
        "GET /health was refused: the test is replayed, and covers shop.get_item alone",
        "file: contracts/shop.yaml:3:3",
    ]
    assert len(shop.seen) == 2


def test_a_test_may_cover_several_scenarios_each_with_its_own_requests(project: PluginProject, shop: Provider):
    project.write("contracts/shop.yaml", NOT_FOUND)
    e2e(
        project,
        """
        @pytest.mark.covers("shop.get_item", "shop.get_item.not_found")
        def test_buying():
            assert requests.get(f"{URL}/items/missing?currency=EUR").status_code == 404
            assert shop.get_item(URL, "e2e-1")["name"]
        """,
    )

    recorded = run(project, "--record-mode=rewrite")
    replayed = run(project, "--record-mode=none")

    assert recorded.code == 0, recorded.text
    assert "items/e2e-1" in project.read(CASSETTE)
    assert "items/missing" in project.read("cassettes/shop/get_item.not_found.yaml")
    assert replayed.code == 0, replayed.text


def test_the_pages_of_a_sequence_are_one_recording(project: PluginProject, shop: Provider):
    project.register("list_items")
    project.write("contracts/shop.yaml", PAGES)
    shop.answer = lambda handler: handler.send(
        body={"items": ["Lamp"], "next": "2"} if "page=1" in handler.path else {"items": ["Desk"]}
    )
    e2e(
        project,
        """
        @pytest.mark.covers("shop.list_items")
        def test_all_items():
            with httpx.Client(base_url=URL) as http:
                for page in (1, 2):
                    assert http.get("/items", params={"page": page}).json()["items"]
        """,
    )

    recorded = run(project, "--record-mode=rewrite")
    replayed = run(project, "--record-mode=none")

    assert recorded.code == 0, recorded.text
    assert project.read("cassettes/shop/list_items.yaml").count("- request:") == 2
    assert replayed.code == 0, replayed.text


def test_an_async_test_and_a_method_with_parameters_are_covered_alike(project: PluginProject, shop: Provider):
    e2e(
        project,
        """
        @pytest.mark.covers("shop.get_item")
        class TestBuying:
            @pytest.mark.asyncio
            @pytest.mark.parametrize("item", ["7"])
            async def test_it(self, item):
                async with httpx.AsyncClient(base_url=URL) as http:
                    assert (await http.get(f"/items/{item}", params={"currency": "EUR"})).json()["name"]
        """,
    )

    recorded = run(project, "--record-mode=rewrite")
    replayed = run(project, "--record-mode=none")

    assert recorded.code == 0, recorded.text
    assert f"recorded {CASSETTE} (emulator)" in recorded.text
    assert replayed.code == 0, replayed.text
    assert shop.seen == ["GET /items/7?currency=EUR"]


def test_without_a_recording_the_replay_says_what_is_missing_and_sends_nothing(project: PluginProject, shop: Provider):
    (project.path / CASSETTE).unlink()
    e2e(project, ONE)

    ended = run(project, "--record-mode=none")

    assert ended.faults == {"test_buying": "missing"}
    assert shop.seen == []


def test_an_aws_operation_is_recorded_from_an_emulator_and_replayed_without_it(
    project: PluginProject, monkeypatch: pytest.MonkeyPatch
):
    from moto.server import ThreadedMotoServer

    project.with_s3("")
    before = project.read("cassettes/aws/s3/list_buckets.yaml")
    e2e(
        project,
        """
        import boto3

        @pytest.mark.covers("aws.s3.list_buckets")
        def test_buckets():
            s3 = boto3.client("s3", region_name="us-east-1")
            s3.create_bucket(Bucket="e2e-logs") if os.environ.get("AWS_ENDPOINT_URL") else None
            assert s3.list_buckets()["Buckets"]
        """,
    )
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "placeholder")
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    try:
        monkeypatch.setenv("AWS_ENDPOINT_URL", "http://{}:{}".format(*server.get_host_and_port()))
        recorded = run(project, "--record-mode=rewrite")
    finally:
        server.stop()
    replayed = run(project, "--record-mode=none")

    assert recorded.code == 0, recorded.text
    text = project.read("cassettes/aws/s3/list_buckets.yaml")
    assert text != before
    assert "e2e-logs" in text
    assert text.count("- request:") == 1
    assert "operation: ListBuckets" in text
    assert replayed.code == 0, replayed.text


# --- what is not kept -------------------------------------------------------------------------------------------


def test_what_does_not_uphold_the_promise_leaves_the_old_recording(project: PluginProject, shop: Provider):
    told = {
        "fails": "nothing was recorded for shop.get_item, since the test failed; what was there is unchanged",
        "never": "the test covers shop.get_item, and never sent GET /items/7?currency=EUR",
        "twice": "more often than it is promised",
        "status": "another status than promised",
    }
    e2e(
        project,
        """
        pytestmark = pytest.mark.covers("shop.get_item")

        def test_fails():
            assert shop.get_item(URL, "1")["name"] == "Chair"

        def test_never():
            requests.get(f"{URL}/health")

        def test_twice():
            shop.get_item(URL, "1")
            shop.get_item(URL, "1")

        def test_status():
            requests.get(f"{URL}/items/missing?currency=EUR")
        """,
    )
    before = project.read(CASSETTE)

    ended = run(project, "--record-mode=rewrite")

    assert ended.counts == {"failed": 4}
    for name, text in told.items():
        assert text in "\n".join(ended.fault(f"test_{name}"))
    assert project.read(CASSETTE) == before


def test_a_clean_up_that_fails_takes_all_recordings_of_the_test_back(project: PluginProject, shop: Provider):
    project.write("contracts/shop.yaml", NOT_FOUND)
    e2e(
        project,
        """
        @pytest.fixture
        def order():
            yield
            raise RuntimeError("the order is still there")

        @pytest.mark.covers("shop.get_item", "shop.get_item.not_found")
        def test_buying(order):
            assert requests.get(f"{URL}/items/missing?currency=EUR").status_code == 404
            assert shop.get_item(URL, "e2e-1")["name"]
        """,
    )
    before = project.read(CASSETTE)

    ended = run(project, "--record-mode=rewrite")

    assert ended.counts == {"passed": 1, "errors": 1}
    assert project.read(CASSETTE) == before
    assert not (project.path / "cassettes/shop/get_item.not_found.yaml").exists()


def test_a_recording_that_cannot_be_written_takes_those_before_it_back(
    project: PluginProject, shop: Provider, monkeypatch: pytest.MonkeyPatch
):
    project.write("contracts/shop.yaml", NOT_FOUND)
    e2e(
        project,
        """
        @pytest.mark.covers("shop.get_item", "shop.get_item.not_found")
        def test_buying():
            assert requests.get(f"{URL}/items/missing?currency=EUR").status_code == 404
            assert shop.get_item(URL, "e2e-1")["name"]
        """,
    )
    before = project.read(CASSETTE)
    written: list[str] = []

    def fail_once(path: Path, *args: Any, **options: Any) -> None:
        if written:
            raise CassetteError("cannot be written: No space left on device")
        write_cassette(path, *args, **options)
        written.append(path.name)

    monkeypatch.setattr(keeping, "write_cassette", fail_once)

    ended = run(project, "--record-mode=rewrite")

    assert ended.faults == {"test_buying": "missing"}
    assert written == ["get_item.yaml"]
    assert project.read(CASSETTE) == before
    assert not (project.path / "cassettes/shop/get_item.not_found.yaml").exists()
    assert f"recorded {CASSETTE}" not in ended.text


def test_a_request_that_would_leave_this_machine_needs_the_opt_in(
    project: PluginProject, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SHOP_URL", "http://192.0.2.1")
    e2e(project, ONE)

    ended = run(project, "--record-mode=rewrite")

    assert ended.faults == {"test_buying": "stale"}
    assert "requests to http://192.0.2.1 were refused before one left" in ended.text


def test_an_operation_that_writes_is_recorded_with_writes_alone(project: PluginProject, shop: Provider):
    project.register("make_item")
    project.write(
        "contracts/shop.yaml",
        """
        make_item:
          given: items may be made
          request: {method: POST, path: /items, body: {name: Lamp}}
          response: {status: 200, body: {name: Lamp}}
        """,
    )
    e2e(
        project,
        """
        from pactproof import state

        @state("items may be made")
        def items_may_be_made(sandbox):
            yield {}
            sandbox.delete("/items/e2e-1")

        @pytest.mark.covers("shop.make_item")
        def test_making():
            assert requests.post(f"{URL}/items", json={"name": "Lamp"}).json()["name"]
        """,
    )

    refused = run(project, "--record-mode=rewrite")
    seen = list(shop.seen)
    recorded = run(project, "--record-mode=rewrite", "--writes")

    assert refused.faults == {"test_making": "missing"}
    assert "shop.make_item writes (POST /items)" in refused.text
    assert seen == []
    assert recorded.code == 0, recorded.text
    assert shop.seen == ["POST /items", "DELETE /items/e2e-1"]


# --- marks ------------------------------------------------------------------------------------------------------


def test_marks_that_name_nothing_registered_end_the_run_with_2_and_are_all_told(project: PluginProject):
    marks = ('"shop.get_itme"', '"shop.get_item.gone"', "", "7")
    e2e(project, "".join(f"@pytest.mark.covers({one})\ndef test_{n}():\n    pass\n\n" for n, one in enumerate(marks)))

    ended = run(project, "--strict-markers")

    assert ended.code == 2
    for told in (
        "test_shop.py:4:1: covers: shop.get_itme is not an operation of the registry\n"
        "  fix: add it to registry.yaml, or correct the name (did you mean shop.get_item?)",
        "test_shop.py:8:1: covers: shop.get_item has no scenario gone\n  fix: name one of them: shop.get_item.ok",
        "test_shop.py:12:1: the mark `covers` on test_2 names nothing\n  fix: write @pytest.mark.covers(",
        'test_shop.py:16:1: covers(7) names no operation\n  fix: write covers("service.operation")',
    ):
        assert told in ended.text


def test_an_operation_of_several_scenarios_without_ok_is_named_with_one(project: PluginProject):
    project.write("contracts/shop.yaml", NOT_FOUND.replace("    ok:", "    found:"))
    e2e(project, ONE)

    ended = run(project)

    assert ended.code == 2
    assert "fix: name one of them: shop.get_item.found, shop.get_item.not_found" in ended.text


def test_the_mark_on_a_contract_function_is_refused(project: PluginProject):
    project.tests("""
        @pytest.mark.covers("shop.get_item")
        @contract("shop.get_item")
        def test_get_item(provider):
            pass
    """)

    ended = project.run()

    assert ended.code == 2
    assert "the mark `covers` on the contract function test_get_item" in ended.text
