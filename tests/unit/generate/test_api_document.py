"""Reading vendors' documents: what is no document is told, what is faulty is read as far as it goes."""

from __future__ import annotations

import json
import os

import pytest
from tests.unit.generate.synthetic_documents import loaded, only_operation, openapi, swagger

from pactproof.errors import GenerationError
from pactproof.generate.api_document import load_api_document
from pactproof.generate.api_operation import ApiBody, ApiParameter

FIX = "name the vendor's OpenAPI 3 or Swagger 2 document in registry.yaml, providers.<service>.openapi"
ALLOWED = "`openapi: 3.x` or `swagger: 2.0` with `paths`"


@pytest.mark.parametrize(
    ("text", "what", "fix"),
    [
        ("[]", f"specs/api.json: the file is an empty list, not {ALLOWED}", FIX),
        ("root:x:0", f"specs/api.json: the file is a text, not {ALLOWED}", FIX),
        ("", f"specs/api.json: the file is empty, not {ALLOWED}", FIX),
        (
            '{"asyncapi": "2.0.0", "channels": {}}',
            f"specs/api.json: no API document: wanted is {ALLOWED}",
            FIX,
        ),
        (
            '{"swagger": "1.2", "paths": {"/": {}}}',
            f"specs/api.json: swagger 1.2 is not read, only {ALLOWED}",
            FIX,
        ),
        (
            '{"openapi": "3.1.0", "paths": {}}',
            "specs/api.json: paths is an empty mapping, so that no operation is described",
            FIX,
        ),
        (
            '{"openapi": "3.1.0",\n "paths": }',
            "specs/api.json:2:11: not valid JSON: Expecting value",
            "correct the syntax at this place",
        ),
        ("[" * 200_000, "specs/api.json: nested too deeply to be read", FIX),
    ],
    ids=["a list", "another file", "empty", "another kind", "Swagger 1.2", "no paths", "not JSON", "too deep"],
)
def test_a_file_that_is_no_api_document_is_an_error_with_a_way_out(text, what, fix, tmp_path):
    with pytest.raises(GenerationError) as raised:
        loaded(tmp_path, text)

    assert str(raised.value) == f"{what}\n  fix: {fix}"


@pytest.mark.parametrize(
    ("name", "what"),
    [
        (
            "specs/none.json",
            "specs/none.json: no such file\n"
            "  fix: save the vendor's document there, or correct providers.<service>.openapi in registry.yaml",
        ),
        (
            "https://api.example.com/openapi.json",
            "https://api.example.com/openapi.json: an address, not a file; documents are read from this machine only\n"
            "  fix: save the document, and name its path in registry.yaml",
        ),
    ],
)
def test_a_document_that_is_not_on_this_machine_is_an_error_and_nothing_is_fetched(name, what, tmp_path):
    with pytest.raises(GenerationError) as raised:
        load_api_document(tmp_path / name, name)

    assert str(raised.value) == what


def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "api.json")

    with pytest.raises(GenerationError) as raised:
        load_api_document(tmp_path / "api.json", "specs/api.json")

    assert str(raised.value) == "specs/api.json: not a file\n  fix: make it a file that can be read"


def test_a_file_that_is_no_utf8_and_a_folder_are_errors(tmp_path):
    (tmp_path / "latin.json").write_bytes(b'{"openapi": "3.0.0", "info": "\xe4"}')

    with pytest.raises(GenerationError) as not_text:
        load_api_document(tmp_path / "latin.json", "specs/latin.json")
    with pytest.raises(GenerationError) as folder:
        load_api_document(tmp_path, "specs")

    assert str(not_text.value) == "specs/latin.json: not UTF-8 text: byte 30\n  fix: save the file as UTF-8"
    assert str(folder.value) == "specs: not a file\n  fix: make it a file that can be read"


def test_yaml_is_read_like_json_with_a_version_that_is_a_number_and_statuses_that_are_numbers(tmp_path):
    text = """
        swagger: 2.0
        basePath: /api
        paths:
          /items:
            get: {operationId: NO, responses: {200: {schema: {type: object}}}}
    """

    [operation] = loaded(tmp_path, text, "api.yaml").operations

    assert str(operation) == "GET /api/items (NO)"
    assert [response.status for response in operation.responses] == ["200"]


