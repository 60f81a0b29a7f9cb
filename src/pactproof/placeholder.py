"""What stands where a secret was: REDACTED-1, numbered by first appearance, never derived from what it hides."""

from __future__ import annotations

import re
from typing import Final

PLACEHOLDER: Final = re.compile(r"REDACTED-(?P<number>[0-9]+)")


def placeholder(number: int) -> str:
    return f"REDACTED-{number}"


def without_numbers(text: str) -> str:
    """`text` with its placeholders alike: how many secrets came before one depends on what else was sent."""
    return PLACEHOLDER.sub("REDACTED", text) if "REDACTED-" in text else text
