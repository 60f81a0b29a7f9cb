"""Ctrl-C and its like in a refresh, and what a refresh shows on a terminal."""

from __future__ import annotations

import io
import os
import pty
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from tests.integration.faulty_provider import Faulty, Provider, provider
from tests.integration.plugin_project import LAMP, TEST_GET_ITEM, PluginProject, get, project
from tests.integration.project_copy import WITHOUT_BYSTANDERS

__all__ = ["project"]
pytest_plugins = "pytester"

DESK = """
get_desk:
  given: a desk exists
  request: {method: GET, path: /desks/7}
  response: {status: 200, body: {name: Desk}}
"""
TESTS = """
@state("a desk exists")
def a_desk(sandbox):
    sandbox.put("/desks/7")
    yield {}
    sandbox.delete("/desks/7")

@contract("shop.get_desk")
def test_get_desk(provider):
    requests.get(f"{provider.url}/desks/7")
"""
REFRESH = ("-c", "from pactproof.cli import main; main()", "refresh", "--json", "refresh.json")
INTERRUPTED = "refreshed  shop.get_item (additive)\ninterrupted: what is not listed above is as it was\n"
PYTEST = ("-m", "pytest", "contracts", "-q", "--record-mode=rewrite", "-k", "replay")


@pytest.fixture
def asked() -> threading.Event:
    """Set when the desk, which never comes, was asked for."""
    return threading.Event()


@pytest.fixture
def shop(project: PluginProject, monkeypatch: pytest.MonkeyPatch, asked: threading.Event) -> Iterator[Provider]:
    """Answers for the item, and for the desk not before the test is over."""
    over = threading.Event()

    def answer(handler: Faulty) -> None:
        if handler.command == "GET" and "desks" in handler.path:
            asked.set()
            over.wait(60)
        handler.send(body={**LAMP, "stock": 3})

    project.register("get_item", "get_desk")
    project.write("contracts/shop.yaml", project.read("contracts/shop.yaml") + DESK)
    project.cassette("shop.get_desk", (get("/desks/7"), {"name": "Oak desk"}))
    project.tests(TEST_GET_ITEM + TESTS)
    monkeypatch.setenv("PYTEST_ADDOPTS", " ".join(WITHOUT_BYSTANDERS))
    with provider(answer) as server:
        monkeypatch.setenv("SHOP_URL", server.url)
        yield server
        over.set()


@pytest.mark.parametrize(
    ("command", "ending", "code", "told"),
    [
        (REFRESH, signal.SIGINT, 130, INTERRUPTED),
        (REFRESH, signal.SIGTERM, 143, INTERRUPTED),
        pytest.param(REFRESH, signal.SIGHUP, 129, INTERRUPTED, marks=pytest.mark.slow),  # the same handler
        pytest.param(PYTEST, signal.SIGINT, 2, "KeyboardInterrupt", marks=pytest.mark.slow),  # refresh starts it, too
    ],
    ids=["refresh", "cancelled", "terminal closed", "pytest"],
)
def test_an_interrupt_leaves_every_cassette_whole_and_undoes_the_states(
    project: PluginProject,
    shop: Provider,
    asked: threading.Event,
    command: tuple[str, ...],
    ending: signal.Signals,
    code: int,
    told: str,
):
    before = project.read("cassettes/shop/get_desk.yaml")
    child = subprocess.Popen(
        [sys.executable, *command],
        cwd=project.path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )

    assert asked.wait(60)
    os.killpg(child.pid, ending)
    output, _ = child.communicate(timeout=60)

    assert child.returncode == code, output
    assert told in output
    assert project.read("cassettes/shop/get_desk.yaml") == before
    assert '"stock": 3' in project.read("cassettes/shop/get_item.yaml")  # it was done before
    assert sorted(path.name for path in (project.path / "cassettes/shop").iterdir()) == [
        "get_desk.yaml",
        "get_item.yaml",
    ]
    assert shop.seen[-3:] == ["PUT /desks/7", "GET /desks/7", "DELETE /desks/7"]


@pytest.mark.slow
def test_a_terminal_shows_a_bar_above_which_the_results_are_told(
    project: PluginProject, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("PYTEST_ADDOPTS", " ".join(WITHOUT_BYSTANDERS))
    monkeypatch.setenv("TERM", "xterm")
    terminal, end = pty.openpty()
    with provider(lambda handler: handler.send(body={**LAMP, "stock": 3})) as server:
        monkeypatch.setenv("SHOP_URL", server.url)
        child = subprocess.Popen([sys.executable, *REFRESH], cwd=project.path, stdout=end, stderr=end)
        os.close(end)
        shown = _all_of(terminal)
        child.wait(60)

    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown)
    assert child.returncode == 0, text
    assert "recording" in text
    assert "/1 " in text
    assert "refreshed  shop.get_item (additive)" in text
    assert "1 refreshed" in text.partition("(additive)")[2]
    assert Path(project.path, "refresh.json").read_text().count('"operation"') == 1


def _all_of(terminal: int) -> str:
    pieces = []
    while True:
        try:
            piece = os.read(terminal, 65536)
        except OSError:  # the other end was closed
            break
        if not piece:
            break
        pieces.append(piece)
    os.close(terminal)
    return b"".join(pieces).decode()


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


TOLD = {"operation": "shop.get_item", "scenario": "gone", "result": "verified", "drift": "value-only", "reason": ""}


def test_with_rich_a_terminal_shows_how_many_of_them_are_done(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TERM", "xterm")
    terminal = _Terminal()

    with import_module("pactproof.cli.refresh")._shown(terminal) as shown:
        shown.begin(3)
        shown.result(TOLD)
        shown.summary([TOLD])

    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", terminal.getvalue())
    assert "recording" in text
    assert "1/3" in text
    assert "verified   shop.get_item.gone (value-only)\n" in text


def test_without_rich_a_terminal_shows_plain_lines(monkeypatch: pytest.MonkeyPatch):
    for name in [name for name in sys.modules if name.partition(".")[0] == "rich"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "rich", None)
    terminal = _Terminal()

    with import_module("pactproof.cli.refresh")._shown(terminal) as shown:
        shown.begin(1)
        shown.result(TOLD)
        shown.summary([TOLD])

    assert terminal.getvalue() == "verified   shop.get_item.gone (value-only)\n1 verified\n"
