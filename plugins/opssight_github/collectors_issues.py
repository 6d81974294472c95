"""Collectors of incidents: issues with one of the labels that the settings name."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

from datasource_server import sdk
from opssight_github.connector import connector
from opssight_github.rows_issues import is_incident, to_incident
from opssight_github.scopes import Context, repositories

DISABLED = 410
"""GitHub's answer where a repository has no issues."""


@connector.collector(every=timedelta(minutes=10), scopes=repositories, overlap=timedelta(hours=1))
async def incidents(ctx: Context) -> sdk.Pages:
    """Read issues that are incidents and changed, the last changed first."""
    # from midnight, so that the same page is asked for all day and costs nothing unchanged
    since = ctx.since.replace(hour=0, minute=0, second=0, microsecond=0)
    async for rows in _labelled(ctx, since):
        yield rows


@connector.collector(every=timedelta(days=1), scopes=repositories)
async def all_incidents(ctx: Context) -> sdk.Pages:
    """Read all issues that are incidents again; those that lost their label, or are gone, vanish."""
    rows = [row async for page in _labelled(ctx, None) for row in page]
    yield sdk.Replacement(sdk.Incident, rows, {"repo": ctx.scope})


async def _labelled(ctx: Context, since: datetime | None) -> AsyncIterator[list[sdk.Incident]]:
    """Yield incidents label by label: GitHub lists only issues that carry all labels it is asked for."""
    path = f"/repos/{ctx.scope}/issues"
    for label in ctx.settings.incident_labels:
        asked: dict[str, Any] = {"labels": label, "state": "all", "sort": "updated", "direction": "desc"}
        try:
            async for page in ctx.pages(path, since=since, per_page=100, **asked):
                yield [to_incident(each, repo=ctx.scope) for each in page if is_incident(each, [label])]
        except sdk.UpstreamError as problem:
            if problem.upstream_status != DISABLED:
                raise
