"""Passes that start by themselves, and a clean stop."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from typing import Any

import pytest

from datasource_server import sdk
from datasource_server.ingest import Clock
from tests.server.ingest.conftest import Make
from tests.server.ingest.workbench import to_run


def ticking(seen: list[str], *, fails: bool = False) -> sdk.Connector:
    connector = sdk.Connector("opssight_demo")

    @connector.collector(every=timedelta(seconds=0.3), scopes=lambda _: ("acme/a", "acme/b"))
    async def first(ctx: sdk.Context[Any]) -> sdk.Pages:
        """Come first."""
        seen.append(f"first {ctx.scope}")
        if fails:
            raise ValueError("broken")
        yield [to_run({"id": ctx.scope, "repo": ctx.scope})]

    @connector.collector(every=timedelta(hours=1))
    async def second(ctx: sdk.Context[Any]) -> sdk.Pages:
        """Come second."""
        found = await ctx.read("SELECT count(*) AS n FROM pipeline_run")
        seen.append(f"second sees {found[0]['n']}")
        yield []

    return connector


async def test_first_passes_run_in_order_and_then_every_so_often(make: Make) -> None:
    seen: list[str] = []
    bench = make("", ticking(seen), clock=Clock())
    await bench.ingest.start()
    for _ in range(200):
        await asyncio.sleep(0.02)
        if seen.count("first acme/a") >= 3:
            break
    assert set(seen[:2]) == {"first acme/a", "first acme/b"}
    assert "second sees 2" in seen
    assert seen.count("second sees 2") == 1
    assert seen.count("first acme/a") >= 3


async def test_failing_passes_do_not_run_hot(make: Make) -> None:
    """check 58"""
    seen: list[str] = []
    bench = make("", ticking(seen, fails=True), clock=Clock())
    await bench.ingest.start()
    await asyncio.sleep(1.6)
    tries = seen.count("first acme/a")
    assert 1 < tries <= 4
    assert "demo/first/acme/a" in bench.ingest.status["degraded"]


async def test_a_stop_breaks_off_at_once_and_leaves_the_cursor(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    connector = sdk.Connector("opssight_demo")
    begun = asyncio.Event()

    @connector.collector(every=timedelta(seconds=0.05))
    async def slow(ctx: sdk.Context[Any]) -> sdk.Pages:
        """Take for ever, the second time."""
        if await ctx.read("SELECT 1 AS one FROM cursor"):
            begun.set()
            await asyncio.sleep(60)
        yield []

    bench = make("", connector, clock=Clock())
    with caplog.at_level(logging.WARNING):
        await bench.ingest.start()
        await asyncio.wait_for(begun.wait(), 10)
        before = await bench.rows("cursor")
        await asyncio.wait_for(bench.ingest.stop(), 2)
    assert await bench.rows("cursor") == before
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


async def test_stopping_what_never_started_is_fine(make: Make) -> None:
    bench = make()
    await bench.ingest.stop()
    assert await bench.rows("cursor") == []
