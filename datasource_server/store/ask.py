"""Ask: run one SELECT on a reader's connection, and give back rows, dicts or columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import duckdb
import orjson

from datasource_server.sdk.errors import QueryError
from datasource_server.store.column import Column, column


def tuples(cursor: duckdb.DuckDBPyConnection, sql: str, params: Mapping[str, object]) -> list[tuple[Any, ...]]:
    """Return the rows as DuckDB has them."""
    _execute(cursor, sql, params)
    return cursor.fetchall()


def dicts(cursor: duckdb.DuckDBPyConnection, sql: str, params: Mapping[str, object]) -> list[dict[str, Any]]:
    """Return the rows as dicts, moments in UTC, JSON columns read."""
    _execute(cursor, sql, params)
    names = [entry[0] for entry in cursor.description]
    rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    for name, kind in ((entry[0], str(entry[1])) for entry in cursor.description):
        if kind == "JSON" or kind.startswith("TIMESTAMP"):
            _read_column(rows, name, _to_document if kind == "JSON" else _to_moment)
    return rows


def columns(cursor: duckdb.DuckDBPyConnection, sql: str, params: Mapping[str, object]) -> tuple[Column, ...]:
    """Return the columns of a SELECT; of two with the same name the second gets another one."""
    _execute(cursor, f"SELECT * FROM (\n{sql}\n) LIMIT 0", params)
    return tuple(column(entry[0], str(entry[1]), entry[1].id) for entry in cursor.description)


def _execute(cursor: duckdb.DuckDBPyConnection, sql: str, params: Mapping[str, object]) -> None:
    """Run the statement if it is one SELECT and nothing else."""
    statements = cursor.extract_statements(sql)
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise QueryError("a query is exactly one SELECT")
    named = statements[0].named_parameters
    if missing := sorted(named - set(params)):
        raise QueryError(f"the query needs parameter {', '.join(missing)}")
    cursor.execute(statements[0], {name: _bound(params[name]) for name in named})


def _bound(value: object) -> object:
    if isinstance(value, datetime) and value.tzinfo:
        return value.astimezone(UTC).replace(tzinfo=None)
    return list(value) if isinstance(value, (tuple, set, frozenset)) else value


def _read_column(rows: list[dict[str, Any]], name: str, read: Callable[[Any], object]) -> None:
    for row in rows:
        if (value := row[name]) is not None:
            row[name] = read(value)


def _to_moment(value: datetime) -> datetime:
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _to_document(text: str) -> object:
    found: object = orjson.loads(text)
    return found
