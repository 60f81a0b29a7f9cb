"""botocore at the calls that every client shares, so that clients made before are reached too."""

from __future__ import annotations

from contextvars import ContextVar
from types import ModuleType
from typing import Any

from pactproof.errors import ContractError
from pactproof.transport.active import AwsCall, aws_call, current, is_own_client, let_through

_given: ContextVar[dict[str, Any] | None] = ContextVar("given", default=None)
"""The parameters of the call in progress, as the consumer gave them: botocore adds some of its own later."""


def install(module: ModuleType) -> None:
    _keep_params(module.BaseClient)
    from botocore.endpoint import Endpoint
    from botocore.httpsession import URLLib3Session
    from botocore.signers import RequestSigner

    _answer_calls(Endpoint)
    _spare_signatures(RequestSigner)
    _unwrap_errors(URLLib3Session)


def _keep_params(client: Any) -> None:
    original = client._make_api_call

    def _make_api_call(self: Any, operation_name: Any, api_params: Any) -> Any:
        if current() is None:
            return original(self, operation_name, api_params)
        if is_own_client(self):
            with let_through():
                return original(self, operation_name, api_params)
        token = _given.set(dict(api_params))
        try:
            return original(self, operation_name, api_params)
        finally:
            _given.reset(token)

    client._make_api_call = _make_api_call


def _answer_calls(endpoint: Any) -> None:
    original = endpoint.make_request

    def make_request(self: Any, operation_model: Any, request_dict: Any) -> Any:
        provider = current()
        if provider is None:
            return original(self, operation_model, request_dict)
        call = AwsCall(operation_model.service_model.service_name, operation_model, _given.get() or {})
        answer = provider.handle_aws(call)
        if answer is not None:
            return answer
        token = aws_call.set(call)
        try:
            return original(self, operation_model, request_dict)
        finally:
            aws_call.reset(token)

    endpoint.make_request = make_request


def _spare_signatures(signer: Any) -> None:
    """What is answered in this process is not signed: a client made at import time may hold no credentials."""
    original = signer.sign

    def sign(self: Any, *args: Any, **kwargs: Any) -> None:
        provider = current()
        if provider is None or not provider.answers_at_once:
            original(self, *args, **kwargs)

    signer.sign = sign


def _unwrap_errors(session: Any) -> None:
    """Our refusals leave as they are: wrapped in HTTPClientError, botocore's standard retries send them again."""
    original = session.send

    def send(self: Any, request: Any) -> Any:
        from botocore.exceptions import HTTPClientError

        try:
            return original(self, request)
        except HTTPClientError as error:
            own = error.kwargs.get("error")
            if isinstance(own, ContractError):
                raise own from None
            raise

    session.send = send
