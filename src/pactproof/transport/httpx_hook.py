"""httpx at its own transports, sync and async; transports that a program brings itself are left alone.

So are those to a unix socket, which is known by `_pool._uds`: private, a test holds it against httpx as installed.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any

from pactproof.interaction import Headers, Request, Response
from pactproof.transport.active import ActiveProvider, current
from pactproof.transport.addresses import absolute_url


def install(module: ModuleType) -> None:
    _install_sync(module.HTTPTransport)
    _install_async(module.AsyncHTTPTransport)


def _install_sync(transport: Any) -> None:
    original = transport.handle_request

    def handle_request(self: Any, request: Any) -> Any:
        provider = _provider(self)
        if provider is None:
            return original(self, request)
        return _answer(provider.handle(_request(request, request.read())), request)

    transport.handle_request = handle_request


def _install_async(transport: Any) -> None:
    original = transport.handle_async_request

    async def handle_async_request(self: Any, request: Any) -> Any:
        provider = _provider(self)
        if provider is None:
            return await original(self, request)
        asked = _request(request, await request.aread())
        if provider.answers_at_once:
            return _answer(provider.handle(asked), request)
        from anyio import to_thread

        return _answer(await to_thread.run_sync(provider.handle, asked), request)

    transport.handle_async_request = handle_async_request


def _provider(transport: Any) -> ActiveProvider | None:
    return None if getattr(transport._pool, "_uds", None) else current()


def _request(request: Any, body: bytes) -> Request:
    url = request.url
    target = absolute_url(url.scheme, url.raw_host.decode(), url.port, url.raw_path.decode())
    return Request(request.method.upper(), target, Headers.of(request.headers.raw), body)


def _answer(response: Response, request: Any) -> Any:
    import httpx

    return httpx.Response(
        response.status,
        headers=[(name.encode("latin-1"), value.encode("latin-1")) for name, value in response.headers.items],
        stream=httpx.ByteStream(response.body if request.method != "HEAD" else b""),
        request=request,
        extensions={"http_version": b"HTTP/1.1", "reason_phrase": response.reason.encode("latin-1")},
    )
