"""Vendors' API documents as JSON Schema validators: OpenAPI 3.0 and Swagger 2.0, with their known faults mended."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import jsonschema_rs
import pytest

Schema = Any  # a schema as it stands in a document: a mapping, or a boolean

SPECS = Path(os.environ.get("PACTPROOF_SPECS") or Path(__file__).parents[3] / "shared" / "specs")

# Where a document says less than its vendor sends: pointer of the schema -> what is merged into it.
_PAGERDUTY_INCIDENT = "/components/schemas/Incident/allOf/1/properties"
_CONFLUENCE_PARENT = {"nullable": True, "type": "string"}
_RESOLVE_REASON = {"$ref": "#/components/schemas/ResolveReason"}
_MENDED: Mapping[str, Mapping[str, Any]] = {
    "confluence-v2.json": {
        # Described as null for a page above all others, and typed as text.
        "/components/schemas/PageSingle/properties/parentId": _CONFLUENCE_PARENT,
        "/components/schemas/PageBulk/properties/parentId": _CONFLUENCE_PARENT,
        "/components/schemas/ParentContentType": {"nullable": True},
    },
    "grafana.json": {
        # The Go type behind both is "any JSON"; Grafana sends lists.
        "/definitions/Dashboard/properties/links": {"type": "array"},
        "/definitions/Dashboard/properties/panels": {"type": "array"},
    },
    "pagerduty.json": {
        # The document's own examples of these answers hold null in these three places.
        f"{_PAGERDUTY_INCIDENT}/resolved_at": {"nullable": True},
        f"{_PAGERDUTY_INCIDENT}/resolve_reason": {"allOf": [_RESOLVE_REASON], "nullable": True},
        f"{_PAGERDUTY_INCIDENT}/alert_grouping/properties/ended_at": {"nullable": True},
        # Described as null for a person who is always on call.
        "/components/schemas/Oncall/properties/schedule": {"nullable": True},
        "/components/schemas/Oncall/properties/start": {"nullable": True},
        "/components/schemas/Oncall/properties/end": {"nullable": True},
        # `format: time` asks for a time zone; the zone is in a field of its own, as the document's example shows.
        "/components/schemas/SupportHours/properties/start_time": {"format": "local-time"},
        "/components/schemas/SupportHours/properties/end_time": {"format": "local-time"},
    },
}


def response_pointer(file: str, method: str, path: str, status: int | str) -> str | None:
    """Where `file` gives the schema of this answer; None where it does not know the status, or "default"."""
    document = _document(file)
    responses = f"/paths/{_escape(path)}/{method.lower()}/responses"
    if str(status) not in _at(document, responses):
        return None
    pointer = _followed(document, f"{responses}/{status}")
    answer = _at(document, pointer)
    if "schema" in answer:
        return f"{pointer}/schema"
    if "application/json" not in answer.get("content", {}):
        return None
    return f"{pointer}/content/{_escape('application/json')}/schema"


def faults(file: str, pointer: str, body: Any, *, is_partial: bool = False) -> list[str]:
    """Every way in which `body` breaks the schema at `pointer`, as "/0/title: ..."; formats are checked too.

    is_partial: members may be missing, those that are there have to be right
    """
    found = _validator(file, pointer, is_partial)(body)
    return [f"/{'/'.join(map(str, error.instance_path))}: {error.message}" for error in found]


def documented_path(file: str, method: str, path: str) -> str | None:
    """The path as `file` spells it, whatever its parameters are called; None where it has no such operation."""
    wanted = re.sub(r"{[^}]*}", "{}", path)
    for spelled, item in _document(file)["paths"].items():
        if re.sub(r"{[^}]*}", "{}", spelled) == wanted and method.lower() in item:
            return str(spelled)
    return None


def required_parameters(file: str, method: str, path: str) -> set[tuple[str, str]]:
    """Where and what has to be sent, {("query", "cql"), ("body", "title")}: parameters, members of a body or a form."""
    document = _document(file)
    item = document["paths"][path]
    operation = item[method.lower()]
    listed = [_resolved(document, one) for one in [*item.get("parameters", []), *operation.get("parameters", [])]]
    found = {(one["in"], one["name"]) for one in listed if one.get("required") and one["in"] not in ("body", "path")}
    bodies = [one["schema"] for one in listed if one["in"] == "body"]
    content = _resolved(document, operation.get("requestBody", {})).get("content", {})
    bodies += [content["application/json"]["schema"]] if "application/json" in content else []
    found |= {("body", name) for body in bodies for name in _resolved(document, body).get("required", [])}
    return {("body" if where == "formData" else where, name) for where, name in found}


def _resolved(document: Any, part: Any) -> Any:
    while "$ref" in part:
        part = _at(document, unquote(part["$ref"].removeprefix("#")))
    return part


@cache
def _document(file: str) -> Any:
    path = SPECS / file
    if not path.is_file():
        pytest.skip(f"{file} is not in {SPECS}; PACTPROOF_SPECS names the folder of the vendors' documents")
    document = json.loads(path.read_bytes())
    for pointer, mend in _MENDED.get(file, {}).items():
        schema = _at(document, pointer)
        if "$ref" in schema:
            schema.clear()  # nothing beside a $ref counts
        schema.update(mend)
    return document


@cache
def _validator(file: str, pointer: str, is_partial: bool) -> Callable[[Any], Any]:
    bundle = _Bundle(_document(file), is_partial=is_partial)
    root = bundle.translated({"$ref": f"#{pointer}"})
    schema = {"allOf": [root], "definitions": bundle.definitions}
    # Draft 4 is what OpenAPI 3.0 and Swagger 2.0 extend: exclusiveMinimum is a boolean, a $ref stands alone.
    return jsonschema_rs.Draft4Validator(schema, validate_formats=True).iter_errors


class _Bundle:
    """The part of a document that one schema reaches, translated to Draft 4, under `definitions`.

    The documents point into `responses`, through list positions and with %7B in the pointer; validators
    either refuse such pointers or do not translate what they lead to.
    """

    _BY_NAME = ("properties", "patternProperties")
    _LISTS = ("allOf", "anyOf", "oneOf")
    _SINGLE = ("items", "additionalProperties", "not")

    def __init__(self, document: Any, *, is_partial: bool = False) -> None:
        self.definitions: dict[str, Schema] = {}
        self._document = document
        self._is_partial = is_partial
        self._names: dict[str, str] = {}

    def translated(self, schema: Schema) -> Schema:
        if not isinstance(schema, dict):
            return schema
        if isinstance(schema.get("$ref"), str):
            return {"$ref": f"#/definitions/{self._definition(schema['$ref'])}"}
        if isinstance(schema.get("items"), list) and "type" not in schema:
            # Slack's document means "one of these": said of what is no list, it would allow anything.
            schema = {**{key: value for key, value in schema.items() if key != "items"}, "anyOf": schema["items"]}
        result = {key: value for key, value in schema.items() if key not in ("example", "default", "nullable")}
        for key in self._BY_NAME:
            if key in schema:
                result[key] = {name: self.translated(value) for name, value in schema[key].items()}
        for key in self._LISTS:
            if key in schema:
                result[key] = [self.translated(value) for value in schema[key]]
        for key in self._SINGLE:
            if isinstance(schema.get(key), list):  # one schema a position
                result[key] = [self.translated(value) for value in schema[key]]
            elif key in schema:
                result[key] = self.translated(schema[key])
        if self._is_partial:
            result.pop("required", None)
            if "oneOf" in result:  # what told the choices apart may be missing
                result.setdefault("anyOf", result.pop("oneOf"))
        # `nullable` widens whatever stands beside it: a type, an enum, or an allOf around a $ref.
        return {"anyOf": [{"type": "null"}, result]} if schema.get("nullable") is True else result

    def _definition(self, ref: str) -> str:
        if ref not in self._names:
            self._names[ref] = name = f"d{len(self._names)}"  # noted first: schemas refer to themselves
            self.definitions[name] = self.translated(_at(self._document, unquote(ref.removeprefix("#"))))
        return self._names[ref]


def _followed(document: Any, pointer: str) -> str:
    """`pointer`, or where the $ref there leads to."""
    target = _at(document, pointer)
    return _followed(document, unquote(target["$ref"].removeprefix("#"))) if "$ref" in target else pointer


def _at(document: Any, pointer: str) -> Any:
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        document = document[int(key)] if isinstance(document, list) else document[key]
    return document


def _escape(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")
