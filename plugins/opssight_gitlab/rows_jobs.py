"""GitLab's jobs as rows. Pure functions of GitLab's JSON."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from datasource_server import sdk
from opssight_gitlab.attempts import numbers_of
from opssight_gitlab.ci_file import Definition
from opssight_gitlab.rows_pipelines import Origin
from opssight_gitlab.words import Json, is_open, latest, moment, moment_or_none, to_pipeline_name, to_status

UNASKED = ("created", "scheduled")
"""Jobs that nobody waits for yet: they become rows once they wait for a runner."""


def to_jobs(pipeline: Json, jobs: Sequence[Json], origin: Origin) -> list[sdk.PipelineJob]:
    """Return a row for each job that was asked to run, of every attempt."""
    numbers, needs = numbers_of(pipeline, jobs), needs_of(jobs, origin.definition)
    name, branch = to_pipeline_name(pipeline), origin.branch(pipeline)
    return [
        to_job(
            job,
            repo=origin.repo,
            pipeline=name,
            branch=branch,
            attempt=numbers[str(job["id"])],
            needs=needs[str(job["id"])],
        )
        for job in jobs
        if job["status"] not in UNASKED
    ]


def needs_of(jobs: Sequence[Json], definition: Definition) -> dict[str, list[str]]:
    """Return job id → names of the jobs that it waits for: as its definition says, else all of the stage before.

    GitLab does not tell the order of the stages, but makes a pipeline's jobs in it.
    """
    stages: dict[str, dict[str, None]] = {}
    for job in sorted(jobs, key=lambda each: int(each["id"])):
        stages.setdefault(job.get("stage") or "", {})[job["name"]] = None
    before: dict[str, list[str]] = {}
    last: list[str] = []
    for stage, own in stages.items():
        before[stage], last = last, list(own)
    names = [name for stage in stages.values() for name in stage]
    return {str(job["id"]): _needs(job, names, definition, before[job.get("stage") or ""]) for job in jobs}


def _needs(job: Json, names: Sequence[str], definition: Definition, before: list[str]) -> list[str]:
    told = definition.needs_of(job["name"])
    return before if told is None else [name for name in names if definition.key_of(name) in told]


def to_job(job: Json, *, repo: str, **known: Any) -> sdk.PipelineJob:  # noqa: ANN401  columns of several types
    """Return the row of one job; what is not `known` (pipeline, branch, attempt, needs) is left as it is stored.

    A job began to wait as long before its start as GitLab says that it was queued, not when its pipeline was made. One
    that waits for a person counts as skipped until somebody lets it run.
    """
    word, runner = job["status"], job.get("runner") or {}
    started_at, finished_at = moment_or_none(job.get("started_at")), moment_or_none(job.get("finished_at"))
    status = "skipped" if word == "manual" else to_status(word)
    created_at = _asked_at(job, started_at)
    is_over = status not in ("queued", "running")
    known |= {"runner_labels": job["tag_list"]} if job.get("tag_list") is not None else {}
    return sdk.PipelineJob(
        id=str(job["id"]),
        run_id=str(job["pipeline"]["id"]),
        repo=repo,
        url=job.get("web_url") or "",
        name=job["name"],
        runner=runner.get("description") or runner.get("name") or "",
        status=status,
        conclusion=(job.get("failure_reason") or word) if status == "failure" else word,
        created_at=created_at,
        started_at=started_at,
        finished_at=_end(word, created_at, started_at, finished_at) if is_over else None,
        queued_seconds=max(0.0, (started_at - created_at).total_seconds()) if started_at else None,
        stage=job.get("stage") or "",
        may_fail=bool(job.get("allow_failure")),
        **known,
    )


def _asked_at(job: Json, started_at: datetime | None) -> datetime:
    waited, created_at = job.get("queued_duration"), moment(job["created_at"])
    if started_at is None or waited is None:
        return created_at
    return max(created_at, started_at - timedelta(seconds=waited))


def _end(word: str, created_at: datetime, started_at: datetime | None, finished_at: datetime | None) -> datetime | None:
    """Return when a job ended; one that was skipped ended as it was made, and nothing ends before it began."""
    if finished_at is None:
        return None if word == "manual" else latest([created_at, started_at])
    return latest([finished_at, started_at])


def has_report(job: Json) -> bool:
    """Return whether a job that ended left a JUnit report."""
    kinds = {each.get("file_type") for each in job.get("artifacts") or ()}
    return "junit" in kinds and not is_open(job["status"])
