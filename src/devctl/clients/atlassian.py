"""What Jira and Confluence share: how Atlassian wants its users to sign in."""

from __future__ import annotations

from base64 import b64encode

from devctl.clients.http import JsonClient
from devctl.errors import UnusableTokenError


class AtlassianClient(JsonClient):
    """Base of the clients of Atlassian's cloud; `JsonClient` says what may be raised.

    base_url: the site, "https://acme.atlassian.net"
    token:    an API token of `user`, or an OAuth 2.0 access token
    user:     the e-mail address of the account that the API token belongs to; None sends the token as a bearer.
              It goes into the Authorization header and nowhere else

    A site may answer 404 in the place of 403: it does not tell what an account may not see.
    Source: https://developer.atlassian.com/cloud/jira/platform/basic-auth-for-rest-apis/
    """

    def __init__(self, *, base_url: str, token: str, user: str | None = None, timeout_s: float = 10.0) -> None:
        if user is not None:
            _check_user(self.service, user)
        super().__init__(base_url=base_url, token=token, timeout_s=timeout_s)
        self._credentials = None if user is None else basic_credentials(user, token)
        if self._credentials is not None:
            self._http.headers["Authorization"] = f"Basic {self._credentials}"

    def _without_token(self, message: str) -> str:
        # The token stands in the credentials too, where its own letters cannot be seen.
        shown = message if self._credentials is None else message.replace(self._credentials, "[token]")
        return super()._without_token(shown)


def basic_credentials(user: str, token: str) -> str:
    """What follows "Basic " in an Authorization header (RFC 7617)."""
    return b64encode(f"{user}:{token}".encode()).decode("ascii")


def _check_user(service: str, user: str) -> None:
    # The first colon ends the user: with another one the token would be read wrongly, and refused with no word of why.
    if not user or ":" in user or not user.isprintable():
        raise UnusableTokenError(f"{service}: the user of the token is empty, or holds a colon or a line break")
