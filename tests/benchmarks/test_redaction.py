"""What redacting and scanning recordings costs over reading them with YAML's C loader, and the memory it takes.

The recordings are the repository's own, 20 MB of copies in which no two have the same values: numbers, ids, hashes and
one word of three are others in each. What is remembered of one file's words so helps with the next one's as it does in
real life: the names are the same, the values are not.
"""

from __future__ import annotations

import hashlib
import re
import time
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from statistics import median

import pytest
import yaml

from pactproof.interaction import Headers, Interaction, Request, Response
from pactproof.recording.cassette import Cassette, dump_cassette, load_cassette
from pactproof.redaction import Redactor, scan, scan_body

CASSETTES = Path(__file__).parents[2] / "cassettes"
TOTAL_CHARS = 20_000_000
ROUNDS = 5
MOST_TIMES_OF_READING = 2
KEY_OR_WORD = re.compile(rb'"[^"\\]*"\s*:|https?:|[A-Za-z0-9]{3,}')


def varied(body: bytes, copy: int) -> bytes:
    """The body with other values, as long as before; its keys stay."""

    def other(found: re.Match[bytes]) -> bytes:
        word = found.group()
        has_digit = any(48 <= code <= 57 for code in word)
        if word.endswith(b":") or (not has_digit and (len(word) < 5 or sum(word) % 3)):
            return word
        seed = hashlib.blake2b(b"%d %b" % (copy, word)).digest()
        return bytes(other_char(code, seed[at % 64], has_digit=has_digit) for at, code in enumerate(word))

    return KEY_OR_WORD.sub(other, body)


def other_char(code: int, seed: int, *, has_digit: bool) -> int:
    if has_digit:
        return 49 + seed % 9 if 48 <= code <= 57 else code
    return next((chars[seed % len(chars)] for chars in (b"aeiou", b"bdgklmnprst") if code in chars), code)


def recordings() -> list[tuple[str, tuple[Interaction, ...]]]:
    once = [load_cassette(path, shown_as=str(path)) for path in sorted(CASSETTES.rglob("*.yaml"))]
    found: list[tuple[str, tuple[Interaction, ...]]] = []
    total = copy = 0
    while total < TOTAL_CHARS:
        for cassette in once:
            changed = tuple(other_values(one, copy) for one in cassette.interactions)
            found.append((dump_cassette(Cassette(changed, cassette.provenance)), changed))
            total += len(found[-1][0])
        copy += 1
    return found


def other_values(one: Interaction, copy: int) -> Interaction:
    url = varied(one.request.url.encode(), copy).decode()
    body = varied(one.response.body, copy)
    return Interaction(replace(one.request, url=url), replace(one.response, body=body))


def cpu_s(run: Callable[[], object]) -> float:
    start = time.process_time()
    run()
    return time.process_time() - start


@pytest.mark.benchmark
@pytest.mark.timeout(300)
def test_redacting_and_scanning_cost_at_most_twice_what_reading_costs():
    given = recordings()
    reading: list[float] = []
    redacting: list[float] = []
    scanning: list[float] = []

    for _ in range(ROUNDS):  # in turn, so that all three meet the same weather
        reading.append(cpu_s(lambda: [yaml.load(text, Loader=yaml.CSafeLoader) for text, _ in given]))
        redacting.append(cpu_s(lambda: list(redacted(given))))
        scanning.append(cpu_s(lambda: [scan(text) for text, _ in given]))

    ratio = median((one + other) / base for one, other, base in zip(redacting, scanning, reading, strict=True))
    print(
        f"\n{sum(len(text) for text, _ in given) / 1e6:.0f} MB in {len(given)} files: reading {median(reading):.2f} s, "
        f"redacting {median(redacting):.2f} s, scanning {median(scanning):.2f} s: {ratio:.2f} times"
    )
    assert ratio <= MOST_TIMES_OF_READING


def redacted(given: list[tuple[str, tuple[Interaction, ...]]]) -> Iterator[Interaction]:
    for _, interactions in given:
        redactor = Redactor()
        yield from (redactor.redact(one) for one in interactions)


def one_large(body: bytes) -> Interaction:
    answer = Response(200, Headers((("Content-Type", "application/json"),)), body)
    return Interaction(Request("GET", "http://shop.test/", Headers(), b""), answer)


@pytest.mark.memory
@pytest.mark.timeout(300)
@pytest.mark.parametrize("look", [scan, scan_body, Redactor().redact], ids=["scan", "scan_body", "redact"])
def test_looking_through_20_mb_takes_at_most_four_times_as_much_memory(look: Callable[..., object]):
    text = "".join(text for text, _ in recordings())
    given = {scan: text, scan_body: text.encode()}.get(look, one_large(text.encode()))

    tracemalloc.start()
    look(given)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    print(f"\n{len(text) / 1e6:.0f} MB: {peak / len(text):.1f} times as much memory beside it")
    assert peak <= 3 * len(text)  # and once for what is given
