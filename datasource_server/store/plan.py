"""Plan: the changes of a group of writes, put into few statements that have the effect of one after the other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from datasource_server.sdk.errors import PluginError
from datasource_server.sdk.nouns import Replacement
from datasource_server.sdk.row import Row
from datasource_server.store.commit import Assignment, Call, rows_of
from datasource_server.store.merge import Where, assign_sql, delete_sql, parameter
from datasource_server.store.table import Table, table_of

MAX_BATCH_ROWS = 20_000

Identity = tuple[object, ...]
Record = Mapping[str, object]
Value = str | list[str]
"""What a column is compared with: one value, or any of a list."""


@dataclass(slots=True, eq=False)
class Batch:
    """Rows of one table that give the same columns, each key once."""

    table: Table
    given: tuple[str, ...]
    place: int
    records: dict[Identity, Record] = field(default_factory=dict)

    def put(self, identity: Identity, record: Record) -> None:
        """Keep the newer of two versions; of equal ones the later, or the first where the first stays for ever."""
        held = self.records.get(identity)
        if held is None or (not self.table.once and self.table.version(record) >= self.table.version(held)):
            self.records[identity] = record

    @property
    def may_update(self) -> bool:
        """Say whether a row that is there already could be written again."""
        return not self.table.once and len(self.given) > len(self.table.key)

    def json(self, identities: Sequence[Identity] | None = None) -> str:
        """Return all rows, or some of them, as a JSON array; NaN and infinities become null."""
        records = self.records.values() if identities is None else [self.records[each] for each in identities]
        return as_json(self.table, list(records)).decode()

    def place_of(self, identity: Identity) -> tuple[str, str]:
        """Return the source of a row, and its repository or an empty text."""
        record, columns = self.records[identity], self.table.columns
        repo = record.get("repo", columns["repo"].value) if "repo" in columns else ""
        return (str(record.get("source") or ""), str(repo or ""))


@dataclass(slots=True, eq=False)
class Sweep:
    """One DELETE or UPDATE of many rows; it returns the places of the rows."""

    table: Table
    sql: str
    parameters: Mapping[str, Value]
    call: Call


@dataclass(slots=True, eq=False)
class Plan:
    """Statements in order, and which call brought which row."""

    steps: list[Batch | Sweep] = field(default_factory=list)
    brought: dict[Call, dict[str, list[Identity]]] = field(default_factory=dict)
    _open: dict[tuple[str, tuple[str, ...]], Batch] = field(default_factory=dict)
    _last: dict[tuple[str, Identity], int] = field(default_factory=dict)

    def add(self, call: Call) -> None:
        """Put in the changes of one call; PluginError where one names a column that is none."""
        brought: defaultdict[str, list[Identity]] = defaultdict(list)
        for change in call.changes:
            if isinstance(change, Replacement):
                self._sweep(change.table, _deletion(change, call))
            elif isinstance(change, Assignment):
                self._sweep(change.table, _assignment(change, call))
            for row in rows_of(change):
                brought[row.table].append(self._put(table_of(type(row)), row))
        self.brought[call] = dict(brought)

    def _put(self, table: Table, row: Row) -> Identity:
        record = table.record(row)
        given = tuple(record)
        identity = tuple(record[name] for name in table.key)
        last = self._last.get((table.name, identity), -1)
        batch = self._open.get((table.name, given))
        if batch is None or batch.place < last or len(batch.records) >= MAX_BATCH_ROWS:
            batch = Batch(table, given, len(self.steps))
            self.steps.append(batch)
            self._open[table.name, given] = batch
        self._last[table.name, identity] = batch.place
        batch.put(identity, record)
        return identity

    def _sweep(self, row: type[Row], sweep: Sweep) -> None:
        """Put in a statement that has to come after all rows before it and before all rows behind it."""
        self.steps.append(sweep)
        for held in [key for key in self._open if key[0] == row.table]:
            del self._open[held]


def _deletion(change: Replacement, call: Call) -> Sweep:
    table = table_of(change.table)
    _require_columns(table, change.where)
    records = [table.identity(row) for row in change.rows]
    parameters = {"keys": as_json(table, records).decode()} | _parameters("where", change.where)
    return Sweep(table, delete_sql(table.row, _where(change.where)), parameters, call)


def _assignment(change: Assignment, call: Call) -> Sweep:
    table = table_of(change.table)
    _require_columns(table, {**change.where, **change.values})
    parameters = _parameters("set", change.values) | _parameters("where", change.where)
    return Sweep(table, assign_sql(table.row, tuple(change.values), _where(change.where)), parameters, call)


def _where(where: Mapping[str, Value]) -> Where:
    return tuple((name, not isinstance(value, str)) for name, value in where.items())


def _parameters(word: str, values: Mapping[str, Value]) -> dict[str, Value]:
    return {parameter(word, place)[1:]: value for place, value in enumerate(values.values())}


def _require_columns(table: Table, named: Mapping[str, Value]) -> None:
    if unknown := sorted(set(named) - set(table.columns)):
        raise PluginError(f"table {table.name} has no column {', '.join(unknown)}")


def as_json(table: Table, records: list[Any]) -> bytes:
    """Return records as a JSON array; PluginError where a value is none that JSON and a 64-bit column can hold."""
    try:
        return orjson.dumps(records)
    except TypeError as problem:
        raise PluginError(f"rows of {table.name}: {problem}") from None
