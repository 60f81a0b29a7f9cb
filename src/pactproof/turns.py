"""Which promised interaction a request is for, and how often each is to be sent.

Different requests may come in any order, equal ones are answered in turn: the n-th by the n-th entry. How often a
request stands in a sequence is how often it is sent. An entry that is `repeatable` is sent once or more; among equal
requests only the last one can go on, since nothing else tells where the turn of the next one begins.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlsplit

from pactproof.agreement import relative_path
from pactproof.expectation import Node, Value, example
from pactproof.expectation import Sequence as Elements
from pactproof.interaction import Mismatch, Request, bare_media_type, is_json, parsed_json
from pactproof.promised_interaction import RequestPromise

NEVER_SENT = "the consumer never sent it"
TOO_SELDOM = "the consumer sent it less often than it is promised"
TOO_OFTEN = "the consumer sent it more often than it is promised; `repeatable: true` would allow any number"
ALL_ANSWERED = "every promised request has been answered already"


class Promised(Protocol):
    """A promised request, over HTTP or of AWS."""

    @property
    def identity(self) -> str:
        """Equal for two requests that no provider could tell apart."""

    @property
    def shown(self) -> str:
        """As messages name it."""

    @property
    def is_repeatable(self) -> bool:
        """Whether it may be sent more than once."""


def may_fit(promise: RequestPromise, request: Request, base_url: str) -> bool:
    """False where method, path or query are plainly others. A cheap look, so that Pact is asked about few."""
    if request.method != promise.method:
        return False
    if promise.path.matcher is None and relative_path(request.url, base_url) != promise.path.example:
        return False
    sent = _values(request)
    return sent.keys() == promise.query.keys() and all(
        _may_be(node, sent[name]) for name, node in promise.query.items()
    )


def is_example(promise: RequestPromise, request: Request, base_url: str) -> bool:
    """Whether path, query and JSON are those of the promise's example, whatever else its rules allow."""
    if relative_path(request.url, base_url) != promise.path.example:
        return False
    if _values(request) != {name: example(node) for name, node in promise.query.items()}:
        return False
    if promise.body is None or not is_json(bare_media_type(promise.content_type)):
        return True
    try:
        return bool(parsed_json(request.body) == example(promise.body))
    except ValueError:
        return False


def _values(request: Request) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for name, value in request.query if urlsplit(request.url).query else ():
        values.setdefault(name, []).append(value)
    return values


def _may_be(node: Node, sent: list[str]) -> bool:
    nodes = node.elements if isinstance(node, Elements) else ()
    if any(isinstance(one, Value) and one.matcher for one in nodes):
        return True
    return [one.example for one in nodes if isinstance(one, Value)] == sent


def in_turn(fitting: Iterable[int], answered: Container[int], goes_on: Sequence[bool]) -> int | None:
    """Of the entries that fit a request, the one whose turn it is; None where it comes once too often."""
    listed = list(fitting)
    for index in listed:
        if index not in answered:
            return index
    return next((index for index in reversed(listed) if goes_on[index]), None)


@dataclass
class Account:
    """How often each promised request was sent. Its owner sees to it that threads take turns.

    wanted:  how often a recording holds the requests of each promise, where that is more than is promised
    refused: what was sent and not answered, by the promise whose turn was over; None where nothing like it is promised
    """

    promises: Sequence[Promised]
    wanted: Sequence[int] = ()
    sent: Counter[int] = field(default_factory=Counter)
    refused: Counter[int] = field(default_factory=Counter)
    others: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        identities = [promise.identity for promise in self.promises]
        groups: dict[str, list[int]] = {}
        for index, identity in enumerate(identities):
            groups.setdefault(identity, []).append(index)
        self.groups = list(groups.values())
        last = {group[-1] for group in self.groups}
        self.goes_on = [promise.is_repeatable and index in last for index, promise in enumerate(self.promises)]

    def refuse(self, index: int) -> Mismatch:
        """Count a request that is like the promise at `index`, after its turns."""
        self.refused[index] += 1
        return self._too_often(next(group for group in self.groups if index in group))

    def refuse_other(self, request: str) -> Mismatch:
        """Count a request that is like none, after all that is promised."""
        self.others[request] += 1
        return self._beside(request)

    def too_often(self) -> list[Mismatch]:
        """A mismatch for each request that came more often than promised."""
        refused = [group for group in self.groups if any(self.refused[index] for index in group)]
        return [*map(self._too_often, refused), *map(self._beside, self.others)]

    def _too_often(self, group: list[int]) -> Mismatch:
        sent = sum(self.sent[index] + self.refused[index] for index in group)
        return Mismatch("request", f"{self._shown(group)}, {self._often(group)}", times(sent), TOO_OFTEN)

    def _beside(self, request: str) -> Mismatch:
        number = self.others[request]
        return Mismatch(
            "request", "nothing more", f"{request}, {times(number)}" if number > 1 else request, ALL_ANSWERED
        )

    def too_seldom(self, never: str = NEVER_SENT, seldom: str = TOO_SELDOM) -> list[Mismatch]:
        """A mismatch for each request that came less often than promised."""
        found = []
        for group in self.groups:
            if all(self.sent[index] >= max(1, self._wanted(index)) for index in group):
                continue
            number = sum(self.sent[index] for index in group)
            is_plain = self._often(group) == "once"
            expected = self._shown(group) if is_plain else f"{self._shown(group)}, {self._often(group)}"
            found.append(Mismatch("request", expected, times(number), seldom if number else never))
        return found

    def _wanted(self, index: int) -> int:
        """How often the turn of `index` has to come round: all that is recorded before the next one's turn."""
        return self.wanted[index] if self.wanted and not self.goes_on[index] else 1

    def _often(self, group: list[int]) -> str:
        least = sum(self._wanted(index) for index in group)
        is_open = any(self.promises[index].is_repeatable for index in group)
        return f"at least {times(least)}" if is_open else times(least)

    def _shown(self, group: list[int]) -> str:
        return self.promises[group[0]].shown


