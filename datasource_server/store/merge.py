"""The SQL that writes: one MERGE from one JSON parameter, and the DELETE of a replacement."""

from __future__ import annotations

from functools import lru_cache

import orjson

from datasource_server.sdk.row import Row
from datasource_server.store.table import ENDED_RANK, STATUS_RANKS, Table, quoted, table_of, text_literal


@lru_cache(maxsize=1_000)
def merge_sql(row: type[Row], given: tuple[str, ...]) -> str:
    """Return the MERGE of rows that give these columns; it returns of each row that it wrote: action, key, places.

    A row whose columns are all as they were is not written again.
    """
    table = table_of(row)
    written = [name for name in given if name not in table.key]
    inserted = ", ".join(quoted(name) for name in table.columns)
    values = ", ".join(f"s.{quoted(name)}" if name in given else table.columns[name].default for name in table.columns)
    returned = ", ".join(quoted(name) for name in (*table.key, *table.places))
    return (
        f"MERGE INTO {quoted(table.name)} AS t USING ({_source(table, given)}) AS s ON {_same_key(table)} "
        f"{'' if table.once or not written else _update(table, written)}"
        f"WHEN NOT MATCHED THEN INSERT ({inserted}) VALUES ({values}) RETURNING merge_action, {returned}"
    )


@lru_cache(maxsize=1_000)
def delete_sql(row: type[Row], where: tuple[str, ...]) -> str:
    """Return the DELETE of the rows within `where` whose keys the JSON parameter `$keys` does not name."""
    table = table_of(row)
    returned = ", ".join(quoted(name) for name in table.places)
    return (
        f"DELETE FROM {quoted(table.name)} AS t WHERE {_within(where)}NOT EXISTS "
        f"(SELECT 1 FROM ({_source(table, table.key, '$keys')}) AS s WHERE {_same_key(table)}) RETURNING {returned}"
    )


@lru_cache(maxsize=1_000)
def assign_sql(row: type[Row], names: tuple[str, ...], where: tuple[str, ...]) -> str:
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


def _within(where: tuple[str, ...]) -> str:
    pairs = ((f"CAST(t.{quoted(name)} AS VARCHAR)", parameter("where", place)) for place, name in enumerate(where))
    return "".join(f"{column} = {value} AND " for column, value in pairs)


def _source(table: Table, given: tuple[str, ...], parameter: str = "$1") -> str:
    shape = orjson.dumps({name: _json_type(table.columns[name].type) for name in given}).decode()
    return f"SELECT unnest(from_json_strict(value, {text_literal(shape)})) FROM json_each(CAST({parameter} AS JSON))"


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
