"""What registry.yaml may hold: one frozen pydantic model an entry, and their complaints in our words.

Values stay as they are written ("30d", "2027-03-01"); `registry` turns them into what they mean. JSON Schema for
editors comes from `RegistryEntry.model_json_schema()`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import takewhile
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from pactproof.document import Document
from pactproof.errors import ContractError
from pactproof.spelling import nearest

NAME = r"^[A-Za-z0-9][A-Za-z0-9_-]*$"  # names become file and folder names: no dots, no slashes
CONSUMER = r"^[A-Za-z0-9]([A-Za-z0-9 ._-]*[A-Za-z0-9])?$"  # names the pact files; Python projects may have dots
_VARIABLE = r"^[A-Za-z_][A-Za-z0-9_]*$"
_DURATION = r"^[1-9][0-9]{0,3}[hdw]$"
_DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"

_SHOWN_CHARS = 60


def is_base_url(text: str) -> bool:
    """An absolute http(s) URL that paths can be put behind: no credentials, no query, no fragment."""
    if re.search(r"[\s\x00-\x1f\x7f\\?#]", text):
        return False
    try:
        parts = urlsplit(text)
        port = parts.port  # reading it checks it
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc and port != 0


def duration(text: str) -> timedelta:
    """The length that "12h", "30d" or "2w" stands for."""
    unit = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}[text[-1]]
    return int(text[:-1]) * unit


def _base_url(text: str) -> str:
    if not is_base_url(text):
        raise ValueError("not a base URL")
    return text


def _day(text: str) -> str:
    date.fromisoformat(text)
    return text


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Name = Annotated[str, Field(pattern=NAME)]
Names = Annotated[list[Name], Field(min_length=1)]
Text = Annotated[str, Field(pattern=r"\S")]
Variable = Annotated[str, Field(pattern=_VARIABLE)]
Duration = Annotated[str, Field(pattern=_DURATION)]
Day = Annotated[str, Field(pattern=_DATE, json_schema_extra={"format": "date"}), AfterValidator(_day)]
BaseUrl = Annotated[str, AfterValidator(_base_url), Field(json_schema_extra={"format": "uri"})]
TextOrTexts = Annotated[
    Annotated[list[Text], Field(min_length=1)],
    BeforeValidator(_as_list, json_schema_input_type=Text | Annotated[list[Text], Field(min_length=1)]),
]


class Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class SandboxEntry(Entry):
    """The environment variables that lead to a sandbox. Never the values themselves."""

    url_env: Variable | None = Field(default=None, description="names the variable that holds the sandbox's URL")
    token_env: Variable | None = Field(default=None, description="names the variable that holds the token")
    opt_in_env: Variable | None = Field(default=None, description="must be set before a request may leave")


class FreshnessEntry(Entry):
    """How old a recording may grow: 12h, 30d, 2w."""

    warn: Duration | None = Field(default=None, description="older ones are warned about")
    fail: Duration | None = Field(default=None, description="older ones count as stale")


class ProviderEntry(Entry):
    """Where a service is, and what is known about it."""

    base_url: BaseUrl | None = Field(default=None, description="the canonical host that recordings are stored under")
    sandbox: SandboxEntry = SandboxEntry()
    openapi: TextOrTexts = Field(default=[], description="the vendor's OpenAPI document, or several")
    freshness: FreshnessEntry = FreshnessEntry()


class WaiverEntry(Entry):
    """What cannot be had today, why, and until when that is accepted (inclusive)."""

    what: Literal["recording"]
    until: Day = Field(description="the last day on which it is accepted, 2027-03-01")
    reason: Text = Field(description="why it cannot be had today, in a sentence")


class ContractsEntry(BaseModel):
    """The operations relied on, by service; those of AWS by AWS service."""

    # Every key but aws is an HTTP service. pydantic does not check the keys; `registry` does, JSON Schema too.
    model_config = ConfigDict(
        frozen=True,
        extra="allow",
        strict=True,
        json_schema_extra={"minProperties": 1, "propertyNames": {"pattern": NAME}},
    )
    __pydantic_extra__: dict[str, Names]

    aws: dict[str, Names] = Field(
        default={}, min_length=1, json_schema_extra={"propertyNames": {"pattern": NAME}}, description="by AWS service"
    )


class RegistryEntry(Entry):
    """registry.yaml: what a program relies on in APIs it does not own."""

    consumer: Annotated[str, Field(pattern=CONSUMER)] | None = Field(default=None, description="names this program")
    contracts: ContractsEntry
    providers: dict[str, ProviderEntry] = Field(default={}, description="by service, as contracts names it")
    waived: dict[str, WaiverEntry] = Field(default={}, description="by operation, or by operation and scenario")
    policy: dict[str, Any] = Field(default={}, description="kept as written")


def entry_faults(document: Document) -> list[ContractError]:
    """Everything in a parsed registry.yaml that has the wrong shape, in pydantic's order."""
    try:
        RegistryEntry.model_validate(document.data)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False)
        return [_fault(document, detail["type"], detail["loc"], detail["input"]) for detail in found]
    return []


