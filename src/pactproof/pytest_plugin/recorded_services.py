"""Where the requests of a recording go: to the sandbox of an HTTP service, or wherever botocore is led."""

from __future__ import annotations

import os
from typing import Any, Final

from pactproof.interaction import is_json
from pactproof.pytest_plugin.recorded import Recorded
from pactproof.pytest_plugin.sandbox_access import SandboxAccess
from pactproof.recording.refusal import Promised
from pactproof.registry import Provider as RegisteredProvider

_AWS_VARIABLE: Final = "AWS_ENDPOINT_URL"


class RecordedHttp(Recorded):
    @property
    def access(self) -> SandboxAccess:
        variable = self.registered.sandbox.url_env
        variable = variable or f"the variable that providers.{self.registered.name}.sandbox.url_env names"
        return SandboxAccess(self.registered, sandbox_url(self.registered), variable)

    @property
    def replaced_by(self) -> str:
        return self.access.url

    @property
    def promised(self) -> Promised:
        answers = [promise.response for promise in self.scenario.http]
        media = [answer.content_type.partition(";")[0].lower() for answer in answers if answer.body is not None]
        has_json, has_page = any(map(is_json, media)), any("html" in one for one in media)
        return Promised(frozenset(answer.status for answer in answers), is_json=has_json and not has_page)

    def seen_there(self) -> Any:
        return self._seen(self.base_url, self.scenario_there.params, self.access.token)


class RecordedAws(Recorded):
    """Requests go where botocore sends them; the recorder looks at each address again before it leaves."""

    @property
    def access(self) -> SandboxAccess:
        from pactproof.aws.calls import operation_model

        own = f"AWS_ENDPOINT_URL_{operation_model(self.scenario).service_model.service_id.hyphenize()}"
        url = (
            os.environ.get(own.upper().replace("-", "_"))
            or os.environ.get(_AWS_VARIABLE)
            or f"https://{self.scenario.operation.key.split('.')[1]}.amazonaws.com"
        )
        return SandboxAccess(self.registered, url, _AWS_VARIABLE)

    @property
    def replaced_by(self) -> None:
        return None

    @property
    def asked_service(self) -> str:
        return self.scenario.operation.key.rpartition(".")[0]

    @property
    def promised(self) -> Promised:
        """Which status a promised error comes with is botocore's business; without one it is a success."""
        if any(promise.error is not None for promise in self.scenario.aws):
            return Promised()
        return Promised(frozenset(range(200, 300)))

    def seen_there(self) -> Any:
        from pactproof.aws.calls import needed_params

        return self._seen(self.access.url, needed_params(self.scenario_there), self.access.token)


def sandbox_url(service: RegisteredProvider) -> str:
    """Where requests of an HTTP service go in a record mode."""
    return os.environ.get(service.sandbox.url_env) or service.base_url
