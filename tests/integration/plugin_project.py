"""A tiny project under contract in pytester's folder: a shop over HTTP, S3, and the program that calls them.

Every test module of the plugin starts from it, changes one thing, and runs pytest on it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from textwrap import dedent
from typing import Any

import boto3
import httpcore
import httpx
import pact_ffi
import pytest
import requests
from tests.integration.project_copy import WITHOUT_BYSTANDERS

from pactproof import drift
from pactproof.interaction import Headers, Interaction, Request, Response
from pactproof.pytest_plugin import runs, session
from pactproof.recording.cassette import Cassette, Provenance, dump_cassette
from pactproof.recording.provenance import Source

# pytester forgets what a run imported: what is imported here is not imported, and hooked, again by every run.
IMPORTED_ONCE = (boto3, httpcore, httpx, pact_ffi, requests, drift, runs, session)

BASE_URL = "https://shop.example.com"
CLOSED = "192.0.2.1"  # RFC 5737: nobody has this address

REGISTRY = """
consumer: till
providers:
  shop:
    base_url: https://shop.example.com
    sandbox: {url_env: SHOP_URL, token_env: SHOP_TOKEN, opt_in_env: SHOP_E2E}
contracts:
  shop: [get_item]
"""

GET_ITEM = """
get_item:
  given: an item exists
  params: {id: '7'}
  request: {method: GET, path: '/items/{id}', query: {currency: EUR}}
  response:
    status: 200
    body: {name: Lamp, price: {$decimal: 9.5}}
"""

PAGES = """
list_items:
  sequence:
    - request: {method: GET, path: /items, query: {page: '1'}}
      response: {status: 200, body: {items: [Lamp], next: '2'}}
    - request: {method: GET, path: /items, query: {page: '2'}}
      response: {status: 200, body: {items: [Desk]}}
"""

CONSUMER = '''
import httpx
import requests


def get_item(url, item_id, currency="EUR", http=httpx):
    """The program under test: `http` is httpx or requests, which agree on this much."""
    answer = http.get(f"{url}/items/{item_id}", params={"currency": currency}, headers={"Authorization": "Bearer t"})
    answer.raise_for_status()
    return answer.json()
'''

TEST_GET_ITEM = """
@contract("shop.get_item")
def test_get_item(provider):
    item = shop.get_item(provider.url, provider.params["id"])

    assert item["name"]
