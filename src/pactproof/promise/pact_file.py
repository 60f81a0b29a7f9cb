"""contracts/pacts/<consumer>-<provider>.json: merged from what each test showed, sorted, byte-stable.

An interaction that was tested replaces its entry; one that failed or was not selected keeps the entry it had;
one that is no longer registered goes.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from pactproof.errors import ContractError, Place

FOLDER = "contracts/pacts"
SPECIFICATION = {"pactSpecification": {"version": "4.0"}}


def pact_path(consumer: str, provider: str) -> str:
    return f"{FOLDER}/{consumer}-{provider}.json"


def read_interactions(path: Path, shown_as: str) -> dict[str, dict[str, Any]]:
    """The committed interactions by key; none where there is no file. Raises ContractError where it is no pact."""
    try:
        data = json.loads(path.read_bytes())
        return {interaction["key"]: interaction for interaction in data["interactions"]}
    except FileNotFoundError:
        return {}
    except OSError as error:
        fix = f"make {shown_as} a readable file"
        raise ContractError(f"cannot be read: {error.strerror}", at=Place(shown_as), fix=fix) from error
    except (ValueError, KeyError, TypeError) as error:
        fix = f"remove {shown_as} and run: pytest contracts --pact-file=write"
        raise ContractError(f"not a pact of ours: {error!r}", at=Place(shown_as), fix=fix) from error


def merged(
    committed: Mapping[str, dict[str, Any]], shown: Iterable[dict[str, Any]], registered: Collection[str]
) -> dict[str, dict[str, Any]]:
    """The committed interactions with those of this run in their place, without those that are not registered.

    Raises ContractError where this run showed two different interactions under one key.
    """
    fresh: dict[str, dict[str, Any]] = {}
    for interaction in shown:
        key = interaction["key"]
        if fresh.setdefault(key, interaction) != interaction:
            raise ContractError(f"two tests of this run promise {key} differently", fix="bind each scenario once")
    kept = {**committed, **fresh}
    return {key: kept[key] for key in sorted(kept) if key in registered}


def pact_text(consumer: str, provider: str, interactions: Mapping[str, dict[str, Any]]) -> str:
    """The file's text: the same interactions give the same bytes, whichever version of pact-python wrote them."""
    data = {
        "consumer": {"name": consumer},
        "provider": {"name": provider},
        "interactions": [interactions[key] for key in sorted(interactions)],
        "metadata": SPECIFICATION,
    }
    return _text(data)


def difference(key: str, committed: Mapping[str, Any] | None, shown: Mapping[str, Any], path: str) -> str:
    """A unified diff of one interaction, "" where there is none."""
    before = _text(committed).splitlines() if committed is not None else []
    after = _text(shown).splitlines()
    return "\n".join(difflib.unified_diff(before, after, f"{path} {key}", "this run", lineterm="", n=2))


def _text(data: Any) -> str:
    return json.dumps(data, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
