"""Ingest: the way in. Collectors on a schedule, receivers on demand, derivations after commits."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import httpx

from datasource_server.ingest.clock import Clock
from datasource_server.ingest.collect import Collecting, Report
from datasource_server.ingest.contexts import Contexts
from datasource_server.ingest.derive import Deriving
from datasource_server.ingest.journal import Journal
from datasource_server.ingest.options import IngestOptions
from datasource_server.ingest.own import Owners
from datasource_server.ingest.receive import Received, Receiving
from datasource_server.ingest.redact import redact
from datasource_server.ingest.replay import Replayed, Replaying
from datasource_server.ingest.schedule import Schedule
from datasource_server.ingest.status import status_of
from datasource_server.ingest.wires import Wires
from datasource_server.ingest.writing import Rider, Writing
from datasource_server.plugins import Plugins
from datasource_server.sdk import Caller, Context, NotFound, OwnerRule
from datasource_server.sdk.journal import CollectorRun
from datasource_server.store import Commit, Store

log = logging.getLogger(__name__)


class Ingest:
    """Brings rows in by collectors and receivers, and derives rows from rows; `start` and `stop` go in pairs."""

    def __init__(
        self,
        store: Store,
        plugins: Plugins,
        options: IngestOptions | None = None,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._store, self._plugins = store, plugins
        self.options = options or IngestOptions()
        self.clock = clock or Clock()
        self.wires = Wires(self.options, self.clock, transport)
        self._owners = Owners(store, plugins.hooks)
        self.writing = Writing(store, self._owners)
        self._contexts = Contexts(self.wires, plugins, store.rows)
        self.collecting = Collecting(self._contexts, self.writing, Journal(store))
        self.receiving = Receiving(plugins, self.writing, self.clock, self.options)
        self._replaying = Replaying(store, plugins, self.writing, self.clock)
        self.deriving = Deriving(store, self.writing, plugins, self.options.debounce_seconds)
        self._schedule = Schedule(plugins, self.collecting, self.clock)
        self._background: list[asyncio.Task[None]] = []
        self._rules_changed = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        store.listen(self._heard)

    @property
    def status(self) -> Mapping[str, Any]:
        """What is degraded, the tools' budgets, counts of deliveries and requests; for /readyz and /metrics."""
        return status_of(self.wires, self.collecting, self.receiving, self.deriving)

    async def start(self, *, is_collecting: bool = True) -> None:
        self._loop = asyncio.get_running_loop()
        self._background = [asyncio.create_task(self.deriving.run()), asyncio.create_task(self._own_again())]
        if is_collecting:
            self._schedule.start()

    async def stop(self) -> None:
        await self._schedule.stop()
        for task in self._background:
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        await self.deriving.remember()
        self._loop = None
        await self.wires.aclose()

    async def collect(
        self, connector: str = "", collector: str = "", *, since: datetime | None = None, progress: Report | None = None
    ) -> list[CollectorRun]:
        """Run one pass now of one collector, of one connector's, or of all; `since` reads that far back again."""
        self._require(connector, collector)
        runs = []
        for name in sorted(self._plugins.configured):
            for each in self._plugins.connectors[name].collectors.values():
                if connector in ("", name) and collector in ("", each.name):
                    runs += await self.collecting.run(name, each, since=since, report=progress)
        return runs

    async def receive(
        self, connector: str, receiver: str, headers: Mapping[str, str], body: bytes, query: Mapping[str, str]
    ) -> Received:
        """Take one delivery and return after its commit; Rejected, Overloaded or NotFound where it is not taken."""
        return await self.receiving.receive(connector, receiver, headers, body, query)

    async def replay(self, connector: str = "", *, only_quarantined: bool = True) -> Replayed:
        """Read kept deliveries again."""
        self._require(connector)
        return await self._replaying.run(connector, only_quarantined=only_quarantined)

    async def derive(self, connector: str = "") -> int:
        """Make all derived rows again; return how many there are."""
        self._require(connector)
        return await self.deriving.everything(connector)

    def context(self, connector: str, scope: str, part: str, caller: Caller | None = None) -> Context[Any]:
        """Return a context for an action or a notifier."""
        return self._contexts.for_people(connector, scope, part, caller)

    async def team_of(self, source: str, repo: str) -> str:
        """Return the team that owns a repository; empty where nobody does."""
        return await self._owners.team_of(source, repo)

    def redacted(self, text: str) -> str:
        """Return a text without terminal codes and secrets."""
        return redact(text)

    def accompany(self, rider: Rider) -> None:
        """Let `rider` add rows to each transaction that writes rows."""
        self.writing.riders.append(rider)

    def _require(self, connector: str, collector: str = "") -> None:
        if connector and connector not in self._plugins.configured:
            raise NotFound(f"connector {connector} is not configured")
        if connector and collector and collector not in self._plugins.connectors[connector].collectors:
            raise NotFound(f"connector {connector} has no collector {collector}")

    def _heard(self, commit: Commit) -> None:
        """Pass a commit on from the writer's thread to the event loop."""
        if (loop := self._loop) is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._touch, commit)

    def _touch(self, commit: Commit) -> None:
        self.deriving.touch(commit)
        if OwnerRule.table in commit.touched:
            self._rules_changed.set()

    async def _own_again(self) -> None:
        """Re-own stored rows whenever owner rules change; at the start too, where a crash may have come between."""
        if await self._owners.has_rules():
            self._rules_changed.set()
        while True:
            await self._rules_changed.wait()
            await asyncio.sleep(self.options.debounce_seconds)
            self._rules_changed.clear()
            try:
                await self._owners.own_again()
            except Exception:  # the border: a full store, say; the next change tries again
                log.exception("stored rows could not be given to their owners")
