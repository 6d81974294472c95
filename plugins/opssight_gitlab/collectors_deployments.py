"""Collectors of environments and of deployments."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from datasource_server import sdk
from datasource_server.sdk.readings import GONE, in_pages
from opssight_gitlab.changes import changed_since
from opssight_gitlab.connector import connector
from opssight_gitlab.rows import to_environment
from opssight_gitlab.rows_deployments import deploying_job, to_deployment
from opssight_gitlab.scopes import Context, address, projects
from opssight_gitlab.words import Json, to_tier

TIERS = "SELECT name, tier FROM environment WHERE source = $source AND repo = $repo"
PAGE = "SELECT url FROM repository WHERE source = $source AND repo = $repo"
OPEN = """
SELECT id
FROM deployment
WHERE source = $source AND repo = $repo AND status IN ('queued', 'running') AND created_at > $oldest
"""
LONGEST = timedelta(days=60)

Tiers = dict[str, sdk.Tier]


@connector.collector(every=timedelta(hours=1), scopes=projects)
async def environments(ctx: Context) -> sdk.Pages:
    """Read the environments that a project deploys to, with their tiers."""
    stored = await ctx.read(PAGE, source=ctx.connector, repo=ctx.scope)
    page = stored[0]["url"] if stored else ""
    rows = [to_environment(each, repo=ctx.scope, page=page) for each in await _environments(ctx)]
    yield sdk.Replacement(sdk.Environment, rows, {"repo": ctx.scope})


async def _environments(ctx: Context) -> list[Json]:
    """Return the environments; a project may have them switched off."""
    try:
        return [each async for page in ctx.pages(address(ctx, "/environments"), per_page=100) for each in page]
    except sdk.UpstreamError as problem:
        if problem.upstream_status != 403:
            raise
        return []


@connector.collector(every=timedelta(minutes=5), scopes=projects, overlap=timedelta(hours=1))
async def deployments(ctx: Context) -> sdk.Pages:
    """Read deployments that changed, and open ones until they end."""
    tiers, seen = await _tiers(ctx), set[str]()
    async for page in changed_since(ctx, address(ctx, "/deployments"), ctx.since):
        if isinstance(page, sdk.Gap):
            yield [page]
            continue
        seen |= {str(each["id"]) for each in page}
        yield [row for each in page for row in _rows(ctx, each, tiers)]
    stored = await ctx.read(OPEN, source=ctx.connector, repo=ctx.scope, oldest=ctx.since - LONGEST)
    still_open = [row["id"] for row in stored if row["id"] not in seen]
    async for rows in in_pages(still_open, lambda identity: _reread(ctx, identity, tiers)):
        yield rows


def _rows(ctx: Context, deployment: Json, tiers: Tiers) -> list[sdk.Row]:
    row = to_deployment(deployment, repo=ctx.scope, tiers=tiers)
    return [row, *deploying_job(deployment, repo=ctx.scope)]


async def _tiers(ctx: Context) -> Tiers:
    """Return what GitLab says of each environment; asked for where none is stored yet."""
    stored = await ctx.read(TIERS, source=ctx.connector, repo=ctx.scope)
    if stored:
        return {row["name"]: row["tier"] for row in stored}
    return {each["name"]: to_tier(each["name"], each.get("tier")) for each in await _environments(ctx)}


async def _reread(ctx: Context, identity: str, tiers: Tiers) -> Sequence[sdk.Row]:
    try:
        return _rows(ctx, await ctx.get(address(ctx, f"/deployments/{identity}")), tiers)
    except sdk.UpstreamError as problem:
        if problem.upstream_status not in GONE:
            raise
        return []
