"""Threads and tasks that were started while the network was closed, and are still there when it opens again.

Nothing may go out that a test began offline, so they stay closed until they end. While a later provider is active they
are answered by it like all others: a program's own pool of threads may serve many tests.

A thread is known by having been started since, or by one that was (Python 3.11 raises no audit event for it, so that
`Thread.start` is wrapped); a task by the context that it was made in.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from weakref import WeakSet


class _Offline:
    """A time in which the network is closed."""

    is_over = False


_began_in: ContextVar[_Offline | None] = ContextVar("began_in", default=None)
_threads: WeakSet[threading.Thread] = WeakSet()


@contextmanager
def offline() -> Iterator[None]:
    """What is started in this block, and is not over at its end, is left over."""
    before, this, outer = set(threading.enumerate()), _Offline(), _began_in.get()
    _began_in.set(this)
    try:
        yield
    finally:
        _began_in.set(outer)
        this.is_over = True
        _threads.update(thread for thread in threading.enumerate() if thread not in before)


def is_left_over() -> bool:
    """Whether the calling thread or task was started in a time offline that is over."""
    began = _began_in.get()
    return (began is not None and began.is_over) or (bool(_threads) and threading.current_thread() in _threads)


def install() -> None:
    """What is left over starts nothing but what is left over. To be called once."""
    original = threading.Thread.start

    def start(self: threading.Thread) -> None:
        if is_left_over():
            _threads.add(self)
        original(self)

    setattr(threading.Thread, "start", start)  # noqa: B010 - mypy knows no other way to say that this is meant
