"""What redacting and scanning recordings costs over reading them with YAML's C loader, and the memory it takes."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from pactproof.recording.cassette import load_cassette
from pactproof.redaction import Redactor, scan

CASSETTES = Path(__file__).parents[2] / "cassettes"
TOTAL_CHARS = 20_000_000


def recordings() -> list[tuple[str, Path]]:
    """The repository's cassettes, as often as makes 20 MB."""
    once = [(path.read_text(encoding="utf-8"), path) for path in sorted(CASSETTES.rglob("*.yaml"))]
    times = TOTAL_CHARS // sum(len(text) for text, _ in once) + 1
    return once * times


def cpu_s(run: Callable[[], object]) -> float:
    start = time.process_time()
    run()
    return time.process_time() - start


@pytest.mark.benchmark
def test_redacting_and_scanning_over_reading():
    given = recordings()
    interactions = {path: load_cassette(path, shown_as=str(path)).interactions for _, path in given}

    reading = cpu_s(lambda: [yaml.load(text, Loader=yaml.CSafeLoader) for text, _ in given])
    redacting = cpu_s(lambda: [Redactor().redact(one) for _, path in given for one in interactions[path]])
    scanning = cpu_s(lambda: [scan(text) for text, _ in given])

    chars = sum(len(text) for text, _ in given)
    print(f"\n{chars / 1e6:.0f} MB: reading {reading:.2f} s, redacting {redacting:.2f} s, scanning {scanning:.2f} s")
    assert redacting + scanning < 4 * reading


@pytest.mark.memory
def test_scanning_one_large_file_takes_a_few_times_its_size():
    text = "".join(text for text, _ in recordings())

    tracemalloc.start()
    scan(text)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    print(f"\n{len(text) / 1e6:.0f} MB: {peak / len(text):.1f} times as much memory")
    assert peak < 4 * len(text)
