"""What a cassette becomes in the hands of others: whatever it is, it is read as it was, or refused by name."""

from __future__ import annotations

import base64
import gzip
import hashlib
import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import vcr.serialize  # type: ignore[import-untyped]  # it ships without type information
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from vcr.serializers import yamlserializer  # type: ignore[import-untyped]  # as above

from pactproof.errors import CassetteError
from pactproof.interaction import Headers, Interaction, Request, Response
from pactproof.recording import Cassette, Provenance, dump_cassette, load_cassette
from pactproof.recording.cassette_reading import read_cassette_text
from pactproof.recording.stored_form import as_stored

NAME = "cassettes/shop/get_item.yaml"
MEND = "record it again: pytest contracts --record-mode=rewrite -k shop.get_item"
TOLD = Provenance(
    "shop.get_item",
    "ok",
    "sandbox",
    datetime(2026, 1, 5, 10, tzinfo=UTC),
    "till",
    "pactproof 0.1.0",
    params={"id": "7", "since": "2026-01-05", "20": 1.5},
)
ONE = Interaction(
    Request("POST", "https://shop.test/items?id=7", Headers((("X-B", "1"), ("X-A", "2"), ("X-A", "3"))), b"sent"),
    Response(200, Headers((("Content-Type", "application/json"),)), '{"name":"lämp 😀"}'.encode(), "OK"),
)
TEXT = dump_cassette(Cassette((ONE,), TOLD))
WHOLE = read_cassette_text(TEXT, NAME)
FOREIGN = """\
interactions:
- request: {{body: null, headers: {{}}, method: {method}, uri: http://a.test/}}
  response: {{body: {{string: {body}}}, headers: {{{headers}}}, status: {{code: 200, message: OK}}}}
version: 1
"""


def foreign(headers: str, body: str = "''", method: str = "GET") -> Cassette:
    return read_cassette_text(FOREIGN.format(headers=headers, body=body, method=method), NAME)


def test_no_single_edit_of_any_character_passes_as_what_was_written():
    """Each character dropped, doubled, and turned into two others; where the digest fits, nothing else is read."""
    passed = {}
    for place, char in enumerate(TEXT):
        for new in ("", char * 2, chr(ord(char) ^ 1), "7"):
            try:
                found = read_cassette_text(TEXT[:place] + new + TEXT[place + 1 :], NAME)
            except CassetteError:
                continue
            if found.digest_fits and found != WHOLE:
                passed[place, new] = found

    assert passed == {}


def test_a_file_that_was_cut_off_at_any_byte_is_refused(tmp_path):
    content, path = TEXT.encode(), tmp_path / "get_item.yaml"
    refused = 0
    for size in range(len(content) - len(b"\n...\n")):
        path.write_bytes(content[:size])
        with pytest.raises(CassetteError):
            load_cassette(path, shown_as=NAME)
        refused += 1

    assert refused > 800


PIECES = st.sampled_from(
    ["- ", ": ", "? ", "{", "}", "[", "]", "&a ", "*a", "!!set ", "!!binary ", "<<: ", "|\n", '"', "'", "#", "---\n"]
) | st.sampled_from(
    ["\n", "  ", "\t", "\x85", "\ufeff", "1e999", "0x" + "f" * 4000, "~", "2026-13-45", "=", "%YAML 9.9\n", "...\n"]
)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, len(TEXT)), st.integers(0, 40), PIECES | st.text(max_size=4)), max_size=4),
    st.sampled_from([TEXT, FOREIGN.format(headers="Date: x", body="x", method="GET")]),
)
def test_whatever_is_written_into_a_file_it_is_read_or_refused_as_a_cassette(edits, text):
    for place, dropped, put in edits:
        text = text[:place] + put + text[place + dropped :]

    try:
        found = read_cassette_text(text, NAME)
    except CassetteError as refused:
        assert str(refused).startswith(NAME)  # noqa: PT017 - either is right
        assert refused.fix == MEND  # noqa: PT017 - as above
    else:
        assert found.interactions == WHOLE.interactions or "pactproof" not in text or not found.digest_fits


LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.binary(max_size=5) | st.dates()
)
TREES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3) | st.integers(), inner)
)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_value_in_the_place_of_any_other_is_read_or_refused_as_a_cassette(data):
    tree = yaml.load(TEXT, Loader=yaml.CSafeLoader)
    places = list(paths(tree))
    *way, last = data.draw(st.sampled_from(places))
    part = tree
    for key in way:
        part = part[key]
    part[last] = data.draw(TREES)

    try:
        found = read_cassette_text(yaml.dump(tree, Dumper=yaml.CSafeDumper), NAME)
    except CassetteError as refused:
        assert str(refused).startswith(NAME)  # noqa: PT017 - either is right
    else:
        assert not found.digest_fits or found == WHOLE or way[:1] != ["pactproof"]


def paths(tree, *way):
    for key, value in tree.items() if isinstance(tree, dict) else enumerate(tree):
        yield [*way, key]
        if isinstance(value, dict | list):
            yield from paths(value, *way, key)


@pytest.mark.parametrize(
    "laid_out",
    [
        TEXT.removesuffix("...\n"),
        TEXT.replace("'2026-01-05T10:00:00Z'", "2026-01-05T10:00:00Z").replace("'2026-01-05'", "2026-01-05"),
        TEXT.replace("'", '"'),
    ],
    ids=["without the end mark", "times without quotes", "other quotes"],
)
def test_what_formatters_do_does_not_break_a_file(laid_out):
    assert laid_out != TEXT
    assert read_cassette_text(laid_out, NAME) == WHOLE


def test_a_key_that_lost_its_quotes_is_another_key():
    assert not read_cassette_text(TEXT.replace("'20': 1.5", "20: 1.5"), NAME).digest_fits


@pytest.mark.parametrize("year_and_zone", ["2026 {} +99999999999999", "9999 {} -1200", "99999999999999999999 {} GMT"])
def test_a_date_that_no_clock_shows_is_no_date(year_and_zone):
    cassette = foreign(f"Date: ['Fri, 31 Dec {year_and_zone.format('23:59:59')}']")

    assert cassette.provenance.recorded_at == datetime(1970, 1, 1, tzinfo=UTC)


def test_an_answer_to_head_keeps_the_length_that_it_told():
    answer = foreign("Content-Encoding: [gzip], Content-Length: ['77']", method="HEAD").interactions[0].response

    assert answer.headers.items == (("Content-Length", "77"),)


def test_a_packed_file_that_was_sent_as_it_is_stays_packed():
    packed = gzip.compress(b"x", mtime=0)

    answer = foreign("Content-Encoding: identity", f"!!binary {base64.b64encode(packed).decode()}").interactions[0]

    assert answer.response.body == packed


def test_a_header_whose_name_botocore_gave_as_bytes_is_read_as_text():
    assert foreign("!!binary RVRhZw==: x").interactions[0].response.headers.items == (("ETag", "x"),)


def test_a_body_that_stands_in_two_places_is_refused():
    name = f".bodies/{'0' * 64}.bin"
    two = TEXT.replace("version: 1\n", f"  body_files: {{request: {name}}}\nversion: 1\n")

    with pytest.raises(CassetteError) as refused:
        read_cassette_text(two, NAME, lambda _: b"another")

    assert str(refused.value) == (f"{NAME}:4:11: a body stands here, and another one in `body_files`\n  fix: {MEND}")


def pipe(folder: Path) -> Path:
    os.mkfifo(folder / "pipe.yaml")
    return folder / "pipe.yaml"


