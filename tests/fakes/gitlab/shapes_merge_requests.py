"""The shapes of merge requests, their notes and approvals."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from tests.fakes.github.model import ChangedFile, PullRequest, Repository, Run, User

from .call import Call
from .moments import iso, iso_or_none
from .shapes_pipelines import basic_pipeline_shape, pipeline_shape
from .site import Json, Site, user_or_none, user_shape

DEFAULTS: Json = {
    "user_notes_count": 0,
    "upvotes": 0,
    "downvotes": 0,
    "milestone": None,
    "merge_when_pipeline_succeeds": False,
    "discussion_locked": None,
    "should_remove_source_branch": None,
    "force_remove_source_branch": True,
    "time_stats": {
        "time_estimate": 0,
        "total_time_spent": 0,
        "human_time_estimate": None,
        "human_total_time_spent": None,
    },
    "task_completion_status": {"count": 0, "completed_count": 0},
    "has_conflicts": False,
    "blocking_discussions_resolved": True,
    "approvals_before_merge": None,
    "imported": False,
    "imported_from": "none",
}
WORDS = {
    "APPROVED": "approved this merge request",
    "DISMISSED": "unapproved this merge request",
    "CHANGES_REQUESTED": "requested changes",
}


def state_of(pull: PullRequest) -> str:
    """opened, closed or merged."""
    return "merged" if pull.merged_at else "closed" if pull.closed_at else "opened"


def merge_request_shape(call: Call, repository: Repository, pull: PullRequest) -> Json:
    """A merge request as lists show it. A merged one has no `closed_at`."""
    state, page = state_of(pull), f"{call.site.page(repository)}/-/merge_requests/{pull.number}"
    return {
        "id": pull.id,
        "iid": pull.number,
        "project_id": repository.id,
        "title": f"Draft: {pull.title}" if pull.is_draft else pull.title,
        "description": "",
        "state": state,
        "created_at": iso(pull.created_at),
        "updated_at": iso(pull.updated_at),
        "merged_by": user_or_none(call.site, pull.merged_by),
        "merge_user": user_or_none(call.site, pull.merged_by),
        "merged_at": iso_or_none(pull.merged_at),
        "prepared_at": iso(pull.created_at),
        "closed_by": user_shape(call.site, pull.author) if state == "closed" else None,
        "closed_at": iso_or_none(pull.closed_at if state == "closed" else None),
        "target_branch": pull.base,
        "source_branch": pull.head,
        "author": user_shape(call.site, pull.author),
        "assignees": [user_shape(call.site, pull.author)],
        "assignee": user_shape(call.site, pull.author),
        "reviewers": [user_shape(call.site, each) for each in _reviewers(pull)],
        "source_project_id": repository.id,
        "target_project_id": repository.id,
        "labels": list(pull.labels),
        "draft": pull.is_draft,
        "work_in_progress": pull.is_draft,
        "merge_status": "can_be_merged",
        "detailed_merge_status": "mergeable" if state == "opened" else "not_open",
        "merge_after": None,
        "sha": pull.head_sha,
        **_merged_as(repository, pull),
        "reference": f"!{pull.number}",
        "references": {
            "short": f"!{pull.number}",
            "relative": f"!{pull.number}",
            "full": f"{repository.full_name}!{pull.number}",
        },
        "web_url": page,
        **DEFAULTS,
    }


def _reviewers(pull: PullRequest) -> list[User]:
    return list({each.author.login: each.author for each in pull.reviews if each.author != pull.author}.values())


def _merged_as(repository: Repository, pull: PullRequest) -> Json:
    """A merge commit, or, where the project only fast-forwards, a squashed one."""
    merged = repository.commits.get(pull.merge_sha or "")
    is_squash = merged is not None and len(merged.parents) == 1
    return {
        "merge_commit_sha": None if is_squash else pull.merge_sha,
        "squash_commit_sha": pull.merge_sha if is_squash else None,
        "squash": is_squash,
        "squash_on_merge": is_squash,
    }


def full_merge_request_shape(call: Call, repository: Repository, pull: PullRequest) -> Json:
    """A merge request as its own address shows it."""
    runs = runs_of(repository, pull, call.now)
    return {
        **merge_request_shape(call, repository, pull),
        "subscribed": False,
        "changes_count": str(len(changed_files(repository, pull))),
        "latest_build_started_at": None,
        "latest_build_finished_at": None,
        "first_deployed_to_production_at": None,
        "pipeline": basic_pipeline_shape(call, runs[-1]) if runs else None,
        "head_pipeline": pipeline_shape(call, runs[-1]) if runs else None,
        "diff_refs": {"base_sha": pull.base_sha, "head_sha": pull.head_sha, "start_sha": pull.base_sha},
        "merge_error": None,
        "first_contribution": False,
        "user": {"can_merge": True},
    }


def runs_of(repository: Repository, pull: PullRequest, now: int) -> list[Run]:
    """The pipelines of a merge request by now, oldest first."""
    return [run for run in repository.runs if pull.number in run.pull_numbers and run.created_at <= now]


def changed_files(repository: Repository, pull: PullRequest) -> list[ChangedFile]:
    """What the branch changes: each path once, its commits' lines summed."""
    found: dict[str, ChangedFile] = {}
    for file in (file for sha in pull.commits for file in repository.commits[sha].files):
        before = found.get(file.path)
        lines = (before.additions, before.deletions) if before else (0, 0)
        summed = replace(file, additions=file.additions + lines[0], deletions=file.deletions + lines[1])
        found[file.path] = replace(summed, status=before.status) if before else summed
    return [found[path] for path in sorted(found)]


