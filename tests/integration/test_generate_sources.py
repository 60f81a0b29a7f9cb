"""Where `pactproof generate` takes contracts from, which ones, and what it says about the others."""

from __future__ import annotations

import subprocess
import sys

import pytest
from tests.integration.generate_folder import (
    RECORDED_REGISTRY,
    ROOT,
    SHOP_REGISTRY,
    folder,
    shop,
)

from pactproof.cli.drafts import drafts_for
from pactproof.registry import load_registry

__all__ = ["folder", "shop"]


# --- where drafts come from -------------------------------------------------------------------------------------------


def test_an_operation_that_no_source_knows_is_told_and_the_others_are_written(shop):
    shop.write("registry.yaml", SHOP_REGISTRY.replace("[get_item]", "[get_item, pay_invoice]"))

    result = shop.generate()

    assert result.exit_code == 1
    assert "not done\n  shop.pay_invoice: " in result.output
    assert result.output.splitlines()[-2].endswith("; 1 not done")
    assert "pay_invoice" not in shop.read("contracts/shop.yaml")
    assert "get_item" in shop.read("contracts/shop.yaml")


def test_a_document_that_is_not_there_is_not_passed_over(folder):
    folder.write("registry.yaml", "contracts: {github: [get_pull_request]}\nproviders: {github: {openapi: gh.json}}\n")

    result = folder.generate()

    assert result.exit_code == 1
    assert result.output == (
        "not done\n"
        "  github.get_pull_request: gh.json: no such file\n"
        "    fix: save the vendor's document there, or correct providers.<service>.openapi in registry.yaml\n"
        "nothing to write; 1 not done\n"
    )
    assert not (folder.path / "contracts").exists()


def test_a_recording_of_an_unknown_service_is_a_source(folder):
    recorded = (ROOT / "cassettes/grafana/get_dashboard.yaml").read_text().replace("grafana.get_", "board.get_")
    folder.write("registry.yaml", RECORDED_REGISTRY)
    folder.write("cassettes/board/get_dashboard.yaml", recorded)
    folder.write("cassettes/board/get_dashboard_of_another.yaml", "not a cassette")

    result = folder.generate()

    assert result.exit_code == 0, result.output
    assert "look at" not in result.output  # no document is named that could have been better
    assert "path: '/api/dashboards/uid/{uid}'" in folder.read("contracts/board.yaml")
    assert "unbound('board_client.get_dashboard(provider.params[\"uid\"])')" in folder.read(
        "contracts/test_board_contracts.py"
    )


def test_a_long_document_is_announced_on_a_terminal_only(shop, monkeypatch, capsys):
    monkeypatch.setattr("pactproof.cli.drafts._LARGE_BYTES", 10)
    registry = load_registry(shop.path)

    drafts_for(registry, registry.operations.values())
    silent = capsys.readouterr().err
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    drafts_for(registry, registry.operations.values())

    assert (silent, capsys.readouterr().err) == ("", "reading specs/shop.json (0 MB)\n")


def test_from_says_which_request_of_the_document_is_meant(shop):
    shop.write("registry.yaml", SHOP_REGISTRY.replace("[get_item]", "[fetch_thing]"))

    result = shop.generate("shop.fetch_thing", "--from", "get /items/{id}")

    assert result.exit_code == 0, result.output
    assert "# From specs/shop.json, GET /items/{id} (getItem).\nfetch_thing:\n" in shop.read("contracts/shop.yaml")


WRONG_FROM = {
    "no operation": ([], '--from is for one operation of an HTTP service: name it, as in "grafana.get_dashboard"'),
    "a service": (["shop"], '--from is for one operation of an HTTP service: name it, as in "grafana.get_dashboard"'),
    "no request": (["shop.get_item"], "--from: '/items' is not a request, as in \"GET /api/search\""),
}


@pytest.mark.parametrize(("names", "message"), WRONG_FROM.values(), ids=WRONG_FROM)
def test_from_needs_one_operation_and_a_request(shop, names, message):
    result = shop.generate(*names, "--from", "/items")

    assert result.exit_code == 2
    assert result.stderr.splitlines()[-1] == f"Error: {message}"