def test_flow_style_yaml_and_a_byte_order_mark_are_read(tmp_path):
    text = "\ufeff{openapi: 3.1.0, paths: {/items: {get: {}}}}"

    [operation] = loaded(tmp_path, text, "api.yml").operations

    assert str(operation) == "GET /items"


def test_yaml_that_cannot_be_read_is_an_error_with_its_place(tmp_path):
    with pytest.raises(GenerationError) as raised:
        loaded(tmp_path, "openapi: 3.0.0\npaths: [\n", "api.yaml")

    assert str(raised.value).startswith("specs/api.yaml:3:1: not valid YAML: ")


@pytest.mark.parametrize(
    ("servers", "base"),
    [
        ([{"url": "https://api.example.com/v1/"}], "/v1"),
        ([{"url": "https://{host}/wiki/{version}", "variables": {"version": {"default": "v2"}}}], "/wiki/v2"),
        ([{"url": "//your-domain.example.com"}], ""),
        ([{"url": "/api"}], "/api"),
        ([{"url": "api.example.com/v3"}], "/v3"),
        ([{"url": "localhost:8080/v3"}], "/v3"),
        ([{"url": "v4"}], "/v4"),
        ([{"url": "./v4?x=1#y"}], "/v4"),
        ([{"url": "/"}], ""),
        ([{"url": None}], ""),
        (["https://api.example.com/v1"], ""),
        ([], ""),
        (None, ""),
    ],
    ids=str,
)
def test_the_base_path_is_told_from_odd_server_urls(servers, base, tmp_path):
    operation = only_operation(tmp_path, openapi({"/items": {"get": {}}}, servers=servers))

    assert (operation.path, operation.template) == (f"{base}/items", "/items")


def test_the_servers_nearest_to_an_operation_count(tmp_path):
    paths = {
        "/a": {"get": {"servers": [{"url": "/own"}]}, "servers": [{"url": "/item"}]},
        "/b": {"get": {}, "servers": [{"url": "/item"}]},
        "/c": {"get": {}},
    }

    operations = loaded(tmp_path, openapi(paths, servers=[{"url": "/base"}])).operations

    assert [operation.path for operation in operations] == ["/own/a", "/item/b", "/base/c"]


def test_parameters_of_the_path_are_joined_and_replaced_by_the_operations_own(tmp_path):
    item = {
        "parameters": [
            {"name": "id", "in": "path", "schema": {"type": "string"}},
            {"name": "lang", "in": "query", "schema": {"type": "string"}},
        ],
        "get": {"parameters": [{"name": "lang", "in": "query", "required": True, "schema": {"enum": ["de"]}}]},
    }

    operation = only_operation(tmp_path, openapi({"/items/{id}": item}))

    assert operation.parameters == (
        ApiParameter("id", "path", True, {"type": "string"}),
        ApiParameter("lang", "query", True, {"enum": ["de"]}),
    )


def test_references_lead_into_lists_through_escapes_and_chains_and_never_out_of_the_document(tmp_path):
    document = openapi(
        {
            "/first": {"get": {"parameters": [{"name": "q", "in": "query", "schema": {"type": "string"}}]}},
            "/second": {
                "post": {
                    "parameters": [
                        {"$ref": "#/paths/~1first/get/parameters/0"},
                        {"$ref": "#/paths/%7E1first/get/parameters/7"},
                        {"$ref": "https://api.example.com/parameters.json#/id"},
                        {"$ref": "other.yaml#/id"},
                    ],
                    "requestBody": {"$ref": "#/components/requestBodies/Chain"},
                    "responses": {"200": {"$ref": "#/components/responses/Loop"}},
                }
            },
        },
        components={
            "requestBodies": {
                "Chain": {"$ref": "#/components/requestBodies/Last"},
                "Last": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}},
            },
            "responses": {"Loop": {"$ref": "#/components/responses/Loop"}},
        },
    )

    second = loaded(tmp_path, document).operations[1]

    assert [parameter.name for parameter in second.parameters] == ["q"]
    assert second.body == ApiBody("application/json", {"type": "object"})
    assert second.is_body_required
    assert second.responses == ()


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (["text/html", "application/json"], "application/json"),
        (["application/xml", "application/vnd.pagerduty+json;version=2"], "application/vnd.pagerduty+json"),
        (["application/vnd.x+json", "application/json; charset=utf-8"], "application/json"),
        (["*/*"], "application/json"),
        (["text/csv"], "text/csv"),
    ],
    ids=str,
)
def test_of_several_media_types_json_is_taken_a_vendors_kind_too(content, media_type, tmp_path):
    described = {media: {"schema": {"type": "object"}} for media in content}
    get = {"responses": {"200": {"content": described}}}

    operation = only_operation(tmp_path, openapi({"/items": {"get": get}}))

    assert operation.responses[0].body == ApiBody(media_type, {"type": "object"})


