"""What contracts/<service>.yaml may hold: one frozen pydantic model an entry, and their complaints in our words."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, Field, ValidationError

from pactproof.document import Document, KeyPath
from pactproof.entries import NAME, Entry
from pactproof.errors import ContractError, ContractFileError
from pactproof.spelling import did_you_mean
from pactproof.telling import shown

Method = Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
Status = Annotated[int, Field(ge=100, le=599)]
ScenarioName = Annotated[str, Field(pattern=NAME)]


class RequestEntry(Entry):
    """What the consumer sends; values are exact unless an operator says otherwise."""

    method: Method = "GET"
    path: Any = Field(description="from the provider's base URL on, /repos/{owner}; `{name}` inserts a param")
    query: dict[str, Any] = Field(default_factory=dict, description="all of it; a list where a name is sent repeatedly")
    headers: dict[str, Any] = Field(default_factory=dict, description="those that matter; others may be sent")
    body: Any = Field(default=None, description="as it is sent, without other members")


class ResponseEntry(Entry):
    """What the provider answers; values are matched by type unless an operator says otherwise."""

    status: Status = 200
    headers: dict[str, Any] = Field(default_factory=dict, description="those that the program reads")
    body: Any = Field(default=None, description="what the program reads; other members may be there")


class InteractionEntry(Entry):
    """One request with its response."""

    request: RequestEntry
    response: ResponseEntry = ResponseEntry()
    repeatable: bool = Field(default=False, description="may be sent more than once")


class ScenarioEntry(Entry):
    """One situation of an HTTP operation: `request` and `response`, or a `sequence` of them."""

    given: str | None = Field(default=None, description="the provider state")
    params: dict[str, Any] = Field(default={}, description="what the call needs; `{name}` inserts one")
    # Left out is fine, `request:` with nothing behind it is not: hence None without `| None`.
    request: Annotated[RequestEntry, Field(default=None)]
    response: Annotated[ResponseEntry, Field(default=None)]
    repeatable: bool = Field(default=False, description="may be sent more than once")
    sequence: Annotated[
        list[InteractionEntry],
        Field(default=None, min_length=1, description="several interactions, in place of one: pages, retries"),
    ]


class OperationEntry(ScenarioEntry):
    """What one HTTP operation promises: one situation of it, or several `scenarios`."""

    scenarios: Annotated[
        dict[ScenarioName, ScenarioEntry],
        Field(default=None, min_length=1, description="several situations, by name; `ok` is the usual one"),
    ]


class AwsErrorEntry(Entry):
    """The error that AWS answers with."""

    code: Annotated[str, Field(pattern=r"\S")]
    status: Annotated[int, Field(ge=300, le=599)] = 400
    message: str = ""


class AwsInteractionEntry(Entry):
    """One AWS call; what is left out is synthesised from the service model."""

    params: dict[str, Any] | None = Field(default=None, description="what the consumer sends, exactly")
    response: dict[str, Any] | None = Field(default=None, description="members of the parsed answer")
    reads: list[str] = Field(default=[], description="members the consumer uses, such as Buckets[].Name")
    error: AwsErrorEntry | None = Field(default=None, description="in place of a response")
    repeatable: bool = Field(default=False, description="may be sent more than once, as a waiter does")


class AwsStepEntry(AwsInteractionEntry):
    """One of several calls, which need not be of the entry's own operation: upload_file sends several kinds."""

    operation: str | None = Field(default=None, description="such as upload_part, or sts.get_caller_identity")


class AwsScenarioEntry(AwsInteractionEntry):
    """One situation of an AWS operation: one call, or a `sequence` of them."""

    given: str | None = Field(default=None, description="the provider state")
    sequence: Annotated[
        list[AwsStepEntry],
        Field(default=None, min_length=1, description="several calls, in place of one: pages, retries"),
    ]


class AwsOperationEntry(AwsScenarioEntry):
    """What one AWS operation promises beyond the service model: one situation of it, or several `scenarios`."""

    scenarios: Annotated[
        dict[ScenarioName, AwsScenarioEntry | None],
        Field(default=None, min_length=1, description="several situations, by name; `ok` is the usual one"),
    ]


