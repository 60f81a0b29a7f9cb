"""What every client of a vendor owes when the vendor refuses, fails, or says something else than JSON."""

from __future__ import annotations

import errno
import os
import pickle
import socket
import time
from collections.abc import Iterator, Mapping

import httpx
import pytest
from pydantic import ValidationError
from tests.unit.devctl.vendor import Vendor

from devctl.clients import ConfluenceClient, GitHubClient, GrafanaClient, JiraClient, PagerDutyClient
from devctl.clients.http import JsonClient
from devctl.errors import (
    ApiError,
    Forbidden,
    NotFound,
    RateLimited,
    Unauthorized,
    UnreachableError,
    UnreadableAnswerError,
    UnusableTokenError,
)

DATASOURCES = "/api/datasources"


@pytest.fixture
def grafana(vendor: Vendor, token: str) -> Iterator[GrafanaClient]:
    with GrafanaClient(base_url=vendor.url, token=token, timeout_s=5) as client:
        yield client


@pytest.mark.parametrize(
    ("status", "headers", "kind", "told"),
    [
        pytest.param(401, {}, Unauthorized, "grafana answered 401: as the vendor says", id="401"),
        pytest.param(403, {}, Forbidden, "grafana answered 403: as the vendor says", id="403"),
        pytest.param(
            403,
            {"x-ratelimit-remaining": "7"},
            Forbidden,
            "grafana answered 403: as the vendor says",
            id="403-with-quota",
        ),
        pytest.param(
            403,
            {"x-ratelimit-remaining": "0"},
            RateLimited,
            "grafana answered 403: as the vendor says",
            id="403-no-quota",
        ),
        pytest.param(
            403,
            {"Retry-After": "30"},
            RateLimited,
            "grafana answered 403: as the vendor says (try again in 30 s)",
            id="403-secondary-limit",
        ),
        pytest.param(404, {}, NotFound, "grafana answered 404: as the vendor says", id="404"),
        pytest.param(429, {}, RateLimited, "grafana answered 429: as the vendor says", id="429"),
        pytest.param(301, {}, ApiError, "grafana answered 301: as the vendor says", id="301"),
        pytest.param(422, {}, ApiError, "grafana answered 422: as the vendor says", id="422"),
        pytest.param(500, {}, ApiError, "grafana answered 500: as the vendor says", id="500"),
    ],
)
def test_a_refusal_is_raised_by_its_kind_in_the_vendors_words(
    vendor: Vendor, grafana: GrafanaClient, status: int, headers: Mapping[str, str], kind: type[ApiError], told: str
) -> None:
    vendor.answers("GET", DATASOURCES, {"message": "as the vendor says"}, status=status, headers=headers)

    with pytest.raises(ApiError) as caught:
        grafana.list_datasources()

    assert type(caught.value) is kind
    assert (caught.value.service, caught.value.status, caught.value.message) == (
        "grafana",
        status,
        "as the vendor says",
    )
    assert str(caught.value) == told


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        pytest.param({"Retry-After": "60"}, 60.0, id="retry-after"),
        pytest.param({"ratelimit-reset": "12"}, 12.0, id="pagerduty"),
        pytest.param(
            {"x-ratelimit-reset": "1767225645", "Date": "Thu, 01 Jan 2026 00:00:00 GMT"},
            45.0,
            id="github-by-its-own-clock",
        ),
        pytest.param(
            {"x-ratelimit-reset": "1767225600", "Date": "Thu, 01 Jan 2026 00:00:09 GMT"}, 0.0, id="already-over"
        ),
        pytest.param({"Retry-After": "soon"}, None, id="not-a-number"),
        pytest.param({}, None, id="not-said"),
    ],
)
def test_a_rate_limit_says_how_long_to_wait(
    vendor: Vendor, grafana: GrafanaClient, headers: Mapping[str, str], seconds: float | None
) -> None:
    vendor.answers("GET", DATASOURCES, {"message": "slow down"}, status=429, headers=headers)

    with pytest.raises(RateLimited) as caught:
        grafana.list_datasources()

    assert caught.value.retry_after_s == seconds


def test_without_a_date_the_reset_is_told_by_our_own_clock(vendor: Vendor, grafana: GrafanaClient) -> None:
    reset = str(int(time.time()) + 100)
    vendor.answers("GET", DATASOURCES, {"message": "slow down"}, status=429, headers={"x-ratelimit-reset": reset})

    with pytest.raises(RateLimited) as caught:
        grafana.list_datasources()

    assert caught.value.retry_after_s == pytest.approx(100, abs=10)


def test_github_and_pagerduty_are_quoted_as_well(vendor: Vendor, token: str) -> None:
    refusal = {"error": {"code": 2100, "message": "Not Found", "errors": []}}
    vendor.answers("GET", "/incidents/PX", refusal, status=404)
    vendor.answers("GET", "/repos/octo/app/pulls/1", {"message": "Bad credentials"}, status=401)

    with PagerDutyClient(base_url=vendor.url, token=token) as pagerduty, pytest.raises(NotFound) as missing:
        pagerduty.get_incident("PX")
    with GitHubClient(base_url=vendor.url, token=token) as github, pytest.raises(Unauthorized) as refused:
        github.get_pull_request("octo", "app", 1)

    assert str(missing.value) == "pagerduty answered 404: Not Found"
    assert str(refused.value) == "github answered 401: Bad credentials"


