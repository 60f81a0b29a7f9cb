"""Names with their values, as any text writes them: JSON, forms, queries, headers, env files, YAML, XML, log lines."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Generator, Iterable, Iterator
from functools import lru_cache
from typing import Final
from urllib.parse import unquote

from pactproof.redaction.hits import Hit, is_hidden
from pactproof.redaction.names import HARMLESS, STEMS, Meaning, is_no_secret, looks_random, meaning_of

_TAIL: Final = re.compile(rb"[\w.\-\[\]\x80-\xff]{0,40}")
_HEAD: Final = re.compile(r"[\w.\-\[%]{0,60}\Z")
_SPACED: Final = re.compile(r"(?i)(?:api|secret|access|private|client|auth|session|security|signing|refresh|bearer) \Z")
_BRIDGE: Final = re.compile(
    r"(?P<closing>\\*[\"'`])?\]?[ \t]{0,8}(?P<sep>:=|=>|={1,2}|:)\s{0,40}(?P<quote>\\*[\"'`]|&quot;)?"
)
_ELEMENT: Final = re.compile(r"(?:\s[^<>]*)?(?<!/)>\s*(?P<cdata><!\[CDATA\[)?")
_FLAG: Final = re.compile(r"[ \t]+(?P<quote>[\"'])?(?!-)(?=\S)")
_SAID: Final = re.compile(
    r"(?i)[ \t]+(?:(?:is|was|of|provided|given|used|value|code|sent|received|for user)[ \t:]+){0,3}"
    r"(?P<quote>[\"'`(\[<])?"
    r"(?P<value>[\w+/=.~!@#$%^*-]{6,})"
)
_NUMBER: Final = re.compile(r"-?[0-9][0-9.eE+-]*(?![\w.])")
_IN_QUERY: Final = re.compile(r"[^&#\s\"'<>\\]+")
_BARE: Final = re.compile(r"[^&;\s\"'<>)\]}|\\]+")
_IN_PROSE: Final = re.compile(r"[^&;,\s\"'<>)\]}|\\]+")
_LINE_START: Final = re.compile(r"(?:^|[\n\r])[ \t]*(?:(?:export|set|setenv|env|ENV|ARG|-|\*|>|//[^\s]*:|_)[ \t]*)*\Z")
_REST: Final = re.compile(r"[^\n\r]{0,8192}")
_DOUBLE: Final = re.compile(r'[^"\\]*(?:\\.[^"\\]*)*', re.DOTALL)
_SINGLE: Final = re.compile(r"[^'\\\n]*(?:(?:\\.|'')[^'\\\n]*)*")
_SCHEME: Final = re.compile(
    r"(?i)(?:bearer|basic|token(?: token=)?|digest|apikey|api-key|ssws|geniekey|splunk|negotiate|ntlm|oauth|bot|hawk"
    r"|key|aws4-hmac-sha256)[ ]+\"?"
)
_TOKEN: Final = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\]:,]|[^\s"{}\[\]:,]+', re.DOTALL)


def paired_hits(text: str, flat: bytes, names: Iterable[bytes]) -> Iterator[Hit]:
    """What stands under a secret's name. `flat` is the text with a byte for each character, `names` words of it."""
    seen = hidden = -1
    walked = [0]  # how far objects and lists under secret names have been looked through
    for start, end in name_ends(flat, names):
        if end <= seen or start < hidden:
            continue
        seen = end
        head = _HEAD.search(text, max(0, start - 60), start)
        first, end, name, meaning = _name_at(text, head.start() if head else start, end)
        if not meaning:
            continue
        hits = list(_values(text, first, end, name, meaning, walked))
        yield from hits
        if len(hits) == 1 and hits[0].end > walked[0]:
            hidden = hits[0].end  # no names are looked for in what is hidden as a whole


def _name_at(text: str, first: int, end: int) -> tuple[int, int, str, Meaning]:
    """Where the name that stands here starts and ends, the name, and what it says of the value under it."""
    name = text[first:end]
    if "%" in name:
        name = unquote(name)
    name, end = _without_brackets(name, end)
    if meaning := (meaning_of(name) or meaning_of(name.lstrip("_"))):
        return first, end, name, meaning
    before = _SPACED.search(text, max(0, first - 10), first)
    if before and meaning_of(before.group() + name) == "secret":
        return before.start(), end, before.group() + name, "secret"
    return first, end, name, ""


