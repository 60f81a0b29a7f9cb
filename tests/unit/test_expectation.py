"""What contracts say about values: operators, optional keys, params, and the examples that come out of them."""

from __future__ import annotations

from typing import Any

import pytest

from pactproof.document import parse_document
from pactproof.errors import ContractError
from pactproof.expectation import (
    OMITTED,
    Binary,
    EachKey,
    EachLike,
    Member,
    Node,
    Nullable,
    Object,
    Value,
    example,
    has_choices,
    is_sendable,
)
from pactproof.expectation import Sequence as Elements
from pactproof.expectation_reading import OPERATORS, Reader, as_text, unescaped


def read(text: str, *, exact: bool = False, for_pact: bool = True, **params: Any) -> tuple[Node, list[str]]:
    """The expectation under `v:` of a small file, and the faults."""
    document, unreadable = parse_document(f"v: {text}" if "\n" not in text else f"v:\n{text}", "c.yaml")
    assert unreadable == []
    faults: list[ContractError] = []
    reader = Reader(document, faults, params, is_for_pact=for_pact)
    node = (reader.exactly if exact else reader.by_type)(document.data["v"], ("v",))
    return node, [str(fault) for fault in faults]


def node_of(text: str, *, exact: bool = False, **params: Any) -> Node:
    node, faults = read(text, exact=exact, **params)
    assert faults == []
    return node


@pytest.mark.parametrize(
    ("text", "matcher", "sample"),
    [
        ("5", {"match": "type"}, 5),
        ("null", {"match": "type"}, None),
        ("{$regex: '^[a-z]+$', like: abc}", {"match": "regex", "regex": "^[a-z]+$"}, "abc"),
        ("{$integer: 42}", {"match": "integer"}, 42),
        ("{$decimal: 12.5}", {"match": "decimal"}, 12.5),
        ("{$exactly: open}", None, "open"),
        ("{$exactly: {a: [1, null]}}", None, {"a": [1, None]}),
        ("{$one_of: [a.b, c]}", {"match": "regex", "regex": r"^(a\.b|c)$"}, "a.b"),
        ("{$one_of: [a, c], like: c}", {"match": "regex", "regex": "^(a|c)$"}, "c"),
        ("{$contains: low}", {"match": "include", "value": "low"}, "low"),
        ("{$contains: low, like: yellow}", {"match": "include", "value": "low"}, "yellow"),
    ],
)
def test_an_operator_gives_a_rule_and_an_example(text, matcher, sample):
    node = node_of(text)

    assert isinstance(node, Value)
    assert (node.matcher, node.example) == (matcher, sample)


@pytest.mark.parametrize(
    ("operator", "right", "wrong"),
    [
        (
            "$datetime",
            ["2026-01-05T10:00:00Z", "2026-01-05T10:00:00.123+01:00"],
            ["2026-01-05", "2026-13-05T10:00:00Z"],
        ),
        ("$date", ["2026-01-05"], ["2026-1-5", "05.01.2026", "2026-01-05T10:00:00Z"]),
        ("$uuid", ["3f2504e0-4f89-41d3-9a0c-0305e82c3301"], ["3f2504e04f8941d39a0c0305e82c3301"]),
    ],
)
def test_dates_and_ids_have_a_form(operator, right, wrong):
    for text in right:
        assert example(node_of(f"{{{operator}: '{text}'}}")) == text

    for text in wrong:
        _, faults = read(f"{{{operator}: '{text}'}}")
        assert len(faults) == 1
        assert faults[0].startswith(
            f"c.yaml:1:{len(operator) + 7}: {operator}: found '{text}'\n  fix: give an example such as "
        )


def test_a_plain_value_is_matched_by_type_in_a_response_and_exactly_in_a_request():
    assert node_of("{a: 1}") == Object((Member("a", Value(1, (("match", "type"),))),))
    assert node_of("{a: 1}", exact=True) == Object((Member("a", Value(1)),))


def test_a_list_means_each_like_this_in_a_response_and_these_elements_in_a_request():
    assert node_of("[1]") == EachLike(Value(1, (("match", "type"),)), 1)
    assert node_of("[1, 2]", exact=True) == Elements((Value(1), Value(2)))


def test_a_question_mark_makes_a_key_optional_and_a_backslash_or_a_second_dollar_keeps_it_as_it_is():
    node = node_of("{name?: a, really\\?: b, maybe\\??: c, $$ref: d}")

    assert isinstance(node, Object)
    assert [(member.name, member.is_optional) for member in node.members] == [
        ("name", True),
        ("really?", False),
        ("maybe?", True),
        ("$ref", False),
    ]
    assert unescaped("$$x?") == ("$x", True)


def test_a_lone_param_keeps_its_type_and_one_inside_text_is_written_as_json_has_it():
    node = node_of("{a: '{id}', b: 'no {id} and {flag}', c: '{unknown}', d: {$exactly: ['{id}']}}", id=7, flag=True)

    assert example(node) == {"a": 7, "b": "no 7 and true", "c": "{unknown}", "d": [7]}


