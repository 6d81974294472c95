"""Collector of merge requests with their notes, commits and sizes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from datasource_server import sdk
from datasource_server.sdk.readings import GONE, in_pages, or_missed, read_up_to, readings
from opssight_gitlab.changes import changed_since
from opssight_gitlab.connector import connector
from opssight_gitlab.rows_code import line_counts, merge_request_details, to_commit, to_merge_request
from opssight_gitlab.scopes import Context, address, projects
from opssight_gitlab.words import Json, changed_at

MOST_DIFF_PAGES = 20


@connector.collector(every=timedelta(minutes=10), scopes=projects, overlap=timedelta(hours=1))
async def merge_requests(ctx: Context) -> sdk.Pages:
    """Read merge requests that changed, the last changed first, with reviews, first commit and counts."""
    async for page in changed_since(ctx, address(ctx, "/merge_requests"), ctx.since, state="all", scope="all"):
        if isinstance(page, sdk.Gap):
            yield [page]
            continue
        known = await readings(ctx, "merge_request", [str(each["iid"]) for each in page])
        changed = [each for each in page if known.get(str(each["iid"]), {}).get("changed_at") != changed_at(each)]
        async for rows in in_pages(changed, lambda each: _merge_request(ctx, each)):
            yield rows


async def _merge_request(ctx: Context, listed: Json) -> Sequence[sdk.Row]:
    path = address(ctx, f"/merge_requests/{listed['iid']}")

    async def read() -> list[sdk.Row]:
        request = await ctx.get(path)
        notes = [each async for page in ctx.pages(f"{path}/notes", sort="asc", per_page=100) for each in page]
        commits = [each async for page in ctx.pages(f"{path}/commits", per_page=100) for each in page]
        details = merge_request_details(request, notes, commits) | await _line_counts(ctx, path)
        row = to_merge_request(request, repo=ctx.scope, details=details)
        return [row, *(to_commit(each, repo=ctx.scope) for each in commits)]

    # the change that the list showed: what came in between is listed as changed again
    reading = read_up_to(ctx, "merge_request", str(listed["iid"]), changed_at(listed))
    return await or_missed(ctx, reading, None, read)


async def _line_counts(ctx: Context, path: str) -> dict[str, int]:
    """Return how many lines a merge request adds and removes; nothing of a huge one, or of an old server."""
    diffs: list[Json] = []
    count = 0
    try:
        async for page in ctx.pages(f"{path}/diffs", per_page=100):
            diffs += page
            count += 1
            if count > MOST_DIFF_PAGES:
                return {}
    except sdk.UpstreamError as problem:
        if problem.upstream_status not in GONE:
            raise
        return {}
    return line_counts(diffs)
