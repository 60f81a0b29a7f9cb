"""Pact's own matcher on expectations: what it says of an answer, where, and how fast."""

from __future__ import annotations

import copy
import time
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pactproof.errors import ContractError
from pactproof.expectation import (
    TYPE,
    Contains,
    EachKey,
    EachLike,
    Member,
    Node,
    Nullable,
    Object,
    Value,
    example,
    literal,
)
from pactproof.expectation import Sequence as Elements
from pactproof.expectation_reading import DATETIME
from pactproof.interaction import Mismatch
from pactproof.matching import matching_rules, mismatches, parsed_path, path_text, promised_paths

INTEGER = Value(1, (("match", "integer"),))
DECIMAL = Value(1.5, (("match", "decimal"),))
WORD = Value("abc", (("match", "regex"), ("regex", "^[a-z]+$")))
WHEN = Value("2026-01-05T10:00:00Z", (("match", "regex"), ("regex", DATETIME)))
LOW = Value("yellow", (("match", "include"), ("value", "low")))


def like(value: Any) -> Value:
    return Value(value, TYPE)


def record(**members: Node) -> Object:
    """An object; a name that ends in `_` is optional."""
    return Object(tuple(Member(name.rstrip("_"), node, name.endswith("_")) for name, node in members.items()))


def paths(node: Node, actual: Any, **options: Any) -> list[str]:
    return [mismatch.path for mismatch in mismatches(node, actual, **options)]


# --- single values -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("node", "right", "wrong"),
    [
        (like(1), [2, 1.5, 2.0, -3, 10**30], ["2", None, True, [], {}]),
        (like(1.5), [2, 2.5], ["2.5", None, False]),
        (like("a"), ["", "ü", "5"], [5, None, True, ["a"]]),
        (like(True), [False], [0, "true", None]),
        (like(None), [None], [0, "", False, {}]),
        (INTEGER, [0, -7, 2**63 - 1, 2**64 - 1], [1.0, 1.5, "1", True, None, 2**64]),
        (DECIMAL, [2.5, 1e300, 2.0], [2, "2.5", None]),
        (WORD, ["xyz"], ["XYZ", "xyz\n", "", 5, None, True, ["xyz"], {"a": "xyz"}]),
        (Value("5", (("match", "regex"), ("regex", ".*"))), ["", "5"], [5, None, True, [1], {"a": 1}]),
        (WHEN, ["2027-12-31T23:59:59.5+01:00"], ["2027-12-31", "", 20271231, None]),
        (LOW, ["low", "slow"], ["high", 5, None]),
        (Value("a"), ["a"], ["b", 1, None]),
        (Value(1), [1], [2, 1.0, "1", True, None]),
        (Value(True), [True], [False, 1, "true"]),
        (Value(None), [None], [0, "null", {}]),
        (Value({"a": [1]}), [{"a": [1]}], [{"a": [1], "b": 1}, {"a": [2]}, {"a": []}, {}, [1], None]),
        (Value([1, 2]), [[1, 2]], [[2, 1], [1], [1, 2, 3], [], None]),
        (Value([]), [[]], [[1], [[]], None, {}, ""]),
        (Value({}), [{}], [{"a": 1}, [], None]),
        (Nullable(like(1)), [1, None], ["1", {}]),
        (Nullable(WORD), ["abc", None], [5, "A"]),
        (Nullable(record(a=like(1))), [None, {"a": 2}], [{}, {"a": "x"}, []]),
        (Nullable(EachLike(like(1))), [None, [1]], [[], ["x"], {}]),
        (record(), [{}, {"a": 1}], [[], None, "x"]),
        (EachLike(like(1)), [[1], [1, 2]], [[], ["a"], [1, None], {}, None]),
        (EachLike(like(1), 0), [[], [1]], [["a"], None]),
        (EachLike(like(1), 3), [[1, 2, 3], [1] * 9], [[1, 2], []]),
        (EachKey("k", like(1)), [{}, {"a": 1, "b c": 2, "": 3, "it's": 4}], [{"a": "x"}, {"": None}, [1], None]),
        (Elements((Value(1), Value("a"))), [[1, "a"]], [["a", 1], [1], [1, "a", 2], [], None]),
        (Elements(()), [[]], [[1], None]),
        (Contains((Value("a"), Value("b"))), [["b", "x", "a"], ["a", "b"]], [["a"], [], "ab", None]),
        (Contains((record(n=Value(1)),)), [[{"n": 2}, {"n": 1, "m": 2}]], [[{"n": 2}], [{}]]),
    ],
)
def test_what_pact_takes_and_refuses(node, right, wrong):
    assert [value for value in right if paths(node, value)] == []
    assert [value for value in wrong if not paths(node, value)] == []


