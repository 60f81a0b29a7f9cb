"""Recorded JSON answers as what a contract may promise of all of them: the little that tells which thing it is.

A value is promised by the samples of it, from all elements of a list: a member that some lack becomes `name?`, one
that is null somewhere `$nullable`; times, UUIDs and whole numbers become operators. What the samples disagree about,
or cannot tell (only nulls, an empty list), is left out.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pactproof.expectation_reading import DATE, DATETIME, UUID, params_in
from pactproof.generate.member_key import escaped
from pactproof.generate.naming import Importance, importance
from pactproof.interaction import Json
from pactproof.placeholder import PLACEHOLDER

NOTHING: Final = object()
"""Where the samples tell nothing that could be promised."""

PARAM_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
UNSAYABLE_KEY: Final = re.compile(r"['\\\x00-\x1f]")  # as in a contract: Pact has no path for such a key
_SCALARS_A_LEVEL = (8, 3, 2)
_CONTAINERS_A_LEVEL = (4, 3, 0)
_OF_ONE_KIND = {Importance.URL: 1, Importance.TIME: 2, Importance.REFERENCE: 2}
_ENVELOPE_SCALARS = 6  # an object with lists or objects and no more scalars than these is taken for a wrapper
_MAX_TEXT = 500
_MAX_INT = 2**53  # beyond, JSON readers disagree


@dataclass(frozen=True)
class RecordedValues:
    """Says what is promised of recorded values. `params`: of the recording; what an answer repeats is put back."""

    params: Mapping[str, Json]

    def of_body(self, body: Json) -> Any:
        """The promise of a whole JSON body; NOTHING where none can be made."""
        return self._value([body], level=0, must=True)

    def _value(self, samples: Sequence[Json], *, level: int, must: bool = False) -> Any:
        """The promise of a value that was seen as `samples`. `must`: of an object, promise at least that it is one."""
        seen = [sample for sample in samples if sample is not None]
        if not seen:
            return NOTHING
        promised = self._seen(seen, level=level, must=must)
        if promised is NOTHING or len(seen) == len(samples):
            return promised
        return {"$nullable": promised}

    def _seen(self, seen: Sequence[Json], *, level: int, must: bool) -> Any:
        if all(isinstance(one, dict) for one in seen):
            return self._object(seen, level=level, must=must)
        if all(isinstance(one, list) for one in seen):
            return self._list(seen, level=level, must=must)
        if any(isinstance(one, dict | list) for one in seen):
            return NOTHING
        return self._scalar(seen)

    def _list(self, seen: Sequence[list[Json]], *, level: int, must: bool) -> Any:
        element = self._value([item for one in seen for item in one], level=level, must=must)
        if element is NOTHING:
            return NOTHING
        is_aside = level > 0 and not isinstance(element, dict)  # tags, labels: as well none of them
        return {"$min": 0, "like": [element]} if is_aside or not all(seen) else [element]

    def _object(self, seen: Sequence[dict[str, Json]], *, level: int, must: bool) -> Any:
        samples = {
            key: [one[key] for one in seen if key in one]
            for key in dict.fromkeys(key for one in seen for key in one)
            if key and not UNSAYABLE_KEY.search(key) and is_storable(key)
        }
        scalars = [key for key, values in samples.items() if _is_scalar(values)]
        containers = [key for key in samples if key not in scalars]
        is_envelope = bool(containers) and len(scalars) <= _ENVELOPE_SCALARS and level == 0
        inner = level if is_envelope and len(containers) == 1 else level + 1
        kept = {key: self._value(samples[key], level=level) for key in _chosen(scalars, level, must=must)}
        kept = {key: value for key, value in kept.items() if value is not NOTHING}
        room = _CONTAINERS_A_LEVEL[min(level, len(_CONTAINERS_A_LEVEL) - 1)]
        for key in sorted(containers, key=lambda key: _is_aside(samples[key], level)):
            if room and (value := self._value(samples[key], level=inner, must=is_envelope)) is not NOTHING:
                kept[key], room = value, room - 1
        if not kept and not must:
            return NOTHING
        return {escaped(key, is_optional=len(samples[key]) < len(seen)): kept[key] for key in samples if key in kept}

    def _scalar(self, seen: Sequence[Json]) -> Any:
        kinds = {type(one) for one in seen}
        if kinds == {bool}:
            return seen[0]
        if kinds == {int} and all(abs(one) < _MAX_INT for one in seen):
            return self._echoed(seen) or {"$integer": seen[0]}
        if kinds <= {int, float} and all(math.isfinite(one) and abs(one) < _MAX_INT for one in seen):
            return seen[0]
        return self._text(seen) if kinds == {str} else NOTHING

    def _text(self, seen: Sequence[str]) -> Any:
        clear = [one for one in seen if not PLACEHOLDER.search(one)]
        usable = [
            one for one in clear or seen if is_storable(one) and not any(n in self.params for n in params_in(one))
        ]
        if not usable:
            return NOTHING
        sample = next((one for one in usable if one), "")
        if echoed := self._echoed(seen):
            return echoed
        if len(clear) == len(seen):
            for operator, pattern in (("$datetime", DATETIME), ("$date", f"^{DATE}$"), ("$uuid", UUID)):
                if all(re.fullmatch(pattern, one) for one in seen):
                    return {operator: sample}
        return sample[:_MAX_TEXT]

    def _echoed(self, seen: Sequence[Json]) -> str:
        """`{uid}` where all that was seen is one param of the recording, type and all; "" else."""
        value = seen[0]
        if value in ("", 0, 1) or any(one != value for one in seen):
            return ""  # 0 and 1 are too common to mean the param
        names = (name for name, param in self.params.items() if type(param) is type(value) and param == value)
        return next((f"{{{name}}}" for name in names if PARAM_NAME.fullmatch(name)), "")


def is_storable(text: str) -> bool:
    """Whether `text` can stand in a file: lone surrogates cannot."""
    return not re.search("[\ud800-\udfff]", text)


def _is_scalar(values: Sequence[Json]) -> bool:
    return not any(isinstance(value, dict | list) for value in values)


def _is_aside(values: Sequence[Json], level: int) -> bool:
    """Whether others come first: lists that are empty, and further in all lists."""
    return all(isinstance(value, list) and (level > 0 or not value) for value in values if value is not None)


def _chosen(scalars: Sequence[str], level: int, *, must: bool) -> list[str]:
    """The members that a program most likely reads; of an object that has to be there, any rather than none."""
    room = _SCALARS_A_LEVEL[min(level, len(_SCALARS_A_LEVEL) - 1)]
    left = dict(_OF_ONE_KIND)
    has_identifier = any(importance(key) is Importance.IDENTIFIER for key in scalars)
    found: list[str] = []
    for key in sorted(scalars, key=importance, reverse=True):  # sorting keeps the answer's order within a kind
        kind = importance(key)
        if kind is Importance.REST or left.get(kind, room) == 0 or len(found) == room:
            continue
        if level > 0 and (kind < Importance.STATE or (kind is Importance.REFERENCE and has_identifier)):
            continue  # of what lies around the thing itself, which one it is and how it is will do
        left[kind] = left.get(kind, room) - 1
        found.append(key)
    return found or (list(scalars[:3]) if must or level == 0 else [])
