"""`unbound(...)`: a scaffolded function is reported as one failing test with the line to write, and nothing is run."""

from __future__ import annotations

import pytest
from tests.integration.plugin_project import PluginProject, project

from pactproof import unbound
from pactproof.pytest_plugin.placeholders import placeholders_in

__all__ = ["project"]
pytest_plugins = "pytester"

SCAFFOLD = """
from pactproof import unbound

@contract("shop.get_item")
def test_get_item(shop_client, provider):
    return unbound('shop_client.get_item(provider.params["id"])')
"""
CLIENT = """
import pytest
from pactproof import unbound

@pytest.fixture
def shop_client(provider):
    return unbound("ShopClient(base_url=provider.url, token=provider.token)")
"""


def with_client(project: PluginProject, text: str = "    return provider.url") -> None:
    body = f"import pytest\n\n@pytest.fixture\ndef shop_client(provider):\n{text}\n"
    project.write("contracts/conftest.py", body)


def test_a_placeholder_is_one_failing_test_with_the_line_to_write(project):
    with_client(project)
    project.tests(SCAFFOLD)

    run = project.run()

    assert run.code == 1
    assert run.counts == {"failed": 1}
    assert run.fault("test_get_item[unbound]") == [
        "fault: unbound",
        "operation: shop.get_item",
        "scenario: ok",
        "a placeholder stands where the program's own call belongs",
        "file: contracts/test_shop_contracts.py:8",
        'fix: write shop_client.get_item(provider.params["id"]) in place of unbound(...), as your program has it',
    ]
    assert not (project.path / "contracts/pacts").exists()


def test_a_placeholder_in_a_fixture_is_told_beside_that_of_the_function(project):
    project.write("contracts/conftest.py", CLIENT)
    project.tests(SCAFFOLD)

    run = project.run()

    assert run.counts == {"failed": 1}
    assert run.fault("test_get_item[unbound]") == [
        "fault: unbound",
        "operation: shop.get_item",
        "scenario: ok",
        "placeholders stand where the program's own code belongs",
        '  contracts/test_shop_contracts.py:8: shop_client.get_item(provider.params["id"])',
        "  contracts/conftest.py:7: ShopClient(base_url=provider.url, token=provider.token)",
        "file: contracts/test_shop_contracts.py:8",
        "fix: write these 2 lines in place of unbound(...), as your program has them",
    ]


HOW = {
    "in a fixture of a fixture": """
        from pactproof import unbound

        @pytest.fixture
        def base(provider):
            return unbound("x")

        @pytest.fixture
        def client(base):
            return base

        @contract("shop.get_item")
        def test_get_item(client): ...
        """,
    "in a fixture that is overridden and asked for": """
        @pytest.fixture
        def shop_client(shop_client):
            return shop_client

        @contract("shop.get_item")
        def test_get_item(shop_client): ...
        """,
    "under another name": """
        from pactproof import unbound as later

        @contract("shop.get_item")
        def test_get_item(provider):
            return later("x")
        """,
    "as an attribute": """
        import pactproof

        @contract("shop.get_item")
        def test_get_item(provider):
            return pactproof.unbound("x")
        """,
    "imported inside": """
        @contract("shop.get_item")
        def test_get_item(provider):
            from pactproof import unbound
            return unbound("x")
        """,
    "the package imported inside": """
        @contract("shop.get_item")
        def test_get_item(provider):
            import pactproof
            return pactproof.unbound("x")
        """,
    "in a block": """
        from pactproof import unbound

        @contract("shop.get_item")
        def test_get_item(provider):
            with pytest.raises(Exception):
                unbound("x")
        """,
    "in a function inside": """
        from pactproof import unbound

        @contract("shop.get_item")
        def test_get_item(provider):
            return (lambda: unbound("x"))()
        """,
    "in an async function": """
        from pactproof import unbound

        @contract("shop.get_item")
        async def test_get_item(provider):
            return unbound("x")
        """,
    "in a method": """
        from pactproof import unbound

        class TestShop:
            @contract("shop.get_item")
            def test_get_item(self, provider):
                return unbound("x")
        """,
}


@pytest.mark.parametrize("tests", HOW.values(), ids=HOW)
def test_a_placeholder_is_found_wherever_it_stands(project, tests):
    project.write("contracts/conftest.py", CLIENT)
    project.tests(tests)

    run = project.run()

    [(name, fault)] = run.faults.items()
    assert name.endswith("test_get_item[unbound]")
    assert fault == "unbound"
    assert run.counts == {"failed": 1}


def whole(n: int) -> None:
    unbound("shop.get_item()")


def named(n: int) -> None:
    unbound(line="shop.get_item()")


def joined(n: int) -> None:
    unbound(f"shop.get_item({n})")


