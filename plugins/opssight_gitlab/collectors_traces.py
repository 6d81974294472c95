"""Collector of the traces of failed jobs: the lines that tell why, never the whole trace."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from datasource_server import sdk
from datasource_server.sdk.readings import GONE, in_pages, missed, read_up_to
from opssight_gitlab.connector import connector
from opssight_gitlab.scopes import Context, address, projects
from opssight_gitlab.traces import Trace, read_trace, to_log_lines, to_steps

MOST_BYTES = 20_000_000

UNREAD = """
SELECT j.id, j.run_id, j.name, j.status, j.created_at, j.finished_at, g.missed_at
FROM pipeline_job AS j
LEFT JOIN reading AS g ON g.source = j.source AND g.kind = 'trace' AND g.repo = j.repo AND g.id = j.id
WHERE j.source = $source AND j.repo = $repo AND j.status = 'failure' AND j.finished_at >= $oldest
    AND g.changed_at IS NULL
ORDER BY j.finished_at DESC, j.id
"""

Job = Mapping[str, Any]


@connector.collector(every=timedelta(minutes=5), scopes=projects)
async def job_traces(ctx: Context) -> sdk.Pages:
    """Read the deciding lines and the sections of failed jobs' traces, of the days that `log_days` names."""
    oldest = ctx.now - timedelta(days=ctx.settings.log_days)
    unread = await ctx.read(UNREAD, source=ctx.connector, repo=ctx.scope, oldest=oldest)
    async for rows in in_pages(unread, lambda job: _job(ctx, job)):
        yield rows


async def _job(ctx: Context, job: Job) -> list[sdk.Row]:
    reading = read_up_to(ctx, "trace", job["id"], job["finished_at"])
    try:
        text = await _text(ctx, address(ctx, f"/jobs/{job['id']}/trace"))
    except sdk.UpstreamError as problem:
        if problem.upstream_status not in (0, 403, *GONE):
            raise
        ctx.log.warning("a trace could not be read", extra={"job": job["id"], "reason": str(problem)})
        return [missed(ctx, reading, job["missed_at"])]
    trace = await asyncio.to_thread(read_trace, text) if text else Trace()  # one that was erased is empty
    lines = await asyncio.to_thread(lambda: list(to_log_lines(trace, job_id=job["id"], repo=ctx.scope)))
    return [*lines, *to_steps(trace, job_id=job["id"], repo=ctx.scope), *_failed(ctx, job, trace), reading]


async def _text(ctx: Context, path: str) -> str:
    """Return a trace; GitLab has no ranges of one, so that a huge one is not read at all."""
    response = await ctx.http.get(path, extensions={"max_bytes": MOST_BYTES})
    sdk.require_success(response)
    return response.content.decode("utf-8", "replace")


def _failed(ctx: Context, job: Job, trace: Trace) -> list[sdk.Row]:
    """Return the job's row again with the section that it broke off in; its other columns stay as they are stored."""
    if not (step := trace.failed_step()):
        return []
    given = {name: job[name] for name in ("id", "run_id", "name", "status", "created_at", "finished_at")}
    return [sdk.PipelineJob(repo=ctx.scope, failed_step=step, **given)]
