"""Redirects that name a whole address: on the provider's own host they are followed, to any other they are refused."""

from __future__ import annotations

import pytest
from tests.integration.body_kinds import Answer, moved, provider
from tests.integration.plugin_project import BASE_URL, PluginProject, project

__all__ = ["project"]
pytest_plugins = "pytester"

CONTRACTS = f"""
own:
  sequence:
    - request: {{path: /old}}
      response: {{status: 302, headers: {{Location: {BASE_URL}/new}}}}
    - request: {{path: /new}}
      response: {{body: {{ok: true}}}}
foreign:
  request: {{path: /away}}
  response: {{status: 302, headers: {{Location: 'https://elsewhere.example.net/new'}}}}
"""
TESTS = """
@contract("shop.own")
def test_own(provider):
    assert requests.get(f"{provider.url}/old").json() == {"ok": True}

@contract("shop.foreign")
def test_foreign(provider):
    httpx.get(f"{provider.url}/away", follow_redirects=True, verify=False)
"""


@pytest.fixture
def shop(project: PluginProject) -> PluginProject:
    project.register("own", "foreign")
    project.write("contracts/shop.yaml", CONTRACTS)
    project.tests(TESTS)
    return project


def test_a_promised_redirect_is_followed_to_the_canonical_host_and_refused_to_another(shop: PluginProject):
    run = shop.run("-k", "[pact]")

    assert run.faults == {"test_foreign[pact]": "request"}
    assert "GET https://elsewhere.example.net/new was refused: it goes to another host" in run.text


def test_a_recorded_redirect_is_replayed_on_the_canonical_host(shop: PluginProject, monkeypatch: pytest.MonkeyPatch):
    with provider() as server:
        monkeypatch.setenv("SHOP_URL", server.url)
        server.answers |= {
            "/old": moved(302, f"{server.url}/new"),
            "/new": Answer(),
            "/away": moved(302, "https://elsewhere.example.net/new"),
        }
        recorded = shop.run("-k", "[replay]", "--record-mode=rewrite")
    replayed = shop.run("-k", "[replay] and own")

    assert recorded.counts["passed"] == 1
    assert recorded.faults == {"test_foreign[replay]": "request"}
    assert f"- {BASE_URL}/new" in shop.read("cassettes/shop/own.yaml")
    assert not (shop.path / "cassettes/shop/foreign.yaml").exists()
    assert replayed.code == 0, replayed.text