def test_a_param_is_inserted_into_the_examples_of_operators():
    assert example(node_of("{$regex: '^[a-z]+$', like: '{uid}'}", uid="abc")) == "abc"
    assert example(node_of("{$integer: '{id}'}", id=7)) == 7


def test_a_param_is_not_inserted_twice():
    assert example(node_of("'{a}{b}'", a="{b}", b="x")) == "{b}x"


def test_nullable_optional_and_nested_parts_have_a_full_a_lean_and_a_pact_example():
    node = node_of(
        "{id: 1, text?: t, when: {$nullable: 2026}, owner: {$nullable: {name: x}}, tags: {$min: 0, like: [a]},"
        " labels: {$each_key: {env: prod}}, pair: {$min: 2, like: [{a?: 1, b: 2}]}}"
    )

    assert example(node, "full") == {
        "id": 1,
        "text": "t",
        "when": 2026,
        "owner": {"name": "x"},
        "tags": ["a"],
        "labels": {"env": "prod"},
        "pair": [{"a": 1, "b": 2}, {"a": 1, "b": 2}],
    }
    assert example(node, "lean") == {
        "id": 1,
        "when": None,
        "owner": None,
        "tags": ["a"],
        "labels": {"env": "prod"},
        "pair": [{"b": 2}, {"b": 2}],
    }
    assert example(node, "pact") == {
        "id": 1,
        "when": 2026,
        "tags": ["a"],
        "labels": {"env": "prod"},
        "pair": [{"b": 2}, {"b": 2}],
    }
    assert has_choices(node)


def test_a_list_or_mapping_of_nullable_containers_is_left_out_of_the_pact():
    assert example(node_of("[{$nullable: {a: 1}}]"), "pact") is OMITTED
    assert example(node_of("{$each_key: {k: {$nullable: [1]}}}"), "pact") is OMITTED


def test_nullable_within_nullable_is_one():
    assert node_of("{$nullable: {$nullable: 1}}") == Nullable(Value(1, (("match", "type"),)))


def test_each_key_and_min_and_contains_are_containers():
    assert node_of("{$each_key: {k: 1}}") == EachKey("k", Value(1, (("match", "type"),)))
    assert node_of("{$min: 0, like: [x]}") == EachLike(Value("x", (("match", "type"),)), 0)
    assert example(node_of("{$contains: [{name: a}, b]}")) == [{"name": "a"}, "b"]


def test_a_whole_body_may_be_binary():
    assert node_of("{$binary: image/png, like: iVBORw==}") == Binary("image/png", b"\x89PNG")


