"""urllib3 below its pool: serves requests, bare urllib3 and boto3 with their retries, redirects and cookies.

`HTTPConnectionPool._make_request` is private; tests hold it against urllib3 as it is installed.
"""

from __future__ import annotations

import io
from email.message import Message
from types import ModuleType
from typing import Any

from pactproof.interaction import Headers, Request, Response
from pactproof.transport.active import current


def install(module: ModuleType) -> None:
    pool = module.HTTPConnectionPool
    original = pool._make_request

    def _make_request(self: Any, conn: Any, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        provider = current()
        if provider is None:
            return original(self, conn, method, url, *args, **kwargs)
        body, headers = (*args, None, None)[:2]
        body, headers = kwargs.get("body", body), kwargs.get("headers", headers)
        request = Request(method.upper(), _absolute(self, url), _headers(headers), _bytes(body))
        return _answer(self, provider.handle(request), request, kwargs)

    pool._make_request = _make_request


def _absolute(pool: Any, url: str) -> str:
    if "://" in url.partition("?")[0]:
        return url  # a proxy was asked to fetch it
    default = {"http": 80, "https": 443}.get(pool.scheme)
    host = f"[{pool.host}]" if ":" in pool.host and not pool.host.startswith("[") else pool.host
    port = f":{pool.port}" if pool.port and pool.port != default else ""
    return f"{pool.scheme}://{host}{port}{url}"


def _headers(headers: Any) -> Headers:
    return Headers.of(list(headers.items()) if headers is not None else ())


def _bytes(body: Any) -> bytes:
    """The body as it would go over the wire: text, bytes, a file or an iterable of either."""
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode()
    if isinstance(body, bytes | bytearray | memoryview):
        return bytes(body)
    if hasattr(body, "read"):
        return _bytes(body.read())
    return b"".join(_bytes(part) for part in body)


class _OriginalResponse:
    """As much of http.client's response as requests and urllib3 look at: the headers, for cookies."""

    def __init__(self, headers: Headers) -> None:
        self.msg = Message()
        for name, value in headers.items:
            self.msg[name] = value

    def isclosed(self) -> bool:
        return True

    def close(self) -> None:
        """There is no connection to close."""


def _answer(pool: Any, response: Response, request: Request, kwargs: dict[str, Any]) -> Any:
    from urllib3 import HTTPHeaderDict
    from urllib3.response import HTTPResponse

    headers = HTTPHeaderDict()
    for name, value in response.headers.items:
        headers.add(name, value)
    answer = HTTPResponse(
        body=io.BytesIO(response.body if request.method != "HEAD" else b""),
        headers=headers,
        status=response.status,
        version=11,
        version_string="HTTP/1.1",
        reason=response.reason or None,
        preload_content=kwargs.get("preload_content", True),
        decode_content=kwargs.get("decode_content", True),
        enforce_content_length=False,
        original_response=_OriginalResponse(response.headers),  # type: ignore[arg-type]  # only its headers are read
        retries=kwargs.get("retries"),
        request_method=request.method,
        request_url=request.url,
    )
    answer._connection = kwargs.get("response_conn")
    answer._pool = pool
    return answer
