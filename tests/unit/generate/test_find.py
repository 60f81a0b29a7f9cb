"""From a name of the registry to the operation it means: exactly, by sense, by hint, or with a question."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.generate.synthetic_documents import loaded, openapi

from pactproof.generate.draft import NoDraft
from pactproof.generate.find import find_operation
from pactproof.generate.words import Action, action, words_of


def paths_of(*operations: str) -> dict[str, Any]:
    """ "GET /items listItems | List items | tag" as `paths`; what follows a bar may be left out."""
    paths: dict[str, Any] = {}
    for line in operations:
        head, summary, tag = f"{line} | | ".split("|")[:3]
        method, path, operation_id = f"{head} - ".split()[:3]
        told = {"operationId": operation_id.removesuffix("-"), "summary": summary.strip(), "tags": [tag.strip()]}
        paths.setdefault(path, {})[method.lower()] = told
    return paths


@pytest.fixture
def found(tmp_path):
    """What a name finds among operations written as in `paths_of`: the operation as text, or the question."""

    def find(name: str, *operations: str, hint: tuple[str, str] | None = None) -> str | NoDraft:
        document = loaded(tmp_path, openapi(paths_of(*operations)))
        result = find_operation([document], f"shop.{name}", hint)
        return result if isinstance(result, NoDraft) else str(result)

    return find


@pytest.mark.parametrize(
    ("name", "operation_id"),
    [
        ("list_items", "listItems"),
        ("list_items", "list-items"),
        ("list_items", "list.items"),
        ("list_items", "ListItems"),
        ("items-list", "items/list"),
        ("chat_postMessage", "chat_postMessage"),
    ],
)
def test_an_id_of_the_same_letters_is_found_whatever_its_case_and_separators(name, operation_id, found):
    assert found(name, f"GET /a {operation_id}", "GET /b other") == f"GET /a ({operation_id})"


@pytest.mark.parametrize(
    ("name", "operation"),
    [
        ("get_dashboard", "GET /dashboards/uid/{uid} getDashboardByUID"),
        ("create_annotation", "POST /annotations postAnnotation"),
        ("list_datasources", "GET /datasources getDataSources"),
        ("list_pull_requests", "GET /repos/{owner}/pulls pulls/list | List pull requests"),
        ("get_pull_request", "GET /repos/{owner}/pulls/{n} pulls/get | Get a pull request."),
        ("list_applications", "GET /v1/applications ApplicationService_List"),
        ("sync_application", "POST /v1/applications/{name}/sync ApplicationService_Sync"),
        ("post_message", "POST /chat.postMessage chat_postMessage | | chat"),
        ("list_workflows", "GET /repos/{repo}/workflows actions/list-repo-workflows | List repository workflows"),
        ("delete_team", "DELETE /teams/{id} removeTeam"),
    ],
)
def test_a_name_that_says_the_same_in_other_words_is_found(name, operation, found):
    others = ["GET /things listThings", "POST /things createThing", "GET /things/{id} getThing"]

    method, path, operation_id = operation.split()[:3]

    assert found(name, *others, operation) == f"{method} {path} ({operation_id})"


@pytest.mark.parametrize(
    ("name", "operation"),
    [
        ("get_page", "GET /pages getPages"),
        ("list_pages", "GET /pages/{id} getPage"),
        ("list_channels", "GET /admin.usergroups.listChannels admin_usergroups_listChannels | | admin.usergroups"),
        ("search_dashboards", "GET /search search"),
        ("create_page", "POST /pages/archive archivePages | Create an archive of pages"),
        ("get_item", "DELETE /items/{id} deleteItem"),
    ],
)
def test_a_name_that_only_resembles_an_operation_is_asked_about(name, operation, found):
    result = found(name, operation, "GET /health health")

    assert isinstance(result, NoDraft)


def test_the_question_names_three_candidates_at_most_and_how_to_say_which(found):
    result = found(
        "search_dashboards",
        "POST /folders createFolder",
        "GET /search search | | search",
        "GET /teams/search searchTeams",
        "GET /users/search searchUsers",
        "GET /dashboards/{id} getDashboard",
        "GET /dashboards/{id}/permissions getDashboardPermissions",
    )

    assert result == NoDraft(
        "no operation of specs/api.json is clearly search_dashboards; nearest:"
        " GET /search (search), GET /dashboards/{id} (getDashboard), GET /teams/search (searchTeams)",
        'say which it is: pactproof generate shop.search_dashboards --from "GET /search"',
    )


def test_two_operations_that_fit_are_asked_about(found):
    result = found(
        "search_content", "GET /content/search searchContentByCQL", "GET /search searchByCQL | Search content"
    )

    assert result == NoDraft(
        "specs/api.json has 2 operations that fit search_content; nearest:"
        " GET /content/search (searchContentByCQL), GET /search (searchByCQL)",
        'say which it is: pactproof generate shop.search_content --from "GET /content/search"',
    )


def test_nothing_near_is_said_without_candidates(found):
    assert found("send_invoice", "GET /health health") == NoDraft(
        "no operation of specs/api.json is clearly send_invoice",
        'say which it is: pactproof generate shop.send_invoice --from "GET /path"',
    )


def test_a_deprecated_operation_gives_way_to_one_that_is_not(tmp_path):
    paths = paths_of("GET /v1/items v1_listItems | List items", "GET /v2/items v2_listItems | List items")
    paths["/v1/items"]["get"]["deprecated"] = True

    result = find_operation([loaded(tmp_path, openapi(paths))], "shop.list_items")

    assert str(result) == "GET /v2/items (v2_listItems)"


@pytest.mark.parametrize(
    "hint", [("GET", "/api/items/{key}"), ("get", "/items/{}"), ("GET", "/Items/{id}/")], ids=lambda hint: hint[1]
)
def test_a_hint_decides_with_or_without_the_base_path_whatever_parameters_are_called(hint, tmp_path):
    paths = paths_of("GET /items/{id} readOne", "GET /items get_item", "DELETE /items/{id} dropOne")
    document = loaded(tmp_path, openapi(paths, servers=[{"url": "/api"}]))

    result = find_operation([document], "shop.get_item", hint)

    assert str(result) == "GET /api/items/{id} (readOne)"


def test_a_hint_that_leads_nowhere_is_told_with_what_is_near(found):
    operations = ("GET /health health", "GET /api/search search", "POST /api/search SearchDevices")

    assert found("search_items", *operations, hint=("PUT", "/api/search")) == NoDraft(
        "specs/api.json has no PUT /api/search; nearest: GET /api/search (search), POST /api/search (SearchDevices)",
        'say which it is: pactproof generate shop.search_items --from "GET /api/search"',
    )


def test_several_documents_are_searched_together(tmp_path):
    first = loaded(tmp_path, openapi(paths_of("GET /content listContent")), "v1.json")
    second = loaded(tmp_path, openapi(paths_of("GET /pages/{id} getPageById")), "v2.json")

    result = find_operation([first, second], "shop.get_page")
    none = find_operation([first, second], "shop.send_invoice")

    assert str(result) == "GET /pages/{id} (getPageById)"
    assert none == NoDraft(
        "no operation of specs/v1.json, specs/v2.json is clearly send_invoice",
        'say which it is: pactproof generate shop.send_invoice --from "GET /path"',
    )


@pytest.mark.parametrize(
    ("name", "meaning"),
    [
        ("getDashboardByUID", Action("get", "dashboard")),
        ("getPages", Action("list", "page")),
        ("get_status", Action("get", "status")),
        ("Lists all issues.", Action("list", "issue")),
        ("addPolicies", Action("create", "policy")),
        ("list_access", Action("list", "access")),
        ("getHTTPRoutes", Action("list", "httproute")),
        ("search", None),
        ("", None),
    ],
)
def test_names_are_told_by_verb_and_noun(name, meaning):
    assert action(words_of(name)) == meaning
