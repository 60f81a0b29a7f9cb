"""What a whole run of this repository's contracts says when recordings break the promise."""

from __future__ import annotations

import re

import pytest
from tests.integration.project_copy import ProjectCopy, failed

BROKEN = {
    "test_get_dashboard[replay]": ("cassettes/grafana/get_dashboard.yaml", '"title": "Checkout latency"', '"title": 7'),
    "test_images[replay]": (
        "cassettes/aws/ecr/list_images.yaml",
        '"imageDigest": "sha256:faac57cbeb892c2f5dd739ae95623bccc6c66d05e4c3259ce46e53e64764613d"',
        '"imageDigest": true',
    ),
    "test_list_users[replay]": (
        "cassettes/aws/iam/list_users.yaml",
        "<CreateDate>2026-11-22T16:04:13.004447Z</CreateDate>",
        "<CreateDate>yesterday</CreateDate>",
    ),
    "test_list_workflows[replay]": ("cassettes/github/list_workflows.yaml", "per_page=100", "per_page=50"),
}


@pytest.fixture(scope="module")
def output(tmp_path_factory):
    copy = ProjectCopy.made_in(tmp_path_factory.mktemp("broken"))
    for path, old, new in BROKEN.values():
        copy.replace(path, old, new)
    whole = (copy.root / "cassettes/pagerduty/get_incident.yaml").read_text()
    (copy.root / "cassettes/pagerduty/get_incident.yaml").write_text(whole[: len(whole) // 2])
    (copy.root / "cassettes/grafana/search_dashboards.yaml").write_text("")
    (copy.root / "cassettes/pagerduty/list_services.yaml").write_text("{garbage", encoding="utf-8")
    (copy.root / "cassettes/pagerduty/list_incidents.yaml").unlink()
    return copy.pytest("--record-mode=none").stdout


def test_exactly_the_scenarios_with_a_broken_recording_fail(output):
    unreadable = ("get_incident", "list_incidents", "list_services", "search_dashboards")

    assert failed(output) == sorted([*BROKEN, *(f"test_{one}[replay]" for one in unreadable)])
    assert re.search(r"^=+ 8 failed, 126 passed, 1 skipped in .* =+$", output, re.MULTILINE)


@pytest.mark.parametrize(
    ("operation", "mismatch", "file"),
    [
        ("grafana.get_dashboard", "$.dashboard.title", "cassettes/grafana/get_dashboard.yaml"),
        ("aws.ecr.list_images", "$.imageIds[1].imageDigest", "cassettes/aws/ecr/list_images.yaml"),
        ("aws.iam.list_users", "$.Users[1].CreateDate", "cassettes/aws/iam/list_users.yaml"),
    ],
)
def test_a_broken_answer_is_told_with_operation_path_and_file(output, operation, mismatch, file):
    [told] = re.findall(rf"^fault: provider\noperation: {re.escape(operation)}\n(?:.+\n)+", output, re.MULTILINE)

    assert f"\n  {mismatch}: expected " in told
    assert f"\nfile: {file}\n" in told
    assert re.search(rf"^fix: .* --record-mode=rewrite -k {re.escape(operation)}$", told, re.MULTILINE)


@pytest.mark.parametrize(
    ("fault", "operation", "told"),
    [
        ("stale", "github.list_workflows", "recorded for another request than promised\n  query.per_page: expected "),
        ("stale", "pagerduty.get_incident", "the file is cut off: its last line is not `...`\n"),
        ("stale", "grafana.search_dashboards", "the file is empty\n"),
        ("stale", "pagerduty.list_services", ""),
        ("missing", "pagerduty.list_incidents", "nothing recorded for pagerduty.list_incidents (scenario ok)\n"),
    ],
    ids=["another request", "cut", "empty", "garbage", "gone"],
)
def test_a_recording_that_cannot_speak_for_today_is_told(output, fault, operation, told):
    [text] = re.findall(rf"^fault: {fault}\noperation: {re.escape(operation)}\n(?:.+\n)+", output, re.MULTILINE)

    assert f"\nscenario: ok\n{told}" in text
    assert re.search(rf"^file: cassettes/{operation.replace('.', '/')}\.yaml", text, re.MULTILINE)
    assert re.search(rf"^fix: .*pytest contracts --record-mode=rewrite -k {re.escape(operation)}$", text, re.MULTILINE)