@dataclass(frozen=True, slots=True)
class Note:
    """A comment, or what GitLab wrote about somebody's deed."""

    id: int
    body: str
    author: User
    at: int
    is_system: bool


def notes_of(pull: PullRequest) -> list[Note]:
    """One note for every review, and what GitLab says about merging and asking for reviews; oldest first."""
    found = [*_reviews(pull), *_deeds(pull)]
    return sorted(found, key=lambda note: (note.at, note.id))


def _reviews(pull: PullRequest) -> Iterator[Note]:
    for given in pull.reviews:
        word = WORDS.get(given.state)
        yield Note(given.id, word or given.body or "A remark.", given.author, given.submitted_at, word is not None)


def _deeds(pull: PullRequest) -> Iterator[Note]:
    first = pull.id * 10
    asked = " and ".join(f"@{each.login}" for each in _reviewers(pull))
    if asked:
        yield Note(first, f"requested review from {asked}", pull.author, pull.created_at, is_system=True)
    if pull.merged_at and pull.merged_by:
        yield Note(first + 1, "merged", pull.merged_by, pull.merged_at, is_system=True)
    elif pull.closed_at:
        yield Note(first + 2, "closed", pull.author, pull.closed_at, is_system=True)


def note_shape(site: Site, repository: Repository, pull: PullRequest, note: Note) -> Json:
    """A note of a merge request."""
    return {
        "id": note.id,
        "type": None,
        "body": note.body,
        "attachment": None,
        "author": user_shape(site, note.author),
        "created_at": iso(note.at),
        "updated_at": iso(note.at),
        "system": note.is_system,
        "noteable_id": pull.id,
        "noteable_type": "MergeRequest",
        "project_id": repository.id,
        "resolvable": False,
        "confidential": False,
        "internal": False,
        "imported": False,
        "imported_from": "none",
        "noteable_iid": pull.number,
        "commands_changes": {},
    }


def approvals_shape(call: Call, repository: Repository, pull: PullRequest) -> Json:
    """Who approves now: somebody who took it back doesn't."""
    standing: dict[str, tuple[User, int]] = {}
    for given in pull.reviews:
        if given.state == "APPROVED":
            standing.setdefault(given.author.login, (given.author, given.submitted_at))
        elif given.state == "DISMISSED":
            standing.pop(given.author.login, None)
    approved = [{"user": user_shape(call.site, who), "approved_at": iso(at)} for who, at in standing.values()]
    keys = ("id", "iid", "project_id", "title", "description", "state", "created_at", "updated_at", "merge_status")
    whole = merge_request_shape(call, repository, pull)
    return {
        **{key: whole[key] for key in keys},
        "approved": bool(approved),
        "approvals_required": 0,
        "approvals_left": 0,
        "require_password_to_approve": False,
        "approved_by": approved,
        "suggested_approvers": [],
        "approvers": [],
        "approver_groups": [],
        "user_has_approved": False,
        "user_can_approve": True,
        "approval_rules_left": [],
        "has_approval_rules": False,
        "merge_request_approvers_available": False,
        "multiple_approval_rules_available": False,
    }
