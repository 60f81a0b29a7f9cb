from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.validate import ParamValidator

from pactproof.aws.calls import contract_faults, promised_calls
from pactproof.contract_entries import AwsOperationEntry, entry_faults
from pactproof.contracts import Scenario
from pactproof.document import parse_document
from pactproof.errors import ContractError, GenerationError, Place
from pactproof.expectation import example
from pactproof.expectation_reading import Reader
from pactproof.generate.aws_draft import aws_draft
from pactproof.generate.contract_text import entry_text
from pactproof.generate.draft import Draft, NoDraft
from pactproof.promised_interaction import aws_promise
from pactproof.registry import AwsName, Operation
from pactproof.service_model import available_services, operation_name, operation_names, service_model, service_name

PLACE = Place("registry.yaml", 3, 5)


def operation(service: str, name: str) -> Operation:
    aws = AwsName(service_name(service), operation_name(service, name))
    return Operation(f"aws.{service}.{name}", "aws", f"{service}.{name}", PLACE, aws)


def drafted(one: Operation) -> Draft:
    found = aws_draft(one)
    assert isinstance(found, Draft), found
    return found


def loaded(one: Operation, entry: Any) -> Scenario:
    """The entry as it is read back from the file that it is written to. Raises the first fault."""
    document, faults = parse_document(entry_text(one.name, entry), "contracts/aws.yaml")
    data = document.data[one.name] or {}
    found: list[ContractError] = [*faults, *entry_faults(AwsOperationEntry, data, document, (one.name,))]
    promise = aws_promise(Reader(document, found, {}), data, (one.name,))
    scenario = Scenario(one, "ok", None, {}, (promise,), PLACE, (document, (one.name,)))
    for fault in [*found, *contract_faults([scenario])]:
        raise fault
    return scenario


def outcome(one: Operation) -> str:
    """ "" where the draft loads and the stub takes its parameters, "event stream", else what went wrong."""
    draft = aws_draft(one)
    if isinstance(draft, NoDraft):
        return "event stream" if "an event stream, which is not supported" in draft.reason else draft.reason
    try:
        [call] = promised_calls(loaded(one, draft.entry))
    except ContractError as error:
        return f"{one.key}: {error}"
    params = example(call.params)
    found = call.mismatches(call.operation.name, params)
    return f"{one.key}: {found[0]}" if found else ""


def operations_of(service: str) -> Iterator[Operation]:
    for name, spelled in operation_names(service).items():
        key = f"{service.replace('-', '_')}.{name}"
        yield Operation(f"aws.{key}", "aws", key, PLACE, AwsName(service, spelled))


def test_nothing_required_gives_an_empty_entry():
    draft = drafted(operation("ecr", "get_authorization_token"))

    assert draft.entry == {}
    assert draft.source == "botocore's service model, ecr.GetAuthorizationToken"
    assert draft.notes == ()


def test_required_parameters_get_examples_that_a_person_can_read():
    draft = drafted(operation("cost_explorer", "get_cost_forecast"))

    assert draft.entry == {
        "params": {
            "TimePeriod": {"Start": "2026-01-05", "End": "2026-01-06"},
            "Metric": "BLENDED_COST",
            "Granularity": "DAILY",
        }
    }
    assert draft.notes == (
        "put what your program sends for TimePeriod, Metric, Granularity; what it sends beside belongs there too",
    )


def test_a_paginated_operation_says_what_there_is_to_read():
    draft = drafted(operation("s3", "list_objects_v2"))

    assert draft.entry == {"params": {"Bucket": "example-bucket"}}
    assert draft.notes[1:] == (
        "the answer comes in pages (by NextContinuationToken); name the members that your program reads: "
        "`reads: ['Contents[].…', 'CommonPrefixes[].…']`",
    )


@pytest.mark.parametrize(
    ("service", "name", "verb"),
    [("s3", "select_object_content", "answers with"), ("lexv2-runtime", "start_conversation", "answers with")],
)
def test_an_event_stream_is_named_as_unsupported(service, name, verb):
    one = operation(service, name)

    found = aws_draft(one)

    assert one.aws is not None
    said = f"{one.aws.service}.{one.aws.operation} {verb} an event stream, which is not supported"
    assert found == NoDraft(said, "take it out of registry.yaml")


def test_an_http_operation_is_refused():
    one = Operation("grafana.get_dashboard", "grafana", "get_dashboard", PLACE)

    with pytest.raises(GenerationError) as refused:
        aws_draft(one)

    assert str(refused.value) == "registry.yaml:3:5: grafana.get_dashboard is no operation of AWS"


def test_blobs_and_times_are_written_as_json_has_them():
    put = drafted(operation("kinesis", "put_record")).entry["params"]
    statistics = drafted(operation("cloudwatch", "get_metric_statistics")).entry["params"]

    assert put["Data"] == "ZXhhbXBsZQ=="
    assert (statistics["StartTime"], statistics["EndTime"]) == ("2026-01-05T10:00:00Z", "2026-01-06T10:00:00Z")


def test_a_spread_of_operations_is_drafted():
    # A model that was looked into is kept: those of all services would be a weight on every test that follows.
    spread = [one for service in available_services()[::14] for one in list(operations_of(service))[:10]]

    outcomes = Counter(outcome(one) for one in spread)

    assert len(spread) >= 230
    assert set(outcomes) <= {"", "event stream"}
    assert outcomes["event stream"] <= 3


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_every_operation_is_drafted(capsys):
    outcomes = Counter(outcome(one) for service in available_services() for one in operations_of(service))

    skipped = {reason: number for reason, number in outcomes.items() if reason}
    with capsys.disabled():
        said = f"{outcomes['']} of {outcomes.total()} operations drafted; skipped: {skipped}"
        print(f"\n{said}")  # noqa: T201  # the measured share is what a person runs this for
    assert set(outcomes) <= {"", "event stream"}
    assert outcomes[""] / outcomes.total() >= 0.997


def test_the_parameters_pass_botocores_own_validation():
    for service, name in [("ec2", "run_instances"), ("lambda", "create_function"), ("sns", "publish")]:
        one = operation(service, name)
        assert one.aws is not None
        model = service_model(one.aws.service).operation_model(one.aws.operation)

        assert model.input_shape is not None
        report = ParamValidator().validate(drafted(one).entry["params"], model.input_shape)

        assert not report.has_errors(), report.generate_report()
