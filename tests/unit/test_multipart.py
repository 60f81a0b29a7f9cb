"""multipart/form-data taken apart, whoever made it, and made."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
import requests
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pactproof.agreement import request_mismatches
from pactproof.expectation import Member, Object, Sequence, Value
from pactproof.interaction import Headers, Request
from pactproof.multipart import Part, boundary_of, multipart_bytes, parsed_parts
from pactproof.promised_interaction import FORM, RequestPromise

TYPE = "multipart/form-data; boundary=B"
FILES = [("logo", ('a "b".png', b"\x00\r\n--B\xff", "image/png")), ("größe", ("ü.txt", b"", "text/plain"))]
TEXT = st.text(st.characters(codec="utf-8"), max_size=20)
# A name is written with %22, %0D and %0A for what would end it, so that these themselves come back as that.
NAME = TEXT.filter(lambda name: not any(code in name for code in ("%22", "%0D", "%0A")))
PARTS = st.lists(
    st.builds(
        Part,
        NAME,
        st.binary(max_size=60) | st.sampled_from([b"\r\n", b"--B", b"\r\n--", b"\r\n\r\n--B-", b"--B--"]),
        st.none() | NAME,
        st.sampled_from(["", "image/png", "text/plain; charset=utf-8"]),
    ),
    max_size=5,
)


@settings(max_examples=40)
@given(PARTS)
def test_what_is_made_of_parts_has_these_parts(parts: list[Part]):
    assume(not any(b"\r\n--B" in b"\r\n" + part.body for part in parts))  # else a client takes another boundary

    body = multipart_bytes(parts, "B")
    found = parsed_parts(body, TYPE)

    assert [(one.name, one.body, one.file_name, one.content_type) for one in found] == [
        (one.name, one.body, one.file_name, one.content_type) for one in parts
    ]
    assert [body[one.start : one.start + len(one.body)] for one in found] == [one.body for one in parts]


@pytest.mark.parametrize("client", ["requests", "httpx"])
def test_what_a_client_makes_is_understood(client: str):
    if client == "requests":
        made: Any = requests.Request("POST", "http://x", data=[("t", "ä"), ("t", "")], files=FILES).prepare()
        body, content_type = made.body, made.headers["Content-Type"]
    else:
        sent = httpx.Request("POST", "http://x", data={"t": ["ä", ""]}, files=FILES)
        body, content_type = sent.read(), sent.headers["Content-Type"]

    found = parsed_parts(body, content_type)

    assert [(one.name, one.body, one.file_name) for one in found] == [
        ("t", "ä".encode(), None),
        ("t", b"", None),
        ("logo", b"\x00\r\n--B\xff", 'a "b".png'),
        ("größe", b"", "ü.txt"),
    ]


def test_older_spellings_of_a_file_name_are_understood():
    head = b"content-disposition: form-data; name=logo; filename=a.png; filename*=utf-8''%C3%BC.png"

    [part] = parsed_parts(b"preamble\r\n--B \r\n" + head + b"\r\n\r\nx\r\n--B--\r\nepilogue", TYPE)

    assert part == Part("logo", b"x", "ü.png", "", start=part.start)


BROKEN = {
    "no boundary": ("multipart/form-data", b"--B--\r\n", "its content type names no boundary"),
    "cut off": (TYPE, b'--B\r\nContent-Disposition: form-data; name="a"\r\n\r\nx', "it does not end with its boundary"),
    "another boundary": (TYPE, b"--C--\r\n", "it does not end with its boundary"),
    "no empty line": (TYPE, b'--B\r\nContent-Disposition: form-data; name="a"\r\n--B--', "a part has no empty line"),
    "no name": (TYPE, b"--B\r\nX: y\r\n\r\nx\r\n--B--", "a part has no name"),
    "no headers": (TYPE, b"--B\r\n\r\nx\r\n--B--", "a part has no name"),
    "marks alone": (TYPE, b"--B\r\n--B--", "a part has no empty line"),
    "text": (TYPE, b"a=1", "it does not end with its boundary"),
}


@pytest.mark.parametrize(("content_type", "body", "why"), BROKEN.values(), ids=BROKEN)
def test_a_body_that_cannot_be_taken_apart_says_why(content_type: str, body: bytes, why: str):
    with pytest.raises(ValueError, match=f"^{why}"):
        parsed_parts(body, content_type)


@settings(max_examples=40)
@given(st.binary(max_size=80))
def test_any_bytes_are_read_or_refused(noise: bytes):
    for body in (noise, b"--B\r\n" + noise + b"\r\n--B--", noise.replace(b"a", b"\r\n--B\r\n") + b"\r\n--B--"):
        with suppress(ValueError):
            for part in parsed_parts(body, TYPE):
                assert body[part.start :].startswith(part.body)


@pytest.mark.parametrize(
    ("content_type", "boundary"),
    [('multipart/form-data; charset=x; BOUNDARY="a b"', "a b"), ("multipart/form-data;boundary=a'b; x=y", "a'b")],
)
def test_a_boundary_is_found_as_it_is_spelled(content_type: str, boundary: str):
    assert boundary_of(content_type) == boundary


@settings(max_examples=40)
@given(st.dictionaries(TEXT.filter(bool), st.lists(TEXT, min_size=1, max_size=3), min_size=1, max_size=5))
def test_a_form_is_as_promised_however_it_is_spelled(fields: dict[str, list[str]]):
    node = Object(tuple(Member(name, Sequence(tuple(map(Value, values)))) for name, values in fields.items()))
    promise = RequestPromise("POST", Value("/"), {}, {}, node, FORM)
    spelled = urlencode(fields, doseq=True).replace("+", "%20")
    assume(spelled not in ("", "="))

    found = request_mismatches(
        promise, Request("POST", "http://x/", Headers((("Content-Type", FORM),)), spelled.encode()), ""
    )

    assert found == []
