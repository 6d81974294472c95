"""Apply: run a plan inside one transaction, and say what it did, for the whole group and for each call."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import duckdb

from datasource_server.store.commit import Call, Commit, Places
from datasource_server.store.merge import insert_sql, match_sql, merge_sql
from datasource_server.store.plan import Batch, Identity, Plan, Sweep

COUNT_COMMITS = "UPDATE opssight_store SET commits = $1"

FAR_ROWS = 250_000
"""Two of DuckDB's row groups: less apart, one statement is cheaper than two."""

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
    there = dict(connection.execute(match_sql(batch.table.row), [batch.json()]).fetchall())
    identities = list(batch.records)
    if fresh := [identity for place, identity in enumerate(identities) if place not in there]:
        _insert(connection, batch, fresh, effects)
    if there and batch.may_update:
        for rows in _neighbours(sorted((row_id, identities[place]) for place, row_id in there.items())):
            _update(connection, batch, rows, effects)


def _insert(
    connection: duckdb.DuckDBPyConnection, batch: Batch, identities: Sequence[Identity], effects: Effects
) -> None:
    connection.execute(insert_sql(batch.table.row, batch.given), [batch.json(identities)])
    effects.inserted[batch.table.name].update(identities)
    effects.written[batch.table.name].update((identity, batch.place_of(identity)) for identity in identities)


def _update(
    connection: duckdb.DuckDBPyConnection, batch: Batch, rows: Sequence[tuple[int, Identity]], effects: Effects
) -> None:
    table = batch.table
    parameters = {"rows": batch.json([identity for _, identity in rows]), "first": rows[0][0], "last": rows[-1][0]}
    if found := connection.execute(merge_sql(table.row, batch.given), parameters).fetchall():
        width = len(table.key)
        effects.written[table.name].update((row[:width], _place(row[width:])) for row in found)


def _neighbours(rows: Sequence[tuple[int, Identity]]) -> Iterator[Sequence[tuple[int, Identity]]]:
    """Part rows that lie far from each other, so that what lies between them is not read."""
    first = 0
    for last in range(1, len(rows)):
        if rows[last][0] - rows[last - 1][0] > FAR_ROWS:
            yield rows[first:last]
            first = last
    yield rows[first:]


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
