"""Bodies that are not what they say, and JSON at its edges: a verdict, never a crash."""

from __future__ import annotations

import gzip
import sys
from types import SimpleNamespace

import pytest

from pactproof.agreement import response_mismatches
from pactproof.errors import ContractError
from pactproof.expectation import TYPE, Binary, Member, Object, Value
from pactproof.interaction import Headers, Request, Response, body_text, parsed_json
from pactproof.promised_interaction import ResponsePromise
from pactproof.transport import plain_request
from pactproof.transport.encodings import decoded

ANY = Object((Member("n", Value(1, TYPE)),))


def told(node: object, content_type: str, body: bytes, sent_type: str = "") -> list[str]:
    promise = ResponsePromise(200, {}, node, content_type)  # type: ignore[arg-type]  # what each case gives
    headers = Headers((("Content-Type", sent_type or content_type),))
    return [str(mismatch) for mismatch in response_mismatches(promise, Response(200, headers, body))]


JSON_BODIES = {
    "the same key twice": (b'{"n": "x", "n": 2}', []),
    "a byte order mark": (b'\xef\xbb\xbf{"n": 1}', []),
    "UTF-16": ('{"n": 1}'.encode("utf-16"), []),
    "a number beyond floats": (b'{"n": 1e400}', []),
    "a large whole number": (b'{"n": 123456789012345678901234567890}', []),
    "half a surrogate pair": (b'{"n": 1, "x": "\\ud83d"}', []),
    "a whole surrogate pair": (b'{"n": 1, "x": "\\ud83d\\ude42"}', []),
    "NUL": (b'{"n": 1, "x": "\\u0000"}', []),
    "NaN": (b'{"n": NaN}', ['$: expected a JSON body, found "{\\"n\\": NaN}" (application/json)']),
    "text": (b"OK", ['$: expected a JSON body, found "OK" (application/json)']),
    "another null": (b"null", ['$: expected {"n":1}, found null']),
    "endless nesting": (
        b"[" * 100_000,
        [f'$: expected a JSON body, found "{"[" * 80}"… (application/json)'],
    ),
}


@pytest.mark.parametrize(("body", "expected"), JSON_BODIES.values(), ids=JSON_BODIES)
def test_json_is_judged_by_its_value(body: bytes, expected: list[str]):
    assert told(ANY, "application/json", body) == expected


def test_text_that_is_not_in_its_charset_is_told_as_pact_tells_it():
    assert told(Value("Größe", TYPE), "text/plain", b"Gr\xf6\xdfe") == ['$: expected text, found "Gr��e" (text/plain)']
    assert told(Value("Größe", TYPE), "text/plain", b"Gr\xf6\xdfe", "text/plain; charset=ISO-8859-1") == []
    assert told(Binary("text/plain", b"x"), "text/plain", b"Gr\xf6\xdfe") == []


@pytest.mark.parametrize(
    ("content_type", "text"),
    [
        ("text/plain", "ü"),
        ('text/plain; charset="UTF-8"', "ü"),
        ("text/plain; charset=latin1", "Ã¼"),
        ("a; charset=no", "ü"),
    ],
)
def test_a_charset_is_taken_as_it_is_told(content_type: str, text: str):
    assert body_text("ü".encode(), content_type) == text


def test_a_number_beyond_floats_stays_a_number():
    assert parsed_json(b"[1e400, -1e400, 0.1]") == [sys.float_info.max, -sys.float_info.max, 0.1]


# --- packed -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["gzip", "identity, gzip", "GZIP"])
def test_a_packed_request_is_read_unpacked_with_its_headers(encoding: str):
    headers = Headers((("Content-Encoding", encoding),))

    request = plain_request(Request("POST", "https://x/", headers, gzip.compress(b"plain")))

    assert request == Request("POST", "https://x/", headers, b"plain")


@pytest.mark.parametrize(("encoding", "body"), [("gzip", b"no gzip"), ("secret", b"x"), ("", b"x"), ("gzip", b"")])
def test_a_request_that_cannot_be_unpacked_stays_as_it_is(encoding: str, body: bytes):
    request = Request("POST", "https://x/", Headers((("Content-Encoding", encoding),)), body)

    assert plain_request(request) is request


def test_zstd_is_taken_off_by_the_library_that_is_there(monkeypatch: pytest.MonkeyPatch):
    class ZstdError(Exception):
        """As the library calls it."""

    def decompress(body: bytes) -> bytes:
        if body != b"packed":
            raise ZstdError("no zstd")
        return b"plain"

    headers = Headers((("Content-Encoding", "zstd"),))
    monkeypatch.setitem(sys.modules, "compression.zstd", None)
    monkeypatch.setitem(sys.modules, "backports", SimpleNamespace())
    monkeypatch.setitem(sys.modules, "backports.zstd", SimpleNamespace(decompress=decompress, ZstdError=ZstdError))

    assert decoded(Response(200, headers, b"packed")) == Response(200, Headers(), b"plain")
    with pytest.raises(ValueError, match=r"^its body is no zstd: no zstd$"):
        decoded(Response(200, headers, b"other"))


def test_an_answer_that_nothing_here_can_unpack_is_refused_before_it_is_recorded(monkeypatch: pytest.MonkeyPatch):
    from pactproof.transport import forward as sending

    for name in ("brotli", "brotlicffi"):
        monkeypatch.setitem(sys.modules, name, None)
    packed = Response(200, Headers((("Content-Encoding", "br"),)), b"packed")
    monkeypatch.setitem(sending.__globals__, "_sent", lambda *_: packed)

    with pytest.raises(ContractError) as caught:
        sending(Request("GET", "https://x/"), "https://x/")

    assert str(caught.value) == (
        "https://x answered in br, which was not asked for and cannot be unpacked\n"
        "  fix: install brotli or backports.zstd, or have it answer unpacked"
    )
