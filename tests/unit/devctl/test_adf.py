"""Plain text to Atlassian Document Format and back."""

from __future__ import annotations

from typing import Any

import pytest

from devctl.clients.adf import document, plain_text


def paragraph(*content: dict[str, Any]) -> dict[str, Any]:
    return {"type": "paragraph", "content": list(content)}


def text(words: str, **more: Any) -> dict[str, Any]:
    return {"type": "text", "text": words, **more}


BREAK = {"type": "hardBreak"}


def test_an_empty_line_starts_a_paragraph_and_a_line_end_is_a_break() -> None:
    assert document("Deploy of 2.4.0\nfailed twice.\n\n \nSee the log.\n") == {
        "type": "doc",
        "version": 1,
        "content": [
            paragraph(text("Deploy of 2.4.0"), BREAK, text("failed twice.")),
            paragraph(text("See the log.")),
        ],
    }


def test_no_text_is_a_document_without_paragraphs() -> None:
    assert document(" \n") == {"type": "doc", "version": 1, "content": []}


@pytest.mark.parametrize("words", ["One line.", "One\ntwo.", "One.\n\nTwo.\n\nThree\nfour."])
def test_plain_text_comes_back_as_it_was(words: str) -> None:
    assert plain_text(document(words)) == words


def test_of_a_rich_document_the_words_are_left() -> None:
    items = [{"type": "listItem", "content": [paragraph(text(words))]} for words in ("Roll back", "Tell the team")]
    rich = {
        "type": "doc",
        "version": 1,
        "content": [
            {"type": "heading", "attrs": {"level": 2}, "content": [text("What to do")]},
            {"type": "orderedList", "content": items},
            {"type": "rule"},
            {"type": "mediaSingle", "content": [{"type": "media", "attrs": {"id": "4478e39c", "type": "file"}}]},
            paragraph(
                text("Ask ", marks=[{"type": "strong"}]),
                {"type": "mention", "attrs": {"id": "5b10a2844c20165700ede21g", "text": "@Ines"}},
                text("."),
            ),
        ],
    }

    assert plain_text(rich) == "What to do\n\nRoll back\nTell the team\n\nAsk @Ines."


@pytest.mark.parametrize("value", [None, "", "Written before version 3"])
def test_what_is_no_document_stays(value: str | None) -> None:
    assert plain_text(value) == value


@pytest.mark.parametrize("odd", [7, {"type": "doc"}, {"type": "doc", "content": "text"}, {"content": [None, []]}])
def test_a_document_that_is_none_has_no_words(odd: object) -> None:
    assert plain_text(odd) == ""
