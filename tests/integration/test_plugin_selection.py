"""Which tests a contract becomes, how they are selected, and what a run of the whole adds to them."""

from __future__ import annotations

import pytest
from tests.integration.plugin_project import PluginProject, get, project

__all__ = ["project"]
pytest_plugins = "pytester"

TWO_SCENARIOS = """
get_item:
  scenarios:
    ok:
      params: {id: '7'}
      request: {method: GET, path: '/items/{id}'}
      response: {status: 200, body: {name: Lamp, colour?: {$nullable: red}}}
    not_found:
      params: {id: missing}
      request: {method: GET, path: '/items/{id}'}
      response: {status: 404, body: {message: no such item}}
"""
TESTS = """
@contract("shop.get_item")
def test_get_item(provider):
    item = httpx.get(f"{provider.url}/items/{provider.params['id']}").json()

    assert item["name"]
    assert item.get("colour") in (None, "red", "brass")

@contract("shop.get_item", scenario="not_found")
def test_no_such_item(provider):
    assert httpx.get(f"{provider.url}/items/{provider.params['id']}").status_code == 404
"""


@pytest.fixture
def two_scenarios(project: PluginProject) -> PluginProject:
    project.write("contracts/shop.yaml", TWO_SCENARIOS)
    project.tests(TESTS)
    project.cassette("shop.get_item", (get("/items/42"), {"name": "Lamp", "colour": "brass"}), params={"id": "42"})
    gone = {"message": "gone"}
    project.cassette("shop.get_item", (get("/items/0"), gone), scenario="not_found", params={"id": "0"}, status=404)
    return project


def test_ids_name_the_provider_and_lean_stands_where_parts_may_be_absent(two_scenarios: PluginProject):
    run = two_scenarios.run("--collect-only", "-q")

    assert run.code == 0
    assert [line for line in run.text.splitlines() if "::" in line] == [
        "contracts/test_shop_contracts.py::test_get_item[pact]",
        "contracts/test_shop_contracts.py::test_get_item[pact-lean]",
        "contracts/test_shop_contracts.py::test_get_item[replay]",
        "contracts/test_shop_contracts.py::test_no_such_item[pact]",
        "contracts/test_shop_contracts.py::test_no_such_item[replay]",
    ]
    assert not (two_scenarios.path / "contracts/pacts").exists()


def test_ids_of_aws_say_stub(project: PluginProject):
    project.with_s3("""
        @contract("aws.s3.list_buckets")
        def test_list_buckets(provider):
            assert boto3.client("s3").list_buckets(MaxBuckets=5)["Buckets"]
    """)

    run = project.run("-v")

    assert run.code == 0
    assert "test_shop_contracts.py::test_list_buckets[stub] PASSED" in run.text
    assert "test_shop_contracts.py::test_list_buckets[replay] PASSED" in run.text


def test_a_consumer_that_needs_an_optional_part_fails_on_lean_alone(two_scenarios: PluginProject):
    two_scenarios.tests(TESTS.replace('item.get("colour") in', 'item["colour"] in'))

    run = two_scenarios.run()

    assert run.faults == {"test_get_item[pact-lean]": "KeyError"}
    assert "fault: consumer" in run.text


@pytest.mark.parametrize(
    ("keyword", "expected"),
    [
        ("shop.get_item", 5),
        ("shop.get_item.not_found", 2),
        ("lean", 1),
        ("pact", 3),
        ("replay", 2),
        ("shop", 5),
        ("not shop.get_item", 0),
    ],
)
def test_keywords_select_by_operation_and_scenario(two_scenarios: PluginProject, keyword: str, expected: int):
    run = two_scenarios.run("-k", keyword)

    assert run.counts.get("passed", 0) == expected
    assert run.code == (0 if expected else 5)


def test_a_keyword_selects_a_verdict_that_has_no_test(two_scenarios: PluginProject):
    two_scenarios.register("get_item", "get_cart")

    run = two_scenarios.run("-k", "shop.get_cart")

    assert run.code == 1
    assert run.faults == {"shop.get_cart[missing]": "missing"}


@pytest.mark.parametrize(
    "args", [["contracts/test_shop_contracts.py"], ["contracts", "--ignore=contracts/test_more.py"]]
)
def test_a_part_of_the_contracts_says_nothing_about_the_rest(two_scenarios: PluginProject, args: list[str]):
    two_scenarios.tests("", name="contracts/test_more.py")
    two_scenarios.register("get_item", "get_cart")

    run = two_scenarios.run(*args)

    assert run.code == 0
    assert run.counts == {"passed": 5}


