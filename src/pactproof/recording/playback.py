"""A recording that answers by itself, without a contract: each interaction the request that it was recorded for."""

from __future__ import annotations

import json
import threading
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from pactproof.interaction import Interaction, Json, Request, Response
from pactproof.recording.closest import closest_text
from pactproof.recording.request_key import MATCH_ON, redacted, request_key, without_numbers
from pactproof.redaction import Redactor
from pactproof.transport import AwsCall


@dataclass
class Playback:
    """Answers from any thread; each interaction once, in the file's order among equal requests.

    noted:   by interaction, the operation and parameters of an AWS call; empty where there are none
    repeats: whether the last of equal interactions answers again
    """

    interactions: Sequence[Interaction]
    noted: Sequence[Mapping[str, Json]] = ()
    match_on: Sequence[str] = MATCH_ON
    repeats: bool = False
    redactor: Redactor = field(default_factory=Redactor)
    played: set[int] = field(default_factory=set)
    _by_key: dict[Hashable, list[int]] = field(default_factory=dict)
    _params: dict[int, str] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        for index, one in enumerate(self.interactions):
            if not self._note(index):
                self._by_key.setdefault(request_key(one.request, self.match_on), []).append(index)

    def play(self, request: Request, call: AwsCall | None) -> Response | None:
        """The recorded answer, which is played then; None where nothing, or nothing more, answers."""
        if call is None:
            found = self._by_key.get(request_key(request, self.match_on))
            if found is None:
                with self._lock:  # it numbers what it hides
                    hidden = redacted(request, self.redactor)
                found = self._by_key.get(request_key(hidden, self.match_on), [])
        with self._lock:
            if call is not None:
                found = self._same_calls(call, request)
            index = self._next_of(found or [])
            if index is None:
                return None
            self.played.add(index)
            return self.interactions[index].response

    @property
    def unplayed(self) -> list[int]:
        return [index for index in range(len(self.interactions)) if index not in self.played]

    def closest(self, request: Request) -> str:
        """What the recording has that is most like `request`, for a message; secrets in it are not shown."""
        with self._lock:
            return closest_text(redacted(request, self.redactor), self.interactions, self.played)

    def _next_of(self, found: list[int]) -> int | None:
        waiting = next((index for index in found if index not in self.played), None)
        if waiting is None and found and self.repeats:
            return found[-1]
        return waiting

    def _note(self, index: int) -> Mapping[str, Json]:
        return self.noted[index] if index < len(self.noted) else {}

    def _same_calls(self, call: AwsCall, request: Request) -> list[int]:
        """Told apart by service, operation and parameters, never by address, date or signature."""
        from pactproof.aws.bodies import comparable_params, given_params, sent_params

        sent = comparable_params(
            call.operation, sent_params(call.operation, call.params, request.headers, request.body)
        )
        found: dict[str, list[int]] = {}
        for index, one in enumerate(self.interactions):
            note = self._note(index)
            if note.get("operation") != call.operation.name or not _may_be_of(call, one.request):
                continue
            if index not in self._params:
                given = given_params(call.operation, note.get("params", {}), one.request.headers, one.request.body)
                self._params[index] = _as_text(comparable_params(call.operation, given))
            found.setdefault(self._params[index], []).append(index)
        same = found.get(_as_text(sent))
        return same if same is not None else found.get(_as_text(self.redactor.redact_value(sent)), [])


def _as_text(params: Json) -> str:
    return without_numbers(json.dumps(params, sort_keys=True))


def _may_be_of(call: AwsCall, recorded: Request) -> bool:
    """Whether the host of a recorded call is the service's: several services have a ListTagsForResource."""
    host = urlsplit(recorded.url).hostname or ""
    if ".amazonaws.com" not in host:
        return True
    return f".{call.operation.service_model.endpoint_prefix}." in f".{host}"
