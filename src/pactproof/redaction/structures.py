"""Secrets whose name stands elsewhere: in a member beside, in a CSV's first line, in the kind of an object."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from pactproof.redaction.containers import in_container, members_around
from pactproof.redaction.hits import Hit
from pactproof.redaction.judging import RULE, judged, plain_value
from pactproof.redaction.names import is_no_secret, looks_random, meaning_of

_SECURE_STRING: Final = re.compile(r'"Type"\s*:\s*"SecureString"')
_IN_XML: Final = (
    re.compile(
        r"<(?:\w+:)?(?i:\w{0,20}(?:name|key))>(?P<name>[^<>]{1,80})</[^<>]+>\s*"
        r"<(?:\w+:)?(?i:\w{0,20}value|string|data)>(?:\s*<(?:string|base64)>)?(?P<value>[^<>]+)</"
    ),
    re.compile(
        r"<(?P<tag>[\w:.-]+)\s[^<>]{0,200}?\b(?i:name|key)=[\"'](?P<name>[^\"'<>]{1,80})[\"'][^<>]{0,200}(?<!/)>"
        r"\s*(?P<value>[^<>\s][^<>]*)</(?P=tag)>"
    ),
)
_IN_YAML: Final = (
    re.compile(
        r"-[ \t]+(?:name|key):[ \t]*[\"']?(?P<name>[\w.-]+)[\"']?[ \t]*\n[ \t]+value:[ \t]*[\"']?(?P<value>[^\s\"']+)"
    ),
)
_TAG: Final = re.compile(r"<(?:input|meta|param|property|entry|add|setting|option|env|field)\b[^<>]*>", re.IGNORECASE)
_TAG_NAME: Final = re.compile(r"(?i)\s(?:name|id|key|property)\s*=\s*[\"']?(?P<name>[\w.:\[\]-]+)")
_TAG_VALUE: Final = re.compile(r"(?i)\s(?:value|content)\s*=\s*(?P<quote>[\"'])(?P<value>.*?)(?P=quote)", re.DOTALL)
_KUBERNETES: Final = re.compile(r'"kind"\s*:\s*"Secret(?P<list>List)?"')
_DATA: Final = re.compile(r'"(?:data|stringData)"\s*:\s*(?=\{)')
_DATA_NAMES: Final = frozenset({"data", "stringData"})
_KUBERNETES_YAML: Final = re.compile(r"(?m)(?:^|[=>\"'`#])[ \t]*(?:-[ \t]+)?kind:\s*Secret\s*$")
_DATA_YAML: Final = re.compile(
    r"(?m)^(?P<indent>[ \t]*)(?:data|stringData):[ \t]*\n(?P<lines>(?:(?P=indent)[ \t]+[^\n]*\n?)+)"
)
_LINE_PAIR: Final = re.compile(r"(?m)^[ \t]+[\w.-]+:[ \t]*(?P<value>\S+)[ \t]*$")
_KEY_TYPE: Final = re.compile(r'"kty"\s*:\s*"')
_PRIVATE_MEMBERS: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "k"})
"""The members of a JSON web key that are private. Source: RFC 7518, 6.2.2, 6.3.2, 6.4.1."""
_IS_PASSWORD: Final = re.compile(r"(?i)\stype\s*=\s*[\"']?password\b")
_CSV_HEAD: Final = re.compile(
    r"(?:[\w.-]{1,40}=)?\|?[ \t]*[\"']?[A-Za-z_][\w .-]*[\"']?"
    r"(?:[,;\t|][ \t]*[\"']?[A-Za-z_][\w .-]*[\"']?)+[ \t]*\|?[ \t]*\r?\n"
    r"(?:[ \t]*\|?[ \t]*:?-{3,}[|: \t-]*\r?\n)?"  # of Markdown
)
_PATH: Final = re.compile(r"(?<![\w])/(?P<name>[A-Za-z_-]{3,40})/(?P<value>[A-Za-z0-9_=~.+-]{12,})(?=[/?#\s\"'<>]|\Z)")
_OAUTH: Final = re.compile(
    r"(?:[?&]|\A)code=(?P<value>[^&#\s\"'<>\\]{6,})(?=[^\s\"'<>]*&(?:state|grant_type|redirect_uri)=)"
    r"|(?:state|grant_type|redirect_uri)=[^\s\"'<>]*&code=(?P<later>[^&#\s\"'<>\\]{6,})"
)


_VERSION_OF_SECRET: Final = re.compile(
    r'"id"\s*:\s*"https://[\w.-]+/secrets/[^"\\]+"|"name"\s*:\s*"projects/[^"\\]+/secrets/[^"\\]+/versions/[^"\\]+"'
)
_SECRET_ID: Final = re.compile(
    r'"(?:SecretID|secret_id)"\s*:\s*"(?P<value>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"'
)
"""Beside the id of its role, or its accessor's: of Consul and Vault."""


