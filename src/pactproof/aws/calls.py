"""A promised AWS call with its service model: its parameters, its stubbed answer, and what its contract gets wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pactproof.aws.parser_view import as_parser_gives
from pactproof.aws.stub_check import enum_notes, member_exists, params_faults, response_faults
from pactproof.aws.synthesis import example_params, example_response, merge
from pactproof.aws.wire import normalised
from pactproof.contracts import Scenario
from pactproof.document import Document, KeyPath
from pactproof.errors import ContractError, ContractFileError, GenerationError
from pactproof.expectation import Member, Node, Object, example, literal
from pactproof.interaction import Json, Mismatch
from pactproof.matching import mismatches, parsed_path
from pactproof.promised_interaction import AwsPromise
from pactproof.service_model import service_model

if TYPE_CHECKING:
    from botocore.model import OperationModel


@dataclass(frozen=True)
class PromisedCall:
    """One AWS call of a scenario.

    params:        what the consumer has to send, with JSON's types
    extra_allowed: the contract names no parameters, so that only those the service model requires are looked at
    """

    operation: OperationModel
    promise: AwsPromise
    params: Node
    extra_allowed: bool

    def mismatches(self, operation: str, params: Mapping[str, Any]) -> list[Mismatch]:
        """How a call that the consumer makes differs from the promised one."""
        if operation != self.operation.name:
            return [Mismatch("operation", self.operation.name, operation, "another operation than promised")]
        return mismatches(self.params, normalised(params), extra_allowed=self.extra_allowed)

    def answer(self) -> dict[str, Any]:
        """The stubbed answer in the types of botocore's parser: the contract's members over a synthesised whole."""
        whole = example_response(self.operation, example(self.params))
        return as_parser_gives(self.operation, merge(whole, self.promise.given, self.operation.output_shape))


def operation_model(scenario: Scenario) -> OperationModel:
    """botocore's model of the scenario's operation."""
    name = scenario.operation.aws
    assert name is not None  # noqa: S101  # asked for AWS scenarios only
    return service_model(name.service).operation_model(name.operation)


def needed_params(scenario: Scenario) -> dict[str, Json]:
    """What the call needs: the members that the contract names, and what the service model requires beside them."""
    return {**_required(operation_model(scenario)), **scenario.params}


def _required(model: OperationModel) -> dict[str, Json]:
    """An example of the least parameters that the service model requires, with JSON's types."""
    return dict(normalised(example_params(model)))


def promised_calls(scenario: Scenario) -> tuple[PromisedCall, ...]:
    """The calls of an AWS scenario, in the order of its sequence."""
    model = operation_model(scenario)
    required = _required(model)
    least = Object(tuple(Member(name, literal(scenario.params.get(name, required[name]))) for name in required))
    return tuple(
        PromisedCall(model, promise, least if promise.params is None else promise.params, promise.params is None)
        for promise in scenario.aws
    )


def contract_faults(scenarios: Iterable[Scenario]) -> list[ContractError]:
    """Whatever the AWS contracts name that the service models do not have, with places."""
    return [fault for scenario in scenarios if scenario.aws for fault in _scenario_faults(scenario)]


def contract_notes(scenario: Scenario) -> list[Mismatch]:
    """Values that the service model's enums do not list: worth a warning, as newer services send such values."""
    return [note for call in promised_calls(scenario) for note in enum_notes(call.operation, call.promise.given)]


def _scenario_faults(scenario: Scenario) -> Iterator[ContractError]:
    document, path = scenario.source
    for number, call in enumerate(promised_calls(scenario)):
        at = (*path, "sequence", number)
        at = at if at in document.places else path
        yield from _call_faults(call, document, at)


def _call_faults(call: PromisedCall, document: Document, at: KeyPath) -> Iterator[ContractError]:
    promise = call.promise
    for index, read in enumerate(promise.reads):
        if reason := member_exists(call.operation, read):
            fix = "name a member of the operation's output, such as Buckets[].Name"
            yield ContractFileError(reason, at=document.place(*at, "reads", index), fix=fix)
    if promise.params is not None:
        for mismatch in params_faults(call.operation, example(promise.params)):
            yield _fault(document, (*at, "params"), mismatch)
    try:
        answer = call.answer() if promise.error is None else {}
    except GenerationError as error:
        yield ContractFileError(error.what, at=document.place(*at), fix=error.fix or "take it out of the registry")
        return
    if promise.error is None:
        for mismatch in response_faults(call.operation, answer):
            yield _fault(document, (*at, "response"), mismatch)


def _fault(document: Document, at: KeyPath, mismatch: Mismatch) -> ContractError:
    place = document.place(*at, *parsed_path(mismatch.path))
    what = f"{at[-1]} {mismatch.path}: found {mismatch.found}, allowed is {mismatch.expected}"
    return ContractFileError(what, at=place, fix=mismatch.text or "write it as the service model has it")
