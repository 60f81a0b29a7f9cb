"""Names with their values, as any text writes them: JSON, forms, queries, headers, env files, YAML, XML, log lines.

What stands behind a name is tried against one way of writing after the other; each is a function here, with an example.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final
from urllib.parse import unquote

from pactproof.redaction.containers import NUMBER, in_container, members_around
from pactproof.redaction.hits import Hit
from pactproof.redaction.judging import RULE, SCHEME, judged, plain_value
from pactproof.redaction.names import STEMS, Meaning, is_no_secret, looks_chosen, looks_random, meaning_of, refers

__all__ = ["name_ends", "paired_hits", "plain_value"]

_OUTSIDE_ASCII: Final = re.compile(r"^[^\x00-\x7f]+")
_TAIL: Final = re.compile(rb"[\w.\-\[\]\x80-\xff]{0,40}")
_HEAD: Final = re.compile(r"[\w.\-\[%]{0,60}\Z")
_SPACED: Final = re.compile(r"(?i)(?:api|secret|access|private|client|auth|session|security|signing|refresh|bearer) \Z")
_QUOTE: Final = r"\\*[\"'`]|&quot;"
_BRIDGE: Final = re.compile(
    rf"(?:(?P<twice>\"\")(?=[ \t]*:[ \t]*\"\")|(?P<closing>\\*[\"'`]))?(?:\]|%5[dD])?"
    rf"[ \t]{{0,8}}(?P<sep>:=|=>|={{1,2}}|(?<=\w)::(?= \S)|:(?!:))"
    rf"\s{{0,40}}(?P<quote>(?(twice)\"\"|(?:{_QUOTE})))?"
)
_ELEMENT: Final = re.compile(r"(?:\s[^<>]*)?(?<!/)>\s*(?P<cdata><!\[CDATA\[)?")
_TAG_OPENS: Final = re.compile(r"<(?:[\w.-]+:)?\Z")
_FLAG: Final = re.compile(r"[ \t]+(?!-)(?:(?P<quote>[\"'])(?P<quoted>[^\"'\n]+)(?P=quote)|(?P<value>[^\s\"']+))")
_NEXT: Final = re.compile(
    r"(?P<closing>[\"'])\s*,\s*(?P<quote>[\"'])(?P<value>(?:(?!(?P=quote))[^\\\n]|\\.)*)(?P=quote)(?P<after>\s*[\])]?)"
)
_IS_CALLED: Final = re.compile(
    r'"(?i:[\w-]{0,20}(?:name|key|label|field|header|variable|option|property|parameter|setting|id)|k|n)"\s*:\s*"'
    r'[^"\\]{0,60}\Z'
)
_IS_PATCHED: Final = re.compile(r'"path"\s*:\s*"[^"\\]{0,100}/\Z')  # RFC 6902
_VALUE_NAME: Final = re.compile(r"(?i)[\w-]{0,20}(?:value|val|content|default|plaintext|text|data)|v|s")
_NETRC: Final = re.compile(r"\b(?:login|account|machine)\s+\S+\s+\Z|\bdefault\s+\Z")
_WORD: Final = re.compile(r"\s+(?P<value>[^\s\"'<>\\,]+)")
_SAID: Final = re.compile(
    r"(?i)[ \t]+(?:(?:is|was|of|to|provided|given|used|value|code|sent|received|for user)[ \t:]+){0,3}"
    r"(?P<quote>[\"'`(\[<])?"
    r"(?P<value>[\w+/=.~!@#$%^*-]{6,})"
)
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_IN_QUERY: Final = re.compile(r"[^&#\s\"'<>\\]+")
_BARE: Final = re.compile(r"(?:\{[A-Z0-9-]+\})?[^&;\s\"'<>)\]}|\\]+")
_IN_PROSE: Final = re.compile(r"(?:\{[A-Z0-9-]+\})?[^&;,\s\"'<>)\]}|\\]+")
_WHOLE: Final = re.compile(r"\S+")
_LINE_START: Final = re.compile(r"(?:^|[\n\r])[ \t]*(?:(?:export|set|setenv|env|ENV|ARG|-|\*|>|//[^\s]*:|_)[ \t]*)*\Z")
_REST: Final = re.compile(r"[^\n\r]{0,8192}")
_COMMENT: Final = re.compile(r"\s+[#;].*|\s+\Z")
_YAML_COMMENT: Final = re.compile(r"\s+#.*|\s+\Z")
_MORE_PAIRS: Final = re.compile(r"[^\s=&]*&[\w.%\[\]-]+=")
_MORE_SETTINGS: Final = re.compile(r";\s*[\w ]+=")
_BLOCK: Final = re.compile(r"[|>][-+0-9]*[ \t]*\n((?:[ \t]+[^\n]*\n?|\n)+)")
_BLOCK_LINE: Final = re.compile(r"[^\s][^\n]*")
_OBJECT: Final = re.compile(r"\{(?![A-Z0-9-]{2,20}\}\S)|\[")
_TEXTS: Final = re.compile(r"\[\s*\"(?=[^\"]*[0-9])[^\"\s]{12,}\"")
_DOUBLE: Final = re.compile(r'[^"\\]*(?:\\.[^"\\]*)*', re.DOTALL)
_SINGLE: Final = re.compile(r"[^'\\\n]*(?:(?:\\.|'')[^'\\\n]*)*")
_UNCLOSED: Final = re.compile(r"[^\s\"']+")
_PLAIN_WORD: Final = re.compile(r"[\W_]*[A-Za-z]*(?:[ _.:-][A-Za-z]+)*[\W_]*")
_CAMEL: Final = re.compile("[a-z][A-Z]")
_SYMBOL: Final = re.compile(r"[^\w]")
_TYPE: Final = re.compile(r"\[?[A-Z]\w*!?\]?!?\s*(?:[,)=@]|\Z)")


@dataclass(frozen=True, slots=True)
class Name:
    """A secret's name where it stands, `text[start:end]`, and what it says of the value."""

    text: str
    start: int
    end: int
    name: str
    meaning: Meaning
    walked: list[int] = field(default_factory=lambda: [0])  # how far objects under such names are looked through

    def before(self, count: int) -> str:
        return self.text[max(0, self.start - count) : self.start]

    def hit(self, start: int, value: str, *, in_query: bool = False) -> Iterator[Hit]:
        return judged(start, start + len(value), value, self.meaning, self.name, in_query=in_query)


