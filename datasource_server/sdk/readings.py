"""Readings: which details were read already, and what becomes of things that a tool lists but does not have."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from datasource_server.sdk.context import Context
from datasource_server.sdk.errors import UpstreamError
from datasource_server.sdk.journal import Reading
from datasource_server.sdk.row import Row

T = TypeVar("T")
AT_ONCE = 8
A_PAGE = 32
PATIENCE = timedelta(days=1)
GONE = (404, 410)
"""The answers of most tools for what they do not have."""

READINGS = """
SELECT id, changed_at, missed_at
FROM reading
WHERE source = $source AND kind = $kind AND repo = $repo AND list_contains($ids, id)
"""


async def readings(ctx: Context[Any], kind: str, ids: Sequence[str]) -> dict[str, Mapping[str, datetime | None]]:
    """Return what is known of these things: id → the change that was read, and when it was first missed."""
    rows = await ctx.read(READINGS, source=ctx.connector, kind=kind, repo=ctx.scope, ids=list(ids))
    return {row["id"]: row for row in rows}


async def in_pages(items: Sequence[T], read: Callable[[T], Awaitable[Sequence[Row]]]) -> AsyncIterator[list[Row]]:
    """Read the details of many things, some at a time, and yield their rows in pages worth writing.

    When the tool fails at one of them, what was read of the others is yielded before the error is raised, so that each
    pass gets further than the one before.
    """
    gate, failures = asyncio.Semaphore(AT_ONCE), list[UpstreamError]()

    async def one(item: T) -> Sequence[Row]:
        async with gate:
            try:
                return [] if failures else await read(item)
            except UpstreamError as problem:
                failures.append(problem)
                return []

    for start in range(0, len(items), A_PAGE):
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(item)) for item in items[start : start + A_PAGE]]
        if rows := [row for task in tasks for row in task.result()]:
            yield rows
        if failures:
            raise failures[0]


def read_up_to(ctx: Context[Any], kind: str, identity: str, changed_at: datetime | None) -> Reading:
    """Return the note that one thing was read up to a change."""
    return Reading(kind=kind, repo=ctx.scope, id=identity, changed_at=changed_at, missed_at=None)


async def or_missed(
    ctx: Context[Any],
    reading: Reading,
    missed_at: datetime | None,
    read: Callable[[], Awaitable[Sequence[Row]]],
    *,
    gone: Collection[int] = GONE,
) -> Sequence[Row]:
    """Return the rows of one thing and the note that it was read; where the tool does not have it, only a note.

    `gone` are the statuses that say so.
    """
    try:
        return [*await read(), reading]
    except UpstreamError as problem:
        if problem.upstream_status not in gone:
            raise
        return [missed(ctx, reading, missed_at)]


def missed(ctx: Context[Any], reading: Reading, missed_at: datetime | None) -> Reading:
    """Return the note of a thing that the tool does not have: to be asked for again, or after a day as read.

    What is not there for a day was deleted. Before that it may be late, or the answer was wrong.
    """
    if is_given_up(ctx, missed_at):
        return reading
    return Reading(kind=reading.kind, repo=reading.repo, id=reading.id, missed_at=missed_at or ctx.now)


def is_given_up(ctx: Context[Any], missed_at: datetime | None) -> bool:
    """Return whether the tool does not have a thing for so long that it was deleted."""
    return missed_at is not None and ctx.now - missed_at > PATIENCE
