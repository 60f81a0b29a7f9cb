"""How often a request is sent is part of the promise: before the promise, while recording, and at replay."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from tests.integration.paging_provider import PagingProvider, paging_provider
from tests.integration.plugin_project import KEPT, PluginProject, Run, get, project

__all__ = ["project"]
pytest_plugins = "pytester"

CONTRACTS = """
too_often: {request: {path: /equal, query: {by: too_often}}, response: {body: {name: Lamp}}}
too_seldom:
  sequence:
    - {request: {path: /until-empty, query: {page: 1}}, response: {body: {items: [Lamp]}}}
    - {request: {path: /until-empty, query: {page: 2}}, response: {body: {items: [Lamp]}}}
fewer_retries:
  sequence:
    - {request: {path: /equal}, response: {body: {name: Lamp}}}
    - {request: {path: /equal}, response: {body: {name: Lamp}}}
    - {request: {path: /equal}, response: {body: {name: Lamp}}}
never: {request: {path: /equal}, response: {body: {name: Lamp}}, repeatable: true}
further_page:
  sequence:
    - {request: {path: /more, query: {page: 1}}, response: {body: {items: [Lamp]}}}
    - {request: {path: /more, query: {page: 2}}, response: {body: {items: [Lamp]}}}
out_of_order:
  sequence:
    - {request: {path: /more, query: {page: 1}}, response: {body: {items: [Lamp]}}}
    - {request: {path: /more, query: {page: 2}}, response: {body: {items: [Lamp]}}}
    - {request: {path: /more, query: {page: 3}}, response: {body: {items: [Lamp]}}}
"""
TESTS = """
@contract("shop.too_often")
def test_too_often(provider):
    for _ in range(3):
        try:
            httpx.get(provider.url + "/equal?by=too_often")
        except Exception:
            pass

@contract("shop.too_seldom")
def test_too_seldom(provider):
    assert requests.get(provider.url + "/until-empty?page=1").json()["items"]

@contract("shop.fewer_retries")
def test_fewer_retries(provider):
    for _ in range(2):
        requests.get(provider.url + "/equal")

@contract("shop.never")
def test_never(provider):
    pass

@contract("shop.further_page")
def test_further_page(provider):
    with pytest.raises(Exception) if provider.token == "placeholder" else contextlib.nullcontext():
        for page in 1, 2, 3:
            httpx.get(provider.url + f"/more?page={page}").raise_for_status()

@contract("shop.out_of_order")
def test_out_of_order(provider):
    names = [requests.get(provider.url + f"/more?page={page}").json()["items"][0] for page in (3, 1, 2)]
    assert provider.kind == "pact" or names == ["Shelf", "Lamp", "Chair"]
"""
OFTEN = "the consumer sent it more often than it is promised; `repeatable: true` would allow any number"
SELDOM = "the consumer sent it less often than it is promised"
NEVER = "the consumer never sent it"
BESIDE = "every promised request has been answered already"
MORE, FEWER = "the consumer sent something else than promised", "the consumer did not send all requests"
TOLD = {
    "too_often": (MORE, "GET /equal?by=too_often, once", "3 times", OFTEN),
    "too_seldom": (FEWER, "GET /until-empty?page=2", "nothing", NEVER),
    "fewer_retries": (FEWER, "GET /equal, 3 times", "2 times", SELDOM),
    "never": (FEWER, "GET /equal, at least once", "nothing", NEVER),
    "further_page": (MORE, "nothing more", "GET /more?page=3", BESIDE),
}
PLACES = {"too_often": "2:12", "too_seldom": "4:3", "fewer_retries": "8:3", "never": "12:8", "further_page": "14:3"}
LAMP = {"name": "Lamp"}


@pytest.fixture
def counted(project: PluginProject) -> PluginProject:
    """A project whose programs send too much and too little, with the recordings that are promised."""
    project.register(*TOLD, "out_of_order")
    project.write("contracts/shop.yaml", CONTRACTS)
    project.tests("import contextlib\n" + TESTS)
    (project.path / "cassettes/shop/get_item.yaml").unlink()
    pages = [(get(f"/more?page={page}"), {"items": [name]}) for page, name in enumerate(("Lamp", "Chair", "Shelf"), 1)]
    project.cassette("shop.too_often", (get("/equal?by=too_often"), LAMP))
    project.cassette("shop.too_seldom", *((get(f"/until-empty?page={page}"), {"items": ["Lamp"]}) for page in (1, 2)))
    project.cassette("shop.fewer_retries", *[(get("/equal"), LAMP)] * 3)
    project.cassette("shop.never", (get("/equal"), LAMP))
    project.cassette("shop.further_page", *pages[:2])
    project.cassette("shop.out_of_order", *pages)
    return project


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[PagingProvider]:
    with paging_provider() as server:
        monkeypatch.setenv("SHOP_URL", server.url)
        monkeypatch.setenv("SHOP_TOKEN", "-".join(["shop", "token", "7a1c"]))
        yield server


def told(run: Run, test: str) -> list[str]:
    """The fault, without the program's lines below it."""
    lines = run.fault(test)
    return lines[: lines.index("")] if "" in lines else lines


