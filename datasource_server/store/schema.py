"""Schema: tables and columns that are missing are added; anything else is a connector's migration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from duckdb import DuckDBPyConnection

from datasource_server.sdk.errors import ConfigError
from datasource_server.store.migrations import OWN_MIGRATIONS, migrate
from datasource_server.store.table import Table, quoted

FORMAT = 1

OWN_STORE = "CREATE TABLE IF NOT EXISTS opssight_store (format INTEGER, commits BIGINT)"
PICKED = """
CREATE OR REPLACE MACRO picked(chosen, value) AS (
    chosen IS NULL OR len(CAST(chosen AS VARCHAR[])) = 0
    OR list_contains(CAST(chosen AS VARCHAR[]), CAST(value AS VARCHAR))
)
"""

Columns = Mapping[str, Mapping[str, str]]


def prepare(connection: DuckDBPyConnection, tables: Sequence[Table], migrations: Mapping[str, Sequence[str]]) -> None:
    """Bring the database to the schema of these tables; each step is a transaction of its own, made once."""
    connection.execute(OWN_STORE)
    connection.execute(OWN_MIGRATIONS)
    _check_format(connection)
    there = {name for name in columns_of(connection) if not name.startswith("opssight_")}
    migrate(connection, [table.row for table in tables], migrations, there)
    present = columns_of(connection)
    _create(connection, [table for table in tables if table.name not in present])
    for table in tables:
        _extend(connection, table, present.get(table.name, {name: each.type for name, each in table.columns.items()}))
    if not connection.execute("SELECT 1 FROM duckdb_functions() WHERE function_name = 'picked'").fetchone():
        connection.execute(PICKED)


def columns_of(connection: DuckDBPyConnection) -> Columns:
    """Return the type of each column of each table that is there."""
    found: dict[str, dict[str, str]] = {}
    sql = "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE NOT internal"
    for table, column, kind in connection.execute(sql).fetchall():
        found.setdefault(table, {})[column] = kind
    return found


def commits_of(connection: DuckDBPyConnection) -> int:
    """Return the number of the last commit."""
    row = connection.execute("SELECT commits FROM opssight_store").fetchone()
    return int(row[0]) if row else 0


def _check_format(connection: DuckDBPyConnection) -> None:
    row = connection.execute("SELECT format FROM opssight_store").fetchone()
    if row is None:
        connection.execute("INSERT INTO opssight_store VALUES ($1, 0)", [FORMAT])
    elif row[0] > FORMAT:
        raise ConfigError(f"the store has format {row[0]}; this version of OpsSight reads up to {FORMAT}")


def _create(connection: DuckDBPyConnection, tables: Sequence[Table]) -> None:
    connection.execute("BEGIN TRANSACTION")
    for table in tables:
        listed = ", ".join(f"{quoted(each.name)} {each.type}" for each in table.columns.values())
        connection.execute(f"CREATE TABLE {quoted(table.name)} ({listed})")
    connection.execute("COMMIT")


def _extend(connection: DuckDBPyConnection, table: Table, present: Mapping[str, str]) -> None:
    for each in table.columns.values():
        if each.name not in present:
            added = f"{quoted(each.name)} {each.type} DEFAULT {each.default}"
            connection.execute(f"ALTER TABLE {quoted(table.name)} ADD COLUMN {added}")
        elif present[each.name] != each.type:
            raise ConfigError(
                f"column {table.name}.{each.name} is {present[each.name]} in the store and {each.type} in its "
                "class; its connector needs a migration"
            )
