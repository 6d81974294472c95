"""Apply: run a plan inside one transaction, and say what it did, for the whole group and for each call."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

import duckdb

from datasource_server.store.commit import Call, Commit, Places
from datasource_server.store.merge import merge_sql
from datasource_server.store.plan import Batch, Identity, Plan, Sweep

COUNT_COMMITS = "UPDATE opssight_store SET commits = $1"

Place = tuple[str, str]


@dataclass(slots=True)
class Effects:
    """The rows that a transaction wrote: where they belong, which are new, and what each call deleted or assigned."""

    written: defaultdict[str, dict[Identity, Place]] = field(default_factory=lambda: defaultdict(dict))
    inserted: defaultdict[str, set[Identity]] = field(default_factory=lambda: defaultdict(set))
    swept: defaultdict[Call, list[tuple[str, Place]]] = field(default_factory=lambda: defaultdict(list))


def apply(
    connection: duckdb.DuckDBPyConnection, calls: Iterable[Call], number: int
) -> tuple[Commit, dict[Call, Commit]]:
    """Write the calls' changes in one transaction; return the commit of the group and of each call.

    When it returns, what it wrote is durable. When it raises, nothing was written.
    """
    plan = Plan()
    for call in calls:
        plan.add(call)
    connection.execute("BEGIN TRANSACTION")
    try:
        effects = _run(connection, plan)
        number += bool(effects.written or effects.swept)
        if effects.written or effects.swept:
            connection.execute(COUNT_COMMITS, [number])
        connection.execute("COMMIT")
    except BaseException:
        _roll_back(connection)
        raise
    return _tell(plan, effects, number)


def _run(connection: duckdb.DuckDBPyConnection, plan: Plan) -> Effects:
    effects = Effects()
    for step in plan.steps:
        if isinstance(step, Batch):
            _merge(connection, step, effects)
        else:
            _sweep(connection, step, effects)
    return effects


def _merge(connection: duckdb.DuckDBPyConnection, batch: Batch, effects: Effects) -> None:
    table = batch.table
    found = connection.execute(merge_sql(table.row, batch.given), [batch.json()]).fetchall()
    if not found:
        return
    width = len(table.key) + 1
    written, inserted = effects.written[table.name], effects.inserted[table.name]
    for row in found:
        identity = row[1:width]
        written[identity] = _place(row[width:])
        if row[0] == "INSERT":
            inserted.add(identity)


def _sweep(connection: duckdb.DuckDBPyConnection, step: Sweep, effects: Effects) -> None:
    if found := connection.execute(step.sql, step.parameters).fetchall():
        effects.swept[step.call] += [(step.table.name, _place(row)) for row in found]


def _place(values: tuple[str | None, ...]) -> Place:
    return (values[0] or "", values[1] or "" if len(values) > 1 else "")


def _roll_back(connection: duckdb.DuckDBPyConnection) -> None:
    with suppress(duckdb.Error):  # a failed statement may have ended the transaction itself
        connection.execute("ROLLBACK")


def _tell(plan: Plan, effects: Effects, number: int) -> tuple[Commit, dict[Call, Commit]]:
    unclaimed = {table: set(identities) for table, identities in effects.inserted.items()}
    each = {call: _commit_of(brought, effects, unclaimed, call, number) for call, brought in plan.brought.items()}
    swept = [pair for pairs in effects.swept.values() for pair in pairs]
    rows = sum(map(len, effects.written.values())) + len(swept)
    written = ((table, place) for table, rows in effects.written.items() for place in rows.values())
    fresh = {table: len(identities) for table, identities in effects.inserted.items() if identities}
    return Commit(number, rows, _grouped([*written, *swept]), fresh), each


def _commit_of(
    brought: Mapping[str, list[Identity]],
    effects: Effects,
    unclaimed: Mapping[str, set[Identity]],
    call: Call,
    number: int,
) -> Commit:
    swept = effects.swept.get(call, [])
    places: list[tuple[str, Place]] = list(swept)
    fresh: dict[str, int] = {}
    for table, identities in brought.items():
        written, new = effects.written.get(table, {}), unclaimed.get(table, set())
        own = set(identities)
        places += [(table, written[identity]) for identity in own if identity in written]
        if claimed := own & new:
            fresh[table] = len(claimed)
            new -= claimed
    return Commit(number, len(places), _grouped(places), fresh)


def _grouped(pairs: list[tuple[str, Place]]) -> dict[str, Places]:
    grouped: defaultdict[str, set[Place]] = defaultdict(set)
    for table, place in pairs:
        grouped[table].add(place)
    return {table: frozenset(places) for table, places in grouped.items()}
