"""What an AWS error says of the recording: JSON protocols answer 400 for all of them, so that the code has to be read.

Source: botocore's retryable and throttled codes (botocore/retries/standard.py), and the "Common Errors" of AWS's API
references for the rest.
"""

from __future__ import annotations

from typing import Final

from pactproof.interaction import Response
from pactproof.recording.refusal import Promised
from pactproof.transport import AwsCall

# The credentials themselves are no good: all services of the account refuse them.
_OF_ACCOUNT: Final = frozenset(
    {
        "AuthFailure",
        "ExpiredToken",
        "ExpiredTokenException",
        "IncompleteSignature",
        "IncompleteSignatureException",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "InvalidSecurity",
        "InvalidSignatureException",
        "InvalidToken",
        "MissingAuthenticationToken",
        "MissingAuthenticationTokenException",
        "NotSignedUp",
        "OptInRequired",
        "RequestExpired",
        "SignatureDoesNotMatch",
        "SubscriptionRequiredException",
        "TokenRefreshRequired",
        "UnrecognizedClientException",
    }
)
# They are, and may not do this.
_MAY_NOT: Final = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "AuthorizationError",
        "AuthorizationErrorException",
        "Forbidden",
        "ForbiddenException",
        "NotAuthorized",
        "UnauthorizedException",
        "UnauthorizedOperation",
    }
)
_BUSY: Final = frozenset(
    {
        "BandwidthLimitExceeded",
        "EC2ThrottledException",
        "InternalError",
        "InternalFailure",
        "LimitExceededException",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "RequestTimeout",
        "RequestTimeoutException",
        "ServiceUnavailable",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionInProgressException",
    }
)


def error_code(response: Response, call: AwsCall | None, promised: Promised) -> str:
    """The code of an AWS error that nobody promised: "ExpiredToken"; "" for everything else."""
    if call is None or response.status < 300 or promised.has(response.status):
        return ""
    from pactproof.aws.raw import read_answer

    answer = read_answer(call.operation, response.status, response.headers, response.body)
    return answer.error.code if answer.error else ""


def is_busy_code(code: str) -> bool:
    return code in _BUSY


def is_refusal_code(code: str) -> bool:
    return code in _OF_ACCOUNT or code in _MAY_NOT


def is_of_account(code: str) -> bool:
    """Whether the credentials are refused as such, and with them every other service of the account."""
    return code in _OF_ACCOUNT