def with_whole_reasons(document: Document) -> Document:
    """The document with the reasons of waivers put together again.

    In {reason: no emulator has it, access asked for} YAML ends the text at the comma, and the rest is a key
    without a value. Only such keys, right behind the reason and in braces, are taken for its rest.
    """
    waived = document.data.get("waived") if isinstance(document.data, dict) else None
    if not isinstance(waived, dict):
        return document
    whole = {key: _whole_reason(document, key, waiver) for key, waiver in waived.items()}
    return replace(document, data={**document.data, "waived": whole})


def _whole_reason(document: Document, key: str, waiver: Any) -> Any:
    if not isinstance(waiver, dict) or not isinstance(waiver.get("reason"), str):
        return waiver
    if document.place("waived", key) == document.key_place("waived", key, next(iter(waiver))):
        return waiver  # a mapping without braces starts at its first key
    behind = list(waiver)[list(waiver).index("reason") + 1 :]
    rest = list(takewhile(lambda part: waiver[part] is None and part not in WaiverEntry.model_fields, behind))
    kept = {name: value for name, value in waiver.items() if name not in rest}
    return {**kept, "reason": ", ".join([waiver["reason"], *rest])}


def dotted(keys: Iterable[str | int]) -> str:
    """Keys as messages show them: providers.grafana.openapi[1]."""
    parts = [f"[{key}]" if isinstance(key, int) else f".{_key(key)}" for key in keys]
    return "".join(parts).lstrip(".")


