"""YAML with JSON's types only: what is read, where it stands, and what is refused."""

import math

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from pactproof.document import MAX_DEPTH, MAX_VALUES, load_document, parse_document
from pactproof.errors import Place

TEXT = """\
# a comment first
contracts:
  grafana: [search, get]
  github:
    - list
"""


def faults_of(text: str) -> list[str]:
    _, faults = parse_document(text, "f.yaml")
    return [str(fault) for fault in faults]


def bomb(levels: int) -> str:
    """Nine aliases to nine aliases to ...: 9 ** levels values in a few hundred bytes."""
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]" for level in range(1, levels)]
    return "\n".join(rows)


@pytest.mark.parametrize(
    ("keys", "line", "column"),
    [
        pytest.param((), 2, 1, id="the document"),
        pytest.param(("contracts",), 3, 3, id="a mapping"),
        pytest.param(("contracts", "grafana"), 3, 12, id="a list"),
        pytest.param(("contracts", "grafana", 1), 3, 21, id="a list item"),
        pytest.param(("contracts", "github", 0), 5, 7, id="an item of a block list"),
        pytest.param(("contracts", "github", 7), 5, 5, id="an item that is not there: its list"),
        pytest.param(("contracts", "slack", "x"), 3, 3, id="a key that is not there: the mapping above"),
    ],
)
def test_values_know_their_place(keys, line, column):
    document, _ = parse_document(TEXT, "f.yaml")

    assert document.place(*keys) == Place("f.yaml", line, column)


@pytest.mark.parametrize(
    ("keys", "line", "column"),
    [
        pytest.param(("contracts",), 2, 1, id="a top-level key"),
        pytest.param(("contracts", "github"), 4, 3, id="a nested key"),
        pytest.param(("contracts", "grafana", 0), 3, 13, id="a list item has no key"),
        pytest.param(("contracts", "slack"), 3, 3, id="a key that is not there"),
    ],
)
def test_keys_know_their_place(keys, line, column):
    document, _ = parse_document(TEXT, "f.yaml")

    assert document.key_place(*keys) == Place("f.yaml", line, column)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("NO", "NO"),
        ("on", "on"),
        ("yes", "yes"),
        ("2027-03-01", "2027-03-01"),
        ("2027-03-01T10:00:00Z", "2027-03-01T10:00:00Z"),
        ("12:30:45", "12:30:45"),
        ("0x1f", "0x1f"),
        ("010", "010"),
        ("1_000", "1_000"),
        ("+1", "+1"),
        (".inf", ".inf"),
        (".nan", ".nan"),
        ("'1'", "1"),
        ('"true"', "true"),
        ("''", ""),
        ("1", 1),
        ("-7", -7),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("{a: [1, {b: no}]}", {"a": [1, {"b": "no"}]}),
        ("{1: a, true: b}", {"1": "a", "true": "b"}),
        ("<<: {a: 1}", {"<<": {"a": 1}}),
        ("[&x [1], *x]", [[1], [1]]),
    ],
)
def test_only_json_types_are_read(written, value):
    document, faults = parse_document(written, "f.yaml")

    assert (document.data, type(document.data), faults) == (value, type(value), [])


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        pytest.param(
            "a: 1\nb: 2\na: 3",
            "f.yaml:3:1: duplicate key 'a', first in line 1\n  fix: keep one of the two",
            id="duplicate key",
        ),
        pytest.param(
            "{a: 1, 'a': 2}",
            "f.yaml:1:8: duplicate key 'a', first in line 1\n  fix: keep one of the two",
            id="duplicate key, quoted",
        ),
        pytest.param(
            "a: !!python/object/apply:os.system [true]",
            "f.yaml:1:4: tag !!python/object/apply:os.system is not allowed\n  fix: write plain YAML without tags",
            id="python tag",
        ),
        pytest.param(
            "a: !vault x",
            "f.yaml:1:4: tag !vault is not allowed\n  fix: write plain YAML without tags",
            id="local tag",
        ),
        pytest.param(
            "!!int 1: a",
            "f.yaml:1:1: tag !!int is not allowed\n  fix: write plain YAML without tags",
            id="tag on a key",
        ),
        pytest.param(
            "? [a]\n: 1",
            "f.yaml:1:3: a key that is itself a list or a mapping\n  fix: use text as the key",
            id="list as a key",
        ),
        pytest.param(
            "a: &x [*x]",
            "f.yaml:1:4: an alias that contains itself\n"
            "  fix: write the values out, without aliases and with less nesting",
            id="cycle",
        ),
        pytest.param(
            "a: &x {b: {c: *x}}",
            "f.yaml:1:4: an alias that contains itself\n"
            "  fix: write the values out, without aliases and with less nesting",
            id="cycle through mappings",
        ),
        pytest.param(
            "a: 1e999",
            "f.yaml:1:4: a number too large to be told from infinity\n  fix: quote it where it is text",
            id="number beyond a float",
        ),
        pytest.param(
            "[1, 2",
            "f.yaml:2:1: not valid YAML: did not find expected ',' or ']'\n  fix: correct the syntax at this place",
            id="syntax",
        ),
        pytest.param(
            "a: 1\n---\nb: 2",
            "f.yaml:2:1: not valid YAML: but found another document\n  fix: correct the syntax at this place",
            id="two documents",
        ),
        pytest.param(
            "*x",
            "f.yaml:1:1: not valid YAML: found undefined alias\n  fix: correct the syntax at this place",
            id="undefined alias",
        ),
    ],
)
def test_what_json_cannot_hold_is_a_fault(text, fault):
    assert faults_of(text) == [fault]


