"""What counts as breaking, additive and value-only, one change at a time."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from tests.unit.drift.recordings import BASE_URL, Recorded, Told, answer, changes, recorded, told
from tests.unit.written_contracts import Written

from pactproof.drift import Drift, classify, only_values
from pactproof.errors import Place
from pactproof.interaction import Headers, Interaction, Request, Response
from pactproof.pytest_plugin.project import Project

CONTRACT = """
list_rows:
  request: {method: GET, path: /rows}
  response:
    status: 200
    headers: {X-Total: {$regex: '^[0-9]+$', like: '3'}}
    body:
      total: 3
      kind: {$exactly: rows}
      owner: {name: Ines, mail: {$nullable: ines@example.com}}
      note?: text
      labels: {$each_key: {colour: 1}}
      rows: {$min: 2, like: [{id: 1, title: Lamp, tags: {$min: 0, like: [blue]}}]}
      pages: [{$integer: 1}]
"""

ANSWER: Any = {
    "total": 2,
    "kind": "rows",
    "owner": {"name": "Ines", "mail": "ines@example.com", "team": {"id": 3}},
    "note": "as promised",
    "labels": {"colour": 1, "size": 2},
    "rows": [
        {"id": 1, "title": "Lamp", "tags": ["blue", "brass"], "stock": 4},
        {"id": 2, "title": "Desk", "tags": [], "stock": None},
    ],
    "pages": [1],
}


@pytest.fixture
def shop(written: Written) -> Project:
    return written("shop: [list_rows]", shop=CONTRACT)


def total(body: Any, status: int = 200, count: str = "2", **headers: str) -> Response:
    return answer(body, status, X_Total=count, **headers)


def changed(change: Callable[[Any], Any]) -> Any:
    """ANSWER after `change`, which changes it in place or gives another one."""
    body = copy.deepcopy(ANSWER)
    given = change(body)
    return body if given is None or isinstance(given, int | str) else given


def put(*keys: Any, value: Any) -> Callable[[Any], None]:
    def change(body: Any) -> None:
        for key in keys[:-1]:
            body = body[key]
        body[keys[-1]] = value

    return change


def drop(*keys: Any) -> Callable[[Any], None]:
    def change(body: Any) -> None:
        for key in keys[:-1]:
            body = body[key]
        del body[keys[-1]]

    return change


def drop_title_everywhere(body: Any) -> None:
    for row in body["rows"]:
        del row["title"]


BREAKING = {
    "member gone": (drop("total"), ("gone", "$.total")),
    "nested member gone": (drop("owner", "name"), ("gone", "$.owner.name")),
    "object gone with all in it": (drop("owner"), ("gone", "$.owner")),
    "member of one element gone": (drop("rows", 1, "title"), ("gone", "$.rows[1].title")),
    "member of all elements gone": (drop_title_everywhere, ("gone", "$.rows[*].title")),
    "list gone": (drop("rows"), ("gone", "$.rows")),
    "number became text": (put("total", value="2"), ("type", "$.total")),
    "text became a number": (put("rows", 0, "title", value=5), ("type", "$.rows[0].title")),
    "object became text": (put("owner", value="Ines"), ("type", "$.owner")),
    "list became an object": (put("rows", value={}), ("type", "$.rows")),
    "list of objects became one of texts": (put("rows", value=["a", "b"]), ("type", "$.rows[*]")),
    "integer became a decimal": (put("pages", value=[1.5]), ("rule", "$.pages[0]")),
    "the body became a list": (lambda body: [body], ("type", "$")),
    "member null": (put("total", value=None), ("null", "$.total")),
    "object null": (put("owner", value=None), ("null", "$.owner")),
    "list null": (put("rows", value=None), ("null", "$.rows")),
    "list below its minimum": (put("rows", value=[{"id": 1, "title": "Lamp", "tags": []}]), ("too few", "$.rows")),
    "list empty": (put("rows", value=[]), ("too few", "$.rows")),
    "list that needs one element, empty": (put("pages", value=[]), ("too few", "$.pages")),
    "a fixed value is another one": (put("kind", value="columns"), ("rule", "$.kind")),
}


@pytest.mark.parametrize("name", BREAKING)
def test_each_broken_promise_is_exactly_one_breaking_drift(shop: Project, name: str) -> None:
    change, expected = BREAKING[name]

    found = changes(shop, total(ANSWER), total(changed(change)))

    assert told(found) == [("breaking", *expected)]


def test_another_status_is_one_breaking_drift_whatever_the_body_says(shop: Project) -> None:
    found = changes(shop, total(ANSWER), answer({"message": "gone"}, 410))

    assert told(found) == [("breaking", "status", "status")]
    assert (found[0].was, found[0].now) == ("200", "410")


def test_a_login_page_in_place_of_json_is_one_breaking_drift(shop: Project) -> None:
    page = answer(b"<html>Sign in</html>", media="text/html; charset=utf-8", X_Total="2")

    found = changes(shop, total(ANSWER), page)

    assert [str(one) for one in found] == ["breaking: shop.list_rows $: was application/json, is text/html"]


@pytest.mark.parametrize(("body", "change", "now"), [
    (b"", "gone", "nothing"),
    (b"{", "type", "a body that is not of application/json"),
])  # fmt: skip
def test_a_body_that_cannot_be_read_is_one_breaking_drift(shop: Project, body: bytes, change: str, now: str) -> None:
    found = changes(shop, total(ANSWER), total(body))

    assert told(found) == [("breaking", change, "$")]
    assert found[0].now == now


def test_a_promised_header_that_is_gone_or_broken_is_breaking(shop: Project) -> None:
    gone = changes(shop, total(ANSWER), answer(ANSWER))
    broken = changes(shop, total(ANSWER), total(ANSWER, count="many"))

    assert told(gone) == [("breaking", "gone", "header.X-Total")]
    assert told(broken) == [("breaking", "rule", "header.X-Total")]


ADDITIVE = {
    "a member": (put("added", value=1), "$.added"),
    "a member with others below it": (put("added", value={"a": {"b": [1]}}), "$.added"),
    "a member of one element": (put("rows", 1, "added", value="x"), "$.rows[*].added"),
    "a member deep down": (put("owner", "team", "name", value="core"), "$.owner.team.name"),
    "another type where none is promised": (put("owner", "team", "id", value="three"), "$.owner.team.id"),
    "elements of another type where none is promised": (put("owner", "team", "id", value=[1]), "$.owner.team.id"),
}


@pytest.mark.parametrize("name", ADDITIVE)
def test_what_is_new_is_exactly_one_additive_drift(shop: Project, name: str) -> None:
    change, path = ADDITIVE[name]

    found = changes(shop, total(ANSWER), total(changed(change)))

    assert told(found) == [("additive", "new", path)]


def test_a_value_in_the_place_of_null_is_another_value_and_an_object_is_new(shop: Project) -> None:
    without_mail = changed(put("owner", "mail", value=None))
    without_team = changed(put("owner", "team", value=None))

    assert told(changes(shop, total(without_mail), total(ANSWER))) == [("value-only", "value", "$.owner.mail")]
    assert told(changes(shop, total(without_team), total(ANSWER))) == [("additive", "new", "$.owner.team")]


def test_an_optional_key_that_appears_is_additive(shop: Project) -> None:
    found = changes(shop, total(changed(drop("note"))), total(ANSWER))

    assert told(found) == [("additive", "new", "$.note")]
    assert found[0].text == "promised as what may be absent; it is there now"


VALUE_ONLY = {
    "another number": (put("total", value=7), ("value", "$.total"), True),
    "another text in a list": (put("rows", 0, "title", value="Chair"), ("value", "$.rows[*].title"), True),
    "optional key absent": (drop("note"), ("absent", "$.note"), True),
    "nullable null": (put("owner", "mail", value=None), ("value", "$.owner.mail"), True),
    "a list that may be empty is": (put("rows", 0, "tags", value=[]), ("absent", "$.rows[*].tags"), True),
    "fewer keys in a mapping of any keys": (drop("labels", "size"), ("value", "$.labels"), True),
    "other keys in a mapping of any keys": (
        put("labels", value={"depth": 1, "size": 3}),
        ("value", "$.labels.*"),
        True,
    ),
    "a value in the place of a null": (put("rows", 1, "stock", value=9), ("value", "$.rows[*].stock"), True),
    "what nobody promised is null": (put("rows", 0, "stock", value=None), ("value", "$.rows[*].stock"), True),
    "what nobody promised is gone": (drop("owner", "team"), ("absent", "$.owner.team"), False),
}


@pytest.mark.parametrize("name", VALUE_ONLY)
def test_what_breaks_nothing_and_adds_nothing_is_one_value_only_drift(shop: Project, name: str) -> None:
    change, expected, keeps_body = VALUE_ONLY[name]

    found = changes(shop, total(ANSWER), total(changed(change)))

    assert told(found) == [("value-only", *expected)]
    assert only_values(found) is keeps_body


def test_a_longer_list_of_the_same_shape_is_one_value_only_drift(shop: Project) -> None:
    longer = changed(lambda body: body["rows"].append({"id": 3, "title": "Shelf", "tags": ["oak"], "stock": 1}))

    found = changes(shop, total(ANSWER), total(longer))

    assert told(found) == [("value-only", "value", "$.rows")]
    assert (found[0].was, found[0].now) == ("a list of 2", "a list of 3")


def test_rows_in_another_order_are_no_drift_and_names_swapped_between_them_are(shop: Project) -> None:
    turned = changed(lambda body: body["rows"].reverse())
    swapped = changed(put("rows", 0, "title", value="Desk"))
    swapped["rows"][1]["title"] = "Lamp"

    assert changes(shop, total(ANSWER), total(turned)) == []
    assert told(changes(shop, total(ANSWER), total(swapped))) == [("value-only", "value", "$")]


VOLATILE = {
    "an ISO time": ("2026-01-05T10:00:00Z", "2026-03-05T11:30:00.123+02:00"),
    "a date": ("2026-01-05", "2026-03-06"),
    "an HTTP date": ("Mon, 05 Jan 2026 10:00:00 GMT", "Tue, 06 Jan 2026 11:00:00 GMT"),
    "seconds since 1970": (1767607200, 1767693600),
    "milliseconds since 1970": (1767607200000, 1767693600123),
    "a message's time as text": ("1767607200.000200", "1767693600.000100"),
    "a UUID": ("6f2c1a52-0d43-4b3e-9a57-1d1b5f0a7c11", "0c8f55b1-7d62-4d0e-8f4e-5e1f0c6b9d22"),
    "a UUID in a URL": (
        "https://x.test/r/6f2c1a52-0d43-4b3e-9a57-1d1b5f0a7c11",
        "https://x.test/r/0c8f55b1-7d62-4d0e-8f4e-5e1f0c6b9d22",
    ),
    "what was redacted": ("REDACTED-1", "REDACTED-2"),
    "a time in a sentence": ("seen at 2026-01-05T10:00:00Z, fine", "seen at 2026-03-05T11:30:00+02:00, fine"),
    "a cursor in a URL": ("https://x.test/rows?cursor=abc&limit=3", "https://x.test/rows?cursor=xyz&limit=3"),
    "when a signed URL was made": (
        "https://x.test/a?X-Amz-Date=20260105T100000Z",
        "https://x.test/a?X-Amz-Date=20260306T110000Z",
    ),
}


@pytest.mark.parametrize("name", VOLATILE)
def test_volatile_values_are_never_told(shop: Project, name: str) -> None:
    old, new = VOLATILE[name]

    found = changes(shop, total({**ANSWER, "seen": old}), total({**ANSWER, "seen": new}))

    assert found == []


@pytest.mark.parametrize(
    "name",
    ["request_id", "X-Request-Id", "traceId", "nextCursor", "next_cursor", "NextToken", "etag", "rateLimitRemaining",
     "continuation_token", "took", "serverTime", "resourceVersion"],
)  # fmt: skip
def test_values_of_volatile_names_are_never_told(shop: Project, name: str) -> None:
    found = changes(shop, total({**ANSWER, name: "abc"}), total({**ANSWER, name: "xyz"}))

    assert found == []


def test_headers_that_nobody_promised_are_never_told(shop: Project) -> None:
    old = total(ANSWER, Date="Mon, 05 Jan 2026 10:00:00 GMT", X_Request_Id="a", X_RateLimit_Remaining="58", Server="1")
    new = total(ANSWER, Date="Tue, 06 Jan 2026 10:00:00 GMT", X_Request_Id="b", X_RateLimit_Remaining="57", Via="p")

    assert changes(shop, old, new) == []


def test_a_promise_that_both_recordings_break_did_not_drift(shop: Project) -> None:
    broken = changed(drop("total"))

    found = changes(shop, total(broken), total({**broken, "kind": "columns"}))

    assert told(found) == [("breaking", "rule", "$.kind")]


def test_a_status_that_is_as_promised_again_is_additive(shop: Project) -> None:
    found = changes(shop, answer({"message": "down"}, 503), total(ANSWER))

    assert told(found) == [("additive", "new", "status")]


def test_drift_says_who_changed_what_and_which_line_of_the_contract_speaks_of_it(shop: Project) -> None:
    found = changes(shop, total(ANSWER), total(changed(drop("rows", 1, "title"))))

    assert found == [
        Drift(
            drift_class="breaking",
            change="gone",
            side="response",
            operation="shop.list_rows",
            scenario="ok",
            interaction=1,
            path="$.rows[1].title",
            was="text",
            now="nothing",
            text="it is promised and no longer there",
            place=Place("contracts/shop.yaml", 13, 38),
            is_promised=True,
        )
    ]


def test_a_value_under_a_name_of_a_secret_is_never_shown(shop: Project) -> None:
    old, new = ({**ANSWER, "password": word} for word in ("hunter" + "2", "hunter" + "3"))

    [found] = changes(shop, total(old), total(new))

    assert (found.was, found.now) == ("text that is not shown", "text that is not shown, another one")


def test_a_number_under_a_name_of_a_secret_is_never_shown(shop: Project) -> None:
    [found] = changes(shop, total({**ANSWER, "password": 4711}), total({**ANSWER, "password": 4712}))

    assert (found.was, found.now) == ("a number that is not shown", "a number that is not shown, another one")


def test_an_optional_part_that_fewer_rows_have_is_one_value_only_drift(shop: Project) -> None:
    size = {"width": 1, "height": 2}
    both = changed(lambda body: [row.update(size=size) for row in body["rows"]] and None)
    one = copy.deepcopy(both)
    del one["rows"][1]["size"]

    fewer, more = changes(shop, total(both), total(one)), changes(shop, total(one), total(both))

    assert told(fewer) == told(more) == [("value-only", "value", "$.rows[*].size")]
    assert (fewer[0].was, fewer[0].now) == ("in 2 of 2", "in 1 of 2")
    assert only_values(fewer)


def test_what_only_a_part_that_is_null_now_had_is_not_told_beside_it(shop: Project) -> None:
    old = changed(lambda body: [row.update(stock={"left": row["id"]}) for row in body["rows"]] and None)
    old["rows"][1]["stock"]["ordered"] = 5
    new = copy.deepcopy(old)
    new["rows"][1]["stock"] = None

    assert told(changes(shop, total(old), total(new))) == [("value-only", "value", "$.rows[*].stock")]


def test_a_key_gone_from_a_mapping_of_any_keys_is_told_with_their_number(shop: Project) -> None:
    [fewer] = changes(shop, total(ANSWER), total(changed(drop("labels", "size"))))

    assert (fewer.was, fewer.now) == ("an object of 2 keys", "an object of 1 key")
    assert fewer.text == "another number of keys of the same shape"


def test_thousands_of_other_keys_are_compared_in_a_moment(shop: Project) -> None:
    old, new = ({**ANSWER, "by_id": {f"{side}{number}": {"id": number} for number in range(4000)}} for side in "ab")

    found = changes(shop, total(old), total(new))

    assert len(found) == 8000  # quadratic, this took minutes


def test_long_texts_are_told_by_their_length(shop: Project) -> None:
    [found] = changes(shop, total({**ANSWER, "about": "a" * 100}), total({**ANSWER, "about": "b" * 300}))

    assert (found.was, found.now) == ("text of 100 characters", "text of 300 characters")


def test_the_gravest_class_counts() -> None:
    def of(drift_class: Any, change: Any = "value") -> Drift:
        return Drift(drift_class, change, "response", "shop.get", "ok", 1, "$", "", "", "", Place("x"))

    assert classify([]) is None
    assert classify([of("value-only"), of("additive")]) == "additive"
    assert classify([of("value-only"), of("breaking"), of("additive")]) == "breaking"
    assert only_values([])
    assert not only_values([of("value-only"), of("additive", "new")])


# --- params, sequences, requests ---------------------------------------------------------------------------------

GET_ROW = """
get_row:
  params: {id: '7'}
  request: {method: GET, path: '/rows/{id}', query: {view: full}}
  response: {status: 200, body: {id: '{id}', url: 'https://shop.example.com/rows/{id}'}}
