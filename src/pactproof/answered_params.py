"""Params that an answer gives: the id of what was just made, the cursor of the next page.

A contract says such a value as any other param. In the promise it is the example; in a recording it is what the
provider answered there, so that the requests which follow are held against the recording's own id and cursor.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from typing import Any
from urllib.parse import parse_qs, unquote, unquote_plus

from pactproof.contracts import Scenario, written_at
from pactproof.expectation_reading import as_text, params_in, unescaped
from pactproof.interaction import Interaction, Json, Request, Response
from pactproof.promised_interaction import FORM
from pactproof.xml_tree import is_xml, parsed_xml, texts

_WITH_EXAMPLE = ("like", "$nullable", "$exactly", "$integer", "$decimal", "$uuid", "$datetime", "$date")


def answering(scenario: Scenario) -> dict[str, int]:
    """The params that an answer gives to a later request, each with the index of the promise that answers first."""
    entries = _entries(scenario)
    asked: dict[str, int] = {}
    for index, entry in enumerate(entries):
        for name in _names(entry["request"]):
            asked.setdefault(name, index)
    answered: dict[str, int] = {}
    for index, entry in enumerate(entries):
        for name in _names(entry.get("response", {})):
            if index < asked.get(name, 0):
                answered.setdefault(name, index)
    return answered


def answered_params(
    scenario: Scenario, answers: Mapping[int, Response], recorded: Sequence[Interaction]
) -> dict[str, Json]:
    """The values that `answers`, by index of their promises, give to the params that later requests use.

    Of the elements of a list it is the one that a recorded request speaks of, else the first.
    """
    entries = _entries(scenario)
    found: dict[str, Json] = {}
    for name, index in answering(scenario).items():
        values = list(_given(entries[index].get("response", {}), answers[index], name)) if index in answers else []
        if values:
            known = scenario.params.get(name)
            ordered = ([known] if known in values else []) + values
            found[name] = next((one for one in ordered if _is_spoken_of(one, recorded)), ordered[0])
    return found


def _entries(scenario: Scenario) -> list[Mapping[str, Any]]:
    """The interactions of a sequence as they are written; none where there is only one."""
    sequence = written_at(*scenario.source).get("sequence")
    return list(sequence) if sequence else []


def _names(data: Any) -> Iterator[str]:
    if isinstance(data, str):
        yield from params_in(data)
    elif isinstance(data, dict):
        for item in data.values():
            yield from _names(item)
    elif isinstance(data, list):
        for item in data:
            yield from _names(item)


def _given(promised: Mapping[str, Any], response: Response, name: str) -> Iterator[Json]:
    """The values that stand in `response` where the promise has `{name}`."""
    for header, text in promised.get("headers", {}).items():
        if unescaped(header)[0] in response.headers:
            yield from _standing(text, ", ".join(response.headers.all(unescaped(header)[0])), name)
    wanted = promised.get("body")
    if isinstance(wanted, str) and is_xml(response.content_type):
        yield from _in_xml(wanted, response.body, name)
    elif response.content_type == FORM:
        fields = _fields(wanted) if isinstance(wanted, str) else wanted
        yield from _standing(fields, _fields(response.body.decode("utf-8", "replace")), name)
    else:
        yield from _standing(wanted, _read(response), name)


def _read(response: Response) -> Json:
    try:
        return json.loads(response.body)
    except ValueError:
        return response.body.decode("utf-8", "replace")


def _fields(text: str) -> dict[str, Json]:
    """The fields of a form as a contract writes them: a list where a name stands more than once."""
    fields = parse_qs(text, keep_blank_values=True)
    return {field: values[0] if len(values) == 1 else values for field, values in fields.items()}


def _in_xml(promised: str, body: bytes, name: str) -> Iterator[Json]:
    """The values of the texts and attributes where the promised document has `{name}`."""
    try:
        wanted, actual = list(texts(parsed_xml(promised))), list(texts(parsed_xml(body)))
    except ValueError:
        return
    for path, text in wanted:
        if name in params_in(text):
            for found in (one for place, one in actual if place == path):
                yield from _inside(text, found, name)


def _standing(promised: Any, actual: Json, name: str) -> Iterator[Json]:
    match promised:
        case str() if name in params_in(promised):
            yield from _inside(promised, actual, name)
        case dict() if operator := next((key for key in _WITH_EXAMPLE if key in promised), None):
            yield from _standing(promised[operator], actual, name)
        case {"$each_key": dict() as entry} if isinstance(actual, dict):
            for wanted, item in product(entry.values(), actual.values()):
                yield from _standing(wanted, item, name)
        case {"$contains": list() as variants} if isinstance(actual, list):
            for wanted, item in product(variants, actual):
                yield from _standing(wanted, item, name)
        case dict() if isinstance(actual, dict):
            for key, item in promised.items():
                if (member := unescaped(key)[0]) in actual:
                    yield from _standing(item, actual[member], name)
        case [first, *_] if isinstance(actual, list):
            for item in actual:
                yield from _standing(first, item, name)


def _inside(promised: str, actual: Json, name: str) -> Iterator[Json]:
    """The value itself, or the part of a longer text that stands where `{name}` does."""
    if promised == f"{{{name}}}":
        if isinstance(actual, str | int | float) and not isinstance(actual, bool):
            yield actual
    elif isinstance(actual, str):
        before = promised.partition(f"{{{name}}}")[0]
        plain: Callable[[str], str] = str
        if found := _QUERY_NAME.search(before):
            pattern, plain = rf"(?<=[?&;]){re.escape(found[1])}=([^&#;>\"\s]+)", unquote_plus
        elif found := _SEGMENT.search(before):
            pattern, plain = rf"(?<![^/\s<]){re.escape(found[1])}/([^/?&#;>\"\s]+)", unquote
        else:
            pattern = f"^{re.escape(before)}(.+)$"
        yield from (plain(value) for value in re.findall(pattern, actual))


# A link is looked into by name: its host, its other parameters and their order may be others in a recording.
_QUERY_NAME = re.compile(r"[?&;]([^?&;=]+)=$")
_SEGMENT = re.compile(r"([^/\s<]+)/$")


def _is_spoken_of(value: Json, recorded: Sequence[Interaction]) -> bool:
    pattern = re.compile(rf"(?<![\w-]){re.escape(as_text(value))}(?![\w-])")
    return any(pattern.search(text) for interaction in recorded for text in _texts(interaction.request))


def _texts(request: Request) -> Iterator[str]:
    yield unquote(request.url)
    yield request.body.decode("utf-8", "replace")
