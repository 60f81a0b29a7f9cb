"""Keys and values as messages tell them, whatever file they stand in."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any, Final

_SHOWN_CHARS: Final = 60


def dotted(keys: Iterable[str | int]) -> str:
    """Keys as messages show them: providers.grafana.openapi[1]."""
    parts = [f"[{key}]" if isinstance(key, int) else f".{_key(key)}" for key in keys]
    return "".join(parts).lstrip(".")


def shown(value: Any) -> str:
    """A value as messages show it: short, and by its kind where it is long."""
    match value:
        case None:
            return "empty"
        case list() | dict():
            kind = "list" if isinstance(value, list) else "mapping"
            return f"a {kind}" if value else f"an empty {kind}"
        case str() if len(value) <= _SHOWN_CHARS:
            return repr(value)
        case str():
            return f"{value[:_SHOWN_CHARS]!r} and {len(value) - _SHOWN_CHARS} characters more"
        case _:
            return json.dumps(value)[:_SHOWN_CHARS]


def _key(key: str) -> str:
    return key if re.fullmatch(r"[\w.-]{1,80}", key) else shown(key)
