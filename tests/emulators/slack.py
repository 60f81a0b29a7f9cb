"""Slack's Web API as far as devctl uses it: channels, messages, and what takes a message back.

The emulator's address stands for https://slack.com/api: methods are right below it.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

from tests.emulators.server import Answer, Call, Emulator, Json, Route, digest, route

_TEAM, _BOT_USER = "T04QZ81LMWK", "U08DEVCTL5B"
_NOON = 1795176000  # 2026-11-20T12:00:00Z: messages are written from here on, one a minute
_BOT_PROFILE = {
    "id": "B07HX3N9QTC",
    "deleted": False,
    "name": "devctl",
    "updated": 1789984800,
    "app_id": "A05KD27VJEX",
    "icons": {
        f"image_{size}": f"https://a.slack-edge.com/80588/img/plugins/app/bot_{size}.png" for size in (36, 48, 72)
    },
    "team_id": _TEAM,
}


class SlackEmulator(Emulator):
    """One workspace as one bot sees it. Refusals have status 200 and `ok: false`, but for the rate limit's 429."""

    name = "slack"
    server_header = "Apache"

    def __init__(self, token: str) -> None:
        super().__init__(token)
        self._messages: dict[str, list[Json]] = {key: list(messages) for key, messages in _MESSAGES.items()}
        self._written = 0

    def contents(self) -> Json:
        """Every message by the id of its channel: what a write has changed, and an undo has brought back."""
        with self._lock:
            return {channel: list(messages) for channel, messages in self._messages.items()}

    def routes(self) -> Sequence[Route]:
        methods = {
            "conversations.list": self._list_channels,
            "conversations.history": self._history,
            "chat.postMessage": self._post_message,
            "chat.delete": self._delete_message,
        }
        return [route(verb, f"/{name}", method) for name, method in methods.items() for verb in ("GET", "POST")]

    def is_authorized(self, call: Call) -> bool:
        # A method that does not exist is said to be unknown before a token is looked at.
        return call.headers.get("authorization") == f"Bearer {self.token}" or not self._has_method(call)

    def unauthorized(self, call: Call) -> Answer:
        return _refused("invalid_auth" if call.headers.get("authorization") else "not_authed")

    def not_found(self, call: Call) -> Answer:
        return Answer(200, {"ok": False, "error": "unknown_method", "req_method": call.path.strip("/")})

    def rate_limited(self, call: Call, kind: str) -> Answer:
        return Answer(429, {"ok": False, "error": "ratelimited"}, (("Retry-After", "30"),))

    def common_headers(self, request_number: int) -> Sequence[tuple[str, str]]:
        return (
            ("Content-Type", "application/json; charset=utf-8"),
            ("Cache-Control", "private, no-cache, no-store, must-revalidate"),
            ("Pragma", "no-cache"),
            ("Access-Control-Allow-Origin", "*"),
            ("Referrer-Policy", "no-referrer"),
            ("Strict-Transport-Security", "max-age=31536000; includeSubDomains; preload"),
            ("Vary", "Accept-Encoding"),
            ("X-Content-Type-Options", "nosniff"),
            ("X-Oauth-Scopes", "channels:history,channels:read,chat:write,groups:read"),
            ("X-Slack-Req-Id", digest("slack", request_number, length=32)),
            ("X-Xss-Protection", "0"),
        )

    def _has_method(self, call: Call) -> bool:
        return any(known.pattern.fullmatch(call.path) for known in self._routes)

    def _list_channels(self, call: Call) -> Answer:
        arguments = _arguments(call)
        types = {kind.strip() for kind in arguments.get("types", "public_channel").split(",")}
        if not types <= {"public_channel", "private_channel", "mpim", "im"}:
            return _refused("invalid_types")
        start, limit = _decoded(arguments.get("cursor", "")), _number(arguments.get("limit", "100"))
        if start is None:
            return _refused("invalid_cursor")
        if limit is None:
            return _refused("invalid_limit")
        found = [channel for channel in _CHANNELS if _kind(channel) in types]
        page, rest = found[start : start + limit], found[start + limit :]
        # Slack cuts the page first and then leaves the archived out of it: a page can be short, even empty.
        shown = [channel for channel in page if not (_truth(arguments, "exclude_archived") and channel["is_archived"])]
        cursor = _encoded(start + limit) if rest else ""
        return Answer(200, {"ok": True, "channels": shown, "response_metadata": {"next_cursor": cursor}})

    def _history(self, call: Call) -> Answer:
        arguments = _arguments(call)
        channel = _channel(arguments.get("channel", ""))
        limit = _number(arguments.get("limit", "100"))
        if channel is None:
            return _refused("channel_not_found")
        if limit is None:
            return _refused("invalid_limit")
        with self._lock:
            newest_first = self._messages[channel["id"]][::-1]
        found = [message for message in newest_first if float(message["ts"]) > float(arguments.get("oldest") or 0)]
        body = {
            "ok": True,
            "messages": found[:limit],
            "has_more": len(found) > limit,
            "pin_count": 0,
            "channel_actions_ts": None,
            "channel_actions_count": 0,
        }
        return Answer(200, body)

    def _post_message(self, call: Call) -> Answer:
        arguments = _arguments(call)
        channel, text = _channel(arguments.get("channel", "")), arguments.get("text", "")
        if channel is None:
            return _refused("channel_not_found")
        if channel["is_archived"]:
            return _refused("is_archived")
        if not channel["is_member"]:
            return _refused("not_in_channel")
        if not text:
            return _refused("no_text")
        with self._lock:
            self._written += 1
            ts = f"{_NOON + 60 * self._written}.{self._written * 100 + 19:06}"
            message = {
                "user": _BOT_USER,
                "type": "message",
                "ts": ts,
                "bot_id": _BOT_PROFILE["id"],
                "text": text,
                "team": _TEAM,
                "bot_profile": _BOT_PROFILE,
            }
            self._messages[channel["id"]].append(message)
        body = {"ok": True, "channel": channel["id"], "ts": ts, "message": message}
        return Answer(200, body | _charset_warning(call))

    def _delete_message(self, call: Call) -> Answer:
        arguments = _arguments(call)
        channel, ts = _channel(arguments.get("channel", "")), arguments.get("ts", "")
        if channel is None:
            return _refused("channel_not_found")
        with self._lock:
            messages = self._messages[channel["id"]]
            message = next((message for message in messages if message["ts"] == ts), None)
            if message is None:
                return _refused("message_not_found")
            if message.get("bot_id") != _BOT_PROFILE["id"]:
                return _refused("cant_delete_message")
            messages.remove(message)
        return Answer(200, {"ok": True, "channel": channel["id"], "ts": ts} | _charset_warning(call))