@pytest.mark.parametrize("inner", [Value([]), Elements(())])
def test_an_empty_list_is_promised_below_lists_too(inner):
    node = EachLike(record(tags=inner))

    assert mismatches(node, [{"tags": []}, {"tags": [1]}]) == [
        Mismatch("$[1].tags", "[]", "[1]", "Expected an empty List but received [1]")
    ]


def test_a_null_where_a_value_is_promised_is_told_as_null():
    assert mismatches(record(a=like(1)), {"a": None}) == [
        Mismatch("$.a", "1", "null", "Expected null (Null) to be the same type as 1 (Integer)")
    ]


def test_one_value_of_another_type_is_one_mismatch_that_speaks_of_the_type():
    assert mismatches(record(a=WORD), {"a": 5}) == [
        Mismatch("$.a", '"abc"', "5", "Expected 5 (Integer) to be the same type as 'abc' (String)")
    ]


def test_every_missing_key_is_a_mismatch_of_its_own():
    assert mismatches(record(a=like(1), b=record(c=like(1)), d_=like(1)), {"b": {}}) == [
        Mismatch("$.a", "a value", "nothing", "'a' is missing"),
        Mismatch("$.b.c", "a value", "nothing", "'c' is missing"),
    ]


def test_mismatches_are_sorted_by_path_and_index_not_by_text():
    node = EachLike(record(b=like(1), a_=like(1)))

    assert paths(node, [{"b": 1}] * 2 + [{"b": "x"}] + [{"b": 1, "a": 1}] * 7 + [{"b": "x", "a": "x"}]) == [
        "$[2].b",
        "$[10].a",
        "$[10].b",
    ]


# --- optional and nullable parts, lists of mixed shapes -----------------------------------------------------------


def test_each_element_is_judged_by_what_it_has():
    node = EachLike(record(id=INTEGER, text_=like("a"), owner=Nullable(record(name=like("a"), mail_=WORD))))
    actual = [
        {"id": 1},
        {"id": 1, "owner": None},
        {"id": 1, "owner": {"name": "a"}, "text": None},
        {"id": 1.5, "owner": {"name": "a", "mail": 5}, "text": "a"},
        {"id": 1, "owner": {}, "text": "a"},
    ]

    assert [(one.path, one.found) for one in mismatches(node, actual)] == [
        ("$[0].owner", "nothing"),
        ("$[2].text", "null"),
        ("$[3].id", "1.5"),
        ("$[3].owner.mail", "5"),
        ("$[4].owner.name", "nothing"),
    ]


def test_paths_lead_back_through_lists_within_lists():
    node = record(rows=EachLike(record(cells_=EachLike(record(v=like(1), note_=like("a")), 0)), 1))
    actual = {
        "rows": [
            {"cells": [{"v": 1}, {"v": 1, "note": "a"}, {"v": "x"}]},
            {},
            {"cells": []},
            {"cells": [{"v": 1, "note": 5}]},
        ]
    }

    assert paths(node, actual) == ["$.rows[0].cells[2].v", "$.rows[3].cells[0].note"]


def test_the_values_of_a_mapping_may_have_mixed_shapes():
    node = EachKey("k", record(v=like(1), note_=like("a")))
    actual = {"it's": {"v": "x"}, "12": {"v": 1, "note": 5}, "": {"note": "a"}, "fine": {"v": 1}}

    assert paths(node, actual) == ["$[''].v", "$['12'].note", "$['it\\'s'].v"]


def test_a_mixed_list_still_has_a_least_length():
    node = EachLike(record(a_=like(1)), 3)

    assert mismatches(node, [{}, {"a": 1}]) == [
        Mismatch(
            "$", "at least 3 elements", '[{}, {"a": 1}]', 'Expected [{}, {"a": 1}] (size 2) to have minimum size of 3'
        )
    ]
    assert paths(node, [{}, {"a": 1}, {}]) == []


def test_a_list_of_a_thousand_mixed_elements_is_matched_in_linear_time():
    node = EachLike(
        record(id=INTEGER, name=like("a"), when=Nullable(WHEN), text_=like("a"), owner=Nullable(record(a_=like(1))))
    )

    def of(count: int) -> list[dict[str, Any]]:
        return [
            {
                "id": number,
                "name": "n",
                "when": None if number % 2 else "2026-01-05T10:00:00Z",
                "owner": None if number % 3 else {"a": 1} if number % 4 else {},
                **({"text": "t"} if number % 5 else {}),
            }
            for number in range(count)
        ]

    def cpu_s(count: int) -> float:
        answer, start = of(count), time.process_time()
        assert mismatches(node, answer) == []
        return time.process_time() - start

    small, large = min(cpu_s(250) for _ in range(3)), min(cpu_s(1000) for _ in range(3))

    assert large < 9 * small  # four times as much, sixteen times where it is quadratic
    assert large < 1


