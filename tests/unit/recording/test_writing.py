from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime

import pytest

from pactproof.errors import CassetteError, SecretFoundError
from pactproof.interaction import Headers, Interaction, Request, Response
from pactproof.recording import Cassette, Provenance, dump_cassette, load_cassette, write_cassette

TOLD = Provenance(
    "grafana.get_dashboard", "ok", "sandbox", datetime(2026, 1, 5, tzinfo=UTC), "devctl", "pactproof 0.1.0"
)
NAME = "cassettes/grafana/get_dashboard.yaml"
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


@pytest.mark.parametrize("call", ["write", "fsync", "replace"])
def test_a_failing_disk_leaves_the_old_bytes_and_no_temporary_file(path, tmp_path, monkeypatch, call):
    before = path.read_bytes()

    def fail(*arguments, **more):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, call, fail)
    with pytest.raises(CassetteError) as refused:
        write_cassette(path, holding('{"new":2}'), root=tmp_path)
    monkeypatch.undo()

    assert path.read_bytes() == before
    assert [item.name for item in path.parent.iterdir()] == ["get_dashboard.yaml"]
    assert str(refused.value) == (
        f"{NAME}: cannot be written: No space left on device; what was there before is unchanged"
        f"\n  fix: make room, or the folder writable; {AGAIN}"
    )


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


WRITER = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from test_writing import NAME, holding
from pactproof.recording import write_cassette
root = Path(sys.argv[1])
cassettes = [holding('{"who":"%s","many":[%s]}' % (who, ",".join(["1"] * 3000))) for who in ("a", "b")]
write_cassette(root / NAME, cassettes[0], root=root)
print("ready", flush=True)
while True:
    for cassette in cassettes:
        write_cassette(root / NAME, cassette, root=root)
"""


def test_kill_9_at_any_moment_leaves_a_whole_old_or_a_whole_new_file(tmp_path):
    command = [sys.executable, "-c", WRITER, str(tmp_path), os.path.dirname(__file__)]  # noqa: PTH120 - handed on as text
    seen = []

    for run in range(8):
        child = subprocess.Popen(
            command, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        )
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        time.sleep(0.01 + run * 0.0093)
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
        seen.append(load_cassette(tmp_path / NAME, shown_as=NAME).interactions[0].response.body.count(b"1,"))

    assert seen == [2999] * 8


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
    known, shaped = "correct horse", "gh" + "p_" + "A1b2" * 9

    with pytest.raises(SecretFoundError) as refused:
        write_cassette(path, holding(f'{{"a":"{known}","b":"{shaped}"}}'), root=tmp_path, secrets=[known])

    assert path.read_bytes() == before
    assert str(refused.value) == (
        f"{NAME}: the recording would carry a secret; nothing was written. By line of the new file and rule:\n"
        "  line 12: known-secret\n"
        "  line 13: github-token\n"
        "  fix: let the sandbox answer without it, or the program send it in a header; then record again"
    )


def test_what_no_cassette_can_hold_is_refused_with_the_name_of_the_file(path, tmp_path):
    answer = Response(200, Headers((("X-A", "1\n2"),)))
    broken = Cassette((Interaction(Request("GET", "http://grafana.test/"), answer),), TOLD)

    with pytest.raises(CassetteError) as refused:
        write_cassette(path, broken, root=tmp_path)

    assert str(refused.value) == f"{NAME}: header X-A holds a line break\n  fix: {AGAIN}"
