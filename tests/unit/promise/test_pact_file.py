"""Pact files merge what a run showed into what is committed, and are the same bytes for the same promise."""

from __future__ import annotations

import json

import pytest

from pactproof.errors import ContractError
from pactproof.promise.pact_file import difference, merged, pact_path, pact_text, read_interactions

SHOWN_AS = "contracts/pacts/till-shop.json"
FIX = f"\n  fix: remove {SHOWN_AS} and run: pytest contracts --pact-file=write"


def one(key, status=200):
    return {"key": key, "description": key, "response": {"status": status}}


def by_key(*interactions):
    return {each["key"]: each for each in interactions}


def test_a_pact_is_named_after_both_sides():
    assert pact_path("till", "shop") == SHOWN_AS


def test_what_was_shown_replaces_its_entry_and_what_was_not_selected_stays():
    committed = by_key(one("b"), one("a"))

    kept = merged(committed, [one("b", 201), one("c")], {"a", "b", "c"})

    assert list(kept.items()) == [("a", one("a")), ("b", one("b", 201)), ("c", one("c"))]


def test_what_is_no_longer_registered_goes():
    assert merged(by_key(one("a"), one("b")), [], {"b"}) == by_key(one("b"))


def test_the_same_interaction_may_be_shown_twice():
    assert merged({}, [one("a"), one("a")], {"a"}) == by_key(one("a"))


def test_two_different_interactions_under_one_key_are_refused():
    with pytest.raises(ContractError) as refused:
        merged({}, [one("a"), one("a", 201)], {"a"})

    assert str(refused.value) == "two tests of this run promise a differently\n  fix: bind each scenario once"


def test_the_text_does_not_depend_on_the_order_of_anything():
    turned = {key: dict(reversed(list(each.items()))) for key, each in by_key(one("b"), one("a")).items()}

    text = pact_text("till", "shop", turned)

    assert text == pact_text("till", "shop", by_key(one("a"), one("b")))
    assert text.endswith("}\n")
    assert json.loads(text) == {
        "consumer": {"name": "till"},
        "provider": {"name": "shop"},
        "interactions": [one("a"), one("b")],
        "metadata": {"pactSpecification": {"version": "4.0"}},
    }


def test_what_was_written_is_read_back(tmp_path):
    path = tmp_path / "pact.json"
    path.write_text(pact_text("till", "shop", by_key(one("a"), one("ä 😀"))), encoding="utf-8")

    assert read_interactions(path, SHOWN_AS) == by_key(one("a"), one("ä 😀"))


def test_no_file_holds_no_interactions(tmp_path):
    assert read_interactions(tmp_path / "pact.json", SHOWN_AS) == {}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "JSONDecodeError('Expecting value: line 1 column 1 (char 0)')"),
        ("{}", "KeyError('interactions')"),
        ('{"interactions": [{"description": "of another tool"}]}', "KeyError('key')"),
    ],
    ids=["empty", "no interactions", "no key"],
)
def test_a_file_that_is_no_pact_of_ours_is_refused(tmp_path, text, why):
    path = tmp_path / "pact.json"
    path.write_text(text)

    with pytest.raises(ContractError) as refused:
        read_interactions(path, SHOWN_AS)

    assert str(refused.value) == f"{SHOWN_AS}: not a pact of ours: {why}{FIX}"


def test_a_difference_shows_the_lines_that_differ():
    told = difference("a", one("a"), one("a", 201), SHOWN_AS)

    assert told.splitlines() == [
        f"--- {SHOWN_AS} a",
        "+++ this run",
        "@@ -3,5 +3,5 @@",
        '   "key": "a",',
        '   "response": {',
        '-    "status": 200',
        '+    "status": 201',
        "   }",
        " }",
    ]


def test_equal_interactions_have_no_difference_and_a_new_one_is_all_of_it():
    assert difference("a", one("a"), one("a"), SHOWN_AS) == ""
    assert difference("a", None, one("a"), SHOWN_AS).count("\n+") == 8
