"""Whatever a program is answered by whoever it asks, kept: for recordings that no contract describes."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

from pactproof.interaction import Interaction, Json, Request, Response
from pactproof.recording.carried import carried_credentials
from pactproof.recording.provenance import Source
from pactproof.recording.recorder import Recorder
from pactproof.transport import AwsCall, forward, is_loopback, origin


@dataclass
class PlainRecorder:
    """Sends requests to where they go and keeps what came back. To ask for a record mode is to let them leave.

    interactions: not redacted yet; noted: by interaction, operation and parameters of an AWS call, else empty
    credentials:  what the requests carried in headers that open something; it must not turn up in the file
    unanswered:   how many requests are on their way
    """

    interactions: list[Interaction] = field(default_factory=list, repr=False)
    noted: list[Mapping[str, Json]] = field(default_factory=list, repr=False)
    credentials: set[str] = field(default_factory=set, repr=False)
    targets: set[str] = field(default_factory=set)
    unanswered: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def source(self) -> Source:
        return "emulator" if all(is_loopback(target) for target in self.targets) else "sandbox"

    def record(self, request: Request, call: AwsCall | None) -> Response:
        """Raises ContractError where nobody answers."""
        self._count(1)
        try:
            return self._answered(request, call)
        finally:
            self._count(-1)

    def _answered(self, request: Request, call: AwsCall | None) -> Response:
        if call is not None:
            # AWS's own host in place of an emulator's, and the call's parameters: as for contracts.
            one = Recorder(origin(request.url), None, may_leave=True, opt_in="")
            response = one.handle(request)
            self._keep(one.interactions, one.requests, one.targets, request)
            return response
        response = forward(request, request.url)
        self._keep([Interaction(request, response)], [{}], {request.url}, request)
        return response

    def _count(self, more: int) -> None:
        with self._lock:
            self.unanswered += more

    def _keep(
        self, interactions: list[Interaction], noted: list[Mapping[str, Json]], targets: set[str], request: Request
    ) -> None:
        with self._lock:
            self.interactions += interactions
            self.noted += noted
            self.targets |= targets
            self.credentials |= carried_credentials(request)
