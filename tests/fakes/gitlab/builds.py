"""Attempts as GitLab keeps them: one pipeline whose retried jobs stay behind under their names."""

from collections.abc import Sequence
from dataclasses import dataclass

from tests.fakes.github.model import Attempt, Job, Run

from .extras import Extras

ENDINGS = {
    "success": "success",
    "failure": "failed",
    "timed_out": "failed",
    "startup_failure": "failed",
    "cancelled": "canceled",
    "skipped": "skipped",
    "neutral": "skipped",
    "stale": "skipped",
    "action_required": "manual",
}
WAITING = {"queued": "pending", "pending": "pending", "requested": "created", "waiting": "waiting_for_resource"}
STAGES = ("build", "test", "deploy", "verify")


@dataclass(frozen=True, slots=True)
class Build:
    """One job of a pipeline; `created_at` is when it was put into the pipeline, not when it began to wait."""

    id: int
    job: Job
    attempt: Attempt
    created_at: int
    status: str
    is_retried: bool = False

    @property
    def name(self) -> str:
        """The job's name, which its retries share."""
        return self.job.blueprint.name

    def has_begun(self, now: int) -> bool:
        """Whether a runner took it."""
        return self.status not in ("skipped", "manual") and now >= self.job.started_at

    def is_over(self) -> bool:
        """Whether nothing more will come of it by itself."""
        return self.status in ("success", "failed", "canceled", "skipped")


def builds_of(run: Run, now: int, extras: Extras, *, reuses_skipped: bool = True) -> list[Build]:
    """Every job of a pipeline that there is by now, in the order of their ids."""
    found: list[Build] = []
    for attempt in visible_attempts(run, now):
        for job in fresh_jobs(attempt):
            before = next((each for each in found if each.name == job.blueprint.name and not each.is_retried), None)
            is_same = reuses_skipped and before is not None and before.job.conclusion == "skipped"
            if before is not None:
                found.remove(before)
            if before is not None and not is_same:
                found.append(_retried(before))
            identity = before.id if before is not None and is_same else job.id
            created = before.created_at if before is not None and is_same else attempt.queued_at
            found.append(Build(identity, job, attempt, created, job_status(job, now, extras)))
    return sorted(found, key=lambda each: each.id)


def _retried(build: Build) -> Build:
    return Build(build.id, build.job, build.attempt, build.created_at, build.status, is_retried=True)


def visible_attempts(run: Run, now: int) -> list[Attempt]:
    """The attempts that were asked for by now."""
    return [attempt for attempt in run.attempts if attempt.queued_at <= now or attempt.number == 1]


def fresh_jobs(attempt: Attempt) -> list[Job]:
    """The jobs that the attempt made. GitLab has none for what merely stays as it was."""
    return [job for job in attempt.jobs if job.created_at >= attempt.queued_at]


def job_status(job: Job, now: int, extras: Extras) -> str:
    """GitLab's word for a job: all are `created` with the pipeline and `pending` once they wait for a runner."""
    if job.id in extras.manual:
        return "manual"
    if now >= job.finished_at:
        return ENDINGS[job.conclusion]
    if now >= job.started_at:
        return "running"
    return "pending" if now >= job.created_at else "created"


def pipeline_status(run: Run, now: int, extras: Extras) -> str:
    """GitLab's word for a pipeline: that of its last attempt."""
    attempt = visible_attempts(run, now)[-1]
    if now >= attempt.finished_at:
        return ENDINGS[attempt.conclusion]
    held = [job for job in attempt.jobs if job.id in extras.manual]
    if held and all(job in held or now >= job.finished_at for job in attempt.jobs):
        return "manual"
    return "running" if now >= attempt.started_at else WAITING[attempt.waits_as]


def is_over(status: str) -> bool:
    """Whether the word is one that a pipeline ends with."""
    return status in ("success", "failed", "canceled", "skipped")


def stage_of(run: Run, name: str) -> str:
    """The stage of a job: as deep as what it needs."""
    needs = {blueprint.name: blueprint.needs for blueprint in run.workflow.jobs}
    return STAGES[min(depth(needs, name), len(STAGES) - 1)]


def depth(needs: dict[str, tuple[str, ...]], name: str) -> int:
    """How many jobs stand before this one, the longest way."""
    return 1 + max((depth(needs, each) for each in needs.get(name, ())), default=-1)


def worked_seconds(builds: Sequence[Build], now: int) -> int:
    """How long at least one of the jobs ran: what GitLab calls a pipeline's duration."""
    spans = sorted((each.job.started_at, min(now, each.job.finished_at)) for each in builds if each.has_begun(now))
    total, until = 0, 0
    for begin, end in spans:
        total += max(0, end - max(begin, until))
        until = max(until, end)
    return total
