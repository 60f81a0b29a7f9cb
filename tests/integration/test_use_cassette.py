"""`use_cassette` in plain tests and scripts: what is recorded, what is replayed, and what it refuses."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest
import requests
from tests.emulators.aws import moto_server
from tests.unit.transport.wire import Answers

from pactproof import record_mode, use_cassette
from pactproof.errors import (
    CassetteError,
    CassetteMissingError,
    ContractError,
    NetworkClosedError,
    NoMatchError,
    UnplayedError,
)
from pactproof.recording.cassette import load_cassette
from pactproof.transport import activated, current

pytest_plugins = "pytester"


@dataclass
class Refunds:
    """A provider on loopback that counts: each answer tells how many came before it."""

    url: str = ""
    asked: list[str] = field(default_factory=list)
    is_asked: threading.Event = field(default_factory=threading.Event)
    answers_from_now_on: threading.Event = field(default_factory=threading.Event)

    def get(self, path: str = "/refunds/7") -> Any:
        return requests.get(self.url + path, timeout=5).json()


@pytest.fixture(scope="module")
def server() -> Iterator[Refunds]:
    here = Refunds()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            here.asked.append(self.path)
            here.is_asked.set()
            here.answers_from_now_on.wait(5)
            body = json.dumps({"asked": len(here.asked), "auth": self.headers.get("Authorization")}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, format: str, *args: object) -> None:
            """Nothing is logged."""

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    here.url = f"http://127.0.0.1:{running.server_port}"
    yield here
    running.shutdown()
    running.server_close()
    thread.join()


@pytest.fixture
def refunds(server: Refunds, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Refunds:
    monkeypatch.chdir(tmp_path)
    server.asked.clear()
    server.is_asked.clear()
    server.answers_from_now_on.set()
    return server


def test_a_second_run_replays_what_the_first_recorded_and_asks_nobody(refunds: Refunds) -> None:
    with use_cassette("refunds.yaml", record_mode="once"):
        recorded = refunds.get()

    with use_cassette("refunds.yaml") as cassette:
        replayed = refunds.get()

    assert replayed == recorded == {"asked": 1, "auth": None}
    assert (refunds.asked, cassette.play_count, cassette.all_played) == (["/refunds/7"], 1, True)


def test_the_file_says_where_it_comes_from(refunds: Refunds) -> None:
    with use_cassette("cassettes/refunds.yaml", record_mode="once"):
        refunds.get()

    file = Path("cassettes/refunds.yaml")
    told = load_cassette(file, shown_as=str(file)).provenance
    assert (told.operation, told.scenario, told.source, told.verified_at) == (
        "",
        "refunds",
        "emulator",
        told.recorded_at,
    )
    assert file.read_text().startswith(
        "# recorded for refunds by use_cassette; made by pactproof, do not edit by hand\n"
    )


# --- record modes ------------------------------------------------------------------------------------------------


def test_none_without_a_file_says_how_to_record_it(refunds: Refunds) -> None:
    with pytest.raises(CassetteMissingError) as caught, use_cassette("refunds.yaml"):
        pytest.fail("the block was run")

    assert str(caught.value) == (
        'refunds.yaml: nothing is recorded there\n  fix: record it: use_cassette("refunds.yaml", record_mode="once")'
    )


def test_once_replays_a_file_that_is_there_and_refuses_what_is_new(refunds: Refunds) -> None:
    with use_cassette("refunds.yaml", record_mode="once"):
        refunds.get()

    with pytest.raises(NoMatchError), use_cassette("refunds.yaml", record_mode="once"):
        refunds.get("/refunds/8")

    assert refunds.asked == ["/refunds/7"]


def test_new_episodes_replays_what_is_there_and_adds_the_rest(refunds: Refunds) -> None:
    with use_cassette("refunds.yaml", record_mode="once"):
        refunds.get("/a")

    with use_cassette("refunds.yaml", record_mode="new_episodes"):
        again = [refunds.get("/a"), refunds.get("/b")]

    with use_cassette("refunds.yaml"):
        assert [refunds.get("/a"), refunds.get("/b")] == again
    assert refunds.asked == ["/a", "/b"]


def test_all_asks_anew_and_replaces_the_same_request_alone(refunds: Refunds) -> None:
    with use_cassette("refunds.yaml", record_mode="once"):
        refunds.get("/a"), refunds.get("/b")

    with use_cassette("refunds.yaml", record_mode="all"):
        refunds.get("/b")

    with use_cassette("refunds.yaml"):
        assert [refunds.get("/a")["asked"], refunds.get("/b")["asked"]] == [1, 3]
    assert refunds.asked == ["/a", "/b", "/b"]


def test_rewrite_starts_the_file_anew_whatever_it_was(refunds: Refunds) -> None:
    Path("refunds.yaml").write_text("<<<<<<< ours\n")

    with use_cassette("refunds.yaml", record_mode="rewrite"):
        refunds.get("/b"), refunds.get("/b")

    with use_cassette("refunds.yaml"):
        assert [refunds.get("/b")["asked"], refunds.get("/b")["asked"]] == [1, 2]


def test_a_damaged_file_is_refused_before_anything_is_sent(refunds: Refunds) -> None:
    Path("refunds.yaml").write_text("<<<<<<< ours\n")

    with pytest.raises(CassetteError) as caught, use_cassette("refunds.yaml", record_mode="new_episodes"):
        refunds.get()

    assert str(caught.value) == (
        "refunds.yaml:1:1: a merge conflict was left in the file\n"
        '  fix: record it again: use_cassette("refunds.yaml", record_mode="rewrite")'
    )
    assert refunds.asked == []


@pytest.mark.parametrize("mode", ["none", "once", "new_episodes", "all"])
def test_a_file_changed_by_hand_is_told_and_never_made_to_fit(mode: Any, refunds: Refunds) -> None:
    with use_cassette("refunds.yaml", record_mode="once"):
        refunds.get("/a")
    changed = Path("refunds.yaml").read_text().replace('"asked": 1', '"asked": 2')
    Path("refunds.yaml").write_text(changed)

    with pytest.raises(CassetteError) as caught, use_cassette("refunds.yaml", record_mode=mode):
        refunds.get("/a")

    assert str(caught.value) == (
        "refunds.yaml: the file is not as it was written: its digest does not fit\n"
        '  fix: record it again: use_cassette("refunds.yaml", record_mode="rewrite")'
    )
    assert (Path("refunds.yaml").read_text(), refunds.asked) == (changed, ["/a"])


def test_a_mode_that_there_is_not_is_refused() -> None:
    mode: Any = "replay"

    with pytest.raises(ContractError) as caught:
        use_cassette("refunds.yaml", record_mode=mode)

    assert str(caught.value) == (
        "'replay' is not a record mode\n  fix: use one of none, once, new_episodes, all, rewrite"
    )


# --- matching ----------------------------------------------------------------------------------------------------


def test_a_request_that_nothing_answers_is_told_with_the_closest_and_what_differs(refunds: Refunds) -> None:
    with use_cassette("refunds.yaml", record_mode="once"):
        refunds.get("/refunds")
        requests.post(refunds.url + "/refunds", json={"amount": 1200, "to": "me"}, timeout=5)

    with pytest.raises(NoMatchError) as caught, use_cassette("refunds.yaml"):
        requests.post(refunds.url + "/refunds", json={"amount": 1250, "to": "me"}, timeout=5)

    assert str(caught.value) == (
        f"refunds.yaml: nothing recorded for POST {refunds.url}/refunds\n"
        "  closest: interaction 2, same method and path; body differs at $.amount (recorded 1200, sent 1250)\n"
        '  fix: record mode is none; if the request is meant to be so, record it with "new_episodes" or "rewrite" '
        "and review the diff"
    )


def test_a_request_sent_once_too_often_is_refused_unless_repeats_are_allowed(refunds: Refunds) -> None:
    with use_cassette("refunds.yaml", record_mode="once"):
        refunds.get()

    with use_cassette("refunds.yaml", allow_playback_repeats=True):
        assert refunds.get() == refunds.get()
    with pytest.raises(NoMatchError) as caught, use_cassette("refunds.yaml"):
        refunds.get(), refunds.get()

    assert caught.value.what.endswith("closest: interaction 1, the same request, was played already")


SAME = {
    "JSON laid out otherwise": ({"json": {"a": 1, "b": [2]}}, {"data": b'{"b":  [2], "a": 1}', "headers": "json"}),
    "form in another order": ({"data": {"a": "1", "b": "2"}}, {"data": {"b": "2", "a": "1"}}),
    "another boundary": ({"files": {"f": ("x.txt", b"text")}}, {"files": {"f": ("x.txt", b"text")}}),
    "query in another order": ({"params": "a=1&b=2"}, {"params": "b=2&a=1"}),
}


@pytest.mark.parametrize(("recorded", "sent"), SAME.values(), ids=SAME)
def test_what_a_client_is_free_in_makes_no_difference(refunds: Refunds, recorded: Any, sent: Any) -> None:
    if sent.get("headers") == "json":
        sent = {**sent, "headers": {"Content-Type": "application/json"}}

    with use_cassette("refunds.yaml", record_mode="once"):
        requests.post(refunds.url, **recorded, timeout=5)
    with use_cassette("refunds.yaml") as cassette:
        requests.post(refunds.url, **sent, timeout=5)

    assert cassette.all_played


def test_the_parts_that_have_to_agree_can_be_chosen(refunds: Refunds) -> None:
    with use_cassette("refunds.yaml", record_mode="once"):
        requests.post(refunds.url, json={"at": 1}, timeout=5)

    with use_cassette("refunds.yaml", match_on=("method", "path")):
        requests.post("https://elsewhere.example.test/", json={"at": 2}, timeout=5)

    with pytest.raises(ContractError) as caught:
        use_cassette("refunds.yaml", match_on=("methd",))
    assert str(caught.value) == "match_on names 'methd', which cannot be compared\n  fix: write method"


# --- promises ----------------------------------------------------------------------------------------------------


def test_no_secret_is_stored_and_another_one_replays(refunds: Refunds) -> None:
    secret, other = "-".join(["s3", "cret", "of", "mine"]), "-".join(["an", "other", "one"])

    with use_cassette("refunds.yaml", record_mode="once"):
        requests.get(f"{refunds.url}/a?api_key={secret}", headers={"Authorization": f"Bearer {secret}x"}, timeout=5)

    text = Path("refunds.yaml").read_text()
    assert secret not in text
    assert f"{refunds.url}/a?api_key=REDACTED-1" in text  # and the answer, which said the header's value again
    with use_cassette("refunds.yaml"):
        requests.get(f"{refunds.url}/a?api_key={other}", timeout=5)


def test_a_secret_that_is_added_to_a_file_gets_a_placeholder_of_its_own(refunds: Refunds) -> None:
    first, second = "-".join(["the", "first", "one"]), "-".join(["the", "second", "one"])
    with use_cassette("refunds.yaml", record_mode="once"):
        refunds.get(f"/a?token={first}")

    with use_cassette("refunds.yaml", record_mode="new_episodes"):
        refunds.get(f"/a?token={first}"), refunds.get(f"/b?token={second}")

    stored = load_cassette(Path("refunds.yaml"), shown_as="refunds.yaml").interactions
    told = [one.request.url.removeprefix(refunds.url) for one in stored]
    assert told == ["/a?token=REDACTED-1", "/b?token=REDACTED-2"]
    with use_cassette("refunds.yaml"):
        refunds.get(f"/b?token={second}"), refunds.get(f"/a?token={first}")


SECRET = "-".join(["not", "to", "be", "shown"])


@pytest.mark.parametrize("told_by", ["secrets", "header"])
def test_a_secret_that_nothing_but_its_value_tells_replays_and_is_in_no_message(refunds: Refunds, told_by: str) -> None:
    def options(value: str) -> Any:
        return {"secrets": [value]} if told_by == "secrets" else {}

    def send(value: str, path: str = "/a") -> None:
        headers = {"Authorization": f"Bearer {value}"} if told_by == "header" else {}
        requests.post(refunds.url + path, json={"note": f"with {value}"}, headers=headers, timeout=5)

    with use_cassette("refunds.yaml", record_mode="once", **options(SECRET)):
        send(SECRET)

    assert 'note": "with REDACTED-1"' in Path("refunds.yaml").read_text()
    another = SECRET[::-1]
    with use_cassette("refunds.yaml", **options(another)):
        send(another)
    with pytest.raises(NoMatchError) as caught, use_cassette("refunds.yaml", **options(another)):
        send(another, f"/b/{another}")
    assert caught.value.what == (
        f"nothing recorded for POST {refunds.url}/b/REDACTED-1\n"
        "  closest: interaction 1, path differs (recorded /a, sent /b/REDACTED-1)"
    )


def test_interactions_that_were_not_played_are_told(refunds: Refunds) -> None:
    with use_cassette("refunds.yaml", record_mode="once"):
        refunds.get("/a"), refunds.get("/b"), refunds.get("/c")

    with pytest.raises(UnplayedError) as caught, use_cassette("refunds.yaml"):
        refunds.get("/b")

    assert str(caught.value) == (
        "refunds.yaml: 2 of 3 interactions were not played\n"
        f"  interaction 1: GET {refunds.url}/a\n"
        f"  interaction 3: GET {refunds.url}/c\n"
        "  fix: let the program send them, record it again, or pass allow_unplayed=True"
    )
    with use_cassette("refunds.yaml", allow_unplayed=True) as cassette:
        refunds.get("/b")
    assert not cassette.all_played


def test_a_refusal_that_the_program_swallows_is_told_at_the_end(refunds: Refunds) -> None:
    with use_cassette("refunds.yaml", record_mode="once"):
        refunds.get()

    def swallow() -> None:
        with suppress(Exception):
            refunds.get("/other")

    def work() -> None:
        with use_cassette("refunds.yaml"):
            refunds.get()
            thread = threading.Thread(target=swallow)
            thread.start()
            thread.join()

    with pytest.raises(NoMatchError):
        work()

    assert refunds.asked == ["/refunds/7"]


def test_the_network_is_closed_while_a_file_is_replayed_but_for_the_tests_own_ports(refunds: Refunds) -> None:
    port = int(refunds.url.rpartition(":")[2])
    with use_cassette("refunds.yaml", record_mode="once", open_ports={port}):
        refunds.get("/own")
    assert not Path("refunds.yaml").exists()
    with use_cassette("refunds.yaml", record_mode="once"):
        refunds.get()

    with pytest.raises(NetworkClosedError) as caught, use_cassette("refunds.yaml"):
        socket.create_connection(("127.0.0.1", port), 1)
    with use_cassette("refunds.yaml", open_ports={port}, allow_unplayed=True):
        socket.create_connection(("127.0.0.1", port), 1).close()
        assert refunds.get("/own")["asked"] == 3

    assert str(caught.value) == (
        f"a connection to 127.0.0.1:{port} was refused: refunds.yaml is replayed offline\n"
        '  fix: leave it out, name its port in open_ports, or record it with record_mode="new_episodes"'
    )
    assert refunds.asked == ["/own", "/refunds/7", "/own"]


def test_nothing_is_kept_when_the_block_raises(refunds: Refunds) -> None:
    with use_cassette("refunds.yaml", record_mode="once"):
        refunds.get("/a")
    before = Path("refunds.yaml").read_bytes()

    with pytest.raises(ZeroDivisionError) as caught, use_cassette("refunds.yaml", record_mode="rewrite"):
        print(refunds.get("/b")["asked"] / 0)  # noqa: T201

    assert Path("refunds.yaml").read_bytes() == before
    assert caught.value.__notes__ == ["refunds.yaml: nothing was recorded, since this was raised"]
    with (
        pytest.raises(ZeroDivisionError),
        use_cassette("refunds.yaml", record_mode="rewrite", record_on_exception=True),
    ):
        raise ZeroDivisionError(refunds.get("/b"))
    assert Path("refunds.yaml").read_bytes() != before


def test_nothing_is_kept_while_a_request_is_on_its_way(refunds: Refunds) -> None:
    refunds.answers_from_now_on.clear()

    def work(pool: ThreadPoolExecutor) -> None:
        with use_cassette("refunds.yaml", record_mode="once"):
            pool.submit(refunds.get)
            refunds.is_asked.wait(5)

    with ThreadPoolExecutor(1) as pool:
        with pytest.raises(CassetteError) as caught:
            work(pool)
        refunds.answers_from_now_on.set()

    assert str(caught.value) == (
        "refunds.yaml: nothing was recorded: 1 of the requests had no answer yet\n"
        "  fix: wait for the program's threads inside of the block"
    )
    assert not Path("refunds.yaml").exists()


def test_a_file_that_another_process_wrote_meanwhile_is_left_alone(refunds: Refunds) -> None:
    @use_cassette("refunds.yaml", record_mode="once")
    def work() -> None:
        refunds.get()
        Path("refunds.yaml").write_text("theirs")

    with pytest.raises(CassetteError) as caught:
        work()

    assert str(caught.value) == (
        "refunds.yaml: it was changed by another process while this one recorded; what is there was left alone\n"
        "  fix: record one after the other"
    )
    assert Path("refunds.yaml").read_text() == "theirs"


def test_a_symbolic_link_is_not_written_through(refunds: Refunds, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text("kept")
    Path("refunds.yaml").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(CassetteError) as caught, use_cassette("refunds.yaml", record_mode="rewrite"):
        refunds.get()

    assert caught.value.what == "a symbolic link, not a file"
    assert (tmp_path / "elsewhere").read_text() == "kept"


def test_a_file_that_cannot_be_written_is_told_without_a_contract(refunds: Refunds) -> None:
    Path("taken").write_text("")

    with pytest.raises(CassetteError) as caught, use_cassette("taken/refunds.yaml", record_mode="rewrite"):
        refunds.get()

    assert str(caught.value) == (
        "taken/refunds.yaml: cannot be written: File exists; what was there before is unchanged\n"
        "  fix: make room, or the folder writable; record it again"
    )


def test_a_path_that_names_no_file_is_refused() -> None:
    with pytest.raises(ContractError) as caught:
        use_cassette("")

    assert str(caught.value) == "'' names no file\n  fix: name the cassette: use_cassette(\"refund.yaml\")"


def test_a_thread_that_outlived_one_cassette_opens_the_next(refunds: Refunds) -> None:
    with use_cassette("refunds.yaml", record_mode="once"):
        refunds.get()

    @use_cassette("refunds.yaml")
    def replayed() -> Any:
        return refunds.get()

    with ThreadPoolExecutor(1) as pool:
        with use_cassette("refunds.yaml"):
            first = pool.submit(refunds.get).result()
        assert pool.submit(replayed).result() == first


def test_one_provider_answers_at_a_time(refunds: Refunds) -> None:
    with activated(Answers()), pytest.raises(CassetteError) as caught, use_cassette("refunds.yaml", "once"):
        pytest.fail("the block was run")

    assert str(caught.value) == (
        "refunds.yaml: it cannot be opened: another cassette, or a contract, answers requests in this process\n"
        "  fix: open one after the other, or put all in one file"
    )
    assert current() is None


# --- forms -------------------------------------------------------------------------------------------------------


def test_it_decorates_functions_and_coroutine_functions(refunds: Refunds) -> None:
    @use_cassette("refunds.yaml", record_mode="once")
    def plain(path: str) -> Any:
        return refunds.get(path)

    @use_cassette("refunds.yaml", record_mode="once")
    async def asynchronous(path: str) -> Any:
        async with httpx.AsyncClient() as client:
            return (await client.get(refunds.url + path)).json()

    assert plain("/a") == asyncio.run(asynchronous("/a")) == plain("/a")
    assert (refunds.asked, asynchronous.__name__) == (["/a"], "asynchronous")


def test_it_is_an_async_context_manager(refunds: Refunds) -> None:
    async def work() -> Any:
        async with use_cassette("refunds.yaml", record_mode="once"), httpx.AsyncClient() as client:
            return (await client.get(refunds.url)).json()

    assert asyncio.run(work()) == asyncio.run(work())
    assert refunds.asked == ["/"]


def test_a_generator_or_a_class_is_not_decorated() -> None:
    with pytest.raises(ContractError) as generator:

        @use_cassette("refunds.yaml")
        def pages() -> Iterator[int]:
            yield 1

    with pytest.raises(ContractError) as whole_class:

        @use_cassette("refunds.yaml")
        class TestRefunds:
            pass

    fix = "write `with use_cassette(…):` inside of it, or decorate each of its methods"
    assert generator.value.what.endswith(".pages is a generator, which a cassette cannot be open around")
    assert whole_class.value.what.endswith(".TestRefunds is a class, which a cassette cannot be open around")
    assert generator.value.fix == whole_class.value.fix == fix


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    with moto_server() as url:
        yield url


def test_boto3_is_recorded_and_replayed_without_credentials(
    moto: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "placeholder")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")

    def work() -> tuple[list[str], bytes]:
        s3 = boto3.Session().client("s3")
        names = [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]
        return names, s3.get_object(Bucket="devctl-artifacts", Key="releases/latest.txt")["Body"].read()

    with monkeypatch.context() as there, use_cassette("s3.yaml", record_mode="once"):
        there.setenv("AWS_ENDPOINT_URL", moto)
        recorded = work()
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name)

    with use_cassette("s3.yaml") as cassette:
        replayed = work()

    assert replayed == recorded
    assert cassette.all_played
    assert "https://s3.us-east-1.amazonaws.com/" in Path("s3.yaml").read_text()


def test_boto3_with_other_parameters_is_refused(moto: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "placeholder")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "placeholder")
    with use_cassette("s3.yaml", record_mode="once"):
        boto3.client("s3", endpoint_url=moto, region_name="us-east-1").head_bucket(Bucket="devctl-artifacts")

    with pytest.raises(NoMatchError) as caught, use_cassette("s3.yaml"):
        boto3.client("s3").head_bucket(Bucket="other")

    assert caught.value.what.splitlines()[0] == "nothing recorded for s3.HeadBucket"


# --- inside pytest -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("asked", "sent"), [("none", []), ("rewrite", ["/refunds/7"])])
def test_a_record_mode_on_pytests_command_line_wins(asked: Any, sent: list[str], refunds: Refunds) -> None:
    record_mode.begin_run(asked)
    try:
        with suppress(CassetteMissingError), use_cassette("refunds.yaml", record_mode="once" if not sent else "none"):
            refunds.get()
    finally:
        record_mode.end_run()

    assert refunds.asked == sent
    with use_cassette("other.yaml", record_mode="once") as cassette:
        assert cassette.record_mode == "once"


def test_pytest_hands_its_command_line_on(server: Refunds, pytester: pytest.Pytester) -> None:
    pytester.makepyfile("""
        from pactproof import record_mode

        def test_it():
            assert record_mode.asked_on_command_line() == "none"
    """)

    asked = pytester.runpytest_inprocess("-p", "no:cacheprovider", "-p", "no:asyncio", "--record-mode=none")

    asked.assert_outcomes(passed=1)
    assert record_mode.asked_on_command_line() is None
