from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pactproof.recording.json_text import reindented

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20)
LITERAL = "+-.0123456789Eaeflnrstu"
LAYOUTS = st.sampled_from([(None, (",", ":")), (None, (" ,\t", "\r\n: ")), (1, (",", ":")), (4, (",", ": "))])


def tokens(text: str) -> list[str]:
    """A second tokenizer, character by character for strings, so that the two check one another."""
    found = []
    while text := text.lstrip(" \t\r\n"):
        end = 1
        if text[0] == '"':
            while text[end] != '"':
                end += 2 if text[end] == "\\" else 1
            end += 1
        elif text[0] not in "{}[],:":
            end = len(text) - len(text.lstrip(LITERAL))
        found.append(text[:end])
        text = text[end:]
    return found


@given(VALUES, LAYOUTS, st.booleans())
def test_only_whitespace_changes_whatever_the_layout_was(value, layout, is_ascii):
    indent, separators = layout
    text = json.dumps(value, indent=indent, separators=separators, ensure_ascii=is_ascii)

    laid_out = reindented(text)

    assert tokens(laid_out) == tokens(text)
    assert json.loads(laid_out) == json.loads(text)
    assert reindented(laid_out) == laid_out


def test_one_value_stands_on_each_line():
    assert reindented('{"a":[1,2,{}],"b":{"c":[],"d":"x, {y}: [z]"}}') == (
        '{\n  "a": [\n    1,\n    2,\n    {}\n  ],\n  "b": {\n    "c": [],\n    "d": "x, {y}: [z]"\n  }\n}'
    )


@pytest.mark.parametrize(
    "token",
    ["12345678901234567890123", "1.0", "1E+2", "-0", "1e400", "9" * 5000, r'"\u00e9\/\ud83d"', '"\u2028é"', "true"],
    ids=["long", "point", "exponent", "minus zero", "beyond floats", "5000 digits", "escapes", "raw", "literal"],
)
def test_a_token_stays_as_it_is_spelled(token):
    assert reindented(f'[{token},{{"k":{token}}}]') == f'[\n  {token},\n  {{\n    "k": {token}\n  }}\n]'


def test_duplicate_keys_and_their_order_stay():
    assert reindented('{"b":1,"a":2,"b":3}') == '{\n  "b": 1,\n  "a": 2,\n  "b": 3\n}'


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "{",
        "{'a':1}",
        "[NaN]",
        "[1,]",
        '{"a":1}{"b":2}',
        "\ufeff{}",
        '["\n"]',
        "[" * 5000 + "]" * 5000,
        "[" * 101 + "]" * 101,
    ],
    ids=["empty", "blank", "cut", "quotes", "nan", "comma", "two", "bom", "raw newline", "endless", "too deep"],
)
def test_what_is_not_json_is_left_exactly_as_it_is(text):
    assert reindented(text) == text
