"""What is wrong with a body is seen before the promise, by Pact or by us; and XML is told apart by both alike."""

from __future__ import annotations

import base64
import gzip
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from pactproof.agreement import request_mismatches, response_mismatches
from pactproof.interaction import Headers, Request, Response
from pactproof.multipart import Part, multipart_bytes
from pactproof.promise.pact_provider import PactProvider, pact_provider
from pactproof.promised_interaction import HttpPromise

FORM = [
    Part("title", b"Notes"),
    Part("tag", b"a"),
    Part("tag", b"b"),
    Part("logo", b"\x89PNG", "logo.png", "image/png"),
]
MULTIPART = f"""
send:
  request:
    method: POST
    path: /
    headers: {{Content-Type: multipart/form-data}}
    body:
      title: {{$regex: '[A-Z].*', like: Notes}}
      tag: [a, b]
      logo: {{$binary: image/png, like: {base64.b64encode(b"PNG").decode()}, filename: logo.png}}
"""
LATIN = "send: {request: {method: POST, path: /, headers: {Content-Type: text/plain;charset=latin-1}, body: Größe}}\n"
NULL = "send: {request: {method: POST, path: /, headers: {Content-Type: application/json}, body: {$exactly: null}}}\n"
JSON = "send: {request: {method: POST, path: /, headers: {Content-Encoding: gzip}, body: {n: 1}}}\n"
UNTYPED = """
send:
  request: {method: PUT, path: /, headers: {Content-Type: null}, body: {$binary: application/zip, like: UEs=}}
"""


@contextmanager
def promised(written, contract: str) -> Iterator[PactProvider]:
    project = written("shop: [send]", shop=contract)
    with pact_provider(
        "till", "shop", "https://shop.example.com/base", project.pacts["shop"]["shop.send"], "full"
    ) as one:
        yield one


def sent(provider: PactProvider, body: bytes, *headers: tuple[str, str], method: str = "POST") -> list[str]:
    provider.handle(Request(method, f"{provider.url}/", Headers(headers), body))
    return [str(mismatch) for mismatch in provider.request_mismatches()]


def form(*parts: Part) -> tuple[bytes, tuple[str, str]]:
    return multipart_bytes(parts, "xYz"), ("Content-Type", "multipart/form-data; boundary=xYz")


TITLE, TAG_A, TAG_B, LOGO = FORM
FORMS = {
    "as promised": (FORM, []),
    "in another order": ([LOGO, TAG_A, TITLE, TAG_B], []),
    "another file": ([*FORM[:3], Part("logo", b"", "logo.png", "image/png")], []),
    "a file of no type": ([*FORM[:3], Part("logo", b"x", "logo.png")], []),
    "another title": (
        [Part("title", b"notes"), *FORM[1:]],
        ['$.title: expected "Notes", found "notes"'],
    ),
    "tags in another order": (
        [TITLE, TAG_B, TAG_A, LOGO],
        ['$.tag: expected "a", found "b"', '$.tag: expected "b", found "a"'],
    ),
    "a tag too few": ([TITLE, TAG_A, LOGO], ["$.tag: expected 2 parts, found 1 parts"]),
    "no title": (FORM[1:], ["$.title: expected 1 parts, found 0 parts"]),
    "a part more": ([*FORM, Part("more", b"x")], ["$.more: expected 0 parts, found 1 parts"]),
    "another file name": (
        [*FORM[:3], Part("logo", b"x", "x.png", "image/png")],
        ["$.logo: expected logo.png, found x.png"],
    ),
    "another type": (
        [*FORM[:3], Part("logo", b"x", "logo.png", "text/plain")],
        ["$.logo: expected image/png, found text/plain"],
    ),
    "a field as a file": (
        [Part("title", b"Notes", "t.txt"), *FORM[1:]],
        ["$.title: expected a field, found the file t.txt"],
    ),
}


@pytest.mark.parametrize(("parts", "told"), FORMS.values(), ids=FORMS)
def test_a_form_has_the_promised_parts_and_no_others(written, parts, told):
    body, content_type = form(*parts)
    with promised(written, MULTIPART) as provider:
        assert sent(provider, body, content_type) == told