def _without_brackets(name: str, end: int) -> tuple[str, int]:
    """A form's `user[password]` is called password; a list's `password[0]` too."""
    while name.endswith(("]", "[")) or (name and name[-1] in ".-"):
        name, end = name[:-1], end - 1
    if name.endswith("[0"):
        name = name[:-2]
    return name.rpartition("[")[2], end


def name_ends(flat: bytes, names: Iterable[bytes]) -> list[tuple[int, int]]:
    """Where the stems of secret names stand in these words, and where the names that hold them end."""
    found = set()
    for word in names:
        ends = _ends_in(word)
        at = flat.find(word)
        while at >= 0:
            found |= {(at + start, at + end) for start, end in ends}
            at = flat.find(word, at + len(word))
    return sorted(found, key=lambda pair: (pair[1], pair[0]))


@lru_cache(maxsize=8192)
def _ends_in(word: bytes) -> tuple[tuple[int, int], ...]:
    low, found = word.lower(), []
    for stem in STEMS:
        at = low.find(stem)
        while at >= 0:
            tail = _TAIL.match(low, at + len(stem))
            end = tail.end() if tail else at + len(stem)
            found.append((at, end))
            at = low.find(stem, end)
    return tuple(found)


def _values(text: str, first: int, end: int, name: str, meaning: str, walked: list[int]) -> Iterator[Hit]:
    bridge = _BRIDGE.match(text, end)
    rule = "secret-name"
    if bridge and text.startswith("//", bridge.end()) and bridge["sep"] == ":" and bridge["quote"] is None:
        return  # the scheme of a URL
    if bridge and not (
        bridge["closing"] is None and text.startswith(("=", ">"), bridge.end()) and bridge["sep"] == "="
    ):
        yield from _after(text, first, bridge, name, meaning, rule, walked)
        return
    element = _ELEMENT.match(text, end)
    if element and re.search(r"</?(?:[\w.-]+:)?\Z", text[max(0, first - 40) : first]) and text[first - 1] != "/":
        yield from _in_element(text, element, meaning, rule)
        return
    if text[max(0, first - 2) : first].endswith("-") or name.startswith("-"):
        flag = _FLAG.match(text, end)
        if flag and name.startswith("--"):
            value = re.compile(r"[^\s\"']+").match(text, flag.end())
            if value:
                yield from _hit(value.start(), value.end(), value.group(), meaning, rule)
            return
    if re.search(r"\b(?:machine|login|default)\s[^\n]*\Z|\blogin\s+\S+\s+\Z", text[max(0, first - 200) : first]):
        value = re.compile(r"\s+(\S+)").match(text, end)
        if value and "password" in name.lower():
            yield from _hit(value.start(1), value.end(1), value[1], meaning, rule)
        return
    said = _SAID.match(text, end)
    if said and meaning == "secret":
        value_text = said["value"].rstrip(".,:;!?")
        if looks_random(value_text):
            yield from _hit(said.start("value"), said.start("value") + len(value_text), value_text, meaning, rule)


def _after(
    text: str, first: int, bridge: re.Match[str], name: str, meaning: str, rule: str, walked: list[int]
) -> Iterator[Hit]:
    start, quote, is_quoted_name = bridge.end(), bridge["quote"], bridge["closing"] is not None
    if quote:
        end = _closing(text, start, quote)
        if end is None:
            return
        yield from _hit(start, end, text[start:end], meaning, rule, name)
        return
    if text.startswith(("{", "["), start):
        is_meant = meaning == "secret" or name.lower().endswith(("credential", "credentials"))
        if is_meant and start >= walked[0]:  # else it lies in one that is looked through already
            walked[0] = yield from in_container(text, start, rule)
        return
    if is_quoted_name:
        number = _NUMBER.match(text, start)
        if number and (meaning == "secret" or _is_code(name, number.group())) and number.group() != "0":
            yield Hit(number.start(), number.end(), rule, "", literal="0")
        return
    yield from _bare(text, first, start, bridge, name, meaning, rule)


def _is_code(name: str, digits: str) -> bool:
    return name.lower() in ("pin", "otp") and 4 <= len(digits) <= 10


