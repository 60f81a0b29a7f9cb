"""Secrets inside forms, multipart forms and XML: hidden by the name they stand under, wherever that is."""

from __future__ import annotations

import pytest

from pactproof.interaction import Headers, Interaction, Request, Response
from pactproof.multipart import Part, multipart_bytes, parsed_parts
from pactproof.redaction import Redactor, scan

VALUE = "-".join(["hunter", "2", "ä"])
KNOWN = "-".join(["known", "value", "1"])
MULTIPART = "multipart/form-data; boundary=B"


def redacted(body: bytes, content_type: str, *secrets: str) -> bytes:
    headers = Headers((("Content-Type", content_type),))
    one = Interaction(Request("POST", "https://shop.example.com/", headers, body), Response(200, headers, body))
    result = Redactor(secrets).redact(one)
    assert result.request.body == result.response.body
    return result.request.body


FORMS = {
    "first": (f"token={VALUE}&a=1", "token=REDACTED-1&a=1"),
    "later": (f"a=1&client_secret={VALUE}", "a=1&client_secret=REDACTED-1"),
    "encoded": ("a=1&password=p%26%C3%A4+x&b=2", "a=1&password=REDACTED-1&b=2"),
    "no secret": ("next_token=abc&name=token", "next_token=abc&name=token"),
}


@pytest.mark.parametrize(("body", "expected"), FORMS.values(), ids=FORMS)
def test_a_secret_field_of_a_form_is_hidden(body: str, expected: str):
    assert redacted(body.encode(), "application/x-www-form-urlencoded").decode() == expected


XML = {
    "an element": (f"<a><password>{VALUE}</password></a>", "<a><password>REDACTED-1</password></a>"),
    "with a prefix": (
        f"<a><x:token y='1'>\n {VALUE}\n</x:token></a>",
        "<a><x:token y='1'>\n REDACTED-1\n</x:token></a>",
    ),
    "CDATA": (f"<secret><![CDATA[{VALUE}]]></secret>", "<secret><![CDATA[REDACTED-1]]></secret>"),
    "an attribute": (f'<a id="1" token="{VALUE}" b="2"/>', '<a id="1" token="REDACTED-1" b="2"/>'),
    "two attributes": ("<a password='x y' api-key = 'z'/>", "<a password='REDACTED-1' api-key = 'REDACTED-2'/>"),
    "no secret": ('<a name="token" key="x">password</a>', '<a name="token" key="x">password</a>'),
}


@pytest.mark.parametrize(("body", "expected"), XML.values(), ids=XML)
def test_a_secret_element_or_attribute_of_xml_is_hidden(body: str, expected: str):
    assert redacted(body.encode(), "application/xml").decode() == expected


def test_a_secret_part_of_a_form_is_hidden_and_the_frame_stays():
    parts = [
        Part("token", VALUE.encode()),
        Part("title", b"token"),
        Part("meta", b'{"password": "x1", "n": 1.0}', None, "application/json"),
        Part("api_key", b"\xff\x00", "key.bin", "application/octet-stream"),
        Part("logo", b"\x89PNG\r\n\xff" + KNOWN.encode(), "a.png", "image/png"),
        Part("empty_secret", b""),
    ]

    body = redacted(multipart_bytes(parts, "B"), MULTIPART, KNOWN)

    assert [(part.name, part.body, part.file_name) for part in parsed_parts(body, MULTIPART)] == [
        ("token", b"REDACTED-1", None),
        ("title", b"token", None),
        ("meta", b'{"password": "REDACTED-2", "n": 1.0}', None),
        ("api_key", b"REDACTED-3", "key.bin"),
        ("logo", b"\x89PNG\r\n\xffREDACTED-4", "a.png"),
        ("empty_secret", b"", None),
    ]


def test_a_form_that_cannot_be_taken_apart_is_still_looked_through():
    assert redacted(f"--C\r\nkey={KNOWN}".encode(), MULTIPART, KNOWN) == b"--C\r\nkey=REDACTED-1"


@pytest.mark.parametrize("body", [f"a=1&b={KNOWN}", f"<a b='{KNOWN}'/>", f'--B\r\nname="a"\r\n\r\n{KNOWN}\r\n--B--'])
def test_what_slipped_through_is_seen_in_the_finished_file(body: str):
    assert [finding.rule for finding in scan(f"line\n{body}", [KNOWN])] == ["known-secret"]


def message(*texts: str) -> bytes:
    """A map of MessagePack: names and values in turn."""
    return bytes([0x80 | len(texts) // 2]) + b"".join(b"\xd9" + bytes([len(text)]) + text.encode() for text in texts)


def test_a_value_of_message_pack_is_hidden_by_its_name_though_a_length_parts_them():
    body = message("id", "orders-2024", "api_key", "QYHODKPRH5NVO7BVUBZDDGPZ8I97", "page", "two pages")

    stored = redacted(body, "application/msgpack")

    assert stored == body.replace(b"QYHODKPRH5NVO7BVUBZDDGPZ8I97", b"REDACTED-1")


def test_a_token_of_protobuf_is_known_though_its_length_looks_like_a_letter_of_it():
    token = "gs" + "k_" + "7Ab2" * 13
    body = b"\x08\x96\x01\x12" + bytes([len(token)]) + token.encode() + b"\x18\x01\xff"

    stored = redacted(body, "application/x-protobuf")

    assert chr(len(token)) == "8"
    assert stored == body.replace(token.encode(), b"REDACTED-1")


def test_lengths_of_message_pack_change_nothing_where_there_is_no_secret():
    body = message("id", "orders-2024", "sort_key", "created at the till", "page", "two pages of it")

    assert redacted(body, "application/msgpack") == body
