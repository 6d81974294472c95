"""The bodies of push, merge request, issue and comment webhooks."""

from tests.fakes.github.issues import Issue
from tests.fakes.github.model import Commit, PullRequest, Repository, User

from .call import Call
from .hook_parts import hooked_commit_shape, hooked_project_shape, label_shape, person_shape, place_shape
from .moments import spoken, spoken_or_none
from .shapes_issues import state_of as state_of_issue
from .shapes_merge_requests import Note, merge_request_shape, state_of
from .shapes_pipelines import NOTHING
from .site import Json


def push_payload(call: Call, repository: Repository, commit: Commit, ref: str) -> Json:
    """A push of one commit to a branch, or of a tag."""
    kind, who = "tag_push" if ref.startswith("refs/tags/") else "push", commit.author
    files = {
        "added": [file.path for file in commit.files if file.status == "added"],
        "modified": [file.path for file in commit.files if file.status == "modified"],
        "removed": [file.path for file in commit.files if file.status == "removed"],
    }
    is_new = kind == "tag_push" or not commit.parents
    return {
        "object_kind": kind,
        "event_name": kind,
        "before": NOTHING if is_new else commit.parents[0],
        "after": commit.sha,
        "ref": ref,
        "ref_protected": ref.endswith(f"/{repository.default_branch}"),
        "checkout_sha": commit.sha,
        "message": None,
        "user_id": who.id,
        "user_name": who.login,
        "user_username": who.login,
        "user_email": "",
        "user_avatar": None,
        "project_id": repository.id,
        "project": hooked_project_shape(call.site, repository),
        "commits": [{**hooked_commit_shape(call.site, repository, commit), **files}],
        "total_commits_count": 1,
        "push_options": {},
        "repository": place_shape(call.site, repository),
    }


def merge_request_payload(call: Call, repository: Repository, pull: PullRequest, action: str, actor: User) -> Json:
    """A merge request; of the one who did something it tells the most, of the author only the id."""
    whole, site = merge_request_shape(call, repository, pull), call.site
    kept = (
        "id",
        "iid",
        "title",
        "description",
        "source_branch",
        "target_branch",
        "source_project_id",
        "target_project_id",
        "merge_status",
        "detailed_merge_status",
        "merge_commit_sha",
        "draft",
        "work_in_progress",
        "blocking_discussions_resolved",
    )
    labels = [label_shape(repository, name) for name in pull.labels]
    return {
        "object_kind": "merge_request",
        "event_type": "merge_request",
        "user": person_shape(actor),
        "project": hooked_project_shape(site, repository),
        "object_attributes": {
            **{key: whole[key] for key in kept},
            "author_id": pull.author.id,
            "assignee_id": None,
            "assignee_ids": [],
            "reviewer_ids": [],
            "milestone_id": None,
            "head_pipeline_id": None,
            "merge_error": None,
            "merge_params": {"force_remove_source_branch": "1"},
            "merge_user_id": pull.merged_by.id if pull.merged_by else None,
            "merge_when_pipeline_succeeds": False,
            "created_at": spoken(pull.created_at),
            "updated_at": spoken(pull.updated_at),
            "last_edited_at": None,
            "last_edited_by_id": None,
            "updated_by_id": None,
            "state": state_of(pull),
            "state_id": {"opened": 1, "closed": 2, "merged": 3}[state_of(pull)],
            "time_estimate": 0,
            "total_time_spent": 0,
            "human_time_estimate": None,
            "human_total_time_spent": None,
            "url": whole["web_url"],
            "source": hooked_project_shape(site, repository),
            "target": hooked_project_shape(site, repository),
            "last_commit": hooked_commit_shape(site, repository, repository.commits[pull.head_sha]),
            "labels": labels,
            "action": action,
        },
        "labels": labels,
        "changes": {},
        "repository": {key: place_shape(site, repository)[key] for key in ("name", "url", "description", "homepage")},
    }


def issue_payload(call: Call, repository: Repository, issue: Issue, action: str) -> Json:
    """An issue or an incident."""
    site = call.site
    labels = [label_shape(repository, name) for name in issue.labels]
    word = call.extras.kind_of(issue)
    kind = "issue" if word == "issue" else "work_item"
    return {
        "object_kind": kind,
        "event_type": kind,
        "user": person_shape(issue.author),
        "project": hooked_project_shape(site, repository),
        "object_attributes": {
            "id": issue.id,
            "iid": issue.number,
            "title": issue.title,
            "description": "",
            "author_id": issue.author.id,
            "assignee_ids": [each.id for each in issue.assignees],
            "assignee_id": issue.assignees[0].id if issue.assignees else None,
            "project_id": repository.id,
            "created_at": spoken(issue.created_at),
            "updated_at": spoken(issue.updated_at),
            "closed_at": spoken_or_none(issue.closed_at),
            "last_edited_at": None,
            "last_edited_by_id": None,
            "milestone_id": None,
            "state_id": 1 if issue.closed_at is None else 2,
            "confidential": False,
            "due_date": None,
            "moved_to_id": None,
            "time_estimate": 0,
            "total_time_spent": 0,
            "relative_position": None,
            "type": word.capitalize(),
            "url": f"{site.page(repository)}/-/issues/{issue.number}",
            "state": state_of_issue(issue),
            "action": action,
            "severity": call.extras.severity_of(issue).lower(),
            "labels": labels,
        },
        "labels": labels,
        "changes": {},
        "repository": {key: place_shape(site, repository)[key] for key in ("name", "url", "description", "homepage")},
        "assignees": [person_shape(each) for each in issue.assignees],
    }


def note_payload(call: Call, repository: Repository, pull: PullRequest, note: Note) -> Json:
    """A comment on a merge request."""
    whole = merge_request_payload(call, repository, pull, "update", note.author)
    page = f"{call.site.page(repository)}/-/merge_requests/{pull.number}"
    return {
        "object_kind": "note",
        "event_type": "note",
        "user": person_shape(note.author),
        "project_id": repository.id,
        "project": hooked_project_shape(call.site, repository),
        "repository": whole["repository"],
        "object_attributes": {
            "id": note.id,
            "note": note.body,
            "noteable_type": "MergeRequest",
            "author_id": note.author.id,
            "created_at": spoken(note.at),
            "updated_at": spoken(note.at),
            "project_id": repository.id,
            "attachment": None,
            "line_code": None,
            "commit_id": "",
            "noteable_id": pull.id,
            "system": note.is_system,
            "st_diff": None,
            "action": "create",
            "url": f"{page}#note_{note.id}",
        },
        "merge_request": whole["object_attributes"],
    }
