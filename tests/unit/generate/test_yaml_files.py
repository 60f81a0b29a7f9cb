"""Entries are added at the end of a contract file; every byte that is there stays."""

from __future__ import annotations

import pytest

from pactproof.document import parse_document
from pactproof.generate.contract_text import entry_text
from pactproof.generate.draft import Draft, NoDraft
from pactproof.generate.yaml_files import names_our_schema, with_entries

DRAFT = Draft({"request": {"path": "/x"}}, "specs/shop.json,\n GET /x")
ADDED = ("get_x", DRAFT, entry_text("get_x", DRAFT.entry))
TEXT = "# From specs/shop.json, GET /x.\nget_x:\n  request: {path: /x}\n"


def added(before: bytes | None) -> bytes | NoDraft:
    return with_entries(before, "contracts/shop.yaml", "shop", [ADDED])


def test_a_new_file_names_its_schema_and_the_registrys_entry() -> None:
    content = added(None)

    assert isinstance(content, bytes)
    assert content.decode() == (
        "# yaml-language-server: $schema=.schemas/contracts.schema.json\n"
        "# From registry.yaml: contracts.shop. Written once by `pactproof generate`, then yours.\n"
        f"\n{TEXT}"
    )
    assert names_our_schema(content)


KEPT = {
    "comments and odd formatting": "# mine\n\na:   {request: {path: /a}}  # why\n\n# the end\n",
    "no newline at the end": "a: {request: {path: /a}}",
    "Windows newlines": "a:\r\n  request: {path: /a}\r\n",
    "Windows newlines, none at the end": "a:\r\n  request: {path: /a}",
    "a byte order mark": "\ufeffa: {request: {path: /a}}\n",
    "keys that are indented": "  a: {request: {path: /a}}\n  b: {request: {path: /b}}\n",
    "a literal block at the end": "a:\n  request: {path: /a}\n  response:\n    body: |\n      text\n",
    "an anchor and an alias": "a: &x {request: {path: /a}}\nb: *x\n",
    "a mark at the start": "---\na: {request: {path: /a}}\n",
    "nothing but comments": "# to do\n",
    "blanks at the end": "a: {request: {path: /a}}\n\n\n   \n",
}


@pytest.mark.parametrize("before", KEPT.values(), ids=KEPT)
def test_what_is_there_keeps_every_byte_and_its_meaning(before: str) -> None:
    after = added(before.encode())

    assert isinstance(after, bytes)
    assert after.startswith(before.encode())
    assert (b"\r\n" in after) == ("\r\n" in before)
    assert after.count(b"\n") == after.count(b"\r\n") or "\r" not in before
    old, _ = parse_document(before.removeprefix("\ufeff"), "x")
    assert parse_document(after.decode("utf-8-sig"), "x")[0].data == {**(old.data or {}), "get_x": dict(DRAFT.entry)}


REFUSED = {
    "braces": ("{a: {request: {path: /a}}}\n", "the file is written in braces"),
    "a closing mark": ("a: {request: {path: /a}}\n...\n", "the file is closed by `...`"),
    "several documents": ("a: {}\n---\nb: {}\n", "the file holds several documents"),
    "a block that keeps its blank lines": (
        "a: |+\n  text\n\n",
        "nothing can be added at the end of the file without changing what it says",
    ),
}


@pytest.mark.parametrize(("before", "reason"), REFUSED.values(), ids=REFUSED)
def test_a_file_that_cannot_be_added_to_is_told(before: str, reason: str) -> None:
    refused = added(before.encode())

    assert isinstance(refused, NoDraft)
    assert refused.reason == reason
    assert refused.fix.endswith("add the entry by hand")
