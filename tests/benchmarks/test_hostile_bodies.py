"""Bodies made to be slow: what they cost grows with their length, not with its square."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable

import pytest

from pactproof.interaction import Headers, Interaction, Request, Response
from pactproof.redaction import Redactor, scan

BYTES = 50_000
TIMES = 4
MOST_GROWTH = 2.5 * TIMES  # a square would be 16 times


def nested(size: int) -> str:
    text = "x"
    while len(text) < size:
        text = json.dumps({"a": text})
    return text[:size]


def said(size: int, text: str) -> str:
    return " ".join(
        base64.b64encode(f"{text} {at}".encode()).decode() for at in range(size // (len(text) * 4 // 3 + 8))
    )


def again(piece: str, after: str = "") -> Callable[[int], str]:
    return lambda size: piece * (size // len(piece)) + after


HOSTILE: dict[str, Callable[[int], str]] = {
    "names": again('"password":"'),
    "names without values": again("password=,"),
    "names of all kinds": lambda size: " ".join(f"password{at}=x" for at in range(size // 16)),
    "words of all kinds": lambda size: " ".join(f"some/word-or-other{at:08d}" for at in range(size // 27)),
    "objects": again('{"password":{'),
    "lists": lambda size: '"password": ' + "[" * size,
    "elements": again("<password "),
    "tags": again('<input name=password value="'),
    "keys": again("-----BEGIN " + "PRIVATE KEY-----\n"),
    "digests": again("Digest x response= "),
    "schemes": again("://", "@"),
    "userinfo": again("://a:"),
    "percent in percent": again("%25"),
    "percents": again("%41 "),
    "halves of percents": again("%4"),
    "base64": lambda size: base64.b64encode(b"hello world! " * (size // 17)).decode(),
    "base64 of words": lambda size: said(size, "say what you want"),
    "base64 of secrets": lambda size: said(size, "password=" + "hunter2! " * 9),
    "segments": again("A1b/"),
    "escapes": lambda size: '"' + "\\\\" * (size // 2) + '"',
    "escaped quotes": lambda size: '"' + '\\"' * (size // 2),
    "json in json": nested,
    "brackets": again("["),
    "entities": again("&quot;"),
    "ampersands": again("& "),
    "forms": again("bearer+a=b&"),
    "tables": again("password,b\n"),
    "empty lines": again("a,b\n\n"),
    "cookies": again("set-cookie: a=b; "),
    "siblings": again('"name":"password",'),
    "secrets of kubernetes": again('"kind":"Secret","data":{'),
}


def cost_s(text: str) -> float:
    answer = Response(200, Headers((("Content-Type", "text/plain"),)), text.encode())
    start = time.process_time()
    Redactor().redact(Interaction(Request("GET", "http://a.test/", Headers(), b""), answer))
    scan(text)
    return time.process_time() - start


@pytest.mark.benchmark
@pytest.mark.parametrize("name", HOSTILE)
def test_a_body_made_to_be_slow_costs_as_much_more_as_it_is_longer(name: str):
    made = HOSTILE[name]
    cost_s(made(BYTES))  # patterns are compiled by now

    short, long = (min(cost_s(made(size)) for _ in range(2)) for size in (BYTES, BYTES * TIMES))

    assert long <= MOST_GROWTH * short + 0.02
