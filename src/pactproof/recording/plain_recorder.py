"""Whatever a program is answered by whoever it asks, kept: for recordings that no contract describes."""

from __future__ import annotations

import base64
import binascii
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

from pactproof.interaction import Interaction, Json, Request, Response
from pactproof.recording.provenance import Source
from pactproof.recording.recorder import Recorder
from pactproof.redaction import is_unstorable_request_header
from pactproof.transport import AwsCall, forward, is_loopback, origin

_SHORTEST_CREDENTIAL = 8


@dataclass
class PlainRecorder:
    """Sends requests to where they go and keeps what came back. To ask for a record mode is to let them leave.

    interactions: not redacted yet; noted: by interaction, operation and parameters of an AWS call, else empty
    credentials:  what the requests carried in headers that open something; it must not turn up in the file
    """

    interactions: list[Interaction] = field(default_factory=list, repr=False)
    noted: list[Mapping[str, Json]] = field(default_factory=list, repr=False)
    credentials: set[str] = field(default_factory=set, repr=False)
    targets: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def source(self) -> Source:
        return "emulator" if all(is_loopback(target) for target in self.targets) else "sandbox"

    def record(self, request: Request, call: AwsCall | None) -> Response:
        """Raises ContractError where nobody answers."""
        if call is not None:
            # AWS's own host in place of an emulator's, and the call's parameters: as for contracts.
            one = Recorder(origin(request.url), None, may_leave=True, opt_in="")
            response = one.handle(request)
            self._keep(one.interactions, one.requests, one.targets, request)
            return response
        response = forward(request, request.url)
        self._keep([Interaction(request, response)], [{}], {request.url}, request)
        return response

    def _keep(
        self, interactions: list[Interaction], noted: list[Mapping[str, Json]], targets: set[str], request: Request
    ) -> None:
        with self._lock:
            self.interactions += interactions
            self.noted += noted
            self.targets |= targets
            self.credentials |= _credentials(request)


def _credentials(request: Request) -> set[str]:
    """What a request's headers open something with: a token without its scheme, the password of a Basic one."""
    found = set()
    for name, value in request.headers.items:
        scheme, _, rest = value.rpartition(" ")
        if not is_unstorable_request_header(name.lower()) or name.lower().startswith(("cookie", "x-amz-")):
            continue
        if value.startswith("AWS4-"):
            continue  # a signature, good for this request alone
        found.add(_password(rest) if scheme.lower() == "basic" else rest)
    return {one for one in found if len(one) >= _SHORTEST_CREDENTIAL}


def _password(basic: str) -> str:
    try:
        return base64.b64decode(basic, validate=True).decode().partition(":")[2] or basic
    except (binascii.Error, UnicodeDecodeError):
        return basic
