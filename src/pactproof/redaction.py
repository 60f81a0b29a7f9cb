"""What a recording must not carry: rules that scrub an interaction, and a second check of the finished text.

Two layers that share only the table of token shapes. `Redactor` rewrites one interaction after the other and numbers
what it hides, so that one secret reads the same all through a cassette. `scan` reads the finished text by other means
and names rule and line, never the value.
"""

from __future__ import annotations

import base64
import binascii
import html
import json
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final
from urllib.parse import quote, quote_plus, unquote, unquote_plus

from pactproof.interaction import Headers, Interaction, Json, Request, Response
from pactproof.json_tokens import is_space, json_tokens
from pactproof.multipart import FORM_DATA, Part, parsed_parts

MIN_SECRET_CHARS: Final = 4  # a shorter "secret" would tear ordinary words apart
MAX_BODY_BYTES: Final = 100 * 1024 * 1024  # of a compressed body once it is unpacked

KEPT_REQUEST_HEADERS: Final = frozenset({"accept", "content-type", "x-amz-target", "x-github-api-version"})
CHECKSUM_HEADERS: Final = re.compile(
    r"content-md5|digest|content-digest|repr-digest|x-amz-checksum-.+|x-amz-crc32|x-hub-signature.*|.+-signature|signature"
)


@dataclass(frozen=True, slots=True)
class HeaderRule:
    """Response headers that are not stored. `pattern` matches the whole name, in lower case."""

    id: str
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class ShapeRule:
    """Text that is a secret by its looks. Group `secret`, where there is one, is the part that gets hidden."""

    id: str
    pattern: re.Pattern[str]
    holds: Callable[[str], bool] = bool  # a second look at the secret part


def _is_basic_credential(value: str) -> bool:
    try:
        return b":" in base64.b64decode(value, validate=True)
    except ValueError:
        return False


def _is_random(value: str) -> bool:
    """Prose ("bearer authentication") has neither digits nor capitals in the middle of a word."""
    return any(char.isdigit() for char in value) or not value[1:].islower()


DROPPED_RESPONSE_HEADERS: Final = (
    HeaderRule("cookie", re.compile(r"set-cookie2?")),
    HeaderRule("credential", re.compile(r"(proxy-)?authorization|authentication-info|.*(auth-token|api-?key|secret)")),
    HeaderRule(
        "hop-by-hop",
        re.compile(r"connection|keep-alive|proxy-(authenticate|connection)|te|trailers?|transfer-encoding|upgrade"),
    ),
    HeaderRule(
        "clock", re.compile(r"date|age|expires|x-runtime|x-response-time|x-confluence-request-time|server-timing")
    ),
    HeaderRule(
        "request-id",
        re.compile(
            r"x-amz-request-id|x-amz-id-2|x-amzn-requestid|x-amzn-trace-id|x-amz-cf-(id|pop)|x-github-request-id"
            r"|x-request-id|x-correlation-id|x-slack-(req|unique)-id|cf-ray|x-served-by|x-timer|nel|report-to|via"
            r"|atl-traceid|atl-request-id|x-arequestid"
        ),
    ),
    HeaderRule("account", re.compile(r"x-aaccountid|x-ausername")),  # of whoever records: Atlassian sends it back
)

_OPENS_SOMETHING: Final = re.compile(
    r"cookie2?|.*(authori[sz]ation|(^|-)auth(-|$)|token|api-?key|access-?key|secret|passw|credential|signature|session).*"
)
"""Request headers that are never stored, promised or not."""

# Compared without case, `-`, `_`, `.` and blanks. Exact names: `next_token` and `page_token` are no secrets.
_KEY_WORDS: Final = """
    token accesstoken authtoken refreshtoken idtoken sessiontoken securitytoken bearertoken apitoken usertoken
    oauthtoken privatetoken authenticitytoken csrftoken webhooktoken apikey xapikey appkey applicationkey
    accesskey secretkey secretaccesskey awssecretaccesskey awsaccesskeyid accesskeyid privatekey signingkey routingkey
    integrationkey servicekey encryptionkey password passwd pwd passphrase secret clientsecret appsecret secretstring
    sharedsecret webhooksecret signature sig xamzcredential xamzsignature xamzsecuritytoken xgoogsignature
    xgoogcredential authorization credential credentials clientassertion assertion codeverifier sessionid cookie
"""
SECRET_NAMES: Final = frozenset(_KEY_WORDS.split())
_SECRET_ENDINGS: Final = ("password", "secret", "apikey", "accesstoken", "refreshtoken", "authtoken", "privatekey")