def test_last_failed_runs_what_failed_and_invents_no_verdict(two_scenarios: PluginProject):
    first, second = TESTS.split("\n\n@contract")
    two_scenarios.tests(first.replace('item["name"]', 'item["title"]'), name="contracts/test_a.py")
    two_scenarios.tests("\n@contract" + second, name="contracts/test_shop_contracts.py")
    pytester = two_scenarios.pytester
    pytester.runpytest_inprocess("contracts")

    again = pytester.runpytest_inprocess("contracts", "--lf", "-ra")

    again.assert_outcomes(failed=3)


def test_the_first_failure_ends_the_run_where_that_is_asked(two_scenarios: PluginProject):
    two_scenarios.register("get_item", "get_cart")
    two_scenarios.tests(TESTS.replace('item["name"]', 'item["title"]'))

    run = two_scenarios.run("-x")

    assert run.code == 1
    assert run.counts == {"failed": 1}


def test_a_module_that_cannot_be_imported_is_a_collection_error_and_nothing_is_unbound(two_scenarios: PluginProject):
    two_scenarios.tests("raise LookupError", name="contracts/test_shop_contracts.py")

    run = two_scenarios.run("--continue-on-collection-errors")

    assert run.code == 1
    assert run.counts == {"errors": 1}


# --- waivers -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("until", "is_over"), [("2126-03-01", False), ("2026-03-01", True)])
def test_a_waived_recording_is_skipped_until_its_waiver_ends(project: PluginProject, until: str, is_over: bool):
    waiver = f"waived: {{shop.get_item: {{what: recording, until: {until}, reason: no sandbox yet}}}}"
    project.register("get_item", extra=waiver)
    (project.path / "cassettes/shop/get_item.yaml").unlink()

    run = project.run()

    if not is_over:
        assert run.code == 0
        assert run.counts == {"passed": 1, "skipped": 1}
        assert f"waived until {until}: no recording of shop.get_item, no sandbox yet" in run.text
        return
    assert run.code == 1
    assert run.faults == {"test_get_item[replay]": "missing"}
    assert run.fault("test_get_item[replay]")[3:5] == [
        "nothing recorded for shop.get_item (scenario ok)",
        f"the waiver of shop.get_item ended on {until} (registry.yaml:9:10): no sandbox yet",
    ]


# --- misuse, exit codes ------------------------------------------------------------------------------------------


def test_the_fixture_outside_a_contract_says_what_it_is_for(project: PluginProject):
    project.tests("def test_other(provider): assert provider", name="contracts/test_other.py")

    run = project.run("contracts/test_other.py")

    assert run.code == 1
    assert "the fixture `provider` is for functions marked with @contract(...)" in run.text


def test_a_contract_without_the_fixture_ends_with_exit_code_2(project: PluginProject):
    project.tests("""
        @contract("shop.get_item")
        def test_get_item():
            assert shop
    """)

    run = project.run()

    assert run.code == 2
    assert (
        "contracts/test_shop_contracts.py:4:1: test_get_item does not use the fixture `provider`\n"
        "  fix: take `provider`, or a fixture that does, as an argument: it is where the answers come from"
    ) in run.text + run.errors


@pytest.mark.parametrize(
    ("source", "args", "code"),
    [
        ("def test_it(): raise SystemError", [], 1),
        ("import pytest\ndef test_it(): pytest.exit('enough', returncode=3)", [], 3),
        ("def test_it(): pass", ["--no-such-option"], 4),
        ("def test_it(): pass", ["-k", "nothing"], 5),
    ],
)
def test_the_codes_of_pytest_stay(project: PluginProject, source: str, args: list[str], code: int):
    project.write("contracts/test_other.py", source)

    run = project.run("contracts/test_other.py", *args)

    assert run.code == code


def test_a_registry_yaml_without_contracts_beside_it_is_none_of_ours(pytester: pytest.Pytester):
    pytester.makefile(".yaml", registry="images: [registry.example.com/base]")
    pytester.makepyfile("def test_it(): pass")

    result = pytester.runpytest_inprocess("-p", "no:asyncio")

    result.assert_outcomes(passed=1)
    assert "pactproof: " not in result.stdout.str()
