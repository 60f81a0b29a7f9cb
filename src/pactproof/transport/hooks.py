"""Installs each client's hook once: now where the client is imported, at its import otherwise."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType

HOOKS = {
    "urllib3.connectionpool": "pactproof.transport.urllib3_hook",
    "httpx._transports.default": "pactproof.transport.httpx_hook",
    "aiohttp.connector": "pactproof.transport.aiohttp_hook",
    "botocore.client": "pactproof.transport.botocore_hook",
    "botocore.session": "pactproof.transport.credentials_hook",
    "http.client": "pactproof.transport.http_client_hook",
    "httplib2": "pactproof.transport.httplib2_hook",
    **dict.fromkeys(("pycurl", "grpc._channel", "grpc.aio._channel", "uvloop"), "pactproof.transport.past_sockets"),
}
"""The module that a client sends from, and ours whose `install(module)` hooks it."""

_HOOKED = "__pactproof_hooked__"


def install() -> None:
    """Hook every known client, once each. Called before each use: others take finders off `sys.meta_path` again."""
    for name in HOOKS:
        if (module := sys.modules.get(name)) is not None:
            _hook(module)
    if not any(isinstance(finder, _AtImport) for finder in sys.meta_path):
        sys.meta_path.insert(0, _AtImport())


def _hook(module: ModuleType) -> None:
    if _HOOKED not in vars(module):
        vars(module)[_HOOKED] = True
        importlib.import_module(HOOKS[module.__name__]).install(module)


class _AtImport(MetaPathFinder):
    """Finds the clients' modules as Python does, and hooks them after they have run."""

    def __init__(self) -> None:
        self._searching: set[str] = set()

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname not in HOOKS or fullname in self._searching:
            return None
        self._searching.add(fullname)
        try:
            spec = find_spec(fullname)
        finally:
            self._searching.discard(fullname)
        if spec is not None and spec.loader is not None and not isinstance(spec.loader, _HookingLoader):
            spec.loader = _HookingLoader(spec.loader)
        return spec


class _HookingLoader(Loader):
    def __init__(self, loader: Loader) -> None:
        self._loader = loader

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        # Its own loader again: it knows more, such as where the source is.
        module.__loader__ = self._loader
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        self._loader.exec_module(module)
        _hook(module)