def test_from_for_an_operation_that_has_a_contract_is_refused(shop):
    shop.generate()

    result = shop.generate("shop.get_item", "--from", "GET /items/{id}")

    assert result.exit_code == 2
    assert result.stderr.splitlines()[-1] == "Error: --from: shop.get_item has a contract, in contracts/shop.yaml"


# --- names, dry runs, and what cannot be ------------------------------------------------------------------------------


NAMED = {
    "aws": {"aws.s3.list_buckets", "aws.iam.list_users"},
    "aws.s3": {"aws.s3.list_buckets"},
    "aws.iam.list_users": {"aws.iam.list_users"},
    "grafana": {"grafana.get_dashboard"},
}


@pytest.mark.parametrize(("name", "expected"), NAMED.items(), ids=NAMED)
def test_names_choose_what_is_written(folder, name, expected):
    folder.write(
        "registry.yaml", "contracts: {aws: {s3: [list_buckets], iam: [list_users]}, grafana: [get_dashboard]}\n"
    )

    folder.generate(name)

    bound = "".join(path.read_text() for path in folder.path.glob("contracts/test_*.py"))
    assert {key for key in set().union(*NAMED.values()) if f'@contract("{key}")' in bound} == expected


def test_unknown_names_are_told_with_the_nearest_spelling(shop):
    result = shop.generate("shop.get_itm", "shpo", "nothing")

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        "shop.get_itm is not in registry.yaml (did you mean shop.get_item?)\n  fix: name it as registry.yaml does\n"
        "shpo is not in registry.yaml (did you mean shop?)\n  fix: name it as registry.yaml does\n"
        "nothing is not in registry.yaml\n  fix: name it as registry.yaml does\n"
    )


def test_a_dry_run_shows_a_diff_and_writes_nothing(shop):
    shop.write("contracts/conftest.py", "import pytest")
    before = shop.contents()

    result = shop.generate("--dry-run")

    assert shop.contents() == before
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert lines[:2] == ["--- /dev/null", "+++ b/contracts/shop.yaml"]
    assert "--- a/contracts/conftest.py" in lines
    assert "\\ No newline at end of file" in lines
    assert '+    return unbound("ShopClient(base_url=provider.url, token=provider.token)")' in lines
    assert not any(".schemas" in line for line in lines if line.startswith("+++"))
    assert lines[-1] == "would write 1 contract, 1 test function, 1 fixture in 5 files"


def test_the_diff_of_a_dry_run_applies(shop):
    shop.write("contracts/conftest.py", "import pytest")
    diff = shop.generate("--dry-run").output.rpartition("would write")[0]

    subprocess.run(["patch", "-p1", "-s"], cwd=shop.path, input=diff, text=True, check=True)  # noqa: S607

    patched = shop.contents()
    shop.generate()
    assert {name: text for name, text in shop.contents().items() if "schemas" not in name} == patched


BAD_INPUT = {
    "no registry": ({}, "registry.yaml: contract tests need a registry.yaml"),
    "a registry with faults": ({"registry.yaml": "contracts: {}\n"}, "registry.yaml:1:12: contracts is an empty"),
    "a contract with faults": (
        {
            "registry.yaml": "contracts: {shop: [get_item]}\n",
            "contracts/shop.yaml": "get_item: {request: {path: /x}, respons: 1}\n",
        },
        "contracts/shop.yaml:1:33: unknown key 'respons' in get_item",
    ),
    "a test that is no Python": (
        {"registry.yaml": "contracts: {grafana: [get_dashboard]}\n", "contracts/test_x.py": "def (:\n"},
        "contracts/test_x.py:1:5: not valid Python: invalid syntax",
    ),
}


@pytest.mark.parametrize(("files", "message"), BAD_INPUT.values(), ids=BAD_INPUT)
def test_bad_input_ends_with_2_and_nothing_written(folder, files, message):
    (folder.path / ".git").mkdir()
    for name, text in files.items():
        folder.write(name, text)
    before = folder.contents()

    result = folder.generate()

    assert result.exit_code == 2
    assert result.stderr.startswith(message)
    assert folder.contents() == before


