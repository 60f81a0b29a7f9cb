"""From the plain YAML of a contract to expectations, or to every fault of it with its place.

A plain value in a response is matched by type, in a request exactly. `$regex` and the other operators say
more; a key that ends in `?` may be absent. Source: docs/contracts.md.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from pactproof.document import Document, KeyPath
from pactproof.errors import ContractError, ContractFileError, Place
from pactproof.expectation import (
    TYPE,
    Binary,
    Contains,
    EachKey,
    EachLike,
    Member,
    Node,
    Nullable,
    Object,
    Sequence,
    Value,
    literal,
)
from pactproof.interaction import Json
from pactproof.spelling import nearest
from pactproof.telling import shown

DATE = r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
TIME = r"([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)"
DATETIME = rf"^{DATE}T{TIME}([.,][0-9]+)?(Z|[+-][0-9]{{2}}:?[0-9]{{2}})$"
UUID = r"^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$"


@dataclass(frozen=True)
class Reader:
    """Reads expectations out of one document and notes faults with their places.

    params:      what `{name}` stands for: the contract's own, or those that a recording was made with
    written:     the contract's own: what an answer promises by example is of their kind, whatever was recorded
    is_for_pact: a pact is made of what is read, so that it may hold only what Pact can say
    """

    document: Document
    faults: list[ContractError]
    params: Mapping[str, Json]
    is_for_pact: bool = False
    written: Mapping[str, Json] = field(default_factory=dict)

    def by_type(self, data: Json, path: KeyPath) -> Node:
        """`data` as a response promises it: plain values by type, a list means "each like this"."""
        return self._whole(data, path, exact=False)

    def exactly(self, data: Json, path: KeyPath) -> Node:
        """`data` as a request promises it: plain values as they stand."""
        return self._whole(data, path, exact=True)

    def inserted(self, text: str) -> Json:
        """`text` with `{name}` replaced by params; a lone `{name}` gives the param with its type."""
        return _inserted(text, self.params)

    def sample(self, data: Json, is_fitting: Callable[[Json], object]) -> Json:
        """`data` with params inserted; with those of the contract where others make no example that is fitting."""
        if not isinstance(data, str):
            return data
        value = self.inserted(data)
        return value if is_fitting(value) else _inserted(data, {**self.params, **self.written})

    def of_written_kind(self, data: Json) -> Json:
        """`data` with params inserted; a lone one is of the kind that the contract gives it, null of any."""
        wanted = _inserted(data, self.written) if isinstance(data, str) else data
        return self.sample(data, lambda value: wanted is None or _kind(value) is _kind(wanted))

    def fault(self, what: str, path: KeyPath, fix: str, *, at_key: bool = False) -> None:
        place: Place = self.document.key_place(*path) if at_key else self.document.place(*path)
        self.faults.append(ContractFileError(what, at=place, fix=fix))

    def _whole(self, data: Json, path: KeyPath, *, exact: bool) -> Node:
        if isinstance(data, dict) and "$binary" in data:
            return self._operator(data, ["$binary"], path, exact)
        return self._read(data, path, exact=exact)

    def _read(self, data: Json, path: KeyPath, *, exact: bool) -> Node:
        if isinstance(data, dict):
            operators = [key for key in data if key.startswith("$") and not key.startswith("$$")]
            if "$binary" in operators and self.is_for_pact:
                self.fault("$binary inside a body", (*path, "$binary"), "let it be the whole body", at_key=True)
                return Value(None)
            return self._operator(data, operators, path, exact) if operators else self._object(data, path, exact)
        if isinstance(data, list):
            return self._list(data, path, exact)
        if exact:
            return Value(self.inserted(data) if isinstance(data, str) else data)
        return Value(self.of_written_kind(data), TYPE)

    def _object(self, data: dict[str, Json], path: KeyPath, exact: bool) -> Object:
        members: dict[str, Member] = {}
        for key, item in data.items():
            name, is_optional = unescaped(key)
            if name in members:
                self.fault(
                    f"key {name!r} stands twice, once with `?`", (*path, key), "keep one of the two", at_key=True
                )
            if self.is_for_pact and (not name or _UNSAYABLE.search(name)):
                what = f"Pact has no path for the key {name!r}"
                self.fault(what, (*path, key), "leave it out; other keys are allowed in an answer", at_key=True)
            members[name] = Member(name, self._read(item, (*path, key), exact=exact), is_optional)
        return Object(tuple(members.values()))

    def _list(self, data: list[Json], path: KeyPath, exact: bool) -> Node:
        if exact:
            return Sequence(tuple(self._read(item, (*path, index), exact=True) for index, item in enumerate(data)))
        if len(data) != 1:
            self.fault(
                f"a list of {len(data)} elements says nothing about what each element is like",
                path,
                "give one element that stands for each, or `$exactly: [...]`, or `$min: 0` with `like: [...]`",
            )
            return EachLike(Value(None), 0)
        return EachLike(self._read(data[0], (*path, 0), exact=False))

    def _operator(self, data: dict[str, Json], operators: list[str], path: KeyPath, exact: bool) -> Node:
        name = operators[0]
        build = OPERATORS.get(name)
        if build is None:
            near = nearest(name, OPERATORS)
            hint = f"did you mean {near}? " if near else ""
            self.fault(
                f"unknown operator {name}",
                (*path, name),
                f"{hint}use one of {', '.join(sorted(OPERATORS))}, or write $${name[1:]} for a key of that name",
                at_key=True,
            )
            return Value(None)
        allowed = {name, "like"} if name in COMPANIONS else {name}
        for extra in data.keys() - allowed:
            takes = f"{name} takes `like` beside it" if name in COMPANIONS else f"{name} stands alone"
            self.fault(f"{extra!r} beside {name}", (*path, extra), takes, at_key=True)
        try:
            return build(self, data, path, exact)
        except _OperatorError as fault:
            self.fault(f"{name}: {fault.what}", (*path, fault.key or name), fault.fix)
            return Value(None)


class _OperatorError(Exception):
    def __init__(self, what: str, fix: str, key: str = "") -> None:
        super().__init__(what)
        self.what, self.fix, self.key = what, fix, key


_UNSAYABLE = re.compile(r"['\\\x00-\x1f]")  # pact_ffi refuses rules below such a key, quoted or not
_PARAM = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")


def as_text(value: Json) -> str:
    """`value` inside a text, a path or a query: text as it is, all else as JSON has it, `true` and not `True`."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _inserted(text: str, params: Mapping[str, Json]) -> Json:
    if (lone := _PARAM.fullmatch(text)) and lone[1] in params:
        return params[lone[1]]
    return _PARAM.sub(lambda found: as_text(params.get(found[1], found[0])), text)


