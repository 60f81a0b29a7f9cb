"""Bodies of more than a window: read piece by piece, and nothing is lost or found twice where two pieces meet."""

from __future__ import annotations

import base64
from itertools import pairwise

import pytest

from pactproof.errors import SecretFoundError
from pactproof.interaction import Headers, Interaction, Request, Response
from pactproof.redaction import Redactor, scan_body
from pactproof.redaction.windows import OVERLAP_BYTES, WINDOW_BYTES, windows

SECRET = "hunter2-" + "Zq81xV"
JSON_LINE = b'{"id": 12345, "name": "\xc3\xa9t\xc3\xa9", "note": "nothing of interest"},\n'


def redacted(body: bytes, media_type: str = "application/json", secrets: tuple[str, ...] = ()) -> bytes:
    answer = Response(200, Headers((("Content-Type", media_type),)), body)
    given = Interaction(Request("GET", "http://shop.test/big", Headers(), b""), answer)
    return Redactor(secrets).redact(given).response.body


def lines_of(piece: bytes, size: int = 2 * WINDOW_BYTES + WINDOW_BYTES // 2) -> list[bytes]:
    return [piece] * (size // len(piece))


def base64_of(text: str, size: int) -> bytes:
    return base64.b64encode((text.encode() * (size // len(text)))[:size])


def test_the_windows_cover_a_body_and_overlap():
    body = b"".join(lines_of(JSON_LINE))

    found = list(windows(body))

    assert found[0][0] == 0
    assert found[-1][1] == len(body)
    assert all(0 < end - start <= WINDOW_BYTES for start, end in found)
    for (_, end), (start, _) in pairwise(found):
        assert OVERLAP_BYTES <= end - start < 2 * OVERLAP_BYTES


def test_a_secret_is_hidden_wherever_it_stands_and_all_else_stays():
    lines = lines_of(JSON_LINE)
    edges = {end // len(JSON_LINE) + shift for _, end in windows(b"".join(lines)) for shift in range(-2000, 2, 97)}
    for number in edges:
        lines[min(number, len(lines) - 1)] = f'{{"password": "{SECRET}", "é": 1}},\n'.encode()
    body = b"".join(lines)

    found = redacted(body)

    assert found == body.replace(SECRET.encode(), b"REDACTED-1")


def test_a_known_secret_that_lies_on_an_edge_is_hidden_once():
    filler = "A1b2" * 300_000  # nowhere to cut but in the middle
    body = "".join(filler[at : at + 1000] + SECRET for at in range(0, len(filler), 1000)).encode()

    found = redacted(body, "text/plain", (SECRET,))

    assert found == body.replace(SECRET.encode(), b"REDACTED-1")


def test_a_large_body_without_secrets_is_the_same_object():
    body = b"".join(lines_of(JSON_LINE))

    assert redacted(body) is body


def test_the_columns_of_a_large_table_keep_their_names():
    rows = lines_of(b"till,REDACTED-9,Pecs\n")
    rows[-1] = rows[-60_000] = f"till,{SECRET},Pecs\n".encode()
    body = b"user,password,city\n" + b"".join(rows)

    found = redacted(body, "text/csv")

    assert found == body.replace(SECRET.encode(), b"REDACTED-1")


def test_a_large_body_that_is_no_text_is_looked_through_too():
    body = bytes(range(256)) * 8192 + f'"password": "{SECRET}"'.encode() + bytes(range(256))

    found = redacted(body, "image/png", (SECRET,))

    assert found == body.replace(SECRET.encode(), b"REDACTED-1")


def test_long_base64_that_says_a_secret_is_held_back():
    said = "nothing of interest, é\n" * 100_000 + f"password={SECRET}\n" + "more of it\n" * 10_000
    body = b'{"file": "' + base64.b64encode(said.encode()) + b'"}'

    with pytest.raises(SecretFoundError) as caught:
        redacted(body)

    assert str(caught.value) == (
        "base64 of more than 49152 characters in a large body holds a secret, or is packed\n"
        "  fix: let the sandbox answer without it, or with less; then record again"
    )


def test_long_base64_that_is_packed_is_held_back_since_nobody_could_look_into_it():
    packed = b"\x1f\x8b\x08\x00" + bytes(range(256)) * 12_000
    body = b'{"file": "' + base64.b64encode(packed) + b'"}'

    with pytest.raises(SecretFoundError):
        redacted(body)


@pytest.mark.parametrize("said", ["nothing of interest, é\n", "\x00\x01binary"], ids=["text", "binary"])
def test_long_base64_that_says_no_secret_stays(said):
    body = b'{"file": "' + base64_of(said, 2 * WINDOW_BYTES) + b'"}'

    assert redacted(body) is body


def test_the_scan_tells_the_line_of_a_secret_in_a_large_body():
    lines = lines_of(JSON_LINE)
    lines[-1] = f'{{"text": "{SECRET}"}}\n'.encode()

    found = scan_body(b"".join(lines), [SECRET])

    assert [(one.rule, one.line) for one in found] == [("known-secret", len(lines))]


def test_the_scan_reads_base64_that_is_longer_than_a_window():
    said = (
        "nothing of interest, é\n" * 100_000 + "glsa" + "_Zx81yQw92Kd73Lm4Pv5n6Rt_1a2b3c4d" + "\n" + "more\n" * 10_000
    )
    body = b'{"file": "' + base64.b64encode(said.encode()) + b'"}'

    assert {one.rule for one in scan_body(body)} == {"grafana-token"}
