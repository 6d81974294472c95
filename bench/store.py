"""Measures the store: commits of single rows, merges of pages, and JSON of 50,000 rows against DuckDB's own.

Run it as `python bench/store.py`; it makes its store in a temporary folder. The figures depend on how busy the machine
and its disk are, which is why it prints the load as well.
"""

# ruff: noqa: S608, S311  SQL and numbers of its own

from __future__ import annotations

import asyncio
import itertools
import os
import random
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.console import Console
from rich.table import Table

from datasource_server.sdk import DELIVERY, JOURNAL, PipelineRun, Row
from datasource_server.sdk.journal import DeliveryRecord
from datasource_server.store import Store, as_columns, as_csv, as_rows, as_series

START = datetime(2026, 1, 1, tzinfo=UTC)
PRODUCERS, EACH = 64, 60
STORED, PAGE, PAGES = 300_000, 500, 40
LIMIT = 50_000
REPEATS = 9
ANSWER = """
SELECT repo, pipeline, status, created_at, finished_at, queued_seconds, number, title
FROM pipeline_run ORDER BY created_at DESC LIMIT 50000
"""
SERIES = """
SELECT created_at AS "time", repo, queued_seconds, number FROM pipeline_run ORDER BY created_at DESC LIMIT 50000
"""

Figure = tuple[str, str, str]


def runs(first: int, last: int, minutes: int = 0) -> list[PipelineRun]:
    """Return made-up runs, one a minute; `minutes` makes them newer versions of themselves."""
    return [
        PipelineRun(
            source="bench",
            id=str(17_000_000_000 + number),
            repo=f"acme/repo-{number % 40}",
            pipeline="build and test",
            branch="main",
            status=("success", "failure", "cancelled")[number % 3],
            number=number,
            title=f"Change number {number} of the things",
            created_at=START + timedelta(minutes=number),
            finished_at=START + timedelta(minutes=number + 7),
            queued_seconds=number % 900 / 3,
            updated_at=START + timedelta(minutes=number + 7 + minutes),
        )
        for number in range(first, last)
    ]


async def single_rows(store: Store) -> list[Figure]:
    """Measure rows of 3 KB, each a call of its own, from many producers that wait for their commit."""
    body = "x" * 3_000
    seconds: list[float] = []

    async def produce(producer: int) -> None:
        for number in range(EACH):
            row = DeliveryRecord(
                source="bench", receiver="hook", id=f"{producer}-{number}", body=body, received_at=START
            )
            began = time.perf_counter()
            await store.write([row])
            seconds.append(time.perf_counter() - began)

    began = time.perf_counter()
    await asyncio.gather(*(produce(producer) for producer in range(PRODUCERS)))
    rate = PRODUCERS * EACH / (time.perf_counter() - began)
    return [
        (f"3 KB rows, {PRODUCERS} producers", f"{rate:,.0f} rows/s", "≥ 1,000"),
        ("  a write, p50 and p99", f"{percentile(seconds, 50):.0f} and {percentile(seconds, 99):.0f} ms", "p99 ≤ 500"),
    ]


