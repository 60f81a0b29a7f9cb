"""Methods of unittest.TestCase take no fixtures: as contracts they would run on the network, and look upheld."""

from __future__ import annotations

from tests.integration.plugin_project import PluginProject, project

__all__ = ["project"]
pytest_plugins = "pytester"


def test_a_contract_on_a_unittest_method_ends_with_exit_code_2(project: PluginProject):
    project.tests(
        """
        import unittest

        class TestShop(unittest.TestCase):
            @contract("shop.get_item")
            def test_get_item(self):
                raise SystemError("never run")
        """
    )

    run = project.run()

    assert run.code == 2
    assert "TestShop.test_get_item does not use the fixture `provider`" in run.text
    cure = "write a function, or a method of a plain class, that takes `provider`: unittest has no fixtures"
    assert f"  fix: {cure}" in run.text.splitlines()
