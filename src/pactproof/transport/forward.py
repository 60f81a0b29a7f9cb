"""Sends one request to another server, byte by byte as given: no retries, no redirects, no cookies, no proxies."""

from __future__ import annotations

import gzip
import http.client
import zlib
from urllib.parse import urlsplit

from pactproof.errors import ContractError
from pactproof.interaction import Headers, Request, Response
from pactproof.transport.active import let_through

TIMEOUT_S = 60.0

_HOP_BY_HOP = ("connection", "keep-alive", "proxy-authorization", "te", "trailer", "transfer-encoding", "upgrade")


def forward(request: Request, url: str) -> Response:
    """Send `request` to `url` instead of its own. The answer comes with its content encoding removed.

    Raises ContractError where nobody answers.
    """
    parts = urlsplit(url)
    target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    is_tls = parts.scheme == "https"
    make = http.client.HTTPSConnection if is_tls else http.client.HTTPConnection
    connection = make(parts.hostname or "", parts.port, timeout=TIMEOUT_S)
    try:
        with let_through():
            connection.putrequest(request.method, target, skip_host=True, skip_accept_encoding=True)
            for name, value in _sent_headers(request, parts.netloc.rpartition("@")[2]):
                connection.putheader(name, value)
            connection.endheaders(request.body or None)
            answer = connection.getresponse()
            body = answer.read()
    except (OSError, http.client.HTTPException) as error:
        raise ContractError(f"no answer from {parts.scheme}://{parts.netloc}: {error}") from error
    finally:
        connection.close()
    headers = Headers.of(answer.getheaders())
    return _decoded(Response(answer.status, headers, body, answer.reason))


def _sent_headers(request: Request, host: str) -> list[tuple[str, str]]:
    kept = request.headers.without(*_HOP_BY_HOP, "host", "content-length", "accept-encoding")
    items = [("Host", host), *kept.items, ("Accept-Encoding", "identity")]
    if request.body or "content-length" in request.headers:
        items.append(("Content-Length", str(len(request.body))))
    return items


def _decoded(response: Response) -> Response:
    encoding = response.headers.get("content-encoding").lower()
    if encoding not in ("gzip", "x-gzip", "deflate"):
        return Response(response.status, response.headers.without(*_HOP_BY_HOP), response.body, response.reason)
    body = gzip.decompress(response.body) if encoding.endswith("gzip") else zlib.decompress(response.body)
    headers = response.headers.without(*_HOP_BY_HOP, "content-encoding", "content-length")
    return Response(response.status, headers, body, response.reason)
