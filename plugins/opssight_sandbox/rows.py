"""Plans as rows, as they are seen at a moment: what lies ahead is queued, running or not there yet."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from random import Random

from datasource_server import sdk
from opssight_sandbox.logs import log_lines
from opssight_sandbox.organisation import LABELS, WEB
from opssight_sandbox.plans import CRONS, PIPELINES, STEPS, JobPlan, RunPlan

STEP_SHARES = (0.02, 0.05, 0.08, 0.2, 0.6, 0.05)


def status_at(now: datetime, begin: datetime, end: datetime, result: sdk.Status) -> sdk.Status:
    """Return what is seen of something that begins and ends then."""
    if now >= end:
        return result
    return "running" if now >= begin else "queued"


def run_rows(plan: RunPlan, now: datetime) -> Iterator[sdk.Row]:
    """Yield the run's attempt with its jobs and, where one failed, its steps and log lines."""
    end = _end(plan)
    yield _run(plan, end, now)
    for job, begin, ended in plan.jobs():
        yield from _job_rows(plan, job, begin, min(ended, end), now)


def _run(plan: RunPlan, end: datetime, now: datetime) -> sdk.PipelineRun:
    status = status_at(now, plan.begins_at, end, _result(plan))
    asked = plan.created_at if plan.attempt == 1 else plan.begins_at - timedelta(seconds=10)
    past = [at for at in (plan.created_at, plan.begins_at, end) if at <= max(now, plan.created_at)]
    return sdk.PipelineRun(
        id=plan.id,
        attempt=plan.attempt,
        repo=plan.service.repo,
        pipeline=plan.pipeline,
        branch=plan.branch,
        is_default_branch=plan.branch == "main",
        sha=plan.sha,
        event=plan.event,
        actor=plan.actor,
        title=plan.title,
        status=status,
        conclusion="" if status in ("queued", "running") else status,
        created_at=plan.created_at,
        started_at=plan.begins_at if now >= plan.begins_at else None,
        finished_at=end if now >= end else None,
        queued_seconds=max((plan.begins_at - asked).total_seconds(), 0) if now >= plan.begins_at else None,
        pull_request=plan.pull_request,
        updated_at=max(past),
        url=f"{WEB}/{plan.service.name}/runs/{plan.id}/attempts/{plan.attempt}",
    )


def _result(plan: RunPlan) -> sdk.Status:
    if plan.is_cancelled:
        return "cancelled"
    return "failure" if plan.failing_job else "success"


def _end(plan: RunPlan) -> datetime:
    """Return when the attempt ends; one that was cancelled ends half-way."""
    half = plan.begins_at + (plan.ends_at - plan.begins_at) / 2
    return half if plan.is_cancelled else plan.ends_at


def _job_rows(plan: RunPlan, job: JobPlan, begin: datetime, end: datetime, now: datetime) -> Iterator[sdk.Row]:
    created_at = begin if job.needs else plan.begins_at - timedelta(seconds=1)
    if created_at > now or begin >= end:
        return
    row = _job(plan, job, begin, end, now).model_copy(update={"created_at": created_at})
    yield row
    is_failing, has_ended = job.name == plan.failing_job, now >= end
    if has_ended and (is_failing or now - end < timedelta(days=3)):
        yield from _step_rows(plan, row.id, begin, end, is_failing=is_failing)
    if has_ended and is_failing:
        yield from _log_rows(plan, job, row.id, end)


def _job(plan: RunPlan, job: JobPlan, begin: datetime, end: datetime, now: datetime) -> sdk.PipelineJob:
    is_failing = job.name == plan.failing_job
    result: sdk.Status = "failure" if is_failing else "cancelled" if plan.is_cancelled else "success"
    status = status_at(now, begin, end, result)
    job_id = f"{plan.id}-{plan.attempt}-{job.name.replace(' ', '-')}"
    random = Random(job_id)
    labels = LABELS.get((plan.service.language, job.name), job.labels)
    return sdk.PipelineJob(
        id=job_id,
        run_id=plan.id,
        attempt=plan.attempt,
        repo=plan.service.repo,
        pipeline=plan.pipeline,
        branch=plan.branch,
        name=job.name,
        runner=f"{labels[-1]}-{random.randrange(1, 13):02d}",
        runner_labels=list(labels),
        status=status,
        conclusion="" if status in ("queued", "running") else status,
        created_at=begin,
        started_at=begin if now >= begin else None,
        finished_at=end if now >= end else None,
        queued_seconds=_job_wait(plan, job, random) if now >= begin else None,
        failed_step="Run" if is_failing and now >= end else "",
        needs=list(job.needs),
        environment=job.name if plan.pipeline == "deploy" else "",
        url=f"{WEB}/{plan.service.name}/runs/{plan.id}/jobs/{job_id}",
    )


def _job_wait(plan: RunPlan, job: JobPlan, random: Random) -> float:
    waited = max((plan.begins_at - plan.created_at).total_seconds(), 0) if plan.attempt == 1 else random.uniform(2, 20)
    return round(waited * (1.0 if "self-hosted" in job.labels else 0.4) + random.uniform(1, 6), 1)


def _step_rows(plan: RunPlan, job_id: str, begin: datetime, end: datetime, *, is_failing: bool) -> Iterator[sdk.Row]:
    moments = [begin]
    for share in STEP_SHARES:
        moments.append(moments[-1] + (end - begin) * share)
    for number, (name, (began, ended)) in enumerate(zip(STEPS, pairwise(moments), strict=True), 1):
        is_behind = is_failing and number > STEPS.index("Run") + 1
        is_culprit = is_failing and name == "Run"
        yield sdk.PipelineStep(
            job_id=job_id,
            number=number,
            repo=plan.service.repo,
            name=name,
            status="skipped" if is_behind else "failure" if is_culprit else "success",
            started_at=began,
            finished_at=ended,
        )


def _log_rows(plan: RunPlan, job: JobPlan, job_id: str, end: datetime) -> Iterator[sdk.Row]:
    random = Random(f"log:{job_id}")
    lines = log_lines(plan.service.language, job.name, random)
    first = random.randrange(180, 900)
    for place, (level, text) in enumerate(lines):
        yield sdk.JobLogLine(
            job_id=job_id,
            line=first + place,
            repo=plan.service.repo,
            logged_at=end - timedelta(seconds=2 * (len(lines) - place)),
            text=text,
            level=level,
            step="Run",
        )


def schedule_rows(repo: str, url: str) -> Iterator[sdk.Row]:
    """Yield the schedules of a repository."""
    for pipeline in PIPELINES:
        if cron := CRONS.get(pipeline):
            yield sdk.Schedule(
                repo=repo, pipeline=pipeline, cron=cron, is_active=not repo.endswith("base-images"), url=url
            )
