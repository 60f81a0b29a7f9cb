"""The digest of a cassette: any change to what it says is noticed, another layout of the same is none."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
import yaml

from pactproof.interaction import Headers, Interaction, Request, Response
from pactproof.recording import Cassette, Provenance, dump_cassette
from pactproof.recording.cassette_reading import read_cassette_text

NAME = "cassettes/shop/get_item.yaml"
TOLD = Provenance(
    "shop.get_item",
    "ok",
    "sandbox",
    datetime(2026, 1, 5, 10, tzinfo=UTC),
    "till",
    "pactproof 0.1.0",
    params={"id": "7", "blob": b"\x00\xff", "deep": [{"a": None, "b": 1.5}]},
    requests=({"operation": "GetItem", "params": {"Key": "7"}},),
    versions={"python": "3.11.2", "httpx": "0.28.1"},
    provider_version="2026-01-01",
)
ONE = Interaction(
    Request("POST", "https://shop.test/items?id=7", Headers((("X-B", "1"), ("X-A", "2"), ("X-A", "3"))), b"sent"),
    Response(200, Headers((("Content-Type", "application/json"),)), b'{"id":7}', "OK"),
)
TEXT = dump_cassette(Cassette((ONE,), TOLD))


def test_a_file_as_it_was_written_fits_and_reads_back_with_all_it_tells():
    found = read_cassette_text(TEXT, NAME)

    assert found.digest_fits
    assert found.provenance == TOLD


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"id": 7', '"id": 8'),
        ('"id": 7', '"id":  7'),
        ("body: sent", "body: Sent"),
        ("method: POST", "method: PUT"),
        ("items?id=7", "items?id=8"),
        ("code: 200", "code: 201"),
        ("message: OK", "message: ok"),
        ("- '2'\n      - '3'", "- '3'\n      - '2'"),
        ("X-B", "X-C"),
        ("recorded_at: '2026-01-05", "recorded_at: '2026-02-05"),
        ("verified_at: '2026-01-05", "verified_at: '2026-02-05"),
        ("source: sandbox", "source: emulator"),
        ("consumer: till", "consumer: tall"),
        ("python: 3.11.2", "python: 3.12.2"),
        ("provider_version: '2026-01-01'", "provider_version: '2026-01-02'"),
        ("b: 1.5", "b: 2.5"),
        ("AP8=", "AP8A"),
        ("operation: GetItem", "operation: PutItem"),
        ("digest: 'sha256:", "digest: 'sha512:"),
    ],
)
def test_any_change_to_what_it_says_is_noticed(old, new):
    changed = TEXT.replace(old, new, 1)

    assert changed != TEXT
    assert not read_cassette_text(changed, NAME).digest_fits


def test_a_file_of_ours_without_a_digest_does_not_fit():
    without = "".join(line for line in TEXT.splitlines(keepends=True) if "digest:" not in line)

    assert not read_cassette_text(without, NAME).digest_fits


def test_nothing_is_held_against_a_file_of_another_recorder():
    data = {key: value for key, value in yaml.safe_load(TEXT).items() if key != "pactproof"}

    assert read_cassette_text(yaml.safe_dump(data), NAME).digest_fits


@pytest.mark.parametrize(
    "laid_out",
    [
        yaml.safe_dump(yaml.safe_load(TEXT), sort_keys=True),
        yaml.safe_dump(yaml.safe_load(TEXT), sort_keys=False, default_flow_style=True, width=60, allow_unicode=True),
        TEXT.replace("\n", "\r\n"),
        "\ufeff".join(["", TEXT]).removeprefix("\ufeff").replace("# recorded", "# kept, recorded"),
    ],
    ids=["sorted", "flow style", "CRLF", "another comment"],
)
def test_another_layout_of_the_same_still_fits(laid_out):
    assert laid_out != TEXT
    assert read_cassette_text(laid_out, NAME).digest_fits


def test_what_was_never_in_a_file_needs_no_digest():
    assert Cassette((ONE,), TOLD).digest_fits


def test_what_only_an_edit_by_hand_can_bring_in_does_not_fit_and_is_read_all_the_same():
    edited = TEXT.replace("id: '7'", "7: 2026-01-05")

    found = read_cassette_text(edited, NAME)

    assert not found.digest_fits
    assert replace(found.provenance, params=TOLD.params) == TOLD


def test_a_recording_counts_as_verified_when_it_was_made_until_it_is_verified_again():
    later = datetime(2026, 2, 1, tzinfo=UTC)

    assert TOLD.verified_at == TOLD.recorded_at
    assert read_cassette_text(TEXT.replace("  verified_at: '2026-01-05T10:00:00Z'\n", ""), NAME).provenance == TOLD
    assert read_cassette_text(
        dump_cassette(Cassette((ONE,), replace(TOLD, verified_at=later))), NAME
    ).provenance == replace(TOLD, verified_at=later)
