"""Pact's own Verifier on the committed pacts, against a server that replays this repository's recordings."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from pact import Verifier
from tests.integration.proof_recordings import REPOSITORY, project, recordings

from pactproof.interaction import Response

SERVICES = ("argocd", "confluence", "github", "grafana", "jira", "pagerduty", "slack")
KEY = "X-Replay-Key"


@dataclass(frozen=True)
class Verdict:
    """What the Verifier said. `verified`: the keys it sent requests for; `misses`: requests that nothing answered."""

    is_accepted: bool
    verified: set[str]
    mismatches: dict[str, list[str]]
    misses: list[str]


@dataclass
class Replaying:
    """Recorded answers by interaction key, and the request that the pact promises for each."""

    answers: dict[str, Response]
    promised: dict[str, dict[str, Any]]
    misses: list[str] = field(default_factory=list)

    def answer(self, method: str, url: str, key: str) -> Response:
        request, parts = self.promised.get(key), urlsplit(url)
        told = (method, parts.path, parse_qs(parts.query, keep_blank_values=True))
        if request is None or told != (request["method"], request["path"], request.get("query", {})):
            self.misses.append(f"{method} {url} {key}")
            return Response(599)
        return self.answers[key]


@pytest.mark.parametrize("service", SERVICES)
def test_the_verifier_accepts_each_committed_pact_on_the_recordings(service, tmp_path, monkeypatch):
    verdict = _verified(service, _answers(service), tmp_path, monkeypatch)

    assert verdict == Verdict(True, _keys(service), {}, [])


@pytest.mark.parametrize(
    ("service", "key", "old", "new", "path"),
    [
        ("grafana", "grafana.get_dashboard", b'"title": "Checkout latency"', b'"title": 7', "$.dashboard.title"),
        ("grafana", "grafana.search_dashboards", b'"uid": "', b'"uid": 7, "was": "', "$[0].uid"),
        ("github", "github.list_workflows", b'"id": ', b'"id": 0.5, "was": ', "$.workflows[0].id"),
        (
            "github",
            "github.list_pull_requests.two_pages#2",
            b'"created_at": "2',
            b'"created_at": "x',
            "$[0].created_at",
        ),
        ("pagerduty", "pagerduty.list_incidents", b'"urgency": "', b'"urgency": "x', "$.incidents[0].urgency"),
    ],
)
def test_the_verifier_rejects_one_changed_field_as_the_proof_does(service, key, old, new, path, tmp_path, monkeypatch):
    scenario, _, number = key.partition("#")
    answers = _answers(service)
    answers[key] = Response(answers[key].status, answers[key].headers, answers[key].body.replace(old, new))

    verdict = _verified(service, answers, tmp_path, monkeypatch)
    fault = recordings()[scenario].answered(int(number or 1) - 1, body=answers[key].body).fault()

    assert (verdict.is_accepted, verdict.verified, verdict.misses) == (False, _keys(service), [])
    assert list(verdict.mismatches) == [key]
    assert path in verdict.mismatches[key]
    assert fault is not None
    assert set(verdict.mismatches[key]) == {mismatch.path for mismatch in fault.mismatches}


def test_the_verifier_rejects_another_status_and_another_header(tmp_path, monkeypatch):
    answers = _answers("github")
    limited, missing = answers["github.list_workflows.rate_limited"], answers["github.get_pull_request.not_found"]
    headers = limited.headers.without("x-ratelimit-remaining")
    answers["github.list_workflows.rate_limited"] = Response(403, headers, limited.body)
    answers["github.get_pull_request.not_found"] = Response(410, missing.headers, missing.body)

    verdict = _verified("github", answers, tmp_path, monkeypatch)

    assert not verdict.is_accepted
    assert set(verdict.mismatches) == {"github.list_workflows.rate_limited", "github.get_pull_request.not_found"}


def test_a_recording_that_nothing_asks_for_would_be_noticed(tmp_path, monkeypatch):
    answers = _answers("grafana")
    changed = _pact("grafana")
    changed["interactions"] = changed["interactions"][:-1]

    verdict = _verified("grafana", answers, tmp_path, monkeypatch, pact=changed)

    assert verdict.is_accepted
    assert verdict.verified != _keys("grafana")


def _pact(service: str) -> dict[str, Any]:
    pact: dict[str, Any] = json.loads((REPOSITORY / f"contracts/pacts/devctl-{service}.json").read_bytes())
    return pact


def _keys(service: str) -> set[str]:
    return {one.key for listed in project().pacts[service].values() for one in listed}


def _answers(service: str) -> dict[str, Response]:
    """The recorded answers by interaction key; a sequence's later ones end in #2, #3."""
    answers = {}
    for key, recording in recordings().items():
        if recording.scenario.operation.service == service:
            for number, one in enumerate(recording.interactions, 1):
                answers[key if number == 1 else f"{key}#{number}"] = one.response
    return answers


def _verified(
    service: str, answers: dict[str, Response], folder: Path, monkeypatch: Any, pact: dict[str, Any] | None = None
) -> Verdict:
    """Verify a copy of the committed pact, in which each request carries its key, so that the server can tell them."""
    monkeypatch.setenv("PACT_DO_NOT_TRACK", "true")
    pact = pact or _pact(service)
    promised = {one["key"]: json.loads(json.dumps(one["request"])) for one in pact["interactions"]}
    for one in pact["interactions"]:
        one["request"].setdefault("headers", {})[KEY] = [one["key"]]
    file = folder / "pact.json"
    file.write_text(json.dumps(pact), encoding="utf-8")
    replaying = Replaying(answers, promised)
    with _served(replaying) as url:
        verifier = Verifier(service, host="127.0.0.1").add_transport(url=url).add_source(file)
        verifier.set_coloured_output(enabled=False)
        try:
            verifier.verify()
            is_accepted = True
        except RuntimeError:
            is_accepted = False
    results = verifier.results["interactionResults"]
    return Verdict(
        is_accepted,
        {result["interactionKey"] for result in results},
        {
            result["interactionKey"]: [str(each.get("path", each["type"])) for each in _parts(result)]
            for result in results
            if result["result"] != "OK"
        },
        replaying.misses,
    )


def _parts(result: dict[str, Any]) -> list[dict[str, Any]]:
    return list(result["mismatch"]["mismatches"])


@contextmanager
def _served(replaying: Replaying) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def _replay(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            answer = replaying.answer(self.command, self.path, self.headers.get(KEY, ""))
            self.send_response(answer.status)
            for name, value in answer.headers.without("content-length").items:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        do_GET = do_POST = _replay  # noqa: N815  # http.server's names

        def log_message(self, *_: Any) -> None:
            """Nothing is printed: misses are kept."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