def test_swagger_2_gives_forms_files_bodies_and_media_types(tmp_path):
    document = swagger(
        {
            "/form": {"post": {"parameters": [{"name": "channel", "in": "formData", "type": "string"}]}},
            "/upload": {"post": {"parameters": [{"name": "file", "in": "formData", "type": "file"}]}},
            "/body": {
                "post": {
                    "consumes": ["application/vnd.x+json"],
                    "parameters": [{"name": "body", "in": "body", "required": True, "schema": {"type": "object"}}],
                    "responses": {"200": {"schema": {"type": "file"}}},
                }
            },
        },
        consumes=["application/x-www-form-urlencoded"],
        produces=["application/json"],
    )

    form, upload, body = loaded(tmp_path, document).operations

    assert (form.form_type, upload.form_type) == ("application/x-www-form-urlencoded", "multipart/form-data")
    assert (form.parameters[0].part, form.body) == ("form", None)
    assert body.body == ApiBody("application/vnd.x+json", {"type": "object"})
    assert body.responses[0].body == ApiBody("application/octet-stream", {"type": "file"})


ODD_OPERATIONS = {
    "nothing": {},
    "null members": {"operationId": None, "tags": None, "summary": None, "parameters": None, "responses": None},
    "wrong types": {"operationId": 7, "tags": "x", "summary": [], "parameters": "y", "responses": [], "servers": {}},
    "parameters that are none": {
        "parameters": [None, 3, "x", {}, {"name": "a"}, {"in": "query"}, {"name": 1, "in": 2}]
    },
    "parameters by name": {"parameters": {"a": {"name": "a", "in": "query"}}},
    "a body that is none": {"requestBody": [], "responses": {"200": None, "201": [], "x-note": {}}},
    "content that is none": {
        "requestBody": {"content": []},
        "responses": {"200": {"content": {"application/json": 1}}},
    },
    "content without a schema": {"responses": {"200": {"content": {"application/json": {}}}}},
}


@pytest.mark.parametrize("operation", ODD_OPERATIONS.values(), ids=ODD_OPERATIONS)
def test_whatever_stands_in_an_operation_it_is_read(operation, tmp_path):
    found = only_operation(tmp_path, openapi({"items": {"get": operation, "x-note": {}, "summary": "text"}}))

    assert (found.method, found.path) == ("GET", "/items")


def test_paths_that_are_no_paths_are_passed_over(tmp_path):
    paths: dict[str, object] = {"x-hidden": {"get": {}}, "/a": None, "/b": [], "/c": {"GET": {}}}
    paths["/d"] = {"$ref": "#/paths/~1c"}

    operations = loaded(tmp_path, openapi(paths)).operations

    assert [str(operation) for operation in operations] == ["GET /c", "GET /d"]


def test_a_description_stands_in_for_a_summary(tmp_path):
    get = {"description": "Finds items.\n\nAnd more."}

    operation = only_operation(tmp_path, openapi({"/items": {"get": get}}))

    assert operation.summary == "Finds items."


def test_a_large_document_is_read_in_a_moment(tmp_path):
    item = {"get": {"responses": {"200": {"description": "x" * 2000}}}}
    paths = {f"/items/{number}": item for number in range(2000)}

    document = loaded(tmp_path, json.dumps(openapi(paths)))

    assert len(document.operations) == 2000
