"""What is wrong with a scenario, named once: the fault, where, and the command that mends it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pactproof.errors import Place
from pactproof.interaction import Mismatch

FaultName = Literal["request", "consumer", "provider", "missing", "stale", "auth", "unbound"]
"""request: the consumer sends something else than promised; consumer: its code failed on a right answer;
provider: the recorded answer breaks the promise; missing: nothing promised or recorded; stale: recorded or written
for another promise than today's; auth: refresh refused by the provider; unbound: no consumer code behind it."""


@dataclass(frozen=True)
class Fault:
    """One reason why a scenario is not upheld. `file` is what to look into, `fix` the command that mends it.

    still: what there is all the same, such as an old recording
    """

    name: FaultName
    operation: str
    scenario: str
    what: str
    mismatches: tuple[Mismatch, ...] = ()
    file: Place | None = None
    fix: str = ""
    still: str = ""

    def __str__(self) -> str:
        lines = [f"fault: {self.name}", f"operation: {self.operation}", f"scenario: {self.scenario}", self.what]
        for mismatch in self.mismatches:
            lines.append(f"  {mismatch.path}: expected {mismatch.expected}, found {mismatch.found}")
            if mismatch.text:
                lines.append(f"    {mismatch.text}")
        if self.still:
            lines.append(self.still)
        if self.file:
            lines.append(f"file: {self.file}")
        if self.fix:
            lines.append(f"fix: {self.fix}")
        return "\n".join(lines)
