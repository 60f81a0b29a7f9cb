"""Every error that devctl raises on purpose: which service, which status, in the vendor's own words."""

from __future__ import annotations


class DevctlError(Exception):
    """Base of every error raised here on purpose; anything else that escapes is a bug."""


class UnusableTokenError(DevctlError):
    """The token cannot stand in a header, so nothing was sent. Never shows the token."""


class ApiError(DevctlError):
    """A service refused, failed, or could not be asked.

    service: short name, "grafana", "github", "pagerduty", or the AWS service as botocore spells it, "s3"
    status:  HTTP status of the answer, None where there was no answer
    message: the vendor's own words where it said any
    """

    def __init__(self, service: str, status: int | None, message: str) -> None:
        super().__init__(service, status, message)  # all of them positional, so that the error can be pickled
        self.service, self.status, self.message = service, status, message

    def __str__(self) -> str:
        asked = self.service if self.status is None else f"{self.service} answered {self.status}"
        return f"{asked}: {self.message}"


class Unauthorized(ApiError):  # noqa: N818 - named as HTTP names the status
    """The credentials are missing, wrong or expired."""


class Forbidden(ApiError):  # noqa: N818 - named as HTTP names the status
    """The credentials are good and do not allow this."""


class NotFound(ApiError):  # noqa: N818 - named as HTTP names the status
    """There is no such thing, or these credentials may not know of it."""


class RateLimited(ApiError):  # noqa: N818 - a state of the service rather than a fault
    """Too many requests; `retry_after_s` is how long the service asks to wait, None where it did not say."""

    def __init__(self, service: str, status: int | None, message: str, retry_after_s: float | None = None) -> None:
        super().__init__(service, status, message)
        self.retry_after_s = retry_after_s

    def __str__(self) -> str:
        wait = "" if self.retry_after_s is None else f" (try again in {self.retry_after_s:g} s)"
        return f"{super().__str__()}{wait}"


class UnreachableError(ApiError):
    """No answer: the host is unknown, refused the connection, or took too long."""


class UnreadableAnswerError(ApiError):
    """An answer came, and it is not what the vendor documents: not JSON, or a field missing or mistyped."""
