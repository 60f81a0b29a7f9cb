from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from pactproof.recording.yaml_text import yaml_text

AWKWARD = st.sampled_from(" \n\t\r:#-'\"\\|>&*%@`~?!{}[],\u2028\u2029\x85\x7f\x9f\x00\ufeff\ufffe😀e1.0_")
TEXTS = st.text(AWKWARD | st.characters(exclude_categories=["Cs"]))
SCALARS = TEXTS | st.binary() | st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False)
TREES = st.dictionaries(
    TEXTS,
    st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner), max_leaves=8),
    min_size=1,
)
LOADERS: list[Any] = [yaml.CSafeLoader, yaml.SafeLoader]


@given(TREES)
@example({"a": 1e16, "b": "1e16", "c": "NO", "d": "2024-01-01", "e": "1:30", "f": "0x1f", "g": "~", "h": "="})
@example({"a": "\n", "b": " x\ny", "c": "x\n\n", "d": "x\n ", "e": "\tx\ny", "f": "x\n---\n...\n", "g": "# x\ny"})
@example({"a": [[{"b": "x\ny\n"}], [], {}], "": b""})
def test_what_is_written_reads_back_equal_in_both_loaders(tree):
    text = yaml_text(tree)

    assert [yaml.load(text, Loader=loader) for loader in LOADERS] == [tree, tree]  # noqa: S506 - both are safe loaders


@given(st.text(" \n\taé😀:", min_size=1))
def test_blanks_and_line_ends_survive_in_a_block(body):
    text = yaml_text({"items": [{"string": body}], "version": 1})

    assert [yaml.load(text, Loader=loader)["items"][0]["string"] for loader in LOADERS] == [body, body]  # noqa: S506 - both are safe loaders


@pytest.mark.parametrize(
    ("body", "written"),
    [
        ('{\n  "a": "😀"\n}', '|-\n  {\n    "a": "😀"\n  }\n'),
        ("a \nb\n", "|\n  a \n  b\n"),
        ("a\n\n", "|+\n  a\n\n"),
        ("  a\nb", "|2-\n    a\n  b\n"),
        ("a\n\tb", '"a\\n\\tb"\n'),
        ("a\u2028\n", '"a\\u2028\\n"\n'),
        ("a\r\nb", '"a\\r\\nb"\n'),
        ("it's", "'it''s'\n"),
        ("yes", "'yes'\n"),
        ("2026-01-05T10:00:00Z", "'2026-01-05T10:00:00Z'\n"),
        ("application/json", "application/json\n"),
        (b"\x00\xff", "!!binary |\n  AP8=\n"),
    ],
    ids=[
        "json",
        "blank at the end",
        "blank lines at the end",
        "indented",
        "tab",
        "line separator",
        "carriage return",
        "apostrophe",
        "boolean word",
        "time",
        "plain",
        "binary",
    ],
)
def test_the_form_is_the_most_readable_one_that_reads_back(body, written):
    assert yaml_text({"k": body}) == f"k: {written}"


def test_a_lone_surrogate_is_refused():
    with pytest.raises(ValueError, match="lone") as refused:
        yaml_text({"k": "\ud800"})

    assert str(refused.value) == "a lone surrogate, which no file in UTF-8 can carry"
