"""Drifts as people and machines read them: text, Markdown, JSON. The same drifts give the same bytes."""

from __future__ import annotations

import json
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
    return "\n".join([*_lines(report), *report.notes, report.summary]) + "\n"


def _lines(report: Report) -> Iterator[str]:
    for drift_class in CLASSES:
        found = report.of(drift_class)
        if not found:
            continue
        yield f"{drift_class}: {MEANING[drift_class]}"
        for key in dict.fromkeys(one.key for one in found):
            yield f"  {key}"
            for one in (one for one in found if one.key == key):
                yield f"    {place_in(one)}: was {one.was}, is {one.now}"
                yield f"      {one.text} ({one.place})"
        yield ""


def place_in(one: Drift) -> str:
    """The path as people say it, with the side and the interaction where they do not go without saying."""
    side = "request " if one.side == "request" and one.path != "request" else ""
    which = f" (interaction {one.interaction})" if one.interaction > 1 else ""
    return f"{side}{one.path}{which}"


def as_json(report: Report) -> str:
    told = {
        "class": classify(report.drifts),
        "was": report.was,
        "now": report.now,
        "compared": report.compared,
        "counts": {name: len(report.of(name)) for name in CLASSES},
        "drifts": [one.as_json() for one in report.drifts],
        "notes": list(report.notes),
    }
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"


def as_markdown(report: Report) -> str:
    """A heading and a table a class, for a pull request."""
    lines = [f"**{_cell(report.summary)}**", ""]
    for drift_class in CLASSES:
        if found := report.of(drift_class):
            lines += [f"### {drift_class}: {MEANING[drift_class]}", "", *_table(found), ""]
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
    plain = text.replace("|", "\\|").replace("\n", " ")
    fence = "``" if "`" in plain else "`"
    pad = " " if "`" in plain else ""
    return f"{fence}{pad}{plain}{pad}{fence}"


def _cell(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")
