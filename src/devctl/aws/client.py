"""An AWS client for the length of one question: its errors become ours, its connections are closed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    HTTPClientError,
    NoCredentialsError,
    PartialCredentialsError,
    SSOError,
)
from botocore.exceptions import ConnectionError as NoConnectionError
from botocore.parsers import ResponseParserError

from devctl.errors import (
    ApiError,
    Forbidden,
    NotFound,
    RateLimited,
    Unauthorized,
    UnreachableError,
    UnreadableAnswerError,
)

if TYPE_CHECKING:
    import boto3

# Source of the codes: the services' common errors, and botocore's own list of what to retry as throttling.
UNAUTHORIZED = {
    "AuthFailure",
    "ExpiredToken",
    "ExpiredTokenException",
    "IncompleteSignature",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "InvalidToken",
    "MissingAuthenticationToken",
    "MissingAuthenticationTokenException",
    "RequestExpired",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
}
FORBIDDEN = {"403", "AccessDenied", "AccessDeniedException", "AllAccessDisabled", "UnauthorizedOperation"}
RATE_LIMITED = {
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
}
# Elsewhere this code is a quota that waiting does not mend; Cost Explorer says it of "too many calls".
RATE_LIMITED_BY = {("ce", "LimitExceededException")}


@contextmanager
def aws_client(session: boto3.Session, service: str) -> Iterator[Any]:
    """A client of `service` ("s3", as botocore spells it), whose errors leave the block as `devctl.errors`.

    Raises Unauthorized, Forbidden, NotFound, RateLimited, UnreachableError, UnreadableAnswerError, else ApiError.
    """
    try:
        client: Any = session.client(service)  # type: ignore[call-overload]  # boto3-stubs wants a literal name
        try:
            yield client
        finally:
            client.close()
    except ClientError as error:
        raise _refusal(service, error) from error
    except (NoCredentialsError, PartialCredentialsError, CredentialRetrievalError, SSOError) as error:
        raise Unauthorized(service, None, str(error)) from error
    except (NoConnectionError, HTTPClientError) as error:
        raise UnreachableError(service, None, str(error)) from error
    except ResponseParserError as error:
        raise UnreadableAnswerError(service, None, "the answer is not in the service's own format") from error
    except BotoCoreError as error:
        raise ApiError(service, None, str(error)) from error


def _refusal(service: str, error: ClientError) -> ApiError:
    details, metadata = error.response.get("Error", {}), error.response.get("ResponseMetadata", {})
    code, status = details.get("Code", ""), metadata.get("HTTPStatusCode")
    # The first line only: a rejected signature is explained below it with the headers that were signed,
    # the session token among them.
    message = f"{code}: {details.get('Message', '')}".partition("\n")[0]
    if code in UNAUTHORIZED:
        return Unauthorized(service, status, message)
    if code in FORBIDDEN:
        return Forbidden(service, status, message)
    if code in RATE_LIMITED or (service, code) in RATE_LIMITED_BY:
        wait = metadata.get("HTTPHeaders", {}).get("retry-after", "")
        return RateLimited(service, status, message, float(wait) if wait.isdecimal() else None)
    if code == "404" or code.startswith("NoSuch") or code.endswith(("NotFound", "NotFoundException")):
        return NotFound(service, status, message)
    return ApiError(service, status, message)
