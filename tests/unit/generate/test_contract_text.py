"""An entry's text reads as people write contracts, and reads back as what it was made of."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pactproof.document import parse_document
from pactproof.generate.contract_text import entry_text

ENTRY: dict[str, Any] = {
    "response": {
        "status": 200,
        "body": [
            {
                "id": {"$integer": 1},
                "uid": {"$regex": "^[A-Za-z0-9_-]+$", "like": "nErXDvCkzz"},
                "tags": {"$min": 0, "like": ["production"]},
                "folderTitle?": "General",
                "owner": {"name": "Ada", "since": "2026-01-05", "team": {"id": 3}},
            }
        ],
    },
    "request": {"method": "GET", "path": "/api/search", "query": {"type": "dash-db"}},
    "given": "dashboards exist",
}


def test_an_entry_stands_in_blocks_with_small_mappings_in_one_line() -> None:
    text = entry_text("search_dashboards", ENTRY)

    assert text == (
        "search_dashboards:\n"
        "  given: dashboards exist\n"
        "  request: {method: GET, path: /api/search, query: {type: dash-db}}\n"
        "  response:\n"
        "    status: 200\n"
        "    body:\n"
        "      - id: {$integer: 1}\n"
        "        uid: {$regex: '^[A-Za-z0-9_-]+$', like: nErXDvCkzz}\n"
        "        tags: {$min: 0, like: [production]}\n"
        "        folderTitle?: General\n"
        "        owner:\n"
        "          name: Ada\n"
        "          since: '2026-01-05'\n"
        "          team: {id: 3}\n"
    )


def test_scenarios_and_sequences_stand_in_blocks() -> None:
    interaction = {"response": {"body": {"ok": True}}, "request": {"method": "POST", "path": "/x", "body": {"a": "1"}}}

    text = entry_text("post_x", {"scenarios": {"ok": {"sequence": [interaction]}, "on": {"params": {"id": "7"}}}})

    assert text == (
        "post_x:\n"
        "  scenarios:\n"
        "    ok:\n"
        "      sequence:\n"
        "        - response:\n"
        "            body: {ok: true}\n"
        "          request:\n"
        "            method: POST\n"
        "            path: /x\n"
        "            body: {a: '1'}\n"
        "    'on':\n"
        "      params: {id: '7'}\n"
    )


def test_an_entry_that_says_nothing_is_an_empty_mapping() -> None:
    assert entry_text("s3.list_buckets", {}) == "s3.list_buckets: {}\n"


# NO and y are booleans to some, 1e3 and 0o17 numbers to others, = and << mean something to YAML 1.1.
MISREAD = ["NO", "y", "null", "~", "", "1e3", "0o17", "0x1f", "1_0", "12:30:45", "2026-01-05", ".5", "=", "<<", "a: b"]
MISREAD += [
    "#x",
    "x #y",
    "- a",
    "a,b",
    "{x}",
    "[x]",
    "it's",
    'a "b"',
    "*a",
    "&a",
    "!a",
    "|",
    ">",
    "%x",
    "@x",
    "`x",
    " a",
]
MISREAD += [
    "a ",
    "a\n",
    "a\nb",
    "\t",
    "\u2028",
    "\x7f",
    "\ufeff",
    "é",
    "\U0001f600",
    "x:",
    "http://a:",
    "https://a/{b}?c",
]


@pytest.mark.parametrize("text", MISREAD, ids=ascii)
def test_no_reader_takes_a_text_for_something_else(text: str) -> None:
    written = entry_text("a", {"in_block": text, "params": {text or "x": text, "list": [text]}})

    expected = {"a": {"in_block": text, "params": {text or "x": text, "list": [text]}}}
    assert parse_document(written, "x.yaml")[0].data == expected
    assert yaml.safe_load(written) == expected  # YAML 1.1


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(st.text(), JSON, max_size=4))
def test_every_entry_reads_back_as_it_was(entry: dict[str, Any]) -> None:
    document, faults = parse_document(entry_text("name", entry), "x.yaml")

    assert faults == []
    assert document.data == {"name": entry}


def test_what_no_file_can_carry_is_refused() -> None:
    with pytest.raises(ValueError, match="a lone surrogate, which no file in UTF-8 can carry"):
        entry_text("a", {"b": "\ud800"})
