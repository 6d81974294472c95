"""Schedule: starts the collectors' passes, each so often, spread in time, and stops them cleanly."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler  # type: ignore[import-untyped]

from datasource_server.ingest.clock import Clock
from datasource_server.ingest.collect import Collecting
from datasource_server.plugins import Plugins
from datasource_server.sdk import Collector

log = logging.getLogger(__name__)

_MOST_JITTER = 30.0


class Schedule:
    """Runs each collector's first pass in the order of the connector, then every so often by itself."""

    def __init__(self, plugins: Plugins, collecting: Collecting, clock: Clock) -> None:
        self._plugins = plugins
        self._collecting = collecting
        self._clock = clock
        self._scheduler = AsyncIOScheduler(timezone="UTC")
        self._running: set[asyncio.Task[object]] = set()
        self._is_stopping = False

    def start(self) -> None:
        self._scheduler.start()
        for name in sorted(self._plugins.configured):
            if self._plugins.connectors[name].collectors:
                task: asyncio.Task[object] = asyncio.create_task(self._first(name))
                self._running.add(task)
                task.add_done_callback(self._running.discard)

    async def stop(self) -> None:
        """Break off what runs; a scope that did not finish is read again from its old cursor."""
        self._is_stopping = True
        if self._scheduler.running:
            self._scheduler.pause()
        running = list(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
            await asyncio.sleep(0)

    async def _first(self, connector: str) -> None:
        for collector in self._plugins.connectors[connector].collectors.values():
            self._plan(connector, collector)
            await self._pass(connector, collector)

    def _plan(self, connector: str, collector: Collector) -> None:
        seconds = collector.every.total_seconds()
        self._scheduler.add_job(
            self._tick,
            "interval",
            args=(connector, collector),
            seconds=seconds,
            jitter=min(seconds / 10, _MOST_JITTER),
            id=f"{connector}/{collector.name}",
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
            next_run_time=self._clock.now() + timedelta(seconds=seconds),
        )

    async def _tick(self, connector: str, collector: Collector) -> None:
        task = asyncio.current_task()
        if task is None or self._is_stopping:
            return
        self._running.add(task)
        try:
            await self._pass(connector, collector)
        except asyncio.CancelledError:
            if not self._is_stopping:
                raise
        finally:
            self._running.discard(task)

    async def _pass(self, connector: str, collector: Collector) -> None:
        try:
            await self._collecting.run(connector, collector, is_due_only=True)
        except Exception:  # the border: one collector's trouble is not another's
            log.exception("a pass failed", extra={"connector": connector, "collector": collector.name})
