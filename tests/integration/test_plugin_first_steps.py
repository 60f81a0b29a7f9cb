"""A registry alone, before anybody has written a contract: everything in it has its verdict already."""

from __future__ import annotations

import pytest

pytest_plugins = "pytester"

SHORT = """
contracts:
  aws:
    s3: [list_buckets]
    cost_explorer: [get_cost_forecast]
  grafana: [search_dashboards]
"""
VERDICTS = [
    "FAILED registry.yaml::aws.s3.list_buckets[[]unbound[]]*",
    "FAILED registry.yaml::aws.cost_explorer.get_cost_forecast[[]unbound[]]*",
    "FAILED registry.yaml::grafana.search_dashboards[[]missing[]]*",
]


def write_registry(pytester: pytest.Pytester) -> None:
    pytester.path.joinpath("registry.yaml").write_text(SHORT)
    pytester.makeini("[pytest]\nasyncio_default_fixture_loop_scope = function\n")


@pytest.mark.parametrize("has_folder", [False, True])
@pytest.mark.parametrize("args", [["contracts"], []])
def test_a_registry_alone_is_missing_for_http_and_unbound_for_aws(
    pytester: pytest.Pytester, args: list[str], has_folder: bool
):
    write_registry(pytester)
    if has_folder:
        pytester.mkdir("contracts")

    run = pytester.runpytest_inprocess(*args)

    assert run.ret == 1
    run.assert_outcomes(failed=3)
    run.stdout.fnmatch_lines(VERDICTS)


def test_workers_find_the_same_without_the_folder(pytester: pytest.Pytester):
    write_registry(pytester)

    run = pytester.runpytest_subprocess("contracts", "-n", "2", "-p", "xdist")

    assert run.ret == 1
    run.assert_outcomes(failed=3)


def test_another_folder_that_is_not_there_is_still_a_usage_error(pytester: pytest.Pytester):
    write_registry(pytester)

    run = pytester.runpytest_inprocess("contract")

    assert run.ret == 4
    run.stderr.fnmatch_lines(["ERROR: file or directory not found: contract"])
