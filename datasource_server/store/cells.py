"""Cells: the SQL that turns one value into what JSON or CSV may hold."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import duckdb

from datasource_server.store.column import Column
from datasource_server.store.table import quoted

EXACT = 9_007_199_254_740_992
"""Integers up to here are exact in every JSON reader; greater ones leave as text."""

WIDE = frozenset({"bigint", "ubigint", "hugeint", "uhugeint"})
FLOATS = frozenset({"double", "float"})
MOMENTS = ("timestamp", "date")
AS_IT_IS = frozenset({"boolean", "varchar", "uuid", "enum", "decimal", "json"})
FORMULA = "^[=+\\-@\\t\\r]"
SPECIAL = '[",\\r\\n]'


def json_cell(column: Column, expression: str) -> str:
    """Return the expression as what `to_json` makes right: epoch milliseconds, null for NaN, great integers as text."""
    return _cell(_type(column.exact), expression, 0) if column.exact else _guess(column, expression)


def is_wide(column: Column) -> bool:
    """Say whether a column holds integers that may be too great for a JSON reader."""
    return bool(column.exact) and _type(column.exact).id in WIDE


def exactly(expression: str) -> str:
    """Return the condition that an integer is exact in every JSON reader."""
    return f"{expression} BETWEEN -{EXACT} AND {EXACT}"


def csv_cell(column: Column, expression: str) -> str:
    """Return the expression as one CSV cell for `concat`, which takes NULL for nothing; moments are ISO 8601 in UTC."""
    if column.type == "time":
        return f"strftime(CAST({expression} AS TIMESTAMP), '%Y-%m-%dT%H:%M:%S.%gZ')"
    if column.type in ("number", "boolean"):
        return f"CAST({_finite(column, expression)} AS VARCHAR)"
    text = f"CAST(to_json({json_cell(column, expression)}) AS VARCHAR)" if column.type != "string" else expression
    return _escaped(text if column.exact == "VARCHAR" else f"CAST({text} AS VARCHAR)")


def csv_header(columns: Sequence[Column]) -> str:
    """Return the first line of a CSV text."""
    return ",".join(_quoted_name(each.name) for each in columns) + "\r\n"


def _finite(column: Column, expression: str) -> str:
    if column.exact and _type(column.exact).id == "interval":
        return f"epoch({expression})"
    is_float = column.type == "number" and (not column.exact or _type(column.exact).id in FLOATS)
    return f"CASE WHEN isfinite(CAST({expression} AS DOUBLE)) THEN {expression} END" if is_float else expression


def _escaped(text: str) -> str:
    # whatever begins a formula sorts before the letters, which spares most texts the pattern
    is_formula = f"{text} < 'A' AND regexp_matches({text}, '{FORMULA}')"
    safe = f"CASE WHEN {is_formula} THEN '''' || {text} ELSE {text} END"
    enclosed = f"'\"' || replace({safe}, '\"', '\"\"') || '\"'"
    return f"CASE WHEN regexp_matches({text}, '{SPECIAL}') THEN {enclosed} ELSE {safe} END"


def _quoted_name(name: str) -> str:
    safe = f"'{name}" if name[:1] in "=+-@\t\r" and name else name
    return '"' + safe.replace('"', '""') + '"' if set(safe) & set('",\r\n') else safe


@lru_cache(maxsize=2_000)
def _type(exact: str) -> Any:  # noqa: ANN401  DuckDB's own type object
    return duckdb.dtype(exact)


def _guess(column: Column, expression: str) -> str:
    if column.type == "time":
        return f"epoch_ms({expression})"
    return (
        f"CASE WHEN isfinite(CAST({expression} AS DOUBLE)) THEN {expression} END"
        if column.type == "number"
        else expression
    )


def _cell(kind: Any, value: str, depth: int) -> str:  # noqa: ANN401, PLR0911
    word = kind.id
    if word.startswith(MOMENTS):
        return f"epoch_ms({value})"
    if word in FLOATS:
        return f"CASE WHEN isfinite({value}) THEN {value} END"
    if word in WIDE:
        return f"CASE WHEN {exactly(value)} THEN to_json({value}) ELSE to_json(CAST({value} AS VARCHAR)) END"
    if word == "interval":
        return f"epoch({value})"
    if word in ("list", "array"):
        return _list(kind, value, depth)
    if word in ("struct", "map"):
        return _struct(kind, value, depth) if word == "struct" else _map(kind, value, depth)
    return value if word in AS_IT_IS or "int" in word else f"CAST({value} AS VARCHAR)"


def _list(kind: Any, value: str, depth: int) -> str:  # noqa: ANN401
    item = f"item_{depth}"
    inner = _cell(dict(kind.children)["child"], item, depth + 1)
    return value if inner == item else f"list_transform({value}, lambda {item}: {inner})"


def _struct(kind: Any, value: str, depth: int) -> str:  # noqa: ANN401
    members = [(name, f"({value}).{quoted(name)}", child) for name, child in kind.children]
    cells = [(name, member, _cell(child, member, depth)) for name, member, child in members]
    if all(member == cell for _, member, cell in cells):
        return value
    packed = ", ".join(f"{quoted(name)} := {cell}" for name, _, cell in cells)
    return f"CASE WHEN {value} IS NOT NULL THEN struct_pack({packed}) END"


def _map(kind: Any, value: str, depth: int) -> str:  # noqa: ANN401
    children, entry = dict(kind.children), f"item_{depth}"
    inner = _cell(children["value"], f"({entry}).value", depth + 1)
    if inner == f"({entry}).value":
        return value
    packed = f"struct_pack(key := ({entry}).key, value := {inner})"
    return f"map_from_entries(list_transform(map_entries({value}), lambda {entry}: {packed}))"
