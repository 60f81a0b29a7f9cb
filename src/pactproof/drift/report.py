"""Drifts as people and machines read them: text, Markdown, JSON. The same drifts give the same bytes."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from pactproof.drift.model import CLASSES, Drift, DriftClass, classify

MEANING: Final[dict[DriftClass, str]] = {
    "breaking": "what the contracts promise no longer holds",
    "additive": "there is more than before, and every promise holds",
    "value-only": "other values of the same shape, or less of what may be absent",
}

FORMAT_VERSION: Final = 1
"""Of the JSON. Keys may be added to it; one that goes, or means something else, makes another version."""

MOST_SHOWN: Final = 50
"""Changes of one class in text and Markdown, which GitHub cuts at 65,536 characters; JSON has them all."""


@dataclass(frozen=True)
class Report:
    """All drifts of a comparison.

    was, now: what was compared, "HEAD" and "the working tree"
    compared: how many recordings there were on both sides
    notes:    what could not be compared because it is on one side alone, in sentences
    """

    was: str
    now: str
    compared: int
    drifts: tuple[Drift, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def is_breaking(self) -> bool:
        return classify(self.drifts) == "breaking"

    def of(self, drift_class: DriftClass) -> list[Drift]:
        return [one for one in self.drifts if one.drift_class == drift_class]

    @property
    def summary(self) -> str:
        counted = Counter(one.drift_class for one in self.drifts)
        told = ", ".join(f"{counted[name]} {name}" for name in CLASSES) if self.drifts else "no drift"
        recordings = "1 recording" if self.compared == 1 else f"{self.compared} recordings"
        return f"{recordings} compared, {self.was} with {self.now}: {told}"


def as_text(report: Report) -> str:
    """Grouped by class: the scenario, then its changes, each with the contract's line."""
    return "\n".join([*_lines(report), *map(printable, (*report.notes, report.summary))]) + "\n"


def _lines(report: Report) -> Iterator[str]:
    for drift_class in CLASSES:
        found = report.of(drift_class)
        if not found:
            continue
        yield f"{drift_class}: {MEANING[drift_class]}"
        shown = found[:MOST_SHOWN]
        for key in dict.fromkeys(one.key for one in shown):
            yield f"  {key}"
            for one in (one for one in shown if one.key == key):
                yield f"    {place_in(one)}: was {printable(one.was)}, is {printable(one.now)}"
                yield f"      {one.text} ({one.place})"
        yield from left_out(found)
        yield ""


def left_out(found: Sequence[Drift]) -> Iterator[str]:
    """The line that says how many of a class are not shown; none where all are."""
    if len(found) > MOST_SHOWN:
        yield f"  and {len(found) - MOST_SHOWN} more, which --json FILE lists"


def place_in(one: Drift) -> str:
    """The path as people say it, with the side and the interaction where they do not go without saying."""
    side = "request " if one.side == "request" and one.path != "request" else ""
    which = f" (interaction {one.interaction})" if one.interaction > 1 else ""
    return f"{side}{printable(one.path)}{which}"


def printable(text: str) -> str:
    """With escapes for what would break a line, or tell a terminal what to do: names of keys are the provider's."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def as_json(report: Report) -> str:
    told = {
        "version": FORMAT_VERSION,
        "class": classify(report.drifts),
        "was": report.was,
        "now": report.now,
        "compared": report.compared,
        "counts": {name: len(report.of(name)) for name in CLASSES},
        "drifts": [one.as_json() for one in report.drifts],
        "notes": list(report.notes),
    }
    return json.dumps(told, indent=2) + "\n"  # in ASCII: a key may be half a surrogate pair, which UTF-8 has not


def as_markdown(report: Report) -> str:
    """A heading and a table a class, for a pull request. Nothing in it is taken for markup, whoever wrote it."""
    lines = [f"**{_cell(report.summary)}**", ""]
    for drift_class in CLASSES:
        if found := report.of(drift_class):
            lines += [f"### {drift_class}: {MEANING[drift_class]}", "", *_table(found[:MOST_SHOWN]), ""]
            lines += [f"{line.strip()}\n" for line in left_out(found)]
    lines += [f"- {_cell(note)}" for note in report.notes]
    return "\n".join(lines).rstrip() + "\n"


def _table(found: Sequence[Drift]) -> Iterator[str]:
    yield "| scenario | where | was | is | why | contract |"
    yield "|---|---|---|---|---|---|"
    for one in found:
        cells = (_code(one.key), _code(place_in(one)), _code(one.was), _code(one.now), _cell(one.text), str(one.place))
        yield f"| {' | '.join(cells)} |"


def _code(text: str) -> str:
    """As code, so that no value of a provider's is taken for markup; a table's cells end at a bar all the same."""
    plain = printable(text).replace("|", "\\|")
    fence = "`" * (max(map(len, re.findall("`+", plain)), default=0) + 1)
    pad = " " if "`" in plain else ""
    return f"{fence}{pad}{plain}{pad}{fence}"


def _cell(text: str) -> str:
    """As plain text, whatever a folder or a branch may be called."""
    return re.sub(r"([\\`*_{}\[\]<>|#])", r"\\\1", printable(text))
