"""No query reaches a file, another database, the network or the configuration, and none writes."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from datasource_server.sdk import QueryError
from datasource_server.store import Store

from .samples import note

OUTSIDE = [
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM read_blob('/etc/hostname')",
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_parquet('http://127.0.0.1:9/x.parquet')",
    "SELECT * FROM glob('/etc/*')",
    "SELECT * FROM '/etc/passwd'",
    "FROM sniff_csv('/etc/passwd')",
    "SELECT * FROM duckdb_secrets()",
]
STATEMENTS = [
    "COPY note TO '/tmp/stolen.csv'",
    "COPY (SELECT 1) TO '/tmp/stolen.parquet'",
    "ATTACH '/tmp/other.duckdb'",
    "INSTALL httpfs",
    "LOAD httpfs",
    "EXPORT DATABASE '/tmp/stolen'",
    "SET threads = 1",
    "RESET memory_limit",
    "ATTACH ':memory:' AS other",
    "CALL enable_logging(storage = 'file', storage_path = '/tmp/stolen')",
    "CHECKPOINT",
    "DROP TABLE note",
    "DELETE FROM note",
    "UPDATE note SET text = 'x'",
    "INSERT INTO note (id) VALUES ('x')",
    "CREATE TABLE x AS SELECT 1",
    "SELECT 1; DROP TABLE note",
    "SELECT 1; SELECT 2",
    "",
]


@pytest.mark.parametrize("sql", OUTSIDE)
async def test_a_query_reads_no_file(store: Store, sql: str) -> None:
    """Check 15: even SQL that nobody looked at before."""
    rows = await attempt(store, sql)

    assert rows in (None, [])


@pytest.mark.parametrize("sql", STATEMENTS)
async def test_a_query_is_one_select(store: Store, sql: str) -> None:
    """Check 14, check 15."""
    await store.write([note("kept", text="kept")])

    with pytest.raises(QueryError, match="exactly one SELECT"):
        await store.fetch(sql, {})
    with pytest.raises(QueryError, match="exactly one SELECT"):
        await store.rows(sql)

    assert await store.fetch("SELECT id, text FROM note", {}) == [("kept", "kept")]
    assert stolen() == []


@pytest.mark.parametrize("sql", [*OUTSIDE[:6], *STATEMENTS[:8]])
async def test_even_the_connection_itself_refuses_what_leads_outside(store: Store, sql: str) -> None:
    """Check 15: with every check of ours left out, DuckDB's own lock holds."""
    with store._database.cursor() as cursor:
        cursor.execute("BEGIN TRANSACTION READ ONLY")
        with pytest.raises(duckdb.Error):
            cursor.execute(sql)


async def test_a_read_only_transaction_writes_nothing(store: Store) -> None:
    with store._database.cursor() as cursor:
        cursor.execute("BEGIN TRANSACTION READ ONLY")
        with pytest.raises(duckdb.Error, match="read-only"):
            cursor.execute("DELETE FROM note")

    assert (await store.write([note()])).rows == 1


async def test_a_cte_that_writes_is_refused(store: Store) -> None:
    """Check 15: DuckDB 2 takes it for a SELECT."""
    await store.write([note("kept")])

    for sql in (
        "WITH gone AS (DELETE FROM note RETURNING *) SELECT * FROM gone",
        "SELECT * FROM (WITH gone AS (DELETE FROM note RETURNING *) SELECT * FROM gone)",
    ):
        with pytest.raises(QueryError):
            await store.fetch(sql, {})

    assert await store.fetch("SELECT id FROM note", {}) == [("kept",)]


async def test_a_python_variable_is_no_table(store: Store) -> None:
    with pytest.raises(QueryError, match="does not exist"):
        await store.fetch("SELECT * FROM params", {})


def stolen() -> list[Path]:
    """Return the files that a query managed to write."""
    return list(Path("/tmp").glob("stolen*"))


async def attempt(store: Store, sql: str) -> list[tuple[object, ...]] | None:
    """Return the rows of a query, or None where it was refused."""
    try:
        return await store.fetch(sql, {})
    except QueryError:
        return None
