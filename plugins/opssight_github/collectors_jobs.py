"""Collector of jobs: of every attempt that is stored and whose jobs are not, or that has changed since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from datasource_server import sdk
from datasource_server.sdk.readings import in_pages, or_missed, read_up_to
from opssight_github.collectors_workflows import definitions
from opssight_github.connector import connector
from opssight_github.rows import queued_seconds, to_job, to_steps
from opssight_github.scopes import Context, repositories
from opssight_github.words import GONE, OPEN
from opssight_github.workflow_files import Definition, needs_of

LATE = timedelta(days=1)
"""How long a job may go on after its run has ended, before it counts as forgotten by GitHub."""

UNREAD = """
SELECT r.id, r.attempt, r.pipeline, r.status, r.conclusion, r.created_at, r.started_at, r.finished_at, r.updated_at,
    g.missed_at
FROM pipeline_run AS r
LEFT JOIN reading AS g
    ON g.source = r.source AND g.kind = 'attempt' AND g.repo = r.repo AND g.id = r.id || '/' || r.attempt
WHERE r.source = $source AND r.repo = $repo AND (g.changed_at IS NULL OR g.changed_at < r.updated_at)
ORDER BY r.created_at DESC, r.attempt DESC
"""

Attempt = Mapping[str, Any]


@connector.collector(every=timedelta(minutes=5), scopes=repositories)
async def jobs(ctx: Context) -> sdk.Pages:
    """Read the jobs and steps of new and changed attempts, with queue time, runner labels and what they wait for."""
    unread = await ctx.read(UNREAD, source=ctx.connector, repo=ctx.scope)
    if not unread:
        return
    known, rows = await definitions(ctx)
    if rows:
        yield rows
    async for found in in_pages(unread, lambda attempt: _attempt(ctx, attempt, known)):
        yield found


async def _attempt(ctx: Context, attempt: Attempt, known: Mapping[str, Definition]) -> Sequence[sdk.Row]:
    async def read() -> list[sdk.Row]:
        path = f"/repos/{ctx.scope}/actions/runs/{attempt['id']}/attempts/{attempt['attempt']}/jobs"
        found = [job async for page in ctx.pages(path, items="jobs", per_page=100) for job in page]
        return _rows(ctx.scope, attempt, found, known)

    identity = f"{attempt['id']}/{attempt['attempt']}"
    reading = read_up_to(ctx, "attempt", identity, attempt["updated_at"])
    rows = await or_missed(ctx, reading, attempt["missed_at"], read, gone=GONE)
    return rows if _is_over(attempt, rows, ctx) else [row for row in rows if row is not reading]


def _rows(
    repo: str, attempt: Attempt, found: Sequence[Mapping[str, Any]], known: Mapping[str, Definition]
) -> list[sdk.Row]:
    needs = needs_of(found, known.get(attempt["pipeline"], Definition()))
    jobs = [to_job(job, repo=repo, pipeline=attempt["pipeline"], needs=needs.get(str(job["id"]), ())) for job in found]
    steps = [step for job in found for step in to_steps(job, repo=repo)]
    return [*jobs, *steps, *_waited(repo, attempt, jobs)]


def _waited(repo: str, attempt: Attempt, jobs: Sequence[sdk.PipelineJob]) -> list[sdk.Row]:
    """Return the attempt's row again with what it waited for; its other columns stay as they are stored."""
    asked_at = attempt["started_at"] or attempt["created_at"]
    waited = queued_seconds(asked_at, [job for job in jobs if job.created_at >= asked_at])
    if waited is None:
        return []
    given = {name: attempt[name] for name in ("id", "attempt", "pipeline", "status", "created_at", "finished_at")}
    return [sdk.PipelineRun(repo=repo, updated_at=attempt["updated_at"], queued_seconds=waited, **given)]


def _is_over(attempt: Attempt, rows: Sequence[sdk.Row], ctx: Context) -> bool:
    """Return whether nothing of the attempt will change any more without its own change being seen."""
    if attempt["conclusion"] in OPEN:
        return False
    is_old = attempt["updated_at"] < ctx.now - LATE
    return is_old or all(row.finished_at is not None for row in rows if isinstance(row, sdk.PipelineJob))