TOKEN_SHAPES: Final = (
    ShapeRule("github-token", re.compile(r"gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}")),
    ShapeRule("grafana-token", re.compile(r"gl(?:sa|c)_[A-Za-z0-9_+/=-]{20,}")),
    ShapeRule("gitlab-token", re.compile(r"glpat-[A-Za-z0-9_-]{16,}")),
    ShapeRule("slack-token", re.compile(r"xox[abeoprs]-[A-Za-z0-9-]{10,}|xapp-[A-Za-z0-9-]{10,}")),
    ShapeRule("slack-webhook", re.compile(r"hooks\.slack\.com/services/(?P<secret>T\w+/B\w+/\w+)")),
    ShapeRule("aws-access-key-id", re.compile(r"(?<![A-Za-z0-9])A[KS]IA[A-Z0-9]{16}(?![A-Za-z0-9])")),
    ShapeRule("stripe-key", re.compile(r"(?<![A-Za-z0-9])[rs]k_(?:live|test)_[A-Za-z0-9]{16,}")),
    ShapeRule(
        "private-key",
        re.compile(
            r"-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----(?:[A-Za-z0-9+/=\s]|\\[nr])*"
            r"(?:-----END [A-Z ]*PRIVATE KEY(?: BLOCK)?-----)?"
        ),
    ),
    ShapeRule("jwt", re.compile(r"eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*")),
    ShapeRule("bearer", re.compile(r"(?i:\bbearer\s+)(?P<secret>[A-Za-z0-9._~+/-]{16,}=*)"), _is_random),
    ShapeRule("basic", re.compile(r"(?i:\bbasic\s+)(?P<secret>[A-Za-z0-9+/]{6,}=*)"), _is_basic_credential),
    ShapeRule("userinfo", re.compile(r"://[^/\s:@\"'<>]*:(?P<secret>[^@/\s\"'<>]+)@")),
)

_MARKS: Final = frozenset("{}[],:")
_PLACEHOLDER: Final = re.compile(r"REDACTED-[0-9]+")
_PARAMETER: Final = re.compile(r"(?P<head>(?:[?&;#]|\\u0026)(?P<key>[\w.%\[\]-]{1,100})=)(?P<value>[^&#;\s\"'<>\\]+)")
_FORM_START: Final = re.compile(r"(?P<head>\A(?P<key>[\w.%\[\]-]{1,100})=)(?P<value>[^&\s\"'<>\\]+)")
_XML_ELEMENT: Final = re.compile(
    r"(?P<head><(?:\w+:)?(?P<key>[\w.-]{1,100})(?:\s[^<>]*)?>\s*(?:<!\[CDATA\[)?)(?P<value>[^<>]+?)(?=(?:\]\]>)?\s*</)"
)
_ATTRIBUTE: Final = re.compile(
    r"(?<![\w.:-])(?P<head>(?:\w{1,100}:)?(?P<key>[\w.-]{1,100})\s?=\s?(?P<quote>\\{0,3}[\"']))"
    r"(?P<value>[^<>\"'\\]+)(?=(?P=quote))"
)
# Right after the escaped line break of a JSON text, or where no such character stands before it.
_BASE64_RUN: Final = re.compile(r"(?:(?<=\\[nrt])|(?<![\\A-Za-z0-9+/_-]))[A-Za-z0-9+/_-]{6,}={0,2}")


class Redactor:
    """Hides secrets in the interactions of one cassette; equal secrets get equal placeholders, `REDACTED-1` first.

    secrets:              values known to be secret, looked for everywhere, in the usual encodings
    keep_request_headers: names to store beside `KEPT_REQUEST_HEADERS`; no other request header is stored
    keep_response_headers: names to store though a rule drops them; credentials and hop-by-hop headers never are
    """

    def __init__(
        self,
        secrets: Sequence[str] = (),
        *,
        keep_request_headers: Iterable[str] = (),
        keep_response_headers: Iterable[str] = (),
    ) -> None:
        self._secrets = usable_secrets(secrets)
        self._spellings = [(secret, _any_spelling(secret)) for secret in self._secrets]
        self._fragments = [part for secret in self._secrets for part in _base64_fragments(secret)]
        self._kept = KEPT_REQUEST_HEADERS | {
            name.lower() for name in keep_request_headers if not is_unstorable_request_header(name)
        }
        self._kept_of_response = {
            name.lower() for name in keep_response_headers if not is_unstorable_response_header(name)
        }
        self._placeholders: dict[str, str] = {}

    def redact(self, interaction: Interaction) -> Interaction:
        return Interaction(self._request(interaction.request), self._response(interaction.response))

    def redact_value(self, value: Json) -> Json:
        """Plain data, such as the params of a scenario, with the secrets in it hidden."""
        return json.loads(self._json(json.dumps(value)))

    def _request(self, request: Request) -> Request:
        url = self._text(request.url)
        plain = unpacked(request.body, request.headers.get("content-encoding"))
        body = self._body(plain, request.headers)
        kept = [(name, value) for name, value in request.headers.items if name.lower() in self._kept]
        headers = _without_broken_checksums(Headers(tuple(kept)), is_changed=body != request.body)
        return Request(request.method, url, self._header_values(headers), body)

    def _response(self, response: Response) -> Response:
        body = self._body(response.body, response.headers)
        kept = [
            item
            for item in response.headers.items
            if item[0].lower() in self._kept_of_response or dropped_by(item[0]) is None
        ]
        headers = _without_broken_checksums(Headers(tuple(kept)), is_changed=body != response.body)
        return replace(response, headers=self._header_values(headers), body=body, reason=self._text(response.reason))

    def _header_values(self, headers: Headers) -> Headers:
        return Headers(tuple((name, self._text(value)) for name, value in headers.items))

    def _body(self, body: bytes, headers: Headers) -> bytes:
        if not body:
            return body
        if headers.get("content-type").lower().startswith(FORM_DATA):
            body = self._multipart(body, headers.get("content-type"))
        try:
            text = body.decode("utf-8")
        except UnicodeDecodeError:
            return self._binary(body)
        if headers.get("content-type").lower().startswith("application/x-www-form-urlencoded"):
            text = self._named(_FORM_START, text)
        return self._json(text).encode("utf-8")

    def _multipart(self, body: bytes, content_type: str) -> bytes:
        """The parts whose names mean a secret, and what is JSON or a form inside a part; the frame stays as it is."""
        try:
            parts = parsed_parts(body, content_type)
        except ValueError:
            return body
        pieces, done = [], 0
        for part in parts:
            pieces += [body[done : part.start], self._part(part)]
            done = part.start + len(part.body)
        return b"".join([*pieces, body[done:]])

    def _part(self, part: Part) -> bytes:
        if not is_secret_name(part.name) or not part.body:
            return self._body(part.body, Headers((("Content-Type", part.content_type),)))
        return self._placeholder(part.body.decode("utf-8", "surrogateescape")).encode()

    def _binary(self, body: bytes) -> bytes:
        """Bytes that are no text, read one character a byte; secrets outside ASCII stand there in UTF-8."""
        text = self._text(body.decode("latin-1"))
        for secret in self._secrets:
            text = text.replace(secret.encode("utf-8", "surrogatepass").decode("latin-1"), self._placeholder(secret))
        return text.encode("latin-1")

    def _json(self, text: str) -> str:
        """JSON by its keys, then as text; everything else as text alone. No other token is touched."""
        tokens = json_tokens(text)
        return self._text(text if tokens is None else "".join(self._json_by_key(tokens)))

    def _json_by_key(self, pieces: list[str]) -> Iterator[str]:
        depth = 0
        secret_depth = 0  # the depth of the container whose key means a secret; 0 outside of one
        is_secret = False  # the value that comes next belongs to such a key
        for index, piece in enumerate(pieces):
            if piece in _MARKS or is_space(piece):
                depth += (piece in "{[") - (piece in "]}")
                if piece in "{[" and is_secret and not secret_depth:
                    secret_depth = depth
                if depth < secret_depth:
                    secret_depth = 0
                is_secret = is_secret and piece not in "{["
                yield piece
            elif _is_key(pieces, index):
                is_secret = is_secret_name(json.loads(piece))
                yield piece
            else:
                yield self._hidden_token(piece) if is_secret or secret_depth else piece
                is_secret = False

    def _hidden_token(self, piece: str) -> str:
        if piece[0] == '"':
            value = json.loads(piece)
            return json.dumps(self._placeholder(value)) if value else piece
        return piece if piece in ("true", "false", "null") else "0"  # a number stays a number

    def _text(self, text: str) -> str:
        for secret, spelling in self._spellings:
            text = spelling.sub(self._placeholder(secret), text) if spelling.search(text) else text
        if any(fragment in text for fragment in self._fragments):
            text = _BASE64_RUN.sub(self._in_base64, text)
        for pattern in (_PARAMETER, _XML_ELEMENT, _ATTRIBUTE):
            text = self._named(pattern, text)
        for rule in TOKEN_SHAPES:
            text = rule.pattern.sub(partial(self._shape, rule), text)
        return text

    def _named(self, pattern: re.Pattern[str], text: str) -> str:
        def hidden(found: re.Match[str]) -> str:
            if not is_secret_name(unquote_plus(found["key"])) or not found["value"].strip():
                return found.group()
            return found["head"] + self._placeholder(unquote(found["value"]))

        return pattern.sub(hidden, text)

    def _shape(self, rule: ShapeRule, found: re.Match[str]) -> str:
        secret = found["secret"] if "secret" in rule.pattern.groupindex else found.group()
        if not rule.holds(secret):
            return found.group()
        return found.group().replace(secret, self._placeholder(secret))

    def _in_base64(self, found: re.Match[str]) -> str:
        """Base64 that carries a secret, encoded again without it: a consumer still can decode it."""
        run = found.group()
        for skip in range(4):  # a path or a word may stand right before it
            plain = _decoded_base64(run[skip:])
            held = [secret for secret in self._secrets if secret.encode("utf-8", "surrogatepass") in plain]
            for secret in held:
                plain = plain.replace(secret.encode("utf-8", "surrogatepass"), self._placeholder(secret).encode())
            if held:
                return run[:skip] + base64.b64encode(plain).decode("ascii")
        return run

    def _placeholder(self, secret: str) -> str:
        if _PLACEHOLDER.fullmatch(secret):
            return secret
        return self._placeholders.setdefault(secret, f"REDACTED-{len(self._placeholders) + 1}")


