"""Asks every query of every board, as Grafana would, and the four keys beside raw DuckDB."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from bench.set_m.loading import settings_of
from bench.set_m.organisation import END, START
from datasource_server.app import open_store
from datasource_server.plugins import Plugins
from datasource_server.query import Ask, Engine, Form
from datasource_server.sdk import Caller, Dashboard, Panel

MANAGER = Caller("olga", role="manager", sees_all=True)
HALF_A_YEAR = timedelta(days=182)
INTERVAL_SECONDS = 86_400.0
TRIES = 3


@dataclass(frozen=True, slots=True)
class Asked:
    """One query of one board, and the fastest and the slowest answer."""

    board: str
    query: str
    rows: int
    first_seconds: float
    best_seconds: float


def queries_of(boards: Iterator[Dashboard]) -> Iterator[tuple[str, str]]:
    """Yield board and query for each panel, variable and lane, each pair once."""
    seen = set()
    for board in boards:
        named = [panel.query for panel in board.panels if isinstance(panel, Panel)]
        named += [*(each.query for each in board.variables), *(each.query for each in board.lanes)]
        for query in named:
            if query and query not in seen:
                seen.add(query)
                yield board.uid, query


async def ask_all(folder: Path) -> list[Asked]:
    """Answer every query over half a year of all projects, uncached; slowest first."""
    settings = settings_of(folder)
    plugins = Plugins.load(settings)
    store = open_store(settings, plugins)
    store.open()
    try:
        engine = Engine(store, plugins.connectors)
        await engine.check()
        boards = (board for each in plugins.connectors.values() for board in each.dashboards)
        found = [await _ask(engine, board, query) for board, query in queries_of(boards)]
    finally:
        store.close()
    return sorted(found, key=lambda each: -each.best_seconds)


async def _ask(engine: Engine, board: str, query: str) -> Asked:
    form: Form = "series" if engine.queries[query].shape == "timeseries" else "columns"
    taken = []
    rows = 0
    for number in range(TRIES):
        # another end each time, so that no answer comes from the cache
        end = END - timedelta(seconds=number)
        began = time.perf_counter()
        result = await engine.run(query, _span(end - HALF_A_YEAR, end), MANAGER, form)
        taken.append(time.perf_counter() - began)
        rows = result.count
    return Asked(board, query, rows, taken[0], min(taken))


async def keys_alone(folder: Path, tries: int = 15) -> list[float]:
    """Return how long DuckDB alone takes for the same statement, its rows fetched and nothing made of them."""
    settings = settings_of(folder)
    plugins = Plugins.load(settings)
    store = open_store(settings, plugins)
    store.open()
    taken = []
    try:
        query = plugins.connectors["dora"].queries()["keys"]
        for number in range(tries):
            ask = all_time(number)
            params = dict.fromkeys(query.parameters()) | {
                name: value.split(",") for name, value in query.defaults.items()
            }
            moments = {"from": ask.start.replace(tzinfo=None), "to": ask.end.replace(tzinfo=None)}
            began = time.perf_counter()
            await store.fetch(query.sql, params | moments)
            taken.append(time.perf_counter() - began)
    finally:
        store.close()
    return taken


def _span(start: datetime, end: datetime) -> Ask:
    return Ask(start=start, end=end, interval_seconds=INTERVAL_SECONDS, params={})


def all_time(number: int) -> Ask:
    """Return the ask for all projects over all time; another one for each number."""
    return _span(START - timedelta(days=1, seconds=number), END + timedelta(days=1))
