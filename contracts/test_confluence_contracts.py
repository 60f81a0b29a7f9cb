"""How devctl calls Confluence."""

from __future__ import annotations

import pytest

from devctl.errors import ApiError, NotFound
from pactproof import contract


@contract("confluence.search_content")
def test_search_content(confluence, provider):
    hits = confluence.search_content(provider.params["cql"])

    assert hits
    assert all(hit.title and hit.space_key and hit.url.startswith("/") for hit in hits)
    return hits


@contract("confluence.search_content", scenario="two_pages")
def test_search_content_of_two_pages(confluence, provider):
    hits = confluence.search_content(provider.params["cql"], page_size=2)

    assert len(hits) > 1
    return hits


@contract("confluence.search_content", scenario="invalid_cql")
def test_search_content_by_an_invalid_cql(confluence, provider):
    with pytest.raises(ApiError, match="Could not parse cql") as refused:
        confluence.search_content(provider.params["cql"])

    assert refused.value.status == 400


@contract("confluence.get_page")
def test_get_page(confluence, provider):
    page = confluence.get_page(provider.params["id"])

    assert page.id == provider.params["id"]
    assert page.title
    assert page.body.startswith("<")
    return page


@contract("confluence.get_page", scenario="not_found")
def test_get_page_not_found(confluence, provider):
    with pytest.raises(NotFound, match="Not Found"):
        confluence.get_page(provider.params["id"])


@contract("confluence.create_page")
def test_create_page(confluence, provider):
    page = confluence.create_page(provider.params["space_id"], provider.params["title"], "<p>Written by devctl.</p>")

    assert (page.title, page.status) == (provider.params["title"], "current")
    return page


@contract("confluence.create_page", scenario="title_taken")
def test_create_page_of_a_title_that_is_taken(confluence, provider):
    with pytest.raises(ApiError, match="A page with this title already exists") as refused:
        confluence.create_page(provider.params["space_id"], provider.params["title"], "<p>Written by devctl.</p>")

    assert refused.value.status == 400
