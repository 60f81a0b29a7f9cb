"""From names in a registry to contracts and tests: what `pactproof generate` writes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema_rs
import pytest
from tests.integration.generate_folder import (
    SHORT_REGISTRY,
    Folder,
    folder,
    shop,
)
from tests.integration.plugin_project import IMPORTED_ONCE, Run

from pactproof.document import load_document
from pactproof.schemas import shipped

__all__ = ["folder", "shop"]
pytest_plugins = "pytester"


@pytest.fixture(scope="module")
def newcomer(tmp_path_factory: pytest.TempPathFactory) -> tuple[Folder, list[subprocess.CompletedProcess[str]]]:
    """An empty folder with the short registry: generate, pytest, generate again, each in a process of its own."""
    folder = Folder(tmp_path_factory.mktemp("newcomer"))
    folder.write("registry.yaml", SHORT_REGISTRY)
    bin_folder = Path(sys.executable).parent
    generate = [str(bin_folder / "pactproof"), "generate"]
    tests = [str(bin_folder / "pytest"), "contracts", "-q", "-p", "no:cacheprovider"]
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder.path), "COLUMNS": "300"}
    ran = []
    for command in (generate, tests, generate):
        ran.append(
            subprocess.run(
                command, cwd=folder.path, env=environment, capture_output=True, text=True, timeout=120, check=False
            )
        )
        folder.write(f"seen{len(ran)}", json.dumps({name: str(text) for name, text in folder.contents().items()}))
    return folder, ran


def test_the_short_registry_alone_gives_every_operation_a_contract_and_a_test(newcomer):
    folder, (generated, _, _) = newcomer

    assert generated.returncode == 0, generated.stderr
    assert generated.stderr == ""
    assert generated.stdout.splitlines()[-2] == (
        "wrote 17 contracts, 20 test functions, 6 fixtures, 1 outline of a state in 12 files"
    )
    assert '@contract("grafana.get_dashboard", scenario="not_found")' in folder.read(
        "contracts/test_grafana_contracts.py"
    )


def test_pytest_then_reports_every_operation_as_unbound_with_the_line_to_write(newcomer):
    _, (_, tested, _) = newcomer

    assert tested.returncode == 1
    assert tested.stdout.splitlines()[-1].startswith("20 failed")
    assert tested.stdout.count("fault: unbound\noperation: ") == 20
    operations = {line.removeprefix("operation: ") for line in tested.stdout.splitlines() if "operation: " in line}
    assert len(operations) == 17
    assert (
        '  contracts/test_grafana_contracts.py:13: grafana_client.get_dashboard(provider.params["uid"])\n'
        "  contracts/conftest.py:25: GrafanaClient(base_url=provider.url, token=provider.token)\n"
    ) in tested.stdout
    assert (
        'fix: write s3_client.get_bucket_location(Bucket=provider.params["Bucket"]) in place of unbound(...), '
        "as your program has it\n"
    ) in tested.stdout


def test_a_second_run_changes_no_byte(newcomer):
    folder, (_, _, again) = newcomer

    before, after = (json.loads(folder.read(name)) for name in ("seen2", "seen3"))

    assert (again.returncode, again.stdout) == (0, "nothing to write; kept 17 contracts\n")
    assert {name: text for name, text in after.items() if name != "seen2"} == before


def test_what_is_generated_is_what_its_schema_allows_and_holds_nothing_of_this_machine(newcomer):
    folder, _ = newcomer
    made = {name: text for name, text in folder.contents().items() if name.startswith("contracts/")}

    for name, text in made.items():
        assert str(folder.path).encode() not in text
        if name.endswith(".yaml"):
            kind = "aws" if name.endswith("aws.yaml") else "contracts"
            assert text.startswith(f"# yaml-language-server: $schema=.schemas/{kind}.schema.json\n# From reg".encode())
            assert made[f"contracts/.schemas/{kind}.schema.json"] == shipped()[kind]
            document, _ = load_document(folder.path / name)
            assert list(jsonschema_rs.validator_for(json.loads(shipped()[kind])).iter_errors(document.data)) == []


def test_the_generated_python_is_as_formatters_and_linters_want_it(newcomer):
    folder, _ = newcomer
    ruff = [str(Path(sys.executable).parent / "ruff")]

    formatted = subprocess.run(
        [*ruff, "format", "--isolated", "--no-cache", "--diff", "contracts"],
        cwd=folder.path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    linted = subprocess.run(
        [*ruff, "check", "--isolated", "--no-cache", "--select=E,W,F,I,N,UP,B,PT,RUF", "contracts"],
        cwd=folder.path, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert (formatted.returncode, formatted.stdout) == (0, "")
    assert (linted.returncode, linted.stdout) == (0, "All checks passed!\n")


def test_the_same_names_give_the_same_bytes_in_another_folder(newcomer, folder):
    first = {name: text for name, text in newcomer[0].contents().items() if name.startswith("contracts/")}
    folder.write("registry.yaml", SHORT_REGISTRY)

    folder.generate()

    assert {name: text for name, text in folder.contents().items() if name.startswith("contracts/")} == first


CALLS = {
    'unbound("GrafanaClient(base_url=provider.url, token=provider.token)")': "GrafanaClient(provider.url)",
    'unbound("grafana_client.search_dashboards()")': "grafana_client.get('/api/search?type=dash-db')",
    "unbound('grafana_client.get_dashboard(provider.params[\"uid\"])')": (
        "grafana_client.get(f'/api/dashboards/uid/{provider.params[\"uid\"]}')"
    ),
    'unbound("iam_client.list_users()")': "iam_client.list_users()",
    "unbound('s3_client.list_objects_v2(Bucket=provider.params[\"Bucket\"])')": (
        "s3_client.list_objects_v2(Bucket=provider.params['Bucket'])"
    ),
}


def test_placeholders_replaced_by_real_calls_pass_before_the_promise(folder, pytester, monkeypatch):
    monkeypatch.delenv("CI", raising=False)  # where it is set, pact files are checked and not written
    monkeypatch.setenv("COLUMNS", "300")
    monkeypatch.setenv("SSL_CERT_DIR", str(folder.path))
    assert IMPORTED_ONCE  # pytester forgets what a run imported
    folder.path = pytester.path
    monkeypatch.chdir(pytester.path)
    folder.write("registry.yaml", SHORT_REGISTRY)
    folder.write(
        "contracts/grafana_client.py",
        "import httpx\n\n\nclass GrafanaClient:\n    def __init__(self, url):\n        self.url = url\n\n"
        "    def get(self, path):\n        return httpx.get(self.url + path).json()\n",
    )
    folder.generate()
    for path in (folder.path / "contracts").glob("*.py"):
        text = path.read_text()
        for placeholder, call in CALLS.items():
            text = text.replace(placeholder, call)
        start = "from grafana_client import GrafanaClient\n" if path.name == "conftest.py" else ""
        path.write_text(start + text.replace("return grafana_client", "assert grafana_client"))
    folder.write("pytest.ini", "[pytest]\npythonpath = contracts\nasyncio_default_fixture_loop_scope = function\n")

    run = Run(pytester.runpytest_inprocess("-p", "no:cacheprovider", "-rA", "contracts"))

    passed = [line.rpartition("::")[2] for line in run.text.splitlines() if line.startswith("PASSED ")]
    assert sorted(passed) == [
        "test_get_dashboard[pact]",
        "test_get_dashboard_not_found[pact]",
        "test_list_objects_v2[stub]",
        "test_list_users[stub]",
        "test_search_dashboards[pact-lean]",
        "test_search_dashboards[pact]",
    ]
    assert run.code == 1
