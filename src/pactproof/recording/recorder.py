"""The sandbox, or an emulator of it, as a provider: each answer is passed on to the consumer and kept."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPException
from socket import gaierror
from ssl import SSLEOFError, SSLError
from typing import Final
from urllib.parse import urlsplit

from pactproof.errors import AuthRefusedError, ContractError, NetworkClosedError, ProviderBusyError
from pactproof.interaction import Interaction, Json, Mismatch, Request, Response
from pactproof.recording.aws_calls import canonical_url, note_of, sent_to_be_kept
from pactproof.recording.aws_refusal import error_code, is_busy_code, is_of_account, is_refusal_code
from pactproof.recording.links import links_mapped
from pactproof.recording.patience import Patience
from pactproof.recording.provenance import Source, source_at
from pactproof.recording.refusal import Promised, auth_refusal, is_busy
from pactproof.recording.writing import has_idempotency_key, is_writing_method, is_writing_operation
from pactproof.transport import AwsCall, aws_call, check_may_leave, origin

_NOBODY_THERE: Final = (ConnectionRefusedError, gaierror, SSLError)  # TLS that one side refuses stays refused


@dataclass
class Recorder:
    """Sends requests on and keeps what came back, with the canonical host in place of the sandbox's.

    target_url: where the requests of `base_url` really go; None for AWS, whose clients know by themselves
    may_leave:  whether a request may go anywhere but to this machine
    opt_in:     how to allow it, for the message that refuses it
    promised:   what the answers are to be like; None where nobody said so, then every answer is kept as it comes
    may_write:  whether a request may change something there
    refused_before: how the credentials were refused elsewhere in this run, "" where they were not

    An answer that nobody promised and that says "not now" is asked for again, and neither kept nor shown to the
    consumer. Where that is of no use, and where the credentials are refused, the recording is over: every later
    request is refused with the same error before it is sent.
    """

    base_url: str
    target_url: str | None
    may_leave: bool
    opt_in: str
    promised: Promised | None = None
    may_write: bool = True
    patience: Patience = field(default_factory=Patience)
    refused_before: Callable[[], str] = lambda: ""
    answers_at_once: bool = False
    unpromised: list[Mismatch] = field(default_factory=list)
    interactions: list[Interaction] = field(default_factory=list, repr=False)  # not redacted yet
    requests: list[Mapping[str, Json]] = field(default_factory=list, repr=False)
    targets: set[str] = field(default_factory=set)
    is_answered: bool = True  # as far as the last request goes
    received_at: datetime | None = None  # when the last answer that is kept came
    _over: ContractError | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def source(self) -> Source:
        return source_at(self.targets)

    def handle(self, request: Request) -> Response:
        call = aws_call.get()
        target, canonical = (request.url, canonical_url(request, call)) if call else self._http_urls(request)
        check_may_leave(request.method, target, self.may_leave, self.opt_in)
        self._check_may_write(request, call)
        response = self._answer(request, target, call)
        if call is not None and call.is_lookup:
            return response
        if call is None and self.target_url is not None:
            response = links_mapped(response, self.target_url, self.base_url)
        kept = Interaction(Request(request.method, canonical, request.headers, request.body), response)
        params = note_of(call, request) if call else None
        with self._lock:
            self.received_at = datetime.now(UTC)
            self.targets.add(target)
            self.interactions.append(kept)
            if params is not None:
                self.requests.append(params)
        return response

    def _check_may_write(self, request: Request, call: AwsCall | None) -> None:
        is_writing = is_writing_operation(call.operation) if call else is_writing_method(request.method)
        if is_writing and not self.may_write:
            what = f"{_shown(request, call)} was refused before it was sent: the contract promises nothing that writes"
            raise NetworkClosedError(what, fix="mend the program, or promise the request in the contract")

    def _answer(self, request: Request, target: str, call: AwsCall | None) -> Response:
        """The first answer that is one. Raises what the recording is over with."""
        if self.promised is None:
            return sent_to_be_kept(request, target, call)
        if self._over is not None:
            raise self._over
        try:
            if before := self.refused_before():
                raise AuthRefusedError(before)
            response = self._patient_answer(request, target, call, self.promised)
            self._check_refusal(request, response, target, call, self.promised)
        except (AuthRefusedError, ProviderBusyError) as error:
            self._over = error
            raise
        return response

    def _check_refusal(
        self, request: Request, response: Response, target: str, call: AwsCall | None, promised: Promised
    ) -> None:
        code = error_code(response, call, promised)
        refused = auth_refusal(response, target, promised)
        if not refused and not is_refusal_code(code):
            return
        refused = f"answered {response.status}, {code}" if code else refused
        error = AuthRefusedError(f"{_shown(request, call)} was refused: {origin(target)} {refused}")
        error.is_of_account = is_of_account(code)
        raise error

    def _patient_answer(self, request: Request, target: str, call: AwsCall | None, promised: Promised) -> Response:
        can_repeat, tried = _can_repeat(request, call), 0
        while True:
            asked_at, headers, is_nobody_there = self.patience.clock(), None, False
            tried += 1
            try:
                response = sent_to_be_kept(request, target, call)
            except ContractError as error:
                if not isinstance(error.__cause__, OSError | HTTPException):
                    raise
                told, is_nobody_there = error.what, isinstance(error.__cause__, _NOBODY_THERE)
                is_nobody_there &= not isinstance(error.__cause__, SSLEOFError)  # that connection broke
                self.is_answered = False
            else:
                self.is_answered = True
                code = error_code(response, call, promised)
                if not is_busy(response, promised) and not is_busy_code(code):
                    return response
                said = f"{response.status}, {code}" if code else f"{response.status}"
                told, headers = f"{origin(target)} answered {said}", response.headers
            why = "it may have been done all the same"
            if can_repeat:
                why = self.patience.wait(tried, asked_at, headers, is_nobody_there=is_nobody_there)
            if why:
                raise ProviderBusyError(f"{told}; {_shown(request, call)} is not sent again: {why}")

    def handle_aws(self, call: AwsCall) -> None:
        """Recorded further down, on the wire, before botocore parses the answer."""

    def request_mismatches(self) -> list[Mismatch]:
        return list(self.unpromised)

    def never_sent(self) -> list[Mismatch]:
        """Nothing is expected of a recording; it is judged as a whole afterwards."""
        return []

    def _http_urls(self, request: Request) -> tuple[str, str]:
        """Where `request` really goes, and the URL it is kept under."""
        for own in (self.base_url, self.target_url):
            if self.target_url is not None and own is not None and origin(request.url) == origin(own):
                return moved(request.url, own, self.target_url), moved(request.url, own, self.base_url)
        raise NetworkClosedError(
            f"{request.method} {origin(request.url)} was refused: the recording is of {self.base_url}",
            fix="build the client with base_url=provider.url",
        )


def _can_repeat(request: Request, call: AwsCall | None) -> bool:
    """Whether sending the request twice does no more than sending it once."""
    if has_idempotency_key(request.headers):
        return True
    if call is not None:
        return not is_writing_operation(call.operation) or bool(call.operation.idempotent_members)
    return request.method in ("GET", "HEAD")


def _shown(request: Request, call: AwsCall | None) -> str:
    if call is not None:
        return f"{call.service}.{call.operation.name}"
    return f"{request.method} {urlsplit(request.url).path or '/'}"


def moved(url: str, base: str, other: str) -> str:
    """`url`, which lies below `base`, at the same place below `other`; the path stays as it is spelled."""
    parts, prefix = urlsplit(url), urlsplit(base).path.rstrip("/")
    query = f"?{parts.query}" if parts.query else ""
    path = parts.path or "/"
    if path == prefix or path.startswith(f"{prefix}/"):
        return other.rstrip("/") + (path.removeprefix(prefix) or "/") + query
    return origin(other) + path + query  # a link to another part of the same host
