"""Whatever fails in a refresh, and whenever it does: every old cassette stays as it was, byte for byte."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import product
from pathlib import Path

import pytest
from tests.integration.faulty_provider import AUTH, FAULTS, Faulty, provider
from tests.integration.plugin_project import LAMP, TEST_GET_ITEM, PluginProject, get, project
from tests.integration.project_copy import WITHOUT_BYSTANDERS

from pactproof.interaction import Headers, Interaction, Response
from pactproof.recording import patience
from pactproof.recording.cassette import Cassette, Provenance, dump_cassette

__all__ = ["project"]
pytest_plugins = "pytester"

MOMENTS = ("1", "2", "3", "every")
CASES = list(product(FAULTS, MOMENTS))
CASSETTE = "cassettes/shop/get_item.yaml"


@dataclass(frozen=True)
class Refreshed:
    """100 services that fail, one of them twice over; and what a run that refreshes them all left."""

    text: str
    code: int
    counts: dict[str, int]
    changed: list[str]
    headlines: dict[str, str]
    leftovers: list[str]


@pytest.fixture(scope="module")
def refreshed(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Refreshed:
    """One run over a service for each fault and moment, started apart so that it is shared."""
    root = tmp_path_factory.mktemp("failing")
    _write_project(root)
    before = {path: path.read_bytes() for path in root.rglob("cassettes/**/*.yaml")}
    assert len(before) == 100

    def answer(handler: Faulty) -> None:
        _, case, page = handler.path.partition("?")[0].split("/")
        kind, moment = CASES[int(case)]
        FAULTS[kind](handler) if moment in (page, "every") else handler.send()

    with provider(answer) as server:
        environment = {name: value for name, value in os.environ.items() if name != "CI"}
        command = [sys.executable, "-m", "pytest", "contracts", "-q", "-rA", "--tb=no", "--record-mode=rewrite"]
        ended = subprocess.run(
            [*command, "-p", "no:cacheprovider", *WITHOUT_BYSTANDERS, "-p", "impatient", "-k", "replay"],
            cwd=root,
            env={**environment, "SHOP_URL": server.url, "COLUMNS": "300"},
            capture_output=True,
            text=True,
            check=False,
        )
    after = {path: path.read_bytes() for path in root.rglob("cassettes/**/*.yaml")}
    lines = [line for line in ended.stdout.splitlines() if line.startswith(("FAILED", "ERROR", "PASSED"))]
    headlines = {line.split("::")[1].split("[")[0]: line.partition(" - fault: ")[2].split(":")[0] for line in lines}
    return Refreshed(
        text=ended.stdout,
        code=ended.returncode,
        counts={word: sum(line.startswith(word) for line in lines) for word in ("FAILED", "ERROR", "PASSED")},
        changed=[str(path.relative_to(root)) for path in before | after if before.get(path) != after.get(path)],
        headlines=headlines,
        leftovers=[path.name for path in root.rglob("cassettes/**/*") if path.is_file() and path.suffix != ".yaml"],
    )


def _write_project(root: Path) -> None:
    """A service for each case, all led to one address: of each a list in three pages is relied on."""
    names = [f"s{index}" for index in range(len(CASES))]
    providers = "".join(
        f"  {name}: {{base_url: 'https://{name}.example.com', sandbox: {{url_env: SHOP_URL}}}}\n" for name in names
    )
    contracts = "".join(f"  {name}: [pages]\n" for name in names)
    (root / "registry.yaml").write_text(f"consumer: till\nproviders:\n{providers}contracts:\n{contracts}")
    (root / "contracts").mkdir()
    (root / "pytest.ini").write_text("[pytest]\npythonpath = .\n")
    (root / "impatient.py").write_text(
        "from pactproof.recording import patience\nimport pactproof.transport, sys\n"
        "patience._sleep = lambda seconds: None\n"
        "sys.modules['pactproof.transport.forward'].forward.__kwdefaults__['timeout_s'] = 0.1\n"
    )
    tests = ["import requests", "from pactproof import contract"]
    for index, name in enumerate(names):
        pages = "".join(
            f"    - request: {{method: GET, path: /{index}/{page}}}\n"
            "      response: {status: 200, body: {items: [Lamp], price: 9.5}}\n"
            for page in (1, 2, 3)
        )
        (root / f"contracts/{name}.yaml").write_text(f"pages:\n  sequence:\n{pages}")
        tests.append(
            f"@contract('{name}.pages')\ndef test_{name}(provider):\n    with requests.Session() as http:\n"
            f"        for page in (1, 2, 3):\n"
            f"            answer = http.get(f'{{provider.url}}/{index}/{{page}}')\n"
            f"            answer.raise_for_status()\n            assert answer.json()['price']\n"
        )
        _old_cassette(root, name, index)
    (root / "contracts/test_contracts.py").write_text("\n\n".join(tests))


def _old_cassette(root: Path, name: str, index: int) -> None:
    body, headers = b'{"items": ["Lamp"], "price": 7.25}', Headers((("Content-Type", "application/json"),))
    made = tuple(
        Interaction(get(f"/{index}/{page}", f"https://{name}.example.com"), Response(200, headers, body, "OK"))
        for page in (1, 2, 3)
    )
    recorded_at = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
    told = Provenance(f"{name}.pages", "ok", "emulator", recorded_at, "till", "pactproof 0.1.0")
    path = root / f"cassettes/{name}/pages.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(dump_cassette(Cassette(made, told)))


def test_100_injected_failures_leave_100_old_cassettes_as_they_were(refreshed: Refreshed):
    assert refreshed.changed == []
    assert refreshed.leftovers == []


def test_no_scenario_whose_refresh_failed_is_reported_as_passed(refreshed: Refreshed):
    assert refreshed.code == 1
    assert refreshed.counts == {"FAILED": 100, "ERROR": 0, "PASSED": 0}, refreshed.text


def test_each_failure_is_stale_or_where_the_credentials_are_refused_auth(refreshed: Refreshed):
    expected = {f"test_s{index}": "auth" if kind in AUTH else "stale" for index, (kind, _) in enumerate(CASES)}

    assert refreshed.headlines == expected


# --- when the answer was right --------------------------------------------------------------------------------


@pytest.fixture
def shop(project: PluginProject, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with provider(lambda handler: handler.send(body={**LAMP, "stock": 3})) as server:
        monkeypatch.setenv("SHOP_URL", server.url)
        yield server.url


@pytest.mark.parametrize("call", ["write", "fsync", "replace"])
def test_a_disk_that_fails_leaves_the_old_cassette_and_is_reported_as_stale(
    project: PluginProject, shop: str, monkeypatch: pytest.MonkeyPatch, call: str
):
    before = (project.path / CASSETTE).read_bytes()

    def fail(*args: object, **options: object) -> None:
        raise OSError(28, "No space left on device")

    project.write("contracts/conftest.py", "")
    with monkeypatch.context() as patch:
        patch.setattr(f"pactproof.atomic.os.{call}", fail)
        run = project.run("--record-mode=rewrite", "-k", "replay", "--capture=no")

    assert run.faults == {"test_get_item[replay]": "stale"}, run.text
    assert f"{CASSETTE}" in run.text
    assert "No space left on device" in run.text
    assert (project.path / CASSETTE).read_bytes() == before
    assert [path.name for path in (project.path / "cassettes/shop").iterdir()] == ["get_item.yaml"]


@pytest.mark.parametrize("is_recorded", [True, False], ids=["recorded before", "never recorded"])
def test_what_fails_after_the_recording_was_kept_puts_the_old_one_back(
    project: PluginProject, shop: str, is_recorded: bool
):
    before = (project.path / CASSETTE).read_bytes()
    if not is_recorded:
        (project.path / CASSETTE).unlink()
    project.tests("""
        @pytest.fixture
        def url(provider):
            yield provider.url
            raise RuntimeError("the program's own clean-up failed")

        @contract("shop.get_item")
        def test_get_item(url, provider):
            assert shop.get_item(url, provider.params["id"])["name"]
    """)

    run = project.run("--record-mode=rewrite", "-k", "replay")

    assert run.code == 1
    assert run.counts == {"passed": 1, "errors": 1, "deselected": 1}
    assert (project.path / CASSETTE).exists() == is_recorded
    assert not is_recorded or (project.path / CASSETTE).read_bytes() == before
    assert f"recorded {CASSETTE}" not in run.text


def test_a_state_that_cannot_be_undone_puts_the_old_recording_back(project: PluginProject, shop: str):
    before = (project.path / CASSETTE).read_bytes()
    undo = """
        @state("an item exists")
        def an_item(sandbox):
            yield {"id": "9"}
            raise RuntimeError("it is still there")
    """
    project.tests(undo + TEST_GET_ITEM.replace("\n", "\n        "))

    run = project.run("--record-mode=rewrite", "-k", "replay")

    assert run.code == 1
    assert (project.path / CASSETTE).read_bytes() == before


LARGE = {**LAMP, "picture": "x" * 1_100_000}
FAILING_LATER = """
@pytest.fixture
def url(provider):
    yield provider.url
    if os.environ.get("FAIL_LATER") == "swept":  # as another worker's recording does in the same folder
        from pactproof.recording.bodies_apart import sweep_bodies
        from pathlib import Path
        sweep_bodies(Path("cassettes/shop"))
    if os.environ.get("FAIL_LATER"):
        raise RuntimeError("the program's own clean-up failed")

