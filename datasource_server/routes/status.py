"""How the server is, as its operator wants to know it."""

from __future__ import annotations

from typing import Any

from datasource_server.routes.house import House
from datasource_server.version import VERSION

RUNS = "SELECT * EXCLUDE (team, url) FROM collector_run ORDER BY source, collector, scope"


async def status_of(house: House) -> dict[str, Any]:
    """Return the store's size and queue, the alarms, and the last pass of every collector over every scope."""
    return {
        "version": VERSION,
        "store_bytes": house.store.size_bytes(),
        "queue_rows": house.store.queue_length(),
        "alarms": list(house.store.alarms),
        "is_deriving": house.ingest.status["is_deriving"],
        "broken_queries": dict(house.engine.broken),
        "collectors": await house.store.rows(RUNS),
    }
