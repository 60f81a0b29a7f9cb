"""registry.yaml: the consumer, the operations it relies on, where its providers are, and what is waived.

Loading reports every fault of the file at once, in file order, each with its line and a way out.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path, PurePosixPath
from typing import Any, Literal

from pydantic import ValidationError

from pactproof import service_model
from pactproof.document import Document, KeyPath, load_document
from pactproof.entries import (
    CONSUMER,
    NAME,
    FreshnessEntry,
    ProviderEntry,
    RegistryEntry,
    duration,
)
from pactproof.errors import ContractError, Place, RegistryError, in_file_order
from pactproof.redact_choices import RedactChoices, choices, content_faults
from pactproof.registry_faults import entry_faults, with_whole_reasons
from pactproof.spelling import nearest
from pactproof.telling import shown

FILE_NAME = "registry.yaml"
DEFAULT_BASE_URLS: Mapping[str, str] = {
    "github": "https://api.github.com",
    "pagerduty": "https://api.pagerduty.com",
    "slack": "https://slack.com/api",
}


@dataclass(frozen=True, slots=True)
class AwsName:
    """An AWS operation as botocore names it: ("ce", "GetCostForecast")."""

    service: str
    operation: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing the consumer relies on.

    key:     "grafana.search_dashboards", "aws.cost_explorer.get_cost_forecast"; services as the registry spells them
    service: "grafana", "aws"
    name:    its key in contracts/<service>.yaml, "search_dashboards", "cost_explorer.get_cost_forecast"
    place:   where the registry lists it
    aws:     botocore's names for it, None for HTTP services
    """

    key: str
    service: str
    name: str
    place: Place
    aws: AwsName | None = None

    def cassette(self, scenario: str = "ok") -> PurePosixPath:
        """Where its recording is kept, told from the project's folder."""
        *folders, last = self.name.split(".")
        suffix = "" if scenario == "ok" else f".{scenario}"
        return PurePosixPath("cassettes", self.service, *folders, f"{last}{suffix}.yaml")


@dataclass(frozen=True, slots=True)
class Sandbox:
    """The environment variables that lead to a provider's sandbox. `opt_in_env` must be set before a request leaves."""

    url_env: str
    token_env: str
    opt_in_env: str | None = None


@dataclass(frozen=True, slots=True)
class Freshness:
    """How old a recording may grow before it is warned about, and before it counts as stale."""

    warn: timedelta | None = None
    fail: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Provider:
    """What the registry knows about a service.

    base_url: the canonical host that recordings are stored under, without a trailing slash
    openapi:  paths of the vendor's OpenAPI documents, as written
    version_header: in which it says its version, "" where it is one of the well-known ones
    """

    name: str
    base_url: str
    sandbox: Sandbox
    openapi: tuple[str, ...] = ()
    freshness: Freshness = Freshness()
    version_header: str = ""


@dataclass(frozen=True, slots=True)
class Waiver:
    """What cannot be had today, and until when that is accepted.

    key: an operation's key, with ".<scenario>" where one scenario is waived only
    """

    key: str
    what: Literal["recording"]
    until: date
    reason: str
    place: Place

    def holds_on(self, day: date) -> bool:
        return day <= self.until


@dataclass(frozen=True, slots=True)
class Registry:
    """A registry.yaml that can be used. Mappings keep the file's order; `policy` is kept as written."""

    root: Path
    consumer: str
    operations: Mapping[str, Operation]
    providers: Mapping[str, Provider]
    waivers: Mapping[str, Waiver] = field(default_factory=dict)
    policy: Mapping[str, Any] = field(default_factory=dict)
    redact: RedactChoices = field(default_factory=RedactChoices)

    def waiver_for(self, key: str, scenario: str = "ok") -> Waiver | None:
        """The waiver of this scenario, else of its whole operation. Whether it still holds is for the caller to ask."""
        return self.waivers.get(f"{key}.{scenario}") or self.waivers.get(key)


def find_root(start: Path) -> Path:
    """The nearest folder above `start` that has a registry.yaml. Raises RegistryError where there is none."""
    for folder in (start, *start.parents):
        if (folder / FILE_NAME).is_file():
            return folder
        if (folder / ".git").exists():
            break
    fix = "write a registry.yaml in the project's folder, and name the operations that the program relies on"
    raise RegistryError("contract tests need a registry.yaml", at=Place(FILE_NAME), fix=fix)


