"""What a Python file under contracts/ binds, read without importing it."""

from __future__ import annotations

import ast
import re
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pactproof.contracts import DEFAULT_SCENARIO, scenario_key
from pactproof.errors import ContractFileError, Place

_OURS = ("pactproof", "pactproof.binding")
_GIVEN_BY_STAR = ("contract", "state", "unbound")
_Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Computed:
    """A `@contract(...)` whose scenario is not written out; `keys` matches those that it may mean."""

    line: int
    keys: re.Pattern[str]


@dataclass(frozen=True)
class PythonFile:
    """One file as far as `generate` has to know it.

    bound:    the key of each scenario that a function is bound to, with the names of the function's arguments
    computed: the bindings of which the file alone does not say what they mean
    fixtures: names by which its fixtures are asked for
    states:   names of the provider states that a function of it sets up
    names:    what each name at the top level is: "pactproof.contract" where it is imported, else ""
    """

    path: str
    bound: Mapping[str, tuple[str, ...]]
    computed: tuple[Computed, ...]
    fixtures: frozenset[str]
    states: frozenset[str]
    names: Mapping[str, str]


def read_python(content: bytes, shown_as: str) -> PythonFile:
    """Raises ContractFileError where the file is not Python that this interpreter reads."""
    return _Reading(parsed_python(content, shown_as), shown_as).file()


def usual_fixture(files: Iterable[PythonFile], prefix: str) -> str:
    """The fixture that most functions bound to keys starting with `prefix` use; "" where there is none."""
    files = list(files)
    fixtures = frozenset[str]().union(*(file.fixtures for file in files)) - {"provider"}
    uses = Counter(
        name
        for file in files
        for key, arguments in file.bound.items()
        if key.startswith(prefix)
        for name in arguments
        if name in fixtures
    )
    return uses.most_common(1)[0][0] if uses else ""


def parsed_python(content: bytes, shown_as: str, *, is_compiled: bool = False) -> ast.Module:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an invalid escape is the team's own affair
            tree = ast.parse(content, shown_as)
            if is_compiled:
                compile(content, shown_as, "exec", dont_inherit=True)
    except SyntaxError as error:
        at = Place(shown_as, error.lineno or 0, error.offset or 0)
        raise ContractFileError(
            f"not valid Python: {error.msg}", at=at, fix="correct the syntax at this place"
        ) from error
    except ValueError as error:  # a null byte
        raise ContractFileError(f"not valid Python: {error}", at=Place(shown_as), fix="save it as text") from error
    return tree


