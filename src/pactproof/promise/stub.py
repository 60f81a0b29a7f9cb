"""The promise for AWS: every client's calls answered by operation and parameters, in any order.

Like botocore's Stubber, but on clients that exist already too, and with the contract's parameters checked by
Pact's matcher. botocore validates the request before it gets here.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from pactproof.aws.bodies import sent_params
from pactproof.aws.calls import PromisedCall
from pactproof.aws.synthesis import streaming_member
from pactproof.errors import NetworkClosedError, NoMatchError
from pactproof.interaction import Headers, Mismatch, Request, Response
from pactproof.transport import AwsCall
from pactproof.transport.botocore_hook import empty_response
from pactproof.turns import Account, in_turn

REQUEST_ID = "00000000-0000-4000-8000-000000000000"


@dataclass
class StubProvider:
    """Answers botocore's calls with the promise's examples; `unpromised` collects the others."""

    calls: Sequence[PromisedCall]
    unpromised: list[Mismatch] = field(default_factory=list)
    answers_at_once: bool = True
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.account = Account(self.calls)

    def handle(self, request: Request) -> Response:
        host = request.url.partition("?")[0]
        raise NetworkClosedError(
            f"{request.method} {host} was refused: an AWS contract answers calls of botocore alone",
            fix="make the call through a boto3 client",
        )

    def handle_aws(self, call: AwsCall) -> tuple[Any, dict[str, Any]]:
        params = _as_sent(call)
        with self._lock:
            index = self._meant(call, params)
            self.account.sent[index] += 1
        return _answered(self.calls[index])

    def request_mismatches(self) -> list[Mismatch]:
        return [*self.unpromised, *self.account.too_often()]

    def never_sent(self) -> list[Mismatch]:
        return self.account.too_seldom()

    def _meant(self, call: AwsCall, params: dict[str, Any]) -> int:
        judged = {i: promised.mismatches(call.operation.name, params) for i, promised in enumerate(self.calls)}
        fitting = [index for index, found in judged.items() if not found]
        index = in_turn(fitting, self.account.sent, self.account.goes_on)
        if index is not None:
            return index
        if fitting:
            found = [self.account.refuse(fitting[0])]
        else:
            waiting = {index: found for index, found in judged.items() if index not in self.account.sent} or judged
            found = min(waiting.values(), key=len)
            self.unpromised.extend(found)
        what = f"{call.service}.{call.operation.name}"
        raise NoMatchError(f"{what} was called otherwise than promised: {found[0]}", fix="see the fault of this test")


def _as_sent(call: AwsCall) -> dict[str, Any]:
    """The call's parameters, a file among them read as the transport would read it."""
    if call.request is None:
        return call.params
    body = call.request.body
    content = body.read() if hasattr(body, "read") else body or b""
    if not isinstance(content, bytes | bytearray | str):
        content = b"".join(content)
    content = content.encode() if isinstance(content, str) else bytes(content)
    return sent_params(call.operation, call.params, Headers.of(call.request.headers.items()), content)


def _answered(call: PromisedCall) -> tuple[Any, dict[str, Any]]:
    error = call.promise.error
    status = error.status if error else int(call.operation.http.get("responseCode", 200))
    parsed: dict[str, Any]
    parsed = {"Error": {"Code": error.code, "Message": error.message}} if error else call.answer()
    headers: Any = dict(_headers(call, parsed))
    if (name := streaming_member(call.operation)) and isinstance(parsed.get(name), bytes):
        parsed[name] = _stream(parsed[name])
    metadata = {"HTTPStatusCode": status, "HTTPHeaders": headers, "RequestId": REQUEST_ID, "RetryAttempts": 0}
    parsed["ResponseMetadata"] = metadata
    return empty_response(status, headers), parsed


def _headers(call: PromisedCall, parsed: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The headers that the answer's members stand in: some programs read a bucket's region there."""
    shape: Any = call.operation.output_shape
    for name, member in (shape.members if shape is not None else {}).items():
        if member.serialization.get("location") == "header" and isinstance(parsed.get(name), str | int):
            yield str(member.serialization.get("name", name)).lower(), str(parsed[name])


def _stream(body: bytes) -> Any:
    from botocore.response import StreamingBody

    return StreamingBody(io.BytesIO(body), len(body))
