"""Sends one request to another server, byte by byte as given: no retries, no redirects, no cookies, no proxies."""

from __future__ import annotations

import http.client
from urllib.parse import urlsplit

from pactproof.errors import ContractError
from pactproof.interaction import Headers, Request, Response
from pactproof.transport.active import let_through
from pactproof.transport.addresses import absolute_url, origin
from pactproof.transport.encodings import decoded

TIMEOUT_S = 60.0

_HOP_BY_HOP = (
    "connection",
    "keep-alive",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
)
_WITH_BODY = ("POST", "PUT", "PATCH")
PACKINGS = ("br", "zstd", "compress", "x-compress")
"""Encodings that make other bytes; what else servers write there, such as "utf-8", does not."""


def forward(request: Request, url: str, *, unpack: bool = True, timeout_s: float = TIMEOUT_S) -> Response:
    """Send `request` to `url` instead of its own. The answer comes with its content encoding removed, if `unpack`.

    Raises ContractError where nobody answers, or not in HTTP, or in an encoding that nothing here can take off.
    """
    try:
        sent = _sent(request, url, timeout_s)
        answer = decoded(sent) if unpack else sent
    except (OSError, http.client.HTTPException, ValueError) as error:
        told = str(error) or type(error).__name__
        raise ContractError(f"no answer from {origin(url)}: {told}", fix=f"see that {origin(url)} runs") from error
    encoding = answer.headers.get("content-encoding")
    if unpack and answer.body and encoding.rpartition(",")[2].strip().lower() in PACKINGS:
        what = f"{origin(url)} answered in {encoding}, which was not asked for and cannot be unpacked"
        raise ContractError(what, fix="install brotli or backports.zstd, or have it answer unpacked")
    return answer


def _sent(request: Request, url: str, timeout_s: float) -> Response:
    parts = urlsplit(url)
    target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    make = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = make(parts.hostname or "", parts.port, timeout=timeout_s)
    connection.response_class = _FinalResponse
    try:
        with let_through():
            connection.putrequest(request.method, target, skip_host=True, skip_accept_encoding=True)
            for name, value in _sent_headers(request, url):
                connection.putheader(name, value.encode("latin-1"))
            connection.endheaders(request.body or None)
            answer = connection.getresponse()
            body = answer.read()
    finally:
        connection.close()
    headers = Headers.of(answer.getheaders()).without(*_HOP_BY_HOP)
    return Response(answer.status, headers, body, answer.reason)


class _FinalResponse(http.client.HTTPResponse):
    """What a server says beforehand, such as "103 Early Hints", is passed over: http.client does so for 100 alone."""

    def _read_status(self) -> tuple[str, int, str]:
        version, status, reason = super()._read_status()  # type: ignore[misc]  # private, as a test holds
        while 101 < status < 200:
            http.client.parse_headers(self.fp)
            version, status, reason = super()._read_status()  # type: ignore[misc]  # private, as a test holds
        return version, status, reason


def _sent_headers(request: Request, url: str) -> list[tuple[str, str]]:
    parts = urlsplit(url)
    host = absolute_url(parts.scheme, parts.hostname or "", parts.port, "").partition("://")[2]
    kept = request.headers.without(*_HOP_BY_HOP, "host", "content-length", "accept-encoding", "expect")
    items = [("Host", host), *kept.items, ("Accept-Encoding", "identity")]
    if request.body or "content-length" in request.headers or request.method in _WITH_BODY:
        items.append(("Content-Length", str(len(request.body))))
    return items
