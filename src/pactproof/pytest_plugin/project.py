"""The project under contract: registry and contracts, read once a session and checked against each other."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pactproof.contracts import Contracts, Scenario
from pactproof.promise.pact_model import PactInteraction, pact_interactions
from pactproof.redaction import Rules
from pactproof.registry import Registry, load_registry
from pactproof.usable_contracts import usable_contracts


@dataclass(frozen=True)
class Project:
    registry: Registry
    contracts: Contracts

    @property
    def root(self) -> Path:
        return self.registry.root

    @cached_property
    def redaction_rules(self) -> Rules:
        return Rules.of(self.registry.redact)

    @cached_property
    def pacts(self) -> dict[str, dict[str, tuple[PactInteraction, ...]]]:
        """The pact interactions of each HTTP service, by scenario key."""
        services = {operation.service for operation in self.registry.operations.values()} - {"aws"}
        scenarios: dict[str, list[Scenario]] = {service: [] for service in sorted(services)}
        for one in self.contracts:
            if one.operation.service in scenarios:
                scenarios[one.operation.service].append(one)
        return {service: pact_interactions(listed) for service, listed in scenarios.items()}


def load_project(root: Path) -> Project:
    """Raises RegistryError with all faults of the registry, else ContractFileError with all faults of the contracts."""
    registry = load_registry(root)
    return Project(registry, usable_contracts(registry))