def paired_hits(text: str, flat: bytes, names: Iterable[bytes]) -> Iterator[Hit]:
    """What stands under a secret's name. `flat` is the text with a byte for each character, `names` words of it."""
    seen = hidden = -1
    walked = [0]
    for start, end in name_ends(flat, names):
        if end <= seen or start < hidden:
            continue
        seen = end
        at = _name_at(text, _head_start(text, start), end, walked)
        if at is None:
            continue
        hits = list(_behind(at))
        yield from hits
        if len(hits) == 1 and hits[0].end > walked[0]:
            hidden = hits[0].end  # no names are looked for in what is hidden as a whole


def _head_start(text: str, start: int) -> int:
    """Where the name begins that goes on here."""
    before = text[start - 1 : start]
    if not (before.isalnum() or before in "_.-[%"):  # nearly always a quote: no need to look further back
        return start
    head = _HEAD.search(text, max(0, start - 60), start)
    return head.start() if head else start


def _name_at(text: str, first: int, end: int, walked: list[int]) -> Name | None:
    """The secret's name that ends here; None where that is no such name."""
    name = text[first:end]
    while name and name[-1] in ".-":
        name, end = name[:-1], end - 1
    bare = _without_brackets(unquote(name) if "%" in name else name)
    meaning = meaning_of(bare) or meaning_of(_OUTSIDE_ASCII.sub("", bare).lstrip("_"))
    before = _SPACED.search(text, max(0, first - 10), first) if meaning != "secret" else None
    if before and meaning_of(before.group() + bare) == "secret":
        return Name(text, before.start(), end, before.group() + bare, "secret", walked)
    return Name(text, first, end, bare, meaning, walked) if meaning else None


