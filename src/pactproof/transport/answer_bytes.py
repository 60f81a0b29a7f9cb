"""An answer as a server sends it, for clients that parse bytes themselves."""

from __future__ import annotations

from pactproof.interaction import Headers, Response

_WITHOUT_BODY = (204, 304)


def answer_bytes(response: Response, method: str) -> bytes:
    """Status line, headers and body of `response` to a request of `method`; a body of unknown length is one chunk."""
    headers = response.headers.without("transfer-encoding")
    has_body = method != "HEAD" and response.status not in _WITHOUT_BODY
    body = response.body if has_body else b""
    if has_body and headers.get("content-length") != str(len(body)):
        headers = Headers((*headers.without("content-length").items, ("Transfer-Encoding", "chunked")))
        body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body) if body else b"0\r\n\r\n"
    lines = [f"HTTP/1.1 {response.status} {response.reason}", *(f"{name}: {value}" for name, value in headers.items)]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body
