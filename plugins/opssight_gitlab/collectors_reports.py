"""Collector of the JUnit reports of jobs."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from datasource_server import sdk
from datasource_server.sdk.junit import Report, merged, to_test_results
from datasource_server.sdk.readings import GONE, in_pages, missed, read_up_to
from opssight_gitlab.connector import connector
from opssight_gitlab.reports import read_reports
from opssight_gitlab.scopes import Context, address, projects

MOST_BYTES = 20_000_000

UNREAD = """
SELECT j.id, j.run_id, j.attempt, j.name, j.pipeline, j.branch, j.url, j.created_at, j.finished_at, g.missed_at, r.sha
FROM reading AS g
INNER JOIN pipeline_job AS j ON g.source = j.source AND g.repo = j.repo AND g.id = j.id
LEFT JOIN pipeline_run AS r ON j.source = r.source AND j.run_id = r.id AND j.attempt = r.attempt
WHERE g.source = $source AND g.kind = 'report' AND g.repo = $repo AND g.changed_at IS NULL
    AND j.finished_at >= $oldest
ORDER BY j.finished_at DESC, j.id
"""

Job = Mapping[str, Any]


@connector.collector(every=timedelta(minutes=10), scopes=projects)
async def test_reports(ctx: Context) -> sdk.Pages:
    """Read the JUnit reports of jobs of the last days; one that can't be understood leaves a gap with its reason."""
    if not ctx.settings.test_reports:
        return
    oldest = ctx.now - timedelta(days=ctx.settings.log_days)
    unread = await ctx.read(UNREAD, source=ctx.connector, repo=ctx.scope, oldest=oldest)
    async for rows in in_pages(unread, lambda job: _report(ctx, job)):
        yield rows


async def _report(ctx: Context, job: Job) -> Sequence[sdk.Row]:
    """Read one job's reports; servers that know no file_type answer with the archive of all that the job kept."""
    reading = read_up_to(ctx, "report", job["id"], job["finished_at"] or job["created_at"])
    path = address(ctx, f"/jobs/{job['id']}/artifacts")
    try:
        answer = await ctx.http.get(path, params={"file_type": "junit"}, extensions={"max_bytes": MOST_BYTES})
        sdk.require_success(answer)
    except sdk.UpstreamError as problem:
        if problem.upstream_status not in (0, 403, *GONE):
            raise
        ctx.log.warning("a test report could not be read", extra={"job": job["id"], "reason": str(problem)})
        return [missed(ctx, reading, job["missed_at"])]
    return [*await asyncio.to_thread(_rows, ctx, job, answer.content), reading]


def _rows(ctx: Context, job: Job, body: bytes) -> list[sdk.Row]:
    reports = read_reports(body)
    rows: list[sdk.TestResult] = []
    problems = dict(reports.skipped)
    for name, xml in reports.files.items():
        try:
            rows += to_test_results(xml, _about(ctx, job))
        except sdk.Unparsable as problem:
            problems[name] = str(problem)
    gaps = [_gap(ctx, job, name, reason) for name, reason in problems.items()]
    return [*(row.stamped(url=job["url"]) for row in merged(rows)), *gaps]


def _about(ctx: Context, job: Job) -> Report:
    return Report(
        run_id=job["run_id"],
        repo=ctx.scope,
        written_at=job["finished_at"] or job["created_at"],
        attempt=job["attempt"],
        pipeline=job["pipeline"],
        branch=job["branch"],
        sha=job["sha"] or "",
        job_id=job["id"],
        part=job["name"],
    )


def _gap(ctx: Context, job: Job, name: str, reason: str) -> sdk.Gap:
    what = f"the test report {name} of job {job['id']} can't be read: {reason}"
    return ctx.gap(what[:500], job["finished_at"] or job["created_at"])
