"""The secrets of a body too large to be taken as one text: found window by window, replaced in one go."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from typing import Final

from pactproof.errors import SecretFoundError
from pactproof.redaction.decoders import cut_base64
from pactproof.redaction.finder import MAX_LAYERS, Finder
from pactproof.redaction.hits import Hit, Placeholders, instead, settled
from pactproof.redaction.structures import table_head
from pactproof.redaction.windows import OVERLAP_BYTES, WINDOW_BYTES, windows

_HEAD_BYTES: Final = 8192
_LONG_RUN_CHARS: Final = OVERLAP_BYTES * 3 // 4  # what is shorter lies in one window as a whole


def is_large(body: bytes) -> bool:
    return len(body) > WINDOW_BYTES


def can_be_cut(codec: str) -> bool:
    """Whether a text in this charset can be read from the middle on."""
    return codec == "utf-8" or len(bytes(range(256)).decode(codec, "replace")) == 256


def is_text_in(body: bytes, codec: str) -> bool:
    """Whether the body is text in this charset; read piece by piece."""
    decoder = codecs.getincrementaldecoder(codec)()
    view = memoryview(body)
    try:
        for start in range(0, len(body), WINDOW_BYTES):
            decoder.decode(view[start : start + WINDOW_BYTES])
        decoder.decode(b"", final=True)
    except ValueError:
        return False
    return True


def without_secrets(body: bytes, codec: str, finder: Finder, placeholder: Placeholders) -> bytes:
    """`body`, a text in this charset, with its secrets replaced.

    Raises SecretFoundError where base64 that is longer than the windows' overlap says a secret: it cannot be packed
    again piece by piece.
    """
    out, done = BytesIO(), 0
    for hit in _hits(body, codec, finder):
        out.write(memoryview(body)[done : hit.start])
        out.write(instead(hit, placeholder).encode(codec))
        done = hit.end
    if not done:
        return body
    out.write(memoryview(body)[done:])
    return out.getvalue()


def _hits(body: bytes, codec: str, finder: Finder) -> Iterator[Hit]:
    """In order, none over another, at places in bytes."""
    head = table_head(body[:_HEAD_BYTES].decode(codec, "replace"))
    pending: list[Hit] = []
    for start, end in windows(body):
        # What is left of the window before ends no later than where this one's own hits begin.
        done = [hit for hit in pending if hit.end <= start]
        yield from done
        fresh = _hits_in(body, start, end, codec, finder, head)
        pending = settled(_Decoded(body, codec), [*pending[len(done) :], *fresh])
    yield from pending


class _Decoded:
    """Slices of the body as text."""

    def __init__(self, body: bytes, codec: str) -> None:
        self._body, self._codec = body, codec

    def __getitem__(self, part: slice) -> str:
        return self._body[part].decode(self._codec, "replace")


def _hits_in(body: bytes, start: int, end: int, codec: str, finder: Finder, head: str) -> Iterator[Hit]:
    """Those of one window. A table's first line is put before it, which says what its columns are."""
    head = head if start else ""
    text = head + body[start:end].decode(codec)
    _refuse_cut_base64(text[len(head) :], finder, is_start=not start, is_end=end == len(body))
    at, place = len(head), start
    for hit in finder.hits(text):
        if hit.start < len(head):
            continue
        first = place + len(text[at : hit.start].encode(codec))
        place = first + len(text[hit.start : hit.end].encode(codec))
        at = hit.end
        is_cut = (start > 0 and hit.start == len(head)) or (end < len(body) and hit.end == len(text))
        if hit.packed is not None and is_cut and hit.end - hit.start >= _LONG_RUN_CHARS:
            raise _unpackable()
        yield replace(hit, start=first, end=place)


def _refuse_cut_base64(text: str, finder: Finder, *, is_start: bool, is_end: bool) -> None:
    """Long base64 at an edge within the body goes on beyond it: what this part of it says is looked at here."""
    for said in cut_base64(text, _LONG_RUN_CHARS, at_start=not is_start, at_end=not is_end):
        if said is None or finder.hits(said, MAX_LAYERS - 1):
            raise _unpackable()


def _unpackable() -> SecretFoundError:
    what = f"base64 of more than {_LONG_RUN_CHARS} characters in a large body holds a secret, or is packed"
    return SecretFoundError(what, fix="let the sandbox answer without it, or with less; then record again")
