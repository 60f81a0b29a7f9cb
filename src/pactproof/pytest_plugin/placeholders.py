"""Where a contract function, or a fixture that it uses, still holds `unbound(...)` in place of the program's own call.

Found in the compiled code, without running anything: a scaffolded function counts as unbound until its placeholder is
gone.
"""

from __future__ import annotations

import dis
import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from types import CodeType, ModuleType
from typing import Any

import pytest

import pactproof
from pactproof import binding
from pactproof.binding import unbound
from pactproof.errors import Place

_FAR_ENOUGH = 6  # instructions from the name to the call: caches and pushes stand between them
_BESIDE = ("CACHE", "EXTENDED_ARG")
_CALLS = ("CALL", "PRECALL", "KW_NAMES")


@dataclass(frozen=True)
class Placeholder:
    """One `unbound(...)`. `line` is what to write in its place, "" where the code does not say it plainly."""

    place: Place
    line: str


def placeholders(metafunc: pytest.Metafunc) -> tuple[Placeholder, ...]:
    """Those of the function itself, then those of its fixtures, the nearest first; each once."""
    found: dict[Placeholder, None] = {}
    for function in (metafunc.function, *_fixture_functions(metafunc)):
        found |= dict.fromkeys(placeholders_in(function))
    return tuple(found)


def placeholders_in(function: Callable[..., Any]) -> tuple[Placeholder, ...]:
    """Those in the code of one function, the functions inside it among them."""
    plain = inspect.unwrap(function)
    plain = getattr(plain, "__func__", plain)
    code = getattr(plain, "__code__", None)
    if code is None:
        return ()
    known = {**getattr(plain, "__globals__", {}), **_closure(plain)}
    return tuple(_in_code(code, known))


def _fixture_functions(metafunc: pytest.Metafunc) -> Iterator[Callable[..., Any]]:
    """The functions of every fixture in use. One that overrides another hides it, unless it asks for it by name."""
    definitions: Mapping[str, Any] = metafunc.definition._fixtureinfo.name2fixturedefs
    for name in metafunc.fixturenames:
        for definition in reversed(definitions.get(name) or ()):
            yield definition.func
            if name not in definition.argnames:
                break


def _closure(function: Any) -> dict[str, Any]:
    """The values of the enclosing function's names; of a cell that is still empty nothing is known."""
    try:
        return dict(inspect.getclosurevars(function).nonlocals)
    except (TypeError, ValueError):
        return {}


def _in_code(code: CodeType, around: Mapping[str, Any]) -> Iterator[Placeholder]:
    """around: what the names outside of this code mean"""
    instructions = list(dis.get_instructions(code))
    here = _imported_here(instructions)
    loaded: Any = None
    for index, instruction in enumerate(instructions):
        loaded = _loaded(instruction, loaded, around, here)
        if loaded is unbound:
            line = instruction.positions.lineno if instruction.positions else None
            yield Placeholder(Place(code.co_filename, line or code.co_firstlineno, 0), _argument(instructions, index))
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _in_code(constant, {**around, **here})


def _loaded(instruction: dis.Instruction, before: Any, around: Mapping[str, Any], here: Mapping[str, Any]) -> Any:
    """What the instruction loads, as far as it can be our function or a module that has it; else None.

    before: what the instruction before it loaded
    """
    match instruction.opname:
        case "LOAD_GLOBAL" | "LOAD_NAME" | "LOAD_DEREF":
            return around.get(instruction.argval)
        case "LOAD_ATTR" | "LOAD_METHOD":
            return _attribute(before, instruction.argval)
        case name if name.startswith("LOAD_FAST") and isinstance(instruction.argval, str):
            return here.get(instruction.argval)
        case _:
            return None


def _attribute(module: Any, name: str) -> Any:
    if module is pactproof and name == unbound.__name__:  # given on demand: it is not in the module's namespace
        return unbound
    return vars(module).get(name) if isinstance(module, ModuleType) else None


def _imported_here(instructions: list[dis.Instruction]) -> dict[str, Any]:
    """What `import pactproof` and `from pactproof import unbound`, inside the function, bind which name to."""
    names: dict[str, Any] = {}
    module = None
    for instruction, following in pairwise(instructions):
        if instruction.opname == "IMPORT_NAME":
            module = {"pactproof": pactproof, binding.__name__: binding}.get(instruction.argval)
            if module is pactproof and following.opname.startswith("STORE_"):
                names[following.argval] = pactproof
        elif instruction.opname == "IMPORT_FROM" and module is not None and instruction.argval == unbound.__name__:
            names[following.argval] = unbound
    return names


def _argument(instructions: list[dis.Instruction], index: int) -> str:
    """The text that is handed to `unbound`, where it is written out."""
    behind = [each for each in instructions[index + 1 : index + 1 + _FAR_ENOUGH] if each.opname not in _BESIDE]
    for constant, following in pairwise(behind):
        if constant.opname == "LOAD_CONST" and isinstance(constant.argval, str):
            is_all = following.opname.startswith(_CALLS) or isinstance(following.argval, tuple)  # names of keywords
            return constant.argval if is_all else ""
    return ""
