"""The repository that the GitHub emulator serves, in the full form GitHub sends: octo-labs/devctl-sandbox."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import Any

from tests.emulators.server import Json, digest

OWNER, REPO = "octo-labs", "devctl-sandbox"
FULL_NAME = f"{OWNER}/{REPO}"
_API, _WEB = "https://api.github.com", "https://github.com"


@dataclass(frozen=True, slots=True)
class Pull:
    """What tells one pull request from another; everything else follows from the number."""

    number: int
    title: str
    branch: str
    author: str | None  # None: the account has been deleted, the list then answers `user: null`
    created_at: str
    updated_at: str
    state: str = "open"
    body: str | None = None
    labels: tuple[str, ...] = ()
    milestone: bool = False
    assignees: tuple[str, ...] = ()
    reviewers: tuple[str, ...] = ()
    team: bool = False
    fork_owner: str = OWNER
    association: str = "MEMBER"
    merge_method: str = ""  # not empty: to be merged as soon as the checks are green
    merge_sha: str | None = ""  # empty: made from the number; None: GitHub has not computed it yet
    merged_by: str | None = None
    closed_at: str | None = None
    lock_reason: str | None = None
    absent: tuple[str, ...] = ()  # optional keys that this one lacks
    size: tuple[int, int, int, int] = (1, 12, 4, 2)  # commits, additions, deletions, changed files
    more: dict[str, Json] = field(default_factory=dict)

    @property
    def is_merged(self) -> bool:
        return self.merged_by is not None


def listed(pull: Pull) -> dict[str, Any]:
    """The form of a pull request in a list: the document's pull-request-simple."""
    return {key: value for key, value in _common(pull).items() if key not in pull.absent}


def detailed(pull: Pull) -> dict[str, Any]:
    """The form of one pull request alone: the document's pull-request, whose user is never null but a ghost."""
    commits, additions, deletions, changed_files = pull.size
    is_open = pull.state == "open"
    details = {
        "user": _account(pull.author or "ghost"),
        "merged": pull.is_merged,
        "mergeable": None if pull.merge_sha is None else is_open,
        "rebaseable": None if pull.merge_sha is None else is_open,
        "mergeable_state": "unknown" if pull.merge_sha is None or not is_open else "clean",
        "merged_by": _account(pull.merged_by) if pull.merged_by else None,
        "comments": len(pull.labels),
        "review_comments": len(pull.reviewers),
        "maintainer_can_modify": pull.fork_owner != OWNER,
        "commits": commits,
        "additions": additions,
        "deletions": deletions,
        "changed_files": changed_files,
    }
    return listed(pull) | details


def _common(pull: Pull) -> dict[str, Any]:
    sha = digest("head", pull.number)
    issue, self_url = f"{_API}/repos/{FULL_NAME}/issues/{pull.number}", f"{_API}/repos/{FULL_NAME}/pulls/{pull.number}"
    html = f"{_WEB}/{FULL_NAME}/pull/{pull.number}"
    comment_url = f"{_API}/repos/{FULL_NAME}/pulls/comments{{/number}}"
    statuses_url = f"{_API}/repos/{FULL_NAME}/statuses/{sha}"
    links = {
        "self": self_url,
        "html": html,
        "issue": issue,
        "comments": f"{issue}/comments",
        "review_comments": f"{self_url}/comments",
        "review_comment": comment_url,
        "commits": f"{self_url}/commits",
        "statuses": statuses_url,
    }
    people = [_account(login) for login in pull.assignees]
    merge_sha = digest("merge", pull.number) if pull.merge_sha == "" else pull.merge_sha
    return {
        "url": self_url,
        "id": 2_150_000_000 + pull.number * 7919,
        "node_id": _node_id("PR_kwDO", pull.number),
        "html_url": html,
        "diff_url": f"{html}.diff",
        "patch_url": f"{html}.patch",
        "issue_url": issue,
        "number": pull.number,
        "state": pull.state,
        "locked": pull.lock_reason is not None,
        "title": pull.title,
        "user": _account(pull.author) if pull.author else None,
        "body": pull.body,
        "created_at": pull.created_at,
        "updated_at": pull.updated_at,
        "closed_at": pull.closed_at,
        "merged_at": pull.closed_at if pull.is_merged else None,
        "merge_commit_sha": merge_sha,
        "assignee": people[0] if people else None,
        "assignees": people,
        "requested_reviewers": [_account(login) for login in pull.reviewers],
        "requested_teams": [_TEAM] if pull.team else [],
        "labels": [_label(name) for name in pull.labels],
        "milestone": _milestone() if pull.milestone else None,
        "draft": False,
        "commits_url": f"{self_url}/commits",
        "review_comments_url": f"{self_url}/comments",
        "review_comment_url": comment_url,
        "comments_url": f"{issue}/comments",
        "statuses_url": statuses_url,
        "head": _end(pull.fork_owner, pull.branch, sha),
        "base": _end(OWNER, "main", digest("base", 1)),
        "_links": {name: {"href": href} for name, href in links.items()},
        "author_association": pull.association,
        "auto_merge": _auto_merge(pull),
        "active_lock_reason": pull.lock_reason,
        **pull.more,
    }


