"""What the Python files under contracts/ already bind, read without importing them, and code added at their end."""

from __future__ import annotations

import ast
import re
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pactproof.contracts import DEFAULT_SCENARIO, scenario_key
from pactproof.errors import ContractFileError, Place
from pactproof.generate.draft import NoDraft

IMPORTS: Mapping[str, str] = {
    "boto3": "import boto3",
    "pytest": "import pytest",
    "contract": "from pactproof import contract",
    "unbound": "from pactproof import unbound",
}
"""The lines that generated code may need, by the name that each binds."""

_OURS = ("pactproof", "pactproof.binding")
_Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class PythonFile:
    """One file as far as `generate` has to know it.

    bound:    the key of each scenario that a function is bound to, with the names of the function's arguments
    computed: the lines of a `@contract(...)` whose operation or scenario is not written out
    fixtures: names by which its fixtures are asked for
    states:   names of the provider states that a function of it sets up
    names:    what each name at the top level is: "pactproof.contract" where it is imported, else ""
    """

    path: str
    bound: Mapping[str, tuple[str, ...]]
    computed: tuple[int, ...]
    fixtures: frozenset[str]
    states: frozenset[str]
    names: Mapping[str, str]


def read_python(content: bytes, shown_as: str) -> PythonFile:
    """Raises ContractFileError where the file is not Python that this interpreter reads."""
    return _Reading(_parsed(content, shown_as), shown_as).file()


def with_code(
    before: bytes | None, shown_as: str, head: str, needed: Sequence[str], code: Sequence[str]
) -> bytes | NoDraft:
    """The file with `code` behind what it holds, or why it cannot be added to.

    head:   the docstring of a file that is made
    needed: the names of IMPORTS that the code uses
    code:   top-level statements, each without a newline at its end
    """
    if before is None or not before.strip():
        docstring = "\n\n".join(filter(None, [f'"""{head}"""', _import_block(needed)]))
        return "\n\n\n".join([docstring, *code]).encode() + b"\n"
    known = read_python(before, shown_as).names
    for name in needed:
        if known.get(name, IMPORTS[name]) not in (IMPORTS[name], _as_target(name), f"pactproof.binding.{name}"):
            what = f"{shown_as} has a `{name}` of its own, where the code needs `{IMPORTS[name]}`"
            return NoDraft(what, f"give it another name in {shown_as}, and run again")
    missing = [IMPORTS[name] for name in needed if name not in known]
    newline = b"\r\n" if b"\r\n" in before else b"\n"
    after = _with_imports(before, missing, newline)
    added = "\n\n\n".join(code) + "\n"
    after += _gap(after, newline) + added.encode().replace(b"\n", newline)
    return after if _keeps(before, after, shown_as, len(missing) + _statements(code)) else NoDraft(
        "nothing can be added to the file without changing what it says", f"add the code to {shown_as} by hand"
    )  # fmt: skip


def _as_target(name: str) -> str:
    module, _, imported = IMPORTS[name].removeprefix("from ").partition(" import ")
    return f"{module}.{imported}" if imported else name


def _import_block(needed: Sequence[str]) -> str:
    """Plain imports first, then one line for what comes from pactproof, as linters sort them."""
    plain = sorted(IMPORTS[name] for name in needed if IMPORTS[name].startswith("import"))
    ours = sorted(name for name in needed if IMPORTS[name].startswith("from"))
    return "\n".join([*plain, *([f"from pactproof import {', '.join(ours)}"] if ours else [])])


def _with_imports(before: bytes, lines: Sequence[str], newline: bytes) -> bytes:
    """`lines` behind the last import of those at the file's head, else behind its docstring, else before its code."""
    if not lines:
        return before
    tree = ast.parse(before)
    place = _import_line(tree)
    text = b"".join(line.encode() + newline for line in lines)
    parts = before.splitlines(keepends=True)
    head, tail = b"".join(parts[:place]), b"".join(parts[place:])
    if head and not head.endswith((b"\n", b"\r")):
        head += newline
    is_behind_imports = any(isinstance(node, ast.Import | ast.ImportFrom) for node in tree.body)
    if head and not is_behind_imports:
        text = newline + text
    if tail and not is_behind_imports:
        text += newline
    return head + text + tail


