"""The shapes of commits, branches, comparisons, pull requests and reviews."""

from .model import ChangedFile, Commit, PullRequest, Repository, Review, User
from .moments import iso, iso_or_none
from .site import Json, Site, repository_shape, user_shape

PULL_DEFAULTS: Json = {
    "locked": False,
    "body": None,
    "assignee": None,
    "assignees": [],
    "requested_reviewers": [],
    "requested_teams": [],
    "milestone": None,
    "author_association": "MEMBER",
    "auto_merge": None,
    "active_lock_reason": None,
}


def commit_shape(site: Site, repository: Repository, commit: Commit) -> Json:
    """A commit as lists show it: without files."""
    api, page = site.repository(repository), site.page(repository)
    return {
        "sha": commit.sha,
        "node_id": f"C_{commit.sha[:12]}",
        "commit": {
            "author": _signature(commit.author, commit.authored_at),
            "committer": _signature(commit.author, commit.committed_at),
            "message": commit.message,
            "tree": {"sha": commit.sha[::-1], "url": f"{api}/git/trees/{commit.sha[::-1]}"},
            "url": f"{api}/git/commits/{commit.sha}",
            "comment_count": 0,
            "verification": {
                "verified": False,
                "reason": "unsigned",
                "signature": None,
                "payload": None,
                "verified_at": None,
            },
        },
        "url": f"{api}/commits/{commit.sha}",
        "html_url": f"{page}/commit/{commit.sha}",
        "comments_url": f"{api}/commits/{commit.sha}/comments",
        "author": user_shape(site, commit.author),
        "committer": user_shape(site, commit.author),
        "parents": [
            {"sha": sha, "url": f"{api}/commits/{sha}", "html_url": f"{page}/commit/{sha}"} for sha in commit.parents
        ],
    }


def full_commit_shape(site: Site, repository: Repository, commit: Commit, files: list[ChangedFile]) -> Json:
    """A commit as its own address shows it, with one page of its files."""
    additions = sum(file.additions for file in commit.files)
    deletions = sum(file.deletions for file in commit.files)
    return {
        **commit_shape(site, repository, commit),
        "stats": {"total": additions + deletions, "additions": additions, "deletions": deletions},
        "files": [file_shape(site, repository, commit.sha, file) for file in files],
    }


def file_shape(site: Site, repository: Repository, sha: str, file: ChangedFile) -> Json:
    """A file of a commit or a comparison."""
    page = site.page(repository)
    return {
        "sha": sha[::-1],
        "filename": file.path,
        "status": file.status,
        "additions": file.additions,
        "deletions": file.deletions,
        "changes": file.additions + file.deletions,
        "blob_url": f"{page}/blob/{sha}/{file.path}",
        "raw_url": f"{page}/raw/{sha}/{file.path}",
        "contents_url": f"{site.repository(repository)}/contents/{file.path}?ref={sha}",
        "patch": f"@@ -1,{file.deletions} +1,{file.additions} @@",
    }


def _signature(user: User, at: int) -> Json:
    return {"name": user.login, "email": f"{user.login}@example.test", "date": iso(at)}


def branch_shape(site: Site, repository: Repository, name: str, sha: str) -> Json:
    """A branch as `/branches` shows it."""
    return {
        "name": name,
        "commit": {"sha": sha, "url": f"{site.repository(repository)}/commits/{sha}"},
        "protected": name == repository.default_branch,
        "protection": {
            "enabled": name == repository.default_branch,
            "required_status_checks": {"enforcement_level": "off", "contexts": [], "checks": []},
        },
        "protection_url": f"{site.repository(repository)}/branches/{name}/protection",
    }


def full_branch_shape(site: Site, repository: Repository, name: str, sha: str) -> Json:
    """A branch as its own address shows it, with its commit."""
    api = f"{site.repository(repository)}/branches/{name}"
    return {
        **branch_shape(site, repository, name, sha),
        "commit": commit_shape(site, repository, repository.commits[sha]),
        "_links": {"self": api, "html": f"{site.page(repository)}/tree/{name}"},
    }