@dataclass(frozen=True, slots=True)
class Finding:
    """A secret seen in a text: by which rule and in which line, counted from 1. Never the value."""

    rule: str
    line: int


def scan(text: str, secrets: Sequence[str] = ()) -> list[Finding]:
    """What a finished file still carries, in file order: known secrets in any usual encoding, and token shapes."""
    findings: set[Finding] = set()
    needles = [needle for secret in usable_secrets(secrets) for needle in _needles(secret)]
    for first_line, view in _views(text):
        for needle in needles:
            start = view.find(needle)
            while start >= 0:
                findings.add(Finding("known-secret", first_line + view.count("\n", 0, start)))
                start = view.find(needle, start + 1)
        for rule in TOKEN_SHAPES:
            for found in rule.pattern.finditer(view):
                secret = found["secret"] if "secret" in rule.pattern.groupindex else found.group()
                if rule.holds(secret) and not _PLACEHOLDER.fullmatch(secret):
                    findings.add(Finding(rule.id, first_line + view.count("\n", 0, found.start())))
    return sorted(findings, key=lambda finding: (finding.line, finding.rule))


def usable_secrets(secrets: Sequence[str]) -> list[str]:
    """Longest first, so that a secret inside another one does not break it up; too short ones are left out."""
    return sorted({secret for secret in secrets if len(secret) >= MIN_SECRET_CHARS}, key=lambda s: (-len(s), s))


def is_secret_name(name: str) -> bool:
    bare = re.sub(r"[-_. ]", "", name).lower()
    return bare in SECRET_NAMES or bare.endswith(_SECRET_ENDINGS)


def dropped_by(name: str) -> str | None:
    """The rule that drops a response header of this name."""
    return next((rule.id for rule in DROPPED_RESPONSE_HEADERS if rule.pattern.fullmatch(name.lower())), None)


def is_unstorable_request_header(name: str) -> bool:
    """Whether a request header of this name carries credentials, or speaks of the connection alone."""
    return _OPENS_SOMETHING.fullmatch(name.lower()) is not None or is_unstorable_response_header(name)


def is_unstorable_response_header(name: str) -> bool:
    """Whether a response header of this name is dropped whatever a contract promises."""
    return dropped_by(name) in {"cookie", "credential", "hop-by-hop"}


def has_checksum(headers: Headers) -> bool:
    """Does a header bind the body byte for byte?"""
    return any(CHECKSUM_HEADERS.fullmatch(name.lower()) for name, _ in headers.items)


def unpacked(body: bytes, encoding: str) -> bytes:
    """`body` without its content encoding, where that is gzip or deflate and holds; else as it is."""
    window = {"gzip": 31, "x-gzip": 31, "deflate": 15}.get(encoding.strip().lower())
    if window is None or not body:
        return body
    for bits in (window, -15):  # some servers send "deflate" without the zlib wrapper
        unpacker = zlib.decompressobj(bits)
        try:
            plain = unpacker.decompress(body, MAX_BODY_BYTES)
        except zlib.error:
            continue
        if unpacker.eof:
            return plain
    return body


