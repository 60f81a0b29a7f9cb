"""Recordings of AWS calls read for a comparison, by the service model: a client drops what its model does not know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pactproof.aws.bodies import comparable_answer, comparable_node, comparable_params
from pactproof.aws.calls import PromisedCall, promised_calls
from pactproof.aws.raw import read_answer
from pactproof.aws.recorded import (
    given_beside,
    noted_beside,
    pair_calls,
    read_steps,
    response_mismatches,
    said_mismatches,
)
from pactproof.contracts import Scenario
from pactproof.drift.broken import Broken, broken_by
from pactproof.drift.shape import BODY, Found, Guide, Spot, add_scalar, add_value, generalised
from pactproof.drift.sides import Recording, Side
from pactproof.interaction import Interaction, Json
from pactproof.matching import parsed_path


class AwsReading:
    def __init__(self, scenario: Scenario, recording: Recording) -> None:
        requests = list(recording.provenance.requests)
        self.params = recording.provenance.params
        self._calls = promised_calls(scenario)
        self._noted = list(noted_beside(recording.interactions, requests))
        self.pairing = pair_calls(self._calls, recording.interactions, requests)

    def requests(self, number: int) -> Side:
        call, side = self._calls[number], Side()
        for one, said in self._recorded(number):
            side.count += 1
            if not said:
                continue  # another recorder's file, which notes no parameters
            guide = Guide(comparable_node(call.params, is_exact=True), call.operation.input_shape)
            add_scalar(side.shape, Spot("operation"), str(said.get("operation")))
            params = comparable_params(call.operation, given_beside(call, one, said))
            add_value(side.shape, Spot("params"), params, guide)
            side.broken += [
                _in_params(broken)
                for found in said_mismatches(call, one, said)
                for broken in broken_by(found, params, guide)
            ]
        return side

    def responses(self, number: int) -> Side:
        call, side = self._calls[number], Side()
        for one, _ in self._recorded(number):
            side.count += 1
            _add_answer(side, call, one)
        return side

    def shown(self, index: int) -> str:
        one, said = self._noted[index]
        return str(said.get("operation") or f"{one.request.method} {one.request.path}")

    def _recorded(self, number: int) -> Iterator[tuple[Interaction, Mapping[str, Json]]]:
        return (self._noted[index] for index in self.pairing.of(number))


def _in_params(broken: Broken) -> Broken:
    if broken.spot.root != BODY:
        return broken
    spot = Spot("params", broken.spot.path)
    return Broken(spot, broken.change, str(spot), broken.expected, broken.found)


def _add_answer(side: Side, call: PromisedCall, one: Interaction) -> None:
    response, operation = one.response, call.operation
    answer = read_answer(operation, response.status, response.headers, response.body)
    add_scalar(side.shape, Spot("status"), f"{response.status} {answer.error.code}" if answer.error else "success")
    value = comparable_answer(operation, answer.parsed)
    node = None if call.promise.response is None else comparable_node(call.promise.response, is_exact=False)
    reads = frozenset(read_steps(read) for read in call.promise.reads)
    guide = Guide(node, operation.output_shape if answer.error is None else None, reads)
    add_value(side.shape, Spot(BODY), value, guide)
    side.whole.append(value)
    for path in answer.unknown:
        spot = Spot(BODY, generalised(parsed_path(path), guide))
        side.shape.setdefault(spot, Found()).kinds.add("a member that the service model does not know")
    for found in response_mismatches(call, one):
        side.broken += broken_by(found, value, guide)
