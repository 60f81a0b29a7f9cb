"""The promise for AWS: every client's calls answered by operation and parameters, in any order.

Like botocore's Stubber, but on clients that exist already too, and with the contract's parameters checked by
Pact's matcher. botocore validates the request before it gets here.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from pactproof.aws.calls import PromisedCall
from pactproof.aws.synthesis import streaming_member
from pactproof.errors import NetworkClosedError, NoMatchError
from pactproof.interaction import Mismatch, Request, Response
from pactproof.transport import AwsCall

REQUEST_ID = "00000000-0000-4000-8000-000000000000"


@dataclass
class StubProvider:
    """Answers botocore's calls with the promise's examples; `unpromised` collects the others."""

    calls: Sequence[PromisedCall]
    unpromised: list[Mismatch] = field(default_factory=list)
    answers_at_once: bool = True
    _played: set[int] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def handle(self, request: Request) -> Response:
        host = request.url.partition("?")[0]
        raise NetworkClosedError(
            f"{request.method} {host} was refused: an AWS contract answers calls of botocore alone",
            fix="make the call through a boto3 client",
        )

    def handle_aws(self, call: AwsCall) -> tuple[Any, dict[str, Any]]:
        with self._lock:
            index = self._meant(call)
            self._played.add(index)
        return _answered(self.calls[index])

    def request_mismatches(self) -> list[Mismatch]:
        return list(self.unpromised)

    def never_sent(self) -> list[Mismatch]:
        missing = [call for index, call in enumerate(self.calls) if index not in self._played]
        return [Mismatch("request", call.operation.name, "nothing", "the consumer never sent it") for call in missing]

    def _meant(self, call: AwsCall) -> int:
        judged = {i: promised.mismatches(call.operation.name, call.params) for i, promised in enumerate(self.calls)}
        fitting = [index for index, found in judged.items() if not found]
        waiting = [index for index in fitting if index not in self._played]
        if waiting:
            return waiting[0]
        what = f"{call.service}.{call.operation.name}"
        if fitting:
            found = [Mismatch("request", "nothing more", what, "it is promised once and was sent again")]
        else:
            found = min(judged.values(), key=len)
        self.unpromised.extend(found)
        raise NoMatchError(f"{what} was called otherwise than promised: {found[0]}", fix="see the fault of this test")


def _answered(call: PromisedCall) -> tuple[Any, dict[str, Any]]:
    from botocore.awsrequest import AWSResponse

    error = call.promise.error
    status = error.status if error else int(call.operation.http.get("responseCode", 200))
    parsed: dict[str, Any]
    if error:
        parsed = {"Error": {"Code": error.code, "Message": error.message}}
    else:
        parsed = call.answer()
        if (name := streaming_member(call.operation)) and isinstance(parsed.get(name), bytes):
            parsed[name] = _stream(parsed[name])
    headers: Any = {}
    metadata = {"HTTPStatusCode": status, "HTTPHeaders": headers, "RequestId": REQUEST_ID, "RetryAttempts": 0}
    parsed["ResponseMetadata"] = metadata
    return AWSResponse("", status, headers, None), parsed


def _stream(body: bytes) -> Any:
    from botocore.response import StreamingBody

    return StreamingBody(io.BytesIO(body), len(body))