def _auto_merge(pull: Pull) -> dict[str, Any] | None:
    if not pull.merge_method:
        return None
    return {
        "enabled_by": _account("mira-castellane"),
        "merge_method": pull.merge_method,
        "commit_title": f"{pull.title} (#{pull.number})",
        "commit_message": pull.body or "",
    }


def _end(owner: str, branch: str, sha: str) -> dict[str, Any]:
    """One end of a pull request, `head` or `base`."""
    return {
        "label": f"{owner}:{branch}",
        "ref": branch,
        "sha": sha,
        "user": _account(owner),
        "repo": _repository(owner),
    }


def _node_id(prefix: str, number: int) -> str:
    return prefix + base64.urlsafe_b64encode(f"{prefix[:2]}{number:08d}".encode()).decode().rstrip("=")


_ACCOUNT_IDS = {
    "octo-labs": 90417733,
    "mira-castellane": 48211907,
    "jonas-abebe": 51120386,
    "priya-wolfsberg": 60733821,
    "renovate[bot]": 29139614,
    "ghost": 10137,
}


def _account(login: str) -> dict[str, Any]:
    number = _ACCOUNT_IDS[login]
    kind = "Organization" if login == OWNER else "Bot" if login.endswith("[bot]") else "User"
    page = login.removesuffix("[bot]") if kind == "Bot" else login
    url = f"{_API}/users/{login.replace('[', '%5B').replace(']', '%5D')}"
    return {
        "login": login,
        "id": number,
        "node_id": _node_id("U_kgDO" if kind == "User" else "O_kgDO", number),
        "avatar_url": f"https://avatars.githubusercontent.com/u/{number}?v=4",
        "gravatar_id": "",
        "url": url,
        "html_url": f"{_WEB}/apps/{page}" if kind == "Bot" else f"{_WEB}/{page}",
        "followers_url": f"{url}/followers",
        "following_url": f"{url}/following{{/other_user}}",
        "gists_url": f"{url}/gists{{/gist_id}}",
        "starred_url": f"{url}/starred{{/owner}}{{/repo}}",
        "subscriptions_url": f"{url}/subscriptions",
        "organizations_url": f"{url}/orgs",
        "repos_url": f"{url}/repos",
        "events_url": f"{url}/events{{/privacy}}",
        "received_events_url": f"{url}/received_events",
        "type": kind,
        "user_view_type": "public",
        "site_admin": False,
    }


_LABELS = {
    "breaking": (5810233414, "Needs a major version", "b60205", False),
    "bug": (5810233390, "Something isn't working", "d73a4a", True),
    "dependencies": (5810240127, "", "0366d6", False),
}


def _label(name: str) -> dict[str, Any]:
    number, description, color, is_default = _LABELS[name]
    return {
        "id": number,
        "node_id": _node_id("LA_kwDO", number),
        "url": f"{_API}/repos/{FULL_NAME}/labels/{name}",
        "name": name,
        "color": color,
        "default": is_default,
        "description": description,
    }


def _milestone() -> dict[str, Any]:
    url = f"{_API}/repos/{FULL_NAME}/milestones/3"
    return {
        "url": url,
        "html_url": f"{_WEB}/{FULL_NAME}/milestone/3",
        "labels_url": f"{url}/labels",
        "id": 10388214,
        "node_id": _node_id("MI_kwDO", 10388214),
        "number": 3,
        "title": "v2.4",
        "description": None,
        "creator": _account("mira-castellane"),
        "open_issues": 4,
        "closed_issues": 11,
        "state": "open",
        "created_at": "2026-09-14T07:30:12Z",
        "updated_at": "2026-11-17T10:05:44Z",
        "due_on": "2026-12-15T08:00:00Z",
        "closed_at": None,
    }


