"""What a test function returns: kept, since pytest itself wants None."""

from __future__ import annotations

import asyncio
import functools
import inspect
from collections.abc import Callable
from typing import Any


def keeping_result(
    function: Callable[..., Any], keep: Callable[[Any], None], *, runs_async: bool
) -> Callable[..., Any]:
    """`function`, its result handed to `keep`.

    runs_async: a coroutine function is run here, since no plugin has taken it on
    """
    if not inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> None:
            __tracebackhide__ = True
            keep(function(*args, **kwargs))

        return call
    if not runs_async:

        @functools.wraps(function)
        async def call_async(*args: Any, **kwargs: Any) -> None:
            keep(await function(*args, **kwargs))

        return call_async

    @functools.wraps(function)
    def run(*args: Any, **kwargs: Any) -> None:
        __tracebackhide__ = True
        keep(asyncio.run(function(*args, **kwargs)))

    vars(run).pop("__wrapped__", None)  # functools.wraps would have it read as a coroutine function still
    return run
