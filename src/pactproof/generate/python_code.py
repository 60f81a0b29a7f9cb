"""Code added at the end of a Python file, which keeps what it holds."""

from __future__ import annotations

import ast
import codecs
import re
from collections.abc import Iterable, Mapping, Sequence

from pactproof.errors import ContractFileError
from pactproof.generate.draft import NoDraft
from pactproof.generate.python_file import parsed_python, read_python

IMPORTS: Mapping[str, str] = {
    "boto3": "import boto3",
    "pytest": "import pytest",
    "contract": "from pactproof import contract",
    "unbound": "from pactproof import unbound",
}
"""The lines that generated code may need, by the name that each binds."""

_Function = ast.FunctionDef | ast.AsyncFunctionDef


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
    if before.startswith(codecs.BOM_UTF8):
        return codecs.BOM_UTF8 + _with_imports(before.removeprefix(codecs.BOM_UTF8), lines, newline)
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
    old = [ast.dump(node) for node in parsed_python(before, shown_as).body]
    try:
        new = iter([ast.dump(node) for node in parsed_python(after, shown_as, is_compiled=True).body])
    except (ContractFileError, ValueError):
        return False
    left = list(new)
    rest = iter(left)
    return len(left) == len(old) + added and all(statement in rest for statement in old)


def identifier(text: str) -> str:
    """`text` as part of a Python name."""
    return re.sub(r"\W", "_", text, flags=re.ASCII)
