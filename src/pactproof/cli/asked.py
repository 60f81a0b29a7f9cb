"""What the names on a command line stand for: services, operations and scenarios, as registry.yaml names them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pactproof.contracts import Contracts
    from pactproof.registry import Registry


def check_names(names: Iterable[str], keys: Iterable[str]) -> None:
    """Raises RegistryError with every name that is none of `keys` and no beginning of one: "aws.s3" is, "aws.s" not."""
    from pactproof.errors import RegistryError
    from pactproof.spelling import did_you_mean

    parts = [key.split(".") for key in keys]
    known = {".".join(each[:count]): None for each in parts for count in range(1, len(each) + 1)}
    faults = [
        RegistryError(f"{name} is not in registry.yaml{did_you_mean(name, known)}", fix="name it as registry.yaml does")
        for name in names
        if name not in known
    ]
    if faults:
        raise RegistryError(faults=faults)


def scenario_keys(registry: Registry, contracts: Contracts) -> list[str]:
    """The keys of all operations and scenarios, "grafana.get_dashboard", "grafana.get_dashboard.ok"."""
    scenarios = [f"{one.operation.key}.{one.name}" for one in contracts]
    return [*registry.operations, *scenarios]


def is_asked_for(key: str, names: Sequence[str]) -> bool:
    """Whether `key` is one of `names` or lies below one; no names ask for everything."""
    return not names or any(f"{key}.".startswith(f"{name}.") for name in names)
