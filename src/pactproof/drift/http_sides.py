"""Recordings of HTTP requests read for a comparison: statuses, promised headers, and bodies as what they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

from pactproof.agreement import relative_path
from pactproof.contracts import Scenario
from pactproof.drift.broken import UNREAD, Broken, broken_by
from pactproof.drift.shape import BODY, Guide, Shape, Spot, add_scalar, add_value, add_xml
from pactproof.drift.sides import Recording, Side
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
from pactproof.pairing import pair, recorded_request_mismatches, recorded_response_mismatches
from pactproof.promised_interaction import FORM, HttpPromise, RequestPromise, ResponsePromise
from pactproof.transport.shown import shown_sent
from pactproof.xml_tree import is_xml, parsed_xml


class HttpReading:
    def __init__(self, scenario: Scenario, recording: Recording, base_url: str) -> None:
        """scenario: with the params of `recording`"""
        self._paired = pair(scenario, recording.interactions, base_url)
        self.params, self.pairing = self._paired.scenario.params, self._paired.pairing

    def requests(self, number: int) -> Side:
        promise, side = self._promise(number).request, Side()
        for one in self._recorded(number):
            side.count += 1
            value = add_request(side, one.request, promise, self._paired.base_url)
            found = recorded_request_mismatches(promise, one.request, self._paired.base_url)
            side.broken += _broken(found, value, Guide(promise.body))
        return side

    def responses(self, number: int) -> Side:
        promise, side = self._promise(number).response, Side()
        for one in self._recorded(number):
            side.count += 1
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


def _broken(found: Iterable[Mismatch], body: Json, guide: Guide) -> Iterator[Broken]:
    return (one for mismatch in found for one in broken_by(mismatch, body, guide))
