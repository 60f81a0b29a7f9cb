"""The text of a cassette: vcrpy's YAML format, version 1, with where it comes from beside it.

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

from typing import Final

from pactproof.errors import CassetteError
from pactproof.interaction import HeaderItems, Interaction, Json
from pactproof.recording.bodies_apart import is_apart, name_of
from pactproof.recording.cassette_reading import END_MARK, FIRST_LINE
from pactproof.recording.digest import digest_of
from pactproof.recording.provenance import Cassette, Provenance
from pactproof.recording.stored_form import as_stored
from pactproof.recording.yaml_text import yaml_text

_TIME: Final = "%Y-%m-%dT%H:%M:%SZ"
_LEFT_OUT_WHERE_EMPTY: Final = ("versions", "provider_version", "requests")


def dump_cassette(cassette: Cassette, *, is_whole: bool = False) -> str:
    """The text of the file. Raises CassetteError for what no cassette can hold, such as a line break in a header.

    is_whole: large bodies stand in the text too, for readers that know nothing of files beside it
    """
    return text_of(stored(cassette), is_whole=is_whole)


def stored(cassette: Cassette) -> Cassette:
    """`cassette` as it is stored, and reads back."""
    return Cassette(tuple(as_stored(one) for one in cassette.interactions), cassette.provenance)


def text_of(stored: Cassette, *, is_whole: bool = False) -> str:
    """As `dump_cassette`, of what is `stored` already."""
    told = stored.provenance
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
    return f"{FIRST_LINE}{_entry(told)}; made by pactproof, do not edit by hand\n{body}{END_MARK}\n"


def _entry(told: Provenance) -> str:
    """What it was recorded for, on one line, and without the characters that YAML forbids in a comment too."""
    entry = f"{told.operation} (scenario {told.scenario}) in registry.yaml"
    if not told.operation:
        entry = f"{told.scenario} by use_cassette"
    return " ".join("".join(char if char.isprintable() else " " for char in entry).split())


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