def _without_brackets(name: str) -> str:
    """A form's `user[password]` is called password; a list's `password[0]` and `password[]` too."""
    name = name.removesuffix("[]").removesuffix("[0]").rstrip("]")
    return name.rpartition("[")[2]


def name_ends(flat: bytes, names: Iterable[bytes]) -> list[tuple[int, int]]:
    """Where the stems of secret names stand in these words, and where the names that hold them end."""
    found = set()
    for word in names:
        ends = _ends_in(word)
        at = flat.find(word)
        while at >= 0:
            found |= {(at + start, _with_brackets(flat, at + end)) for start, end in ends}
            at = flat.find(word, at + len(word))
    return sorted(found, key=lambda pair: (pair[1], pair[0]))


def _with_brackets(flat: bytes, end: int) -> int:
    """Words of a text end before a bracket, names of a form's fields do not."""
    for brackets in (b"[]=", b"[0]=", b"][]=", b"][0]="):
        if flat.startswith(brackets, end):
            return end + len(brackets) - 1
    return end


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


def _behind(at: Name) -> Iterator[Hit]:
    """What stands behind a name, by the first way of writing that fits."""
    for reading in (_assigned, _beside, _next_text, _in_element, _flag, _in_netrc, _said):
        if (hits := reading(at)) is not None:
            yield from hits
            return


def _assigned(at: Name) -> Iterable[Hit] | None:
    """`"name": "value"`, `name=value`, `name: value`, `:name => 'value'`."""
    bridge = _BRIDGE.match(at.text, at.end)
    if bridge is None:
        return None
    is_bare_equals = bridge["closing"] is None and bridge["sep"] in ("=", "==")
    if is_bare_equals and at.text.startswith(("=", ">"), bridge.end()):
        return None
    if bridge["sep"] == ":" and bridge["quote"] is None and at.text.startswith("//", bridge.end()):
        return ()  # the scheme of a URL
    if bridge["sep"] == ":" and bridge["closing"] is None and at.before(1) == ":":
        return ()  # a part of an ARN: arn:aws:secretsmanager:eu-west-1:111122223333:secret:till
    if "\\" in (bridge["closing"] or "") + (bridge["quote"] or ""):
        return ()  # a text in a text, which is read by itself once its escapes are off
    if bridge["closing"] is None and refers(at.text, bridge.end()):
        return ()
    if bridge["quote"]:
        return _quoted(at, bridge.end(), bridge["quote"])
    if _OBJECT.match(at.text, bridge.end()):
        return _object(at, bridge.end())
    if bridge["closing"] or bridge["twice"]:
        return _number(at, bridge.end())
    return _bare(at, bridge)


def _quoted(at: Name, start: int, quote: str) -> Iterator[Hit]:
    """`"password": "hunter2"`, `password='hunter2'`."""
    end = _closing(at.text, start, quote)
    if end is not None:
        yield from at.hit(start, at.text[start:end])


def _closing(text: str, start: int, quote: str) -> int | None:
    """Where the text that starts here ends; with what is left where its end is cut off."""
    if quote in ('"', "'"):
        found = (_DOUBLE if quote == '"' else _SINGLE).match(text, start)
        return min(found.end(), len(text)) if found else len(text)
    end = text.find(quote, start)
    if end >= 0:
        return end
    found = _UNCLOSED.match(text, start)
    return found.end() if found else None


def _object(at: Name, start: int) -> Iterator[Hit]:
    """`"credentials": {"user": "till", "value": "hunter2"}`, `"tokens": ["a1b2", "c3d4"]`."""
    is_list = at.meaning == "perhaps" and at.name.endswith("s")
    if is_list and not _TEXTS.match(at.text, start):
        return  # `"api_keys": [{"id": "a1b2", "name": "ci"}]`: what tells about them
    if start >= at.walked[0]:  # else it lies in one that is looked through already
        is_meant = at.name.lower().endswith(("credential", "credentials"))
        at.walked[0] = yield from in_container(at.text, start, RULE, "secret" if is_meant or is_list else at.meaning)


