"""urllib3 below its pool: serves requests, bare urllib3 and boto3 with their retries, redirects and cookies.

`HTTPConnectionPool._make_request` and `_prepare_proxy` are private; tests hold them against urllib3 as it is installed.
"""

from __future__ import annotations

import io
from email.message import Message
from types import ModuleType
from typing import Any

from pactproof.errors import ContractError
from pactproof.interaction import Headers, Request, Response
from pactproof.transport.active import current
from pactproof.transport.addresses import absolute_url
from pactproof.transport.unix_sockets import connects_by_path


def install(module: ModuleType) -> None:
    _answer_requests(module.HTTPConnectionPool)
    for pool in (module.HTTPConnectionPool, module.HTTPSConnectionPool):
        _open_no_tunnel(pool)


def _answer_requests(pool: Any) -> None:
    original = pool._make_request

    def _make_request(self: Any, conn: Any, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        provider = current()
        if provider is None or connects_by_path(type(conn)):
            return original(self, conn, method, url, *args, **kwargs)
        _check_version()
        headers, body = _headers(kwargs.get("headers")), _bytes(kwargs.get("body"))
        request = Request(method.upper(), _absolute(self, url), headers, body)
        return _answer(self, provider.handle(request), request, url, kwargs)

    pool._make_request = _make_request


def _check_version() -> None:
    from urllib3._version import __version__

    if __version__.startswith("1."):  # its _make_request gives out http.client's answer, not its own
        raise ContractError(f"urllib3 {__version__} cannot be answered from a contract", fix="install urllib3>=2")


def _open_no_tunnel(pool: Any) -> None:
    """The pool opens a tunnel through a proxy before it makes the request; answered requests need none."""
    if "_prepare_proxy" not in vars(pool):
        return
    original = pool._prepare_proxy

    def _prepare_proxy(self: Any, conn: Any) -> None:
        if current() is None:
            original(self, conn)

    pool._prepare_proxy = _prepare_proxy


def _absolute(pool: Any, url: str) -> str:
    if url.lower().startswith(("http://", "https://")):
        return url  # a proxy was asked to fetch it
    return absolute_url(pool.scheme, pool.host, pool.port, url)


def _headers(given: Any) -> Headers:
    """The headers as they would go over the wire: urllib3 adds its name, and leaves out what is marked to be."""
    from urllib3._version import __version__
    from urllib3.util import SKIP_HEADER

    pairs = [
        (name, value if isinstance(value, str | bytes) else str(value))
        for name, value in (given.items() if given is not None else ())
    ]
    if not any(_lower(name) == "user-agent" for name, _ in pairs):
        pairs.append(("User-Agent", f"python-urllib3/{__version__}"))
    return Headers.of((name, value) for name, value in pairs if value not in (SKIP_HEADER, SKIP_HEADER.encode()))


def _lower(name: str | bytes) -> str:
    return (name.decode("latin-1") if isinstance(name, bytes) else name).lower()


def _bytes(body: Any) -> bytes:
    """The body as it would go over the wire: text, bytes, a file or an iterable of either."""
    if body is None:
        return b""
    if isinstance(body, bytes):
        return body
    if isinstance(body, str):
        return body.encode()
    if hasattr(body, "read"):
        return _bytes(body.read())
    try:
        return bytes(memoryview(body))
    except TypeError:
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


def _answer(pool: Any, response: Response, request: Request, url: str, kwargs: dict[str, Any]) -> Any:
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
        reason=response.reason,
        preload_content=kwargs.get("preload_content", True),
        decode_content=kwargs.get("decode_content", True),
        enforce_content_length=False,
        original_response=_OriginalResponse(response.headers),  # type: ignore[arg-type]  # only its headers are read
        retries=kwargs.get("retries"),
        request_method=request.method,
        request_url=url,
    )
    answer.version_string = "HTTP/1.1"  # before 2.2 it took none
    answer._connection = kwargs.get("response_conn")
    answer._pool = pool
    return answer
