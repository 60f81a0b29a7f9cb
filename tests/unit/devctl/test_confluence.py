from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.unit.devctl.vendor import Vendor

from devctl.clients import ConfluenceClient
from devctl.clients.confluence import ContentHit, Page, PageReference
from devctl.errors import ApiError, NotFound, UnreadableAnswerError

SEARCH = "/wiki/rest/api/content/search?cql=type+%3D+page&expand=space%2Cversion&limit=25"
NEXT = "/rest/api/content/search?cql=type+%3D+page&limit=25&cursor=raNDoM"
PAGE: dict[str, Any] = {
    "id": "98319",
    "status": "current",
    "title": "How we deploy",
    "spaceId": "65540",
    "parentId": "98304",
    "createdAt": "2026-01-05T10:00:00.000Z",
    "version": {"number": 7, "message": "", "createdAt": "2026-02-01T08:00:00.000Z"},
    "body": {"storage": {"representation": "storage", "value": "<p>Carefully.</p>"}},
    "_links": {"webui": "/spaces/OPS/pages/98319/How+we+deploy"},
}


def hit(number: int) -> dict[str, Any]:
    return {
        "id": str(number),
        "type": "page",
        "status": "current",
        "title": "How we deploy",
        "space": {"id": 65540, "key": "OPS", "name": "Operations"},
        "version": {"number": 7, "when": "2026-01-05T10:00:00.000Z"},
        "_links": {"webui": f"/spaces/OPS/pages/{number}"},
    }


def answer(*hits: dict[str, Any], **links: str) -> dict[str, Any]:
    return {"results": list(hits), "limit": 25, "size": len(hits), "_links": {"context": "/wiki", **links}}


@pytest.fixture
def confluence(vendor: Vendor, token: str) -> Iterator[ConfluenceClient]:
    with ConfluenceClient(base_url=vendor.url, user="ada@example.com", token=token) as client:
        yield client


def test_hits_are_read_with_what_is_used_of_them(vendor: Vendor, confluence: ConfluenceClient) -> None:
    vendor.answers("GET", SEARCH, answer(hit(98319)))

    assert confluence.search_content("type = page") == [
        ContentHit(
            id="98319",
            type="page",
            status="current",
            title="How we deploy",
            space_key="OPS",
            updated=datetime(2026, 1, 5, 10, tzinfo=UTC),
            url="/spaces/OPS/pages/98319",
        )
    ]


def test_a_hit_may_not_say_when_it_was_changed(vendor: Vendor, confluence: ConfluenceClient) -> None:
    vendor.answers("GET", SEARCH, answer({**hit(1), "version": None}, {**hit(2), "version": {"when": None}}))

    assert [found.updated for found in confluence.search_content("type = page")] == [None, None]


def test_pages_are_followed_by_their_links_below_the_context(vendor: Vendor, confluence: ConfluenceClient) -> None:
    third = NEXT.replace("raNDoM", "tHIrd")
    vendor.answers("GET", SEARCH, answer(hit(3), next=NEXT))
    vendor.answers("GET", f"/wiki{NEXT}", answer(hit(2), next=third))
    vendor.answers("GET", f"/wiki{third}", answer(hit(1)))

    found = confluence.search_content("type = page")

    assert [one.id for one in found] == ["3", "2", "1"]


def test_a_site_below_a_path_is_asked_there(vendor: Vendor, token: str) -> None:
    vendor.answers("GET", f"/ex/confluence/1{SEARCH}", answer(hit(2), next=NEXT))
    vendor.answers("GET", f"/ex/confluence/1/wiki{NEXT}", answer(hit(1)))

    with ConfluenceClient(base_url=f"{vendor.url}/ex/confluence/1", token=token) as confluence:
        assert [one.id for one in confluence.search_content("type = page")] == ["2", "1"]


