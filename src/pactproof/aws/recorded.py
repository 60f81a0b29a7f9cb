"""Which promise each recorded AWS call is for, and how its answer keeps that: on the bytes, as botocore hides some.

Promised are the members that the contract names; where it names none, all that the service model says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pactproof.aws.bodies import given_params
from pactproof.aws.calls import PromisedCall
from pactproof.aws.raw import Answer, read_answer
from pactproof.aws.sent import wire_mismatches
from pactproof.aws.stub_check import enum_notes
from pactproof.aws.wire import operation_id
from pactproof.expectation import example
from pactproof.interaction import Interaction, Json, Mismatch, Request
from pactproof.matching import Path, matching_rules, parsed_path, path_text, promised_paths
from pactproof.turns import Pairing, pair_up


def pair_calls(
    calls: Sequence[PromisedCall], recorded: Sequence[Interaction], requests: Sequence[Mapping[str, Json]]
) -> Pairing:
    """Find the promised call that each recorded interaction is for: parts of an upload are sent in any order."""
    noted = list(noted_beside(recorded, requests))

    def fits(promise: int, index: int) -> bool:
        interaction, said = noted[index]
        if not said:
            return not any(request_mismatches(calls[promise], interaction, said))
        return not said_mismatches(calls[promise], interaction, said)

    def upholds(promise: int, index: int) -> bool:
        return not response_mismatches(calls[promise], recorded[index])

    return pair_up(calls, len(recorded), fits, upholds)


def noted_beside(
    recorded: Sequence[Interaction], requests: Sequence[Mapping[str, Json]]
) -> Iterator[tuple[Interaction, Mapping[str, Json]]]:
    """Each interaction with what the recorder noted of its call, {} where it noted nothing."""
    return zip(recorded, [*requests, *[{} for _ in recorded]], strict=False)


def request_mismatches(call: PromisedCall, interaction: Interaction, said: Mapping[str, Any]) -> Iterator[Mismatch]:
    """How a recorded request, with what was noted of its call, differs from the promised call."""
    on_the_wire = operation_id(interaction.request)
    if on_the_wire and on_the_wire != call.operation.name:
        yield Mismatch("operation", call.operation.name, on_the_wire, "another operation than promised")
    elif said:
        found = said_mismatches(call, interaction, said)
        params = given_beside(call, interaction, said)
        yield from found or wire_mismatches(call.operation, params, interaction.request)
    elif not on_the_wire:
        yield from _unnoted(call, interaction.request)


def _unnoted(call: PromisedCall, request: Request) -> Iterator[Mismatch]:
    """How a request without notes, and without the name of its operation, differs from the promised call.

    Promised by rules, or by the service model alone, parameters may be others: then its method is all that is known,
    and its path where no parameter is required to stand in it.
    """
    is_plain = not call.extra_allowed and all(
        rule["matchers"] == [{"match": "equality"}] for rule in matching_rules(call.params).values()
    )
    params = example(call.params)
    known = ("method",) if params else ("method", "path")
    for mismatch in wire_mismatches(call.operation, params, request):
        if is_plain or mismatch.path in known:
            yield mismatch


def said_mismatches(call: PromisedCall, interaction: Interaction, said: Mapping[str, Any]) -> list[Mismatch]:
    """How the call that was noted differs from the promised one."""
    return call.mismatches(str(said.get("operation")), given_beside(call, interaction, said))


def given_beside(call: PromisedCall, interaction: Interaction, said: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters that were noted, as the consumer gave them."""
    request = interaction.request
    return given_params(call.operation, said.get("params", {}), request.headers, request.body)