def load_registry(root: Path) -> Registry:
    """Read root/registry.yaml.

    Raises RegistryError with all faults in file order, their places told from `root`.
    """
    document, read_faults = load_document(root / FILE_NAME, shown_as=FILE_NAME)
    faults: list[ContractError] = list(read_faults)
    if read_faults and document.data is None:
        raise RegistryError(faults=faults)
    document = with_whole_reasons(document)
    operations: dict[str, Operation] = {}
    faults += entry_faults(document)
    faults += _content_faults(document, operations)
    faults += content_faults(document)
    consumer = _consumer(root, document, faults)
    if faults:
        raise RegistryError(faults=sorted((_placed(fault) for fault in faults), key=in_file_order))
    entry = RegistryEntry.model_validate(document.data)
    return Registry(
        root=root,
        consumer=consumer,
        operations=operations,
        providers=_providers(entry, operations.values()),
        waivers=_waivers(entry, document),
        policy=entry.policy,
        redact=choices(entry.redact),
    )


@dataclass(frozen=True, slots=True)
class _Listed:
    """A well-formed name in the file, resolved or not. `services` is ("grafana",) or ("aws", "s3")."""

    services: tuple[str, ...]
    name: str
    keys: KeyPath

    @property
    def key(self) -> str:
        return ".".join((*self.services, self.name))


def _content_faults(document: Document, operations: dict[str, Operation]) -> Iterator[ContractError]:
    """What is wrong beyond the shapes of entries; files every usable operation into `operations`.

    Looks at the plain data, so that a fault in one entry hides none in another.
    """
    contracts = _mapping(document.data, "contracts")
    if contracts is None:
        return
    if not contracts:
        what = "contracts is an empty mapping, so that nothing is relied on"
        yield ContractError(what, at=document.place("contracts"), fix="list a service with its operations")
    listed = [item for services, names in _services(contracts) for item in _listed(services, names)]
    yield from _service_faults(document, contracts)
    yield from _operation_faults(document, listed, operations)
    yield from _provider_faults(document, contracts)
    yield from _waiver_faults(document, {item.key for item in listed})


