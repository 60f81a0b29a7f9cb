"""The promise: what contracts/<service>.yaml says of each registered operation, scenario by scenario."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import quote

from pactproof.contract_entries import AwsOperationEntry, OperationEntry, did_you_mean, entry_faults
from pactproof.document import Document, KeyPath, load_document
from pactproof.errors import ContractError, ContractFileError, Place
from pactproof.expectation import Node, Reader, Value, example, has_choices, params_in
from pactproof.expectation import Sequence as Elements
from pactproof.interaction import Json
from pactproof.registry import Operation, Registry

DEFAULT_SCENARIO = "ok"
FOLDER = "contracts"


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
    for path in sorted(folder.glob("*.yaml")):
        if path.stem not in services:
            fix = f"add {path.stem} to registry.yaml, or remove the file{did_you_mean(path.stem, services)}"
            what = f"{path.stem} is not a service of the registry"
            faults.append(ContractFileError(what, at=Place(f"{FOLDER}/{path.name}", 1, 1), fix=fix))
    if "aws" in services:
        _fill_aws(registry, scenarios)
    order = [key for key in registry.operations if key in scenarios]
    return Contracts({key: scenarios[key] for key in order}), faults


def _load_service(
    registry: Registry, service: str, path: Path, faults: list[ContractError]
) -> dict[str, dict[str, Scenario]]:
    document, unreadable = load_document(path, shown_as=f"{FOLDER}/{path.name}")
    faults.extend(unreadable)
    if unreadable and document.data is None:
        return {}
    if not isinstance(document.data, dict):
        found = "nothing" if document.data is None else f"a {type(document.data).__name__}"
        fix = "write one entry for each operation of the registry, `name: {request: …, response: …}`"
        faults.append(ContractFileError(f"found {found}, allowed are operations", at=document.place(), fix=fix))
        return {}
    known = {operation.name: operation for operation in registry.operations.values() if operation.service == service}
    model = AwsOperationEntry if service == "aws" else OperationEntry
    result: dict[str, dict[str, Scenario]] = {}
    for name, data in document.data.items():
        if name not in known:
            fix = f"add it to registry.yaml, or remove it{did_you_mean(name, known)}"
            what = f"{service}.{name} is not an operation of the registry"
            faults.append(ContractFileError(what, at=document.key_place(name), fix=fix))
        elif broken := entry_faults(model, {} if data is None and service == "aws" else data, document, (name,)):
            faults.extend(broken)
        else:
            result[known[name].key] = _scenarios(known[name], data or {}, document, (name,), faults)
    return result


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
    reader = Reader(document, faults, inserted)
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
    request, response = data["request"], data.get("response", {})
    at = (*path, "request")
    promised_request = RequestPromise(
        request.get("method", "GET"),
        _path(reader, request["path"], (*at, "path")),
        {name: _values(reader, item, (*at, "query", name)) for name, item in request.get("query", {}).items()},
        _headers(reader, request.get("headers", {}), (*at, "headers")),
        reader.exactly(request["body"], (*at, "body")) if "body" in request else None,
        _content_type(request),
    )
    at = (*path, "response")
    promised_response = ResponsePromise(
        response.get("status", 200),
        _headers(reader, response.get("headers", {}), (*at, "headers")),
        reader.by_type(response["body"], (*at, "body")) if response.get("body") is not None else None,
        _content_type(response),
    )
    place = reader.document.place(*path, "request")
    return HttpPromise(promised_request, promised_response, bool(data.get("repeatable", False)), place)


def _path(reader: Reader, data: Json, path: KeyPath) -> Value:
    if isinstance(data, dict):
        node = reader.exactly(data, path)
        if isinstance(node, Value) and isinstance(node.example, str):
            return node
        reader.fault(f"found {data!r}", path, "write the path as text, or as {$regex: …, like: /…}")
        return Value("/")
    if not data.startswith("/"):
        reader.fault(f"the path {data!r} does not start with a slash", path, f"write /{data}")
    if "?" in data:
        reader.fault("a query inside the path", path, "move what follows the question mark to `query:`")
    for name in params_in(data):
        if name not in reader.params:
            known = ", ".join(reader.params) or "none"
            reader.fault(f"no param {name} (params: {known})", path, f"add {name} to `params:`")
    quoted = Reader(
        reader.document, reader.faults, {name: quote(str(item), safe="") for name, item in reader.params.items()}
    )
    return Value(str(quoted.inserted(data)))


def _values(reader: Reader, data: Json, path: KeyPath) -> Elements | Node:
    if isinstance(data, dict) and "$min" in data:
        return reader.exactly(data, path)
    items = data if isinstance(data, list) else [data]
    return Elements(tuple(_text(reader, item, path) for item in items))


def _text(reader: Reader, data: Json, path: KeyPath) -> Value:
    """A value that travels as text: true and 3 become "true" and "3"."""
    node = reader.exactly(data, path)
    if not isinstance(node, Value) or isinstance(node.example, dict | list) or node.example is None:
        reader.fault(f"found {data!r}", path, "give text, a number or a boolean, or an operator for text")
        return Value("")
    if isinstance(node.example, str):
        return node
    return Value(str(node.example).lower() if isinstance(node.example, bool) else str(node.example))


def _headers(reader: Reader, data: Mapping[str, Json], path: KeyPath) -> dict[str, Value]:
    return {name.title(): _text(reader, item, (*path, name)) for name, item in data.items()}


def _content_type(data: Mapping[str, Any]) -> str:
    """The media type of the body: as the headers say, else by what the body is; "" without a body."""
    for name, value in data.get("headers", {}).items():
        if name.lower() == "content-type":
            return str(value.get("like", "") if isinstance(value, dict) else value)
    body = data.get("body")
    if isinstance(body, dict) and isinstance(body.get("$binary"), str):
        return str(body["$binary"])
    if body is None:
        return ""
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
