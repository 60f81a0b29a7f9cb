"""The emulated Jira site: one project, its people, and issues that differ in what is null or absent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tests.emulators.atlassian import account_id
from tests.emulators.server import Json, digest

PROJECT_KEY, PROJECT_ID, PROJECT_NAME = "SBX", "10031", "Platform sandbox"
_AVATARS = "https://avatars.example.com"


@dataclass(frozen=True, slots=True)
class Person:
    """An account. Most people do not show their e-mail address to others: then it is absent."""

    name: str
    email: str | None = None

    @property
    def account_id(self) -> str:
        return account_id(self.name)

    def body(self, site: str) -> dict[str, Any]:
        avatar = digest("avatar", self.name, length=12)
        shown = {} if self.email is None else {"emailAddress": self.email}
        return {
            "self": f"{site}/rest/api/3/user?accountId={self.account_id}",
            "accountId": self.account_id,
            **shown,
            "avatarUrls": {f"{size}x{size}": f"{_AVATARS}/{avatar}/{size}" for size in (48, 24, 16, 32)},
            "displayName": self.name,
            "active": True,
            "timeZone": "Europe/Oslo",
            "accountType": "atlassian",
        }


@dataclass(frozen=True, slots=True)
class Issue:
    """A stored issue. `priority` None: this type of issue has no such field."""

    number: int
    summary: str
    type: str
    status: str
    created: str
    updated: str
    reporter: Person
    assignee: Person | None = None
    priority: str | None = None
    labels: tuple[str, ...] = ()
    description: Json = None

    @property
    def key(self) -> str:
        return f"{PROJECT_KEY}-{self.number}"

    @property
    def id(self) -> str:
        return str(10200 + 7 * self.number)

    def fields(self, site: str) -> dict[str, Any]:
        """Every field, in Jira's own form."""
        has_priority = self.priority is not None
        return {
            "summary": self.summary,
            "issuetype": _issue_type(self.type, site),
            "project": _project(site),
            "status": _status(self.status, site),
            **({"priority": _priority(str(self.priority), site)} if has_priority else {}),
            "assignee": self.assignee.body(site) if self.assignee else None,
            "reporter": self.reporter.body(site),
            "labels": list(self.labels),
            "created": self.created,
            "updated": self.updated,
            "description": self.description,
        }


STATUSES = {"To Do": ("10004", "new"), "In Progress": ("3", "indeterminate"), "Done": ("10006", "done")}
_CATEGORIES = {
    "new": (2, "blue-gray", "To Do"),
    "indeterminate": (4, "yellow", "In Progress"),
    "done": (3, "green", "Done"),
}
ISSUE_TYPES = {"Task": "10012", "Bug": "10014", "Idea": "10019"}
_PRIORITIES = {"Highest": "1", "Medium": "3", "Low": "4"}


def category_name(status: str) -> str:
    return _CATEGORIES[STATUSES[status][1]][2]


def _status(name: str, site: str) -> dict[str, Any]:
    number, category_key = STATUSES[name]
    category, colour, category_text = _CATEGORIES[category_key]
    return {
        "self": f"{site}/rest/api/3/status/{number}",
        "description": "",
        "iconUrl": f"{site}/images/icons/statuses/generic.png",
        "name": name,
        "id": number,
        "statusCategory": {
            "self": f"{site}/rest/api/3/statuscategory/{category}",
            "id": category,
            "key": category_key,
            "colorName": colour,
            "name": category_text,
        },
    }


def _issue_type(name: str, site: str) -> dict[str, Any]:
    number = ISSUE_TYPES[name]
    return {
        "self": f"{site}/rest/api/3/issuetype/{number}",
        "id": number,
        "description": "",
        "iconUrl": f"{site}/rest/api/2/universal_avatar/view/type/issuetype/avatar/{int(number) + 300}?size=medium",
        "name": name,
        "subtask": False,
        "avatarId": int(number) + 300,
        "hierarchyLevel": 0,
    }


def _priority(name: str, site: str) -> dict[str, Any]:
    number = _PRIORITIES[name]
    icon = f"{site}/images/icons/priorities/{name.lower()}_new.svg"
    return {"self": f"{site}/rest/api/3/priority/{number}", "iconUrl": icon, "name": name, "id": number}


def _project(site: str) -> dict[str, Any]:
    avatars = {
        f"{size}x{size}": f"{site}/rest/api/3/universal_avatar/view/type/project/avatar/10412?size={name}"
        for size, name in ((48, "xxlarge"), (24, "small"), (16, "xsmall"), (32, "medium"))
    }
    return {
        "self": f"{site}/rest/api/3/project/{PROJECT_ID}",
        "id": PROJECT_ID,
        "key": PROJECT_KEY,
        "name": PROJECT_NAME,
        "projectTypeKey": "software",
        "simplified": False,
        "avatarUrls": avatars,
    }


def _text(words: str, *marks: str) -> dict[str, Any]:
    marked = {"marks": [{"type": mark} for mark in marks]} if marks else {}
    return {"type": "text", "text": words, **marked}


def _paragraph(*content: Json) -> dict[str, Any]:
    return {"type": "paragraph", "content": list(content)}


def _document(*content: Json) -> dict[str, Any]:
    return {"type": "doc", "version": 1, "content": list(content)}


def _steps(*steps: str) -> dict[str, Any]:
    items = [{"type": "listItem", "content": [_paragraph(_text(step))]} for step in steps]
    return {"type": "orderedList", "attrs": {"order": 1}, "content": items}


DEPLOY_BOT = Person("Deploy bot", "devctl@example.com")
_INES, _TOMAS = Person("Ines Halvorsen"), Person("Tomas Okafor", "tomas.okafor@example.com")
ISSUES: Sequence[Issue] = (
    Issue(
        17,
        "Uploads over 50 MB fail on slow links",
        "Bug",
        "In Progress",
        "2026-11-18T09:41:12.406+0100",
        "2026-11-19T16:22:51.118+0100",
        _TOMAS,
        assignee=_INES,
        priority="Highest",
        labels=("uploads", "customer-reported"),
        description=_document(
            _paragraph(_text("Seen by two customers since "), _text("2.3.0", "code"), _text(".")),
            _steps("Limit the link to 1 Mbit/s", "Upload a file of 60 MB", "Wait for the third part"),
            _paragraph(_text("The client gives up after one time-out.")),
        ),
    ),
    Issue(
        21,
        "Rotate the registry's signing key",
        "Task",
        "To Do",
        "2026-11-20T14:03:27.930+0100",
        "2026-11-20T14:03:28.011+0100",
        _INES,
        priority="Medium",
        labels=("security",),
    ),
    Issue(
        22,
        "Show the version in the prompt",
        "Idea",
        "To Do",
        "2026-11-21T08:15:02.077+0100",
        "2026-11-21T11:48:39.512+0100",
        _TOMAS,
        assignee=_TOMAS,
        description=_document(_paragraph(_text("Would have saved us an hour on Friday."))),
    ),
    Issue(
        9,
        "Drop support for the old runner",
        "Task",
        "Done",
        "2026-10-06T10:30:44.265+0200",
        "2026-10-29T17:05:13.744+0100",
        _INES,
        assignee=_INES,
        priority="Low",
    ),
)
