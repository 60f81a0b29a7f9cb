"""A plain way to reach the sandbox, or an emulator of it, for the functions that set provider states up."""

from __future__ import annotations

import json as json_module
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

from pactproof.errors import AuthRefusedError, ContractError
from pactproof.interaction import Headers, Request, Response
from pactproof.transport import check_may_leave, forward, install, let_client_through, let_through, origin

_SHOWN_CHARS = 200


@dataclass(frozen=True, repr=False)
class SandboxResponse:
    """An answer of the sandbox, with the names that requests and httpx have for its parts."""

    request: Request
    response: Response

    @property
    def status_code(self) -> int:
        return self.response.status

    @property
    def headers(self) -> Headers:
        return self.response.headers

    @property
    def content(self) -> bytes:
        return self.response.body

    @property
    def text(self) -> str:
        return self.response.body.decode("utf-8", "replace")

    def json(self) -> Any:
        """The body as JSON. Raises ContractError that shows its start where it is none."""
        try:
            return json_module.loads(self.response.body)
        except ValueError as error:
            raise ContractError(f"{self} with something else than JSON: {self._start}") from error

    def raise_for_status(self) -> SandboxResponse:
        """Itself. Raises ContractError that shows the body's start for a status of 400 or more.

        That is an AuthRefusedError for 401 and 403, after which the service is asked for nothing else in that run.
        """
        if self.status_code in (401, 403):
            raise AuthRefusedError(f"{self}: {self._start}")
        if self.status_code >= 400:
            raise ContractError(f"{self}: {self._start}")
        return self

    def __str__(self) -> str:
        parts = urlsplit(self.request.url)  # without credentials and query: both may hold secrets
        return f"{self.request.method} {origin(self.request.url)}{parts.path} answered {self.status_code}"

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self}>"

    @property
    def _start(self) -> str:
        return self.text[:_SHOWN_CHARS] or "an empty body"


@dataclass
class Sandbox:
    """Sends requests that are not part of any contract; none of them is answered or recorded.

    headers:   sent with every request; a service that wants another form of credentials changes them
    may_leave: whether a request may go anywhere but to this machine
    opt_in:    how to allow it, for the message that refuses it
    """

    url: str = field(repr=False)  # may carry credentials
    token: str = field(repr=False)
    headers: dict[str, str] = field(default_factory=dict, repr=False)
    may_leave: bool = True
    opt_in: str = ""

    def __post_init__(self) -> None:
        self.headers.setdefault("Authorization", f"Bearer {self.token}")

    def request(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> SandboxResponse:
        """Send one request to `path` below the sandbox's URL. The status is for the caller to look at.

        params: a list gives its name several times; None is left out
        headers: win over the sandbox's own, whatever their case

        Raises ContractError where nobody answers, GuardRailError where the request may not leave this machine.
        """
        body = b"" if json is None else json_module.dumps(json).encode()
        own = {} if json is None else {"Content-Type": "application/json"}
        request = Request(method, self._url(path, params), _merged(own, self.headers, headers or {}), body)
        check_may_leave(method, request.url, self.may_leave, self.opt_in)
        return SandboxResponse(request, forward(request, request.url))

    def get(self, path: str, **options: Any) -> SandboxResponse:
        return self.request("GET", path, **options)

    def post(self, path: str, **options: Any) -> SandboxResponse:
        return self.request("POST", path, **options)

    def put(self, path: str, **options: Any) -> SandboxResponse:
        return self.request("PUT", path, **options)

    def patch(self, path: str, **options: Any) -> SandboxResponse:
        return self.request("PATCH", path, **options)

    def delete(self, path: str, **options: Any) -> SandboxResponse:
        return self.request("DELETE", path, **options)

    def client(self, service: str, **options: Any) -> Any:
        """A boto3 client with the environment's credentials, for the states of AWS operations.

        Raises GuardRailError where its requests would leave this machine without leave.
        """
        import boto3

        install()
        make: Any = boto3.client  # its overloads name every service
        with let_through():
            client = make(service, **options)
        check_may_leave(service, client.meta.endpoint_url, self.may_leave, self.opt_in)

        def check(request: Any, **_: Any) -> None:
            """Each request goes where its answer's redirects, and its bucket's name, lead it."""
            check_may_leave(service, request.url, self.may_leave, self.opt_in)

        client.meta.events.register("before-send", check)
        let_client_through(client)
        return client

    def _url(self, path: str, params: Mapping[str, Any] | None) -> str:
        if not self.url:
            raise ContractError(
                f"this sandbox has no URL to send {path} to", fix="use sandbox.client(...) for AWS operations"
            )
        query = urlencode({name: value for name, value in (params or {}).items() if value is not None}, doseq=True)
        joint = ("&" if "?" in path else "?") if query else ""
        return f"{self.url.rstrip('/')}/{path.removeprefix('/')}{joint}{query}"


def _merged(*parts: Mapping[str, str]) -> Headers:
    named = {name.lower(): (name, value) for part in parts for name, value in part.items()}
    return Headers(tuple(named.values()))
