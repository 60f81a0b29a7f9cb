"""Whether a request changes something at the provider: by its method, and for AWS by the name of its operation."""

from __future__ import annotations

import re
from typing import Any, Final

from pactproof.transport import hands_out_credentials

READING_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_READING_NAMES: Final = re.compile(
    r"(?:Get|List|Describe|Head|Query|Scan|Search|Lookup|LookUp|Count|Check|Validate|Estimate|Preview|Discover|Filter"
    r"|Batch(?:Get|List|Describe|Check))(?=[A-Z0-9]|$)"
)
_IDEMPOTENCY_HEADERS: Final = ("idempotency-key", "x-idempotency-key")


def is_writing_method(method: str) -> bool:
    return method.upper() not in READING_METHODS


def is_writing_operation(operation: Any) -> bool:
    """Whether an AWS operation may change something. Nearly all are sent with POST, whatever they do.

    operation: botocore's OperationModel; some models say that an operation reads, the names of all follow a habit.
               Credentials that are handed out end by themselves: nothing would have to be undone
    """
    says_so = bool(getattr(operation, "_operation_model", {}).get("readonly"))
    return not says_so and not _READING_NAMES.match(operation.name) and not hands_out_credentials(operation)


def has_idempotency_key(headers: Any) -> bool:
    """Whether a request says by a key that it does the same however often it is sent."""
    return any(headers.get(name) for name in _IDEMPOTENCY_HEADERS)