def test_a_form_that_is_none_is_told(written):
    with promised(written, MULTIPART) as provider:
        found = sent(provider, b"title=Notes", ("Content-Type", "application/x-www-form-urlencoded"))

    assert found == [
        'header.Content-Type: expected "multipart/form-data", found "application/x-www-form-urlencoded"',
        '$: expected a multipart body, found "title=Notes" (application/x-www-form-urlencoded)',
    ]


SENT = "send: {{request: {{method: POST, path: /, headers: {{Content-Type: {}}}, body: {}}}}}\n"
FIELDS = ("Content-Type", "application/x-www-form-urlencoded")
FIELD = SENT.format(FIELDS[1], "{n: {$regex: '[a-z]', like: x}}")
WRITTEN = SENT.format(FIELDS[1], "a=1&b=&a=2")
NUMBER = SENT.format("text/plain", 7)
PLAIN, TYPED = ("Content-Type", "text/plain;charset=latin-1"), ("Content-Type", "application/json")
GZIP = ("Content-Encoding", "gzip")
OTHERS = {
    "latin-1": (LATIN, "Größe".encode("latin-1"), [PLAIN], []),
    "latin-1, another": (LATIN, "Größen".encode("latin-1"), [PLAIN], ['$: expected "Größe", found "Größen"']),
    "null": (NULL, b" null", [TYPED], []),
    "null, another": (NULL, b"0", [TYPED], ["$: expected null, found 0"]),
    "null, nothing": (NULL, b"", [TYPED], ["$: expected a body of application/json, found nothing"]),
    "packed": (JSON, gzip.compress(b'{"n":1}'), [TYPED, GZIP], []),
    "packed, another": (JSON, gzip.compress(b'{"n":2}'), [TYPED, GZIP], ["$.n: expected 1, found 2"]),
    "untyped": (UNTYPED, b"PK", [], []),
    "untyped, but typed": (UNTYPED, b"PK", [("Content-Type", "application/zip")], []),
    "untyped, another": (UNTYPED, b"PK", [PLAIN], ["header.Content-Type: expected application/zip, found text/plain"]),
    "untyped, nothing": (UNTYPED, b"", [], ["$: expected a body of application/zip, found nothing"]),
}


OTHERS |= {
    "a field twice, by a rule": (FIELD, b"n=a&n=b", [FIELDS], ['$.n: expected ["x"], found ["a","b"]']),
    "a form as text": (WRITTEN, b"b=&a=1&a=2", [FIELDS], []),
    "a form as text, turned": (
        WRITTEN,
        b"b=&a=2&a=1",
        [FIELDS],
        ["$.a: expected 1, found 2", "$.a: expected 2, found 1"],
    ),
    "a number as text": (NUMBER, b"7", [("Content-Type", "text/plain")], []),
}


@pytest.mark.parametrize(("contract", "body", "headers", "told"), OTHERS.values(), ids=OTHERS)
def test_what_pact_cannot_say_is_still_promised(written, contract, body, headers, told):
    with promised(written, contract) as provider:
        assert sent(provider, body, *headers, method="PUT" if contract is UNTYPED else "POST") == told


# --- XML, by Pact's mock server and by us -------------------------------------------------------------------------