def _refused(word: str) -> Answer:
    return Answer(200, {"ok": False, "error": word})


def _arguments(call: Call) -> Mapping[str, str]:
    """A method's arguments: from the query, or from the body, a form or JSON as its content type says."""
    if call.headers.get("content-type", "").partition(";")[0] != "application/json":
        return dict(call.query) | dict(parse_qsl(call.body.decode()))
    try:
        body = call.json()
    except ValueError:
        body = None
    return {name: str(value) for name, value in body.items()} if isinstance(body, dict) else {}


def _charset_warning(call: Call) -> dict[str, Any]:
    if call.headers.get("content-type") != "application/json":
        return {}
    return {"warning": "missing_charset", "response_metadata": {"warnings": ["missing_charset"]}}


def _truth(arguments: Mapping[str, str], name: str) -> bool:
    return arguments.get(name, "").lower() in ("true", "1")


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and 0 < int(text) <= 999 else None


def _encoded(position: int) -> str:
    return base64.b64encode(f"next:{position:05}".encode()).decode()


def _decoded(cursor: str) -> int | None:
    """The position that a cursor stands for; None where this server never gave it out."""
    try:
        label, _, position = base64.b64decode(cursor, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    if not cursor:
        return 0
    return int(position) if label == "next" and position.isdecimal() else None


def _kind(channel: Json) -> str:
    return "private_channel" if channel["is_private"] else "public_channel"


def _channel(channel_id: str) -> Json | None:
    return next((channel for channel in _CHANNELS if channel["id"] == channel_id), None)


_INES, _TOMAS = "U03INESH7Q2", "U06TOKAF91X"
_NOBODY = {"value": "", "creator": "", "last_set": 0}


def _described(value: str, creator: str, last_set: int) -> dict[str, Any]:
    return {"value": value, "creator": creator, "last_set": last_set}


def _conversation(channel_id: str, name: str, created: int, creator: str, **more: Json) -> dict[str, Any]:
    common = {
        "id": channel_id,
        "name": name,
        "is_channel": True,
        "is_group": False,
        "is_im": False,
        "is_mpim": False,
        "is_private": False,
        "created": created,
        "is_archived": False,
        "is_general": False,
        "unlinked": 0,
        "name_normalized": name,
        "is_shared": False,
        "is_org_shared": False,
        "is_pending_ext_shared": False,
        "pending_shared": [],
        "creator": creator,
        "is_ext_shared": False,
        "shared_team_ids": [_TEAM],
        "pending_connected_team_ids": [],
        "is_member": True,
        "topic": _NOBODY,
        "purpose": _NOBODY,
        "previous_names": [],
    }
    return {**common, **more}


# The third is archived, the fifth private; the archived one and the shared one do not tell their members.
_CHANNELS = (
    _conversation(
        "C04RDEPLOYS",
        "deploys",
        1718000100,
        _INES,
        topic=_described("One line a deployment", _INES, 1718000420),
        purpose=_described("What went out, when, and by whom.", _INES, 1718000460),
        previous_names=["releases"],
        num_members=41,
    ),
    _conversation(
        "C02WELCOME9",
        "everyone",
        1701421200,
        _TOMAS,
        is_general=True,
        purpose=_described("Announcements for all of us.", _TOMAS, 1701421260),
        num_members=187,
    ),
    _conversation("C05OLDWAR22", "war-room-2025", 1741170000, _TOMAS, is_archived=True, is_member=False),
    _conversation(
        "C09ONCALL7K",
        "on-call",
        1730894400,
        _INES,
        topic=_described("First line: Ines, second line: Tomas", _TOMAS, 1794787200),
        is_member=False,
        num_members=9,
    ),
    _conversation(
        "C07PAYRISK3",
        "payments-risk",
        1733140800,
        _INES,
        is_private=True,
        purpose=_described("Chargebacks and fraud.", _INES, 1733140860),
        num_members=5,
    ),
    _conversation(
        "C08ACQUIRER",
        "with-the-acquirer",
        1752566400,
        _TOMAS,
        is_shared=True,
        is_ext_shared=True,
        conversation_host_id=_TEAM,
        internal_team_ids=[_TEAM],
        connected_team_ids=["T0ACQUIRER1"],
        is_member=False,
    ),
)


def _message(ts: str, user: str, text: str, **more: Json) -> dict[str, Any]:
    return {"user": user, "type": "message", "ts": ts, "text": text, "team": _TEAM, **more}


_MESSAGES: Mapping[str, Sequence[Json]] = {
    **{channel["id"]: () for channel in _CHANNELS},
    "C04RDEPLOYS": (
        _message(
            "1795080720.004519",
            _INES,
            "ledger-jobs 1.8.0 is out",
            reactions=[
                {"name": "tada", "users": [_TOMAS], "count": 1},
            ],
        ),
        _message("1795161605.000729", _BOT_USER, "devctl 2.3.0 deployed", bot_id=_BOT_PROFILE["id"]),
        _message("1795164330.112049", _TOMAS, "rolled back, see on-call"),
    ),
}
