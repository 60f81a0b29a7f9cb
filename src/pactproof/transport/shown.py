"""A request that was sent, as messages name it."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

from pactproof.agreement import relative_path
from pactproof.interaction import Interaction, Request, Response
from pactproof.redaction import Redactor


def shown_sent(request: Request, base_url: str) -> str:
    """Method, path below `base_url` and query, "GET /items?page=2", with what looks like a secret replaced."""
    plain = Request(request.method, request.url)
    url = urlsplit(Redactor().redact(Interaction(plain, Response(200))).request.url)
    path = relative_path(urlunsplit(url), base_url)
    return f"{request.method} {path}" + (f"?{url.query}" if url.query else "")
