"""The operations of an API document: what is sent and what comes back, of Swagger 2 and OpenAPI 3 alike."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from pactproof.generate.api_schema import Schemas, examples_of
from pactproof.generate.references import Raw, followed, line, listing, mapping, text
from pactproof.interaction import Json, bare_media_type, is_json
from pactproof.promised_interaction import FORM

MULTIPART = "multipart/form-data"
METHODS = ("get", "head", "post", "put", "patch", "delete", "options", "trace")
Part: TypeAlias = Literal["path", "query", "header", "cookie", "form"]
_ANY_MEDIA = frozenset({"*/*", "*", ""})


@dataclass(frozen=True)
class ApiParameter:
    """A named value of the request: in the path, the query, the headers or a form."""

    name: str
    part: Part
    is_required: bool
    schema: Raw = field(repr=False, default=None)
    examples: tuple[Json, ...] = ()


@dataclass(frozen=True)
class ApiBody:
    """A body of one media type, "application/json"; its schema is None where the document gives none."""

    media_type: str
    schema: Raw = field(repr=False, default=None)
    examples: tuple[Json, ...] = field(repr=False, default=())


@dataclass(frozen=True)
class ApiResponse:
    """status: as the document has it: "200", "2XX", "default" """

    status: str
    body: ApiBody | None
    headers: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class ApiOperation:
    """One operation of a document; equal to itself alone.

    path:      with the base path of the document in front, "/api/search"
    template:  the path as the document has it, "/search"
    summary:   its summary; the first sentence of its description where it has none
    body:      what is sent, where that is no form of `parameters`; None for none
    credentials: names of the headers and query parameters that the document's security schemes use, in lower case
    document:  the file as messages name it
    """

    method: str
    path: str
    template: str
    operation_id: str
    summary: str
    tags: tuple[str, ...]
    is_deprecated: bool
    parameters: tuple[ApiParameter, ...] = field(repr=False)
    body: ApiBody | None = field(repr=False)
    is_body_required: bool
    form_type: str
    responses: tuple[ApiResponse, ...] = field(repr=False)
    credentials: frozenset[str] = field(repr=False)
    schemas: Schemas = field(repr=False)
    document: str

    def __str__(self) -> str:
        """ "GET /api/search (search)", as candidates are listed."""
        return f"{self.method} {self.path}" + (f" ({self.operation_id})" if self.operation_id else "")


def operations_of(root: Raw, schemas: Schemas, document: str) -> tuple[ApiOperation, ...]:
    """Every operation under `paths`, as far as the document tells it."""
    reader = _Reader(root, schemas, document)
    return tuple(reader.operations())


class _Reader:
    def __init__(self, root: Raw, schemas: Schemas, document: str) -> None:
        self.root = root
        self.schemas = schemas
        self.document = document
        self.credentials = _credentials(root)

    def operations(self) -> Iterator[ApiOperation]:
        for path, found in mapping(self.root["paths"]).items():
            item = mapping(followed(self.root, found))
            if path.startswith("x-"):
                continue
            template = f"/{line(path).lstrip('/')}"
            for key, part in item.items():
                if key.lower() in METHODS and isinstance(operation := followed(self.root, part), dict):
                    yield self._operation(key.upper(), template, item, operation)

    def _operation(self, method: str, template: str, item: Raw, operation: Raw) -> ApiOperation:
        raw_parameters = self._raw_parameters(item, operation)
        parameters = [self._parameter(each) for each in raw_parameters if each.get("in") != "body"]
        body, is_body_required = self._body(operation, raw_parameters)
        sentences = re.split(r"(?<=\.)\s|\n", text(operation.get("description")).strip())
        return ApiOperation(
            method=method,
            path=_base_path(self.root, item, operation) + template,
            template=template,
            operation_id=line(operation.get("operationId")),
            summary=line(operation.get("summary")) or line(sentences[0]),
            tags=tuple(line(tag) for tag in listing(operation.get("tags")) if isinstance(tag, str)),
            is_deprecated=operation.get("deprecated") is True,
            parameters=tuple(parameters),
            body=body,
            is_body_required=is_body_required,
            form_type=self._form_type(operation, raw_parameters),
            responses=tuple(self._responses(operation)),
            credentials=self.credentials,
            schemas=self.schemas,
            document=self.document,
        )

    def _raw_parameters(self, item: Raw, operation: Raw) -> list[dict[str, Raw]]:
        """Those of the path and of the operation; the operation's own replace the path's of the same name."""
        found: dict[tuple[str, str], dict[str, Raw]] = {}
        for each in [*listing(item.get("parameters")), *listing(operation.get("parameters"))]:
            parameter = followed(self.root, each)
            if isinstance(parameter, dict) and text(parameter.get("name")) and text(parameter.get("in")):
                found[parameter["in"], parameter["name"]] = parameter
        return list(found.values())

    def _parameter(self, raw: dict[str, Raw]) -> ApiParameter:
        places: dict[str, Part] = {"path": "path", "header": "header", "cookie": "cookie", "formData": "form"}
        part = places.get(raw["in"], "query")
        content = next((each for each in listing(raw.get("content")) if isinstance(each, dict)), {})
        # In Swagger 2 the parameter is its own schema; its `required` speaks of the parameter.
        inline = {key: value for key, value in raw.items() if key not in ("in", "name", "required", "description")}
        schema = raw.get("schema") or content.get("schema") or inline
        is_required = part == "path" or raw.get("required") in (True, "true")
        return ApiParameter(raw["name"], part, is_required, schema, tuple(examples_of(raw)))

    def _body(self, operation: Raw, parameters: list[dict[str, Raw]]) -> tuple[ApiBody | None, bool]:
        """What is sent as the body, and whether it has to be."""
        for each in parameters:
            if each["in"] == "body":
                media = _preferred(self._media_types(operation, "consumes") or ["application/json"])
                body = ApiBody(media, each.get("schema"), tuple(examples_of(each)))
                return body, each.get("required") in (True, "true")
        request = mapping(followed(self.root, operation.get("requestBody")))
        return self._content(request), request.get("required") in (True, "true")

    def _content(self, part: Mapping[str, Raw]) -> ApiBody | None:
        """The body that `content` describes; of several media types JSON."""
        content = mapping(part.get("content"))
        if not content:
            return None
        media = _preferred(list(content))
        described = mapping(content[media])
        bare = bare_media_type(media)
        if bare in _ANY_MEDIA:
            bare = "application/json" if self.schemas.of(described.get("schema")).kinds - {"string"} else "*/*"
        return ApiBody(bare, described.get("schema"), tuple(self._examples(described)))

    def _examples(self, described: Mapping[str, Raw]) -> Iterator[Json]:
        """The examples of a body; those under `examples` may be references."""
        several = mapping(described.get("examples"))
        resolved = {name: followed(self.root, each) for name, each in several.items()}
        yield from examples_of({**described, "examples": resolved})

    def _form_type(self, operation: Raw, parameters: list[dict[str, Raw]]) -> str:
        """The media type of a Swagger 2 form; "" where there is none."""
        fields = [each for each in parameters if each["in"] == "formData"]
        if not fields:
            return ""
        has_file = any(each.get("type") == "file" for each in fields)
        media = [bare_media_type(each) for each in self._media_types(operation, "consumes")]
        return MULTIPART if has_file or (MULTIPART in media and FORM not in media) else FORM

    def _media_types(self, operation: Raw, key: str) -> list[str]:
        """What Swagger 2 lists under `consumes` and `produces`, of the operation, else of the document."""
        listed = operation[key] if key in operation else self.root.get(key)
        listed = [listed] if isinstance(listed, str) else listing(listed)
        return [each for each in listed if isinstance(each, str)]

    def _responses(self, operation: Raw) -> Iterator[ApiResponse]:
        for status, found in mapping(operation.get("responses")).items():
            response = followed(self.root, found)
            if not isinstance(response, dict) or status.startswith("x-"):
                continue
            headers = tuple(mapping(response.get("headers")))
            body = self._content(response) or self._swagger_body(operation, response)
            yield ApiResponse(line(status), body, headers)

    def _swagger_body(self, operation: Raw, response: Raw) -> ApiBody | None:
        if not isinstance(schema := response.get("schema"), dict):
            return None
        by_media = mapping(response.get("examples"))
        if self.schemas.of(schema).format == "binary":
            media = next(iter(self._media_types(operation, "produces")), "")
            is_usual = is_json(bare_media_type(media)) or bare_media_type(media) in _ANY_MEDIA
            return ApiBody("application/octet-stream" if is_usual else bare_media_type(media), schema)
        media = _preferred([*self._media_types(operation, "produces"), *by_media] or ["application/json"])
        bare = "application/json" if bare_media_type(media) in _ANY_MEDIA else bare_media_type(media)
        examples = [by_media[media]] if media in by_media else []
        return ApiBody(bare, schema, tuple(examples))


def _preferred(media_types: list[str]) -> str:
    """The JSON among them, plain JSON before a vendor's kind; else the first."""
    for wanted in ("application/json",):
        if found := next((each for each in media_types if bare_media_type(each) == wanted), ""):
            return found
    return next((each for each in media_types if is_json(bare_media_type(each))), media_types[0])


