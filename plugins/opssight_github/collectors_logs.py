"""Collector of the logs of failed jobs: the lines that tell why, never the whole log."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import groupby
from typing import Any

import httpx

from datasource_server import sdk
from datasource_server.sdk.readings import in_pages, missed, read_up_to
from opssight_github.archives import MOST_BYTES, JobLogs, file_name, read_archive
from opssight_github.connector import connector
from opssight_github.logs import to_log_lines
from opssight_github.scopes import Context, repositories
from opssight_github.words import GONE

MOST_LOG_BYTES = 10_000_000
TAIL_BYTES = 2_000_000

UNREAD = """
SELECT j.id, j.run_id, j.attempt, j.name, j.finished_at, g.missed_at
FROM pipeline_job AS j
LEFT JOIN reading AS g ON g.source = j.source AND g.kind = 'log' AND g.repo = j.repo AND g.id = j.id
WHERE j.source = $source AND j.repo = $repo AND j.status = 'failure' AND j.finished_at >= $oldest
    AND g.changed_at IS NULL
ORDER BY j.run_id DESC, j.attempt DESC, j.id
"""

Job = Mapping[str, Any]


@connector.collector(every=timedelta(minutes=5), scopes=repositories)
async def job_logs(ctx: Context) -> sdk.Pages:
    """Read the deciding lines of the logs of failed jobs, of the days that `log_days` names."""
    oldest = ctx.now - timedelta(days=ctx.settings.log_days)
    unread = await ctx.read(UNREAD, source=ctx.connector, repo=ctx.scope, oldest=oldest)
    attempts = [list(jobs) for _, jobs in groupby(unread, lambda job: (job["run_id"], job["attempt"]))]
    async for rows in in_pages(attempts, lambda jobs: _attempt(ctx, jobs)):
        yield rows


async def _attempt(ctx: Context, jobs: Sequence[Job]) -> list[sdk.Row]:
    """Return the lines of one attempt's failed jobs; many of them are read from one archive."""
    archive = await _archive(ctx, jobs[0]) if len(jobs) >= ctx.settings.archive_from else JobLogs()
    rows: list[sdk.Row] = []
    for job in jobs:
        name = file_name(job["name"])
        if name in archive.texts:
            rows += await _lines(ctx, job, archive.texts[name], archive.cut.get(name, ""))
        else:
            rows += await _log(ctx, job)
    return rows


async def _lines(ctx: Context, job: Job, text: str, cut: str) -> list[sdk.Row]:
    lines = await asyncio.to_thread(to_log_lines, text, job_id=job["id"], repo=ctx.scope, cut=cut)
    return [*lines, read_up_to(ctx, "log", job["id"], job["finished_at"])]


async def _archive(ctx: Context, job: Job) -> JobLogs:
    path = f"/repos/{ctx.scope}/actions/runs/{job['run_id']}/attempts/{job['attempt']}/logs"
    response = await ctx.http.get(path, extensions={"max_bytes": MOST_BYTES})
    if response.status_code in GONE:
        return JobLogs()
    sdk.require_success(response)
    logs = await asyncio.to_thread(read_archive, response.content)
    for name, reason in logs.skipped.items():
        if reason != "no log of a job":
            ctx.log.warning("a file of a log archive was skipped", extra={"file": name, "reason": reason})
    return logs


async def _log(ctx: Context, job: Job) -> list[sdk.Row]:
    reading = read_up_to(ctx, "log", job["id"], job["finished_at"])
    try:
        text, cut = await _text(ctx, f"/repos/{ctx.scope}/actions/jobs/{job['id']}/logs")
    except sdk.UpstreamError as problem:
        if problem.upstream_status == 410:  # GitHub deleted it
            return [reading]
        if problem.upstream_status not in (0, *GONE):
            raise
        ctx.log.warning("a log could not be read", extra={"job": job["id"], "reason": str(problem)})
        return [missed(ctx, reading, job["missed_at"])]
    return await _lines(ctx, job, text, cut)


async def _text(ctx: Context, path: str) -> tuple[str, str]:
    """Return a job's log and what is left out of it: of a long one, all between its beginning and its end."""
    first = await _range(ctx, path, 0, MOST_LOG_BYTES - 1)
    size, text = _size(first), first.content.decode("utf-8", "replace")
    if size <= MOST_LOG_BYTES:
        return text, ""
    last = await _range(ctx, path, max(MOST_LOG_BYTES, size - TAIL_BYTES), size - 1)
    tail = last.content.decode("utf-8", "replace").partition("\n")[2]
    return f"{text.rpartition(chr(10))[0]}\n{tail}", f"{size:,} bytes, of which the beginning and the end were read"


async def _range(ctx: Context, path: str, first: int, last: int) -> httpx.Response:
    headers = {"Range": f"bytes={first}-{last}"}
    response = await ctx.http.get(path, headers=headers, extensions={"max_bytes": MOST_LOG_BYTES + 1})
    if response.status_code != 416:  # an empty log has no range
        sdk.require_success(response)
    return response


def _size(response: httpx.Response) -> int:
    """Return the log's whole size."""
    if response.status_code == 416:
        return 0
    total = response.headers.get("content-range", "").rpartition("/")[2]
    return int(total) if total.isdigit() else len(response.content)
