"""A promised AWS call with its service model: its parameters, its stubbed answer, and what its contract gets wrong."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pactproof.aws.bodies import comparable_answer, comparable_node, comparable_params, with_matching_headers
from pactproof.aws.parser_view import as_parser_gives
from pactproof.aws.stub_check import enum_notes, member_exists, params_faults, response_faults
from pactproof.aws.synthesis import example_params, example_response, merge
from pactproof.aws.wire import normalised
from pactproof.contracts import Scenario
from pactproof.document import Document, KeyPath
from pactproof.errors import ContractError, ContractFileError, GenerationError, Place
from pactproof.expectation import TYPE, EachLike, Member, Node, Object, Value, example, literal
from pactproof.interaction import Json, Mismatch
from pactproof.matching import mismatches, parsed_path
from pactproof.promised_interaction import AwsPromise
from pactproof.service_model import operation_name, service_model

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

    @property
    def is_repeatable(self) -> bool:
        return self.promise.is_repeatable

    @property
    def identity(self) -> str:
        """Equal for two calls that no provider could tell apart."""
        return f"{self._name} {json.dumps(comparable_params(self.operation, example(self.params)), sort_keys=True)}"

    @property
    def shown(self) -> str:
        """As messages name it: "s3.ListObjectsV2(Bucket=logs)"."""
        given = example(self.promise.params) if self.promise.params is not None else {}
        listed = ", ".join(f"{name}={value}" for name, value in given.items() if isinstance(value, str | int))
        return (
            f"{self._name}({listed if len(listed) <= _SHOWN_CHARS else listed[:_SHOWN_CHARS] + '…'})"
            if listed
            else self._name
        )

    @property
    def _name(self) -> str:
        return f"{self.operation.service_model.service_name}.{self.operation.name}"

    def mismatches(self, operation: str, params: Mapping[str, Any]) -> list[Mismatch]:
        """How a call that the consumer makes differs from the promised one."""
        if operation != self.operation.name:
            return [Mismatch("operation", self.operation.name, operation, "another operation than promised")]
        sent = comparable_params(self.operation, self._without_added(params))
        return mismatches(comparable_node(self.params, is_exact=True), sent, extra_allowed=self.extra_allowed)

    def answer_mismatches(self, parsed: Json) -> list[Mismatch]:
        """How an answer, as `read_answer` gives it, differs from the members that the contract names."""
        if self.promise.response is None:
            return []
        node = comparable_node(self.promise.response, is_exact=False)
        return mismatches(node, comparable_answer(self.operation, parsed))

    def answer(self) -> dict[str, Any]:
        """The stubbed answer in the types of botocore's parser: the contract's members over a synthesised whole."""
        whole = example_response(self.operation, example(self.params))
        given = self.promise.given
        parsed = as_parser_gives(self.operation, merge(whole, given, self.operation.output_shape))
        return with_matching_headers(self.operation, parsed, given)

    def _without_added(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """`params` without the checksum that s3transfer asks for by itself, unless the contract names it."""
        promised = {member.name for member in self.params.members} if isinstance(self.params, Object) else set()
        return {name: value for name, value in params.items() if name not in _CHECKSUM_PARAMS - promised}


_SHOWN_CHARS = 80
# How a transfer is checked is the client's business, and changes with its version.
_CHECKSUM_PARAMS = frozenset({"ChecksumAlgorithm", "ChecksumMode", "ChecksumType"})


def operation_model(scenario: Scenario) -> OperationModel:
    """botocore's model of the scenario's operation."""
    name = scenario.operation.aws
    assert name is not None  # noqa: S101  # asked for AWS scenarios only
    return service_model(name.service).operation_model(name.operation)


def needed_params(scenario: Scenario) -> dict[str, Json]:
    """What the call needs: the members that the contract names, and what the service model requires beside them."""
    first = scenario.aws[0]
    return {**(_required(_model_of(scenario, first)) if first.params is None else {}), **scenario.params}


def _required(model: OperationModel) -> dict[str, Json]:
    """An example of the least parameters that the service model requires, with JSON's types."""
    return dict(normalised(example_params(model)))


def promised_calls(scenario: Scenario) -> tuple[PromisedCall, ...]:
    """The calls of an AWS scenario, in the order of its sequence.

    Raises GenerationError where one of them sends an event stream, or is of an operation that botocore does not have.
    """
    known = needed_params(scenario)
    return tuple(_promised_call(_model_of(scenario, promise), promise, known) for promise in scenario.aws)


def _promised_call(model: OperationModel, promise: AwsPromise, known: Mapping[str, Json]) -> PromisedCall:
    required = _required(model)
    if promise.params is not None:
        return PromisedCall(model, promise, promise.params, extra_allowed=False)
    least = (
        Member(name, literal(known[name]) if name in known else _any_like(value)) for name, value in required.items()
    )
    return PromisedCall(model, promise, Object(tuple(least)), extra_allowed=True)


def _any_like(value: Json) -> Node:
    """Any value of this kind: what a later call sends of an earlier answer, such as an upload's id."""
    if isinstance(value, dict):
        return Object(tuple(Member(name, _any_like(inner)) for name, inner in value.items()))
    if isinstance(value, list):
        return EachLike(_any_like(value[0]), minimum=0) if value else EachLike(Value(None, TYPE), minimum=0)
    return Value(value, TYPE)


def _model_of(scenario: Scenario, promise: AwsPromise) -> OperationModel:
    own = operation_model(scenario)
    if promise.operation is None:
        return own
    service, _, name = promise.operation.rpartition(".")
    model = service_model(service) if service else own.service_model
    return model.operation_model(operation_name(model.service_name, name))


def contract_faults(scenarios: Iterable[Scenario]) -> list[ContractError]:
    """Whatever the AWS contracts name that the service models do not have, with places."""
    return [fault for scenario in scenarios if scenario.aws for fault in _scenario_faults(scenario)]


def contract_notes(scenario: Scenario) -> list[Mismatch]:
    """Values that the service model's enums do not list: worth a warning, as newer services send such values."""
    return [note for call in promised_calls(scenario) for note in enum_notes(call.operation, call.promise.given)]


def _scenario_faults(scenario: Scenario) -> Iterator[ContractError]:
    document, path = scenario.source
    try:
        calls = promised_calls(scenario)
    except GenerationError as error:
        yield _cannot_be_promised(error, scenario, scenario.place)
        return
    for number, call in enumerate(calls):
        at = (*path, "sequence", number)
        at = at if at in document.places else path
        yield from _call_faults(call, document, at, scenario)


def _call_faults(call: PromisedCall, document: Document, at: KeyPath, scenario: Scenario) -> Iterator[ContractError]:
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
        yield _cannot_be_promised(error, scenario, promise.place)
        return
    if promise.error is None:
        for mismatch in response_faults(call.operation, answer):
            yield _fault(document, (*at, "response"), mismatch)


def _cannot_be_promised(error: GenerationError, scenario: Scenario, at: Place) -> ContractError:
    fix = error.fix or f"take {scenario.operation.key} out of registry.yaml, and test it without a contract"
    return ContractFileError(error.what, at=at, fix=fix)


def _fault(document: Document, at: KeyPath, mismatch: Mismatch) -> ContractError:
    place = document.place(*at, *parsed_path(mismatch.path))
    what = f"{at[-1]} {mismatch.path}: found {mismatch.found}, allowed is {mismatch.expected}"
    return ContractFileError(what, at=place, fix=mismatch.text or "write it as the service model has it")