def _credentials(root: Raw) -> frozenset[str]:
    schemes = [
        *listing(root.get("securityDefinitions")),
        *listing(mapping(root.get("components")).get("securitySchemes")),
    ]
    found = [mapping(followed(root, each)) for each in schemes]
    return frozenset(text(each.get("name")).lower() for each in found if each.get("type") == "apiKey")


def _base_path(root: Raw, item: Raw, operation: Raw) -> str:
    """What stands before every path, "/api" or ""; the nearest of the servers listed, the first of several."""
    if isinstance(base := root.get("basePath"), str):
        return _path_only(line(base))
    for holder in (operation, item, root):
        server = next((each for each in listing(mapping(holder).get("servers")) if isinstance(each, dict)), None)
        if server is not None:
            return _path_only(_filled(line(server.get("url")), mapping(server.get("variables"))))
    return ""


def _filled(url: str, variables: Mapping[str, Any]) -> str:
    """`url` with the defaults of its variables; one without a default stays."""

    def value(found: re.Match[str]) -> str:
        default = mapping(variables.get(found[1])).get("default")
        return found[0] if default is None else str(default)

    return re.sub(r"\{([^{}]*)\}", value, url)


def _path_only(url: str) -> str:
    """The path of "https://host/path", "//host/path", "host.example:80/path", "/path" or "path"."""
    bare = re.split(r"[?#]", url.strip(), maxsplit=1)[0]
    bare = re.sub(r"^([A-Za-z][A-Za-z0-9+.-]*:)?//[^/]*", "", bare)
    if bare and not bare.startswith("/"):
        first, _, rest = bare.partition("/")
        is_host = "." in first.strip(".") or ":" in first
        bare = rest if is_host else bare.removeprefix("./")
    return f"/{bare.strip('/')}".rstrip("/")
