"""The shapes of issues, of pull requests as issues, and of artifacts."""

from hashlib import sha256

from .issues import Artifact, Issue
from .model import PullRequest, Repository, User
from .moments import iso, iso_or_none
from .shapes_code import label_shape
from .site import Json, Site, user_shape


def issue_shape(site: Site, repository: Repository, issue: Issue | PullRequest) -> Json:
    """An issue as lists and its own address show it; a pull request is one too, with a member that says so."""
    assignees = issue.assignees if isinstance(issue, Issue) else ()
    reason = issue.state_reason if isinstance(issue, Issue) else None
    shape: Json = {
        **_links(site, repository, issue),
        "id": issue.id,
        "node_id": f"I_{issue.id}",
        "number": issue.number,
        "title": issue.title,
        "user": user_shape(site, issue.author),
        "labels": [label_shape(site, repository, name) for name in issue.labels],
        "state": issue.state,
        "locked": False,
        "assignee": user_shape(site, assignees[0]) if assignees else None,
        "assignees": [user_shape(site, each) for each in assignees],
        "milestone": None,
        "comments": 0,
        "created_at": iso(issue.created_at),
        "updated_at": iso(issue.updated_at),
        "closed_at": iso_or_none(issue.closed_at),
        "author_association": "MEMBER",
        "active_lock_reason": None,
        "body": None,
        "closed_by": None,
        "state_reason": reason,
        "performed_via_github_app": None,
    }
    return shape | (_as_pull(site, repository, issue) if isinstance(issue, PullRequest) else {})


def _links(site: Site, repository: Repository, issue: Issue | PullRequest) -> Json:
    api = f"{site.repository(repository)}/issues/{issue.number}"
    folder = "pull" if isinstance(issue, PullRequest) else "issues"
    return {
        "url": api,
        "repository_url": site.repository(repository),
        "labels_url": f"{api}/labels{{/name}}",
        "comments_url": f"{api}/comments",
        "events_url": f"{api}/events",
        "html_url": f"{site.page(repository)}/{folder}/{issue.number}",
        "timeline_url": f"{api}/timeline",
    }


def _as_pull(site: Site, repository: Repository, pull: PullRequest) -> Json:
    page = f"{site.page(repository)}/pull/{pull.number}"
    links: Json = {
        "url": f"{site.repository(repository)}/pulls/{pull.number}",
        "html_url": page,
        "diff_url": f"{page}.diff",
        "patch_url": f"{page}.patch",
        "merged_at": iso_or_none(pull.merged_at),
    }
    return {"draft": pull.is_draft, "pull_request": links}


def artifact_shape(site: Site, artifact: Artifact, now: int) -> Json:
    """An artifact; it stays listed when it has expired."""
    run = artifact.run
    api = f"{site.repository(run.repository)}/actions/artifacts/{artifact.id}"
    return {
        "id": artifact.id,
        "node_id": f"A_{artifact.id}",
        "name": artifact.name,
        "size_in_bytes": artifact.size,
        "url": api,
        "archive_download_url": f"{api}/zip",
        "expired": artifact.expires_at <= now,
        "digest": f"sha256:{sha256(artifact.body).hexdigest()}",
        "created_at": iso(artifact.created_at),
        "updated_at": iso(artifact.created_at),
        "expires_at": iso(artifact.expires_at),
        "workflow_run": {
            "id": run.id,
            "repository_id": run.repository.id,
            "head_repository_id": run.repository.id,
            "head_branch": run.branch,
            "head_sha": run.sha,
        },
    }


def issue_event(site: Site, repository: Repository, issue: Issue, action: str, sender: User) -> Json:
    """What an `issues` delivery holds beside its context; `labeled` and `unlabeled` name the label."""
    shape: Json = {"issue": issue_shape(site, repository, issue), "sender": user_shape(site, sender)}
    if action in ("labeled", "unlabeled"):
        shape["label"] = label_shape(site, repository, issue.labels[-1] if issue.labels else "incident")
    return shape
