"""Reads workflow runs by windows of their creation, so that no window holds more than GitHub lists of a search."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from datasource_server import sdk
from opssight_github.scopes import Context
from opssight_github.words import moment

CAP = 1_000
SHORTEST = timedelta(minutes=1)
WEEK = timedelta(days=7)
MOST_WEEKS = 6
SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of creation, both ends included."""

    first: datetime
    last: datetime

    def halves(self) -> tuple[Window, Window]:
        """Return the newer and the older half."""
        middle = self.first + timedelta(seconds=(self.last - self.first) // SECOND // 2)
        return Window(middle + SECOND, self.last), Window(self.first, middle)


def windows(since: datetime, until: datetime) -> list[Window]:
    """Return windows that hold the stretch, newest first: calendar weeks, and all that is older than six of them.

    The weeks begin on Mondays whatever is asked, so that the same pages are asked for again and cost nothing unchanged.
    """
    newest = _monday(until)
    oldest = max(_monday(since), newest - WEEK * (MOST_WEEKS - 1))
    weeks = [Window(start, start + WEEK - SECOND) for start in _mondays(newest, oldest)]
    return weeks if since >= oldest else [*weeks, Window(since.replace(microsecond=0), oldest - SECOND)]


def _monday(moment_: datetime) -> datetime:
    day = moment_.date() - timedelta(days=moment_.weekday())
    return datetime.combine(day, datetime.min.time(), UTC)


def _mondays(newest: datetime, oldest: datetime) -> Iterator[datetime]:
    while newest >= oldest:
        yield newest
        newest -= WEEK


async def created_since(ctx: Context, since: datetime) -> AsyncIterator[sdk.Page | sdk.Gap]:
    """Yield pages of the runs created since a moment, newest first, and a gap where GitHub would not list them all.

    The last week reaches past now, so that a forge whose clock is ahead of ours hides nothing.
    """
    for window in windows(since, ctx.now + timedelta(days=1)):
        async for page in _window(ctx, window, since):
            yield page


async def _window(ctx: Context, window: Window, since: datetime) -> AsyncIterator[sdk.Page | sdk.Gap]:
    if window.last < since:
        return
    total = 0
    async for page in _pages(ctx, window):
        yield page
        total = total or page.envelope.get("total_count", 0)
        if not page or moment(page[-1]["created_at"]) < since:
            return
        if total >= CAP and window.last - window.first > SHORTEST:
            break
    else:
        if total >= CAP:
            yield ctx.gap(f"GitHub lists only {CAP:,} runs of a search", window.first, window.last)
        return
    for half in window.halves():
        async for each in _window(ctx, half, since):
            yield each


def _pages(ctx: Context, window: Window) -> AsyncIterator[sdk.Page]:
    created = f"{window.first:%Y-%m-%dT%H:%M:%SZ}..{window.last:%Y-%m-%dT%H:%M:%SZ}"
    path = f"/repos/{ctx.scope}/actions/runs"
    return ctx.pages(path, items="workflow_runs", created=created, per_page=100)
