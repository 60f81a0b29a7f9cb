"""An operation of a document as a draft: only what is required is sent, what cannot be said is left out."""

from __future__ import annotations

import json

import pytest
from tests.unit.generate.synthetic_documents import (
    BASE_URL,
    answers,
    only_draft,
    only_operation,
    openapi,
    swagger,
)

from pactproof.generate.draft import NoDraft
from pactproof.generate.from_document import document_draft

ITEM = {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}}}


def test_an_entry_says_given_params_request_and_response_in_this_order(tmp_path):
    post = {
        "operationId": "addLabel",
        "parameters": [
            {"name": "id", "in": "path", "schema": {"type": "integer", "example": 7}},
            {"name": "notify", "in": "query", "required": True, "schema": {"type": "boolean"}},
            {"name": "page", "in": "query", "schema": {"type": "integer"}},
            {"name": "X-Tenant", "in": "header", "required": True, "schema": {"enum": ["blue", "green"]}},
        ],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {
                        "type": "object",
                        "required": ["label"],
                        "properties": {"label": {"type": "string", "example": "bug"}, "color": {"type": "string"}},
                    }
                }
            },
        },
        "responses": {**answers(ITEM, "201"), **answers(ITEM, "200"), "404": {}},
    }

    draft = only_draft(tmp_path, openapi({"/items/{id}/labels": {"post": post}}))

    assert json.dumps(draft.entry) == json.dumps(
        {
            "given": "a label may be written",
            "params": {"id": 7},
            "request": {
                "method": "POST",
                "path": "/items/{id}/labels",
                "query": {"notify": True},
                "headers": {"X-Tenant": "blue"},
                "body": {"label": "bug"},
            },
            "response": {"status": 200, "body": {"id": {"$integer": 1}}},
        }
    )
    assert (draft.source, draft.notes) == ("specs/api.json, POST /items/{id}/labels (addLabel)", ())


@pytest.mark.parametrize(
    ("base_url", "path"),
    [
        ("https://shop.example.com", "/api/v1/items"),
        ("https://shop.example.com/api", "/v1/items"),
        ("https://shop.example.com/api/v1/", "/items"),
        ("https://shop.example.com/ap", "/api/v1/items"),
        ("https://shop.example.com/other", "/api/v1/items"),
    ],
)
def test_the_path_is_told_from_the_providers_base_url(base_url, path, tmp_path):
    document = swagger({"/items": {"get": {"responses": {"200": {}}}}}, basePath="/api/v1")

    assert only_draft(tmp_path, document, base_url).entry["request"]["path"] == path


@pytest.mark.parametrize(
    ("template", "path", "params"),
    [
        ("/items/{item-id}", "/items/{item_id}", {"item_id": "example-item-id"}),
        ("/items/{item.id}/{item_id}", "/items/{item_id}/{item_id_2}", {"item_id": "…", "item_id_2": "…"}),
        ("/files/{+path}", "/files/{path}", {"path": "example-path"}),
        ("/files/{path*}", "/files/{path}", {"path": "example-path"}),
        ("/compare/{base}...{head}", "/compare/{base}...{head}", {"base": "…", "head": "…"}),
        ("/{1st}", "/{param_1st}", {"param_1st": "example-1st"}),
        ("/items#list", "/items", None),
        ("/items?kind=open", "/items", None),
    ],
)
def test_every_part_of_a_path_becomes_a_param_that_contracts_can_insert(template, path, params, tmp_path):
    entry = only_draft(tmp_path, openapi({template: {"get": {"responses": {"200": {}}}}})).entry

    assert entry["request"]["path"] == path
    assert list(entry.get("params", {})) == list(params or {})
    assert all(value in ("…", entry["params"][name]) for name, value in (params or {}).items())
    assert entry["request"].get("query") == ({"kind": "open"} if "?" in template else None)


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "string", "default": "all"}, "all"),
        ({"type": "string", "enum": ["a", "b"]}, "a"),
        ({"type": "string", "enum": ["all, any"]}, "all"),
        ({"type": "string", "enum": "open"}, "open"),
        ({"type": "string", "format": "date"}, "2026-01-05"),
        ({"type": "string", "format": "date-time"}, "2026-01-05T10:00:00Z"),
        ({"type": "string", "format": "uuid"}, "3f2504e0-4f89-41d3-9a0c-0305e82c3301"),
        ({"type": "string", "pattern": "^[A-Z]{3}-[0-9]+$"}, "AAA-1"),
        ({"type": "string", "pattern": "^(a|b)c?$"}, "ac"),
        ({"type": "string", "maxLength": 4}, "exam"),
        ({"type": "string", "minLength": 12}, "example-q-ex"),
        ({"type": "integer", "minimum": 5}, 5),
        ({"type": "integer", "minimum": 5, "exclusiveMinimum": True}, 6),
        ({"type": "integer", "exclusiveMinimum": 5}, 6),
        ({"type": "number", "maximum": 0.25}, 0),
        ({"type": "integer", "example": "many"}, 1),
        ({"type": ["string", "null"], "example": None}, "example-q"),
        ({"type": "string", "example": "with {braces} inside"}, "example-q"),
        ({"type": "string", "example": "line\nbreak"}, "example-q"),
        ({"type": "array", "items": {"type": "integer"}}, [1]),
        ({"oneOf": [{"type": "string", "pattern": "(?<!x)y"}, {"type": "integer"}]}, 1),
        ({}, "example-q"),
    ],
    ids=str,
)
def test_a_required_value_is_valid_for_its_schema_and_the_documents_own_where_that_is(schema, value, tmp_path):
    get = {"parameters": [{"name": "q", "in": "query", "required": True, "schema": schema}], "responses": {"200": {}}}

    assert only_draft(tmp_path, openapi({"/items": {"get": get}})).entry["request"]["query"] == {"q": value}


