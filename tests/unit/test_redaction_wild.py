"""Secrets as they are met in the wild, made from a seed; what only speaks of secrets; and the scan by itself."""

from __future__ import annotations

import ast
import base64
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.redaction_corpus import PLACES, SHAPED_PLACES, _answer, look_alikes, named, shaped
from tests.unit.redaction_corpus_wild import SENTENCES, TOKENS, WHOLE_PLACES, WRITTEN, Maker
from tests.unit.test_redaction_corpus import spellings, views

import pactproof.redaction
from pactproof.interaction import Interaction
from pactproof.recording import Cassette, Provenance, dump_cassette
from pactproof.redaction import Redactor, rule_ids, scan
from pactproof.redaction.scan_shapes import SHAPES

TOLD = Provenance("grafana.search", "ok", "sandbox", datetime(2026, 1, 5, tzinfo=UTC), "devctl", "pactproof 0.1.0")
KINDS = TOKENS | WRITTEN


def stored(one: Interaction) -> str:
    return dump_cassette(Cassette((one,), TOLD))


def faults(kind: str, place: str, seed: int) -> list[str]:
    make = Maker(seed)
    one = WHOLE_PLACES[place]("note", KINDS[kind](make))
    redacted = Redactor().redact(one)
    text = stored(redacted)
    found = []
    for secret in make.secrets:
        parts = [secret] if len(secret) < 16 else [secret[:12], secret[-12:]]
        if any(spelling in view for part in parts for spelling in spellings(part) for view in views(text)):
            found.append(f"{place}: written")
    found += [f"{place}: seen by {finding.rule}" for finding in scan(text)]
    return found + ([f"{place}: changed by a second time"] if Redactor().redact(redacted) != redacted else [])


@pytest.mark.parametrize("kind", KINDS)
def test_a_secret_is_hidden_as_programs_and_services_write_it(kind: str):
    at = list(KINDS).index(kind)
    places = [list(WHOLE_PLACES)[(at + step * 5) % len(WHOLE_PLACES)] for step in range(4)]

    assert [fault for place in places for fault in faults(kind, place, at)] == []


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_a_secret_is_hidden_whatever_its_characters_and_its_place(kind: str):
    assert [fault for place in WHOLE_PLACES for seed in range(20) for fault in faults(kind, place, seed)] == []


@pytest.mark.parametrize("name", SENTENCES)
def test_what_speaks_of_secrets_and_holds_none_is_stored_as_it_is(name: str):
    text = SENTENCES[name]
    in_lines = base64.encodebytes(text.encode()).decode()
    places = [WHOLE_PLACES[place]("note", text) for place in ("JSON text", "form", "XML", "query")]
    all_of_it = [_answer(text, "text/plain"), _answer(json.dumps({"content": in_lines})), *places]

    assert [Redactor().redact(one) == one for one in all_of_it] == [True] * len(all_of_it)
    assert [scan(stored(one)) for one in all_of_it] == [[]] * len(all_of_it)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(KINDS)), st.sampled_from(sorted(WHOLE_PLACES)), st.integers(0, 10**9))
def test_redacted_then_scanned_finds_nothing_and_a_second_time_changes_nothing(kind: str, place: str, seed: int):
    assert faults(kind, place, seed) == []


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(sorted(KINDS)), min_size=1, max_size=4), st.integers(0, 10**9))
def test_json_stays_json_and_what_is_no_secret_stays(kinds: list[str], seed: int):
    make = Maker(seed)
    texts = [KINDS[kind](make) for kind in kinds]
    body = {"before": 1.50, "texts": texts, "again": texts, "after": "12345678901234567890123"}

    read = json.loads(Redactor().redact(_answer(json.dumps(body))).response.body)

    assert read["again"] == read["texts"], "the same secret has the same placeholder"
    assert {**read, "texts": [], "again": []} == {**body, "texts": [], "again": []}


# ---- the scan by itself: what it refuses when the redactor lets everything through


def test_the_scan_refuses_nearly_all_of_the_corpus_where_nothing_was_redacted():
    places = list(PLACES | SHAPED_PLACES)
    skipped = {"request header", "cookie", "set-cookie"}  # never stored
    cases = [
        (kind, (PLACES | SHAPED_PLACES)[place]("note", value))
        for at, (kind, value) in enumerate(shaped().items())
        for place in [places[(at * 3 + step * 8) % len(places)] for step in range(4)]
        if place not in skipped
    ]
    cases += [(kind, WHOLE_PLACES["JSON text"]("note", make(Maker(7)))) for kind, make in KINDS.items()]
    cases += [(name, PLACES["JSON"](name, value)) for name, value in named().values()]

    missed = [kind for kind, one in cases if not scan(stored(one))]

    assert len(missed) <= len(cases) * 0.05, f"{len(missed)} of {len(cases)}: {missed}"


def test_the_scan_leaves_look_alikes_alone():
    assert [name for name, text in look_alikes().items() if scan(stored(_answer(text)))] == []


def test_bytes_that_look_like_a_token_once_they_are_base64_are_none():
    looks = "AA/u+" + "a1b2c3d4e5f6g7h8/" + "AAAAAA"
    image = b"\x89PNG\r\n\xff" + b"\0" * 2 + base64.b64decode(looks)

    text = stored(_answer(image, "image/png"))

    assert looks in text.replace("\n", "").replace(" ", "")
    assert scan(text) == []


def test_the_scan_shares_no_table_and_no_search_with_the_redactor():
    folder = Path(pactproof.redaction.__file__).parent
    of_the_redactor = {"finder", "pairs", "names", "judging", "containers", "structures", "token_rules", "prefilter"}

    imported = {
        node.module.rpartition(".")[2]
        for name in ("scan", "scan_words", "scan_names", "scan_shapes")
        for node in ast.walk(ast.parse((folder / f"{name}.py").read_text()))
        if isinstance(node, ast.ImportFrom) and node.module
    }

    assert imported & of_the_redactor == set()


def test_a_shape_of_the_scan_is_switched_off_by_the_id_that_the_redactor_has():
    assert {shape.id for shape in SHAPES} - set(rule_ids()) == set()
