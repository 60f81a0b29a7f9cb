"""Pact files of a run: written or checked, by whom, and what stays of them."""

from __future__ import annotations

import json

import pytest
from tests.integration.plugin_project import GET_ITEM, TEST_GET_ITEM, PluginProject, get, project

__all__ = ["project"]
pytest_plugins = "pytester"

PACT = "contracts/pacts/till-shop.json"
SECOND = GET_ITEM.replace("get_item", "get_cart").replace("/items/", "/carts/")
TEST_SECOND = """
@contract("shop.get_cart")
def test_get_cart(provider):
    url = f"{provider.url}/carts/{provider.params['id']}?currency=EUR"
    assert httpx.get(url).json()["name"]
"""


@pytest.fixture
def two(project: PluginProject) -> PluginProject:
    """Two operations, upheld."""
    project.register("get_item", "get_cart")
    project.write("contracts/shop.yaml", GET_ITEM + SECOND)
    project.tests(TEST_GET_ITEM + TEST_SECOND)
    recorded = (get("/carts/42?currency=EUR"), {"name": "Cart", "price": 1.5})
    project.cassette("shop.get_cart", recorded, params={"id": "42"})
    return project


def keys(project: PluginProject) -> list[str]:
    return [interaction["key"] for interaction in json.loads(project.read(PACT))["interactions"]]


def test_a_run_writes_the_pact_and_the_next_leaves_it_alone(two: PluginProject):
    first = two.run()
    written = (two.path / PACT).stat()

    second = two.run()

    assert f"wrote {PACT} (2 interactions)" in first.text
    assert "wrote" not in second.text
    assert (two.path / PACT).stat().st_mtime_ns == written.st_mtime_ns


def test_two_workers_end_like_one_process_and_the_controller_writes_the_same_pact(two: PluginProject):
    two.run()
    alone = two.read(PACT)
    (two.path / PACT).unlink()

    run = two.run("-n", "2")

    assert run.code == 0
    assert run.counts == {"passed": 4}
    assert two.read(PACT) == alone
    assert f"wrote {PACT} (2 interactions)" in run.text


@pytest.mark.parametrize("workers", [[], ["-n", "2"]], ids=["alone", "xdist"])
def test_a_contract_that_fails_keeps_its_committed_entry(two: PluginProject, workers: list[str]):
    two.run()
    committed = json.loads(two.read(PACT))["interactions"]
    two.write("contracts/shop.yaml", GET_ITEM.replace("Lamp", "Desk") + SECOND.replace("Lamp", "Full cart"))
    two.tests(TEST_GET_ITEM.replace('item["name"]', 'item["title"]') + TEST_SECOND)

    run = two.run(*workers)

    assert run.code == 1
    assert run.faults["test_get_item[pact]"] == "KeyError"
    after = json.loads(two.read(PACT))["interactions"]
    assert after[1] == committed[1]
    assert after[0]["response"]["body"]["content"]["name"] == "Full cart"


def test_an_operation_that_was_not_selected_keeps_its_entry_and_one_that_is_not_registered_goes(two: PluginProject):
    two.run()
    two.run("-k", "shop.get_item")
    assert keys(two) == ["shop.get_cart", "shop.get_item"]
    two.register("get_item")
    two.write("contracts/shop.yaml", GET_ITEM)
    two.tests(TEST_GET_ITEM)

    two.run()

    assert keys(two) == ["shop.get_item"]


def test_a_pact_without_a_consumer_that_produced_it_is_not_written(project: PluginProject):
    project.tests(TEST_GET_ITEM.replace('item["name"]', 'item["title"]'))

    run = project.run()

    assert run.code == 1
    assert not (project.path / "contracts/pacts").exists()


@pytest.mark.parametrize("workers", [[], ["-n", "2"]], ids=["alone", "xdist"])
def test_a_pact_that_differs_fails_inside_its_own_test(two: PluginProject, workers: list[str]):
    two.run()
    before = two.read(PACT)
    two.write("contracts/shop.yaml", GET_ITEM.replace("Lamp", "Desk") + SECOND)

    run = two.run("--pact-file=check", *workers)

    assert run.code == 1
    assert run.faults == {"test_get_item[pact]": "stale"}
    shown = run.fault("test_get_item[pact]")
    assert [line.strip() for line in shown if line.startswith(("-", "+")) and "name" in line] == [
        '-        "name": "Lamp",',
        '+        "name": "Desk",',
    ]
    assert shown[-2:] == [
        f"file: {PACT}",
        "fix: pytest contracts --pact-file=write -k shop.get_item",
    ]
    assert two.read(PACT) == before


def test_a_pact_that_was_never_written_fails_the_check(project: PluginProject):
    run = project.run("--pact-file=check")

    assert run.code == 1
    assert run.faults == {"test_get_item[pact]": "stale"}
    assert not (project.path / "contracts/pacts").exists()


@pytest.mark.parametrize(
    ("ci", "args", "header"),
    [
        (None, [], "write (CI is not set)"),
        ("", [], "write (CI is not set)"),
        ("0", [], "write (CI is not set)"),
        ("false", [], "write (CI is not set)"),
        ("true", [], "check (CI is set)"),
        ("1", [], "check (CI is set)"),
        ("true", ["--pact-file=write"], "write (--pact-file=write)"),
        (None, ["--pact-file=check"], "check (--pact-file=check)"),
        ("true", ["--record-mode=once"], "write (CI is set, but this run records)"),
    ],
)
def test_the_header_says_what_is_done_with_pact_files_and_why(
    project: PluginProject, monkeypatch: pytest.MonkeyPatch, ci: str | None, args: list[str], header: str
):
    if ci is not None:
        monkeypatch.setenv("CI", ci)

    run = project.run("--collect-only", *args)

    mode = "once" if "--record-mode=once" in args else "none"
    assert f"pactproof: record mode {mode}; pact files: {header}" in run.text.splitlines()
    assert not (project.path / "contracts/pacts").exists()


@pytest.mark.parametrize("workers", [[], ["-n", "2"]], ids=["alone", "xdist"])
def test_a_pact_that_cannot_be_written_ends_with_exit_code_2_and_names_the_file(
    project: PluginProject, workers: list[str]
):
    project.write("contracts/pacts", "a file in the folder's place")

    run = project.run(*workers)

    assert run.code == 2
    assert f"{PACT}: cannot be read: Not a directory\n  fix: make {PACT} a readable file" in run.text.replace(
        " \n", "\n"
    ), run.text
    assert project.read("contracts/pacts") == "a file in the folder's place"


def test_a_file_that_is_no_pact_is_named_and_left_alone(project: PluginProject):
    project.write(PACT, "[]")

    written, checked = project.run(), project.run("--pact-file=check")

    assert written.code == 2
    assert f"{PACT}: not a pact of ours" in written.text
    assert f"  fix: remove {PACT} and run: pytest contracts --pact-file=write" in written.text
    assert checked.faults == {"test_get_item[pact]": "stale"}
    assert project.read(PACT) == "[]"


def test_an_entry_that_nothing_promises_any_more_fails_a_check_and_goes_with_the_next_write(two: PluginProject):
    two.run()
    two.register("get_item")
    two.write("contracts/shop.yaml", GET_ITEM)
    two.tests(TEST_GET_ITEM)

    checked = two.run("--pact-file=check")
    two.run("--pact-file=write")

    assert checked.code == 1
    assert f"{PACT}: shop.get_cart is no longer promised\n  fix: pytest contracts --pact-file=write" in checked.text
    assert keys(two) == ["shop.get_item"]
