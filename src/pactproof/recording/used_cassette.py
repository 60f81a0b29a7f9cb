"""A cassette while it is open: it answers, records, and decides at the end what is kept and what has to be told."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pactproof.errors import CassetteError, CassetteMissingError, ContractError, NoMatchError, Place, UnplayedError
from pactproof.interaction import Interaction, Request, Response
from pactproof.record_mode import RecordMode
from pactproof.recording.cassette import load_cassette, write_cassette
from pactproof.recording.merging import merged
from pactproof.recording.plain_recorder import PlainRecorder
from pactproof.recording.playback import Playback
from pactproof.recording.provenance import Cassette
from pactproof.recording.regular_file import regular_bytes
from pactproof.redaction import Redactor, Rules, rules_above
from pactproof.transport import (
    AwsCall,
    CredentialCalls,
    activated,
    aws_call,
    closed_network,
    forward,
    install,
    is_loopback,
    plain_request,
    port_of,
)
from pactproof.transport.surroundings import NO_PROXY, environment, offline_aws

_MOST_SHOWN = 5


@dataclass(frozen=True)
class Options:
    """As `use_cassette` takes them."""

    allow_unplayed: bool
    allow_playback_repeats: bool
    match_on: tuple[str, ...]
    secrets: tuple[str, ...]
    open_ports: frozenset[int]
    record_on_exception: bool
    redact: Rules | None


class UsedCassette:
    """What `with use_cassette(…) as cassette` gives.

    path:        of the file; record_mode: the one in force, which the command line may have chosen
    is_replayed: whether all answers come from the file, so that the network is closed
    """

    def __init__(self, path: Path, record_mode: RecordMode, options: Options) -> None:
        self.path, self.record_mode, self._options = path.absolute(), record_mode, options
        self._shown_as = str(path)
        self._before = self._bytes()
        self._stored = self._loaded()
        self.is_replayed = record_mode == "none" or (record_mode == "once" and self._stored is not None)
        if not self.is_replayed:
            _ = self._rules  # a registry that cannot be used is told before anything is asked
        self._playback = Playback(
            self._stored.interactions if self._stored and record_mode != "all" else (),
            self._stored.provenance.requests if self._stored and record_mode != "all" else (),
            options.match_on,
            options.allow_playback_repeats,
            options.secrets,
            lambda: self._rules,
        )
        self._recorder = PlainRecorder()
        self.credentials = CredentialCalls(not self.is_replayed, may_leave=True, promises=self._playback.knows)
        self._refused: list[ContractError] = []
        self._lock = threading.Lock()

    # --- what a test may ask -------------------------------------------------------------------------------------

    @property
    def interactions(self) -> tuple[Interaction, ...]:
        """Those played, in the file's order, then those recorded, as they were received."""
        played = (self._playback.interactions[index] for index in sorted(self._playback.played))
        return (*played, *self._recorder.interactions)

    @property
    def play_count(self) -> int:
        """How many recorded interactions were played."""
        return len(self._playback.played)

    @property
    def all_played(self) -> bool:
        return not self._playback.unplayed

    # --- the provider --------------------------------------------------------------------------------------------

    @property
    def answers_at_once(self) -> bool:
        return self.is_replayed and not self._options.open_ports

    def handle(self, request: Request) -> Response:
        if self._is_of_the_test(request):
            return forward(request, request.url)
        call = aws_call.get()
        if (answer := self.credentials.answer(request, call)) is not None:
            return answer
        request = plain_request(request)
        response = self._playback.play(request, call)
        if response is not None:
            return response
        if self.is_replayed:
            raise self._no_match(request, call)
        return self._recorder.record(request, call)

    def handle_aws(self, call: AwsCall) -> tuple[Any, dict[str, Any]] | None:
        """Answered further down, on the wire, so that botocore parses what was recorded; but for dummy credentials."""
        return self.credentials.answer_aws(call)

    # --- its course ----------------------------------------------------------------------------------------------

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Raises CassetteError where another provider answers already: requests could not be told apart."""
        install()
        with ExitStack() as stack:
            try:
                stack.enter_context(activated(self))
            except RuntimeError as error:
                what = "it cannot be opened: another cassette, or a contract, answers requests in this process"
                fix = "open one after the other, or put all in one file"
                raise CassetteError(what, at=Place(self._shown_as), fix=fix) from error
            wanted: Mapping[str, str | None] = {**NO_PROXY, **offline_aws()} if self.is_replayed else NO_PROXY
            stack.enter_context(environment(wanted))
            if self.is_replayed:
                why = f"{self._shown_as} is replayed offline"
                fix = 'leave it out, name its port in open_ports, or record it with record_mode="new_episodes"'
                stack.enter_context(closed_network(self._note, self._options.open_ports, why=why, fix=fix))
            yield

    def close(self, error: BaseException | None) -> None:
        """Keep what was recorded, or say why not; then what the program cannot have noticed by itself."""
        if error is not None and not (self._options.record_on_exception and isinstance(error, Exception)):
            if self._recorder.interactions:
                error.add_note(f"{self._shown_as}: nothing was recorded, since this was raised")
            elif self._refused and self._refused[0] is not error:
                error.add_note(str(self._refused[0]))
            return
        if self._recorder.unanswered and error is None:
            what = f"nothing was recorded: {self._recorder.unanswered} of the requests had no answer yet"
            raise CassetteError(
                what, at=Place(self._shown_as), fix="wait for the program's threads inside of the block"
            )
        if self._recorder.interactions:
            self._write()
        if error is not None:
            return
        if self._refused:
            raise self._refused[0]
        if self.is_replayed and not self._options.allow_unplayed and self._playback.unplayed:
            raise self._unplayed()
        if self.is_replayed and self._stored is not None and not self._stored.digest_fits:
            raise self._unfit(self._stored)

    def _note(self, error: ContractError) -> None:
        with self._lock:
            self._refused.append(error)

    def _no_match(self, request: Request, call: AwsCall | None) -> NoMatchError:
        shown = f"{call.service}.{call.operation.name}" if call else _shown(self._playback.hidden(request))
        what = f"nothing recorded for {shown}\n  {self._playback.closest(request)}"
        fix = f'record mode is {self.record_mode}; if the request is meant to be so, record it with "new_episodes"'
        error = NoMatchError(what, at=Place(self._shown_as), fix=f'{fix} or "rewrite" and review the diff')
        self._note(error)
        return error

    def _unplayed(self) -> UnplayedError:
        left, count = self._playback.unplayed, len(self._playback.interactions)
        lines = [f"  interaction {index + 1}: {self._playback.interactions[index].request}" for index in left]
        more = [f"  and {len(lines) - _MOST_SHOWN} more"] if len(lines) > _MOST_SHOWN else []
        what = "\n".join([f"{len(left)} of {count} interactions were not played", *lines[:_MOST_SHOWN], *more])
        fix = "let the program send them, record it again, or pass allow_unplayed=True"
        return UnplayedError(what, at=Place(self._shown_as), fix=fix)

    def _is_of_the_test(self, request: Request) -> bool:
        """Whether it goes to one of the ports of this machine that are left alone."""
        if not self._options.open_ports or not is_loopback(request.url):
            return False
        return port_of(request.url) in self._options.open_ports

    # --- the file ------------------------------------------------------------------------------------------------

    def _loaded(self) -> Cassette | None:
        if self.record_mode == "rewrite":
            return None  # whatever it is, it is going to be replaced
        try:
            stored = load_cassette(self.path, shown_as=self._shown_as)
        except CassetteMissingError as error:
            if self.record_mode != "none":
                return None
            fix = f'record it: use_cassette("{self._shown_as}", record_mode="once")'
            raise CassetteMissingError("nothing is recorded there", at=Place(self._shown_as), fix=fix) from error
        except CassetteError as error:
            raise CassetteError(error.what, at=error.at, fix=self._mending()) from error
        if self.record_mode in ("new_episodes", "all") and not stored.digest_fits:
            raise self._unfit(stored)  # what is written next would fit what was changed
        return stored

    def _unfit(self, stored: Cassette) -> CassetteError:
        return CassetteError(stored.why_unfit, at=Place(self._shown_as), fix=self._mending())

    def _write(self) -> None:
        secrets = sorted({*self._options.secrets, *self._recorder.credentials, *self.credentials.secrets})
        try:
            redactor = Redactor(secrets, rules=self._rules)
            asked_again_by = self._options.match_on if self.record_mode == "all" else None
            made = merged(self._stored, self._recorder, redactor, self.path, asked_again_by)
            write_cassette(self.path, made, root=None, secrets=secrets, rules=self._rules, still=self._is_still)
        except CassetteError as error:
            raise type(error)(error.what, at=Place(self._shown_as), fix=error.fix) from error

    @cached_property
    def _rules(self) -> Rules:
        return rules_above(self.path.parent) if self._options.redact is None else self._options.redact

    def _is_still(self) -> bool:
        return self._bytes() == self._before

    def _bytes(self) -> bytes | None:
        try:
            return regular_bytes(self.path)
        except OSError:
            return None  # told when it is read, or written

    def _mending(self) -> str:
        return f'record it again: use_cassette("{self._shown_as}", record_mode="rewrite")'


def _shown(request: Request) -> str:
    parts = urlsplit(request.url)
    host = parts.netloc.rpartition("@")[2]
    return f"{request.method} {parts.scheme}://{host}{parts.path}" + (f"?{parts.query}" if parts.query else "")
