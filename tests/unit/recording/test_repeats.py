"""Which requests a recording sends again when the provider says that it is busy."""

from __future__ import annotations

import pytest
from tests.integration.faulty_provider import Faulty, provider

from pactproof.errors import ProviderBusyError
from pactproof.interaction import Headers, Request
from pactproof.recording.patience import Patience
from pactproof.recording.recorder import Recorder
from pactproof.recording.refusal import Promised
from pactproof.service_model import service_model
from pactproof.transport import AwsCall, aws_call

OK = Promised(frozenset({200}))


def busy_once(handler: Faulty) -> None:
    handler.send(503 if len(handler.server.seen) == 1 else 200, b"")


def sent(request: Request, url: str) -> bool:
    """Whether the recorder came to an answer."""
    recorder = Recorder(
        "https://shop.example.com",
        url,
        may_leave=False,
        opt_in="",
        promised=OK,
        patience=Patience(sleep=lambda seconds: None),
    )
    try:
        recorder.handle(request)
    except ProviderBusyError:
        return False
    return True


@pytest.mark.parametrize(
    ("method", "headers", "times"),
    [
        ("GET", {}, 2),
        ("HEAD", {}, 2),
        ("OPTIONS", {}, 1),
        ("POST", {}, 1),
        ("PUT", {}, 1),
        ("DELETE", {}, 1),
        ("PATCH", {"Idempotency-Key": "a1"}, 2),
        ("POST", {"X-Idempotency-Key": "a1"}, 2),
    ],
)
def test_only_what_is_safe_to_send_twice_is_sent_again(method: str, headers: dict[str, str], times: int):
    with provider(busy_once) as server:
        request = Request(method, "https://shop.example.com/items", Headers(tuple(headers.items())), b"")

        is_answered = sent(request, server.url)

    assert len(server.seen) == times
    assert is_answered == (times == 2)


@pytest.mark.parametrize(
    ("service", "operation", "times"),
    [("dynamodb", "ListTables", 2), ("dynamodb", "PutItem", 1), ("ec2", "RunInstances", 2)],
    ids=["reads", "writes", "carries a token"],
)
def test_an_aws_operation_is_sent_again_where_it_reads_or_carries_a_token(service: str, operation: str, times: int):
    model = service_model(service).operation_model(operation)
    with provider(busy_once) as server:
        token = aws_call.set(AwsCall(service, model, {}))
        try:
            is_answered = sent(Request("POST", f"{server.url}/", Headers(), b""), server.url)
        finally:
            aws_call.reset(token)

    assert len(server.seen) == times
    assert is_answered == (times == 2)
