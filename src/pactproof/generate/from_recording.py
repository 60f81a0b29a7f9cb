"""A draft from what was recorded: the requests as they were sent, of each answer a sensible minimum by type.

The drafted contract is upheld by the very recordings that it came from.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

from pactproof.errors import SecretFoundError
from pactproof.expectation_reading import params_in
from pactproof.generate.draft import Draft, NoDraft
from pactproof.generate.recorded_body import (
    UnpromisableError,
    binary,
    is_text,
    recorded_text,
    spelled_media,
    strict_json,
)
from pactproof.generate.recorded_request import RecordedRequests, UnsayableError
from pactproof.generate.recorded_value import NOTHING, RecordedValues
from pactproof.generate.words import READING_VERBS
from pactproof.interaction import Interaction, Json, Response, is_json
from pactproof.promised_interaction import FORM
from pactproof.redaction import NO_CHOICES, Redactor, Rules
from pactproof.registry import Operation
from pactproof.transport import origin
from pactproof.xml_tree import is_xml

Recorded: TypeAlias = tuple[Sequence[Interaction], Mapping[str, Json]]
"""The interactions of a cassette, and the params of its provenance."""

_BODILESS: Final = frozenset({204, 205, 304, *range(100, 200)})
_READING_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_MAX_TEXT = 2000


def recording_draft(
    operation: Operation, scenarios: Mapping[str, Recorded], base_url: str, rules: Rules = NO_CHOICES
) -> Draft | NoDraft:
    """The contract of `operation` as its recordings show it.

    scenarios: what was recorded, by the scenario's name
    base_url:  the provider's; what another host answered is no contract of this one
    rules:     by which the contract holds no secret
    """
    if operation.service == "aws":
        return NoDraft(f"{operation.key} is drafted from botocore's service model, not from a recording")
    entries: dict[str, dict[str, Json]] = {}
    notes: list[str] = []
    refused: list[str] = []
    for name in sorted(scenarios, key=lambda name: (name != "ok", name)):
        interactions, params = scenarios[name]
        try:
            redacted = _redacted(interactions, rules)
            entries[name] = _scenario(operation, name, redacted, params, base_url, notes)
        except UnsayableError as unsayable:
            refused.append(f"the recording of {name} is not used: it has {unsayable}")
    if not entries:
        return NoDraft("; ".join(refused) or f"nothing is recorded for {operation.key}", "write the contract by hand")
    entry = entries["ok"] if set(entries) == {"ok"} else {"scenarios": entries}
    source = ", ".join(str(operation.cassette(name)) for name in entries)
    return Draft(entry, source, tuple(dict.fromkeys([*refused, *notes])))


def _scenario(
    operation: Operation,
    name: str,
    interactions: Sequence[Interaction],
    params: Mapping[str, Json],
    base_url: str,
    notes: list[str],
) -> dict[str, Json]:
    """One scenario's entry. Raises UnsayableError where a contract cannot say it."""
    if not interactions:
        raise UnsayableError("no interaction")
    for one in interactions:
        if origin(one.request.url) != origin(base_url):
            raise UnsayableError(f"answers of {origin(one.request.url)}, while the base URL is {base_url}")
    entry: dict[str, Json] = {}
    if not {one.request.method for one in interactions} <= _READING_METHODS and not _only_reads(operation):
        situation = "" if name == "ok" else f" ({name})"
        entry["given"] = f"ready to {operation.name.replace('_', ' ')}{situation}"
    if params:
        entry["params"] = dict(params)
    requests, values = RecordedRequests(params, base_url, notes), RecordedValues(params)
    written: list[dict[str, Json]] = []
    for number, one in enumerate(interactions, 1):
        is_followed = number < len(interactions)
        answer = _response(one, values, notes, is_followed=is_followed)
        written.append({"request": requests.promise(one.request), "response": answer})
    return {**entry, **written[0]} if len(written) == 1 else {**entry, "sequence": written}


def _redacted(interactions: Sequence[Interaction], rules: Rules) -> list[Interaction]:
    """Another recorder may have hidden nothing; what is hidden already stays as it is."""
    redactor = Redactor(rules=rules)
    try:
        return [redactor.redact(one) for one in interactions]
    except SecretFoundError as error:
        raise UnsayableError(f"a secret: {error.what.splitlines()[0]}") from error


def _only_reads(operation: Operation) -> bool:
    """Whether the name says that nothing is written, as search_issues does that asks by POST."""
    return re.split(r"[_-]", operation.name)[0].lower() in READING_VERBS


def _response(one: Interaction, values: RecordedValues, notes: list[str], *, is_followed: bool) -> dict[str, Json]:
    response = one.response
    if not 100 <= response.status <= 599:
        raise UnsayableError(f"the status {response.status}")
    written: dict[str, Json] = {"status": response.status}
    headers = _headers(response, is_followed=is_followed)
    body: Json = None
    if response.body and one.request.method != "HEAD" and response.status not in _BODILESS:
        try:
            body = _body(response, values, notes)
        except UnpromisableError as error:
            notes.append(f"the body of an answer is not promised: {error}")
    if body is not None and not (isinstance(body, dict) and "$binary" in body):
        usual = "text/plain" if isinstance(body, str) else "application/json"
        header = spelled_media(response.headers.get("content-type"))
        if header.lower() != usual:
            headers["Content-Type"] = header
    if headers:
        written["headers"] = headers
    return written if body is None else {**written, "body": body}


def _headers(response: Response, *, is_followed: bool) -> dict[str, Json]:
    """The headers that a program acts on: where the next page is, where to go, when to ask again."""
    wanted: dict[str, str] = {}
    if is_followed:
        wanted["Link"] = '.*rel="?next"?.*'
    if 300 <= response.status < 400:
        wanted["Location"] = ".+"
    if response.status in (429, 503):
        wanted["Retry-After"] = ".+"
    written: dict[str, Json] = {}
    for name, pattern in wanted.items():
        value = ", ".join(response.headers.all(name))
        is_plain = not re.search(r"[\x00-\x1f\x7f]", value) and value == value.strip()
        if is_plain and re.fullmatch(pattern, value):
            written[name] = {"$regex": pattern, "like": value}
    return written


def _body(response: Response, values: RecordedValues, notes: list[str]) -> Json:
    """What is promised of a body. Raises UnpromisableError where nothing can be."""
    media, header = response.content_type, response.headers.get("content-type")
    if not media or len(response.headers.all("content-type")) > 1:
        raise UnpromisableError("it has no media type, or two")
    if is_json(media):
        promised = values.of_body(strict_json(recorded_text(response.body, media)))
        if promised is NOTHING:
            raise UnpromisableError("it tells nothing that could be promised, such as an empty list")
        return promised
    if media == FORM:
        raise UnpromisableError("it is a form")
    if not is_text(media):
        return binary(media, response.body, notes)
    text = recorded_text(response.body, header)
    if is_xml(media):
        return text
    example = text[:_MAX_TEXT]
    is_read_as_it_is = not any(name in values.params for name in params_in(example))
    return example if is_read_as_it_is else {"$regex": r"[\s\S]+", "like": example}
