"""Fixtures of the tests of the way in: a store, and benches that are closed at the end."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from datasource_server import sdk
from datasource_server.store import Store, StoreOptions
from tests.server.ingest.workbench import FAST, Bench, QuickClock, new_connector, plugins_of

Make = Callable[..., Bench]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    found = new_store(tmp_path)
    found.open()
    yield found
    found.close()


def new_store(folder: Path, *tables: type[sdk.Row], **options: Any) -> Store:
    """Return a store that is not open yet."""
    every = [*sdk.DELIVERY, *sdk.JOURNAL, *tables]
    return Store(folder / "opssight.duckdb", every, options=StoreOptions(**({"min_free_bytes": 0} | options)))


@pytest.fixture
async def make(store: Store) -> AsyncIterator[Make]:
    """Make benches: `make(url, connector, clock=…, **options)`."""
    benches: list[Bench] = []

    def new(url: str = "", connector: sdk.Connector | None = None, **changes: Any) -> Bench:
        clock = changes.pop("clock", None) or QuickClock()
        settings = changes.pop("settings", {})
        plugins = changes.pop("plugins", None) or plugins_of(connector or new_connector(), base_url=url, **settings)
        place = changes.pop("store", store)
        benches.append(Bench(place, plugins, clock, replace(FAST, **changes)))
        return benches[-1]

    yield new
    for bench in benches:
        await bench.ingest.stop()