def times(number: int) -> str:
    """A number as people say how often: "nothing", "once", "3 times"."""
    return {0: "nothing", 1: "once"}.get(number, f"{number} times")


@dataclass(frozen=True)
class Pairing:
    """meant: the promise that each recorded interaction is for, by index; None for one too many.

    spare: of those too many, the promise that is like them, by index of the recorded interaction
    """

    meant: tuple[int | None, ...]
    spare: dict[int, int]

    def of(self, promise: int) -> list[int]:
        """The recorded interactions for `promise`, in the order in which they were recorded."""
        return [index for index, meant in enumerate(self.meant) if meant == promise]


def pair_up(
    promises: Sequence[Promised],
    recorded: int,
    fits: Callable[[int, int], Any],
    upholds: Callable[[int, int], Any],
) -> Pairing:
    """Find the promise that each of `recorded` interactions is for, as `in_turn` would have done one by one.

    fits, upholds: whether the request, or the answer, at a recorded index is what the promise at an index says.
        The answer is asked for where a repeatable entry is followed by another one with an equal request.
    What fits no promise is taken for those that nothing was found for, in order, so that it can be said what differs.
    """
    account = Account(promises)
    is_open = [any(account.promises[index].is_repeatable for index in group) for group in account.groups]
    seating = _Seating([len(group) for group in account.groups], is_open)
    other: list[int] = []

    def fitting(index: int) -> Iterator[int]:
        # The place at the same index comes first: mostly it is the right one, and nothing else need be asked.
        order = sorted(range(len(account.groups)), key=lambda number: index not in account.groups[number])
        return (number for number in order if any(fits(promise, index) for promise in account.groups[number]))

    for index in range(recorded):
        seating.fitting[index] = _Looked(fitting(index))
        if not (seating.seat(index, set(), beyond=False) or seating.seat(index, set(), beyond=True)):
            chosen = next(iter(seating.fitting[index]), None)  # which then has one too many
            other.append(index) if chosen is None else seating.taken[chosen].append(index)
    meant: dict[int, int] = {}
    spare: dict[int, int] = {}
    for number, group in enumerate(account.groups):
        for index, promise, is_spare in _dealt(group, sorted(seating.taken[number]), account, upholds):
            (spare if is_spare else meant)[index] = promise
    free = [promise for promise in range(len(promises)) if promise not in meant.values()]
    meant |= dict(zip(other, free, strict=False))
    return Pairing(tuple(meant.get(index) for index in range(recorded)), spare)


class _Looked(Iterable[int]):
    """What an iterator gives, as often as it is asked for and looked for once."""

    def __init__(self, found: Iterator[int]) -> None:
        self._found, self._known = found, list[int]()

    def __iter__(self) -> Iterator[int]:
        yield from self._known
        for one in self._found:
            self._known.append(one)
            yield one


class _Seating:
    """As many recorded interactions as can be in a group that they fit, each group with as many as it promises.

    Rules may overlap, so that one that came early gives its place up where it fits elsewhere.
    Source: Kuhn's algorithm for bipartite matching.

    sizes:   how many each group promises
    is_open: whether any number may come beyond that
    """

    def __init__(self, sizes: Sequence[int], is_open: Sequence[bool]) -> None:
        self.sizes, self.is_open = sizes, is_open
        self.taken: list[list[int]] = [[] for _ in sizes]
        self.fitting: dict[int, Iterable[int]] = {}

    def seat(self, index: int, asked: set[int], *, beyond: bool) -> bool:
        """Whether a place was found. asked: the full groups that were asked to make room already"""
        for number in self.fitting[index]:
            if len(self.taken[number]) < self.sizes[number] or (beyond and self.is_open[number]):
                self.taken[number].append(index)
                return True
        for number in self.fitting[index]:
            if number not in asked:
                asked.add(number)
                for one in tuple(self.taken[number]):
                    if self.seat(one, asked, beyond=beyond):
                        self.taken[number].remove(one)
                        self.taken[number].append(index)
                        return True
        return False


def _dealt(
    group: list[int], recorded: list[int], account: Account, upholds: Callable[[int, int], Any]
) -> Iterator[tuple[int, int, bool]]:
    """The recorded interactions of equal requests among their promises: (recorded, promise, is one too many)."""
    place, is_filled = 0, False
    for done, index in enumerate(recorded):
        left, later = len(recorded) - done, len(group) - 1 - place
        while is_filled and later:
            promise = group[place]
            if account.promises[promise].is_repeatable and left > later and upholds(promise, index):
                break
            place, later, is_filled = place + 1, later - 1, False
        promise = group[place]
        yield index, promise, is_filled and not account.promises[promise].is_repeatable
        is_filled = True
