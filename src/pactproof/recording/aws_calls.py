"""AWS calls as they are recorded: sent on by botocore's rules, kept under AWS's own host, with their parameters."""

from __future__ import annotations

from functools import cache
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from pactproof.errors import CassetteError
from pactproof.interaction import Json, Request, Response
from pactproof.transport import AwsCall, forward, is_loopback, origin


def sent_on(request: Request, target: str, call: AwsCall | None) -> Response:
    """The answer from `target`, as the client gets it; `call` is None where the request belongs to no AWS call.

    Raises ContractError where nobody answers.
    """
    return forward(request, target, unpack=not _is_streamed(call))


def sent_to_be_kept(request: Request, target: str, call: AwsCall | None) -> Response:
    """As `sent_on`. Raises CassetteError for an answer that a recording could not give again."""
    response = sent_on(request, target, call)
    if _is_streamed(call):
        _refuse_packed(response, target)
    return response


def _is_streamed(call: AwsCall | None) -> bool:
    return call is not None and bool(call.operation.has_streaming_output)


def _refuse_packed(response: Response, target: str) -> None:
    """boto3 hands a streamed body on as it is stored, and a cassette keeps bodies unpacked: a replay would differ."""
    encoding = response.headers.get("content-encoding").strip().lower()
    if response.body and encoding not in ("", "identity", "aws-chunked"):
        what = f"{origin(target)} answered with a body stored in {encoding}, which cannot be replayed as boto3 gives it"
        raise CassetteError(what, fix="record with an object that is stored without Content-Encoding, or waive it")


def note_of(call: AwsCall, request: Request) -> dict[str, Json]:
    """What a cassette says of the call: {"operation": "ListBuckets", "params": {...}}."""
    from pactproof.aws.bodies import noted_params

    return {"operation": call.operation.name, "params": noted_params(call.operation, call.params, request.body)}


def canonical_url(request: Request, call: AwsCall) -> str:
    """Emulators answer at a loopback address; the file says AWS's own host, so that its place tells nothing."""
    if not is_loopback(request.url):
        return request.url
    parts = urlsplit(request.url)
    # "logs.localhost:5000" is the bucket `logs`: the path does not say so again.
    label = (parts.hostname or "").removesuffix("localhost") if (parts.hostname or "").endswith(".localhost") else ""
    return urlunsplit(("https", label + _own_host(call), parts.path, parts.query, ""))


def _own_host(call: AwsCall, region: str = "us-east-1") -> str:
    """AWS's own host for the service of `call`. Source: botocore's endpoints.json."""
    prefix = call.operation.service_model.endpoint_prefix
    endpoint = _endpoints().construct_endpoint(prefix, region)
    return str(endpoint["hostname"]) if endpoint else f"{prefix}.{region}.amazonaws.com"


@cache
def _endpoints() -> Any:
    from botocore.loaders import Loader
    from botocore.regions import EndpointResolver

    return EndpointResolver(Loader().load_data("endpoints"))
