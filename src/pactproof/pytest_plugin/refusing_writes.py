"""Operations that write: they are recorded only where somebody asked for it and something undoes them."""

from __future__ import annotations

from pactproof import binding
from pactproof.contracts import Scenario
from pactproof.recording.writing import is_writing_method, is_writing_operation

WRITES_OPTION = "--writes"


def writing_requests(scenario: Scenario) -> list[str]:
    """The promised requests that may change something at the provider, as messages name them."""
    if scenario.operation.service != "aws":
        return [promise.shown for promise in scenario.http if is_writing_method(promise.request.method)]
    from pactproof.aws.calls import promised_calls

    return [call.shown for call in promised_calls(scenario) if is_writing_operation(call.operation)]


def why_not_written(scenario: Scenario, writes: list[str], *, is_asked_for: bool) -> tuple[str, str]:
    """Why a scenario that writes is not recorded, and what to do about it; two empty texts where it is."""
    what = f"{scenario.key} writes ({', '.join(writes)})"
    if scenario.given is None:
        fix = f'name the state that it needs as `given` at {scenario.place}, and write @state("…"), which undoes it'
        return f"{what}, and no state undoes it", fix
    if scenario.given not in binding.states:
        fix = f'write a function under @state("{scenario.given}") in the conftest.py of this test, which undoes it'
        return f"{what}, and nothing undoes it", fix
    if not is_asked_for:
        return what, f"add {WRITES_OPTION} where the sandbox may be written to"
    return "", ""