def added(n: int) -> None:
    unbound("shop." + str(n))


@pytest.mark.parametrize(
    ("function", "line"), [(whole, "shop.get_item()"), (named, "shop.get_item()"), (joined, ""), (added, "")]
)
def test_the_line_to_write_is_told_whole_or_not_at_all(function, line):
    assert [each.line for each in placeholders_in(function)] == [line]


NOT_OURS = {
    "a function of its own": """
        def unbound(line):
            return shop.get_item

        @contract("shop.get_item")
        def test_get_item(provider):
            assert unbound("x")(provider.url, provider.params["id"])
        """,
    "a local name": """
        from pactproof import unbound

        @contract("shop.get_item")
        def test_get_item(provider):
            unbound = shop.get_item
            assert unbound(provider.url, provider.params["id"])
        """,
    "an overridden fixture": """
        @pytest.fixture
        def shop_client(provider):
            return shop

        @contract("shop.get_item")
        def test_get_item(shop_client, provider):
            assert shop_client.get_item(provider.url, provider.params["id"])
        """,
}


@pytest.mark.parametrize("tests", NOT_OURS.values(), ids=NOT_OURS)
def test_what_only_looks_like_a_placeholder_is_run(project, tests):
    project.write("contracts/conftest.py", CLIENT)
    project.tests(tests)

    run = project.run()

    assert run.counts == {"passed": 2}


@pytest.mark.parametrize("where", ["the test", "a fixture", "a test that swallows what it raises"])
def test_a_placeholder_reached_through_a_helper_is_unbound_too_and_not_the_consumers_fault(project, where):
    project.write(
        "helper.py", "from pactproof import unbound\n\n\ndef call():\n    return unbound('shop.get_item()')\n"
    )
    call = "pytest.raises(Exception, helper.call)" if "swallows" in where else "helper.call()"
    body, client = (call, "provider") if "test" in where else ("client", call)
    project.tests(
        f"""
        import helper

        @pytest.fixture
        def client(provider):
            return {client}

        @contract("shop.get_item")
        def test_get_item(client):
            return {body}
        """
    )

    run = project.run("-k", "pact")

    assert run.fault("test_get_item[pact]" if "test" in where else "ERROR at setup of test_get_item[pact]")[:7] == [
        "fault: unbound",
        "operation: shop.get_item",
        "scenario: ok",
        "a placeholder stands where the program's own call belongs",
        "file: helper.py:5",
        "fix: write shop.get_item() in place of unbound(...), as your program has it",
    ]


def test_no_fixture_of_a_function_with_a_placeholder_is_set_up(project):
    project.tests(
        """
        from pactproof import unbound

        @pytest.fixture
        def early():
            open("was_here", "w").close()

        @contract("shop.get_item")
        def test_get_item(early, provider):
            return unbound("x")
        """
    )

    run = project.run()

    assert run.faults == {"test_get_item[unbound]": "unbound"}
    assert not (project.path / "was_here").exists()


def test_placeholders_are_selected_listed_and_distributed_like_any_test(project):
    with_client(project)
    project.tests(SCAFFOLD)

    selected = project.run("-k", "unbound")
    by_key = project.run("-k", "shop.get_item", "-m", "contract")
    deselected = project.run("-k", "pact")
    listed = project.run("--collect-only", "-q")
    distributed = project.run("-n", "1")

    assert (selected.code, selected.counts) == (1, {"failed": 1})
    assert (by_key.code, by_key.counts) == (1, {"failed": 1})
    assert (deselected.code, deselected.counts) == (5, {"deselected": 1})
    assert "contracts/test_shop_contracts.py::test_get_item[unbound]" in listed.text
    assert distributed.faults == {"test_get_item[unbound]": "unbound"}


def test_marks_of_the_function_hold(project):
    project.tests(SCAFFOLD.replace("@contract", '@pytest.mark.skip(reason="next week")\n@contract'))
    with_client(project)

    run = project.run()

    assert run.counts == {"skipped": 1}


def test_a_placeholder_replaced_by_the_call_runs_before_every_provider(project):
    with_client(project)
    project.tests(
        SCAFFOLD.replace(
            """return unbound('shop_client.get_item(provider.params["id"])')""",
            """assert shop.get_item(shop_client, provider.params["id"])""",
        )
    )

    run = project.run()

    assert run.counts == {"passed": 2}


def test_reached_outside_of_pytest_it_says_what_to_write(project):
    project.write("late.py", 'from pactproof import unbound\n\n\nunbound("shop.get_item()")\n')

    result = project.pytester.runpython("late.py")

    assert result.stderr.lines[-2:] == [
        f"pactproof.errors.UnboundError: {project.path}/late.py:4: a placeholder stands where shop.get_item() belongs",
        "  fix: write shop.get_item() in its place",
    ]
