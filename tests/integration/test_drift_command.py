"""`pactproof drift` on a project in git: what a provider changed between two recordings of it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import threading
import zlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from tests.integration.plugin_project import LAMP, PluginProject, get, project
from tests.integration.proof_recordings import REPOSITORY, recordings

from pactproof.cli import main
from pactproof.drift import drift as drift_of
from pactproof.recording.cassette import load_cassette

__all__ = ["project"]
pytest_plugins = "pytester"


def drift(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["drift", *arguments], prog_name="pactproof")
    return result.exit_code, result.output


def git(folder: Path, *arguments: str) -> None:
    who = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    who |= {f"GIT_{role}_{part}": "till@example.com" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")}
    found = shutil.which("git")
    assert found
    subprocess.run([found, *arguments], cwd=folder, env={**os.environ, **who}, check=True, capture_output=True)


@pytest.fixture
def shop(project: PluginProject, monkeypatch: pytest.MonkeyPatch) -> PluginProject:
    """The project with its recording committed, and the shell in its folder."""
    for name in ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"):
        monkeypatch.delenv(name, raising=False)  # a hook of git's sets them for what it runs
    git(project.path, "init", "-q", "-b", "main")
    git(project.path, "add", ".")
    git(project.path, "commit", "-qm", "recorded")
    monkeypatch.chdir(project.path)
    return project


def recorded_again(shop: PluginProject, body: Any) -> None:
    """The recording as the provider would answer today."""
    shop.cassette("shop.get_item", (get("/items/42?currency=EUR"), body), params={"id": "42"})


def test_nothing_recorded_anew_is_no_drift(shop: PluginProject) -> None:
    assert drift() == (0, "1 recording compared, HEAD with the working tree: no drift\n")


def test_json_on_stdout_has_the_text_beside_it_and_a_scenario_may_be_named_whole(shop: PluginProject) -> None:
    ended = CliRunner().invoke(main, ["drift", "shop.get_item.ok", "--json", "-"])

    assert json.loads(ended.stdout)["compared"] == 1
    assert ended.stderr == "1 recording compared, HEAD with the working tree: no drift\n"


def test_breaking_drift_is_told_with_the_contracts_line_and_ends_with_1(shop: PluginProject) -> None:
    recorded_again(shop, {"name": None, "stock": {"left": 2}, "price": 12.5})

    code, text = drift()

    assert code == 1
    assert text == (
        "breaking: what the contracts promise no longer holds\n"
        "  shop.get_item\n"
        '    $.name: was "Brass lamp", is null\n'
        "      it is promised as a value and is null (contracts/shop.yaml:8:12)\n"
        "\n"
        "additive: there is more than before, and every promise holds\n"
        "  shop.get_item\n"
        "    $.stock: was nothing, is an object\n"
        "      nobody promised it (contracts/shop.yaml:8:5)\n"
        "\n"
        "value-only: other values of the same shape, or less of what may be absent\n"
        "  shop.get_item\n"
        "    $.price: was 12.25, is 12.5\n"
        "      another value of the same type (contracts/shop.yaml:8:24)\n"
        "\n"
        "1 recording compared, HEAD with the working tree: 1 breaking, 1 additive, 1 value-only\n"
    )


def test_json_and_markdown_hold_the_same_and_only_breaking_ends_with_1(shop: PluginProject, tmp_path: Path) -> None:
    recorded_again(shop, {**LAMP, "new|one": "<b>"})

    code, _ = drift("--json", "drift.json", "--markdown", "drift.md", "shop.get_item")

    assert code == 0
    told = json.loads(shop.read("drift.json"))
    assert told == {
        "version": 1,
        "class": "additive",
        "was": "HEAD",
        "now": "the working tree",
        "compared": 1,
        "counts": {"breaking": 0, "additive": 1, "value-only": 0},
        "drifts": [
            {
                "class": "additive",
                "change": "new",
                "side": "response",
                "operation": "shop.get_item",
                "scenario": "ok",
                "interaction": 1,
                "path": "$['new|one']",
                "was": "nothing",
                "is": '"<b>"',
                "text": "nobody promised it",
                "place": "contracts/shop.yaml:8:5",
                "is_promised": False,
            }
        ],
        "notes": [],
    }
    assert shop.read("drift.md") == (
        "**1 recording compared, HEAD with the working tree: 0 breaking, 1 additive, 0 value-only**\n\n"
        "### additive: there is more than before, and every promise holds\n\n"
        "| scenario | where | was | is | why | contract |\n|---|---|---|---|---|---|\n"
        "| `shop.get_item` | `$['new\\|one']` | `nothing` | `\"<b>\"` | nobody promised it "
        "| contracts/shop.yaml:8:5 |\n"
    )


def test_a_recording_that_was_changed_by_hand_is_compared_and_noted(shop: PluginProject) -> None:
    text = shop.read("cassettes/shop/get_item.yaml")
    assert "12.25" in text
    shop.write_exactly("cassettes/shop/get_item.yaml", text.replace("12.25", "12.50"))

    code, told = drift()

    assert code == 0
    assert "    $.price: was 12.25, is 12.5\n" in told
    note = "shop.get_item: the digest in the working tree does not fit, so that nobody recorded it like that"
    assert told.splitlines()[-2] == note


def test_older_commits_and_folders_are_compared_as_well(shop: PluginProject) -> None:
    shutil.copytree(shop.path / "cassettes", shop.path / "before")
    recorded_again(shop, {"name": "Brass lamp"})
    git(shop.path, "commit", "-qam", "recorded again")

    assert drift()[0] == 0
    assert drift("--against", "HEAD~1")[0] == 1
    assert drift("--old", "before")[1].endswith("before with the working tree: 1 breaking, 0 additive, 0 value-only\n")
    assert drift("--old", "before", "--new", "before")[0] == 0


def test_what_others_recorded_since_this_branch_left_is_no_drift_of_it(shop: PluginProject) -> None:
    git(shop.path, "checkout", "-qb", "work")
    git(shop.path, "commit", "-qm", "work", "--allow-empty")
    git(shop.path, "checkout", "-q", "main")
    recorded_again(shop, {**LAMP, "stock": 3})
    git(shop.path, "commit", "-qam", "recorded again")
    git(shop.path, "checkout", "-q", "work")

    since_it_left, against_main = drift("--base", "main"), drift("--against", "main")
    recorded_again(shop, {"name": "Brass lamp"})
    changed_here = drift("--base", "main")

    assert since_it_left == (0, "1 recording compared, the commit shared with main with the working tree: no drift\n")
    assert "$.stock" in against_main[1]
    assert changed_here[0] == 1
    assert "$.stock" not in changed_here[1]


def test_a_commit_that_is_not_in_a_shallow_clone_is_asked_for(
    shop: PluginProject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(shop.path, "commit", "-qm", "more", "--allow-empty")
    git(tmp_path, "clone", "-q", "--depth=1", shop.path.as_uri(), "a clone")
    monkeypatch.chdir(tmp_path / "a clone")

    here, older, other = drift(), drift("--against", "HEAD~1"), drift("--base", "origin/other")

    fix = "  fix: the clone is shallow: git fetch --unshallow (actions/checkout: fetch-depth: 0)\n"
    assert here == (0, "1 recording compared, HEAD with the working tree: no drift\n")
    assert older == (2, f"git has no commit 'HEAD~1'\n{fix}")
    assert other == (2, f"git has no commit 'origin/other'\n{fix}")


def test_a_project_below_the_top_of_its_repository_is_compared_in_a_hook_as_well(
    shop: PluginProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = shop.path / "the tool"
    inner.mkdir()
    for name in ("registry.yaml", "contracts", "cassettes"):
        git(shop.path, "mv", name, f"the tool/{name}")
    git(shop.path, "commit", "-qm", "moved")
    monkeypatch.chdir(inner)
    monkeypatch.setenv("GIT_DIR", str(shop.path / ".git"))

    assert drift() == (0, "1 recording compared, HEAD with the working tree: no drift\n")


def test_branches_without_a_common_commit_and_a_lost_blob_end_with_2(shop: PluginProject) -> None:
    git(shop.path, "checkout", "-q", "--orphan", "other")
    git(shop.path, "commit", "-qm", "other")
    unrelated = drift("--base", "main")
    for blob in (shop.path / ".git/objects").glob("??/*"):
        if b"blob" in zlib.decompress(blob.read_bytes())[:4]:
            blob.unlink()
    lost = drift()

    assert (unrelated[0], lost[0]) == (2, 2)
    assert unrelated[1].startswith("git knows no commit that HEAD and main share\n  fix: ")
    assert lost[1].startswith(
        "cassettes/shop/get_item.yaml: in HEAD: git cannot read cassettes/shop/get_item.yaml: fatal"
    )


def test_a_repository_that_git_does_not_trust_is_told_in_its_words(
    shop: PluginProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")  # as in a container that mounts somebody's checkout
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)

    code, told = drift()

    assert code == 2
    assert told.startswith("git cannot use the repository: fatal: detected dubious ownership in repository at ")


def test_without_git_folders_are_named_as_the_way_out(shop: PluginProject, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(shop.path))

    assert drift() == (
        2,
        "git is not there, and a commit's cassettes are read by it\n"
        "  fix: install it, or compare folders: pactproof drift --old FOLDER\n",
    )


def test_a_recording_on_one_side_only_is_noted(shop: PluginProject) -> None:
    git(shop.path, "rm", "-q", "--cached", "-r", "cassettes")
    git(shop.path, "commit", "-qm", "without")
    first = drift()
    (shop.path / "cassettes/shop/get_item.yaml").unlink()
    gone = drift("--against", "HEAD~1")

    assert first == (
        0,
        "shop.get_item: recorded for the first time, nothing to compare it with\n"
        "0 recordings compared, HEAD with the working tree: no drift\n",
    )
    assert gone[1].startswith("shop.get_item: recorded in HEAD~1 and not in the working tree\n")


def test_what_cannot_be_asked_ends_with_2_and_says_why(shop: PluginProject, monkeypatch: pytest.MonkeyPatch) -> None:
    revision = drift("--against", "--output=x")
    folder = drift("--old", "nowhere")
    name = drift("shop.get_itm")
    both = drift("--old", ".", "--against", "HEAD")
    shop.write_exactly("cassettes/shop/get_item.yaml", "interactions: [\n")
    unreadable = drift()
    shutil.rmtree(shop.path / ".git")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(shop.path.parent))
    without_git = drift()

    assert [code for code, _ in (revision, folder, name, both, unreadable, without_git)] == [2] * 6
    assert revision[1] == (
        "git has no commit '--output=x'\n"
        "  fix: name a commit, branch or tag that is here, or compare folders: pactproof drift --old FOLDER\n"
    )
    assert folder[1].startswith("nowhere is not a folder\n")
    assert name[1].startswith("shop.get_itm is not in registry.yaml")
    assert "--against, --base and --old all say where the old cassettes are" in both[1]
    assert unreadable[1].startswith("cassettes/shop/get_item.yaml")
    assert "in the working tree: " in unreadable[1]
    assert without_git[1].startswith(f"no git repository holds {shop.path}\n")


class Shop(ThreadingHTTPServer):
    """Answers every GET with `body` as JSON."""

    body: Any = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, Shop)
        body = json.dumps(self.server.body).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Request-Id", str(id(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def live() -> Iterator[Shop]:
    with Shop(("127.0.0.1", 0), _Answer) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_what_a_live_provider_changed_between_two_recordings_is_told(
    shop: PluginProject, live: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_URL", live.url)
    live.body = LAMP
    assert shop.run("--record-mode=rewrite", "--take-values", "-k", "replay").code == 0
    git(shop.path, "commit", "-qam", "recorded live")
    live.body = {**LAMP, "colour": "brass", "made_at": "2026-11-22T10:00:00Z", "price": 13.5}
    assert shop.run("--record-mode=rewrite", "-k", "replay").code == 0

    code, text = drift()

    assert code == 0
    assert [line.strip() for line in text.splitlines() if line.startswith("    $")] == [
        '$.colour: was nothing, is "brass"',
        '$.made_at: was nothing, is "2026-11-22T10:00:00Z"',
        "$.price: was 12.25, is 13.5",
    ]


def test_no_recording_of_this_repository_drifts_from_itself() -> None:
    compared = 0
    for recording in recordings().values():
        cassette = load_cassette(REPOSITORY / recording.shown_as, shown_as=recording.shown_as)
        assert drift_of(recording.scenario, cassette, cassette, base_url=recording.base_url) == ()
        compared += 1

    assert compared >= 57