BOOKS = '<b:books xmlns:b="urn:b" kind="all" b:n="2"><id>1</id><id>2</id><note>mixed<i>x</i> text</note></b:books>'
XML = f"""
send:
  request: {{method: POST, path: /, headers: {{Content-Type: application/xml}}, body: '{BOOKS}'}}
  response: {{headers: {{Content-Type: application/xml}}, body: '{BOOKS}'}}
"""
SAME = {
    "to the letter": BOOKS,
    "declared": '<?xml version="1.0" encoding="utf-8"?>\n' + BOOKS,
    "another prefix": BOOKS.replace("b:", "q:").replace(":b=", ":q="),
    "attributes turned": BOOKS.replace('kind="all" b:n="2"', 'b:n="2"  kind="all"'),
    "space between": BOOKS.replace("><", ">\n  <"),
    "space around text": BOOKS.replace(">1<", "> 1\n<"),
    "space around mixed text": BOOKS.replace("mixed<", "mixed\n<"),
    "a comment": BOOKS.replace("<note>", "<!-- no --><note>"),
    "CDATA": BOOKS.replace(">2<", "><![CDATA[2]]><"),
    "a character reference": BOOKS.replace(">1<", ">&#49;<"),
    "other names turned": BOOKS.replace("<id>1</id><id>2</id>", "").replace("</note>", "</note><id>1</id><id>2</id>"),
}
OTHER = {
    "another text": BOOKS.replace(">1<", ">7<"),
    "another attribute": BOOKS.replace('"all"', '"one"'),
    "another namespace": BOOKS.replace("urn:b", "urn:c"),
    "no namespace": BOOKS.replace("b:books", "books"),
    "a child more": BOOKS.replace("<note>", "<more/><note>"),
    "one more of a name": BOOKS.replace("<note>", "<id>3</id><note>"),
    "one fewer of a name": BOOKS.replace("<id>2</id>", ""),
    "turned": BOOKS.replace("<id>1</id><id>2</id>", "<id>2</id><id>1</id>"),
    "an attribute more": BOOKS.replace("kind=", 'x="" kind='),
    "an attribute fewer": BOOKS.replace('kind="all" ', ""),
    "other mixed text": BOOKS.replace(" text<", "<"),
    "no XML": "kind=all",
    "cut off": BOOKS[:-4],
    "nothing in it": '<b:books xmlns:b="urn:b"/>',
}


@pytest.mark.parametrize(("text", "is_same"), [(t, True) for t in SAME.values()] + [(t, False) for t in OTHER.values()])
def test_xml_that_is_sent_is_judged_alike_by_pact_and_by_us(written, text, is_same):
    with promised(written, XML) as provider:
        told = sent(provider, text.encode(), ("Content-Type", "application/xml"))
        ours = request_mismatches(promise_of(provider).request, request(text), "")

    assert (not told, not ours) == (is_same, is_same), (told, ours)
    assert "Stack backtrace" not in " ".join(told)


def request(text: str) -> Request:
    return Request("POST", "http://provider/", Headers((("Content-Type", "application/xml"),)), text.encode())


def promise_of(provider: PactProvider) -> HttpPromise:
    return provider.served[0].interaction.promise


ANSWERS = {
    "other texts and attributes": (BOOKS.replace(">1<", ">7<").replace('"all"', '"one"'), []),
    "more of everything": (BOOKS.replace("<note>", "<more/><id>3</id><note>").replace("kind=", 'x="" kind='), []),
    "latin-1": (f'<?xml version="1.0" encoding="iso-8859-1"?>{BOOKS}'.replace("mixed", "ü").encode("latin-1"), []),
    "a DOCTYPE and a byte order mark": (f"\ufeff<!DOCTYPE books>{BOOKS}", []),
    "a child fewer": (BOOKS.replace("<id>2</id>", ""), ["Expected child <id/> but was missing"]),
    "an attribute fewer": (
        BOOKS.replace('kind="all" ', ""),
        [
            "Expected attribute 'kind'='all' but was missing",
            "Expected at least 2 attribute(s) but received 1 attribute(s)",
        ],
    ),
    "no XML": ("<html><br></html>", ["not XML: mismatched tag: line 1, column 12"]),
}


@pytest.mark.parametrize(("body", "told"), ANSWERS.values(), ids=ANSWERS)
def test_xml_that_is_answered_has_what_is_promised_of_any_text(written, body, told):
    with promised(written, XML) as provider:
        promise = promise_of(provider).response
    encoded = body if isinstance(body, bytes) else body.encode()

    found = response_mismatches(promise, Response(200, Headers((("Content-Type", "application/xml"),)), encoded))

    assert sorted(mismatch.text for mismatch in found) == sorted(told)
