"""Refreshing: what is recorded again, what is left alone, and what `pactproof refresh` says of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.integration.faulty_provider import JSON, SIGN_IN, Provider, provider
from tests.integration.plugin_project import KEPT, LAMP, TEST_GET_ITEM, PluginProject, get, project
from tests.integration.project_copy import WITHOUT_BYSTANDERS

from pactproof.cli import main
from pactproof.errors import SecretFoundError
from pactproof.pytest_plugin import keeping
from pactproof.recording.cassette import load_cassette

__all__ = ["project"]
pytest_plugins = "pytester"

CASSETTE = "cassettes/shop/get_item.yaml"
MAKE_ITEM = """
make_item:
  given: items may be made
  request: {method: POST, path: /items, body: {name: Lamp}}
  response: {status: 201, body: {id: '7'}}
"""
TEST_MAKE_ITEM = """
@contract("shop.make_item")
def test_make_item(provider):
    assert requests.post(f"{provider.url}/items", json={"name": "Lamp"}).json()["id"]
"""
UNDO = """
@state("items may be made")
def items_may_be_made(sandbox):
    yield {}
    sandbox.delete("/items/7")
"""


@pytest.fixture
def shop(project: PluginProject, monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    """Answers with another price than the one recorded."""
    with provider(lambda handler: handler.send(body={**LAMP, "price": 2.5})) as server:
        monkeypatch.setenv("SHOP_URL", server.url)
        yield server


def told(project: PluginProject, name: str = CASSETTE) -> tuple[str, str]:
    """When a cassette says that it was recorded, and verified: the days."""
    said = load_cassette(project.path / name, shown_as=name).provenance
    return f"{said.recorded_at:%Y-%m-%d}", f"{said.verified_at:%Y-%m-%d}"


# --- values -----------------------------------------------------------------------------------------------------


def test_where_only_values_differ_the_body_stays_and_verified_at_moves(project: PluginProject, shop: Provider):
    before = project.read(CASSETTE)

    run = project.run("--record-mode=rewrite", "-k", "replay")

    assert run.code == 0, run.text
    assert f"verified {CASSETTE} (emulator): values differ, nothing else" in run.text
    assert told(project)[0] == "2026-11-20"
    assert told(project)[1] != "2026-11-20"
    assert _without_time_and_digest(project.read(CASSETTE)) == _without_time_and_digest(before)


def test_new_values_are_taken_where_that_is_asked_for(project: PluginProject, shop: Provider):
    run = project.run("--record-mode=rewrite", "--take-values", "-k", "replay")

    assert run.code == 0, run.text
    assert '"price": 2.5' in project.read(CASSETTE)
    assert told(project)[0] == told(project)[1] != "2026-11-20"


def test_what_is_new_in_an_answer_is_taken(project: PluginProject, shop: Provider):
    project.write("pyproject.toml", '[project]\nname = "till"\nversion = "2.1"\n')
    shop.answer = lambda handler: handler.send(body={**LAMP, "stock": 3}, headers={**JSON, "X-Api-Version": "2026-01"})

    run = project.run("--record-mode=rewrite", "-k", "replay")

    said = load_cassette(project.path / CASSETTE, shown_as=CASSETTE).provenance
    assert f"recorded {CASSETTE} (emulator)" in run.text
    assert '"stock": 3' in project.read(CASSETTE)
    assert said.provider_version == "2026-01"
    assert said.versions["till"] == "2.1"
    assert said.versions.keys() >= {"python", "httpx", "pact-python-ffi"}


def _without_time_and_digest(text: str) -> str:
    return re.sub(r"(?m)^ *(verified_at|digest):.*\n", "", text)


# --- writing ----------------------------------------------------------------------------------------------------


@pytest.fixture
def writing(project: PluginProject, shop: Provider) -> PluginProject:
    """An item is made, where `get_item` was read; it was recorded before."""
    project.register("make_item")
    project.write("contracts/shop.yaml", MAKE_ITEM)
    (project.path / CASSETTE).unlink()
    shop.answer = lambda handler: handler.send(201, {"id": "8", "colour": "red"})
    project.tests(UNDO + TEST_MAKE_ITEM)
    run = project.run("--record-mode=once", "--writes", "-k", "replay")
    assert run.code == 0, run.text
    assert shop.seen == ["POST /items", "DELETE /items/7"]
    shop.seen.clear()
    return project


def test_what_writes_is_replayed_and_said_to_be_so_without_writes(writing: PluginProject, shop: Provider):
    before = writing.read("cassettes/shop/make_item.yaml")

    run = writing.run("--record-mode=rewrite", "-k", "replay")

    assert run.counts == {"passed": 1, "deselected": 1}
    assert (
        "not refreshed: shop.make_item writes (POST /items); add --writes where the sandbox may be written to"
        in run.text
    )
    assert shop.seen == []
    assert writing.read("cassettes/shop/make_item.yaml") == before


def test_what_writes_is_not_recorded_where_nothing_undoes_it(writing: PluginProject, shop: Provider):
    (writing.path / "cassettes/shop/make_item.yaml").unlink()
    writing.tests(TEST_MAKE_ITEM)

    run = writing.run("--record-mode=rewrite", "--writes", "-k", "replay")

    assert run.fault("test_make_item[replay]") == [
        "fault: missing",
        "operation: shop.make_item",
        "scenario: ok",
        "shop.make_item writes (POST /items), and nothing undoes it",
        "file: cassettes/shop/make_item.yaml",
        'fix: write a function under @state("items may be made") in the conftest.py of this test, which undoes it',
    ]
    assert shop.seen == []


def test_a_program_that_writes_where_reading_is_promised_is_stopped_before_it_does(
    project: PluginProject, shop: Provider
):
    project.tests("""
        @contract("shop.get_item")
        def test_get_item(provider):
            requests.delete(f"{provider.url}/items/7")
    """)

    run = project.run("--record-mode=rewrite", "-k", "replay", "--writes")

    assert run.faults == {"test_get_item[replay]": "stale"}
    assert "DELETE /items/7 was refused before it was sent: the contract promises nothing that writes" in run.text
    assert shop.seen == []


def test_an_answer_of_5xx_to_what_writes_is_not_asked_for_again(writing: PluginProject, shop: Provider):
    shop.answer = lambda handler: handler.send(503, {})

    run = writing.run("--record-mode=rewrite", "--writes", "-k", "replay")

    assert run.faults == {"test_make_item[replay]": "stale"}
    assert shop.seen.count("POST /items") == 1
    assert "POST /items is not sent again: it may have been done all the same" in run.text


def test_what_carries_an_idempotency_key_is_asked_for_again(
    writing: PluginProject, shop: Provider, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("pactproof.recording.patience._sleep", lambda seconds: None)
    writing.tests(UNDO + TEST_MAKE_ITEM.replace("json=", "headers={'Idempotency-Key': 'a1'}, json="))
    shop.answer = lambda handler: handler.send(503 if len(shop.seen) == 1 else 201, {"id": "8", "colour": "red"})

    run = writing.run("--record-mode=rewrite", "--writes", "-k", "replay")

    assert run.code == 0, run.text
    assert shop.seen == ["POST /items", "POST /items", "DELETE /items/7"]


# --- credentials ------------------------------------------------------------------------------------------------


DEPOT = "  depot:\n    base_url: https://depot.example.com\n    sandbox: {url_env: DEPOT_URL}\n"


@pytest.mark.parametrize(
    ("status", "body", "media"), [(401, {}, "application/json"), (200, SIGN_IN, "text/html")], ids=["401", "page"]
)
def test_refused_credentials_stop_the_service_and_no_other(
    project: PluginProject, shop: Provider, monkeypatch: pytest.MonkeyPatch, status: int, body: object, media: str
):
    registry, contract = project.read("registry.yaml"), project.read("contracts/shop.yaml")
    registry = registry.replace("contracts:\n", f"{DEPOT}contracts:\n  depot: [get_item]\n")
    project.write("registry.yaml", registry.replace("shop: [get_item]", "shop: [get_item, get_lamp]"))
    project.write("contracts/depot.yaml", contract)
    project.write("contracts/shop.yaml", contract + contract.replace("get_item:", "get_lamp:"))
    project.cassette("shop.get_lamp", (get("/items/42?currency=EUR"), LAMP), params={"id": "42"})
    depot = TEST_GET_ITEM.replace("shop.get_item", "depot.get_item", 1).replace("test_get_item", "test_depot")
    lamp = TEST_GET_ITEM.replace("shop.get_item", "shop.get_lamp", 1).replace("test_get_item", "test_get_lamp")
    project.tests(TEST_GET_ITEM + lamp + depot)
    before = {path: path.read_bytes() for path in (project.path / "cassettes/shop").iterdir()}
    shop.answer = lambda handler: handler.send(status, body, {"Content-Type": media})

    with provider(lambda handler: handler.send(body=LAMP)) as other:
        monkeypatch.setenv("DEPOT_URL", other.url)
        run = project.run("--record-mode=rewrite", "-k", "replay")

    assert run.faults == {"test_get_item[replay]": "auth", "test_get_lamp[replay]": "auth"}, run.text
    assert run.counts == {"failed": 2, "passed": 1, "deselected": 3}
    assert "not asked, since the provider refused the credentials before: GET /items/7 was refused" in run.text
    assert len(shop.seen) == 1
    assert {path: path.read_bytes() for path in before} == before


def test_a_promised_401_is_an_answer_like_any_other(project: PluginProject, shop: Provider):
    promised = project.read("contracts/shop.yaml").replace("status: 200", "status: 401")
    project.write("contracts/shop.yaml", promised)
    project.tests("""
        @contract("shop.get_item")
        def test_get_item(provider):
            with pytest.raises(httpx.HTTPStatusError):
                shop.get_item(provider.url, provider.params["id"])
    """)
    shop.answer = lambda handler: handler.send(401, LAMP)

    run = project.run("--record-mode=rewrite", "-k", "replay")

    assert run.code == 0, run.text
    assert "code: 401" in project.read(CASSETTE)


# --- leaving this machine, and secrets -------------------------------------------------------------------------


def test_a_name_that_merely_leads_to_this_machine_needs_the_opt_in(
    project: PluginProject, monkeypatch: pytest.MonkeyPatch
):
    host = "127.0.0.1.nip.io"
    monkeypatch.setenv("SHOP_URL", f"http://{host}")

    run = project.run("--record-mode=rewrite", "-k", "replay")

    assert run.fault("test_get_item[replay]")[3] == f"requests to http://{host} were refused before one left"


@pytest.mark.parametrize("mode", ["once", "new_episodes"])
def test_where_everything_is_recorded_no_opt_in_is_needed(
    project: PluginProject, monkeypatch: pytest.MonkeyPatch, mode: str
):
    monkeypatch.setenv("SHOP_URL", "http://192.0.2.1")  # RFC 5737: nobody has this address

    run = project.run(f"--record-mode={mode}", "-k", "replay")

    assert run.code == 0, run.text


def test_a_redirect_to_another_host_is_not_followed(project: PluginProject, shop: Provider):
    project.tests("""
        @contract("shop.get_item")
        def test_get_item(provider):
            assert requests.get(f"{provider.url}/items/7?currency=EUR").json()["name"]
    """)
    shop.answer = lambda handler: handler.send(302, b"", {"Location": "https://cdn.example.com/items/7"})

    run = project.run("--record-mode=rewrite", "-k", "replay")

    assert run.faults == {"test_get_item[replay]": "stale"}
    assert "GET https://cdn.example.com was refused: the recording is of https://shop.example.com" in run.text


def test_proxies_are_not_asked(project: PluginProject, shop: Provider, monkeypatch: pytest.MonkeyPatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    run = project.run("--record-mode=rewrite", "-k", "replay")

    assert run.code == 0, run.text
    assert shop.seen == ["GET /items/7?currency=EUR"]


def test_an_answer_in_which_the_scan_finds_a_secret_is_held_back(
    project: PluginProject, shop: Provider, monkeypatch: pytest.MonkeyPatch
):
    before = project.read(CASSETTE)

    def refuse(*args: object, **options: object) -> None:
        raise SecretFoundError("the recording would carry a secret; nothing was written")

    monkeypatch.setattr(keeping, "write_cassette", refuse)

    run = project.run("--record-mode=rewrite", "-k", "replay")

    assert run.faults == {"test_get_item[replay]": "stale"}
    assert "the recording would carry a secret; nothing was written" in run.text
    assert project.read(CASSETTE) == before


# --- pactproof refresh ------------------------------------------------------------------------------------------


def refresh(project: PluginProject, *arguments: str) -> Result:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(project.path)
        patch.setenv("PYTEST_ADDOPTS", " ".join(WITHOUT_BYSTANDERS))
        return CliRunner().invoke(main, ["refresh", *arguments])


def test_refresh_says_what_became_of_each_scenario_and_writes_it_as_json(
    project: PluginProject, shop: Provider, tmp_path: Path
):
    project.register("get_item", "make_item", "get_desk")
    project.write("contracts/shop.yaml", project.read("contracts/shop.yaml") + MAKE_ITEM)
    project.tests(UNDO + TEST_GET_ITEM + TEST_MAKE_ITEM)
    file = tmp_path / "refresh.json"

    ended = refresh(project, "shop", "--json", str(file))

    results = {one["operation"]: one for one in json.loads(file.read_text())}
    assert ended.exit_code == 1, ended.output
    assert results["shop.get_item"] == {
        "operation": "shop.get_item",
        "scenario": "ok",
        "result": "verified",
        "cassette": CASSETTE,
        "drift": "value-only",
        "reason": "",
    }
    assert results["shop.make_item"]["result"] == "missing"
    assert results["shop.get_desk"]["result"] == "missing"
    assert "verified   shop.get_item (value-only)\n" in ended.output
    assert ended.output.endswith("2 missing, 1 verified\n")


def test_refresh_of_one_operation_asks_for_no_other_and_exits_with_0(project: PluginProject, shop: Provider):
    project.register("get_item", "get_item_too")

    ended = refresh(project, "shop.get_item", "--take-values", "--json", "-")

    assert ended.exit_code == 0, ended.output
    assert [one["result"] for one in json.loads(ended.stdout)] == ["refreshed"]
    assert ended.stderr == "refreshed  shop.get_item (value-only)\n1 refreshed\n"


def test_refresh_names_what_failed_and_exits_with_1(project: PluginProject, shop: Provider):
    before = project.read(CASSETTE)
    shop.answer = lambda handler: handler.send(403, {}, JSON)

    ended = refresh(project)

    assert ended.exit_code == 1
    assert re.sub(r"\d+ days? ago", "N days ago", ended.output).splitlines() == [
        "auth       shop.get_item",
        "  fault: auth",
        "  operation: shop.get_item",
        "  scenario: ok",
        f"  GET /items/7 was refused: {shop.url} answered 403",
        f"  {KEPT}",
        f"  file: {CASSETTE}",
        "  fix: renew the token in SHOP_TOKEN, or give it the right to do this; "
        "then run: pytest contracts --record-mode=rewrite -k shop.",
        "1 auth",
    ]
    assert project.read(CASSETTE) == before


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("shop.get_itme", " (did you mean shop.get_item?)"),
        ("warehouse", ""),
    ],
)
def test_refresh_of_what_nobody_registered_exits_with_2(project: PluginProject, name: str, near: str):
    ended = refresh(project, name)

    assert ended.exit_code == 2
    assert ended.output == f"{name} is not in registry.yaml{near}\n  fix: name it as registry.yaml does\n"


def test_refresh_that_could_not_write_its_json_asks_nobody(project: PluginProject, shop: Provider):
    ended = refresh(project, "--json", "reports/refresh.json")

    assert ended.exit_code == 2
    assert ended.output == (
        "reports/refresh.json cannot be written: no such folder\n"
        "  fix: name a file in a folder that is there and can be written to\n"
    )
    assert shop.seen == []


def test_refresh_of_contracts_that_cannot_be_used_exits_with_2_and_says_why(project: PluginProject):
    project.write("contracts/shop.yaml", "get_item: {request: {method: FETCH}}\n")

    ended = refresh(project)

    assert ended.exit_code == 2
    assert "contracts/shop.yaml:1:" in ended.output
