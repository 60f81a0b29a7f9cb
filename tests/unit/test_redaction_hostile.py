"""Bodies made to be slow: the time grows with their length, not with its square."""

from __future__ import annotations

import time

import pytest
from tests.unit.redaction_corpus import _answer

from pactproof.redaction import Redactor, scan

HOSTILE = {
    "names without end": "password=," * 20_000,
    "objects without end": '{"password":{' * 10_000,
    "elements without end": "<password " * 20_000,
    "keys without end": ("-----BEGIN " + "PRIVATE KEY-----\n") * 5_000,
    "half digests": "Digest x response= " * 8_000,
    "schemes": "://" * 50_000 + "@",
    "escapes": '"' + "\\\\" * 60_000 + '"',
    "percents": "%41" * 60_000,
    "entities": "&quot;" * 30_000,
    "segments": "A1b/" * 60_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_body_made_to_be_slow_is_not(name: str):
    start = time.process_time()

    Redactor().redact(_answer(HOSTILE[name], "text/plain"))
    scan(HOSTILE[name])

    assert time.process_time() - start < 3
