"""The server derives DORA's rows by itself, comes to rest, and gives the same rows whatever came first."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from datasource_server import sdk
from datasource_server.store import Store
from opssight_dora import connector
from opssight_dora.tables import TABLES
from tests.server.ingest.workbench import Bench, plugins_of

from .scripted import Scripted, at

RULES = [{"name": "by name", "kind": "environment", "matches": "^production$"}]


@pytest.fixture
async def bench(store: Store) -> AsyncIterator[Bench]:
    """A server that derives."""
    made = Bench(store, plugins_of(connector))
    await made.ingest.start(is_collecting=False)
    yield made
    await made.ingest.stop()


def story(folder: Path) -> list[sdk.Row]:
    """Return the rows of four deployments, of which an incident, a rollback and a revert tell."""
    it = Scripted(folder / "story")
    v1 = it.commit("Begin", "03-02 08:00")
    it.deploy("d1", v1, "03-02 09:00")
    bad = it.commit("Break it", "03-02 09:30")
    it.deploy("d2", bad, "03-02 10:00")
    it.deploy("d3", v1, "03-02 11:00", version="d1")
    it.deploy("d4", it.revert(bad, "03-02 12:00"), "03-02 13:00")
    it.branch("more")
    it.commit("More", "03-02 14:00")
    it.pull(1, "More", it.squash("more", "More (#1)", "03-02 15:00"), created="03-02 14:30", merged="03-02 15:00")
    incident = {"source": "alerts", "id": "i1", "title": "Down", "service": "web", "opened_at": at("03-02 10:30")}
    return [*it.rows(), sdk.Incident.model_validate(incident | {"resolved_at": at("03-02 10:50")})]


async def rest(bench: Bench) -> None:
    """Wait until nothing is due any more."""
    async with asyncio.timeout(60):
        while True:
            await bench.ingest.deriving.settle()
            await asyncio.sleep(0.05)
            if not bench.ingest.deriving.is_due:
                return


async def everything(store: Store) -> dict[str, list[dict[str, Any]]]:
    return {each.table: await store.rows(f'SELECT * FROM "{each.table}" ORDER BY ALL') for each in TABLES}


async def test_rows_are_derived_as_they_come_and_deriving_comes_to_rest(bench: Bench, tmp_path: Path) -> None:
    await bench.store.write(story(tmp_path))
    await rest(bench)
    assert bench.ingest.deriving.failing == {}
    failed = await bench.rows("dora_deployment", "id, failure_kind, restore_seconds", "is_failure")
    assert failed == [{"id": "d2", "failure_kind": "incident", "restore_seconds": 3_000}]
    names = [each.table for each in TABLES]
    version = bench.store.version(names)
    await bench.ingest.derive("dora")
    await rest(bench)
    assert bench.store.version(names) == version


@pytest.mark.parametrize("seed", range(3))
async def test_rows_that_come_in_any_order_end_as_the_same_rows(bench: Bench, tmp_path: Path, seed: int) -> None:
    rows = story(tmp_path)
    await bench.store.write(rows)
    await rest(bench)
    at_once = await everything(bench.store)
    for table in {type(row) for row in rows}:
        await bench.store.write(sdk.Replacement(table, []))
    await rest(bench)
    assert not any((await everything(bench.store)).values())
    for batch in batches(random.Random(seed).sample(rows, len(rows)), 4):
        await bench.store.write(batch)
        await rest(bench)
    assert await everything(bench.store) == at_once


def batches(rows: Sequence[sdk.Row], count: int) -> list[list[sdk.Row]]:
    return [list(rows[place::count]) for place in range(count)]


async def test_derived_rows_that_were_lost_come_back(bench: Bench, tmp_path: Path) -> None:
    await bench.store.write(story(tmp_path))
    await rest(bench)
    before = await everything(bench.store)
    for table in TABLES:
        await bench.store.write(sdk.Replacement(table, []))
    await bench.ingest.derive("dora")
    await rest(bench)
    assert await everything(bench.store) == before


async def test_another_rule_makes_other_rows_of_what_is_stored(store: Store, tmp_path: Path) -> None:
    await store.write(story(tmp_path))
    for kind, counted in (("argocd", 0), ("environment", 4)):
        rules = [rule | {"kind": kind} for rule in RULES]
        made = Bench(store, plugins_of(connector, rules=rules))
        await made.ingest.start(is_collecting=False)
        await rest(made)
        (row,) = await made.rows("dora_deployment", "count(*) FILTER (is_counted) AS counted, count(*) AS rows")
        assert row == {"counted": counted, "rows": 4}
        await made.ingest.stop()