def structure_hits(text: str, low: bytes) -> Iterator[Hit]:
    """All of them. `low` is the text in lower case, a byte for each character."""
    yield from _element_hits(text, low)
    if b'"securestring"' in low:
        yield from _secure_string_hits(text)
    if b"<" in low and (b"value=" in low or b"content=" in low or b"name=" in low):
        yield from _tag_hits(text)
    if b"secret" in low and b"kind" in low:
        yield from _kubernetes_hits(text)
    if b"\n" in low:
        yield from _csv_hits(text, low)
    if b"code=" in low:
        yield from _code_hits(text)
    if b"/secrets/" in low:
        yield from _vault_hits(text)
    if b"accessor" in low or b"role_id" in low:
        yield from (Hit(*found.span("value"), RULE, found["value"]) for found in _SECRET_ID.finditer(text))
    if b'"kty"' in low:
        yield from _web_key_hits(text)


def _code_hits(text: str) -> Iterator[Hit]:
    """OAuth's `code`, known by what stands beside it: `?code=a1b2&state=c3`."""
    for found in _OAUTH.finditer(text):
        group = "value" if found["value"] else "later"
        if not is_no_secret(found[group]):
            yield Hit(*found.span(group), RULE, plain_value(found[group]))


def _web_key_hits(text: str) -> Iterator[Hit]:
    """The private members of JSON web keys."""
    for found in _KEY_TYPE.finditer(text):
        for member in members_around(text, found.start()):
            value = text[member.start : member.end]
            if member.name in _PRIVATE_MEMBERS and member.is_text and not is_no_secret(value):
                yield Hit(member.start, member.end, RULE, plain_value(value))


def _vault_hits(text: str) -> Iterator[Hit]:
    """What vaults of Azure and Google answer: `{"value": "hunter2", "id": "https://till.vault.azure.net/secrets/db"}`."""
    for found in _VERSION_OF_SECRET.finditer(text):
        for member in members_around(text, found.start()):
            if member.name == "value" and member.is_text:
                yield from judged(member.start, member.end, text[member.start : member.end], "secret")
            elif member.name == "payload" and text.startswith("{", member.start):
                yield from in_container(text, member.start)


def path_hits(text: str) -> Iterator[Hit]:
    """What a path holds behind a segment that names it: /reset-password/a1b2c3d4e5f6."""
    for found in _PATH.finditer(text):
        name = found["name"].rstrip("s") if found["name"].endswith("tokens") else found["name"]
        is_named = meaning_of(name) == "secret" or re.fullmatch(
            r"(?i)(?:password-?)?reset(?:-password)?|invite|activate|magic-?link", name
        )
        if is_named and looks_random(found["value"]):
            yield Hit(*found.span("value"), RULE, found["value"])


def _element_hits(text: str, low: bytes) -> Iterator[Hit]:
    """`<name>DB_PASSWORD</name><value>hunter2</value>`, `<string name="api_key">a1b2</string>`, and YAML's lists."""
    in_xml = b"<" in low and any(mark in low for mark in (b"value>", b"string>", b"data>", b"name=", b"key="))
    in_yaml = b"value:" in low and (b"name:" in low or b"key:" in low)
    for pattern in (*(_IN_XML if in_xml else ()), *(_IN_YAML if in_yaml else ())):
        for found in pattern.finditer(text):
            if meaning := meaning_of(found["name"]):
                start, value = found.start("value"), found["value"].rstrip()
                yield from judged(start, start + len(value), value, meaning, found["name"])


