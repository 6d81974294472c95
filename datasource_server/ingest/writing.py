"""Writing: the last steps before the store: stamp the source, redact, own, and take along what belongs to it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from datasource_server.ingest.own import Owners
from datasource_server.ingest.redact import redact_rows
from datasource_server.sdk import Replacement, Row
from datasource_server.store import Commit, Store

Change = Sequence[Row] | Replacement
Rider = Callable[[Sequence[Row]], Awaitable[Sequence[Row]]]
"""From rows that are about to be written to rows that must be in the same transaction."""

_MANY = 200


class Writing:
    """Every row that comes in, and every derived one, goes through here."""

    def __init__(self, store: Store, owners: Owners) -> None:
        self._store = store
        self._owners = owners
        self.riders: list[Rider] = []

    async def write(self, source: str, *changes: Change) -> Commit:
        """Write what a connector hands over: its rows carry its name, a replacement is within its own rows."""
        own = [_within(each, source) for each in changes]
        return await self._write([await self._prepared(source, each) for each in own])

    async def write_derived(self, source: str, *changes: Change) -> Commit:
        """Write what a derivation made: rows keep the source of what they were made from; else it is `source`."""
        return await self._write([await self._derived(source, each) for each in changes])

    async def prepare(self, source: str, rows: Sequence[Row]) -> list[Row]:
        """Return the rows stamped, redacted and owned."""
        stamped = [row.stamped(source=source) for row in rows]
        clean = await asyncio.to_thread(redact_rows, stamped) if len(rows) > _MANY else redact_rows(stamped)
        return await self._owners.own(clean)

    async def write_prepared(self, *groups: Sequence[Row]) -> Commit:
        return await self._write(list(groups))

    async def _prepared(self, source: str, change: Change) -> Change:
        if not isinstance(change, Replacement):
            return await self.prepare(source, change)
        return Replacement(change.table, await self.prepare(source, change.rows), change.where)

    async def _derived(self, source: str, change: Change) -> Change:
        """Return what a derivation made, stamped and owned; it was made of redacted rows."""
        rows = change.rows if isinstance(change, Replacement) else change
        ready = await self._owners.own([row if row.source else row.stamped(source=source) for row in rows])
        return Replacement(change.table, ready, change.where) if isinstance(change, Replacement) else ready

    async def _write(self, changes: list[Change]) -> Commit:
        rows = [row for each in changes for row in (each.rows if isinstance(each, Replacement) else each)]
        along = [row for rider in self.riders for row in await rider(rows)]
        return await self._store.write(*(each for each in [*changes, along] if isinstance(each, Replacement) or each))


def _within(change: Change, source: str) -> Change:
    """Return a replacement that can't reach beyond the rows of its source."""
    if not isinstance(change, Replacement):
        return change
    return Replacement(change.table, change.rows, {**change.where, "source": source})
