"""Which tests a contract function becomes, and what can be wrong with the functions as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pytest

from pactproof.binding import Binding
from pactproof.contracts import DEFAULT_SCENARIO, Scenario, scenario_key
from pactproof.errors import BindingError, ContractError, Place
from pactproof.pytest_plugin.placeholders import Placeholder
from pactproof.pytest_plugin.project import Project
from pactproof.spelling import did_you_mean
from pactproof.verdict import Fault

Kind = Literal["pact", "pact-lean", "stub", "replay", "unbound"]


@dataclass(frozen=True)
class Case:
    """One test: a scenario before one provider. `scenario` is None where no contract promises it.

    placeholders: what the function and its fixtures hold in place of the program's own code; then nothing is run
    """

    binding: Binding
    kind: Kind
    scenario: Scenario | None
    placeholders: tuple[Placeholder, ...] = ()


def case_of(item: pytest.Item) -> Case | None:
    """The case that an item of pytest's is about; None where it is no contract's."""
    case = item.callspec.params.get("provider") if hasattr(item, "callspec") else None
    return case if isinstance(case, Case) else None


def cases(project: Project, binding: Binding, placeholders: tuple[Placeholder, ...] = ()) -> list[Case]:
    """The promise first, then the recording; `pact-lean` only where optional or nullable parts make a difference.

    One case where placeholders are left: there is no consumer code to run before anybody.
    """
    scenario = project.contracts.of(binding.operation).get(binding.scenario)
    if placeholders:
        return [Case(binding, "unbound", scenario, placeholders)]
    kinds: list[Kind] = ["stub"] if binding.operation.startswith("aws.") else ["pact"]
    if scenario is not None and scenario.has_choices:
        kinds.append("pact-lean")
    return [Case(binding, kind, scenario) for kind in (*kinds, "replay")]


def binding_fault(project: Project, binding: Binding) -> ContractError | None:
    """What is wrong with one binding by itself."""
    operations = project.registry.operations
    if binding.operation not in operations:
        near = did_you_mean(binding.operation, operations)
        what = f"{binding.operation} is not an operation of the registry"
        return BindingError(what, at=binding.place, fix=f"add it to registry.yaml, or correct the name{near}")
    known = project.contracts.of(binding.operation)
    if known and binding.scenario not in known:
        near = did_you_mean(binding.scenario, known)
        what = f"{binding.operation} has no scenario {binding.scenario} (scenarios: {', '.join(known)})"
        service = binding.operation.partition(".")[0]
        fix = f"add it to contracts/{service}.yaml, or correct the name{near}"
        return BindingError(what, at=binding.place, fix=fix)
    return None


def without_provider(binding: Binding, *, is_unittest: bool = False) -> ContractError:
    fix = "take `provider`, or a fixture that does, as an argument: it is where the answers come from"
    if is_unittest:
        fix = "write a function, or a method of a plain class, that takes `provider`: unittest has no fixtures"
    return BindingError(f"{binding.function} does not use the fixture `provider`", at=binding.place, fix=fix)


def duplicate_faults(bindings: Iterable[Binding]) -> Iterator[ContractError]:
    """Every further function that calls a scenario that one calls already."""
    first: dict[str, Binding] = {}
    for binding in bindings:
        before = first.setdefault(binding.key, binding)
        if before.place != binding.place:
            what = f"second binding of {binding.key}, first bound at {before.place}"
            yield BindingError(what, at=binding.place, fix="keep one function for each scenario")


def lost_faults(made: Iterable[Binding], collected: Iterable[Binding]) -> Iterator[ContractError]:
    """Bindings that pytest never sees: their function was replaced by another of its name, or marked a second time."""
    kept = {(binding.place, binding.key) for binding in collected}
    places = {place for place, _ in kept}
    names = {(binding.place.path, binding.function) for binding in collected}
    for binding in made:
        if (binding.place, binding.key) in kept or (binding.place.path, binding.function) not in names:
            continue
        how = "is marked twice" if binding.place in places else "is defined twice in this file"
        what = f"{binding.function} {how}, so that {binding.key} is never called"
        yield BindingError(what, at=binding.place, fix="write a function for each scenario, with a name of its own")


def marker_faults(item: Any, binding: Binding) -> Iterator[ContractError]:
    """Marks of pytest-recording that would take a contract's requests away from its provider."""
    for name, cure in {
        "vcr": "remove the mark: the contract has a recording of its own, chosen by --record-mode",
        "block_network": "remove the mark: in a contract the network is closed already",
    }.items():
        if item.get_closest_marker(name) is not None:
            yield BindingError(f"the mark `{name}` on {binding.function}", at=binding.place, fix=cure)


def missing_verdicts(project: Project, bound: set[str]) -> Iterator[tuple[str, Fault]]:
    """A verdict for each registered scenario that nobody promises or nobody calls."""
    for operation in project.registry.operations.values():
        scenarios = project.contracts.of(operation.key)
        for name in list(scenarios) or [DEFAULT_SCENARIO]:
            key = scenario_key(operation.key, name)
            if key in bound:
                continue
            if not scenarios:
                yield key, missing_contract(operation.key, name, operation.place)
            else:
                yield key, _unbound(operation.key, name, operation.place)


def missing_contract(operation: str, scenario: str, place: Place) -> Fault:
    service, _, name = operation.partition(".")
    what = f"nothing is promised: contracts/{service}.yaml has no {name}"
    fix = f"describe {name} in contracts/{service}.yaml: request and response"
    return Fault("missing", operation, scenario, what, file=place, fix=fix)


def _unbound(operation: str, scenario: str, place: Place) -> Fault:
    which = "" if scenario == DEFAULT_SCENARIO else f', scenario="{scenario}"'
    service = operation.partition(".")[0]
    line = f'@contract("{operation}"{which})'
    fix = f"write a function under {line} in contracts/test_{service}_contracts.py that calls the program's code"
    return Fault("unbound", operation, scenario, "no consumer code is bound to it", file=place, fix=fix)


def placeholder_fault(binding: Binding, found: Sequence[Placeholder], root: Path) -> Fault:
    """No consumer code yet: the places of the placeholders, and the lines to write there."""
    places = [one.place.relative_to(root) for one in found]
    if len(found) == 1:
        what = "a placeholder stands where the program's own call belongs"
        fix = f"write {found[0].line or 'the call'} in place of unbound(...), as your program has it"
    else:
        lines = [f"  {place}: {one.line}" for place, one in zip(places, found, strict=True)]
        what = "\n".join(["placeholders stand where the program's own code belongs", *lines])
        fix = f"write these {len(found)} lines in place of unbound(...), as your program has them"
    return Fault("unbound", binding.operation, binding.scenario, what, file=places[0], fix=fix)


def told_from(fault: ContractError, root: Path) -> ContractError:
    """The fault with its places told from the project's folder."""
    fault.what = fault.what.replace(f"{root}/", "")
    if fault.at is not None:
        fault.at = fault.at.relative_to(root)
    return fault
