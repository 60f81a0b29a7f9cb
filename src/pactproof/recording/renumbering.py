"""Placeholders of what is recorded into a file that has some already: two secrets must not read as one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import replace

from pactproof.interaction import Headers, Interaction, Json
from pactproof.placeholder import PLACEHOLDER, placeholder

_IN_BYTES = re.compile(PLACEHOLDER.pattern.encode())


def highest_number(interactions: Iterable[Interaction]) -> int:
    """The highest number of a placeholder in them, 0 where there is none."""
    return max((number for one in interactions for number in _numbers(one)), default=0)


def renumbered(one: Interaction, by: int) -> Interaction:
    """`one` with the number of each placeholder raised by `by`."""
    if not by:
        return one
    sent, got = one.request, one.response
    request = replace(sent, url=_text(sent.url, by), headers=_headers(sent.headers, by), body=_bytes(sent.body, by))
    return Interaction(request, replace(got, headers=_headers(got.headers, by), body=_bytes(got.body, by)))


def renumbered_value(value: Json, by: int) -> Json:
    return json.loads(_text(json.dumps(value), by)) if by else value


def _numbers(one: Interaction) -> Iterable[int]:
    headers = [value for _, value in (*one.request.headers.items, *one.response.headers.items)]
    for text in (one.request.url, *headers):
        yield from map(int, PLACEHOLDER.findall(text))
    for body in (one.request.body, one.response.body):
        yield from map(int, _IN_BYTES.findall(body))


def _text(text: str, by: int) -> str:
    return PLACEHOLDER.sub(lambda found: placeholder(int(found["number"]) + by), text)


def _bytes(body: bytes, by: int) -> bytes:
    return _IN_BYTES.sub(lambda found: placeholder(int(found["number"]) + by).encode(), body)


def _headers(headers: Headers, by: int) -> Headers:
    return Headers(tuple((name, _text(value, by)) for name, value in headers.items))
