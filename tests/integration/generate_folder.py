"""A project in a folder of its own, and `pactproof generate` in it."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent

import pytest
from click.testing import CliRunner, Result

from pactproof.cli import main

SHORT_REGISTRY = """\
contracts:
  aws:
    s3: [list_buckets, get_bucket_location, list_objects_v2]
    iam: [list_users, list_roles]
    cost_explorer: [get_cost_and_usage, get_cost_forecast]
  grafana: [search_dashboards, get_dashboard, create_annotation, list_datasources]
  github: [list_pull_requests, get_pull_request, list_workflows]
  pagerduty: [list_incidents, get_incident, list_services]
"""
SHOP = {
    "openapi": "3.1.0",
    "info": {"title": "Shop", "version": "1"},
    "paths": {
        "/items/{id}": {
            "get": {
                "operationId": "getItem",
                "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
                "responses": {
                    "200": {
                        "description": "an item",
                        "content": {
                            "application/json": {
                                "schema": {
                                    "type": "object",
                                    "required": ["id", "name"],
                                    "properties": {"id": {"type": "string"}, "name": {"type": "string"}},
                                }
                            }
                        },
                    }
                },
            }
        },
    },
}
ROOT = Path(__file__).parents[2]
RECORDED_REGISTRY = """\
contracts: {board: [get_dashboard]}
providers: {board: {base_url: https://grafana.example.com}}
"""
SHOP_REGISTRY = """\
consumer: till
contracts: {shop: [get_item]}
providers: {shop: {openapi: specs/shop.json}}
"""


class Folder:
    """A project's folder, and `pactproof generate` in it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, name: str, text: str) -> Path:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text))
        return path

    def read(self, name: str) -> str:
        return (self.path / name).read_text()

    def generate(self, *arguments: str) -> Result:
        return CliRunner().invoke(main, ["generate", *arguments], catch_exceptions=False)

    def contents(self) -> dict[str, bytes]:
        files = [path for path in self.path.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
        return {path.relative_to(self.path).as_posix(): path.read_bytes() for path in sorted(files)}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    monkeypatch.chdir(tmp_path)
    return Folder(tmp_path)


@pytest.fixture
def shop(folder: Folder) -> Folder:
    """A service with a vendor's document of one operation."""
    folder.write("registry.yaml", SHOP_REGISTRY)
    folder.write("specs/shop.json", json.dumps(SHOP))
    return folder
