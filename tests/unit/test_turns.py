"""Which promise a request is for: different ones in any order, equal ones in turn, each as often as promised."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pactproof.turns import Account, Pairing, in_turn, pair_up


@dataclass(frozen=True)
class Promise:
    """`text` is the request, with a plus where it is repeatable, then what is answered: "GET /job+ pending"."""

    text: str

    @property
    def identity(self) -> str:
        return self.text.rpartition(" ")[0].rstrip("+")

    shown = identity

    @property
    def answer(self) -> str:
        return self.text.rpartition(" ")[2]

    @property
    def is_repeatable(self) -> bool:
        return "+" in self.text


def paired(promises: list[str], recorded: list[str]) -> Pairing:
    promised, found = [Promise(text) for text in promises], [Promise(text) for text in recorded]
    return pair_up(
        promised,
        len(found),
        lambda promise, index: promised[promise].identity == found[index].identity,
        lambda promise, index: promised[promise].answer == found[index].answer,
    )


@pytest.mark.parametrize(
    ("promises", "recorded", "meant"),
    [
        (["/a x", "/b x"], ["/a x", "/b x"], (0, 1)),
        (["/a x", "/b x", "/c x"], ["/c x", "/a x", "/b x"], (2, 0, 1)),
        (["/a 1", "/b x", "/a 2"], ["/a 1", "/a 2", "/b x"], (0, 2, 1)),
        (["/a+ x"], ["/a x"] * 4, (0, 0, 0, 0)),
        (["/a+ wait", "/a done"], ["/a wait", "/a wait", "/a wait", "/a done"], (0, 0, 0, 1)),
        (["/a new", "/a+ done"], ["/a new", "/a done", "/a done"], (0, 1, 1)),
        (["/a+ wait", "/a+ done"], ["/a wait", "/a wait", "/a done", "/a done"], (0, 0, 1, 1)),
        (["/a+ wait", "/a+ done"], ["/a wait", "/a wait"], (0, 1)),
        (["/a+ wait", "/b x", "/a done"], ["/a wait", "/b x", "/a wait", "/a done"], (0, 1, 0, 2)),
        (["/a wait", "/a done"], ["/a done"], (0,)),
        (["/a x", "/b x"], ["/a x", "/z x"], (0, 1)),
        (["/a x", "/b x"], ["/z x", "/a x"], (1, 0)),
    ],
    ids=[
        *("in order", "in any order", "equal ones in turn", "repeatable", "poll", "polled on", "two repeatable"),
        *("the last comes round", "parted by another", "first turn first", "another for the one left", "other first"),
    ],
)
def test_each_recorded_interaction_is_for_one_promise(promises, recorded, meant):
    assert paired(promises, recorded) == Pairing(meant, {})


@pytest.mark.parametrize(
    ("promises", "recorded", "meant", "spare"),
    [
        (["/a x"], ["/a x", "/a x"], (0, None), {1: 0}),
        (["/a 1", "/a 2", "/b x"], ["/a 1", "/a 2", "/a 3", "/b x"], (0, 1, None, 2), {2: 1}),
        (["/a+ wait", "/a done"], ["/a wait", "/a done", "/a done"], (0, 1, None), {2: 1}),
        (["/a x"], ["/a x", "/z x"], (0, None), {}),
    ],
    ids=["once", "in turn", "after the poll", "like none"],
)
def test_what_is_too_many_is_for_none_and_known_by_what_it_is_like(promises, recorded, meant, spare):
    assert paired(promises, recorded) == Pairing(meant, spare)


def test_the_right_place_is_found_with_one_look_each():
    asked: list[int] = []
    promises = [Promise(f"/{number} x") for number in range(20)]

    def fits(promise: int, index: int) -> bool:
        asked.append(index)
        return promise == index

    pair_up(promises, 20, fits, lambda *_: True)

    assert asked == list(range(20))


def test_what_two_rules_allow_is_for_the_one_that_is_still_free():
    allowed = [{1}, {0, 1}]  # by recorded interaction

    pairing = pair_up(
        [Promise("/a x"), Promise("/b x")], 2, lambda promise, index: promise in allowed[index], lambda *_: True
    )

    assert pairing == Pairing((1, 0), {})


@pytest.mark.parametrize(
    ("promises", "allowed", "meant", "spare"),
    [
        (["/a x", "/b x", "/c x"], [{0, 1}, {0, 2}, {0}], (1, 2, 0), {}),
        (["/a x", "/b x", "/c x"], [{0, 1}, {1, 2}, {0}], (1, 2, 0), {}),
        (["/a+ x", "/b x"], [{0, 1}, {0}, {0, 1}], (1, 0, 0), {}),
        (["/a+ x", "/b x"], [{0, 1}, {0, 1}, {1}], (0, 0, 1), {}),
        (["/a x", "/b x"], [{0, 1}, {0}, {0}], (1, 0, None), {2: 0}),
    ],
    ids=["one gives way", "one after the other", "a repeatable one takes the rest", "the rest", "one too many"],
)
def test_what_several_rules_allow_is_dealt_so_that_as_many_as_can_be_are_found(promises, allowed, meant, spare):
    promised = [Promise(text) for text in promises]

    pairing = pair_up(promised, len(allowed), lambda promise, index: promise in allowed[index], lambda *_: True)

    assert pairing == Pairing(meant, spare)


@given(st.lists(st.sets(st.integers(0, 5)), max_size=7))
def test_no_dealing_finds_more(allowed):
    pairing = pair_up(
        [Promise(f"/{number} x") for number in range(6)],
        len(allowed),
        lambda promise, index: promise in allowed[index],
        lambda *_: True,
    )

    found = [index for index, meant in enumerate(pairing.meant) if meant in allowed[index]]
    assert len(found) == max(
        len([1 for index, place in enumerate(places) if place in allowed[index]])
        for places in product_of_different(allowed)
    )


def product_of_different(allowed: list[set[int]]) -> list[list[int | None]]:
    """Every way to give each of `allowed` a place of its own, or none."""
    ways: list[list[int | None]] = [[]]
    for places in allowed:
        ways = [[*way, place] for way in ways for place in (*places, None) if place is None or place not in way]
    return ways


def test_entries_go_on_only_where_no_turn_of_an_equal_one_follows():
    account = Account([Promise(text) for text in ("/a+ wait", "/b x", "/a+ done", "/c+ x")])

    assert account.goes_on == [False, False, True, True]
    assert in_turn([0, 2], {0}, account.goes_on) == 2
    assert in_turn([0, 2], {0, 2}, account.goes_on) == 2
    assert in_turn([1], {1}, account.goes_on) is None


def test_too_often_and_too_seldom_are_told_once_for_equal_requests():
    account = Account([Promise(text) for text in ("/a x", "/b 1", "/b 2", "/b 3", "/c+ x", "/d+ wait", "/d done")])
    account.sent.update([0, 1, 2, 5])
    account.refuse(0)
    account.refuse(0)
    account.refuse_other("GET /z")

    assert [str(one) for one in account.too_often()] == [
        "request: expected /a, once, found 3 times",
        "request: expected nothing more, found GET /z",
    ]
    assert [str(one) for one in account.too_seldom()] == [
        "request: expected /b, 3 times, found 2 times",
        "request: expected /c, at least once, found nothing",
        "request: expected /d, at least 2 times, found once",
    ]


def test_a_recording_says_how_often_a_turn_comes_round_before_the_next():
    account = Account([Promise("/d+ wait"), Promise("/d done"), Promise("/e+ x")], wanted=[3, 1, 5])
    account.sent.update([0, 0, 0, 2])

    assert [str(one) for one in account.too_seldom()] == ["request: expected /d, at least 4 times, found 3 times"]
