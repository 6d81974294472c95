"""Filters: Grafana's ad-hoc filters as conditions around an author's SELECT, all values bound as parameters."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from datasource_server.query.ask import OPERATORS, Filter, require_texts
from datasource_server.query.patterns import require_pattern
from datasource_server.sdk import QueryError
from datasource_server.store import Column

MAX_FILTERS = 20
MAX_VALUES = 1_000
PREFIX = "opssight_filter_"


@dataclass(slots=True)
class Conditions:
    """The conditions so far, and the parameters they bind."""

    texts: list[str] = field(default_factory=list)
    params: dict[str, object] = field(default_factory=dict)

    def bind(self, value: object) -> str:
        """Return the marker of a new parameter that holds the value."""
        name = f"{PREFIX}{len(self.params)}"
        self.params[name] = value
        return f"${name}"


def filtered(sql: str, filters: Sequence[Filter], columns: Sequence[Column]) -> tuple[str, dict[str, object]]:
    """Return the statement with the filters around it, and their parameters.

    QueryError for a column that the answer does not have, an unknown operator, a bad number or pattern.
    """
    if not filters:
        return sql, {}
    if len(filters) > MAX_FILTERS:
        raise QueryError(f"found {len(filters)} filters, expected at most {MAX_FILTERS}")
    known = {column.name: column for column in columns}
    conditions = Conditions()
    for each in filters:
        conditions.texts.append(_condition(each, _column(each, known), conditions))
    return f"SELECT * FROM (\n{sql}\n) AS answer WHERE {' AND '.join(conditions.texts)}", conditions.params


def quoted(name: str) -> str:
    """Return a name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def _column(given: Filter, known: dict[str, Column]) -> Column:
    if given.key not in known:
        raise QueryError(f"filter: no column {given.key[:60]!r} in the answer, expected one of {', '.join(known)}")
    if given.operator not in OPERATORS:
        raise QueryError(f"filter {given.key}: unknown operator, expected one of {' '.join(OPERATORS)}")
    if not 0 < len(given.values) <= MAX_VALUES:
        raise QueryError(f"filter {given.key}: found {len(given.values)} values, expected 1 to {MAX_VALUES}")
    require_texts(f"filter {given.key}", given.values)
    return known[given.key]


def _condition(given: Filter, column: Column, conditions: Conditions) -> str:
    name = f"answer.{quoted(column.name)}"
    build: Callable[[Filter, str, Column, Conditions], str] = {"~": _matches, "<": _compares, ">": _compares}.get(
        given.operator[-1], _is_one_of
    )
    text = build(given, name, column, conditions)
    return f"NOT ({text})" if given.operator.startswith("!") else f"({text})"


def _is_one_of(given: Filter, name: str, column: Column, conditions: Conditions) -> str:
    if column.type == "list":
        return f"coalesce(list_has_any(CAST({name} AS VARCHAR[]), {conditions.bind(list(given.values))}), false)"
    if column.type in ("number", "time"):
        found = [_number(given, column, each) for each in given.values]
        return f"coalesce(list_contains({conditions.bind(found)}, {_as_number(name, column)}), false)"
    return f"list_contains({conditions.bind(list(given.values))}, {_as_text(name)})"


def _matches(given: Filter, name: str, column: Column, conditions: Conditions) -> str:
    text = f"array_to_string({name}, chr(10))" if column.type == "list" else name
    patterns = (conditions.bind(require_pattern(each)) for each in given.values)
    return " OR ".join(f"regexp_matches({_as_text(text)}, {each})" for each in patterns)


def _compares(given: Filter, name: str, column: Column, conditions: Conditions) -> str:
    is_number = column.type in ("number", "time")
    left = _as_number(name, column) if is_number else _as_text(name)
    values = (_number(given, column, each) if is_number else each for each in given.values)
    parts = (f"{left} {given.operator} {conditions.bind(each)}" for each in values)
    return f"coalesce({' AND '.join(parts)}, false)"


def _as_text(name: str) -> str:
    """A value that is missing counts as an empty text, as in Prometheus."""
    return f"coalesce(CAST({name} AS VARCHAR), '')"


def _as_number(name: str, column: Column) -> str:
    value = f"epoch_ms({name})" if column.type == "time" else name
    return f"epoch({name})" if column.exact == "INTERVAL" else f"CAST({value} AS DOUBLE)"


def _number(given: Filter, column: Column, text: str) -> float:
    expected = "a moment in epoch milliseconds" if column.type == "time" else "a number"
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise QueryError(f"filter {given.key}: found {text[:60]!r}, expected {expected}")
    return value
