"""The code that a team starts from: a test function for each scenario, the fixture of its client, a state's outline."""

from __future__ import annotations

import json
import keyword
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from textwrap import dedent

from pactproof.contracts import DEFAULT_SCENARIO, Scenario
from pactproof.generate.python_code import identifier
from pactproof.registry import Operation

_REGION = "us-east-1"
_WIDTH = 88  # columns: what formatters take by default
_WRITING = frozenset({"POST", "PUT", "PATCH", "DELETE"})


@dataclass(frozen=True)
class Fixture:
    """A client's fixture: its name, its code, and the names that the code has to import."""

    name: str
    code: str
    needed: tuple[str, ...]


def client_fixtures(operation: Operation) -> tuple[Fixture, Fixture]:
    """How the client for this operation's service is built, under its usual name and under one for where that is taken.

    Of AWS it is boto3's own client, which works as it stands.
    """
    service = operation.name.partition(".")[0] if operation.aws else operation.service
    usual = f"{_start(identifier(service).lower())}_client"
    other = f"aws_{usual}" if operation.aws else f"{usual.removesuffix('_client')}_api_client"
    return _client_fixture(operation, service, usual), _client_fixture(operation, service, other)


def _client_fixture(operation: Operation, service: str, name: str) -> Fixture:
    if operation.aws:
        line, needed = f'return boto3.client("{operation.aws.service}", region_name="{_REGION}")', ("boto3", "pytest")
    else:
        maker = "".join(part.capitalize() for part in re.split(r"[_-]", service))
        line = f'return unbound("{_start(maker)}Client(base_url=provider.url, token=provider.token)")'
        needed = ("pytest", "unbound")
    return Fixture(name, f"@pytest.fixture\ndef {name}(provider):\n    {line}", needed)


def test_function(scenario: Scenario, name: str, client: str) -> str:
    """A function that is bound to the scenario and holds a placeholder where the program is called."""
    which = "" if scenario.name == DEFAULT_SCENARIO else f', scenario="{scenario.name}"'
    line = _line(scenario, client)
    arguments = f"{client}, provider" if "provider." in line else client
    lines = [f'@contract("{scenario.operation.key}"{which})', f"def {name}({arguments}):"]
    if failure := expected_failure(scenario):
        lines.append(f"    # Answered with {failure}:")
        lines.append("    # expect your client's error, in `with pytest.raises(...)`.")
    placeholder = f"    return unbound({_literal(line)})"
    if len(placeholder) > _WIDTH:
        placeholder = f"    return unbound(\n        {_literal(line)}\n    )"
    return "\n".join([*lines, placeholder])


def function_name(scenario: Scenario, taken: Collection[str]) -> str:
    """test_<operation>[_<scenario>]; with the service in front where that is taken."""
    operation = scenario.operation
    services = identifier(operation.key.rpartition(".")[0].removeprefix("aws."))
    suffix = "" if scenario.name == DEFAULT_SCENARIO else f"_{identifier(scenario.name)}"
    plain = f"{identifier(operation.name.rpartition('.')[2])}{suffix}"
    names = [f"test_{plain}", f"test_{services}_{plain}"]
    free = [name for name in names if name not in taken]
    number = 2
    while not free:
        free = [name for name in [f"{names[1]}_{number}"] if name not in taken]
        number += 1
    return free[0]


def expected_failure(scenario: Scenario) -> str:
    """ "status 404 (Not Found)", "the error NoSuchBucket (status 404)"; "" where the last answer is no error."""
    if scenario.aws:
        error = scenario.aws[-1].error
        return f"the error {error.code} (status {error.status})" if error else ""
    status = scenario.http[-1].response.status if scenario.http else 200
    if status < HTTPStatus.BAD_REQUEST:
        return ""
    phrase = HTTPStatus(status).phrase if status in set(HTTPStatus) else ""
    return f"status {status} ({phrase})" if phrase else f"status {status}"


def state_outline(scenario: Scenario) -> str:
    """A comment that shows how a sandbox is brought into the scenario's state, and back; "" where nothing is written.

    A comment, because only a recording needs it.
    """
    writing = [promise.request.method for promise in scenario.http if promise.request.method in _WRITING]
    if not scenario.given or not writing or expected_failure(scenario):
        return ""
    params = ", ".join(f"{json.dumps(name)}: ..." for name in scenario.params)
    return dedent(
        f"""\
        # {scenario.key} writes. Before it is recorded, say here how
        # the sandbox gets ready for it, and how it is undone:
        #
        # {state_mark(scenario.given)}
        # def {_start(identifier(scenario.given).strip("_").lower()) or "a_state"}(sandbox):
        #     yield {{{params}}}
        #     sandbox.delete(...)  # what the program has written there"""
    )


def state_mark(name: str) -> str:
    return f"@state({json.dumps(name)})"


def _line(scenario: Scenario, client: str) -> str:
    """The call as the program most likely has it."""
    method = identifier(scenario.operation.name.rpartition(".")[2])
    method = f"{method}_" if keyword.iskeyword(method) else method
    if scenario.aws:
        names = list(_needed(scenario))
        arguments = [f"{name}={_param(name)}" for name in names]
    else:
        names = _sent(scenario)
        arguments = [_param(name) for name in names]
    line = f"{client}.{method}({', '.join(arguments)})"
    is_long = len(f"    return unbound({_literal(line)})") > _WIDTH
    return f"{client}.{method}(**provider.params)" if is_long and set(names) == set(scenario.params) else line


def _sent(scenario: Scenario) -> list[str]:
    """The params that the contract puts into a request, in their order."""
    document, path = scenario.source
    entry = document.data
    for part in path:
        entry = entry[part]
    promised = [part.get("request") for part in (entry or {}).get("sequence") or [entry or {}]]
    text = json.dumps(promised)
    return [name for name in scenario.params if f"{{{name}}}" in text]


def _needed(scenario: Scenario) -> Mapping[str, object]:
    from pactproof.aws.calls import needed_params

    return needed_params(scenario)


def _param(name: str) -> str:
    return f'provider.params["{name}"]' if name.isidentifier() and name.isascii() else f"provider.params[{name!a}]"


def _literal(text: str) -> str:
    """`text` as a Python literal, quoted as formatters leave it."""
    if text.isascii() and "\\" not in text:
        if '"' not in text:
            return f'"{text}"'
        if "'" not in text:
            return f"'{text}'"
    return ascii(text)


def _start(name: str) -> str:
    """A name may not start with a digit; in a conftest.py what starts with `pytest_` is a hook."""
    return f"_{name}" if name[:1].isdigit() or name.startswith("pytest") else name
