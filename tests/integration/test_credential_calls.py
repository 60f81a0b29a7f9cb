"""Calls that hand out AWS credentials: passed on while recording and never recorded, answered with dummies offline."""

from __future__ import annotations

import json
import os
import secrets
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha1
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import boto3
import pytest
import requests
from botocore.tokens import SSOTokenProvider
from botocore.utils import ContainerMetadataFetcher, InstanceMetadataFetcher
from tests.unit.devctl.vendor import Vendor, running_vendor
from tests.unit.transport.wire import Answers

from pactproof import use_cassette
from pactproof.errors import GuardRailError, NoMatchError
from pactproof.interaction import Request, Response
from pactproof.transport import CredentialCalls, activated, install

BUCKETS = (
    '<?xml version="1.0"?><ListAllMyBucketsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Buckets><Bucket>'
    "<Name>logs</Name><CreationDate>2026-01-05T10:00:00.000Z</CreationDate></Bucket></Buckets></ListAllMyBucketsResult>"
)
ROLE = "arn:aws:iam::123456789012:role/reader"
ROLES_PATH = "/latest/meta-data/iam/security-credentials/"
START_URL = "https://acme.awsapps.com/start"


class Given:
    """Credentials that a test's provider hands out: long as AWS's are, and known by nothing but their value."""

    def __init__(self) -> None:
        self.key_id, self.key, self.token = (secrets.token_hex(size) for size in (10, 20, 40))

    def all(self) -> tuple[str, ...]:
        return self.key_id, self.key, self.token


@pytest.fixture
def given() -> Given:
    return Given()


