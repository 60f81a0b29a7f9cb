"""What people wrote stays: `pactproof generate` adds to it, or leaves it alone and says so."""

from __future__ import annotations

import json
import os

import pytest
from tests.integration.generate_folder import (
    SHOP,
    SHOP_REGISTRY,
    folder,
    shop,
)

from pactproof.schemas import shipped

__all__ = ["folder", "shop"]


# --- what people wrote stays ------------------------------------------------------------------------------------------


def test_a_hand_edited_contract_and_test_survive_and_only_what_is_missing_is_added(shop):
    contract = "# ours\nget_item:\n  scenarios:\n    ok: {request: {path: /items/7}}   # mine\n    gone:\n"
    contract += "      request: {path: /items/0}\n      response: {status: 404}\n"
    shop.write("contracts/shop.yaml", contract)
    conftest = "import pytest\n\n@pytest.fixture\ndef till(provider): return provider.url\n"
    shop.write("contracts/conftest.py", conftest)
    test = 'from pactproof import contract\n\n@contract("shop.get_item")\ndef test_get_item_gone(till): pass\n'
    shop.write("contracts/test_shop_contracts.py", test)
    shop.write("registry.yaml", SHOP_REGISTRY.replace("[get_item]", "[get_item, list_items]"))
    shop.write("specs/shop.json", json.dumps(SHOP).replace('"/items/{id}"', '"/items"').replace("getItem", "listItems"))

    result = shop.generate()

    assert result.exit_code == 0, result.output
    assert shop.read("contracts/shop.yaml").startswith(
        contract + "\n# From specs/shop.json, GET /items (listItems).\nlist_items:\n"
    )
    assert shop.read("contracts/conftest.py") == conftest
    assert shop.read("contracts/test_shop_contracts.py") == (
        "from pactproof import contract\nfrom pactproof import unbound\n"
        '\n@contract("shop.get_item")\ndef test_get_item_gone(till): pass\n\n\n'
        '@contract("shop.get_item", scenario="gone")\n'
        "def test_shop_get_item_gone(till):\n"
        "    # Answered with status 404 (Not Found):\n"
        "    # expect your client's error, in `with pytest.raises(...)`.\n"
        '    return unbound("till.get_item()")\n\n\n'
        '@contract("shop.list_items")\n'
        "def test_list_items(till):\n"
        '    return unbound("till.list_items()")\n'
    )
    assert shop.generate().output == "nothing to write; kept 2 contracts\n"


def test_a_file_that_cannot_be_added_to_is_left_alone_and_told(shop):
    shop.write("contracts/shop.yaml", "{get_item: {request: {path: /items/7}}}\n")
    shop.write("registry.yaml", SHOP_REGISTRY.replace("[get_item]", "[get_item, list_items]"))
    shop.write("specs/shop.json", json.dumps(SHOP).replace('"/items/{id}"', '"/items"').replace("getItem", "listItems"))

    result = shop.generate()

    assert result.exit_code == 1
    assert "  shop.list_items: contracts/shop.yaml: the file is written in braces\n" in result.output
    assert "    fix: write it with one key a line, or add the entry by hand\n" in result.output
    assert shop.read("contracts/shop.yaml") == "{get_item: {request: {path: /items/7}}}\n"
    assert "list_items" not in shop.read("contracts/test_shop_contracts.py")


def test_where_a_binding_is_computed_no_second_function_is_written_for_what_it_may_mean(shop):
    shop.write("registry.yaml", SHOP_REGISTRY.replace("[get_item]", "[get_item, list_items]"))
    shop.write("specs/shop.json", json.dumps(SHOP).replace('"/items/{id}"', '"/items"').replace("getItem", "listItems"))
    shop.write("contracts/shop.yaml", "get_item: {request: {path: /items/7}}\n")
    tests = """\
        import names
        from pactproof import contract


        @contract(f"shop.get_{names.ITEM}")
        def test_item(provider): ...
        """
    path = shop.write("contracts/test_items.py", tests)

    result = shop.generate()

    assert result.exit_code == 1
    assert (
        "not done\n"
        "  contracts/test_items.py:5: @contract has a computed name, which may mean shop.get_item: no\n"
        "    function is written\n"
        '    fix: write the name out, as in @contract("shop.get_item")\n'
    ) in result.output
    assert shop.read("contracts/test_shop_contracts.py").count("@contract") == 1
    assert '@contract("shop.list_items")' in shop.read("contracts/test_shop_contracts.py")
    path.write_text(path.read_text().replace("names.ITEM", "'item'"))
    assert shop.generate().exit_code == 0


