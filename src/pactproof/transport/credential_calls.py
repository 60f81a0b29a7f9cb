"""Calls that hand out AWS credentials: never recorded, passed on while recording, answered with dummies otherwise.

They are those that botocore makes to find credentials (STS for a role, SSO, a login, the metadata services of EC2, ECS
and EKS), and calls of such operations that no contract promises: a program that asks for a role by itself is no other
than one that has a profile do it.

Sources: botocore's credential providers (botocore/credentials.py, tokens.py, utils.py); the addresses are those that
AWS documents for instance metadata, and for the credentials of containers and pods.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from pactproof.errors import AuthRefusedError, ContractError
from pactproof.interaction import Headers, Request, Response
from pactproof.transport.addresses import check_may_leave, origin

if TYPE_CHECKING:
    from pactproof.transport.active import AwsCall

DUMMY: Final = "placeholder"
_LIFE: Final = timedelta(hours=12)
_ACCOUNT: Final = "123456789012"
_METADATA_TIMEOUT_S: Final = 5.0  # there is none on most machines, and what asks tries the next thing then
_SHORTEST: Final = 16  # what AWS hands out is longer; an emulator takes "test", which stands everywhere

_OPERATIONS: Final = frozenset(
    {
        *((service, name) for service, names in {
            "sts": ("AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity", "AssumeRoot", "GetFederationToken",
                    "GetSessionToken"),
            "sso": ("GetRoleCredentials",),
            "sso-oidc": ("CreateToken", "CreateTokenWithIAM", "RegisterClient", "StartDeviceAuthorization"),
            "signin": ("CreateOAuth2Token",),
            "eks-auth": ("AssumeRoleForPodIdentity",),
            "cognito-identity": ("GetCredentialsForIdentity",),
            "s3": ("CreateSession",),
        }.items() for name in names)
    }
)  # fmt: skip
_OF_INSTANCES: Final = frozenset({"169.254.169.254", "fd00:ec2::254"})
_OF_CONTAINERS: Final = frozenset({"169.254.170.2", "169.254.170.23", "fd00:ec2::23"})
_IN_ANSWER: Final = re.compile(
    r"(?i)[\"<](?:accessKeyId|secretAccessKey|sessionToken|token|accessToken|refreshToken|idToken|clientSecret)"
    r"(?:\"\s*:\s*\"|>)(?P<value>[^\"<]+)"
)

_resolving: ContextVar[bool] = ContextVar("resolving", default=False)


@contextmanager
def resolving() -> Iterator[None]:
    """Whatever is sent in this block is asked for credentials, by botocore itself."""
    token = _resolving.set(True)
    try:
        yield
    finally:
        _resolving.reset(token)


def hands_out_credentials(operation: Any) -> bool:
    """operation: botocore's OperationModel"""
    return (operation.service_model.service_name, operation.name) in _OPERATIONS


