"""Collectors of workflow runs: new ones, open ones until they end, and late re-runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from datasource_server import sdk
from datasource_server.sdk.readings import in_pages, is_given_up, missed, read_up_to, readings
from opssight_github.connector import connector
from opssight_github.rows import to_run
from opssight_github.scopes import Context, default_branch, repositories
from opssight_github.windows import created_since
from opssight_github.words import GONE, Json, moment
from opssight_github.words import OPEN as OPEN_WORDS

LATEST_RERUN = timedelta(days=35)
"""GitHub allows a re-run for 30 days after the run; a run may last for 35."""

OPEN = """
SELECT id, attempt, pipeline, branch, created_at, updated_at
FROM pipeline_run
WHERE source = $source AND repo = $repo AND list_contains($open, conclusion)
"""
KNOWN = """
SELECT id, attempt, NOT list_contains($open, conclusion) AS is_over, updated_at, conclusion
FROM pipeline_run
WHERE source = $source AND list_contains($ids, id)
"""


@connector.collector(every=timedelta(minutes=5), scopes=repositories, overlap=timedelta(hours=1))
async def runs(ctx: Context) -> sdk.Pages:
    """Read new workflow runs with every attempt, and those that were open until they end."""
    branch, rows = await default_branch(ctx)
    if rows:
        yield rows
    seen: set[str] = set()
    async for page in created_since(ctx, ctx.since):
        if isinstance(page, sdk.Gap):
            yield [page]
            continue
        seen |= {str(run["id"]) for run in page}
        if rows := await _changed(ctx, page, branch):
            yield rows
    stored = await ctx.read(OPEN, source=ctx.connector, repo=ctx.scope, open=list(OPEN_WORDS))
    still_open = [row for row in stored if row["id"] not in seen]
    async for found in in_pages(still_open, lambda row: _open_run(ctx, row, branch)):
        yield found


@connector.collector(every=timedelta(days=1), scopes=repositories)
async def late_reruns(ctx: Context) -> sdk.Pages:
    """Read the runs of the last weeks again: a re-run changes an old run, which no list of new ones shows."""
    branch, rows = await default_branch(ctx)
    if rows:
        yield rows
    async for page in created_since(ctx, ctx.now - LATEST_RERUN):
        if rows := [page] if isinstance(page, sdk.Gap) else await _changed(ctx, page, branch):
            yield rows


async def _changed(ctx: Context, page: Sequence[Json], branch: str) -> list[sdk.Row]:
    """Return the rows of the runs that are not stored as they are, each with the attempts before the last."""
    ids = [str(run["id"]) for run in page]
    stored = await ctx.read(KNOWN, source=ctx.connector, ids=ids, open=list(OPEN_WORDS))
    known = {(row["id"], row["attempt"]): row for row in stored}
    changed = [run for run in page if not _is_known(run, known)]
    earlier = [(run, number) for run in page for number in _unfinished(run, known)]
    rows: list[sdk.Row] = [to_run(run, default_branch=branch) for run in changed]
    async for found in in_pages(earlier, lambda each: _attempt(ctx, *each, branch)):
        rows += found
    return rows


def _is_known(run: Json, known: Mapping[tuple[str, int], Mapping[str, Any]]) -> bool:
    row = known.get((str(run["id"]), run.get("run_attempt") or 1))
    is_same = row is not None and row["updated_at"] == moment(run["updated_at"])
    return is_same and row is not None and row["conclusion"] == (run["conclusion"] or run["status"])


def _unfinished(run: Json, known: Mapping[tuple[str, int], Mapping[str, Any]]) -> list[int]:
    """Return the attempts before the last whose end is not stored."""
    numbers = range(1, run.get("run_attempt") or 1)
    return [number for number in numbers if not known.get((str(run["id"]), number), {}).get("is_over")]


async def _attempt(ctx: Context, run: Json, number: int, branch: str) -> list[sdk.Row]:
    try:
        attempt = await ctx.get(f"/repos/{ctx.scope}/actions/runs/{run['id']}/attempts/{number}")
    except sdk.UpstreamError as problem:
        if problem.upstream_status not in GONE:
            raise
        ctx.log.warning("an attempt is gone", extra={"run": run["id"], "attempt": number})
        return []
    return [to_run(attempt, default_branch=branch)]


async def _open_run(ctx: Context, row: Mapping[str, Any], branch: str) -> list[sdk.Row]:
    """Read an open run again; one that GitHub does not have for a day was deleted and is closed as cancelled."""
    try:
        return await _changed(ctx, [await ctx.get(f"/repos/{ctx.scope}/actions/runs/{row['id']}")], branch)
    except sdk.UpstreamError as problem:
        if problem.upstream_status not in GONE:
            raise
    missed_at = (await readings(ctx, "run", [row["id"]])).get(row["id"], {}).get("missed_at")
    note = missed(ctx, read_up_to(ctx, "run", row["id"], row["updated_at"]), missed_at)
    return [note, _deleted(ctx.scope, row)] if is_given_up(ctx, missed_at) else [note]


def _deleted(repo: str, row: Mapping[str, Any]) -> sdk.PipelineRun:
    return sdk.PipelineRun(
        id=row["id"],
        attempt=row["attempt"],
        repo=repo,
        pipeline=row["pipeline"],
        status="cancelled",
        conclusion="deleted",
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )
