from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from pactproof.atomic import stage_file
from pactproof.errors import CassetteError, SecretFoundError
from pactproof.interaction import Headers, Interaction, Request, Response
from pactproof.recording import (
    Cassette,
    Provenance,
    bodies_apart,
    dump_cassette,
    folder_lock,
    load_cassette,
    write_cassette,
)

TOLD = Provenance(
    "grafana.get_dashboard", "ok", "sandbox", datetime(2026, 1, 5, tzinfo=UTC), "devctl", "pactproof 0.1.0"
)
NAME = "cassettes/grafana/get_dashboard.yaml"
LARGE = "[?" + ",1" * 3000 + "]"  # of a size that is kept in a file of its own, once that is SMALL
SMALL = 1000
AGAIN = "record it again: pytest contracts --record-mode=rewrite -k grafana.get_dashboard"


def holding(body: str) -> Cassette:
    answer = Response(200, Headers((("Content-Type", "application/json"),)), body.encode())
    return Cassette((Interaction(Request("GET", "http://grafana.test/"), answer),), TOLD)


@pytest.fixture
def path(tmp_path):
    path = tmp_path / NAME
    write_cassette(path, holding('{"old":1}'), root=tmp_path)
    return path


def test_a_cassette_is_written_whole_with_its_folders_and_nothing_beside_it(path, tmp_path):
    write_cassette(path, holding('{"new":2}'), root=tmp_path)

    assert path.read_text() == dump_cassette(holding('{"new":2}'))
    assert load_cassette(path, shown_as=NAME).interactions[0].response.body == b'{\n  "new": 2\n}'
    assert [item.name for item in path.parent.iterdir()] == ["get_dashboard.yaml"]
    assert path.stat().st_mode & 0o777 == 0o644


CALLS = ("open", "mkdir", "write", "fsync", "replace")


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EIO, errno.EROFS, errno.EACCES], ids=errno.errorcode.get)
def test_whatever_call_fails_the_old_bytes_stay_and_nothing_lies_beside_them(path, tmp_path, monkeypatch, error):
    monkeypatch.setattr(bodies_apart, "MAX_INLINE_BYTES", SMALL)
    before = in_folder(path)
    failed: list[str] = []
    told: set[str] = set()

    while True:
        disk = FailingDisk(len(failed), error)
        try:
            with disk:
                write_cassette(path, holding(LARGE), root=tmp_path)
        except CassetteError as refused:
            failed.append(disk.failed)
            assert in_folder(path) == before
            told.add(str(refused))
        else:
            break

    assert disk.failed == ""
    assert told == {
        f"{NAME}: cannot be written: {os.strerror(error)}; what was there before is unchanged"
        f"\n  fix: make room, or the folder writable; {AGAIN}"
    }
    assert sorted(failed) == sorted(["open"] * 5 + ["mkdir"] + ["write"] * 2 + ["fsync"] * 4 + ["replace"] * 2)
    assert load_cassette(path, shown_as=NAME).interactions[0].response.body == LARGE.encode()


ALL_CALLS = (*CALLS, "link", "unlink", "close", "chmod", "stat", "lstat", "fstat", "scandir", "rmdir", "flock")


@pytest.mark.parametrize("error", [errno.EIO, errno.ESTALE], ids=errno.errorcode.get)
def test_whatever_else_fails_the_file_is_the_old_one_and_named_or_the_whole_new_one(path, tmp_path, monkeypatch, error):
    monkeypatch.setattr(bodies_apart, "MAX_INLINE_BYTES", SMALL)
    path.chmod(0o640)
    before, failed = path.read_bytes(), set()

    for moment in range(200):
        path.write_bytes(before)
        shutil.rmtree(path.with_name(".bodies"), ignore_errors=True)
        disk = FailingDisk(moment, error, ALL_CALLS)
        try:
            with disk:
                write_cassette(path, holding(LARGE), root=tmp_path)
        except CassetteError as refused:
            assert path.read_bytes() == before
            assert str(refused).startswith(f"{NAME}: ")  # noqa: PT017 - it may be refused or not
        else:
            assert load_cassette(path, shown_as=NAME).digest_fits
            assert path.stat().st_mode & 0o777 == 0o640
        failed.add(disk.failed)
        if not disk.failed:
            break

    assert failed >= {"", *CALLS, "link", "unlink", "close", "chmod", "fstat", "scandir", "flock"}
    write_cassette(path, holding("1"), root=tmp_path)
    assert [item.name for item in path.parent.iterdir()] == ["get_dashboard.yaml"]


def test_a_disk_that_takes_a_few_bytes_at_a_time_gets_all_of_them(path, tmp_path, monkeypatch):
    write = os.write
    monkeypatch.setattr(os, "write", lambda handle, content: write(handle, content[:7]))

    write_cassette(path, holding('{"new":2}'), root=tmp_path)

    monkeypatch.undo()
    assert path.read_text() == dump_cassette(holding('{"new":2}'))