def test_all_faults_of_a_file_come_in_file_order():
    faults = faults_of("a: !x 1\nb: {c: 1, c: 2}\n? {d: 1}\n: !y 2\na: 2\n")

    assert faults == [
        "f.yaml:1:4: tag !x is not allowed\n  fix: write plain YAML without tags",
        "f.yaml:2:11: duplicate key 'c', first in line 2\n  fix: keep one of the two",
        "f.yaml:3:3: a key that is itself a list or a mapping\n  fix: use text as the key",
        "f.yaml:5:1: duplicate key 'a', first in line 1\n  fix: keep one of the two",
    ]


def test_an_alias_bomb_is_refused_before_it_is_unpacked():
    document, faults = parse_document(bomb(20), "f.yaml")

    assert document.data is None
    assert len(document.places) <= 1
    assert [str(fault) for fault in faults] == [
        f"f.yaml:7:5: more than {MAX_VALUES} values once its aliases are unpacked\n"
        "  fix: write the values out, without aliases and with less nesting"
    ]


def test_aliases_within_the_limit_are_unpacked():
    document, faults = parse_document(bomb(3), "f.yaml")

    assert faults == []
    assert document.data["a2"][8][8] == ["x"] * 9


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("[" * 200_000, id="so deep that composing it would end the process"),
        pytest.param("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1), id="one level too many"),
    ],
)
def test_endless_nesting_is_a_fault(text):
    assert faults_of(text) == ["f.yaml:1:101: nested deeper than 100 levels\n  fix: flatten the file"]


def test_nesting_through_aliases_is_a_fault():
    text = "\n".join(["a0: &a0 [x]", *(f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, 5000))])

    faults = faults_of(text)

    assert faults == [
        "f.yaml:101:7: nested deeper than 100 levels once its aliases are unpacked\n"
        "  fix: write the values out, without aliases and with less nesting"
    ]


def test_as_deep_as_allowed_is_read():
    document, faults = parse_document("[" * MAX_DEPTH + "]" * MAX_DEPTH, "f.yaml")

    assert faults == []
    assert document.data[0][0][0][0][0] != []


def test_a_byte_order_mark_is_skipped(tmp_path):
    file = tmp_path / "f.yaml"
    file.write_bytes(b"\xef\xbb\xbfa: 1\n")

    document, faults = load_document(file, shown_as="f.yaml")

    assert (document.data, faults) == ({"a": 1}, [])
    assert document.key_place("a") == Place("f.yaml", 1, 1)


def test_a_file_that_is_not_utf_8_is_a_fault(tmp_path):
    file = tmp_path / "f.yaml"
    file.write_bytes("name: Müller".encode("latin-1"))

    document, faults = load_document(file, shown_as="f.yaml")

    assert document.data is None
    assert [str(fault) for fault in faults] == ["f.yaml: not UTF-8 text: byte 7\n  fix: save the file as UTF-8"]


def test_a_file_that_is_not_there_is_a_fault(tmp_path):
    _, faults = load_document(tmp_path / "f.yaml", shown_as="f.yaml")

    assert [str(fault) for fault in faults] == [
        "f.yaml: no such file\n  fix: create f.yaml, or start in the project's folder"
    ]


def test_a_folder_in_place_of_a_file_is_a_fault(tmp_path):
    _, faults = load_document(tmp_path, shown_as="f.yaml")

    assert [str(fault) for fault in faults] == ["f.yaml: cannot be read: Is a directory\n  fix: make the file readable"]


def test_control_characters_are_a_fault():
    (fault,) = faults_of("a: \x00")

    assert fault.startswith("f.yaml: not valid YAML: unacceptable character #x0000")
    assert fault.endswith("\n  fix: remove what YAML cannot hold")


@pytest.mark.parametrize("text", ["", "# only a comment", "---"])
def test_an_empty_file_is_null_without_a_fault(text):
    document, faults = parse_document(text, "f.yaml")

    assert (document.data, faults) == (None, [])


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(st.characters(codec="utf-8"), max_size=8),
    lambda parts: st.lists(parts, max_size=3) | st.dictionaries(st.text("ab?$. é\n", max_size=4), parts, max_size=3),
    max_leaves=12,
)


@settings(max_examples=60, deadline=None)
@given(value=JSON_VALUES)
def test_what_yaml_writes_for_a_json_value_is_read_back(value):
    text = yaml.safe_dump(value, default_style='"') if isinstance(value, str) else yaml.safe_dump(value)

    document, faults = parse_document(text, "f.yaml")

    assert (document.data, faults) == (value, [])


@settings(max_examples=100, deadline=None)
@given(text=st.text(st.characters(codec="utf-8"), max_size=60) | st.text("[]{}&*!?:-,# \nab1'\"|>%", max_size=40))
def test_any_text_is_read_or_a_fault(text):
    document, faults = parse_document(text, "f.yaml")

    assert document.data is None or not _has_infinity(document.data) or faults
    assert all(fault.fix for fault in faults)


def _has_infinity(data):
    parts = data.values() if isinstance(data, dict) else data if isinstance(data, list) else ()
    return any(map(_has_infinity, parts)) or (isinstance(data, float) and math.isinf(data))
