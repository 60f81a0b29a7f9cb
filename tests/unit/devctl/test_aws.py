"""AWS's refusals and odd answers, which an emulator does not give; over loopback, through botocore's own parsers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import boto3
import pytest
from botocore.exceptions import ClientError
from tests.unit.devctl.vendor import Vendor

from devctl.aws import cost, ecr, iam, s3
from devctl.errors import (
    ApiError,
    Forbidden,
    NotFound,
    RateLimited,
    Unauthorized,
    UnreachableError,
    UnreadableAnswerError,
)

JANUARY, FEBRUARY = date(2026, 1, 1), date(2026, 2, 1)
S3_NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
ROLES = """<ListRolesResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><ListRolesResult>
<IsTruncated>false</IsTruncated><Roles><member><Path>/</Path><RoleName>deploy</RoleName><RoleId>AROA</RoleId>
<Arn>arn:aws:iam::123456789012:role/deploy</Arn><CreateDate>2026-01-05T10:00:00Z</CreateDate>
<AssumeRolePolicyDocument>{policy}</AssumeRolePolicyDocument></member></Roles></ListRolesResult></ListRolesResponse>"""


@pytest.fixture
def session(vendor: Vendor, monkeypatch: pytest.MonkeyPatch, token: str) -> boto3.Session:
    monkeypatch.setenv("AWS_ENDPOINT_URL", vendor.url)
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")  # botocore would wait and ask again
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    return boto3.Session("testing", "testing", token, region_name="eu-central-1")


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "AccessDeniedException", Forbidden),
        (403, "UnauthorizedOperation", Forbidden),
        (400, "UnrecognizedClientException", Unauthorized),
        (403, "ExpiredTokenException", Unauthorized),
        (400, "InvalidSignatureException", Unauthorized),
        (400, "RepositoryNotFoundException", NotFound),
        (400, "ThrottlingException", RateLimited),
        (400, "LimitExceededException", ApiError),
        (400, "ServerException", ApiError),
    ],
)
def test_a_refusal_is_raised_by_its_kind(
    vendor: Vendor, session: boto3.Session, status: int, code: str, kind: type[ApiError]
) -> None:
    vendor.answers("POST", "/", {"__type": code, "message": "as AWS says"}, status=status)

    with pytest.raises(ApiError) as caught:
        ecr.repositories(session)

    assert type(caught.value) is kind
    assert str(caught.value) == f"ecr answered {status}: {code}: as AWS says"
    assert isinstance(caught.value.__cause__, ClientError)


@pytest.mark.parametrize(
    ("headers", "seconds"), [({"Retry-After": "7"}, 7.0), ({}, None)], ids=["it-says-when", "it-does-not"]
)
def test_cost_explorer_says_too_many_calls_in_a_way_of_its_own(
    vendor: Vendor, session: boto3.Session, headers: Mapping[str, str], seconds: float | None
) -> None:
    refusal = {"__type": "LimitExceededException", "message": "Rate exceeded"}
    vendor.answers("POST", "/", refusal, status=400, headers=headers)

    with pytest.raises(RateLimited) as caught:
        cost.usage(session, JANUARY, FEBRUARY)

    assert caught.value.retry_after_s == seconds


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (404, "NoSuchBucket", NotFound),
        (403, "AccessDenied", Forbidden),
        (403, "InvalidAccessKeyId", Unauthorized),
        (503, "SlowDown", RateLimited),
        (500, "InternalError", ApiError),
    ],
)
def test_s3_refuses_in_xml(
    vendor: Vendor, session: boto3.Session, status: int, code: str, kind: type[ApiError]
) -> None:
    refusal = f"<Error><Code>{code}</Code><Message>as S3 says</Message></Error>"
    vendor.answers("GET", "/logs?list-type=2&encoding-type=url", refusal, status=status)

    with pytest.raises(ApiError) as caught:
        s3.list_objects(session, "logs")

    assert type(caught.value) is kind
    assert str(caught.value) == f"s3 answered {status}: {code}: as S3 says"


def test_a_rejected_signature_does_not_show_the_session_token_that_was_signed(
    vendor: Vendor, session: boto3.Session, token: str
) -> None:
    message = f"The signature does not match.\n\nThe Canonical String should have been\nx-amz-security-token:{token}"
    vendor.answers("POST", "/", {"__type": "SignatureDoesNotMatch", "message": message}, status=403)

    with pytest.raises(Unauthorized) as caught:
        ecr.repositories(session)

    assert str(caught.value) == "ecr answered 403: SignatureDoesNotMatch: The signature does not match."
    assert token not in repr(caught.value)


def test_a_page_of_html_is_no_answer(vendor: Vendor, session: boto3.Session) -> None:
    vendor.answers("POST", "/", "<!DOCTYPE html><p>Log in")

    with pytest.raises(UnreadableAnswerError) as caught:
        iam.list_users(session)

    assert str(caught.value) == "iam: the answer is not in the service's own format"


def test_nobody_listening_is_unreachable(session: boto3.Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")

    with pytest.raises(UnreachableError) as caught:
        s3.list_buckets(session)

    assert str(caught.value) == 's3: Could not connect to the endpoint URL: "http://127.0.0.1:1/"'


def test_without_credentials_nothing_is_sent(
    vendor: Vendor, session: boto3.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID", raising=False)
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY", raising=False)

    with pytest.raises(Unauthorized) as caught:
        ecr.repositories(boto3.Session(region_name="eu-central-1"))

    assert str(caught.value) == "ecr: Unable to locate credentials"
    assert vendor.asked == []


def test_a_call_that_botocore_refuses_is_told_as_an_api_error(vendor: Vendor, session: boto3.Session) -> None:
    with pytest.raises(ApiError) as caught:
        s3.bucket_region(session, "no bucket")

    assert type(caught.value) is ApiError
    assert caught.value.message.startswith('Parameter validation failed:\nInvalid bucket name "no bucket"')
    assert vendor.asked == []


@pytest.mark.parametrize(
    ("constraint", "region"),
    [("", "us-east-1"), ("EU", "eu-west-1"), ("eu-central-1", "eu-central-1")],
    ids=["none", "EU", "a-region"],
)
def test_the_two_old_ways_to_write_a_location_are_understood(
    vendor: Vendor, session: boto3.Session, constraint: str, region: str
) -> None:
    answer = f'<LocationConstraint xmlns="{S3_NAMESPACE}">{constraint}</LocationConstraint>'
    vendor.answers("GET", "/logs?location", answer)

    assert s3.bucket_region(session, "logs") == region


def test_costs_of_every_page_are_told_in_order(vendor: Vendor, session: boto3.Session) -> None:
    def day(number: int, amount: str) -> dict[str, object]:
        span = {"Start": f"2026-01-{number:02}", "End": f"2026-01-{number + 1:02}"}
        return {"TimePeriod": span, "Total": {"UnblendedCost": {"Amount": amount, "Unit": "USD"}}}

    vendor.answers("POST", "/", {"ResultsByTime": [day(1, "0.1")], "NextPageToken": "second"})
    vendor.answers("POST", "/", {"ResultsByTime": [day(2, "0.2")]})

    periods = cost.usage(session, JANUARY, FEBRUARY, "DAILY")

    assert periods == [
        cost.CostPeriod(date(2026, 1, 1), date(2026, 1, 2), Decimal("0.1"), "USD"),
        cost.CostPeriod(date(2026, 1, 2), date(2026, 1, 3), Decimal("0.2"), "USD"),
    ]
    asked = b'{"TimePeriod": {"Start": "2026-01-01", "End": "2026-02-01"}, "Granularity": "DAILY", '
    metrics = b'"Metrics": ["UnblendedCost"]'
    assert [request.body for request in vendor.asked] == [
        asked + metrics + b"}",
        asked + metrics + b', "NextPageToken": "second"}',
    ]


@pytest.mark.parametrize(
    ("policy", "services"),
    [
        pytest.param('{"Statement": []}', (), id="nobody"),
        pytest.param('{"Statement": {"Effect": "Allow", "Principal": "*"}}', (), id="everybody-is-no-service"),
        pytest.param(
            '{"Statement": {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}}}',
            ("ec2.amazonaws.com",),
            id="one-without-brackets",
        ),
    ],
)
def test_a_trust_policy_is_read_in_each_way_it_may_be_written(
    vendor: Vendor, session: boto3.Session, policy: str, services: tuple[str, ...]
) -> None:
    vendor.answers("POST", "/", ROLES.format(policy=policy))

    [role] = iam.list_roles(session)

    assert role.trusted_services == services


def test_a_trust_policy_that_cannot_be_read_is_not_taken_for_no_trust(vendor: Vendor, session: boto3.Session) -> None:
    vendor.answers("POST", "/", ROLES.format(policy="cut off"))

    with pytest.raises(UnreadableAnswerError) as caught:
        iam.list_roles(session)

    assert str(caught.value) == "iam answered 200: the trust policy of role deploy is not a JSON object"