def response_mismatches(call: PromisedCall, interaction: Interaction) -> list[Mismatch]:
    """How a recorded answer breaks the promise.

    Promised are the members of `response:` and `reads:`; where a contract names neither, all that the service
    model says of the members that are there.
    """
    response = interaction.response
    answer = read_answer(call.operation, response.status, response.headers, response.body)
    if call.promise.error:
        return _error_mismatches(call, answer, response.status)
    if answer.error:
        found = f"{response.status} {answer.error.code}: {answer.error.message}"
        return [Mismatch("status", "an answer", found, "the recorded call failed")]
    whole = [problem for problem in answer.problems if problem.path == "$"]
    if whole:
        return whole
    promise = call.promise
    if promise.response is None and not promise.reads:
        return list(answer.problems)
    promised = set(_promised(call, answer))
    broken = {p.path: p for p in answer.problems if _is_promised(parsed_path(p.path), promised)}
    for read in promise.reads:
        for mismatch in _absent(read, answer.parsed):
            broken.setdefault(mismatch.path, mismatch)
    if promise.response is not None:
        for mismatch in call.answer_mismatches(answer.parsed):
            broken.setdefault(mismatch.path, mismatch)
    return list(broken.values())


def recorded_notes(calls: Sequence[PromisedCall], recorded: Sequence[Interaction]) -> list[Mismatch]:
    """Promised values that the service model's enums do not list. Notes, no faults: emulators and newer services."""
    found: list[Mismatch] = []
    for call, interaction in zip(calls, recorded, strict=False):
        response = interaction.response
        answer = read_answer(call.operation, response.status, response.headers, response.body)
        if call.promise.error is None and answer.error is None:
            promised = set(_promised(call, answer))
            is_open = call.promise.response is None and not call.promise.reads
            notes = enum_notes(call.operation, answer.parsed)
            found += [note for note in notes if is_open or _is_promised(parsed_path(note.path), promised)]
    return found


def _error_mismatches(call: PromisedCall, answer: Answer, status: int) -> list[Mismatch]:
    error = call.promise.error
    assert error is not None  # noqa: S101  # asked for promised errors only
    if answer.error is None:
        return [Mismatch("error", error.code, f"status {status} and no error", "the recorded call succeeded")]
    found = []
    if error.code not in (answer.error.code, answer.error.modelled_code):
        found.append(Mismatch("error.code", error.code, answer.error.code, "another error than promised"))
    if status != error.status:
        found.append(Mismatch("status", str(error.status), str(status), "another status than promised"))
    return found


def _promised(call: PromisedCall, answer: Answer) -> Iterator[Path]:
    if call.promise.response is not None:
        yield from promised_paths(call.promise.response, answer.parsed)
    for read in call.promise.reads:
        yield from _found_by(read_steps(read), answer.parsed, ())


def _is_promised(path: Path, promised: set[Path]) -> bool:
    """Whether the problem is at, above or below a promised path: a garbled list loses its elements."""
    return any(one[: len(path)] == path or path[: len(one)] == one for one in promised)


_STEP = re.compile(r"(?P<name>[^\[\]]*)(?P<lists>(\[\])*)")


def read_steps(read: str) -> tuple[str, ...]:
    """ "Buckets[].Name" as ("Buckets", "[]", "Name"); "*" stands for any key of a map."""
    steps: list[str] = []
    for text in read.removeprefix("$.").split("."):
        found = _STEP.fullmatch(text)
        name, lists = (found["name"], found["lists"]) if found else (text, "")
        steps += [name] if name else []
        steps += ["[]"] * (len(lists) // 2)
    return tuple(steps)


def _found_by(steps: tuple[str, ...], value: Json, path: Path) -> Iterator[Path]:
    """Every path that `steps` lead to in `value`, as far as it goes."""
    if not steps:
        yield path
        return
    first, rest = steps[0], steps[1:]
    if first == "[]" and isinstance(value, list):
        for index, item in enumerate(value):
            yield from _found_by(rest, item, (*path, index))
    elif first == "*" and isinstance(value, dict):
        for name, item in value.items():
            yield from _found_by(rest, item, (*path, name))
    elif isinstance(value, dict) and first in value:
        yield from _found_by(rest, value[first], (*path, first))
    else:
        yield path if not isinstance(value, dict) else (*path, first)


def _absent(read: str, parsed: Json) -> Iterator[Mismatch]:
    """Members that the consumer reads and the answer does not have. An empty list has no elements to miss."""
    for path in _found_by(read_steps(read), parsed, ()):
        value: Any = parsed
        for part in path:
            value = value.get(part) if isinstance(value, dict) else value[part]
            if value is None:
                yield Mismatch(path_text(path), "a value", "nothing", f"{read} is read and not there")
                break
