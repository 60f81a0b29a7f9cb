from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from tests.unit.devctl.vendor import Vendor

from devctl.clients import SlackClient
from devctl.clients.slack import Channel, PostedMessage, Text
from devctl.errors import (
    ApiError,
    Forbidden,
    NotFound,
    RateLimited,
    Unauthorized,
    UnreadableAnswerError,
)

LIST = "/conversations.list?types=public_channel&exclude_archived=true&limit=200"
GENERAL = {
    "id": "C012AB3CDEF",
    "name": "general",
    "is_channel": True,
    "is_private": False,
    "is_archived": False,
    "is_member": True,
    "num_members": 4,
    "topic": {"value": "Company-wide", "creator": "", "last_set": 0},
}


@pytest.fixture
def slack(vendor: Vendor, token: str) -> Iterator[SlackClient]:
    with SlackClient(base_url=vendor.url, token=token) as client:
        yield client


def page(*names: str, cursor: str | None = None) -> dict[str, object]:
    found: dict[str, object] = {"ok": True, "channels": [{**GENERAL, "name": name} for name in names]}
    return found if cursor is None else {**found, "response_metadata": {"next_cursor": cursor}}


def test_a_message_is_sent_as_json_that_says_its_charset(vendor: Vendor, slack: SlackClient, token: str) -> None:
    posted = {"ok": True, "channel": "C012AB3CDEF", "ts": "1503435956.000247", "message": {"text": "é"}}
    vendor.answers("POST", "/chat.postMessage", posted)

    assert slack.post_message("C012AB3CDEF", "devctl déployé") == PostedMessage(
        channel="C012AB3CDEF", ts="1503435956.000247"
    )

    [asked] = vendor.asked
    assert asked.headers["Content-Type"] == "application/json; charset=utf-8"
    assert asked.headers["Authorization"] == f"Bearer {token}"
    assert json.loads(asked.body) == {"channel": "C012AB3CDEF", "text": "devctl déployé"}


def test_channels_are_read_with_what_is_used_of_them(vendor: Vendor, slack: SlackClient) -> None:
    vendor.answers("GET", LIST, {"ok": True, "channels": [GENERAL]})

    assert slack.list_channels() == [
        Channel(
            id="C012AB3CDEF",
            name="general",
            is_private=False,
            is_archived=False,
            is_member=True,
            num_members=4,
            topic=Text(value="Company-wide"),
        )
    ]


def test_a_channel_may_not_tell_its_members(vendor: Vendor, slack: SlackClient) -> None:
    shy = {key: value for key, value in GENERAL.items() if key not in ("is_member", "num_members")}
    vendor.answers("GET", LIST, {"ok": True, "channels": [shy]})

    [channel] = slack.list_channels()

    assert (channel.is_member, channel.num_members) == (None, None)


def test_pages_are_followed_by_cursor_until_it_is_empty_over_a_page_without_channels(
    vendor: Vendor, slack: SlackClient
) -> None:
    query = "/conversations.list?types=public_channel%2Cprivate_channel&exclude_archived=false&limit=2"
    vendor.answers("GET", query, page("a", "b", cursor="dGVhbTox="))
    vendor.answers("GET", f"{query}&cursor=dGVhbTox%3D", page(cursor="dGVhbToy="))
    vendor.answers("GET", f"{query}&cursor=dGVhbToy%3D", page("c", cursor=""))

    channels = slack.list_channels(("public_channel", "private_channel"), exclude_archived=False, page_size=2)

    assert [channel.name for channel in channels] == ["a", "b", "c"]
    assert vendor.targets == [query, f"{query}&cursor=dGVhbTox%3D", f"{query}&cursor=dGVhbToy%3D"]


