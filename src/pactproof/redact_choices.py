"""What registry.yaml says under `redact`: a project's own rules, those it does without, and what else to hide."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from pactproof.document import Document, load_document
from pactproof.entries import RedactEntry, RuleEntry
from pactproof.errors import ContractError, RegistryError, in_file_order
from pactproof.pattern_cost import why_too_costly
from pactproof.registry_faults import entry_faults, with_whole_reasons
from pactproof.rule_ids import RULE_IDS
from pactproof.spelling import nearest
from pactproof.telling import shown

NEVER_OFF: Final = frozenset({"known-secret"})
OPTIONAL_IDS: Final = ("email", "ip-address", "word")
EVERY_RECORDING: Final = """\
interactions:
- request:
    body: ''
    headers:
      Accept:
      - application/json
      Content-Type:
      - application/json; charset=utf-8
    method: GET
    uri: https://api.example.com/items?page=2
  response:
    body:
      string: '{"id": 1, "name": "Lamp", "items": [], "created_at": "2026-01-05T10:00:00Z"}'
    headers:
      Content-Length:
      - '76'
    status:
      code: 200
      message: OK
recorded_at: '2026-11-20T09:00:00Z'
verified_at: '2026-11-20T09:00:00Z'
version: 1
"""
"""A rule that finds something here finds it in every recording, and none could be kept."""


@dataclass(frozen=True, slots=True)
class OwnRule:
    """A rule that a project adds: it has a pattern, or names under which a value is hidden."""

    id: str
    pattern: str = ""
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RedactChoices:
    """off: the reasons by the ids of rules that do not hold; words: hidden wherever they stand"""

    own: tuple[OwnRule, ...] = ()
    off: Mapping[str, str] = field(default_factory=dict)
    hides_emails: bool = False
    hides_ip_addresses: bool = False
    words: tuple[str, ...] = ()


def load_choices(path: Path) -> RedactChoices:
    """Those of one registry.yaml, whatever else it says. Raises RegistryError with the faults of its entries."""
    document, read_faults = load_document(path, shown_as=path.name)
    document = with_whole_reasons(document)
    faults: list[ContractError] = [*read_faults, *entry_faults(document), *content_faults(document)]
    if faults:
        raise RegistryError(faults=sorted(faults, key=in_file_order))
    return choices(RedactEntry.model_validate(document.data.get("redact") or {}))


def choices(entry: RedactEntry) -> RedactChoices:
    """What a faultless entry means."""
    return RedactChoices(
        own=tuple(_own(rule) for rule in entry.rules),
        off={off.rule: off.reason for off in entry.off},
        hides_emails=entry.emails == "hide",
        hides_ip_addresses=entry.ip_addresses == "hide",
        words=tuple(word.strip() for word in entry.words),
    )


def _own(rule: RuleEntry) -> OwnRule:
    pattern = rule.pattern or (path_pattern(rule.path) if rule.path else "")
    return OwnRule(rule.id, pattern, tuple(rule.names or ()))


def path_pattern(path: str) -> str:
    """The expression that finds the secret in /invites/{secret}/accept; other names in braces are any segment."""
    segment = r"[^/?#&\s\"'<>\\]+"
    parts = [
        f"(?P<secret>{segment})" if part == "{secret}" else segment if part.startswith("{") else re.escape(part)
        for part in path.split("/")
    ]
    return "/".join(parts) + r"(?![\w~%.-])"


def content_faults(document: Document) -> Iterator[ContractError]:
    """What is wrong with `redact` beyond the shapes of its entries, told from the plain data."""
    redact = document.data.get("redact") if isinstance(document.data, dict) else None
    if not isinstance(redact, dict):
        return
    rules = [rule if isinstance(rule, dict) else {} for rule in _listed(redact.get("rules"))]
    yield from _id_faults(document, [rule.get("id") for rule in rules])
    for index, rule in enumerate(rules):
        yield from _kind_faults(document, index, rule)
        if isinstance(rule.get("pattern"), str) and (fault := _pattern_fault(rule["pattern"])):
            what = f"redact.rules[{index}].pattern {fault[0]}"
            yield ContractError(what, at=document.place("redact", "rules", index, "pattern"), fix=fault[1])
    yield from _off_faults(document, _listed(redact.get("off")), [rule.get("id") for rule in rules])


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _id_faults(document: Document, ids: Sequence[Any]) -> Iterator[ContractError]:
    for index, name in enumerate(ids):
        place = document.place("redact", "rules", index, "id")
        if name in RULE_IDS or name in OPTIONAL_IDS or name in NEVER_OFF:
            what = f"redact.rules[{index}].id is {shown(name)}, the id of a rule that is there already"
            yield ContractError(what, at=place, fix=f"give it another one, as in our-{name}")
        elif name is not None and name in ids[:index]:
            first = document.place("redact", "rules", ids.index(name), "id").line
            what = f"redact.rules[{index}].id is {shown(name)}, as that of the rule in line {first}"
            yield ContractError(what, at=place, fix="give each rule an id of its own")


def _kind_faults(document: Document, index: int, rule: Mapping[str, Any]) -> Iterator[ContractError]:
    kinds = [kind for kind in ("pattern", "names", "path") if kind in rule]
    if len(kinds) != 1 and rule:
        found = f"has {' and '.join(kinds)}" if kinds else "says nothing of what it finds"
        what = f"redact.rules[{index}] {found}; a rule has one of pattern, names and path"
        fix = "make a rule of each" if kinds else "add pattern:, names: or path:"
        yield ContractError(what, at=document.place("redact", "rules", index), fix=fix)


def _pattern_fault(text: str) -> tuple[str, str] | None:
    """What is wrong with an expression, and a way out."""
    try:
        pattern = re.compile(text)
    except (re.error, OverflowError, RecursionError) as error:
        return f"is {shown(text)}, not a regular expression: {error}", "correct it, and write it in single quotes"
    if text and pattern.search("") is not None:
        return f"is {shown(text)}, which finds nothing at all everywhere", "let it need one character at least"
    if (found := pattern.search(EVERY_RECORDING)) is not None:
        what = f"is {shown(text)}, which finds {shown(found.group())}, and the like is in every recording"
        return what, "say more of what the secret looks like: how it begins, how long it is"
    if why := why_too_costly(text):
        return f"is {shown(text)}, which may take forever: {why[0]}", why[1]
    return None


def _off_faults(document: Document, off: Sequence[Any], own: Sequence[Any]) -> Iterator[ContractError]:
    known = sorted({*RULE_IDS, *(name for name in own if isinstance(name, str))})
    for index, name in enumerate(entry.get("rule") if isinstance(entry, dict) else None for entry in off):
        place = document.place("redact", "off", index, "rule")
        if not isinstance(name, str) or not name.strip():
            continue  # a fault already
        if name in NEVER_OFF:
            what = f"redact.off[{index}].rule is {name}, which always holds: what opens the sandbox is never recorded"
            yield ContractError(what, at=place, fix="remove it")
        elif name in OPTIONAL_IDS:
            what = f"redact.off[{index}].rule is {name}, which holds where it is asked for alone"
            key = {"email": "emails: hide", "ip-address": "ip_addresses: hide", "word": "words"}[name]
            yield ContractError(what, at=place, fix=f"remove it, and {key} with it")
        elif name in own and name not in RULE_IDS:
            what = f"redact.off[{index}].rule is {name}, a rule of this file"
            yield ContractError(what, at=place, fix="remove the rule itself")
        elif name not in RULE_IDS:
            near = nearest(name, known)
            what = f"redact.off[{index}].rule is {shown(name)}, which no rule is called"
            fix = f"write {near}" if near else "write the id that a held back recording names"
            yield ContractError(what, at=place, fix=fix)