@dataclass
class CredentialCalls:
    """What an active provider does with them.

    is_live:   they are passed on, and what comes back is known to be secret from then on
    may_leave: whether they may go anywhere but to this machine; opt_in: how to allow it
    promises:  whether a call is promised, or recorded: then it is none of these
    note:      is told of refusals, which botocore might swallow; None where the program is to see every answer
    secrets:   the credentials that were handed out or used
    """

    is_live: bool = False
    may_leave: bool = False
    opt_in: str = ""
    promises: Callable[[AwsCall], bool] = lambda call: False
    note: Callable[[ContractError], None] | None = None
    secrets: set[str] = field(default_factory=set, repr=False)

    def is_one(self, url: str, call: AwsCall | None) -> bool:
        """Whether a request of `call`, or of no AWS call at all, is for credentials."""
        if _resolving.get() or urlsplit(url).hostname in _OF_INSTANCES | _OF_CONTAINERS:
            return True
        return call is not None and hands_out_credentials(call.operation) and not self.promises(call)

    def answer_aws(self, call: AwsCall) -> tuple[Any, dict[str, Any]] | None:
        """botocore's answer of dummies; None for other calls, and for what is passed on."""
        if self.is_live or not (hands_out_credentials(call.operation) and self.is_one("", call)):
            return None
        from pactproof.transport.botocore_hook import empty_response

        parsed = _filled(call.operation.output_shape, "") if call.operation.output_shape is not None else {}
        return empty_response(200, {}), {**parsed, "ResponseMetadata": {"HTTPStatusCode": 200, "HTTPHeaders": {}}}

    def answer(self, request: Request, call: AwsCall | None) -> Response | None:
        """The answer to a request that any client sends; None where it is not for credentials."""
        if not self.is_one(request.url, call):
            return None
        if not self.is_live:
            return _of_metadata(request)
        from pactproof.transport.forward import forward

        self.check(request.method, request.url)
        response = forward(request, request.url, timeout_s=_METADATA_TIMEOUT_S)
        self.keep_secret(response.body)
        return response

    def check(self, method: str, url: str) -> None:
        """Raises GuardRailError where a request would leave this machine without leave."""
        try:
            check_may_leave(method, url, self.may_leave, self.opt_in)
        except ContractError as error:
            self._refuse(error)

    def check_answer(self, url: str, call: AwsCall | None, status: int) -> None:
        """Raises AuthRefusedError where credentials were asked for in vain, and nobody wants to see how."""
        if call is not None and self.note is not None and status in (401, 403):
            what = f"{call.service}.{call.operation.name} was refused: {origin(url)} answered {status}"
            error = AuthRefusedError(what)
            error.is_of_account = True
            self._refuse(error)

    def hear(self, call: AwsCall | None, response: Response) -> None:
        """A call that is promised hands out credentials as well."""
        if self.is_live and call is not None and hands_out_credentials(call.operation):
            self.keep_secret(response.body)

    def keep_secret(self, body: bytes) -> None:
        """Remember the credentials in an answer."""
        for found in _IN_ANSWER.finditer(body.decode("utf-8", "replace")):
            self._add(found["value"].strip())
        text = body.decode("ascii", "replace").strip()
        if re.fullmatch(r"[\w=+/-]{40,}", text):
            self._add(text)  # the metadata service's own token

    def keep_used(self, *values: str | None) -> None:
        """Remember what a request was signed with."""
        for value in values:
            self._add(value or "")

    def _add(self, value: str) -> None:
        if len(value) >= _SHORTEST:
            self.secrets.add(value)

    def _refuse(self, error: ContractError) -> None:
        if self.note is not None:
            self.note(error)
        raise error


def dummy_metadata() -> dict[str, str]:
    """Credentials as botocore's refreshable ones take them."""
    return {"access_key": DUMMY, "secret_key": DUMMY, "token": DUMMY, "expiry_time": _in_the_future().isoformat()}


def _in_the_future() -> datetime:
    return datetime.now(UTC) + _LIFE


def _of_metadata(request: Request) -> Response:
    """What a metadata service of EC2, ECS or EKS answers. The region is the one that runs offline have."""
    path = urlsplit(request.url).path
    if path == "/latest/api/token":
        life = Headers((("X-aws-ec2-metadata-token-ttl-seconds", "21600"),))
        return Response(200, life, DUMMY.encode(), "OK")
    if path.endswith("/security-credentials/"):
        return Response(200, body=DUMMY.encode(), reason="OK")
    if path.rstrip("/").endswith("/placement/availability-zone"):
        return Response(200, body=b"us-east-1a", reason="OK")
    if urlsplit(request.url).hostname in _OF_INSTANCES and "/security-credentials/" not in path:
        return Response(404, reason="Not Found")  # other clouds have theirs at the same address
    given = {"Code": "Success", "Type": "AWS-HMAC", "AccessKeyId": DUMMY, "SecretAccessKey": DUMMY, "Token": DUMMY}
    moment = _in_the_future().strftime("%Y-%m-%dT%H:%M:%SZ")
    body = json.dumps({**given, "Expiration": moment, "AccountId": _ACCOUNT}).encode()
    return Response(200, Headers((("Content-Type", "application/json"),)), body, "OK")


def _filled(shape: Any, name: str) -> Any:
    """A value of an output shape of botocore's, in which nothing is real."""
    match shape.type_name:
        case "structure":
            return {member: _filled(inner, member) for member, inner in shape.members.items()}
        case "timestamp":
            return _in_the_future()
        case "integer" | "long":
            is_moment = name == "expiration"  # SSO's, in milliseconds
            return int(_in_the_future().timestamp() * 1000) if is_moment else int(_LIFE.total_seconds())
        case "string" if name == "Arn":
            return f"arn:aws:sts::{_ACCOUNT}:assumed-role/{DUMMY}/{DUMMY}"
        case "string":
            return DUMMY
        case "boolean":
            return False
        case "float" | "double":
            return 0.0
        case "list":
            return []
        case "blob":
            return b""
        case _:
            return {}