def test_a_link_that_leads_out_of_the_project_is_not_written_through(shop, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (shop.path / "contracts").symlink_to(elsewhere)

    result = shop.generate()

    assert result.exit_code == 2
    assert result.stderr == (
        "contracts/.schemas/contracts.schema.json: a link that leads out of the project\n"
        "  fix: put a file in the place of the link, or run pactproof generate where the files are\n"
    )
    assert list(elsewhere.iterdir()) == []


def test_a_fixture_that_cannot_be_written_holds_its_tests_back(shop):
    shop.write("contracts/conftest.py", "def unbound(): ...\n")

    result = shop.generate()

    assert result.exit_code == 1
    assert "the fixtures: contracts/conftest.py has a `unbound` of its own" in " ".join(result.output.split())
    assert not (shop.path / "contracts/test_shop_contracts.py").exists()


def test_an_empty_contract_file_is_a_beginning(shop):
    shop.write("contracts/shop.yaml", "# ours\n")

    result = shop.generate()

    assert result.exit_code == 0, result.output
    assert shop.read("contracts/shop.yaml").startswith(
        "# ours\n\n# From specs/shop.json, GET /items/{id} (getItem).\nget_item:\n"
    )


def test_a_schema_of_somebody_else_is_kept_and_one_of_ours_is_renewed(shop):
    shop.generate()
    shop.write("contracts/.schemas/registry.schema.json", "{}")
    shop.write("contracts/.schemas/contracts.schema.json", '{"$comment": "Made by pactproof 0.0.1"}')

    result = shop.generate()

    assert shop.read("contracts/.schemas/registry.schema.json") == "{}"
    assert (shop.path / "contracts/.schemas/contracts.schema.json").read_bytes() == shipped()["contracts"]
    assert result.output == (
        "contracts/.schemas/contracts.schema.json\n"
        "look at\n"
        "  contracts/.schemas/registry.schema.json is not ours and stays as it is; remove it to have it\n"
        "    written\n"
        "wrote 1 schema; kept 1 contract\n"
    )


# --- writing ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "error", [OSError(30, "Read-only file system"), KeyboardInterrupt()], ids=["OSError", "Ctrl-C"]
)
@pytest.mark.parametrize("after", [0, 2, 4])
def test_stopped_at_any_file_every_file_is_whole_and_the_next_run_completes(shop, monkeypatch, error, after):
    shop.write("contracts/conftest.py", "import pytest\n")
    old = shop.contents()
    with pytest.MonkeyPatch.context() as patch:
        replace, calls = os.replace, []

        def failing(source, target):
            calls.append(target)
            if len(calls) > after:
                raise error
            replace(source, target)

        patch.setattr(os, "replace", failing)
        result = shop.generate()
    stopped = shop.contents()
    finished = shop.generate()

    assert result.exit_code == (2 if isinstance(error, OSError) else 1)
    assert finished.exit_code == 0, finished.output
    complete = shop.contents()
    assert all(text in (old.get(name), complete[name]) for name, text in stopped.items())
    assert not [name for name in stopped if name.endswith(".tmp")]


def test_a_folder_that_cannot_be_written_is_told(shop):
    shop.write("contracts", "a file in the way")

    result = shop.generate()

    assert result.exit_code == 2
    assert result.stderr == (
        "contracts/.schemas/contracts.schema.json: cannot be written: Not a directory; what was there before is "
        "unchanged\n  fix: make the file and its folder writable, and run pactproof generate again\n"
    )