"""

PAGES = """
list_pages:
  sequence:
    - request: {method: GET, path: /rows, query: {page: '1'}}
      response: {status: 200, body: {next: '2'}}
    - request: {method: GET, path: /rows, query: {page: '2'}}
      response: {status: 200, body: {rows: [1]}}
"""


def row(number: str, query: str = "view=full", **more: Any) -> Recorded:
    body = {"id": number, "url": f"https://shop.example.com/rows/{number}", **more}
    return recorded(answer(body), path=f"/rows/{{id}}?{query}", id=number)


def test_the_params_of_a_recording_are_no_drift(written: Written) -> None:
    project = written("shop: [get_row]", shop=GET_ROW)

    assert changes(project, row("42"), row("9-b"), "shop.get_row") == []


def test_a_request_with_something_new_in_it_is_told_as_the_programs_change(written: Written) -> None:
    project = written("shop: [get_row]", shop=GET_ROW)

    found = changes(project, row("42"), row("42", "view=full&lang=de"), "shop.get_row")

    assert told(found) == [("breaking", "rule", "query.lang")]
    assert (found[0].side, found[0].was, found[0].now) == ("request", "nothing", '"de"')


def test_each_interaction_of_a_sequence_is_compared_with_its_own(written: Written) -> None:
    project = written("shop: [list_pages]", shop=PAGES)
    first, second = (Request("GET", f"{BASE_URL}/rows?page={page}") for page in "12")
    old = [Interaction(first, answer({"next": "2"})), Interaction(second, answer({"rows": [1, 2]}))]
    new = [Interaction(second, answer({"rows": [1, 2], "more": False})), Interaction(first, answer({"next": "2"}))]

    [found] = changes(project, Recorded(old), Recorded(new), "shop.list_pages")

    assert (found.drift_class, found.path, found.interaction) == ("additive", "$.more", 2)
    assert found.place == Place("contracts/shop.yaml", 7, 31)


def test_a_page_that_is_not_asked_for_any_more_is_breaking_unless_the_answer_before_it_is(written: Written) -> None:
    project = written("shop: [list_pages]", shop=PAGES)
    first, second = (Request("GET", f"{BASE_URL}/rows?page={page}") for page in "12")
    old = Recorded([Interaction(first, answer({"next": "2"})), Interaction(second, answer({"rows": [1]}))])

    alone = changes(project, old, Recorded(old.interactions[:1]), "shop.list_pages")
    without_next = changes(project, old, Recorded([Interaction(first, answer({}))]), "shop.list_pages")
    surplus = changes(project, old, Recorded([*old.interactions, old.interactions[1]]), "shop.list_pages")

    assert told(alone) == [("breaking", "asked", "request")]
    assert (alone[0].was, alone[0].now, alone[0].interaction) == ("GET /rows?page=2", "nothing", 2)
    assert told(without_next) == [("breaking", "gone", "$.next")]
    assert [(one.drift_class, one.change, one.interaction) for one in surplus] == [("breaking", "asked", 0)]


def test_a_broken_answer_is_told_and_not_the_request_that_it_made_otherwise(written: Written) -> None:
    project = written(
        "shop: [list_pages]",
        shop="""
        list_pages:
          params: {cursor: '2'}
          sequence:
            - request: {method: GET, path: /rows}
              response: {body: {next: '{cursor}'}}
            - request: {method: GET, path: /rows, query: {page: '{cursor}'}}
              response: {body: {rows: [1], self: 'https://shop.example.com/rows?page=2'}}
        """,
    )
    first, second = Request("GET", f"{BASE_URL}/rows"), Request("GET", f"{BASE_URL}/rows?page=x7")
    page = answer({"rows": [1], "self": "https://shop.example.com/rows?page=x7"})

    def pages(body: Any) -> Recorded:
        return Recorded([Interaction(first, answer(body)), Interaction(second, page)], Told({"cursor": "2"}))

    assert told(changes(project, pages({"next": "x7"}), pages({}), "shop.list_pages")) == [
        ("breaking", "gone", "$.next")
    ]


def test_another_number_of_pages_is_one_value_only_drift(written: Written) -> None:
    project = written(
        "shop: [list_pages]",
        shop="""
        list_pages:
          sequence:
            - repeatable: true
              request: {method: GET, path: /rows, query: {page: {$regex: '^[0-9]+$', like: '1'}}}
              response: {body: {rows: [1]}}
        """,
    )

    def pages(*rows: Any) -> Recorded:
        asked = (Request("GET", f"{BASE_URL}/rows?page={number}") for number in range(len(rows)))
        return Recorded([Interaction(each, answer({"rows": row})) for each, row in zip(asked, rows, strict=True)])

    more = changes(project, pages([1], [2]), pages([1], [2], [3]), "shop.list_pages")
    broken = changes(project, pages([1], [2]), pages([1], [2], ["three"]), "shop.list_pages")
    added = changes(project, pages([1], [2]), pages([1]), "shop.list_pages")

    assert told(more) == told(added) == [("value-only", "value", "$")]
    assert (more[0].was, more[0].now) == ("2 answers", "3 answers")
    assert only_values(more)
    assert told(broken)[0] == ("breaking", "type", "$.rows[0]")


# --- bodies that are no JSON -------------------------------------------------------------------------------------

XML = "application/xml"


def test_xml_is_compared_by_elements_and_attributes(written: Written) -> None:
    project = written(
        "shop: [list_rows]",
        shop="""
        list_rows:
          request: {method: GET, path: /rows}
          response:
            headers: {Content-Type: application/xml}
            body: '<rows total="2"><row id="1"><title>Lamp</title></row></rows>'
        """,
    )
    old = b'<rows total="2"><row id="1"><title>Lamp</title></row><row id="2"><title>Desk</title></row></rows>'

    def since(new: bytes) -> list[tuple[str, str, str]]:
        return told(changes(project, answer(old, media=XML), answer(new, media=XML)))

    assert since(old) == []
    assert since(old.replace(b' total="2"', b"")) == [("breaking", "gone", "$.rows['@total']")]
    assert since(old.replace(b"<title>Lamp</title>", b"")) == [("breaking", "gone", "$.rows.row.title")]
    assert since(old.replace(b"<row ", b'<row new="1" ')) == [("additive", "new", "$.rows.row['@new']")]
    assert since(old.replace(b"Lamp</title>", b"Lamp</title>on sale")) == [("breaking", "rule", "$.rows.row['#text']")]
    assert since(old.replace(b"Desk", b"Chair")) == [("value-only", "value", "$.rows.row.title['#text']")]
    assert since(old.replace(b"</rows>", b"<more><a/></more></rows>")) == [("additive", "new", "$.rows.more")]


@pytest.mark.parametrize(("media", "promised", "old", "new", "expected"), [
    ("text/plain", "ready", b"ready", b"steady", [("value-only", "value", "$")]),
    ("text/plain", "{$regex: '^r.*', like: ready}", b"ready", b"steady", [("breaking", "rule", "$")]),
    ("application/x-www-form-urlencoded", "{a: '1'}", b"a=1", b"a=1&b=2", [("additive", "new", "$.b")]),
    ("application/x-www-form-urlencoded", "{a: '1'}", b"a=1&b=2", b"b=2", [("breaking", "gone", "$.a")]),
    ("application/zip", "{$binary: application/zip, like: UEs=}", b"PK", b"PK!", [("value-only", "value", "$")]),
], ids=["text", "text with a rule", "form field added", "form field gone", "bytes"])  # fmt: skip
def test_other_bodies_are_compared_as_what_they_are(
    written: Written, media: str, promised: str, old: bytes, new: bytes, expected: list[tuple[str, str, str]]
) -> None:
    text = f"""
