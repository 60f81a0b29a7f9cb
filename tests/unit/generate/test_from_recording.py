from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pactproof.contracts import Scenario, read_operation
from pactproof.document import parse_document
from pactproof.errors import ContractError, Place
from pactproof.expectation import example
from pactproof.generate.contract_text import entry_text
from pactproof.generate.draft import Draft, NoDraft
from pactproof.generate.from_recording import recording_draft
from pactproof.generate.naming import Importance, importance
from pactproof.interaction import Headers, Interaction, Json, Request, Response
from pactproof.matching import mismatches
from pactproof.proof import recording_fault
from pactproof.proof.http import judge_http, pair
from pactproof.recording.cassette import Cassette, load_cassette
from pactproof.registry import DEFAULT_BASE_URLS, Operation
from pactproof.verdict import Fault

BASE = "https://shop.example.com/base"
FILE = Place("cassettes/shop/get_item.yaml")
REPOSITORY = Path(__file__).parents[3]
JSON_MEDIA = (("Content-Type", "application/json; charset=utf-8"),)


def operation(name: str = "get_item", service: str = "shop") -> Operation:
    return Operation(f"{service}.{name}", service, name, Place("registry.yaml", 2, 10))


def answered(body: Any, status: int = 200, headers: Sequence[tuple[str, str]] = JSON_MEDIA) -> Response:
    return Response(status, Headers.of(headers), body if isinstance(body, bytes) else json.dumps(body).encode())


def asked(target: str, method: str = "GET", body: bytes = b"", **headers: str) -> Request:
    return Request(method, BASE + target, Headers.of((name.replace("_", "-"), v) for name, v in headers.items()), body)


def posted(target: str, body: Any) -> Request:
    return asked(target, "POST", json.dumps(body).encode(), Content_Type="application/json")


def drafted(*recorded: Interaction, params: Mapping[str, Json] | None = None, name: str = "get_item") -> Draft:
    draft = recording_draft(operation(name), {"ok": (recorded, params or {})}, base_url=BASE)
    assert isinstance(draft, Draft), draft
    return draft


def body_of(body: Any, params: Mapping[str, Json] | None = None) -> Any:
    """What is promised of a JSON answer."""
    return drafted(Interaction(asked("/items"), answered(body)), params=params).entry["response"].get("body")


def request_of(request: Request, params: Mapping[str, Json] | None = None) -> Any:
    return drafted(Interaction(request, Response(204)), params=params).entry["request"]


def loaded(one: Operation, draft: Draft) -> Mapping[str, Scenario]:
    """The draft as it is read back from the file that it is written to. Raises its first fault."""
    document, read_faults = parse_document(entry_text(one.name, draft.entry), f"contracts/{one.service}.yaml")
    faults: list[ContractError] = list(read_faults)
    scenarios = read_operation(one, document.data[one.name], document, faults)
    for fault in faults:
        raise fault
    return scenarios


def verdict(scenario: Scenario, recorded: Sequence[Interaction], params: Mapping[str, Json], base: str) -> Fault | None:
    there = scenario.with_params(params)
    return recording_fault(there, judge_http(pair(there, recorded, base)), recorded, FILE)


def own_faults(scenario: Scenario) -> list[str]:
    """Where the draft's own examples, full and lean, are not as it promises."""
    nodes = [promise.response.body for promise in scenario.http if promise.response.body is not None]
    json_nodes = [node for node in nodes if not isinstance(example(node), bytes)]
    return [str(one) for node in json_nodes for v in ("full", "lean") for one in mismatches(node, example(node, v))]


# --- the recordings of this repository -------------------------------------------------------------------------------

CASSETTES = sorted(
    str(path.relative_to(REPOSITORY))
    for path in (REPOSITORY / "cassettes").rglob("*.yaml")
    if path.relative_to(REPOSITORY).parts[1] != "aws"
)


@cache
def cassette(shown_as: str) -> Cassette:
    return load_cassette(REPOSITORY / shown_as, shown_as=shown_as)