def _secure_string_hits(text: str) -> Iterator[Hit]:
    """A parameter of the Systems Manager: `{"Name": "/till/db", "Type": "SecureString", "Value": "hunter2"}`."""
    for found in _SECURE_STRING.finditer(text):
        for member in members_around(text, found.start()):
            if member.name == "Value" and member.is_text:
                yield from judged(member.start, member.end, text[member.start : member.end], "secret")


def _tag_hits(text: str) -> Iterator[Hit]:
    """`<input type="hidden" name="csrf_token" value="a1b2">`, `<meta name="csrf-token" content="a1b2">`."""
    for tag in _TAG.finditer(text):
        value = _TAG_VALUE.search(tag.group())
        if value is None or is_no_secret(value["value"]):
            continue
        names = [name["name"] for name in _TAG_NAME.finditer(tag.group())]
        is_password = _IS_PASSWORD.search(tag.group()) is not None
        meaning, name = max(((meaning_of(name), name) for name in names), default=("", ""))
        if is_password or meaning:
            start, end = tag.start() + value.start("value"), tag.start() + value.end("value")
            yield from judged(start, end, value["value"], "secret" if is_password else meaning, name)


def _kubernetes_hits(text: str) -> Iterator[Hit]:
    for found in _KUBERNETES.finditer(text):
        if found["list"]:
            for data in _DATA.finditer(text):
                yield from in_container(text, data.end(), "kubernetes-secret", take_all=True)
        for member in members_around(text, found.start()):
            if member.name in _DATA_NAMES and text.startswith("{", member.start):
                yield from in_container(text, member.start, "kubernetes-secret", take_all=True)
    if _KUBERNETES_YAML.search(text):
        for block in _DATA_YAML.finditer(text):
            for pair in _LINE_PAIR.finditer(block["lines"]):
                if not is_no_secret(pair["value"]):
                    start = block.start("lines") + pair.start("value")
                    yield Hit(start, start + len(pair["value"]), "kubernetes-secret", pair["value"])


def table_head(text: str) -> str:
    """The first line of a text that is a table; "" where it is none."""
    head = _CSV_HEAD.match(text)
    return head.group() if head else ""


def _csv_hits(text: str, low: bytes) -> Iterator[Hit]:
    """The cells of columns whose head means a secret. A table starts the text, or stands behind an empty line."""
    starts = [0, *(found.end() for found in re.finditer(r"\n\s*\n", text))] if low.count(b"\n\n") < 1000 else [0]
    for start in starts:
        head = _CSV_HEAD.match(text, start)
        if not head:
            continue
        mark = next(char for char in head.group().splitlines()[0] if char in ",;\t|")
        names = [name.strip(" \t\r\n\"'") for name in head.group().splitlines()[0].split(mark)]
        columns = [index for index, name in enumerate(names) if meaning_of(name)]
        if not columns:
            continue
        at = head.end()
        for line in text[at:].splitlines(keepends=True):
            cells = list(_cells(line.rstrip("\r\n"), mark))
            if len(cells) != len(names):
                break
            for index in columns:
                low_at, high = cells[index]
                yield from judged(at + low_at, at + high, line[low_at:high], meaning_of(names[index]), names[index])
            at += len(line)


def _cells(line: str, mark: str) -> Iterator[tuple[int, int]]:
    """Where each cell's value stands, without its quotes."""
    cell = re.compile(
        rf'[ \t]*(?:"(?P<quoted>(?:[^"]|"")*)"|(?P<bare>[^{re.escape(mark)}]*?))[ \t]*(?={re.escape(mark)}|\Z)'
    )
    at = 0
    while at <= len(line):
        found = cell.match(line, at)
        if not found:
            return
        yield found.span("quoted" if found["quoted"] is not None else "bare")
        at = found.end() + 1
