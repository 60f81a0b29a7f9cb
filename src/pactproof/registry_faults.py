"""What is wrong with the entries of registry.yaml, in our words: pydantic finds it, and here stands what was wanted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Any

from pydantic import ValidationError

from pactproof.document import Document, KeyPath
from pactproof.entries import (
    Entry,
    FreshnessEntry,
    OffEntry,
    ProviderEntry,
    RedactEntry,
    RegistryEntry,
    RuleEntry,
    SandboxEntry,
    WaiverEntry,
)
from pactproof.errors import ContractError
from pactproof.spelling import nearest
from pactproof.telling import dotted, shown


def entry_faults(document: Document) -> list[ContractError]:
    """Everything in a parsed registry.yaml that has the wrong shape, in pydantic's order."""
    try:
        RegistryEntry.model_validate(document.data)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False)
        return [_fault(document, detail["type"], detail["loc"], detail["input"]) for detail in found]
    return []


def with_whole_reasons(document: Document) -> Document:
    """The document with the reasons of waivers, and of rules that are off, put together again.

    In {reason: no emulator has it, access asked for} YAML ends the text at the comma, and the rest is a key
    without a value. Only such keys, right behind the reason and in braces, are taken for its rest.
    """
    data = document.data
    if not isinstance(data, dict):
        return document
    if isinstance(waived := data.get("waived"), dict):
        whole = {key: _whole_reason(document, ("waived", key), entry, WaiverEntry) for key, entry in waived.items()}
        data = {**data, "waived": whole}
    redact = data.get("redact")
    if isinstance(redact, dict) and isinstance(off := redact.get("off"), list):
        keys: KeyPath = ("redact", "off")
        listed = [_whole_reason(document, (*keys, index), entry, OffEntry) for index, entry in enumerate(off)]
        data = {**data, "redact": {**redact, "off": listed}}
    return replace(document, data=data)


def _whole_reason(document: Document, keys: KeyPath, entry: Any, model: type[Entry]) -> Any:
    if not isinstance(entry, dict) or not isinstance(entry.get("reason"), str):
        return entry
    if document.place(*keys) == document.key_place(*keys, next(iter(entry))):
        return entry  # a mapping without braces starts at its first key
    behind = list(entry)[list(entry).index("reason") + 1 :]
    rest = list(takewhile(lambda part: entry[part] is None and part not in model.model_fields, behind))
    kept = {name: value for name, value in entry.items() if name not in rest}
    return {**kept, "reason": ", ".join([entry["reason"], *rest])}


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
_RULES = _Wanted("a list of rules", "write rules: [{id: our-token, pattern: 'our_[0-9a-f]{32}'}] or more")
_OFF = _Wanted("a list of rules with reasons", "write off: [{rule: okta-token, reason: our object ids look like it}]")
_RULE_ID = _Wanted("the id of a rule", "use letters, digits, _ and -, starting with a letter or digit")
_PATTERN = _Wanted("a regular expression", "write one in quotes, as in 'our_[0-9a-f]{32}'")
_MEMBERS = _Wanted("a list of one or more names", "write names: [customer_number] or more")
_MEMBER = _Wanted("a name of a member, field, parameter or header", "use letters, digits, _, - and dots")
_PATH = _Wanted("a path with {secret} as one of its segments", "write it as in /invites/{secret}/accept")
_HIDE = _Wanted("'hide' or 'keep'", "write hide, or remove the key")
_WORDS = _Wanted("a list of texts", "write words: [Ada Lovelace] or more")
_ONE_WORD = _Wanted("a text of three letters or more", "write it as it stands in answers, as in Ada Lovelace")
_WHY_OFF = _Wanted("a reason in words", "say in a sentence why it does not hold here")
_CONTRACTS = _Wanted(
    "a mapping of services to the operations relied on", "write contracts: {github: [list_workflows]} or more"
)
_HEADER = _Wanted("the name of a header", "write the name alone, as in X-Api-Version")
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
        case ("providers", _, "version_header"):
            return _HEADER
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
        case ("redact", *inner) if (wanted := _wanted_of_redact(inner)) is not None:
            return wanted
        case _:
            return _Wanted(f"a mapping{_of_keys(keys)}", "write key: value pairs, or remove the key")


def _wanted_of_redact(keys: list[str | int]) -> _Wanted | None:
    match keys:
        case ["rules"]:
            return _RULES
        case ["rules", _, "id"]:
            return _RULE_ID
        case ["rules", _, "pattern"]:
            return _PATTERN
        case ["rules", _, "names", *inner]:
            return _MEMBER if inner else _MEMBERS
        case ["rules", _, "path"]:
            return _PATH
        case ["off"]:
            return _OFF
        case ["off", _, "rule"]:
            return _RULE_ID
        case ["off", _, "reason"]:
            return _WHY_OFF
        case ["emails" | "ip_addresses"]:
            return _HIDE
        case ["words", *inner]:
            return _ONE_WORD if inner else _WORDS
        case _:
            return None


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
        case ("redact",):
            return RedactEntry
        case ("redact", "rules", _):
            return RuleEntry
        case ("redact", "off", _):
            return OffEntry
        case _:
            return RegistryEntry


def _of_keys(keys: tuple[str | int, ...]) -> str:
    return f" of {', '.join(_allowed(keys))}" if len(keys) > 1 or keys == ("redact",) else ""