def pull_shape(site: Site, repository: Repository, pull: PullRequest) -> Json:
    """A pull request as lists show it: without counts and without `merged`."""
    whole = repository_shape(site, repository)
    return {
        "id": pull.id,
        "node_id": f"PR_{pull.id}",
        "number": pull.number,
        "state": pull.state,
        "title": pull.title,
        "user": user_shape(site, pull.author),
        "created_at": iso(pull.created_at),
        "updated_at": iso(pull.updated_at),
        "closed_at": iso_or_none(pull.closed_at),
        "merged_at": iso_or_none(pull.merged_at),
        "merge_commit_sha": pull.merge_sha,
        "labels": [label_shape(site, repository, name) for name in pull.labels],
        "draft": pull.is_draft,
        "head": _end(site, repository, pull.head, pull.head_sha, whole),
        "base": _end(site, repository, pull.base, pull.base_sha, whole),
        **PULL_DEFAULTS,
        **_pull_links(site, repository, pull),
    }


def _pull_links(site: Site, repository: Repository, pull: PullRequest) -> Json:
    api = f"{site.repository(repository)}/pulls/{pull.number}"
    page = f"{site.page(repository)}/pull/{pull.number}"
    issue = f"{site.repository(repository)}/issues/{pull.number}"
    return {
        "url": api,
        "html_url": page,
        "diff_url": f"{page}.diff",
        "patch_url": f"{page}.patch",
        "issue_url": issue,
        "commits_url": f"{api}/commits",
        "review_comments_url": f"{api}/comments",
        "review_comment_url": f"{site.repository(repository)}/pulls/comments{{/number}}",
        "comments_url": f"{issue}/comments",
        "statuses_url": f"{site.repository(repository)}/statuses/{pull.head_sha}",
        "_links": {
            "self": {"href": api},
            "html": {"href": page},
            "issue": {"href": issue},
            "comments": {"href": f"{issue}/comments"},
            "commits": {"href": f"{api}/commits"},
        },
    }


def full_pull_shape(site: Site, repository: Repository, pull: PullRequest) -> Json:
    """A pull request as its own address shows it, with its counts."""
    files = [file for sha in pull.commits for file in repository.commits[sha].files]
    return {
        **pull_shape(site, repository, pull),
        "merged": pull.merged_at is not None,
        "mergeable": None if pull.closed_at else True,
        "rebaseable": None if pull.closed_at else True,
        "mergeable_state": "unknown" if pull.closed_at else "clean",
        "merged_by": user_shape(site, pull.merged_by) if pull.merged_by else None,
        "comments": 0,
        "review_comments": 0,
        "maintainer_can_modify": False,
        "commits": len(pull.commits),
        "additions": sum(file.additions for file in files),
        "deletions": sum(file.deletions for file in files),
        "changed_files": len({file.path for file in files}),
    }


def label_shape(site: Site, repository: Repository, name: str) -> Json:
    """A label as it stands inside issues and pull requests."""
    return {
        "id": 1_362_934_389,
        "node_id": "LA_1362934389",
        "url": f"{site.repository(repository)}/labels/{name}",
        "name": name,
        "color": "d73a4a",
        "default": True,
        "description": None,
    }


def _end(site: Site, repository: Repository, ref: str, sha: str, whole: Json) -> Json:
    owner = repository.owner
    label = f"{owner.login}:{ref}"
    return {"label": label, "ref": ref, "sha": sha, "user": user_shape(site, owner), "repo": whole}


def review_shape(site: Site, repository: Repository, pull: PullRequest, review: Review) -> Json:
    """A review of a pull request."""
    page = f"{site.page(repository)}/pull/{pull.number}"
    api = f"{site.repository(repository)}/pulls/{pull.number}"
    return {
        "id": review.id,
        "node_id": f"PRR_{review.id}",
        "user": user_shape(site, review.author),
        "body": review.body,
        "state": review.state,
        "html_url": f"{page}#pullrequestreview-{review.id}",
        "pull_request_url": api,
        "author_association": "MEMBER",
        "_links": {
            "html": {"href": f"{page}#pullrequestreview-{review.id}"},
            "pull_request": {"href": api},
        },
        "submitted_at": iso(review.submitted_at),
        "commit_id": review.sha,
    }
