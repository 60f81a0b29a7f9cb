"""What cannot be asked ends the run with exit code 2 and says where and how to mend it; nothing is run or written."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from tests.integration.plugin_project import GET_ITEM, IMPORTS, TEST_GET_ITEM, PluginProject, Run, project

__all__ = ["project"]  # the fixture

pytest_plugins = "pytester"

CACHES = {"__pycache__", ".pytest_cache", ".benchmarks", ".hypothesis", "stdout", "stderr"}  # two are pytester's own
NAMES = "a name of letters, digits, _ and -"
NO_ALIASES = "write the values out, without aliases and with less nesting"
ONE_EACH = "write a function for each scenario, with a name of its own"
KEPT = "keep one function for each scenario"
PROVIDER = "take `provider`, or a fixture that does, as an argument: it is where the answers come from"


def listing(folder: Path) -> dict[str, bytes]:
    """Every file of the project with its content."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file() and not CACHES & set(path.parts))
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def started(project: PluginProject, *args: str) -> Run:
    """pytest in this process; pytester's look for Ctrl-C does not bear a run that ends before it begins."""
    result = project.pytester.runpytest_inprocess("-p", "no:cacheprovider", *args, no_reraise_ctrlc=True)
    return Run(result)


def refused(project: PluginProject) -> str:
    """What is said of a project that cannot be asked about, after everything that goes for all of them is checked."""
    before = listing(project.path)

    run = started(project, "contracts")

    assert (run.code, run.counts.get("passed"), run.counts.get("failed")) == (2, None, None)
    assert listing(project.path) == before
    return block(run)


def block(run: Run) -> str:
    """What pactproof says: behind "Exit:" where pytest did not begin, else in a section of its own."""
    assert "Traceback" not in run.text + run.errors
    assert "INTERNALERROR" not in run.text + run.errors
    if "Exit: \n" in run.errors:
        assert "test session starts" not in run.text
        return run.errors.partition("Exit: \n")[2].partition("\n/")[0].rstrip()
    _, _, after = run.text.partition(" pactproof ==")
    lines = after.splitlines()[1:]
    return "\n".join(
        lines[: next(number for number, line in enumerate(lines) if not line.strip() or "no tests" in line)]
    )


# --- the registry ------------------------------------------------------------------------------------------------


def test_all_faults_of_the_registry_come_together(project):
    project.write(
        "registry.yaml",
        """\
        consumer: till
        bogus: 1
        contracts:
          shop: [get_item, get_item]
          aws:
            s3: [list_bukets]
            s33: [list_buckets]
          github: list_workflows
          ../evil: [x]
        consumer: twice
        """,
    )

    assert refused(project).splitlines()[::2] == [
        "registry.yaml:2:1: unknown key 'bogus' in the registry,"
        " allowed are consumer, contracts, providers, waived, redact, policy",
        "registry.yaml:4:20: shop.get_item is listed twice, first in line 4",
        "registry.yaml:6:10: AWS s3 has no operation 'list_bukets'",
        "registry.yaml:7:5: AWS has no service 's33'",
        "registry.yaml:8:11: contracts.github is 'list_workflows', not a list of one or more operations",
        "registry.yaml:9:3: '../evil' is not the name of a service",
        "registry.yaml:10:1: duplicate key 'consumer', first in line 1",
    ]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", "1:1"),
        ("# nothing\n", "1:1"),
        ("- shop\n", "1:1"),
        ("contracts: []\n", "1:12"),
        ("contracts: {shop: !!set {a}}", "1:19"),
    ],
    ids=["empty", "comment", "list", "list of services", "tag"],
)
def test_a_registry_of_another_form_is_refused(project, text, place):
    project.write("registry.yaml", text)

    assert refused(project).startswith(f"registry.yaml:{place}: ")


def test_an_alias_bomb_is_refused_within_a_second(project):
    rows = "\n".join(f"x{n}: &x{n} [{', '.join([f'*x{n - 1}'] * 9)}]" for n in range(1, 12))
    for name in ("registry.yaml", "contracts/shop.yaml"):
        kept = project.read(name)
        project.write_exactly(name, f"x0: &x0 [a]\n{rows}\n")
        start = time.perf_counter()

        said = refused(project)

        assert time.perf_counter() - start < 1
        assert said.partition(": ")[2] == f"more than 1000000 values once its aliases are unpacked\n  fix: {NO_ALIASES}"
        project.write_exactly(name, kept)


def test_no_registry_at_all_is_told_once(project):
    (project.path / "registry.yaml").unlink()
    project.tests(TEST_GET_ITEM + TEST_GET_ITEM.replace("get_item", "list_items"))

    assert refused(project) == (
        "registry.yaml: contract tests need a registry.yaml\n"
        "  fix: write a registry.yaml in the project's folder, and name the operations that the program relies on"
    )


