"""What judging a recorded body costs, beside parsing it: ratios within one run, never a timed test."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pactproof.document import parse_document
from pactproof.expectation import Node
from pactproof.expectation_reading import Reader
from pactproof.matching import mismatches

pytestmark = pytest.mark.benchmark

CONTRACT = """
items:
- id: {$integer: 1}
  name: text
  folder?: text
  owner: {$nullable: {login: text}}
  created: {$datetime: "2026-01-05T10:00:00Z"}
"""


def expectation() -> Node:
    document, _ = parse_document(CONTRACT, "benchmark.yaml")
    return Reader(document, [], {}).by_type(document.data, ())


def answer(elements: int) -> dict[str, Any]:
    """Elements of two shapes in turn, as real lists have them."""
    full = {"id": 7, "name": "a", "folder": "b", "owner": {"login": "c"}, "created": "2026-11-22T10:00:00Z"}
    lean = {"id": 8, "name": "a", "owner": None, "created": "2026-11-22T10:00:00Z"}
    return {"items": [(full, lean)[index % 2] for index in range(elements)]}


@pytest.mark.parametrize("elements", [1, 100, 1000])
def test_judging_a_list_of_mixed_shapes(benchmark, elements):
    node, body = expectation(), answer(elements)

    found = benchmark(mismatches, node, body)

    assert found == []


@pytest.mark.parametrize("elements", [1, 100, 1000])
def test_parsing_the_same_list(benchmark, elements):
    text = json.dumps(answer(elements))

    parsed = benchmark(json.loads, text)

    assert len(parsed["items"]) == elements
