"""A cassette that somebody changed: what the change breaks is told; if it breaks nothing, the change itself is."""

from __future__ import annotations

from tests.integration.plugin_project import PluginProject, project

__all__ = ["project"]
pytest_plugins = "pytester"

NAME = "cassettes/shop/get_item.yaml"


def test_a_changed_file_that_upholds_the_promise_is_stale_by_its_name(project: PluginProject):
    project.write_exactly(NAME, project.read(NAME).replace("Brass lamp", "Steel lamp"))

    run = project.run()

    assert run.code == 1
    assert run.faults == {"test_get_item[replay]": "stale"}
    assert run.fault("test_get_item[replay]")[:6] == [
        "fault: stale",
        "operation: shop.get_item",
        "scenario: ok",
        "the file is not as it was written: its digest does not fit",
        f"file: {NAME}",
        "fix: record it again: pytest contracts --record-mode=rewrite -k shop.get_item",
    ]


def test_what_the_change_breaks_is_told_first(project: PluginProject):
    project.write_exactly(NAME, project.read(NAME).replace('"Brass lamp"', "7"))

    run = project.run()

    assert run.faults == {"test_get_item[replay]": "provider"}


def test_another_layout_of_the_same_file_holds(project: PluginProject):
    project.write_exactly(NAME, project.read(NAME).replace("\n", "\r\n"))

    assert project.run().counts == {"passed": 2}
