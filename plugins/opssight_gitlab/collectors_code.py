"""Collectors of commits with their files, and of branches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from datasource_server import sdk
from datasource_server.sdk.readings import GONE, in_pages, or_missed, read_up_to
from opssight_gitlab.connector import connector
from opssight_gitlab.rows_code import changed_files, to_branch, to_commit
from opssight_gitlab.scopes import Context, address, default_branch, projects

MOST_FILES = 3_000
NO_REPOSITORY = (404, 409)

UNREAD = """
SELECT c.sha, c.committed_at, g.missed_at
FROM "commit" AS c
LEFT JOIN reading AS g ON g.source = c.source AND g.kind = 'commit' AND g.repo = c.repo AND g.id = c.sha
WHERE c.source = $source AND c.repo = $repo AND g.changed_at IS NULL
ORDER BY c.committed_at DESC
"""
OTHERS = """
SELECT name, head_sha
FROM branch
WHERE source = $source AND repo = $repo AND NOT is_default AND NOT is_deleted
ORDER BY head_at DESC NULLS LAST
LIMIT 100
"""


@connector.collector(every=timedelta(minutes=15), scopes=projects, overlap=timedelta(days=7))
async def commits(ctx: Context) -> sdk.Pages:
    """Read the default branch's commits since the last pass, and the week before for those that came late."""
    try:
        async for page in ctx.pages(address(ctx, "/repository/commits"), since=ctx.since, per_page=100):
            yield [to_commit(each, repo=ctx.scope) for each in page]
    except sdk.UpstreamError as problem:
        if problem.upstream_status not in NO_REPOSITORY or not await _is_there(ctx):
            raise


async def _is_there(ctx: Context) -> bool:
    """Return whether there is the project at all: one without commits has no repository yet."""
    try:
        await ctx.get(address(ctx))
    except sdk.UpstreamError:
        return False
    return True


@connector.collector(every=timedelta(minutes=15), scopes=projects)
async def commit_files(ctx: Context) -> sdk.Pages:
    """Read which files each stored commit touches, the newest commits first."""
    unread = await ctx.read(UNREAD, source=ctx.connector, repo=ctx.scope)
    async for rows in in_pages(unread, lambda row: _files(ctx, row)):
        yield rows


async def _files(ctx: Context, row: Mapping[str, Any]) -> Sequence[sdk.Row]:
    async def read() -> list[sdk.Row]:
        return [await _whole_commit(ctx, row["sha"])]

    reading = read_up_to(ctx, "commit", row["sha"], row["committed_at"])
    return await or_missed(ctx, reading, row["missed_at"], read)


async def _whole_commit(ctx: Context, sha: str) -> sdk.Commit:
    """Read a commit itself, since a merge request's list leaves out its parents, and the paths that it touches."""
    path = address(ctx, f"/repository/commits/{sha}")
    commit, files = await ctx.get(path), list[str]()
    async for page in ctx.pages(f"{path}/diff", per_page=100):
        files += changed_files(page)
        if len(files) >= MOST_FILES:
            break
    return to_commit(commit, repo=ctx.scope, files=files)


@connector.collector(every=timedelta(minutes=15), scopes=projects)
async def branches(ctx: Context) -> sdk.Pages:
    """Read all branches with their newest commits; those that are gone vanish."""
    pages = ctx.pages(address(ctx, "/repository/branches"), per_page=100)
    listed = [branch async for page in pages for branch in page]
    if commits := [to_commit(each["commit"], repo=ctx.scope) for each in listed]:
        yield commits
    yield sdk.Replacement(sdk.Branch, [to_branch(each, repo=ctx.scope) for each in listed], {"repo": ctx.scope})


@connector.collector(every=timedelta(days=1), scopes=projects)
async def branch_distances(ctx: Context) -> sdk.Pages:
    """Read how far the hundred newest branches are ahead of the default branch, and behind it."""
    default, _ = await default_branch(ctx)
    stored = await ctx.read(OTHERS, source=ctx.connector, repo=ctx.scope)
    async for rows in in_pages(stored, lambda row: _distance(ctx, default, row)):
        yield rows


async def _distance(ctx: Context, default: str, row: Mapping[str, Any]) -> Sequence[sdk.Row]:
    """Count the commits of a branch, of the default branch, and of what they share."""
    path = address(ctx, "/repository")
    try:
        found = await ctx.http.get(f"{path}/merge_base", params=[("refs[]", default), ("refs[]", row["head_sha"])])
        sdk.require_success(found)
        refs = (found.json()["id"], row["head_sha"], default)
        shared, own, theirs = [(await ctx.get(f"{path}/commits/{ref}/sequence"))["count"] for ref in refs]
    except sdk.UpstreamError as problem:
        if problem.upstream_status not in (400, *GONE):
            raise
        return []
    return [sdk.Branch(repo=ctx.scope, name=row["name"], ahead=own - shared, behind=theirs - shared)]