# --- contracts ---------------------------------------------------------------------------------------------------


def test_all_faults_of_all_contract_files_come_together(project):
    project.register("get_item", "list_items")
    project.write(
        "contracts/shop.yaml",
        """\
        get_item: {requst: 1, request: {path: items}, response: {status: 2000}}
        list_itms: {request: {path: /}}
        list_items:
          scenarios:
            ../evil: {request: {path: /}}
            ok: {request: {path: !!python/name:os.system /items}}
        list_items: {request: {path: /}}
        """,
    )
    project.write("contracts/depot.yaml", "get_item: {}\n")

    assert refused(project) == (
        "contracts/depot.yaml:1:1: depot is not a service of the registry\n"
        "  fix: add depot to registry.yaml, or remove the file\n"
        "contracts/shop.yaml:1:12: unknown key 'requst' in get_item\n"
        "  fix: use one of given, params, request, response, repeatable, sequence, scenarios (did you mean request?)\n"
        "contracts/shop.yaml:1:39: the path 'items' does not start with a slash\n"
        "  fix: write /items\n"
        "contracts/shop.yaml:1:66: get_item.response.status is 2000, not a whole number from 100 to 599\n"
        "  fix: use a whole number from 100 to 599\n"
        "contracts/shop.yaml:2:1: shop.list_itms is not an operation of the registry\n"
        "  fix: add it to registry.yaml, or remove it (did you mean list_items?)\n"
        f"contracts/shop.yaml:5:5: list_items.scenarios has the key '../evil', not {NAMES}\n"
        f"  fix: use {NAMES}\n"
        "contracts/shop.yaml:6:26: tag !!python/name:os.system is not allowed\n"
        "  fix: write plain YAML without tags\n"
        "contracts/shop.yaml:7:1: duplicate key 'list_items', first in line 3\n"
        "  fix: keep one of the two"
    )


def test_an_empty_contract_file_is_refused(project):
    project.write("contracts/shop.yaml", "")

    assert refused(project) == (
        "contracts/shop.yaml:1:1: the file is empty, not a mapping of operations\n"
        "  fix: write an entry for each operation of the registry, as in `get_user: {request: …, response: …}`"
    )


def test_no_message_shows_what_the_environment_holds(project, monkeypatch):
    secret = "-".join(["sekret", "0123456789"])
    for name in ("SHOP_TOKEN", "SHOP_URL", "GITHUB_TOKEN"):
        monkeypatch.setenv(name, secret)
    project.write("contracts/shop.yaml", "get_item: {request: {path: '$SHOP_TOKEN'}, SHOP_TOKEN: ${SHOP_TOKEN}}\n")

    assert secret not in refused(project)


# --- functions ---------------------------------------------------------------------------------------------------

BAD_BINDINGS = '''
@contract("shop.get_itm")
def test_unknown_operation(provider):
    """Asks."""

@contract("shop.get_item", scenario="gon")
def test_unknown_scenario(provider):
    """Asks."""

@contract("shop.get_item", scenario="gone")
def test_lost(provider):
    """Asks."""

@contract("shop.get_item")
def test_lost(provider):
    """Asks."""

@contract("shop.get_item")
def test_second(provider):
    """Asks."""

@contract("shop.get_item", scenario="gone")
@contract("shop.get_item", scenario="moved")
def test_marked_twice(provider):
    """Asks."""

@contract("shop.get_item", scenario="moved")
def test_without_provider():
    """Asks."""
'''
SCENARIOS = """
get_item:
  scenarios:
    ok: {request: {path: /items}}
    gone: {request: {path: /items}}
    moved: {request: {path: /items}}
"""
SAID_OF_BINDINGS = (
    "contracts/test_shop_contracts.py:4:1: shop.get_itm is not an operation of the registry\n"
    "  fix: add it to registry.yaml, or correct the name (did you mean shop.get_item?)\n"
    "contracts/test_shop_contracts.py:8:1: shop.get_item has no scenario gon (scenarios: ok, gone, moved)\n"
    "  fix: add it to contracts/shop.yaml, or correct the name (did you mean gone?)\n"
    "contracts/test_shop_contracts.py:12:1: test_lost is defined twice in this file, so that shop.get_item.gone is"
    f" never called\n  fix: {ONE_EACH}\n"
    "contracts/test_shop_contracts.py:20:1: second binding of shop.get_item, first bound at"
    f" contracts/test_shop_contracts.py:16:1\n  fix: {KEPT}\n"
    "contracts/test_shop_contracts.py:24:1: test_marked_twice is marked twice, so that shop.get_item.moved is never"
    f" called\n  fix: {ONE_EACH}\n"
    "contracts/test_shop_contracts.py:29:1: test_without_provider does not use the fixture `provider`\n"
    f"  fix: {PROVIDER}"
)


