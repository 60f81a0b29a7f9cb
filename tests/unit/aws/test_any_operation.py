"""An empty entry is enough for any operation of botocore: called through its client, before the stub.

What a client does on the way is botocore's own: its validation, its endpoint rules, the request in the service's
protocol, its paginator. Nothing is sent.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from botocore.exceptions import BotoCoreError, MissingDependencyException
from botocore.validate import ParamValidator
from tests.unit.lone_provider import active

from pactproof.aws.calls import PromisedCall
from pactproof.aws.stub_check import params_faults, response_faults
from pactproof.aws.synthesis import example_params
from pactproof.errors import ContractError, GenerationError, Place
from pactproof.expectation import literal
from pactproof.promise.stub import StubProvider
from pactproof.promised_interaction import AwsPromise
from pactproof.service_model import available_services, operation_names, service_model
from pactproof.transport import install

# One service for each protocol, for S3's own endpoint rules, for those that want ARNs, for endpoint discovery.
KINDS = (
    "autoscaling", "cloudfront", "cloudwatch", "cognito-identity", "dynamodb", "events", "iam", "kinesis", "lambda",
    "route53", "s3", "s3control", "sqs", "sts", "timestream-query", "timestream-write",
)  # fmt: skip
SPREAD = 300
SERVICES = 36


@dataclass(frozen=True)
class Outcome:
    """trouble: "" where the call was answered, else a reason with what it is about behind the colon."""

    name: str
    trouble: str

    @property
    def reason(self) -> str:
        return self.trouble.partition(":")[0]


@pytest.fixture(scope="module")
def session() -> boto3.Session:
    install()
    return boto3.Session("placeholder", "placeholder", region_name="us-east-1")


def outcomes(session: boto3.Session, service: str, names: Iterable[str]) -> Iterator[Outcome]:
    make: Any = session.client
    client, model = make(service), service_model(service)
    for snake, name in operation_names(service).items():
        if name in names:
            yield Outcome(f"{service}.{name}", _trouble(client, snake, model.operation_model(name)))


def _trouble(client: Any, snake: str, operation: Any) -> str:
    try:
        params = example_params(operation)
        call = PromisedCall(operation, AwsPromise(None, None, {}, (), None, Place("")), literal({}), True)
        answer = call.answer()
        found: list[Any] = [*params_faults(operation, params), *response_faults(operation, answer)]
        if operation.output_shape is not None:  # botocore's own check has to agree with ours
            report = ParamValidator().validate(answer, operation.output_shape)
            found += [report.generate_report()] if report.has_errors() else []
        provider = StubProvider([call])
        with active(provider):
            if client.can_paginate(snake):
                list(client.get_paginator(snake).paginate(**params))
            else:
                client._make_api_call(operation.name, params)
    except GenerationError as error:
        is_stream = "event stream" in error.what
        return f"{'event stream' if is_stream else 'not synthesised'}: {error.what}"
    except MissingDependencyException as error:
        return f"needs botocore[crt]: {error}"
    except (BotoCoreError, ContractError) as error:
        return f"{type(error).__name__}: {error}"
    found += [*provider.request_mismatches(), *provider.never_sent()]
    return f"refused: {found[0]}" if found else ""


def test_a_spread_of_operations_is_answered_before_an_empty_entry(session):
    drawn = random.Random(20261122)  # noqa: S311  # the same spread in every run
    others = [name for name in available_services() if name not in KINDS and name != "ec2"]  # its model is the largest
    answered: list[Outcome] = []
    for service in sorted([*KINDS, *drawn.sample(others, SERVICES - len(KINDS))]):
        names = service_model(service).operation_names
        picked = drawn.sample(names, min(len(names), 10))
        answered += outcomes(session, service, picked)

    protocols = {service_model(one.name.partition(".")[0]).resolved_protocol for one in answered}
    assert len(answered) >= SPREAD
    assert protocols == {"query", "json", "rest-json", "rest-xml", "smithy-rpc-v2-cbor"}
    assert [one for one in answered if one.trouble and one.reason != "event stream"] == []


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_nearly_all_operations_of_botocore_are_answered_before_an_empty_entry(session, capsys, record_property):
    every: list[Outcome] = []
    for service in available_services():
        every += outcomes(session, service, service_model(service).operation_names)
    streams = [one for one in every if one.reason == "event stream"]
    failed = [one for one in every if one.trouble and one.reason != "event stream"]

    share = 1 - len(failed) / (len(every) - len(streams))
    with capsys.disabled():
        print(f"\n{share:.3%} of {len(every) - len(streams)} operations answered; {len(streams)} are event streams")  # noqa: T201  # the measured share is what a person runs this for
        print(dict(Counter(one.reason for one in every if one.trouble)))  # noqa: T201  # as above
        print(*(f"  {one.name}: {one.trouble}" for one in [*failed, *streams]), sep="\n")  # noqa: T201  # as above
    record_property("share", share)
    assert share >= 0.999
    assert len(streams) / len(every) < 0.002