@pytest.mark.parametrize(
    "links",
    [
        {"next": "https://elsewhere.test/x"},
        {"next": "//elsewhere.test/x", "context": ""},
        {"context": "https://e.test"},
    ],
    ids=["absolute", "without a scheme", "context"],
)
def test_a_link_to_another_host_is_not_followed_with_the_credentials(
    vendor: Vendor, confluence: ConfluenceClient, links: dict[str, str]
) -> None:
    vendor.answers("GET", SEARCH, answer(**{"context": "", "next": NEXT, **links}))

    with pytest.raises(UnreadableAnswerError) as caught:
        confluence.search_content("type = page")

    assert str(caught.value) == "confluence answered 200: its next page is no path of this site"


def test_a_link_that_leads_back_ends_in_an_error_rather_than_never(
    vendor: Vendor, confluence: ConfluenceClient
) -> None:
    vendor.answers("GET", SEARCH, answer(next=NEXT))
    vendor.answers("GET", f"/wiki{NEXT}", answer(next=NEXT))

    with pytest.raises(UnreadableAnswerError) as caught:
        confluence.search_content("type = page")

    assert str(caught.value) == "confluence answered 200: its next page is one that was read already"


def test_a_page_comes_with_its_text(vendor: Vendor, confluence: ConfluenceClient) -> None:
    vendor.answers("GET", "/wiki/api/v2/pages/98319?body-format=storage", PAGE)

    assert confluence.get_page("98319") == Page(
        id="98319",
        title="How we deploy",
        status="current",
        space_id="65540",
        version=7,
        parent_id="98304",
        created=datetime(2026, 1, 5, 10, tzinfo=UTC),
        body="<p>Carefully.</p>",
    )


def test_a_front_page_has_no_parent(vendor: Vendor, confluence: ConfluenceClient) -> None:
    vendor.answers("GET", "/wiki/api/v2/pages/98319?body-format=storage", {**PAGE, "parentId": None})

    assert confluence.get_page("98319").parent_id is None


@pytest.mark.parametrize(
    ("parent", "sent"), [(None, {}), ("98304", {"parentId": "98304"})], ids=["front page", "below"]
)
def test_a_new_page_sends_what_it_was_given_and_returns_where_it_is(
    vendor: Vendor, confluence: ConfluenceClient, parent: str | None, sent: dict[str, str]
) -> None:
    vendor.answers("POST", "/wiki/api/v2/pages", {**PAGE, "body": {}, "version": {"number": 1}})

    created = confluence.create_page("65540", "How we deploy", "<p>Carefully.</p>", parent_id=parent)

    assert created == PageReference(id="98319", title="How we deploy", status="current", space_id="65540", version=1)
    [asked] = vendor.asked
    assert json.loads(asked.body) == {
        "spaceId": "65540",
        "status": "current",
        "title": "How we deploy",
        "body": {"representation": "storage", "value": "<p>Carefully.</p>"},
        **sent,
    }


@pytest.mark.parametrize(
    ("status", "body", "kind", "told"),
    [
        pytest.param(
            404,
            {"errors": [{"status": 404, "code": "NOT_FOUND", "title": "Not Found", "detail": None}]},
            NotFound,
            "confluence answered 404: Not Found",
            id="version-2",
        ),
        pytest.param(
            400,
            {"errors": [{"title": "Bad Request", "detail": "No such space"}, {"title": "And more"}, "odd"]},
            ApiError,
            "confluence answered 400: Bad Request: No such space; And more",
            id="version-2-several",
        ),
        pytest.param(
            400,
            {"statusCode": 400, "data": {"errors": []}, "message": "Could not parse cql"},
            ApiError,
            "confluence answered 400: Could not parse cql",
            id="version-1",
        ),
        pytest.param(400, [], ApiError, "confluence answered 400: Bad Request", id="another-shape"),
    ],
)
def test_a_refusal_is_told_in_confluences_words(
    vendor: Vendor, confluence: ConfluenceClient, status: int, body: object, kind: type[ApiError], told: str
) -> None:
    vendor.answers("GET", "/wiki/api/v2/pages/1?body-format=storage", body, status=status)

    with pytest.raises(ApiError) as caught:
        confluence.get_page("1")

    assert type(caught.value) is kind
    assert str(caught.value) == told
