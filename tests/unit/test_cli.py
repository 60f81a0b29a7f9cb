"""The command line: what it prints about itself, how quick it is, and how errors become exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from pactproof.cli import main
from pactproof.schemas import shipped


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, arguments, prog_name="pactproof")
    return result.exit_code, result.output


def test_help_lists_the_commands_and_each_has_examples() -> None:
    code, text = run("--help")
    _, of_generate = run("generate", "--help")
    _, of_schema = run("schema", "-h")

    assert code == 0
    assert "  generate  Write what registry.yaml names and nobody has written yet.\n" in text
    assert "  schema    Print the JSON Schema" in text
    assert '  pactproof generate grafana.search --from "GET /api/search"\n' in of_generate
    assert "Exit codes: 0 everything is written or was there; 1 something could not be done;\n" in of_generate
    assert "  pactproof schema registry > registry.schema.json\n" in of_schema


@pytest.mark.parametrize("kind", ["registry", "contracts", "aws"])
def test_schema_prints_the_schema_that_ships(kind: str) -> None:
    code, text = run("schema", kind)

    assert code == 0
    assert text.encode() == shipped()[kind]
    assert json.loads(text)["title"]


def test_an_unknown_schema_or_command_is_a_usage_error() -> None:
    assert run("schema", "pacts")[0] == 2
    assert run("generat")[0] == 2


def test_errors_are_told_without_a_traceback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)

    code, text = run("generate")

    assert code == 2
    assert text == (
        "registry.yaml: contract tests need a registry.yaml\n"
        "  fix: write a registry.yaml in the project's folder, and name the operations that the program relies on\n"
    )


def test_help_imports_nothing_heavy() -> None:
    script = (
        "import sys\nfrom click.testing import CliRunner\nfrom pactproof.cli import main\n"
        "assert CliRunner().invoke(main, ['generate', '--help']).exit_code == 0\n"
        "print(sorted({'pydantic', 'yaml', 'botocore', 'httpx', 'pact', 'pytest'} & set(sys.modules)))"
    )

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)

    assert done.stdout == "[]\n"
