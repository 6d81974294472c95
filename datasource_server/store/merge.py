"""The SQL that writes: rows from one JSON parameter, and the DELETE or UPDATE of many rows."""

from __future__ import annotations

from functools import lru_cache

import orjson

from datasource_server.sdk.row import Row
from datasource_server.store.table import ENDED_RANK, STATUS_RANKS, Table, quoted, table_of, text_literal

Where = tuple[tuple[str, bool], ...]
"""Columns that have one value, or (True) one of a list."""


@lru_cache(maxsize=1_000)
def match_sql(row: type[Row]) -> str:
    """Return the SELECT of the rows that are there already: their place in the JSON parameter, and their row id.

    It reads the keys alone. One MERGE for new and old rows would read every column of all the rows that it looks at.
    A column's name never begins with `_`, so that the place is mistaken for none.
    """
    table = table_of(row)
    numbered = f"CAST(key AS BIGINT) AS _place, unnest(from_json(value, {_shape(table, table.key)}))"
    source = f"SELECT {numbered} FROM json_each(CAST($1 AS JSON))"
    return f"SELECT s._place, t.rowid FROM {quoted(table.name)} AS t JOIN ({source}) AS s ON {_same_key(table)}"


@lru_cache(maxsize=1_000)
def insert_sql(row: type[Row], given: tuple[str, ...]) -> str:
    """Return the INSERT of rows that give these columns; the others get their defaults."""
    table = table_of(row)
    inserted = ", ".join(quoted(name) for name in table.columns)
    values = ", ".join(f"s.{quoted(name)}" if name in given else table.columns[name].default for name in table.columns)
    return f"INSERT INTO {quoted(table.name)} ({inserted}) SELECT {values} FROM ({_source(table, given)}) AS s"


@lru_cache(maxsize=1_000)
def merge_sql(row: type[Row], given: tuple[str, ...]) -> str:
    """Return the MERGE of rows that are there into row ids from $first to $last; it returns keys and places.

    A row that is older than what is there, or whose columns are all as they are, is not written.
    """
    table = table_of(row)
    written = [name for name in given if name not in table.key]
    returned = ", ".join(quoted(name) for name in (*table.key, *table.places))
    return (
        f"MERGE INTO {quoted(table.name)} AS t USING ({_source(table, given, '$rows')}) AS s "
        f"ON {_same_key(table)} AND t.rowid BETWEEN $first AND $last {_update(table, written)}RETURNING {returned}"
    )


@lru_cache(maxsize=1_000)
def delete_sql(row: type[Row], where: Where) -> str:
    """Return the DELETE of the rows within `where` whose keys the JSON parameter `$keys` does not name."""
    table = table_of(row)
    returned = ", ".join(quoted(name) for name in table.places)
    return (
        f"DELETE FROM {quoted(table.name)} AS t WHERE {_within(where)}NOT EXISTS "
        f"(SELECT 1 FROM ({_source(table, table.key, '$keys')}) AS s WHERE {_same_key(table)}) RETURNING {returned}"
    )


@lru_cache(maxsize=1_000)
def assign_sql(row: type[Row], names: tuple[str, ...], where: Where) -> str:
    """Return the UPDATE that sets the columns `names` in the rows within `where`; it returns the places of the rows."""
    table = table_of(row)
    assigned = ", ".join(f"{quoted(name)} = {parameter('set', place)}" for place, name in enumerate(names))
    pairs = ((f"t.{quoted(name)}", parameter("set", place)) for place, name in enumerate(names))
    changed = " OR ".join(f"CAST({column} AS VARCHAR) IS DISTINCT FROM {value}" for column, value in pairs)
    returned = ", ".join(quoted(name) for name in table.places)
    return f"UPDATE {quoted(table.name)} AS t SET {assigned} WHERE {_within(where)}({changed}) RETURNING {returned}"


def parameter(word: str, place: int) -> str:
    """Return the name of a numbered parameter."""
    return f"${word}_{place}"


def _within(where: Where) -> str:
    return "".join(_condition(place, *each) for place, each in enumerate(where))


def _condition(place: int, name: str, is_list: bool) -> str:
    column, value = f"CAST(t.{quoted(name)} AS VARCHAR)", parameter("where", place)
    any_of = f"IN (SELECT unnest(CAST({value} AS VARCHAR[])))"
    return f"{column} {any_of if is_list else f'= {value}'} AND "


def _source(table: Table, given: tuple[str, ...], parameter: str = "$1") -> str:
    return f"SELECT unnest(from_json_strict(value, {_shape(table, given)})) FROM json_each(CAST({parameter} AS JSON))"


def _shape(table: Table, given: tuple[str, ...]) -> str:
    return text_literal(orjson.dumps({name: _json_type(table.columns[name].type) for name in given}).decode())


def _json_type(column_type: str) -> object:
    return [_json_type(column_type[:-2])] if column_type.endswith("[]") else column_type


def _same_key(table: Table) -> str:
    """Return the join of both sides; ids come first, because DuckDB skips blocks of rows by the first conditions."""
    ids_first = sorted(table.key, key=lambda name: (name == "source", table.columns[name].type != "VARCHAR"))
    return " AND ".join(f"t.{quoted(name)} = s.{quoted(name)}" for name in ids_first)


def _update(table: Table, written: list[str]) -> str:
    changed = " OR ".join(f"s.{quoted(name)} IS DISTINCT FROM t.{quoted(name)}" for name in written)
    newer = _not_older(table, frozenset(written) | frozenset(table.key))
    assigned = ", ".join(f"{quoted(name)} = s.{quoted(name)}" for name in written)
    return f"WHEN MATCHED AND ({changed}){newer} THEN UPDATE SET {assigned} "


def _not_older(table: Table, given: frozenset[str]) -> str:
    """Return the condition that the incoming version is not older: compared column by column, in order."""
    condition = "TRUE"
    for name in reversed(table.newer):
        stored = _rank(name, f"t.{quoted(name)}")
        incoming = _rank(name, f"s.{quoted(name)}" if name in given else table.columns[name].default)
        is_newer = f"({incoming} IS NOT NULL AND ({stored} IS NULL OR {incoming} > {stored}))"
        condition = f"({is_newer} OR ({incoming} IS NOT DISTINCT FROM {stored} AND {condition}))"
    return f" AND {condition}" if table.newer else ""


def _rank(name: str, value: str) -> str:
    if name != "status":
        return value
    cases = " ".join(f"WHEN {text_literal(word)} THEN {rank}" for word, rank in STATUS_RANKS.items())
    return f"CASE WHEN {value} IS NULL THEN NULL ELSE CASE {value} {cases} ELSE {ENDED_RANK} END END"
