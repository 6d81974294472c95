"""Actions: what a lead may start or stop in GitLab's pipelines."""

from __future__ import annotations

import httpx
import orjson

from datasource_server import sdk
from opssight_gitlab.connector import connector
from opssight_gitlab.settings import ProjectName, Settings, project_address

KNOWN = "SELECT repo, url FROM repository WHERE source = $source AND repo = $repo"


@connector.action(role="lead")
async def retry(ctx: sdk.Context[Settings], *, repo: ProjectName, run_id: int) -> dict[str, str]:
    """Run the failed and cancelled jobs of a pipeline again."""
    return await _ask(ctx, repo, f"pipelines/{run_id}", "retry")


@connector.action(role="lead")
async def retry_job(ctx: sdk.Context[Settings], *, repo: ProjectName, job_id: int) -> dict[str, str]:
    """Run one job again."""
    return await _ask(ctx, repo, f"jobs/{job_id}", "retry")


@connector.action(role="lead")
async def cancel(ctx: sdk.Context[Settings], *, repo: ProjectName, run_id: int) -> dict[str, str]:
    """Cancel a pipeline that has not ended."""
    return await _ask(ctx, repo, f"pipelines/{run_id}", "cancel")


@connector.action(role="lead")
async def play(ctx: sdk.Context[Settings], *, repo: ProjectName, job_id: int) -> dict[str, str]:
    """Let a job run that waits for a person."""
    return await _ask(ctx, repo, f"jobs/{job_id}", "play")


async def _ask(ctx: sdk.Context[Settings], repo: str, thing: str, deed: str) -> dict[str, str]:
    known = await ctx.read(KNOWN, source=ctx.connector, repo=repo)
    if not known:
        raise sdk.NotFound(f"gitlab does not watch a project {repo}")
    if not ctx.settings.token.get_secret_value():
        raise sdk.ConfigError("gitlab needs a token before it can change anything")
    path = f"{project_address(repo)}/{thing}/{deed}"
    answer = await ctx.http.post(path)
    if not answer.is_success:
        raise _refused(path, answer)
    return {"asked": deed, "url": _page(answer) or f"{known[0]['url']}/-/{thing}"}


def _refused(path: str, answer: httpx.Response) -> sdk.UpstreamError:
    """Return the error that says what GitLab refused, in GitLab's own words."""
    body = _json(answer)
    words = body.get("message") or body.get("error") or "no reason given"
    what = f"GitLab refused POST {path}: {str(words)[:300]} ({answer.status_code})"
    return sdk.UpstreamError(what, upstream_status=answer.status_code)


def _page(answer: httpx.Response) -> str:
    return str(_json(answer).get("web_url") or "")


def _json(answer: httpx.Response) -> dict[str, object]:
    try:
        body = orjson.loads(answer.content)
    except orjson.JSONDecodeError:
        return {}
    return body if isinstance(body, dict) else {}
