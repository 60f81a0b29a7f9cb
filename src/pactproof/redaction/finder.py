"""Finds the secrets of a text, in each of its readings: plain, percent-encoded, JSON-escaped, in base64."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from pactproof.redaction import decoders, pairs, structures
from pactproof.redaction.hits import Hit, Packed, is_hidden, settled
from pactproof.redaction.options import NO_CHOICES, Rules
from pactproof.redaction.prefilter import (
    MARKS_OF_FORMS,
    MARKS_OF_STRUCTURES,
    MIN_BASE64_CHARS,
    Look,
    Prefilter,
    prefilter,
)
from pactproof.redaction.token_rules import TokenRule

MIN_SECRET_CHARS: Final = 4  # a shorter "secret" would tear ordinary words apart
MAX_LAYERS: Final = 5
_MIN_BASE64_OF_KNOWN: Final = 6
_OF_BASE64: Final = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_-")
_RUNS: Final = bytes.maketrans(bytes(range(256)), bytes(0x61 if code in _OF_BASE64 else 0x20 for code in range(256)))
_SLASH: Final = re.compile("/")
_PATH: Final = re.compile(r"(?:[a-z0-9_-]*|[A-Za-z]{1,20})(?:/(?:[a-z0-9_-]*|[A-Za-z]{1,20}))*")
"""What may stand beside a key in a path: words. Beside anything else it is a part of longer base64."""
_ARMORED_CHARS: Final = 64 * 1024  # no certificate is longer
_OF_AWS: Final = re.compile(rb"(?<![a-z0-9])(?:a[ks]ia[a-z0-9]{16}|aws|amz)|amazon")
_NO_KEY_BEHIND: Final = re.compile(
    r"(?i)(?:cursor|marker|etag|token|hash|digest|checksum|sha\d*|md5|integrity|id|after|before|offset|continue|nonce"
    r"|signature|fingerprint|thumbprint|commit|ref|key|revision|version)\\*[\"']?\s*[:=>]\s*\\*[\"']?\Z"
    r"|[A-Za-z0-9+/]{40}(?:\r?\n|\\n)\s*\Z"  # a line of a longer block
)
"""What stands before a value of 40 characters that is no key."""


@dataclass(frozen=True)
class Finder:
    """What to look for.

    secrets: values known to be secret, looked for everywhere
    rules:   which rules are on, and those that a project adds
    """

    secrets: tuple[str, ...] = ()
    rules: Rules = NO_CHOICES

    @cached_property
    def _fragments(self) -> tuple[str, ...]:
        return tuple(sorted({part for secret in self.secrets for part in decoders.base64_fragments(secret)}))

    @cached_property
    def _hexes(self) -> tuple[tuple[str, bytes], ...]:
        return tuple((secret, secret.encode("utf-8", "surrogatepass").hex().encode()) for secret in self.secrets)

    @cached_property
    def _has_blanks(self) -> bool:
        return any(" " in secret for secret in self.secrets)

    @cached_property
    def _prefilter(self) -> Prefilter:
        return prefilter(self.rules)

    def hits(self, text: str, layers: int = MAX_LAYERS, *, is_form: bool = False) -> list[Hit]:
        """In the order of the text, none over another.

        is_form: plus signs were read as blanks; longer base64 fell into pieces that look like keys and like base64
        """
        return settled(text, self._all(text, layers, is_form=is_form)) if len(text) >= MIN_SECRET_CHARS else []

    def _all(self, text: str, layers: int, *, is_form: bool) -> Iterator[Hit]:
        flat = text.encode("latin-1", "replace")  # a byte for each character
        low = flat.lower()
        look = self._prefilter.look(flat, low)
        yield from self._known(text, low)
        for rule in look.rules.values():
            for found in rule.pattern.finditer(text):
                yield from _token_hit(rule, found)
        if look.has_keys and not is_form and "aws-secret-key" not in self.rules.off:
            yield from self._unnamed_keys(text, low)
        if "secret-name" not in self.rules.off:
            yield from pairs.paired_hits(text, flat, look.names)
            if look.names or not look.marks.isdisjoint(MARKS_OF_STRUCTURES):
                yield from (hit for hit in structures.structure_hits(text, low) if hit.rule not in self.rules.off)
        if self.rules.own_names is not None:
            yield from self.rules.own_names.hits(text)
        if layers:
            if not is_form:
                yield from self._in_base64(text, layers, look)
            for reading in decoders.readings(text, with_blanks=self._is_form(look, low)):
                for hit in self.hits(reading.text, layers - 1, is_form=is_form or reading.encoding is decoders.FORM):
                    yield from _moved(hit, reading)

    def _is_form(self, look: Look, low: bytes) -> bool:
        in_query = b"+" in low and (b"%" in low or b"=" in low)
        return in_query or self._has_blanks or not look.marks.isdisjoint(MARKS_OF_FORMS)

    def _known(self, text: str, low: bytes) -> Iterator[Hit]:
        for secret in self.secrets:
            at = text.find(secret)
            while at >= 0:
                yield Hit(at, at + len(secret), "known-secret", secret)
                at = text.find(secret, at + len(secret))
        for secret, spelled in self._hexes:
            at = low.find(spelled)
            while at >= 0:
                yield Hit(at, at + len(spelled), "known-secret", secret)
                at = low.find(spelled, at + 1)

    def _unnamed_keys(self, text: str, low: bytes) -> Iterator[Hit]:
        rule = self.rules.unnamed_key
        is_of_aws = _OF_AWS.search(low) is not None
        classes = low.translate(_RUNS)
        at = classes.find(b"a" * 40)
        while at >= 0:
            end = classes.find(b" ", at)
            end = len(text) if end < 0 else end
            if text.startswith("=", end):  # longer base64
                at = classes.find(b"a" * 40, end)
                continue
            for start in (at, *(slash.end() for slash in _SLASH.finditer(text, at, end - 39))):
                # As it is, or as a segment of a path.
                found = rule.pattern.match(text, start)
                if not found or not rule.holds(found.group()) or _is_armored(text, at):
                    continue
                if not is_of_aws and found.group().isalnum():
                    continue  # letters and digits alone may be any id
                beside = text[at:start] + text[found.end() : end]
                if start > at and not (beside.startswith("/") or beside.count("/") > 1 or text[at - 1 : at] == "."):
                    continue  # one slash in the middle is base64's own
                if _PATH.fullmatch(beside) and not _NO_KEY_BEHIND.search(text, max(0, start - 80), start):
                    yield Hit(start, found.end(), rule.id, found.group())
                    break
            at = classes.find(b"a" * 40, end)

    def _in_base64(self, text: str, layers: int, look: Look) -> Iterator[Hit]:
        if any(fragment in text for fragment in self._fragments):
            runs: Iterable[decoders.Base64] = decoders.base64_runs(text, _MIN_BASE64_OF_KNOWN)
        elif look.is_packed:
            runs = decoders.base64_runs(text, MIN_BASE64_CHARS)
        else:
            return
        for run in runs:
            if inner := self.hits(run.text, layers - 1):
                packed = Packed(run.text, tuple(inner), run.pack)
                yield Hit(run.start, run.end, inner[0].rule, run.run, packed=packed)


def _is_armored(text: str, at: int) -> bool:
    """Whether this is a line of a certificate or the like."""
    low = max(0, at - _ARMORED_CHARS)
    return text.rfind("-----BEGIN", low, at) > text.rfind("-----END", low, at)


def _token_hit(rule: TokenRule, found: re.Match[str]) -> Iterator[Hit]:
    group = "secret" if "secret" in rule.pattern.groupindex else 0
    value = found[group]
    if value and not is_hidden(value) and rule.holds(value):
        yield Hit(*found.span(group), rule.id, pairs.plain_value(value))


def _moved(hit: Hit, reading: decoders.Reading) -> Iterator[Hit]:
    """A hit in a reading, at its place in the text that was read."""
    start, end = reading.origin(hit.start, hit.end)
    if hit.packed is not None:
        encode = reading.encoding.encode
        inner, pack = hit.packed, hit.packed.pack
        packed = Packed(inner.text, inner.hits, lambda text: encode(pack(text)))
        yield replace(hit, start=start, end=end, packed=packed)
    else:
        yield replace(hit, start=start, end=end)
