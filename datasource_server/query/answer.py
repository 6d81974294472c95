"""Answer: runs a composed statement so that DuckDB makes the JSON or CSV, and wraps it as a Result."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from datasource_server.query.asked import Asked
from datasource_server.query.limits import Window
from datasource_server.query.result import Form, Result, Series
from datasource_server.store import Column, Store, as_columns, as_csv, as_rows, as_series

Records = Sequence[tuple[Any, ...]]

MAKERS: dict[Form, Callable[[str, Sequence[Column], int], str]] = {
    "rows": as_rows,
    "columns": as_columns,
    "series": as_series,
    "csv": as_csv,
}


async def answer(store: Store, asked: Asked, columns: Sequence[Column], version: int) -> Result:
    """Return the answer to an ask; its age is not in it yet."""
    sql, params = asked.statement(columns)
    records = await store.fetch(MAKERS[asked.form](sql, columns, asked.window.limit), params)
    body, series, count = _series(records) if asked.form == "series" else _whole(records)
    notices = (*asked.window.notices, *_cut(count, asked.window))
    kept = min(count, asked.window.limit)
    return Result(asked.plan.query, tuple(columns), body, series, kept, notices, None, version)


def _whole(records: Records) -> tuple[tuple[bytes, ...], tuple[Series, ...], int]:
    *parts, count = records[0]
    return tuple(part.encode() for part in parts), (), count


def _series(records: Records) -> tuple[tuple[bytes, ...], tuple[Series, ...], int]:
    series = tuple(
        Series(labels.encode(), times.encode(), tuple(each.encode() for each in values))
        for labels, times, *values, _ in records
        if times is not None
    )
    return (), series, max((record[-1] for record in records), default=0)


def _cut(count: int, window: Window) -> tuple[str, ...]:
    """Say that rows are missing, unless the caller wanted no more."""
    is_cut = window.is_capped and count > window.limit
    return (f"Only the first {window.limit} rows are shown; narrow the range or the filters.",) if is_cut else ()
