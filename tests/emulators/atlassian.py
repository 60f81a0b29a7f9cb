"""What Jira's and Confluence's emulators share: signing in, the edge's headers, and their query languages."""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from collections.abc import Sequence
from dataclasses import dataclass

from tests.emulators.server import Answer, Call, digest

ACCOUNT = "devctl@example.com"  # whose API token it is


def is_signed_in(call: Call, token: str) -> bool:
    """Whether the request has the account's API token, by Basic authentication, or the token as a bearer."""
    scheme, _, given = call.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return given == token
    try:
        return scheme.lower() == "basic" and b64decode(given, validate=True).decode() == f"{ACCOUNT}:{token}"
    except (binascii.Error, UnicodeDecodeError):
        return False


def account_id(name: str) -> str:
    """The id of a person's account, the same in Jira and Confluence."""
    number = digest("atlassian account", name)
    return f"712020:{number[:8]}-{number[8:12]}-{number[12:16]}-{number[16:20]}-{number[20:32]}"


def edge_headers(service: str, request_number: int) -> tuple[tuple[str, str], ...]:
    """The headers of every answer that has passed Atlassian's edge."""
    trace = digest(service, request_number, length=32)
    return (
        ("Cache-Control", "no-cache, no-store, no-transform"),
        ("Vary", "Accept-Encoding"),
        ("X-Content-Type-Options", "nosniff"),
        ("X-Xss-Protection", "1; mode=block"),
        ("Strict-Transport-Security", "max-age=63072000; includeSubDomains; preload"),
        ("Timing-Allow-Origin", "*"),
        ("Atl-Request-Id", f"{trace[:8]}-{trace[8:12]}-{trace[12:16]}-{trace[16:20]}-{trace[20:]}"),
        ("Atl-Traceid", trace),
    )


def too_many(body: object) -> Answer:
    return Answer(429, body, (("Retry-After", "1"), ("X-RateLimit-Limit", "100"), ("X-RateLimit-Remaining", "0")))


class QueryError(Exception):
    """A query that cannot be read; the message is for the one who wrote it."""


@dataclass(frozen=True, slots=True)
class Clause:
    """One restriction, `summary ~ "backup"`. `values` are without quotes: one, or those of an IN list."""

    field: str
    operator: str
    values: tuple[str, ...]

    def holds(self, found: str | Sequence[str] | None) -> bool:
        """Whether a field that holds `found` is as wanted; of a list, whether one element is."""
        texts = [found] if isinstance(found, str) else list(found or ())
        if self.operator in ("~", "!~"):
            is_found = any(value.lower() in text.lower() for value in self.values for text in texts)
        else:
            is_found = bool({text.lower() for text in texts} & {value.lower() for value in self.values})
        return is_found is not self.operator.startswith(("!", "not"))


@dataclass(frozen=True, slots=True)
class Query:
    """`a = b AND c ~ "d" ORDER BY e DESC`, the part of JQL and CQL that is spoken here."""

    clauses: tuple[Clause, ...]
    order_by: str  # "" where nothing is said
    is_descending: bool


_VALUE = r'"[^"]*"|\'[^\']*\'|[^\s"\'(),=~]+'
_CLAUSE = re.compile(
    rf"\s*(?P<field>[A-Za-z][\w.]*)\s*(?P<operator>!=|!~|=|~|(?i:not\s+in|in)\b)\s*"
    rf"(?P<value>{_VALUE}|\(\s*(?:{_VALUE})(?:\s*,\s*(?:{_VALUE}))*\s*\))\s*"
)
_ORDER = re.compile(r"(?i:\border\s+by\s+(?P<field>\w+)(?:\s+(?P<direction>asc|desc))?)\s*$")
_AND = re.compile(r"(?i:and\b)")


def parsed_query(text: str) -> Query:
    """`text` as clauses that all have to hold. Raises QueryError that says where it cannot be read."""
    order = _ORDER.search(text)
    restriction = text[: order.start()] if order else text
    clauses: list[Clause] = []
    position = 0
    while restriction[position:].strip():
        if clauses:
            link = _AND.match(restriction, position)
            if link is None:
                raise QueryError(_unreadable(restriction, position))
            position = link.end()
        found = _CLAUSE.match(restriction, position)
        if found is None:
            raise QueryError(_unreadable(restriction, position))
        operator = " ".join(found["operator"].lower().split())
        values = tuple(value.strip("\"'") for value in re.findall(_VALUE, found["value"]))
        clauses.append(Clause(found["field"].lower(), operator, values))
        position = found.end()
    is_descending = order is not None and (order["direction"] or "").lower() == "desc"
    return Query(tuple(clauses), order["field"].lower() if order else "", is_descending)


def _unreadable(text: str, position: int) -> str:
    rest = text[position:].split()
    if not rest:
        return "Expecting a field name but got the end of the query."
    return f"Expecting an operator or a field name but got '{rest[0]}'. (line 1, character {position + 1})"
