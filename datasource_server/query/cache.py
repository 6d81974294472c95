"""Cache: answers by their key, the least recently asked dropped first; the same ask at the same time runs once."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Hashable
from dataclasses import dataclass
from typing import Any

from datasource_server.query.result import Result

MAX_BYTES = 64_000_000
KEEP_SECONDS = 60
"""The key holds the data's version; the clock only matters to queries that ask what time it is."""
RECENT_SECONDS = 5
"""How old an answer may be while queries wait for each other."""


@dataclass(slots=True)
class Flight:
    """One run under way, and how many wait for it."""

    task: asyncio.Task[Result]
    waiting: int = 0


class Cache:
    """Keeps answers up to `max_bytes`; errors are never kept."""

    def __init__(self, max_bytes: int = MAX_BYTES, clock: Callable[[], float] = time.monotonic) -> None:
        self._max_bytes = max_bytes
        self._clock = clock
        self._kept: OrderedDict[Hashable, tuple[Result, int, float]] = OrderedDict()
        self._last: dict[Hashable, Hashable] = {}
        self._flights: dict[Hashable, Flight] = {}
        self.size_bytes = 0
        self.hits = 0
        self.misses = 0

    async def get(
        self,
        key: Hashable,
        run: Callable[[], Coroutine[Any, Any, Result]],
        key_bytes: int = 0,
        *,
        is_busy: bool = False,
    ) -> Result:
        """Return the answer of this key, from memory, from a run under way, or from a new run.

        A key's last part is the data's version. While the store is busy, an answer of some seconds ago is taken too.
        """
        if (found := self._find(key) or (self._find_recent(key) if is_busy else None)) is not None:
            self.hits += 1
            return found
        flight = self._flights.get(key)
        if flight is None:
            self.misses += 1
            flight = Flight(asyncio.create_task(self._fly(key, run, key_bytes)))
            self._flights[key] = flight
        else:
            self.hits += 1
        return await self._wait(key, flight)

    async def _wait(self, key: Hashable, flight: Flight) -> Result:
        """Wait for a run; when nobody waits for it any more, it is stopped."""
        flight.waiting += 1
        try:
            return await asyncio.shield(flight.task)
        finally:
            flight.waiting -= 1
            if not flight.waiting and self._flights.get(key) is flight:
                del self._flights[key]
                flight.task.cancel()

    async def _fly(self, key: Hashable, run: Callable[[], Coroutine[Any, Any, Result]], key_bytes: int) -> Result:
        result = await run()
        self._keep(key, result, key_bytes + result.size_bytes())
        return result

    def _find(self, key: Hashable) -> Result | None:
        if (entry := self._kept.get(key)) is None:
            return None
        if self._clock() - entry[2] >= KEEP_SECONDS:
            self._drop(key)
            return None
        self._kept.move_to_end(key)
        return entry[0]

    def _find_recent(self, key: Hashable) -> Result | None:
        """Return the last answer to the same ask, whatever was written since, where it is young enough."""
        before = self._last.get(_ask_of(key))
        entry = self._kept.get(before) if before is not None else None
        return entry[0] if entry is not None and self._clock() - entry[2] < RECENT_SECONDS else None

    def _keep(self, key: Hashable, result: Result, size: int) -> None:
        self._drop(key)
        if size > self._max_bytes // 4:
            return
        self._kept[key] = (result, size, self._clock())
        self._last[_ask_of(key)] = key
        self.size_bytes += size
        while self.size_bytes > self._max_bytes:
            self._drop(next(iter(self._kept)))

    def _drop(self, key: Hashable) -> None:
        if (entry := self._kept.pop(key, None)) is not None:
            self.size_bytes -= entry[1]
            if self._last.get(_ask_of(key)) == key:
                del self._last[_ask_of(key)]


def _ask_of(key: Hashable) -> Hashable:
    """Return the key without the data's version."""
    return key[:-1] if isinstance(key, tuple) else key
