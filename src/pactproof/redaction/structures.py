"""Secrets whose name stands elsewhere: in a member beside, in a CSV's first line, in the kind of an object."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from pactproof.redaction.hits import Hit
from pactproof.redaction.names import is_no_secret, looks_random, meaning_of
from pactproof.redaction.pairs import in_container, plain_value

RULE: Final = "secret-name"
_TEXT: Final = r'"(?P<{}>[^"\\]*(?:\\.[^"\\]*)*)"'
_MEMBERS: Final = r'(?:\s*,\s*"[^"\\]{0,60}"\s*:\s*(?:"[^"\\]{0,200}"|[\w.+-]{1,30})){0,3}\s*,\s*'
_NAMED: Final = r'"(?i:name|key|field|header|variable|parameter|parametername|envname|option|k)"\s*:\s*' + _TEXT.format(
    "name"
)
_VALUED: Final = r'"(?i:value|val|content|default|defaultvalue|plaintext|text|v)"\s*:\s*' + _TEXT.format("value")
_SIBLINGS: Final = (
    re.compile(_NAMED + _MEMBERS + _VALUED),
    re.compile(_VALUED + _MEMBERS + _NAMED),
    re.compile(r'"(?i:type)"\s*:\s*"(?P<name>SecureString)"' + _MEMBERS + _VALUED),
    re.compile(_VALUED + _MEMBERS + r'"(?i:type)"\s*:\s*"(?P<name>SecureString)"'),
    re.compile(
        r"<(?:\w+:)?(?:Name|Key|name|key|ParameterKey)>(?P<name>[^<>]{1,80})</[^<>]+>\s*"
        r"<(?:\w+:)?(?:Value|value|ParameterValue)>(?P<value>[^<>]+)</"
    ),
    re.compile(
        r"-[ \t]+(?:name|key):[ \t]*[\"']?(?P<name>[\w.-]+)[\"']?[ \t]*\n[ \t]+value:[ \t]*[\"']?(?P<value>[^\s\"']+)"
    ),
)
_TAG: Final = re.compile(r"<(?:input|meta|param|property|entry|add|setting|option|env|field)\b[^<>]*>", re.IGNORECASE)
_TAG_NAME: Final = re.compile(r"(?i)\s(?:name|id|key|property)\s*=\s*[\"']?(?P<name>[\w.:\[\]-]+)")
_TAG_VALUE: Final = re.compile(r"(?i)\s(?:value|content)\s*=\s*(?P<quote>[\"'])(?P<value>.*?)(?P=quote)", re.DOTALL)
_KUBERNETES: Final = re.compile(r'"kind"\s*:\s*"Secret"')
_DATA: Final = re.compile(r'"(?:data|stringData)"\s*:\s*(?=\{)')
_KUBERNETES_YAML: Final = re.compile(r"(?m)^kind:\s*Secret\s*$")
_DATA_YAML: Final = re.compile(r"(?m)^(?:data|stringData):[ \t]*\n(?P<lines>(?:[ \t]+[^\n]*\n?)+)")
_LINE_PAIR: Final = re.compile(r"(?m)^[ \t]+[\w.-]+:[ \t]*(?P<value>\S+)[ \t]*$")
_CSV_HEAD: Final = re.compile(
    r"[ \t]*[\"']?[A-Za-z][\w .-]*[\"']?(?:[,;\t|][ \t]*[\"']?[A-Za-z][\w .-]*[\"']?)+[ \t]*\r?\n"
)
_PATH: Final = re.compile(r"(?<![\w])/(?P<name>[A-Za-z_-]{3,40})/(?P<value>[A-Za-z0-9_=~.+-]{12,})(?=[/?#\s\"'<>]|\Z)")
_OAUTH: Final = re.compile(
    r"(?:[?&]|\A)code=(?P<value>[^&#\s\"'<>\\]{6,})(?=[^\s\"'<>]*&(?:state|grant_type|redirect_uri)=)"
    r"|(?:state|grant_type|redirect_uri)=[^\s\"'<>]*&code=(?P<later>[^&#\s\"'<>\\]{6,})"
)


def structure_hits(text: str, low: bytes) -> Iterator[Hit]:
    """All of them. `low` is the text in lower case, a byte for each character."""
    if b"value" in low or b"content" in low or b'"v"' in low or b"default" in low:
        yield from _sibling_hits(text)
    if b"<" in low and (b"value=" in low or b"content=" in low):
        yield from _tag_hits(text)
    if b"secret" in low and b"kind" in low:
        yield from _kubernetes_hits(text)
    if b"\n" in low:
        yield from _csv_hits(text, low)
    if b"code=" in low:
        for found in _OAUTH.finditer(text):
            group = "value" if found["value"] else "later"
            if not is_no_secret(found[group]):
                yield Hit(*found.span(group), RULE, plain_value(found[group]))


def path_hits(text: str) -> Iterator[Hit]:
    """What a path holds behind a segment that names it: /reset-password/a1b2c3d4e5f6."""
    for found in _PATH.finditer(text):
        name = found["name"].rstrip("s") if found["name"].endswith("tokens") else found["name"]
        is_named = meaning_of(name) == "secret" or re.fullmatch(
            r"(?i)(?:password-?)?reset(?:-password)?|invite|activate|magic-?link", name
        )
        if is_named and looks_random(found["value"]):
            yield Hit(*found.span("value"), RULE, found["value"])


def _sibling_hits(text: str) -> Iterator[Hit]:
    for pattern in _SIBLINGS:
        for found in pattern.finditer(text):
            name, value = found["name"], found["value"]
            meaning = "secret" if name == "SecureString" else meaning_of(name)
            if is_no_secret(value) or not meaning or (meaning == "perhaps" and not looks_random(value)):
                continue
            if re.match(r"(?i)(?:bearer|basic|token) ", value):
                start = found.start("value") + value.index(" ") + 1
                yield Hit(start, found.end("value"), RULE, plain_value(value.partition(" ")[2]))
            else:
                yield Hit(*found.span("value"), RULE, plain_value(value))


def _tag_hits(text: str) -> Iterator[Hit]:
    for tag in _TAG.finditer(text):
        name, value = _TAG_NAME.search(tag.group()), _TAG_VALUE.search(tag.group())
        is_password = re.search(r"(?i)\stype\s*=\s*[\"']?password\b", tag.group()) is not None
        if value is None or is_no_secret(value["value"]):
            continue
        if is_password or (name and meaning_of(name["name"]) == "secret"):
            start = tag.start() + value.start("value")
            yield Hit(start, tag.start() + value.end("value"), RULE, plain_value(value["value"]))


def _kubernetes_hits(text: str) -> Iterator[Hit]:
    if _KUBERNETES.search(text):
        for found in _DATA.finditer(text):
            yield from in_container(text, found.end(), "kubernetes-secret", take_all=True)
    if _KUBERNETES_YAML.search(text):
        for block in _DATA_YAML.finditer(text):
            for pair in _LINE_PAIR.finditer(block["lines"]):
                if not is_no_secret(pair["value"]):
                    start = block.start("lines") + pair.start("value")
                    yield Hit(start, start + len(pair["value"]), "kubernetes-secret", pair["value"])


def _csv_hits(text: str, low: bytes) -> Iterator[Hit]:
    """The cells of columns whose head means a secret. A table starts the text, or stands behind an empty line."""
    starts = [0, *(found.end() for found in re.finditer(r"\n\s*\n", text))] if low.count(b"\n\n") < 1000 else [0]
    for start in starts:
        head = _CSV_HEAD.match(text, start)
        if not head:
            continue
        mark = next(char for char in head.group() if char in ",;\t|")
        names = [name.strip(" \t\r\n\"'") for name in head.group().split(mark)]
        columns = [index for index, name in enumerate(names) if meaning_of(name) == "secret"]
        if not columns:
            continue
        at = head.end()
        for line in text[at:].splitlines(keepends=True):
            cells = list(_cells(line.rstrip("\r\n"), mark))
            if len(cells) != len(names):
                break
            for index in columns:
                low_at, high = cells[index]
                value = line[low_at:high]
                if not is_no_secret(value):
                    yield Hit(at + low_at, at + high, RULE, plain_value(value))
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
