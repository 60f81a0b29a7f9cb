"""Which addresses are this machine's own, and one spelling for each."""

from __future__ import annotations

import pytest

from pactproof.errors import GuardRailError
from pactproof.transport import check_may_leave, is_loopback, origin, port_of
from pactproof.transport.addresses import address


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:5000/a",
        "http://127.8.9.10",
        "http://[::1]:5000",
        "http://localhost",
        "http://LOCALHOST:1/",
        "http://bucket.localhost:5000/key",
        "http://me:word@127.0.0.1/",
    ],
)
def test_a_loopback_name_is_known(url: str) -> None:
    assert is_loopback(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://api.example.test",
        "http://127.0.0.1.example.test",
        "http://localhost.example.test",
        "http://notlocalhost",
        "http://0.0.0.0",
        "http://10.0.0.1",
        "http://[2001:db8::1]",
        "http://127.0.0.1@example.test/",
        "https:///nothing",
    ],
)
def test_any_other_host_is_not_loopback(url: str) -> None:
    assert not is_loopback(url)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("HTTPS://API.Example.test:443/a?b", "https://api.example.test"),
        ("http://me:word@a.test:8080/a", "http://a.test:8080"),
        ("http://[::1]:80/", "http://[::1]"),
    ],
)
def test_an_origin_has_one_spelling_and_no_password(url: str, expected: str) -> None:
    assert origin(url) == expected


def test_a_request_that_would_leave_is_refused_with_the_way_to_allow_it() -> None:
    check_may_leave("GET", "http://127.0.0.1:1/a", False, "set E2E=1")
    check_may_leave("GET", "https://a.test/x", True, "set E2E=1")

    with pytest.raises(GuardRailError) as caught:
        check_may_leave("GET", "https://me:word@a.test/x", False, "set E2E=1")

    assert str(caught.value) == "GET https://a.test was refused before it left\n  fix: set E2E=1"


@pytest.mark.parametrize(
    ("url", "port"),
    [("http://db.test/a", 80), ("HTTPS://db.test", 443), ("http://db.test:8080", 8080), ("ftp://db.test", None)],
)
def test_the_port_is_known_where_the_url_leaves_it_out(url: str, port: int | None) -> None:
    assert port_of(url) == port


def test_an_address_is_told_with_ipv6_in_brackets_and_without_a_port_that_nobody_named() -> None:
    assert [address("db.test", 5432), address("fd00::1", 80), address("[fd00::1]", None)] == [
        "db.test:5432",
        "[fd00::1]:80",
        "[fd00::1]",
    ]
