"""Links in an answer that lead to the sandbox's own address, led to the canonical host instead."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

from pactproof.interaction import Headers, Response
from pactproof.transport import origin


def links_mapped(response: Response, target_url: str, base_url: str) -> Response:
    """`response` with every link below `target_url`, as a next page's, below `base_url`; what is no text stays."""
    pairs = _pairs(target_url, base_url)
    headers = Headers(tuple((name, _mapped(value, pairs)) for name, value in response.headers.items))
    body = _mapped_body(response.body, pairs)
    if body is not response.body:
        headers = headers.without("content-length")
    return Response(response.status, headers, body, response.reason)


def _pairs(target_url: str, base_url: str) -> list[tuple[str, str]]:
    """What to replace by what: links below the base path first, then those to another part of the same host."""
    below, above = (target_url.rstrip("/"), base_url.rstrip("/")), (origin(target_url), origin(base_url))
    plain = [pair for old, new in (below, above) for pair in ((own, new) for own in _own_names(old))]
    escaped = [(old.replace("/", r"\/"), new.replace("/", r"\/")) for old, new in plain]  # as PHP writes JSON
    encoded = [(quote(old, safe=""), quote(new, safe="")) for old, new in plain]  # inside another URL's query
    return [*plain, *escaped, *encoded]


def _own_names(url: str) -> list[str]:
    """`url`, on this machine also by the other names of it: an emulator seldom knows by which one it is asked."""
    host = urlsplit(url).hostname or ""
    if host not in _LOOPBACK:
        return [url]
    shown = f"[{host}]" if ":" in host else host
    return [url, *(url.replace(f"//{shown}", f"//{name}", 1) for name in ("localhost", "127.0.0.1", "[::1]"))]


_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def _mapped(text: str, pairs: list[tuple[str, str]]) -> str:
    for old, new in pairs:
        if old in text:
            # Not the start of another port or host: ":8080" in ":80801", ".test" in ".test.example".
            text = re.sub(re.escape(old) + r"(?![\w:-]|\.\w)", new.replace("\\", r"\\"), text)
    return text


def _mapped_body(body: bytes, pairs: list[tuple[str, str]]) -> bytes:
    if not any(old.encode() in body for old, _ in pairs):
        return body
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return body
    mapped = _mapped(text, pairs)
    return body if mapped == text else mapped.encode()
