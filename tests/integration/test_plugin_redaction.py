"""What a project's registry says of redaction, and AWS credentials, from a recording to its replay and its checks."""

from __future__ import annotations

import hashlib
import json
import secrets
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.integration.plugin_project import PluginProject, project
from tests.unit.devctl.vendor import Vendor, running_vendor

from pactproof import use_cassette
from pactproof.cli import main
from pactproof.errors import RegistryError
from pactproof.redaction import Rules

__all__ = ["project"]
pytest_plugins = "pytester"

CASSETTE = "cassettes/shop/get_item.yaml"
REWRITE = "--record-mode=rewrite"
TOKEN = "-".join(["shop", "token", "5f2d"])
NPM = "npm_" + hashlib.sha256(b"of no account").hexdigest()[:36]
REDACT = """
redact:
  rules:
    - {id: serial, pattern: 'SN-[0-9]{6}'}
    - {id: owner, names: [owner_ref]}
  off: [{rule: npm-token, reason: our ids look like it}]
  emails: hide
"""
ITEM = {
    "name": "Brass lamp",
    "price": 12.25,
    "serial": "SN-123456",
    "ownerRef": "C 17",
    "by": "ada@example.com",
    "ref": NPM,
}


class Shop(ThreadingHTTPServer):
    """An emulator of the shop: it answers `item`, with `headers` beside."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.item: Mapping[str, object] = ITEM
        self.headers: Mapping[str, str] = {}


class _Handler(BaseHTTPRequestHandler):
    server: Shop

    def do_GET(self) -> None:
        body = json.dumps(self.server.item, indent=1).encode()
        self.send_response(200)
        for name, value in {"Content-Type": "application/json", **self.server.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def shop(project: PluginProject, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    with Shop() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        monkeypatch.setenv("SHOP_URL", f"http://127.0.0.1:{server.server_port}")
        monkeypatch.setenv("SHOP_TOKEN", TOKEN)
        yield server
        server.shutdown()
        thread.join()


def test_a_recording_is_made_replayed_and_checked_by_the_rules_of_its_registry(
    project: PluginProject, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.register("get_item", extra=REDACT)

    recorded = project.run(REWRITE, "-k", "replay")
    replayed = project.run("-k", "replay")

    assert (recorded.counts["passed"], replayed.counts["passed"]) == (1, 1)
    text = project.read(CASSETTE)
    body = text[text.index("string:") :]
    for kept in (NPM, '"Brass lamp"'):
        assert kept in body
    for name in ("serial", "ownerRef", "by"):
        assert f'"{name}": "REDACTED-' in body
    monkeypatch.chdir(project.path)
    assert CliRunner().invoke(main, ["check"]).output == "1 cassettes: nothing is wrong\n"
    project.register("get_item")
    assert "by rule npm-token" in CliRunner().invoke(main, ["check"]).output


def test_a_rule_that_is_on_hides_what_another_project_keeps(project: PluginProject, shop: Shop) -> None:
    assert project.run(REWRITE, "-k", "replay").counts["passed"] == 1

    text = project.read(CASSETTE)
    assert NPM not in text
    assert "ada@example.com" in text
    assert "SN-123456" in text


def test_a_signed_body_with_a_secret_is_held_back_with_rule_and_line(project: PluginProject, shop: Shop) -> None:
    project.register("get_item", extra=REDACT)
    shop.headers = {"X-Hub-Signature-256": "sha256=" + "0" * 64}
    before = project.read(CASSETTE)

    run = project.run(REWRITE, "-k", "replay")

    assert run.faults == {"test_get_item[replay]": "stale"}
    assert "By place and rule:" in run.text
    assert "  line 4 of the body: serial" in run.text
    assert "SN-123456" not in run.text.split("Captured")[0]
    assert project.read(CASSETTE) == before


def test_use_cassette_takes_the_rules_of_the_registry_above_its_file(
    project: PluginProject, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    import requests

    project.register("get_item", extra=REDACT)
    url = f"http://127.0.0.1:{shop.server_port}/items?owner_ref=C17"
    path = project.path / "tests" / "item.yaml"

    with use_cassette(path, record_mode="rewrite"):
        requests.get(url, timeout=5)
    with use_cassette(path):
        replayed = requests.get(url, timeout=5).json()
    with use_cassette(project.path / "tests" / "plain.yaml", record_mode="rewrite", redact=Rules()):
        requests.get(url, timeout=5)

    assert replayed["ref"] == NPM
    assert replayed["serial"].startswith("REDACTED-")
    assert "owner_ref=REDACTED-1" in path.read_text("utf-8")
    assert "owner_ref=C17" in (path.parent / "plain.yaml").read_text("utf-8")


def test_a_registry_that_cannot_be_used_is_told_before_anything_is_recorded(project: PluginProject) -> None:
    project.register("get_item", extra="redact: {emails: no}\n")

    with pytest.raises(RegistryError) as caught, use_cassette(project.path / "a.yaml", record_mode="rewrite"):
        pytest.fail("the block is not begun")

    assert "redact.emails is 'no', not 'hide' or 'keep'\n  fix: write hide, or remove the key" in str(caught.value)


# --- AWS -------------------------------------------------------------------------------------------------------------

KEY = secrets.token_hex(20)
BUCKETS = (
    '<?xml version="1.0"?><ListAllMyBucketsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Owner>'
    f"<ID>{KEY}</ID></Owner><Buckets><Bucket><Name>logs</Name><CreationDate>2026-01-05T10:00:00.000Z</CreationDate></Bucket></Buckets>"
    "</ListAllMyBucketsResult>"
)
WITH_PROFILE = """
@contract("aws.s3.list_buckets")
def test_list_buckets(provider):
    answer = boto3.Session(profile_name="work").client("s3").list_buckets()

    assert answer["Buckets"][0]["Name"]