@pytest.mark.parametrize(("mask", "mode"), [(0o077, 0o600), (0o002, 0o664), (0o022, 0o644)])
def test_a_new_file_has_the_permissions_of_new_files_and_a_replaced_one_keeps_its_own(path, tmp_path, mask, mode):
    path.chmod(0o440)
    before = os.umask(mask)
    try:
        for name in ("get_dashboard.yaml", "other.yaml"):
            write_cassette(path.with_name(name), holding("2"), root=tmp_path)
    finally:
        os.umask(before)

    assert path.stat().st_mode & 0o777 == 0o440
    assert path.with_name("other.yaml").stat().st_mode & 0o777 == mode


def test_a_name_as_long_as_names_may_be_is_written_and_a_longer_one_is_refused(tmp_path):
    longest = tmp_path / ("a" * 250 + ".yaml")
    write_cassette(longest, holding("1"), root=None)

    with pytest.raises(CassetteError) as refused:
        write_cassette(longest.with_name("a" + longest.name), holding("1"), root=None)

    assert load_cassette(longest, shown_as=NAME).digest_fits
    assert str(refused.value).endswith(
        "cannot be written: File name too long; what was there before is unchanged"
        f"\n  fix: give it a shorter name; {AGAIN}"
    )


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir], ids=["pipe", "folder"])
def test_what_is_no_file_is_not_replaced_by_one(tmp_path, make):
    path = tmp_path / "there.yaml"
    make(path)

    with pytest.raises(CassetteError) as refused:
        write_cassette(path, holding("1"), root=None)

    assert str(refused.value) == f"{path}: not a regular file\n  fix: move it away, or record somewhere else"


def test_a_pipe_that_is_named_as_a_leftover_is_not_waited_for(path, tmp_path):
    os.mkfifo(path.with_name(".x.pactproof-tmp"))

    write_cassette(path, holding("2"), root=tmp_path)

    assert load_cassette(path, shown_as=NAME).interactions[0].response.body == b"2"


@pytest.mark.parametrize("error", [errno.ENOLCK, errno.EOPNOTSUPP], ids=errno.errorcode.get)
def test_where_nothing_can_be_locked_nothing_is_written(path, tmp_path, monkeypatch, error):
    before = in_folder(path)
    monkeypatch.setattr(fcntl, "flock", FailingDisk(0, error).failing("flock"))

    with pytest.raises(CassetteError) as refused:
        write_cassette(path, holding("2"), root=tmp_path)

    assert {name: one for name, one in in_folder(path).items() if not name.endswith("-lock")} == before
    assert str(refused.value) == (
        f"{NAME}: cannot be written: {os.strerror(error)}; what was there before is unchanged"
        f"\n  fix: put the folder on a file system that can lock files; {AGAIN}"
    )


def test_a_lock_file_of_another_program_is_left_alone(path, tmp_path):
    (path.parent / ".lock").write_text("its own")

    write_cassette(path, holding("2"), root=tmp_path)

    assert (path.parent / ".lock").read_text() == "its own"


class FailingDisk:
    """Makes one call to the system fail: the one after `let_through` others."""

    def __init__(self, let_through: int, error: int, calls: Sequence[str] = CALLS) -> None:
        self.left, self.error, self.failed = let_through, error, ""
        self.real = {name: getattr(self.module(name), name) for name in (*calls, "flock")}
        self.calls = calls

    @staticmethod
    def module(name: str) -> ModuleType:
        return fcntl if name == "flock" else os

    def __enter__(self) -> None:
        for name in self.calls:
            setattr(self.module(name), name, self.failing(name))

    def __exit__(self, *raised: object) -> None:
        for name in self.calls:
            setattr(self.module(name), name, self.real[name])

    def failing(self, name: str) -> Callable[..., Any]:
        def call(*arguments: Any, **more: Any) -> Any:
            if self.failed:
                return self.real[name](*arguments, **more)  # what cleans up is let through
            self.left -= 1
            if self.left < 0:
                self.failed = name
                raise OSError(self.error, os.strerror(self.error))
            return self.real[name](*arguments, **more)

        return call


def in_folder(path: Path) -> dict[str, bytes]:
    return {str(one): one.read_bytes() for one in path.parent.rglob("*") if one.is_file()}


def test_a_disk_that_goes_on_failing_cannot_take_the_old_bytes_either(path, tmp_path, monkeypatch):
    before = path.read_bytes()
    monkeypatch.setattr(os, "fsync", failing := FailingDisk(0, errno.EIO).failing("fsync"))
    monkeypatch.setattr(os, "replace", failing)

    with pytest.raises(CassetteError):
        write_cassette(path, holding('{"new":2}'), root=tmp_path)

    assert path.read_bytes() == before


