"""The recorded interaction that a request is most like, and what differs, for the message that nothing answers it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any, Final

from pactproof.interaction import Interaction, Request
from pactproof.placeholder import without_numbers
from pactproof.recording.request_key import body_value, query_fields
from pactproof.transport import origin

_MOST_SHOWN: Final = 3
_LONGEST_VALUE: Final = 60
_ABSENT: Final = object()


def closest_text(request: Request, interactions: Sequence[Interaction], played: Collection[int]) -> str:
    """One line of a message, "closest: interaction 2, same method and path; body differs at $.amount (…)".

    request: with its secrets hidden, as those in `interactions` are
    """
    if not interactions:
        return "the recording is empty"
    ranked = ((_distance(request, one.request), index in played, index) for index, one in enumerate(interactions))
    _, is_played, index = min(ranked)
    recorded = interactions[index].request
    found = list(differences(recorded, request))
    if not found:
        again = "the same request, was played already" if is_played else "the same request"
        return f"closest: interaction {index + 1}, {again}"
    shown = "; ".join(found[:_MOST_SHOWN])
    more = f"; and {len(found) - _MOST_SHOWN} more" if len(found) > _MOST_SHOWN else ""
    return f"closest: interaction {index + 1}, {_what_is_same(recorded, request)}{shown}{more}"


def differences(recorded: Request, sent: Request) -> Iterator[str]:
    """Every part in which the two differ, the most telling first."""
    if recorded.method != sent.method:
        yield f"method differs (recorded {recorded.method}, sent {sent.method})"
    if origin(recorded.url) != origin(sent.url):
        yield f"host differs (recorded {origin(recorded.url)}, sent {origin(sent.url)})"
    if recorded.path != sent.path:
        yield f"path differs (recorded {recorded.path}, sent {sent.path})"
    before, now = _by_name(query_fields(recorded)), _by_name(query_fields(sent))
    for name in sorted({*before, *now}):
        if before.get(name) != now.get(name):
            yield f"query {name} differs ({_pair(_listed(before.get(name)), _listed(now.get(name)))})"
    for path, was, found in _value_differences(body_value(recorded), body_value(sent), "$"):
        where = "body differs" if path == "$" else f"body differs at {path}"
        yield f"{where} ({_pair(was, found)})"


def _distance(request: Request, recorded: Request) -> tuple[int, int]:
    """How much has to change: the address weighs more than what is asked there."""
    address = (
        recorded.path != request.path,
        recorded.method != request.method,
        origin(recorded.url) != origin(request.url),
    )
    return sum(address), sum(1 for _ in differences(recorded, request))


def _what_is_same(recorded: Request, sent: Request) -> str:
    if recorded.method == sent.method and recorded.path == sent.path and origin(recorded.url) == origin(sent.url):
        return "same method and path; "
    return ""


def _by_name(fields: list[tuple[str, str]]) -> dict[str, list[str]]:
    named: dict[str, list[str]] = {}
    for name, value in fields:
        named.setdefault(name, []).append(value)
    return named


def _listed(values: list[str] | None) -> Any:
    if values is None:
        return _ABSENT
    return values[0] if len(values) == 1 else values


def _value_differences(was: Any, now: Any, path: str) -> Iterator[tuple[str, Any, Any]]:
    """By JSON path, in the order of the recorded value."""
    if isinstance(was, dict) and isinstance(now, dict):
        for key in [*was, *(key for key in now if key not in was)]:
            yield from _value_differences(was.get(key, _ABSENT), now.get(key, _ABSENT), f"{path}.{key}")
    elif isinstance(was, list) and isinstance(now, list):
        for index in range(max(len(was), len(now))):
            before, after = (values[index] if index < len(values) else _ABSENT for values in (was, now))
            yield from _value_differences(before, after, f"{path}[{index}]")
    elif type(was) is not type(now) or _plain(was) != _plain(now):
        yield path, was, now


def _plain(value: Any) -> Any:
    return without_numbers(value) if isinstance(value, str) else value


def _pair(was: Any, now: Any) -> str:
    return f"recorded {_shown(was)}, sent {_shown(now)}"


def _shown(value: Any) -> str:
    if value is _ABSENT or value is None:
        return "nothing"
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}…"
