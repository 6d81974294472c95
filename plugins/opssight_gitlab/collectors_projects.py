"""Collector of projects; what it finds is what the other collectors read."""

from __future__ import annotations

from datetime import timedelta

from datasource_server import sdk
from opssight_gitlab.connector import connector
from opssight_gitlab.rows import to_repository
from opssight_gitlab.scopes import GROUP, Context, address, group_pages, groups_and_projects

STORED = "SELECT repo FROM repository WHERE source = $source AND starts_with(lower(repo), $group)"


@connector.collector(every=timedelta(hours=1), scopes=groups_and_projects)
async def projects(ctx: Context) -> sdk.Pages:
    """Read the projects that are named or found in a group; one that is gone there is watched no more."""
    if not ctx.scope.startswith(GROUP):
        yield [to_repository(await ctx.get(address(ctx)))]
        return
    group = ctx.scope.removeprefix(GROUP)
    found: set[str] = {name.lower() for name in ctx.settings.projects}
    async for page in group_pages(ctx, group):
        rows = [to_repository(each) for each in page if ctx.settings.wants(each["path_with_namespace"])]
        found |= {row.repo.lower() for row in rows}
        yield rows
    for row in await ctx.read(STORED, source=ctx.connector, group=f"{group.lower()}/"):
        if row["repo"].lower() not in found:
            yield sdk.Replacement(sdk.Repository, (), {"repo": row["repo"]})
