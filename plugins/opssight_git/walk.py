"""Walk: the commits of a history as git tells of them, in runs of bounded size, so that neither side grows with it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime

from opssight_git.clone import FILTERS, Clone
from opssight_git.history import LOG, Reader, Told

A_RUN = 20_000


async def walk(clone: Clone, feed: str, first_at: datetime | None) -> AsyncIterator[Told]:
    """Yield what git tells of each commit; it is asked for some at a time, because it remembers all that it tells."""
    async for ids in _ids(clone, feed, first_at):
        reader = Reader()
        async for block in clone.stream(*LOG, feed=ids):
            for told in reader.read(block):
                yield told
        for told in reader.end():
            yield told


async def _ids(clone: Clone, feed: str, first_at: datetime | None) -> AsyncIterator[bytes]:
    """Yield the ids of the commits to read, newest first, a line each, A_RUN lines at once."""
    words = ["rev-list", "--stdin", "--ignore-missing"]
    if first_at is not None:
        option = "--since-as-filter" if clone.version >= FILTERS else "--since"
        words.append(f"{option}=@{int(first_at.timestamp())}")
    lines = bytearray()
    async for block in clone.stream(*words, feed=feed.encode()):
        lines += block
        while lines.count(b"\n") >= A_RUN:
            end = _end_of_line(lines, A_RUN)
            yield bytes(lines[:end])
            del lines[:end]
    if lines:
        yield bytes(lines)


def _end_of_line(lines: bytearray, count: int) -> int:
    """Return where line number `count` ends; all ids of a repository are of one length."""
    return (lines.index(b"\n") + 1) * count