@pytest.fixture
def aws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Vendor]:
    """AWS on loopback, with S3 in it; the environment leads there and to files of the test's own."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    base = f"[base]\naws_access_key_id = base\naws_secret_access_key = {'base' * 2}\n"
    (tmp_path / "credentials").write_text(base, encoding="utf-8")
    with running_vendor() as vendor:
        monkeypatch.setenv("AWS_ENDPOINT_URL", vendor.url)
        vendor.answers("GET", "/", BUCKETS)
        yield vendor


def later(hours: int = 1) -> str:
    return (datetime.now(UTC) + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")


def sts_answer(operation: str, given: Given) -> str:
    return (
        f'<{operation}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><{operation}Result><Credentials>'
        f"<AccessKeyId>{given.key_id}</AccessKeyId><SecretAccessKey>{given.key}</SecretAccessKey>"
        f"<SessionToken>{given.token}</SessionToken><Expiration>{later()}</Expiration></Credentials>"
        f"</{operation}Result></{operation}Response>"
    )


def metadata_answer(given: Given) -> dict[str, str]:
    named = {"AccessKeyId": given.key_id, "SecretAccessKey": given.key, "Token": given.token}
    return {"Code": "Success", **named, "Expiration": later()}


class Profile:
    """A profile of ~/.aws/config, and what answers where it leads."""

    def __init__(self, vendor: Vendor, given: Given, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.vendor, self.given, self.folder, self.patch = vendor, given, folder, patch

    def write(self, *lines: str, more: str = "") -> str:
        (self.folder / "config").write_text("\n".join(["[profile work]", *lines, more, ""]), encoding="utf-8")
        return "work"

    def assumed_role(self) -> str:
        self.vendor.answers("POST", "/", sts_answer("AssumeRole", self.given))
        return self.write(f"role_arn = {ROLE}", "source_profile = base")

    def web_identity(self) -> str:
        (self.folder / "token").write_text("a.web.identity", encoding="utf-8")
        self.vendor.answers("POST", "/", sts_answer("AssumeRoleWithWebIdentity", self.given))
        return self.write(f"role_arn = {ROLE}", f"web_identity_token_file = {self.folder / 'token'}")

    def sso(self) -> str:
        """With a cached token that is over, and has to be renewed first."""
        session = "\n".join(["[sso-session corp]", f"sso_start_url = {START_URL}", "sso_region = us-east-1"])
        cache = self.folder / ".aws/sso/cache"
        cache.mkdir(parents=True)
        self.patch.setattr(SSOTokenProvider, "_SSO_TOKEN_CACHE_DIR", str(cache))  # read from HOME at its import
        held = {"startUrl": START_URL, "region": "us-east-1", "accessToken": "old", "expiresAt": later(-1)}
        renewing = {"clientId": "c", "clientSecret": "s", "registrationExpiresAt": later(9), "refreshToken": "r"}
        name = sha1(b"corp", usedforsecurity=False).hexdigest()
        (cache / f"{name}.json").write_text(json.dumps({**held, **renewing}), encoding="utf-8")
        self.vendor.answers("POST", "/token", {"accessToken": self.given.token, "expiresIn": 3600})
        millis = int(datetime.now(UTC).timestamp() + 3600) * 1000
        named = {"accessKeyId": self.given.key_id, "secretAccessKey": self.given.key, "sessionToken": self.given.token}
        asked = "/federation/credentials?role_name=reader&account_id=123456789012"
        self.vendor.answers("GET", asked, {"roleCredentials": {**named, "expiration": millis}})
        account = ("sso_account_id = 123456789012", "sso_role_name = reader")
        return self.write("sso_session = corp", *account, more=session)

    def instance(self) -> str:
        self.patch.setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", self.vendor.url)
        self.vendor.answers("PUT", "/latest/api/token", "t")
        self.vendor.answers("GET", ROLES_PATH, "reader")
        self.vendor.answers("GET", f"{ROLES_PATH}reader", metadata_answer(self.given))
        return ""

    def container(self) -> str:
        self.patch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", f"{self.vendor.url}/creds")
        self.vendor.answers("GET", "/creds", metadata_answer(self.given))
        return ""


def buckets(profile: str = "") -> list[str]:
    session = boto3.Session(profile_name=profile or None)
    return [bucket["Name"] for bucket in session.client("s3").list_buckets()["Buckets"]]


@pytest.mark.parametrize("kind", ["assumed_role", "web_identity", "sso", "instance", "container"])
def test_what_botocore_asks_for_credentials_is_not_recorded(
    kind: str, aws: Vendor, given: Given, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile, path = getattr(Profile(aws, given, tmp_path, monkeypatch), kind)(), tmp_path / "buckets.yaml"

    with use_cassette(path, record_mode="rewrite") as cassette:
        recorded = buckets(profile)
    asked = len(aws.asked)
    with use_cassette(path) as replayed_from:
        replayed = buckets(profile)

    assert recorded == replayed == ["logs"]
    assert asked > 1  # S3, and who gave the credentials
    assert len(aws.asked) == asked
    assert [one.request.method for one in cassette.interactions] == ["GET"]
    assert replayed_from.all_played
    assert set(given.all()) <= cassette.credentials.secrets
    assert not [value for value in given.all() if value in path.read_text("utf-8")]


def test_credentials_that_were_handed_out_are_hidden_wherever_they_turn_up(
    aws: Vendor, given: Given, tmp_path: Path
) -> None:
    aws.answers("POST", "/", sts_answer("AssumeRole", given))
    aws.answers("GET", "/echo", {"note": f"signed by {given.key}", "packed": given.token.encode().hex()})

    with use_cassette(tmp_path / "echo.yaml", record_mode="rewrite"):
        boto3.Session(profile_name="base").client("sts").assume_role(RoleArn=ROLE, RoleSessionName="till")
        requests.get(f"{aws.url}/echo", timeout=5)

    text = (tmp_path / "echo.yaml").read_text("utf-8")
    assert "signed by REDACTED-" in text
    assert given.key not in text
    assert given.token.encode().hex() not in text


def test_keys_that_requests_are_signed_with_are_hidden_too(
    aws: Vendor, given: Given, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", given.key_id)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", given.key)
    aws.answers("GET", "/echo", {"note": f"{given.key_id} signs by {given.key}"})

    with use_cassette(tmp_path / "echo.yaml", record_mode="rewrite"):
        buckets()
        requests.get(f"{aws.url}/echo", timeout=5)

    assert "REDACTED-1 signs by REDACTED-2" in (tmp_path / "echo.yaml").read_text("utf-8")


def test_a_role_that_the_program_asks_for_itself_is_no_part_of_a_recording(
    aws: Vendor, given: Given, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "base")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "base")
    aws.answers("POST", "/", sts_answer("AssumeRole", given))
    path = tmp_path / "buckets.yaml"

    def work() -> tuple[list[str], dict[str, Any]]:
        role = boto3.client("sts").assume_role(RoleArn=ROLE, RoleSessionName="till")["Credentials"]
        keys = {"aws_access_key_id": role["AccessKeyId"], "aws_secret_access_key": role["SecretAccessKey"]}
        session = boto3.Session(aws_session_token=role["SessionToken"], **keys)
        return [bucket["Name"] for bucket in session.client("s3").list_buckets()["Buckets"]], dict(role)

    with use_cassette(path, record_mode="rewrite") as cassette:
        recorded, real = work()
    with use_cassette(path):
        replayed, dummy = work()

    assert recorded == replayed == ["logs"]
    assert len(cassette.interactions) == 1
    assert real["SecretAccessKey"] == given.key
    assert dummy["SecretAccessKey"] == dummy["SessionToken"] == "placeholder"  # it opens nothing
    assert dummy["Expiration"] > datetime.now(UTC) + timedelta(hours=1)


def test_every_operation_that_hands_out_credentials_is_answered_with_dummies(aws: Vendor, tmp_path: Path) -> None:
    empty = tmp_path / "empty.yaml"
    recorded_nothing(empty)

    with use_cassette(empty, allow_unplayed=True):
        sso = boto3.client("sso").get_role_credentials(roleName="r", accountId="1", accessToken="t")
        token = boto3.client("sso-oidc").create_token(clientId="c", clientSecret="s", grantType="refresh_token")
        web = boto3.client("sts").assume_role_with_web_identity(
            RoleArn=ROLE, RoleSessionName="till", WebIdentityToken="a.web.token"
        )
        session = boto3.client("sts").get_session_token()

    hour = timedelta(hours=1)
    assert sso["roleCredentials"]["expiration"] > (datetime.now(UTC) + hour).timestamp() * 1000
    assert token["accessToken"] == "placeholder"  # it opens nothing
    assert token["expiresIn"] > hour.total_seconds()
    assert web["AssumedRoleUser"]["Arn"] == "arn:aws:sts::123456789012:assumed-role/placeholder/placeholder"
    assert session["Credentials"]["Expiration"] > datetime.now(UTC) + hour
    assert aws.asked[1:] == []  # the first is what was recorded


def recorded_nothing(path: Path) -> None:
    with use_cassette(path, record_mode="rewrite"), urlopen(os.environ["AWS_ENDPOINT_URL"]) as answer:  # noqa: S310
        answer.read()


METADATA: dict[str, Callable[[], Any]] = {
    "requests": lambda: requests.get("http://169.254.170.2/v2/credentials/1", timeout=1).json(),
    "urllib": lambda: json.load(urlopen("http://169.254.170.23/v1/credentials")),
    "IPv6": lambda: requests.get(f"http://[fd00:ec2::254]{ROLES_PATH}r", timeout=1).json(),
    "botocore": lambda: ContainerMetadataFetcher().retrieve_uri("/v2/credentials/1"),
}


@pytest.mark.parametrize("client", METADATA)
def test_metadata_services_answer_dummies_offline_whoever_asks(client: str, aws: Vendor, tmp_path: Path) -> None:
    recorded_nothing(tmp_path / "empty.yaml")

    with use_cassette(tmp_path / "empty.yaml", allow_unplayed=True):
        found = METADATA[client]()

    assert found["AccessKeyId"] == found["Token"] == "placeholder"
    assert datetime.fromisoformat(found["Expiration"]) > datetime.now(UTC) + timedelta(hours=1)


def test_an_instance_has_a_role_offline(aws: Vendor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recorded_nothing(tmp_path / "empty.yaml")

    with use_cassette(tmp_path / "empty.yaml", allow_unplayed=True):
        monkeypatch.delenv("AWS_EC2_METADATA_DISABLED")
        found = InstanceMetadataFetcher(num_attempts=1).retrieve_iam_role_credentials()
        missing = requests.get("http://169.254.169.254/latest/user-data", timeout=1).status_code
        zone = requests.get("http://169.254.169.254/latest/meta-data/placement/availability-zone", timeout=1).text
        monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")

    assert found["role_name"] == found["access_key"] == "placeholder"
    assert (missing, zone) == (404, "us-east-1a")


def test_a_client_from_before_renews_its_credentials_offline(
    aws: Vendor, given: Given, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = Profile(aws, given, tmp_path, monkeypatch).assumed_role()
    recorded_nothing(tmp_path / "empty.yaml")
    client = boto3.Session(profile_name=profile).client("s3")
    asked = len(aws.asked)

    with use_cassette(tmp_path / "empty.yaml", allow_unplayed=True):
        url = client.generate_presigned_url("get_object", Params={"Bucket": "logs", "Key": "a"})

    assert "Credential=placeholder" in url or "AWSAccessKeyId=placeholder" in url
    assert len(aws.asked) == asked


PROCESS = """\
import datetime, json, pathlib
with pathlib.Path({log!r}).open("a") as log:
    log.write("ran ")
