"""Every operation that writes is undone by its provider state; the emulator it wrote to is as it was before."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.emulators.argocd import ArgoCDEmulator
from tests.emulators.confluence import ConfluenceEmulator
from tests.emulators.grafana import GrafanaEmulator
from tests.emulators.jira import JiraEmulator
from tests.emulators.server import Answer, Call, Emulator, serving
from tests.emulators.slack import SlackEmulator
from tests.integration.project_copy import ProjectCopy, failed

KINDS = (GrafanaEmulator, ArgoCDEmulator, SlackEmulator, JiraEmulator, ConfluenceEmulator)
WRITES = {
    "argocd": ("sync_application", "/api/v1/applications/devctl-contract/sync"),
    "confluence": ("create_page", "/wiki/api/v2/pages"),
    "grafana": ("create_annotation", "/api/annotations"),
    "jira": ("create_issue", "/rest/api/3/issue"),
    "slack": ("post_message", "/chat.postMessage"),
}
FAILING = """

import httpx

_request = httpx.Client.request


def _request_and_fail(self, *args, **kwargs):
    _request(self, *args, **kwargs)
    raise RuntimeError("the consumer fails, after the provider has done what it was asked")


httpx.Client.request = _request_and_fail
"""


class Watched:
    """Running emulators, and every request that changed something there or tried to."""

    def __init__(self, emulators: dict[str, Emulator]) -> None:
        self.emulators = emulators
        self.before = self.contents()
        self.written: dict[str, list[str]] = {name: [] for name in emulators}
        for name, emulator in emulators.items():
            self._watch(emulator, self.written[name])

    def contents(self) -> dict[str, object]:
        return {name: emulator.contents() for name, emulator in self.emulators.items()}

    def _watch(self, emulator: Emulator, written: list[str]) -> None:
        answer = emulator.answer

        def noting(call: Call) -> Answer:
            if call.method == "POST":
                written.append(call.path)
            return answer(call)

        emulator.answer = noting  # type: ignore[method-assign]  # to see what the emulator is asked


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Iterator[Watched]:
    with serving([kind(secrets.token_hex(20)) for kind in KINDS]) as emulators:
        for name, emulator in emulators.items():
            monkeypatch.setenv(f"{name.upper()}_SANDBOX_URL", emulator.url)
            monkeypatch.setenv(f"{name.upper()}_SANDBOX_TOKEN", emulator.token)
        yield Watched(emulators)


@pytest.fixture
def copy(tmp_path: Path) -> ProjectCopy:
    return ProjectCopy.made_in(tmp_path)


def record(copy: ProjectCopy) -> tuple[int, str]:
    writes = " or ".join(operation for operation, _ in WRITES.values())
    done = copy.pytest("-q", "--record-mode=rewrite", "--writes", "--take-values", f"-k=({writes}) and replay")
    return done.returncode, done.stdout


def test_what_a_recording_has_written_is_gone_afterwards(watched: Watched, copy: ProjectCopy) -> None:
    code, output = record(copy)

    assert code == 0, output
    for service, (operation, path) in WRITES.items():
        assert f"recorded cassettes/{service}/{operation}.yaml (emulator)" in output
        assert path in watched.written[service]
    assert watched.contents() == watched.before


def test_what_was_written_is_gone_when_the_consumer_fails_and_the_old_recording_stays(
    watched: Watched, copy: ProjectCopy
) -> None:
    conftest = copy.root / "contracts" / "conftest.py"
    conftest.write_text(conftest.read_text() + FAILING)
    recordings = {path: path.read_bytes() for path in (copy.root / "cassettes").rglob("*.yaml")}

    code, output = record(copy)

    assert code == 1, output
    assert "the consumer fails" in output
    for service, (operation, path) in WRITES.items():
        assert f"test_{operation}[replay]" in failed(output)
        assert path in watched.written[service]
    assert watched.contents() == watched.before
    assert {path: path.read_bytes() for path in (copy.root / "cassettes").rglob("*.yaml")} == recordings
