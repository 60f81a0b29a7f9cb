"""What the sources propose for each operation, asked in turn: document, catalogue, recording; for AWS botocore."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, partial
from typing import TYPE_CHECKING

import click

from pactproof.contracts import DEFAULT_SCENARIO, FOLDER
from pactproof.errors import ContractError
from pactproof.generate.draft import Draft, NoDraft
from pactproof.registry import Operation, Provider, Registry

if TYPE_CHECKING:
    from pactproof.generate.api_document import ApiDocument
    from pactproof.interaction import Interaction, Json

_LARGE_BYTES = 2_000_000
_BYTES_IN_MB = 1_000_000


def drafts_for(
    registry: Registry, operations: Iterable[Operation], hint: tuple[str, str] | None = None
) -> dict[str, Draft | NoDraft]:
    """A draft for each of `operations`, by key, or why there is none.

    hint: method and path in the vendor's document, ("GET", "/api/search"), where a person named them
    """
    services = {name: _Service(registry, provider) for name, provider in registry.providers.items()}
    return {one.key: _aws(one) if one.aws else services[one.service].draft(one, hint) for one in operations}


def _aws(operation: Operation) -> Draft | NoDraft:
    from pactproof.generate.aws_draft import aws_draft

    try:
        return aws_draft(operation)
    except ContractError as error:
        return NoDraft(error.what, error.fix or "take it out of registry.yaml")


class _Service:
    """The sources of one HTTP service; its documents are read when the first operation needs them."""

    def __init__(self, registry: Registry, provider: Provider) -> None:
        self._registry, self._provider = registry, provider

    def draft(self, operation: Operation, hint: tuple[str, str] | None) -> Draft | NoDraft:
        from pactproof.generate.catalogue import catalogue_draft

        told: list[NoDraft] = []
        if self._provider.openapi or hint:
            found = self._from_documents(operation, hint)
            if isinstance(found, Draft) or hint or isinstance(self._documents, NoDraft):
                return found  # a document that is named and cannot be read is not passed over
            told.append(found)
        for source in (partial(catalogue_draft, base_url=self._provider.base_url), self._from_recordings):
            found = source(operation)
            if isinstance(found, Draft):
                return _noted(found, told[:1] if self._provider.openapi else ())
            told.append(found)
        return self._nothing(operation, told)

    def _from_documents(self, operation: Operation, hint: tuple[str, str] | None) -> Draft | NoDraft:
        from pactproof.generate.catalogue import known_request
        from pactproof.generate.find import find_operation
        from pactproof.generate.from_document import document_draft

        documents = self._documents
        if isinstance(documents, NoDraft):
            return documents
        known = hint or known_request(operation.service, operation.name)
        found = find_operation(documents, operation.key, known)
        if isinstance(found, NoDraft) and known and not hint:
            found = find_operation(documents, operation.key)  # of another version than the catalogue speaks of
        return found if isinstance(found, NoDraft) else document_draft(found, base_url=self._provider.base_url)

    @cached_property
    def _documents(self) -> Sequence[ApiDocument] | NoDraft:
        from pactproof.generate.api_document import load_api_document

        entry = f"providers.{self._provider.name}.openapi"
        if not self._provider.openapi:
            return NoDraft(f"registry.yaml names no document in {entry}", f"add {entry}: and the document's path")
        loaded = []
        for name in self._provider.openapi:
            path = self._registry.root / name
            try:
                size_bytes = path.stat().st_size if path.is_file() else 0
                if size_bytes > _LARGE_BYTES and sys.stderr.isatty():
                    click.echo(f"reading {name} ({size_bytes / _BYTES_IN_MB:.0f} MB)", err=True)
                loaded.append(load_api_document(path, name))
            except ContractError as error:
                what = error.what if name in error.what else f"{name}: {error.what}"
                return NoDraft(what, error.fix or f"correct {entry} in registry.yaml")
        return loaded

    def _from_recordings(self, operation: Operation) -> Draft | NoDraft:
        from pactproof.recording import load_cassette

        usual = operation.cassette()
        folder = self._registry.root / usual.parent
        recorded: dict[str, tuple[Sequence[Interaction], Mapping[str, Json]]] = {}
        for path in sorted(folder.glob(f"{usual.stem}*.yaml")):
            stem, _, scenario = path.stem.partition(".")
            if stem != usual.stem:
                continue
            try:
                cassette = load_cassette(path, shown_as=str(usual.parent / path.name))
            except ContractError as error:
                return NoDraft(str(error.at or path.name) + f" cannot be used: {error.what}", error.fix)
            recorded[scenario or DEFAULT_SCENARIO] = (cassette.interactions, cassette.provenance.params)
        if not recorded:
            return NoDraft(f"nothing is recorded in {usual}")
        from pactproof.generate.from_recording import recording_draft
        from pactproof.redaction import Rules

        return recording_draft(operation, recorded, self._provider.base_url, Rules.of(self._registry.redact))

    def _nothing(self, operation: Operation, told: Sequence[NoDraft]) -> NoDraft:
        """Every source's reason; of the ways out the first, which is the document's where there is one."""
        reasons = "; ".join(dict.fromkeys(one.reason for one in told))
        by_hand = f"write the entry in {FOLDER}/{operation.service}.yaml by hand"
        document = f"name the vendor's OpenAPI document in registry.yaml: providers.{operation.service}.openapi"
        fixes = [one.fix for one in told[:1] if one.fix] if self._provider.openapi else [document]
        return NoDraft(reasons, ", or ".join([*fixes, by_hand]))


def _noted(draft: Draft, told: Sequence[NoDraft]) -> Draft:
    """The draft, with a word on why the vendor's document did not propose one."""
    notes = [f"{draft.source} is used: {one.reason}" for one in told]
    return replace(draft, notes=(*draft.notes, *notes))
