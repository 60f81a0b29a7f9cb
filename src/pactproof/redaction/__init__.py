"""What a recording must not carry: rules that scrub an interaction, and a second check of the finished text.

`Redactor` rewrites one interaction after the other and numbers what it hides, so that one secret reads the same all
through a cassette. `scan` reads the finished text by other means and names rule and place, never the value.
"""

from pactproof.redaction.checksums import CHECKSUM_HEADERS, has_checksum
from pactproof.redaction.decoders import unpacked
from pactproof.redaction.finder import MIN_SECRET_CHARS
from pactproof.redaction.headers import (
    DROPPED_RESPONSE_HEADERS,
    KEPT_REQUEST_HEADERS,
    HeaderRule,
    dropped_by,
    is_unstorable_request_header,
    is_unstorable_response_header,
)
from pactproof.redaction.names import is_secret_name
from pactproof.redaction.options import NO_CHOICES, Rules, rule_ids, rules_above
from pactproof.redaction.redactor import Redactor, usable_secrets
from pactproof.redaction.scan import Finding, scan, scan_body
from pactproof.redaction.token_rules import TOKEN_RULES, TokenRule

__all__ = [
    "CHECKSUM_HEADERS",
    "DROPPED_RESPONSE_HEADERS",
    "KEPT_REQUEST_HEADERS",
    "MIN_SECRET_CHARS",
    "NO_CHOICES",
    "TOKEN_RULES",
    "Finding",
    "HeaderRule",
    "Redactor",
    "Rules",
    "TokenRule",
    "dropped_by",
    "has_checksum",
    "is_secret_name",
    "is_unstorable_request_header",
    "is_unstorable_response_header",
    "rule_ids",
    "rules_above",
    "scan",
    "scan_body",
    "unpacked",
    "usable_secrets",
]
