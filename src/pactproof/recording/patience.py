"""How long a recording waits for a provider that is busy: when a request is sent again, and when that ends.

The waiting is done below the consumer, which sees the good answer alone. It is counted for a scenario as a whole, so
that eight threads do not wait eight times as long.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from time import monotonic, sleep
from typing import Final

from pactproof.interaction import Headers

BUSY: Final = frozenset({429, 500, 502, 503, 504})
TRIES: Final = 6
TRIES_WHERE_NOBODY_IS: Final = 2
FIRST_DELAY_S: Final = 0.5
BUDGET_S: Final = 60.0


def _now() -> datetime:
    return datetime.now(UTC)


def _sleep(seconds: float) -> None:
    sleep(seconds)


@dataclass
class Patience:
    """What may be spent on waiting in one scenario.

    budget_s: in seconds, the waiting and the tries that came to nothing together
    tries:    how often one request is sent at most
    """

    budget_s: float = BUDGET_S
    tries: int = TRIES
    sleep: Callable[[float], None] = field(default=lambda seconds: _sleep(seconds))
    clock: Callable[[], float] = monotonic
    now: Callable[[], datetime] = _now
    spent_s: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def wait(self, tried: int, asked_at: float, headers: Headers | None, *, is_nobody_there: bool = False) -> str:
        """Wait before a request is sent again. Returns why that is not done, "" where it is.

        tried:           how often it was sent
        asked_at:        when it was sent last, by `clock`
        headers:         those of the answer; None where there was none
        is_nobody_there: nothing listens at the address, which seldom changes within a minute
        """
        tries = min(self.tries, TRIES_WHERE_NOBODY_IS) if is_nobody_there else self.tries
        delay = self._delay(tried, headers)
        lost = max(self.clock() - asked_at, 0.0)
        with self._lock:
            self.spent_s += lost
            if tried >= tries:
                return f"it was sent {tried} times" if tried > 1 else "it was of no use before"
            if self.spent_s + delay > self.budget_s:
                seconds = f"{delay:.1f}".removesuffix(".0")
                return f"another try in {seconds} s would take more than the {self.budget_s:g} s of a scenario"
            self.spent_s += delay
        self.sleep(delay)
        return ""

    def _delay(self, tried: int, headers: Headers | None) -> float:
        """Seconds, as the provider asks for in `Retry-After`, else twice as long with every try."""
        asked = retry_after_s(headers.get("retry-after"), self.now()) if headers is not None else None
        own = FIRST_DELAY_S * 2.0 ** (tried - 1)
        return own if asked is None else max(asked, 0.0)


def retry_after_s(value: str, now: datetime) -> float | None:
    """The seconds that a `Retry-After` asks to wait: a number, or an HTTP date; None where it says neither.

    Source: RFC 9110, 10.2.3.
    """
    text = value.strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return None
    return (date.replace(tzinfo=date.tzinfo or UTC) - now).total_seconds()