_TEAM = {
    "name": "Release crew",
    "id": 8120456,
    "node_id": _node_id("T_kwDO", 8120456),
    "slug": "release-crew",
    "description": None,
    "privacy": "closed",
    "notification_setting": "notifications_enabled",
    "url": f"{_API}/organizations/90417733/team/8120456",
    "html_url": f"{_WEB}/orgs/{OWNER}/teams/release-crew",
    "members_url": f"{_API}/organizations/90417733/team/8120456/members{{/member}}",
    "repositories_url": f"{_API}/organizations/90417733/team/8120456/repos",
    "type": "organization",
    "organization_id": 90417733,
    "permission": "push",
    "parent": None,
}

# What follows a repository's own URL in the fields of that name.
_REPOSITORY_URLS = {
    "archive_url": "/{archive_format}{/ref}",
    "assignees_url": "/assignees{/user}",
    "blobs_url": "/git/blobs{/sha}",
    "branches_url": "/branches{/branch}",
    "collaborators_url": "/collaborators{/collaborator}",
    "comments_url": "/comments{/number}",
    "commits_url": "/commits{/sha}",
    "compare_url": "/compare/{base}...{head}",
    "contents_url": "/contents/{+path}",
    "contributors_url": "/contributors",
    "deployments_url": "/deployments",
    "downloads_url": "/downloads",
    "events_url": "/events",
    "forks_url": "/forks",
    "git_commits_url": "/git/commits{/sha}",
    "git_refs_url": "/git/refs{/sha}",
    "git_tags_url": "/git/tags{/sha}",
    "hooks_url": "/hooks",
    "issue_comment_url": "/issues/comments{/number}",
    "issue_events_url": "/issues/events{/number}",
    "issues_url": "/issues{/number}",
    "keys_url": "/keys{/key_id}",
    "labels_url": "/labels{/name}",
    "languages_url": "/languages",
    "merges_url": "/merges",
    "milestones_url": "/milestones{/number}",
    "notifications_url": "/notifications{?since,all,participating}",
    "pulls_url": "/pulls{/number}",
    "releases_url": "/releases{/id}",
    "stargazers_url": "/stargazers",
    "statuses_url": "/statuses/{sha}",
    "subscribers_url": "/subscribers",
    "subscription_url": "/subscription",
    "tags_url": "/tags",
    "teams_url": "/teams",
    "trees_url": "/git/trees{/sha}",
}
_LICENSE = {
    "key": "apache-2.0",
    "name": "Apache License 2.0",
    "spdx_id": "Apache-2.0",
    "url": f"{_API}/licenses/apache-2.0",
    "node_id": "MDc6TGljZW5zZTI=",
}


def _repository(owner: str) -> dict[str, Any]:
    """The repository, or somebody's fork of it: the fork has no licence, no language yet and lacks `topics`."""
    is_fork, full_name = owner != OWNER, f"{owner}/{REPO}"
    number = 871204466 if is_fork else 712330958
    url, html = f"{_API}/repos/{full_name}", f"{_WEB}/{full_name}"
    repository = {
        "id": number,
        "node_id": _node_id("R_kgDO", number),
        "name": REPO,
        "full_name": full_name,
        "private": False,
        "owner": _account(owner),
        "html_url": html,
        "description": None if is_fork else "Playground of the devctl command line",
        "fork": is_fork,
        "url": url,
        **{name: url + rest for name, rest in _REPOSITORY_URLS.items()},
        "created_at": "2023-10-31T12:00:21Z",
        "updated_at": "2026-11-18T06:51:09Z",
        "pushed_at": "2026-11-19T17:22:48Z",
        "git_url": f"git://github.com/{full_name}.git",
        "ssh_url": f"git@github.com:{full_name}.git",
        "clone_url": f"{html}.git",
        "svn_url": html,
        "homepage": None,
        "size": 1846,
        "stargazers_count": 0 if is_fork else 23,
        "watchers_count": 0 if is_fork else 23,
        "language": None if is_fork else "Python",
        "has_issues": not is_fork,
        "has_projects": True,
        "has_downloads": True,
        "has_wiki": False,
        "has_pages": False,
        "has_discussions": False,
        "forks_count": 0 if is_fork else 6,
        "mirror_url": None,
        "archived": False,
        "disabled": False,
        "open_issues_count": 0 if is_fork else 9,
        "license": None if is_fork else _LICENSE,
        "allow_forking": True,
        "is_template": False,
        "web_commit_signoff_required": False,
        "visibility": "public",
        "forks": 0 if is_fork else 6,
        "open_issues": 0 if is_fork else 9,
        "watchers": 0 if is_fork else 23,
        "default_branch": "main",
    }
    return repository if is_fork else repository | {"topics": ["command-line", "devops"]}


