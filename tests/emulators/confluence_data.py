"""The emulated Confluence site: two spaces, and pages and a blog post that differ in what is null or absent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus

from tests.emulators.atlassian import account_id
from tests.emulators.server import digest


@dataclass(frozen=True, slots=True)
class Space:
    id: int
    key: str
    name: str
    front_page: str

    def v1(self, site: str) -> dict[str, Any]:
        expandable = (
            "settings",
            "metadata",
            "operations",
            "lookAndFeel",
            "permissions",
            "icon",
            "description",
            "theme",
        )
        return {
            "id": self.id,
            "key": self.key,
            "name": self.name,
            "type": "global",
            "status": "current",
            "_expandable": {**dict.fromkeys(expandable, ""), "homepage": f"/rest/api/content/{self.front_page}"},
            "_links": {"webui": f"/spaces/{self.key}", "self": f"{site}/wiki/rest/api/space/{self.key}"},
        }


@dataclass(frozen=True, slots=True)
class Content:
    """A stored page or blog post. Blog posts have neither a parent nor a position. `message` is its last change's."""

    id: str
    title: str
    space: Space
    body: str
    created: str
    updated: str
    author: str
    version: int = 1
    message: str = ""
    parent_id: str | None = None
    position: int | None = None
    owner: str | None = None
    type: str = "page"
    status: str = "current"
    labels: tuple[str, ...] = ()

    @property
    def links(self) -> dict[str, str]:
        kind = "pages" if self.type == "page" else "blog/2026/11/20"
        return {
            "webui": f"/spaces/{self.space.key}/{kind}/{self.id}/{quote_plus(self.title)}",
            "editui": f"/pages/resumedraft.action?draftId={self.id}",
            "tinyui": f"/x/{digest('tiny', self.id, length=6)}",
        }

    def v1(self, site: str, expand: Sequence[str]) -> dict[str, Any]:
        """As a search shows it: the space and the version only where they are asked for."""
        shown = {
            **({"space": self.space.v1(site)} if "space" in expand else {}),
            **({"version": self._v1_version(site)} if "version" in expand else {}),
        }
        hidden = {"space": f"/rest/api/space/{self.space.key}", "version": ""}
        names = ("container", "metadata", "operations", "restrictions", "history", "ancestors", "body", "descendants")
        position = {} if self.position is None else {"position": self.position}
        return {
            "id": self.id,
            "type": self.type,
            "status": self.status,
            "title": self.title,
            **shown,
            "macroRenderedOutput": {},
            "extensions": position,
            "_expandable": {
                **dict.fromkeys(names, ""),
                **{name: value for name, value in hidden.items() if name not in shown},
            },
            "_links": {"self": f"{site}/wiki/rest/api/content/{self.id}", **self.links},
        }

    def v2(self, site: str, formats: Sequence[str]) -> dict[str, Any]:
        stored = {"storage": {"representation": "storage", "value": self.body}} if "storage" in formats else {}
        return {
            "id": self.id,
            "status": self.status,
            "title": self.title,
            "spaceId": str(self.space.id),
            "parentId": self.parent_id,
            "parentType": "page" if self.parent_id else None,
            "position": self.position,
            "authorId": account_id(self.author),
            "ownerId": account_id(self.owner) if self.owner else None,
            "lastOwnerId": None,
            "createdAt": self.created,
            "version": {
                "number": self.version,
                "message": self.message,
                "minorEdit": False,
                "authorId": account_id(self.author),
                "createdAt": self.updated,
            },
            "body": stored,
            "_links": {**self.links, "base": f"{site}/wiki"},
        }

    def _v1_version(self, site: str) -> dict[str, Any]:
        return {
            "by": {
                "type": "known",
                "accountId": account_id(self.author),
                "accountType": "atlassian",
                "email": "",
                "publicName": self.author,
                "displayName": self.author,
                "isExternalCollaborator": False,
                "_expandable": {"operations": "", "personalSpace": ""},
                "_links": {"self": f"{site}/wiki/rest/api/user?accountId={account_id(self.author)}"},
            },
            "when": self.updated,
            "friendlyWhen": None,
            "message": self.message,
            "number": self.version,
            "minorEdit": False,
            "contentTypeModified": False,
            "_expandable": {"collaborators": "", "content": f"/rest/api/content/{self.id}"},
            "_links": {"self": f"{site}/wiki/rest/api/content/{self.id}/version/{self.version}"},
        }


_SANDBOX = Space(1310724, "SBX", "Platform sandbox", "1310731")
_HANDBOOK = Space(1736709, "HND", "Engineering handbook", "1736716")
SPACES: Mapping[str, Space] = {str(space.id): space for space in (_SANDBOX, _HANDBOOK)}

_INES, _TOMAS = "Ines Halvorsen", "Tomas Okafor"
_STEPS = (
    "<h2>Before</h2><p>Say in <code>#releases</code> what goes out.</p>"
    '<ac:structured-macro ac:name="code" ac:schema-version="1"><ac:parameter ac:name="language">bash</ac:parameter>'
    "<ac:plain-text-body><![CDATA[devctl deploy --service checkout]]></ac:plain-text-body></ac:structured-macro>"
    "<h2>After</h2><ul><li><p>Watch the dashboard for ten minutes &mdash; no longer.</p></li></ul>"
)
CONTENT: Sequence[Content] = (
    Content(
        "1310731",
        "Platform sandbox",
        _SANDBOX,
        '<p><ac:structured-macro ac:name="recently-updated" ac:schema-version="1" /></p>',
        "2026-02-03T09:12:44.180Z",
        "2026-02-03T09:12:44.180Z",
        _INES,
        position=617,
        owner=_INES,
    ),
    Content(
        "1310802",
        "Deploying with devctl",
        _SANDBOX,
        _STEPS,
        "2026-03-17T13:40:05.721Z",
        "2026-11-18T15:02:37.094Z",
        _TOMAS,
        version=12,
        message="Ten minutes are enough",
        parent_id="1310731",
        position=84,
        owner=_INES,
        labels=("runbook", "deploy"),
    ),
    Content(
        "1311129",
        "When a deploy fails",
        _SANDBOX,
        "<p>Roll back first, look for reasons later.</p>",
        "2026-06-08T07:55:19.336Z",
        "2026-10-02T11:20:48.905Z",
        _TOMAS,
        version=3,
        parent_id="1310802",
        labels=("runbook",),
    ),
    Content(
        "1311474",
        "devctl 2.4 is out",
        _SANDBOX,
        "<p>Uploads are tried again.</p>",
        "2026-11-20T10:00:00.512Z",
        "2026-11-20T10:00:00.512Z",
        _INES,
        type="blogpost",
        labels=("release",),
    ),
    Content(
        "1736716",
        "Engineering handbook",
        _HANDBOOK,
        "<p>How we work.</p>",
        "2025-09-29T08:30:12.268Z",
        "2026-08-11T16:44:50.731Z",
        _INES,
        version=5,
        owner=_INES,
        position=12,
    ),
)
