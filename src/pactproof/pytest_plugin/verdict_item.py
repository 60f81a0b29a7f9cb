"""Verdicts without a run: operations that nobody calls or promised, and placeholders, show up as failing items."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from pactproof.binding import Binding
from pactproof.pytest_plugin.cases import placeholder_fault
from pactproof.pytest_plugin.failure import ContractFailure, representation
from pactproof.pytest_plugin.placeholders import Placeholder
from pactproof.verdict import Fault


class VerdictItem(pytest.Item):
    """`registry.yaml::grafana.get_dashboard[unbound]`: fails with its fault."""

    def __init__(self, *, fault: Fault, key: str, **options: Any) -> None:
        super().__init__(**options)
        self.fault = fault
        self.extra_keyword_matches.update({key, fault.name})
        self.add_marker("contract")

    def runtest(self) -> None:
        raise ContractFailure(self.fault)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        if isinstance(excinfo.value, ContractFailure):
            return representation(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        line = self.fault.file.line if self.fault.file else 1
        return self.path, max(line - 1, 0), self.name


def verdict_item(session: pytest.Session, root: Path, key: str, fault: Fault) -> VerdictItem:
    """An item that stands in registry.yaml, at the line of the operation."""
    name = f"{key}[{fault.name}]"
    item: VerdictItem = VerdictItem.from_parent(
        session, name=name, nodeid=f"registry.yaml::{name}", path=root / "registry.yaml", fault=fault, key=key
    )
    return item


def unbound_item(function: pytest.Function, binding: Binding, found: Sequence[Placeholder], root: Path) -> VerdictItem:
    """An item in the place of a contract function that holds placeholders: nothing of it is run.

    It keeps the function's id and marks: what is skipped, or expected to fail, stays so.
    """
    item: VerdictItem = VerdictItem.from_parent(
        function.parent or function.session,
        name=function.name,
        nodeid=function.nodeid,
        path=function.path,
        fault=placeholder_fault(binding, found, root),
        key=binding.key,
    )
    item.extra_keyword_matches |= {binding.operation, function.originalname or function.name}
    item.own_markers += [mark for mark in function.own_markers if mark.name not in ("parametrize", "usefixtures")]
    item.keywords.update({mark.name: mark for mark in item.own_markers})
    return item
