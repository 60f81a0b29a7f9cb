"""Each kind of body promised, recorded from a real server and replayed with the server stopped, for each client."""

from __future__ import annotations

import base64
import gzip
import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent, indent
from typing import Any

import pytest
from pact import Verifier
from tests.integration.body_kinds import (
    BOOKS,
    KINDS,
    LARGE,
    PNG,
    PROGRAM,
    PROGRAMS,
    Provider,
    Received,
    Seen,
    b64,
    contract_tests,
    provider,
)
from tests.integration.plugin_project import PluginProject, Run, project

from pactproof.interaction import Interaction
from pactproof.multipart import parsed_parts
from pactproof.recording.cassette import load_cassette

__all__ = ["project"]
pytest_plugins = "pytester"
OK_LAID_OUT = b'{\n  "ok": true\n}'

RUNS = ("promised", "recorded", "replayed")
EACH_KIND = pytest.mark.parametrize("kind", KINDS)


@dataclass
class Outcome:
    """Three runs of one project: how they ended, what the programs saw, and the files that they left."""

    folder: Path
    runs: dict[str, Run]
    received: dict[str, Received]
    verified: dict[str, str]

    def seen(self, run: str, service: str, kind: str) -> Seen:
        path = self.folder / "seen" / run / service / kind
        assert path.exists(), "\n".join(self.runs[run].fault(f"test_{kind}[{_suffix(run)}]")) or self.runs[run].text
        return Seen.of(path.read_text())

    def pact(self, service: str, kind: str) -> dict[str, Any]:
        data = json.loads((self.folder / f"contracts/pacts/till-{service}.json").read_bytes())
        return next(one for one in data["interactions"] if one["key"] == f"{service}.{kind}")


def _suffix(run: str) -> str:
    return "pact" if run == "promised" else "replay"


@pytest.fixture(scope="module")
def made() -> dict[str, Outcome]:
    return {}


@pytest.fixture
def outcome(made: dict[str, Outcome], request: pytest.FixtureRequest) -> Outcome:
    """The runs are made once, by the first test that asks."""
    if "outcome" not in made:
        project, patch = request.getfixturevalue("project"), request.getfixturevalue("monkeypatch")
        made["outcome"] = _three_runs(project, patch)
    return made["outcome"]


GIVEN = "anything may be sent"
UNDONE = f"""
from pactproof import state

@state("{GIVEN}")
def anything(sandbox):
    yield {{}}
"""


def _with_state(contract: str) -> str:
    """The contract of what may write: nothing is recorded of that without a state."""
    text = dedent(contract).strip()
    return text.replace("{", f"{{given: {GIVEN}, ", 1) if text.startswith("{") else f"given: {GIVEN}\n{text}"


def _three_runs(project: PluginProject, patch: pytest.MonkeyPatch) -> Outcome:
    for path in (project.path / "contracts").iterdir():
        path.unlink()
    address = "  {}:\n    base_url: https://{}.example.com\n    sandbox: {{url_env: BODIES_URL}}\n"
    providers = "".join(address.format(service, service.replace("_", "-")) for service in PROGRAMS)
    contracts = "".join(f"  {service}: [{', '.join(kinds)}]\n" for service, kinds in PROGRAMS.items())
    project.write_exactly("registry.yaml", f"consumer: till\nproviders:\n{providers}contracts:\n{contracts}")
    for service, kinds in PROGRAMS.items():
        entries = (f"{name}:\n{indent(_with_state(KINDS[name].contract), '  ')}\n" for name in kinds)
        project.write_exactly(f"contracts/{service}.yaml", "".join(entries))
        project.write_exactly(f"contracts/test_{service}_contracts.py", contract_tests(service))
    project.write_exactly("contracts/conftest.py", UNDONE)
    project.write_exactly("program.py", PROGRAM)
    patch.setenv("BODIES_SEEN", "")
    runs = {}
    with provider() as server:
        patch.setenv("BODIES_URL", server.url)
        patch.setenv("BODIES_SEEN", str(project.path / "seen/promised"))
        runs["promised"] = project.run("-k", "[pact]", "--pact-file=write")
        patch.setenv("BODIES_SEEN", str(project.path / "seen/recorded"))
        runs["recorded"] = project.run("-k", "[replay]", "--record-mode=rewrite", "--writes")
        received = dict(server.received)
        verified = _verified(project.path / "contracts/pacts/till-httpx.json", server, patch)
    patch.setenv("BODIES_SEEN", str(project.path / "seen/replayed"))
    runs["replayed"] = project.run("-k", "[replay]", "--record-mode=none")
    return Outcome(project.path, runs, received, verified)


