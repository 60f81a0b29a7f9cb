"""Confluence: pages and searches, over the REST API of Confluence Cloud.

Pages come from version 2 of the API. Searching has stayed in version 1, which words its errors in another way.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

import httpx
from pydantic import AliasPath, AwareDatetime, Field, TypeAdapter

from devctl.clients.atlassian import AtlassianClient
from devctl.clients.http import QueryParams, VendorModel, segment, text_at

_SEARCH = "/wiki/rest/api/content/search"


class ContentHit(VendorModel):
    """One page, blog post or the like that a search found. `url` is a path below the site's "/wiki"."""

    id: str
    type: str
    status: str
    title: str
    space_key: str = Field(validation_alias=AliasPath("space", "key"))
    updated: AwareDatetime | None = Field(default=None, validation_alias=AliasPath("version", "when"))
    url: str = Field(validation_alias=AliasPath("_links", "webui"))


class PageReference(VendorModel):
    """A page without its text. `space_id` is a number in text, unlike the key that people call a space by."""

    id: str
    title: str
    status: str
    space_id: str = Field(validation_alias="spaceId")
    version: int = Field(validation_alias=AliasPath("version", "number"))


class Page(PageReference):
    """One page; `body` is its text in Confluence's storage format, a kind of XHTML."""

    parent_id: str | None = Field(default=None, validation_alias="parentId")  # null above all other pages
    created: AwareDatetime = Field(validation_alias="createdAt")
    body: str = Field(validation_alias=AliasPath("body", "storage", "value"))


class _Links(VendorModel):
    next: str | None = None  # absent from the last page
    context: str = ""


class _ContentPage(VendorModel):
    results: list[ContentHit]
    links: _Links = Field(validation_alias="_links")


_CONTENT = TypeAdapter(_ContentPage)
_PAGE = TypeAdapter(Page)
_CREATED = TypeAdapter(PageReference)


class ConfluenceClient(AtlassianClient):
    """An account's view of one Confluence site; `AtlassianClient` says how it signs in."""

    service: ClassVar[str] = "confluence"

    def search_content(self, cql: str, *, page_size: int = 25) -> list[ContentHit]:
        """Everything that `cql` finds, `page_size` (Confluence may give fewer) in one request.

        A `cql` that Confluence cannot read is refused with status 400.
        """
        return [hit for page in self._pages(cql, page_size) for hit in page.results]

    def get_page(self, id: str) -> Page:
        """One page by its number; raises NotFound, also where the account may not see it."""
        return self._get(_PAGE, f"/wiki/api/v2/pages/{segment(id)}", [("body-format", "storage")])

    def create_page(self, space_id: str, title: str, body: str, *, parent_id: str | None = None) -> PageReference:
        """Publish a page. A title that another page of the space has is refused with status 400.

        body:      in storage format, "<p>Text</p>"
        parent_id: the page to put it below; None is the space's front page
        """
        page: dict[str, Any] = {
            "spaceId": space_id,
            "status": "current",
            "title": title,
            "body": {"representation": "storage", "value": body},
        }
        if parent_id is not None:
            page["parentId"] = parent_id
        return self._read(self._send("POST", "/wiki/api/v2/pages", body=page), _CREATED)

    def _pages(self, cql: str, page_size: int) -> Iterator[_ContentPage]:
        asked: QueryParams = [("cql", cql), ("expand", "space,version"), ("limit", page_size)]
        response = self._send("GET", _SEARCH, params=asked)
        page = self._read(response, _CONTENT)
        yield page
        seen: set[str] = set()
        while page.links.next is not None:
            link = self._next_page(response, page.links.next, page.links.context)
            if link in seen:
                raise self._unreadable(response, "its next page is one that was read already")
            seen.add(link)
            response = self._send("GET", link)
            page = self._read(response, _CONTENT)
            yield page

    def _next_page(self, response: httpx.Response, link: str, context: str) -> str:
        """The path of the next page below the base URL: links are told from the context, "/wiki"."""
        path = f"{context}{link}"
        # Every request carries the credentials: a link that names a host is not followed.
        if not path.startswith("/") or path.startswith("//"):
            raise self._unreadable(response, "its next page is no path of this site")
        return path

    def _vendor_message(self, body: object) -> str | None:
        """The words of version 2 ({"errors": [{"title", "detail"}]}), else those of version 1 ({"message"})."""
        errors = body.get("errors") if isinstance(body, dict) else None
        words = [_error_words(error) for error in errors] if isinstance(errors, list) else []
        return "; ".join(filter(None, words)) or super()._vendor_message(body)


def _error_words(error: object) -> str:
    return ": ".join(filter(None, [text_at(error, "title"), text_at(error, "detail")]))
