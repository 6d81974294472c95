"""Collector of test results: out of the artifacts of ended attempts whose names the settings name."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from itertools import groupby

from datasource_server import sdk
from datasource_server.sdk.junit import merged
from datasource_server.sdk.readings import in_pages, missed, read_up_to
from opssight_github.artifacts import MOST_ZIP_BYTES, Attempt, Found, of_attempt, read_results, report_of, wanted
from opssight_github.connector import connector
from opssight_github.scopes import Context, repositories
from opssight_github.words import GONE, Json, moment

DOWNLOADS = 2
"""How many archives are held in memory at once."""
A_PAGE = 4
MOST_ROWS = 5_000
"""A run may have thousands of tests: few runs are read at once, and written in pages; a run's note comes last."""

# An attempt's artifacts are those made from when it was asked for until the next one was; the first has all before.
UNREAD = """
WITH attempts AS (
    SELECT *, CASE WHEN lag(id) OVER runs IS NULL THEN NULL ELSE coalesce(started_at, created_at) END AS begins_at,
        lead(coalesce(started_at, created_at)) OVER runs AS ends_at
    FROM pipeline_run
    WHERE source = $source AND repo = $repo AND created_at >= $oldest
    WINDOW runs AS (PARTITION BY id ORDER BY attempt)
)
SELECT r.id, r.attempt, r.pipeline, r.branch, r.sha, r.url, r.begins_at, r.ends_at, r.finished_at, r.updated_at,
    g.missed_at
FROM attempts AS r
LEFT JOIN reading AS g
    ON g.source = r.source AND g.kind = 'tests' AND g.repo = r.repo AND g.id = r.id || '/' || r.attempt
WHERE r.finished_at IS NOT NULL AND r.status IN ('success', 'failure', 'cancelled')
    AND (g.changed_at IS NULL OR g.changed_at < r.updated_at)
ORDER BY r.created_at DESC, r.id DESC, r.attempt
"""


@connector.collector(every=timedelta(minutes=5), scopes=repositories)
async def test_results(ctx: Context) -> sdk.Pages:
    """Read the JUnit reports in the artifacts that `test_reports` names, of the days that `log_days` names."""
    if not ctx.settings.test_reports:
        return
    oldest = ctx.now - timedelta(days=ctx.settings.log_days)
    unread = await ctx.read(UNREAD, source=ctx.connector, repo=ctx.scope, oldest=oldest)
    runs = [list(attempts) for _, attempts in groupby(unread, lambda attempt: attempt["id"])]
    gate = asyncio.Semaphore(DOWNLOADS)
    for start in range(0, len(runs), A_PAGE):
        async for rows in in_pages(runs[start : start + A_PAGE], lambda attempts: _run(ctx, attempts, gate)):
            for place in range(0, len(rows), MOST_ROWS):
                yield rows[place : place + MOST_ROWS]


async def _run(ctx: Context, attempts: Sequence[Attempt], gate: asyncio.Semaphore) -> list[sdk.Row]:
    """Return the results of one run's attempts and the notes that they were read."""
    try:
        pages = ctx.pages(
            f"/repos/{ctx.scope}/actions/runs/{attempts[0]['id']}/artifacts", items="artifacts", per_page=100
        )
        listed = [artifact async for page in pages for artifact in page]
    except sdk.UpstreamError as problem:
        if problem.upstream_status not in GONE:
            raise
        return [missed(ctx, _reading(ctx, each), each["missed_at"]) for each in attempts]
    named = wanted(listed, ctx.settings.test_reports)
    return [row for attempt in attempts for row in await _attempt(ctx, attempt, of_attempt(named, attempt), gate)]


async def _attempt(ctx: Context, attempt: Attempt, artifacts: Sequence[Json], gate: asyncio.Semaphore) -> list[sdk.Row]:
    rows: list[sdk.TestResult] = []
    gaps: list[sdk.Row] = []
    note = _reading(ctx, attempt)
    for artifact in artifacts:
        try:
            async with gate:
                found = await _results(ctx, attempt, artifact)
        except sdk.UpstreamError as problem:
            if problem.upstream_status not in GONE:
                raise
            note = missed(ctx, _reading(ctx, attempt), attempt["missed_at"])
            continue
        rows += found.rows
        if reason := found.reason():
            what = f"artifact {artifact['name']} of run {attempt['id']}: {reason}"
            gaps.append(ctx.gap(what[:500], moment(artifact["created_at"])))
    stamped = [row.stamped(url=attempt["url"] or "") for row in merged(rows)]
    return [*stamped, *gaps, note]


async def _results(ctx: Context, attempt: Attempt, artifact: Json) -> Found:
    if artifact["size_in_bytes"] > MOST_ZIP_BYTES:
        return Found(reasons=[f"{artifact['size_in_bytes']:,} bytes; at most {MOST_ZIP_BYTES:,} are read"])
    path = f"/repos/{ctx.scope}/actions/artifacts/{artifact['id']}/zip"
    # what GitHub says of an artifact's size is of its contents in old ones, so the archive may be somewhat larger
    response = await ctx.http.get(path, extensions={"max_bytes": 2 * MOST_ZIP_BYTES})
    sdk.require_success(response)
    return await asyncio.to_thread(read_results, response.content, report_of(artifact, attempt, ctx.scope))


def _reading(ctx: Context, attempt: Attempt) -> sdk.Reading:
    return read_up_to(ctx, "tests", f"{attempt['id']}/{attempt['attempt']}", attempt["updated_at"])