@pytest.mark.parametrize(
    "body", ["<html>Bad gateway</html>", [], {"message": 7}, {"error": "text"}], ids=["html", "list", "number", "other"]
)
def test_a_refusal_without_the_vendors_words_is_told_by_its_status(
    vendor: Vendor, grafana: GrafanaClient, body: object
) -> None:
    vendor.answers("GET", DATASOURCES, body, status=502)

    with pytest.raises(ApiError) as caught:
        grafana.list_datasources()

    assert str(caught.value) == "grafana answered 502: Bad Gateway"


def test_a_login_page_with_200_is_no_answer(vendor: Vendor, grafana: GrafanaClient) -> None:
    vendor.answers("GET", DATASOURCES, "<html>Log in</html>")

    with pytest.raises(UnreadableAnswerError) as caught:
        grafana.list_datasources()

    assert str(caught.value) == "grafana answered 200: not JSON (text/html)"
    assert isinstance(caught.value.__cause__, ValueError)


def test_an_answer_that_is_not_as_documented_names_every_field_at_fault(vendor: Vendor, grafana: GrafanaClient) -> None:
    vendor.answers("GET", DATASOURCES, [{"id": "one", "uid": "u", "name": "n", "type": "loki", "isDefault": True}])

    with pytest.raises(UnreadableAnswerError) as caught:
        grafana.list_datasources()

    assert str(caught.value) == (
        "grafana answered 200: not as documented: "
        "0.id: Input should be a valid integer, unable to parse string as an integer; 0.url: Field required"
    )
    assert isinstance(caught.value.__cause__, ValidationError)


def test_a_host_that_does_not_listen_is_unreachable(token: str) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # bound and not listening: nobody else can take the port meanwhile
        port = held.getsockname()[1]
        client = GrafanaClient(base_url=f"http://127.0.0.1:{port}", token=token)
        with client, pytest.raises(UnreachableError) as caught:
            client.list_datasources()

    refused = f"[Errno {errno.ECONNREFUSED}] {os.strerror(errno.ECONNREFUSED)}"  # the number is the system's own
    assert str(caught.value) == f"grafana: no answer from 127.0.0.1:{port}: {refused}"
    assert caught.value.status is None
    assert isinstance(caught.value.__cause__, httpx.ConnectError)


def test_a_host_that_takes_too_long_is_unreachable(token: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        client = GrafanaClient(base_url=f"http://127.0.0.1:{port}", token=token, timeout_s=0.05)
        with client, pytest.raises(UnreachableError) as caught:
            client.list_datasources()

    assert str(caught.value) == f"grafana: no answer from 127.0.0.1:{port}: timed out"


def test_a_token_that_the_vendor_echoes_is_not_shown(vendor: Vendor, grafana: GrafanaClient, token: str) -> None:
    vendor.answers("GET", DATASOURCES, {"message": f"unknown token {token}, sorry"}, status=401)

    with pytest.raises(Unauthorized) as caught:
        grafana.list_datasources()

    assert caught.value.message == "unknown token [token], sorry"
    assert token not in repr(caught.value)


@pytest.mark.parametrize("spoilt", ["{}\n", " {}", "{}é", "{}\x00"], ids=["line-break", "space", "non-ascii", "nul"])
@pytest.mark.parametrize("client", [GrafanaClient, GitHubClient, PagerDutyClient, JiraClient, ConfluenceClient])
def test_a_token_that_no_header_can_hold_is_refused_unseen(client: type[JsonClient], spoilt: str, token: str) -> None:
    with pytest.raises(UnusableTokenError) as caught:
        client(base_url="http://127.0.0.1:9", token=spoilt.format(token))

    assert str(caught.value) == (
        f"{client.service}: the token is empty, or holds a space, a line break or a letter outside ASCII"
    )


def test_the_repr_of_a_client_tells_the_address_alone(token: str) -> None:
    with GrafanaClient(base_url=f"http://admin:{token}@127.0.0.1:3000/grafana", token=token) as client:
        assert repr(client) == "GrafanaClient(base_url='http://127.0.0.1:3000/grafana/')"


def test_a_closed_client_sends_nothing(vendor: Vendor, token: str) -> None:
    client = GrafanaClient(base_url=vendor.url, token=token)
    client.close()

    with pytest.raises(RuntimeError, match="client has been closed"):
        client.list_datasources()

    assert vendor.asked == []


def test_errors_survive_pickling() -> None:
    error = RateLimited("github", 403, "API rate limit exceeded", 45.0)

    copy = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes, as pytest-xdist sends them

    assert type(copy) is RateLimited
    assert vars(copy) == vars(error)
    assert str(copy) == "github answered 403: API rate limit exceeded (try again in 45 s)"