PULLS = (
    Pull(
        57,
        "Retry uploads that time out",
        "retry-uploads",
        "mira-castellane",
        "2026-11-19T15:40:03Z",
        "2026-11-19T17:22:51Z",
        body="Uploads over 50 MB fail on slow links.\n\nThis retries them three times.",
        labels=("bug",),
        milestone=True,
        assignees=("mira-castellane", "jonas-abebe"),
        reviewers=("priya-wolfsberg",),
        team=True,
        merge_method="squash",
        size=(3, 148, 27, 6),
    ),
    Pull(
        56,
        "Update boto3 to 1.44",
        "renovate/boto3-1.x",
        "renovate[bot]",
        "2026-11-17T04:12:30Z",
        "2026-11-18T04:10:02Z",
        body="| Package | Change |\n|---|---|\n| boto3 | `1.43.2` -> `1.44.0` |",
        labels=("dependencies",),
        association="CONTRIBUTOR",
    ),
    Pull(
        54,
        "Drop the v1 configuration file",
        "drop-v1-config",
        "priya-wolfsberg",
        "2026-11-12T09:05:18Z",
        "2026-11-16T11:47:33Z",
        labels=("breaking",),
        milestone=True,
        fork_owner="priya-wolfsberg",
        association="COLLABORATOR",
        merge_sha=None,
        more={"draft": True},
        size=(8, 61, 902, 31),
    ),
    Pull(
        49,
        "Explain the exit codes",
        "docs/exit-codes",
        "jonas-abebe",
        "2026-10-29T18:33:57Z",
        "2026-11-03T08:20:40Z",
        body="",
        reviewers=("mira-castellane",),
        lock_reason="too heated",
    ),
    # Brought over by an import, hence without the keys that came later, and its author has left GitHub since.
    Pull(
        12,
        "Read the region from the profile",
        "profile-region",
        None,
        "2024-02-06T10:11:12Z",
        "2026-08-21T13:14:15Z",
        body="See the discussion in the old tracker.",
        association="NONE",
        absent=("draft", "active_lock_reason"),
    ),
    Pull(
        55,
        "Print tables that fit the terminal",
        "narrow-tables",
        "jonas-abebe",
        "2026-11-13T16:00:45Z",
        "2026-11-15T07:58:19Z",
        state="closed",
        closed_at="2026-11-15T07:58:18Z",
        merged_by="mira-castellane",
    ),
    Pull(
        51,
        "Try another parser",
        "spike-parser",
        "priya-wolfsberg",
        "2026-11-04T12:26:08Z",
        "2026-11-05T14:09:27Z",
        state="closed",
        closed_at="2026-11-05T14:09:27Z",
        merge_sha=None,
    ),
)


def _workflow(number: int, name: str, file: str, state: str = "active", **more: Json) -> dict[str, Any]:
    return {
        "id": number,
        "node_id": _node_id("W_kwDO", number),
        "name": name,
        "path": f".github/workflows/{file}",
        "state": state,
        "created_at": "2023-11-02T09:12:44.000+01:00",
        "updated_at": "2026-10-08T14:37:05.000+02:00",
        "url": f"{_API}/repos/{FULL_NAME}/actions/workflows/{number}",
        "html_url": f"{_WEB}/{FULL_NAME}/blob/main/.github/workflows/{file}",
        "badge_url": f"{_WEB}/{FULL_NAME}/workflows/{name.replace(' ', '%20')}/badge.svg",
        **more,
    }


WORKFLOWS = (
    _workflow(74410218, "Checks", "checks.yml"),
    _workflow(74410219, "Nightly contracts", "nightly.yml"),
    _workflow(81933507, "Publish wheel", "publish.yaml", "disabled_manually"),
    _workflow(66120094, "Old pipeline", "pipeline.yml", "deleted", deleted_at="2025-01-20T16:45:00.000+01:00"),
)
