"""Collector of pull requests with their reviews and commits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from datasource_server import sdk
from datasource_server.sdk.readings import in_pages, or_missed, read_up_to, readings
from opssight_github.connector import connector
from opssight_github.rows_code import pull_details, to_commit, to_pull
from opssight_github.scopes import Context, repositories
from opssight_github.words import GONE, Json, moment


@connector.collector(every=timedelta(minutes=10), scopes=repositories, overlap=timedelta(hours=1))
async def pull_requests(ctx: Context) -> sdk.Pages:
    """Read pull requests that changed, the last changed first, with reviews, first commit and counts."""
    path = f"/repos/{ctx.scope}/pulls"
    async for page in ctx.pages(path, state="all", sort="updated", direction="desc", per_page=100):
        known = await readings(ctx, "pull", [str(pull["number"]) for pull in page])
        changed = [pull for pull in page if _changed_at(known, pull) != moment(pull["updated_at"])]
        async for rows in in_pages(changed, lambda pull: _pull(ctx, pull)):
            yield rows
        if not page or moment(page[-1]["updated_at"]) < ctx.since:
            return


def _changed_at(known: Json, pull: Json) -> object:
    return known.get(str(pull["number"]), {}).get("changed_at")


async def _pull(ctx: Context, listed: Json) -> Sequence[sdk.Row]:
    path = f"/repos/{ctx.scope}/pulls/{listed['number']}"

    async def read() -> list[sdk.Row]:
        pull = await ctx.get(path)
        reviews = [each async for page in ctx.pages(f"{path}/reviews", per_page=100) for each in page]
        commits = [each async for page in ctx.pages(f"{path}/commits", per_page=100) for each in page]
        row = to_pull(pull, repo=ctx.scope, details=pull_details(pull, reviews, commits))
        return [row, *(to_commit(each, repo=ctx.scope) for each in commits)]

    # the change that the list showed: what came in between is listed as changed again
    reading = read_up_to(ctx, "pull", str(listed["number"]), moment(listed["updated_at"]))
    return await or_missed(ctx, reading, None, read, gone=GONE)
