"""How devctl calls Slack."""

from __future__ import annotations

import pytest

from devctl.errors import NotFound, RateLimited, Unauthorized
from pactproof import contract


@contract("slack.post_message")
def test_post_message(slack, provider):
    posted = slack.post_message(provider.params["channel"], provider.params["text"])

    assert posted.channel == provider.params["channel"]
    assert posted.ts
    return posted


@contract("slack.post_message", scenario="channel_not_found")
def test_post_message_channel_not_found(slack, provider):
    with pytest.raises(NotFound, match="channel_not_found") as refused:
        slack.post_message(provider.params["channel"], provider.params["text"])

    assert refused.value.status == 200


@contract("slack.post_message", scenario="rate_limited")
def test_post_message_rate_limited(slack, provider):
    with pytest.raises(RateLimited, match="ratelimited") as refused:
        slack.post_message(provider.params["channel"], provider.params["text"])

    assert refused.value.retry_after_s is not None


@contract("slack.list_channels")
def test_list_channels(slack):
    channels = slack.list_channels()

    assert channels
    assert not any(channel.is_private or channel.is_archived for channel in channels)
    return channels


@contract("slack.list_channels", scenario="two_pages")
def test_list_channels_of_two_pages(slack):
    channels = slack.list_channels(("public_channel", "private_channel"), page_size=3)

    assert len(channels) > 1
    return channels


@contract("slack.list_channels", scenario="invalid_auth")
def test_list_channels_invalid_auth(slack):
    with pytest.raises(Unauthorized, match="invalid_auth"):
        slack.list_channels()
