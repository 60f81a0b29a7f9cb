"""The hooks are installed for every test here; each client is a parameter."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.unit.transport.wire import CLIENTS, Fetch, Live, live_server

from pactproof.transport import install


@pytest.fixture(autouse=True)
def _hooks_installed() -> None:
    install()


@pytest.fixture(params=CLIENTS)
def fetch(request: pytest.FixtureRequest) -> Iterator[Fetch]:
    with CLIENTS[request.param]() as client:
        yield client


@pytest.fixture
def live() -> Iterator[Live]:
    with live_server() as server:
        yield server
