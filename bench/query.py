"""Measures what the engine adds to DuckDB: from its cache, for a panel's query, and for 50,000 rows.

Run it as `python bench/query.py`; it makes a store of 300,000 runs in a temporary folder and ends with status 1 where a
figure is missed. Each figure is the lower quartile over alternating runs, which a busy machine disturbs least.
"""

# ruff: noqa: S608, T201  a script that prints, over SQL of its own

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from datasource_server.query import Ask, Engine
from datasource_server.sdk import DELIVERY, JOURNAL, Caller, Connector, PipelineRun, Query, read_query
from datasource_server.store import Store

START = datetime(2026, 1, 1, tzinfo=UTC)
RUNS = 300_000
STEP = timedelta(minutes=1)
CALLER = Caller("alice", tuple((f"team{number}", "viewer") for number in range(5)))

PANEL = """
-- Runs, success rate and median duration per day and pipeline.
-- shape: timeseries
SELECT time_bucket($interval::INTERVAL, created_at) AS "time", pipeline, count(*) AS runs,
       avg((status = 'success')::INTEGER) AS success, median(epoch(finished_at - started_at)) AS seconds
FROM pipeline_run
WHERE created_at BETWEEN $from AND $to AND picked($repo, repo)
GROUP BY ALL
ORDER BY "time", pipeline
"""
ROWS = """
-- Runs of the range, eight columns.
SELECT id, repo, pipeline, branch, status, created_at, finished_at, queued_seconds
FROM pipeline_run
WHERE created_at BETWEEN $from AND $to
ORDER BY created_at
LIMIT 50000
"""
SHADOW = "list_contains($teams, team)"


class Bench(Connector):
    """A connector with the two queries that are measured."""

    def queries(self) -> dict[str, Query]:
        """Return them."""
        return {name: read_query("bench", name, text) for name, text in {"panel": PANEL, "rows": ROWS}.items()}


def runs(first: int, last: int) -> list[PipelineRun]:
    """Return made-up runs, one a minute, of ten teams with a tenth of them each."""
    return [
        PipelineRun(
            source="github",
            id=str(number),
            team=f"team{number % 10}",
            repo=f"acme/service-{number % 40}",
            pipeline=("build", "test", "deploy")[number % 3],
            branch="main",
            status="failure" if number % 7 == 0 else "success",
            created_at=START + number * STEP,
            started_at=START + number * STEP + timedelta(seconds=number % 30),
            finished_at=START + number * STEP + timedelta(seconds=60 + number % 400),
            queued_seconds=number % 30,
        )
        for number in range(first, last)
    ]


async def seeded(folder: Path) -> Store:
    """Return an open store with all runs."""
    store = Store(folder / "bench.duckdb", (*DELIVERY, *JOURNAL))
    store.open()
    for first in range(0, RUNS, 10_000):
        await store.write(runs(first, first + 10_000))
    return store


async def timed(call: Callable[[int], Awaitable[object]], number: int) -> float:
    """Return the milliseconds that one call takes."""
    began = time.perf_counter()
    await call(number)
    return (time.perf_counter() - began) * 1000


async def quartiles(rounds: int, *calls: Callable[[int], Awaitable[object]]) -> list[float]:
    """Return the lower quartile of the milliseconds of each call, made in turns."""
    taken: list[list[float]] = [[] for _ in calls]
    for number in range(rounds + 3):
        for times, call in zip(taken, calls, strict=True):
            times.append(await timed(call, number))
    return [statistics.quantiles(times[3:], n=4)[0] for times in taken]


def judged(name: str, value: float, most: float, detail: str) -> bool:
    """Print a figure beside the figure to hold, and say whether it holds."""
    holds = value <= most
    print(f"{'ok  ' if holds else 'MISS'} {name}: {value:.2f} (at most {most}) {detail}", flush=True)
    return holds


def moved(ask: Ask, number: int) -> Ask:
    """Return the same ask, some milliseconds longer, so that no answer is kept for it."""
    return Ask(ask.start, ask.end + timedelta(milliseconds=number), ask.interval_seconds, limit=ask.limit)


def bound(ask: Ask, number: int, **more: object) -> dict[str, object]:
    """Return what DuckDB itself is given for that ask."""
    end = moved(ask, number).end
    return {"from": ask.start, "to": end, "teams": list(CALLER.team_names), **more}


def scoped(text: str) -> str:
    """Return a query with the scope's condition written by hand."""
    return "\n".join(text.strip().splitlines()[1:]).replace("WHERE", f"WHERE {SHADOW} AND")


async def panel_measured(store: Store, engine: Engine, days: int, rounds: int) -> tuple[float, float]:
    """Return the milliseconds of the panel's query over so many days, by the engine and by DuckDB alone."""
    end = START + RUNS * STEP
    span = Ask(end - timedelta(days=days), end, 86_400)
    more: dict[str, object] = {"repo": None, "interval": "86400 seconds"}
    miss, raw = await quartiles(
        rounds,
        lambda number: engine.run("bench/panel", moved(span, number), CALLER),
        lambda number: store.fetch(scoped(PANEL), bound(span, number, **more)),
    )
    return miss, raw


async def rows_measured(store: Store, engine: Engine) -> tuple[float, float]:
    """Return the milliseconds of 50,000 rows, by the engine and by DuckDB's own columnar JSON."""
    wide = Ask(START, START + RUNS * STEP, limit=50_000)
    texts = ", ".join(f'"{name}" := list("{name}")' for name in ("id", "repo", "pipeline", "branch", "status"))
    times = ", ".join(f'"{name}" := list(epoch_ms("{name}"))' for name in ("created_at", "finished_at"))
    own = f"SELECT to_json(struct_pack({texts}, {times}, queued := list(queued_seconds))) FROM ({scoped(ROWS)})"
    many, many_own = await quartiles(
        15,
        lambda number: engine.run("bench/rows", moved(wide, number), CALLER),
        lambda number: store.fetch(own, bound(wide, number)),
    )
    return many, many_own


async def measured(store: Store) -> bool:
    """Measure all figures; say whether they hold."""
    engine = Engine(store, {"bench": Bench("opssight_bench")})
    end = START + RUNS * STEP
    [hit] = await quartiles(2_000, lambda _: engine.run("bench/panel", Ask(START, end, 86_400), CALLER))
    light, light_raw = await panel_measured(store, engine, 3, 60)
    miss, raw = await panel_measured(store, engine, 90, 60)
    many, many_own = await rows_measured(store, engine)
    print(f"     panel over 3 days, not cached: {light:.2f} ms, DuckDB alone {light_raw:.2f} ms")
    results = [
        judged("panel from the cache, ms", hit, 3, ""),
        judged("panel over 90 days, times DuckDB alone", miss / raw, 1.3, f"({miss:.1f} ms, alone {raw:.1f} ms)"),
        judged("50,000 rows, times DuckDB's own JSON", many / many_own, 1.5, f"({many:.0f} ms, own {many_own:.0f} ms)"),
        judged("50,000 rows, ms", many, 150, ""),
    ]
    return all(results)


async def main() -> int:
    """Make the store, measure, and return the exit status."""
    with tempfile.TemporaryDirectory() as folder:
        store = await seeded(Path(folder))
        try:
            return 0 if await measured(store) else 1
        finally:
            store.close()


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
