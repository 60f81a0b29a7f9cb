"""Which members of an output carry a page's end: an example with a token in it makes every paginator loop."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from botocore.exceptions import DataNotFoundError, UnknownServiceError
from botocore.loaders import create_loader

_TOKEN = re.compile(
    r"^((next|previous|prev|page|pagination|paging|continuation|resume|scroll|forward|backward)+(page|key|list)*"
    r"(token|marker|cursor)|next(key|versionid|uploadid|part(number)?)?marker|marker|nextpage|nextmarker)$",
    re.IGNORECASE,
)
_MORE = re.compile(
    r"truncated|^has_?(more|next|previous)|^more(results|data|records)?(available)?$|hasmore", re.IGNORECASE
)


def is_token(name: str, path: tuple[str, ...], tokens: frozenset[str]) -> bool:
    """True for a member that says where the next page starts. `path`: the members above it; lists are not counted."""
    return ".".join((*path, name)) in tokens or (len(path) < 2 and _TOKEN.match(name) is not None)


def says_more(name: str) -> bool:
    """True for a boolean that says that more pages follow."""
    return _MORE.search(name) is not None


def token_paths(operation: Any) -> frozenset[str]:
    """The output tokens of botocore's paginator, {"DistributionList.NextMarker"}; none for an unpaginated operation."""
    pages = _paginators(operation.service_model.service_name).get(operation.name, {})
    tokens = pages.get("output_token", [])
    listed = [tokens] if isinstance(tokens, str) else tokens
    # A paginator may fall back, "NextMarker || Contents[-1].Key": only plain members can be left out.
    choices = [choice.strip() for token in listed for choice in token.split("||")]
    return frozenset(choice for choice in choices if re.fullmatch(r"[\w.]+", choice))


def result_paths(operation: Any) -> tuple[str, ...]:
    """What botocore's paginator puts together, ("Contents", "CommonPrefixes"); () for an unpaginated operation."""
    results = _paginators(operation.service_model.service_name).get(operation.name, {}).get("result_key", [])
    listed = [results] if isinstance(results, str) else results
    return tuple(result for result in listed if re.fullmatch(r"[\w.]+", result))


@lru_cache(maxsize=64)
def _paginators(service: str) -> dict[str, Any]:
    try:
        return dict(_loader().load_service_model(service, "paginators-1")["pagination"])
    except (DataNotFoundError, UnknownServiceError):
        return {}


@lru_cache(maxsize=1)
def _loader() -> Any:
    return create_loader()
