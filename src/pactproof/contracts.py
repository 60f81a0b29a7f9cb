"""The promise: what contracts/<service>.yaml says of each registered operation, scenario by scenario."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pactproof.contract_entries import AwsOperationEntry, OperationEntry, entry_faults, repaired
from pactproof.document import Document, KeyPath, load_document
from pactproof.errors import ContractError, ContractFileError, Place, in_file_order
from pactproof.expectation import example, has_choices
from pactproof.expectation_reading import Reader
from pactproof.interaction import Json
from pactproof.promised_interaction import AwsPromise, HttpPromise, Promise, aws_promise, http_promise
from pactproof.registry import Operation, Registry
from pactproof.spelling import did_you_mean
from pactproof.telling import shown

DEFAULT_SCENARIO = "ok"
FOLDER = "contracts"


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
        return any(promise.response.body is not None and has_choices(promise.response.body) for promise in self.http)

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
        return _scenario(self.operation, self.name, written_at(document, path), document, path, [], params)


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
    services: dict[str, dict[str, Operation]] = {}
    for operation in registry.operations.values():
        services.setdefault(operation.service, {})[operation.name] = operation
    for service, known in services.items():
        if (path := folder / f"{service}.yaml").exists():
            scenarios |= _load_service(service, known, path, faults)
    faults += _stray_files(folder, services)
    if "aws" in services:
        _fill_aws(registry, scenarios)
    order = [key for key in registry.operations if key in scenarios]
    return Contracts({key: scenarios[key] for key in order}), sorted(faults, key=in_file_order)


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
    service: str, known: Mapping[str, Operation], path: Path, faults: list[ContractError]
) -> dict[str, dict[str, Scenario]]:
    """known: the registered operations of the service, by their name in its file"""
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
    result: dict[str, dict[str, Scenario]] = {}
    for name, data in document.data.items():
        if name not in known:
            fix = f"add it to registry.yaml, or remove it{did_you_mean(name, known)}"
            what = f"{service}.{name} is not an operation of the registry"
            faults.append(ContractFileError(what, at=document.key_place(name), fix=fix))
            continue
        before = len(faults)
        scenarios = read_operation(known[name], data, document, faults)
        if len(faults) == before:
            result[known[name].key] = scenarios
    return result


def read_operation(
    operation: Operation, data: Any, document: Document, faults: list[ContractError]
) -> dict[str, Scenario]:
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
    written: Mapping[str, Json] = {} if is_aws else data.get("params", {})
    inserted: Mapping[str, Json] = {**written, **(params or {})}
    reader = Reader(document, faults, inserted, is_for_pact=not is_aws, written=written)
    read = aws_promise if is_aws else http_promise
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
    single = {"params", "response", "reads", "error", "repeatable"} if is_aws else {"request", "response", "repeatable"}
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


def written_at(document: Document, path: KeyPath) -> Any:
    """An entry of a contract as it is written; {} for one with nothing behind its key."""
    value = document.data
    for part in path:
        value = value[part]
    return value or {}
