"""What the vendors' clients share: send a request, read the answer into a model, name what went wrong."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from email.utils import parsedate_to_datetime
from functools import cache
from ssl import SSLContext
from types import TracebackType
from typing import Any, ClassVar, Self, TypeVar
from urllib.parse import quote

import httpx
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from devctl.errors import (
    ApiError,
    Forbidden,
    NotFound,
    RateLimited,
    Unauthorized,
    UnreachableError,
    UnreadableAnswerError,
    UnusableTokenError,
)

T = TypeVar("T")

QueryParams = Sequence[tuple[str, str | int]]


@cache
def _tls() -> SSLContext:
    """One for all clients: reading the certificates takes 20 ms and more."""
    return httpx.create_ssl_context()


class VendorModel(BaseModel):
    """Base of every answer: only the fields devctl uses, whatever else the vendor sends is ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore", validate_by_name=True, validate_by_alias=True)


class JsonClient:
    """Base of the vendors' clients; a context manager.

    base_url:  where the API lives, "https://grafana.example.com"; may have a path
    token:     goes into the Authorization header and nowhere else: not into a message, not into a repr
    timeout_s: seconds for connecting, and for each wait on the socket

    Every request may raise Unauthorized, Forbidden, NotFound, RateLimited, UnreachableError,
    UnreadableAnswerError, or ApiError for any other refusal. Redirects are not followed.
    """

    service: ClassVar[str]
    authorization: ClassVar[str] = "Bearer {token}"
    headers: ClassVar[Mapping[str, str]] = {"Accept": "application/json"}

    def __init__(self, *, base_url: str, token: str, timeout_s: float = 10.0) -> None:
        _check_token(self.service, token)
        self._token = token
        self._http = httpx.Client(
            base_url=base_url,
            headers={**self.headers, "Authorization": self.authorization.format(token=token)},
            timeout=timeout_s,
            verify=_tls(),
        )

    def __repr__(self) -> str:
        url = self._http.base_url.copy_with(userinfo=b"")
        return f"{type(self).__name__}(base_url={str(url)!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections; the client cannot be used afterwards."""
        self._http.close()

    def _get(self, model: TypeAdapter[T], url: str, params: QueryParams = ()) -> T:
        return self._read(self._send("GET", url, params=params), model)

    def _send(
        self,
        method: str,
        url: str,
        *,
        params: QueryParams = (),
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Send, and return the answer if it is a success. `url` is a path below the base URL, or absolute.

        headers: of this request alone, over those of every request
        """
        try:
            # An empty list of params would strip the query of a page link; None leaves it alone.
            response = self._http.request(method, url, params=list(params) or None, json=body, headers=headers)
        except httpx.HTTPError as error:
            host = self._http.base_url.netloc.decode()
            why = str(error) or type(error).__name__
            raise UnreachableError(self.service, None, self._without_token(f"no answer from {host}: {why}")) from error
        if not response.is_success:
            raise _refusal(self.service, response, self._words(response))
        return response

    def _read(self, response: httpx.Response, model: TypeAdapter[T]) -> T:
        try:
            return model.validate_python(response.json())
        except ValidationError as error:  # before ValueError, its base class
            places = "; ".join(f"{_place(fault['loc'])}: {fault['msg']}" for fault in error.errors(include_input=False))
            raise self._unreadable(response, f"not as documented: {places}") from error
        except ValueError as error:
            kind = response.headers.get("content-type", "no content type")
            raise self._unreadable(response, f"not JSON ({kind})") from error

    def _unreadable(self, response: httpx.Response, why: str) -> UnreadableAnswerError:
        return UnreadableAnswerError(self.service, response.status_code, self._without_token(why))

    def _words(self, response: httpx.Response) -> str:
        try:
            said = self._vendor_message(response.json())
        except ValueError:  # a proxy's HTML page: the status is all there is to tell
            said = None
        return self._without_token(said or response.reason_phrase or "no reason given")

    def _vendor_message(self, body: object) -> str | None:
        """The vendor's own words in the body of a refusal, None where there are none."""
        return text_at(body, "message")

    def _without_token(self, message: str) -> str:
        # Vendors and proxies do echo what they were sent.
        return message.replace(self._token, "[token]")


def text_at(body: object, *keys: str) -> str | None:
    """The text below `keys` in nested JSON objects, None where there is none."""
    for key in keys:
        body = body.get(key) if isinstance(body, Mapping) else None
    return body if isinstance(body, str) else None


def segment(value: str | int) -> str:
    """One segment of a path, safe whatever the value holds: "a/b" is "a%2Fb"."""
    return quote(str(value), safe="")


def _check_token(service: str, token: str) -> None:
    # The HTTP library would refuse these too, with the token in its message.
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise UnusableTokenError(
            f"{service}: the token is empty, or holds a space, a line break or a letter outside ASCII"
        )


def _place(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location) or "the answer"


def _refusal(service: str, response: httpx.Response, message: str) -> ApiError:
    status = response.status_code
    if status == 401:
        return Unauthorized(service, status, message)
    if status == 429 or (status == 403 and _is_out_of_quota(response.headers)):
        return RateLimited(service, status, message, _retry_after_s(response.headers))
    if status == 403:
        return Forbidden(service, status, message)
    if status == 404:
        return NotFound(service, status, message)
    return ApiError(service, status, message)


def _is_out_of_quota(headers: httpx.Headers) -> bool:
    # GitHub answers 403 for both of its limits: the primary one with nothing remaining, the secondary
    # one with Retry-After. https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
    return headers.get("x-ratelimit-remaining") == "0" or "retry-after" in headers


def _retry_after_s(headers: httpx.Headers) -> float | None:
    """Seconds to wait: Retry-After, PagerDuty's ratelimit-reset (seconds), GitHub's x-ratelimit-reset (epoch)."""
    for name in ("retry-after", "ratelimit-reset"):
        if headers.get(name, "").isdecimal():
            return float(headers[name])
    reset = headers.get("x-ratelimit-reset", "")
    if not reset.isdecimal():
        return None
    return max(0.0, float(reset) - _answered_at(headers))


def _answered_at(headers: httpx.Headers) -> float:
    """When the server answered, by its own clock: `x-ratelimit-reset` is told by that one too."""
    try:
        return parsedate_to_datetime(headers["date"]).timestamp()
    except (KeyError, ValueError):
        return time.time()
