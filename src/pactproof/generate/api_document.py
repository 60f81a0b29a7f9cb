"""A vendor's API document: OpenAPI 3.x or Swagger 2.0, JSON or YAML, read from a local file and from nowhere else.

Vendors' documents are faulty. Whatever can be told of an operation is told, the rest is left out; only a file that is
no such document at all is an error.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pactproof.document import parse_document
from pactproof.errors import GenerationError, Place
from pactproof.generate.api_operation import ApiOperation, operations_of
from pactproof.generate.api_schema import Schemas
from pactproof.generate.references import Raw, text
from pactproof.telling import shown

_ALLOWED = "`openapi: 3.x` or `swagger: 2.0` with `paths`"
_FIX = "name the vendor's OpenAPI 3 or Swagger 2 document in registry.yaml, providers.<service>.openapi"


@dataclass(frozen=True)
class ApiDocument:
    """What a vendor's document says.

    shown_as: the file as messages name it, "specs/grafana.json"
    operations: in the document's order
    """

    shown_as: str
    operations: tuple[ApiOperation, ...] = field(repr=False)


def load_api_document(path: Path, shown_as: str = "") -> ApiDocument:
    """Read the document at `path`.

    shown_as: how messages name the file; the path as given by default
    Raises GenerationError where the file is not there, cannot be read or is no OpenAPI or Swagger document.
    """
    name = shown_as or str(path)
    root = _parsed(_read(path, name), name)
    _check(root, name)
    return ApiDocument(name, operations_of(root, Schemas(root), name))


def _read(path: Path, name: str) -> str:
    if re.match(r"[a-z][a-z0-9+.-]+:/", name):
        what = "an address, not a file; documents are read from this machine only"
        raise GenerationError(what, at=Place(name), fix="save the document, and name its path in registry.yaml")
    if path.exists() and not path.is_file():  # a device or a pipe may never end
        raise GenerationError("not a file", at=Place(name), fix="make it a file that can be read")
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError as error:
        fix = "save the vendor's document there, or correct providers.<service>.openapi in registry.yaml"
        raise GenerationError("no such file", at=Place(name), fix=fix) from error
    except UnicodeDecodeError as error:
        what = f"not UTF-8 text: byte {error.start}"
        raise GenerationError(what, at=Place(name), fix="save the file as UTF-8") from error
    except OSError as error:
        what = f"cannot be read: {error.strerror}"
        raise GenerationError(what, at=Place(name), fix="make it a file that can be read") from error


def _parsed(content: str, name: str) -> Raw:
    """JSON by the standard library, which takes 0.1 s for 7 MB; YAML by our own reader, which takes no tags."""
    if content.lstrip()[:1] not in ("{", "["):
        document, faults = parse_document(content, name)
        if faults and not document.data:
            raise GenerationError(faults[0].what, at=faults[0].at, fix=faults[0].fix)
        return document.data
    try:
        return json.loads(content)
    except json.JSONDecodeError as error:
        if not name.endswith(".json") and (data := parse_document(content, name)[0].data):
            return data  # YAML's flow style starts like JSON
        at = Place(name, error.lineno, error.colno)
        raise GenerationError(f"not valid JSON: {error.msg}", at=at, fix="correct the syntax at this place") from error
    except RecursionError as error:
        raise GenerationError("nested too deeply to be read", at=Place(name), fix=_FIX) from error
    except ValueError as error:
        raise GenerationError(f"not valid JSON: {error}", at=Place(name), fix="correct the file") from error


def _check(root: Raw, name: str) -> None:
    if not isinstance(root, dict):  # what stands in it is not told: it may be any file of this machine
        kind = "a text" if isinstance(root, str) else shown(root)
        raise GenerationError(f"the file is {kind}, not {_ALLOWED}", at=Place(name), fix=_FIX)
    version = _version(root)
    if not version:
        what = f"no API document: wanted is {_ALLOWED}"
        raise GenerationError(what, at=Place(name), fix=_FIX)
    if not re.match(r"openapi 3(\.|$)|swagger 2(\.0)?$", version):
        raise GenerationError(f"{version} is not read, only {_ALLOWED}", at=Place(name), fix=_FIX)
    if not isinstance(root.get("paths"), dict) or not root["paths"]:
        what = f"paths is {shown(root.get('paths'))}, so that no operation is described"
        raise GenerationError(what, at=Place(name), fix=_FIX)


def _version(root: dict[str, Any]) -> str:
    """ "openapi 3.0.3", "swagger 2.0"; in YAML a version without quotes is a number."""
    for key in ("openapi", "swagger"):
        if isinstance(found := root.get(key), int | float) and not isinstance(found, bool):
            return f"{key} {found}"
        if text(found):
            return f"{key} {found}"
    return ""
