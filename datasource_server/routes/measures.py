"""Measures: the server's own metrics, for Prometheus; numbers only, no row of data."""

from __future__ import annotations

from datetime import UTC, datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from datasource_server.routes.house import House
from datasource_server.version import VERSION

BUCKETS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
RUNS = """
SELECT source, collector,
       max(epoch($now::TIMESTAMP - coalesce(succeeded_at, started_at))) AS lag_seconds,
       sum((error <> '')::INTEGER) AS failing, min(budget_left) AS budget_left
FROM collector_run
GROUP BY ALL
"""
QUARANTINE = "SELECT source, receiver, count(*) AS count FROM delivery WHERE state = 'quarantined' GROUP BY ALL"


class Measures:
    """The registry of one application: answers are counted as they go out, the rest is read at each scrape."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = self._counter("requests", "Answers.", "method", "route", "status")
        self._seconds = Histogram(
            "opssight_request_seconds", "Seconds until an answer.", ["route"], registry=self.registry, buckets=BUCKETS
        )
        self._info = self._gauge("info", "Always 1.", "version")
        self._info.labels(VERSION).set(1)
        self._store_bytes = self._gauge("store_bytes", "Size of the store's files.")
        self._queue_rows = self._gauge("queue_rows", "Rows that wait to be written.")
        self._alarms = self._gauge("alarms", "Alarms of the store; anything above 0 wants a human.")
        self._broken = self._gauge("broken_plugins", "Plugins that could not be loaded.")
        self._queries = self._gauge("broken_queries", "Queries that can't be used.")
        self._lag = self._gauge("collector_lag_seconds", "Since the oldest finished pass.", "connector", "collector")
        self._failing = self._gauge("collector_failing_scopes", "Scopes that broke off.", "connector", "collector")
        self._budget = self._gauge("budget_left", "Requests that the tool still allows.", "connector", "collector")
        self._quarantine = self._gauge("quarantined", "Deliveries not understood yet.", "connector", "receiver")
        self._deliveries = self._gauge("deliveries", "Since the start.", "connector", "receiver", "state")
        self._upstream = self._gauge("upstream_requests", "Sent since the start.", "connector")

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answer."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    async def text(self, house: House | None) -> bytes:
        """Return everything in Prometheus' text format, read freshly."""
        if house is not None:
            self._of_store(house)
            self._of_ingest(house)
            await self._of_collectors(house)
        return generate_latest(self.registry)

    def _of_store(self, house: House) -> None:
        self._store_bytes.set(house.store.size_bytes())
        self._queue_rows.set(house.store.queue_length())
        self._alarms.set(len(house.store.alarms))
        self._broken.set(len(house.plugins.problems))
        self._queries.set(len(house.engine.broken))

    def _of_ingest(self, house: House) -> None:
        status = house.ingest.status
        for name, count in status["deliveries"].items():
            self._deliveries.labels(*name.split("/", 2)).set(count)
        for name, count in status["requests"].items():
            self._upstream.labels(name).set(count)

    async def _of_collectors(self, house: House) -> None:
        for gauge in (self._lag, self._failing, self._budget, self._quarantine):
            gauge.clear()
        for row in await house.store.rows(RUNS, now=datetime.now(UTC)):
            names = (row["source"], row["collector"])
            self._lag.labels(*names).set(max(0.0, row["lag_seconds"] or 0.0))
            self._failing.labels(*names).set(row["failing"] or 0)
            if row["budget_left"] is not None:
                self._budget.labels(*names).set(row["budget_left"])
        for row in await house.store.rows(QUARANTINE):
            self._quarantine.labels(row["source"], row["receiver"]).set(row["count"])

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"opssight_{name}", text, labels, registry=self.registry)

    def _gauge(self, name: str, text: str, *labels: str) -> Gauge:
        return Gauge(f"opssight_{name}", text, labels, registry=self.registry)