def _number(at: Name, start: int) -> Iterator[Hit]:
    """`"pin": 123456`: a number stays one."""
    number = NUMBER.match(at.text, start)
    if number and number.group() != "0":
        is_code = at.name.lower().endswith(("pin", "otp")) and 4 <= len(number.group()) <= 10
        if at.meaning == "secret" or is_code:
            yield Hit(number.start(), number.end(), RULE, "", literal="0")


def _bare(at: Name, bridge: re.Match[str]) -> Iterable[Hit]:
    """A value without quotes, in an env file, a query, a header, a log line."""
    start = bridge.end()
    if at.text.startswith("+", start) and refers(at.text, start + 1):
        return ()  # the plus sign is a blank of a form
    is_line = "\n" not in bridge.group() and _LINE_START.search(at.text, max(0, at.start - 80), at.start) is not None
    rest = _REST.match(at.text, start)
    line = rest.group() if rest else ""
    if bridge["sep"] == ":":
        if "\n" in bridge.group() or (at.before(1) == "$" and _TYPE.match(line)):
            return ()  # a key whose value is a block below; a variable of GraphQL
        if is_line:
            return _yaml_block(at, start) if _is_block(line) else _of_header_line(at, start, line)
        return _after_colon(at, start)
    in_query = at.before(1) in ("?", "&", "#") or _MORE_PAIRS.match(line) is not None
    if in_query:
        return _in_query(at, start)
    if is_line and bridge.group().endswith((" ", "\t")):
        return at.hit(start, _COMMENT.sub("", line))  # `password = hunter2  # comment`
    return _after_equals(at, start, line, is_line=is_line)


def _is_block(line: str) -> bool:
    return line[:1] in ("|", ">") and len(line.strip()) <= 2


def _yaml_block(at: Name, start: int) -> Iterator[Hit]:
    """The lines below `password: |` that are indented."""
    if block := _BLOCK.match(at.text, start):
        for line in _BLOCK_LINE.finditer(block[1]):
            if not is_no_secret(line.group()):
                yield Hit(block.start(1) + line.start(), block.start(1) + line.end(), RULE, line.group())


def _of_header_line(at: Name, start: int, line: str) -> Iterator[Hit]:
    """`X-Api-Key: a1b2`, `password: hunter2  # comment`: the line, or its first word where prose follows."""
    value = _YAML_COMMENT.sub("", line)
    if " " in value and not SCHEME.match(value) and ";" not in value:
        value = value if at.name.lower().endswith("phrase") else value.split()[0].rstrip(",.;")
        if " " not in value and not looks_random(value):
            return
    if value:
        yield from at.hit(start, value)


def _after_colon(at: Name, start: int) -> Iterator[Hit]:
    """`bob signed in, password: hunter2, from 10.0.0.1`: what is no plain word."""
    scheme = SCHEME.match(at.text, start)
    bare = _IN_PROSE.match(at.text, scheme.end() if scheme else start)
    value = bare.group().rstrip(".:,") if bare else ""
    if bare and (scheme or any(map(str.isdigit, value)) or _SYMBOL.search(value) or _CAMEL.search(value)):
        yield from at.hit(bare.start(), value)


def _in_query(at: Name, start: int) -> Iterator[Hit]:
    """`?page=2&token=a1b2#top`."""
    scheme = SCHEME.match(at.text, start)
    if found := _IN_QUERY.match(at.text, scheme.end() if scheme else start):
        yield from at.hit(start, at.text[start : found.end()], in_query=True)


