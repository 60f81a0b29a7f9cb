from __future__ import annotations

import gzip
import hashlib
import textwrap
import zlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pactproof.errors import CassetteError, CassetteMissingError
from pactproof.interaction import Headers, Interaction, Request, Response
from pactproof.recording import Cassette, Provenance, dump_cassette, load_cassette
from pactproof.recording.cassette import as_stored
from pactproof.recording.cassette_reading import read_cassette_text

NAME = "cassettes/grafana/get_dashboard.yaml"
MEND = "\n  fix: record it again: pytest contracts --record-mode=rewrite -k grafana.get_dashboard"
TOLD = Provenance(
    operation="grafana.get_dashboard",
    scenario="ok",
    source="sandbox",
    recorded_at=datetime(2026, 1, 5, 10, 0, 0, tzinfo=UTC),
    consumer="devctl",
    recorded_with="pactproof 0.1.0",
    params={"uid": "nErXDvCkzz", "limit": 2, "since": "2026-01-05"},
)
JSON = Headers((("Content-Type", "application/json"),))
ONE = Interaction(
    Request("GET", "https://grafana.example.com/api/dashboards/uid/nErXDvCkzz", Headers((("Accept", "*/*"),))),
    Response(200, JSON, b'{"id":1.0,"tags":[]}', "OK"),
)
GOLDEN = """\
# recorded for grafana.get_dashboard (scenario ok) in registry.yaml; made by pactproof, do not edit by hand
interactions:
- request:
    body: null
    headers:
      Accept:
      - '*/*'
    method: GET
    uri: https://grafana.example.com/api/dashboards/uid/nErXDvCkzz
  response:
    body:
      string: |-
        {
          "id": 1.0,
          "tags": []
        }
    headers:
      Content-Type:
      - application/json
    status:
      code: 200
      message: OK
version: 1
pactproof:
  operation: grafana.get_dashboard
  scenario: ok
  source: sandbox
  recorded_at: '2026-01-05T10:00:00Z'
  verified_at: '2026-01-05T10:00:00Z'
  consumer: devctl
  recorded_with: pactproof 0.1.0
  params:
    uid: nErXDvCkzz
    limit: 2
    since: '2026-01-05'
  digest: 'sha256:704ecfb57cdc6112d25cd0e949e0e30d4632a176e12a06fc80e35cfcc0a78f25'
...
"""
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n"))
HEADERS = st.lists(st.tuples(st.text("abAB-", min_size=1, max_size=3), VALUES), max_size=4).map(
    lambda items: Headers((*items, ("Content-Type", "text/plain")))
)
BODIES = st.binary() | TEXTS.map(str.encode)


def dumped(request: Request = ONE.request, response: Response = ONE.response) -> str:
    return dump_cassette(Cassette((Interaction(request, response),), TOLD))


def read(text: str) -> Cassette:
    return read_cassette_text(text, NAME)


def test_a_cassette_is_written_as_the_golden_file_and_reads_back():
    text = dump_cassette(Cassette((ONE,), TOLD))

    assert text == GOLDEN
    assert read(text) == Cassette((as_stored(ONE),), TOLD)
    assert dump_cassette(read(text)) == GOLDEN


@given(TEXTS, HEADERS, BODIES, HEADERS, BODIES)
def test_any_text_any_bytes_and_any_headers_read_back_equal(url, sent_headers, sent, headers, body):
    one = Interaction(Request("POST", url, sent_headers, sent), Response(200, headers, body, "OK"))

    text = dump_cassette(Cassette((one,), TOLD))

    stored = as_stored(one)
    assert read(text).interactions == (stored,)
    assert (stored.request.body, stored.response.body) == (sent, body)
    assert sorted(value for _, value in stored.response.headers.items) == sorted(value for _, value in headers.items)
    plain, compiled = (yaml.load(text, Loader=loader) for loader in (yaml.SafeLoader, yaml.CSafeLoader))  # noqa: S506 - both are safe loaders
    found = compiled["interactions"][0]["response"]["body"]["string"]
    assert plain == compiled
    assert (found if isinstance(found, bytes) else found.encode()) == body


