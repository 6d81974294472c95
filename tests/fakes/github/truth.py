"""What a perfect collector has to store of a world: the answer key of the tests, in OpsSight's words."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from .model import Attempt, Deployment, Job, PullRequest, Repository, Run
from .moments import moment, moment_or_none
from .shapes_actions import step_conclusion

if TYPE_CHECKING:
    from collections.abc import Callable

    from .world import World

Record = dict[str, object]
STATUSES = {
    "success": "success",
    "failure": "failure",
    "timed_out": "failure",
    "startup_failure": "failure",
    "cancelled": "cancelled",
    "skipped": "skipped",
    "neutral": "skipped",
    "stale": "skipped",
    "action_required": "queued",
    "in_progress": "running",
    "queued": "queued",
    "waiting": "queued",
    "pending": "queued",
    "requested": "queued",
}
DEPLOYMENT_STATUSES = {"in_progress": "running", "success": "success", "failure": "failure", "error": "failure"}


def truth(world: World) -> dict[str, list[Record]]:
    """Table name → rows, columns named as in OpsSight's shared rows; moments are aware, ids are text.

    Only columns that follow from GitHub's answers without a choice are given: compare those and leave the rest.
    """
    with world.lock:
        repositories = list(world.repositories.values())
        return {
            "repository": [_repository(each) for each in repositories],
            "pipeline_run": _each(repositories, lambda each: pipeline_runs(each, world.now)),
            "pipeline_job": _each(repositories, lambda each: pipeline_jobs(each, world.now)),
            "schedule": _each(repositories, _schedules),
            "commit": _each(repositories, _commits),
            "pull_request": _each(repositories, lambda each: [_pull(each, pull) for pull in each.pulls.values()]),
            "branch": _each(repositories, _branches),
            "deployment": _each(repositories, lambda each: _deployments(each, world.now)),
            "environment": _each(repositories, _environments),
            "incident": _each(repositories, _incidents),
            "test_result": _each(repositories, lambda each: _test_results(each, world.now)),
        }


def _each(repositories: list[Repository], rows: Callable[[Repository], list[Record]]) -> list[Record]:
    return list(chain.from_iterable(rows(repository) for repository in repositories))


def _repository(repository: Repository) -> Record:
    return {
        "repo": repository.full_name,
        "default_branch": repository.default_branch,
        "is_archived": repository.is_archived,
        "visibility": "private" if repository.is_private else "public",
        "created_at": moment(repository.created_at),
        "pushed_at": moment(repository.pushed_at),
    }


def pipeline_runs(repository: Repository, now: int) -> list[Record]:
    """A row for every attempt of every run."""
    return [_run(run, attempt, now) for run in repository.runs for attempt in run.attempts]


def _run(run: Run, attempt: Attempt, now: int) -> Record:
    word = attempt.visible_conclusion(now) or attempt.status(now)
    is_over = attempt.finished_at <= now and STATUSES[word] != "queued"
    return {
        "id": str(run.id),
        "attempt": attempt.number,
        "number": run.number,
        "repo": run.repository.full_name,
        "pipeline": run.workflow.name,
        "branch": run.branch,
        "is_default_branch": run.branch == run.repository.default_branch,
        "sha": run.sha,
        "event": run.event,
        "actor": attempt.actor.login,
        "title": run.title,
        "status": STATUSES[word],
        "created_at": moment(run.created_at),
        "started_at": moment(attempt.queued_at),
        "finished_at": moment(attempt.finished_at) if is_over else None,
        "updated_at": moment(attempt.updated_at(now)),
    }


def pipeline_jobs(repository: Repository, now: int) -> list[Record]:
    """A row for every job that exists by now, of every attempt."""
    return [
        _job(run, attempt, job, now)
        for run in repository.runs
        for attempt in run.attempts
        for job in attempt.jobs
        if job.created_at <= now
    ]


def _job(run: Run, attempt: Attempt, job: Job, now: int) -> Record:
    status = job.status(now)
    has_begun = now >= job.started_at and job.conclusion != "skipped"
    return {
        "id": str(job.id),
        "run_id": str(run.id),
        "attempt": attempt.number,
        "repo": run.repository.full_name,
        "pipeline": run.workflow.name,
        "branch": run.branch,
        "name": job.blueprint.name,
        "runner": job.runner if has_begun else "",
        "runner_labels": list(job.blueprint.labels),
        "status": STATUSES[job.conclusion if status == "completed" else status],
        "created_at": moment(job.created_at),
        "started_at": moment(job.started_at) if has_begun else None,
        "finished_at": moment(job.finished_at) if status == "completed" else None,
        "failed_step": _failed_step(job) if status == "completed" else "",
        "needs": list(job.blueprint.needs),
    }


def _failed_step(job: Job) -> str:
    if job.conclusion not in ("failure", "timed_out"):
        return ""
    names = enumerate(job.blueprint.steps)
    return next((name for index, name in names if step_conclusion(job, index) == "failure"), "")


def _schedules(repository: Repository) -> list[Record]:
    return [
        {"repo": repository.full_name, "pipeline": workflow.name, "cron": cron}
        for workflow in repository.workflows
        for cron in workflow.crons
    ]


def _commits(repository: Repository) -> list[Record]:
    return [
        {
            "repo": repository.full_name,
            "sha": commit.sha,
            "author": commit.author.login,
            "authored_at": moment(commit.authored_at),
            "committed_at": moment(commit.committed_at),
            "title": commit.message.split("\n")[0],
            "is_merge": len(commit.parents) > 1,
            "parents": list(commit.parents),
            "files": [file.path for file in commit.files],
            "reverts_sha": commit.message.partition("This reverts commit ")[2].rstrip("."),
        }
        for commit in repository.commits.values()
    ]


def _pull(repository: Repository, pull: PullRequest) -> Record:
    files = [file for sha in pull.commits for file in repository.commits[sha].files]
    others = [each for each in pull.reviews if each.author != pull.author]
    approvals = [each.submitted_at for each in others if each.state == "APPROVED"]
    return {
        "repo": repository.full_name,
        "number": pull.number,
        "title": pull.title,
        "author": pull.author.login,
        "state": "merged" if pull.merged_at else pull.state,
        "draft": pull.is_draft,
        "base": pull.base,
        "head": pull.head,
        "head_sha": pull.head_sha,
        "labels": list(pull.labels),
        "created_at": moment(pull.created_at),
        "first_commit_at": moment(min(repository.commits[sha].authored_at for sha in pull.commits)),
        "first_review_at": moment_or_none(min((each.submitted_at for each in others), default=None)),
        "approved_at": moment_or_none(min(approvals, default=None)),
        "merged_at": moment_or_none(pull.merged_at),
        "closed_at": moment_or_none(pull.closed_at),
        "merged_by": pull.merged_by.login if pull.merged_by else "",
        "merge_sha": pull.merge_sha or "",
        "additions": sum(file.additions for file in files),
        "deletions": sum(file.deletions for file in files),
        "review_count": len(others),
        "reviewers": sorted({each.author.login for each in others}),
        "updated_at": moment(pull.updated_at),
    }


def _branches(repository: Repository) -> list[Record]:
    return [
        {
            "repo": repository.full_name,
            "name": name,
            "head_sha": sha,
            "head_at": moment(repository.commits[sha].committed_at),
            "is_default": name == repository.default_branch,
        }
        for name, sha in repository.branches.items()
    ]


def _deployments(repository: Repository, now: int) -> list[Record]:
    return [_deployment(repository, each, now) for each in repository.deployments if each.created_at <= now]


def _deployment(repository: Repository, deployment: Deployment, now: int) -> Record:
    """Becoming inactive is no failure: the last status before that counts."""
    seen = [each for each in deployment.visible_statuses(now) if each.state != "inactive"]
    word = DEPLOYMENT_STATUSES[seen[-1].state] if seen else "queued"
    is_over = word in ("success", "failure")
    return {
        "id": str(deployment.id),
        "repo": repository.full_name,
        "environment": deployment.environment,
        "sha": deployment.sha,
        "status": word,
        "actor": deployment.creator.login,
        "run_id": str(deployment.run_id),
        "created_at": moment(deployment.created_at),
        "finished_at": moment(seen[-1].created_at) if is_over else None,
    }


def _environments(repository: Repository) -> list[Record]:
    return [{"repo": repository.full_name, "name": each.name} for each in repository.environments]


def _incidents(repository: Repository) -> list[Record]:
    """Issues that carry the label `incident`."""
    return [
        {
            "id": str(issue.id),
            "repo": repository.full_name,
            "service": repository.name,
            "title": issue.title,
            "state": "open" if issue.state == "open" else "resolved",
            "opened_at": moment(issue.created_at),
            "resolved_at": moment_or_none(issue.closed_at),
            "assignees": [each.login for each in issue.assignees],
        }
        for issue in repository.issues.values()
        if "incident" in issue.labels
    ]


def _test_results(repository: Repository, now: int) -> list[Record]:
    """The tests in the artifacts that have not expired, of attempts that have ended."""
    return [
        {
            "run_id": str(artifact.run.id),
            "attempt": artifact.attempt,
            "repo": repository.full_name,
            "pipeline": artifact.run.workflow.name,
            "branch": artifact.run.branch,
            "sha": artifact.run.sha,
            "suite": suite,
            "name": name,
            "status": status,
            "ran_at": moment(artifact.created_at),
        }
        for artifact in repository.artifacts
        for suite, name, status in artifact.results
        if artifact.run.attempts[artifact.attempt - 1].finished_at <= now
    ]