def test_credentials_are_never_written_and_named_in_a_note(tmp_path):
    get = {
        "parameters": [
            {"name": name, "in": place, "required": True, "type": "string"}
            for name, place in [("Authorization", "header"), ("token", "query"), ("X-Shop", "header")]
        ],
        "responses": {"200": {}},
    }
    schemes = {"shop": {"type": "apiKey", "in": "header", "name": "X-Shop"}}

    draft = only_draft(tmp_path, swagger({"/items": {"get": get}}, securityDefinitions=schemes))

    assert draft.entry["request"] == {"method": "GET", "path": "/items"}
    assert draft.notes == (
        "token is a credential: the contract does not say how it is sent.",
        "Authorization is a credential: the contract does not say how it is sent.",
        "X-Shop is a credential: the contract does not say how it is sent.",
    )


def test_an_example_that_looks_like_a_secret_is_not_taken_over(tmp_path):
    looks_secret = "ghp_" + "0123456789abcdefABCDEF0123456789abcd"
    get = {
        "parameters": [{"name": "q", "in": "query", "required": True, "schema": {"example": looks_secret}}],
        "responses": {"200": {}},
    }

    assert only_draft(tmp_path, openapi({"/items": {"get": get}})).entry["request"]["query"] == {"q": "example-q"}


def test_a_secret_that_a_document_shows_is_not_taken_over_by_its_name_or_its_words(tmp_path):
    word = "hunter" + "2"
    told = {"type": "string", "example": f"my password: {word}"}
    named = {"type": "string", "example": word, "default": word}
    sent_members = {"user": told, "password": named, "apiToken": named}
    sent = {"type": "object", "required": ["user", "password", "apiToken"], "properties": sent_members}
    members = {"id": {"type": "string"}, "note": told, "password": named}
    answer = {"type": "object", "required": ["id", "note"], "properties": members}
    post = {
        "operationId": "createUser",
        "requestBody": {"required": True, "content": {"application/json": {"schema": sent}}},
        "responses": answers(answer, example={"id": "7", "note": f"secret={word}", "password": word}),
    }

    entry = only_draft(tmp_path, openapi({"/users": {"post": post}})).entry

    assert entry["request"]["body"] == {
        "user": "example-user",
        "password": "example-password",
        "apiToken": "example-api-token",
    }
    assert entry["response"]["body"] == {"id": "7", "note": "example-note"}


def test_values_to_choose_from_that_read_as_a_param_are_not_inserted(tmp_path):
    get = {"responses": answers({"type": "object", "properties": {"state": {"enum": ["{id}", "open"]}}})}

    body = only_draft(tmp_path, openapi({"/items/{id}": {"get": get}})).entry["response"]["body"]

    assert body == {"state?": "open"}


