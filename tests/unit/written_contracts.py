"""Contracts written in a test, loaded as a session loads them."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from pactproof.pytest_plugin.project import Project, load_project


class Written:
    """`written(registry="shop: [get_item]", shop="get_item: …")` is the project of these texts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, registry: str, **contracts: str) -> Project:
        services = [line.partition(":")[0] for line in registry.splitlines() if not line.startswith(" ")]
        urls = [f"  {name}: {{base_url: https://{name}.example.com/base}}\n" for name in services if name != "aws"]
        providers = f"providers:\n{''.join(urls)}" if urls else ""
        listed = "\n".join(f"  {line}" for line in registry.splitlines())
        (self.folder / "registry.yaml").write_text(f"consumer: till\n{providers}contracts:\n{listed}\n")
        (self.folder / "contracts").mkdir(exist_ok=True)
        for name, text in contracts.items():
            (self.folder / "contracts" / f"{name}.yaml").write_text(dedent(text))
        return load_project(self.folder)


@pytest.fixture
def written(tmp_path: Path) -> Written:
    return Written(tmp_path)
