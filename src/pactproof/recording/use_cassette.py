"""`use_cassette`: the recorder for plain tests and scripts, outside of contracts."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Collection, Sequence
from contextlib import ExitStack
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, TypeVar, cast

from pactproof import record_mode as record_modes
from pactproof.errors import ContractError
from pactproof.record_mode import RECORD_MODES, RecordMode
from pactproof.recording.request_key import MATCH_ON, check_match_on
from pactproof.recording.used_cassette import Options, UsedCassette
from pactproof.redaction import Rules
from pactproof.spelling import did_you_mean

Function = TypeVar("Function", bound=Callable[..., Any])


class use_cassette:  # noqa: N801 - read as the verb it is, as in vcrpy
    """Answer the program's requests from the file at `path`, or record them there.

    A context manager and a decorator of functions, async ones too; either gives or opens a `UsedCassette`.

    record_mode: "none" replays, offline; "once" records where there is no file yet; "new_episodes" replays what is
                 there and records the rest; "all" asks for everything anew, which takes the place of what was recorded
                 for the same request; "rewrite" starts the file anew. To ask for another mode than "none" is to let
                 requests leave this machine. `pytest --record-mode=…` on the command line wins.
    allow_unplayed:          do not fail where the program leaves recorded interactions out
    allow_playback_repeats:  answer the same request again from the last interaction recorded for it
    match_on:                the parts in which a request has to be the recorded one, by vcrpy's names
    secrets:                 values that must not be in the file, beside the credentials that requests carried
    open_ports:              of this machine; what goes there is neither recorded nor refused: the test's own servers
    record_on_exception:     keep what was recorded though the block raised
    redact:                  rules of redaction; those that the registry.yaml above the file asks for, where None

    Raises CassetteMissingError where there is nothing to replay, NoMatchError for a request that nothing answers,
    UnplayedError, SecretFoundError, CassetteError for a file that cannot be used or written.
    """

    def __init__(
        self,
        path: str | PathLike[str],
        record_mode: RecordMode = "none",
        *,
        allow_unplayed: bool = False,
        allow_playback_repeats: bool = False,
        match_on: Sequence[str] = MATCH_ON,
        secrets: Sequence[str] = (),
        open_ports: Collection[int] = (),
        record_on_exception: bool = False,
        redact: Rules | None = None,
    ) -> None:
        if record_mode not in RECORD_MODES:
            near = did_you_mean(str(record_mode), RECORD_MODES)
            raise ContractError(
                f"{record_mode!r} is not a record mode", fix=f"use one of {', '.join(RECORD_MODES)}{near}"
            )
        if not Path(path).name:
            raise ContractError(f"{str(path)!r} names no file", fix='name the cassette: use_cassette("refund.yaml")')
        check_match_on(match_on)
        self._path, self._record_mode = Path(path), record_mode
        self._options = Options(
            allow_unplayed, allow_playback_repeats, tuple(match_on), tuple(secrets), frozenset(open_ports),
            record_on_exception, redact,
        )  # fmt: skip
        self._opened: list[tuple[UsedCassette, ExitStack]] = []

    def __enter__(self) -> UsedCassette:
        mode = record_modes.asked_on_command_line() or self._record_mode
        used, stack = UsedCassette(self._path, mode, self._options), ExitStack()
        with stack:
            stack.enter_context(used.answering())
            self._opened.append((used, stack.pop_all()))
        return used

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> Literal[False]:
        used, stack = self._opened.pop()
        stack.close()
        used.close(error)
        return False

    async def __aenter__(self) -> UsedCassette:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> Literal[False]:
        return self.__exit__(kind, error, traceback)

    def __call__(self, function: Function) -> Function:
        """`function`, each call of it with the cassette open."""
        if what := _what_is_no_function(function):
            fix = "write `with use_cassette(…):` inside of it, or decorate each of its methods"
            raise ContractError(f"{function.__qualname__} is a {what}, which a cassette cannot be open around", fix=fix)
        if inspect.iscoroutinefunction(function):

            @functools.wraps(function)
            async def call_async(*args: Any, **kwargs: Any) -> Any:
                with self:
                    return await function(*args, **kwargs)

            return cast(Function, call_async)

        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            with self:
                return function(*args, **kwargs)

        return cast(Function, call)


def _what_is_no_function(decorated: Callable[..., Any]) -> str:
    """Where a call is over before anything is sent: the kind of thing that is decorated, else ""."""
    if inspect.isclass(decorated):
        return "class"
    if inspect.isgeneratorfunction(decorated) or inspect.isasyncgenfunction(decorated):
        return "generator"
    return ""
