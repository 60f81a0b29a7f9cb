"""botocore at the calls that every client shares, so that clients made before are reached too."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from pactproof.transport.active import AwsCall, aws_call, current

_PARAMS = "pactproof_params"


def install(module: ModuleType) -> None:
    _keep_params(module.BaseClient)
    from botocore.endpoint import Endpoint

    _answer_calls(Endpoint)


def _keep_params(client: Any) -> None:
    """The request that reaches the endpoint no longer knows its parameters by name: note them on the way."""
    original = client._convert_to_request_dict

    def _convert_to_request_dict(self: Any, api_params: Any, operation_model: Any, *args: Any, **kwargs: Any) -> Any:
        request = original(self, api_params, operation_model, *args, **kwargs)
        if current() is not None:
            request.setdefault("context", {})[_PARAMS] = dict(api_params)
        return request

    client._convert_to_request_dict = _convert_to_request_dict


def _answer_calls(endpoint: Any) -> None:
    original = endpoint.make_request

    def make_request(self: Any, operation_model: Any, request_dict: Any) -> Any:
        provider = current()
        if provider is None:
            return original(self, operation_model, request_dict)
        params = request_dict.get("context", {}).get(_PARAMS, {})
        call = AwsCall(operation_model.service_model.service_name, operation_model, params)
        answer = provider.handle_aws(call)
        if answer is not None:
            return answer
        token = aws_call.set(call)
        try:
            return original(self, operation_model, request_dict)
        finally:
            aws_call.reset(token)

    endpoint.make_request = make_request