@pytest.mark.parametrize("shown_as", CASSETTES)
def test_a_draft_is_upheld_by_the_recording_that_it_came_from(shown_as):
    tape = cassette(shown_as)
    service, _, name = tape.provenance.operation.partition(".")
    base, params = DEFAULT_BASE_URLS.get(service, f"https://{service}.example.com"), tape.provenance.params
    one = operation(name, service)

    draft = recording_draft(one, {tape.provenance.scenario: (tape.interactions, params)}, base_url=base)

    assert isinstance(draft, Draft), draft
    [scenario] = loaded(one, draft).values()
    assert verdict(scenario, tape.interactions, params, base) is None
    assert own_faults(scenario) == []


def test_what_is_recorded_of_pull_requests_becomes_a_sensible_minimum():
    tape = cassette("cassettes/github/list_pull_requests.yaml")
    one = operation("list_pull_requests", "github")

    draft = recording_draft(one, {"ok": (tape.interactions, tape.provenance.params)}, base_url="https://api.github.com")

    assert isinstance(draft, Draft)
    assert draft.source == "cassettes/github/list_pull_requests.yaml"
    assert draft.entry["request"] == {
        "method": "GET",
        "path": "/repos/{owner}/{repo}/pulls",
        "query": {"state": "open", "per_page": 100},
        "headers": {"Accept": "application/vnd.github+json"},
    }
    [element] = draft.entry["response"]["body"]
    assert {"id", "number", "title", "state"} <= set(element)
    assert len(entry_text(one.name, draft.entry).splitlines()) < 40


# --- any recording ---------------------------------------------------------------------------------------------------

KEYS = st.sampled_from(
    ["id", "name", "state", "url", "createdAt", "items", "$ref", "odd?", "a.b", "9", "it's", "value"]
)
TEXTS = st.one_of(
    st.text(max_size=8),
    st.sampled_from(
        ["2026-01-05T10:00:00Z", "2026-01-05", "3f2504e0-4f89-41d3-9a0c-0305e82c3301", "REDACTED-1", "{id}", "{x}", "7"]
    ),
)
FLOATS = st.integers(-9999, 9999).map(lambda number: number / 8)  # Pact's equality is inexact about others
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-(2**60), 2**60), FLOATS, TEXTS)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=12
)
PARAMS = st.dictionaries(st.sampled_from(["id", "name", "x"]), TEXTS | st.integers(0, 99), max_size=3)


@st.composite
def interactions(draw: st.DrawFn, params: Mapping[str, Json]) -> Interaction:
    """A request that repeats some of `params`, and any answer to it."""
    values = TEXTS | st.sampled_from([str(value) for value in params.values()] or ["plain"])
    path = "".join(f"/{quote(part, safe='')}" for part in draw(st.lists(values.filter(bool), max_size=3)))
    query = draw(st.lists(st.tuples(KEYS, values), max_size=3))
    target = f"{path or '/'}{f'?{urlencode(query)}' if query else ''}"
    request = asked(target) if draw(st.booleans()) else posted(target, draw(VALUES))
    return Interaction(request, answered(draw(VALUES), draw(st.sampled_from([200, 201, 404, 429]))))


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_draft_loads_and_is_upheld_by_its_recording(data):
    params = data.draw(PARAMS)
    recorded = data.draw(st.lists(interactions(params), min_size=1, max_size=3))
    one = operation()

    draft = recording_draft(one, {"ok": (recorded, params)}, base_url=BASE)

    if isinstance(draft, Draft):  # else a contract cannot say it, and that is told
        [scenario] = loaded(one, draft).values()
        assert verdict(scenario, recorded, params, BASE) is None
        assert own_faults(scenario) == []
    else:
        assert draft.reason.startswith("the recording of ok is not used: it has ")


# --- what becomes of a request ---------------------------------------------------------------------------------------


