"""Options: which values a parameter may be given, out of a variable query or of the tables that the query reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import get_args, get_origin

from datasource_server.query.ask import Ask
from datasource_server.query.filters import quoted
from datasource_server.query.plans import Plan
from datasource_server.sdk import Query, Row
from datasource_server.store import Column

MAX_OPTIONS = 1_000
REACH = timedelta(days=90)


def everything() -> Ask:
    """Return the ask that lists values: the last 90 days, up to the end of this minute, nothing chosen."""
    end = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(minutes=1)
    return Ask(end - REACH, end)


def variable_query(queries: Mapping[str, Query], connector: str, parameter: str) -> str | None:
    """Return the path of the variable query of this name, singular or plural; the connector's own comes first."""
    forms = {parameter, parameter + "s", parameter + "es", parameter.removesuffix("s"), parameter[:-1] + "ies"}
    found = [query for query in queries.values() if query.shape == "variable" and query.name in forms]
    found.sort(key=lambda query: (query.connector != connector, query.path))
    return found[0].path if found else None


def distinct_values(plan: Plan, tables: Mapping[str, type[Row]], name: str) -> str | None:
    """Return the statement that lists a column's values in the tables of a query; None where no table has it."""
    having = [table for table in plan.tables if name in tables[table].model_fields]
    if not having:
        return None
    union = " UNION ALL ".join(f'SELECT {_value(tables[table], name)} AS "value" FROM "{table}"' for table in having)
    return listed(union)


def listed(values: str) -> str:
    """Return the statement that lists the different texts of a statement's column `value`."""
    return (
        f'SELECT DISTINCT CAST("value" AS VARCHAR) AS "value" FROM (\n{values}\n) AS found'
        f" WHERE CAST(\"value\" AS VARCHAR) <> '' ORDER BY 1 LIMIT {MAX_OPTIONS}"
    )


def value_column(columns: Iterable[Column]) -> int:
    """Return the place of the column that a variable's values stand in: `value`, else `text`, else the first."""
    names = [column.name for column in columns]
    return next((names.index(name) for name in ("value", "text") if name in names), 0)


def _value(row: type[Row], name: str) -> str:
    annotation = row.model_fields[name].annotation
    is_list = list in (get_origin(annotation), *map(get_origin, get_args(annotation)))
    return f"unnest({quoted(name)})" if is_list else quoted(name)
