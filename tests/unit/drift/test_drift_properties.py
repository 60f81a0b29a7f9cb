"""Drift of any JSON: equal answers have none, values alone are value-only, one new key is one additive drift."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.drift.recordings import changes, told
from tests.unit.written_contracts import Written

from pactproof.drift import classify, only_values
from pactproof.pytest_plugin.project import Project

CONTRACT = """
list_rows:
  request: {method: GET, path: /rows}
  response:
    body:
      rows:
        - id: {$integer: 1}
          name: Lamp
          note?: {$nullable: text}
          tags: {$min: 0, like: [blue]}
          owner: {name: Ines}
"""
PLAIN = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

words = st.text("abcdefgh äöß<&\"'", min_size=1, max_size=8)
names = st.sampled_from(["alpha", "beta", "gamma", "with space", "dotted.name", "7", "ключ"])
scalars = st.none() | st.booleans() | st.integers(-999, 999) | st.floats(-9, 9, allow_nan=False) | words
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3), max_leaves=8
)
rows = st.fixed_dictionaries(
    {
        "id": st.integers(0, 999),
        "name": words,
        "note": st.none() | words,
        "tags": st.lists(words, max_size=3),
        "owner": st.fixed_dictionaries({"name": words, "extra": values}),
        "free": values,
    }
)
answers = st.fixed_dictionaries({"rows": st.lists(rows, min_size=1, max_size=3), "beside": values})
dice = st.randoms(use_true_random=False)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Project:
    folder: Path = tmp_path_factory.mktemp("shop")
    return Written(folder)("shop: [list_rows]", shop=CONTRACT)


@PLAIN
@given(answer=answers)
def test_an_answer_does_not_drift_from_itself(shop: Project, answer: Any) -> None:
    assert changes(shop, answer, copy.deepcopy(answer)) == []


@PLAIN
@given(answer=answers, chance=dice)
def test_lists_in_another_order_and_keys_in_another_order_are_no_drift(
    shop: Project, answer: Any, chance: random.Random
) -> None:
    assert changes(shop, answer, _shuffled(answer, chance)) == []


@PLAIN
@given(answer=answers, chance=dice)
def test_other_values_of_the_same_types_are_value_only(shop: Project, answer: Any, chance: random.Random) -> None:
    found = changes(shop, answer, _with_other_values(answer, chance))

    assert classify(found) in (None, "value-only")
    assert only_values(found)


@PLAIN
@given(answer=answers, added=values, chance=dice)
def test_one_key_added_anywhere_is_one_additive_drift(
    shop: Project, answer: Any, added: Any, chance: random.Random
) -> None:
    new = copy.deepcopy(answer)
    chance.choice(list(_objects(new)))["added"] = added

    found = changes(shop, answer, new)

    assert [(one.drift_class, one.change) for one in found] == [("additive", "new")]
    assert found[0].path.endswith(".added")


@PLAIN
@given(answer=answers, chance=dice)
def test_more_rows_of_the_same_shape_are_value_only(shop: Project, answer: Any, chance: random.Random) -> None:
    new = copy.deepcopy(answer)
    new["rows"] += [copy.deepcopy(chance.choice(new["rows"])) for _ in range(chance.randint(1, 3))]

    assert told(changes(shop, answer, new)) == [("value-only", "value", "$.rows")]


BREAKS: dict[str, Any] = {
    "field removed": lambda row: row.pop("name"),
    "nested field removed": lambda row: row["owner"].pop("name"),
    "type changed": lambda row: row.update(id="one"),
    "null": lambda row: row.update(name=None),
    "object null": lambda row: row.update(owner=None),
    "list became text": lambda row: row.update(tags="blue"),
}


@settings(PLAIN, max_examples=8)
@given(answer=answers, chance=dice)
@pytest.mark.parametrize("name", BREAKS)
def test_one_broken_promise_in_any_row_is_exactly_one_breaking_drift(
    shop: Project, name: str, answer: Any, chance: random.Random
) -> None:
    new = copy.deepcopy(answer)
    BREAKS[name](chance.choice(new["rows"]))

    found = changes(shop, answer, new)

    assert [one.drift_class for one in found] == ["breaking"]


@PLAIN
@given(answer=answers)
def test_a_list_below_its_minimum_is_exactly_one_breaking_drift(shop: Project, answer: Any) -> None:
    found = changes(shop, answer, {**answer, "rows": []})

    assert told(found) == [("breaking", "too few", "$.rows")]


# --- changing answers --------------------------------------------------------------------------------------------


def _shuffled(value: Any, chance: random.Random) -> Any:
    if isinstance(value, dict):
        keys = chance.sample(list(value), len(value))
        return {key: _shuffled(value[key], chance) for key in keys}
    if isinstance(value, list):
        return [_shuffled(item, chance) for item in chance.sample(value, len(value))]
    return value


def _with_other_values(value: Any, chance: random.Random) -> Any:
    match value:
        case dict():
            return {key: _with_other_values(item, chance) for key, item in value.items()}
        case list():
            return [_with_other_values(item, chance) for item in value]
        case bool():
            return chance.random() < 0.5
        case int():
            return chance.randint(0, 999)
        case float():
            return chance.uniform(-9, 9)
        case str():
            return "".join(chance.choices("klmnop", k=5))
    return value


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _objects(item)