class _Reading:
    """One walk over a file."""

    def __init__(self, tree: ast.Module, path: str) -> None:
        self._tree, self._path = tree, path
        self._texts = _constants(tree)
        self._targets = dict(_imported(tree))
        self._targets |= {name: self._targets[other] for name, other in _renamed(tree) if other in self._targets}

    def file(self) -> PythonFile:
        bound: dict[str, tuple[str, ...]] = {}
        computed: list[Computed] = []
        for call, arguments in _calls(self._tree):
            if self._target(call.func) not in [f"{module}.contract" for module in _OURS]:
                continue
            key = self._key(call)
            if isinstance(key, re.Pattern):
                computed.append(Computed(call.lineno, key))
            else:
                bound[key] = bound.get(key) or arguments
        names = dict.fromkeys(_top_level(self._tree), "") | dict(_imported(self._tree, top_level_only=True))
        return PythonFile(
            self._path, bound, tuple(computed), frozenset(self._fixtures()), frozenset(self._states()), names
        )

    def _key(self, call: ast.Call) -> str | re.Pattern[str]:
        """The key that is bound, or what it may be where a part of it is computed."""
        named = {keyword.arg: keyword.value for keyword in call.keywords}
        operation = self._parts(call.args[0] if call.args else named.get("operation"))
        scenario = self._parts(named["scenario"]) if "scenario" in named else [DEFAULT_SCENARIO]
        if None in named or None in scenario:
            return re.compile(_pattern(operation) + r"(\..*)?")
        key = scenario_key("", "".join(map(str, scenario)))
        return re.compile(_pattern([*operation, key])) if None in operation else "".join(map(str, [*operation, key]))

    def _parts(self, node: ast.expr | None) -> list[str | None]:
        """A text in the order of its parts; None for one that is computed."""
        match node:
            case ast.Constant(value=str(value)):
                return [value]
            case ast.Name(id=name):
                return [self._texts.get(name)]
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return [*self._parts(left), *self._parts(right)]
            case ast.JoinedStr(values=values):
                return [part for value in values for part in self._parts(value)]
            case ast.FormattedValue(value=value, conversion=-1, format_spec=None):
                return self._parts(value)
            case _:
                return [None]

    def _text(self, node: ast.expr | None) -> str | None:
        parts = self._parts(node)
        return None if None in parts else "".join(map(str, parts))

    def _target(self, node: ast.expr) -> str:
        """What a dotted name refers to: "pactproof.contract"."""
        if isinstance(node, ast.Attribute):
            return f"{self._target(node.value)}.{node.attr}"
        return self._targets.get(node.id, "") if isinstance(node, ast.Name) else ""

    def _fixtures(self) -> Iterator[str]:
        for function in ast.walk(self._tree):
            if not isinstance(function, _Function):
                continue
            for decorator in function.decorator_list:
                call = decorator if isinstance(decorator, ast.Call) else None
                if self._target(call.func if call else decorator) in ("pytest.fixture", "pytest_asyncio.fixture"):
                    given = [keyword.value for keyword in call.keywords if keyword.arg == "name"] if call else []
                    yield self._text(given[0] if given else None) or function.name

    def _states(self) -> Iterator[str]:
        for call, _ in _calls(self._tree):
            if self._target(call.func) in [f"{module}.state" for module in _OURS] and call.args:
                yield self._text(call.args[0]) or ""


def _calls(tree: ast.Module) -> Iterator[tuple[ast.Call, tuple[str, ...]]]:
    """Every call, with the arguments of the function that it decorates, none where it does not."""
    decorated: dict[ast.expr, tuple[str, ...]] = {}
    for node in ast.walk(tree):
        if isinstance(node, _Function):
            given = node.args
            names = tuple(each.arg for each in (*given.posonlyargs, *given.args, *given.kwonlyargs))
            decorated |= dict.fromkeys(node.decorator_list, names)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield node, decorated.get(node, ())


def _pattern(parts: Iterable[str | None]) -> str:
    return "".join(".*" if part is None else re.escape(part) for part in parts)


def _imported(tree: ast.Module, *, top_level_only: bool = False) -> Iterator[tuple[str, str]]:
    for node in tree.body if top_level_only else ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield (alias.asname, alias.name) if alias.asname else (alias.name.partition(".")[0],) * 2
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names = [(alias.asname or alias.name, alias.name) for alias in node.names]
            if names == [("*", "*")]:
                names = [(name, name) for name in _GIVEN_BY_STAR] if node.module in _OURS else []
            yield from ((name, f"{node.module}.{imported}") for name, imported in names)


def _renamed(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """`bind = contract`: the new name, and the one that it stands for."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Name):
            yield from ((target.id, node.value.id) for target in node.targets if isinstance(target, ast.Name))


def _constants(tree: ast.Module) -> dict[str, str]:
    """Names that stand for one text, at the top level or in a class; not those that are given another one, too."""
    texts: dict[str, str] = {}
    changed: set[str] = set()
    for node in ast.walk(tree):
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        value = getattr(node, "value", None) if isinstance(node, ast.Assign | ast.AnnAssign) else None
        for name in (target.id for target in targets if isinstance(target, ast.Name)):
            if isinstance(value, ast.Constant) and isinstance(value.value, str) and name not in texts:
                texts[name] = value.value
            else:
                changed.add(name)
    return {name: text for name, text in texts.items() if name not in changed}


def _top_level(tree: ast.Module) -> Iterator[str]:
    """The names that the file's own statements bind, wherever in the file's blocks."""
    pending: list[ast.AST] = list(tree.body)
    while pending:
        node = pending.pop()
        if isinstance(node, _Function | ast.ClassDef):
            yield node.name
            continue
        if isinstance(node, ast.Import | ast.ImportFrom):
            continue
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        pending.extend(ast.iter_child_nodes(node))
