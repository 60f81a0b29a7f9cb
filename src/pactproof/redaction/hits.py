"""Where secrets stand in a text, and the text without them: everything around a hit stays as it is spelled."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Protocol

from pactproof.placeholder import PLACEHOLDER, placeholder


@dataclass(frozen=True, slots=True)
class Packed:
    """An encoded run that carries secrets: what it says, where they stand in that, and how it is packed again."""

    text: str
    hits: tuple[Hit, ...]
    pack: Callable[[str], str]


@dataclass(frozen=True, slots=True, repr=False)
class Hit:
    """`text[start:end]` is a secret by the rule of this id. Its repr is without the value.

    secret:  the plain value, by which equal ones get equal placeholders
    literal: what takes its place where that is no placeholder: a number stays a number
    """

    start: int
    end: int
    rule: str
    secret: str
    literal: str | None = None
    packed: Packed | None = None

    def __repr__(self) -> str:
        return f"<Hit {self.rule} at {self.start}>"


class Placeholders:
    """`REDACTED-1` for the first secret that is met, and the same one for the same secret ever after."""

    def __init__(self) -> None:
        self._of: dict[str, str] = {}

    def __call__(self, secret: str) -> str:
        if PLACEHOLDER.fullmatch(secret):
            return secret
        return self._of.setdefault(secret, placeholder(len(self._of) + 1))


def without(text: str, hits: Iterable[Hit], placeholder: Placeholders) -> str:
    """`text` with each hit replaced. The hits are in order and do not overlap, as `settled` gives them."""
    pieces, done = [], 0
    for hit in hits:
        pieces += [text[done : hit.start], instead(hit, placeholder)]
        done = hit.end
    return "".join([*pieces, text[done:]]) if pieces else text


def instead(hit: Hit, placeholder: Placeholders) -> str:
    """What takes the place of a hit."""
    if hit.packed is not None:
        return hit.packed.pack(without(hit.packed.text, hit.packed.hits, placeholder))
    return placeholder(hit.secret) if hit.literal is None else hit.literal


class Sliceable(Protocol):
    """A text, or what gives parts of one."""

    def __getitem__(self, part: slice, /) -> str: ...


def settled(text: Sliceable, hits: Iterable[Hit]) -> list[Hit]:
    """The hits in the order of the text; where some overlap, one over all of them."""
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda one: (one.start, -one.end, one.packed is not None)):
        last = kept[-1] if kept else None
        if last is None or hit.start >= last.end:
            kept.append(hit)
        elif hit.end > last.end:
            whole = text[last.start : hit.end]
            kept[-1] = replace(last, end=hit.end, secret=whole, literal=None, packed=None)
    return kept


def is_hidden(value: str) -> bool:
    """Whether nothing is left in `value` but placeholders and marks."""
    if "REDACTED-" not in value:
        return False
    return not any(char.isalnum() for char in PLACEHOLDER.sub("", value))
