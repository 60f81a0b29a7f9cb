"""Names of secrets and their values for the scan, by rules of its own: by words, without regard to what writes them.

The redactor knows some hundred names and the ways to write a pair. Here a name is taken apart into words and the last
ones count, and whatever stands next to it counts as its value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from pactproof.redaction.scan_shapes import is_unguessable

_WORDS: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_STRONG: Final = """
    password passwd passphrase passcode pwd passwort kennwort secret apikey accesskey secretkey privatekey signingkey
    encryptionkey masterkey accountkey authkey sessionkey sharedkey presharedkey licensekey deploykey applicationkey
    subscriptionkey sharedaccesskey hmackey secretaccesskey secretkeybase secretstring secretbinary xsrf csrf
    codeverifier devicecode recoverycode backupcode securityanswer connectionstring setcookie jsessionid phpsessid
    authenticitytoken csrfmiddlewaretoken samlassertion cookie authorization clientkeydata
    credentials connectsid passwordconfirmation passwordhash passworddigest apikeyvalue base32stringseed jfrogartapi
"""
_WEAK: Final = """
    sessionid routingkey integrationkey servicekey samlresponse plaintext crumb auth assertion geniekey enckey aeskey
    fastlykey functionskey insertkey
"""
_ENDINGS: Final = tuple(_STRONG.split())
_WEAK_ENDINGS: Final = tuple(_WEAK.split())
_LAST_WORDS: Final = frozenset({"pass", "pw", "psk"})
_OF_OTHERS: Final = """
    next prev previous page paging pagination continuation continue cursor sync sequence client request idempotency
    lock change delta resume skip sort scroll search marker progress poll max min total prompt completion input output
    forward backward shard stop start starting list watermark checkpoint version creator caller reference iterator count
    of more result results position by
"""
_OTHER_TOKENS: Final = frozenset(_OF_OTHERS.split())
_VALUE: Final = r"(?:(?i:bearer|basic|token|bot|splunk|geniekey|ssws)\s+)?(?P<value>[^\s\"'`<>&,;\\{}\[\]()|]{6,})"
_QUOTES: Final = r"\\*[\"'`]{0,2}"
_BEHIND: Final = re.compile(
    rf"(?:%5B|%5D|[\[\]])*{_QUOTES}\]?(?:"
    rf"\s{{0,3}}(?:=>|:=|[=:])[ \t]{{0,8}}\[?\s*{_QUOTES}"  # name: value
    rf"|(?:\s[^<>]{{0,100}})?>\s*(?:<!\[CDATA\[)?"  # <name>value, <e name="name">value
    rf"|</[^<>]{{1,40}}>(?:\s*<[^<>]{{1,60}}>){{1,2}}"  # <Key>name</Key><Value>value
    rf"|\s[^<>]{{0,80}}?(?:value|content)={_QUOTES}"  # name="name" value="value"
    rf"|\s*,\s*{_QUOTES}(?:\w{{0,20}}{_QUOTES}\s*:\s*(?:{_QUOTES}[\w.+-]{{0,30}}{_QUOTES}|\{{[^{{}}]{{0,60}}\}})\s*,\s*{_QUOTES}){{0,3}}"
    rf"\w{{0,20}}(?:[Vv]alue|content|text|default|v){_QUOTES}\s*:\s*{_QUOTES}"  # "name": "name", "value": "value"
    rf"|\s*,\s*[\"']"  # ["name", "value"]
    rf"|\s+(?:is|was)[: ]\s*{_QUOTES}"  # the name is value
    rf"|[ \t]+(?=[^\s]*[0-9])"  # --name value
    rf"){_VALUE}"
)
_NO_VALUE: Final = re.compile(
    r"[A-Za-z_]+[(\[].*|[A-Za-z_]+(?:\.[A-Za-z_]+)*|(?:[A-Za-z.,!?']+\+|[0-9]{1,3}\+)+[A-Za-z.,!?']*|[^\w]+|[a-z]+(?:[-_.:/][a-z]+)+|[0-9]{1,5}|[0-9TZ:.+-]{10,35}|\$[A-Za-z_{].*|[A-Z]+[0-9]*(?:-[A-Z]+[0-9]*)+|\{.*|%.*[sd]"
    r"|arn:.*|[a-z+]+://[^:@\s]*|(?:[./~]|[A-Z]:)[\w./-]*|[A-Z_]+|v?[0-9]+(?:\.[0-9]+)+.*"
)
_UUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def is_telling(name: str) -> bool:
    """Whether a name says that a secret stands under it, or may say so."""
    return _strength(name) > 0


def _strength(name: str) -> int:
    """2: whatever stands there. 1: only what no one could guess. 0: nothing."""
    words = [word.lower() for word in _WORDS.findall(name)]
    if not words:
        return 0
    joined = "".join(words)
    if words[-1] in ("token", "tokens"):
        return 0 if len(words) > 1 and words[-2] in _OTHER_TOKENS else 2
    if joined.endswith(_ENDINGS) or words[-1] in _LAST_WORDS:
        return 2
    return 1 if joined.endswith(_WEAK_ENDINGS) else 0


def values_of(text: str, name: str, at: int) -> Iterator[int]:
    """Where a secret stands next to the name at `at`."""
    found = _BEHIND.match(text, at + len(name)) if not _is_part_of_arn(text, at, name) else None
    if found and _is_secret(found["value"], _strength(name)):
        yield found.start("value")


def _is_part_of_arn(text: str, at: int, name: str) -> bool:
    return text[at - 1 : at] == ":" and text.startswith(":", at + len(name))


def _is_secret(value: str, strength: int) -> bool:
    if "REDACTED" in value or _NO_VALUE.fullmatch(value):
        return False
    if strength == 1:
        return len(value) >= 16 and is_unguessable(value) and not _UUID.fullmatch(value)
    return any(map(str.isdigit, value)) and any(map(str.isalpha, value))
