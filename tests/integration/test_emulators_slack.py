"""The Slack emulator behaves as Slack does: refusals with status 200, pages by cursor, messages that can be deleted."""

from __future__ import annotations

import secrets
import ssl
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from tests.emulators.slack import SlackEmulator
from tests.integration.vendor_documents import faults, response_pointer

TOKEN = secrets.token_hex(20)
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # httpx would load the system's certificates for every client
JSON = {"Content-Type": "application/json; charset=utf-8"}
DEPLOYS = "C04RDEPLOYS"


@pytest.fixture
def emulator() -> Iterator[SlackEmulator]:
    with SlackEmulator(TOKEN) as running:
        yield running


@pytest.fixture
def slack(emulator: SlackEmulator) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with httpx.Client(base_url=emulator.url, headers=headers, trust_env=False, verify=NO_TLS) as client:
        yield client


def word(response: httpx.Response) -> str:
    """What Slack calls the refusal."""
    body = response.json()
    assert (response.status_code, body["ok"]) == (200, False)
    return str(body["error"])


def test_a_wrong_token_is_refused_with_status_200(slack: httpx.Client) -> None:
    wrong = slack.get("/conversations.list", headers={"Authorization": "Bearer another"})
    del slack.headers["Authorization"]
    none = slack.get("/conversations.list")

    assert (word(wrong), word(none)) == ("invalid_auth", "not_authed")
    pointer = response_pointer("slack.json", "GET", "/conversations.list", "default")
    assert pointer
    assert faults("slack.json", pointer, wrong.json()) == faults("slack.json", pointer, none.json()) == []


def test_a_method_that_is_not_there_is_unknown_with_and_without_a_token(slack: httpx.Client) -> None:
    known = slack.get("/api.nowhere")
    del slack.headers["Authorization"]
    unknown = slack.get("/api.nowhere")

    expected = {"ok": False, "error": "unknown_method", "req_method": "api.nowhere"}
    assert (known.json(), unknown.json()) == (expected, expected)


def test_the_rate_limit_alone_has_a_status_of_its_own(slack: httpx.Client) -> None:
    slack.post("/__emulator__/rate-limit", json={"remaining_requests": 1})

    first, second = (slack.get("/conversations.list") for _ in range(2))

    assert (first.status_code, first.json()) == (429, {"ok": False, "error": "ratelimited"})
    assert first.headers["retry-after"] == "30"
    assert second.json()["ok"] is True


def test_pages_follow_their_cursor_and_the_last_one_is_empty(slack: httpx.Client) -> None:
    names, cursor = [], None
    while cursor != "":
        params = {"types": "public_channel,private_channel", "limit": "2", "cursor": cursor or ""}
        page = slack.get("/conversations.list", params=params).json()
        names.append([channel["name"] for channel in page["channels"]])
        cursor = page["response_metadata"]["next_cursor"]

    assert names == [
        ["deploys", "everyone"],
        ["war-room-2025", "on-call"],
        ["payments-risk", "with-the-acquirer"],
    ]


def test_the_archived_are_left_out_of_a_page_that_is_cut_already(slack: httpx.Client) -> None:
    page = slack.get("/conversations.list", params={"limit": "3", "exclude_archived": "true"}).json()

    assert [channel["name"] for channel in page["channels"]] == ["deploys", "everyone"]
    assert page["response_metadata"]["next_cursor"]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"types": "channels"}, "invalid_types"),
        ({"limit": "0"}, "invalid_limit"),
        ({"limit": "1000"}, "invalid_limit"),
        ({"cursor": "bm90aGluZw=="}, "invalid_cursor"),
        ({"cursor": "!"}, "invalid_cursor"),
    ],
    ids=["types", "no limit", "high limit", "foreign cursor", "no base64"],
)
def test_arguments_that_cannot_be_are_refused(slack: httpx.Client, arguments: dict[str, str], expected: str) -> None:
    assert word(slack.get("/conversations.list", params=arguments)) == expected


def test_channels_differ_in_what_they_tell(slack: httpx.Client) -> None:
    channels = slack.get("/conversations.list", params={"types": "public_channel,private_channel"}).json()["channels"]

    assert {"num_members" in channel for channel in channels} == {True, False}
    assert {bool(channel["topic"]["value"]) for channel in channels} == {True, False}
    assert {"connected_team_ids" in channel for channel in channels} == {True, False}
    assert {(channel["is_private"], channel["is_archived"]) for channel in channels} >= {(True, False), (False, True)}


@pytest.mark.parametrize("as_json", [True, False], ids=["json", "form"])
def test_a_message_is_in_the_history_until_it_is_deleted(
    slack: httpx.Client, emulator: SlackEmulator, as_json: bool
) -> None:
    def send(method: str, arguments: dict[str, str]) -> Any:
        if as_json:
            return slack.post(method, json=arguments, headers=JSON).json()
        return slack.post(method, data=arguments).json()

    before = emulator.contents()
    posted = send("/chat.postMessage", {"channel": DEPLOYS, "text": "devctl 2.3.1 is out"})
    newest = slack.get("/conversations.history", params={"channel": DEPLOYS, "limit": "1"}).json()
    older = {"channel": DEPLOYS, "oldest": posted["ts"]}
    newer = slack.get("/conversations.history", params=older).json()
    deleted = send("/chat.delete", {"channel": DEPLOYS, "ts": posted["ts"]})

    assert newest["messages"] == [posted["message"]]
    assert newest["has_more"] is True
    assert newer["messages"] == []  # `oldest` itself is left out
    assert deleted == {"ok": True, "channel": DEPLOYS, "ts": posted["ts"]}
    assert emulator.contents() == before


@pytest.mark.parametrize(
    ("method", "arguments", "expected"),
    [
        ("chat.postMessage", {"channel": "C0NOTHERE", "text": "lost"}, "channel_not_found"),
        ("chat.postMessage", {"channel": "C05OLDWAR22", "text": "late"}, "is_archived"),
        ("chat.postMessage", {"channel": "C09ONCALL7K", "text": "hello"}, "not_in_channel"),
        ("chat.postMessage", {"channel": DEPLOYS}, "no_text"),
        ("chat.delete", {"channel": "C0NOTHERE", "ts": "1795161605.000729"}, "channel_not_found"),
        ("chat.delete", {"channel": DEPLOYS, "ts": "1795161605.000730"}, "message_not_found"),
        ("chat.delete", {"channel": DEPLOYS, "ts": "1795164330.112049"}, "cant_delete_message"),
    ],
    ids=["no channel", "archived", "no member", "no text", "delete elsewhere", "no message", "of somebody else"],
)
def test_what_cannot_be_written_is_refused_in_slacks_word(
    slack: httpx.Client, method: str, arguments: dict[str, str], expected: str
) -> None:
    assert word(slack.post(f"/{method}", json=arguments, headers=JSON)) == expected


def test_a_json_body_without_a_charset_is_taken_with_a_warning(slack: httpx.Client) -> None:
    answer = slack.post("/chat.postMessage", json={"channel": DEPLOYS, "text": "hello"}).json()

    assert answer["ok"] is True
    assert answer["warning"] == "missing_charset"
    assert answer["response_metadata"] == {"warnings": ["missing_charset"]}


def test_a_body_that_is_no_json_has_no_arguments(slack: httpx.Client) -> None:
    assert word(slack.post("/chat.postMessage", content="{", headers=JSON)) == "channel_not_found"
