"""contracts/<service>.yaml with entries added at its end; what is there already keeps every byte."""

from __future__ import annotations

import codecs
from collections.abc import Mapping, Sequence
from textwrap import indent

import yaml

from pactproof.document import parse_document
from pactproof.generate.draft import Draft, NoDraft
from pactproof.interaction import Json

SCHEMA_FOLDER = ".schemas"
_MODELINE = "# yaml-language-server: $schema="


def schema_kind(service: str) -> str:
    """Which of the schemas describes contracts/<service>.yaml."""
    return "aws" if service == "aws" else "contracts"


def new_head(service: str) -> str:
    """The first lines of a file that is made: what editors check it by, and where it comes from."""
    schema = f"{_MODELINE}{SCHEMA_FOLDER}/{schema_kind(service)}.schema.json"
    return f"{schema}\n# From registry.yaml: contracts.{service}. Written once by `pactproof generate`, then yours.\n"


def names_our_schema(content: bytes) -> bool:
    """Whether the file asks for the schema that `generate` keeps beside the contracts."""
    return any(line.startswith(f"{_MODELINE}{SCHEMA_FOLDER}/".encode()) for line in content.splitlines()[:5])


def with_entries(
    before: bytes | None, shown_as: str, service: str, entries: Sequence[tuple[str, Draft, str]]
) -> bytes | NoDraft:
    """The file with `entries` behind what it holds, or why it cannot be added to.

    before:   the file as it is, None where there is none
    entries:  the name of each, its draft, and its text
    """
    if before is None or not before.strip(codecs.BOM_UTF8 + b" \r\n\t"):
        return (new_head(service) + "\n" + "\n".join(_commented(*entry) for entry in entries)).encode()
    text = before.decode("utf-8-sig")  # what cannot be read is a fault long before
    column, newline = _root_column(text), "\r\n" if "\r\n" in text else "\n"
    if isinstance(column, NoDraft):
        return column
    added = "".join("\n" + indent(_commented(*entry), " " * column) for entry in entries)
    start = "" if text.endswith("\n") else "\n"
    after = before + (start + added).replace("\n", newline).encode()
    wanted = {name: draft.entry for name, draft, _ in entries}
    return after if _holds(text, after, shown_as, wanted) else NoDraft(
        "nothing can be added at the end of the file without changing what it says",
        f"end {shown_as} with a plain entry, or add the entry by hand",
    )  # fmt: skip


def _commented(name: str, draft: Draft, text: str) -> str:
    return f"# From {' '.join(draft.source.split())}.\n{text}"


def _root_column(text: str) -> int | NoDraft:
    """How far the file's keys are indented; why not where it is no mapping in block style, or not the only document."""
    events = list(yaml.parse(text))
    if sum(isinstance(event, yaml.DocumentStartEvent) for event in events) > 1:
        return NoDraft("the file holds several documents", "keep one document in it, or add the entry by hand")
    if any(isinstance(event, yaml.DocumentEndEvent) and event.explicit for event in events):
        return NoDraft("the file is closed by `...`", "remove the line `...`, or add the entry by hand")
    root = next((event for event in events if isinstance(event, yaml.NodeEvent)), None)
    if isinstance(root, yaml.MappingStartEvent) and root.flow_style:
        return NoDraft("the file is written in braces", "write it with one key a line, or add the entry by hand")
    return root.start_mark.column if root is not None and root.start_mark is not None else 0


def _holds(text: str, after: bytes, shown_as: str, wanted: Mapping[str, Mapping[str, Json]]) -> bool:
    """Whether the new file says what the old one did, and the new entries, and nothing else."""
    old, _ = parse_document(text, shown_as)
    new, faults = parse_document(after.decode("utf-8-sig"), shown_as)
    expected = {**(old.data or {}), **wanted}
    return not faults and new.data == expected and list(new.data) == list(expected)