def test_headers_that_a_vendor_requires_are_promised_and_those_that_clients_set_are_not(tmp_path):
    media = "application/vnd.pagerduty+json;version=2"
    get = {
        "parameters": [
            {"name": "Accept", "in": "header", "required": True, "schema": {"type": "string", "default": media}},
            {"name": "Content-Type", "in": "header", "required": True, "schema": {"enum": ["application/json"]}},
        ],
        "responses": {"200": {}},
    }

    request = only_draft(tmp_path, openapi({"/items": {"get": get}})).entry["request"]

    assert request == {"method": "GET", "path": "/items", "headers": {"Accept": media}}


def test_names_that_contracts_read_otherwise_are_escaped(tmp_path):
    get = {
        "parameters": [
            {"name": name, "in": "query", "required": True, "schema": {"type": "integer"}} for name in ("$top", "why?")
        ],
        "responses": answers({"properties": {"$id": {"type": "string"}, "id?": {"type": "string"}}}),
    }

    entry = only_draft(tmp_path, openapi({"/items": {"get": get}})).entry

    assert entry["request"]["query"] == {"$$top": 1, "why\\?": 1}
    assert entry["response"]["body"] == {"$$id": "example-id", "id\\?": "example-id"}


# --- bodies that are sent ----------------------------------------------------------------------------------------


def test_a_form_of_swagger_2_is_sent_as_a_form(tmp_path):
    post = {
        "consumes": ["application/x-www-form-urlencoded"],
        "parameters": [
            {"name": "channel", "in": "formData", "required": True, "type": "string"},
            {"name": "text", "in": "formData", "type": "string"},
        ],
        "responses": {"200": {}},
    }

    request = only_draft(tmp_path, swagger({"/chat.postMessage": {"post": post}})).entry["request"]

    assert request["headers"] == {"Content-Type": "application/x-www-form-urlencoded"}
    assert request["body"] == {"channel": "example-channel"}


def test_an_upload_is_sent_in_parts(tmp_path):
    schema = {
        "type": "object",
        "required": ["file", "note"],
        "properties": {"file": {"type": "string", "format": "binary"}, "note": {"type": "string"}},
    }
    post = {"requestBody": {"content": {"multipart/form-data": {"schema": schema}}}, "responses": {"200": {}}}

    request = only_draft(tmp_path, openapi({"/files": {"post": post}})).entry["request"]

    assert request["headers"] == {"Content-Type": "multipart/form-data"}
    file = {"$binary": "application/octet-stream", "like": "ZXhhbXBsZQ==", "filename": "example.bin"}
    assert request["body"] == {"file": file, "note": "example-note"}


@pytest.mark.parametrize(
    ("body", "sent", "notes"),
    [
        ({"content": {"application/json": {"schema": {"type": "object"}}}}, {}, ()),
        (
            {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}},
            {},
            ("The document requires no member of the body: add what the program sends.",),
        ),
        (
            {"required": True, "content": {"application/xml": {"schema": {"type": "object"}}}},
            {},
            ("The body is application/xml, which is left out: add what the program sends.",),
        ),
        (
            {"required": True, "content": {"application/octet-stream": {}}},
            {"body": {"$binary": "application/octet-stream", "like": "ZXhhbXBsZQ=="}},
            (),
        ),
        (
            {"required": True, "content": {"application/merge-patch+json": {"schema": ITEM}}},
            {"headers": {"Content-Type": "application/merge-patch+json"}, "body": {"id": 1}},
            (),
        ),
        (
            {"required": True, "content": {"application/json": {"schema": {"oneOf": [ITEM, {"type": "string"}]}}}},
            {"body": {"id": 1}},
            (),
        ),
    ],
    ids=["optional", "no member required", "XML", "bytes", "a kind of JSON", "one of several"],
)
def test_of_a_body_only_what_is_required_is_sent(body, sent, notes, tmp_path):
    post = {"requestBody": body, "responses": {"204": {}}}

    draft = only_draft(tmp_path, openapi({"/items": {"post": post}}))

    assert draft.entry["request"] == {"method": "POST", "path": "/items", **sent}
    assert draft.notes == notes


# --- answers -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statuses", "status"),
    [
        (["404", "201", "202"], 201),
        (["200", "default"], 200),
        (["204", "304"], 204),
        (["302", "404"], 302),
        (["2XX", "4XX"], 200),
        (["default"], 200),
        (["302", "default"], 302),
    ],
    ids=str,
)
def test_the_lowest_success_is_promised(statuses, status, tmp_path):
    document = openapi({"/items": {"get": {"responses": {status: {} for status in statuses}}}})

    assert only_draft(tmp_path, document).entry["response"] == {"status": status}


