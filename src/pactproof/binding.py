"""What ties a team's own functions to the registry: `@contract`, `@state`, and `unbound`, which says "not yet"."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pactproof.errors import BindingError, Place, UnboundError

Function = TypeVar("Function", bound=Callable[..., Any])
StateFunction = Callable[[Any], Iterator[Mapping[str, Any] | None]]

_ATTRIBUTE = "__contract_binding__"  # pytest's -k looks at it: no "pact" in the name


@dataclass(frozen=True, slots=True)
class Binding:
    """A contract function: which scenario it calls, and where it stands."""

    operation: str
    scenario: str
    function: str
    place: Place

    @property
    def key(self) -> str:
        return self.operation if self.scenario == "ok" else f"{self.operation}.{self.scenario}"


made: list[Binding] = []
"""Every binding of this process, in the order it was made: a function that another of its name replaced too."""

states: dict[str, StateFunction] = {}
"""The functions that set a provider state up in a sandbox, by the state's name."""

reached: list[UnboundError] = []
"""The placeholders that were reached since the list was last emptied: a program may swallow what they raise."""


def contract(operation: str, *, scenario: str = "ok") -> Callable[[Function], Function]:
    """Mark a pytest function as the consumer code of one scenario.

    operation: as registry.yaml names it, "grafana.get_dashboard", "aws.s3.list_buckets"
    scenario:  as contracts/<service>.yaml names it

    The function uses the fixture `provider`, directly or through another fixture, calls the program's own code and
    asserts something about what came back.
    """

    if not isinstance(operation, str):
        raise BindingError("@contract without an operation", fix='write @contract("service.operation")')

    def bind(function: Function) -> Function:
        plain = inspect.unwrap(function)
        if not inspect.isfunction(plain):
            what, fix = f"@contract on {function!r}, which is not a function", "mark a function or a method"
            raise BindingError(what, fix=fix)
        place = Place(plain.__code__.co_filename, plain.__code__.co_firstlineno, 1)
        binding = Binding(operation, scenario, function.__qualname__, place)
        made.append(binding)
        setattr(function, _ATTRIBUTE, binding)
        return function

    return bind


def binding_of(function: Any) -> Binding | None:
    """The binding of a function or method; None where it has none."""
    found = getattr(function, _ATTRIBUTE, None)
    return found if isinstance(found, Binding) else None


def state(name: str) -> Callable[[StateFunction], StateFunction]:
    """Mark a generator function that makes the provider state `name` hold in a sandbox, and undoes it.

    It is given a `sandbox`, and what it yields are the scenario's params there.
    """

    def bind(function: StateFunction) -> StateFunction:
        states[name] = function
        return function

    return bind


def unbound(line: str) -> Any:
    """Stand where a call of the program's own code belongs, until somebody writes it.

    line: what to write there, as in 'grafana_client.get_dashboard(provider.params["uid"])'

    pytest finds it without running anything: the scenario is reported as `unbound`, with this line. Raises
    UnboundError where it is reached all the same.
    """
    caller = sys._getframe(1)
    error = UnboundError(line, at=Place(caller.f_code.co_filename, caller.f_lineno, 0))
    reached.append(error)
    raise error
