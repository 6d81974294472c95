"""Replay: reads kept deliveries again, after a receiver learned to understand them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from datasource_server.ingest.clock import Clock
from datasource_server.ingest.reading import kept_delivery, record_of, understand
from datasource_server.ingest.writing import Writing
from datasource_server.plugins import Plugins
from datasource_server.sdk import Receiver
from datasource_server.store import Store

_AT_ONCE = 100

_WANTED = """
SELECT source, receiver, id
FROM delivery
WHERE ($connector = '' OR source = $connector)
  AND ($everything OR state = 'quarantined')
ORDER BY received_at, id
"""

_BODIES = """
SELECT source, receiver, id, kind, body, headers, received_at
FROM delivery
WHERE source = $source AND receiver = $receiver AND list_contains($ids, id)
ORDER BY received_at, id
"""


@dataclass(frozen=True, slots=True)
class Replayed:
    """How many deliveries were read again, and how that ended."""

    read: int = 0
    parsed: int = 0
    quarantined: int = 0

    def __add__(self, other: Replayed) -> Replayed:
        return Replayed(self.read + other.read, self.parsed + other.parsed, self.quarantined + other.quarantined)


@dataclass(frozen=True, slots=True)
class Replaying:
    """Reads the store's deliveries again, oldest first."""

    store: Store
    plugins: Plugins
    writing: Writing
    clock: Clock

    async def run(self, connector: str = "", *, only_quarantined: bool = True) -> Replayed:
        wanted = await self.store.rows(_WANTED, connector=connector, everything=not only_quarantined)
        total = Replayed()
        for batch in _batches(wanted):
            source, receiver = batch[0]["source"], batch[0]["receiver"]
            taker = self._receiver(source, receiver)
            if taker is not None:
                total += await self._again(source, taker, [each["id"] for each in batch])
        return total

    def _receiver(self, source: str, receiver: str) -> Receiver | None:
        found = self.plugins.connectors.get(source)
        return found.receivers.get(receiver) if found is not None and source in self.plugins.configured else None

    async def _again(self, source: str, receiver: Receiver, ids: list[str]) -> Replayed:
        total = Replayed()
        for row in await self.store.rows(_BODIES, source=source, receiver=receiver.name, ids=ids):
            delivery = replace(kept_delivery(row), settings=self.plugins.configured[source])
            found = understand(receiver, delivery)
            record = record_of(receiver, delivery, found, self.clock.now()).stamped(source=source)
            rows = await self.writing.prepare(source, found.rows)
            await self.writing.write_prepared([record], rows)
            total += Replayed(1, int(not found.reason), int(bool(found.reason)))
        return total


def _batches(wanted: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Return stretches of deliveries of the same receiver, in order."""
    batches: list[list[dict[str, Any]]] = []
    for each in wanted:
        last = batches[-1] if batches else []
        is_alike = bool(last) and (last[0]["source"], last[0]["receiver"]) == (each["source"], each["receiver"])
        if is_alike and len(last) < _AT_ONCE:
            last.append(each)
        else:
            batches.append([each])
    return batches
