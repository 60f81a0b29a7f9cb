"""From the text of a cassette to its values, or to every fault of it with its place.

Reads what `dump_cassette` writes and what vcrpy writes. A fast read comes first; places are looked up only for faults.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final, TypeGuard

import yaml

from pactproof.document import MAX_DEPTH, KeyPath, parse_document, place_of, too_deep, unreadable_part
from pactproof.errors import CassetteError, Place
from pactproof.interaction import Headers, Interaction, Json, Request, Response
from pactproof.recording.bodies_apart import is_name
from pactproof.recording.digest import digest_of
from pactproof.recording.provenance import AT_AN_UNKNOWN_TIME, SOURCES, Cassette, Provenance, Source, mending, named_by
from pactproof.redaction import unpacked

FIRST_LINE: Final = "# recorded for "
END_MARK: Final = "..."

_CONFLICT: Final = re.compile(r"^(?:<{7}|={7}|>{7})(?: .*)?$", re.MULTILINE)
_BRACKET: Final = re.compile(r"[\[\]{}]")
_DEEP_LINE: Final = re.compile(rf"(?:[-?:] +){{{MAX_DEPTH}}}")
_DEEP_MARGIN: Final = " " * 4 * MAX_DEPTH
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


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # C where PyYAML has it; no Python tags
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        mapping: dict[Any, Any] = super().construct_mapping(node, deep)
        if len(mapping) != len(node.value):
            raise yaml.constructor.ConstructorError(None, None, "duplicate key", node.start_mark)
        return mapping


def read_cassette_text(text: str, shown_as: str, body_file: Callable[[str], bytes] | None = None) -> Cassette:
    """The cassette that `text` holds.

    shown_as:  names the file in messages, and the operation where the file does not
    body_file: gives the content of a body that is kept apart, by its name; raises OSError where it cannot be had

    Raises CassetteError.
    """
    _refuse_damaged(text, shown_as)
    _refuse_endless_nesting(text, shown_as)
    try:
        data = _loaded(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise _syntax_fault(text, shown_as, error) from error
    reader = _Reader(shown_as, body_file or _no_body_file)
    cassette = reader.cassette(data, is_ours=text.startswith(FIRST_LINE))
    if reader.faults or cassette is None:
        document, _ = parse_document(text, shown_as)
        raise _refused(shown_as, [(document.place(*path), what) for path, what in reader.faults])
    return cassette


def _no_body_file(name: str) -> bytes:
    raise FileNotFoundError(name)


def _refuse_damaged(text: str, shown_as: str) -> None:
    """Damage that is better named than shown as a fault of syntax."""
    if not text.strip():
        raise _refused(shown_as, [(Place(shown_as), "the file is empty")])
    if any(mark * 7 in text for mark in "<=>") and (found := _CONFLICT.search(text)):
        place = Place(shown_as, text.count("\n", 0, found.start()) + 1, 1)
        raise _refused(shown_as, [(place, "a merge conflict was left in the file")])
    if text.startswith(FIRST_LINE) and text.rstrip().rpartition("\n")[2] != END_MARK:
        place = Place(shown_as, text.rstrip().count("\n") + 1)
        raise _refused(shown_as, [(place, f"the file is cut off: its last line is not `{END_MARK}`")])


def _refuse_endless_nesting(text: str, shown_as: str) -> None:
    """Brackets are counted first, those in bodies too, since that is cheap; a suspicion is settled by the parser."""
    if not _looks_deep(text):
        return
    try:
        place = too_deep(text, shown_as)
    except yaml.YAMLError:
        return  # told with its place by the reading that follows
    if place is not None:
        raise _refused(shown_as, [(place, f"nested deeper than {MAX_DEPTH} levels")])


def _looks_deep(text: str) -> bool:
    depth = 0
    for found in _BRACKET.finditer(text):
        depth += 1 if found.group() in "[{" else -1
        if depth > MAX_DEPTH:
            return True
        depth = max(depth, 0)
    return _DEEP_MARGIN in text or bool(_DEEP_LINE.search(text))


def _loaded(text: str) -> Any:
    loader = _Loader(text)
    try:
        data = loader.get_single_data()
    finally:
        loader.dispose()
    if (found := unreadable_part(data, _children)) is not None:
        raise ValueError(found[1])
    return data


def _children(part: Any) -> list[Any]:
    if isinstance(part, dict):
        return list(part.values())
    return part if isinstance(part, list) else []


def _syntax_fault(text: str, shown_as: str, error: Exception) -> CassetteError:
    _, faults = parse_document(text, shown_as)
    found = [(fault.at or Place(shown_as), fault.what) for fault in faults if "tag !!binary " not in fault.what]
    if not found:  # what only the construction of values sees: a date such as 2026-13-45, broken base64
        place = place_of(getattr(error, "problem_mark", None), shown_as)
        found = [(place, getattr(error, "problem", None) or str(error))]
    return _refused(shown_as, found)


def _refused(shown_as: str, faults: list[tuple[Place, str]]) -> CassetteError:
    """One error for all faults; each line after the first brings its own place."""
    faults = sorted(faults, key=lambda fault: (fault[0].line, fault[0].column))
    (first, what), *others = faults
    lines = [what, *(f"{place}: {other}" for place, other in others)]
    return CassetteError("\n".join(lines), at=first, fix=mending(named_by(shown_as)[0]))


class _Reader:
    """Reads values and notes every fault by where it is in the data."""

    def __init__(self, shown_as: str, body_file: Callable[[str], bytes]) -> None:
        self.shown_as = shown_as
        self.body_file = body_file
        self.faults: list[tuple[KeyPath, str]] = []
        self._faulty: set[KeyPath] = set()

    def cassette(self, data: Any, *, is_ours: bool) -> Cassette | None:
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
        return Cassette(tuple(interactions), provenance, _digest_fits(interactions, data.get("pactproof")))

    def _version(self, data: dict[Any, Any]) -> None:
        if "version" not in data:
            self._missing((), "version")
        elif data["version"] != 1 or isinstance(data["version"], bool):
            self._fault(("version",), f"version is {data['version']!r}, not 1")

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
        sent, answer = (self._part(item.get(name), (*path, name), f"`{name}`") for name in ("request", "response"))
        return Interaction(
            self._request(sent, (*path, "request"), bodies.get("request")),
            self._response(answer, (*path, "response"), bodies.get("response")),
        )

    def _body_apart(self, name: Any, path: KeyPath) -> bytes:
        if not isinstance(name, str) or not is_name(name):
            self._fault(path, "not the name of a file in .bodies/, as in .bodies/<64 hexadecimal digits>.bin")
            return b""
        try:
            return self.body_file(name)
        except OSError as error:
            self._fault(path, f"the body in {name} cannot be read: {error.strerror or 'no such file'}")
            return b""

    def _request(self, part: dict[Any, Any], path: KeyPath, apart: bytes | None) -> Request:
        return Request(
            self._text(part.get("method"), (*path, "method")),
            self._text(part.get("uri"), (*path, "uri")),
            self._headers(part.get("headers"), (*path, "headers")),
            self._body(part.get("body"), (*path, "body")) if apart is None else apart,
        )

    def _response(self, part: dict[Any, Any], path: KeyPath, apart: bytes | None) -> Response:
        status = self._part(part.get("status"), (*path, "status"), "`status`")
        code = status.get("code")
        if not _is_status(code):
            self._fault((*path, "status", "code"), f"`code` is {_shown(code)}, not an HTTP status")
        reason = status.get("message")
        return self._decoded(
            Response(
                code if _is_status(code) else 0,
                self._headers(part.get("headers"), (*path, "headers")),
                self._body(part.get("body"), (*path, "body")) if apart is None else apart,
                "" if reason is None else self._text(reason, (*path, "status", "message")),
            ),
            path,
        )

    def _headers(self, value: Any, path: KeyPath) -> Headers:
        if value is None:
            return Headers()
        items = []
        for name, values in self._part(value, path, "`headers`").items():
            for index, one in enumerate(values if isinstance(values, list) else [values]):
                where = (*path, name, index) if isinstance(values, list) else (*path, name)
                text = one.decode("latin-1") if isinstance(one, bytes) else self._text(one, where)
                if "\n" in text or "\r" in text:
                    self._fault(where, f"header {name} holds a line break")
                items.append((str(name), text))
        return Headers(tuple(items))

    def _body(self, value: Any, path: KeyPath) -> bytes:
        """vcrpy writes null, text, `!!binary`, {string: ...}; older versions {base64_string: ...}."""
        if isinstance(value, dict) and isinstance(encoded := value.get("base64_string"), (str, bytes)):
            try:
                return base64.b64decode(encoded)
            except binascii.Error:
                self._fault((*path, "base64_string"), "not base64")
                return b""
        if isinstance(value, dict) and "string" in value:
            value, path = value["string"], (*path, "string")
        if value is None or isinstance(value, bytes):
            return value or b""
        return self._text(value, path).encode("utf-8", "surrogatepass")

    def _decoded(self, response: Response, path: KeyPath) -> Response:
        """Without content encoding: httpx under vcrpy leaves the body packed, the others leave only the header."""
        encoding = response.headers.get("content-encoding").strip().lower()
        if not encoding:
            return response
        body = response.body
        if body.startswith(_GZIP) or encoding == "deflate":
            body = unpacked(body, "gzip" if body.startswith(_GZIP) else encoding)
        is_foreign = encoding not in ("gzip", "x-gzip", "deflate", "identity")
        if body.startswith(_GZIP) or (is_foreign and not _is_text(body)):
            self._fault((*path, "body"), f"the body is packed ({encoding}) and cannot be unpacked")
        return Response(response.status, _with_length(response.headers, len(body)), body, response.reason)

    def _provenance(self, value: Any, interactions: int) -> Provenance | None:
        path: KeyPath = ("pactproof",)
        part = self._part(value, path, "`pactproof`")
        names = ("operation", "scenario", "source", "recorded_at", "consumer", "recorded_with")
        texts = {name: self._text(part.get(name), (*path, name)) for name in names}
        if texts["source"] and texts["source"] not in SOURCES:
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
            found = datetime.fromisoformat(text) if text else AT_AN_UNKNOWN_TIME
        except ValueError:
            found = datetime.min  # noqa: DTZ901 - stands for "no time", told just below
        if found.tzinfo is None:
            self._fault(path, f"`{path[-1]}` is {text!r}, not a time such as 2026-01-05T10:00:00Z")
            return AT_AN_UNKNOWN_TIME
        return found

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
    return bool(provenance.get("digest") == digest_of(interactions, told))


def _imported(shown_as: str, interactions: Iterable[Interaction]) -> Provenance:
    """What can be told of a file from another recorder. The oldest Date header says when it was recorded."""
    operation, scenario = named_by(shown_as)
    dates = [date for one in interactions if (date := _date(one.response.headers.get("date"))) is not None]
    return Provenance(operation, scenario, "imported", min(dates, default=AT_AN_UNKNOWN_TIME), "", "vcrpy")


def _date(header: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(header)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


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