def test_params_are_put_back_into_path_query_and_body():
    params = {"owner": "acme", "repo": "repos", "page": 2, "title": "Prices are stale"}
    request = posted("/repos/acme/repos/issues?page=2&limit=2", {"title": "Prices are stale", "page": 2, "size": 2})

    assert request_of(request, params) == {
        "method": "POST",
        "path": "/repos/{owner}/{repo}/issues",
        "query": {"page": "{page}", "limit": 2},
        "body": {"title": "{title}", "page": "{page}", "size": 2},
    }


def test_a_form_is_promised_by_its_fields():
    request = asked("/token", "POST", b"a=1&b=x+y&b=z", Content_Type="application/x-www-form-urlencoded")

    assert request_of(request) == {
        "method": "POST",
        "path": "/token",
        "headers": {"Content-Type": "application/x-www-form-urlencoded"},
        "body": {"a": 1, "b": ["x y", "z"]},
    }


def test_headers_are_promised_only_where_they_ask_for_more_than_json():
    plain = asked("/a", Accept="*/*", User_Agent="till")
    vendor = asked("/a", Accept="application/vnd.shop+json;version=2")

    assert "headers" not in request_of(plain)
    assert request_of(vendor)["headers"] == {"Accept": "application/vnd.shop+json;version=2"}


def test_what_was_redacted_is_no_pattern_for_what_is_sent():
    request = posted("/hooks/REDACTED-1?key=REDACTED-2", {"password": "REDACTED-3"})

    assert request_of(request) == {
        "method": "POST",
        "path": {"$regex": "/hooks/[^/]+", "like": "/hooks/REDACTED-1"},
        "query": {"key": {"$regex": ".+", "like": "REDACTED-2"}},
        "body": {"password": {"$regex": ".+", "like": "REDACTED-3"}},
    }


def test_a_secret_that_another_recorder_left_in_a_cassette_is_not_taken_over():
    word = "hunter" + "2"

    written = request_of(posted(f"/login?api_key={word}", {"user": "ada", "password": word}))

    assert written["query"] == {"api_key": {"$regex": ".+", "like": "REDACTED-1"}}
    assert written["body"] == {"user": "ada", "password": {"$regex": ".+", "like": "REDACTED-1"}}


def test_bytes_are_promised_by_their_media_type():
    upload = asked("/files", "PUT", b"\x89PNG", Content_Type="image/png")
    download = Interaction(asked("/files/7"), answered(b"%PDF\x00", headers=[("Content-Type", "application/pdf")]))

    assert request_of(upload)["body"] == {"$binary": "image/png", "like": "iVBORw=="}
    assert drafted(download).entry["response"] == {
        "status": 200,
        "body": {"$binary": "application/pdf", "like": "JVBERgA="},
    }


def test_the_parts_of_a_multipart_form_are_promised_one_by_one():
    boundary = "--7f3a\r\nContent-Disposition: form-data; "
    parts = (
        f'{boundary}name="title"\r\n\r\nReport\r\n'
        f'{boundary}name="file"; filename="a.bin"\r\nContent-Type: application/zip\r\n\r\nPK\r\n--7f3a--\r\n'
    )
    upload = asked("/files", "POST", parts.encode(), Content_Type="multipart/form-data; boundary=7f3a")
    recorded = Interaction(upload, answered({"id": "f7"}))

    draft = drafted(recorded, params={"title": "Report"}, name="upload_file")

    assert draft.entry["request"]["headers"] == {"Content-Type": "multipart/form-data"}
    assert draft.entry["request"]["body"] == {
        "title": "{title}",
        "file": {"$binary": "application/zip", "like": "UEs=", "filename": "a.bin"},
    }
    [scenario] = loaded(operation("upload_file"), draft).values()
    assert verdict(scenario, [recorded], {"title": "Report"}, BASE) is None


