"""Drift: how a new recording of a scenario differs from the old one, by what this program needs of it.

    breaking    something that the contract promises is gone, null, of another type, below its minimum, another status
    additive    the new answer shows a member, an element or a type that the old one did not; no promise is broken
    value-only  other values of the same shape, or less than before of what nobody promised to be always there

The contract's own matchers decide what breaks; there are no other rules for that here.
"""

from pactproof.drift.compare import Recording, drift
from pactproof.drift.model import Drift, DriftClass, classify, only_values
from pactproof.drift.report import Report, as_json, as_markdown, as_text

__all__ = [
    "Drift",
    "DriftClass",
    "Recording",
    "Report",
    "as_json",
    "as_markdown",
    "as_text",
    "classify",
    "drift",
    "only_values",
]