def test_a_cursor_that_leads_back_is_not_followed_for_ever(vendor: Vendor, slack: SlackClient) -> None:
    vendor.answers("GET", LIST, page("a", cursor="again"))
    vendor.answers("GET", f"{LIST}&cursor=again", page("b", cursor="again"))

    with pytest.raises(UnreadableAnswerError) as caught:
        slack.list_channels()

    assert str(caught.value) == "slack answered 200: its next page is one that was read already"
    assert len(vendor.asked) == 2


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("channel_not_found", NotFound),
        ("thread_not_found", NotFound),
        ("invalid_auth", Unauthorized),
        ("not_authed", Unauthorized),
        ("token_revoked", Unauthorized),
        ("account_inactive", Unauthorized),
        ("not_in_channel", Forbidden),
        ("restricted_action", Forbidden),
        ("ratelimited", RateLimited),
        ("rate_limited", RateLimited),
        ("msg_too_long", ApiError),
        ("is_archived", ApiError),
    ],
)
def test_a_refusal_with_status_200_is_raised_by_its_kind_in_slacks_word(
    vendor: Vendor, slack: SlackClient, word: str, kind: type[ApiError]
) -> None:
    vendor.answers("POST", "/chat.postMessage", {"ok": False, "error": word})

    with pytest.raises(ApiError) as caught:
        slack.post_message("C012AB3CDEF", "hello")

    assert type(caught.value) is kind
    assert str(caught.value) == f"slack answered 200: {word}"


def test_a_missing_scope_is_named(vendor: Vendor, slack: SlackClient) -> None:
    refusal = {"ok": False, "error": "missing_scope", "needed": "channels:read", "provided": "chat:write"}
    vendor.answers("GET", LIST, refusal)

    with pytest.raises(Forbidden) as caught:
        slack.list_channels()

    assert str(caught.value) == "slack answered 200: missing_scope (needs channels:read)"


def test_a_refusal_without_a_word_is_an_error_all_the_same(vendor: Vendor, slack: SlackClient) -> None:
    vendor.answers("GET", LIST, {"ok": False})

    with pytest.raises(ApiError) as caught:
        slack.list_channels()

    assert str(caught.value) == "slack answered 200: no error named"


def test_the_rate_limit_says_how_long_to_wait(vendor: Vendor, slack: SlackClient) -> None:
    refusal = {"ok": False, "error": "ratelimited"}
    vendor.answers("POST", "/chat.postMessage", refusal, status=429, headers={"Retry-After": "30"})

    with pytest.raises(RateLimited) as caught:
        slack.post_message("C012AB3CDEF", "hello")

    assert caught.value.retry_after_s == 30.0
    assert str(caught.value) == "slack answered 429: ratelimited (try again in 30 s)"


@pytest.mark.parametrize("kind", ["xoxb", "xoxp"])
def test_a_token_of_slacks_form_that_is_echoed_is_not_shown(vendor: Vendor, kind: str) -> None:
    token = "-".join((kind, "2147483647", "just", "a", "test"))
    vendor.answers("GET", LIST, {"ok": False, "error": f"no_such_token {token}"})

    with SlackClient(base_url=vendor.url, token=token) as client, pytest.raises(ApiError) as caught:
        client.list_channels()

    assert str(caught.value) == "slack answered 200: no_such_token [token]"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("<html>Down for maintenance</html>", "not JSON (text/html)"),
        ({"ok": True, "channels": [{**GENERAL, "id": 7}]}, "channels.0.id: Input should be a valid string"),
        ([], "the answer: Input should be a valid dictionary or instance of _ChannelPage"),
    ],
    ids=["html", "wrong type", "list"],
)
def test_an_answer_that_is_not_as_documented_is_unreadable(
    vendor: Vendor, slack: SlackClient, body: object, told: str
) -> None:
    vendor.answers("GET", LIST, body)

    with pytest.raises(UnreadableAnswerError) as caught:
        slack.list_channels()

    before = "" if isinstance(body, str) else "not as documented: "
    assert str(caught.value) == f"slack answered 200: {before}{told}"


def test_the_path_of_the_base_url_stays_in_front(vendor: Vendor, token: str) -> None:
    vendor.answers("GET", f"/api{LIST}", page("a"))

    with SlackClient(base_url=f"{vendor.url}/api", token=token) as client:
        client.list_channels()

    assert vendor.targets == [f"/api{LIST}"]


def test_the_address_of_slack_itself_is_the_default(token: str) -> None:
    with SlackClient(token=token) as client:
        assert repr(client) == "SlackClient(base_url='https://slack.com/api/')"
