"""Collectors of deployments with their statuses, and of environments."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from datasource_server import sdk
from datasource_server.sdk.readings import in_pages, or_missed, read_up_to, readings
from opssight_github.connector import connector
from opssight_github.rows_deployments import to_deployment, to_environment
from opssight_github.scopes import Context, repositories
from opssight_github.words import GONE, Json, moment

OPEN = """
SELECT id
FROM deployment
WHERE source = $source AND repo = $repo AND status IN ('queued', 'running') AND created_at < $before
    AND created_at > $oldest
"""
LONGEST = timedelta(days=60)


@connector.collector(every=timedelta(minutes=5), scopes=repositories, overlap=timedelta(hours=6))
async def deployments(ctx: Context) -> sdk.Pages:
    """Read deployments with their statuses: new ones, changed ones, and open ones until they end."""
    async for page in ctx.pages(f"/repos/{ctx.scope}/deployments", per_page=100):
        async for rows in _changed(ctx, page):
            yield rows
        if not page or moment(page[-1]["created_at"]) < ctx.since:
            break
    stored = await ctx.read(OPEN, source=ctx.connector, repo=ctx.scope, before=ctx.since, oldest=ctx.since - LONGEST)
    async for rows in in_pages(stored, lambda row: _reread(ctx, row["id"])):
        yield rows


async def _changed(ctx: Context, page: Sequence[Json]) -> sdk.Pages:
    known = await readings(ctx, "deployment", [str(each["id"]) for each in page])
    changed = [each for each in page if known.get(str(each["id"]), {}).get("changed_at") != moment(each["updated_at"])]
    async for rows in in_pages(changed, lambda each: _deployment(ctx, each)):
        yield rows


async def _deployment(ctx: Context, deployment: Json) -> Sequence[sdk.Row]:
    identity = str(deployment["id"])

    async def read() -> list[sdk.Row]:
        path = f"/repos/{ctx.scope}/deployments/{identity}/statuses"
        statuses = [each async for page in ctx.pages(path, per_page=100) for each in page]
        return [to_deployment(deployment, statuses, repo=ctx.scope)]

    reading = read_up_to(ctx, "deployment", identity, moment(deployment["updated_at"]))
    return await or_missed(ctx, reading, None, read, gone=GONE)


async def _reread(ctx: Context, identity: str) -> Sequence[sdk.Row]:
    try:
        found = await ctx.get(f"/repos/{ctx.scope}/deployments/{identity}")
    except sdk.UpstreamError as problem:
        if problem.upstream_status not in GONE:
            raise
        return []
    return await _deployment(ctx, found)


@connector.collector(every=timedelta(hours=1), scopes=repositories)
async def environments(ctx: Context) -> sdk.Pages:
    """Read the environments that a repository deploys to."""
    pages = ctx.pages(f"/repos/{ctx.scope}/environments", items="environments", per_page=100)
    rows = [to_environment(each, repo=ctx.scope) async for page in pages for each in page]
    yield sdk.Replacement(sdk.Environment, rows, {"repo": ctx.scope})
