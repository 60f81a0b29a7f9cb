"""From the plain data of a cassette file to its values, or to every fault of them by its place in the data."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final, TypeGuard

from pactproof.document import KeyPath
from pactproof.interaction import Headers, Interaction, Json, Request, Response
from pactproof.recording.bodies_apart import is_name, name_of
from pactproof.recording.digest import digest_of
from pactproof.recording.provenance import AT_AN_UNKNOWN_TIME, SOURCES, Cassette, Provenance, Source, named_by
from pactproof.redaction import unpacked

_GZIP: Final = b"\x1f\x8b"
_KINDS: Final = {
    dict: "a mapping",
    list: "a list",
    str: "text",
    bytes: "binary",
    bool: "a boolean",
    int: "a number",
    float: "a number",
    type(None): "null",
}


class CassetteReader:
    """Reads values and notes every fault by where it is in the data.

    shown_as:  names the file, and its operation where the file does not
    body_file: gives the content of a body that is kept apart, by its name; raises OSError
    faults:    what is wrong and where, as it was found
    """

    def __init__(self, shown_as: str, body_file: Callable[[str], bytes]) -> None:
        self.shown_as = shown_as
        self.body_file = body_file
        self.faults: list[tuple[KeyPath, str]] = []
        self._faulty: set[KeyPath] = set()
        self._changed_bodies: list[str] = []

    def cassette(self, data: Any, *, is_ours: bool) -> Cassette | None:
        """What `data` holds; None where something is wrong with it. is_ours: it has to say where it comes from"""
        if not isinstance(data, dict):
            self._fault((), f"the file holds {_kind(data)}, not a mapping with `interactions` and `version`")
            return None
        self._version(data)
        interactions = self._interactions(data)
        if "pactproof" in data:
            provenance = self._provenance(data["pactproof"], len(interactions))
        else:
            provenance = _imported(self.shown_as, interactions)
            if is_ours:
                self._missing((), "pactproof")
        if self.faults or provenance is None:
            return None
        fits = _digest_fits(interactions, data.get("pactproof"))
        return Cassette(tuple(interactions), provenance, fits, tuple(self._changed_bodies))

    def _version(self, data: dict[Any, Any]) -> None:
        if "version" not in data:
            self._missing((), "version")
        elif data["version"] != 1 or isinstance(data["version"], bool):
            self._fault(("version",), f"version is {_shown(data['version'])}, not 1")

    def _interactions(self, data: dict[Any, Any]) -> list[Interaction]:
        if "interactions" not in data:
            self._missing((), "interactions")
            return []
        items = data["interactions"]
        if not isinstance(items, list):
            self._fault(("interactions",), f"`interactions` is {_kind(items)}, not a list")
            return []
        return [self._interaction(item, ("interactions", index)) for index, item in enumerate(items)]

    def _interaction(self, item: Any, path: KeyPath) -> Interaction:
        item = self._part(item, path, "the interaction")
        apart = self._part(item.get("body_files", {}), (*path, "body_files"), "`body_files`")
        bodies = {name: self._body_apart(apart[name], (*path, "body_files", name)) for name in apart}
        for name in bodies.keys() - {"request", "response"}:
            self._fault((*path, "body_files", name), "neither `request` nor `response`")
        sent, answer = (self._part(item.get(name), (*path, name), f"`{name}`") for name in ("request", "response"))
        request = self._request(sent, (*path, "request"), bodies.get("request"))
        return Interaction(request, self._response(answer, (*path, "response"), bodies.get("response"), request.method))

    def _body_apart(self, name: Any, path: KeyPath) -> bytes:
        if not isinstance(name, str) or not is_name(name):
            self._fault(path, "not the name of a file in .bodies/, as in .bodies/<64 hexadecimal digits>.bin")
            return b""
        try:
            body = self.body_file(name)
        except OSError as error:
            self._fault(path, f"the body in {name} cannot be read: {error.strerror or 'no such file'}")
            return b""
        if name_of(body) == name:
            return body
        if name_of(as_written := body.replace(b"\r\n", b"\n")) == name:
            return as_written  # git gave it this system's line ends
        self._changed_bodies.append(name)
        return body

    def _request(self, part: dict[Any, Any], path: KeyPath, apart: bytes | None) -> Request:
        return Request(
            self._text(part.get("method"), (*path, "method")),
            self._text(part.get("uri"), (*path, "uri")),
            self._headers(part.get("headers"), (*path, "headers")),
            self._body(part.get("body"), (*path, "body"), apart),
        )

    def _response(self, part: dict[Any, Any], path: KeyPath, apart: bytes | None, method: str) -> Response:
        status = self._part(part.get("status"), (*path, "status"), "`status`")
        code = status.get("code")
        if not _is_status(code):
            self._fault((*path, "status", "code"), f"`code` is {_shown(code)}, not an HTTP status")
        response = Response(
            code if _is_status(code) else 0,
            self._headers(part.get("headers"), (*path, "headers")),
            self._body(part.get("body"), (*path, "body"), apart),
            self._reason(status.get("message"), (*path, "status", "message")),
        )
        return self._decoded(response, path, is_head=method.upper() == "HEAD")

    def _reason(self, value: Any, path: KeyPath) -> str:
        text = "" if value is None else self._text(value, path)
        if "\n" in text or "\r" in text:
            self._fault(path, "`message` holds a line break")
        return text

    def _headers(self, value: Any, path: KeyPath) -> Headers:
        if value is None:
            return Headers()
        items = []
        for key, values in self._part(value, path, "`headers`").items():
            name = self._header_name(key, (*path, key))
            for index, one in enumerate(values if isinstance(values, list) else [values]):
                where = (*path, key, index) if isinstance(values, list) else (*path, key)
                text = one.decode("latin-1") if isinstance(one, bytes) else self._text(one, where)
                if "\n" in text or "\r" in text:
                    self._fault(where, f"header {name} holds a line break")
                items.append((name, text))
        return Headers(tuple(items))

    def _header_name(self, key: Any, path: KeyPath) -> str:
        name = key.decode("latin-1") if isinstance(key, bytes) else key
        if not isinstance(name, str):
            self._fault(path, f"the name of a header is {_shown(name)}, not text")
            return ""
        if "\n" in name or "\r" in name:
            self._fault(path, "the name of a header holds a line break")
        return name

    def _body(self, value: Any, path: KeyPath, apart: bytes | None) -> bytes:
        """The body that stands here, or `apart`, which then has to be the only one."""
        inline = self._body_here(value, path)
        if apart is None:
            return inline
        if inline:
            self._fault(path, "a body stands here, and another one in `body_files`")
        return apart

    def _body_here(self, value: Any, path: KeyPath) -> bytes:
        """vcrpy writes null, text, `!!binary`, {string: ...}; older versions {base64_string: ...}."""
        if isinstance(value, dict) and isinstance(encoded := value.get("base64_string"), (str, bytes)):
            try:
                return base64.b64decode(encoded)
            except ValueError:  # binascii.Error is one
                self._fault((*path, "base64_string"), "not base64")
                return b""
        if isinstance(value, dict) and "string" in value:
            value, path = value["string"], (*path, "string")
        if value is None or isinstance(value, bytes):
            return value or b""
        return self._text(value, path).encode("utf-8", "surrogatepass")

    def _decoded(self, response: Response, path: KeyPath, *, is_head: bool) -> Response:
        """Without content encoding: httpx under vcrpy leaves the body packed, the others leave only the header."""
        encoding = ", ".join(response.headers.all("content-encoding")).strip().lower()
        if not encoding:
            return response
        if is_head:  # the length speaks of the body that a GET would have had
            return replace(response, headers=response.headers.without("content-encoding"))
        body = response.body
        if encoding != "identity" and (body.startswith(_GZIP) or encoding == "deflate"):
            body = unpacked(body, "gzip" if body.startswith(_GZIP) else encoding)
        is_foreign = encoding not in ("gzip", "x-gzip", "deflate", "identity")
        if (body.startswith(_GZIP) and encoding != "identity") or (is_foreign and not _is_text(body)):
            self._fault((*path, "body"), f"the body is packed ({encoding}) and cannot be unpacked")
        return replace(response, headers=_with_length(response.headers, len(body)), body=body)

    def _provenance(self, value: Any, interactions: int) -> Provenance | None:
        path: KeyPath = ("pactproof",)
        part = self._part(value, path, "`pactproof`")
        names = ("operation", "scenario", "source", "recorded_at", "consumer", "recorded_with")
        texts = {name: self._text(part.get(name), (*path, name)) for name in names}
        if texts["source"] not in SOURCES and isinstance(part.get("source"), str):
            self._fault((*path, "source"), f"`source` is {texts['source']!r}, not one of {', '.join(SOURCES)}")
        recorded_at = self._time(texts["recorded_at"], (*path, "recorded_at"))
        verified_at = recorded_at
        if "verified_at" in part:
            verified_at = self._time(self._text(part["verified_at"], (*path, "verified_at")), (*path, "verified_at"))
        params = self._part(part.get("params", {}), (*path, "params"), "`params`")
        requests = self._api_requests(part.get("requests", []), (*path, "requests"), interactions)
        versions = self._part(part.get("versions", {}), (*path, "versions"), "`versions`")
        versions = {str(name): self._text(one, (*path, "versions", name)) for name, one in versions.items()}
        provider_version = self._text(part.get("provider_version", ""), (*path, "provider_version"))
        if self.faults:
            return None
        source: Source = next(source for source in SOURCES if source == texts["source"])
        return Provenance(
            texts["operation"],
            texts["scenario"],
            source,
            recorded_at,
            texts["consumer"],
            texts["recorded_with"],
            params,
            requests,
            verified_at,
            versions,
            provider_version,
        )

    def _api_requests(self, value: Any, path: KeyPath, interactions: int) -> tuple[dict[str, Json], ...]:
        if not isinstance(value, list):
            self._fault(path, f"`requests` is {_kind(value)}, not a list")
            return ()
        if value and len(value) != interactions:
            self._fault(path, f"{len(value)} requests for {interactions} interactions")
        return tuple(self._part(item, (*path, index), "the request") for index, item in enumerate(value))

    def _time(self, text: str, path: KeyPath) -> datetime:
        try:
            if (found := datetime.fromisoformat(text)).tzinfo is not None:
                return found.astimezone(UTC)
        except (ValueError, OverflowError):  # the latter beyond the years that Python knows
            pass
        self._fault(path, f"`{path[-1]}` is {text!r}, not a time such as 2026-01-05T10:00:00Z")
        return AT_AN_UNKNOWN_TIME

    def _part(self, value: Any, path: KeyPath, name: str) -> dict[Any, Any]:
        if isinstance(value, dict):
            return value
        self._fault(path, f"{name} is {_kind(value)}, not a mapping" if value is not None else f"{name} is missing")
        return {}

    def _text(self, value: Any, path: KeyPath) -> str:
        if isinstance(value, str):
            return value
        name = next(key for key in reversed(path) if isinstance(key, str))
        self._fault(path, f"`{name}` is {_shown(value)}, not text" if value is not None else f"`{name}` is missing")
        return ""

    def _missing(self, path: KeyPath, key: str) -> None:
        self._fault(path, f"no `{key}`: the file is cut off, or it is no cassette")

    def _fault(self, path: KeyPath, what: str) -> None:
        # A missing mapping is one fault, not one for each key it should have.
        if not any(path[:end] in self._faulty for end in range(1, len(path) + 1)):
            self._faulty.add(path)
            self.faults.append((path, what))


def _digest_fits(interactions: Iterable[Interaction], provenance: Mapping[str, Json] | None) -> bool:
    """Nothing is held against a file of another recorder; one of ours has to carry its digest."""
    if provenance is None:
        return True
    told = {key: value for key, value in provenance.items() if key != "digest"}
    try:
        return bool(provenance.get("digest") == digest_of(interactions, told))
    except ValueError:  # what is no JSON was not written by us
        return False


def _imported(shown_as: str, interactions: Iterable[Interaction]) -> Provenance:
    """What can be told of a file from another recorder. The oldest Date header says when it was recorded."""
    operation, scenario = named_by(shown_as)
    dates = [date for one in interactions if (date := _date(one.response.headers.get("date"))) is not None]
    return Provenance(operation, scenario, "imported", min(dates, default=AT_AN_UNKNOWN_TIME), "", "vcrpy")


def _date(header: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(header)
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _with_length(headers: Headers, length: int) -> Headers:
    items = headers.without("content-encoding").items
    return Headers(tuple((key, str(length)) if key.lower() == "content-length" else (key, one) for key, one in items))


def _is_text(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _is_status(code: Any) -> TypeGuard[int]:
    return isinstance(code, int) and not isinstance(code, bool) and 100 <= code <= 999


def _kind(value: Any) -> str:
    return _KINDS.get(type(value), f"a {type(value).__name__}")


def _shown(value: Any) -> str:
    """Numbers and booleans as they are; never text, which could be long or secret."""
    return repr(value) if isinstance(value, (bool, int, float)) else _kind(value)