def message(name: str) -> list[str]:
    what, expected, found, text = TOLD[name]
    place = f"contracts/shop.yaml:{PLACES[name]}"
    return [
        "fault: request",
        f"operation: shop.{name}",
        "scenario: ok",
        what,
        f"  request: expected {expected}, found {found}",
        f"    {text}",
        f"file: {place}",
        f"fix: mend the program, or change {place} and run: pytest contracts -k shop.{name}",
    ]


def test_once_too_often_and_once_too_seldom_are_told_alike_by_promise_and_replay(counted: PluginProject):
    run = counted.run()

    faults = {f"test_{name}[{kind}]": "request" for name in TOLD for kind in ("pact", "replay")}
    assert run.faults == faults
    assert run.counts == {"failed": 10, "passed": 2}  # pages in any order are right
    for test in faults:
        name = test.removeprefix("test_").partition("[")[0]
        assert told(run, test) == message(name)


def test_the_same_is_told_while_recording_and_the_recordings_stay(counted: PluginProject, provider: PagingProvider):
    before = {path: path.read_bytes() for path in counted.path.rglob("cassettes/**/*.yaml")}

    run = counted.run("-k", "replay", "--record-mode=rewrite", "--take-values")

    assert run.faults == {f"test_{name}[replay]": "stale" for name in TOLD}, run.text
    assert run.counts == {"failed": 5, "passed": 1, "deselected": 6}
    for name in TOLD:
        headline, *between, what, request, text, file, fix = message(name)
        still = KEPT.replace("refreshed", "refreshed (fault: request)")
        assert headline == "fault: request"
        assert told(run, f"test_{name}[replay]") == ["fault: stale", *between, what, request, text, still, file, fix]
    after = {path: path.read_bytes() for path in before}
    changed = {path.name for path in before if before[path] != after[path]}
    assert changed == {"out_of_order.yaml"}
    stored = counted.read("cassettes/shop/out_of_order.yaml")
    assert re.findall("page=(.)", stored) == ["1", "2", "3"]  # as they are promised, however they came


OTHERWISE = """
longer_poll:
  sequence:
    - {request: {path: /poll}, response: {body: {state: {$exactly: pending}}}}
    - {request: {path: /poll}, response: {body: {state: {$exactly: done}}}}
no_limit:
  sequence:
    - {request: {path: /equal}, response: {status: 429}}
    - {request: {path: /equal}, response: {body: {name: Lamp}}}
crashing: {request: {path: /equal}, response: {body: {name: Lamp}}}
"""
OTHERWISE_TESTS = """
@contract("shop.longer_poll")
def test_longer_poll(provider):
    while requests.get(provider.url + "/poll").json()["state"] != "done":
        pass

@contract("shop.no_limit")
def test_no_limit(provider):
    while httpx.get(provider.url + "/equal").status_code == 429:
        pass

@contract("shop.crashing")
def test_crashing(provider):
    httpx.get(provider.url + "/nowhere").raise_for_status()
"""


def test_a_sandbox_that_answers_otherwise_is_to_blame_before_the_number_of_requests(
    project: PluginProject, provider: PagingProvider
):
    project.register("longer_poll", "no_limit", "crashing")
    project.write("contracts/shop.yaml", OTHERWISE)
    project.tests(OTHERWISE_TESTS)

    run = project.run("-k", "replay", "--record-mode=rewrite")

    assert told(run, "test_longer_poll[replay]")[3:-2] == [
        "the recorded answer breaks the promise (interaction 2 of 2)",
        '  $.state: expected "done", found "pending"',
        "    Expected 'pending' (String) to be equal to 'done' (String)",
        "  request: expected GET /poll, 2 times, found 3 times",
        f"    {OFTEN}",
    ]
    assert told(run, "test_no_limit[replay]")[3:-2] == [
        "the recorded answer breaks the promise (interaction 1 of 2)",
        '  status: expected 429, found 200, body "{\\n  \\"name\\": \\"Lamp\\"\\n}"',
        "    another status than promised",
        "  request: expected GET /equal, 2 times, found once",
        f"    {SELDOM}",
    ]
    assert told(run, "test_crashing[replay]") == [
        "fault: request",
        "operation: shop.crashing",
        "scenario: ok",
        MORE,
        '  path: expected "/equal", found "/nowhere"',
        "    Expected '/nowhere' (String) to be equal to '/equal' (String)",
        "file: contracts/shop.yaml:10:11",
        "fix: mend the program, or change contracts/shop.yaml:10:11 and run: pytest contracts -k shop.crashing",
    ]