@pytest.mark.parametrize(
    ("made", "what"),
    [
        (pipe, "not a regular file"),
        (lambda folder: folder, "not a regular file"),
        (lambda folder: folder / "a\0.yaml", "no file can have that name"),
        (lambda folder: folder / f"{'a' * 300}.yaml", "File name too long"),
        (lambda folder: pipe(folder) / "a.yaml", "Not a directory"),
    ],
    ids=["pipe", "folder", "NUL", "long name", "file as folder"],
)
def test_what_is_no_file_is_refused_and_not_waited_for(tmp_path, made, what):
    with pytest.raises(CassetteError) as refused:
        load_cassette(made(tmp_path), shown_as=NAME)

    assert str(refused.value) == f"{NAME}: cannot be read: {what}\n  fix: make it a readable file"


# What the writer has to hold


@pytest.mark.parametrize("char", ["\x00", "\x1b", "\x7f", "\x85", "\u2028", "\ufeff", "\ufffe"])
def test_a_scenario_of_any_name_reads_back(char):
    told = replace(TOLD, scenario=f"a{char}b")

    assert read_cassette_text(dump_cassette(Cassette((ONE,), told)), NAME).provenance == told


def test_a_key_longer_than_readers_look_for_its_colon_reads_back():
    told = replace(TOLD, params={"k" * 2000: {"é" * 400: [{"\u2028" * 300: "x\ny"}]}})

    text = dump_cassette(Cassette((ONE,), told))

    assert read_cassette_text(text, NAME).provenance == told
    assert yamlserializer.deserialize(text)["pactproof"]["params"] == told.params


def test_params_that_are_no_json_are_refused_by_their_type():
    with pytest.raises(CassetteError) as refused:
        dump_cassette(Cassette((ONE,), replace(TOLD, params={"when": datetime.now(UTC)})))

    assert str(refused.value) == "shop.get_item cannot be stored: it holds a value of type datetime, which is no JSON"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Docker-Content-Digest", "sha256:0"),
        ("X-Checksum-Sha1", "0"),
        ("X-Bz-Content-Sha1", "0"),
        ("Content-CRC32", "0"),
        ("X-Hmac-Sha256", "0"),
        ("X-Artifact", hashlib.sha256(b'{"b": 2}').hexdigest()),
        ("X-Artifact", base64.b64encode(hashlib.sha512(b'{"b": 2}').digest()).decode()),
        ("Content-Range", "bytes 0-7/90"),
    ],
)
def test_a_body_that_a_header_binds_by_whatever_name_stays_byte_exact(name, value):
    headers = Headers((("Content-Type", "application/json"), (name, value)))

    assert as_stored(Interaction(ONE.request, Response(200, headers, b'{"b": 2}'))).response.body == b'{"b": 2}'


@pytest.mark.parametrize("name", ["Want-Digest", "X-Rehashed", "X-Request-Id"])
def test_a_header_that_only_sounds_like_it_binds_nothing(name):
    headers = Headers((("Content-Type", "application/json"), (name, "0")))

    assert as_stored(Interaction(ONE.request, Response(200, headers, b'{"b":2}'))).response.body == b'{\n  "b": 2\n}'


ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("\x00\t\r\n \x85\u2028\ufeff😀-:#'\"|"))
HEADER = st.text(st.characters(max_codepoint=255, exclude_characters="\r\n"))
TEXT_BODY, BINARY = ANY_TEXT.map(str.encode), st.binary() | ANY_TEXT.map(lambda text: text.encode("utf-16"))


@settings(max_examples=150, deadline=None)
@given(TEXT_BODY | BINARY, TEXT_BODY | BINARY, st.lists(HEADER, min_size=1, max_size=3))
def test_plain_vcrpy_loads_any_body_and_header_as_it_is_stored(sent, body, values):
    headers = Headers((("Content-Type", "text/plain"), *(("Set-Cookie", value) for value in values)))
    one = Interaction(Request("POST", "http://a.test/", headers, sent), Response(200, headers, body, "OK"))

    requests, responses = vcr.serialize.deserialize(dump_cassette(Cassette((one,), TOLD)), yamlserializer)

    assert (requests[0].body or b"", responses[0]["body"]["string"]) == (sent, body)
    assert responses[0]["headers"]["Set-Cookie"] == values
