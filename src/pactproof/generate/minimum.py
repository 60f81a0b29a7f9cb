"""What a contract should promise of an answer: the little that says which thing it is and what state it is in.

Of a schema with fifty members a consumer reads five; a promise of all fifty breaks for reasons that touch nobody.
Taken are identifiers, names, states and required scalars, and what lies around them, eight members a level and three
levels at most, in the document's order.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import Any, Final

from pactproof.generate.api_schema import Schema, Schemas
from pactproof.generate.member_key import escaped
from pactproof.generate.pattern_example import compiled, is_anchored
from pactproof.generate.references import Raw
from pactproof.generate.sample import FORMAT_PATTERNS, NoSampleError, Samples, accepts, plain_text
from pactproof.interaction import Json
from pactproof.redaction import is_secret_name

MAX_MEMBERS = 8
MAX_MEMBERS_BESIDE = 4
"""Of an object that is not itself what the answer is about, such as the owner of a repository."""
MAX_LEVELS = 3
MAX_CHOICES = 12
"""Longer enums are matched as text: they are catalogues, and grow."""

NOTHING: Final = object()
"""Where a schema says nothing that could be promised."""


class Rank(IntEnum):
    """How much a consumer wants a member; the lower, the more."""

    IDENTIFIER = 0
    NAME = 1
    STATE = 2
    CONTAINER = 3
    REFERENCE = 4
    SCALAR = 5
    LINK = 6


@dataclass
class Minimum:
    """Writes what is to be promised of the answers of one document, in the language of contracts.

    assumed: paths of members that are taken as always there though the document lists no required members
    """

    schemas: Schemas
    samples: Samples
    assumed: list[str] = field(default_factory=list)

    def of_body(self, part: Raw, example: Json = NOTHING) -> Any:
        """The promise of a whole JSON body; NOTHING where none can be made. `example`: an answer that is documented."""
        return self._value(part, _Position(), example)

    def _value(self, part: Raw, at: _Position, example: Json) -> Any:
        schema = self.schemas.of(part)
        match schema.kind:
            case "object":
                found = self._object(schema, at, example)
            case "array":
                found = self._list(schema, at, example)
            case "string" | "integer" | "number" | "boolean":
                found = self._scalar(schema, at.name, example)
            case _:
                return NOTHING
        if found is NOTHING or not at.is_member or not (schema.is_nullable or example is None):
            return found
        return {"$nullable": found}

    def _list(self, schema: Schema, at: _Position, example: Json) -> Any:
        if at.level > MAX_LEVELS:
            return NOTHING
        element = example[0] if isinstance(example, list) and example else NOTHING
        inner = self._value(schema.items, at.inside(), element)
        if inner is NOTHING:
            return NOTHING
        # What was asked for is there; other lists may be empty.
        return [inner] if at.is_subject else {"$min": 0, "like": [inner]}

    # --- objects -------------------------------------------------------------------------------------------------

    def _object(self, schema: Schema, at: _Position, example: Json) -> Any:
        if at.level >= MAX_LEVELS:
            return NOTHING
        found: dict[str, Any] = {}
        known = example if isinstance(example, dict) else None
        for member in self._chosen(schema, at):
            value = NOTHING if known is None else known.get(member.name, NOTHING)
            inner = self._value(member.part, at.member(member.name, is_subject=member.is_subject), value)
            if inner is NOTHING:
                continue
            is_there = self._is_there(member, schema, known)
            found[escaped(member.name, is_optional=not is_there)] = inner
            if is_there and member.name not in schema.required:
                self.assumed.append(at.member(member.name, is_subject=True).path)
        return found or self._map(schema, at)

    def _is_there(self, member: _Member, schema: Schema, example: dict[str, Json] | None) -> bool:
        """Whether a member is promised as always there.

        As the document says. Where it lists no required members, by sense; and where it lists some, identifiers that
        it shows in the answer or calls read-only: such lists are often those of what has to be sent.
        """
        if member.name in schema.required:
            return True
        is_shown = example is not None and member.name in example
        if schema.has_required:
            return member.rank is Rank.IDENTIFIER and (is_shown or self.schemas.of(member.part).is_read_only)
        return member.is_wanted and (example is None or is_shown)

    def _chosen(self, schema: Schema, at: _Position) -> list[_Member]:
        """The members to promise, in the document's order."""
        members = [member for member in self._members(schema) if is_sayable(member.name)]
        scalars = [member for member in members if member.rank is not Rank.CONTAINER]
        has_own = any(member.rank <= Rank.NAME for member in scalars)
        containers = self._containers(members, at, has_own=has_own)
        is_short = has_own and not at.is_subject
        wanted = [each for each in scalars if each.rank <= Rank.STATE or (each.is_required and not is_short)]
        if not wanted and not containers:
            wanted = [replace(each, is_wanted=True) for each in (scalars or members)[:2]]
        most = MAX_MEMBERS if at.is_subject else MAX_MEMBERS_BESIDE
        best = sorted([*wanted, *containers], key=lambda each: (not each.is_subject, each.rank, each.order))[:most]
        return sorted(best, key=lambda each: each.order)

    def _members(self, schema: Schema) -> Iterable[_Member]:
        for order, (name, part) in enumerate(schema.properties.items()):
            inner = self.schemas.of(part)
            if inner.kind and not inner.is_write_only and not is_secret_name(name):
                rank = rank_of(name, inner)
                yield _Member(name, part, order, rank, name in schema.required, is_wanted=rank <= Rank.NAME)

    def _containers(self, members: list[_Member], at: _Position, *, has_own: bool) -> list[_Member]:
        """The objects and lists to promise: those that hold identifiers.

        Where an object has no identifier of its own it is an envelope, and the first of them is what it holds.
        """
        room = MAX_LEVELS - at.level - 1
        found = [each for each in members if each.rank is Rank.CONTAINER]
        far = {each.name: self._distance(each.part, room) for each in found}
        near = [each for each in found if each.is_required and far[each.name] == 1]
        if has_own:
            return near if at.is_subject else []
        found = [each for each in found if far[each.name] <= room]
        found.sort(key=lambda each: (not each.is_required, far[each.name], each.order))
        subject = [replace(each, is_wanted=True, is_subject=at.is_subject) for each in found[:1]]
        return [*subject, *(each for each in near if each not in found[:1])]

    def _distance(self, part: Raw, room: int, *, is_element: bool = False) -> int:
        """How many objects lie between here and an identifier, its own counted; more than `room` where none is.

        A list that is itself an element counts as well: it may hold itself.
        """
        schema = self.schemas.of(part)
        if schema.kind == "array" and room > 0:
            return is_element + self._distance(schema.items, room - is_element, is_element=True)
        if schema.kind != "object" or room <= 0:
            return room + 1
        members = [each for each in self._members(schema) if is_sayable(each.name)]
        if any(each.rank <= Rank.NAME for each in members):
            return 1
        inner = (self._distance(each.part, room - 1) for each in members if each.rank is Rank.CONTAINER)
        return 1 + min(inner, default=room)

    def _map(self, schema: Schema, at: _Position) -> Any:
        """A mapping whose keys may be any, where it is what the answer is about."""
        if schema.additional is None or not at.is_subject or schema.properties:
            return NOTHING
        inner = self._value(schema.additional, at.member("*", is_subject=False), NOTHING)
        return NOTHING if inner is NOTHING else {"$each_key": {"example": inner}}

    # --- scalars -------------------------------------------------------------------------------------------------

    def _scalar(self, schema: Schema, name: str, example: Json) -> Any:
        examples = [each for each in (example, *schema.examples) if each is not NOTHING]
        usable = [each for each in examples if self.samples.is_usable(each)]
        match schema.kind:
            case "string":
                return self._text(schema, name, [each for each in usable if isinstance(each, str)])
            case "boolean" if len(schema.enum) == 1:
                return {"$exactly": schema.enum[0]}
            case "boolean":
                return next((each for each in usable if isinstance(each, bool)), True)
        number = self._number(schema, [each for each in usable if accepts(schema, each)])
        if schema.kind == "number" or number is NOTHING:
            return number
        return {"$integer": number}

    def _number(self, schema: Schema, examples: list[Json]) -> Json:
        if examples:
            return int(examples[0]) if schema.kind == "integer" else examples[0]
        try:
            found = self.samples.value({"type": schema.kind}, "")
            return found if accepts(schema, found) else self.samples.made(schema, "")
        except NoSampleError:
            return NOTHING

    def _text(self, schema: Schema, name: str, examples: list[str]) -> Any:
        choices = [each for each in schema.enum if isinstance(each, str)]
        if choices and len(choices) <= MAX_CHOICES and all(map(self.samples.is_usable, choices)):
            like = next((each for each in examples if each in choices), choices[0])
            return {"$one_of": choices} if like == choices[0] else {"$one_of": choices, "like": like}
        if schema.format in FORMAT_PATTERNS:
            return self._formatted(schema.format, examples)
        if found := self._matched(schema, examples):
            return found
        if examples:
            return examples[0]
        try:
            found = self.samples.made(schema, name)
        except NoSampleError:
            found = plain_text(name)
        return found if self.samples.is_usable(found) else plain_text(name)

    def _formatted(self, name: str, examples: list[str]) -> Any:
        """A date, a time or a UUID; text where the document's own example is none, for then the answers are not."""
        pattern = FORMAT_PATTERNS[name]
        if examples and not re.fullmatch(pattern, examples[0]):
            return examples[0]
        example = examples[0] if examples else self.samples.value({"type": "string", "format": name}, name)
        return {f"${name.replace('-', '')}": example}

    def _matched(self, schema: Schema, examples: list[str]) -> Any:
        """By the document's pattern, where it speaks of the whole text and is true of an example; else None."""
        if len(schema.patterns) != 1 or not is_anchored(pattern := schema.patterns[0]):
            return None
        if (regex := compiled(pattern)) is None or "(?" in pattern.replace("(?:", ""):
            return None
        if examples:
            return {"$regex": pattern, "like": examples[0]} if regex.fullmatch(examples[0]) else None
        try:
            made = self.samples.made(schema, "")
        except NoSampleError:
            return None
        return {"$regex": pattern, "like": made} if self.samples.is_usable(made) and regex.fullmatch(made) else None