def _kind(value: Json) -> type:
    """The type of `value` as JSON has it, where all numbers are of one."""
    return float if type(value) is int else type(value)


def params_in(text: str) -> Iterator[str]:
    """The names of the params that `text` asks for."""
    return (found[1] for found in _PARAM.finditer(text))


def unescaped(key: str) -> tuple[str, bool]:
    """`name?` is optional, `name\\?` is a key that ends in a question mark, `$$name` one that starts with a dollar."""
    is_optional = key.endswith("?") and not key.endswith("\\?")
    name = key[:-1] if is_optional else key
    if name.endswith("\\?"):
        name = f"{name[:-2]}?"
    return (name[1:] if name.startswith("$$") else name), is_optional


def _regex(reader: Reader, data: dict[str, Json], path: KeyPath, exact: bool) -> Node:
    pattern, like = data["$regex"], data.get("like")
    if not isinstance(pattern, str):
        raise _OperatorError(f"found {shown(pattern)}", "give a regular expression as text")
    compiled = _compiled(pattern)
    if "like" not in data:
        raise _OperatorError("without an example", "add `like:` with a value that the pattern matches")
    value = reader.sample(like, lambda text: isinstance(text, str) and compiled.fullmatch(text))
    if not isinstance(value, str) or not compiled.fullmatch(value):
        what = f"{pattern} does not match the whole of its example {shown(value)}"
        raise _OperatorError(what, "give an example that matches", "like")
    return Value(value, (("match", "regex"), ("regex", pattern)))


def _compiled(pattern: str) -> re.Pattern[str]:
    """The pattern, as far as Python and Pact's engine, Oniguruma, read it alike."""
    if "(?P" in pattern:
        raise _OperatorError("Pact knows no groups with a name", "write (...) for (?P<name>...)")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", FutureWarning)
            return re.compile(pattern)
    except re.error as error:
        raise _OperatorError(f"not a regular expression: {error}", "correct the pattern") from error
    except FutureWarning as error:
        raise _OperatorError(
            f"read otherwise by Pact: {error}", "put a backslash before [, &, ~ or | in a set"
        ) from error


def _pattern(name: str, pattern: str, sample: str) -> Callable[..., Node]:
    def build(reader: Reader, data: dict[str, Json], path: KeyPath, exact: bool) -> Node:
        value = reader.sample(data[name], lambda text: isinstance(text, str) and re.fullmatch(pattern, text))
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            raise _OperatorError(f"found {shown(value)}", f"give an example such as {sample}")
        return Value(value, (("match", "regex"), ("regex", pattern)))

    return build


def _number(name: str, kind: type, sample: str) -> Callable[..., Node]:
    def build(reader: Reader, data: dict[str, Json], path: KeyPath, exact: bool) -> Node:
        value = reader.sample(data[name], lambda number: type(number) is kind)
        if type(value) is not kind:
            raise _OperatorError(f"found {shown(value)}", f"give an example such as {sample}")
        return Value(value, (("match", name[1:]),))

    return build


