"""What Python files bind is read without importing them; code is added at their end, and they keep what they hold."""

from __future__ import annotations

import ast
from textwrap import dedent

import pytest

from pactproof.errors import ContractFileError
from pactproof.generate.draft import NoDraft
from pactproof.generate.python_code import with_code
from pactproof.generate.python_file import PythonFile, read_python, usual_fixture

CODE = '@contract("shop.get_x")\ndef test_get_x(shop_client):\n    return unbound("shop_client.get_x()")'


def read(text: str) -> PythonFile:
    return read_python(dedent(text).encode(), "contracts/test_shop.py")


BOUND = {
    "as imported": 'from pactproof import contract\n@contract("a.b")\ndef test(client, provider): ...',
    "under another name": 'from pactproof import contract as c\n@c("a.b")\ndef test(client, provider): ...',
    "of the package": 'import pactproof\n@pactproof.contract("a.b")\ndef test(client, provider): ...',
    "of the module": 'from pactproof.binding import contract\n@contract("a.b")\ndef test(client, provider): ...',
    "with keywords": 'from pactproof import contract\n@contract(operation="a.b")\ndef test(client, provider): ...',
    "with a constant": 'from pactproof import contract\nN = "a.b"\n@contract(N)\ndef test(client, provider): ...',
    "with an annotated constant": (
        'from pactproof import contract\nN: str = "a.b"\n@contract(N)\ndef test(client, provider): ...'
    ),
    "with parts": (
        'from pactproof import contract\nN = "a"\n@contract(f"{N}." + "b")\ndef test(client, provider): ...'
    ),
    "with a class's constant": (
        'from pactproof import contract\nclass T:\n  N = "a.b"\n  @contract(N)\n  def test(client, provider): ...'
    ),
    "with a star": 'from pactproof import *\n@contract("a.b")\ndef test(client, provider): ...',
    "renamed": 'from pactproof import contract\nbind = contract\n@bind("a.b")\ndef test(client, provider): ...',
    "async": 'from pactproof import contract\n@contract("a.b")\nasync def test(client, provider): ...',
    "among others": 'from pactproof import contract\n@x\n@contract("a.b")\n@y(1)\ndef test(client, provider): ...',
}


@pytest.mark.parametrize("text", BOUND.values(), ids=BOUND)
def test_a_binding_is_found_however_it_is_written(text: str) -> None:
    assert read(text).bound == {"a.b": ("client", "provider")}


def test_scenarios_methods_and_what_cannot_be_seen_are_told_apart() -> None:
    file = read(
        """
        from pactproof import contract

        class TestShop:
            @contract("a.b", scenario="not_found")
            def test(self, client): ...

        @contract(f"a.{name}")
        def test_computed(client): ...

        @other("a.c")
        def test_other(client): ...
        """
    )

    assert file.bound == {"a.b.not_found": ("self", "client")}
    assert [(each.line, each.keys.pattern) for each in file.computed] == [(8, r"a\..*")]


COMPUTED = {
    "a part": ('contract(f"a.{name}")', {"a.b", "a.b.gone"}),
    "the scenario": ('contract("a.b", scenario=name)', {"a.b", "a.b.gone"}),
    "a scenario of any": ('contract(name, scenario="gone")', {"a.b.gone"}),
    "everything": ("contract(name)", {"a.b", "a.b.gone", "x.y"}),
    "keywords": ("contract(**named)", {"a.b", "a.b.gone", "x.y"}),
    "a name with two meanings": ("contract(TWO)", {"a.b", "a.b.gone", "x.y"}),
}


@pytest.mark.parametrize(("call", "keys"), COMPUTED.values(), ids=COMPUTED)
def test_a_computed_binding_says_what_it_may_mean(call: str, keys: set[str]) -> None:
    file = read(f'from pactproof import contract\nTWO = "a.b"\nTWO = "x.y"\n@{call}\ndef test(): ...')

    [computed] = file.computed
    assert {key for key in ("a.b", "a.b.gone", "x.y") if computed.keys.fullmatch(key)} == keys
    assert file.bound == {}


def test_fixtures_and_states_are_found_by_the_names_they_go_by() -> None:
    file = read(
        """
        import pytest
        import pytest_asyncio
        from pytest import fixture
        from pactproof import state

        @pytest.fixture
        def one(provider): ...

        @pytest.fixture(name="two", scope="function")
        def made(provider): ...

        @fixture
        def three(): ...

        @pytest_asyncio.fixture
        async def four(): ...

        @state("an item exists")
        def an_item(sandbox): ...
        """
    )

    assert file.fixtures == {"one", "two", "three", "four"}
    assert file.states == {"an item exists"}


