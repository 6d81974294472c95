"""Journal: how far each scope was read, and how its last passes ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from datasource_server.store import Store

_STATES = """
SELECT scope, max(until) AS until, max(failures) AS failures
FROM (
    SELECT scope, until, NULL AS failures FROM cursor WHERE source = $source AND collector = $collector
    UNION ALL
    SELECT scope, NULL, failures FROM collector_run WHERE source = $source AND collector = $collector
)
GROUP BY scope
"""


@dataclass(frozen=True, slots=True)
class State:
    """One scope's cursor, and how often in a row its passes broke off."""

    until: datetime | None = None
    failures: int = 0


@dataclass(frozen=True, slots=True)
class Journal:
    """Reads what the store knows of past passes."""

    store: Store

    async def states(self, connector: str, collector: str) -> dict[str, State]:
        found = await self.store.rows(_STATES, source=connector, collector=collector)
        return {each["scope"]: State(each["until"], each["failures"] or 0) for each in found}
