"""Slack: channels and messages, over its Web API."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, Literal

import httpx
from pydantic import TypeAdapter

from devctl.clients.http import JsonClient, QueryParams, VendorModel, text_at
from devctl.errors import ApiError, Forbidden, NotFound, RateLimited, Unauthorized

SLACK_API = "https://slack.com/api"

ChannelType = Literal["public_channel", "private_channel"]

# Without the charset Slack adds a warning to every answer. https://docs.slack.dev/apis/web-api
_JSON = {"Content-Type": "application/json; charset=utf-8"}

# Slack's word for what went wrong comes with status 200; these mean what HTTP has a status for.
_UNAUTHORIZED = frozenset({"not_authed", "invalid_auth", "account_inactive", "token_revoked", "token_expired"})
_FORBIDDEN = frozenset(
    {"missing_scope", "access_denied", "no_permission", "not_allowed_token_type", "not_in_channel", "restricted_action"}
)
_RATE_LIMITED = frozenset({"ratelimited", "rate_limited"})


class Text(VendorModel):
    """A channel's topic; `value` is empty where nobody has set it."""

    value: str


class Channel(VendorModel):
    """One channel. `name` is without the "#"."""

    id: str
    name: str
    is_private: bool
    is_archived: bool
    is_member: bool | None = None
    num_members: int | None = None
    topic: Text


class PostedMessage(VendorModel):
    """Where a message went: the channel's id, and `ts`, which is the message's id within it ("1503435956.000247")."""

    channel: str
    ts: str


class _Cursor(VendorModel):
    next_cursor: str = ""


class _ChannelPage(VendorModel):
    channels: list[Channel]
    response_metadata: _Cursor = _Cursor()


_CHANNELS = TypeAdapter(_ChannelPage)
_POSTED = TypeAdapter(PostedMessage)


class SlackClient(JsonClient):
    """A bot's view of one workspace; `JsonClient` says what may be raised.

    Slack refuses with status 200 and `ok: false`; that is raised as any other refusal, with Slack's word as message.
    """

    service: ClassVar[str] = "slack"

    def __init__(self, *, token: str, base_url: str = SLACK_API, timeout_s: float = 10.0) -> None:
        super().__init__(base_url=base_url, token=token, timeout_s=timeout_s)

    def post_message(self, channel: str, text: str) -> PostedMessage:
        """Write `text`, in Slack's mrkdwn, to the channel with this id; raises NotFound."""
        body = {"channel": channel, "text": text}
        return self._read(self._send("POST", "/chat.postMessage", body=body, headers=_JSON), _POSTED)

    def list_channels(
        self,
        types: Sequence[ChannelType] = ("public_channel",),
        *,
        exclude_archived: bool = True,
        page_size: int = 200,
    ) -> list[Channel]:
        """Every channel of these types, `page_size` (at most 999) in one request."""
        params = [
            ("types", ",".join(types)),
            ("exclude_archived", "true" if exclude_archived else "false"),
            ("limit", page_size),
        ]
        return [channel for page in self._pages(params) for channel in page.channels]

    def _pages(self, params: QueryParams) -> Iterator[_ChannelPage]:
        cursor, seen = "", {""}
        while True:
            at = [("cursor", cursor)] if cursor else []
            response = self._send("GET", "/conversations.list", params=[*params, *at])
            page = self._read(response, _CHANNELS)
            yield page
            cursor = page.response_metadata.next_cursor
            if not cursor:  # empty at the end; a page without channels is not the end
                return
            if cursor in seen:
                raise self._unreadable(response, "its next page is one that was read already")
            seen.add(cursor)

    def _send(
        self,
        method: str,
        url: str,
        *,
        params: QueryParams = (),
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        response = super()._send(method, url, params=params, body=body, headers=headers)
        if self._is_refused(response):
            raise _refusal(response.status_code, self._words(response), response.json().get("error"))
        return response

    def _is_refused(self, response: httpx.Response) -> bool:
        try:
            body = response.json()
        except ValueError:  # `_read` says what it is instead
            return False
        return isinstance(body, Mapping) and body.get("ok") is False

    def _vendor_message(self, body: object) -> str | None:
        word, needed = text_at(body, "error") or "no error named", text_at(body, "needed")
        return f"{word} (needs {needed})" if needed else word


def _refusal(status: int, message: str, word: object) -> ApiError:
    if word in _UNAUTHORIZED:
        return Unauthorized("slack", status, message)
    if word in _FORBIDDEN:
        return Forbidden("slack", status, message)
    if word in _RATE_LIMITED:
        return RateLimited("slack", status, message)
    if isinstance(word, str) and word.endswith("_not_found"):
        return NotFound("slack", status, message)
    return ApiError("slack", status, message)
