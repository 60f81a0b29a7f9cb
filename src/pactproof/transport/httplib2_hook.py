"""httplib2: its connections are http.client's, but for how they connect."""

from __future__ import annotations

from types import ModuleType

from pactproof.transport.http_client_hook import connect_to_memory


def install(module: ModuleType) -> None:
    connect_to_memory(module.HTTPConnectionWithTimeout)
    connect_to_memory(module.HTTPSConnectionWithTimeout)
