"""One rule about text that is a secret by its looks; the redactor and the scan each have a table of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TokenRule:
    """Text that is a secret by its looks. Group `secret`, where there is one, is the part that gets hidden.

    hints:       a text without any of these cannot match; in lower case, and compared without case
    holds:       a second look at the secret part
    spans_words: whether it can match more than letters, digits and _.+/~%-
    """

    id: str
    hints: tuple[str, ...]
    pattern: re.Pattern[str]
    holds: Callable[[str], bool] = bool
    spans_words: bool = True
