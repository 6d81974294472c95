"""Actions: what a lead may start or stop in GitHub Actions."""

from __future__ import annotations

import asyncio

from github import GithubException

from datasource_server import sdk
from opssight_github.auth import client, refused
from opssight_github.connector import connector
from opssight_github.settings import RepositoryName, Settings


@connector.action(role="lead")
async def rerun(ctx: sdk.Context[Settings], *, repo: RepositoryName, run_id: int) -> dict[str, str]:
    """Run a workflow run again, all of its jobs."""
    return await _ask(ctx, repo, run_id, "rerun")


@connector.action(role="lead")
async def rerun_failed(ctx: sdk.Context[Settings], *, repo: RepositoryName, run_id: int) -> dict[str, str]:
    """Run the failed jobs of a workflow run again."""
    return await _ask(ctx, repo, run_id, "rerun-failed-jobs")


@connector.action(role="lead")
async def cancel(ctx: sdk.Context[Settings], *, repo: RepositoryName, run_id: int) -> dict[str, str]:
    """Cancel a workflow run that has not ended."""
    return await _ask(ctx, repo, run_id, "cancel")


async def _ask(ctx: sdk.Context[Settings], repo: str, run_id: int, deed: str) -> dict[str, str]:
    known = await ctx.read(
        "SELECT repo, url FROM repository WHERE source = $source AND repo = $repo", source=ctx.connector, repo=repo
    )
    if not known:
        raise sdk.NotFound(f"github does not watch a repository {repo}")
    await asyncio.to_thread(_post, ctx.settings, repo, f"/repos/{repo}/actions/runs/{run_id}/{deed}")
    return {"asked": deed, "url": f"{known[0]['url']}/actions/runs/{run_id}"}


def _post(settings: Settings, repo: str, path: str) -> None:
    try:
        client(settings, repo).requester.requestJsonAndCheck("POST", path)
    except GithubException as problem:
        raise refused(f"GitHub refused POST {path}", problem) from None
