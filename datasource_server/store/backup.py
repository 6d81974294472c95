"""Backup: every table as Parquet, with counts and checksums that are verified on the way out and on the way in."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import duckdb
import orjson

from datasource_server.sdk.errors import ConfigError
from datasource_server.store.failures import sentence
from datasource_server.store.schema import FORMAT, PICKED
from datasource_server.store.table import quoted, text_literal

MANIFEST = "manifest.json"
TABLES = "SELECT table_name, sql FROM duckdb_tables() WHERE NOT internal AND NOT temporary ORDER BY table_name"

Manifest = dict[str, dict[str, Any]]


def export(cursor: duckdb.DuckDBPyConnection, workshop: Path, folder: Path) -> None:
    """Write all tables, as they are at one moment, into `folder`; ConfigError where it holds something already.

    `workshop` is the folder that the database may write to; nothing is in `folder` until all of it is verified.
    """
    if folder.exists() and any(folder.iterdir()):
        raise ConfigError(f"the backup folder {folder} is not empty")
    shutil.rmtree(workshop, ignore_errors=True)
    workshop.mkdir(parents=True)
    try:
        manifest = _export_tables(cursor, workshop)
        _verify(manifest, workshop)
        (workshop / MANIFEST).write_bytes(
            orjson.dumps({"format": FORMAT, "tables": manifest}, option=orjson.OPT_INDENT_2)
        )
        if folder.exists():
            folder.rmdir()
        folder.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(workshop, folder)
    finally:
        shutil.rmtree(workshop, ignore_errors=True)


def restore(folder: Path, path: Path) -> None:
    """Make a new store at `path` of the backup in `folder`; ConfigError where it is damaged, or a store is there."""
    leftovers = [path, path.with_name(path.name + ".wal"), path.with_name(path.name + ".commits")]
    if found := [each.name for each in leftovers if each.exists()]:
        raise ConfigError(f"{', '.join(found)} exists; move it away to restore in its place")
    manifest = _read_manifest(folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(path.name + ".restoring")
    unfinished.unlink(missing_ok=True)
    try:
        with duckdb.connect(str(unfinished)) as connection:
            _import_tables(connection, manifest, folder)
        unfinished.replace(path)
    except duckdb.Error as problem:
        raise ConfigError(f"the backup can't be restored: {sentence(problem)}") from None
    finally:
        unfinished.unlink(missing_ok=True)


def _export_tables(cursor: duckdb.DuckDBPyConnection, folder: Path) -> Manifest:
    cursor.execute("BEGIN TRANSACTION READ ONLY")
    manifest: Manifest = {}
    for name, sql in cursor.execute(TABLES).fetchall():
        file = folder / f"{name}.parquet"
        cursor.execute(f"COPY {quoted(name)} TO {text_literal(str(file))} (FORMAT parquet, COMPRESSION zstd)")
        manifest[name] = {"sql": sql} | _sums(cursor, quoted(name))
    return manifest


def _verify(manifest: Manifest, folder: Path) -> None:
    with duckdb.connect(":memory:") as connection:
        for name, noted in manifest.items():
            file = text_literal(str(folder / f"{name}.parquet"))
            _require_same(name, noted, _sums(connection, f"read_parquet({file})"))


def _import_tables(connection: duckdb.DuckDBPyConnection, manifest: Manifest, folder: Path) -> None:
    connection.execute(PICKED)
    for name, noted in manifest.items():
        if not (file := folder / f"{name}.parquet").is_file():
            raise ConfigError(f"the backup lacks {file.name}")
        connection.execute(noted["sql"])
        connection.execute(f"INSERT INTO {quoted(name)} BY NAME SELECT * FROM read_parquet({text_literal(str(file))})")
        _require_same(name, noted, _sums(connection, quoted(name)))


def _require_same(name: str, noted: dict[str, Any], found: dict[str, Any]) -> None:
    expected = {key: noted[key] for key in found}
    if found != expected:
        raise ConfigError(f"the backup of table {name} is damaged: it holds {found}, expected {expected}")


def _sums(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, Any]:
    """Return the count of rows and a checksum that does not depend on their order."""
    digest = "CAST(md5_number_lower(CAST(to_json(t) AS VARCHAR)) AS HUGEINT)"
    sql = f"SELECT count(*), CAST(coalesce(sum({digest}), 0) AS VARCHAR) FROM {table} AS t"
    row = connection.execute(sql).fetchone() or (0, "0")
    return {"rows": row[0], "checksum": row[1]}


def _read_manifest(folder: Path) -> Manifest:
    try:
        read = orjson.loads((folder / MANIFEST).read_bytes())
        found, tables = read["format"], dict(read["tables"])
    except (OSError, ValueError, KeyError, TypeError):
        raise ConfigError(f"{folder} is no backup: it has no readable {MANIFEST}") from None
    if found > FORMAT:
        raise ConfigError(f"the backup has format {found}; this version of OpsSight reads up to {FORMAT}")
    return tables