"""

IMPORTS = (
    "import os, threading, asyncio, socket, httpx, pytest, requests, shop\nfrom pactproof import contract, state\n"
)

LAMP = {"name": "Brass lamp", "price": 12.25}

KEPT = "not refreshed; the old recording, last verified on 2026-11-20, N days ago, is unchanged"
"""What a refresh that failed says of the recording that `PluginProject.cassette` wrote."""


class PluginProject:
    """The project's files, and runs of pytest on it in this process."""

    def __init__(self, pytester: pytest.Pytester) -> None:
        self.pytester = pytester
        self.path = pytester.path
        self.write("registry.yaml", REGISTRY)
        self.write("contracts/shop.yaml", GET_ITEM)
        self.write("shop.py", CONSUMER)
        self.tests(TEST_GET_ITEM)
        self.cassette("shop.get_item", (get("/items/42?currency=EUR"), LAMP), params={"id": "42"})
        self.write("pytest.ini", "[pytest]\npythonpath = .\nasyncio_default_fixture_loop_scope = function\n")

    def write(self, name: str, text: str) -> Path:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), encoding="utf-8")
        return path

    def read(self, name: str) -> str:
        return (self.path / name).read_text(encoding="utf-8")

    def tests(self, source: str, name: str = "contracts/test_shop_contracts.py") -> None:
        self.write(name, IMPORTS + dedent(source))

    def register(self, *operations: str, extra: str = "") -> None:
        """The shop's operations, in place of `get_item` alone; `extra` is YAML at the top level."""
        head = REGISTRY.replace("[get_item]", f"[{', '.join(operations)}]")
        self.write("registry.yaml", head + dedent(extra))

    def with_s3(self, tests: str, contracts: str = "s3.list_buckets:\n") -> None:
        """S3 in place of the shop: its contracts, the tests, and a recording of `list_buckets`."""
        self.write("registry.yaml", "consumer: till\ncontracts:\n  aws:\n    s3: [list_buckets]\n")
        (self.path / "contracts/shop.yaml").unlink()
        self.write("contracts/aws.yaml", contracts)
        self.tests("import boto3\n" + dedent(tests))
        body = (
            b'<?xml version="1.0" encoding="UTF-8"?><ListAllMyBucketsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
            b"<Owner><ID>abc</ID></Owner><Buckets><Bucket><Name>logs</Name>"
            b"<CreationDate>2026-01-05T10:00:00.000Z</CreationDate></Bucket></Buckets></ListAllMyBucketsResult>"
        )
        asked = Request("GET", "https://s3.amazonaws.com/?max-buckets=5")
        answer = Response(200, Headers((("Content-Type", "application/xml"),)), body, "OK")
        self._cassette("aws.s3.list_buckets", (Interaction(asked, answer),), requests=[{"MaxBuckets": 5}])

    def cassette(
        self,
        operation: str,
        *exchanges: tuple[Request, Any],
        scenario: str = "ok",
        params: Mapping[str, Any] | None = None,
        status: int = 200,
    ) -> Path:
        """Write a recording: each exchange is a request with the JSON that answered it."""
        headers = Headers((("Content-Type", "application/json"),))
        made = [
            Interaction(request, Response(status, headers, json.dumps(body).encode(), "OK"))
            for request, body in exchanges
        ]
        return self._cassette(operation, tuple(made), scenario=scenario, params=params or {})

    def _cassette(
        self,
        operation: str,
        interactions: tuple[Interaction, ...],
        *,
        scenario: str = "ok",
        params: Mapping[str, Any] | None = None,
        requests: list[dict[str, Any]] | None = None,
    ) -> Path:
        name = "ListBuckets"
        source: Source = "emulator"
        told = Provenance(
            operation=operation,
            scenario=scenario,
            source=source,
            recorded_at=datetime(2026, 11, 20, 9, 0, tzinfo=UTC),
            consumer="till",
            recorded_with="pactproof 0.1.0",
            params=dict(params or {}),
            requests=tuple({"operation": name, "params": sent} for sent in requests or ()),
        )
        stem = operation.replace(".", "/") + ("" if scenario == "ok" else f".{scenario}")
        return self.write_exactly(f"cassettes/{stem}.yaml", dump_cassette(Cassette(interactions, told)))

    def write_exactly(self, name: str, text: str) -> Path:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def run(self, *args: str) -> Run:
        """pytest in this process; "contracts" unless a path is among `args`."""
        if "no:asyncio" in args:
            self.write("pytest.ini", "[pytest]\npythonpath = .\n")  # its option would be an unknown one
        paths = (
            []
            if any(not arg.startswith("-") for arg in args if (self.path / arg.split("::")[0]).exists())
            else ["contracts"]
        )
        options = ("-p", "no:cacheprovider", *WITHOUT_BYSTANDERS, "-ra")
        return Run(self.pytester.runpytest_inprocess(*options, *paths, *args))

    def run_apart(self, *args: str, **environment: str) -> Run:
        """pytest in a process of its own: for what ends before it has begun, and for what is imported."""
        with pytest.MonkeyPatch.context() as patch:
            for name, value in environment.items():
                patch.setenv(name, value)
            options = ("-p", "no:cacheprovider", *WITHOUT_BYSTANDERS, "-ra", *args)
            return Run(self.pytester.runpytest_subprocess("contracts", *options))


class Run:
    """One run of pytest: how each test ended, and what was printed."""

    def __init__(self, result: pytest.RunResult) -> None:
        self.code = int(result.ret)
        self.text = result.stdout.str()
        self.errors = result.stderr.str()
        self.counts = result.parseoutcomes() if " in " in self.text else {}

    @property
    def faults(self) -> dict[str, str]:
        """The name of the fault of each test that failed: {"test_get_item[pact]": "request"}."""
        found = re.findall(r"^(?:FAILED|ERROR) \S*::(\S+) - (?:fault: )?([\w. ]+)", self.text, re.M)
        return dict(found)

    def fault(self, test: str) -> list[str]:
        """The lines printed for `test`, from its headline to the next test's."""
        _, _, after = self.text.partition(f" {test} _")
        text = re.split(r"^(?:_{5,} .* _{5,}|[-=]{5,} .* [-=]{5,})$", after.partition("\n")[2], maxsplit=1, flags=re.M)[
            0
        ]
        lines = [line for line in text.strip().splitlines() if not line.startswith("[gw")]  # xdist names its worker
        return [re.sub(r", \d+ (?:hour|day)s? ago, ", ", N days ago, ", line) for line in lines]


def get(path: str, base_url: str = BASE_URL) -> Request:
    return Request("GET", f"{base_url}{path}", Headers((("Accept", "application/json"),)))


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> PluginProject:
    """The project as it stands when every contract is upheld; CI is not set."""
    for name in ("CI", "SHOP_URL", "SHOP_TOKEN", "SHOP_E2E", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SSL_CERT_DIR", str(pytester.path))  # reading certificates takes a client of httpx 27 ms
    monkeypatch.setenv("COLUMNS", "300")  # else pytest cuts its summary off
    return PluginProject(pytester)
