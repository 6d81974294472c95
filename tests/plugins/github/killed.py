"""A process that collects until it is killed; it tells its parent of every commit."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from datasource_server.store import Commit

from .house import House, github_house

LASTING = ("repository", "pipeline_run", "pipeline_job", "pipeline_step", "commit", "pull_request", "deployment")
"""Tables out of which a collector takes nothing."""


def collect_for_ever(folder: Path, settings: Mapping[str, Any], line: Connection) -> None:
    """Open the store, say what is in it, and collect."""
    asyncio.run(_collect(folder, settings, line))


async def _collect(folder: Path, settings: Mapping[str, Any], line: Connection) -> None:
    def tell(commit: Commit) -> None:
        line.send({table: commit.fresh.get(table, 0) for table in LASTING})

    async with github_house(folder, **settings) as house:
        line.send(await counts(house))
        house.store.listen(tell)
        while True:
            await house.collect()


async def counts(house: House) -> dict[str, int]:
    """Rows by table, of the tables out of which nothing is taken."""
    found = await house.rows(
        " UNION ALL ".join(f"SELECT '{name}' AS t, count(*) AS n FROM \"{name}\"" for name in LASTING)
    )
    return {row["t"]: row["n"] for row in found}