def test_a_new_file_that_cannot_be_taken_back_is_told_as_written(path, tmp_path, monkeypatch):
    fsync, replace = os.fsync, os.replace
    synced, moved = (
        [fsync],
        [replace],
    )  # the file and its move go well; the folder cannot be synced, nor the old put back
    failing = FailingDisk(0, errno.EIO).failing("fsync")
    failing_again = FailingDisk(0, errno.EIO).failing("replace")
    monkeypatch.setattr(os, "fsync", lambda *given: (synced.pop() if synced else failing)(*given))
    monkeypatch.setattr(os, "replace", lambda *given: (moved.pop() if moved else failing_again)(*given))

    write_cassette(path, holding('{"new":2}'), root=tmp_path)

    assert (synced, moved) == ([], [])
    assert path.read_text() == dump_cassette(holding('{"new":2}'))


def test_an_interrupt_leaves_the_old_bytes_and_no_temporary_file(path, tmp_path, monkeypatch):
    before = path.read_bytes()

    def interrupt(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_cassette(path, holding('{"new":2}'), root=tmp_path)
    monkeypatch.undo()

    assert path.read_bytes() == before
    assert [item.name for item in path.parent.iterdir()] == ["get_dashboard.yaml"]


KILLER = """
import json, os, random, signal, sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from test_writing import LARGE, NAME, SMALL, holding
from pactproof.recording import bodies_apart, load_cassette, write_cassette
bodies_apart.MAX_INLINE_BYTES = SMALL
root, runs = Path(sys.argv[1]), int(sys.argv[3])
cassettes = [holding(LARGE.replace("?", who)) for who in "ab"]
path, whole, leftovers = root / NAME, {}, 0
write_cassette(path, cassettes[0], root=root)

def die_at(moment):  # half of the runs end at a system call, one after the other, a write in the middle of it
    left = [moment]
    def dying(name, call):
        def wrapped(*given, **more):
            left[0] -= 1
            if left[0] < 0:
                if name == "write":
                    call(given[0], given[1][: len(given[1]) // 2])
                os.kill(os.getpid(), signal.SIGKILL)
            return call(*given, **more)
        return wrapped
    for name in ("open", "write", "fsync", "chmod", "link", "replace", "unlink", "close"):
        setattr(os, name, dying(name, getattr(os, name)))

for run in range(runs):
    child = os.fork()
    if not child and run % 2:
        die_at(run // 2 % 60)
    while not child:
        for cassette in reversed(cassettes):
            write_cassette(path, cassette, root=root)
    if not run % 2:
        time.sleep(random.uniform(0, 0.03))
        os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    leftovers += len(list(path.parent.rglob(".*.pactproof-tmp")) + list(path.parent.glob(".pactproof-lock"))) > 0
    found = load_cassette(path, shown_as=NAME)
    assert found.digest_fits
    who = chr(found.interactions[0].response.body[1])
    whole[who] = whole.get(who, 0) + 1
write_cassette(path, cassettes[0], root=root)
print(json.dumps([whole, leftovers, sorted(str(one.relative_to(path.parent)) for one in path.parent.rglob("*"))]))
"""


@pytest.mark.parametrize(
    "runs", [50, pytest.param(1000, marks=[pytest.mark.slow, pytest.mark.timeout(300)])], ids="{} runs".format
)
def test_kill_9_at_any_moment_leaves_a_whole_old_or_a_whole_new_file(tmp_path, runs):
    command = [sys.executable, "-c", KILLER, str(tmp_path), str(Path(__file__).parent), str(runs)]

    told = subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    )

    assert told.stderr == ""
    whole, leftovers, files = json.loads(told.stdout)
    assert sum(whole.values()) == runs
    assert leftovers > 0  # some were killed in the middle of it
    digest = hashlib.sha256(LARGE.replace("?", "a").encode()).hexdigest()
    assert files == [".bodies", f".bodies/{digest}.bin", "get_dashboard.yaml"]


APPENDER = """
import sys
from dataclasses import replace
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from test_writing import NAME, holding
from pactproof.errors import CassetteError
from pactproof.recording import load_cassette, write_cassette
root, who, refused = Path(sys.argv[1]), sys.argv[3], 0
path = root / NAME
sys.stdin.readline()
for number in range(8):
    while True:
        before = path.read_bytes()
        old = load_cassette(path, shown_as=NAME)
        new = (*old.interactions, *holding(f'["{who}{number}"]').interactions)
        try:
            write_cassette(path, replace(old, interactions=new), root=root, still=lambda: path.read_bytes() == before)
        except CassetteError as error:
            refused += 1
            assert "was changed by another process" in str(error), error
        else:
            break
print(refused)
"""


