"""Drift as text, Markdown and JSON: whatever a provider called its keys, nothing in it is taken for markup."""

from __future__ import annotations

import json

import pytest

from pactproof.drift import Drift, Report, as_json, as_markdown, as_text
from pactproof.errors import Place


def report(*paths: str) -> Report:
    place = Place("contracts/shop.yaml", 3)
    drifts = tuple(
        Drift("additive", "new", "response", "shop.get", "ok", 1, path, "1", "2", "why", place) for path in paths
    )
    return Report("HEAD", "the working tree", 1, drifts)


@pytest.mark.parametrize(
    ("path", "cell"),
    [
        ("$.a|b", "`$.a\\|b`"),
        ("$['a\nb']", "`$['a\\nb']`"),
        ("$['`']", "`` $['`'] ``"),
        ("$['``']", "``` $['``'] ```"),
        ("$['<img src=x>']", "`$['<img src=x>']`"),
        ("$['\x1b[31m\u202e']", "`$['\\x1b[31m\\u202e']`"),
    ],
    ids=["bar", "line break", "backtick", "two backticks", "html", "terminal"],
)
def test_a_cell_of_a_table_ends_where_it_should(path: str, cell: str) -> None:
    [row] = [line for line in as_markdown(report(path)).splitlines() if line.startswith("| `shop")]

    assert row == f"| `shop.get` | {cell} | `1` | `2` | why | contracts/shop.yaml:3 |"


def test_names_of_branches_and_folders_are_no_markup() -> None:
    text = as_markdown(Report("a_b*[x](y)<i>", "the working tree", 0, (), ("in `a|b`",)))

    assert text == (
        "**0 recordings compared, a\\_b\\*\\[x\\](y)\\<i\\> with the working tree: no drift**\n\n- in \\`a\\|b\\`\n"
    )


def test_text_tells_no_terminal_what_to_do() -> None:
    text = as_text(report("$['\x1b[2J\x9b\r\n']"))

    assert "    $['\\x1b[2J\\x9b\\r\\n']: was 1, is 2\n" in text


def test_long_lists_are_cut_and_their_number_told_but_not_in_json() -> None:
    many = report(*(f"$.a{number}" for number in range(73)))

    text, markdown, told = as_text(many), as_markdown(many), json.loads(as_json(many))

    assert text.count("was 1, is 2") == 50
    assert "\n  and 23 more, which --json FILE lists\n" in text
    assert markdown.count("| `$.a") == 50
    assert markdown.endswith("|\n\nand 23 more, which --json FILE lists\n")
    assert len(told["drifts"]) == told["counts"]["additive"] == 73
    assert text.endswith("0 breaking, 73 additive, 0 value-only\n")


def test_half_a_surrogate_pair_in_a_key_can_be_written_everywhere() -> None:
    drifted = report("$['\ud800']")

    told = json.loads(as_json(drifted).encode())["drifts"][0]["path"]

    assert told == "$['\ud800']"
    assert b"$['\\ud800']" in as_text(drifted).encode()
    assert b"$['\\ud800']" in as_markdown(drifted).encode()