def test_values_of_one_header_stay_together_in_wire_order_under_their_first_spelling():
    headers = Headers((("X-B", "1"), ("link", "a"), ("Link", "b"), ("A", "2"), ("LINK", "a")))

    stored = as_stored(Interaction(ONE.request, Response(200, headers)))

    assert stored.response.headers.items == (("A", "2"), ("link", "a"), ("link", "b"), ("link", "a"), ("X-B", "1"))


def test_encodings_are_dropped_and_the_length_is_that_of_the_stored_body():
    headers = Headers((*JSON.items, ("Content-Length", "20"), ("Content-Encoding", "br"), ("transfer-encoding", "x")))

    stored = as_stored(Interaction(ONE.request, Response(200, headers, b'{"id":1}')))

    assert stored.response.body == b'{\n  "id": 1\n}'
    assert stored.response.headers.items == (("Content-Length", "13"), ("Content-Type", "application/json"))


def test_the_length_told_by_a_head_request_stays():
    request = Request("HEAD", "http://s3.test/key")

    stored = as_stored(Interaction(request, Response(200, Headers((("Content-Length", "512"),)))))

    assert stored.response.headers.items == (("Content-Length", "512"),)


@pytest.mark.parametrize(
    "name",
    [
        "Content-MD5",
        "Digest",
        "Content-Digest",
        "Repr-Digest",
        "Signature",
        "Signature-Input",
        "x-amz-checksum-crc32",
        "x-amz-checksum-sha256",
        "x-amz-crc32",
        "x-amz-content-sha256",
        "x-goog-hash",
        "X-Hub-Signature-256",
    ],
)
def test_a_body_under_a_checksum_stays_byte_exact(name):
    headers = Headers((*JSON.items, (name, "abc")))
    one = Interaction(Request("POST", "http://a.test", headers, b'{"a": 1}'), Response(200, headers, b'{"b": 2}'))

    stored = as_stored(one)

    assert (stored.request.body, stored.response.body) == (b'{"a": 1}', b'{"b": 2}')


@pytest.mark.parametrize("mark", ['"{}"', "{}", 'W/"{}"'])
def test_a_body_whose_md5_is_the_etag_stays_byte_exact_and_under_another_etag_it_does_not(mark):
    body = b'{"b": 2}'
    md5 = hashlib.md5(body, usedforsecurity=False).hexdigest()

    kept, laid_out = (
        as_stored(Interaction(ONE.request, Response(200, Headers((*JSON.items, ("ETag", mark.format(tag)))), body)))
        for tag in (md5, md5[::-1])
    )

    assert kept.response.body == body
    assert laid_out.response.body == b'{\n  "b": 2\n}'


@pytest.mark.parametrize(
    ("media", "body"),
    [("application/json", b'{\n  "a": 1\n}'), ("application/x-amz-json-1.1", b'{"a":1}'), ("text/plain", b'{"a":1}')],
)
def test_a_request_is_laid_out_only_where_vcrpy_compares_json(media, body):
    request = Request("POST", "http://a.test", Headers((("Content-Type", media),)), b'{"a":1}')

    assert as_stored(Interaction(request, Response(204))).request.body == body


def test_a_header_with_a_line_break_is_refused():
    with pytest.raises(CassetteError) as refused:
        dumped(response=Response(200, Headers((("X-A", "1\r\nX-B: 2"),))))

    assert str(refused.value) == "header X-A holds a line break"


def test_a_lone_surrogate_is_refused():
    with pytest.raises(CassetteError) as refused:
        dumped(request=Request("GET", "http://a.test/\ud800"))

    assert str(refused.value) == (
        "grafana.get_dashboard cannot be stored: it holds a lone surrogate, which no file in UTF-8 can carry"
    )


def test_the_time_is_kept_in_utc_to_the_second():
    local = datetime(2026, 1, 5, 12, 0, 0, 999_999, tzinfo=timezone(timedelta(hours=2)))

    assert replace(TOLD, recorded_at=local) == TOLD


def test_requests_at_the_level_of_the_aws_api_read_back():
    told = replace(TOLD, requests=({"operation": "ListBuckets", "params": {"MaxBuckets": 2}},))

    assert read(dump_cassette(Cassette((ONE,), told))).provenance == told