async def pages(store: Store) -> list[Figure]:
    """Measure merges of pages of 500 runs into 300,000: half of them newer versions, half of them new."""
    began = time.perf_counter()
    for first in range(0, STORED, 10_000):
        await store.write(runs(first, first + 10_000))
    loading = STORED / (time.perf_counter() - began)
    last = itertools.count(STORED, PAGE // 2)
    recent = [await merge_seconds(store, runs(n - PAGE // 2, n, 1) + runs(n, n + PAGE // 2)) for n in take(last)]
    chance = random.Random(1)
    anywhere = [sorted(chance.sample(range(STORED), PAGE // 2)) for _ in range(PAGES)]
    scattered = [
        await merge_seconds(store, [row for each in old for row in runs(each, each + 1, 2)] + runs(n, n + PAGE // 2))
        for n, old in zip(take(last), anywhere, strict=True)
    ]
    unchanged = [await merge_seconds(store, runs(first, first + PAGE)) for first in range(0, PAGES * PAGE, PAGE)]
    return [
        ("runs made and loaded in pages of 10,000", f"{loading:,.0f} rows/s", "≥ 17,000"),
        (f"merge of {PAGE} of the newest runs", both_percentiles(recent), ""),
        (f"merge of {PAGE} runs, half of them anywhere", both_percentiles(scattered), ""),
        (f"merge of {PAGE} unchanged runs", both_percentiles(unchanged), ""),
    ]


async def merge_seconds(store: Store, rows: Sequence[Row]) -> float:
    """Return how long a write of rows takes."""
    began = time.perf_counter()
    await store.write(rows)
    return time.perf_counter() - began


def take(numbers: Iterator[int]) -> list[int]:
    """Return the first of the numbers, one a page."""
    return list(itertools.islice(numbers, PAGES))


def both_percentiles(seconds: Sequence[float]) -> str:
    """Return the median and the 95th percentile."""
    return f"p50 {percentile(seconds, 50):.0f} ms, p95 {percentile(seconds, 95):.0f} ms"


async def answers(store: Store) -> list[Figure]:
    """Measure 50,000 rows of eight columns in every form, in turn with DuckDB's own JSON of them."""
    columns = await store.describe(ANSWER, {})
    series = await store.describe(SERIES, {})
    forms = {
        "DuckDB's own JSON": f"SELECT string_agg(to_json(t), ',') FROM ({ANSWER}) AS t",
        "as_rows": as_rows(ANSWER, columns, LIMIT),
        "as_columns": as_columns(ANSWER, columns, LIMIT),
        "as_series": as_series(SERIES, series, LIMIT),
        "as_csv": as_csv(ANSWER, columns, LIMIT),
    }
    spent: dict[str, list[tuple[float, float]]] = {name: [] for name in forms}
    for _ in range(REPEATS):
        for name, sql in forms.items():
            began, cpu = time.perf_counter(), time.process_time()
            await store.fetch(sql, {}, seconds=60)
            spent[name].append((time.perf_counter() - began, time.process_time() - cpu))
    own = lower_quartile([cpu for _, cpu in spent["DuckDB's own JSON"]])
    return [_form(name, spent[name], own) for name in forms]


def _form(name: str, spent: Sequence[tuple[float, float]], own: float) -> Figure:
    wall, cpu = (lower_quartile([pair[place] for pair in spent]) for place in (0, 1))
    text = f"{wall * 1_000:.0f} ms, {cpu * 1_000:.0f} ms CPU, × {cpu / own:.2f}"
    return f"{LIMIT:,} rows: {name}", text, "× ≤ 1.50" if name == "as_rows" else ""


def lower_quartile(values: Sequence[float]) -> float:
    """Return what a quarter of the values stays below: a busy machine disturbs it least."""
    return statistics.quantiles(values, n=4)[0]


def percentile(seconds: Sequence[float], percent: int) -> float:
    """Return a percentile, in milliseconds."""
    return statistics.quantiles(seconds, n=100)[percent - 1] * 1_000


async def main() -> None:
    """Measure and print."""
    table = Table("what", "measured", "to hold", title="The store")
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "opssight.duckdb", (*DELIVERY, *JOURNAL))
        store.open()
        for measure in (single_rows, pages, answers):
            for figure in await measure(store):
                table.add_row(*figure)
        table.add_row("file and log", f"{store.size_bytes() / 1e6:.0f} MB", "")
        store.close()
        began = time.perf_counter()
        store.open()
        table.add_row("opened again", f"{(time.perf_counter() - began) * 1_000:.0f} ms", "≤ 1,000 ms")
        store.close()
    Console().print(table, f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


if __name__ == "__main__":
    asyncio.run(main())
