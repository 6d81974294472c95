"""Collector of issues that are incidents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from datasource_server import sdk
from datasource_server.sdk.readings import GONE
from opssight_gitlab.changes import changed_since
from opssight_gitlab.connector import connector
from opssight_gitlab.rows_incidents import is_incident, to_incident
from opssight_gitlab.scopes import Context, address, projects
from opssight_gitlab.settings import Settings

A_YEAR = timedelta(days=365)
OPEN = "SELECT id, url FROM incident WHERE source = $source AND repo = $repo AND state <> 'resolved'"


@connector.collector(every=timedelta(minutes=10), scopes=projects, overlap=timedelta(hours=1), first=A_YEAR)
async def incidents(ctx: Context) -> sdk.Pages:
    """Read the issues that are incidents by label or by GitLab's own type, as they change."""
    seen: set[str] = set()
    for only in _searches(ctx.settings):
        async for page in changed_since(ctx, address(ctx, "/issues"), ctx.since, scope="all", **only):
            if isinstance(page, sdk.Gap):
                yield [page]
                continue
            seen |= {str(each["id"]) for each in page}
            yield [to_incident(each, repo=ctx.scope) for each in page]
    for row in await ctx.read(OPEN, source=ctx.connector, repo=ctx.scope):
        if row["id"] not in seen:
            yield await _again(ctx, row)


def _searches(settings: Settings) -> list[dict[str, str]]:
    """Return what to search for: each label by itself, since GitLab wants all labels of a search at once."""
    return [{"issue_type": "incident"}, *({"labels": label} for label in settings.incident_labels)]


async def _again(ctx: Context, row: Mapping[str, Any]) -> Sequence[sdk.Row] | sdk.Replacement:
    """Read an open incident again: one that lost its label, or is gone, is no incident any more."""
    gone = sdk.Replacement(sdk.Incident, (), {"repo": ctx.scope, "id": row["id"]})
    try:
        issue = await ctx.get(address(ctx, f"/issues/{row['url'].rpartition('/')[2]}"))
    except sdk.UpstreamError as problem:
        if problem.upstream_status not in GONE:
            raise
        return gone
    is_one = str(issue["id"]) == row["id"] and is_incident(issue, ctx.settings.incident_labels)
    return [to_incident(issue, repo=ctx.scope)] if is_one else gone