@contract("shop.get_item")
def test_get_item(url, provider):
    assert shop.get_item(url, provider.params["id"])["name"]
"""


@pytest.mark.parametrize("how", ["swept", "cut off"])
def test_what_is_put_back_has_the_large_body_beside_it_again(
    project: PluginProject, monkeypatch: pytest.MonkeyPatch, how: str
):
    project.tests(FAILING_LATER)
    folder = project.path / "cassettes/shop"

    def files() -> dict[str, bytes]:
        return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    with provider(lambda handler: handler.send(body=LARGE)) as server:
        monkeypatch.setenv("SHOP_URL", server.url)
        assert project.run("--record-mode=rewrite", "-k", "replay").code == 0
        if how == "cut off":  # it cannot be read, and stays with all that it names
            (project.path / CASSETTE).write_text(project.read(CASSETTE).partition("  digest:")[0])
        before = files()
        server.answer = lambda handler: handler.send(body={**LARGE, "picture": ["y" * 1_100_000]})
        monkeypatch.setenv("FAIL_LATER", how)
        failed = project.run("--record-mode=rewrite", "-k", "replay")
        after = files()
        monkeypatch.delenv("FAIL_LATER")
        taken = project.run("--record-mode=rewrite", "--take-values", "-k", "replay")

    assert failed.code == 1
    assert len(before) == 2
    assert after == before
    assert taken.code == 0, taken.text
    assert len(files()) == 2  # the old body went when nothing could be taken back any more
    assert files().keys() != before.keys()


def test_kill_9_in_a_refresh_leaves_the_old_cassette(project: PluginProject, tmp_path: Path):
    before = (project.path / CASSETTE).read_bytes()
    asked = tmp_path / "asked"

    def answer(handler: Faulty) -> None:
        handler.send()
        asked.write_text("yes")

    project.tests(TEST_GET_ITEM + "    import time; time.sleep(60)\n")
    with provider(answer) as server:
        child = subprocess.Popen(
            [sys.executable, "-m", "pytest", "contracts", "-q", "--record-mode=rewrite", "-k", "replay"],
            cwd=project.path,
            env={**os.environ, "SHOP_URL": server.url},
            stdout=subprocess.DEVNULL,
        )
        until = time.monotonic() + 60
        while not asked.exists() and child.poll() is None and time.monotonic() < until:
            time.sleep(0.05)
        os.kill(child.pid, signal.SIGKILL)
        child.wait()

    assert asked.exists()
    assert (project.path / CASSETTE).read_bytes() == before


# --- and what only looked like a failure ------------------------------------------------------------------------


def test_an_answer_that_comes_with_the_third_try_is_the_one_that_the_consumer_sees_and_that_is_kept(
    project: PluginProject, monkeypatch: pytest.MonkeyPatch
):
    waited: list[float] = []
    monkeypatch.setattr(patience, "_sleep", waited.append)
    project.tests(TEST_GET_ITEM + "    assert item['name'] == 'Brass lamp'\n")

    def answer(handler: Faulty) -> None:
        tries = len(handler.server.seen)
        if tries < 3:
            handler.send(503 if tries == 1 else 429, {}, {"Retry-After": "7"} if tries == 2 else {})
        else:
            handler.send(body={**LAMP, "stock": 3})

    with provider(answer) as server:
        monkeypatch.setenv("SHOP_URL", server.url)
        run = project.run("--record-mode=rewrite", "-k", "replay")

    assert run.code == 0, run.text
    assert waited == [0.5, 7.0]
    assert len(server.seen) == 3
    assert project.read(CASSETTE).count("- request:") == 1
    assert "stock" in project.read(CASSETTE)


def test_a_promised_429_is_recorded_as_it_comes(project: PluginProject, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(patience, "_sleep", lambda seconds: pytest.fail("nobody waits for what is promised"))
    promised = (
        "\nget_item:\n  request: {method: GET, path: /items/7, query: {currency: EUR}}\n  response: {status: 429}\n"
    )
    project.write("contracts/shop.yaml", promised)
    project.tests("""
        @contract("shop.get_item")
        def test_get_item(provider):
            with pytest.raises(httpx.HTTPStatusError):
                shop.get_item(provider.url, "7")
    """)
    with provider(lambda handler: handler.send(429, {}, {"Retry-After": "30"})) as server:
        monkeypatch.setenv("SHOP_URL", server.url)
        run = project.run("--record-mode=rewrite", "-k", "replay")

    assert run.code == 0, run.text
    assert len(server.seen) == 1
    assert "code: 429" in project.read(CASSETTE)
