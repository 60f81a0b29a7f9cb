"""Small API documents, one fault or feature each, for tests that run without the vendors' own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pactproof.generate.api_document import ApiDocument, load_api_document
from pactproof.generate.api_operation import ApiOperation
from pactproof.generate.draft import Draft
from pactproof.generate.from_document import document_draft

BASE_URL = "https://shop.example.com"


def openapi(paths: dict[str, Any], **more: Any) -> dict[str, Any]:
    """An OpenAPI 3.0 document."""
    return {"openapi": "3.0.3", "paths": paths, **more}


def swagger(paths: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A Swagger 2.0 document."""
    return {"swagger": "2.0", "paths": paths, **more}


def answers(schema: Any, status: str = "200", media_type: str = "application/json", **more: Any) -> dict[str, Any]:
    """The `responses` of OpenAPI 3 with one answer of this schema."""
    return {status: {"content": {media_type: {"schema": schema, **more}}}}


def returning(schema: Any, components: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """A document with `GET /thing`, answered by a body of this schema."""
    get = {"operationId": "getThing", "responses": answers(schema, **more)}
    return openapi({"/thing": {"get": get}}, components={"schemas": components or {}})


def loaded(folder: Path, document: Any, name: str = "api.json") -> ApiDocument:
    path = folder / name
    path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
    return load_api_document(path, f"specs/{name}")


def only_operation(folder: Path, document: Any) -> ApiOperation:
    [operation] = loaded(folder, document).operations
    return operation


def only_draft(folder: Path, document: Any, base_url: str = BASE_URL) -> Draft:
    """The draft of a document's only operation, which has to be one."""
    draft = document_draft(only_operation(folder, document), base_url=base_url)
    assert isinstance(draft, Draft), draft
    return draft
