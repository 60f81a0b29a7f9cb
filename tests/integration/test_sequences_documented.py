"""The example of docs/contracts.md, as a program goes through it."""

from __future__ import annotations

import re
from pathlib import Path

from tests.integration.plugin_project import PluginProject, project

__all__ = ["project"]
pytest_plugins = "pytester"

DOCS = Path(__file__).parents[2] / "docs/contracts.md"
TESTS = """
@contract("shop.list_items")
def test_list_items(provider):
    first = httpx.get(f"{provider.url}/items", params={"limit": 2}).json()
    last = httpx.get(f"{provider.url}/items", params={"limit": 2, "cursor": first["next_cursor"]}).json()
    assert last["next_cursor"] is None

@contract("shop.get_item")
def test_get_item(provider):
    refused, answered = requests.get(f"{provider.url}/items/7"), requests.get(f"{provider.url}/items/7")
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "0")
    assert answered.json()["name"]

@contract("shop.create_order")
def test_create_order(provider):
    made = httpx.post(f"{provider.url}/orders", json={"item": "Lamp"}).json()
    while httpx.get(f"{provider.url}/orders/{made['id']}").json()["state"] != "done":
        pass
"""


def test_the_documented_sequences_are_promised(project: PluginProject):
    [example] = re.findall(r"## Sequences and retries\n\n```yaml\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.S)
    project.register("list_items", "get_item", "create_order")
    project.write("contracts/shop.yaml", example)
    project.tests(TESTS)

    run = project.run("-k", "[pact]")

    assert run.code == 0, run.text
    assert run.counts["passed"] == 3