def _services(contracts: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every service with what is written below it: ("grafana",), and ("aws", "s3") for those of AWS."""
    for service, value in contracts.items():
        if service != "aws":
            yield (service,), value
            continue
        for aws_service, names in (_mapping(contracts, "aws") or {}).items():
            yield ("aws", aws_service), names


def _listed(services: tuple[str, ...], names: Any) -> Iterator[_Listed]:
    if _is_name(services[-1]) and isinstance(names, list):
        for index, name in enumerate(names):
            if _is_name(name):
                yield _Listed(services, name, ("contracts", *services, index))


def _service_faults(document: Document, contracts: Mapping[str, Any]) -> Iterator[ContractError]:
    for services, _ in _services(contracts):
        place = document.key_place("contracts", *services)
        if not _is_name(services[-1]):
            what = f"{shown(services[-1])} is not the name of a service"
            yield ContractError(what, at=place, fix="use letters, digits, _ and -, starting with a letter or digit")
        elif services[0] == "aws":
            try:
                service_model.service_name(services[-1])
            except service_model.UnknownNameError as error:
                yield ContractError(error.what, at=place, fix=error.fix)
            except ContractError as error:  # no botocore: once is enough
                yield ContractError(error.what, at=document.key_place("contracts", "aws"), fix=error.fix)
                return


def _operation_faults(
    document: Document, listed: Iterable[_Listed], operations: dict[str, Operation]
) -> Iterator[ContractError]:
    first_of: dict[str | AwsName, Operation] = {}
    for item in listed:
        place = document.place(*item.keys)
        try:
            aws = _aws_name(item)
        except service_model.UnknownNameError as error:
            yield ContractError(error.what, at=place, fix=error.fix)
            continue
        if aws is None and item.services[0] == "aws":
            continue  # its service is a fault already
        name = item.key.removeprefix(f"{item.services[0]}.")
        operation = Operation(item.key, item.services[0], name, place, aws)
        if (first := first_of.setdefault(aws or item.key, operation)) is operation:
            operations[item.key] = operation
            continue
        same = "is listed twice" if first.key == item.key else f"is the same operation as {first.key}"
        what = f"{item.key} {same}, first in line {first.place.line}"
        yield ContractError(what, at=place, fix="keep one of the two")


def _aws_name(item: _Listed) -> AwsName | None:
    """botocore's names, None for HTTP services and where AWS has no such service."""
    if item.services[0] != "aws":
        return None
    try:
        service = service_model.service_name(item.services[1])
    except ContractError:
        return None
    return AwsName(service, service_model.operation_name(item.services[1], item.name))


def _provider_faults(document: Document, contracts: Mapping[str, Any]) -> Iterator[ContractError]:
    for name, value in (_mapping(document.data, "providers") or {}).items():
        if name not in contracts:
            near = nearest(name, contracts)
            fix = f"write {near}" if near else "list its operations under contracts, or remove it"
            what = f"providers names {shown(name)}, which contracts does not have"
            yield ContractError(what, at=document.key_place("providers", name), fix=fix)
        freshness = _freshness(_mapping(value, "freshness"))
        if freshness.warn and freshness.fail and freshness.warn > freshness.fail:
            what = f"providers.{name}.freshness warns after {value['freshness']['warn']},"
            what += f" later than it fails, after {value['freshness']['fail']}"
            place = document.place("providers", name, "freshness", "warn")
            yield ContractError(what, at=place, fix="let warn be shorter than fail")


def _waiver_faults(document: Document, known: set[str]) -> Iterator[ContractError]:
    for key in _mapping(document.data, "waived") or ():
        operation, _, scenario = key.rpartition(".")
        if key in known or (operation in known and _is_name(scenario)):
            continue
        near = nearest(key, sorted(known))
        fix = f"write {near}" if near else "write the key of a listed operation, as in grafana.get_dashboard"
        what = f"waived names {shown(key)}, which is not a listed operation"
        yield ContractError(what, at=document.key_place("waived", key), fix=fix)


def _consumer(root: Path, document: Document, faults: list[ContractError]) -> str:
    """The consumer's name: as written, else the project's in pyproject.toml, else the folder's. "" beside a fault."""
    if isinstance(document.data, dict) and document.data.get("consumer") is not None:
        return str(document.data["consumer"])
    try:
        name = _project_name(root / "pyproject.toml") or root.resolve().name
    except (OSError, ValueError, RecursionError) as error:
        what = f"pyproject.toml cannot be read for the consumer's name: {error}"
    else:
        if re.fullmatch(CONSUMER, name):
            return name
        what = f"the consumer has no name: that of the project or folder, {shown(name)}, cannot name files"
    faults.append(ContractError(what, at=document.place(), fix=f"add consumer: and a name to {FILE_NAME}"))
    return ""


def _project_name(file: Path) -> str:
    if not file.is_file():
        return ""
    project = tomllib.loads(file.read_text(encoding="utf-8")).get("project")
    name = project.get("name") if isinstance(project, dict) else None
    return name if isinstance(name, str) else ""


def _providers(entry: RegistryEntry, operations: Iterable[Operation]) -> dict[str, Provider]:
    services = dict.fromkeys(operation.service for operation in operations)
    return {service: _provider(service, entry.providers.get(service, ProviderEntry())) for service in services}


def _provider(service: str, entry: ProviderEntry) -> Provider:
    variable = service.replace("-", "_").upper()
    # Hosts are compared in lower case and have no underscores.
    default_url = DEFAULT_BASE_URLS.get(service, f"https://{service.replace('_', '-').lower()}.example.com")
    return Provider(
        name=service,
        base_url=(entry.base_url or default_url).rstrip("/"),
        sandbox=Sandbox(
            url_env=entry.sandbox.url_env or f"{variable}_SANDBOX_URL",
            token_env=entry.sandbox.token_env or f"{variable}_SANDBOX_TOKEN",
            opt_in_env=entry.sandbox.opt_in_env,
        ),
        openapi=tuple(entry.openapi),
        freshness=_freshness(entry.freshness.model_dump()),
        version_header=entry.version_header or "",
    )


def _freshness(written: Mapping[str, Any] | None) -> Freshness:
    """{"warn": "30d", "fail": "90d"} in timedeltas; empty where it is not well-formed, which is a fault already."""
    try:
        entry = FreshnessEntry.model_validate(written or {})
    except ValidationError:
        return Freshness()
    return Freshness(
        warn=duration(entry.warn) if entry.warn else None,
        fail=duration(entry.fail) if entry.fail else None,
    )


def _waivers(entry: RegistryEntry, document: Document) -> dict[str, Waiver]:
    return {
        key: Waiver(
            key, waiver.what, date.fromisoformat(waiver.until), waiver.reason, document.key_place("waived", key)
        )
        for key, waiver in entry.waived.items()
    }


def _mapping(value: Any, key: str) -> dict[str, Any] | None:
    """value[key] where both are mappings."""
    part = value.get(key) if isinstance(value, dict) else None
    return part if isinstance(part, dict) else None


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(NAME, value) is not None


def _placed(fault: ContractError) -> ContractError:
    """An empty file has no places: its faults stand at its start."""
    if fault.at is None or not fault.at.line:
        fault.at = Place(FILE_NAME, 1, 1)
    return fault
