"""From a name of the registry to an operation of the vendor's documents, or to the candidates where it is not clear.

Names of operations are the team's own: `search_dashboards` where Grafana's document says `search`. A wrong guess costs
more than a question, so that a name has to mean one operation and no other.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from pactproof.generate.api_document import ApiDocument
from pactproof.generate.api_operation import ApiOperation
from pactproof.generate.draft import NoDraft
from pactproof.generate.words import (
    VERBS,
    action,
    id_actions,
    is_plural,
    name_in_namespace,
    singular,
    squashed,
    words_of,
)

MAX_CANDIDATES = 3
_JOINING = frozenset({"and", "by", "for", "from", "in", "to", "using", "with"})
_METHODS_OF = {
    "get": ("GET",),
    "list": ("GET",),
    "search": ("GET", "POST"),
    "create": ("POST", "PUT"),
    "update": ("PUT", "PATCH", "POST"),
    "delete": ("DELETE",),
}
_VERB_OF = {"GET": "get", "POST": "create", "PUT": "update", "PATCH": "update", "DELETE": "delete"}


def find_operation(
    documents: Sequence[ApiDocument], name: str, hint: tuple[str, str] | None = None
) -> ApiOperation | NoDraft:
    """The operation that `name` means.

    name: as the registry has it, "grafana.search_dashboards"; the fix that is told names it so
    hint: method and path template, ("GET", "/api/search"), with or without the document's base path; what the path's
          parameters are called does not matter. A hint decides, whatever the name.

    Answers NoDraft with up to three candidates where no operation fits, or more than one.
    """
    operations = [operation for document in documents for operation in document.operations]
    if hint is not None:
        return _hinted(operations, documents, name, hint)
    own = name.rpartition(".")[2]
    for rule in (_is_named, _is_named_in_namespace, _means):
        found = [operation for operation in operations if rule(own, operation)]
        current = [operation for operation in found if not operation.is_deprecated] or found
        if len(current) == 1:
            return current[0]
        if current:
            return _unclear(f"{_these(documents)} has {len(current)} operations that fit {own}", name, current)
    near = _by_words(operations, own)
    if near and near[0].is_clear:
        return near[0].operation
    what = f"no operation of {_these(documents)} is clearly {own}"
    return _unclear(what, name, [each.operation for each in near])


def _hinted(
    operations: Sequence[ApiOperation], documents: Sequence[ApiDocument], name: str, hint: tuple[str, str]
) -> ApiOperation | NoDraft:
    method, path = hint[0].upper(), _bare(hint[1])
    wheres: tuple[Callable[[ApiOperation], str], ...] = (lambda each: each.path, lambda each: each.template)
    for where in wheres:
        for operation in operations:
            if operation.method == method and _bare(where(operation)) == path:
                return operation
    what = f"{_these(documents)} has no {method} {hint[1]}"
    own = Counter(_path_words(hint[1]))
    shared = {id(each): sum((Counter(_path_words(each.path)) & own).values()) for each in operations}
    near = [each for each in operations if shared[id(each)]]
    near.sort(key=lambda each: (_bare(each.path) != path, -shared[id(each)], each.method != method, len(each.path)))
    return _unclear(what, name, near)


def _bare(path: str) -> str:
    """A path template with its parameters unnamed: "/api/users/{}"."""
    return re.sub(r"\{[^{}]*\}", "{}", path.partition("#")[0].partition("?")[0]).rstrip("/").lower() or "/"


def _is_named(name: str, operation: ApiOperation) -> bool:
    return squashed(operation.operation_id) == squashed(name)


def _is_named_in_namespace(name: str, operation: ApiOperation) -> bool:
    """`post_message` is chat_postMessage, of the tag chat."""
    own = name_in_namespace(operation.operation_id, operation.tags)
    return bool(own) and squashed(own) == squashed(name)


def _means(name: str, operation: ApiOperation) -> bool:
    """Whether the id or the summary says what the name says: "List pull requests" for list_pull_requests."""
    wanted = action(words_of(name))
    told = [*id_actions(operation.operation_id, operation.tags), action(words_of(operation.summary))]
    return wanted is not None and wanted in told


@dataclass(frozen=True)
class _Near:
    operation: ApiOperation
    is_clear: bool


def _by_words(operations: Sequence[ApiOperation], name: str) -> list[_Near]:
    """The operations that share words with `name`, the nearest first; rare words count more.

    The first is clear where its id and summary, path and method say every word of the name, its path ends in what the
    name speaks of, and this is true of no other operation.
    """
    wanted = _told(name)
    told = {id(each): _words(each) for each in operations}
    counts = Counter(word for words in told.values() for word in words)
    weights = {word: math.log(1 + len(operations) / (1 + counts[word])) for word in wanted}
    everywhere = frozenset(word for word, count in counts.items() if count > len(operations) / 2)
    scores = {id(each): _score(each, wanted, weights, everywhere) for each in operations}
    near = [each for each in operations if scores[id(each)] > 0]
    near.sort(key=lambda each: (each.is_deprecated, -scores[id(each)], len(each.path)))
    fitting = [each for each in near if not each.is_deprecated and _fits(name, each, told[id(each)])]
    others = [each for each in near if each not in fitting]
    return [_Near(each, is_clear=len(fitting) == 1 and each is fitting[0]) for each in [*fitting, *others]]


def _score(
    operation: ApiOperation, wanted: frozenset[str], weights: Mapping[str, float], everywhere: frozenset[str]
) -> float:
    """How near an operation is to the words of a name: what its id and the last part of its path say counts most.

    everywhere: words that most operations have, such as those of a common path; they are not held against one
    """
    named = _told(f"{operation.operation_id} {operation.summary}")
    path = [_told(word) for word in _path_words(operation.template)]
    last = path[-1] if path else frozenset()
    rest = _told(" ".join(operation.tags)).union({_VERB_OF.get(operation.method, "")}, *path)
    score = sum(weights[word] * ((word in named) + (word in last) + 0.5 * (word in rest)) for word in wanted)
    beside = frozenset().union(_told(operation.operation_id), *path) - wanted - everywhere - _JOINING
    is_usual = all(operation.method in methods for verb, methods in _METHODS_OF.items() if verb in wanted)
    return score * (1 if is_usual else 0.5) / (4 + len(beside) + operation.path.count("{"))


def _fits(name: str, operation: ApiOperation, told: frozenset[str]) -> bool:
    meant = action(words_of(name))
    if meant is None or not _told(name) <= told:
        return False
    path = operation.path.rstrip("/")
    last = words_of(re.sub(r"/?\{[^{}]*\}$", "", path).rpartition("/")[2])
    is_of_all = meant.verb in ("list", "create", "search")
    is_one = path.endswith("}")
    return bool(last) and is_plural(last[-1]) and "".join(map(singular, last)) == meant.noun and is_one != is_of_all


def _words(operation: ApiOperation) -> frozenset[str]:
    """Everything that an operation says of itself: the verbs by what they mean, the nouns in the singular."""
    parts = [operation.operation_id, operation.summary, *operation.tags, *_path_words(operation.template)]
    verb = _VERB_OF.get(operation.method, "")
    is_listing = verb == "get" and not operation.path.endswith("}")
    return frozenset({*_told(" ".join(parts)), verb, "list" if is_listing else verb})


def _told(name: str) -> frozenset[str]:
    singulars = (singular(word) for word in words_of(name))
    return frozenset(VERBS.get(word, word) for word in singulars)


def _path_words(path: str) -> list[str]:
    return words_of(re.sub(r"\{[^{}]*\}", "", path))


def _these(documents: Sequence[ApiDocument]) -> str:
    return ", ".join(document.shown_as for document in documents) or "no document"


def _unclear(what: str, name: str, candidates: Iterable[ApiOperation]) -> NoDraft:
    near = list(candidates)[:MAX_CANDIDATES]
    if not near:
        return NoDraft(what, f'say which it is: pactproof generate {name} --from "GET /path"')
    listed = ", ".join(map(str, near))
    first = f"{near[0].method} {near[0].path}"
    return NoDraft(f"{what}; nearest: {listed}", f'say which it is: pactproof generate {name} --from "{first}"')