# What vcrpy writes


def foreign(body: str, headers: str = "{}", version: str = "1", before: str = "") -> str:
    return textwrap.dedent(
        f"""\
        interactions:
        - request: {{body: null, headers: {{}}, method: GET, uri: http://a.test/}}
          response:
            {before}body: {body}
            headers: {headers}
            status: {{code: 200, message: OK}}
        version: {version}
        """
    )


PACKED = yaml.dump(gzip.compress(b'{"a":1}', mtime=0)).replace("\n", " ").replace("|", '"').strip() + '"'
DEFLATED = yaml.dump(zlib.compress(b'{"a":1}')).replace("\n", " ").replace("|", '"').strip() + '"'


@pytest.mark.parametrize(
    ("text", "body"),
    [
        (foreign("{string: 'é'}"), "é".encode()),
        (foreign("{string: null}"), b""),
        (foreign("null"), b""),
        (foreign("{string: !!binary AP8=}"), b"\x00\xff"),
        (foreign("{base64_string: AP8=}"), b"\x00\xff"),
        (foreign("{string: '', base64_string: AP8=}"), b"\x00\xff"),
        (foreign(f"{{string: {PACKED}}}", "{Content-Encoding: [gzip]}"), b'{"a":1}'),
        (foreign(f"{{string: {DEFLATED}}}", "{Content-Encoding: [deflate]}"), b'{"a":1}'),
        (foreign("{string: '{}'}", "{content-encoding: [gzip], content-length: ['99']}"), b"{}"),
        (foreign("{string: '{}'}", "{content-encoding: [br]}"), b"{}"),
    ],
    ids=["text", "null", "no body", "binary", "base64", "base64 beside text", "gzip", "deflate", "unpacked", "br"],
)
def test_a_body_as_vcrpy_writes_it_is_read(text, body):
    response = read(text).interactions[0].response

    assert response.body == body
    assert "content-encoding" not in response.headers
    assert response.headers.get("content-length", str(len(body))) == str(len(body))


def test_header_values_that_botocore_gave_as_bytes_are_read_as_text():
    text = foreign("{string: ''}", "{ETag: [!!binary YWJj], Server: single}")

    assert read(text).interactions[0].response.headers.items == (("ETag", "abc"), ("Server", "single"))


def test_a_file_without_provenance_is_imported_with_its_name_and_its_oldest_date():
    text = foreign("{string: ''}", "{Date: ['Mon, 05 Jan 2026 10:00:00 GMT']}")

    told = read_cassette_text(text, "cassettes/aws/s3/list_buckets.empty.yaml").provenance

    assert told == Provenance("aws.s3.list_buckets", "empty", "imported", TOLD.recorded_at, "", "vcrpy")


def test_a_file_without_provenance_and_date_counts_as_old():
    assert read(foreign("{string: ''}")).provenance.recorded_at == datetime(1970, 1, 1, tzinfo=UTC)


# What is refused