# --- what is not promised ----------------------------------------------------------------------------------------


def test_other_keys_are_fine_in_a_response_and_not_in_a_request():
    node = record(
        a=like(1), list=EachLike(record(b=like(1))), map=EachKey("k", record(c=like(1))), n=Nullable(record())
    )
    actual = {"a": 1, "x": 1, "list": [{"b": 1, "y": {}}], "map": {"k": {"c": 1, "z": None}}, "n": {"w": "ü"}}

    assert mismatches(node, actual) == []
    assert mismatches(node, actual, extra_allowed=False) == [
        Mismatch("$.list[0].y", "nothing", "{}", "'y' is not promised"),
        Mismatch("$.map.k.z", "nothing", "null", "'z' is not promised"),
        Mismatch("$.n.w", "nothing", '"ü"', "'w' is not promised"),
        Mismatch("$.x", "nothing", "1", "'x' is not promised"),
    ]


def test_exactly_refuses_other_keys_in_a_response_too():
    assert paths(record(a=Value({"b": 1})), {"a": {"b": 1, "c": 2}}) == ["$.a"]


def test_a_literal_names_the_path_of_what_differs():
    node = literal({"a": [1, {"b": "x"}]})

    assert paths(node, {"a": [1, {"b": "y"}]}, extra_allowed=False) == ["$.a[1].b"]
    assert paths(node, {"a": [1, {"b": "x", "c": 1}]}, extra_allowed=False) == ["$.a[1].c"]


def test_promised_paths_are_the_scalars_that_something_is_said_about():
    node = record(a=like(1), b_=like(1), c=Nullable(like(1)), d=EachLike(record(e=like(1))), f=EachKey("k", like(1)))

    found = promised_paths(node, {"a": 1, "c": None, "d": [{"e": 1, "z": 1}, {}], "f": {"x": 1}, "y": 1})

    assert [path_text(path) for path in found] == ["$.a", "$.c", "$.d[0].e", "$.f.x"]


# --- rules and paths ---------------------------------------------------------------------------------------------


def test_rules_are_those_of_the_pact_file():
    node = record(
        id=INTEGER,
        name=Value("x"),
        uid=WORD,
        when=Nullable(WHEN),
        text_=like("a"),
        owner=Nullable(record(a=like(1))),
        tags=EachLike(like("a"), 0),
        labels=EachKey("k", like("a")),
        empty=Value([]),
    )

    def one(*matchers: dict[str, Any], combine: str = "AND") -> dict[str, Any]:
        return {"combine": combine, "matchers": list(matchers)}

    assert matching_rules(node) == {
        "$.id": one({"match": "integer"}),
        "$.name": one({"match": "equality"}),
        "$.uid": one({"match": "type"}, {"match": "regex", "regex": "^[a-z]+$"}),
        "$.when": one({"match": "regex", "regex": DATETIME}, {"match": "null"}, combine="OR"),
        "$.tags": one({"match": "type"}),
        "$.tags[*]": one({"match": "type"}),
        "$.labels": one({"match": "values"}),
        "$.labels.*": one({"match": "type"}),
    }


ODD_KEYS = [
    "a.b",
    "a b",
    "it's",
    'a"b',
    "",
    "ü",
    "*",
    "[*]",
    "$x",
    "a-b",
    "1a",
    "0",
    "007",
    "a]b",
    "a\\b",
    "日本",
    "a\nb",
    "\ue0000",
]


@pytest.mark.parametrize("key", ODD_KEYS)
def test_any_key_is_matched_and_named_as_it_is(key):
    node = Object((Member(key, WORD), Member("other", Value("x"))))
    path = path_text((key,))

    assert mismatches(node, {key: "q", "other": "x"}) == []
    assert mismatches(node, {key: 1, "other": "x"}) == [
        Mismatch(path, '"abc"', "1", "Expected 1 (Integer) to be the same type as 'abc' (String)")
    ]
    assert mismatches(node, {"other": "x"}) == [Mismatch(path, "a value", "nothing", f"'{key}' is missing")]
    assert mismatches(EachLike(node), [{key: "q", "other": "y"}])[0].path == "$[0].other"


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])) | st.integers(0, 10**6) | st.sampled_from(ODD_KEYS)))
def test_a_path_is_read_as_it_was_written(parts):
    assert parsed_path(path_text(tuple(parts))) == tuple(parts)