def _import_line(tree: ast.Module) -> int:
    """The number of lines in front of which nothing of the new imports may stand."""
    last = 0
    for node in tree.body:
        is_import = isinstance(node, ast.Import | ast.ImportFrom)
        is_docstring = node is tree.body[0] and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if is_import or is_docstring:
            last = node.end_lineno or last
        if isinstance(node, _Function | ast.ClassDef):
            break
    if last or not tree.body:
        return last
    first = tree.body[0]
    decorators = first.decorator_list if isinstance(first, _Function | ast.ClassDef) else []
    return min([first.lineno, *(decorator.lineno for decorator in decorators)]) - 1


def _gap(content: bytes, newline: bytes) -> bytes:
    """What has to stand between the file's end and a new function: the end of its line, and two blank lines."""
    text = content.replace(b"\r\n", b"\n")
    ended = b"" if text.endswith(b"\n") else newline
    blank = len(text) - len(text.rstrip(b"\n")) - 1 if text.endswith(b"\n") else 0
    return ended + newline * max(2 - blank, 0)


def _statements(code: Iterable[str]) -> int:
    return sum(len(ast.parse(part).body) for part in code)


def _keeps(before: bytes, after: bytes, shown_as: str, added: int) -> bool:
    """Whether the new file compiles and holds every statement of the old one, in order, and `added` more."""
    old = [ast.dump(node) for node in _parsed(before, shown_as).body]
    try:
        new = iter([ast.dump(node) for node in _parsed(after, shown_as, is_compiled=True).body])
    except (ContractFileError, ValueError):
        return False
    left = list(new)
    rest = iter(left)
    return len(left) == len(old) + added and all(statement in rest for statement in old)


def _parsed(content: bytes, shown_as: str, *, is_compiled: bool = False) -> ast.Module:
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
        self._texts = dict(_constants(tree))
        self._targets = dict(_imported(tree))

    def file(self) -> PythonFile:
        bound: dict[str, tuple[str, ...]] = {}
        computed: list[int] = []
        for call, arguments in _calls(self._tree):
            if self._target(call.func) not in [f"{module}.contract" for module in _OURS]:
                continue
            key = self._key(call)
            if key is None:
                computed.append(call.lineno)
            else:
                bound[key] = bound.get(key) or arguments
        names = dict.fromkeys(_top_level(self._tree), "") | dict(_imported(self._tree, top_level_only=True))
        return PythonFile(
            self._path, bound, tuple(computed), frozenset(self._fixtures()), frozenset(self._states()), names
        )

    def _key(self, call: ast.Call) -> str | None:
        named = {keyword.arg: keyword.value for keyword in call.keywords}
        operation = self._text(call.args[0] if call.args else named.get("operation"))
        scenario = self._text(named["scenario"]) if "scenario" in named else DEFAULT_SCENARIO
        return None if operation is None or scenario is None or None in named else scenario_key(operation, scenario)

    def _text(self, node: ast.expr | None) -> str | None:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return node.value
        return self._texts.get(node.id) if isinstance(node, ast.Name) else None

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


def _imported(tree: ast.Module, *, top_level_only: bool = False) -> Iterator[tuple[str, str]]:
    for node in tree.body if top_level_only else ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield (alias.asname, alias.name) if alias.asname else (alias.name.partition(".")[0],) * 2
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield from ((alias.asname or alias.name, f"{node.module}.{alias.name}") for alias in node.names)


def _constants(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Names at the top level that stand for a text."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield from ((target.id, node.value.value) for target in node.targets if isinstance(target, ast.Name))


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


def identifier(text: str) -> str:
    """`text` as part of a Python name."""
    return re.sub(r"\W", "_", text, flags=re.ASCII)
