"""Which answers refuse the credentials of a recording, and which requests write."""

from __future__ import annotations

import pytest

from pactproof.interaction import Headers, Response
from pactproof.recording.refusal import Promised, auth_refusal, is_busy
from pactproof.recording.writing import has_idempotency_key, is_writing_method, is_writing_operation
from pactproof.service_model import service_model

URL = "https://shop.example.com/items/7"
JSON_200 = Promised(frozenset({200}), is_json=True)
PAGE = b"\n<!DOCTYPE html>\n<html><body>Sign in</body></html>"


def answer(status: int, body: bytes = b"{}", media: str = "application/json", location: str = "") -> Response:
    headers = [("Content-Type", media), *([("Location", location)] if location else [])]
    return Response(status, Headers(tuple(headers)), body)


@pytest.mark.parametrize(
    ("response", "told"),
    [
        (answer(401), "answered 401"),
        (answer(403), "answered 403"),
        (answer(200, PAGE, "text/html"), "answered 200 with a web page, as for signing in, where JSON is promised"),
        (answer(200, PAGE), "answered 200 with a web page, as for signing in, where JSON is promised"),
        (
            answer(302, location="/users/sign_in?next=7"),
            "sent on to https://shop.example.com/users/sign_in, to sign in",
        ),
        (answer(307, location="https://login.example.com/"), "sent on to https://login.example.com/, to sign in"),
        (answer(303, location="https://a.auth0.com/x"), "sent on to https://a.auth0.com/x, to sign in"),
        (answer(302, location="/sso/saml"), "sent on to https://shop.example.com/sso/saml, to sign in"),
        (answer(302, location="/items/8"), ""),
        (answer(302, location="/authors/8"), ""),
        (answer(302, location="https://cdn.example.com/blog/insight"), ""),
        (answer(200), ""),
        (answer(200, b"<p>a fragment</p>"), ""),
        (answer(404), ""),
        (answer(500), ""),
    ],
)
def test_a_refusal_is_told_from_an_answer(response: Response, told: str):
    assert auth_refusal(response, URL, JSON_200) == told


@pytest.mark.parametrize("promised", [Promised(frozenset({401, 302})), Promised()], ids=["named", "open"])
def test_what_is_promised_refuses_nothing(promised: Promised):
    assert auth_refusal(answer(401), URL, promised) == ""
    assert auth_refusal(answer(302, location="/login"), URL, promised) == ""


def test_a_web_page_where_one_is_promised_is_an_answer():
    assert auth_refusal(answer(200, PAGE, "text/html"), URL, Promised(frozenset({200}), is_json=False)) == ""


@pytest.mark.parametrize(("status", "is_one"), [(429, True), (503, True), (500, True), (501, False), (404, False)])
def test_busy_is_what_says_to_come_back_and_is_not_promised(status: int, is_one: bool):
    assert is_busy(answer(status), JSON_200) == is_one
    assert not is_busy(answer(status), Promised(frozenset({status})))


@pytest.mark.parametrize(
    ("service", "operation", "is_writing"),
    [
        ("s3", "ListBuckets", False),
        ("s3", "HeadObject", False),
        ("s3", "PutObject", True),
        ("dynamodb", "BatchGetItem", False),
        ("dynamodb", "BatchWriteItem", True),
        ("dynamodb", "Query", False),
        ("ec2", "DescribeInstances", False),
        ("ec2", "RunInstances", True),
        ("sqs", "ReceiveMessage", True),
        ("sts", "AssumeRole", False),
    ],
)
def test_an_aws_operation_writes_unless_its_name_says_that_it_reads(service: str, operation: str, is_writing: bool):
    assert is_writing_operation(service_model(service).operation_model(operation)) == is_writing


def test_every_method_but_those_that_only_read_writes():
    methods = ("GET", "head", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")

    assert [method for method in methods if is_writing_method(method)] == ["POST", "PUT", "PATCH", "DELETE"]


def test_an_idempotency_key_is_found_whatever_its_case():
    assert has_idempotency_key(Headers((("idempotency-KEY", "a1"),)))
    assert not has_idempotency_key(Headers((("Idempotency-Key", ""),)))
