"""Clients that bring sockets of their own: refused by name while the network is closed, as themselves otherwise."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable
from typing import Any

import pytest
from tests.unit.transport.wire import Live

from pactproof.errors import NetworkClosedError
from pactproof.transport import closed_network, let_through

FIX = "cannot be answered: leave it out, or use an HTTP client of Python"


def curl(live: Live, make: Any = None) -> Any:
    pycurl: Any = pytest.importorskip("pycurl")
    handle, body = (make or pycurl.Curl)(), io.BytesIO()
    handle.setopt(pycurl.URL, f"{live.url}/x")
    handle.setopt(pycurl.WRITEDATA, body)
    handle.perform()
    return body.getvalue()


def curl_itself(live: Live) -> Any:
    """What `pycurl.Curl` is where pytest-recording, which puts its own in its place, is not installed."""
    return curl(live, vars(pytest.importorskip("pycurl"))["Curl"])


def curl_from_before(live: Live) -> Any:
    """A handle that no hook knows, as `from pycurl import Curl` before pactproof gives it, in a multi of today."""
    pycurl: Any = pytest.importorskip("pycurl")
    handle, several = vars(pycurl)["Curl"].__mro__[-2](), pycurl.CurlMulti()
    handle.setopt(pycurl.URL, live.url.encode())
    several.add_handle(handle)
    several.remove_handle(handle)
    return b"live"


def uvloop_connection(live: Live) -> Any:
    uvloop: Any = pytest.importorskip("uvloop")

    async def ask() -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", live.port)
        writer.write(b"GET /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        answer = await reader.read()
        writer.close()
        return answer.partition(b"\r\n\r\n")[2]

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(ask())


CLIENTS = {
    "pycurl": curl,
    "pycurl itself": curl_itself,
    "pycurl from before": curl_from_before,
    "uvloop": uvloop_connection,
}


@pytest.mark.parametrize("name", CLIENTS)
def test_it_is_refused_by_name_and_noted(name: str, live: Live) -> None:
    told: list[NetworkClosedError] = []

    with closed_network(told.append, frozenset()), pytest.raises(NetworkClosedError) as caught:
        CLIENTS[name](live)

    by = name.partition(" ")[0]
    assert str(caught.value) == (
        f"a connection to 127.0.0.1:{live.port} by {by} was refused: contracts run offline\n  fix: {by} {FIX}"
    )
    assert (told, live.hits) == ([caught.value], [])


@pytest.mark.parametrize("name", CLIENTS)
def test_it_reaches_the_tests_own_port_and_everything_where_the_network_is_open(name: str, live: Live) -> None:
    with closed_network(lambda error: None, frozenset({live.port})):
        own = CLIENTS[name](live)
    with closed_network(lambda error: None, frozenset()), let_through():
        ours = CLIENTS[name](live)

    assert own == ours == CLIENTS[name](live) == b"live"


def test_a_handle_without_a_url_goes_nowhere_and_is_not_asked_about() -> None:
    pycurl: Any = pytest.importorskip("pycurl")

    with closed_network(lambda error: None, frozenset()):
        pycurl.CurlMulti().add_handle(vars(pycurl)["Curl"]())


def test_names_that_uvloop_looks_up_and_its_datagrams_are_refused() -> None:
    uvloop: Any = pytest.importorskip("uvloop")

    async def refusal(way: Callable[[Any], Any]) -> str:
        with pytest.raises(NetworkClosedError) as caught:
            await way(asyncio.get_running_loop())
        return caught.value.what

    async def work() -> list[str]:
        await asyncio.get_running_loop().getaddrinfo("127.0.0.1", 80)
        return [
            await refusal(lambda loop: loop.getaddrinfo("api.example.test", 443)),
            await refusal(lambda loop: loop.create_connection(asyncio.Protocol, "api.example.test", 443)),
            await refusal(
                lambda loop: loop.create_datagram_endpoint(asyncio.DatagramProtocol, remote_addr=("192.0.2.1", 53))
            ),
        ]

    with (
        closed_network(lambda error: None, frozenset()),
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        told = runner.run(work())

    name, address = "a connection to api.example.test:443 by uvloop", "a connection to 192.0.2.1:53 by uvloop"
    assert told == [f"{one} was refused: contracts run offline" for one in (name, name, address)]


@pytest.mark.parametrize("target", ["127.0.0.1:{}", "dns:///127.0.0.1:{}", "ipv4:127.0.0.1:{}"])
def test_each_kind_of_grpc_call_is_refused(target: str, live: Live) -> None:
    grpc: Any = pytest.importorskip("grpc")
    told: list[NetworkClosedError] = []
    with grpc.insecure_channel(target.format(live.port)) as channel, closed_network(told.append, frozenset()):
        one, many = channel.unary_unary("/a/b"), channel.stream_unary("/a/b")
        calls = [one, one.with_call, one.future, channel.unary_stream("/a/b")]
        calls += [many, many.with_call, many.future, channel.stream_stream("/a/b")]
        for call in calls:
            with pytest.raises(NetworkClosedError) as caught:
                call(b"")
            assert caught.value.what == (
                f"a connection to 127.0.0.1:{live.port} by gRPC was refused: contracts run offline"
            )

    assert len(told) == len(calls)


def test_an_async_grpc_call_is_refused_and_one_to_a_unix_socket_is_not(live: Live) -> None:
    grpc: Any = pytest.importorskip("grpc")
    grpc_aio: Any = pytest.importorskip("grpc.aio")

    async def work() -> None:
        async with grpc_aio.insecure_channel(f"127.0.0.1:{live.port}") as channel:
            with pytest.raises(NetworkClosedError):
                channel.unary_unary("/a/b")(b"")

    with closed_network(lambda error: None, frozenset()):
        asyncio.run(work())
        with grpc.insecure_channel("unix:///nobody/here") as channel, pytest.raises(grpc.RpcError):
            channel.unary_unary("/a/b")(b"", timeout=0.2)
