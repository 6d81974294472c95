"""GitHub's repositories, runs, jobs and steps as rows. Pure functions of GitHub's JSON."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from datasource_server import sdk
from opssight_github.words import Json, first_line, login, seconds_between, to_status


def to_repository(repository: Json) -> sdk.Repository:
    """Return the row of a repository as lists, its own address and webhooks show it."""
    return sdk.Repository(
        repo=repository["full_name"],
        url=repository.get("html_url") or "",
        default_branch=repository.get("default_branch") or "",
        is_archived=bool(repository.get("archived")),
        visibility=repository.get("visibility") or ("private" if repository.get("private") else "public"),
        description=repository.get("description") or "",
        created_at=repository.get("created_at"),
        pushed_at=repository.get("pushed_at"),
        updated_at=repository.get("updated_at"),
    )


def to_run(run: Json, *, default_branch: str) -> sdk.PipelineRun:
    """Return the row of one attempt; what it waited for is only known from its jobs and left as it is stored.

    A run of a fork is never on the default branch, whatever its branch is called.
    """
    repository, head = run["repository"]["full_name"], run.get("head_repository") or {}
    status, is_fork = to_status(run["status"], run["conclusion"]), head.get("full_name", repository) != repository
    is_over = run["status"] == "completed" and status != "queued"
    branch, started_at = run.get("head_branch") or "", run.get("run_started_at") or run["created_at"]
    return sdk.PipelineRun(
        id=str(run["id"]),
        attempt=run.get("run_attempt") or 1,
        number=run.get("run_number"),
        repo=repository,
        url=_run_page(run),
        pipeline=pipeline_name(run),
        branch=branch,
        is_default_branch=bool(branch) and branch == default_branch and not is_fork,
        sha=run.get("head_sha") or "",
        event=run.get("event") or "",
        actor=login(run.get("triggering_actor") or run.get("actor")),
        title=run.get("display_title") or first_line((run.get("head_commit") or {}).get("message")),
        status=status,
        conclusion=run["conclusion"] or run["status"] or "",
        created_at=run["created_at"],
        started_at=started_at,
        finished_at=_not_before(started_at, run["updated_at"]) if is_over else None,
        pull_request=next((each["number"] for each in run.get("pull_requests") or ()), None),
        updated_at=run["updated_at"],
    )


def pipeline_name(run: Json) -> str:
    """Return the workflow's name, or its file's where it has none."""
    return run.get("name") or (run.get("path") or "").rpartition("/")[2].partition("@")[0] or "workflow"


def _run_page(run: Json) -> str:
    page, attempt = run.get("html_url") or "", run.get("run_attempt") or 1
    return f"{page}/attempts/{attempt}" if page and attempt > 1 else page


def _not_before(first: str, last: str) -> str:
    """Return the later of two moments: where two clocks disagree, nothing ends before it began."""
    return last if seconds_between(first, last) else first


def to_job(job: Json, *, repo: str, pipeline: str = "", needs: Sequence[str] | None = None) -> sdk.PipelineJob:
    """Return the row of one job; `needs` is left as it is stored where it is not known here."""
    has_begun = job["status"] in ("in_progress", "completed") and job["conclusion"] != "skipped"
    created_at = job.get("created_at") or job["started_at"]
    started_at = job["started_at"] if has_begun else None
    known: dict[str, Any] = {} if needs is None else {"needs": list(needs)}
    return sdk.PipelineJob(
        id=str(job["id"]),
        run_id=str(job["run_id"]),
        attempt=job.get("run_attempt") or 1,
        repo=repo,
        url=job.get("html_url") or "",
        pipeline=job.get("workflow_name") or pipeline,
        branch=job.get("head_branch") or "",
        name=job["name"],
        runner=(job.get("runner_name") or "") if has_begun else "",
        runner_labels=job.get("labels") or [],
        status=to_status(job["status"], job["conclusion"]),
        conclusion=job["conclusion"] or job["status"],
        created_at=created_at,
        started_at=started_at,
        finished_at=_end(job, started_at),
        queued_seconds=seconds_between(created_at, started_at),
        failed_step=_failed_step(job),
        **known,
    )


def _end(job: Json, started_at: str | None) -> str | None:
    ended: str | None = job.get("completed_at") if job["status"] == "completed" else None
    return _not_before(started_at, ended) if started_at and ended else ended


def _failed_step(job: Json) -> str:
    if job["conclusion"] not in ("failure", "timed_out"):
        return ""
    failed = (each["name"] for each in job.get("steps") or () if each["conclusion"] in ("failure", "timed_out"))
    return next(failed, "")


def to_steps(job: Json, *, repo: str) -> list[sdk.PipelineStep]:
    """Return a row for each step of a job."""
    return [
        sdk.PipelineStep(
            job_id=str(job["id"]),
            number=step["number"],
            repo=repo,
            name=step["name"],
            status=to_status(step["status"], step["conclusion"]),
            started_at=step.get("started_at"),
            finished_at=step.get("completed_at"),
        )
        for step in job.get("steps") or ()
    ]


def queued_seconds(asked_at: datetime, jobs: Sequence[sdk.PipelineJob]) -> float | None:
    """Return how long an attempt waited from being asked for to its first job's start."""
    starts = [job.started_at for job in jobs if job.started_at]
    return max(0.0, (min(starts) - asked_at).total_seconds()) if starts else None