def _exactly(reader: Reader, data: dict[str, Json], path: KeyPath, exact: bool) -> Node:
    if exact:
        return literal(_deep(data["$exactly"], lambda item: reader.inserted(item) if isinstance(item, str) else item))
    return Value(_deep(data["$exactly"], reader.of_written_kind))


def _deep(value: Json, change: Callable[[Json], Json]) -> Json:
    """`value` with each scalar in it changed."""
    if isinstance(value, dict):
        return {key: _deep(item, change) for key, item in value.items()}
    if isinstance(value, list):
        return [_deep(item, change) for item in value]
    return change(value)


def _one_of(reader: Reader, data: dict[str, Json], path: KeyPath, exact: bool) -> Node:
    choices = data["$one_of"]
    if not isinstance(choices, list) or not choices or not all(isinstance(choice, str) for choice in choices):
        raise _OperatorError(f"found {shown(choices)}", "give a list of texts, the first of them as the example")
    like = data.get("like", choices[0])
    if like not in choices:
        raise _OperatorError(
            f"the example {shown(like)} is not among the choices", f"use one of {', '.join(choices)}", "like"
        )
    pattern = f"^({'|'.join(re.escape(choice) for choice in choices)})$"
    return Value(like, (("match", "regex"), ("regex", pattern)))


def _each_key(reader: Reader, data: dict[str, Json], path: KeyPath, exact: bool) -> Node:
    entries = data["$each_key"]
    if not isinstance(entries, dict) or len(entries) != 1:
        raise _OperatorError(f"found {shown(entries)}", "give one example entry, {some_key: what each value is like}")
    [(key, item)] = entries.items()
    return EachKey(key, reader._read(item, (*path, "$each_key", key), exact=False))


def _contains(reader: Reader, data: dict[str, Json], path: KeyPath, exact: bool) -> Node:
    wanted = data["$contains"]
    if isinstance(wanted, list) and wanted:
        variants = (reader._read(item, (*path, "$contains", index), exact=True) for index, item in enumerate(wanted))
        return Contains(tuple(variants))
    if not isinstance(wanted, str) or not wanted:
        raise _OperatorError(f"found {shown(wanted)}", "give a text that the value contains, or a list of elements")
    like = data.get("like", wanted)
    if not isinstance(like, str) or wanted not in like:
        raise _OperatorError(f"the example {shown(like)} does not contain it", "give an example that does", "like")
    return Value(like, (("match", "include"), ("value", wanted)))


def _minimum(reader: Reader, data: dict[str, Json], path: KeyPath, exact: bool) -> Node:
    minimum, like = data["$min"], data.get("like")
    if type(minimum) is not int or minimum < 0:
        raise _OperatorError(f"found {shown(minimum)}", "give the least number of elements, 0 or more")
    if not isinstance(like, list) or len(like) != 1:
        raise _OperatorError("without one example element", "add `like: [element]`", "like" if "like" in data else "")
    return EachLike(reader._read(like[0], (*path, "like", 0), exact=False), minimum)


def _nullable(reader: Reader, data: dict[str, Json], path: KeyPath, exact: bool) -> Node:
    inner = data["$nullable"]
    if inner is None:
        raise _OperatorError("found null", "give an example of the value when it is not null")
    node = reader._read(inner, (*path, "$nullable"), exact=exact)
    return node if isinstance(node, Nullable) else Nullable(node)


def _binary(reader: Reader, data: dict[str, Json], path: KeyPath, exact: bool) -> Node:
    media, like = data["$binary"], data.get("like")
    if not isinstance(media, str) or "/" not in media:
        raise _OperatorError(f"found {shown(media)}", "give the media type, such as image/png")
    try:
        content = base64.b64decode(like if isinstance(like, str) else "?", validate=True)
    except binascii.Error as error:
        raise _OperatorError("without an example", "add `like:` with the bytes in base64") from error
    return Binary(media, content)


OPERATORS: dict[str, Callable[[Reader, dict[str, Json], KeyPath, bool], Node]] = {
    "$regex": _regex,
    "$datetime": _pattern("$datetime", DATETIME, '"2026-01-05T10:00:00Z"'),
    "$date": _pattern("$date", f"^{DATE}$", '"2026-01-05"'),
    "$uuid": _pattern("$uuid", UUID, "3f2504e0-4f89-41d3-9a0c-0305e82c3301"),
    "$integer": _number("$integer", int, "42"),
    "$decimal": _number("$decimal", float, "12.5"),
    "$exactly": _exactly,
    "$one_of": _one_of,
    "$each_key": _each_key,
    "$contains": _contains,
    "$min": _minimum,
    "$nullable": _nullable,
    "$binary": _binary,
}
COMPANIONS = frozenset({"$regex", "$one_of", "$contains", "$min", "$binary"})
"""The operators that take `like`, an example, beside them."""
