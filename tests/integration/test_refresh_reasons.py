"""What a refresh says of a scenario that something else than its own answer ended, and when nobody reads it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.integration.faulty_provider import Provider, provider
from tests.integration.plugin_project import LAMP, TEST_GET_ITEM, PluginProject, get, project

__all__ = ["project"]
pytest_plugins = "pytester"

CASSETTE = "cassettes/shop/get_item.yaml"
TESTS = "contracts/test_shop_contracts.py"
DESK = """
get_desk: {request: {path: /desks/7}, response: {body: {name: Desk}}}
"""
TEST_GET_DESK = """
@contract("shop.get_desk")
def test_get_desk(provider):
    requests.get(f"{provider.url}/desks/7")
"""
STATE = """
@state("an item exists")
def an_item(sandbox):
    raise KeyError("uid")
    yield
"""
LATE = """
@pytest.fixture(autouse=True)
def till(provider):
    yield
    raise RuntimeError("closed")
"""
EARLY = """
@pytest.fixture(autouse=True, scope="session")
def database():
    raise RuntimeError("no database")
"""


@pytest.fixture
def shop(project: PluginProject, monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    with provider(lambda handler: handler.send(body={**LAMP, "stock": 3})) as server:
        monkeypatch.setenv("SHOP_URL", server.url)
        yield server


def refreshed(project: PluginProject) -> list[dict[str, Any]]:
    """The lines that `pactproof refresh` reads, but for the first one."""
    report = Path(project.path, "report.jsonl")
    options = (f"--refresh-report={report}", "--record-mode=rewrite")
    project.run("-p", "pactproof.pytest_plugin.refreshing", *options)
    return [json.loads(line) for line in report.read_text().splitlines()][1:]


def raising(project: PluginProject) -> str:
    """Where the tests raise an error of their own."""
    lines = project.read(TESTS).splitlines()
    return f"{TESTS}:{1 + next(n for n, text in enumerate(lines) if text.strip().startswith('raise '))}"


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        pytest.param(STATE, "KeyError: 'uid'", id="state"),
        pytest.param(LATE, "RuntimeError: closed", id="clean-up"),
        pytest.param(EARLY, "RuntimeError: no database", id="before it"),
    ],
)
@pytest.mark.parametrize("is_recorded", [True, False], ids=["recorded", "not recorded"])
def test_it_says_what_failed_where_and_what_is_left(
    project: PluginProject, shop: Provider, broken: str, reason: str, is_recorded: bool
):
    before = project.read(CASSETTE)
    if not is_recorded:
        (project.path / CASSETTE).unlink()
    project.tests(broken + TEST_GET_ITEM)

    [told] = refreshed(project)

    assert told == {
        "operation": "shop.get_item",
        "scenario": "ok",
        "result": "stale" if is_recorded else "missing",
        "cassette": CASSETTE,
        "drift": "",
        "reason": f"{reason}\nraised at {raising(project)}",
    }
    assert (project.path / CASSETTE).exists() == is_recorded
    assert not is_recorded or project.read(CASSETTE) == before


def test_it_says_where_the_program_failed_on_an_answer(project: PluginProject, shop: Provider):
    project.tests(TEST_GET_ITEM + "    raise ValueError('seven')\n")

    [told] = refreshed(project)

    assert told["result"] == "stale"
    assert "the answer was right, the consumer's code failed on it: ValueError" in told["reason"]
    assert told["reason"].endswith(f"\nraised at {raising(project)}")


def test_when_the_command_was_killed_nothing_else_is_asked(
    project: PluginProject, shop: Provider, monkeypatch: pytest.MonkeyPatch
):
    project.register("get_item", "get_desk")
    project.write("contracts/shop.yaml", project.read("contracts/shop.yaml") + DESK)
    project.cassette("shop.get_desk", (get("/desks/7"), {"name": "Oak desk"}))
    project.tests(TEST_GET_ITEM + TEST_GET_DESK)
    monkeypatch.setattr(os, "getppid", lambda: 1 if shop.seen else 4711)  # the first process adopts what is left

    told = refreshed(project)

    assert [one["operation"] for one in told] == ["shop.get_item"]
    assert len(shop.seen) == 1


def test_an_address_that_speaks_no_tls_is_tried_twice(
    project: PluginProject, shop: Provider, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SHOP_URL", shop.url.replace("http:", "https:"))
    monkeypatch.setattr("pactproof.recording.patience.sleep", lambda seconds: None)
    project.tests(TEST_GET_ITEM)

    [told] = refreshed(project)

    assert told["result"] == "stale"
    assert "wrong version number" in told["reason"]
    assert "is not sent again: it was sent 2 times" in told["reason"]
