"""What stands under a secret's name, judged: a secret, a part of it, or no secret at all."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote

from pactproof.redaction.hits import Hit
from pactproof.redaction.names import Meaning, is_no_secret, looks_chosen, looks_random

RULE: Final = "secret-name"
SCHEME: Final = re.compile(
    r"(?i)(?:bearer|basic|token(?: token=)?|digest|apikey|api-key|ssws|geniekey|splunk|negotiate|ntlm|oauth|bot|hawk"
    r"|key|aws4-hmac-sha256)[ ]+\"?"
)
"""What stands before credentials in a header. Source: the schemes that IANA and the vendors name."""
_WITH_PARAMETERS: Final = ("digest", "aws4", "hawk")
_PUBLIC_KEY: Final = re.compile(r"(?:ssh-(?:rsa|ed25519|dss)|ecdsa-\S+|sk-\S+)[ +]AAAA")
_MIXED: Final = re.compile("[a-z][A-Z]|[A-Z][a-z]")
_PIN: Final = re.compile("[0-9]{4,10}")
_ATTRIBUTE_NAMES: Final = """
    path domain expires max-age samesite priority version comment secure httponly
"""
_ATTRIBUTES: Final = frozenset(_ATTRIBUTE_NAMES.split())
_COOKIE: Final = re.compile(r"(?P<name>[^\s=;,]+)=\"?(?P<value>[^;\"]*)")
_PLAIN_COOKIE: Final = re.compile("[a-z]{1,8}|[0-9]{1,3}|[a-z]{2}[-_][A-Z]{2}")


def judged(
    start: int, end: int, value: str, meaning: Meaning, name: str = "", *, in_query: bool = False
) -> Iterator[Hit]:
    """The secret in `value`, which stands at `start` under `name`."""
    if name.lower().replace("-", "").replace("_", "").endswith(("cookie", "cookies")) and "=" in value:
        yield from _cookies(start, value, is_set=name.lower().startswith("set"))
        return
    if (scheme := SCHEME.match(value)) and len(value) > scheme.end() and name:
        if scheme.group().lower().startswith(_WITH_PARAMETERS):
            return  # rules of their own
        start, value = start + scheme.end(), value[scheme.end() :].rstrip('"')
        end = start + len(value)
        meaning = "secret" if looks_random(value) or len(value) >= 12 else meaning
    if "\\" in value and is_no_secret(plain_value(value)):
        return
    if not meaning or is_no_secret(value) or (meaning == "perhaps" and not _may_be(name, value, in_query=in_query)):
        return
    if (value.startswith("-----BEGIN") and "PRIVATE" not in value) or _PUBLIC_KEY.match(value):
        return  # a certificate, a public key, a signature
    yield Hit(start, end, RULE, plain_value(value))


def _may_be(name: str, value: str, *, in_query: bool) -> bool:
    """Whether this is a secret under a name that may mean something else."""
    bare = "".join(filter(str.isalnum, name)).lower()
    if bare.endswith(("signature", "sig")):
        return in_query or (len(value) >= 16 and " " not in value and looks_random(value))
    if bare == "key":
        return in_query and len(value) >= 24 and looks_random(value) and _MIXED.search(value) is not None
    if bare.endswith(("pin", "otp")):
        return _PIN.fullmatch(value) is not None or looks_chosen(value) or _MIXED.search(value[1:]) is not None
    if bare == "code":
        return in_query and len(value) >= 8 and (looks_random(value) or "/" in value)
    if bare in ("answer", "seed", "ticket"):
        return looks_random(value) and len(value) >= 12
    plain = plain_value(value)
    return any(looks_random(word) for word in plain.split("+"))


def _cookies(start: int, value: str, *, is_set: bool) -> Iterator[Hit]:
    """The values of cookies: `theme=dark; sid=a1b2c3d4`; of a Set-Cookie the first one."""
    for found in _COOKIE.finditer(value):
        if found["name"].lower() in _ATTRIBUTES:
            continue
        plain = found["value"].strip()
        if not is_no_secret(plain) and not _PLAIN_COOKIE.fullmatch(plain):
            at = start + found.start("value")
            yield Hit(at, at + len(plain), RULE, plain_value(plain))
        if is_set:
            return


def plain_value(value: str) -> str:
    """A value without its encodings, by which it is known again in another one."""
    for _ in range(4):
        before = value
        if "%" in value:
            value = unquote(value)
        if "\\" in value:
            value = _without_escapes(value)
        if "&" in value:
            value = html.unescape(value)
        if value == before:
            break
    return value


def _without_escapes(value: str) -> str:
    try:
        plain = json.loads(f'"{value}"')
    except ValueError:
        return value.replace('\\"', '"')
    return plain if isinstance(plain, str) else value
