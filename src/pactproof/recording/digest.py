"""A digest of what a cassette says: it tells whether a file still holds what was written to it.

It is taken of the values, not of the text, so that another layout of the same YAML or a checkout with other line ends
does not break it. It stands against accident (a merge, an edit by hand, a side file of another cassette), not against
forgery: whoever changes a file on purpose can compute it again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pactproof.interaction import HeaderItems, Interaction, Json


def digest_of(interactions: Iterable[Interaction], provenance: Mapping[str, Json]) -> str:
    """`sha256:` and 64 digits. provenance: as the file holds it, without the digest.

    Raises ValueError where that holds what is neither JSON nor bytes.
    """
    digest = hashlib.sha256()
    _add(digest, _line(provenance))
    for one in interactions:
        request, response = one.request, one.response
        _add(digest, _line([request.method, request.url, _headers(request.headers.items)]))
        _add(digest, request.body)
        _add(digest, _line([response.status, response.reason, _headers(response.headers.items)]))
        _add(digest, response.body)
    return f"sha256:{digest.hexdigest()}"


def _add(digest: Any, part: bytes) -> None:
    digest.update(b"%d:" % len(part))  # so that no byte can pass from one part to the next unseen
    digest.update(part)


def _headers(items: HeaderItems) -> list[Any]:
    """By name, as a YAML mapping has no order; the values of one name keep theirs."""
    return sorted(items, key=lambda item: item[0])


def _line(value: Json) -> bytes:
    return json.dumps(_plain(value), separators=(",", ":")).encode()


def _plain(value: Any) -> Any:
    """`value` in JSON's types, with no order among keys. Raises ValueError for what is neither of them nor bytes."""
    if isinstance(value, Mapping):
        # Keys with their type: a key that lost its quotes is another key.
        return {"": sorted(([_plain(key), _plain(one)] for key, one in value.items()), key=lambda pair: str(pair[0]))}
    if isinstance(value, bytes):
        return {"bytes": value.hex()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(one) for one in value]
    if value is None or isinstance(value, str | bool | int | float):
        return value
    raise ValueError(f"a value of type {type(value).__name__}, which is no JSON")
