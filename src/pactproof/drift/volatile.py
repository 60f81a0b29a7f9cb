"""Values without what differs between any two answers: times, request ids, counters, cursors, and a recording's params.

Two values that come out equal here are no drift. Only values are looked at: a date that becomes a number has another
type, which is told elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from pactproof.interaction import Json
from pactproof.placeholder import PLACEHOLDER

_TIME: Final = re.compile(
    r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?\s*(?:Z|UTC|[+-]\d{2}:?\d{2})?)?"  # ISO 8601
    r"|\d{8}T\d{6}Z"  # its basic form, as in X-Amz-Date
    r"|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? \d{1,2}[ -][A-Z][a-z]{2}[ -]\d{2,4} \d{2}:\d{2}:\d{2}.*"  # RFC 9110
    r"|1\d{9}(?:\d{3})?(?:\.\d+)?"  # seconds or milliseconds since 1970, from 2001 to 2033
)
_TIME_INSIDE: Final = re.compile(
    r"(?<!\d)\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?(?!\d)"
)
_IN_QUERY: Final = re.compile(r"(?P<name>(?<=[?&])[\w.%-]+)=[^&#\s\"'<>]*")
_UUID: Final = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_EPOCH_S, _EPOCH_MS = (1_000_000_000, 2_000_000_000), (1_000_000_000_000, 2_000_000_000_000)

# Names in lower case, without what parts their words.
_NAME: Final = re.compile(
    r"(?:request|trace|span|correlation|invocation|operation)id2?$|^xamzid2$|^traceparent$|nonce$|etag$"
    r"|cursor|(?:next|prev|previous|page|sync|continuation|resume)token$|marker$|^(?:next|prev|previous)(?:page|url|link)?$"
    r"|ratelimit|(?:quota|calls|requests)(?:left|remaining|used)$|^(?:remaining|retryafter|reset)$"
    r"|resourceversion$|^xamz(?:date|expires|credential)$"
    r"|^(?:date|age|expires|lastmodified|took|elapsed|duration|uptime|servertime|timestamp|now)(?:ms|s)?$|^link$"
)


class Masking:
    """Masks the values of one recording. `params` are those that the other recording has other values for."""

    def __init__(self, params: Mapping[str, Json]) -> None:
        scalars = {name: value for name, value in params.items() if isinstance(value, str | int | float)}
        texts = {str(value): name for name, value in scalars.items() if str(value)}
        self._texts = texts
        listed = "|".join(map(re.escape, sorted(texts, key=len, reverse=True)))  # the longest first
        self._inside = re.compile(rf"(?<![\w-])(?:{listed})(?![\w-])") if texts else None

    def masked(self, name: str, value: Json) -> Json:
        """`value`, a scalar below the member or header `name`, or a placeholder that equals that of another answer."""
        if isinstance(value, bool | bytes) or value is None:
            return value
        if is_volatile_name(name):
            return "<volatile>"
        if isinstance(value, int | float):
            is_epoch = any(least <= value < most for least, most in (_EPOCH_S, _EPOCH_MS))
            param = self._texts.get(str(value))
            return "<time>" if is_epoch else f"{{{param}}}" if param else value
        if _TIME.fullmatch(value.strip()):
            return "<time>"
        text = _UUID.sub("<uuid>", _IN_QUERY.sub(_masked_field, self._without_params(value)))
        return PLACEHOLDER.sub("<redacted>", _TIME_INSIDE.sub("<time>", text))

    def _without_params(self, text: str) -> str:
        if self._inside is None:
            return text
        return self._inside.sub(lambda found: f"{{{self._texts[found[0]]}}}", text)


def _masked_field(found: re.Match[str]) -> str:
    """A field of a URL's query, "cursor=<volatile>" where its name says so."""
    return f"{found['name']}=<volatile>" if is_volatile_name(found["name"]) else found[0]


def is_volatile_name(name: str) -> bool:
    """Whether what is called so has another value in every answer: X-Request-Id, nextCursor."""
    return _NAME.search(re.sub(r"[^a-z0-9]", "", name.lower())) is not None


def differing(one: Mapping[str, Json], other: Mapping[str, Json]) -> frozenset[str]:
    """The names whose values are not the same in both."""
    return frozenset(name for name in one.keys() & other.keys() if one[name] != other[name])
