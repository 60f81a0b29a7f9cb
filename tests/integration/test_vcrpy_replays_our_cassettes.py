"""Plain vcrpy 9 and pytest-recording, which know nothing of us, replay every cassette of this repository."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
import requests
import vcr  # type: ignore[import-untyped]  # it has no types

from pactproof.interaction import Request
from pactproof.recording.cassette import load_cassette

pytest_plugins = "pytester"
ROOT = Path(__file__).parents[2]
CASSETTES = sorted((ROOT / "cassettes").rglob("*.yaml"))


def test_there_is_a_cassette_for_every_scenario_but_the_waived_one():
    assert len(CASSETTES) == 57


def by_httpx(request: Request) -> tuple[int, bytes]:
    answer = httpx.request(request.method, request.url, content=request.body, headers=dict(request.headers.items))
    return answer.status_code, answer.content


def by_requests(request: Request) -> tuple[int, bytes]:
    headers = dict(request.headers.items)
    answer = requests.request(request.method, request.url, data=request.body, headers=headers, timeout=5)
    return answer.status_code, answer.content


@pytest.mark.parametrize("ask", [by_httpx, by_requests], ids=["httpx", "requests"])
@pytest.mark.parametrize("path", CASSETTES, ids=lambda path: path.relative_to(ROOT / "cassettes").as_posix())
def test_every_interaction_is_replayed(path, ask):
    recorded = load_cassette(path, shown_as=str(path.relative_to(ROOT))).interactions

    with vcr.use_cassette(str(path), record_mode="none") as cassette:
        answers = [ask(one.request) for one in recorded]

    assert cassette.all_played
    assert answers == [(one.response.status, one.response.body) for one in recorded]


PLAIN_TESTS = """
import pytest, requests, vcr.serialize
from pathlib import Path
from vcr.serializers import yamlserializer

CASSETTES = {paths!r}

@pytest.mark.parametrize("path", [pytest.param(path, marks=pytest.mark.default_cassette(path)) for path in CASSETTES])
@pytest.mark.vcr
def test_all(path, vcr):
    for asked, answer in zip(*stored(path), strict=True):
        found = requests.request(asked.method, asked.uri, data=asked.body, headers=dict(asked.headers), timeout=5)
        assert (found.status_code, found.content) == (answer["status"]["code"], answer["body"]["string"])
    assert vcr.all_played

def stored(path):
    return vcr_serialize.deserialize(Path(path).read_text(), yamlserializer)

vcr_serialize = vcr.serialize
"""


def test_pytest_recording_replays_every_interaction(pytester):
    pytester.makepyfile(PLAIN_TESTS.format(paths=[str(path) for path in CASSETTES]))

    result = pytester.runpytest_subprocess("-q", "-p", "no:pactproof", "-p", "no:cacheprovider", "--block-network")

    result.assert_outcomes(passed=len(CASSETTES))