@dataclass(frozen=True)
class _Position:
    """Where a value stands in the body.

    level:      how many objects, and lists of lists, it lies in
    is_member:  whether it is the value of a member; bodies and elements of lists are null in documents only
    is_subject: whether it is what the answer is about, or the envelope around it
    """

    level: int = 0
    is_subject: bool = True
    name: str = ""
    path: str = ""
    is_member: bool = False

    def member(self, name: str, *, is_subject: bool) -> _Position:
        path = f"{self.path}.{name}" if self.path else name
        return _Position(self.level + 1, self.is_subject and is_subject, name, path, is_member=True)

    def inside(self) -> _Position:
        """An element of a list, which is no level of its own, unless the list is itself an element."""
        name = self.name[:-1] if self.name.endswith("s") else self.name
        level = self.level + self.path.endswith("[]")
        return _Position(level, self.is_subject, name, f"{self.path}[]")


@dataclass(frozen=True)
class _Member:
    """is_wanted: taken as there where the document says nothing; is_subject: what its envelope is about"""

    name: str
    part: Raw
    order: int
    rank: Rank
    is_required: bool
    is_wanted: bool
    is_subject: bool = False


_IDENTIFIERS = frozenset({"id", "uid", "uuid", "guid", "key", "number", "sha", "slug", "ts", "arn", "iid"})
_NAMES = frozenset({"name", "title", "displayname", "fullname", "login", "summary", "subject", "label", "username"})
_STATES = frozenset(
    {"state", "status", "type", "kind", "phase", "health", "severity", "urgency", "priority", "result", "conclusion"}
    | {"ok", "success", "enabled", "disabled", "active", "archived", "draft", "closed", "locked", "resolved", "merged"}
)


def rank_of(name: str, schema: Schema) -> Rank:
    """How much a consumer wants a member of this name."""
    if schema.kind in ("object", "array"):
        return Rank.CONTAINER
    bare = re.sub(r"[^a-z0-9]", "", name.lower())
    if bare in _IDENTIFIERS:
        return Rank.IDENTIFIER
    if bare in _NAMES:
        return Rank.NAME
    if bare in _STATES:
        return Rank.STATE
    if schema.format in ("uri", "url", "uri-template") or bare.endswith(("url", "href", "nodeid")) or bare == "self":
        return Rank.LINK
    if re.search(r"(_|[a-z])(id|Id|ID|key|Key|uid|Uid|UID)$", name) or schema.format == "date-time":
        return Rank.REFERENCE
    return Rank.SCALAR


def is_sayable(name: str) -> bool:
    """Whether a contract can name a member so: Pact has no path for quotes, and takes digits for positions."""
    return name.isprintable() and not name.isdigit() and re.search(r"^$|^[*\[]|['\\]", name) is None
