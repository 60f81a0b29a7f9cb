"""Which headers are stored: of a request those that are named, of a response all but what a rule drops."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

KEPT_REQUEST_HEADERS: Final = frozenset({"accept", "content-type", "x-amz-target", "x-github-api-version"})


@dataclass(frozen=True, slots=True)
class HeaderRule:
    """Response headers that are not stored. `pattern` matches the whole name, in lower case."""

    id: str
    pattern: re.Pattern[str]


DROPPED_RESPONSE_HEADERS: Final = (
    HeaderRule("cookie", re.compile(r"set-cookie2?")),
    HeaderRule("credential", re.compile(r"(proxy-)?authorization|authentication-info|.*(auth-token|api-?key|secret)")),
    HeaderRule(
        "hop-by-hop",
        re.compile(r"connection|keep-alive|proxy-(authenticate|connection)|te|trailers?|transfer-encoding|upgrade"),
    ),
    HeaderRule(
        "clock", re.compile(r"date|age|expires|x-runtime|x-response-time|x-confluence-request-time|server-timing")
    ),
    HeaderRule(
        "request-id",
        re.compile(
            r"x-amz-request-id|x-amz-id-2|x-amzn-requestid|x-amzn-trace-id|x-amz-cf-(id|pop)|x-github-request-id"
            r"|x-request-id|x-correlation-id|x-slack-(req|unique)-id|cf-ray|x-served-by|x-timer|nel|report-to|via"
            r"|atl-traceid|atl-request-id|x-arequestid"
        ),
    ),
    HeaderRule("account", re.compile(r"x-aaccountid|x-ausername")),  # of whoever records: Atlassian sends it back
)

_OPENS_SOMETHING: Final = re.compile(
    r"cookie2?|.*(authori[sz]ation|(^|-)auth(-|$)|token|api-?key|access-?key|secret|passw|credential|signature|session).*"
)
"""Request headers that are never stored, promised or not."""


@lru_cache(maxsize=1024)
def dropped_by(name: str) -> str | None:
    """The rule that drops a response header of this name."""
    return next((rule.id for rule in DROPPED_RESPONSE_HEADERS if rule.pattern.fullmatch(name.lower())), None)


def is_unstorable_request_header(name: str) -> bool:
    """Whether a request header of this name carries credentials, or speaks of the connection alone."""
    return _OPENS_SOMETHING.fullmatch(name.lower()) is not None or is_unstorable_response_header(name)


def is_unstorable_response_header(name: str) -> bool:
    """Whether a response header of this name is dropped whatever a contract promises."""
    return dropped_by(name) in {"cookie", "credential", "hop-by-hop"}
