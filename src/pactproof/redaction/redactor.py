"""Rewrites one interaction after the other, so that one secret reads the same all through a cassette."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Sequence
from dataclasses import replace

from pactproof.errors import SecretFoundError
from pactproof.interaction import Headers, Interaction, Json, Request, Response, body_text, charset_of, text_bytes
from pactproof.multipart import FORM_DATA, Part, parsed_parts
from pactproof.redaction import structures
from pactproof.redaction.binary import in_lines
from pactproof.redaction.checksums import keyed_checksum, with_new_checksums
from pactproof.redaction.decoders import unpacked
from pactproof.redaction.finder import MIN_SECRET_CHARS, Finder
from pactproof.redaction.headers import (
    KEPT_REQUEST_HEADERS,
    dropped_by,
    is_unstorable_request_header,
    is_unstorable_response_header,
)
from pactproof.redaction.hits import Placeholders, settled, without
from pactproof.redaction.judging import judged
from pactproof.redaction.large_bodies import can_be_cut, is_large, is_text_in, without_secrets
from pactproof.redaction.names import is_no_secret, is_secret_name, meaning_of
from pactproof.redaction.options import NO_CHOICES, Rules
from pactproof.redaction.windows import WINDOW_BYTES


class Redactor:
    """Hides secrets in the interactions of one cassette; equal secrets get equal placeholders, `REDACTED-1` first.

    secrets:              values known to be secret, looked for everywhere, in the usual encodings
    keep_request_headers: names to store beside `KEPT_REQUEST_HEADERS`; no other request header is stored
    keep_response_headers: names to store though a rule drops them; credentials and hop-by-hop headers never are
    rules:                a project's own rules, and those that it switches off
    """

    def __init__(
        self,
        secrets: Sequence[str] = (),
        *,
        keep_request_headers: Iterable[str] = (),
        keep_response_headers: Iterable[str] = (),
        rules: Rules = NO_CHOICES,
    ) -> None:
        self._secrets = usable_secrets(secrets)
        self._rules = rules
        self._finder = Finder(tuple(self._secrets), rules)
        self._kept = KEPT_REQUEST_HEADERS | {
            name.lower() for name in keep_request_headers if not is_unstorable_request_header(name)
        }
        self._kept_of_response = {
            name.lower() for name in keep_response_headers if not is_unstorable_response_header(name)
        }
        self._placeholder = Placeholders()

    def redact(self, interaction: Interaction) -> Interaction:
        """The interaction without its secrets.

        Raises SecretFoundError where a body holds one and a stored header signs that body: nobody could sign it anew.
        """
        return Interaction(self._request(interaction.request), self._response(interaction.response))

    def redact_value(self, value: Json) -> Json:
        """Plain data, such as the params of a scenario, with the secrets in it hidden."""
        return json.loads(self._text(json.dumps(value)))

    def _request(self, request: Request) -> Request:
        kept = Headers(tuple(item for item in request.headers.items if item[0].lower() in self._kept))
        url, headers = self._url_and_headers(request.url, kept)
        plain = _plain(request.body, request.headers)
        body = self._body(plain, request.headers)
        if body != request.body:
            headers = self._bound(headers, f"{request.method} {url}", plain, body)
        return Request(request.method, url, headers, body)

    def _response(self, response: Response) -> Response:
        items = [
            item
            for item in response.headers.items
            if item[0].lower() in self._kept_of_response or dropped_by(item[0]) is None
        ]
        _, headers = self._url_and_headers("", Headers(tuple(items)))
        plain = _plain(response.body, response.headers)
        body = self._body(plain, response.headers)
        if plain is not response.body:
            headers = headers.without("content-encoding")
        if body != response.body:
            headers = self._bound(headers, f"the answer {response.status}", plain, body)
        return replace(response, headers=headers, body=body, reason=self._text(response.reason))

    def _url_and_headers(self, url: str, headers: Headers) -> tuple[str, Headers]:
        """Looked through in one go, as a request is written on the wire; then it is known what each line has become."""
        lines = [url, *(f"{name}: {value}" for name, value in headers.items)]
        if any("\n" in line or "\r" in line for line in lines):
            changed = [self._line(line) for line in lines]
        else:
            changed = self._line("\n".join(lines)).split("\n")
        items = [(name, line[len(name) + 2 :]) for (name, _), line in zip(headers.items, changed[1:], strict=True)]
        return changed[0], Headers(tuple(items))

    def _line(self, text: str) -> str:
        hits = self._finder.hits(text)
        if "secret-name" not in self._finder.rules.off:
            hits = settled(text, [*hits, *structures.path_hits(text)])
        return without(text, hits, self._placeholder)

    def _body(self, body: bytes, headers: Headers) -> bytes:
        if not body:
            return body
        content_type = headers.get("content-type")
        if content_type.lower().startswith(FORM_DATA):
            return self._multipart(body, content_type)
        if body.startswith(b"\x1f\x8b") and (plain := unpacked(body, "gzip")) is not body:
            changed = self._body(plain, Headers())
            return body if changed == plain else gzip.compress(changed, mtime=0)
        if is_large(body) and can_be_cut(charset_of(content_type)):
            return self._large(body, charset_of(content_type))
        for charset in (content_type, ""):
            try:
                text = body_text(body, charset)
                changed_text = self._text(text)
                return body if changed_text == text else text_bytes(changed_text, charset)
            except ValueError:
                continue
        return self._binary(body)

    def _large(self, body: bytes, charset: str) -> bytes:
        codec = next((one for one in (charset, "utf-8") if is_text_in(body, one)), "")
        changed = without_secrets(body, codec or "latin-1", self._finder, self._placeholder)
        return changed if codec else self._without_spelled(changed)

    def _multipart(self, body: bytes, content_type: str) -> bytes:
        """The parts whose names mean a secret, and what each part and its own headers hold."""
        try:
            parts = parsed_parts(body, content_type)
        except ValueError:
            return self._body(body, Headers())
        pieces, done = [], 0
        for part in parts:
            pieces += [self._binary(body[done : part.start]), self._part(part)]
            done = part.start + len(part.body)
        return b"".join([*pieces, body[done:]])

    def _part(self, part: Part) -> bytes:
        value = part.body[:WINDOW_BYTES].decode("utf-8", "surrogateescape")
        own = self._rules.own_names
        is_own = own is not None and own.hides(part.name, value)
        is_on = "secret-name" not in self._rules.off
        is_named = is_on and (
            (is_secret_name(part.name) and not is_no_secret(value))
            or any(judged(0, len(value), value, meaning_of(part.name), part.name))
        )
        if not is_own and not is_named:
            return self._body(part.body, Headers((("Content-Type", part.content_type),)))
        return self._placeholder(value).encode()

    def _binary(self, body: bytes) -> bytes:
        """Bytes that are no text, read one character a byte; secrets outside ASCII stand there in UTF-8."""
        if is_large(body):
            return self._without_spelled(without_secrets(body, "latin-1", self._finder, self._placeholder))
        text = body.decode("latin-1")
        hits = settled(text, [*self._finder.hits(text), *self._finder.hits(in_lines(text))])
        return self._without_spelled(without(text, hits, self._placeholder).encode("latin-1"))

    def _without_spelled(self, body: bytes) -> bytes:
        for secret in self._secrets:
            spelled = secret.encode("utf-8", "surrogatepass")
            body = body.replace(spelled, self._placeholder(secret).encode()) if spelled in body else body
        return body

    def _bound(self, headers: Headers, where: str, plain: bytes, body: bytes) -> Headers:
        """The headers with the checksums of `body`. Raises SecretFoundError where one takes a key."""
        name = keyed_checksum(headers)
        if name is not None and body != plain:
            what = f"the body of {where} holds a secret, and its header {name} signs the body; nothing was written."
            places = "\n".join(f"  line {line} of the body: {rule}" for line, rule in self._places(plain, headers))
            what = f"{what} By place and rule:\n{places}"
            raise SecretFoundError(what, fix="let the sandbox answer without the secret, or do not promise the header")
        return with_new_checksums(headers, body)

    def _places(self, body: bytes, headers: Headers) -> list[tuple[int, str]]:
        """Lines of the body, counted from 1, and the rules by which something there is a secret."""
        try:
            text = body_text(body, headers.get("content-type"))
        except ValueError:
            text = body.decode("latin-1")
        found = {(text.count("\n", 0, hit.start) + 1, hit.rule) for hit in self._finder.hits(text)}
        return sorted(found) or [(1, "secret-name")]  # the name of a part of a multipart body

    def _text(self, text: str) -> str:
        return without(text, self._finder.hits(text), self._placeholder)


def _plain(body: bytes, headers: Headers) -> bytes:
    """The body without its content encodings, as far as they are known here."""
    encoding = headers.get("content-encoding")
    if not encoding or not body:
        return body
    plain = unpacked(body, encoding)
    if plain is body and encoding.strip().lower() in ("br", "zstd"):
        from pactproof.transport.encodings import plain_request

        return plain_request(Request("GET", "", headers, body)).body
    return plain


def usable_secrets(secrets: Sequence[str]) -> list[str]:
    """Longest first, so that a secret inside another one does not break it up; too short ones are left out."""
    return sorted({secret for secret in secrets if len(secret) >= MIN_SECRET_CHARS}, key=lambda s: (-len(s), s))
