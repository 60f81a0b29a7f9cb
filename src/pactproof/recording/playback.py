"""A recording that answers by itself, without a contract: each interaction the request that it was recorded for."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from pactproof.interaction import Interaction, Json, Request, Response
from pactproof.placeholder import without_numbers
from pactproof.recording.carried import carried_credentials
from pactproof.recording.closest import closest_text
from pactproof.recording.request_key import MATCH_ON, redacted, request_key
from pactproof.redaction import Redactor, Rules
from pactproof.transport import AwsCall


@dataclass
class Playback:
    """Answers from any thread; each interaction once, in the file's order among equal requests.

    noted:   by interaction, the operation and parameters of an AWS call; empty where there are none
    repeats: whether the last of equal interactions answers again
    secrets: values that the recording hides wherever they stand; what requests carry in headers is one as well
    rules_of: asked, where something has to be hidden at all, by which rules that is done
    """

    interactions: Sequence[Interaction]
    noted: Sequence[Mapping[str, Json]] = ()
    match_on: Sequence[str] = MATCH_ON
    repeats: bool = False
    secrets: Collection[str] = field(default=(), repr=False)
    rules_of: Callable[[], Rules] = Rules
    played: set[int] = field(default_factory=set)
    _by_key: dict[Hashable, list[int]] = field(default_factory=dict)
    _by_call: dict[tuple[str, str], dict[str, list[int]]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.secrets = set(self.secrets)
        self._made_redactor: Redactor | None = None
        for index, one in enumerate(self.interactions):
            if not self._note(index):
                self._by_key.setdefault(request_key(one.request, self.match_on), []).append(index)

    def play(self, request: Request, call: AwsCall | None) -> Response | None:
        """The recorded answer, which is played then; None where nothing, or nothing more, answers."""
        found = None if call else self._by_key.get(request_key(request, self.match_on))
        with self._lock:
            if call is not None:
                found = self._same_calls(call, request)
            elif found is None:
                found = self._by_key.get(request_key(self._hidden(request), self.match_on), [])
            index = self._next_of(found)
            if index is None:
                return None
            self.played.add(index)
            return self.interactions[index].response

    def knows(self, call: AwsCall) -> bool:
        """Whether some call of the same operation is recorded."""
        return any(note.get("operation") == call.operation.name for note in self.noted)

    @property
    def unplayed(self) -> list[int]:
        return [index for index in range(len(self.interactions)) if index not in self.played]

    def hidden(self, request: Request) -> Request:
        """`request` as it would be stored, for messages: no secret is to be shown."""
        with self._lock:
            return self._hidden(request)

    def closest(self, request: Request) -> str:
        """What the recording has that is most like `request`, for a message."""
        with self._lock:
            return closest_text(self._hidden(request), self.interactions, self.played)

    def _hidden(self, request: Request) -> Request:
        """To be called by one thread at a time: secrets are numbered."""
        carried = carried_credentials(request).difference(self.secrets)
        if carried:
            self.secrets = carried.union(self.secrets)
            self._made_redactor = None
        return redacted(request, self._redactor)

    @property
    def _redactor(self) -> Redactor:
        if self._made_redactor is None:
            self._made_redactor = Redactor(sorted(self.secrets), rules=self.rules_of())
        return self._made_redactor

    def _next_of(self, found: Sequence[int]) -> int | None:
        waiting = next((index for index in found if index not in self.played), None)
        if waiting is None and found and self.repeats:
            return found[-1]
        return waiting

    def _note(self, index: int) -> Mapping[str, Json]:
        return self.noted[index] if index < len(self.noted) else {}

    def _same_calls(self, call: AwsCall, request: Request) -> list[int]:
        """Told apart by service, operation and parameters, never by address, date or signature."""
        from pactproof.aws.bodies import comparable_params, sent_params

        sent = comparable_params(
            call.operation, sent_params(call.operation, call.params, request.headers, request.body)
        )
        key = (call.service, call.operation.name)
        if key not in self._by_call:
            self._by_call[key] = self._recorded_calls(call)
        found = self._by_call[key]
        same = found.get(_as_text(sent))
        return same if same is not None else found.get(_as_text(self._redactor.redact_value(sent)), [])

    def _recorded_calls(self, call: AwsCall) -> dict[str, list[int]]:
        """The interactions that hold a call of the same operation, by its parameters."""
        from pactproof.aws.bodies import comparable_params, given_params

        found: dict[str, list[int]] = {}
        for index, one in enumerate(self.interactions):
            note = self._note(index)
            if note.get("operation") == call.operation.name and _may_be_of(call, one.request):
                given = given_params(call.operation, note.get("params", {}), one.request.headers, one.request.body)
                found.setdefault(_as_text(comparable_params(call.operation, given)), []).append(index)
        return found


def _as_text(params: Json) -> str:
    return without_numbers(json.dumps(params, sort_keys=True))


def _may_be_of(call: AwsCall, recorded: Request) -> bool:
    """Whether the host of a recorded call is the service's: several services have a ListTagsForResource."""
    host = urlsplit(recorded.url).hostname or ""
    if ".amazonaws.com" not in host:
        return True
    return f".{call.operation.service_model.endpoint_prefix}." in f".{host}"
