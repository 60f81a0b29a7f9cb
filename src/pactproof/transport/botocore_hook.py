"""botocore at the calls that every client shares, so that clients made before are reached too."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import replace
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

from pactproof.errors import ContractError
from pactproof.transport.active import AwsCall, aws_call, current, is_own_client, let_through
from pactproof.transport.credential_calls import CredentialCalls, hands_out_credentials

_given: ContextVar[dict[str, Any] | None] = ContextVar("given", default=None)
"""The parameters of the call in progress, as the consumer gave them: botocore adds some of its own later."""


def install(module: ModuleType) -> None:
    from botocore import endpoint, waiter
    from botocore.httpsession import URLLib3Session
    from botocore.signers import RequestSigner

    _keep_params(module.BaseClient)
    _answer_calls(endpoint.Endpoint)
    _spare_signatures(RequestSigner)
    _unwrap_errors(URLLib3Session)
    for waiting in (endpoint, waiter):  # between retries, and between the polls of a waiter
        vars(waiting)["time"] = _Clock()


def _keep_params(client: Any) -> None:
    original, convert = client._make_api_call, client._convert_to_request_dict

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

    def _convert_to_request_dict(self: Any, api_params: Any, operation_model: Any, *args: Any, **kwargs: Any) -> Any:
        given = _given.get()
        if given is not None and not _is_of_model(operation_model, given):
            given.clear()
            given.update(api_params)
        return convert(self, api_params, operation_model, *args, **kwargs)

    client._make_api_call = _make_api_call
    client._convert_to_request_dict = _convert_to_request_dict


def _is_of_model(operation: Any, params: dict[str, Any]) -> bool:
    """False for what boto3 takes beyond botocore and translates: DynamoDB's plain items, a CopySource in parts."""
    from pactproof.aws.stub_check import has_types_of_model

    return operation.input_shape is None or has_types_of_model(operation, params)


def _answer_calls(endpoint: Any) -> None:
    make, get = endpoint.make_request, endpoint._do_get_response

    def make_request(self: Any, operation_model: Any, request_dict: Any) -> Any:
        if current() is None:
            return make(self, operation_model, request_dict)
        service, given = operation_model.service_model.service_name, _given.get() or {}
        is_lookup = aws_call.get() is not None and bool(operation_model.is_endpoint_discovery_operation)
        call = AwsCall(service, operation_model, given, is_lookup=is_lookup)
        token = aws_call.set(call)
        try:
            return make(self, operation_model, request_dict)
        finally:
            aws_call.reset(token)

    def _do_get_response(self: Any, request: Any, operation_model: Any, context: Any) -> Any:
        """Below botocore's retries, so that they see each answer, and above its connections."""
        provider, call = current(), aws_call.get()
        if provider is not None and provider.answers_at_once and call is not None and call.is_lookup:
            return _looked_up(request), None
        if provider is not None and call is not None:
            answer = provider.handle_aws(replace(call, request=request))
            if answer is not None:
                return answer, None
        return get(self, request, operation_model, context)

    endpoint.make_request = make_request
    endpoint._do_get_response = _do_get_response


def _credentials_from_there(
    credentials: CredentialCalls, request: Any, call: AwsCall | None, send: Callable[[Any], Any]
) -> Any:
    credentials.check(request.method, request.url)
    with let_through():
        response = send(request)
    credentials.keep_secret(response.content)
    asked = call if call is not None and hands_out_credentials(call.operation) else None  # else a metadata service
    credentials.check_answer(request.url, asked, response.status_code)
    return response


def _looked_up(request: Any) -> Any:
    """The answer that a service is where it was asked."""
    address = {"Address": urlsplit(request.url).netloc, "CachePeriodInMinutes": 1}
    metadata = {"HTTPStatusCode": 200, "HTTPHeaders": {}}
    return empty_response(200, {}), {"Endpoints": [address], "ResponseMetadata": metadata}


def empty_response(status: int, headers: Any) -> Any:
    """botocore's HTTP answer with nothing to read: what it says stands parsed beside it, as botocore's Stubber does."""
    from botocore.awsrequest import AWSResponse

    response: Any = AWSResponse("", status, headers, None)
    response._content = b""
    return response


def _spare_signatures(signer: Any) -> None:
    """What is answered in this process is not signed: a client made at import time may hold no credentials.

    A presigned URL is: it is what the program hands on.
    """
    original = signer.sign

    def sign(
        self: Any,
        operation_name: Any,
        request: Any,
        region_name: Any = None,
        signing_type: str = "standard",
        *args: Any,
        **kwargs: Any,
    ) -> None:
        provider = current()
        if provider is None or not provider.answers_at_once or signing_type != "standard":
            original(self, operation_name, request, region_name, signing_type, *args, **kwargs)
            if provider is not None and provider.credentials.is_live and self._credentials is not None:
                provider.credentials.keep_used(*self._credentials.get_frozen_credentials()[:3])

    signer.sign = sign


class _Clock:
    """The module `time` for botocore: nobody waits for what is answered in this process."""

    def __getattr__(self, name: str) -> Any:
        return getattr(time, name)

    def sleep(self, seconds: float) -> None:
        provider = current()
        if provider is None or not provider.answers_at_once:
            time.sleep(seconds)


def _unwrap_errors(session: Any) -> None:
    """Our refusals leave as they are: wrapped in HTTPClientError, botocore's standard retries send them again.

    What is asked for credentials while recording goes out here, with botocore's own time limits and certificates.
    """
    original = session.send

    def send(self: Any, request: Any) -> Any:
        from botocore.exceptions import HTTPClientError

        provider, call = current(), aws_call.get()
        if provider is not None and provider.credentials.is_live and provider.credentials.is_one(request.url, call):
            return _credentials_from_there(provider.credentials, request, call, functools.partial(original, self))
        try:
            return original(self, request)
        except HTTPClientError as error:
            own = error.kwargs.get("error")
            if isinstance(own, ContractError):
                raise own from None
            raise

    session.send = send