def test_of_two_processes_on_one_cassette_neither_loses_anything(path, tmp_path):
    command = [sys.executable, "-c", APPENDER, str(tmp_path), str(Path(__file__).parent)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    pipe = subprocess.PIPE
    both = [
        subprocess.Popen([*command, who], stdin=pipe, stdout=pipe, stderr=pipe, text=True, env=environment)
        for who in "ab"
    ]
    told = [child.communicate("go\n") for child in both]

    found = [one.response.body.decode() for one in load_cassette(path, shown_as=NAME).interactions]
    assert [error for _, error in told] == ["", ""]
    assert sorted(found) == sorted(
        ['{\n  "old": 1\n}', *(f'[\n  "{who}{number}"\n]' for who in "ab" for number in range(8))]
    )
    assert [one.name for one in path.parent.iterdir()] == ["get_dashboard.yaml"]


def test_who_cannot_have_the_folder_is_refused_by_name(path, tmp_path, monkeypatch):
    before = path.read_bytes()
    monkeypatch.setattr(folder_lock, "WAIT_S", 0.02)

    with folder_lock.locked(path.parent), pytest.raises(CassetteError) as refused:
        write_cassette(path, holding('{"new":2}'), root=tmp_path)

    assert path.read_bytes() == before
    assert str(refused.value) == (
        f"{NAME}: cannot be written: another process is writing in this folder; what was there before is unchanged"
        "\n  fix: record one after the other"
    )


def test_what_killed_runs_left_is_swept_by_the_next_write_and_what_is_being_written_is_not(path, tmp_path):
    for name in (".other.yaml.abcdefgh.pactproof-tmp", ".pactproof-lock"):
        (path.parent / name).write_text("left")
    staged = stage_file(path.with_name("other.yaml"), b"in the making")

    write_cassette(path, holding('{"new":2}'), root=tmp_path)

    assert sorted(one.name for one in path.parent.iterdir()) == sorted([staged.temporary.name, path.name])
    staged.promote()
    assert path.with_name("other.yaml").read_bytes() == b"in the making"


def test_a_file_that_changed_meanwhile_is_left_alone(path, tmp_path):
    before = path.read_bytes()

    with pytest.raises(CassetteError) as refused:
        write_cassette(path, holding('{"new":2}'), root=tmp_path, still=lambda: False)

    assert path.read_bytes() == before
    assert str(refused.value) == (
        f"{NAME}: it was changed by another process while this one recorded; what is there was left alone"
        "\n  fix: record one after the other"
    )


@pytest.mark.parametrize(
    "name",
    ["../outside.yaml", "cassettes/../outside.yaml", "cassettes/a/../../outside.yaml", "outside.yaml", "cassettes"],
)
def test_a_path_that_leaves_the_folder_is_refused(tmp_path, name):
    with pytest.raises(CassetteError) as refused:
        write_cassette(tmp_path / name, holding("{}"), root=tmp_path)

    assert str(refused.value) == (
        f"{tmp_path / name}: the path leaves cassettes/\n  fix: give the service and the operation plain names"
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("link", ["cassettes", "cassettes/grafana", NAME])
def test_a_symbolic_link_on_the_way_is_refused(tmp_path, link):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / link).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / link).symlink_to(elsewhere)

    with pytest.raises(CassetteError) as refused:
        write_cassette(tmp_path / NAME, holding("{}"), root=tmp_path)

    assert str(refused.value) == f"{NAME}: {link} is a symbolic link\n  fix: put a real folder or file there"
    assert list(elsewhere.iterdir()) == []


def test_a_secret_in_the_finished_text_is_named_by_rule_and_line_and_nothing_is_written(path, tmp_path):
    before = path.read_bytes()
    known, shaped = "correct horse", "gh" + "p_" + "A1b2" * 4 + "xQ7kZp3vR9mLt5sW8yDc"

    with pytest.raises(SecretFoundError) as refused:
        write_cassette(path, holding(f'{{"a":"{known}","b":"{shaped}"}}'), root=tmp_path, secrets=[known])

    assert path.read_bytes() == before
    assert str(refused.value) == (
        f"{NAME}: the recording would carry a secret; nothing was written. By place in the new file and rule:\n"
        f"  {NAME}:12:17: known-secret\n"
        f"  {NAME}:13:17: github-token\n"
        "  fix: let the sandbox answer without it, or the program send it in a header; then record again"
    )


def test_what_no_cassette_can_hold_is_refused_with_the_name_of_the_file(path, tmp_path):
    answer = Response(200, Headers((("X-A", "1\n2"),)))
    broken = Cassette((Interaction(Request("GET", "http://grafana.test/"), answer),), TOLD)

    with pytest.raises(CassetteError) as refused:
        write_cassette(path, broken, root=tmp_path)

    assert str(refused.value) == f"{NAME}: header X-A holds a line break\n  fix: {AGAIN}"