def entry_faults(model: type[Entry], data: Any, document: Document, path: KeyPath) -> list[ContractError]:
    """Everything in `data`, which stands at `path` of `document`, that `model` does not allow."""
    try:
        model.model_validate(data)
    except ValidationError as error:
        return [_fault(model, document, path, details) for details in error.errors(include_url=False)]
    return []


_INTERACTION = {"path": "/", "request": {"path": "/"}}
_INSTEAD: dict[str, Any] = {  # of required parts, so that repairing one fault makes no other
    **_INTERACTION,
    "code": "x",
    "sequence": [_INTERACTION],
    "scenarios": {"ok": _INTERACTION},
}


def repaired(model: type[Entry], data: Any) -> Any:
    """A copy of `data` that `model` allows, with what it does not allow taken out, so that the rest can be read.

    None where too little would be left: nothing but `params` explains the names that other parts use.
    """
    data = copy.deepcopy(data)
    for _ in range(_MAX_REPAIRS):
        try:
            model.model_validate(data)
        except ValidationError as error:
            for details in error.errors(include_url=False):
                if not details["loc"] or details["loc"][-1] == "params":
                    return None
                _take_out(data, details)
        else:
            return data
    return None


_MAX_REPAIRS = 5


def _take_out(data: Any, details: Any) -> None:
    *path, last = (part for part in details["loc"] if part != "[key]")
    for part in path:
        data = data[part]
    if isinstance(data, list):
        data[last] = "x" if details["type"] == "string_type" else {}
    elif last in _INSTEAD and details["type"] != "extra_forbidden":
        data[last] = copy.deepcopy(_INSTEAD[last])
    else:
        data.pop(last, None)


_WANTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "bool_type": "true or false",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "list_type": "a list",
    "string_pattern_mismatch": "a name of letters, digits, _ and -",
    "too_short": "at least one entry",
}


def _fault(model: type[Entry], document: Document, path: KeyPath, details: Any) -> ContractError:
    inner = tuple(part for part in details["loc"] if part != "[key]")
    keys = (*path, *inner)
    where = ".".join(str(part) for part in keys[:-1])
    kind, found = details["type"], shown(details["input"])
    if kind == "extra_forbidden":
        allowed = list(_fields(model, inner[:-1]))
        fix = f"use one of {', '.join(allowed)}{did_you_mean(str(keys[-1]), allowed)}"
        return ContractFileError(f"unknown key {keys[-1]!r} in {where}", at=document.key_place(*keys), fix=fix)
    if kind == "missing":
        what = f"{where} has no {keys[-1]}"
        return ContractFileError(what, at=document.key_place(*keys[:-1]), fix=f"add `{keys[-1]}:`")
    if "[key]" in details["loc"]:
        what = f"{where} has the key {keys[-1]!r}, not {_WANTED[kind]}"
        return ContractFileError(what, at=document.key_place(*keys), fix=f"use {_WANTED[kind]}")
    context = details.get("ctx", {})
    if kind == "literal_error":
        wanted = f"one of {context['expected']}"
    elif "ge" in context or "le" in context:
        limits = _limits(model, inner)
        wanted = f"a whole number from {limits[0]} to {limits[1]}"
    else:
        wanted = _WANTED.get(kind, details["msg"])
    name = ".".join(str(part) for part in keys)
    return ContractFileError(f"{name} is {found}, not {wanted}", at=document.place(*keys), fix=f"use {wanted}")


def _fields(model: type[BaseModel], path: KeyPath) -> Iterable[str]:
    """The keys that the entry at `path` below `model` may have."""
    return _model_at(model, path).model_fields


def _limits(model: type[BaseModel], path: KeyPath) -> tuple[int, int]:
    metadata = _model_at(model, path[:-1]).model_fields[str(path[-1])].metadata
    lowest = next(item.ge for item in metadata if hasattr(item, "ge"))
    return lowest, next(item.le for item in metadata if hasattr(item, "le"))


def _model_at(model: type[BaseModel], path: KeyPath) -> type[BaseModel]:
    parts = iter(path)
    for part in parts:
        if part in model.model_fields:
            model = next(_models(model.model_fields[str(part)].annotation), model)
            if part == "scenarios":
                next(parts, None)  # a scenario's name, which may be that of a field
    return model


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """The entry models inside an annotation such as dict[str, ScenarioEntry] | None."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)
