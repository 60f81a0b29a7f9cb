"""The promise: what contracts/<service>.yaml says of each registered operation, scenario by scenario."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import quote

from pactproof.contract_entries import AwsOperationEntry, OperationEntry, did_you_mean, entry_faults, repaired
from pactproof.document import Document, KeyPath, load_document
from pactproof.entries import shown
from pactproof.errors import ContractError, ContractFileError, Place
from pactproof.expectation import (
    Binary,
    Member,
    Node,
    Object,
    Reader,
    Value,
    as_text,
    example,
    has_choices,
    is_sendable,
    params_in,
    unescaped,
)
from pactproof.expectation import Sequence as Elements
from pactproof.interaction import Json, is_json, normal_path
from pactproof.registry import Operation, Registry

DEFAULT_SCENARIO = "ok"
FOLDER = "contracts"
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class RequestPromise:
    """`query` holds a list of values for each name, as it may be repeated; `body` None means "not promised"."""

    method: str
    path: Value
    query: Mapping[str, Node]
    headers: Mapping[str, Value]
    body: Node | None
    content_type: str


@dataclass(frozen=True)
class ResponsePromise:
    status: int
    headers: Mapping[str, Value]
    body: Node | None
    content_type: str


@dataclass(frozen=True)
class HttpPromise:
    request: RequestPromise
    response: ResponsePromise
    is_repeatable: bool
    place: Place


@dataclass(frozen=True)
class AwsError:
    code: str
    status: int
    message: str


@dataclass(frozen=True)
class AwsPromise:
    """One AWS call. `params` None means "as the service model demands"; `given` is the response as written."""

    params: Node | None
    response: Node | None
    given: Mapping[str, Json]
    reads: tuple[str, ...]
    error: AwsError | None
    place: Place


Promise: TypeAlias = HttpPromise | AwsPromise


@dataclass(frozen=True)
class Scenario:
    """One situation of an operation, promised. `key` is unique: "grafana.get_dashboard", "….not_found"."""

    operation: Operation
    name: str
    given: str | None
    params: Mapping[str, Json]
    promises: tuple[Promise, ...]
    place: Place
    source: tuple[Document, KeyPath] = field(repr=False, compare=False)

    @property
    def key(self) -> str:
        return scenario_key(self.operation.key, self.name)

    @property
    def has_choices(self) -> bool:
        """Whether a lean answer, optional keys absent and nullables null, differs from the full one."""
        return any(
            promise.response.body is not None and has_choices(promise.response.body)
            for promise in self.promises
            if isinstance(promise, HttpPromise)
        )

    @property
    def http(self) -> tuple[HttpPromise, ...]:
        return tuple(promise for promise in self.promises if isinstance(promise, HttpPromise))

    @property
    def aws(self) -> tuple[AwsPromise, ...]:
        return tuple(promise for promise in self.promises if isinstance(promise, AwsPromise))

    def with_params(self, params: Mapping[str, Json]) -> Scenario:
        """The same promise for other params, such as those a recording was made with."""
        if dict(params) == dict(self.params):
            return self
        document, path = self.source
        return _scenario(self.operation, self.name, _at(document, path), document, path, [], params)


@dataclass(frozen=True)
class Contracts:
    """Every scenario by operation key and scenario name, in file order."""

    scenarios: Mapping[str, Mapping[str, Scenario]]

    def of(self, operation_key: str) -> Mapping[str, Scenario]:
        return self.scenarios.get(operation_key, {})

    def __iter__(self) -> Iterator[Scenario]:
        return (scenario for by_name in self.scenarios.values() for scenario in by_name.values())


def scenario_key(operation_key: str, scenario: str) -> str:
    return operation_key if scenario == DEFAULT_SCENARIO else f"{operation_key}.{scenario}"


def load_contracts(registry: Registry) -> tuple[Contracts, list[ContractError]]:
    """Read contracts/*.yaml for the registered operations; all faults of all files come back, none is raised.

    A file that is not there is no fault: its operations are missing, which is a verdict.
    """
    scenarios: dict[str, dict[str, Scenario]] = {}
    faults: list[ContractError] = []
    folder = registry.root / FOLDER
    services = {operation.service: None for operation in registry.operations.values()}
    for service in services:
        if (path := folder / f"{service}.yaml").exists():
            scenarios |= _load_service(registry, service, path, faults)
    faults += _stray_files(folder, services)
    if "aws" in services:
        _fill_aws(registry, scenarios)
    order = [key for key in registry.operations if key in scenarios]
    return Contracts({key: scenarios[key] for key in order}), sorted(faults, key=lambda fault: fault.at or Place(""))


def _stray_files(folder: Path, services: Iterable[str]) -> Iterator[ContractError]:
    """Files that look like contracts and are nobody's."""
    for path in sorted(folder.glob("*.y*ml")):
        at = Place(f"{FOLDER}/{path.name}", 1, 1)
        if path.stem not in services:
            fix = f"add {path.stem} to registry.yaml, or remove the file{did_you_mean(path.stem, services)}"
            yield ContractFileError(f"{path.stem} is not a service of the registry", at=at, fix=fix)
        elif path.suffix != ".yaml":
            yield ContractFileError(f"a contract is not read from {path.name}", at=at, fix=f"name it {path.stem}.yaml")


def _load_service(
    registry: Registry, service: str, path: Path, faults: list[ContractError]
) -> dict[str, dict[str, Scenario]]:
    document, unreadable = load_document(path, shown_as=f"{FOLDER}/{path.name}")
    faults.extend(unreadable)
    if unreadable and document.data is None:
        return {}
    if not document.data or not isinstance(document.data, dict):
        fix = "write an entry for each operation of the registry, as in `get_user: {request: …, response: …}`"
        if service == "aws":
            fix = "write an entry, as in `s3.list_buckets:`, or remove the file: the service models promise enough"
        what = f"the file is {shown(document.data)}, not a mapping of operations"
        at = document.place() if document.data is not None else Place(document.path, 1, 1)
        faults.append(ContractFileError(what, at=at, fix=fix))
        return {}
    known = {operation.name: operation for operation in registry.operations.values() if operation.service == service}
    result: dict[str, dict[str, Scenario]] = {}
    for name, data in document.data.items():
        if name not in known:
            fix = f"add it to registry.yaml, or remove it{did_you_mean(name, known)}"
            what = f"{service}.{name} is not an operation of the registry"
            faults.append(ContractFileError(what, at=document.key_place(name), fix=fix))
            continue
        before = len(faults)
        scenarios = _operation(known[name], data, document, faults)
        if len(faults) == before:
            result[known[name].key] = scenarios
    return result


def _operation(operation: Operation, data: Any, document: Document, faults: list[ContractError]) -> dict[str, Scenario]:
    """The scenarios of one entry. One with faults in its form is read as far as it goes, for the faults in the rest."""
    is_aws, path = operation.service == "aws", (operation.name,)
    model = AwsOperationEntry if is_aws else OperationEntry
    data = {} if data is None and is_aws else data
    broken = entry_faults(model, data, document, path)
    faults.extend(broken)
    usable = repaired(model, data) if broken else data
    return _scenarios(operation, usable, document, path, faults) if usable is not None else {}


def _fill_aws(registry: Registry, scenarios: dict[str, dict[str, Scenario]]) -> None:
    """An AWS operation needs no entry: the service model promises enough."""
    empty = Document(f"{FOLDER}/aws.yaml", {}, {}, {})
    for operation in registry.operations.values():
        if operation.service == "aws" and operation.key not in scenarios:
            place = operation.place
            promise = AwsPromise(None, None, {}, (), None, place)
            scenario = Scenario(operation, DEFAULT_SCENARIO, None, {}, (promise,), place, (empty, ()))
            scenarios[operation.key] = {DEFAULT_SCENARIO: scenario}


def _scenarios(
    operation: Operation, data: Mapping[str, Any], document: Document, path: KeyPath, faults: list[ContractError]
) -> dict[str, Scenario]:
    if "scenarios" not in data:
        return {DEFAULT_SCENARIO: _scenario(operation, DEFAULT_SCENARIO, data, document, path, faults)}
    for key in data.keys() - {"scenarios"}:
        fix = f"move {key} into the scenario it belongs to, or remove `scenarios`"
        at = document.key_place(*path, key)
        faults.append(ContractFileError(f"{key} beside scenarios", at=at, fix=fix))
    return {
        name: _scenario(operation, name, entry or {}, document, (*path, "scenarios", name), faults)
        for name, entry in data["scenarios"].items()
    }


def _scenario(
    operation: Operation,
    name: str,
    data: Mapping[str, Any],
    document: Document,
    path: KeyPath,
    faults: list[ContractError],
    params: Mapping[str, Json] | None = None,
) -> Scenario:
    is_aws = operation.service == "aws"
    inserted: Mapping[str, Json] = {**({} if is_aws else data.get("params", {})), **(params or {})}
    reader = Reader(document, faults, inserted, is_for_pact=not is_aws)
    read = _aws_promise if is_aws else _http_promise
    promises = tuple(read(reader, entry, at) for entry, at in _interactions(data, document, path, faults, is_aws))
    needed = {**_named_members(promises), **inserted} if is_aws else inserted
    return Scenario(operation, name, data.get("given"), needed, promises, document.place(*path), (document, path))


def _named_members(promises: tuple[Promise, ...]) -> Mapping[str, Json]:
    """The request members that an AWS contract itself names, for the first call; the service model fills the rest."""
    first = promises[0] if promises else None
    if isinstance(first, AwsPromise) and first.params is not None:
        return dict(example(first.params))
    return {}


def _interactions(
    data: Mapping[str, Any], document: Document, path: KeyPath, faults: list[ContractError], is_aws: bool
) -> list[tuple[Mapping[str, Any], KeyPath]]:
    single = {"params", "response", "reads", "error"} if is_aws else {"request", "response", "repeatable"}
    if "sequence" in data:
        for key in single & data.keys() - ({"params"} if not is_aws else set()):
            fix = f"move {key} into the sequence, or remove `sequence`"
            at = document.key_place(*path, key)
            faults.append(ContractFileError(f"{key} beside sequence", at=at, fix=fix))
        return [(entry, (*path, "sequence", index)) for index, entry in enumerate(data["sequence"])]
    if is_aws or "request" in data:
        return [(data, path)]
    fix = "add `request: {method: GET, path: /…}` and `response: {status: 200}`, or a `sequence` of them"
    faults.append(ContractFileError("no request is promised", at=document.key_place(*path), fix=fix))
    return []


def _http_promise(reader: Reader, data: Mapping[str, Any], path: KeyPath) -> HttpPromise:
    request = _request(reader, data["request"], (*path, "request"))
    response = _response(reader, data.get("response", {}), (*path, "response"))
    if response.body is not None and (request.method == "HEAD" or response.status in BODILESS):
        what = "an answer to HEAD has no body" if request.method == "HEAD" else f"status {response.status} has no body"
        reader.fault(what, (*path, "response", "body"), "remove `body:`", at_key=True)
    place = reader.document.place(*path, "request")
    return HttpPromise(request, response, bool(data.get("repeatable", False)), place)


BODILESS = frozenset({204, 205, 304, *range(100, 200)})


def _request(reader: Reader, data: Mapping[str, Any], at: KeyPath) -> RequestPromise:
    headers = _headers(reader, data.get("headers", {}), (*at, "headers"))
    query = {
        unescaped(name)[0]: _values(reader, item, (*at, "query", name))
        for name, item in _always_sent(reader, data.get("query", {}), (*at, "query"))
    }
    content_type = _content_type(data, headers)
    body = _body(reader, data.get("body"), (*at, "body"), content_type, is_request=True)
    path = _path(reader, data["path"], (*at, "path"))
    return RequestPromise(data.get("method", "GET"), path, query, headers, body, content_type)


def _response(reader: Reader, data: Mapping[str, Any], at: KeyPath) -> ResponsePromise:
    headers = _headers(reader, data.get("headers", {}), (*at, "headers"))
    content_type = _content_type(data, headers)
    body = _body(reader, data.get("body"), (*at, "body"), content_type, is_request=False)
    return ResponsePromise(data.get("status", 200), headers, body, content_type)


def _body(reader: Reader, data: Json, path: KeyPath, content_type: str, *, is_request: bool) -> Node | None:
    if data is None:
        return None
    media = content_type.partition(";")[0].strip().lower()
    if media == FORM and isinstance(data, dict) and "$binary" not in data:
        items = _always_sent(reader, data, path)
        return Object(tuple(Member(unescaped(name)[0], _values(reader, item, (*path, name))) for name, item in items))
    node = reader.exactly(data, path) if is_request else reader.by_type(data, path)
    if is_request and not is_sendable(node):
        what = "a request with keys that may be absent, or with nullable lists or mappings"
        reader.fault(what, path, "promise what the program sends, and every other form of it as a scenario")
    if not is_json(media) and isinstance(data, dict | list) and not isinstance(node, Binary | Value):
        what = f"a mapping or a list as the body of {content_type}"
        reader.fault(what, path, f"write text, or leave the header to application/json or {FORM}")
    return node


def _always_sent(reader: Reader, data: Mapping[str, Json], path: KeyPath) -> Iterator[tuple[str, Json]]:
    """The entries of a query, a form or headers, which Pact takes for sent whenever they are promised."""
    for name, item in data.items():
        if unescaped(name)[1]:
            fix = f"remove the question mark, or write {name[:-1]}\\? for a name that ends in one"
            reader.fault(f"{name} says that it may be absent", (*path, name), fix, at_key=True)
        yield name, item


def _path(reader: Reader, data: Json, path: KeyPath) -> Value:
    if isinstance(data, dict):
        node = reader.exactly(data, path)
        if isinstance(node, Value) and isinstance(node.example, str) and node.example.startswith("/"):
            return node
        reader.fault(f"found {shown(data)}", path, "write the path as text, or as {$regex: …, like: /…}")
        return Value("/")
    if not isinstance(data, str):
        reader.fault(f"found {shown(data)}", path, "write the path as text, or as {$regex: …, like: /…}")
        return Value("/")
    if not data.startswith("/"):
        reader.fault(f"the path {data!r} does not start with a slash", path, f"write /{data}")
    if "?" in data:
        reader.fault("a query inside the path", path, "move what follows the question mark to `query:`")
    if re.search(r"[#\x00-\x1f\x7f]", data):
        reader.fault("a fragment or a control character in the path", path, "write what the program sends")
    _refuse_unknown_params(reader, data, path)
    quoted = {name: quote(as_text(item), safe="") for name, item in reader.params.items()}
    return Value(normal_path(str(Reader(reader.document, reader.faults, quoted).inserted(data))))


def _refuse_unknown_params(reader: Reader, data: Json, path: KeyPath) -> None:
    for name in params_in(data) if isinstance(data, str) else ():
        if name not in reader.params:
            known = ", ".join(reader.params) or "none"
            fix = f"add {name} to `params:`{did_you_mean(name, reader.params)}"
            reader.fault(f"no param {name} (params: {known})", path, fix)


def _values(reader: Reader, data: Json, path: KeyPath) -> Elements:
    items = data if isinstance(data, list) else [data]
    if len(items) > 1 and any(isinstance(item, dict) for item in items):
        fix = "write the values as they are sent"
        reader.fault("an operator in a list, where Pact has one rule for all values of a name", path, fix)
    for item in items:
        _refuse_unknown_params(reader, item, path)
    return Elements(tuple(_text(reader, item, path) for item in items))


def _text(reader: Reader, data: Json, path: KeyPath) -> Value:
    """A value that travels as text: true and 3 become "true" and "3"."""
    before = len(reader.faults)
    node = reader.exactly(data, path)
    if isinstance(node, Value) and isinstance(node.example, str | bool | int | float) and node.matcher is None:
        return Value(as_text(node.example))
    if isinstance(node, Value) and isinstance(node.example, str):
        return node
    if len(reader.faults) == before:
        fix = "give text, a number or a boolean, or an operator for text"
        reader.fault(f"found {shown(data)}", path, fix)
    return Value("")


_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")


def _headers(reader: Reader, data: Mapping[str, Json], path: KeyPath) -> dict[str, Value]:
    result: dict[str, Value] = {}
    for written, item in _always_sent(reader, data, path):
        name = unescaped(written)[0].title()
        if not _HEADER_NAME.fullmatch(name):
            fix = "use letters, digits and dashes"
            reader.fault(f"{written!r} is not the name of a header", (*path, written), fix, at_key=True)
        if name in result:
            reader.fault(f"the header {name} stands twice", (*path, written), "keep one of the two", at_key=True)
        _refuse_unknown_params(reader, item, (*path, written))
        result[name] = _text(reader, item, (*path, written))
        value = str(result[name].example)
        if re.search(r"[\x00-\x08\x0a-\x1f\x7f]", value) or value != value.strip():
            fix = "write the value in one line, without spaces around it"
            reader.fault(f"the header {name} holds what a header cannot", (*path, written), fix)
    return result


def _content_type(data: Mapping[str, Any], headers: Mapping[str, Value]) -> str:
    """The media type of the body: as the headers say, else by what the body is; "" without a body."""
    body = data.get("body")
    if body is None:
        return ""
    if "Content-Type" in headers:
        return str(headers["Content-Type"].example)
    if isinstance(body, dict) and isinstance(body.get("$binary"), str):
        return str(body["$binary"])
    return "text/plain" if isinstance(body, str) else "application/json"


def _aws_promise(reader: Reader, data: Mapping[str, Any], path: KeyPath) -> AwsPromise:
    params, response, error = data.get("params"), data.get("response"), data.get("error")
    if params is not None:  # a sandbox has its own bucket names and the like
        params = {name: reader.params.get(name, value) for name, value in params.items()}
    if error is not None and (response is not None or data.get("reads")):
        reader.fault("an answer beside an error", (*path, "error"), "promise either `error` or `response` and `reads`")
    response_node = reader.by_type(response, (*path, "response")) if response is not None else None
    return AwsPromise(
        reader.exactly(params, (*path, "params")) if params is not None else None,
        response_node,
        example(response_node) if response_node is not None else {},
        tuple(data.get("reads", ())),
        AwsError(error["code"], error.get("status", 400), error.get("message", "")) if error else None,
        reader.document.place(*path),
    )


def _at(document: Document, path: KeyPath) -> Any:
    value = document.data
    for part in path:
        value = value[part]
    return value or {}