def test_a_state_that_a_writing_operation_needs_is_outlined_once_and_only_as_a_comment(folder):
    folder.write("registry.yaml", "contracts: {grafana: [create_annotation]}\n")
    folder.generate()
    outlined = folder.read("contracts/conftest.py")
    (folder.path / "contracts/test_grafana_contracts.py").unlink()

    folder.generate()

    assert folder.read("contracts/conftest.py") == outlined
    assert outlined.endswith(
        "\n\n\n# grafana.create_annotation writes. Before it is recorded, say here how\n"
        "# the sandbox gets ready for it, and how it is undone:\n#\n"
        '# @state("an annotation may be written")\n'
        "# def an_annotation_may_be_written(sandbox):\n"
        '#     yield {"text": ...}\n'
        "#     sandbox.delete(...)  # what the program has written there\n"
    )


def test_names_that_are_no_python_names_still_give_code_that_compiles(folder):
    folder.write("registry.yaml", "contracts: {3scale-api: [get-plan, import, get_plan]}\n")
    entry = "{scenarios: {a-b: {params: {x-y: 1}, request: {path: '/p'}}, ok: {request: {path: /}}}}"
    folder.write("contracts/3scale-api.yaml", f"get-plan: {entry}\nimport: {entry}\nget_plan: {entry}\n")

    result = folder.generate()

    assert result.exit_code == 0, result.output
    tests = folder.read("contracts/test_3scale_api_contracts.py")
    compile(tests, "tests", "exec")
    functions = [line for line in tests.splitlines() if line.startswith("def ")]
    assert functions == [
        "def test_get_plan_a_b(_3scale_api_client):",
        "def test_get_plan(_3scale_api_client):",
        "def test_import_a_b(_3scale_api_client):",
        "def test_import(_3scale_api_client):",
        "def test_3scale_api_get_plan_a_b(_3scale_api_client):",
        "def test_3scale_api_get_plan(_3scale_api_client):",
    ]
    assert '    return unbound("_3scale_api_client.import_()")' in tests
    assert 'unbound("_3scaleApiClient(base_url=provider.url, token=provider.token)")' in folder.read(
        "contracts/conftest.py"
    )


def test_services_that_share_a_name_get_a_client_each_and_no_fixture_is_taken_for_a_hook(folder):
    folder.write(
        "registry.yaml",
        "contracts: {aws: {grafana: [list_workspaces]}, grafana: [search_dashboards], pytest: [get_run]}\n",
    )
    folder.write("contracts/pytest.yaml", "get_run: {request: {path: /run}}\n")

    first = folder.generate()
    folder.write(
        "registry.yaml",
        "contracts: {aws: {grafana: [list_workspaces, list_versions]}, "
        "grafana: [search_dashboards, list_folders], pytest: [get_run]}\n",
    )
    folder.generate()

    assert first.exit_code == 0, first.output
    assert [line for line in folder.read("contracts/conftest.py").splitlines() if line.startswith("def ")] == [
        "def grafana_client(provider):",
        "def grafana_api_client(provider):",
        "def _pytest_client(provider):",
    ]
    assert "def test_list_versions(grafana_client):" in folder.read("contracts/test_aws_contracts.py")
    assert "def test_list_folders(grafana_api_client):" in folder.read("contracts/test_grafana_contracts.py")


def test_an_aws_scenario_that_fails_says_so_and_a_client_of_the_teams_own_is_used(folder):
    folder.write("registry.yaml", "contracts: {aws: {s3: [get_bucket_location], ecr: [list_images]}}\n")
    folder.write(
        "contracts/aws.yaml",
        "s3.get_bucket_location: {params: {Bucket: nobody}, error: {code: NoSuchBucket, status: 404}}\n"
        "ecr.list_images: {params: {repositoryName: apps}}\n",
    )
    folder.write("conftest.py", "import pytest\n\n\n@pytest.fixture\ndef s3_client(provider): ...\n")

    folder.generate()

    assert folder.read("contracts/test_aws_contracts.py").partition("@")[2] == (
        'contract("aws.s3.get_bucket_location")\n'
        "def test_get_bucket_location(s3_client, provider):\n"
        "    # Answered with the error NoSuchBucket (status 404):\n"
        "    # expect your client's error, in `with pytest.raises(...)`.\n"
        "    return unbound('s3_client.get_bucket_location(Bucket=provider.params[\"Bucket\"])')\n\n\n"
        '@contract("aws.ecr.list_images")\n'
        "def test_list_images(ecr_client, provider):\n"
        '    return unbound("ecr_client.list_images(**provider.params)")\n'
    )
    assert "def s3_client" not in folder.read("contracts/conftest.py")
