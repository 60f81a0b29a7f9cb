"""Contract functions that are coroutines, with and without a plugin for them."""

from __future__ import annotations

import pytest
from tests.integration.plugin_project import PluginProject, project

__all__ = ["project"]
pytest_plugins = "pytester"

BODY = """
    async with httpx.AsyncClient(base_url=provider.url) as client:
        answer = await client.get(f"/items/{provider.params['id']}", params={"currency": "CURRENCY"})
    item = answer.json()

    assert item["name"]
    return item
"""
HOW = {
    "no plugin": ("", "async def test_get_item(provider):", ["-p", "no:asyncio", "-p", "no:anyio"]),
    "no mark": ("", "async def test_get_item(provider):", []),
    "asyncio, strict": ("@pytest.mark.asyncio", "async def test_get_item(provider):", []),
    "asyncio, auto": ("", "async def test_get_item(provider):", ["--asyncio-mode=auto"]),
    "anyio": ("@pytest.mark.anyio", "async def test_get_item(provider, anyio_backend):", []),
    "anyio, auto": ("", "async def test_get_item(provider):", ["-o", "anyio_mode=auto", "-p", "no:asyncio"]),
}
BACKEND = """
@pytest.fixture
def anyio_backend():
    return "asyncio"

"""


@pytest.mark.parametrize("how", HOW)
def test_a_coroutine_is_run_and_its_value_kept_without_a_warning(project: PluginProject, how: str):
    mark, head, args = HOW[how]
    project.tests(f'{BACKEND}{mark}\n@contract("shop.get_item")\n{head}{BODY.replace("CURRENCY", "EUR")}')

    run = project.run("-W", "error", *args)

    assert run.code == 0, run.text
    assert run.counts == {"passed": 2}


@pytest.mark.parametrize("how", HOW)
def test_a_wrong_request_of_a_coroutine_is_a_request_fault(project: PluginProject, how: str):
    mark, head, args = HOW[how]
    project.tests(f'{BACKEND}{mark}\n@contract("shop.get_item")\n{head}{BODY.replace("CURRENCY", "USD")}')

    run = project.run(*args)

    assert run.faults == {"test_get_item[pact]": "request", "test_get_item[replay]": "request"}


@pytest.mark.parametrize("how", ["no mark", "asyncio, strict", "anyio"])
def test_a_coroutine_that_fails_keeps_its_traceback(project: PluginProject, how: str):
    mark, head, args = HOW[how]
    failing = BODY.replace("CURRENCY", "EUR").replace('item["name"]', 'item["colour"]')
    project.tests(f'{BACKEND}{mark}\n@contract("shop.get_item")\n{head}{failing}')

    run = project.run(*args)

    shown = run.fault("test_get_item[replay]")
    assert run.counts == {"failed": 2}
    assert '>       assert item["colour"]' in shown
    assert "E       fault: consumer" in shown
    assert not [line for line in shown if "pactproof/" in line or "asyncio/" in line]


def test_tasks_that_the_consumer_starts_are_answered_like_itself(project: PluginProject):
    project.tests("""
        async def fetch(client, provider, currency):
            try:
                await client.get(f"{provider.url}/items/{provider.params['id']}", params={"currency": currency})
            except Exception:
                pass

        @contract("shop.get_item")
        async def test_get_item(provider):
            async with httpx.AsyncClient() as client:
                tasks = [asyncio.create_task(fetch(client, provider, name)) for name in ("EUR", "USD")]
                await asyncio.gather(*tasks)
    """)

    run = project.run()

    assert run.faults == {"test_get_item[pact]": "request", "test_get_item[replay]": "request"}


def test_a_value_that_a_plain_function_returns_does_not_warn(project: PluginProject):
    project.tests("""
        @contract("shop.get_item")
        def test_get_item(provider):
            return shop.get_item(provider.url, provider.params["id"])
    """)

    run = project.run("-W", "error")

    assert run.code == 0, run.text
