"""check_connector(): the contract suite that every plugin passes, in one line of its test.

It starts a real store, so it may import the server; nothing else in the SDK does.
"""

from __future__ import annotations

import asyncio
import importlib
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from datasource_server.sdk.caller import Caller
from datasource_server.sdk.connector import Connector
from datasource_server.sdk.dashboard import Panel
from datasource_server.sdk.domain import DELIVERY
from datasource_server.sdk.errors import Rejected
from datasource_server.sdk.journal import JOURNAL
from datasource_server.sdk.nouns import Receiver
from datasource_server.sdk.query import Query
from datasource_server.sdk.receiver import Delivery
from datasource_server.sdk.row import Row, column_sentence
from datasource_server.sdk.seeded import seeded_rows

if TYPE_CHECKING:
    from datasource_server.query import Engine
    from datasource_server.store import Store

Sample = tuple[str, str, bytes]
"""A delivery to try: receiver, kind, body."""

EVERYBODY = Caller("check", sees_all=True, sees_people=True)


@dataclass(frozen=True, slots=True)
class Bench:
    """A store and an engine with the connector under test beside all that are installed."""

    connector: Connector
    store: Store
    engine: Engine
    others: Mapping[str, Connector]


def check_connector(package: str, samples: Sequence[Sample] = ()) -> None:
    """Assert that the plugin keeps every promise of the SDK; the AssertionError names what does not.

    `samples` are deliveries of the tool itself: read twice, they must leave the same rows as read once.
    """
    connector = _connector(package)
    _check_sentences(connector)
    _check_receivers(connector)
    with _bench(connector) as bench:
        asyncio.run(_check_running(bench, samples))


def _connector(package: str) -> Connector:
    module = importlib.import_module(package)
    hand_over: Callable[[], Connector] | None = getattr(module, "opssight_connector", None)
    assert hand_over is not None, f"{package} has no hookimpl opssight_connector()"
    return hand_over()


def _check_sentences(connector: Connector) -> None:
    for table in connector.tables:
        assert (table.__doc__ or "").strip(), f"table {table.table} has no docstring"
        for name in table.model_fields:
            assert column_sentence(table, name), f"column {table.table}.{name} has no sentence"
    for query in connector.queries().values():
        assert query.doc, f"query {query.path} has no sentence"
    for board in connector.dashboards:
        assert board.description, f"board {board.uid} has no description"


def _check_receivers(connector: Connector) -> None:
    for receiver in connector.receivers.values():
        for secrets in ((), ("",), ("a-secret",)):
            assert _is_refused(receiver, secrets), f"receiver {receiver.name} accepts an unsigned delivery"


def _is_refused(receiver: Receiver, secrets: Sequence[str]) -> bool:
    try:
        receiver.verify(Delivery("1", "", {}, b"{}", datetime.now(UTC)), secrets)
    except Rejected:
        return True
    return False


@contextmanager
def _bench(connector: Connector) -> Iterator[Bench]:
    from datasource_server.query import Engine
    from datasource_server.store import Store

    others = _installed() | {connector.name: connector}
    tables = [*DELIVERY, *JOURNAL, *(table for each in others.values() for table in each.tables)]
    migrations = {name: each.more.migrations for name, each in others.items()}
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "check.duckdb", tables, migrations=migrations)
        store.open()
        try:
            yield Bench(connector, store, Engine(store, others), others)
        finally:
            store.close()


def _installed() -> dict[str, Connector]:
    """Return the connectors that are installed: a board may ask another plugin's queries."""
    from datasource_server.plugins import Plugins
    from datasource_server.settings import Settings

    return dict(Plugins.load(Settings()).connectors)


async def _check_running(bench: Bench, samples: Sequence[Sample]) -> None:
    for query in bench.connector.queries().values():
        reason = bench.engine.broken.get(query.path)
        assert reason is None, f"query {query.path} is refused: {reason}"
        await _check_query(bench, query, "empty tables")
    await _check_boards(bench)
    now = datetime.now(UTC)
    for table in bench.store.tables.values():
        await bench.store.write(seeded_rows(table, bench.connector.name, now))
    for query in bench.connector.queries().values():
        await _check_query(bench, query, "seeded tables")
    await _check_replay(bench, samples)


async def _check_query(bench: Bench, query: Query, what: str) -> None:
    rows = await _answer(bench, query, what)
    columns = [column.name for column in await bench.engine.columns(query.path)]
    if query.shape == "timeseries":
        assert columns[0] == "time", f"query {query.path}: the first column of a time series is time, not {columns[0]}"
        moments = [row["time"] for row in rows]
        assert None not in moments, f"query {query.path} gives a row without a time"
        assert moments == sorted(moments), f"query {query.path} is not sorted by time"
    missing = {"variable": {"text", "value"}, "annotations": {"time", "title"}, "logs": {"time", "body"}}
    lacking = ({"value"} if query.shape == "alert" else missing.get(query.shape, set())) - set(columns)
    assert not lacking, f"query {query.path} of shape {query.shape} lacks {', '.join(sorted(lacking))}"


async def _answer(bench: Bench, query: Query, what: str) -> list[dict[str, Any]]:
    from datasource_server.query import Ask

    now = datetime.now(UTC)
    ask = Ask(start=now - timedelta(days=7), end=now + timedelta(minutes=1), interval_seconds=3600, params={})
    try:
        result = await bench.engine.run(query.path, ask, EVERYBODY, "rows")
    except Exception as problem:
        raise AssertionError(f"query {query.path} fails on {what}: {problem}") from problem
    rows: list[dict[str, Any]] = orjson.loads(result.body[0])
    return rows


async def _check_boards(bench: Bench) -> None:
    for board in bench.connector.dashboards:
        asked = [variable.query for variable in board.variables if variable.query]
        asked += [lane.query for lane in board.lanes]
        for query in asked:
            assert query in bench.engine.queries, f"board {board.uid} asks {query}, which does not exist"
        for panel in board.panels:
            if isinstance(panel, Panel) and panel.query:
                await _check_panel(bench, board.uid, panel)


async def _check_panel(bench: Bench, board: str, panel: Panel) -> None:
    place = f"panel {panel.title} of board {board}"
    assert panel.query in bench.engine.queries, f"{place} asks {panel.query}, which does not exist"
    assert panel.description, f"{place} has no description"
    if bench.engine.queries[panel.query].shape == "timeseries":
        return  # the names of its series are values
    columns = {column.name for column in await bench.engine.columns(panel.query)}
    for column in panel.columns:
        assert column.name in columns, f"{place} names column {column.name}, which {panel.query} does not give"


async def _check_replay(bench: Bench, samples: Sequence[Sample]) -> None:
    for name, kind, body in samples:
        receiver = bench.connector.receivers[name]
        delivery = Delivery("sample", kind, {}, body, datetime.now(UTC))
        rows = [row.stamped(source=bench.connector.name) for row in receiver.read(delivery)]
        await bench.store.write(rows)
        before = await _contents(bench.store, rows)
        await bench.store.write([row.stamped(source=bench.connector.name) for row in receiver.read(delivery)])
        assert await _contents(bench.store, rows) == before, f"receiver {name}: a replayed {kind} delivery changes rows"


async def _contents(store: Store, rows: Sequence[Row]) -> dict[str, list[str]]:
    tables = sorted({row.table for row in rows})
    return {table: sorted(map(repr, await store.rows(f'SELECT * FROM "{table}"'))) for table in tables}  # noqa: S608
