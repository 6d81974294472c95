"""A store in which rows are derived as the server does it, and what came out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from datasource_server import sdk
from datasource_server.store import Store
from opssight_dora.candidates import candidates
from opssight_dora.deriving import deployments
from opssight_dora.settings import Settings

DEFAULT = Settings()


async def derive(store: Store, rows: Sequence[sdk.Row], settings: Settings = DEFAULT) -> None:
    """Write rows, then derive until a pass changes nothing more."""
    await store.write(rows)
    found = await store.rows("SELECT DISTINCT source, repo FROM deployment UNION SELECT source, repo FROM pull_request")
    pairs = frozenset((row["source"], row["repo"]) for row in found)
    for _ in range(3):
        await store.write(await deployments(sdk.Derive(store.rows, pairs, settings)))
        written = await store.write(await candidates(sdk.Derive(store.rows, None, settings)))
        if not written.rows:
            return
    raise AssertionError("the derivations do not come to rest")


async def table(store: Store, name: str, key: str = "id") -> dict[Any, dict[str, Any]]:
    """Return the rows of a table by a column."""
    return {row[key]: row for row in await store.rows(f'SELECT * FROM "{name}"')}
