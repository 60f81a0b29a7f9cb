"""aiohttp at its connections: a request is written into memory, and its answer parsed by aiohttp itself.

`BaseConnector.connect` gives out a connection that leads nowhere, above the pool; `ClientRequest.send` writes to it as
to any other, and the answer is fed back as bytes. So cookies, redirects, decoding, streaming and timeouts stay those of
aiohttp. Of its private parts `ClientRequest._continue` and `_writer` are used; tests hold them against aiohttp as it is
installed.
"""

from __future__ import annotations

import asyncio
from types import ModuleType
from typing import Any

from pactproof.interaction import Headers, Request, Response
from pactproof.transport.active import ActiveProvider, current
from pactproof.transport.addresses import absolute_url
from pactproof.transport.answer_bytes import answer_bytes


def install(module: ModuleType) -> None:
    from aiohttp.client_reqrep import ClientRequest

    _connect_to_memory(module)
    _answer_sent(ClientRequest)


def _connect_to_memory(module: Any) -> None:
    original = module.BaseConnector.connect

    async def connect(self: Any, req: Any, *args: Any, **kwargs: Any) -> Any:
        provider = current()
        if provider is None or isinstance(self, module.UnixConnector | module.NamedPipeConnector):
            return await original(self, req, *args, **kwargs)
        from aiohttp.client_proto import ResponseHandler

        loop = asyncio.get_running_loop()
        protocol = ResponseHandler(loop)
        protocol.connection_made(_Memory(provider))
        return module.Connection(_NoPool(self.force_close), req.connection_key, protocol, loop)

    module.BaseConnector.connect = connect


def _answer_sent(client_request: Any) -> None:
    original = client_request.send

    async def send(self: Any, conn: Any) -> Any:
        transport = conn.transport
        if not isinstance(transport, _Memory):
            return await original(self, conn)
        self.chunked = None  # the header says it all the same; without it the body is written as it is
        if self._continue is not None and not self._continue.done():
            self._continue.set_result(True)  # nobody else will say "100 Continue"
        response = await original(self, conn)
        if self._writer is not None:
            await self._writer
        if conn.protocol is not None and conn.protocol.exception() is None:  # else the consumer's body failed
            answer = await _handled(transport.provider, _request(self, transport.sent))
            conn.protocol.data_received(answer_bytes(answer, self.method))
        return response

    client_request.send = send


async def _handled(provider: ActiveProvider, request: Request) -> Response:
    if provider.answers_at_once:
        return provider.handle(request)
    return await asyncio.to_thread(provider.handle, request)


def _request(request: Any, sent: bytearray) -> Request:
    url = request.url
    target = absolute_url(url.scheme, url.raw_host, url.port, url.raw_path_qs)
    body = bytes(sent.partition(b"\r\n\r\n")[2])
    return Request(request.method.upper(), target, Headers.of(request.headers.items()), body)


class _Memory(asyncio.Transport):
    """A transport that keeps what is written, for the one request of its connection."""

    def __init__(self, provider: ActiveProvider) -> None:
        super().__init__()
        self.provider, self.sent, self._is_closing = provider, bytearray(), False

    def write(self, data: bytes | bytearray | memoryview[Any]) -> None:
        self.sent += data

    def is_closing(self) -> bool:
        return self._is_closing

    def close(self) -> None:
        self._is_closing = True

    def abort(self) -> None:
        self.close()

    def pause_reading(self) -> None:
        """The whole answer has been read already."""

    def resume_reading(self) -> None:
        """The whole answer has been read already."""


class _NoPool:
    """What a connection asks of its connector: it is given back here, so that no later request finds it."""

    def __init__(self, force_close: bool) -> None:
        self.force_close = force_close

    def _release(self, key: Any, protocol: Any, *, should_close: bool = False) -> None:
        protocol.close()
