"""The cassette file: vcrpy's YAML format, version 1, with where it comes from beside it.

Layout, stable byte for byte for the same cassette:

    # recorded for grafana.get_dashboard (scenario ok) in registry.yaml; made by pactproof, do not edit by hand
    interactions:
    - request: {body, headers, method, uri}
      response: {body: {string}, headers, status: {code, message}}
    version: 1
    pactproof: {operation, scenario, source, recorded_at, consumer, recorded_with, params, requests}
    ...

vcrpy ignores the key `pactproof` and YAML's end mark `...`, by which a file that was cut off is seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from pactproof.atomic import replace_file
from pactproof.errors import CassetteError, CassetteMissingError, Place, SecretFoundError
from pactproof.interaction import HeaderItems, Headers, Interaction, Json, Request, Response, is_json
from pactproof.recording.cassette_reading import END_MARK, FIRST_LINE, read_cassette_text
from pactproof.recording.json_text import reindented
from pactproof.recording.provenance import Cassette, Provenance, Source, mending, named_by
from pactproof.recording.yaml_text import yaml_text
from pactproof.redaction import has_checksum, scan

__all__ = ["Cassette", "Provenance", "Source", "as_stored", "dump_cassette", "load_cassette", "write_cassette"]

_NO_LONGER_TRUE: Final = ("content-encoding", "transfer-encoding")  # bodies are stored without either
_WITHOUT_BODY: Final = frozenset({204, 304})


def dump_cassette(cassette: Cassette) -> str:
    """The text of the file. Raises CassetteError for what no cassette can hold, such as a line break in a header."""
    told = cassette.provenance
    entry = " ".join(f"{told.operation} (scenario {told.scenario})".split())
    tree = {
        "interactions": [_interaction(as_stored(one)) for one in cassette.interactions],
        "version": 1,
        "pactproof": _provenance(told),
    }
    try:
        body = yaml_text(tree)
    except ValueError as error:
        raise CassetteError(f"{told.operation} cannot be stored: it holds {error}") from error
    return f"{FIRST_LINE}{entry} in registry.yaml; made by pactproof, do not edit by hand\n{body}{END_MARK}\n"


def load_cassette(path: Path, *, shown_as: str) -> Cassette:
    """Read what `dump_cassette` or vcrpy wrote; `shown_as` names the file in messages.

    Raises CassetteMissingError where there is no file, CassetteError with all faults where it cannot be used.
    """
    operation, scenario = named_by(shown_as)
    if path.is_symlink():
        raise CassetteError("a symbolic link, not a file", at=Place(shown_as), fix=f"remove it; {mending(operation)}")
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError as error:
        what = f"nothing recorded for {operation} (scenario {scenario})"
        fix = f"record it: pytest contracts --record-mode=rewrite -k {operation}"
        raise CassetteMissingError(what, at=Place(shown_as), fix=fix) from error
    except UnicodeDecodeError as error:
        what = f"not UTF-8 text: byte {error.start}"
        raise CassetteError(what, at=Place(shown_as), fix=mending(operation)) from error
    except OSError as error:
        what = f"cannot be read: {error.strerror}"
        raise CassetteError(what, at=Place(shown_as), fix="make it a readable file") from error
    return read_cassette_text(text, shown_as)


def write_cassette(path: Path, cassette: Cassette, *, root: Path, secrets: Sequence[str] = ()) -> None:
    """Replace the file as a whole; on any failure the old one stays as it is, byte for byte.

    root:    the project's folder; `path` has to lie below `root/cassettes`, with no symbolic link on the way
    secrets: values known to be secret, looked for in the finished text beside the shapes of well-known tokens

    Raises CassetteError, or SecretFoundError that names rule and line and never the value.
    """
    shown_as = _refuse_strangers(path, root)
    fix = mending(cassette.provenance.operation)
    try:
        text = dump_cassette(cassette)
    except CassetteError as error:
        raise CassetteError(error.what, at=Place(shown_as), fix=fix) from error
    _refuse_secrets(text, secrets, shown_as)
    _refuse_unreadable(text, cassette, shown_as)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, text.encode("utf-8"))
    except OSError as error:
        what = f"cannot be written: {error.strerror or error}; what was there before is unchanged"
        fix = f"make room, or the folder writable; {fix}"
        raise CassetteError(what, at=Place(shown_as), fix=fix) from error


def as_stored(interaction: Interaction) -> Interaction:
    """What comes back from a file: JSON laid out, headers by name, the length as it is now, no encodings."""
    request, response = interaction.request, interaction.response
    # vcrpy compares request bodies as JSON only under this media type; others have to stay as they were sent.
    is_free = request.content_type == "application/json" and not has_checksum(request.headers)
    body = _laid_out(request.body) if is_free else request.body
    sent = Request(request.method, request.url, _stored_headers(request.headers, len(body), drop=()), body)
    return Interaction(sent, _stored_response(response, request.method))


def _stored_response(response: Response, method: str) -> Response:
    is_free = is_json(response.content_type) and not has_checksum(response.headers)
    body = _laid_out(response.body) if is_free else response.body
    # Where no body is allowed, the length speaks of another answer.
    has_none = method.upper() == "HEAD" or response.status in _WITHOUT_BODY
    headers = _stored_headers(response.headers, None if has_none else len(body), drop=_NO_LONGER_TRUE)
    reason = response.reason if response.reason.isascii() else ""  # vcrpy sends the reason as ASCII
    return replace(response, headers=headers, body=body, reason=reason)


def _stored_headers(headers: Headers, body_bytes: int | None, *, drop: tuple[str, ...]) -> Headers:
    """One spelling a name, names sorted, the values of a name in wire order, one corrected Content-Length."""
    spelled: dict[str, str] = {}
    kept: list[tuple[str, str]] = []
    for name, value in headers.without(*drop, "transfer-encoding").items:
        low = name.lower()
        is_length = low == "content-length" and body_bytes is not None
        if not (is_length and low in spelled):
            kept.append((spelled.setdefault(low, name), str(body_bytes) if is_length else value))
    return Headers(tuple(sorted(kept, key=lambda item: item[0].lower())))


def _laid_out(body: bytes) -> bytes:
    try:
        return reindented(body.decode("utf-8")).encode("utf-8")
    except UnicodeDecodeError:
        return body


def _interaction(one: Interaction) -> dict[str, Json]:
    request, response = one.request, one.response
    return {
        "request": {
            "body": _body(request.body) if request.body else None,
            "headers": _header_lists(request.headers.items),
            "method": request.method,
            "uri": request.url,
        },
        "response": {
            "body": {"string": _body(response.body)},
            "headers": _header_lists(response.headers.items),
            "status": {"code": response.status, "message": response.reason},
        },
    }


def _header_lists(items: HeaderItems) -> dict[str, list[str]]:
    lists: dict[str, list[str]] = {}
    for name, value in items:
        if "\n" in value or "\r" in value:
            raise CassetteError(f"header {name} holds a line break")
        lists.setdefault(name, []).append(value)
    return lists


def _body(body: bytes) -> str | bytes:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return body


def _provenance(told: Provenance) -> dict[str, Json]:
    tree: dict[str, Json] = {
        "operation": told.operation,
        "scenario": told.scenario,
        "source": told.source,
        "recorded_at": told.recorded_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "consumer": told.consumer,
        "recorded_with": told.recorded_with,
        "params": told.params,
    }
    return {**tree, "requests": told.requests} if told.requests else tree


def _refuse_strangers(path: Path, root: Path) -> str:
    """The path as messages show it. Raises CassetteError for a path that leaves the folder of cassettes."""
    folder = root / "cassettes"
    if ".." in path.parts or not path.is_relative_to(folder) or path == folder:
        fix = "give the service and the operation plain names"
        raise CassetteError(f"the path leaves {folder.name}/", at=Place(str(path)), fix=fix)
    shown_as = path.relative_to(root).as_posix()
    for part in (path, *path.parents):
        if part == root:
            break
        if part.is_symlink():
            where = part.relative_to(root).as_posix()
            raise CassetteError(
                f"{where} is a symbolic link", at=Place(shown_as), fix="put a real folder or file there"
            )
    return shown_as


def _refuse_secrets(text: str, secrets: Sequence[str], shown_as: str) -> None:
    findings = scan(text, secrets)
    if not findings:
        return
    seen = "\n".join(f"  line {finding.line}: {finding.rule}" for finding in findings)
    what = f"the recording would carry a secret; nothing was written. By line of the new file and rule:\n{seen}"
    fix = "let the sandbox answer without it, or the program send it in a header; then record again"
    raise SecretFoundError(what, at=Place(shown_as), fix=fix)


def _refuse_unreadable(text: str, cassette: Cassette, shown_as: str) -> None:
    """A file that would not read back as what was recorded is never put in place of one that does."""
    stored = tuple(as_stored(one) for one in cassette.interactions)
    if read_cassette_text(text, shown_as).interactions != stored:
        raise CassetteError(
            "the recording would not read back as it is", at=Place(shown_as), fix="report this as a bug"
        )
