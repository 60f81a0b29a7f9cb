"""What a contract function and its fixtures see: the one seam between the program and who answers it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pactproof.interaction import Json


@dataclass(frozen=True)
class Provider:
    """Build the program's client from this.

    url:    where requests go: a loopback address before the promise, the service's own base URL before a recording
    token:  credentials to send; a placeholder offline
    params: what the call needs, {"uid": "nErXDvCkzz"}; of the contract, the recording, or the sandbox
    service, operation, scenario: as the registry and the contract name them
    kind:   "pact", "pact-lean", "stub" or "replay"
    """

    url: str
    token: str = field(repr=False)
    params: Mapping[str, Json]
    service: str
    operation: str
    scenario: str
    kind: str
