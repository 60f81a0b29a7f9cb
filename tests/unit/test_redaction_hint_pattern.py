"""What tokens begin with, looked for all at once: none may be missed, or its rule would never be asked."""

from __future__ import annotations

import pytest

from pactproof.redaction import TOKEN_RULES
from pactproof.redaction.hint_pattern import HintPattern, fits_in_a_word


def test_beginnings_that_overlap_or_begin_one_another_are_all_found():
    pattern = HintPattern([b"tok", b"token", b"ken_", b"secret", b"ret"])

    found = pattern.held_by([b"MyToken_Secret", b"taken", b"plain"])

    assert found == {b"MyToken_Secret": {b"tok", b"token", b"ken_", b"secret", b"ret"}}


def test_every_beginning_of_every_rule_is_found_by_itself():
    hints = {hint.encode() for rule in TOKEN_RULES for hint in rule.hints if hint}

    found = HintPattern(hints).held_by(hints)

    assert {hint for hint in hints if hint not in found.get(hint, set())} == set()


@pytest.mark.parametrize(
    ("pattern", "is_in_a_word"),
    [
        (r"gh[pousr]_[A-Za-z0-9_]{16,}", True),
        (r"(?<![\w.-])[MNO]\w{23,26}\.[\w-]{6}(?![\w.])", True),
        (r"npm_[A-Za-z0-9]{24,}={0,2}", True),
        (r"://[^/]+@", False),
        (r"pass: \w+", False),
        (r"Atz[ar]\|[A-Za-z0-9]+", False),
        (r"key.{3}end", False),
        (r"login\s+\w+", False),
    ],
)
def test_a_pattern_is_told_from_one_that_goes_beyond_a_word(pattern: str, is_in_a_word: bool):
    assert fits_in_a_word(pattern) is is_in_a_word
