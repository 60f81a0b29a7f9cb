"""The consumer before the promise itself: Pact mock servers, stubbed botocore calls; and where nothing is promised."""

from __future__ import annotations

from typing import Any

from pactproof.errors import ContractError
from pactproof.expectation import Variant
from pactproof.pytest_plugin.cases import missing_contract
from pactproof.pytest_plugin.running import AwsRun, Run
from pactproof.pytest_plugin.watched import Answering
from pactproof.verdict import Fault


class BlockedRun(Run):
    """No contract promises the scenario: there is nothing to run."""

    def open(self) -> None:
        operation = self.project.registry.operations[self.case.binding.operation]
        self.blocked = missing_contract(operation.key, self.case.binding.scenario, operation.place)


class PactRun(Run):
    """The consumer before Pact mock servers."""

    def open(self) -> Answering:
        from pactproof.promise.pact_provider import pact_provider

        service = self.scenario.operation.service
        registry = self.project.registry
        interactions = self.project.pacts[service][self.scenario.key]
        variant: Variant = "lean" if self.case.kind == "pact-lean" else "full"
        base_url = registry.providers[service].base_url
        served = self._stack.enter_context(pact_provider(registry.consumer, service, base_url, interactions, variant))
        self.provider = self._seen(served.url, self.scenario.params)
        self._ports = served.ports
        return served

    @property
    def open_ports(self) -> frozenset[int]:
        return self._ports

    def upheld(self) -> Fault | None:
        if self.case.kind == "pact-lean":
            return None
        self._shown = self.session.pact_files.interactions(self.scenario)
        try:
            return self.session.pact_files.fault(self.scenario, self._shown)
        except ContractError as error:
            return Fault("stale", self.scenario.operation.key, self.scenario.name, error.what, (), error.at, error.fix)

    def evidence(self, passed: bool) -> dict[str, Any]:
        service = self.scenario.operation.service
        return {
            "passed": passed,
            "service": service,
            "keys": [one.key for one in self.project.pacts[service][self.scenario.key]],
            "interactions": getattr(self, "_shown", []) if passed else [],
        }


class StubRun(AwsRun):
    """The consumer before stubbed botocore calls."""

    def open(self) -> Answering:
        from pactproof.aws.calls import contract_notes, promised_calls
        from pactproof.promise.stub import StubProvider

        self.provider = self.aws_provider(self.scenario)
        self.notes += [f"{self.place}: {note}, as far as botocore knows" for note in contract_notes(self.scenario)]
        return StubProvider(promised_calls(self.scenario))
