"""What a perfect collector has to store of what the fake GitLab tells: the answer key, in OpsSight's words."""

from collections.abc import Iterator

from tests.fakes.github.issues import Issue
from tests.fakes.github.model import Attempt, Repository, Run
from tests.fakes.github.moments import moment, moment_or_none
from tests.fakes.github.truth import Record
from tests.fakes.github.truth import truth as shared_truth
from tests.fakes.github.world import World

from .builds import Build, builds_of, fresh_jobs, is_over, pipeline_status, stage_of, visible_attempts
from .extras import Extras
from .shapes_deployments import status_of, tier_of
from .shapes_pipelines import iid_of, source_of

STATUSES = {
    "failed": "failure",
    "canceled": "cancelled",
    "success": "success",
    "skipped": "skipped",
    "running": "running",
}
EVENTS = {"merge_request_event": "pull_request", "web": "workflow_dispatch"}
SHARED = ("repository", "schedule", "commit", "branch")


def truth(world: World, extras: Extras, *, reuses_skipped: bool = True) -> dict[str, list[Record]]:
    """Table name → rows, columns named as in OpsSight's shared rows; moments are aware, ids are text.

    Only columns that follow from GitLab's answers without a choice are given: compare those and leave the rest.
    """
    with world.lock:
        shared, projects, now = shared_truth(world), list(world.repositories.values()), world.now
        builds = [
            (run, builds_of(run, now, extras, reuses_skipped=reuses_skipped))
            for project in projects
            for run in project.runs
            if run.created_at <= now
        ]
        return {
            **{table: shared[table] for table in SHARED},
            "pull_request": [_merge_request(row) for row in shared["pull_request"]],
            "environment": [{**row, "tier": tier_of(str(row["name"]))} for row in shared["environment"]],
            "pipeline_run": [row for run, found in builds for row in _runs(run, found, now, extras)],
            "pipeline_job": [_job(run, build, now, extras) for run, found in builds for build in found],
            "deployment": [row for project in projects for row in _deployments(project, now)],
            "incident": [
                _incident(project, issue, extras)
                for project in projects
                for issue in project.issues.values()
                if "incident" in issue.labels or issue.id in extras.incidents
            ],
        }


def told_attempts(run: Run, now: int) -> list[Attempt]:
    """The attempts that left a trace: an attempt after the first is only known by the jobs that it made."""
    return [each for each in visible_attempts(run, now) if each.number == 1 or fresh_jobs(each)]


def _runs(run: Run, builds: list[Build], now: int, extras: Extras) -> Iterator[Record]:
    """A row for every attempt; the last one's words are the pipeline's."""
    attempts, newest = told_attempts(run, now), visible_attempts(run, now)[-1]
    for attempt in attempts[:-1]:
        yield {**_identity(run, attempt), **_ended(attempt)}
    word = pipeline_status(run, now, extras)
    row = {
        **_identity(run, attempts[-1]),
        "status": STATUSES.get(word, "queued"),
        "finished_at": moment_or_none(newest.finished_at if is_over(word) else None),
        "updated_at": moment(newest.updated_at(now)),
    }
    yield row if builds else {**row, "actor": run.actor.login}


def _identity(run: Run, attempt: Attempt) -> Record:
    source = source_of(run)
    return {
        "id": str(run.id),
        "attempt": attempt.number,
        "number": iid_of(run),
        "repo": run.repository.full_name,
        "pipeline": run.workflow.name,
        "branch": run.branch,
        "is_default_branch": run.branch == run.repository.default_branch,
        "sha": run.sha,
        "event": EVENTS.get(source, source),
        "actor": attempt.actor.login,
        "created_at": moment(run.created_at),
        "started_at": moment(attempt.queued_at),
    }


def _ended(attempt: Attempt) -> Record:
    """What the jobs of an earlier attempt tell of it."""
    ran = [job for job in attempt.jobs if job.conclusion != "skipped"]
    words = {job.conclusion for job in ran}
    status = "failure" if words & {"failure", "timed_out"} else "cancelled" if "cancelled" in words else "success"
    return {"status": status, "finished_at": moment(max(job.finished_at for job in ran))}


def _job(run: Run, build: Build, now: int, extras: Extras) -> Record:
    """When it began to wait is only told of jobs that began: by how long they had waited."""
    has_begun = build.has_begun(now)
    waited = {"created_at": moment(build.job.created_at)} if has_begun else {}
    is_done = build.status in ("success", "failed", "canceled")
    return {
        "id": str(build.id),
        "run_id": str(run.id),
        "attempt": build.attempt.number,
        "repo": run.repository.full_name,
        "pipeline": run.workflow.name,
        "branch": run.branch,
        "name": build.name,
        "runner": build.job.runner if has_begun else "",
        "runner_labels": list(build.job.blueprint.labels),
        "status": STATUSES.get(build.status, "queued"),
        **waited,
        "started_at": moment_or_none(build.job.started_at if has_begun else None),
        "finished_at": moment_or_none(build.job.finished_at if is_done else None),
        "stage": stage_of(run, build.name),
        "may_fail": build.name in extras.may_fail,
    }


def _merge_request(row: Record) -> Record:
    """The title of a draft begins with the word: whether that is part of it is a choice."""
    return {key: value for key, value in row.items() if key != "title" or not row["draft"]}


def _deployments(project: Repository, now: int) -> Iterator[Record]:
    for each in project.deployments:
        if each.created_at <= now:
            word = status_of(each, now)
            seen = [status.created_at for status in each.visible_statuses(now) if status.state != "inactive"]
            yield {
                "id": str(each.id),
                "repo": project.full_name,
                "environment": each.environment,
                "tier": tier_of(each.environment),
                "sha": each.sha,
                "status": STATUSES.get(word, "queued"),
                "actor": each.creator.login,
                "run_id": str(each.run_id),
                "created_at": moment(each.created_at),
                "finished_at": moment(seen[-1]) if word in ("success", "failed", "canceled") else None,
            }


def _incident(project: Repository, issue: Issue, extras: Extras) -> Record:
    severity = extras.severity_of(issue)
    return {
        "id": str(issue.id),
        "repo": project.full_name,
        "title": issue.title,
        "state": "open" if issue.closed_at is None else "resolved",
        "severity": severity.lower(),
        "opened_at": moment(issue.created_at),
        "resolved_at": moment_or_none(issue.closed_at),
        "assignees": [each.login for each in issue.assignees],
    }
