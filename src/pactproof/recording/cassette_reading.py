"""From the text of a cassette to its values, or to every fault of it with its place.

Reads what `dump_cassette` writes and what vcrpy writes. A fast read comes first; places are looked up only for faults.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, ClassVar, Final

import yaml

from pactproof.document import MAX_DEPTH, parse_document, place_of, too_deep, unreadable_part
from pactproof.errors import CassetteError, Place
from pactproof.recording.cassette_values import CassetteReader
from pactproof.recording.provenance import Cassette, mending, named_by

FIRST_LINE: Final = "# recorded for "
END_MARK: Final = "..."

_CONFLICT: Final = re.compile(r"^(?:<{7}|={7}|>{7})(?: .*)?$", re.MULTILINE)
_BRACKET: Final = re.compile(r"[\[\]{}]")
_DEEP_LINE: Final = re.compile(rf"(?:[-?:] +){{{MAX_DEPTH}}}")
_DEEP_MARGIN: Final = " " * 4 * MAX_DEPTH
_MAX_NUMBER_CHARS: Final = 3000  # Python refuses to write longer ones
_TAG: Final = "tag:yaml.org,2002:"
_NOT_READ: Final = frozenset(f"{_TAG}{name}" for name in ("omap", "pairs", "set", "timestamp"))


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # C where PyYAML has it
    """Reads what JSON has, and bytes. A date is text, as quotes are all that tells the two apart."""

    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {
        first: [one for one in found if one[0] not in _NOT_READ]
        for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    yaml_constructors: ClassVar[dict[Any, Any]] = {
        tag: one for tag, one in yaml.SafeLoader.yaml_constructors.items() if tag not in _NOT_READ
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        mapping: dict[Any, Any] = super().construct_mapping(node, deep)
        if len(mapping) != len(node.value):
            raise yaml.constructor.ConstructorError(None, None, "duplicate key", node.start_mark)
        return mapping

    def construct_yaml_int(self, node: yaml.ScalarNode) -> int:
        if len(node.value) > _MAX_NUMBER_CHARS:
            raise yaml.constructor.ConstructorError(None, None, "a number with too many digits", node.start_mark)
        return int(super().construct_yaml_int(node))


_Loader.add_constructor(f"{_TAG}int", _Loader.construct_yaml_int)


def read_cassette_text(text: str, shown_as: str, body_file: Callable[[str], bytes] | None = None) -> Cassette:
    """The cassette that `text` holds.

    shown_as:  names the file in messages, and the operation where the file does not
    body_file: gives the content of a body that is kept apart, by its name; raises OSError where it cannot be had

    Raises CassetteError.
    """
    _refuse_damaged(text, shown_as)
    if not text.startswith(FIRST_LINE) or text.rstrip().rpartition("\n")[2] == END_MARK:
        return _read(text, shown_as, body_file or _no_body_file)
    # A formatter may take the end mark away; a file that was cut off has no digest either, or only a part of it.
    try:
        cassette = _read(text, shown_as, body_file or _no_body_file)
    except CassetteError as error:
        raise _cut_off(text, shown_as) from error
    if not cassette.digest_fits:
        raise _cut_off(text, shown_as)
    return cassette


def _cut_off(text: str, shown_as: str) -> CassetteError:
    place = Place(shown_as, text.rstrip().count("\n") + 1)
    return _refused(shown_as, [(place, f"the file is cut off: its last line is not `{END_MARK}`")])


def _read(text: str, shown_as: str, body_file: Callable[[str], bytes]) -> Cassette:
    _refuse_endless_nesting(text, shown_as)
    try:
        data = _loaded(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise _syntax_fault(text, shown_as, error) from error
    reader = CassetteReader(shown_as, body_file)
    cassette = reader.cassette(data, is_ours=text.startswith(FIRST_LINE))
    if reader.faults or cassette is None:
        document, _ = parse_document(text, shown_as)
        raise _refused(shown_as, [(document.place(*path), what) for path, what in reader.faults])
    return cassette


def _no_body_file(name: str) -> bytes:
    raise FileNotFoundError(name)


def _refuse_damaged(text: str, shown_as: str) -> None:
    """Damage that is better named than shown as a fault of syntax."""
    if not text.strip():
        raise _refused(shown_as, [(Place(shown_as), "the file is empty")])
    if any(mark * 7 in text for mark in "<=>") and (found := _CONFLICT.search(text)):
        place = Place(shown_as, text.count("\n", 0, found.start()) + 1, 1)
        raise _refused(shown_as, [(place, "a merge conflict was left in the file")])


def _refuse_endless_nesting(text: str, shown_as: str) -> None:
    """Brackets are counted first, those in bodies too, since that is cheap; a suspicion is settled by the parser."""
    if not _looks_deep(text):
        return
    try:
        place = too_deep(text, shown_as)
    except yaml.YAMLError:
        return  # told with its place by the reading that follows
    if place is not None:
        raise _refused(shown_as, [(place, f"nested deeper than {MAX_DEPTH} levels")])


def _looks_deep(text: str) -> bool:
    depth = 0
    for found in _BRACKET.finditer(text):
        depth += 1 if found.group() in "[{" else -1
        if depth > MAX_DEPTH:
            return True
        depth = max(depth, 0)
    return _DEEP_MARGIN in text or bool(_DEEP_LINE.search(text))


def _loaded(text: str) -> Any:
    loader = _Loader(text)
    try:
        data = loader.get_single_data()
    finally:
        loader.dispose()
    if (found := unreadable_part(data, _children)) is not None:
        raise ValueError(found[1])
    return data


def _children(part: Any) -> list[Any]:
    if isinstance(part, dict):
        return list(part.values())
    return part if isinstance(part, list) else []


def _syntax_fault(text: str, shown_as: str, error: Exception) -> CassetteError:
    _, faults = parse_document(text, shown_as)
    found = [(fault.at or Place(shown_as), fault.what) for fault in faults if "tag !!binary " not in fault.what]
    if not found:  # what only the construction of values sees: a date such as 2026-13-45, broken base64
        place = place_of(getattr(error, "problem_mark", None), shown_as)
        found = [(place, getattr(error, "problem", None) or str(error))]
    return _refused(shown_as, found)


def _refused(shown_as: str, faults: list[tuple[Place, str]]) -> CassetteError:
    """One error for all faults; each line after the first brings its own place."""
    faults = sorted(faults, key=lambda fault: (fault[0].line, fault[0].column))
    (first, what), *others = faults
    lines = [what, *(f"{place}: {other}" for place, other in others)]
    return CassetteError("\n".join(lines), at=first, fix=mending(named_by(shown_as)[0]))