BOMB = "a: &a [1,1,1,1,1,1,1,1,1,1]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join([f'*{chr(97 + n)}'] * 10)}]\n" for n in range(8)
)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", ": the file is empty"),
        (" \n\n", ": the file is empty"),
        ("hello", ":1:1: the file holds text, not a mapping with `interactions` and `version`"),
        ("- 1\n", ":1:1: the file holds a list, not a mapping with `interactions` and `version`"),
        ("a: [1\nb: 2\n", ":2:2: not valid YAML: did not find expected ',' or ']'"),
        ("interactions: []\n", ":1:1: no `version`: the file is cut off, or it is no cassette"),
        ("version: 1\n", ":1:1: no `interactions`: the file is cut off, or it is no cassette"),
        ("interactions: []\nversion: 2\n", ":2:10: version is 2, not 1"),
        (
            GOLDEN.replace("source: sandbox", "source: ''"),
            ":27:11: `source` is '', not one of sandbox, emulator, imported",
        ),
        (
            GOLDEN.replace("recorded_at: '2026-01-05T10:00:00Z'", "recorded_at: '0001-01-01T10:00:00+12:00'"),
            ":28:16: `recorded_at` is '0001-01-01T10:00:00+12:00', not a time such as 2026-01-05T10:00:00Z",
        ),
        (foreign("{base64_string: 'é'}"), ":4:27: not base64"),
        (GOLDEN.replace("limit: 2", "limit: !!set {a}"), ":34:12: tag !!set is not allowed"),
        (GOLDEN.replace("limit: 2", "limit: &a !!pairs [x: *a]"), ":34:12: an alias that contains itself"),
        (foreign("{string: ''}", "{~: x}"), ":5:14: the name of a header is null, not text"),
        (foreign("{string: ''}", '{"X\\nY": z}'), ":5:23: the name of a header holds a line break"),
        (GOLDEN.replace("message: OK", 'message: "OK\\r\\nX: 1"'), ":22:16: `message` holds a line break"),
        (
            GOLDEN.replace("version: 1\n", "  body_files: {answer: .bodies/" + "0" * 64 + ".bin}\nversion: 1\n"),
            ":23:24: the body in .bodies/" + "0" * 64 + ".bin cannot be read: no such file",
        ),
        ("interactions: {}\nversion: 1\n", ":1:15: `interactions` is a mapping, not a list"),
        (GOLDEN.rpartition("  params")[0], ":31: the file is cut off: its last line is not `...`"),
        (GOLDEN.replace("version: 1\n", "<<<<<<< HEAD\nversion: 1\n"), ":23:1: a merge conflict was left in the file"),
        (
            GOLDEN.replace("version: 1\n", "version: 1\nversion: 1\n"),
            ":24:1: duplicate key 'version', first in line 23",
        ),
        (
            GOLDEN.replace("source: sandbox", "source: thin air"),
            ":27:11: `source` is 'thin air', not one of sandbox, emulator, imported",
        ),
        (
            GOLDEN.replace("recorded_at: '2026-01-05T10:00:00Z'", "recorded_at: yesterday"),
            ":28:16: `recorded_at` is 'yesterday', not a time such as 2026-01-05T10:00:00Z",
        ),
        (GOLDEN.replace("  scenario: ok\n", ""), ":25:3: `scenario` is missing"),
        (
            GOLDEN.partition("pactproof:")[0] + "...\n",
            ":2:1: no `pactproof`: the file is cut off, or it is no cassette",
        ),
        (GOLDEN.replace("limit: 2", "limit: 1" + ":10" * 2000), ":34:12: a number with too many digits"),
        (GOLDEN.replace("code: 200", "code: OK"), ":21:13: `code` is text, not an HTTP status"),
        (foreign("{string: 12}"), ":4:20: `string` is 12, not text"),
        (
            foreign("{string: !!binary 'é'}"),
            ":4:20: failed to convert base64 data into ascii: 'ascii' codec can't encode character '\\xe9'"
            " in position 0: ordinal not in range(128)",
        ),
        (
            foreign("!!python/object/new:_io.BytesIO {state: [a]}"),
            ":4:11: tag !!python/object/new:_io.BytesIO is not allowed",
        ),
        (foreign("!!python/object/apply:os.system [id]"), ":4:11: tag !!python/object/apply:os.system is not allowed"),
        (
            foreign("{string: !!binary H4sIAAAA}", "{content-encoding: [gzip]}"),
            ":4:11: the body is packed (gzip) and cannot be unpacked",
        ),
        (
            foreign("{string: !!binary AP8=}", "{content-encoding: [br]}"),
            ":4:11: the body is packed (br) and cannot be unpacked",
        ),
        (foreign("{string: ''}", '{X-A: ["1\\n2"]}'), ":5:21: header X-A holds a line break"),
        (BOMB, ":6:4: more than 1000000 values once its aliases are unpacked"),
        ("a: &a [*a]\n", ":1:4: an alias that contains itself"),
    ],
    ids=[
        "empty",
        "blank",
        "text",
        "list",
        "syntax",
        "no version",
        "no interactions",
        "other version",
        "empty source",
        "before all time",
        "base64 of other letters",
        "set",
        "endless pairs",
        "header without a name",
        "line break in a name",
        "line break in a reason",
        "unknown body file",
        "no list",
        "cut",
        "conflict",
        "duplicate",
        "source",
        "time",
        "scenario",
        "no provenance",
        "endless number",
        "status",
        "number",
        "base64",
        "BytesIO",
        "unsafe tag",
        "broken gzip",
        "binary br",
        "line break",
        "bomb",
        "endless",
    ],
)
def test_a_damaged_file_is_refused_with_its_place_and_the_command_that_mends_it(text, message):
    with pytest.raises(CassetteError) as refused:
        read(text)

    assert str(refused.value) == f"{NAME}{message}{MEND}"