def _after_equals(at: Name, start: int, line: str, *, is_line: bool) -> Iterator[Hit]:
    """`DB_PASSWORD=hunter2`, `Server=db;Password=hunter2;`, `login user=bob password=hunter2 from 10.0.0.1`."""
    is_alone = is_line and not _MORE_SETTINGS.search(line)
    if found := (_WHOLE if is_alone else _BARE).match(at.text, start):
        value = found.group() if is_line else found.group().rstrip(".,")
        yield from at.hit(start, value.partition("`")[0] if at.before(1) == "`" else value)  # code in Markdown


def _beside(at: Name) -> Iterable[Hit] | None:
    """`{"name": "DB_PASSWORD", "value": "hunter2"}`, whatever stands between, in either order.

    And JSON Patch: `{"op": "add", "path": "/spec/token", "value": "a1b2"}`.
    """
    if not at.text.startswith('"', at.end):
        return None
    is_patched = _IS_PATCHED.search(at.before(160)) is not None
    if not is_patched and not _IS_CALLED.search(at.before(160)):
        return None
    hits: list[Hit] = []
    members = list(members_around(at.text, at.start))
    if is_patched and not any(member.name == "op" for member in members):
        return None
    for member in members:
        if not _VALUE_NAME.fullmatch(member.name) or member.start <= at.start <= member.end:
            continue
        if member.is_text:
            hits += at.hit(member.start, at.text[member.start : member.end])
        elif at.text.startswith(("{", "["), member.start):
            hits += in_container(at.text, member.start, RULE, at.meaning)
    return hits


def _next_text(at: Name) -> Iterable[Hit] | None:
    """`["--password", "hunter2"]`, `["X-Api-Key", "a1b2"]`, `define('DB_PASSWORD', 'hunter2')`."""
    found = _NEXT.match(at.text, at.end)
    if found is None:
        return None
    opening = at.before(2)
    is_flag = at.name.startswith("-") and opening.endswith(found["closing"])
    is_pair = opening[:1] in ("[", "(") and opening[1:] == found["closing"] and found["after"].strip() != ""
    if (is_flag or is_pair) and (is_flag or not _PLAIN_WORD.fullmatch(found["value"])):
        return at.hit(found.start("value"), found["value"])
    return ()


def _in_element(at: Name) -> Iterable[Hit] | None:
    """`<password>hunter2</password>`, also with attributes and in CDATA."""
    if not _TAG_OPENS.search(at.before(40)):
        return None
    element = _ELEMENT.match(at.text, at.end)
    if element is None:
        return None
    start = element.end()
    end = at.text.find("]]>" if element["cdata"] else "<", start)
    if end < 0 or not at.text.startswith(("</", "]]>"), end):
        return ()
    return at.hit(start, at.text[start:end].rstrip())


def _flag(at: Name) -> Iterable[Hit] | None:
    """`vault login --token a1b2`."""
    if not (at.name.startswith("-") or at.before(1) == "-"):
        return None
    found = _FLAG.match(at.text, at.end)
    if found is None or not at.name.startswith("--") or refers(at.text, found.end() - len(found.group().lstrip())):
        return ()
    group = "quoted" if found["quoted"] else "value"
    return at.hit(found.start(group), found[group])


def _in_netrc(at: Name) -> Iterable[Hit] | None:
    """`machine api.example.com login till password hunter2`."""
    if not _NETRC.search(at.before(200)):
        return None
    found = _WORD.match(at.text, at.end)
    return at.hit(found.start("value"), found["value"]) if found and "password" in at.name.lower() else ()


def _said(at: Name) -> Iterable[Hit] | None:
    """`your temporary password is hunter2-A1`."""
    found = _SAID.match(at.text, at.end)
    if found is None or at.meaning != "secret" or looks_random(at.name):  # of base64, whose plus sign is a blank here
        return None
    value = found["value"].rstrip(".,:;!?")
    is_told = " is " in found.group() or " was " in found.group()
    is_echo = " provided:" in found.group() and _UUID.fullmatch(value) is not None
    if looks_random(value) or is_echo or (is_told and looks_chosen(value)):
        return at.hit(found.start("value"), value)
    return ()