def _verified(pact: Path, server: Provider, patch: pytest.MonkeyPatch) -> dict[str, str]:
    """What Pact's own Verifier says of each interaction: "OK", or what is wrong."""
    patch.setenv("PACT_DO_NOT_TRACK", "true")
    patch.delenv("SSL_CERT_DIR")  # the project's is empty, and the Verifier wants to find certificates
    verifier = Verifier("httpx", host="127.0.0.1").add_transport(url=server.url).add_source(pact)
    verifier.set_coloured_output(enabled=False)
    with suppress(RuntimeError):
        verifier.verify()
    return {
        one["interactionKey"].partition(".")[2]: "OK" if one["result"] == "OK" else json.dumps(one.get("mismatch"))
        for one in verifier.results["interactionResults"]
    }


@pytest.mark.parametrize("run", RUNS)
def test_every_kind_passes_for_every_client(outcome: Outcome, run: str):
    assert outcome.runs[run].faults == {}
    assert outcome.runs[run].counts.get("passed") == sum(len(kinds) for kinds in PROGRAMS.values())


@EACH_KIND
def test_the_program_sees_the_same_promised_recorded_and_replayed(outcome: Outcome, kind: str):
    expected = KINDS[kind]

    for service in (name for name, kinds in PROGRAMS.items() if kind in kinds):
        promised, recorded, replayed = (outcome.seen(run, service, kind) for run in RUNS)
        assert [seen.value(expected.sees) for seen in (promised, recorded, replayed)] == [expected.sees] * 3, service
        assert [seen.status for seen in (promised, recorded, replayed)] == [expected.status] * 3, service
        assert promised.content_type.partition(";")[0] == recorded.content_type.partition(";")[0], service
        assert (replayed.content_type, replayed.digits) == (recorded.content_type, recorded.digits), service


@pytest.mark.parametrize("kind", [name for name, kind in KINDS.items() if kind.is_verifiable])
def test_pacts_own_verifier_finds_the_pact_kept_by_the_provider(outcome: Outcome, kind: str):
    assert outcome.verified[f"{kind}"] == "OK"


# --- what the provider got, and what is on file ------------------------------------------------------------------


def test_what_a_program_sends_reaches_the_provider_as_it_was_sent(outcome: Outcome):
    got = outcome.received

    assert gzip.decompress(got["/gzip-request"].body) == b'{"n":  1}'
    assert got["/gzip-request"].headers["Content-Encoding"] == "gzip"
    assert got["/streamed-request"].body == b"one two"
    assert got["/upload"].body == PNG * 2
    assert "Content-Type" not in got["/untyped-upload"].headers
    assert got["/latin-request"].body == "Grünes".encode("latin-1")
    assert (got["/moved-302"].method, got["/moved-302/there"].method) == ("POST", "GET")
    assert (got["/moved-307"].body, got["/moved-307/there"].body) == (got["/moved-307"].body,) * 2