@pytest.mark.parametrize(
    ("media", "body"),
    [
        ("text/plain", b"up {other}"), ("text/plain; charset=utf-8", "grün".encode()), ("text/csv", b"a,b\n1,2\n"),
        ("text/plain; charset=iso-8859-1", "grün".encode("latin-1")), ("text/plain", b"\xff\xfe"),
        ("application/xml", b"<a><b c='1'>x</b><b c='2'>y</b></a>"), ("text/xml", b"<a>not closed"),
        ("application/x-www-form-urlencoded", b"a=1&b=2"), ("application/json", b"{broken"),
        ("application/json", b"NaN"), ("Application/JSON", b'{"id": 7}'), ("application/json", b'"text"'),
        ("application/octet-stream", b"\x00" * 3000), ("", b"untyped"), ("image/svg+xml", b"<svg/>"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("sent", [True, False], ids=["sent", "answered"])
def test_a_body_of_any_kind_is_upheld_by_its_recording_or_left_out(media, body, sent):
    headers = [("Content-Type", media)] if media else []
    request = Request("PUT", f"{BASE}/files/7", Headers.of(headers if sent else []), body if sent else b"")
    recorded = Interaction(request, Response(204) if sent else answered(body, headers=headers))

    draft = drafted(recorded, params={"id": "7"})

    [scenario] = loaded(operation(), draft).values()
    assert verdict(scenario, [recorded], {"id": "7"}, BASE) is None
    is_promised = "body" in draft.entry["request" if sent else "response"]
    assert is_promised or any("not promised" in note for note in draft.notes)


def test_a_text_that_reads_as_a_param_spoils_a_request_and_no_answer():
    text = [("Content-Type", "text/plain")]
    sent = Interaction(asked("/a", "PUT", b"up {id}", Content_Type="text/plain"), Response(204))
    came = Interaction(asked("/a"), answered(b"up {id}", headers=text))

    refused = recording_draft(operation(), {"ok": ([sent], {"id": 7})}, BASE)
    promised = drafted(came, params={"id": 7}).entry["response"]["body"]

    assert refused == NoDraft(
        "the recording of ok is not used: it has a text in the body of the request that reads as a param, "
        "or is no Unicode text",
        "write the contract by hand",
    )
    assert promised == {"$regex": r"[\s\S]+", "like": "up {id}"}


# --- what becomes of an answer ---------------------------------------------------------------------------------------


def test_elements_of_a_list_are_merged_into_one():
    body = [
        {"id": 1, "name": "a", "state": None, "tags": []},
        {"id": 2, "name": "b", "state": "open", "dueDate": "2026-01-05", "tags": ["x"]},
    ]

    assert body_of(body) == [
        {
            "id": {"$integer": 1},
            "name": "a",
            "state": {"$nullable": "open"},
            "tags": {"$min": 0, "like": ["x"]},
            "dueDate?": {"$date": "2026-01-05"},
        }
    ]


def test_times_uuids_and_whole_numbers_are_recognised():
    body = {"id": "3f2504e0-4f89-41d3-9a0c-0305e82c3301", "createdAt": "2026-01-05T10:00:00.000+0000", "version": 3}

    assert body_of(body) == {
        "id": {"$uuid": "3f2504e0-4f89-41d3-9a0c-0305e82c3301"},
        "createdAt": {"$datetime": "2026-01-05T10:00:00.000+0000"},
        "version": {"$integer": 3},
    }


def test_a_redacted_answer_is_text_and_no_pattern():
    assert body_of([{"id": "2026-01-05"}, {"id": "REDACTED-1"}]) == [{"id": "2026-01-05"}]
    assert body_of({"name": "REDACTED-1"}) == {"name": "REDACTED-1"}


def test_what_an_answer_repeats_of_the_params_is_put_back():
    assert body_of({"uid": "abc7", "version": 4}, {"uid": "abc7"}) == {"uid": "{uid}", "version": {"$integer": 4}}


def test_of_many_members_those_that_say_what_it_is_are_kept():
    rest = {f"setting{number}": number for number in range(30)}
    body = {**rest, "selfUrl": "https://x.example.com", "ownerId": 4, "name": "a", "status": "on", "id": 7}

    promised = body_of(body)

    assert set(promised) == {"selfUrl", "ownerId", "name", "status", "id"}


def test_an_error_keeps_the_little_it_has():
    recorded = Interaction(asked("/items/9"), answered({"detail": "no such item"}, 404))

    assert drafted(recorded).entry["response"] == {"status": 404, "body": {"detail": "no such item"}}


def test_an_answer_that_tells_nothing_is_not_promised_and_that_is_said():
    draft = drafted(Interaction(asked("/items"), answered([])))

    assert draft.entry["response"] == {"status": 200}
    assert draft.notes == (
        "the body of an answer is not promised: it tells nothing that could be promised, such as an empty list",
    )


def test_another_media_type_than_json_is_named():
    xml = [("Content-Type", "application/xml; charset=utf-8")]
    vendor = [("Content-Type", "application/vnd.shop+json")]

    assert drafted(Interaction(asked("/a"), answered(b"<a/>", headers=xml))).entry["response"] == {
        "status": 200,
        "headers": {"Content-Type": "application/xml"},
        "body": "<a/>",
    }
    assert drafted(Interaction(asked("/a"), answered({"id": 7}, headers=vendor))).entry["response"]["headers"] == {
        "Content-Type": "application/vnd.shop+json"
    }


# --- scenarios -------------------------------------------------------------------------------------------------------


def test_several_interactions_become_a_sequence_with_the_link_to_the_next_page():
    link = f'<{BASE}/items?page=2>; rel="next"'
    recorded = (
        Interaction(asked("/items"), answered([{"id": 7}], headers=[*JSON_MEDIA, ("Link", link)])),
        Interaction(asked("/items?page=2"), answered([{"id": 8}])),
    )

    first, second = drafted(*recorded).entry["sequence"]

    assert first["response"]["headers"] == {"Link": {"$regex": '.*rel="?next"?.*', "like": link}}
    assert second["request"]["query"] == {"page": 2}
    assert "headers" not in second["response"]


def test_several_scenarios_stand_side_by_side_ok_first():
    missing = Interaction(asked("/items/9"), answered({"message": "none"}, 404))
    found = Interaction(asked("/items/7"), answered({"id": 7}))
    scenarios = {"missing": ([missing], {"id": 9}), "ok": ([found], {"id": 7})}

    draft = recording_draft(operation(), scenarios, base_url=BASE)

    assert isinstance(draft, Draft)
    assert list(draft.entry["scenarios"]) == ["ok", "missing"]
    assert draft.entry["scenarios"]["missing"]["request"]["path"] == "/items/{id}"
    assert draft.source == "cassettes/shop/get_item.yaml, cassettes/shop/get_item.missing.yaml"


@pytest.mark.parametrize(
    ("name", "given"), [("create_item", "ready to create item"), ("search_items", None)], ids=["writes", "reads"]
)
def test_an_operation_that_writes_gets_a_provider_state(name, given):
    draft = drafted(Interaction(posted("/items", {"name": "a"}), answered({"id": 7})), name=name)

    assert draft.entry.get("given") == given


def test_what_another_host_answered_is_not_used():
    elsewhere = Interaction(Request("GET", "https://other.example.com/items"), answered({"id": 7}))

    draft = recording_draft(operation(), {"ok": ([elsewhere], {})}, base_url=BASE)

    assert draft == NoDraft(
        f"the recording of ok is not used: it has answers of https://other.example.com, while the base URL is {BASE}",
        "write the contract by hand",
    )


def test_recordings_of_aws_are_not_read():
    draft = recording_draft(operation("s3.list_buckets", "aws"), {}, base_url=BASE)

    assert draft == NoDraft("aws.s3.list_buckets is drafted from botocore's service model, not from a recording")


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        ("id", Importance.IDENTIFIER), ("incident_number", Importance.REFERENCE), ("accountId", Importance.REFERENCE),
        ("displayName", Importance.NAME), ("title", Importance.NAME), ("isDefault", Importance.STATE),
        ("state", Importance.STATE), ("creationTimestamp", Importance.TIME), ("HTMLUrl", Importance.URL),
        ("description", Importance.REST), ("app.kubernetes.io/name", Importance.REST), ("16x16", Importance.REST),
    ],
)  # fmt: skip
def test_names_tell_what_a_program_is_likely_to_read(key, kind):
    assert importance(key) is kind
