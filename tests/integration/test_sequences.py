"""Every style of paging, retrying and polling, before every client: promised, recorded from a real server, replayed."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent, indent

import aiohttp
import pact
import pytest
from tests.integration.paging_provider import paging_provider
from tests.integration.plugin_project import PluginProject, Run, project

from pactproof.promise import pact_provider
from pactproof.proof import http

__all__ = ["project"]
IMPORTED_ONCE = (aiohttp, pact, pact_provider, http)  # as in plugin_project
pytest_plugins = "pytester"

SYNC = ["requests", "httpx"]
EVERY = [*SYNC, "httpx_async", "aiohttp"]


@dataclass(frozen=True)
class Style:
    """A contract's interactions, the consumer's call, and what comes of it from promise and recording."""

    contract: str
    call: str
    promised: object
    recorded: object
    is_asynchronous_too: bool = False

    @property
    def clients(self) -> list[str]:
        return EVERY if self.is_asynchronous_too else SYNC


def linked(path: str, base: str) -> Style:
    pattern = '<[^>]+>; rel="next".*'
    contract = f"""
    params: {{second: '2', third: '3'}}
    sequence:
      - request: {{path: {path}}}
        response:
          headers: {{Link: {{$regex: '{pattern}', like: '<{base}{path}?page={{second}}>; rel="next"'}}}}
          body: [Lamp]
      - request: {{path: {path}, query: {{page: '{{second}}'}}}}
        response:
          headers: {{Link: {{$regex: '{pattern}', like: '<{base}{path}?page={{third}}>; rel="next"'}}}}
          body: [Lamp]
      - request: {{path: {path}, query: {{page: '{{third}}'}}}}
        response: {{body: [Lamp]}}
    """
    call = f'by_link_header(url, client, "{path}")'
    return Style(contract, call, ["Lamp"] * 3, ALL_ITEMS, path == "/sandbox-links")


def cursors(name: str, path: str) -> Style:
    contract = f"""
    params: {{second: 'c2+/=', third: 'c3'}}
    sequence:
      - request: {{path: {path}, query: {{limit: 2}}}}
        response: {{body: {{items: [Lamp], next_{name}: '{{second}}'}}}}
      - request: {{path: {path}, query: {{limit: 2, {name}: '{{second}}'}}}}
        response: {{body: {{items: [Lamp], next_{name}: '{{third}}'}}}}
      - request: {{path: {path}, query: {{limit: 2, {name}: '{{third}}'}}}}
        response: {{body: {{items: [Lamp], next_{name}: {{$exactly: ''}}}}}}
    """
    return Style(contract, f'by_cursor(url, client, "{path}", "{name}")', ["Lamp"] * 3, ALL_ITEMS, name == "cursor")


ALL_ITEMS = ["Lamp", "Desk", "Chair", "Sofa", "Shelf"]
STYLES = {
    "sandbox_links": linked("/sandbox-links", "https://shop.example.com"),
    "canonical_links": linked("/canonical-links", "https://shop.example.com"),
    "relative_links": linked("/relative-links", ""),
    "next_url": Style(
        """
        params: {second: c2, third: c3}
        sequence:
          - request: {path: /next-url}
            response: {body: {items: [Lamp], next: 'https://shop.example.com/next-url?after={second}&limit=2'}}
          - request: {path: /next-url, query: {limit: 2, after: '{second}'}}
            response: {body: {items: [Lamp], next: 'https://shop.example.com/next-url?after={third}&limit=2'}}
          - request: {path: /next-url, query: {limit: 2, after: '{third}'}}
            response: {body: {items: [Lamp], next: null}}
        """,
        'by_next_url(url, client, "/next-url")',
        ["Lamp"] * 3,
        ALL_ITEMS,
    ),
    "cursors": cursors("cursor", "/cursors"),
    "page_tokens": cursors("page_token", "/page-tokens"),
    "offsets": Style(
        """
        sequence:
          - request: {path: /offsets, query: {offset: 0, limit: 2}}
            response: {body: {$min: 2, like: [Lamp]}}
          - request: {path: /offsets, query: {offset: 2, limit: 2}}
            response: {body: {$min: 2, like: [Lamp]}}
          - request: {path: /offsets, query: {offset: 4, limit: 2}}
            response: {body: [Lamp]}
        """,
        'by_offset(url, client, "/offsets")',
        ["Lamp"] * 5,
        ALL_ITEMS,
    ),
    "more": Style(
        """
        sequence:
          - request: {path: /more, query: {tag: [b, a], page: 1}}
            response: {body: {items: [Lamp], more: {$exactly: true}}}
          - request: {path: /more, query: {tag: [b, a], page: 2}}
            response: {body: {items: [Lamp], more: {$exactly: true}}}
          - request: {path: /more, query: {tag: [b, a], page: 3}}
            response: {body: {items: [Lamp], more: {$exactly: false}}}
        """,
        'by_more(url, client, "/more")',
        ["Lamp"] * 3,
        ALL_ITEMS,
    ),
    "until_empty": Style(
        """
        sequence:
          - {request: {path: /until-empty, query: {page: 1}}, response: {body: {items: [Lamp]}}}
          - {request: {path: /until-empty, query: {page: 2}}, response: {body: {items: [Lamp]}}}
          - {request: {path: /until-empty, query: {page: 3}}, response: {body: {items: [Lamp]}}}
          - {request: {path: /until-empty, query: {page: 4}}, response: {body: {items: {$exactly: []}}}}
        """,
        'until_empty(url, client, "/until-empty")',
        ["Lamp"] * 3,
        ALL_ITEMS,
    ),
    "twenty": Style(
        "sequence:\n"
        + "".join(
            f"  - {{request: {{path: /twenty, query: {{page: {page}}}}}, response: {{body: {{items: [Lamp]}}}}}}\n"
            for page in range(1, 20)
        )
        + "  - {request: {path: /twenty, query: {page: 20}}, response: {body: {items: {$exactly: []}}}}\n",
        'until_empty(url, client, "/twenty")',
        ["Lamp"] * 19,
        ["Lamp"] * 19,
    ),
    "busy": Style(
        """
        sequence:
          - request: {path: /busy}
            response:
              status: 429
              headers: {Retry-After: {$regex: '[0-9]+', like: '3'}}
              body: {message: slow down}
          - request: {path: /busy}
            response: {body: {name: Lamp}}
        """,
        'once(url, client, "/busy")',
        {"name": "Lamp"},
        {"name": "Lamp"},
        is_asynchronous_too=True,
    ),
    "down": Style(
        """
        sequence:
          - {request: {path: /down}, response: {status: 503}, repeatable: true}
          - {request: {path: /down}, response: {body: {name: Lamp}}}
        """,
        'once(url, client, "/down")',
        {"name": "Lamp"},
        {"name": "Lamp"},
    ),
    "poll": Style(
        """
        sequence:
          - {request: {path: /poll}, response: {body: {state: {$exactly: pending}, tries: 1}}}
          - {request: {path: /poll}, response: {body: {state: {$exactly: pending}, tries: 2}}}
          - {request: {path: /poll}, response: {body: {state: {$exactly: done}, tries: 3}}}
        """,
        'polled(url, client, "/poll")',
        {"state": "done", "tries": 3},
        {"state": "done", "tries": 3},
    ),
    "long_poll": Style(
        """
        sequence:
          - {request: {path: /long-poll}, response: {body: {state: {$exactly: pending}}}, repeatable: true}
          - {request: {path: /long-poll}, response: {body: {state: {$exactly: done}}}}
        """,
        'polled(url, client, "/long-poll")',
        {"state": "done"},
        {"state": "done"},
    ),
    "parts": Style(
        "sequence:\n"
        + "".join(
            f"  - {{request: {{path: /parts/{part}}}, response: {{body: {{path: /parts/{part}}}}}}}\n"
            for part in "abcdef"
        ),
        'at_once(url, client, [f"/parts/{part}" for part in "fbdace"])',
        [{"path": f"/parts/{part}"} for part in "fbdace"],
        [{"path": f"/parts/{part}"} for part in "fbdace"],
        is_asynchronous_too=True,
    ),
    "equal": Style(
        "sequence:\n" + "  - {request: {path: /equal}, response: {body: {name: Lamp}}}\n" * 4,
        'at_once(url, client, ["/equal"] * 4)',
        [{"name": "Lamp"}] * 4,
        [{"name": "Lamp"}] * 4,
        is_asynchronous_too=True,
    ),
    "any_number": Style(
        "{request: {path: /equal}, response: {body: {name: Lamp}}, repeatable: true}",
        'at_once(url, client, ["/equal"] * 6)',
        [{"name": "Lamp"}] * 6,
        [{"name": "Lamp"}] * 6,
    ),
    "headed": Style(
        """
        sequence:
          - {request: {method: HEAD, path: /headed}}
          - {request: {path: /headed}, response: {body: {name: Lamp}}}
        """,
        'headed(url, client, "/headed")',
        {"name": "Lamp"},
        {"name": "Lamp"},
    ),
    "created": Style(
        """
        params: {id: order 7}
        sequence:
          - request: {method: POST, path: /orders, body: {name: Lamp}}
            response:
              status: 201
              headers: {Location: {$regex: '.*/orders/.+', like: 'https://shop.example.com/orders/order%207'}}
              body: {id: '{id}'}
          - request: {path: '/orders/{id}'}
            response: {body: {id: '{id}'}}
          - request: {path: '/orders/{id}/log'}
            response: {body: {id: '{id}'}}
        """,
        'created(url, client, "/orders")',
        ({"id": "order 7"}, {"id": "order 7"}),
        None,  # another id each time
    ),
}
STATE = """
@state("a shop that nobody has asked")
def asked_by_nobody(sandbox):
    sandbox.post("/reset")
    yield {}