def test_without_pact_python_the_check_says_what_to_install(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pact_ffi", None)

    with pytest.raises(ContractError) as caught:
        mismatches(like(1), 1)

    assert str(caught.value) == 'Pact\'s matcher is not installed\n  fix: pip install "pactproof[pact]"'


@pytest.mark.parametrize("length", [1, 70_000], ids=["a small body", "a large one"])
def test_the_same_question_has_the_same_answer_whoever_asked_before(length):
    wrong, right = ["x" * length], [7]

    first = mismatches(EachLike(INTEGER, 1), wrong)
    between = mismatches(EachLike(INTEGER, 1), right)
    again = mismatches(EachLike(INTEGER, 1), wrong)

    assert (first[0].path, between) == ("$[0]", [])
    assert again == first


# --- properties --------------------------------------------------------------------------------------------------

NAMES = st.sampled_from(["id", "name", "a.b", "it's", "x y", "0", "größe", "*"])
SCALARS = st.sampled_from(
    [like(1), like(1.5), like("text"), like(True), INTEGER, DECIMAL, WORD, WHEN, LOW, Value("x"), Value(7)]
)


def _objects(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    members = st.dictionaries(NAMES, st.tuples(inner, st.booleans()), min_size=1, max_size=4)
    return members.map(lambda made: Object(tuple(Member(name, node, flag) for name, (node, flag) in made.items())))


def _containers(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    return (
        _objects(inner)
        | st.builds(EachLike, inner, st.integers(0, 3))
        | st.builds(EachKey, NAMES, inner)
        | st.builds(lambda nodes: Elements(tuple(nodes)), st.lists(inner, max_size=3))
        | inner.filter(lambda node: not isinstance(node, Nullable)).map(Nullable)
    )


NODES = st.recursive(SCALARS | SCALARS.map(Nullable), _containers, max_leaves=8)


@given(NODES)
@settings(max_examples=150, deadline=None)
def test_every_example_satisfies_its_own_expectation(node):
    assert mismatches(node, example(node, "full"), extra_allowed=False) == []
    assert mismatches(node, example(node, "lean"), extra_allowed=False) == []


def _changed(value: Any) -> Any:
    """A value of another type, which no rule of the scalars above allows."""
    return 12345 if isinstance(value, str) else "UPPER CASE"


@given(NODES, st.data())
@settings(max_examples=150, deadline=None)
def test_a_scalar_of_another_type_is_a_mismatch_at_its_path_and_nowhere_else(node, data):
    answer = copy.deepcopy(example(node, "full"))
    promised = sorted(set(promised_paths(node, answer)), key=path_text)
    assume(promised)
    path = data.draw(st.sampled_from(promised))

    broken = _with(answer, path, _changed)

    assert paths(node, broken) == [path_text(path)]


@given(_objects(NODES), st.data())
@settings(max_examples=100, deadline=None)
def test_an_unpromised_key_never_matters_in_a_response_and_always_in_a_request(node, data):
    answer = copy.deepcopy(example(node, "full"))
    objects = [path for path, inner in _objects_in(node, answer, ())]
    assume(objects)
    path = data.draw(st.sampled_from(objects))

    larger = _with(answer, path, lambda found: {**found, "not promised": {"any": [None]}})

    assert paths(node, larger) == []
    assert paths(node, larger, extra_allowed=False) == [path_text((*path, "not promised"))]


def _with(answer: Any, path: tuple[str | int, ...], change: Any) -> Any:
    if not path:
        return change(answer)
    head, *rest = path
    made: Any = dict(answer) if isinstance(answer, dict) else list(answer)
    made[head] = _with(answer[head], tuple(rest), change)
    return made


def _objects_in(node: Node, answer: Any, path: tuple[Any, ...]) -> Any:
    """The paths at which an object of the expectation meets a mapping."""
    match node:
        case Nullable(inner):
            yield from _objects_in(inner, answer, path)
        case Object(members):
            yield path, node
            for member in members:
                yield from _objects_in(member.node, answer[member.name], (*path, member.name))
        case EachLike(element):
            for index, item in enumerate(answer):
                yield from _objects_in(element, item, (*path, index))
        case EachKey(_, element):
            for name, item in answer.items():
                yield from _objects_in(element, item, (*path, name))
        case Elements(elements):
            for index, element in enumerate(elements):
                yield from _objects_in(element, answer[index], (*path, index))
