"""Vendors' API documents as JSON Schema validators: OpenAPI 3.0 and Swagger 2.0, with their known faults mended."""

from __future__ import annotations

import json
import os
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
_RESOLVE_REASON = {"$ref": "#/components/schemas/ResolveReason"}
_MENDED: Mapping[str, Mapping[str, Any]] = {
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
        # `format: time` asks for a time zone; the zone is in a field of its own, as the document's example shows.
        "/components/schemas/SupportHours/properties/start_time": {"format": "local-time"},
        "/components/schemas/SupportHours/properties/end_time": {"format": "local-time"},
    },
}


def response_pointer(file: str, method: str, path: str, status: int) -> str | None:
    """Where `file` gives the schema of this answer; None where it does not know the status."""
    document = _document(file)
    responses = f"/paths/{_escape(path)}/{method.lower()}/responses"
    if str(status) not in _at(document, responses):
        return None
    pointer = _followed(document, f"{responses}/{status}")
    if "schema" in _at(document, pointer):
        return f"{pointer}/schema"
    return f"{pointer}/content/{_escape('application/json')}/schema"


def faults(file: str, pointer: str, body: Any) -> list[str]:
    """Every way in which `body` breaks the schema at `pointer`, as "/0/title: ..."; formats are checked too."""
    return [f"/{'/'.join(map(str, error.instance_path))}: {error.message}" for error in _validator(file, pointer)(body)]


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
def _validator(file: str, pointer: str) -> Callable[[Any], Any]:
    bundle = _Bundle(_document(file))
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

    def __init__(self, document: Any) -> None:
        self.definitions: dict[str, Schema] = {}
        self._document = document
        self._names: dict[str, str] = {}

    def translated(self, schema: Schema) -> Schema:
        if not isinstance(schema, dict):
            return schema
        if isinstance(schema.get("$ref"), str):
            return {"$ref": f"#/definitions/{self._definition(schema['$ref'])}"}
        result = {key: value for key, value in schema.items() if key not in ("example", "default", "nullable")}
        for key in self._BY_NAME:
            if key in schema:
                result[key] = {name: self.translated(value) for name, value in schema[key].items()}
        for key in self._LISTS:
            if key in schema:
                result[key] = [self.translated(value) for value in schema[key]]
        for key in self._SINGLE:
            if key in schema:
                result[key] = self.translated(schema[key])
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
