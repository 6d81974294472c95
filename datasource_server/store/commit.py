"""Commit: what one durable write did to the tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

from datasource_server.sdk.nouns import Replacement
from datasource_server.sdk.row import Row


@dataclass(frozen=True, slots=True)
class Assignment:
    """Sets the same columns in all rows of a table that match `where`."""

    table: type[Row]
    values: Mapping[str, str]
    where: Mapping[str, str]


Change = Sequence[Row] | Replacement | Assignment

Places = frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Commit:
    """What is on disk now: `touched` maps each changed table to its (source, repo or "") pairs.

    `rows` counts the rows that were written, changed or deleted (a row that the store already had as it is counts for
    nothing), `fresh` the rows per table that were not there before. `number` counts the store's commits.
    """

    number: int
    rows: int = 0
    touched: Mapping[str, Places] = field(default_factory=dict)
    fresh: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """One write that waits for its commit: its changes stand or fall together."""

    changes: tuple[Change, ...]
    rows: int
    done: Future[Commit] = field(default_factory=Future)


def rows_of(change: Change) -> Sequence[Row]:
    """Return the rows that a change brings."""
    if isinstance(change, Assignment):
        return ()
    return change.rows if isinstance(change, Replacement) else change


def tables_of(change: Change) -> set[type[Row]]:
    """Return the Row classes that a change is about."""
    named = set() if isinstance(change, Sequence) else {change.table}
    return named | {type(row) for row in rows_of(change)}