def _bare(
    text: str, first: int, start: int, bridge: re.Match[str], name: str, meaning: str, rule: str
) -> Iterator[Hit]:
    """A value without quotes, in an env file, a query, a header, a log line."""
    rest = _REST.match(text, start)
    line = rest.group() if rest else ""
    is_line = _LINE_START.search(text, max(0, first - 80), first) is not None and "\n" not in bridge.group()
    if bridge["sep"] == ":":
        if "\n" in bridge.group():
            if meaning == "secret" and re.match(r"\s*[|>][-+]?\s*\Z", bridge.group()):
                return
            return
        if is_line and line[:1] in ("|", ">") and len(line.strip()) <= 2:
            yield from _block(text, start, rule)
            return
        value = re.sub(r"\s+#.*|\s+\Z", "", line) if is_line else ""
        if is_line and value:
            if len(value.split()) > 1 and not _SCHEME.match(value) and ";" not in value:
                word = value.split()[0].rstrip(",.;")
                value = word if looks_random(word) or (len(value.split()) == 1) else ""
                if not value:
                    return
            yield from _hit(start, start + len(value), value, meaning, rule, name)
            return
        scheme = _SCHEME.match(text, start)
        bare = _IN_PROSE.match(text, scheme.end() if scheme else start)
        if bare:
            value = bare.group().rstrip(".:,")
            if scheme or any(map(str.isdigit, value)) or re.search(r"[^\w]", value) or re.search(r"[a-z][A-Z]", value):
                yield from _hit(bare.start(), bare.start() + len(value), value, meaning, rule, name)
        return
    in_query = (first > 0 and text[first - 1] in "?&#") or re.match(r"[^\s=&]*&[\w.%\[\]-]+=", line) is not None
    is_spaced = bridge.group().rstrip("\"'`").endswith(" ")
    if is_line and is_spaced and not in_query:
        value = re.sub(r"\s+[#;].*|\s+\Z", "", line)
        yield from _hit(start, start + len(value), value, meaning, rule, name)
        return
    pattern = (
        _IN_QUERY if in_query else (re.compile(r"\S+") if is_line and not re.search(r";\s*[\w ]+=", line) else _BARE)
    )
    bare = pattern.match(text, start)
    if bare:
        value = bare.group() if in_query or is_line else bare.group().rstrip(".,")
        yield from _hit(start, start + len(value), value, meaning, rule, name, in_query=in_query)


def _block(text: str, start: int, rule: str) -> Iterator[Hit]:
    """A YAML block: the lines below that are indented."""
    block = re.compile(r"[|>][-+0-9]*[ \t]*\n((?:[ \t]+[^\n]*\n?|\n)+)").match(text, start)
    if block:
        for line in re.finditer(r"[^\s][^\n]*", block[1]):
            if not is_no_secret(line.group()):
                yield Hit(block.start(1) + line.start(), block.start(1) + line.end(), rule, line.group())


def _closing(text: str, start: int, quote: str) -> int | None:
    if quote == '"':
        found = _DOUBLE.match(text, start)
        end = found.end() if found else len(text)
        return end if text.startswith('"', end) else min(end, len(text))
    if quote == "'":
        found = _SINGLE.match(text, start)
        return found.end() if found else len(text)
    end = text.find(quote, start)
    while end > 0 and len(quote) > 1 and quote[0] == "\\" and text[end - 1] == "\\":
        end = text.find(quote, end + 1)
    if end < 0:
        found = re.compile(r"[^\s\"']+").match(text, start)
        return found.end() if found else None
    return end


def _in_element(text: str, element: re.Match[str], meaning: str, rule: str) -> Iterator[Hit]:
    start = element.end()
    end = text.find("]]>" if element["cdata"] else "<", start)
    if end < 0 or not text[start:end].strip() or not text.startswith(("</", "]]>"), end):
        return
    value = text[start:end].rstrip()
    yield from _hit(start, start + len(value), value, meaning, rule)


