"""StoreOptions: how much the store may use, and when it says no."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StoreOptions:
    """Limits of one store.

    `readers` queries of callers run at once, each for `query_seconds`, `waiting` more wait; `queue_rows` rows wait to
    be written. A group of writes is committed after `group_seconds` or `group_rows`. `memory`, `spill` (what queries
    may put on the disk) and `threads` (0: one a core) are DuckDB's own. Below `min_free_bytes` of free disk nothing is
    accepted.
    """

    readers: int = 4
    waiting: int = 64
    query_seconds: float = 10.0
    queue_rows: int = 50_000
    group_seconds: float = 0.005
    group_rows: int = 2_000
    checkpoint_seconds: float = 300.0
    memory: str = "1GB"
    spill: str = "4GB"
    threads: int = 0
    min_free_bytes: int = 200_000_000
