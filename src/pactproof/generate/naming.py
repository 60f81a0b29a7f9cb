"""What the name of a member says about it: whether a program that reads the answer is likely to need it.

Both sources that choose a sensible minimum, the vendor's document and a recording, choose by this.
"""

from __future__ import annotations

import re
from enum import IntEnum

from pactproof.generate.words import words_of


class Importance(IntEnum):
    """How likely a program reads a member of this name; a greater one first."""

    REST = 0
    URL = 1
    TIME = 2
    STATE = 3
    NAME = 4
    REFERENCE = 5  # another thing's identifier: user_id, projectKey
    IDENTIFIER = 6  # its own: id, uid, key, number


_IDENTIFIERS = frozenset(["id", "uid", "uuid", "guid", "iid", "key", "arn", "sha", "number", "ts"])
_NAMES = frozenset(
    ["name", "names", "title", "summary", "login", "username", "slug", "label", "subject", "message", "text", "email"]
)
_STATES = frozenset((
    "state", "status", "type", "kind", "phase", "severity", "priority", "urgency", "health", "ok", "enabled",
    "disabled", "active", "archived", "draft", "locked", "merged", "private", "resolved", "closed", "open",
    "more", "conclusion", "result", "resolution", "level", "mode", "role", "visibility", "version",
    "revision", "ref", "branch", "truncated",
))  # fmt: skip
_TIMES = frozenset(["at", "date", "time", "timestamp", "datetime", "on", "since", "until", "day"])
_TIME_WHOLES = frozenset(
    ["created", "updated", "modified", "started", "finished", "expires", "due", "when", "start", "end"]
)
_URLS = frozenset(["url", "urls", "uri", "uris", "link", "links", "href", "self", "permalink", "endpoint", "avatar"])
_FLAG_STARTS = frozenset(["is", "has"])
_DATA = re.compile(r"^[0-9]|[^\w@$-]")  # a key that is data itself, app.kubernetes.io/name, and no member's name


def importance(key: str) -> Importance:
    """How likely a program reads the member `key`, whatever spelling the API has: created_at, createdAt, created-at."""
    parts = words_of(key)
    if not parts or _DATA.search(key):
        return Importance.REST
    last, is_whole = parts[-1], len(parts) == 1
    if last in _IDENTIFIERS:
        return Importance.IDENTIFIER if is_whole else Importance.REFERENCE
    if last in _NAMES:
        return Importance.NAME
    if last in _URLS:
        return Importance.URL
    if last in _TIMES or (is_whole and last in _TIME_WHOLES):
        return Importance.TIME
    if last in _STATES or parts[0] in _FLAG_STARTS:
        return Importance.STATE
    return Importance.REST
