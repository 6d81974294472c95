"""Collector of pipeline schedules."""

from __future__ import annotations

from datetime import timedelta

from datasource_server import sdk
from datasource_server.sdk.readings import GONE
from opssight_gitlab.connector import connector
from opssight_gitlab.rows import to_schedule
from opssight_gitlab.scopes import Context, address, projects
from opssight_gitlab.words import UNNAMED, Json, to_pipeline_name

PAGE = "SELECT url FROM repository WHERE source = $source AND repo = $repo"


@connector.collector(every=timedelta(hours=1), scopes=projects)
async def schedules(ctx: Context) -> sdk.Pages:
    """Read when pipelines ought to run by themselves, and when each is due next."""
    found = await _schedules(ctx)
    stored = await ctx.read(PAGE, source=ctx.connector, repo=ctx.scope)
    page = stored[0]["url"] if stored else ""
    rows = [to_schedule(each, repo=ctx.scope, pipeline=await _name(ctx, each), page=page) for each in found]
    yield sdk.Replacement(sdk.Schedule, rows, {"repo": ctx.scope})


async def _schedules(ctx: Context) -> list[Json]:
    """Return the schedules; only its own address tells what one started last. A project may have pipelines off."""
    path = address(ctx, "/pipeline_schedules")
    try:
        listed = [each async for page in ctx.pages(path, per_page=100) for each in page]
        return [await ctx.get(f"{path}/{each['id']}") for each in listed]
    except sdk.UpstreamError as problem:
        if problem.upstream_status not in (403, *GONE):
            raise
        return []


async def _name(ctx: Context, schedule: Json) -> str:
    """Return the name of the pipelines that a schedule starts, by the last of them.

    While there is none, or GitLab deleted it, what its owner calls the schedule is all that is known.
    """
    if last := schedule.get("last_pipeline"):
        try:
            return to_pipeline_name(await ctx.get(address(ctx, f"/pipelines/{last['id']}")))
        except sdk.UpstreamError as problem:
            if problem.upstream_status not in GONE:
                raise
    return schedule.get("description") or UNNAMED["schedule"]
