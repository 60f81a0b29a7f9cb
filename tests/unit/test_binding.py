"""The decorators: what they note, what they leave alone, and what they refuse."""

from __future__ import annotations

import pytest

from pactproof import binding, contract, state
from pactproof.binding import Binding, binding_of
from pactproof.errors import BindingError, Place


@pytest.fixture(autouse=True)
def _own_lists(monkeypatch):
    monkeypatch.setattr(binding, "made", [])
    monkeypatch.setattr(binding, "states", {})


def test_contract_notes_operation_scenario_and_place_and_leaves_the_function_as_it_is():
    def call(provider):
        return provider

    bound = contract("grafana.get_dashboard", scenario="not_found")(call)

    assert bound is call
    assert call("it") == "it"
    assert binding_of(call) == Binding(
        "grafana.get_dashboard",
        "not_found",
        "test_contract_notes_operation_scenario_and_place_and_leaves_the_function_as_it_is.<locals>.call",
        Place(__file__, call.__code__.co_firstlineno, 1),
    )
    assert binding.made == [binding_of(call)]


def test_the_default_scenario_is_ok_and_has_no_place_in_the_key():
    assert Binding("a.b", "ok", "test_x", Place("f")).key == "a.b"
    assert Binding("a.b", "gone", "test_x", Place("f")).key == "a.b.gone"


def test_methods_and_async_functions_can_be_bound():
    class TestShop:
        @contract("shop.get_item")
        async def test_get(self, provider):
            """Asks."""

    assert binding_of(TestShop.test_get) == binding_of(TestShop().test_get) != None  # noqa: E711  # all three at once


def test_a_function_that_nobody_marked_has_no_binding():
    assert binding_of(test_a_function_that_nobody_marked_has_no_binding) is None
    assert binding_of(5) is None


def test_a_binding_that_another_function_of_its_name_replaces_is_still_known():
    for _ in range(2):

        @contract("shop.get_item")
        def test_get(provider):
            """Asks."""

    assert [one.operation for one in binding.made] == ["shop.get_item", "shop.get_item"]


def test_contract_without_parentheses_says_what_to_write():
    with pytest.raises(BindingError) as caught:
        contract(lambda provider: None)  # type: ignore[arg-type]  # the mistake under test

    assert str(caught.value) == '@contract without an operation\n  fix: write @contract("service.operation")'


def test_contract_on_a_class_is_refused():
    with pytest.raises(BindingError) as caught:
        contract("shop.get_item")(str)

    assert str(caught.value) == (
        "@contract on <class 'str'>, which is not a function\n  fix: mark a function or a method"
    )


def test_state_registers_the_function_under_its_name():
    @state("an item exists")
    def an_item(sandbox):
        yield {"id": sandbox}

    assert binding.states == {"an item exists": an_item}