@pytest.fixture(autouse=True)
def slept(monkeypatch):
    waited = []
    monkeypatch.setattr("time.sleep", waited.append)
    return waited


def check(provider, waited, call, promised, recorded):
    client = shop.CLIENTS[provider.scenario]()
    try:
        found = call(provider.url, client)
    finally:
        client.close()
    wanted = promised if provider.kind == "pact" else recorded
    assert wanted is None or found == wanted
    if provider.operation == "shop.busy":
        assert waited == [3 if provider.kind == "pact" else 7]
"""


@pytest.fixture
def shop(project: PluginProject) -> PluginProject:
    """The project with every style before every client, each a scenario of its own."""
    contracts, tests = [], [STATE]
    for name, style in STYLES.items():
        contracts.append(f"{name}:\n  scenarios:\n")
        for client in style.clients:
            given = "      given: a shop that nobody has asked\n"
            text = dedent(style.contract).strip()
            body = text if not text.startswith("{") else text[1:-1].replace(", re", "\nre")
            contracts.append(f"    {client}:\n{given}{indent(body, '      ')}\n")
            tests.append(
                f'@contract("shop.{name}", scenario="{client}")\n'
                f"def test_{name}_{client}(provider, slept):\n"
                f"    check(provider, slept, lambda url, client: shop.{style.call}, "
                f"{style.promised!r}, {style.recorded!r})\n\n"
            )
    project.register(*STYLES)
    project.write_exactly("contracts/shop.yaml", "".join(contracts))
    project.write("shop.py", Path(__file__).with_name("paging_consumer.py").read_text(encoding="utf-8"))
    project.tests("\n".join(tests))
    (project.path / "cassettes/shop/get_item.yaml").unlink()
    return project


def passed(run: Run) -> set[str]:
    return set(re.findall(r"^PASSED \S*::(\S+)", run.text, re.M))


def ids(provider: str) -> set[str]:
    return {f"test_{name}_{client}[{provider}]" for name, style in STYLES.items() for client in style.clients}


def stored(project: PluginProject, name: str) -> list[str]:
    """What was asked, in the order of the file."""
    text = project.read(f"cassettes/shop/{name}.requests.yaml")
    return [uri.removeprefix("https://shop.example.com") for uri in re.findall(r"^ +uri: (.*)$", text, re.M)]


def test_every_style_is_promised_recorded_and_replayed_with_the_server_stopped(
    shop: PluginProject, monkeypatch: pytest.MonkeyPatch
):
    promised = shop.run("-rA", "-k", "[pact]", "--pact-file=write")
    with paging_provider() as server:
        monkeypatch.setenv("SHOP_URL", server.url)
        recorded = shop.run("-rA", "-k", "[replay]", "--record-mode=rewrite", "--writes")
    replayed = shop.run("-rA", "-k", "[replay]")

    assert (passed(promised), promised.code) == (ids("pact"), 0), promised.text
    assert (passed(recorded), recorded.code) == (ids("replay"), 0), recorded.text
    assert (passed(replayed), replayed.code) == (ids("replay"), 0), replayed.text
    pact = json.loads(shop.read("contracts/pacts/till-shop.json"))
    keys = {one["key"] for one in pact["interactions"] if one["key"].startswith("shop.poll.requests")}
    assert keys == {"shop.poll.requests", "shop.poll.requests#2", "shop.poll.requests#3"}
    assert stored(shop, "parts") == [f"/parts/{part}" for part in "abcdef"]  # as promised, however they came
    assert stored(shop, "poll") == ["/poll"] * 3  # each with another answer
    assert stored(shop, "equal") == ["/equal"] * 4  # each of them promised
    assert stored(shop, "long_poll") == ["/long-poll"] * 2  # five times pending is kept once
    assert stored(shop, "any_number") == ["/equal"]
    assert all("127.0.0.1" not in path.read_text() for path in (shop.path / "cassettes").rglob("*.yaml"))
