"""The credentials that a request carries: what must not turn up anywhere else, in a file or in a message."""

from __future__ import annotations

import base64
import binascii

from pactproof.interaction import Request
from pactproof.redaction import is_unstorable_request_header

_SHORTEST = 8


def carried_credentials(request: Request) -> set[str]:
    """What a request's headers open something with: a token without its scheme, the password of a Basic one."""
    found = set()
    for name, value in request.headers.items:
        scheme, _, rest = value.rpartition(" ")
        if not is_unstorable_request_header(name.lower()) or name.lower().startswith(("cookie", "x-amz-")):
            continue
        if value.startswith("AWS4-"):
            continue  # a signature, good for this request alone
        found.add(_password(rest) if scheme.lower() == "basic" else rest)
    return {one for one in found if len(one) >= _SHORTEST}


def _password(basic: str) -> str:
    try:
        return base64.b64decode(basic, validate=True).decode().partition(":")[2] or basic
    except (binascii.Error, UnicodeDecodeError):
        return basic
