"""A sandbox as the registry and the environment have it: where it is, what opens it, whether requests may go there."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from pactproof.entries import is_base_url
from pactproof.errors import ContractError, GuardRailError
from pactproof.pytest_plugin.running import PLACEHOLDER_TOKEN
from pactproof.registry import Provider as RegisteredProvider
from pactproof.transport import is_loopback, origin


@dataclass(frozen=True)
class SandboxAccess:
    """The sandbox of one service, or an emulator of it.

    registered: the service
    url:        where requests go
    variable:   the environment variable that `url` was read from, for messages
    """

    registered: RegisteredProvider
    url: str = field(repr=False)
    variable: str

    @property
    def may_leave(self) -> bool:
        """Whether requests may go anywhere but to this machine."""
        opt_in = self.registered.sandbox.opt_in_env
        return bool(opt_in and os.environ.get(opt_in))

    @property
    def token(self) -> str:
        return os.environ.get(self.registered.sandbox.token_env) or PLACEHOLDER_TOKEN

    def refused(self) -> ContractError | None:
        """Why nothing may be sent to `url`. What the variable holds is not shown: it may be a secret."""
        if not is_base_url(self.url):
            what = f"{self.variable} holds no http or https URL without credentials, query and fragment"
            return ContractError(what, fix="set it to the address of the sandbox, as in http://127.0.0.1:3000")
        if not self.may_leave and not is_loopback(self.url):
            what = f"requests to {origin(self.url)} were refused before one left"
            return GuardRailError(what, fix=self.how_to_opt_in())
        return None

    def how_to_opt_in(self) -> str:
        opt_in = self.registered.sandbox.opt_in_env
        emulator = f"point {self.variable} at an emulator on this machine"
        if opt_in:
            return f"{emulator}, or set {opt_in}=1 if requests may leave it"
        place = f"providers.{self.registered.name}.sandbox.opt_in_env"
        return f"{emulator}, or name a variable in {place} of registry.yaml and set it if requests may leave it"
