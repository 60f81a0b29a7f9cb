"""The mark `covers` of end-to-end tests: which scenarios it names, and what can be wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from unittest import TestCase

import pytest

from pactproof.binding import Binding, binding_of
from pactproof.contracts import DEFAULT_SCENARIO
from pactproof.errors import BindingError, ContractError, Place
from pactproof.pytest_plugin.cases import Case, marker_faults
from pactproof.pytest_plugin.project import Project
from pactproof.spelling import did_you_mean

MARK: Final = "covers"


def covers(item: pytest.Item) -> bool:
    return item.get_closest_marker(MARK) is not None


def covered_cases(project: Project, item: pytest.Item) -> tuple[list[Case], list[ContractError]]:
    """The scenarios that a test covers, in the order of its marks, and what is wrong with these."""
    place = _place(item)
    faults = list(_mark_faults(item, place))
    named: dict[str, Case] = {}
    for mark in item.iter_markers(MARK):
        for name in mark.args:
            found = _case(project, name, item, place)
            if isinstance(found, Case):
                named.setdefault(found.binding.key, found)
            else:
                faults.append(found)
    return list(named.values()), faults


def _case(project: Project, name: object, item: pytest.Item, place: Place) -> Case | ContractError:
    operations = project.registry.operations
    if not isinstance(name, str):
        return BindingError(f"covers({name!r}) names no operation", at=place, fix='write covers("service.operation")')
    head, _, tail = name.rpartition(".")
    key, scenario = (name, "") if name in operations else (head, tail)
    if key not in operations:
        near = did_you_mean(name, operations)
        fix = f"add it to registry.yaml, or correct the name{near}"
        return BindingError(f"covers: {name} is not an operation of the registry", at=place, fix=fix)
    known = project.contracts.of(key)
    if not known:
        fix = f"describe it in contracts/{key.partition('.')[0]}.yaml: request and response"
        return BindingError(f"covers: nothing is promised of {key}", at=place, fix=fix)
    scenario = scenario or (DEFAULT_SCENARIO if DEFAULT_SCENARIO in known else "")
    if scenario not in known:
        listed = ", ".join(f"{key}.{one}" for one in known)
        what = f"covers: {key} has no scenario {scenario}" if scenario else f"covers: {key} has several scenarios"
        return BindingError(what, at=place, fix=f"name one of them: {listed}")
    return Case(Binding(key, scenario, item.name, place), "replay", known[scenario])


def _mark_faults(item: pytest.Item, place: Place) -> Iterator[ContractError]:
    binding = Binding("", "", item.name, place)
    yield from marker_faults(item, binding)
    if any(not mark.args or mark.kwargs for mark in item.iter_markers(MARK)):
        fix = 'write @pytest.mark.covers("service.operation", "service.operation.scenario")'
        yield BindingError(f"the mark `covers` on {item.name} names nothing", at=place, fix=fix)
    if binding_of(getattr(item, "function", None)) is not None:
        fix = "remove the mark: a contract records its own scenario"
        yield BindingError(f"the mark `covers` on the contract function {item.name}", at=place, fix=fix)
    elif not isinstance(item, pytest.Function) or issubclass(item.cls or object, TestCase):
        fix = "mark a function, or a method of a plain class"
        yield BindingError(f"the mark `covers` on {item.name}, which is no function of pytest's", at=place, fix=fix)


def _place(item: pytest.Item) -> Place:
    path, line, _ = item.reportinfo()
    return Place(str(path), (line or 0) + 1, 1)
