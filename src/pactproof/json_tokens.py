"""JSON text as tokens, so that it can be laid out or changed in one place and left alone everywhere else."""

from __future__ import annotations

import json
import re
from typing import Final

# Whitespace, string, punctuation, or a run of anything else: numbers, true, false, null.
_TOKEN: Final = re.compile(r'[ \t\n\r]+|"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\],:]|[^ \t\n\r{}\[\],:"]+')


def json_tokens(text: str) -> list[str] | None:
    """Every token of `text` as it is spelled, whitespace included, so that joining them gives `text`.

    None where `text` is not JSON (RFC 8259: `NaN` is not) or is nested deeper than Python can follow.
    """
    try:
        # Numbers stay text: nothing is rounded, and Python's limit on the digits of an int does not apply.
        json.loads(text, parse_int=str, parse_float=str, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None
    return _TOKEN.findall(text)


def is_space(token: str) -> bool:
    return token[0] in " \t\n\r"


def _refuse(name: str) -> str:
    raise ValueError(f"{name} is not JSON")
