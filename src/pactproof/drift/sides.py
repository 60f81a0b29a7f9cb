"""A recording read for a comparison: by promised interaction, what requests and answers show, and what they break."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Protocol
from urllib.parse import parse_qsl, urlsplit

from pactproof.agreement import relative_path
from pactproof.contracts import Scenario
from pactproof.drift.model import Change
from pactproof.drift.shape import BODY, Guide, Shape, Spot, add_scalar, add_value, add_xml, generalised
from pactproof.expectation import Binary, Value
from pactproof.interaction import (
    Headers,
    Interaction,
    Json,
    Mismatch,
    Request,
    Response,
    bare_media_type,
    body_text,
    is_json,
    parsed_json,
)
from pactproof.matching import parsed_path
from pactproof.pairing import Paired, pair, recorded_request_mismatches, recorded_response_mismatches
from pactproof.promised_interaction import FORM, HttpPromise, RequestPromise, ResponsePromise
from pactproof.transport.shown import shown_sent
from pactproof.turns import Pairing
from pactproof.xml_tree import is_xml, parsed_xml


class Provenance(Protocol):
    """What has to be known of where a recording comes from."""

    @property
    def params(self) -> Mapping[str, Json]: ...
    @property
    def requests(self) -> Sequence[Mapping[str, Json]]: ...


class Recording(Protocol):
    """A recording of one scenario; a cassette is one."""

    @property
    def interactions(self) -> Sequence[Interaction]: ...
    @property
    def provenance(self) -> Provenance: ...


@dataclass(frozen=True, slots=True)
class Broken:
    """One way in which a promise is broken.

    path:  the very place, "$.items[1].id"; that of `spot` where there are several
    value: what stands there, UNREAD for a body that cannot be read
    """

    spot: Spot
    change: Change
    path: str
    expected: str
    found: str
    value: Json = None


UNREAD: Final = object()
"""The value of a body that is not there, or cannot be read as what it is promised to be."""


@dataclass(slots=True)
class Side:
    """The requests, or the answers, of all interactions that one promise is for."""

    shape: Shape = field(default_factory=dict)
    broken: list[Broken] = field(default_factory=list)
    whole: list[Json] = field(default_factory=list)  # JSON bodies as they are


class Reading(Protocol):
    """A recording with the promise that each interaction is for."""

    params: Mapping[str, Json]
    pairing: Pairing

    def requests(self, number: int) -> Side: ...
    def responses(self, number: int) -> Side: ...
    def shown(self, index: int) -> str: ...


def read(scenario: Scenario, recording: Recording, base_url: str) -> Reading:
    """`recording` held against `scenario`, which gets the params that it was made with."""
    there = scenario.with_params(recording.provenance.params)
    if scenario.operation.service == "aws":
        from pactproof.drift.aws_sides import AwsReading

        return AwsReading(there, recording)
    return HttpReading(pair(there, recording.interactions, base_url))


class HttpReading:
    def __init__(self, paired: Paired) -> None:
        self._paired = paired
        self.params, self.pairing = paired.scenario.params, paired.pairing

    def requests(self, number: int) -> Side:
        promise, side = self._promise(number).request, Side()
        for one in self._recorded(number):
            value = add_request(side, one.request, promise, self._paired.base_url)
            found = recorded_request_mismatches(promise, one.request, self._paired.base_url)
            side.broken += _broken(found, value, Guide(promise.body))
        return side

    def responses(self, number: int) -> Side:
        promise, side = self._promise(number).response, Side()
        for one in self._recorded(number):
            add_scalar(side.shape, Spot("status"), one.response.status)
            add_headers(side.shape, promise.headers, one.response.headers)
            value = add_body(side, one.response, promise)
            found = recorded_response_mismatches(promise, one.response)
            broken = _broken(found, value, Guide(promise.body))
            side.broken += [_of_body(each, one.response, promise) for each in broken]
        return side

    def shown(self, index: int) -> str:
        return shown_sent(self._paired.recorded[index].request, self._paired.base_url)

    def _promise(self, number: int) -> HttpPromise:
        return self._paired.scenario.http[number]

    def _recorded(self, number: int) -> Iterator[Interaction]:
        return (self._paired.recorded[index] for index in self.pairing.of(number))


# --- shapes ------------------------------------------------------------------------------------------------------


def add_request(side: Side, request: Request, promise: RequestPromise, base_url: str) -> Json:
    """Note all parts of a request. Returns the value of its body, as `add_body` does."""
    add_scalar(side.shape, Spot("method"), request.method)
    add_scalar(side.shape, Spot("path"), relative_path(request.url, base_url))
    for name, value in parse_qsl(urlsplit(request.url).query, keep_blank_values=True):
        add_scalar(side.shape, Spot("query", (name,)), value, is_promised=name in promise.query)
    add_headers(side.shape, promise.headers, request.headers)
    return add_body(side, request, promise)


def add_headers(shape: Shape, promised: Iterable[str], headers: Headers) -> None:
    """Headers that nobody promised are not looked at: they are the business of the servers on the way."""
    for name in promised:
        for value in headers.all(name):
            add_scalar(shape, Spot("header", (name,)), value)


def add_body(side: Side, sent: Request | Response, promise: RequestPromise | ResponsePromise) -> Json:
    """Note the body as what it is promised to be, else by its media type.

    Returns its value where it is JSON, a form or text, else UNREAD.
    """
    node = promise.body
    media = bare_media_type(promise.content_type) if node is not None else sent.content_type
    root = Spot(BODY)
    if not sent.body:
        return UNREAD
    try:
        if isinstance(node, Binary):
            add_scalar(side.shape, root, sent.body)
            return UNREAD
        if is_json(media):
            value = parsed_json(sent.body)
            add_value(side.shape, root, value, Guide(node))
            side.whole.append(value)
            return value
        if is_xml(media):
            promised = parsed_xml(str(node.example)) if isinstance(node, Value) else None
            add_xml(side.shape, root, parsed_xml(sent.body), promised)
            return UNREAD
        text = body_text(sent.body, sent.headers.get("content-type"))
        if media == FORM:
            form: dict[str, list[str]] = {}
            for name, item in parse_qsl(text, keep_blank_values=True):
                form.setdefault(name, []).append(item)
            add_value(side.shape, root, form, Guide(node))
            return form
    except (ValueError, RecursionError):
        text = ""
    if text and not is_json(media):
        add_scalar(side.shape, root, text, is_promised=node is not None)
        return text
    add_scalar(side.shape, root, sent.body, is_promised=node is not None)
    return UNREAD


def _of_body(broken: Broken, response: Response, promise: ResponsePromise) -> Broken:
    """Of a body that cannot be read as what it is promised to be, its media type is told, not how it begins."""
    if broken.path != BODY or broken.value is not UNREAD:
        return broken
    if not response.body:
        return replace(broken, change="gone")
    wanted, media = bare_media_type(promise.content_type), response.content_type
    if media == wanted:
        return replace(broken, change="type", value=None, found=f"a body that is not of {wanted}")
    return replace(broken, change="media type", expected=wanted, found=media or "nothing")


# --- what is broken ----------------------------------------------------------------------------------------------


def _broken(found: Iterable[Mismatch], body: Json, guide: Guide) -> Iterator[Broken]:
    return (one for mismatch in found for one in broken_by(mismatch, body, guide))


def broken_by(mismatch: Mismatch, body: Json, guide: Guide) -> Iterator[Broken]:
    """`mismatch` with the place and the kind of change that it tells. `body`: the JSON value, or UNREAD."""
    if not mismatch.path.startswith(BODY):
        root, _, name = mismatch.path.partition(".")
        spot = Spot(root, (name,) if name else ())
        yield Broken(spot, _of_part(mismatch), mismatch.path, mismatch.expected, mismatch.found)
        return
    path = parsed_path(mismatch.path)
    if body is UNREAD and path:
        yield from _in_xml(mismatch, tuple(str(part) for part in path))
        return
    spot = Spot(BODY, generalised(path, guide))
    if body is UNREAD:
        yield Broken(spot, "rule", BODY, mismatch.expected, mismatch.found, UNREAD)
        return
    change, value = _in_json(mismatch, body)
    yield Broken(spot, change, mismatch.path, mismatch.expected, mismatch.found, value)


def _of_part(mismatch: Mismatch) -> Change:
    if mismatch.path in ("status", "error", "error.code"):
        return "status"
    if "media type" in mismatch.text:
        return "media type"
    return "gone" if mismatch.found == "nothing" or "is missing" in mismatch.text else "rule"


def _in_json(mismatch: Mismatch, body: Json) -> tuple[Change, Json]:
    if mismatch.found == "nothing":
        return "gone", None
    value = body
    for part in parsed_path(mismatch.path):
        try:
            value = value[part]
        except (LookupError, TypeError):
            return "gone", None
    if value is None:
        return "null", None
    if isinstance(value, list) and "minimum size" in mismatch.text:
        return "too few", value
    is_of_type = "same type" not in mismatch.text and "Type mismatch" not in mismatch.text
    return ("rule" if is_of_type else "type"), value


def _in_xml(mismatch: Mismatch, names: tuple[str, ...]) -> Iterator[Broken]:
    """Pact names what is missing at the element that should have it: its children, or all of its attributes."""
    wanted, there = mismatch.expected, mismatch.found
    if wanted.startswith("{") and there.startswith("{"):
        missing = [f"@{name}" for name in _keys(wanted) - _keys(there)]
    elif "{" not in wanted and '"' not in wanted:
        left = Counter(there.split(", "))
        missing = [name for name in wanted.split(", ") if not left[name]]
    else:
        missing = []
    if names[-1].startswith("@") or wanted == names[-1]:
        change: Change = "gone" if there in ("nothing", "null") else "rule"
        yield Broken(Spot(BODY, names), change, mismatch.path, wanted, there)
        return
    for name in sorted(missing):
        spot = Spot(BODY, (*names, name))
        yield Broken(spot, "gone", str(spot), name, "nothing")
    if not missing:
        yield Broken(Spot(BODY, names), "rule", mismatch.path, wanted, there)


def _keys(text: str) -> set[str]:
    try:
        return set(json.loads(text))
    except ValueError:
        return set()
