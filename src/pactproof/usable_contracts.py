"""The contracts of a project, all of them usable: read, and those of AWS held against the service models."""

from __future__ import annotations

from pactproof.contracts import Contracts, load_contracts
from pactproof.errors import ContractFileError, in_file_order
from pactproof.registry import Registry


def usable_contracts(registry: Registry) -> Contracts:
    """Raises ContractFileError with all faults, in file order."""
    contracts, faults = load_contracts(registry)
    if any(scenario.aws for scenario in contracts):
        from pactproof.aws.calls import contract_faults  # botocore is loaded where there is AWS

        faults += contract_faults(contracts)
    if faults:
        raise ContractFileError(faults=sorted(faults, key=in_file_order))
    return contracts
