"""Every kind of secret in several places, every place with several kinds, and what only looks like one."""

from __future__ import annotations

import base64
import gzip
import json
import re
from datetime import UTC, datetime
from html import escape
from itertools import islice
from urllib.parse import quote, quote_plus

import pytest
from tests.unit.redaction_corpus import (
    NAMES,
    PLACES,
    SHAPED_PLACES,
    _answer,
    hidden_part,
    look_alikes,
    named,
    shaped,
)

from pactproof.interaction import Interaction
from pactproof.recording import Cassette, Provenance, dump_cassette
from pactproof.redaction import Redactor, scan
from pactproof.redaction import names as names_module
from pactproof.redaction.names import STEMS, meaning_of

TOLD = Provenance("grafana.search", "ok", "sandbox", datetime(2026, 1, 5, tzinfo=UTC), "devctl", "pactproof 0.1.0")
SHAPED, NAMED, LOOK_ALIKES = shaped(), named(), look_alikes()
ALL_PLACES = PLACES | SHAPED_PLACES
BY_NAME = {f"name {name}": pair for name, pair in NAMED.items()}


def spellings(secret: str) -> set[str]:
    """How a file may spell it: by standard tools, none of them the library's."""
    in_json = json.dumps(secret)[1:-1]
    found = {secret, in_json, json.dumps(in_json)[1:-1], escape(secret), quote(secret, safe=""), quote_plus(secret)}
    found |= {quote(quote(secret, safe=""), safe=""), "".join(f"\\u{ord(char):04x}" for char in secret)}
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + secret.encode()).decode().rstrip("=")
        inner = encoded[(0, 2, 3)[before] : len(encoded) - (1 if (before + len(secret)) % 3 else 0)]
        found |= {inner, inner.replace("+", "-").replace("/", "_")}
    return found


def views(text: str) -> list[str]:
    """The file, and what its binary bodies hold."""
    blocks = re.findall(r"!!binary \|\n((?: +[A-Za-z0-9+/=]+\n)+)", text)
    raws = [base64.b64decode("".join(block.split())) for block in blocks]
    raws = [gzip.decompress(raw) if raw.startswith(b"\x1f\x8b") else raw for raw in raws]
    return [text, *(raw.decode("latin-1") for raw in raws)]


def faults(place: str, name: str, value: str, secret: str) -> list[str]:
    one = ALL_PLACES[place](name, value)
    redacted = Redactor().redact(one)
    text = dump_cassette(Cassette((redacted,), TOLD))
    found = []
    if any(spelling in view for spelling in spellings(secret) for view in views(text)):
        found.append(f"{place}: written")
    found += [f"{place}: seen by {finding.rule}" for finding in scan(text)]
    if place.startswith("JSON"):
        json.loads(redacted.response.body or redacted.request.body)
    return found


def chosen(index: int, places: list[str]) -> list[str]:
    """Seven places, others for each kind, so that all kinds together stand in every place."""
    return list(islice((places[(index * 3 + step * 8) % len(places)] for step in range(7)), 7))


def test_the_corpus_is_as_large_as_it_says():
    assert len(SHAPED) + len(NAMED) >= 150
    assert len(ALL_PLACES) >= 55
    assert len(LOOK_ALIKES) >= 120


@pytest.mark.parametrize("kind", SHAPED)
def test_a_token_is_hidden_wherever_it_stands(kind: str):
    secret = hidden_part(kind, SHAPED[kind])
    places = chosen(list(SHAPED).index(kind), list(ALL_PLACES))

    assert [fault for place in places for fault in faults(place, "note", SHAPED[kind], secret)] == []


@pytest.mark.parametrize("kind", BY_NAME)
def test_a_value_is_hidden_by_the_name_it_stands_under(kind: str):
    name, value = BY_NAME[kind]
    places = chosen(list(BY_NAME).index(kind), list(PLACES))

    assert [fault for place in places for fault in faults(place, name, value, value)] == []


@pytest.mark.slow
def test_every_kind_is_hidden_in_every_place():
    found = {
        (kind, fault)
        for kind, value in SHAPED.items()
        for place in ALL_PLACES
        for fault in faults(place, "note", value, hidden_part(kind, value))
    }
    found |= {
        (kind, fault)
        for kind, (name, value) in BY_NAME.items()
        for place in PLACES
        for fault in faults(place, name, value, value)
    }

    assert found == set()


@pytest.mark.parametrize("name", LOOK_ALIKES)
def test_what_only_looks_like_a_secret_is_stored_as_it_is(name: str):
    one = _answer(LOOK_ALIKES[name], "application/json" if LOOK_ALIKES[name].startswith("{") else "text/plain")

    assert Redactor().redact(one) == one
    assert scan(dump_cassette(Cassette((one,), TOLD))) == []


@pytest.mark.parametrize("kind", ["GitHub personal", "JWT", "Postgres", "RSA key"])
def test_one_secret_has_one_placeholder_in_every_encoding(kind: str):
    value = SHAPED[kind]
    redactor = Redactor()

    stored = [
        redactor.redact(ALL_PLACES[place]("note", value)) for place in ("JSON", "form", "JSON in JSON twice", "gzip")
    ]

    assert {placeholder for one in stored for placeholder in placeholders(one)} == {"REDACTED-1"}


def placeholders(one: Interaction) -> set[str]:
    return set(re.findall(r"REDACTED-[0-9]+", f"{one.request.url} {one.request.body!r} {one.response.body!r}"))


def test_every_name_that_is_looked_for_holds_a_stem():
    """A text without any of the stems is not looked through."""
    exact = names_module._EXACT | names_module._EXACT_PERHAPS
    stems = [stem.decode("latin-1") for stem in STEMS]

    assert [name for name in sorted(exact) if not any(stem in name for stem in stems)] == []
    assert [name for name in NAMES if meaning_of(name) != "secret"] == []
