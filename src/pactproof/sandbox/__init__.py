"""A plain way to reach the sandbox, or an emulator of it, for the functions that set provider states up."""

from __future__ import annotations

import json as json_module
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from pactproof.interaction import Headers, Request, Response
from pactproof.transport import forward, let_through


@dataclass(frozen=True)
class SandboxResponse:
    """An answer of the sandbox, with the names that requests and httpx have for its parts."""

    response: Response

    @property
    def status_code(self) -> int:
        return self.response.status

    @property
    def headers(self) -> Headers:
        return self.response.headers

    @property
    def text(self) -> str:
        return self.response.body.decode("utf-8", "replace")

    def json(self) -> Any:
        return json_module.loads(self.response.body)


@dataclass
class Sandbox:
    """Sends requests that are not part of any contract; none of them is recorded.

    headers: sent with every request; a service that wants another form of credentials changes them
    """

    url: str
    token: str = field(repr=False)
    headers: dict[str, str] = field(default_factory=dict, repr=False)

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
        """Send one request to `path` below the sandbox's URL. The status is for the caller to look at."""
        body = b"" if json is None else json_module.dumps(json).encode()
        sent = {**({"Content-Type": "application/json"} if body else {}), **self.headers, **(headers or {})}
        url = self.url.rstrip("/") + path + (f"?{urlencode(params, doseq=True)}" if params else "")
        return SandboxResponse(forward(Request(method, url, Headers.of(sent.items()), body), url))

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
        """A boto3 client with the environment's credentials, for the states of AWS operations."""
        import boto3

        make: Any = boto3.client  # its overloads name every service
        with let_through():
            return _LetThrough(make(service, **options))


class _LetThrough:
    """A client whose calls are pactproof's own: neither answered nor recorded."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._client, name)
        if not callable(found):
            return found

        def call(*args: Any, **kwargs: Any) -> Any:
            with let_through():
                return found(*args, **kwargs)

        return call
