"""What is promised of an answer: identifiers, names, states and what is required, and few of them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.generate.synthetic_documents import BASE_URL, loaded, only_draft, openapi, returning

from pactproof.agreement import response_mismatches
from pactproof.contracts import load_contracts
from pactproof.expectation import Variant, example
from pactproof.generate.api_document import load_api_document
from pactproof.generate.draft import Draft
from pactproof.generate.from_document import document_draft
from pactproof.generate.minimum import MAX_LEVELS, MAX_MEMBERS
from pactproof.generate.pattern_example import is_anchored, matching_text
from pactproof.interaction import Headers, Response
from pactproof.registry import load_registry

TEXT = {"type": "string"}
WHOLE = {"type": "integer"}


@pytest.fixture
def promised(tmp_path):
    """The body that is promised of an answer with this schema; None where none is."""

    def body(schema: Any, components: dict[str, Any] | None = None, **more: Any) -> Any:
        return only_draft(tmp_path, returning(schema, components, **more)).entry["response"].get("body")

    return body


def thing(*required: str, **properties: Any) -> dict[str, Any]:
    """An object whose required members are given by name."""
    return {"type": "object", "properties": properties, **({"required": list(required)} if required else {})}


def test_a_pattern_that_takes_hours_to_try_is_passed_over(promised):
    slow = {"type": "string", "pattern": "^(a+)+$", "example": "a" * 60 + "!"}

    assert promised(thing("id", id=slow)) == {"id": "a" * 60 + "!"}


def test_a_schema_that_doubles_with_each_reference_ends(promised):
    twice = {f"S{n}": {"allOf": [{"$ref": f"#/components/schemas/S{n + 1}"}] * 2} for n in range(30)}

    assert promised(thing("id", id=TEXT, more={"$ref": "#/components/schemas/S0"}), twice) == {"id": "example-id"}


# --- which members -----------------------------------------------------------------------------------------------


def test_what_is_required_is_there_and_names_and_states_that_are_not_may_be_absent(promised):
    schema = thing("id", "size", id=WHOLE, name=TEXT, status=TEXT, size=WHOLE, colour=TEXT)

    assert promised(schema) == {
        "id": {"$integer": 1},
        "name?": "example-name",
        "status?": "example-status",
        "size": {"$integer": 1},
    }


def test_where_nothing_is_said_to_be_required_identifiers_and_names_are_taken_for_there_and_noted(tmp_path):
    schema = {"type": "array", "items": thing(id=WHOLE, uid=TEXT, title=TEXT, type=TEXT, slugs=TEXT)}

    draft = only_draft(tmp_path, returning(schema))

    element = {"id": {"$integer": 1}, "uid": "example-uid", "title": "example-title", "type?": "example-type"}
    assert draft.entry["response"]["body"] == [element]
    assert draft.notes == ("The document does not say what is always there; taken for it: [].id, [].uid, [].title.",)


def test_an_identifier_that_answers_show_is_there_though_the_document_requires_others(promised):
    schema = thing("type", id={**TEXT, "readOnly": True}, type=TEXT, key=TEXT, uid=TEXT)

    body = promised(schema, example={"type": "a", "key": "K-1"})

    assert body == {"id": "example-id", "type": "a", "key": "K-1", "uid?": "example-uid"}


def test_a_member_that_the_documented_answer_lacks_may_be_absent_and_one_that_is_null_there_may_be_null(promised):
    schema = thing(id=TEXT, name=TEXT, title=TEXT)

    assert promised(schema, example={"id": "7", "title": None}) == {
        "id": "7",
        "name?": "example-name",
        "title": {"$nullable": "example-title"},
    }


def test_of_many_members_the_most_telling_are_taken_in_the_documents_order(promised):
    properties = {f"size_{number}": WHOLE for number in range(30)}
    schema = thing(*properties, "state", "id", **properties, state=TEXT, id=TEXT)

    body = promised(schema)

    assert list(body) == ["size_0", "size_1", "size_2", "size_3", "size_4", "size_5", "state", "id"]


def test_an_envelope_is_followed_to_the_list_that_it_holds(promised):
    schema = thing(
        _links=thing(next=TEXT),
        results={"type": "array", "items": thing(metadata=thing(name=TEXT, labels=thing(a=TEXT)), spec=thing(x=TEXT))},
    )

    assert promised(schema) == {"results": [{"metadata": {"name": "example-name"}}]}


def test_beside_what_the_answer_is_about_lists_may_be_empty_and_objects_are_kept_short(promised):
    owner = thing("id", "size", id=WHOLE, size=WHOLE, name=TEXT, login=TEXT, state=TEXT, type=TEXT)
    labels = {"type": "array", "items": thing("name", name=TEXT)}
    schema = thing("id", "owner", "labels", id=WHOLE, owner=owner, labels=labels, extra=owner)

    body = promised(schema)

    assert list(body) == ["id", "owner", "labels"]
    assert list(body["owner"]) == ["id", "name?", "login?", "state?"]
    assert body["labels"] == {"$min": 0, "like": [{"name": "example-name"}]}


def test_what_is_written_only_secret_or_unsayable_is_left_out(promised):
    names = {"id": TEXT, "password": TEXT, "access_token": TEXT, "it's": TEXT, "7": TEXT, "": TEXT}
    schema = thing(*names, "key", **names, key={**TEXT, "writeOnly": True})

    assert promised(schema) == {"id": "example-id"}


def test_a_schema_that_contains_itself_ends(promised):
    node = thing("id", "child", id=WHOLE, child={"$ref": "#/components/schemas/Node"})

    body = promised({"$ref": "#/components/schemas/Node"}, {"Node": node, "Loop": {"allOf": [{"$ref": "#/x"}]}})

    assert body == {"id": {"$integer": 1}, "child": {"id": {"$integer": 1}}}


def test_a_list_that_contains_itself_ends(promised):
    reference = {"$ref": "#/components/schemas/Nest"}
    nest = {"type": "array", "items": reference}

    bodies = [promised(schema, {"Nest": nest}) for schema in (thing("id", "rows", id=WHOLE, rows=reference), reference)]

    assert bodies == [{"id": {"$integer": 1}}, None]


@pytest.mark.parametrize(
    "schema",
    [
        {},
        True,
        None,
        {"type": "object"},
        {"type": "array"},
        {"type": "null"},
        {"$ref": "#/components/schemas/Nowhere"},
        {"$ref": "https://api.example.com/schema.json"},
        {"$ref": "#/components/schemas/Loop"},
        {"oneOf": [{"type": "array", "items": TEXT}, thing("id", id=TEXT)]},
        {"type": ["string", "integer"]},
    ],
    ids=str,
)
def test_where_a_schema_says_too_little_the_body_is_not_promised_and_a_note_says_so(schema, tmp_path):
    components = {"Loop": {"allOf": [{"$ref": "#/components/schemas/Loop"}]}}

    draft = only_draft(tmp_path, returning(schema, components))

    assert draft.entry["response"] == {"status": 200}
    assert draft.notes == ("The document says too little of the answer's body; it is not promised.",)


# --- combinations ------------------------------------------------------------------------------------------------


def test_all_of_is_merged_through_references_into_lists(promised):
    components = {
        "Base": {"allOf": [thing("id", id=TEXT), {"properties": {"summary": TEXT}}]},
        "Tag": {"allOf": [{"$ref": "#/components/schemas/Base/allOf/0"}, thing("label", label=TEXT)]},
    }

    assert promised({"$ref": "#/components/schemas/Tag"}, components) == {"id": "example-id", "label": "example-label"}


@pytest.mark.parametrize("keyword", ["oneOf", "anyOf"])
def test_of_alternatives_only_what_all_have_is_promised(keyword, promised):
    cat = thing("id", "type", "claws", id=TEXT, type={"enum": ["cat"]}, claws=WHOLE)
    dog = thing("id", "bark", id=TEXT, type={"enum": ["dog"]}, bark=TEXT)
    schema = {keyword: [cat, dog], "discriminator": {"propertyName": "type"}}

    assert promised(schema) == {"id": "example-id", "type?": {"$one_of": ["cat", "dog"]}}


def test_conditions_on_what_is_required_leave_the_members_as_they_are(promised):
    schema = {**thing("id", id=TEXT, a=TEXT, b=TEXT), "anyOf": [{"required": ["a"]}, {"required": ["b"]}]}

    assert promised(schema) == {"id": "example-id"}


def test_a_list_under_items_without_a_type_is_a_choice(promised):
    schema = {"type": "array", "items": {"items": [thing("id", id=TEXT, a=TEXT), thing("id", id=TEXT)]}}

    assert promised(schema) == [{"id": "example-id"}]


def test_a_mapping_with_any_keys_is_promised_by_its_values(promised):
    assert promised({"type": "object", "additionalProperties": WHOLE}) == {"$each_key": {"example": {"$integer": 1}}}


# --- values ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        (TEXT, "example-v"),
        ({**TEXT, "example": "given"}, "given"),
        ({**TEXT, "example": 7}, "example-v"),
        (WHOLE, {"$integer": 1}),
        ({**WHOLE, "example": 65}, {"$integer": 65}),
        ({**WHOLE, "example": 65.0}, {"$integer": 1}),
        ({**WHOLE, "minimum": 10}, {"$integer": 10}),
        ({"type": "number", "example": 12.5}, 12.5),
        ({"type": "boolean", "example": False}, False),
        ({"type": "boolean", "enum": [True]}, {"$exactly": True}),
        ({**TEXT, "enum": ["open", "closed"]}, {"$one_of": ["open", "closed"]}),
        ({**TEXT, "enum": ["open", "closed"], "example": "closed"}, {"$one_of": ["open", "closed"], "like": "closed"}),
        ({"enum": ["open", None]}, {"$nullable": {"$one_of": ["open"]}}),
        ({"const": "open"}, {"$one_of": ["open"]}),
        ({**TEXT, "enum": "open"}, {"$one_of": ["open"]}),
        ({**TEXT, "enum": ["all, any"]}, {"$one_of": ["all", "any"]}),
        ({**TEXT, "enum": [str(number) for number in range(40)]}, "0"),
        ({**TEXT, "format": "date-time"}, {"$datetime": "2026-01-05T10:00:00Z"}),
        ({**TEXT, "format": "date-time", "example": "2026-01-05 10:00"}, "2026-01-05 10:00"),
        ({**TEXT, "format": "date"}, {"$date": "2026-01-05"}),
        ({**TEXT, "format": "uuid"}, {"$uuid": "3f2504e0-4f89-41d3-9a0c-0305e82c3301"}),
        ({**TEXT, "pattern": "^C[0-9]+$"}, {"$regex": "^C[0-9]+$", "like": "C1"}),
        ({**TEXT, "pattern": "^C[0-9]+$", "example": "C7"}, {"$regex": "^C[0-9]+$", "like": "C7"}),
        ({**TEXT, "pattern": "^C[0-9]+$", "example": "D7"}, "D7"),
        ({**TEXT, "pattern": "C[0-9]"}, "C1"),
        ({**TEXT, "pattern": "^a$|^b"}, "a"),
        ({**TEXT, "pattern": "(unclosed"}, "example-v"),
        ({**TEXT, "nullable": True}, {"$nullable": "example-v"}),
        ({"type": ["string", "null"]}, {"$nullable": "example-v"}),
        ({"oneOf": [{"type": "null"}, TEXT]}, {"$nullable": "example-v"}),
        ({"allOf": [TEXT], "nullable": True}, {"$nullable": "example-v"}),
        ({"$ref": "#/components/schemas/Text", "nullable": True}, {"$nullable": "example-v"}),
        ({"type": "array", "items": TEXT}, None),
    ],
    ids=str,
)
def test_a_value_is_promised_as_the_schema_says_more_than_a_type(schema, value, promised):
    body = promised(thing("id", "v", id=TEXT, v=schema), {"Text": TEXT})

    assert body == {"id": "example-id", **({"v": value} if value is not None else {})}


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("^[A-Z]{2,4}-\\d{3}$", "AA-111"),
        ("^(?:ab|cd)+$", "ab"),
        ("^[^a-z]x?$", "Ax"),
        ("^\\w+\\.\\w+$", "a.a"),
        ("[", None),
        ("^(?!x).+$", None),
        ("^(a)\\1$", None),
        ("(?P<name>a)", None),
        ("a{9999}", None),
        ("(", None),
        ("\\", None),
        ("^(a+)+$", None),
        ("^(?:[a-z]|\\d)*$", None),
        ("^((a?)b?){30}$", None),
        ("^([0-9a-f]{4}-){3}x$", "aaaa-aaaa-aaaa-x"),
    ],
)
def test_a_text_is_found_for_a_pattern_or_none(pattern, text):
    assert matching_text(pattern) == text


@pytest.mark.parametrize(
    ("pattern", "is_whole"),
    [
        ("^a$", True),
        ("^(a|b)$", True),
        ("^[|]$", True),
        ("^a|b$", False),
        ("a$", False),
        ("^a\\$", False),
        ("a", False),
    ],
)
def test_a_pattern_speaks_of_the_whole_text_where_it_is_anchored_at_both_ends(pattern, is_whole):
    assert is_anchored(pattern) is is_whole


# --- anything at all ---------------------------------------------------------------------------------------------

NAMES = st.sampled_from(["id", "name", "state", "owner", "items", "$x", "why?", "it's", "created_at", "7", ""])
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
TYPES = st.sampled_from(["string", "integer", "number", "boolean", "array", "object", "null", "file", "any", None, 3])
PATTERNS = st.sampled_from(["^[A-Z]+$", "a|b", "^(x|y)$", "[", "^\\d{3}-\\w?$", "(?P<a>b)", "^$"])
REFS = st.sampled_from(["#/components/schemas/A", "#/components/schemas/B/allOf/0", "#/x/9", "http://x.example/y", "#"])


def _schemas(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries(
        {},
        optional={
            "type": TYPES | st.lists(TYPES, max_size=3),
            "properties": st.dictionaries(NAMES, inner, max_size=4),
            "required": st.lists(NAMES, max_size=3) | st.booleans() | NAMES,
            "items": inner | st.lists(inner, max_size=2),
            "additionalProperties": inner | st.booleans(),
            "enum": st.lists(SCALARS, max_size=3) | st.text(max_size=9),
            "format": st.sampled_from(["date-time", "date", "uuid", "int64", "binary", "odd"]),
            "pattern": PATTERNS,
            "minimum": SCALARS,
            "maxLength": SCALARS,
            "minLength": SCALARS,
            "nullable": SCALARS,
            "example": SCALARS | st.dictionaries(NAMES, SCALARS, max_size=3) | st.lists(SCALARS, max_size=2),
            "allOf": st.lists(inner, max_size=2),
            "oneOf": st.lists(inner, max_size=3),
            "$ref": REFS,
        },
    )


SCHEMAS = st.recursive(SCALARS | _schemas(st.none()), _schemas, max_leaves=12)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(schemas=st.lists(SCHEMAS, min_size=1, max_size=4), sample=SCALARS | st.dictionaries(NAMES, SCALARS, max_size=3))
def test_whatever_schemas_a_document_has_its_contracts_load_and_their_examples_hold(schemas, sample, tmp_path):
    paths = {
        f"/things/{number}/{{id}}": {
            "post": {
                "parameters": [
                    {"name": "id", "in": "path", "schema": schema},
                    {"name": "q", "in": "query", "required": True, "schema": schema},
                ],
                "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}},
                "responses": {"200": {"content": {"application/json": {"schema": schema, "example": sample}}}},
            }
        }
        for number, schema in enumerate(schemas)
    }
    document = loaded(tmp_path, openapi(paths, components={"schemas": {"A": schemas[0], "B": {"allOf": schemas}}}))

    drafts = [document_draft(operation, base_url=BASE_URL) for operation in document.operations]

    entries = {f"op_{number}": draft.entry for number, draft in enumerate(drafts) if isinstance(draft, Draft)}
    assert len(entries) == len(schemas)
    (tmp_path / "contracts").mkdir(exist_ok=True)
    registry = {"consumer": "till", "contracts": {"shop": list(entries)}}
    (tmp_path / "registry.yaml").write_text(json.dumps(registry), encoding="utf-8")
    text = json.dumps(entries, ensure_ascii=False)
    (tmp_path / "contracts/shop.yaml").write_text(text, encoding="utf-8")
    contracts, faults = load_contracts(load_registry(tmp_path))
    assert [str(fault) for fault in faults] == []
    variants: tuple[Variant, ...] = ("full", "lean")
    for scenario in contracts:
        response = scenario.http[0].response
        for variant in variants if response.body is not None else ():
            assert response.body is not None
            body = json.dumps(example(response.body, variant)).encode()
            headers = Headers((("Content-Type", response.content_type),))
            assert response_mismatches(response, Response(response.status, headers, body)) == []


def test_the_bounds_are_those_that_the_documentation_names():
    assert (MAX_MEMBERS, MAX_LEVELS) == (8, 3)


def test_the_same_document_gives_the_same_bytes(tmp_path):
    document = returning(thing(id=TEXT, name=TEXT, items={"type": "array", "items": thing(key=TEXT)}))
    path = tmp_path / "api.json"
    path.write_text(json.dumps(document), encoding="utf-8")

    [first] = load_api_document(path).operations
    [second] = load_api_document(path).operations

    assert document_draft(first, base_url=BASE_URL) == document_draft(second, base_url=BASE_URL)