OPERATOR_LIST = (
    "use one of $binary, $contains, $date, $datetime, $decimal, $each_key, $exactly, $integer, $min, $nullable,"
    " $one_of, $regex, $uuid, or write $$"
)
NO_PATTERN = "$regex: not a regular expression: missing ), unterminated subpattern at position 0"
MISUSES = {
    "unknown operator": (
        "{$regexp: a}",
        5,
        "unknown operator $regexp",
        f"did you mean $regex? {OPERATOR_LIST}regexp for a key of that name",
    ),
    "unknown and far": ("{$zzz: a}", 5, "unknown operator $zzz", f"{OPERATOR_LIST}zzz for a key of that name"),
    "regex not text": ("{$regex: 5, like: a}", 13, "$regex: found 5", "give a regular expression as text"),
    "regex broken": ("{$regex: '(a', like: a}", 13, NO_PATTERN, "correct the pattern"),
    "regex named": (
        "{$regex: '(?P<x>a)', like: a}",
        13,
        "$regex: Pact knows no groups with a name",
        "write (...) for (?P<name>...)",
    ),
    "regex set in set": (
        "{$regex: '[[]', like: '['}",
        13,
        "$regex: read otherwise by Pact: Possible nested set at position 1",
        "put a backslash before [, &, ~ or | in a set",
    ),
    "regex alone": (
        "{$regex: a}",
        13,
        "$regex: without an example",
        "add `like:` with a value that the pattern matches",
    ),
    "regex in part": (
        "{$regex: 'a', like: ab}",
        24,
        "$regex: a does not match the whole of its example 'ab'",
        "give an example that matches",
    ),
    "regex number": (
        "{$regex: '5', like: 5}",
        24,
        "$regex: 5 does not match the whole of its example 5",
        "give an example that matches",
    ),
    "datetime": ("{$datetime: 2026}", 16, "$datetime: found 2026", 'give an example such as "2026-01-05T10:00:00Z"'),
    "date": ("{$date: today}", 12, "$date: found 'today'", 'give an example such as "2026-01-05"'),
    "uuid": ("{$uuid: }", 12, "$uuid: found empty", "give an example such as 3f2504e0-4f89-41d3-9a0c-0305e82c3301"),
    "integer": ("{$integer: 1.5}", 15, "$integer: found 1.5", "give an example such as 42"),
    "integer bool": ("{$integer: true}", 15, "$integer: found true", "give an example such as 42"),
    "decimal": ("{$decimal: 1}", 15, "$decimal: found 1", "give an example such as 12.5"),
    "one_of empty": (
        "{$one_of: []}",
        14,
        "$one_of: found an empty list",
        "give a list of texts, the first of them as the example",
    ),
    "one_of numbers": (
        "{$one_of: [1]}",
        14,
        "$one_of: found a list",
        "give a list of texts, the first of them as the example",
    ),
    "one_of like": (
        "{$one_of: [a, b], like: c}",
        28,
        "$one_of: the example 'c' is not among the choices",
        "use one of a, b",
    ),
    "each_key": (
        "{$each_key: {a: 1, b: 2}}",
        16,
        "$each_key: found a mapping",
        "give one example entry, {some_key: what each value is like}",
    ),
    "contains": (
        "{$contains: 5}",
        16,
        "$contains: found 5",
        "give a text that the value contains, or a list of elements",
    ),
    "contains like": (
        "{$contains: a, like: b}",
        25,
        "$contains: the example 'b' does not contain it",
        "give an example that does",
    ),
    "min negative": ("{$min: -1, like: [a]}", 11, "$min: found -1", "give the least number of elements, 0 or more"),
    "min alone": ("{$min: 1}", 11, "$min: without one example element", "add `like: [element]`"),
    "min two": ("{$min: 1, like: [a, b]}", 20, "$min: without one example element", "add `like: [element]`"),
    "nullable null": (
        "{$nullable: null}",
        16,
        "$nullable: found null",
        "give an example of the value when it is not null",
    ),
    "binary type": ("{$binary: png, like: aa==}", 14, "$binary: found 'png'", "give the media type, such as image/png"),
    "binary bytes": (
        "{$binary: image/png, like: '*'}",
        14,
        "$binary: without an example",
        "add `like:` with the bytes in base64",
    ),
    "binary inside": ("{a: {$binary: image/png, like: aa==}}", 9, "$binary inside a body", "let it be the whole body"),
    "beside": ("{$integer: 5, name: a}", 18, "'name' beside $integer", "$integer stands alone"),
    "beside like": ("{$min: 0, like: [a], max: 3}", 25, "'max' beside $min", "$min takes `like` beside it"),
    "two operators": ("{$nullable: 5, $min: 0}", 19, "'$min' beside $nullable", "$nullable stands alone"),
    "two templates": (
        "[1, 2]",
        4,
        "a list of 2 elements says nothing about what each element is like",
        "give one element that stands for each, or `$exactly: [...]`, or `$min: 0` with `like: [...]`",
    ),
    "no template": (
        "[]",
        4,
        "a list of 0 elements says nothing about what each element is like",
        "give one element that stands for each, or `$exactly: [...]`, or `$min: 0` with `like: [...]`",
    ),
    "key twice": ("{a: 1, a?: 2}", 11, "key 'a' stands twice, once with `?`", "keep one of the two"),
    "quote in a key": (
        '{"it\'s": 1}',
        5,
        'Pact has no path for the key "it\'s"',
        "leave it out; other keys are allowed in an answer",
    ),
    "empty key": ("{'': 1}", 5, "Pact has no path for the key ''", "leave it out; other keys are allowed in an answer"),
}


@pytest.mark.parametrize(("text", "column", "what", "fix"), MISUSES.values(), ids=MISUSES.keys())
def test_a_misuse_is_told_with_its_place_and_a_way_out(text, column, what, fix):
    _, faults = read(text)

    assert faults == [f"c.yaml:1:{column}: {what}\n  fix: {fix}"]


def test_every_operator_has_a_misuse_above():
    tried = {name for text, *_ in MISUSES.values() for name in OPERATORS if f"{name}:" in text}

    assert tried == set(OPERATORS) - {"$exactly"}  # which takes any value


def test_all_misuses_of_a_value_are_told_in_one_go():
    _, faults = read("{a: {$integer: x}, b: {c: {$zzz: 1}}, d: [{$date: y}]}")

    assert [fault.splitlines()[0] for fault in faults] == [
        "c.yaml:1:19: $integer: found 'x'",
        "c.yaml:1:31: unknown operator $zzz",
        "c.yaml:1:54: $date: found 'y'",
    ]


def test_aws_members_may_have_any_name():
    node, faults = read('{"it\'s": 1}', for_pact=False)

    assert (example(node), faults) == ({"it's": 1}, [])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{a: 1, b: {$nullable: 1}}", True),
        ("{a?: 1}", False),
        ("{a: {$nullable: {b: 1}}}", False),
        ("[{a?: 1}]", False),
        ("{$each_key: {k: {a?: 1}}}", False),
        ("{$contains: [{a?: 1}]}", False),
    ],
)
def test_a_request_cannot_leave_open_what_is_sent(text, expected):
    assert is_sendable(node_of(text, exact=True)) is expected


@pytest.mark.parametrize(
    ("value", "text"),
    [("a b", "a b"), (7, "7"), (1.5, "1.5"), (True, "true"), (None, "null"), (["ü"], '["ü"]')],
)
def test_text_stays_as_it_is_and_all_else_is_written_as_json(value, text):
    assert as_text(value) == text
