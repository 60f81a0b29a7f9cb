"""The words in names of operations: `search_dashboards`, `pulls/list`, `ApplicationService_Get`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_VERBS = {
    "list": "list get-all",
    "get": "get fetch read retrieve show describe find view lookup",
    "create": "create add post new insert",
    "update": "update edit put patch modify change set",
    "delete": "delete remove destroy",
    "search": "search query",
}
VERBS = {word: verb for verb, words in _VERBS.items() for word in words.split()}
"""Words that mean the same in names of operations, by what they are told by here."""
READING_VERBS = frozenset(
    {"get", "list", "search", "find", "query", "count", "check", "validate", "preview", "test", "parse", "evaluate"}
    | {"match", "export", "suggest", "compare"}
)
"""What is done by POST at times, and writes nothing."""
_FILLERS = frozenset({"a", "an", "the", "all", "your", "its", "of"})
_NAMESPACE_ENDINGS = ("service", "controller", "api")


@dataclass(frozen=True)
class Action:
    """What is done to what: ("list", "pullrequest"). Nouns are singular and written as one word."""

    verb: str
    noun: str


@lru_cache(maxsize=10_000)  # every name is compared with every operation of a document
def squashed(name: str) -> str:
    """`name` without case and separators: "searchdashboards" for search_dashboards and searchDashboards."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def words_of(name: str) -> list[str]:
    """The words of an identifier or a sentence, in lower case: getHTTPRoute_v2 gives get, http, route, v2."""
    spaced = re.sub(r"([a-z0-9])([A-Z])|([A-Z])([A-Z][a-z])", r"\1\3 \2\4", name)
    return [word for word in re.findall(r"[a-z0-9]+", spaced.lower()) if word not in _FILLERS]


def singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return f"{word[:-3]}y"
    if re.search(r"(ss|x|ch|sh)es$", word):
        return word[:-2]
    return word[:-1] if is_plural(word) else word


def is_plural(word: str) -> bool:
    return len(word) > 2 and word.endswith("s") and not word.endswith(("ss", "us", "is"))


def action(words: list[str]) -> Action | None:
    """What a name does: verb first, "by ..." at its end left out; None where there is a verb only, or nothing.

    "get" of several things is a list.
    """
    if "by" in words[1:]:
        words = words[: words.index("by", 1)]
    if len(words) < 2:
        return None
    verb, *nouns = words
    canonical = VERBS.get(verb) or VERBS.get(singular(verb)) or singular(verb)
    if canonical == "get" and is_plural(nouns[-1]):
        canonical = "list"
    return Action(canonical, "".join(singular(noun) for noun in nouns))


def name_in_namespace(operation_id: str, tags: tuple[str, ...]) -> str:
    """What stands behind a namespace that is the operation's tag: "postMessage" of chat_postMessage; "" without one.

    Not of admin_usergroups_listChannels: a namespace of several words says whose channels they are.
    """
    namespace, own = re.split(r"[/_.:]", operation_id, maxsplit=1) if re.search(r"[/_.:]", operation_id) else ("", "")
    is_single = len(words_of(namespace)) == 1 and not re.search(r"[/_.:]", own)
    return own if is_single and squashed(namespace) in {squashed(tag) for tag in tags} else ""


def id_actions(operation_id: str, tags: tuple[str, ...]) -> list[Action]:
    """What an operation's id may mean: as it stands, and with its namespace as the noun.

    `ApplicationService_Get` gets an application, `pulls/list` lists pulls, `chat_postMessage` posts a message.
    """
    found = [action(words_of(operation_id)), action(words_of(name_in_namespace(operation_id, tags)))]
    parts = re.split(r"[/_.:]", operation_id)
    namespace, own = words_of(" ".join(parts[:-1])), words_of(parts[-1])
    if namespace and namespace[-1] in _NAMESPACE_ENDINGS:
        namespace = namespace[:-1]
    if namespace and len(own) == 1:
        found.append(action([*own, *namespace]))
    return [each for each in found if each is not None]
