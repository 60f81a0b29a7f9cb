"""The sandbox, or an emulator of it, as a provider: each answer is passed on to the consumer and kept."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from pactproof.agreement import relative_path
from pactproof.errors import GuardRailError, NetworkClosedError
from pactproof.interaction import Headers, Interaction, Json, Mismatch, Request, Response
from pactproof.recording.provenance import Source
from pactproof.transport import AwsCall, aws_call, forward


def is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


@dataclass
class Recorder:
    """Sends requests on and keeps what came back, with the canonical host in place of the sandbox's.

    target_url: where the requests of `base_url` really go; None for AWS, whose clients know by themselves
    may_leave:  whether a request may go anywhere but to this machine
    opt_in:     how to allow it, for the message that refuses it
    """

    base_url: str
    target_url: str | None
    may_leave: bool
    opt_in: str
    answers_at_once: bool = False
    unpromised: list[Mismatch] = field(default_factory=list)
    interactions: list[Interaction] = field(default_factory=list)
    requests: list[Mapping[str, Json]] = field(default_factory=list)
    targets: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def source(self) -> Source:
        return "emulator" if all(is_loopback(target) for target in self.targets) else "sandbox"

    def handle(self, request: Request) -> Response:
        call = aws_call.get()
        target, canonical = self._aws_urls(request, call) if call else self._http_urls(request)
        if not self.may_leave and not is_loopback(target):
            raise GuardRailError(f"{request.method} {_host(target)} was refused before it left", fix=self.opt_in)
        response = forward(request, target)
        if call is None and self.target_url is not None:
            response = _as_canonical(response, self.target_url, self.base_url)
        kept = Request(request.method, canonical, request.headers, request.body)
        with self._lock:
            self.targets.add(target)
            self.interactions.append(Interaction(kept, response))
            if call:
                from pactproof.aws.wire import normalised

                self.requests.append({"operation": call.operation.name, "params": normalised(call.params)})
        return response

    def handle_aws(self, call: AwsCall) -> None:
        """Recorded further down, on the wire, before botocore parses the answer."""

    def request_mismatches(self) -> list[Mismatch]:
        return list(self.unpromised)

    def never_sent(self) -> list[Mismatch]:
        """Nothing is expected of a recording; it is judged as a whole afterwards."""
        return []

    def _http_urls(self, request: Request) -> tuple[str, str]:
        if self.target_url is None or _host(request.url) not in (_host(self.base_url), _host(self.target_url)):
            raise NetworkClosedError(
                f"{request.method} {_host(request.url)} was refused: the recording is of {self.base_url}",
                fix="build the client with base_url=provider.url",
            )
        own = self.base_url if _host(request.url) == _host(self.base_url) else self.target_url
        path, query = relative_path(request.url, own), urlsplit(request.url).query
        return _below(self.target_url, path, query), _below(self.base_url, path, query)

    def _aws_urls(self, request: Request, call: AwsCall) -> tuple[str, str]:
        """Emulators answer at a loopback address; the file says AWS's own host, so that its place tells nothing."""
        if not is_loopback(request.url):
            return request.url, request.url
        parts = urlsplit(request.url)
        return request.url, urlunsplit(("https", canonical_aws_host(call), parts.path, parts.query, ""))


def _as_canonical(response: Response, target_url: str, base_url: str) -> Response:
    """Links to the sandbox's own address, as in a next page's, lead to the canonical host instead."""
    headers = Headers(tuple((name, value.replace(target_url, base_url)) for name, value in response.headers.items))
    body = response.body.replace(target_url.encode(), base_url.encode())
    if body != response.body:
        headers = headers.without("content-length")
    return Response(response.status, headers, body, response.reason)


def canonical_aws_host(call: AwsCall, region: str = "us-east-1") -> str:
    """AWS's own host for the service of `call`. Source: botocore's endpoints.json."""
    prefix = call.operation.service_model.endpoint_prefix
    endpoint = _endpoints().construct_endpoint(prefix, region)
    return str(endpoint["hostname"]) if endpoint else f"{prefix}.{region}.amazonaws.com"


@cache
def _endpoints() -> Any:
    from botocore.loaders import Loader
    from botocore.regions import EndpointResolver

    return EndpointResolver(Loader().load_data("endpoints"))


def _host(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _below(base_url: str, path: str, query: str) -> str:
    return base_url.rstrip("/") + path + (f"?{query}" if query else "")
