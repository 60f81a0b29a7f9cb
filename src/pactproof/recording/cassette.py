"""The cassette file: vcrpy's YAML format, version 1, with where it comes from beside it.

Layout, stable byte for byte for the same cassette:

    # recorded for grafana.get_dashboard (scenario ok) in registry.yaml; made by pactproof, do not edit by hand
    interactions:
    - request: {body, headers, method, uri}
      response: {body: {string}, headers, status: {code, message}}
      body_files: {request, response}       only of bodies that are kept in files of their own
    version: 1
    pactproof: {operation, scenario, source, recorded_at, verified_at, consumer, recorded_with, versions,
                provider_version, params, requests, digest}
    ...

vcrpy ignores the keys `body_files` and `pactproof`, and YAML's end mark `...`, by which a file that was cut off is
seen.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Final

from pactproof.atomic import replace_file
from pactproof.errors import CassetteError, CassetteMissingError, Place, SecretFoundError
from pactproof.interaction import HeaderItems, Interaction, Json
from pactproof.recording.bodies_apart import bodies_apart, is_apart, name_of, sweep_bodies, write_bodies
from pactproof.recording.cassette_reading import END_MARK, FIRST_LINE, read_cassette_text
from pactproof.recording.digest import digest_of
from pactproof.recording.folder_lock import FolderLockedError, locked
from pactproof.recording.provenance import Cassette, Provenance, Source, mending, named_by
from pactproof.recording.stored_form import as_stored
from pactproof.recording.yaml_text import yaml_text
from pactproof.redaction import scan

__all__ = ["Cassette", "Provenance", "Source", "as_stored", "dump_cassette", "load_cassette", "write_cassette"]

_PIECE_BYTES: Final = 2 * 1024 * 1024
_OVERLAP_BYTES: Final = 64 * 1024  # longer than any secret with the names and encodings around it
_NO_WORD: Final = re.compile(rb"[^\w+/=.-]")
_TIME: Final = "%Y-%m-%dT%H:%M:%SZ"
_LEFT_OUT_WHERE_EMPTY: Final = ("versions", "provider_version", "requests")


def dump_cassette(cassette: Cassette, *, is_whole: bool = False) -> str:
    """The text of the file. Raises CassetteError for what no cassette can hold, such as a line break in a header.

    is_whole: large bodies stand in the text too, for readers that know nothing of files beside it
    """
    return _text(_stored(cassette), is_whole=is_whole)


def _stored(cassette: Cassette) -> Cassette:
    return Cassette(tuple(as_stored(one) for one in cassette.interactions), cassette.provenance)


def _text(stored: Cassette, *, is_whole: bool = False) -> str:
    told = stored.provenance
    entry = " ".join(f"{told.operation} (scenario {told.scenario}) in registry.yaml".split())
    if not told.operation:
        entry = " ".join(f"{told.scenario} by use_cassette".split())
    provenance = _provenance(told)
    try:
        digest = digest_of(stored.interactions, provenance)
        body = yaml_text(
            {
                "interactions": [_interaction(one, is_whole=is_whole) for one in stored.interactions],
                "version": 1,
                "pactproof": {**provenance, "digest": digest},
            }
        )
    except ValueError as error:
        raise CassetteError(f"{told.operation} cannot be stored: it holds {error}") from error
    return f"{FIRST_LINE}{entry}; made by pactproof, do not edit by hand\n{body}{END_MARK}\n"


def load_cassette(path: Path, *, shown_as: str) -> Cassette:
    """Read what `dump_cassette` or vcrpy wrote; `shown_as` names the file in messages.

    Raises CassetteMissingError where there is no file, CassetteError with all faults where it cannot be used.
    """
    operation, scenario = named_by(shown_as)
    _refuse_links(path, shown_as, mending(operation))
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
    return read_cassette_text(text, shown_as, lambda name: _body_file(path.parent / name))


def _refuse_links(path: Path, shown_as: str, fix: str) -> None:
    """Raise CassetteError where the file is a symbolic link, or a folder of it from `cassettes` on."""
    if path.is_symlink():
        raise CassetteError("a symbolic link, not a file", at=Place(shown_as), fix=f"remove it; {fix}")
    names = PurePosixPath(shown_as).parts
    for folder in path.parents[: len(names) - 1] if names[0] == "cassettes" else ():
        if folder.is_symlink():
            what = f"{folder.name} is a symbolic link"
            raise CassetteError(what, at=Place(shown_as), fix=f"put a real folder there; {fix}")


def _body_file(path: Path) -> bytes:
    if path.is_symlink() or path.parent.is_symlink():
        raise OSError(errno.ELOOP, "a symbolic link, not a file")
    return path.read_bytes()


def write_cassette(
    path: Path,
    cassette: Cassette,
    *,
    root: Path | None,
    secrets: Sequence[str] = (),
    still: Callable[[], bool] | None = None,
) -> None:
    """Replace the file as a whole; on any failure the old one stays as it is, byte for byte.

    root:    the project's folder; `path` has to lie below `root/cassettes`, with no symbolic link on the way. None
             where a test names the file by itself: it may lie anywhere, and be no symbolic link
    secrets: values known to be secret, looked for in the finished text beside the shapes of well-known tokens
    still:   whether the file is as the caller knows it; asked when no other process can write, and False refuses

    Raises CassetteError, or SecretFoundError that names rule and line and never the value.
    """
    shown_as = _refuse_strangers(path, root)
    fix = mending(cassette.provenance.operation)
    stored = _stored(cassette)
    try:
        text = _text(stored)
    except CassetteError as error:
        raise CassetteError(error.what, at=Place(shown_as), fix=fix) from error
    apart = bodies_apart(stored.interactions)
    _refuse_secrets(text, apart, secrets, shown_as)
    _refuse_unreadable(text, apart, stored, shown_as)
    try:
        if not path.parent.is_dir():
            path.parent.mkdir(parents=True, exist_ok=True)
        with locked(path.parent):
            if still is not None and not still():
                what = "it was changed by another process while this one recorded; what is there was left alone"
                raise CassetteError(what, at=Place(shown_as), fix="record one after the other")
            _put(path, text, apart)
    except FolderLockedError as error:
        what = f"cannot be written: {error.strerror}; what was there before is unchanged"
        raise CassetteError(what, at=Place(shown_as), fix="record one after the other") from error
    except OSError as error:
        what = f"cannot be written: {error.strerror or error}; what was there before is unchanged"
        fix = f"make room, or the folder writable; {fix}"
        raise CassetteError(what, at=Place(shown_as), fix=fix) from error


def _put(path: Path, text: str, apart: Mapping[str, bytes]) -> None:
    """The large bodies first, the cassette that names them next, and away with what nobody names any more."""
    try:
        write_bodies(path.parent, apart)
        replace_file(path, text.encode("utf-8"))
    finally:
        sweep_bodies(path.parent)


def _interaction(one: Interaction, *, is_whole: bool) -> dict[str, Json]:
    request, response = one.request, one.response
    parts = {"request": request.body, "response": response.body}
    apart = {} if is_whole else {name: body for name, body in parts.items() if is_apart(body)}
    tree: dict[str, Json] = {
        "request": {
            "body": _body(request.body) if request.body and "request" not in apart else None,
            "headers": _header_lists(request.headers.items),
            "method": request.method,
            "uri": request.url,
        },
        "response": {
            "body": {"string": _body(response.body) if "response" not in apart else ""},
            "headers": _header_lists(response.headers.items),
            "status": {"code": response.status, "message": response.reason},
        },
    }
    return {**tree, "body_files": {name: name_of(body) for name, body in apart.items()}} if apart else tree


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
        "recorded_at": told.recorded_at.strftime(_TIME),
        "verified_at": told.verified_at.strftime(_TIME),
        "consumer": told.consumer,
        "recorded_with": told.recorded_with,
        "versions": dict(sorted(told.versions.items())),
        "provider_version": told.provider_version,
        "params": told.params,
        "requests": told.requests,
    }
    return {key: value for key, value in tree.items() if value or key not in _LEFT_OUT_WHERE_EMPTY}


def _refuse_strangers(path: Path, root: Path | None) -> str:
    """The path as messages show it. Raises CassetteError for a path that leaves the folder of cassettes."""
    if root is None:
        if path.is_symlink():
            raise CassetteError("a symbolic link, not a file", at=Place(str(path)), fix="put a real file there")
        return str(path)
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


def _refuse_secrets(text: str, apart: Mapping[str, bytes], secrets: Sequence[str], shown_as: str) -> None:
    seen = [f"  {shown_as}:{finding.line}:{finding.column}: {finding.rule}" for finding in scan(text, secrets)]
    for name, body in apart.items():
        seen += [f"  {name}, line {line}: {rule}" for line, rule in _secrets_apart(body, secrets)]
    if not seen:
        return
    lines = "\n".join(seen)
    what = f"the recording would carry a secret; nothing was written. By place in the new file and rule:\n{lines}"
    fix = "let the sandbox answer without it, or the program send it in a header; then record again"
    raise SecretFoundError(what, at=Place(shown_as), fix=fix)


def _secrets_apart(body: bytes, secrets: Sequence[str]) -> list[tuple[int, str]]:
    """Line and rule of each finding. Read in overlapping pieces: the scan takes many times the memory of its text."""
    found: set[tuple[int, str]] = set()
    start, lines = 0, 0
    while start < len(body):
        piece = body[start : start + _PIECE_BYTES]
        found.update((lines + one.line, one.rule) for one in scan(piece.decode("utf-8", "replace"), secrets))
        if start + len(piece) == len(body):
            break
        # The next piece starts where a word does, so that no part of a longer one is taken for a token.
        end = _NO_WORD.search(body, start + _PIECE_BYTES - _OVERLAP_BYTES, start + _PIECE_BYTES)
        after = end.end() if end else start + _PIECE_BYTES - _OVERLAP_BYTES
        lines += body.count(b"\n", start, after)
        start = after
    return sorted(found)


def _refuse_unreadable(text: str, apart: Mapping[str, bytes], stored: Cassette, shown_as: str) -> None:
    """A file that would not read back as what was recorded is never put in place of one that does."""
    found = read_cassette_text(text, shown_as, apart.__getitem__)
    if found.interactions != stored.interactions or not found.digest_fits:
        raise CassetteError(
            "the recording would not read back as it is", at=Place(shown_as), fix="report this as a bug"
        )
