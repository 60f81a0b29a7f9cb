"""An interaction as it is stored: laid out, where that is allowed, so that recordings compare line by line."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from dataclasses import replace
from typing import Final

from pactproof.interaction import Headers, Interaction, Request, Response, is_json
from pactproof.recording.bodies_apart import is_apart
from pactproof.recording.json_text import reindented
from pactproof.redaction import has_checksum

_NO_LONGER_TRUE: Final = ("content-encoding", "transfer-encoding")  # bodies are stored without either
_WITHOUT_BODY: Final = frozenset({204, 304})
_BINDING: Final = re.compile(
    r"(?!want-|accept-)(.+-)?(digest|checksum|hash|hmac|signature|md5|sha-?(1|224|256|384|512)|crc(32c?|64)\w*)(-.+)?"
)
"""Names of headers that tell a digest or a signature of the body, beside those that redaction knows."""
_DIGESTS: Final = ("md5", "sha1", "sha256", "sha512")


def as_stored(interaction: Interaction) -> Interaction:
    """What comes back from a file: JSON laid out, headers by name, the length as it is now, no encodings."""
    request, response = interaction.request, interaction.response
    # vcrpy compares request bodies as JSON only under this media type; others have to stay as they were sent.
    is_free = request.content_type == "application/json" and not is_bound(request.headers, request.body)
    body = _laid_out(request.body) if is_free else request.body
    sent = Request(request.method, request.url, _stored_headers(request.headers, len(body), drop=()), body)
    return Interaction(sent, _stored_response(response, request.method))


def is_bound(headers: Headers, body: bytes) -> bool:
    """Whether a checksum, a digest, a signature or a range among the headers speaks of these very bytes."""
    if has_checksum(headers) or any(_BINDING.fullmatch(name.lower()) for name, _ in headers.items):
        return True
    # S3 and others send the MD5 as ETag, and clients compare it; registries of packages have names of their own.
    told = {value.removeprefix("W/").strip('"') for _, value in headers.items}
    digests = [hashlib.new(name, body, usedforsecurity=False).digest() for name in _DIGESTS]
    told_digests = {form for one in digests for form in (one.hex(), one.hex().upper(), b64encode(one).decode())}
    return "content-range" in headers or not told.isdisjoint(told_digests)


def _stored_response(response: Response, method: str) -> Response:
    is_free = is_json(response.content_type) and not is_bound(response.headers, response.body)
    body = _laid_out(response.body) if is_free else response.body
    # Where no body is allowed, the length speaks of another answer.
    has_none = method.upper() == "HEAD" or response.status in _WITHOUT_BODY
    headers = _stored_headers(response.headers, None if has_none else len(body), drop=_NO_LONGER_TRUE)
    reason = response.reason if response.reason.isascii() else ""  # vcrpy sends the reason as ASCII
    return replace(response, headers=headers, body=body, reason=reason)


def _stored_headers(headers: Headers, body_bytes: int | None, *, drop: tuple[str, ...]) -> Headers:
    """One spelling a name, names sorted, the values of a name in wire order, one corrected Content-Length."""
    spelled: dict[str, str] = {}
    kept: list[tuple[str, str]] = []
    for name, value in headers.without(*drop, "transfer-encoding").items:
        low = name.lower()
        is_length = low == "content-length" and body_bytes is not None
        if not (is_length and low in spelled):
            kept.append((spelled.setdefault(low, name), str(body_bytes) if is_length else value))
    return Headers(tuple(sorted(kept, key=lambda item: item[0].lower())))


def _laid_out(body: bytes) -> bytes:
    """Bodies that are kept apart are not read line by line, and stay as they are; so do those that would grow to it."""
    if is_apart(body):
        return body
    try:
        laid_out = reindented(body.decode("utf-8")).encode("utf-8")
    except UnicodeDecodeError:
        return body
    return body if is_apart(laid_out) else laid_out
