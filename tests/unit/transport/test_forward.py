"""Sending on: what arrives at the other server, and what of its answer comes back."""

from __future__ import annotations

import gzip
import socket
import sys
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import SimpleNamespace

import pytest
from tests.unit.transport.wire import Answers

from pactproof.errors import ContractError
from pactproof.interaction import Headers, Request, Response
from pactproof.transport import activated, closed_network, forward
from pactproof.transport.encodings import decoded

Serve = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def server(serve: Serve) -> Iterator[tuple[str, list[tuple[str, list[tuple[str, str]], bytes]]]]:
    """A server whose every answer `serve` writes, and what it was asked: request line, headers, body."""
    asked: list[tuple[str, list[tuple[str, str]], bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_one_request(self) -> None:
            super().handle_one_request()
            self.close_connection = True

        def __getattr__(self, name: str) -> Callable[[], None]:
            if not name.startswith("do_"):
                raise AttributeError(name)
            return self._serve

        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            asked.append((self.requestline, list(self.headers.items()), body))
            serve(self)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing is logged."""

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{running.server_port}", asked
    finally:
        running.shutdown()
        running.server_close()
        thread.join()


def writing(*headers: tuple[str, str], body: bytes = b"", status: int = 200) -> Serve:
    def serve(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response_only(status)
        for name, value in headers:
            handler.send_header(name, value)
        if "Transfer-Encoding" not in dict(headers):
            handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return serve


def test_method_target_headers_and_body_go_out_as_given() -> None:
    headers = Headers((("X-Two", "1"), ("X-Two", "2"), ("Accept-Encoding", "gzip"), ("Connection", "keep-alive")))

    with server(writing()) as (url, asked):
        forward(Request("PATCH", "https://a.test/ignored", headers, b"\x00\xff"), f"{url}/a%2Fb?b=2&a=%20")

    host = url.removeprefix("http://")
    assert asked == [
        (
            "PATCH /a%2Fb?b=2&a=%20 HTTP/1.1",
            [("Host", host), ("X-Two", "1"), ("X-Two", "2"), ("Accept-Encoding", "identity"), ("Content-Length", "2")],
            b"\x00\xff",
        )
    ]


@pytest.mark.parametrize(("method", "length"), [("POST", ["0"]), ("PUT", ["0"]), ("GET", []), ("DELETE", [])])
def test_a_request_without_a_body_says_so_where_one_is_expected(method: str, length: list[str]) -> None:
    with server(writing()) as (url, asked):
        forward(Request(method, url), url)

    assert [value for name, value in asked[0][1] if name == "Content-Length"] == length


def test_a_redirect_is_handed_back_and_cookies_stay_apart() -> None:
    serve = writing(("Location", "/there"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"), status=302)

    with server(serve) as (url, asked):
        answer = forward(Request("GET", url), url)

    assert (answer.status, answer.reason, len(asked)) == (302, "Found", 1)
    assert answer.headers.all("set-cookie") == ["a=1", "b=2"]


def test_what_a_server_says_beforehand_is_passed_over() -> None:
    def serve(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n")
        writing(("X-Last", "1"), body=b"last")(handler)

    with server(serve) as (url, _):
        answer = forward(Request("GET", url), url)

    assert (answer.status, answer.reason, answer.body) == (200, "OK", b"last")
    assert [name for name, _ in answer.headers.items] == ["X-Last", "Content-Length"]


def test_a_chunked_answer_is_put_together() -> None:
    serve = writing(("Transfer-Encoding", "chunked"), ("Connection", "close"), body=b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")

    with server(serve) as (url, _):
        answer = forward(Request("GET", url), url)

    assert answer == Response(200, Headers(), b"abcde", "OK")


RAW_DEFLATE = zlib.compressobj(wbits=-zlib.MAX_WBITS)
ENCODED = {
    "gzip": ("gzip", gzip.compress(b"short")),
    "x-gzip, upper case": ("X-GZIP", gzip.compress(b"short")),
    "deflate": ("deflate", zlib.compress(b"short")),
    "deflate without zlib's header": ("deflate", RAW_DEFLATE.compress(b"short") + RAW_DEFLATE.flush()),
    "one upon the other": ("deflate, gzip", gzip.compress(zlib.compress(b"short"))),
    "identity": ("identity", b"short"),
}


@pytest.mark.parametrize(("encoding", "body"), ENCODED.values(), ids=ENCODED)
def test_an_encoded_answer_comes_back_plain(encoding: str, body: bytes) -> None:
    with server(writing(("Content-Encoding", encoding), ("ETag", "x"), body=body)) as (url, _):
        answer = forward(Request("GET", url), url)

    assert answer.body == b"short"
    assert answer.headers.get("etag") == "x"
    if encoding != "identity":
        assert "content-encoding" not in answer.headers
        assert "content-length" not in answer.headers


def test_brotli_is_decoded_by_whatever_library_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    def decompress(body: bytes) -> bytes:
        if body != b"trohs":
            raise ValueError("no brotli")
        return b"short"

    headers = Headers((("Content-Encoding", "br"),))
    monkeypatch.setitem(sys.modules, "brotli", SimpleNamespace(decompress=decompress, error=ValueError))

    assert decoded(Response(200, headers, b"trohs")) == Response(200, Headers(), b"short")
    with pytest.raises(ValueError, match=r"^its body is no br: no brotli$"):
        decoded(Response(200, headers, b"plain"))


def test_brotli_stays_where_no_library_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = Response(200, Headers((("Content-Encoding", "br"),)), b"trohs")
    for name in ("brotli", "brotlicffi"):
        monkeypatch.setitem(sys.modules, name, None)

    assert decoded(answer) == answer


def test_an_unknown_encoding_stays_and_known_ones_around_it_go() -> None:
    headers = Headers((("Content-Encoding", "secret, gzip"),))

    answer = decoded(Response(200, headers, gzip.compress(b"as it is")))

    assert answer == Response(200, Headers((("Content-Encoding", "secret"),)), b"as it is")


def test_the_headers_of_a_head_answer_stay() -> None:
    headers = Headers((("Content-Encoding", "gzip"), ("Content-Length", "99")))

    assert decoded(Response(200, headers)) == Response(200, headers)


def test_a_body_that_is_not_what_its_header_says_is_an_error_that_names_the_server() -> None:
    with (
        server(writing(("Content-Encoding", "gzip"), body=b"plain")) as (url, _),
        pytest.raises(ContractError) as caught,
    ):
        forward(Request("GET", url), url)

    assert str(caught.value) == (
        f"no answer from {url}: its body is no gzip: Not a gzipped file (b'pl')\n  fix: see that {url} runs"
    )


def test_a_refused_connection_is_an_error_that_names_the_server_and_no_password() -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port = bound.getsockname()[1]

        with pytest.raises(ContractError) as caught:
            forward(Request("GET", "http://a.test/"), f"http://me:word@127.0.0.1:{port}/a")

    url = f"http://127.0.0.1:{port}"
    assert str(caught.value) == f"no answer from {url}: [Errno 111] Connection refused\n  fix: see that {url} runs"


def test_an_answer_that_breaks_off_is_an_error() -> None:
    def breaking(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response_only(200)
        handler.send_header("Content-Length", "100")
        handler.end_headers()
        handler.wfile.write(b"half")

    with server(breaking) as (url, _), pytest.raises(ContractError) as caught:
        forward(Request("GET", url), url)

    assert caught.value.what == f"no answer from {url}: IncompleteRead(4 bytes read, 96 more expected)"


def test_our_own_request_passes_the_closed_network_and_no_provider_answers_it() -> None:
    provider = Answers()

    with (
        server(writing(body=b"from there")) as (url, _),
        closed_network(lambda error: None, frozenset()),
        activated(provider),
    ):
        answer = forward(Request("GET", url), url)

    assert (answer.body, provider.seen) == (b"from there", [])


def test_proxies_in_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("no_proxy", "")

    with server(writing(body=b"direct")) as (url, _):
        assert forward(Request("GET", url), url).body == b"direct"


@pytest.mark.parametrize("encoding", ["identity", "chunked", "gzip"])
def test_a_large_answer_is_held_at_most_three_times(encoding: str) -> None:
    size, block = 8 * 1024**2, b"x" * 65536

    def serve(handler: BaseHTTPRequestHandler) -> None:
        if encoding == "gzip":
            writing(("Content-Encoding", "gzip"), body=zipped)(handler)
            return
        handler.send_response_only(200)
        is_chunked = encoding == "chunked"
        handler.send_header(*(("Transfer-Encoding", "chunked") if is_chunked else ("Content-Length", str(size))))
        handler.end_headers()
        for _ in range(size // len(block)):
            handler.wfile.write(b"%x\r\n%b\r\n" % (len(block), block) if is_chunked else block)
        handler.wfile.write(b"0\r\n\r\n" if is_chunked else b"")

    zipped = gzip.compress(b"x" * size)
    with server(serve) as (url, _):
        tracemalloc.start()
        try:
            answer = forward(Request("GET", url), url)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert len(answer.body) == size
    assert peak < 3 * size