def test_a_recorded_form_has_the_parts_that_were_sent(outcome: Outcome):
    recorded = _recorded(outcome, "multipart")

    parts = parsed_parts(recorded.request.body, recorded.request.headers.get("content-type"))

    assert [(part.name, part.body, part.file_name, part.content_type) for part in parts] == [
        ("tag", b"a", None, ""),
        ("tag", b"b", None, ""),
        ("title", b"Release", None, ""),
        ("größe", b"7", None, ""),
        ("logo", PNG * 2, "logo.png", "image/png"),
        ("rows", "ä;ö".encode("latin-1"), "r.csv", "text/csv"),
    ]


@pytest.mark.parametrize(("kind", "body"), [("gzip", OK_LAID_OUT), ("deflate", b"a;b"), ("large", LARGE)])
def test_a_recording_holds_the_body_unpacked_with_the_headers_that_fit_it(outcome: Outcome, kind: str, body: bytes):
    response = _recorded(outcome, kind).response

    assert response.body == body
    assert "content-encoding" not in response.headers
    assert response.headers.all("content-length") in ([], [str(len(body))])


ON_FILE = {
    "form": {
        "content": "name=a&name=b&empty=&filter%5Bstate%5D=open&text=Gr%C3%B6%C3%9Fe+%26+co&sum=1%2B1",
        "contentType": "application/x-www-form-urlencoded",
        "encoded": False,
    },
    "xml_request": {"content": BOOKS, "contentType": "application/xml", "encoded": False},
    "upload": {"content": b64(PNG), "contentType": "image/png", "encoded": "base64"},
    "gzip_request": {"content": {"n": 1}, "contentType": "application/json", "encoded": False},
    "null_request": None,
    "untyped_upload": None,
    "latin_request": None,
    "any_request_body": None,
}


@pytest.mark.parametrize(("kind", "body"), ON_FILE.items(), ids=ON_FILE)
def test_the_pact_says_of_a_request_what_pact_can_say(outcome: Outcome, kind: str, body: Any):
    assert outcome.pact("httpx", kind)["request"].get("body") == body


def test_the_pact_has_the_parts_of_a_form_with_rules_for_any_boundary(outcome: Outcome):
    request = outcome.pact("httpx", "multipart")["request"]

    parts = parsed_parts(base64.b64decode(request["body"]["content"]), request["body"]["contentType"])
    rules = request["matchingRules"]

    assert [(part.name, part.body, part.file_name, part.content_type) for part in parts] == [
        ("title", b"Notes", None, ""),
        ("tag", b"a", None, ""),
        ("tag", b"b", None, ""),
        ("größe", b"7", None, ""),
        ("logo", PNG, "logo.png", "image/png"),
        ("rows", b"a;b", "rows", ""),
    ]
    assert rules["header"]["Content-Type"]["matchers"] == [
        {"match": "regex", "regex": r"multipart/form-data;\s*boundary=.*"}
    ]
    assert {path: rule["matchers"] for path, rule in rules["body"].items()} == {
        "$.title": [{"match": "regex", "regex": "[A-Z].*"}],
        "$.tag": [{"match": "regex", "regex": "^(?:(?:a)|(?:b))$"}],
        "$.logo": [{"match": "type"}],
        "$.rows": [{"match": "type"}],
    }


def test_the_pact_has_rules_for_each_text_and_attribute_of_xml(outcome: Outcome):
    rules = outcome.pact("httpx", "xml")["response"]["matchingRules"]["body"]

    assert sorted(rules) == ["$.books.book['#text']", "$.books.book['@id']", "$.books['@kind']", "$.books['@total']"]


@pytest.mark.parametrize("kind", ["json_null", "untyped", "latin_text", "bytes_as_text", "json_that_is_none"])
def test_the_pact_leaves_out_an_answer_that_pact_cannot_say(outcome: Outcome, kind: str):
    assert "body" not in outcome.pact("httpx", kind)["response"]


def _recorded(outcome: Outcome, kind: str) -> Interaction:
    path = outcome.folder / f"cassettes/httpx/{kind}.yaml"
    return load_cassette(path, shown_as=f"cassettes/httpx/{kind}.yaml").interactions[0]