def test_all_faults_of_contract_functions_come_together(project):
    project.write("contracts/shop.yaml", SCENARIOS)
    project.tests(BAD_BINDINGS)

    assert refused(project) == SAID_OF_BINDINGS


def test_collecting_alone_refuses_as_well(project):
    project.write("contracts/shop.yaml", SCENARIOS)
    project.tests(BAD_BINDINGS)

    run = started(project, "--collect-only", "-q", "contracts")

    assert run.code == 2
    assert run.text.count("second binding of shop.get_item") == 1


def test_a_second_binding_in_another_file_is_refused(project):
    project.tests(TEST_GET_ITEM, "contracts/test_other_contracts.py")

    assert refused(project) == (
        "contracts/test_shop_contracts.py:4:1: second binding of shop.get_item, first bound at"
        f" contracts/test_other_contracts.py:4:1\n  fix: {KEPT}"
    )


# --- with workers ------------------------------------------------------------------------------------------------


def test_with_workers_the_same_is_said_once_by_the_controlling_process(project, pytester):
    """One run for each of the three times at which something is refused: registry, contracts, functions."""
    project.write("contracts/shop.yaml", SCENARIOS)
    project.tests(BAD_BINDINGS)
    said_of_bindings = _with_workers(project, pytester)
    project.write("contracts/shop.yaml", "get_item: {request: {path: items}}\n")
    said_of_contracts = _with_workers(project, pytester)
    project.write("registry.yaml", "- shop\n")
    said_of_registry = _with_workers(project, pytester)

    assert said_of_bindings == SAID_OF_BINDINGS
    assert said_of_contracts == refused_contract()
    assert said_of_registry == refused(project)


def refused_contract() -> str:
    return "contracts/shop.yaml:1:28: the path 'items' does not start with a slash\n  fix: write /items"


def _with_workers(project: PluginProject, pytester: pytest.Pytester) -> str:
    before = listing(project.path)
    run = Run(pytester.runpytest_subprocess("-p", "no:cacheprovider", "-n", "2", "contracts"))
    assert run.code == 2
    assert listing(project.path) == before
    return block(run)


# --- verdicts are no bad input -----------------------------------------------------------------------------------


def test_what_is_missing_or_unbound_is_a_verdict_with_exit_code_1(project):
    project.register("get_item", "list_items")
    project.tests("")
    run = started(project, "contracts")

    assert run.code == 1
    assert run.faults == {"shop.get_item[unbound]": "unbound", "shop.list_items[missing]": "missing"}


# --- where pytest is started -------------------------------------------------------------------------------------


def test_tests_beside_a_broken_registry_run_as_long_as_no_contract_is_in_sight(project):
    project.write("registry.yaml", "- shop\n")
    project.write("tests/test_sums.py", "def test_sum():\n    assert 1 + 1 == 2\n")

    alone, all_of_it = started(project, "tests"), started(project, ".")

    assert (alone.code, alone.counts) == (0, {"passed": 1})
    assert all_of_it.code == 2


def test_contracts_run_from_wherever_pytest_is_started(project, monkeypatch):
    monkeypatch.chdir(project.path / "contracts")
    inside = project.pytester.runpytest_inprocess("-p", "no:cacheprovider", "test_shop_contracts.py")
    monkeypatch.chdir(project.path.parent)
    outside = project.pytester.runpytest_inprocess(
        "-p", "no:cacheprovider", f"--rootdir={project.path.parent}", "-c", str(project.path / "pytest.ini"),
        str(project.path / "contracts/test_shop_contracts.py"),
    )  # fmt: skip

    assert (inside.parseoutcomes(), outside.parseoutcomes()) == ({"passed": 2}, {"passed": 2})


def test_the_registry_may_stand_in_a_folder_above(project, monkeypatch):
    (project.path / "contracts/deep").mkdir()
    (project.path / "contracts/test_shop_contracts.py").rename(project.path / "contracts/deep/test_shop_contracts.py")
    monkeypatch.chdir(project.path / "contracts/deep")

    result = project.pytester.runpytest_inprocess("-p", "no:cacheprovider", ".")

    assert result.parseoutcomes() == {"passed": 2}


def test_a_fault_is_told_from_the_projects_folder_wherever_pytest_is_started(project, monkeypatch):
    project.write("contracts/shop.yaml", GET_ITEM.replace("/items/{id}", "items/{id}"))
    monkeypatch.chdir(project.path / "contracts")

    run = started(project, "test_shop_contracts.py")

    assert (run.code, IMPORTS in run.text) == (2, False)
    assert block(run) == (
        "contracts/shop.yaml:5:32: the path 'items/{id}' does not start with a slash\n  fix: write /items/{id}"
    )