def test_all_faults_of_shape_are_told_at_once_in_file_order():
    text = """\
interactions:
- request: {body: 1, headers: [], method: GET, uri: http://a.test/}
  response: {body: {string: ok}, headers: {}, status: {code: 99, message: []}}
- nothing
- request: {method: GET, uri: http://a.test/}
version: '1'
"""

    with pytest.raises(CassetteError) as refused:
        read(text)

    assert str(refused.value) == (
        f"{NAME}:2:19: `body` is 1, not text\n"
        f"{NAME}:2:31: `headers` is a list, not a mapping\n"
        f"{NAME}:3:62: `code` is 99, not an HTTP status\n"
        f"{NAME}:3:75: `message` is a list, not text\n"
        f"{NAME}:4:3: the interaction is text, not a mapping\n"
        f"{NAME}:5:3: `response` is missing\n"
        f"{NAME}:6:10: version is text, not 1{MEND}"
    )


@pytest.mark.parametrize(
    "text", ["[" * 100_000, "- " * 100_000, "a: " * 5, "\x00", "%" * 9, "{" * 3000 + "}" * 3000], ids=range(6)
)
def test_garbage_is_a_cassette_error(text):
    with pytest.raises(CassetteError):
        read(text)


def test_a_missing_file_names_the_command_that_records_it(tmp_path):
    with pytest.raises(CassetteMissingError) as missing:
        load_cassette(tmp_path / "nothing.yaml", shown_as="cassettes/grafana/get_dashboard.not_found.yaml")

    assert str(missing.value) == (
        "cassettes/grafana/get_dashboard.not_found.yaml:"
        " nothing recorded for grafana.get_dashboard (scenario not_found)"
        "\n  fix: record it: pytest contracts --record-mode=rewrite -k grafana.get_dashboard"
    )


def test_a_symbolic_link_is_not_followed(tmp_path):
    (tmp_path / "real.yaml").write_text(GOLDEN)
    (tmp_path / "link.yaml").symlink_to(tmp_path / "real.yaml")

    with pytest.raises(CassetteError) as refused:
        load_cassette(tmp_path / "link.yaml", shown_as=NAME)

    assert str(refused.value) == f"{NAME}: a symbolic link, not a file{MEND.replace('fix: ', 'fix: remove it; ')}"


@pytest.mark.parametrize("link", ["cassettes", "cassettes/grafana"])
def test_a_folder_that_is_a_symbolic_link_is_not_followed(tmp_path, link):
    elsewhere = tmp_path / "elsewhere" / NAME.removeprefix(link)[1:]
    elsewhere.parent.mkdir(parents=True)
    elsewhere.write_text(GOLDEN)
    (tmp_path / link).parent.mkdir(exist_ok=True)
    (tmp_path / link).symlink_to(tmp_path / "elsewhere")

    with pytest.raises(CassetteError) as refused:
        load_cassette(tmp_path / NAME, shown_as=NAME)

    assert str(refused.value) == (
        f"{NAME}: {Path(link).name} is a symbolic link{MEND.replace('fix: ', 'fix: put a real folder there; ')}"
    )


def test_bytes_that_are_no_text_are_refused(tmp_path):
    path: Path = tmp_path / "get_dashboard.yaml"
    path.write_bytes(b"\x89PNG\r\n\x1a\n")

    with pytest.raises(CassetteError) as refused:
        load_cassette(path, shown_as=NAME)

    assert str(refused.value) == f"{NAME}: not UTF-8 text: byte 0{MEND}"
