"""A large body in pieces that overlap, so that what is made of a piece is small however large the body is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

WINDOW_BYTES: Final = 1024 * 1024
OVERLAP_BYTES: Final = 64 * 1024
"""Longer than any secret with the names and encodings around it: each lies in one window as a whole."""
_SLACK_BYTES: Final = 16 * 1024
_ENDS_OF_WORDS: Final = (b" ", b",", b'"', b"<", b";")
_OF_BASE64: Final = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_-")
_RUNS: Final = bytes(0x61 if code in _OF_BASE64 else 0x20 for code in range(256))


def windows(body: bytes) -> Iterator[tuple[int, int]]:
    """Where each starts and ends: behind a line or a word, else within base64 at a multiple of four characters."""
    start = 0
    while len(body) - start > WINDOW_BYTES:
        end = _cut(body, start, start + WINDOW_BYTES)
        yield start, end
        start = _cut(body, start, end - OVERLAP_BYTES)
    yield start, len(body)


def _cut(body: bytes, before: int, at: int) -> int:
    """The best place to cut at `at` or a little before it; `before` is where the cut before was."""
    low = at - _SLACK_BYTES
    if (line_end := body.rfind(b"\n", low, at)) >= 0:
        return line_end + 1
    if (word_end := max(body.rfind(mark, low, at) for mark in _ENDS_OF_WORDS)) >= 0:
        return word_end + 1
    run_start = before + body[before:at].translate(_RUNS).rfind(b" ") + 1
    at -= (at - run_start) % 4
    while body[at] & 0xC0 == 0x80:  # within a character in UTF-8
        at -= 1
    return at
