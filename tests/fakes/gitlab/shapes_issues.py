"""The shape of issues and incidents."""

from tests.fakes.github.issues import Issue
from tests.fakes.github.model import Repository

from .extras import Extras
from .moments import iso, iso_or_none
from .site import Json, Site, user_or_none, user_shape

DEFAULTS: Json = {
    "milestone": None,
    "user_notes_count": 0,
    "merge_requests_count": 0,
    "upvotes": 0,
    "downvotes": 0,
    "due_date": None,
    "confidential": False,
    "discussion_locked": None,
    "time_stats": {
        "time_estimate": 0,
        "total_time_spent": 0,
        "human_time_estimate": None,
        "human_total_time_spent": None,
    },
    "task_completion_status": {"count": 0, "completed_count": 0},
    "weight": None,
    "blocking_issues_count": 0,
    "has_tasks": False,
    "moved_to_id": None,
    "imported": False,
    "imported_from": "none",
    "service_desk_reply_to": None,
    "epic_iid": None,
    "epic": None,
    "iteration": None,
    "health_status": None,
}


def state_of(issue: Issue) -> str:
    """`opened` or `closed`."""
    return "opened" if issue.closed_at is None else "closed"


def issue_shape(site: Site, extras: Extras, repository: Repository, issue: Issue) -> Json:
    """An issue as lists and its own address show it. Its number is the world's, shared with merge requests."""
    api, people = (
        f"{site.project(repository)}/issues/{issue.number}",
        [user_shape(site, each) for each in issue.assignees],
    )
    return {
        "id": issue.id,
        "iid": issue.number,
        "project_id": repository.id,
        "title": issue.title,
        "description": "",
        "state": state_of(issue),
        "created_at": iso(issue.created_at),
        "updated_at": iso(issue.updated_at),
        "closed_at": iso_or_none(issue.closed_at),
        "closed_by": user_or_none(site, issue.author if issue.closed_at is not None else None),
        "labels": list(issue.labels),
        "assignees": people,
        "author": user_shape(site, issue.author),
        "type": extras.kind_of(issue).upper(),
        "assignee": people[0] if people else None,
        "issue_type": extras.kind_of(issue),
        "web_url": f"{site.page(repository)}/-/issues/{issue.number}",
        "severity": extras.severity_of(issue),
        **DEFAULTS,
        "_links": {
            "self": api,
            "notes": f"{api}/notes",
            "award_emoji": f"{api}/award_emoji",
            "project": site.project(repository),
            "closed_as_duplicate_of": None,
        },
        "references": {
            "short": f"#{issue.number}",
            "relative": f"#{issue.number}",
            "full": f"{repository.full_name}#{issue.number}",
        },
    }