def test_a_status_that_the_document_does_not_say_is_noted(tmp_path):
    draft = only_draft(tmp_path, openapi({"/items": {"get": {"responses": answers(ITEM, "default")}}}))

    assert draft.notes == ("The document gives the answer of default; status 200 is a guess.",)


@pytest.mark.parametrize(
    ("responses", "told"), [({"404": {}, "500": {}}, ", only 404, 500"), ({}, ""), (None, "")], ids=str
)
def test_without_an_answer_of_success_there_is_no_draft(responses, told, tmp_path):
    operation = only_operation(tmp_path, openapi({"/items": {"get": {"operationId": "list", "responses": responses}}}))

    assert document_draft(operation, base_url=BASE_URL) == NoDraft(
        f"specs/api.json names no answer of success for GET /items (list){told}",
        "write the entry by hand, or record the operation once",
    )


def test_a_method_that_contracts_do_not_know_makes_no_draft(tmp_path):
    operation = only_operation(tmp_path, openapi({"/items": {"trace": {"responses": {"200": {}}}}}))

    assert document_draft(operation, base_url=BASE_URL) == NoDraft(
        "specs/api.json has TRACE /items; contracts know GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS",
        "leave the operation out of registry.yaml, or write the entry by hand",
    )


def test_a_redirect_promises_where_it_leads(tmp_path):
    responses = {"302": {"headers": {"location": {"schema": {"type": "string"}}}}}

    response = only_draft(tmp_path, openapi({"/file": {"get": {"responses": responses}}})).entry["response"]

    assert response == {"status": 302, "headers": {"Location": {"$regex": ".+", "like": "https://example.com/"}}}


@pytest.mark.parametrize(
    ("media_type", "response"),
    [
        ("text/plain", {"body": "example"}),
        ("text/csv; charset=utf-8", {"headers": {"Content-Type": "text/csv"}, "body": "example"}),
        ("image/png", {"body": {"$binary": "image/png", "like": "iVBORw0KGgo="}}),
        (
            "application/xml",
            {"body": {"$binary": "application/xml", "like": "PD94bWwgdmVyc2lvbj0iMS4wIj8+PGV4YW1wbGUvPg=="}},
        ),
        ("*/*", {}),
        ("application/vnd.x+json", {"headers": {"Content-Type": "application/vnd.x+json"}, "body": "example"}),
    ],
)
def test_answers_that_are_no_plain_json_are_promised_by_their_media_type(media_type, response, tmp_path):
    responses = answers({"type": "string", "example": "example"}, "200", media_type)

    entry = only_draft(tmp_path, openapi({"/file": {"get": {"responses": responses}}})).entry

    assert entry["response"] == {"status": 200, **response}


def test_a_head_has_no_body(tmp_path):
    document = openapi({"/file": {"head": {"responses": answers(ITEM)}}})

    assert only_draft(tmp_path, document).entry["response"] == {"status": 200}


@pytest.mark.parametrize(
    ("method", "path", "operation_id", "given"),
    [
        ("get", "/annotations", "listAnnotations", None),
        ("post", "/annotations", "postAnnotation", "an annotation may be written"),
        ("delete", "/pull_requests/{id}", "removeOne", "a pull request may be deleted"),
        ("post", "/applications/{name}/sync", "ApplicationService_Sync", "an application may be written"),
        ("post", "/chat.postMessage", "chat_postMessage", "a message may be written"),
        ("put", "/content", "updateContent", "content may be written"),
        ("post", "/search", "searchItems", None),
        ("post", "/{id}", "", "a resource may be written"),
        ("delete", "/dashboards/uid/{uid}", "deleteDashboardByUID", "a dashboard may be deleted"),
        ("post", "/users", "createUser", "a user may be written"),
        ("post", "/uploads", "createUpload", "an upload may be written"),
    ],
)
def test_what_writes_names_a_provider_state(method, path, operation_id, given, tmp_path):
    operation = {"operationId": operation_id, "responses": {"204": {}}}

    assert only_draft(tmp_path, openapi({path: {method: operation}})).entry.get("given") == given
