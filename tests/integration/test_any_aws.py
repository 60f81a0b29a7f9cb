"""Every way to use boto3, before the promise, recorded from an emulator on loopback, and replayed without it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from tests.integration.any_aws import CONFTEST, CONTRACTS, PROGRAM, REGISTRY, TESTS
from tests.integration.plugin_project import PluginProject, project

from pactproof.aws.calls import contract_notes
from pactproof.pytest_plugin.project import load_project

__all__ = ["project"]
pytest_plugins = "pytester"


@pytest.fixture(scope="module")
def moto_url() -> Iterator[str]:
    server = pytest.importorskip("moto.server", reason="the emulator comes with the extra test-e2e")
    running = server.ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    yield f"http://{host}:{port}"
    running.stop()


@pytest.fixture
def any_aws(project: PluginProject) -> PluginProject:
    (project.path / "contracts/shop.yaml").unlink()
    project.write("registry.yaml", REGISTRY)
    project.write("contracts/aws.yaml", CONTRACTS)
    project.write("contracts/conftest.py", CONFTEST)
    project.write("shop.py", PROGRAM)
    project.write("contracts/test_shop_contracts.py", TESTS)
    return project


def recorded_and_replayed(any_aws, moto_url, monkeypatch, selected: str) -> list[tuple[int, int]]:
    """Exit code and number of passed tests, of a run that records from the emulator and of one without it."""
    with monkeypatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", moto_url)
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "emulator")
        recorded = any_aws.run("--record-mode=once", "--writes", "-k", f"replay and ({selected})")
    assert recorded.code == 0, recorded.text
    replayed = any_aws.run("-k", f"replay and ({selected})")
    assert replayed.code == 0, replayed.text
    return [(run.code, run.counts["passed"]) for run in (recorded, replayed)]


def test_what_is_promised_is_answered_without_waiting(any_aws):
    run = any_aws.run("-k", "stub")

    assert (run.code, run.counts["passed"]) == (0, 24), run.text


def test_paginators_waiters_transfers_resources_and_errors_are_recorded_and_replayed(any_aws, moto_url, monkeypatch):
    runs = recorded_and_replayed(any_aws, moto_url, monkeypatch, "aws.s3 or aws.dynamodb or aws.iam")

    assert runs == [(0, 19), (0, 19)]
    upload = any_aws.read("cassettes/aws/s3/create_multipart_upload.yaml")
    assert upload.count("operation: UploadPart") == 2
    assert "Body:" not in upload.partition("requests:")[2]  # the bytes stand in the request, once


@pytest.mark.slow
def test_services_that_the_emulator_is_slow_to_start_are_recorded_and_replayed(any_aws, moto_url, monkeypatch):
    runs = recorded_and_replayed(any_aws, moto_url, monkeypatch, "not (aws.s3 or aws.dynamodb or aws.iam)")

    assert runs == [(0, 5), (0, 5)]


def test_the_examples_of_the_documentation_can_be_promised(tmp_path):
    text = (Path(__file__).parents[2] / "docs/contracts.md").read_text(encoding="utf-8").partition("## AWS")[2]
    examples = dict(
        pair for block in re.findall(r"```yaml\n(.*?)```", text, re.S) for pair in yaml.safe_load(block).items()
    )
    services: dict[str, list[str]] = {}
    for name in examples:
        services.setdefault(name.split(".")[0], []).append(name.split(".")[1])
    (tmp_path / "contracts").mkdir()
    (tmp_path / "contracts/aws.yaml").write_text(yaml.safe_dump(examples), encoding="utf-8")
    (tmp_path / "registry.yaml").write_text(yaml.safe_dump({"consumer": "till", "contracts": {"aws": services}}))

    project = load_project(tmp_path)

    assert len(examples) == 9
    assert [str(note) for scenario in project.contracts for note in contract_notes(scenario)] == []


def test_a_body_that_is_not_the_promised_one_is_a_request_fault(any_aws):
    any_aws.write("contracts/aws.yaml", CONTRACTS.replace("Body: two lamps", "Body: three lamps"))

    run = any_aws.run("-k", "stub and (test_put_object or test_upload_file)")

    assert run.faults == {"test_put_object[stub]": "request", "test_upload_file[stub]": "request"}
    assert '  $.Body: expected "three lamps", found "two lamps"' in run.text
