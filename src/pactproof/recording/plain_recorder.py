"""Whatever a program is answered by whoever it asks, kept: for recordings that no contract describes."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from pactproof.interaction import Interaction, Json, Request, Response
from pactproof.recording.aws_calls import canonical_url, note_of, sent_to_be_kept
from pactproof.recording.carried import carried_credentials
from pactproof.recording.provenance import Source, source_at
from pactproof.transport import AwsCall


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
        return source_at(self.targets)

    def record(self, request: Request, call: AwsCall | None) -> Response:
        """Raises ContractError where nobody answers."""
        self._count(1)
        try:
            return self._answered(request, call)
        finally:
            self._count(-1)

    def _answered(self, request: Request, call: AwsCall | None) -> Response:
        response = sent_to_be_kept(request, request.url, call)
        with self._lock:
            self.credentials |= carried_credentials(request)
        if call is None:
            self._keep(Interaction(request, response), {}, request)
        elif not call.is_lookup:
            canonical = replace(request, url=canonical_url(request, call))
            self._keep(Interaction(canonical, response), note_of(call, request), request)
        return response

    def _count(self, more: int) -> None:
        with self._lock:
            self.unanswered += more

    def _keep(self, one: Interaction, note: Mapping[str, Json], sent: Request) -> None:
        with self._lock:
            self.interactions.append(one)
            self.noted.append(note)
            self.targets.add(sent.url)
