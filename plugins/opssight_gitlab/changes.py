"""Reads lists of what changed, the last change first, beyond the page that GitLab ends them at."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

from datasource_server import sdk
from opssight_gitlab.scopes import Context
from opssight_gitlab.words import changed_at

MOST_ROWS = 40_000
"""GitLab refuses pages that lie more than 50,000 rows from the beginning."""
SECOND = timedelta(seconds=1)


async def changed_since(
    ctx: Context,
    path: str,
    since: datetime,
    **params: Any,  # noqa: ANN401  whatever the list filters by
) -> AsyncIterator[sdk.Page | sdk.Gap]:
    """Yield pages of what changed since a moment, and a gap where GitLab would not list it all.

    What changes while the pages are read moves to the front: others are read twice then, but none is left out.
    """
    until: datetime | None = None
    while True:
        count, oldest = 0, until
        async for page in _pages(ctx, path, since, until, params):
            yield page
            count += len(page)
            oldest = changed_at(page[-1]) if page else oldest
            if count >= MOST_ROWS:
                break
        else:
            return
        before = oldest + SECOND if oldest else since
        if until is not None and before >= until:
            yield ctx.gap(f"more than {MOST_ROWS:,} changes of {path} within a second", before, until)
            return
        until = before


def _pages(
    ctx: Context, path: str, since: datetime, until: datetime | None, params: dict[str, Any]
) -> AsyncIterator[sdk.Page]:
    order: dict[str, Any] = {"order_by": "updated_at", "sort": "desc", "per_page": 100}
    return ctx.pages(path, updated_after=since, updated_before=until, **order, **params)
