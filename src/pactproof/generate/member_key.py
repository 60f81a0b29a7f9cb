"""The key of a JSON object's member, as a contract writes it."""

from __future__ import annotations


def escaped(name: str, *, is_optional: bool = False) -> str:
    """A leading dollar is doubled, a question mark at the end behind a backslash: bare, they are the contract's own."""
    key = f"${name}" if name.startswith("$") else name
    key = f"{key[:-1]}\\?" if key.endswith("?") else key
    return f"{key}?" if is_optional else key
