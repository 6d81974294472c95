"""Collectors of commits with their files, and of branches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from datasource_server import sdk
from datasource_server.sdk.readings import in_pages, or_missed, read_up_to
from opssight_github.connector import connector
from opssight_github.rows_code import to_branch, to_commit
from opssight_github.scopes import Context, default_branch, repositories
from opssight_github.words import GONE

UNREAD = """
SELECT c.sha, c.committed_at, g.missed_at
FROM "commit" AS c
LEFT JOIN reading AS g ON g.source = c.source AND g.kind = 'commit' AND g.repo = c.repo AND g.id = c.sha
WHERE c.source = $source AND c.repo = $repo AND g.changed_at IS NULL
ORDER BY c.committed_at DESC
"""
HEADS = """
SELECT sha, committed_at
FROM "commit"
WHERE source = $source AND repo = $repo AND list_contains($shas, sha)
"""
OTHERS = """
SELECT name, head_sha
FROM branch
WHERE source = $source AND repo = $repo AND NOT is_default AND NOT is_deleted
ORDER BY head_at DESC NULLS LAST
LIMIT 100
"""


@connector.collector(every=timedelta(minutes=15), scopes=repositories, overlap=timedelta(days=7))
async def commits(ctx: Context) -> sdk.Pages:
    """Read the default branch's commits since the last pass, and the week before for those that came late."""
    # from midnight, so that the same page is asked for all day and costs nothing unchanged
    since = ctx.since.replace(hour=0, minute=0, second=0, microsecond=0)
    try:
        async for page in ctx.pages(f"/repos/{ctx.scope}/commits", since=since, per_page=100):
            yield [to_commit(each, repo=ctx.scope) for each in page]
    except sdk.UpstreamError as problem:
        if problem.upstream_status != 409:  # the repository is empty
            raise


@connector.collector(every=timedelta(minutes=15), scopes=repositories)
async def commit_files(ctx: Context) -> sdk.Pages:
    """Read which files each stored commit touches, the newest commits first."""
    unread = await ctx.read(UNREAD, source=ctx.connector, repo=ctx.scope)
    async for rows in in_pages(unread, lambda row: _files(ctx, row)):
        yield rows


async def _files(ctx: Context, row: Mapping[str, Any]) -> Sequence[sdk.Row]:
    async def read() -> list[sdk.Row]:
        return [await _whole_commit(ctx, row["sha"])]

    reading = read_up_to(ctx, "commit", row["sha"], row["committed_at"])
    return await or_missed(ctx, reading, row["missed_at"], read, gone=GONE)


async def _whole_commit(ctx: Context, sha: str) -> sdk.Commit:
    pages = [page async for page in ctx.pages(f"/repos/{ctx.scope}/commits/{sha}", items="files")]
    files = [file["filename"] for page in pages for file in page]
    return to_commit(pages[0].envelope, repo=ctx.scope, files=files)


@connector.collector(every=timedelta(minutes=15), scopes=repositories)
async def branches(ctx: Context) -> sdk.Pages:
    """Read all branches with their newest commits; those that are gone vanish."""
    default, rows = await default_branch(ctx)
    pages = ctx.pages(f"/repos/{ctx.scope}/branches", per_page=100)
    listed = [branch async for page in pages for branch in page]
    shas = {branch["commit"]["sha"] for branch in listed}
    stored = await ctx.read(HEADS, source=ctx.connector, repo=ctx.scope, shas=sorted(shas))
    heads = {row["sha"]: row["committed_at"] for row in stored}
    async for found in in_pages(sorted(shas - heads.keys()), lambda sha: _head(ctx, sha)):
        heads |= {row.sha: row.committed_at for row in found if isinstance(row, sdk.Commit)}
        rows += found
    if rows:
        yield rows
    page = await _page(ctx)
    names = [
        to_branch(each, repo=ctx.scope, page=page, default_branch=default, head_at=heads.get(each["commit"]["sha"]))
        for each in listed
    ]
    yield sdk.Replacement(sdk.Branch, names, {"repo": ctx.scope})


async def _head(ctx: Context, sha: str) -> Sequence[sdk.Row]:
    return await _files(ctx, {"sha": sha, "committed_at": ctx.now, "missed_at": None})


async def _page(ctx: Context) -> str:
    stored = await ctx.read(
        "SELECT url FROM repository WHERE source = $source AND repo = $repo", source=ctx.connector, repo=ctx.scope
    )
    return stored[0]["url"] if stored else ""


@connector.collector(every=timedelta(days=1), scopes=repositories)
async def branch_distances(ctx: Context) -> sdk.Pages:
    """Read how far the hundred newest branches are ahead of the default branch, and behind it."""
    default, _ = await default_branch(ctx)
    stored = await ctx.read(OTHERS, source=ctx.connector, repo=ctx.scope)
    async for rows in in_pages(stored, lambda row: _distance(ctx, default, row["name"])):
        yield rows


async def _distance(ctx: Context, default: str, name: str) -> Sequence[sdk.Row]:
    try:
        found = await ctx.get(f"/repos/{ctx.scope}/compare/{default}...{name}", per_page=1)
    except sdk.UpstreamError as problem:
        if problem.upstream_status != 404:
            raise
        return []
    return [sdk.Branch(repo=ctx.scope, name=name, ahead=found["ahead_by"], behind=found["behind_by"])]
