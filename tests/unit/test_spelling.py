"""The spelling that messages offer for a name that nobody knows."""

from __future__ import annotations

import pytest

from pactproof.spelling import did_you_mean, nearest

KNOWN = ["list_users", "get_user", "NoSuchBucket"]


@pytest.mark.parametrize(
    ("name", "meant"),
    [("list_user", "list_users"), ("GET_USER", "get_user"), ("nosuchbuket", "NoSuchBucket"), ("zebra", ""), ("", "")],
)
def test_the_nearest_known_name_is_offered_in_its_own_spelling_whatever_the_case(name, meant):
    assert nearest(name, KNOWN) == meant


def test_a_message_says_nothing_where_no_name_is_near():
    assert did_you_mean("list_user", KNOWN) == " (did you mean list_users?)"
    assert did_you_mean("zebra", KNOWN) == did_you_mean("zebra", []) == ""