ends = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=30)
given = dict.fromkeys(("AccessKeyId", "SecretAccessKey", "SessionToken"), "given")
print(json.dumps(dict(given, Version=1, Expiration=ends.isoformat())))
"""


def test_no_program_is_run_for_credentials_offline_not_even_to_renew_them(aws: Vendor, tmp_path: Path) -> None:
    log, program = tmp_path / "log", tmp_path / "give.py"
    program.write_text(PROCESS.format(log=str(log)), encoding="utf-8")
    config = f"[profile work]\ncredential_process = {sys.executable} -S {program}\n"
    (tmp_path / "config").write_text(config, encoding="utf-8")
    recorded_nothing(tmp_path / "empty.yaml")
    before, unused = (boto3.Session(profile_name="work") for _ in range(2))
    from_before = before.get_credentials()

    with use_cassette(tmp_path / "empty.yaml", allow_unplayed=True):
        found = [from_before, unused.get_credentials()]
        keys = [one.get_frozen_credentials().access_key for one in found if one is not None]

    assert keys == ["placeholder", "placeholder"]
    assert log.read_text("utf-8") == "ran "


def test_a_program_that_signs_requests_by_itself_has_credentials_to_do_so(tmp_path: Path) -> None:
    recorded: list[str] = []

    def answer(request: Request) -> Response:
        recorded.append(request.url)
        return Response(200)

    install()
    with activated(Answers(answer)):
        found = boto3.Session(profile_name="nobody's").get_credentials()

    assert found is not None
    assert found.access_key == "placeholder"
    assert recorded == []


def test_other_calls_are_still_refused_offline(aws: Vendor, tmp_path: Path) -> None:
    recorded_nothing(tmp_path / "empty.yaml")

    with pytest.raises(NoMatchError), use_cassette(tmp_path / "empty.yaml", allow_unplayed=True):
        boto3.client("sts").get_caller_identity()


def test_without_leave_no_metadata_service_is_asked() -> None:
    noted: list[Exception] = []
    calls = CredentialCalls(is_live=True, opt_in="set DEVCTL_E2E=1", note=noted.append)

    with pytest.raises(GuardRailError) as caught:
        calls.check("GET", "http://169.254.169.254/latest/meta-data/")

    assert str(caught.value) == "GET http://169.254.169.254 was refused before it left\n  fix: set DEVCTL_E2E=1"
    assert noted == [caught.value]
