"""The network while contracts run offline: closed to everything but our own ports, in every thread."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from tests.unit.transport.wire import URL, Answers, Live

from pactproof.errors import NetworkClosedError
from pactproof.transport import activated, closed_network, let_through, network

FIX = "send the request to provider.url with an HTTP client of Python, or record it"
ELSEWHERE = ("192.0.2.1", 9)  # TEST-NET-1: nobody is there, should the guard fail


@pytest.fixture
def refused() -> Iterator[list[NetworkClosedError]]:
    """What was refused while the network was closed to everything."""
    told: list[NetworkClosedError] = []
    with closed_network(told.append, frozenset()):
        yield told


def tcp() -> Any:
    with socket.socket() as connection:
        connection.settimeout(1)
        connection.connect(ELSEWHERE)


def tcp_ex() -> Any:
    with socket.socket() as connection:
        connection.settimeout(1)
        return connection.connect_ex(ELSEWHERE)


def tcp6() -> Any:
    with socket.socket(socket.AF_INET6) as connection:
        connection.settimeout(1)
        connection.connect(("2001:db8::1", 9))


def udp_connect() -> Any:
    with socket.socket(type=socket.SOCK_DGRAM) as datagram:
        datagram.connect(ELSEWHERE)


def udp_sendto() -> Any:
    with socket.socket(type=socket.SOCK_DGRAM) as datagram:
        datagram.sendto(b"x", ELSEWHERE)


def udp_sendmsg() -> Any:
    with socket.socket(type=socket.SOCK_DGRAM) as datagram:
        datagram.sendmsg([b"x"], [], 0, ELSEWHERE)


async def _opened() -> None:
    await asyncio.wait_for(asyncio.open_connection(*ELSEWHERE), 1)


async def _opened_by_name() -> None:
    await asyncio.wait_for(asyncio.open_connection("api.example.test", 443), 1)


WAYS: dict[str, tuple[Callable[[], Any], str]] = {
    "connect": (tcp, "192.0.2.1:9"),
    "connect_ex": (tcp_ex, "192.0.2.1:9"),
    "connect over IPv6": (tcp6, "[2001:db8::1]:9"),
    "create_connection": (lambda: socket.create_connection(ELSEWHERE, 1), "192.0.2.1:9"),
    "urllib.request": (lambda: urllib.request.urlopen("http://api.example.test/", timeout=1), "api.example.test:80"),
    "asyncio": (lambda: asyncio.run(_opened()), "192.0.2.1:9"),
    "asyncio by name": (lambda: asyncio.run(_opened_by_name()), "api.example.test:443"),
    "getaddrinfo": (lambda: socket.getaddrinfo("api.example.test", 443), "api.example.test:443"),
    "getaddrinfo of bytes": (lambda: socket.getaddrinfo(b"api.example.test", "https"), "api.example.test:https"),
    "gethostbyname": (lambda: socket.gethostbyname("api.example.test"), "api.example.test"),
    "gethostbyname_ex": (lambda: socket.gethostbyname_ex("api.example.test"), "api.example.test"),
    "UDP connect": (udp_connect, "192.0.2.1:9"),
    "UDP sendto": (udp_sendto, "192.0.2.1:9"),
    "UDP sendmsg": (udp_sendmsg, "192.0.2.1:9"),
}


@pytest.fixture
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.usefixtures("_no_proxies")
@pytest.mark.parametrize(("reach", "target"), WAYS.values(), ids=WAYS)
def test_every_way_out_is_refused_and_noted(
    reach: Callable[[], Any], target: str, refused: list[NetworkClosedError]
) -> None:
    with pytest.raises(NetworkClosedError) as caught:
        reach()

    message = f"a connection to {target} was refused: contracts run offline\n  fix: {FIX}"
    assert str(caught.value) == message
    assert [str(error) for error in refused] == [message]


def test_a_live_server_on_this_machine_is_refused_too(live: Live, refused: list[NetworkClosedError]) -> None:
    for host in ("127.0.0.1", "localhost"):
        with pytest.raises(NetworkClosedError):
            socket.create_connection((host, live.port), 1)

    assert (live.hits, len(refused)) == ([], 2)


def test_a_refused_socket_is_closed_so_that_no_later_test_is_warned(refused: list[NetworkClosedError]) -> None:
    with socket.socket() as connection:
        with pytest.raises(NetworkClosedError):
            connection.connect(ELSEWHERE)

        assert (connection.fileno(), len(refused)) == (-1, 1)


def test_other_threads_are_refused_and_what_they_swallow_is_noted(refused: list[NetworkClosedError]) -> None:
    def swallow() -> None:
        try:
            tcp()
        except Exception:  # noqa: BLE001, RUF100  a consumer that hides everything
            return

    thread = threading.Thread(target=swallow)
    thread.start()
    thread.join()

    assert [error.what for error in refused] == ["a connection to 192.0.2.1:9 was refused: contracts run offline"]


def test_requests_without_a_provider_is_refused(refused: list[NetworkClosedError]) -> None:
    with requests.Session() as session:
        session.trust_env = False
        with pytest.raises(NetworkClosedError):
            session.get(URL, timeout=1)

    assert len(refused) == 1


def test_our_own_ports_are_reached_from_any_thread_and_client(live: Live) -> None:
    refused: list[NetworkClosedError] = []
    got: list[bytes] = []

    def ask() -> None:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        got.append(opener.open(live.url, timeout=5).read())

    with closed_network(refused.append, frozenset({live.port})):
        thread = threading.Thread(target=ask)
        thread.start()
        thread.join()
        ask()

    assert (got, refused) == ([b"live", b"live"], [])


def test_our_own_port_on_another_host_is_refused() -> None:
    refused: list[NetworkClosedError] = []

    with closed_network(refused.append, frozenset({ELSEWHERE[1]})), pytest.raises(NetworkClosedError):
        tcp()

    assert len(refused) == 1


def test_what_stays_on_this_machine_is_let_through(refused: list[NetworkClosedError]) -> None:
    async def looped() -> str:
        process = await asyncio.create_subprocess_exec(sys.executable, "-c", "print(1)", stdout=subprocess.PIPE)
        server = await asyncio.start_server(lambda reader, writer: None, "localhost", 0)
        server.close()
        await server.wait_closed()
        return (await process.communicate())[0].decode().strip()

    left, right = socket.socketpair()
    left.sendall(b"pair")
    received = right.recv(4)
    left.close()
    right.close()

    assert (received, asyncio.run(looped())) == (b"pair", "1")
    assert subprocess.run([sys.executable, "-c", "print(2)"], capture_output=True, check=True).stdout == b"2\n"
    assert socket.getaddrinfo("192.0.2.1", 9)[0][4] == ("192.0.2.1", 9)
    assert socket.getaddrinfo("localhost", 9)
    assert refused == []


def test_unix_sockets_are_let_through(
    refused: list[NetworkClosedError], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = str(tmp_path_factory.mktemp("u") / "s")

    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        server.bind(path)
        server.listen()
        client.connect(path)

    assert refused == []


def test_wrong_arguments_get_pythons_own_errors(refused: list[NetworkClosedError]) -> None:
    with socket.socket() as connection:
        with pytest.raises(TypeError):
            connection.connect(("192.0.2.1",))
        with pytest.raises(TypeError):
            connection.connect("192.0.2.1:9")

    assert refused == []


def test_our_own_requests_are_let_through_in_their_thread_alone(live: Live, refused: list[NetworkClosedError]) -> None:
    errors: list[BaseException] = []

    def elsewhere() -> None:
        try:
            socket.create_connection(("127.0.0.1", live.port), 1)
        except NetworkClosedError as error:
            errors.append(error)

    with let_through():
        socket.create_connection(("127.0.0.1", live.port), 1).close()
        thread = threading.Thread(target=elsewhere)
        thread.start()
        thread.join()

    assert errors == refused
    assert len(refused) == 1


def test_the_network_opens_again_afterwards(live: Live) -> None:
    with closed_network(lambda error: None, frozenset()), closed_network(lambda error: None, frozenset({live.port})):
        pass

    socket.create_connection(("127.0.0.1", live.port), 1).close()


def test_restoring_socket_connect_does_not_open_the_network(
    refused: list[NetworkClosedError], monkeypatch: pytest.MonkeyPatch
) -> None:
    import _socket

    monkeypatch.setattr(socket.socket, "connect", _socket.socket.connect)

    with pytest.raises(NetworkClosedError):
        tcp()
    assert len(refused) == 1


def test_own_ports_stay_reachable_under_pytest_recordings_block(live: Live) -> None:
    blocking = pytest.importorskip("pytest_recording.network")
    refused: list[NetworkClosedError] = []
    address = ("127.0.0.1", live.port)

    with blocking.blocking_context():
        theirs = socket.socket.connect
        with closed_network(refused.append, frozenset({live.port})):
            socket.create_connection(address, 1).close()
            with socket.socket() as connection:
                assert connection.connect_ex(address) == 0
            with let_through():
                socket.create_connection(address, 1).close()
            with pytest.raises(NetworkClosedError):
                tcp()
        assert socket.socket.connect is theirs
        with socket.socket() as connection, pytest.raises(RuntimeError):
            connection.connect(address)
    assert len(refused) == 1


def test_pytest_recordings_unblocking_does_not_open_the_network(live: Live) -> None:
    blocking = pytest.importorskip("pytest_recording.network")
    refused: list[NetworkClosedError] = []

    with blocking.blocking_context(), closed_network(refused.append, frozenset({live.port})):
        blocking.unblock()
        with pytest.raises(NetworkClosedError):
            tcp()
        socket.create_connection(("127.0.0.1", live.port), 1).close()

    assert len(refused) == 1
    assert socket.socket.connect is network._PLAIN["connect"]


def test_an_active_provider_answers_while_the_network_is_closed(refused: list[NetworkClosedError]) -> None:
    with activated(Answers()):
        answer = requests.get(URL, timeout=1)

    assert (answer.content, refused) == (b"answer", [])


def test_nothing_is_installed_before_the_network_is_closed_for_the_first_time() -> None:
    code = """
        import sys
        from pactproof.transport import closed_network, network
        added = []
        sys.addaudithook(lambda event, args: added.append(event) if event == "sys.addaudithook" else None)
        import pactproof.pytest_plugin
        print(network._is_installed, len(added))
        for _ in range(2):
            with closed_network(print, frozenset()):
                pass
        print(network._is_installed, len(added))
    """
    program = "\n".join(line.strip(" ") if not line.startswith(" " * 12) else line[8:] for line in code.splitlines())

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)

    assert (done.stdout, done.stderr) == ("False 0\nTrue 1\n", "")
