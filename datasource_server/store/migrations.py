"""Migrations: a connector's SQL statements, numbered by position, each applied once in a transaction of its own."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress

import duckdb

from datasource_server.sdk.errors import ConfigError, PluginError
from datasource_server.sdk.row import Row
from datasource_server.store.failures import sentence

log = logging.getLogger(__name__)

OWN_MIGRATIONS = """
CREATE TABLE IF NOT EXISTS opssight_migration (connector VARCHAR, number INTEGER, hash VARCHAR)
"""
APPLIED = "SELECT number, hash FROM opssight_migration WHERE connector = $1 ORDER BY number"
RECORD = "INSERT INTO opssight_migration VALUES ($1, $2, $3)"


def migrate(
    connection: duckdb.DuckDBPyConnection,
    tables: Sequence[type[Row]],
    migrations: Mapping[str, Sequence[str]],
    there: AbstractSet[str],
) -> None:
    """Apply what was not applied yet; `there` are the tables that the database had before.

    A connector that comes to a store without any of its tables starts at the newest schema: its migrations are
    noted as applied, because there is nothing to migrate.
    """
    for connector, statements in migrations.items():
        applied = dict(connection.execute(APPLIED, [connector]).fetchall())
        if not applied:
            is_new = not _tables_of(connector, tables) & there if _tables_of(connector, tables) else not there
            _record(connection, connector, 0, "")
            if is_new:
                _note_all(connection, connector, statements)
                continue
        _check_unedited(connector, statements, applied)
        for number in range(max([0, *applied]) + 1, len(statements) + 1):
            _apply(connection, connector, number, statements[number - 1])


def _tables_of(connector: str, tables: Sequence[type[Row]]) -> set[str]:
    """Return the tables that are declared in the connector's own package."""
    package = f"opssight_{connector}"
    return {row.table for row in tables if row.__module__.partition(".")[0] == package}


def _check_unedited(connector: str, statements: Sequence[str], applied: Mapping[int, str]) -> None:
    if (newest := max([0, *applied])) > len(statements):
        raise ConfigError(
            f"the store has migration {newest} of connector {connector}, which knows {len(statements)}: "
            "it was written by a newer version"
        )
    for number, digest in applied.items():
        if number and digest != _digest(statements[number - 1]):
            raise PluginError(f"migration {number} of connector {connector} was edited after it had been applied")


def _apply(connection: duckdb.DuckDBPyConnection, connector: str, number: int, statement: str) -> None:
    connection.execute("BEGIN TRANSACTION")
    try:
        connection.execute(statement)
        _record(connection, connector, number, _digest(statement))
        connection.execute("COMMIT")
    except duckdb.Error as problem:
        with suppress(duckdb.Error):
            connection.execute("ROLLBACK")
        raise PluginError(f"migration {number} of connector {connector} failed: {sentence(problem)}") from problem
    log.info("migration applied", extra={"connector": connector, "number": number})


def _note_all(connection: duckdb.DuckDBPyConnection, connector: str, statements: Sequence[str]) -> None:
    for number, statement in enumerate(statements, 1):
        _record(connection, connector, number, _digest(statement))


def _record(connection: duckdb.DuckDBPyConnection, connector: str, number: int, digest: str) -> None:
    connection.execute(RECORD, [connector, number, digest])


def _digest(statement: str) -> str:
    return hashlib.sha256(statement.encode()).hexdigest()