def test_the_usual_fixture_is_the_one_that_most_bound_functions_use() -> None:
    conftest = read("import pytest\n@pytest.fixture\ndef shop(provider): ...\n@pytest.fixture\ndef other(): ...")
    tests = read(
        """
        from pactproof import contract

        @contract("shop.a")
        def test_a(shop, provider, monkeypatch): ...

        @contract("shop.b")
        def test_b(monkeypatch, shop, other): ...

        @contract("crm.c")
        def test_c(other): ...
        """
    )

    assert usual_fixture([conftest, tests], "shop.") == "shop"
    assert usual_fixture([conftest, tests], "crm.") == "other"
    assert usual_fixture([conftest, tests], "mail.") == ""


def test_a_syntax_error_is_told_with_its_place() -> None:
    with pytest.raises(ContractFileError) as refused:
        read("def test(:\n")

    assert str(refused.value) == (
        "contracts/test_shop.py:1:10: not valid Python: invalid syntax\n  fix: correct the syntax at this place"
    )


def with_test(before: str | bytes | None) -> bytes | NoDraft:
    content = before.encode() if isinstance(before, str) else before
    return with_code(content, "contracts/test_shop.py", "How this program calls shop.", ["contract", "unbound"], [CODE])


def test_a_new_file_has_a_docstring_its_imports_and_the_code() -> None:
    assert (
        with_test(None)
        == (
            '"""How this program calls shop."""\n\nfrom pactproof import contract, unbound\n\n\n' + CODE + "\n"
        ).encode()
    )


ADDED = {
    "behind the last import": (
        '"""Doc."""\n\nimport os\nfrom pactproof import contract\n\nx = 1\n',
        '"""Doc."""\n\nimport os\nfrom pactproof import contract\nfrom pactproof import unbound\n\nx = 1\n\n\n',
    ),
    "behind an import of several lines": (
        "from pactproof import (\n    contract,\n    state,\n)\nx = 1\n",
        "from pactproof import (\n    contract,\n    state,\n)\nfrom pactproof import unbound\nx = 1\n\n\n",
    ),
    "behind a docstring": (
        '"""Doc."""\nx = 1\n',
        '"""Doc."""\n\nfrom pactproof import contract\nfrom pactproof import unbound\n\nx = 1\n\n\n',
    ),
    "before the code": (
        "# mine\n@dec\ndef f(): ...\n",
        "# mine\n\nfrom pactproof import contract\nfrom pactproof import unbound\n\n@dec\ndef f(): ...\n\n\n",
    ),
    "not inside a function or a block": (
        "if x:\n    import a\ndef f():\n    import b\n",
        "from pactproof import contract\nfrom pactproof import unbound\n\nif x:\n    import a\n"
        "def f():\n    import b\n\n\n",
    ),
    "to a file without a newline at its end": (
        "from pactproof import contract, unbound\nx = 1",
        "from pactproof import contract, unbound\nx = 1\n\n\n",
    ),
    "to a file that is one import without a newline": (
        "from pactproof import contract",
        "from pactproof import contract\nfrom pactproof import unbound\n\n\n",
    ),
    "to a file with blank lines at its end": (
        "from pactproof import contract, unbound\nx = 1\n\n\n\n",
        "from pactproof import contract, unbound\nx = 1\n\n\n\n",
    ),
    "behind a comment at the end": (
        "from pactproof import contract, unbound\nx = 1\n# the end",
        "from pactproof import contract, unbound\nx = 1\n# the end\n\n\n",
    ),
}


@pytest.mark.parametrize(("before", "expected"), ADDED.values(), ids=ADDED)
def test_imports_and_code_are_added(before: str, expected: str) -> None:
    after = with_test(before)

    assert isinstance(after, bytes)
    assert after.decode() == f"{expected}{CODE}\n"
    ast.parse(after)


def test_windows_newlines_a_byte_order_mark_and_an_old_encoding_stay() -> None:
    windows = with_test(b"\xef\xbb\xbffrom pactproof import contract\r\nx = 1")
    latin = with_test("# coding: latin-1\nfrom pactproof import contract, unbound\nx = 'é'\n".encode("latin-1"))

    assert isinstance(windows, bytes)
    assert windows.startswith(
        b"\xef\xbb\xbffrom pactproof import contract\r\nfrom pactproof import unbound\r\nx = 1\r\n"
    )
    assert windows.count(b"\n") == windows.count(b"\r\n")
    assert with_test(b"\xef\xbb\xbfx = 1\n") == (
        b"\xef\xbb\xbffrom pactproof import contract\nfrom pactproof import unbound\n\nx = 1\n\n\n"
        + CODE.encode()
        + b"\n"
    )
    assert isinstance(latin, bytes)
    assert "x = 'é'".encode("latin-1") in latin


OWN = {
    "a function": "def unbound(line): ...\n",
    "a variable": "unbound = 1\n",
    "another import": "from shop import unbound\n",
}


@pytest.mark.parametrize("before", OWN.values(), ids=OWN)
def test_a_name_that_the_file_uses_otherwise_is_not_taken_away(before: str) -> None:
    refused = with_test(before)

    assert refused == NoDraft(
        "contracts/test_shop.py has a `unbound` of its own, where the code needs `from pactproof import unbound`",
        "give it another name in contracts/test_shop.py, and run again",
    )