def _hit(
    start: int, end: int, value: str, meaning: str, rule: str, name: str = "", *, in_query: bool = False
) -> Iterator[Hit]:
    if name.lower().replace("-", "").replace("_", "").endswith(("cookie", "cookies")) and "=" in value:
        yield from _cookies(start, value, is_set=name.lower().startswith("set"), rule=rule)
        return
    if (scheme := _SCHEME.match(value)) and len(value) > scheme.end() and name:
        start, value = start + scheme.end(), value[scheme.end() :].rstrip('"')
        end = start + len(value)
        meaning = "secret" if looks_random(value) or len(value) >= 12 else meaning
        if scheme.group().lower().startswith(("basic", "digest", "aws4")):
            return  # rules of their own
    if is_no_secret(value) or (meaning == "perhaps" and not _may_be(name, value, in_query)):
        return
    if value.startswith("-----BEGIN") and "PRIVATE" not in value:
        return  # a certificate, a public key, a signature
    if re.match(r"(?:ssh-(?:rsa|ed25519|dss)|ecdsa-\S+) AAAA", value):
        return
    yield Hit(start, end, rule, plain_value(value))


def _may_be(name: str, value: str, in_query: bool) -> bool:
    bare = "".join(filter(str.isalnum, name)).lower()
    if bare.endswith(("signature", "sig")):
        return in_query or (len(value) >= 16 and " " not in value and looks_random(value))
    if bare == "key":
        return (
            in_query
            and len(value) >= 24
            and looks_random(value)
            and re.search("[a-z][A-Z]|[A-Z][a-z]", value) is not None
        )
    if bare in ("pin", "otp"):
        return re.fullmatch("[0-9]{4,10}", value) is not None
    if bare == "code":
        return in_query and len(value) >= 8 and (looks_random(value) or "/" in value)
    if bare in ("answer", "seed", "ticket"):
        return looks_random(value) and len(value) >= 12
    return looks_random(plain_value(value))


_ATTRIBUTE_NAMES: Final = """
    path domain expires max-age samesite priority version comment secure httponly
"""
_ATTRIBUTES: Final = frozenset(_ATTRIBUTE_NAMES.split())


def _cookies(start: int, value: str, *, is_set: bool, rule: str) -> Iterator[Hit]:
    for found in re.finditer(r"(?P<name>[^\s=;,]+)=\"?(?P<value>[^;\"]*)", value):
        if found["name"].lower() in _ATTRIBUTES:
            continue
        plain = found["value"].strip()
        if not is_no_secret(plain) and not re.fullmatch("[a-z]{1,8}|[0-9]{1,3}|[a-z]{2}[-_][A-Z]{2}", plain):
            at = start + found.start("value")
            yield Hit(at, at + len(plain), rule, plain_value(plain))
        if is_set:
            return


def plain_value(value: str) -> str:
    """A value without its encodings, by which it is known again in another one."""
    for _ in range(4):
        before = value
        if "%" in value:
            value = unquote(value)
        if "\\" in value:
            try:
                value = json.loads(f'"{value}"')
            except ValueError:
                value = value.replace('\\"', '"')
        if "&" in value:
            value = html.unescape(value)
        if value == before:
            break
    return value


def in_container(text: str, start: int, rule: str, *, take_all: bool = False) -> Generator[Hit, None, int]:
    """The texts and numbers in the object or list that starts here, but for members that only tell about the secret.

    Returns where it ends.
    """
    depth, key, waiting = 0, "", ""
    for found in _TOKEN.finditer(text, start):
        mark = found.group()
        if mark in "{[":
            depth += 1
            waiting = ""
        elif mark in "}]":
            depth -= 1
            if not depth:
                return found.end()
        elif mark == ":":
            key, waiting = waiting, ""
        elif mark == ",":
            key = ""
        elif mark[0] == '"':
            waiting = mark[1:-1]
            after = re.compile(r"\s*:").match(text, found.end())
            if after or is_no_secret(waiting):
                continue
            if take_all or not _is_harmless(key, waiting):
                yield Hit(found.start() + 1, found.end() - 1, rule, plain_value(waiting))
        elif _NUMBER.fullmatch(mark) and mark != "0" and not _is_harmless(key, mark):
            yield Hit(found.start(), found.end(), rule, "", literal="0")
    return len(text)


def _is_harmless(key: str, value: str) -> bool:
    bare = "".join(filter(str.isalnum, key)).lower()
    if meaning_of(key) == "secret":
        return False
    return bare in HARMLESS or bare.endswith(("id", "name", "at", "url", "count", "type")) or is_hidden(value)
