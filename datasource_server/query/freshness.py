"""Freshness: up to which moment the collectors behind a table have read."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from datasource_server.store import Commit, Store

RUNS = """
SELECT source, collector, min(succeeded_at) AS succeeded_at, max(every_seconds) AS every_seconds
FROM (SELECT *, max(finished_at) OVER (PARTITION BY source, collector) AS newest_at FROM main.collector_run)
WHERE finished_at >= newest_at - to_seconds(greatest(86400, 3 * every_seconds))
GROUP BY ALL
HAVING count(succeeded_at) > 0
"""
"""A scope that its collector no longer reads (a repository that is gone) does not make everything old."""

SLOW_SECONDS = 3600
KEEP_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Pass:
    """The oldest finished pass of one collector over its scopes."""

    source: str
    succeeded_at: datetime
    every_seconds: float

    def counts(self, now: datetime) -> bool:
        """Say whether it tells the age of the data: a collector that is meant to be slow only does when it is late."""
        late_after = timedelta(seconds=2 * self.every_seconds)
        return self.every_seconds <= SLOW_SECONDS or now - self.succeeded_at > late_after


class Freshness:
    """Knows which connectors fill which tables, and how far their collectors are."""

    def __init__(self, store: Store, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._clock = clock
        self._lock = threading.Lock()
        self._sources: dict[str, set[str]] = defaultdict(set)
        self._seeded: set[str] = set()
        self._passes: tuple[Pass, ...] = ()
        self._known: tuple[int, float] = (-1, float("-inf"))
        store.listen(self._note)

    async def as_of(self, tables: Iterable[str]) -> datetime | None:
        """Return the oldest moment among the collectors that feed these tables; None where none does."""
        sources = {source for table in tables for source in await self._sources_of(table)}
        now = datetime.now(UTC)
        mine = [each for each in await self._current() if each.source in sources]
        counted = [each.succeeded_at for each in mine if each.counts(now)]
        return min(counted or [each.succeeded_at for each in mine], default=None)

    def _note(self, commit: Commit) -> None:
        with self._lock:
            for table, touched in commit.touched.items():
                self._sources[table].update(source for source, _ in touched)

    async def _sources_of(self, table: str) -> set[str]:
        if table not in self._seeded:
            rows = await self._store.rows(f'SELECT DISTINCT source FROM main."{table}"')
            with self._lock:
                self._sources[table].update(row["source"] for row in rows)
            self._seeded.add(table)
        with self._lock:
            return set(self._sources[table])

    async def _current(self) -> tuple[Pass, ...]:
        version, now = self._store.version(["collector_run"]), self._clock()
        known, read_at = self._known
        if version != known and now - read_at >= KEEP_SECONDS:
            rows = await self._store.rows(RUNS)
            self._passes = tuple(Pass(row["source"], row["succeeded_at"], row["every_seconds"] or 0) for row in rows)
            self._known = (version, now)
        return self._passes