"""
WITH_ROLE = """
@contract("aws.sts.assume_role")
def test_assume_role(provider):
    given = boto3.Session(profile_name="work").client("sts").assume_role(**provider.params)

    assert given["Credentials"]["SecretAccessKey"]
"""
XML = {"Content-Type": "text/xml"}
ROLE = "arn:aws:iam::123456789012:role/reader"


@pytest.fixture
def aws(project: PluginProject, monkeypatch: pytest.MonkeyPatch) -> Iterator[Vendor]:
    """AWS on loopback; the profile `work` assumes a role there."""
    project.with_s3(WITH_PROFILE)
    folder = project.path / "home"
    folder.mkdir()
    config = f"[profile base]\naws_access_key_id = base\naws_secret_access_key = {'base' * 2}\nregion = us-east-1\n"
    (folder / "config").write_text(f"{config}[profile work]\nrole_arn = {ROLE}\nsource_profile = base\n")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(folder / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(folder / "none"))
    with running_vendor() as vendor:
        monkeypatch.setenv("AWS_ENDPOINT_URL", vendor.url)
        vendor.answers("GET", "/", BUCKETS, headers=XML)
        yield vendor


def role(key: str) -> str:
    return (
        '<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>'
        f"<AccessKeyId>ASIAPLACEHOLDER</AccessKeyId><SecretAccessKey>{key}</SecretAccessKey><SessionToken>{key}{key}"
        "</SessionToken><Expiration>2099-01-05T10:00:00Z</Expiration></Credentials></AssumeRoleResult>"
        "</AssumeRoleResponse>"
    )


def test_a_profile_with_a_role_records_its_call_alone_and_needs_no_profile_to_be_replayed(
    project: PluginProject, aws: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    aws.answers("POST", "/", role(KEY))

    recorded = project.run(REWRITE)
    asked = len(aws.asked)
    monkeypatch.delenv("AWS_CONFIG_FILE")
    replayed = project.run()

    assert recorded.counts == replayed.counts == {"passed": 2}  # [stub] and [replay]
    assert [one.method for one in aws.asked] == ["POST", "GET"]
    assert len(aws.asked) == asked
    text = project.read("cassettes/aws/s3/list_buckets.yaml")
    assert text.count("method:") == 1
    assert "<ID>REDACTED-1</ID>" in text
    assert KEY not in text


def test_a_test_that_covers_an_operation_records_it_without_its_credentials(
    project: PluginProject, aws: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    aws.answers("POST", "/", role(KEY))
    covering = WITH_PROFILE.replace("contract(", "pytest.mark.covers(").replace("(provider)", "()")
    project.write("tests/e2e/test_buckets.py", f"import boto3, pytest\n{covering}")

    recorded = project.run(REWRITE, "tests/e2e")
    asked = len(aws.asked)
    monkeypatch.delenv("AWS_CONFIG_FILE")
    replayed = project.run("--record-mode=none", "tests/e2e")

    assert recorded.counts == replayed.counts == {"passed": 1}, recorded.text + replayed.text
    assert len(aws.asked) == asked == 2
    text = project.read("cassettes/aws/s3/list_buckets.yaml")
    assert text.count("method:") == 1
    assert KEY not in text


def test_a_role_that_is_promised_is_recorded_with_its_credentials_hidden(project: PluginProject, aws: Vendor) -> None:
    project.write("registry.yaml", "consumer: till\ncontracts:\n  aws:\n    sts: [assume_role]\n")
    project.write("contracts/aws.yaml", f"sts.assume_role:\n  params: {{RoleArn: '{ROLE}', RoleSessionName: till}}\n")
    project.tests("import boto3\n" + WITH_ROLE)
    given, key = secrets.token_hex(20), secrets.token_hex(20)
    aws.answers("POST", "/", role(given), headers=XML)  # for the profile
    echo = f"<PackedPolicySize>6</PackedPolicySize><SourceIdentity>of-{key}</SourceIdentity></AssumeRoleResult>"
    aws.answers("POST", "/", role(key).replace("</AssumeRoleResult>", echo), headers=XML)  # for the program

    recorded = project.run(REWRITE, "-k", "replay")
    replayed = project.run("-k", "replay")

    assert (recorded.counts.get("passed"), replayed.counts.get("passed")) == (1, 1), recorded.text
    text = project.read("cassettes/aws/sts/assume_role.yaml")
    assert text.count("method:") == 1
    assert "<SecretAccessKey>REDACTED-" in text
    assert "<SourceIdentity>of-REDACTED-" in text
    assert not [value for value in (given, key) if value in text]


def test_a_role_that_is_refused_is_a_refusal_of_the_credentials(project: PluginProject, aws: Vendor) -> None:
    aws.answers("POST", "/", "<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>", status=403)

    run = project.run(REWRITE, "-k", "replay")

    assert run.faults == {"test_list_buckets[replay]": "auth"}
    assert f"sts.AssumeRole was refused: {aws.url} answered 403" in run.text


def test_without_leave_no_role_is_asked_for_elsewhere(
    project: PluginProject, aws: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", "https://192.0.2.1")
    before = project.read("cassettes/aws/s3/list_buckets.yaml")

    run = project.run(REWRITE, "-k", "replay")

    assert run.faults == {"test_list_buckets[replay]": "stale"}
    assert "POST https://192.0.2.1 was refused before it left" in run.text
    assert aws.asked == []
    assert Path(project.path / "cassettes/aws/s3/list_buckets.yaml").read_text("utf-8") == before
