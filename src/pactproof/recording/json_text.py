"""JSON bodies laid out one value a line, so that a diff of two recordings reads line by line."""

from __future__ import annotations

from pactproof.json_tokens import is_space, json_tokens

MAX_DEPTH = 100  # indentation grows with the depth at every line; deeper bodies stay as they came


def reindented(text: str) -> str:
    """`text` with only its whitespace changed: two spaces a level, no newline at the end.

    Every other token stays as it is spelled: 1.0, 12345678901234567890123, escapes, key order, duplicate keys.
    Text that is not JSON comes back as it is.
    """
    tokens = json_tokens(text)
    if tokens is None:
        return text
    return _laid_out([token for token in tokens if not is_space(token)]) or text


def _laid_out(tokens: list[str]) -> str:
    """The tokens with whitespace between them; "" where they are nested too deep."""
    parts: list[str] = []
    depth = 0
    before = ""
    for piece in tokens:
        if piece in "}]":
            depth -= 1
            if before not in ("{", "["):  # an empty container stays on its line
                parts.append("\n" + "  " * depth)
        elif before in ("{", "[", ","):
            parts.append("\n" + "  " * depth)
        parts.append(": " if piece == ":" else piece)
        if piece in "{[":
            depth += 1
            if depth > MAX_DEPTH:
                return ""
        before = piece
    return "".join(parts)
