"""Collector of repositories; what it finds is what the other collectors read."""

from __future__ import annotations

from datetime import timedelta

from datasource_server import sdk
from opssight_github.connector import connector
from opssight_github.rows import to_repository
from opssight_github.scopes import Context, owners_and_repositories

STORED = "SELECT repo FROM repository WHERE source = $source AND starts_with(lower(repo), $owner)"


@connector.collector(every=timedelta(hours=1), scopes=owners_and_repositories)
async def repositories(ctx: Context) -> sdk.Pages:
    """Read the repositories that are named or found in an organisation; one that is gone there is watched no more."""
    if "/" in ctx.scope:
        yield [to_repository(await ctx.get(f"/repos/{ctx.scope}"))]
        return
    found: set[str] = {name.lower() for name in ctx.settings.repositories}
    async for page in ctx.pages(f"/orgs/{ctx.scope}/repos", per_page=100, type="all"):
        rows = [to_repository(each) for each in page if ctx.settings.wants(each["full_name"])]
        found |= {row.repo.lower() for row in rows}
        yield rows
    for row in await ctx.read(STORED, source=ctx.connector, owner=f"{ctx.scope.lower()}/"):
        if row["repo"].lower() not in found:
            yield sdk.Replacement(sdk.Repository, (), {"repo": row["repo"]})