def _without_broken_checksums(headers: Headers, *, is_changed: bool) -> Headers:
    if not is_changed:
        return headers
    return Headers(tuple(item for item in headers.items if not CHECKSUM_HEADERS.fullmatch(item[0].lower())))


def _is_key(tokens: list[str], index: int) -> bool:
    after = index + 1
    while after < len(tokens) and is_space(tokens[after]):
        after += 1
    return after < len(tokens) and tokens[after] == ":"


def _any_spelling(secret: str) -> re.Pattern[str]:
    """The secret with every character plain, percent-encoded (once or more), JSON-escaped or as an XML entity."""
    in_hex = secret.encode("utf-8", "surrogatepass").hex()
    return re.compile("".join(f"(?:{'|'.join(_spellings(char))})" for char in secret) + f"|(?i:{in_hex})")


def _spellings(char: str) -> Iterator[str]:
    """Patterns for one character. JSON inside JSON doubles its backslashes, and does it again one level deeper."""
    escaped = r"\\{1,8}"
    short = {"\n": "n", "\r": "r", "\t": "t", "\b": "b", "\f": "f"}
    units = char.encode("utf-16-be", "surrogatepass").hex()
    yield re.escape(char)
    yield "".join(rf"%(?:25)*(?i:{byte:02x})" for byte in char.encode("utf-8", "surrogatepass"))
    yield "".join(rf"{escaped}u(?i:{units[start : start + 4]})" for start in range(0, len(units), 4))
    if char in "\"/'":
        yield escaped + re.escape(char)
    if char == "\\":
        yield escaped
    if char in short:
        yield escaped + short[char]
    if char == " ":
        yield r"\+"
    if (entity := html.escape(char)) != char:
        yield re.escape(entity)


def _decoded_base64(run: str) -> bytes:
    bare = run.rstrip("=").replace("-", "+").replace("_", "/")
    bare = bare[: len(bare) - 1] if len(bare) % 4 == 1 else bare
    try:
        return base64.b64decode(bare + "=" * (-len(bare) % 4))
    except binascii.Error:
        return b""


def _needles(secret: str) -> set[str]:
    """The spellings that `scan` looks for: whole encodings, unlike the redactor's character by character."""
    raw = secret.encode("utf-8", "surrogatepass")
    found = {secret, json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1], html.escape(secret)}
    found |= {quote(raw, safe=""), quote(raw), quote_plus(raw), raw.hex(), raw.hex().upper(), secret.replace("'", "''")}
    return {needle for needle in found | _base64_fragments(secret) if len(needle) >= MIN_SECRET_CHARS}


def _base64_fragments(secret: str) -> set[str]:
    """What base64 shows of the secret at each of the three ways it can fall on groups of three bytes."""
    raw = secret.encode("utf-8", "surrogatepass")
    found = set()
    for offset in range(3):
        # The characters that mix with the neighbours' bits are left off at both ends.
        encoded = base64.b64encode(b"\0" * offset + raw).decode("ascii").rstrip("=")
        inner = encoded[(0, 2, 3)[offset] : len(encoded) - (1 if (offset + len(raw)) % 3 else 0)]
        found |= {inner, inner.replace("+", "-").replace("/", "_")}
    return {fragment for fragment in found if len(fragment) >= MIN_SECRET_CHARS}


_BINARY: Final = re.compile(r"!!binary \|\n((?: +[A-Za-z0-9+/=]+\n)+)")
_ENCODED: Final = re.compile(r"[%\\&]")
_ESCAPE: Final = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|([\"\\/]))")


def _views(text: str) -> Iterator[tuple[int, str]]:
    """The text in several readings, each with the line it starts in; a reading has the line breaks of the text."""
    yield 1, text
    for number, line in enumerate(text.split("\n"), 1):
        if not _ENCODED.search(line):
            continue
        readings = {line}
        for read in (unquote, _unescaped, html.unescape):
            readings |= {read(reading).replace("\n", " ") for reading in tuple(readings)}
        readings.discard(line)
        for reading in sorted(readings):
            yield number, reading
    for found in _BINARY.finditer(text):
        plain = base64.b64decode("".join(found[1].split()))
        plain = unpacked(plain, "gzip") if plain.startswith(b"\x1f\x8b") else plain
        # Its own line breaks are not the file's: the finding stands at the block's first line.
        view = plain.decode("utf-8", "replace").replace("\n", " ")
        yield text.count("\n", 0, found.start()) + 1, view


def _unescaped(line: str) -> str:
    if "\\" not in line:
        return line
    return _ESCAPE.sub(lambda found: found[3] or chr(int(found[1] or found[2], 16)), line)
