"""An operation of the vendor's document as a draft: what has to be sent, and the little of the answer worth keeping."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, get_args
from urllib.parse import parse_qsl, urlsplit

from pactproof.contract_entries import Method
from pactproof.generate.api_operation import MULTIPART, ApiBody, ApiOperation, ApiParameter, ApiResponse
from pactproof.generate.draft import Draft, NoDraft
from pactproof.generate.member_key import escaped
from pactproof.generate.minimum import NOTHING, Minimum, is_sayable
from pactproof.generate.sample import NoSampleError, Samples, plain_text
from pactproof.generate.words import READING_VERBS, VERBS, id_actions, singular, words_of
from pactproof.interaction import Json, is_json
from pactproof.promised_interaction import FORM
from pactproof.redaction import is_secret_name
from pactproof.xml_tree import is_xml

_METHODS: tuple[str, ...] = get_args(Method)
_CREDENTIALS = frozenset({"authorization", "proxy-authorization", "cookie", "x-api-key", "token", "access_token"})
_SET_BY_CLIENTS = frozenset({"content-type", "content-length", "host", "user-agent", "connection", "accept-encoding"})
_BODILESS = frozenset({204, 205})
_SHOWN_PATHS = 8
_WHICH = frozenset({"id", "uid", "uuid", "name", "key", "slug"})
"""Parts of a path that say by what a thing is told, as in /dashboards/uid/{uid}."""
_AN = re.compile(r"[aeio]|u(?!i|ni|r[ils]|s|t[ei])|x(\b|-)")
_UNCOUNTED = frozenset({"access", "content", "data", "feedback", "information", "metadata", "status"})


def document_draft(operation: ApiOperation, *, base_url: str) -> Draft | NoDraft:
    """What `operation` of a vendor's document proposes for a contract.

    base_url: the provider's; its path is taken off the front of the operation's, as contracts have it

    The entry has given, params, request and response, in this order, as far as there is something to say. Only what
    the document requires is sent; of the answer a sensible minimum is promised (see `minimum`).
    """
    if operation.method not in _METHODS:
        reason = f"{operation.document} has {operation}; contracts know {', '.join(_METHODS)}"
        return NoDraft(reason, "leave the operation out of registry.yaml, or write the entry by hand")
    response = success(operation.responses)
    if response is None:
        told = ", ".join(each.status for each in operation.responses)
        only = f", only {told}" if told else ""
        reason = f"{operation.document} names no answer of success for {operation}{only}"
        return NoDraft(reason, "write the entry by hand, or record the operation once")
    return _Writer(operation, base_url).draft(*response)


def success(responses: Iterable[ApiResponse]) -> tuple[int, ApiResponse] | None:
    """The answer to promise, with its status: the lowest 2xx, else a redirect, else `default`, taken for 200."""
    found: dict[int, ApiResponse] = {}
    for response in responses:
        status = response.status.upper()
        if re.fullmatch(r"[23][0-9]{2}", status):
            found.setdefault(int(status), response)
        elif re.fullmatch(r"2XX|DEFAULT", status):
            found.setdefault(_STAND_IN[status], response)
    best = min(found, default=0, key=lambda status: (status in _STAND_IN.values(), status))
    best = next((status for status in sorted(found) if 200 <= status < 300), best)
    return (best if best < _STAND_IN["2XX"] else 200, found[best]) if found else None


_STAND_IN = {"2XX": 1200, "DEFAULT": 1201}
"""Sorted behind every real status."""


@dataclass
class _Writer:
    """Writes one entry, and notes what a person should look at."""

    operation: ApiOperation
    base_url: str
    notes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.samples = Samples(self.operation.schemas)

    def draft(self, status: int, response: ApiResponse) -> Draft:
        params: dict[str, Json] = {}
        request = self._request(params)
        entry = {
            "given": self._given(),
            "params": params,
            "request": request,
            "response": {"status": status, **self._answer(status, response)},
        }
        if response.status.upper() in _STAND_IN:
            self.notes.insert(0, f"The document gives the answer of {response.status}; status {status} is a guess.")
        source = f"{self.operation.document}, {self.operation}"
        return Draft({key: value for key, value in entry.items() if value}, source, tuple(dict.fromkeys(self.notes)))

    def _given(self) -> str:
        """The provider state of operations that write: "an annotation may be written"."""
        operation = self.operation
        if operation.method in ("GET", "HEAD", "OPTIONS"):
            return ""
        words = [*words_of(operation.operation_id), *words_of(operation.summary)[:1]]
        if operation.method == "POST" and any(VERBS.get(word, word) in READING_VERBS for word in words):
            return ""
        noun = self._noun()
        article = "" if noun.rpartition(" ")[2] in _UNCOUNTED else "an " if _AN.match(noun) else "a "
        return f"{article}{noun} may be {'deleted' if operation.method == 'DELETE' else 'written'}"

    def _noun(self) -> str:
        """What the operation is about, in the singular: the last name in its path that is no verb."""
        actions = id_actions(self.operation.operation_id, self.operation.tags)
        verbs = {each.verb for each in actions}
        for part in reversed(self.operation.template.split("/")):
            words = words_of(part.rpartition(".")[2]) if "{" not in part else []
            if words and (VERBS.get(words[0], words[0]) in verbs or (len(words) > 1 and words[0] in VERBS)):
                words = words[1:]
            if words and words[-1] not in _WHICH:
                return " ".join([*words[:-1], singular(words[-1])])
        return actions[0].noun if actions else "resource"

    # --- request -------------------------------------------------------------------------------------------------

    def _request(self, params: dict[str, Json]) -> dict[str, Any]:
        path, fixed = self._path(params)
        query = fixed | self._sent("query")
        body, content_type = self._body()
        headers = self._sent("header")
        if content_type:
            headers["Content-Type"] = content_type
        found = {"query": query, "headers": headers, "body": body}
        method = {"method": self.operation.method, "path": path}
        return method | {key: value for key, value in found.items() if value not in (NOTHING, {})}

    def _path(self, params: dict[str, Json]) -> tuple[str, dict[str, Any]]:
        """The path below the base URL with `{name}` for each of its params, and a query that the document put in it."""
        path, _, query = self.operation.path.partition("#")[0].partition("?")
        prefix = urlsplit(self.base_url).path.rstrip("/")
        if prefix and (path == prefix or path.startswith(f"{prefix}/")):
            path = path.removeprefix(prefix) or "/"
        described = {each.name: each for each in self.operation.parameters if each.part == "path"}

        def inserted(found: re.Match[str]) -> str:
            written = found[1].strip().lstrip("+").rstrip("*")
            name = _param_name(written, params)
            parameter = described.get(found[1]) or described.get(written) or ApiParameter(written, "path", True)
            params[name] = self._in_path(parameter)
            return f"{{{name}}}"

        path = re.sub(r"\{([^{}]*)\}", inserted, path)
        path = re.sub(r"\s", "", path)
        return path, {escaped(name): value for name, value in parse_qsl(query) if "{" not in value}

    def _in_path(self, parameter: ApiParameter) -> Json:
        value = self._value(parameter)
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
        is_fit = isinstance(value, str | int | float) and value not in ("", ".", "..")
        return value if is_fit else plain_text(parameter.name)

    def _sent(self, part: str) -> dict[str, Any]:
        """The values of the query, the headers or the form that have to be sent; never a credential."""
        found: dict[str, Any] = {}
        for parameter in self.operation.parameters:
            if parameter.part != part or not parameter.is_required:
                continue
            if self._is_credential(parameter):
                self.notes.append(f"{parameter.name} is a credential: the contract does not say how it is sent.")
            elif not parameter.name.isprintable() or (part == "header" and parameter.name.lower() in _SET_BY_CLIENTS):
                continue
            elif (value := self._as_text(parameter)) is not NOTHING:
                found[escaped(parameter.name)] = value
            else:
                self.notes.append(
                    f"{parameter.name} is required in the {part}, and the document gives no value for it."
                )
        return found

    def _is_credential(self, parameter: ApiParameter) -> bool:
        name = parameter.name.lower()
        return name in _CREDENTIALS or name in self.operation.credentials or is_secret_name(name)

    def _as_text(self, parameter: ApiParameter) -> Any:
        """A value that travels as text, or a list of them."""
        if parameter.part == "header" and not re.fullmatch(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+", parameter.name):
            return NOTHING
        value = self._value(parameter)
        if isinstance(value, list):
            is_plain = value and all(isinstance(each, str | int | float) for each in value)
            return value if is_plain else NOTHING
        return value if isinstance(value, str | int | float) else NOTHING

    def _value(self, parameter: ApiParameter) -> Json:
        try:
            return self.samples.value(parameter.schema, parameter.name, parameter.examples)
        except NoSampleError:
            return NOTHING

    def _body(self) -> tuple[Any, str]:
        """The body to send, and its Content-Type where it does not follow from the body."""
        operation = self.operation
        if media := operation.form_type:
            form = self._sent("form")
            files = [each.name for each in operation.parameters if each.part == "form" and self._is_file(each.schema)]
            return (_with_files(form, files), media) if form else (NOTHING, "")
        return self._described_body(operation.body) if operation.body else (NOTHING, "")

    def _described_body(self, body: ApiBody) -> tuple[Any, str]:
        media = body.media_type
        if media in (FORM, MULTIPART):
            form, files = self._form(body)
            return (_with_files(form, files), media) if form else (NOTHING, "")
        if is_json(media):
            value = self._json_body(body)
            needs_header = media != "application/json" or isinstance(value, str)
            return value, media if needs_header and value is not NOTHING else ""
        if not self.operation.is_body_required:
            return NOTHING, ""
        if media == "application/octet-stream":
            return {"$binary": media, "like": _base64(b"example")}, ""
        self.notes.append(f"The body is {media}, which is left out: add what the program sends.")
        return NOTHING, ""

    def _form(self, body: ApiBody) -> tuple[dict[str, Any], list[str]]:
        """The required fields of a form, and which of them are files."""
        described = self.operation.schemas.of(body.schema)
        value = self._json_body(body)
        form = value if isinstance(value, dict) else {}
        files = [name for name, part in described.properties.items() if self._is_file(part)]
        return {name: each for name, each in form.items() if isinstance(each, str | int | float)}, files

    def _is_file(self, part: Any) -> bool:
        return self.operation.schemas.of(part).format == "binary"

    def _json_body(self, body: ApiBody) -> Any:
        """The required members; NOTHING where none is, for then any body may be sent."""
        if not self.operation.is_body_required and not self.operation.schemas.of(body.schema).required:
            return NOTHING
        try:
            value = self.samples.value(body.schema, "body", body.examples)
        except NoSampleError:
            self.notes.append("The document gives no valid example for the body, which is left out.")
            return NOTHING
        if value in ({}, []):
            self.notes.append("The document requires no member of the body: add what the program sends.")
            return NOTHING
        return _escaped_deep(value)

    # --- response ------------------------------------------------------------------------------------------------

    def _answer(self, status: int, response: ApiResponse) -> dict[str, Any]:
        """Headers and body, as far as they are to be promised."""
        if 300 <= status < 400:
            is_told = any(name.lower() == "location" for name in response.headers)
            return {"headers": {"Location": {"$regex": ".+", "like": "https://example.com/"}}} if is_told else {}
        body = response.body
        if body is None or status in _BODILESS or self.operation.method == "HEAD":
            return {}
        if is_json(body.media_type):
            return self._json_answer(body)
        if body.media_type.startswith("text/") and not is_xml(body.media_type):
            headers = {"headers": {"Content-Type": body.media_type}} if body.media_type != "text/plain" else {}
            return {**headers, "body": "example"}
        if body.media_type == "*/*":
            self.notes.append("The document does not say what the body of the answer is; it is not promised.")
            return {}
        return {"body": {"$binary": body.media_type, "like": _base64(_bytes(body.media_type))}}

    def _json_answer(self, body: ApiBody) -> dict[str, Any]:
        minimum = Minimum(self.operation.schemas, self.samples)
        example = next(iter(body.examples), NOTHING)
        promised = minimum.of_body(body.schema, example)
        if promised is NOTHING:
            self.notes.append("The document says too little of the answer's body; it is not promised.")
            return {}
        if minimum.assumed:
            shown = ", ".join(minimum.assumed[:_SHOWN_PATHS]) + (", …" if len(minimum.assumed) > _SHOWN_PATHS else "")
            self.notes.append(f"The document does not say what is always there; taken for it: {shown}.")
        needs_header = body.media_type != "application/json" or isinstance(promised, str)
        return {**({"headers": {"Content-Type": body.media_type}} if needs_header else {}), "body": promised}


def _param_name(written: str, taken: Iterable[str]) -> str:
    """A name that contracts can insert: letters, digits and underscores, each param its own."""
    name = re.sub(r"[^A-Za-z0-9_]+", "_", written).strip("_") or "param"
    name = name if not name[0].isdigit() else f"param_{name}"
    names = [name, *(f"{name}_{number}" for number in range(2, 100))]
    return next(each for each in names if each not in set(taken))


def _escaped_deep(value: Json) -> Json:
    """`value` with its keys escaped, those left out that a contract cannot say."""
    if isinstance(value, dict):
        return {escaped(name): _escaped_deep(each) for name, each in value.items() if is_sayable(name)}
    return [_escaped_deep(each) for each in value] if isinstance(value, list) else value


def _with_files(form: dict[str, Any], files: Iterable[str]) -> dict[str, Any]:
    file = {"$binary": "application/octet-stream", "like": _base64(b"example"), "filename": "example.bin"}
    return form | {escaped(name): dict(file) for name in files if escaped(name) in form}


def _bytes(media_type: str) -> bytes:
    """The start of a file of this type, as far as Pact looks."""
    known = {
        "image/png": b"\x89PNG\r\n\x1a\n",
        "image/jpeg": b"\xff\xd8\xff\xe0",
        "image/gif": b"GIF89a",
        "image/svg+xml": b'<svg xmlns="http://www.w3.org/2000/svg"/>',
        "application/pdf": b"%PDF-1.7\n",
        "application/zip": b"PK\x05\x06" + bytes(18),
        "application/gzip": b"\x1f\x8b\x08\x00",
    }
    default = b'<?xml version="1.0"?><example/>' if is_xml(media_type) else b"example"
    return known.get(media_type, default)


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")
