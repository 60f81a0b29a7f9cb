"""`pactproof check`: what is wrong with the cassettes of a project, told without running or importing any of it."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pactproof import freshness
from pactproof.cli import main
from pactproof.interaction import Headers, Interaction, Request, Response
from pactproof.recording.bodies_apart import MAX_INLINE_BYTES
from pactproof.recording.cassette import Cassette, Provenance, dump_cassette, write_cassette

REGISTRY = """
consumer: till
contracts:
  shop: [get_item, list_items]
waived:
  shop.list_items: {what: recording, until: 2099-01-01, reason: the sandbox has no list}
"""
CONTRACT = """
get_item:
  scenarios:
    ok:
      request: {method: GET, path: /items/7}
      response: {status: 200, body: {name: Lamp}}
    gone:
      request: {method: GET, path: /items/8}
      response: {status: 404}
list_items:
  request: {method: GET, path: /items}
  response: {status: 200}
"""
GET_ITEM = "cassettes/shop/get_item.yaml"
RECORD = "record it: pytest contracts --record-mode=rewrite -k"


def recorded(operation: str = "shop.get_item", scenario: str = "ok", body: bytes = b'{"name": "Lamp"}') -> Cassette:
    request = Request("GET", "https://shop.example.com/items/7")
    response = Response(200, Headers((("Content-Type", "application/json"),)), body)
    told = Provenance(operation, scenario, "emulator", datetime(2026, 1, 5, tzinfo=UTC), "till", "pactproof 0.1.0")
    return Cassette((Interaction(request, response),), told)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project in which nothing is wrong."""
    (tmp_path / "registry.yaml").write_text(REGISTRY)
    (tmp_path / "contracts").mkdir()
    (tmp_path / "contracts" / "shop.yaml").write_text(CONTRACT)
    for scenario, name in (("ok", "get_item.yaml"), ("gone", "get_item.gone.yaml")):
        write_cassette(tmp_path / "cassettes" / "shop" / name, recorded(scenario=scenario), root=tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def check(*options: str) -> Result:
    return CliRunner().invoke(main, ["check", *options], catch_exceptions=False)


def test_a_project_in_which_nothing_is_wrong_holds(project: Path) -> None:
    assert (check().output, check().exit_code) == ("2 cassettes, 1 waived: nothing is wrong\n", 0)


def test_every_fault_is_told_in_one_go_with_the_command_that_mends_it(project: Path) -> None:
    shop = project / "cassettes" / "shop"
    (shop / "get_item.gone.yaml").unlink()
    (shop / "get_item.yaml").write_text("<<<<<<< ours\n")
    (shop / "old.yaml").write_text(dump_cassette(recorded("shop.old")))
    (shop / ".get_item.yaml.x1.pactproof-tmp").write_text("")
    (shop / "notes.txt").write_text("")
    (shop / "linked.yaml").symlink_to(shop / "old.yaml")
    (project / "cassettes" / "out").symlink_to(project.parent)
    (project / "registry.yaml").write_text(REGISTRY.replace("2099", "2020").replace("[get_item,", "[get_item, pay,"))

    result = check()

    assert result.output == (
        "cassettes/out: a symbolic link, or no plain file: what it leads to is not read\n"
        "  fix: put a real file or folder there\n"
        "cassettes/shop/.get_item.yaml.x1.pactproof-tmp: left behind by a recording that was killed, or that is "
        "going on\n"
        "  fix: rm cassettes/shop/.get_item.yaml.x1.pactproof-tmp\n"
        "cassettes/shop/get_item.gone.yaml: nothing recorded for shop.get_item (scenario gone)\n"
        f"  fix: {RECORD} shop.get_item.gone\n"
        "cassettes/shop/get_item.yaml:1:1: a merge conflict was left in the file\n"
        "  fix: record it again: pytest contracts --record-mode=rewrite -k shop.get_item\n"
        "cassettes/shop/linked.yaml: a symbolic link, or no plain file: what it leads to is not read\n"
        "  fix: put a real file or folder there\n"
        "cassettes/shop/list_items.yaml: nothing recorded for shop.list_items (scenario ok); "
        "its waiver ended on 2020-01-01 (registry.yaml:6:3)\n"
        f"  fix: {RECORD} shop.list_items\n"
        "cassettes/shop/notes.txt: neither a cassette nor anything that belongs to one\n"
        "  fix: git rm cassettes/shop/notes.txt\n"
        "cassettes/shop/old.yaml: no scenario of the registry has this recording\n"
        "  fix: add shop.old to registry.yaml and its scenario to the contract, or: git rm cassettes/shop/old.yaml\n"
        "registry.yaml:4:20: nothing is promised of shop.pay, so that nothing can be recorded\n"
        "  fix: describe pay in contracts/shop.yaml, or run: pactproof generate shop.pay\n"
        "1 cassettes: 1 leftover, 2 link, 3 missing, 2 orphan, 1 unreadable\n"
    )
    assert result.exit_code == 1


def test_a_recording_of_something_else_is_foreign(project: Path) -> None:
    shutil.copy(project / "cassettes/shop/get_item.gone.yaml", project / GET_ITEM)

    assert check().output == (
        f"{GET_ITEM}: it says that it was recorded for shop.get_item (scenario gone)\n"
        f"  fix: {RECORD} shop.get_item\n"
        "2 cassettes, 1 waived: 1 foreign\n"
    )


def test_a_file_that_was_changed_by_hand_is_told_by_its_digest(project: Path) -> None:
    file = project / GET_ITEM
    file.write_text(file.read_text().replace("Lamp", "Desk"))

    assert check().output == (
        f"{GET_ITEM}: the file is not as it was written: its digest does not fit\n"
        f"  fix: git checkout {GET_ITEM}, or {RECORD} shop.get_item\n"
        "2 cassettes, 1 waived: 1 changed\n"
    )


def test_a_secret_is_told_by_rule_and_line_and_never_shown(project: Path) -> None:
    token = "_".join(["ghp", "a1B2c3D4e5F6" * 3])
    (project / GET_ITEM).write_text(dump_cassette(recorded(body=b'{"name": "%s"}' % token.encode())))

    output = check().output

    assert re.sub(r":\d+: ", ":LINE: ", output) == (
        f"{GET_ITEM}:LINE: something that looks like a secret, by rule github-token\n"
        "  fix: revoke it, since it may be in the history too; then record again\n"
        "2 cassettes, 1 waived: 1 secret\n"
    )
    assert token not in output


def test_a_body_kept_apart_belongs_to_the_cassette_that_names_it(project: Path) -> None:
    large = recorded(body=b'{"name": "%s"}' % (b"x" * MAX_INLINE_BYTES))
    write_cassette(project / GET_ITEM, large, root=project)
    bodies = project / "cassettes" / "shop" / ".bodies"
    (bodies / f"{'0' * 64}.bin").write_bytes(b"")

    assert len(list(bodies.iterdir())) == 2
    assert check().output == (
        f"cassettes/shop/.bodies/{'0' * 64}.bin: no cassette names this body\n"
        f"  fix: git rm cassettes/shop/.bodies/{'0' * 64}.bin\n"
        "2 cassettes, 1 waived: 1 orphan\n"
    )


@pytest.mark.skipif(sys.platform == "win32", reason="there are no named pipes")
def test_what_only_looks_like_a_cassette_beside_a_body_kept_apart_is_not_read(project: Path) -> None:
    shop = project / "cassettes" / "shop"
    large = recorded(body=b'{"name": "%s"}' % (b"x" * MAX_INLINE_BYTES))
    write_cassette(project / GET_ITEM, large, root=project)
    (shop / "folder.yaml").mkdir()
    os.mkfifo(shop / "pipe.yaml")

    assert check().output == (
        "cassettes/shop/pipe.yaml: a symbolic link, or no plain file: what it leads to is not read\n"
        "  fix: put a real file or folder there\n"
        "2 cassettes, 1 waived: 1 link\n"
    )


def test_a_file_of_use_cassette_is_no_orphan(project: Path) -> None:
    (project / "cassettes" / "script.yaml").write_text(dump_cassette(recorded("", "script")))

    assert check().output == "3 cassettes, 1 waived: nothing is wrong\n"


@pytest.mark.parametrize(
    ("limits", "code", "first"),
    [
        ("{warn: 9d}", 0, "warning: last verified on 2026-01-05, 10 days ago; providers.shop.freshness.warn is 9 days"),
        ("{fail: 9d}", 1, "last verified on 2026-01-05, 10 days ago; providers.shop.freshness.fail is 9 days"),
        ("{warn: 10d}", 0, ""),
    ],
    ids=["warned", "failed", "fresh"],
)
def test_an_old_recording_is_told_by_the_registrys_ages(
    project: Path, limits: str, code: int, first: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "registry.yaml").write_text(f"{REGISTRY}providers: {{shop: {{freshness: {limits}}}}}\n")
    monkeypatch.setattr(freshness, "now", lambda: datetime(2026, 1, 15, tzinfo=UTC))

    result = check()

    told = f"cassettes/shop/get_item.gone.yaml: {first}\n  fix: pactproof refresh shop.get_item\n" if first else ""
    end = "1 stale" if code else "nothing is wrong"
    assert (result.output, result.exit_code) == (f"{told}2 cassettes, 1 waived: {end}\n", code)


def test_json_tells_the_same(project: Path) -> None:
    (project / GET_ITEM).unlink()

    result = check("--json")

    assert json.loads(result.output) == {
        "holds": False,
        "cassettes": 1,
        "waived": ["shop.list_items"],
        "aging": [],
        "faults": [
            {
                "kind": "missing",
                "path": GET_ITEM,
                "line": 0,
                "column": 0,
                "what": "nothing recorded for shop.get_item (scenario ok)",
                "fix": f"{RECORD} shop.get_item",
            }
        ],
    }
    assert result.exit_code == 1


def test_a_registry_or_contract_that_cannot_be_used_is_exit_code_2(project: Path) -> None:
    (project / "contracts" / "shop.yaml").write_text("get_item: {request: {method: GET}}\nnobody: {}\n")
    contract = check()
    (project / "registry.yaml").write_text("contracts: {shop: [get item]}\n")
    registry = check()

    assert (contract.exit_code, registry.exit_code) == (2, 2)
    assert (
        contract.stderr.splitlines()[-2] == "contracts/shop.yaml:2:1: shop.nobody is not an operation of the registry"
    )
    assert registry.stderr.startswith("registry.yaml:1:")


def test_nothing_of_the_project_is_imported(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = f"open({str(project / 'went off')!r}, 'w')\nraise SystemExit(99)\n"
    for name in ("contracts/__init__.py", "contracts/conftest.py", "contracts/test_shop_contracts.py", "conftest.py"):
        (project / name).write_text(bomb)
    monkeypatch.syspath_prepend(project)

    assert check().exit_code == 0
    assert not (project / "went off").exists()
