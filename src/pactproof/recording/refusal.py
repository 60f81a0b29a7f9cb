"""Answers that refuse a recording: credentials that are not taken, and pages to sign in where data is promised."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin, urlsplit

from pactproof.interaction import Response
from pactproof.recording.patience import BUSY
from pactproof.transport import origin

_REFUSED: Final = frozenset({401, 403})
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_WEB_PAGES: Final = frozenset({"text/html", "application/xhtml+xml"})
_PAGE_START: Final = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+html|html)\b", re.IGNORECASE)
# Hosts and paths that people sign in at: "login.example.com", "/users/sign_in", "/sso/saml", "/oauth2/authorize".
_SIGN_IN: Final = re.compile(
    r"(?:^|[/._-])(?:log[-_]?in|sign[-_]?in|sso|saml2?|oauth2?|openid|oidc|auth|authorize|authenticate|accounts|idp|adfs|auth0|okta)"
    r"(?:$|[/._?-])",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Promised:
    """What a scenario promises of its answers as a whole, as far as a refusal is told from an answer by it.

    statuses: of every answer; None where the contract leaves them open
    is_json:  JSON is among the answers, and no web page
    """

    statuses: frozenset[int] | None = None
    is_json: bool = False

    def has(self, status: int) -> bool:
        return self.statuses is None or status in self.statuses


def is_busy(response: Response, promised: Promised) -> bool:
    """Whether it is worth to ask again: the provider says so, and nobody promised that it would."""
    return response.status in BUSY and not promised.has(response.status)


def auth_refusal(response: Response, url: str, promised: Promised) -> str:
    """What an answer says that refuses the credentials of the recording; "" where it does not.

    url: where the request really went
    """
    if response.status in _REFUSED and not promised.has(response.status):
        return f"answered {response.status}"
    if response.status in _REDIRECTS and not promised.has(response.status):
        target = urljoin(url, response.headers.get("location"))
        return f"sent on to {_place(target)}, to sign in" if _is_for_signing_in(target, url) else ""
    if 200 <= response.status < 300 and promised.is_json and _is_page(response):
        return f"answered {response.status} with a web page, as for signing in, where JSON is promised"
    return ""


def _is_page(response: Response) -> bool:
    return response.content_type in _WEB_PAGES or bool(_PAGE_START.match(response.body[:200]))


def _is_for_signing_in(target: str, url: str) -> bool:
    """Whether a redirect leads to a page to sign in, and not from one such place to another."""
    parts = urlsplit(target)
    if origin(target) != origin(url) and _SIGN_IN.search(parts.hostname or ""):
        return True
    return bool(_SIGN_IN.search(parts.path)) and not _SIGN_IN.search(urlsplit(url).path)


def _place(url: str) -> str:
    return f"{origin(url)}{urlsplit(url).path}"  # without its query, which may hold what nobody should see