def shown(value: Any) -> str:
    """A value as messages show it: short, and by its kind where it is long."""
    match value:
        case None:
            return "empty"
        case list() | dict():
            kind = "list" if isinstance(value, list) else "mapping"
            return f"a {kind}" if value else f"an empty {kind}"
        case str() if len(value) <= _SHOWN_CHARS:
            return repr(value)
        case str():
            return f"{value[:_SHOWN_CHARS]!r} and {len(value) - _SHOWN_CHARS} characters more"
        case _:
            return json.dumps(value)[:_SHOWN_CHARS]


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What may stand at a place of the registry."""

    noun: str
    fix: str


_OPERATIONS = _Wanted("a list of one or more operations", "write a list of names, as in [list_users, get_user]")
_OPERATION = _Wanted("the name of an operation", "use letters, digits, _ and -, starting with a letter or digit")
_VARIABLE_NAME = _Wanted("the name of an environment variable", "write the variable's name, as in GRAFANA_SANDBOX_URL")
_LENGTH = _Wanted("a duration", "write a whole number of hours, days or weeks, as in 12h, 30d or 2w")
_DOCUMENT = _Wanted("the path of an OpenAPI document", "write a path, as in specs/grafana.json")
_DOCUMENTS = _Wanted("the path of an OpenAPI document, or a list of paths", "write a path, as in specs/grafana.json")
_REASON = _Wanted("a reason in words", "say in a sentence why it cannot be had today")
_UNTIL = _Wanted("a date", "write the last day it holds, as in 2027-03-01")
_WHAT = _Wanted("'recording'", "write recording")
_CONTRACTS = _Wanted(
    "a mapping of services to the operations relied on", "write contracts: {github: [list_workflows]} or more"
)
_BASE_URL = _Wanted(
    "an absolute http or https URL without credentials, query or fragment",
    "write the host, as in https://grafana.example.com",
)
_CONSUMER = _Wanted("a name that can name files", "use letters, digits, dots, blanks, _ and -, as in devctl")


def _wanted(keys: tuple[str | int, ...]) -> _Wanted:
    match keys:
        case ():
            return _Wanted("a mapping that has contracts", _CONTRACTS.fix)
        case ("contracts",):
            return _CONTRACTS
        case ("contracts", "aws"):
            noun = "a mapping of AWS services to the operations relied on"
            return _Wanted(noun, "write aws: {s3: [list_buckets]} or more")
        case ("contracts", "aws", _) | ("contracts", _):
            return _OPERATIONS
        case ("contracts", *_):
            return _OPERATION
        case (*_, "sandbox", _):
            return _VARIABLE_NAME
        case (*_, "freshness", _):
            return _LENGTH
        case ("providers", _, "openapi"):
            return _DOCUMENTS
        case ("providers", _, "openapi", _):
            return _DOCUMENT
        case ("providers", _, "base_url"):
            return _BASE_URL
        case ("waived", _, "what"):
            return _WHAT
        case ("waived", _, "until"):
            return _UNTIL
        case ("waived", _, "reason"):
            return _REASON
        case ("consumer",):
            return _CONSUMER
        case _:
            return _Wanted(f"a mapping{_of_keys(keys)}", "write key: value pairs, or remove the key")


def _fault(document: Document, kind: str, keys: tuple[str | int, ...], value: Any) -> ContractError:
    parent, where = keys[:-1], dotted(keys[:-1]) or "the registry"
    if kind == "missing":
        fix = _CONTRACTS.fix if not parent else f"add {keys[-1]} and {_wanted(keys).fix}"
        return ContractError(f"{where} has no {keys[-1]}", at=document.key_place(*parent), fix=fix)
    if kind == "extra_forbidden":
        allowed = _allowed(parent)
        near = nearest(str(keys[-1]), allowed)
        what = f"unknown key {shown(keys[-1])} in {where}, allowed are {', '.join(allowed)}"
        fix = f"write {near}" if near else "remove it, or write one of those"
        return ContractError(what, at=document.key_place(*keys), fix=fix)
    wanted = _wanted(keys)
    what = f"{dotted(keys) or 'the registry'} is {_found(wanted, value)}, not {wanted.noun}"
    return ContractError(what, at=document.place(*keys), fix=wanted.fix)


def _found(wanted: _Wanted, value: Any) -> str:
    # What was pasted where a variable's name or a host belongs may be a secret.
    if isinstance(value, str) and (wanted is _VARIABLE_NAME or (wanted is _BASE_URL and "@" in value)):
        return "a text that is not shown"
    return shown(value)


def _allowed(keys: tuple[str | int, ...]) -> list[str]:
    """The keys that the mapping at `keys` may have."""
    return list(_model(keys).model_fields)


def _model(keys: tuple[str | int, ...]) -> type[Entry]:
    match keys:
        case ("providers", _):
            return ProviderEntry
        case ("providers", _, "sandbox"):
            return SandboxEntry
        case ("providers", _, "freshness"):
            return FreshnessEntry
        case ("waived", _):
            return WaiverEntry
        case _:
            return RegistryEntry


def _of_keys(keys: tuple[str | int, ...]) -> str:
    return f" of {', '.join(_allowed(keys))}" if len(keys) > 1 else ""


def _key(key: str) -> str:
    return key if re.fullmatch(r"[\w.-]{1,80}", key) else shown(key)