list_rows:
  request: {{method: GET, path: /rows}}
  response: {{headers: {{Content-Type: {media}}}, body: {promised}}}
"""
    project = written("shop: [list_rows]", shop=text)

    assert told(changes(project, answer(old, media=media), answer(new, media=media))) == expected


def test_an_answer_without_a_promised_body_is_compared_all_the_same(written: Written) -> None:
    project = written("shop: [list_rows]", shop="list_rows: {request: {path: /rows}, response: {status: 200}}")

    assert told(changes(project, {"a": 1}, {"b": 1})) == [("additive", "new", "$.b"), ("value-only", "absent", "$.a")]


# --- AWS ---------------------------------------------------------------------------------------------------------


def users(*names: str, more: str = "") -> Recorded:
    listed = "".join(
        f"<member><UserName>{name}</UserName><Path>/</Path><CreateDate>2026-01-05T10:00:00Z</CreateDate>{more}</member>"
        for name in names
    )
    body = f"<ListUsersResponse><ListUsersResult><Users>{listed}</Users></ListUsersResult></ListUsersResponse>"
    return aws(answer(body.encode(), media="text/xml"))


def aws(response: Response) -> Recorded:
    request = Request("POST", "https://iam.amazonaws.com/", Headers(), b"Action=ListUsers&Version=2010-05-08")
    return Recorded([Interaction(request, response)], Told({}, [{"operation": "ListUsers", "params": {}}]))


def test_aws_answers_are_compared_by_the_service_model_and_what_is_read(written: Written) -> None:
    project = written("aws:\n  iam: [list_users]", aws="iam.list_users: {reads: ['Users[].UserName']}")
    old = users("ines", "bot")

    def since(new: Recorded) -> list[tuple[str, str, str]]:
        return told(changes(project, old, new, "aws.iam.list_users"))

    [call] = old.interactions
    unnamed = call.response.body.replace(b"<UserName>bot</UserName>", b"")
    later = call.response.body.replace(b"2026-01-05", b"2026-02-07")
    refused = b"<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>"

    assert since(users("bot", "ines")) == []
    assert since(aws(answer(later, media="text/xml"))) == []
    assert since(aws(answer(unnamed, media="text/xml"))) == [("breaking", "gone", "$.Users[1].UserName")]
    assert since(aws(answer(refused, 403, "text/xml"))) == [("breaking", "status", "status")]
    assert since(users("ines", "bot", more="<Tags/>")) == [("additive", "new", "$.Users[*].Tags")]
    assert since(users("ines", "bot", more="<Shoe>8</Shoe>")) == [("additive", "new", "$.Users[*].Shoe")]
    assert since(users("ines", "robot")) == [("value-only", "value", "$.Users[*].UserName")]
    assert since(users()) == [("value-only", "absent", "$.Users")]


def functions(*timeouts: Any, marker: str = "abc") -> Recorded:
    listed = [{"FunctionName": f"f{index}", "Timeout": each} for index, each in enumerate(timeouts)]
    request = Request("GET", "https://lambda.us-east-1.amazonaws.com/2015-03-31/functions/")
    response = answer({"Functions": listed, "NextMarker": marker})
    return Recorded([Interaction(request, response)], Told({}, [{"operation": "ListFunctions", "params": {}}]))


def test_another_type_in_an_answer_of_aws_is_told_as_that(written: Written) -> None:
    project = written("aws:\n  lambda: [list_functions]", aws="lambda.list_functions: {reads: ['Functions[].Timeout']}")

    def since(new: Recorded) -> list[tuple[str, str, str]]:
        return told(changes(project, functions(3, 4), new, "aws.lambda.list_functions"))

    assert since(functions(3, "x")) == [("breaking", "type", "$.Functions[1].Timeout")]
    assert since(functions(3, None)) == [("breaking", "gone", "$.Functions[1].Timeout")]
    assert since(functions(3, 4, marker="xyz")) == []
