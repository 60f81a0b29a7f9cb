"""Example values for what a request has to send: valid by their own schema, the document's own examples first."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator

from pactproof.expectation_reading import DATE, DATETIME, UUID, params_in
from pactproof.generate.api_schema import Schema, Schemas, branches_of
from pactproof.generate.pattern_example import compiled, matching_text
from pactproof.generate.references import Raw
from pactproof.interaction import Json
from pactproof.redaction import Redactor, is_secret_name

MAX_TEXT = 100
"""Longer examples are not taken over: a contract is read by people."""
MAX_INT = 2**53 - 1
"""Beyond it, JSON's numbers are not the same for every reader."""
_MAX_LEVELS = 6
_TELLS = re.compile(r"([A-Za-z][A-Za-z0-9_.-]*)[\"']?\s*[:=]\s*\S")
"""What a text gives a value to: "password" in "password: ..."."""

_BY_FORMAT = {
    "date-time": "2026-01-05T10:00:00Z",
    "date": "2026-01-05",
    "time": "10:00:00Z",
    "partial-time": "10:00:00",
    "duration": "PT1H",
    "uuid": "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
    "email": "someone@example.com",
    "uri": "https://example.com/",
    "url": "https://example.com/",
    "uri-reference": "https://example.com/",
    "uri-template": "https://example.com/",
    "hostname": "host.example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "byte": "ZXhhbXBsZQ==",
    "int32": "1",
    "int64": "1",
    "double": "1.5",
    "float": "1.5",
}
FORMAT_PATTERNS = {"date-time": DATETIME, "date": f"^{DATE}$", "uuid": UUID}
"""The formats that contracts know, and what their values look like."""


class NoSampleError(Exception):
    """No valid value is found for a schema."""


class Samples:
    """Makes example values for the schemas of one document."""

    def __init__(self, schemas: Schemas) -> None:
        self.schemas = schemas
        self._redactor = Redactor()

    def value(self, part: Raw, name: str, examples: Iterable[Json] = (), levels: int = _MAX_LEVELS) -> Json:
        """A value that the schema `part` takes, with required members only.

        name:     what it is called, for a text that speaks
        examples: values that the document gives beside the schema, the best first
        Raises NoSampleError where none is found.
        """
        schema = self.schemas.of(part)
        if schema.kind not in ("object", "array") and not is_secret_name(name):
            for example in (*examples, *schema.examples):
                if self.is_usable(example) and accepts(schema, example):
                    return example
        for branch in branches_of(part):
            try:
                return self.made(self.schemas.of(branch), name, levels)
            except NoSampleError:
                continue
        raise NoSampleError(name)

    def is_usable(self, example: Json) -> bool:
        """Whether a contract can hold the example: short and in one line, no secret by its looks, nothing to insert."""
        if isinstance(example, str):
            return (
                is_writable(example)
                and bool(example)
                and not any(params_in(example))
                and self._redactor.redact_value([example]) == [example]
                and not any(is_secret_name(found) for found in _TELLS.findall(example))
            )
        if isinstance(example, float):
            return abs(example) < MAX_INT  # not for infinity, nor for what is no number
        return isinstance(example, bool) or (isinstance(example, int) and abs(example) <= MAX_INT)

    def made(self, schema: Schema, name: str, levels: int = _MAX_LEVELS) -> Json:
        """A value that is as `schema` says, with no regard to examples. Raises NoSampleError where none is found."""
        if choices := [each for each in schema.enum if not isinstance(each, str) or self.is_usable(each)]:
            return choices[0]
        if levels == 0 or schema.enum:
            raise NoSampleError(name)
        match schema.kind or next(iter(sorted(schema.kinds, reverse=True)), "string"):
            case "object":
                return self._object(schema, levels)
            case "array":
                return [self.value(schema.items, _singular(name), levels=levels - 1)] if schema.items else []
            case "boolean":
                return True
            case "integer" | "number":
                return _number(schema, name)
            case _:
                return self._text(schema, name)

    def _object(self, schema: Schema, levels: int) -> dict[str, Json]:
        """The required members, in the document's order."""
        names = [name for name in schema.properties if name in schema.required]
        names += sorted(schema.required - set(names))  # required, and described nowhere
        return {name: self.value(schema.properties.get(name), name, levels=levels - 1) for name in names}

    def _text(self, schema: Schema, name: str) -> str:
        for text in self._texts(schema, name):
            if accepts(schema, text):
                return text
        raise NoSampleError(name)

    def _texts(self, schema: Schema, name: str) -> Iterator[str]:
        if schema.format in _BY_FORMAT:
            yield _BY_FORMAT[schema.format]
        plain = plain_text(name)
        yield plain
        if 0 < schema.min_length <= MAX_TEXT:
            yield (f"{plain}-" * schema.min_length)[: schema.min_length - 1] + "x"
        if schema.max_length:
            yield plain[: schema.max_length].strip("-")
            yield plain[: schema.max_length]
        for pattern in schema.patterns:
            if (text := matching_text(pattern, schema.min_length)) is not None:
                yield text


def is_writable(text: str) -> bool:
    """Whether a text is fit for a contract: short, in one line and without spaces around it."""
    return text.isprintable() and len(text) <= MAX_TEXT and text == text.strip()


def plain_text(name: str) -> str:
    """A text for a member of this name: "example-owner"."""
    words = re.findall(r"[A-Za-z0-9]+", re.sub(r"([a-z0-9])([A-Z])", r"\1-\2", name))
    return "-".join(["example", *words]).lower()[:60]


def _singular(name: str) -> str:
    return name[:-1] if name.endswith("s") and not name.endswith("ss") else name


def _number(schema: Schema, name: str) -> Json:
    candidates: list[float] = [1, 0.5, 0]
    for limit in (schema.minimum, schema.maximum):
        candidates += [math.ceil(limit), math.floor(limit), limit] if limit is not None else []
    if (found := next((each for each in candidates if accepts(schema, each)), None)) is None:
        raise NoSampleError(name)
    return found


def accepts(schema: Schema, value: Json) -> bool:
    """Whether a scalar is as its schema says. Formats other than those of contracts are not looked at."""
    if schema.enum:
        return any(value == each and type(value) is type(each) for each in schema.enum)
    if isinstance(value, bool):
        return not schema.kinds or "boolean" in schema.kinds
    if isinstance(value, int | float):
        wanted = {"number"} if isinstance(value, float) else {"integer", "number"}
        is_low = schema.minimum is not None and value < schema.minimum
        is_high = schema.maximum is not None and value > schema.maximum
        return (not schema.kinds or bool(schema.kinds & wanted)) and not is_low and not is_high
    if not isinstance(value, str) or (schema.kinds and "string" not in schema.kinds):
        return False
    longest = schema.max_length if schema.max_length is not None else len(value)
    if not schema.min_length <= len(value) <= longest:
        return False
    patterns = [*schema.patterns, FORMAT_PATTERNS.get(schema.format, "")]
    regexes = [regex for pattern in patterns if (regex := compiled(pattern)) is not None]
    return all(regex.search(value) for regex in regexes)
