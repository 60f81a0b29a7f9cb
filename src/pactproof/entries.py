"""What registry.yaml may hold: one frozen pydantic model an entry.

Values stay as they are written ("30d", "2027-03-01"); `registry` turns them into what they mean. JSON Schema for
editors comes from `RegistryEntry.model_json_schema()`; what is wrong with a file is told by `registry_faults`.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from pactproof.rule_ids import RULE_IDS

NAME = r"^[A-Za-z0-9][A-Za-z0-9_-]*$"  # names become file and folder names: no dots, no slashes
CONSUMER = r"^[A-Za-z0-9]([A-Za-z0-9 ._-]*[A-Za-z0-9])?$"  # names the pact files; Python projects may have dots
_VARIABLE = r"^[A-Za-z_][A-Za-z0-9_]*$"
_DURATION = r"^[1-9][0-9]{0,3}[hdw]$"
_HEADER_NAME = r"^[A-Za-z0-9!#$%&'*+.^_`|~-]+$"
_MEMBER_NAME = r"^[A-Za-z_][A-Za-z0-9_.-]*$"
_HIDDEN_IN_PATH = r"^(/([A-Za-z0-9._~-]+|\{[a-z_]+\}))*/\{secret\}(/([A-Za-z0-9._~-]+|\{[a-z_]+\}))*$"
_WORD = r"^\s*\S(.*\S){2,}\s*$"
_DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"


def is_base_url(text: str) -> bool:
    """An absolute http(s) URL that paths can be put behind: no credentials, no query, no fragment."""
    if re.search(r"[\s\x00-\x1f\x7f\\?#]", text):
        return False
    try:
        parts = urlsplit(text)
        port = parts.port  # reading it checks it
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc and port != 0


def duration(text: str) -> timedelta:
    """The length that "12h", "30d" or "2w" stands for."""
    unit = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}[text[-1]]
    return int(text[:-1]) * unit


def _base_url(text: str) -> str:
    if not is_base_url(text):
        raise ValueError("not a base URL")
    return text


def _day(text: str) -> str:
    date.fromisoformat(text)
    return text


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Name = Annotated[str, Field(pattern=NAME)]
Names = Annotated[list[Name], Field(min_length=1)]
Text = Annotated[str, Field(pattern=r"\S")]
Variable = Annotated[str, Field(pattern=_VARIABLE)]
Duration = Annotated[str, Field(pattern=_DURATION)]
Day = Annotated[str, Field(pattern=_DATE, json_schema_extra={"format": "date"}), AfterValidator(_day)]
BaseUrl = Annotated[str, AfterValidator(_base_url), Field(json_schema_extra={"format": "uri"})]
Pattern = Annotated[str, Field(min_length=1, json_schema_extra={"format": "regex"})]
HeaderName = Annotated[str, Field(pattern=_HEADER_NAME)]
MemberName = Annotated[str, Field(pattern=_MEMBER_NAME)]
SecretPath = Annotated[str, Field(pattern=_HIDDEN_IN_PATH)]
Word = Annotated[str, Field(pattern=_WORD)]
TextOrTexts = Annotated[
    Annotated[list[Text], Field(min_length=1)],
    BeforeValidator(_as_list, json_schema_input_type=Text | Annotated[list[Text], Field(min_length=1)]),
]


class Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class SandboxEntry(Entry):
    """The environment variables that lead to a sandbox. Never the values themselves."""

    url_env: Variable | None = Field(default=None, description="names the variable that holds the sandbox's URL")
    token_env: Variable | None = Field(default=None, description="names the variable that holds the token")
    opt_in_env: Variable | None = Field(default=None, description="must be set before a request may leave")


class FreshnessEntry(Entry):
    """How old a recording may grow: 12h, 30d, 2w."""

    warn: Duration | None = Field(default=None, description="older ones are warned about")
    fail: Duration | None = Field(default=None, description="older ones count as stale")


class ProviderEntry(Entry):
    """Where a service is, and what is known about it."""

    base_url: BaseUrl | None = Field(default=None, description="the canonical host that recordings are stored under")
    sandbox: SandboxEntry = SandboxEntry()
    openapi: TextOrTexts = Field(default=[], description="the vendor's OpenAPI document, or several")
    freshness: FreshnessEntry = FreshnessEntry()
    version_header: HeaderName | None = Field(
        default=None, description="the header in which it says its version; well-known ones are found without"
    )


class WaiverEntry(Entry):
    """What cannot be had today, why, and until when that is accepted (inclusive)."""

    what: Literal["recording"]
    until: Day = Field(description="the last day on which it is accepted, 2027-03-01")
    reason: Text = Field(description="why it cannot be had today, in a sentence")


class RuleEntry(Entry):
    """A rule of the project's own: what a recording must not carry either. It has one of pattern, names and path."""

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": [kind]} for kind in ("pattern", "names", "path")]}
    )

    id: Name = Field(description="what messages call it, and `off` does")
    pattern: Pattern | None = Field(
        default=None, description="a regular expression of Python; of a group `secret` in it that group is hidden"
    )
    names: Annotated[list[MemberName], Field(min_length=1)] | None = Field(
        default=None, description="the value under these names is hidden: of members, fields, parameters, headers"
    )
    path: SecretPath | None = Field(default=None, description="of URLs, as in /invites/{secret}")


class OffEntry(Entry):
    """A rule that does not hold here, and why."""

    rule: Text = Field(description="its id", json_schema_extra={"enum": list(RULE_IDS)})
    reason: Text = Field(description="why it does not hold here, in a sentence")


class RedactEntry(Entry):
    """What recordings must not carry, beside what they never do."""

    rules: list[RuleEntry] = Field(default=[], description="rules of the project's own")
    off: list[OffEntry] = Field(default=[], description="rules that do not hold here, each with a reason")
    emails: Literal["hide", "keep"] = Field(default="keep", description="e-mail addresses")
    ip_addresses: Literal["hide", "keep"] = Field(default="keep", description="IPv4 and IPv6 addresses")
    words: list[Word] = Field(default=[], description="hidden wherever they stand: names of people, of customers")


class ContractsEntry(BaseModel):
    """The operations relied on, by service; those of AWS by AWS service."""

    # Every key but aws is an HTTP service. pydantic does not check the keys; `registry` does, JSON Schema too.
    model_config = ConfigDict(
        frozen=True,
        extra="allow",
        strict=True,
        json_schema_extra={"minProperties": 1, "propertyNames": {"pattern": NAME}},
    )
    __pydantic_extra__: dict[str, Names]

    aws: dict[str, Names] = Field(
        default={}, min_length=1, json_schema_extra={"propertyNames": {"pattern": NAME}}, description="by AWS service"
    )


class RegistryEntry(Entry):
    """registry.yaml: what a program relies on in APIs it does not own."""

    consumer: Annotated[str, Field(pattern=CONSUMER)] | None = Field(default=None, description="names this program")
    contracts: ContractsEntry
    providers: dict[str, ProviderEntry] = Field(default={}, description="by service, as contracts names it")
    waived: dict[str, WaiverEntry] = Field(default={}, description="by operation, or by operation and scenario")
    redact: RedactEntry = Field(default=RedactEntry(), description="what recordings must not carry, and may")
    policy: dict[str, Any] = Field(default={}, description="kept as written")
