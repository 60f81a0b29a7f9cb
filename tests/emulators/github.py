"""GitHub's REST API as far as devctl uses it: pull requests with paging, and workflows.

The data lies in github_data.py; this file is the protocol: routes, paging, errors and headers.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from urllib.parse import urlencode

from tests.emulators import github_data
from tests.emulators.server import Answer, Call, Emulator, Json, Route, digest, route

_DOCS = "https://docs.github.com/rest"
_LIST_DOCS = f"{_DOCS}/pulls/pulls#list-pull-requests"
_HOURLY_LIMIT = 5000


class GitHubEmulator(Emulator):
    """api.github.com with one repository, octo-labs/devctl-sandbox, for one token (classic `token` or `Bearer`)."""

    name = "github"
    server_header = "github.com"

    def routes(self) -> Sequence[Route]:
        return (
            route("GET", "/repos/{owner}/{repo}/pulls", self._list_pulls),
            route("GET", "/repos/{owner}/{repo}/pulls/{number}", self._get_pull),
            route("GET", "/repos/{owner}/{repo}/actions/workflows", self._list_workflows),
        )

    def is_authorized(self, call: Call) -> bool:
        scheme, _, token = call.headers.get("authorization", "").partition(" ")
        return scheme.lower() in ("bearer", "token") and token == self.token

    def unauthorized(self, call: Call) -> Answer:
        message = "Bad credentials" if "authorization" in call.headers else "Requires authentication"
        return Answer(401, {"message": message, "documentation_url": _DOCS, "status": "401"})

    def not_found(self, call: Call) -> Answer:
        return _not_found(_DOCS)

    def rate_limited(self, call: Call, kind: str) -> Answer:
        """The primary limit is a 403 that says when it ends; kind "secondary" is the 429 with Retry-After.

        Both end after a second, so that a consumer that waits as told can be recorded.
        """
        if kind == "secondary":
            message = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
            page = f"{_DOCS}/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits"
            body = {"documentation_url": page, "message": message, "status": "429"}
            return Answer(429, body, (("Retry-After", "1"),))
        message = "API rate limit exceeded for user ID 48211907."
        page = f"{_DOCS}/using-the-rest-api/rate-limits-for-the-rest-api"
        headers = (
            ("X-RateLimit-Remaining", "0"),
            ("X-RateLimit-Used", str(_HOURLY_LIMIT)),
            ("X-RateLimit-Reset", str(int(time.time()) + 1)),
        )
        return Answer(403, {"message": message, "documentation_url": page, "status": "403"}, headers)

    def common_headers(self, request_number: int) -> Sequence[tuple[str, str]]:
        request_id = digest("github", request_number).upper()
        return (
            ("Content-Type", "application/json; charset=utf-8"),
            ("Cache-Control", "private, max-age=60, s-maxage=60"),
            ("Vary", "Accept, Authorization, Cookie, X-GitHub-OTP, Accept-Encoding, Accept, X-Requested-With"),
            ("X-GitHub-Media-Type", "github.v3; format=json"),
            ("X-GitHub-Api-Version-Selected", "2022-11-28"),
            ("X-RateLimit-Limit", str(_HOURLY_LIMIT)),
            ("X-RateLimit-Remaining", str(max(_HOURLY_LIMIT - request_number, 0))),
            ("X-RateLimit-Used", str(min(request_number, _HOURLY_LIMIT))),
            ("X-RateLimit-Reset", str(int(time.time()) // 3600 * 3600 + 3600)),
            ("X-RateLimit-Resource", "core"),
            ("X-Content-Type-Options", "nosniff"),
            ("X-Frame-Options", "deny"),
            (
                "X-GitHub-Request-Id",
                f"{request_id[:4]}:{request_id[4:10]}:{request_id[10:17]}:{request_id[17:24]}:6920F1A3",
            ),
        )

    def _list_pulls(self, call: Call) -> Answer:
        if not _is_known(call):
            return _not_found(_LIST_DOCS)
        state = call.value("state", "open")
        if state not in ("open", "closed", "all"):
            fault = {"resource": "PullRequest", "code": "invalid", "field": "state", "value": state}
            return Answer(422, {"message": "Validation Failed", "errors": [fault], "documentation_url": _LIST_DOCS})
        pulls = [github_data.listed(pull) for pull in github_data.PULLS if state in ("all", pull.state)]
        head, base = call.value("head"), call.value("base")
        pulls = [pull for pull in pulls if head in ("", pull["head"]["label"]) and base in ("", pull["base"]["ref"])]
        sort = "updated_at" if call.value("sort") == "updated" else "created_at"
        default_direction = "asc" if call.value("sort") in ("updated", "popularity", "long-running") else "desc"
        pulls.sort(key=lambda pull: pull[sort], reverse=call.value("direction", default_direction) == "desc")
        page, headers = _page(call, pulls)
        return Answer(200, page, headers)

    def _get_pull(self, call: Call) -> Answer:
        number = call.captures["number"]
        pull = next((pull for pull in github_data.PULLS if str(pull.number) == number), None)
        if pull is None or not _is_known(call):
            return _not_found(f"{_DOCS}/pulls/pulls#get-a-pull-request")
        return Answer(200, github_data.detailed(pull))

    def _list_workflows(self, call: Call) -> Answer:
        if not _is_known(call):
            return _not_found(f"{_DOCS}/actions/workflows#list-repository-workflows")
        page, headers = _page(call, github_data.WORKFLOWS)
        return Answer(200, {"total_count": len(github_data.WORKFLOWS), "workflows": page}, headers)


def _is_known(call: Call) -> bool:
    name = f"{call.captures['owner']}/{call.captures['repo']}"
    return name.lower() == github_data.FULL_NAME  # GitHub's names have no case


def _not_found(documentation_url: str) -> Answer:
    return Answer(404, {"message": "Not Found", "documentation_url": documentation_url, "status": "404"})


def _page(call: Call, items: Sequence[Json]) -> tuple[list[Json], tuple[tuple[str, str], ...]]:
    """The page asked for, and the Link header that leads to its neighbours; no header where one page holds all."""
    per_page = call.number("per_page", 30, high=100)
    page = call.number("page", 1)
    last = max(-(-len(items) // per_page), 1)
    neighbours = [("prev", min(page - 1, last)), ("next", page + 1), ("last", last), ("first", 1)]
    wanted = {"prev", "first"} if page > 1 else set()
    wanted |= {"next", "last"} if page < last else set()
    links = [f'<{_page_url(call, number)}>; rel="{rel}"' for rel, number in neighbours if rel in wanted]
    return list(items[(page - 1) * per_page : page * per_page]), (("Link", ", ".join(links)),) if links else ()


def _page_url(call: Call, page: int) -> str:
    query = [(name, value) for name, value in call.query if name != "page"]
    return f"{call.base_url}{call.path}?{urlencode([*query, ('page', str(page))])}"
