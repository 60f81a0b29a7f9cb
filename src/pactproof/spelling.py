"""The spelling that a person most likely meant, for the messages about a name that nobody knows."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name that `name` is most likely a misspelling of, whatever its case; "" where none is near."""
    by_lower = {each.lower(): each for each in known}
    close = difflib.get_close_matches(name.lower(), by_lower, n=1)
    return by_lower[close[0]] if close else ""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """ " (did you mean x?)", or nothing where no known name is near."""
    near = nearest(name, known)
    return f" (did you mean {near}?)" if near else ""
